// The list of what is selected, a page at a time, with its downloads.

const PAGE_SIZE = 25;
// More than this is not printed in full: it would be a book.
const PRINTED = 1000;
const SHOWN_FACETS = {
  works: ["theme", "design", "behaviour", "population", "sector", "practice_decision", "country"],
  segments: ["theme", "kind", "outcome", "respondent_sector", "country"],
};

class List {
  constructor(material, change, back) {
    this.material = material;
    this.change = change;
    this.isPrinting = false;
    this.heading = h("h2", { id: "list-heading", tabindex: "-1" });
    this.back = h("button", { type: "button", onclick: back }, "Back to the map");
    this.everything = h(
      "button",
      { type: "button", onclick: () => this.change({ cell: null, page: 1 }) },
      "List all that is selected",
    );
    this.summary = h("p", { class: "summary" });
    this.items = h("ol", { class: "items" });
    this.pager = h("nav", { class: "pager", "aria-label": "Pages of the list" });
    this.sort = h("select", {
      id: "sort",
      onchange: (event) => this.change({ sort: event.target.value, page: 1 }),
    });
    this.sort.append(...ORDERS[material.id].map(([id, label]) => option(id, label ?? material.facet(id).label, null)));
    this.saves = h("div", { class: "saves" });
    this.element = h(
      "section",
      { class: "list", "aria-labelledby": "list-heading" },
      this.heading,
      this.summary,
      h(
        "div",
        { class: "tools" },
        h("div", { class: "field" }, h("label", { for: "sort" }, "Order"), this.sort),
        this.saves,
        this.everything,
        this.back,
      ),
      this.items,
      this.pager,
    );
  }

  update(state, items, matching) {
    this.state = state;
    this.all = sortItems(this.material, state, items);
    this.sort.value = state.sort;
    this.everything.hidden = !state.cell;
    this.back.hidden = !state.cell;
    this.heading.textContent = this.title();
    const unit = this.material.units[0];
    const beside = this.material.units
      .slice(1)
      .map((other) => countOf(countUnits(this.material, other.id, items), other));
    const from = beside.length ? ` (from ${beside.join(" by ")})` : "";
    const inCell = state.cell ? ` of the ${formatNumber(matching)} that the filters leave` : "";
    this.summary.textContent = items.length
      ? `${countOf(items.length, unit)}${from}${inCell}.`
      : `No ${unit.singular} here: ${state.cell ? "an empty cell" : "the filters leave nothing"}.`;
    this.showSaves();
    this.showPage();
  }

  title() {
    const { material, state } = this;
    const unit = material.units[0].plural;
    const name = unit.charAt(0).toUpperCase() + unit.slice(1);
    if (!state.cell) return `${name} selected`;
    const labels = [state.rows, state.cols]
      .map((id, at) => {
        const code = state.cell[at];
        if (code === ALL) return null;
        const facet = material.facet(id);
        return facet.codes[facet.places.get(code)].label;
      })
      .filter(Boolean);
    return `${name}: ${labels.join(" × ") || "all"}`;
  }

  showSaves() {
    const stem = `evidence-map-${DATA.edition.name}-${this.material.id}`;
    const save = (label, name, type, write) =>
      h(
        "button",
        {
          type: "button",
          disabled: !this.all.length,
          onclick: () => saveFile(name, type, write(this.material, this.all)),
        },
        `${label} (${formatNumber(this.all.length)})`,
      );
    const saves = [save("Save as CSV", `${stem}.csv`, CSV_TYPE, toCsv)];
    if (this.material.id === "works") {
      const type = "application/x-research-info-systems";
      saves.push(save("Save as RIS", `${stem}.ris`, type, toRis));
    }
    this.saves.replaceChildren(...saves);
  }

  showPage() {
    const size = this.isPrinting ? PRINTED : PAGE_SIZE;
    const pages = Math.max(1, Math.ceil(this.all.length / size));
    const page = this.isPrinting ? 1 : Math.min(this.state.page, pages);
    const start = (page - 1) * size;
    const shown = this.all.slice(start, start + size);
    this.items.setAttribute("start", start + 1);
    const entry = this.material.id === "works" ? workEntry : segmentEntry;
    this.items.replaceChildren(...shown.map((item) => entry(this.material, item)));
    this.items.hidden = !shown.length;
    this.showPager(page, pages, start, shown.length);
  }

  showPager(page, pages, start, shown) {
    const unit = this.material.units[0];
    const all = countOf(this.all.length, unit);
    const range = `${formatNumber(start + 1)} to ${formatNumber(start + shown)} of ${all}`;
    if (pages === 1) {
      this.pager.replaceChildren();
      return;
    }
    const go = (label, to) =>
      h(
        "button",
        {
          type: "button",
          disabled: to < 1 || to > pages || to === page,
          onclick: () => this.change({ page: to }, { focus: this.heading }),
        },
        label,
      );
    this.pager.replaceChildren(
      go("First", 1),
      go("Previous", page - 1),
      h("span", {}, `Page ${formatNumber(page)} of ${formatNumber(pages)}: ${range}`),
      go("Next", page + 1),
      go("Last", pages),
    );
  }

  print(isPrinting) {
    this.isPrinting = isPrinting;
    this.showPage();
  }
}

function codesLine(material, item) {
  // An issue's lack of an outcome goes without saying: only solutions can have one.
  const says = (id) => material.facet(id).codes[material.facet(id).of[item][0]].code !== "not_applicable";
  const parts = SHOWN_FACETS[material.id].filter(says).map((id) => {
    const facet = material.facet(id);
    return [h("span", { class: "facet" }, `${facet.label}: `), material.labels(id, item).join(", ")];
  });
  return h(
    "p",
    { class: "codes" },
    parts.flatMap((part, at) => (at ? [" · ", ...part] : part)),
  );
}

function workEntry(material, item) {
  const pieces = material
    .value("reference", item)
    .map((text, at) => (at % 2 ? h("em", {}, text) : text));
  const doi = material.value("doi", item);
  const url = doi === null ? material.value("url", item) : `https://doi.org/${encodeURI(doi)}`;
  const link = url === null ? null : webLink(url, url);
  return h("li", {}, h("p", { class: "reference" }, pieces, link && " ", link), codesLine(material, item));
}

function segmentEntry(material, item) {
  const value = (name) => material.value(name, item);
  const texts = [
    `${value("respondent") ?? "Respondent not stated"} (${value("year") ?? "year not stated"}).`,
    value("consultation") && `${value("consultation")}.`,
    value("held_by") && `${value("held_by")}.`,
    value("reference") && `${value("reference")}.`,
  ];
  const url = value("source_url");
  const link = url === null ? null : webLink(url, `Submission ${value("submission_id")}`);
  return h(
    "li",
    {},
    h("p", { class: "paraphrase" }, value("paraphrase") ?? "No paraphrase given"),
    h("p", { class: "reference" }, texts.filter(Boolean).join(" "), link && " ", link),
    codesLine(material, item),
  );
}
