// The page: tabs, search, choices, map and list, kept in step with the address.

class App {
  constructor(root) {
    this.root = root;
    this.states = new Map(MATERIALS.map((material) => [material.id, newState(material)]));
    this.notice = h("p", { class: "notice", role: "alert", hidden: true });
    this.status = h("p", { class: "status", role: "status" });
    this.tabs = MATERIALS.map((material) => this.tab(material));
    this.panel = h("div", { id: "panel", role: "tabpanel" });
    const bar = h("div", { role: "tablist", class: "tabs", "aria-label": "What is mapped" });
    bar.append(...this.tabs);
    root.append(this.notice, bar, this.status, this.panel);
    window.addEventListener("hashchange", () => this.readAddress());
    window.addEventListener("beforeprint", () => this.list.print(true));
    window.addEventListener("afterprint", () => this.list.print(false));
    document.addEventListener("click", (event) => this.followAnchor(event));
    this.written = null;
    this.readAddress();
  }

  tab(material) {
    const label = `${material.title} (${countOf(material.size, material.units[0])})`;
    const tab = h(
      "button",
      { type: "button", role: "tab", id: `tab-${material.id}`, "aria-controls": "panel" },
      label,
    );
    tab.addEventListener("click", () => this.openTab(material));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const at = (MATERIALS.indexOf(material) + step + MATERIALS.length) % MATERIALS.length;
      this.openTab(MATERIALS[at]);
      this.tabs[at].focus();
    });
    return tab;
  }

  openTab(material) {
    if (material === this.material) return;
    this.show(material, this.states.get(material.id));
    this.writeAddress();
  }

  // Links within the page move the reader, not the state that the address holds.
  followAnchor(event) {
    const link = event.target.closest?.('a[href^="#"]');
    const target = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!target) return;
    event.preventDefault();
    target.scrollIntoView();
    target.focus({ preventScroll: true });
  }

  readAddress() {
    const hash = window.location.hash;
    if (hash === this.written) return;
    this.written = hash;
    const { material, state, unknown } = fromHash(hash);
    this.notice.hidden = !unknown.length;
    this.notice.textContent = unknown.length
      ? `This address names what this map does not have; it was left out: ${unknown.join(", ")}`
      : "";
    this.show(material, state);
  }

  writeAddress(replace = false) {
    const hash = toHash(this.material, this.states.get(this.material.id));
    if (hash === this.written) return;
    this.written = hash;
    this.notice.hidden = true;
    if (replace) window.location.replace(hash);
    else window.location.hash = hash;
    // The browser's own form of the address is what it reports back.
    this.written = window.location.hash;
  }

  change(changes, { replace = false, focus = null } = {}) {
    const state = { ...this.states.get(this.material.id), ...changes };
    if ("rows" in changes || "cols" in changes) {
      state.cell = null;
      state.page = 1;
    }
    this.show(this.material, state);
    this.writeAddress(replace);
    focus?.focus();
  }

  show(material, state) {
    this.states.set(material.id, state);
    if (material !== this.material) this.build(material);
    const { items, options } = selectItems(material, state);
    const counts = countCells(material, state, items);
    const total = counts.cells.at(-1);
    this.filters.update(state, options);
    this.grid.update(state, counts, total);
    this.list.update(state, itemsOfCell(material, state, items), items.length);
    this.showChoices(state);
    const unit = material.units[0];
    const listed = state.cell ? ` ${this.list.heading.textContent}: ${formatNumber(this.list.all.length)} listed.` : "";
    this.status.textContent =
      `${countOf(items.length, unit)} selected of ${formatNumber(material.size)} in this edition.${listed}`;
  }

  build(material) {
    this.material = material;
    MATERIALS.forEach((one, at) => {
      this.tabs[at].setAttribute("aria-selected", String(one === material));
      this.tabs[at].tabIndex = one === material ? 0 : -1;
    });
    this.panel.setAttribute("aria-labelledby", `tab-${material.id}`);
    this.filters = new Filters(material, (changes) => this.change(changes));
    this.list = new List(
      material,
      (changes, how) => this.change(changes, how),
      () => this.grid.moveTo(this.grid.active),
    );
    this.grid = new Grid(material, (cell) =>
      this.change({ cell, page: 1 }, { focus: this.list.heading }),
    );
    this.panel.replaceChildren(
      h(
        "div",
        { class: "layout" },
        this.filters.element,
        h(
          "div",
          { class: "work" },
          this.searchBox(),
          this.filters.chips,
          this.choices(),
          this.grid.element,
          this.list.element,
        ),
      ),
    );
  }

  searchBox() {
    let timer = null;
    let isFirst = true;
    this.search = h("input", { type: "search", id: "search", autocomplete: "off", spellcheck: "false" });
    const apply = () => {
      clearTimeout(timer);
      const q = this.search.value.trim();
      if (q === this.states.get(this.material.id).q) return;
      // One step back leaves the whole search, not its last letter.
      this.change({ q, page: 1 }, { replace: !isFirst });
      isFirst = false;
    };
    this.search.addEventListener("focus", () => (isFirst = true));
    this.search.addEventListener("change", apply);
    this.search.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(apply, 120);
    });
    const what =
      this.material.id === "works"
        ? "Search authors, years, titles and venues"
        : "Search paraphrases, respondents and consultations";
    return h("div", { class: "search field", role: "search" }, h("label", { for: "search" }, what), this.search);
  }

  choices() {
    const { material } = this;
    const facets = [...material.facets.values()].map((facet) => [facet.id, facet.label]);
    const splits = facets.filter(([id]) => material.facet(id).can_split);
    const units = material.units.map((unit) => [unit.id, unit.plural]);
    const put = (name) => (value) => this.change({ [name]: value });
    const swap = () => {
      const { rows, cols } = this.states.get(material.id);
      this.change({ rows: cols, cols: rows });
    };
    this.swap = h("button", { type: "button", onclick: swap }, "Swap");
    this.largest = tick("Largest rows first", "largest", false, put("largest"));
    const views = [["heat", "Shaded cells"], ["bubbles", "Bubbles"]];
    return h(
      "div",
      { class: "choices", role: "group", "aria-label": "What the map shows" },
      picker("Rows", "rows", facets, null, put("rows")),
      picker("Columns", "cols", [["", "None: bars of one facet"], ...facets], null, put("cols")),
      this.swap,
      picker("Split cells by", "split", [["", "Nothing"], ...splits], null, put("split")),
      picker("Draw as", "view", views, null, put("view")),
      units.length > 1 ? picker("Count", "unit", units, null, put("unit")) : null,
      this.largest,
    );
  }

  showChoices(state) {
    for (const id of ["rows", "cols", "split", "view", "unit"]) {
      const select = this.panel.querySelector(`#${id}`);
      if (select) select.value = state[id];
    }
    this.swap.disabled = !state.cols;
    this.largest.firstChild.checked = state.largest;
    // What is being typed stays as typed, trailing space included.
    if (this.search.value.trim() !== state.q) this.search.value = state.q;
  }
}

new App(document.getElementById("app"));
