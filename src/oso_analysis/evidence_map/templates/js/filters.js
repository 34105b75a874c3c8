// The filters: a group of ticks for each facet, the years, and what is set now.

const NO_FILTER = new Set(["year", "period", "design_family", "service"]);

class Filters {
  constructor(material, change) {
    this.material = material;
    this.change = change;
    this.groups = new Map();
    this.chips = h("ul", { class: "chips", "aria-label": "Filters that are set" });
    this.count = h("span", { class: "set" });
    this.from = this.yearBox("year-from", "From");
    this.to = this.yearBox("year-to", "to");
    this.undated = tick("Include what states no year", "undated", true, (undated) =>
      this.change({ undated, page: 1 }),
    );
    const groups = [...material.facets.values()].filter((facet) => !NO_FILTER.has(facet.id));
    this.element = h(
      "details",
      { class: "filters", open: window.matchMedia("(min-width: 64em)").matches },
      h("summary", {}, h("h2", {}, "Filters"), this.count),
      h("p", { class: "hint" }, `Numbers count ${material.units[0].plural} beside the other filters.`),
      h(
        "fieldset",
        { class: "years" },
        h("legend", {}, material.facet("year").label),
        h("div", { class: "span" }, this.from, this.to),
        this.undated,
      ),
      ...groups.map((facet) => this.group(facet)),
    );
  }

  yearBox(id, label) {
    const stated = this.material.facet("year").codes.filter((code) => !code.is_empty);
    const box = h("input", {
      id,
      type: "number",
      inputmode: "numeric",
      min: stated.at(0)?.code,
      max: stated.at(-1)?.code,
      placeholder: (id === "year-from" ? stated.at(0) : stated.at(-1))?.code,
      onchange: (event) => {
        const year = event.target.value.trim();
        this.change({ [id === "year-from" ? "from" : "to"]: YEAR.test(year) ? year : "", page: 1 });
      },
    });
    return h("div", { class: "field" }, h("label", { for: id }, label), box);
  }

  group(facet) {
    const boxes = facet.codes.map((code, at) => {
      const id = `f-${facet.id}-${at}`;
      const box = h("input", { type: "checkbox", id, "aria-describedby": `${id}-n` });
      box.addEventListener("change", () => this.toggle(facet.id, code.code, box.checked));
      const number = h("span", { class: "n", id: `${id}-n` });
      const label = h("label", { for: id, title: code.definition || null }, code.label);
      return { box, number, row: h("li", {}, box, label, number) };
    });
    const every = facet.isMultiple
      ? tick("Only with all that are ticked", `all-${facet.id}`, false, (checked) => {
          const all = new Set(this.state.all);
          if (checked) all.add(facet.id);
          else all.delete(facet.id);
          this.change({ all, page: 1 });
        })
      : null;
    const set = h("span", { class: "set" });
    const body = h(
      "details",
      { class: "group" },
      h("summary", {}, facet.label, set),
      h(
        "fieldset",
        {},
        h("legend", { class: "unseen" }, facet.label),
        h("ul", {}, ...boxes.map((one) => one.row)),
        every,
      ),
    );
    this.groups.set(facet.id, { boxes, every: every?.firstChild, set, body });
    return body;
  }

  toggle(facetId, code, checked) {
    const filters = new Map(this.state.filters);
    const codes = new Set(filters.get(facetId));
    if (checked) codes.add(code);
    else codes.delete(code);
    if (codes.size) filters.set(facetId, codes);
    else filters.delete(facetId);
    this.change({ filters, page: 1 });
  }

  update(state, options) {
    const { material } = this;
    this.state = state;
    for (const [id, group] of this.groups) {
      const wanted = state.filters.get(id);
      group.boxes.forEach((one, at) => {
        const code = material.facet(id).codes[at].code;
        const number = options.get(id)[at];
        one.box.checked = Boolean(wanted?.has(code));
        one.number.textContent = formatNumber(number);
        one.row.className = number === 0 && !one.box.checked ? "none" : "";
      });
      if (group.every) group.every.checked = state.all.has(id);
      group.set.textContent = wanted?.size ? ` (${wanted.size} ticked)` : "";
      if (wanted?.size && !this.seen) group.body.open = true;
    }
    this.seen = true;
    this.from.lastChild.value = state.from;
    this.to.lastChild.value = state.to;
    this.undated.firstChild.checked = state.undated;
    this.showChips();
  }

  // The chip goes, so the focus needs a new place: the next chip, or the filters' heading.
  dropChip(change) {
    this.change({ ...change, page: 1 });
    (this.chips.querySelector("button") ?? this.element.firstChild).focus();
  }

  showChips() {
    const { material, state } = this;
    const chips = [];
    const add = (text, change) =>
      chips.push(
        h(
          "li",
          {},
          h(
            "button",
            { type: "button", class: "chip", onclick: () => this.dropChip(change) },
            h("span", { class: "unseen" }, "Remove filter "),
            text,
            h("span", { "aria-hidden": "true" }, " ×"),
          ),
        ),
      );
    if (state.q) add(`Search: ${state.q}`, { q: "" });
    if (state.from || state.to) {
      add(`Years ${state.from || "…"} to ${state.to || "…"}`, { from: "", to: "" });
    }
    if (!state.undated) add("Only with a year", { undated: true });
    for (const [id, codes] of state.filters) {
      for (const code of codes) {
        const facet = material.facet(id);
        const filters = new Map(state.filters);
        const rest = new Set([...codes].filter((one) => one !== code));
        if (rest.size) filters.set(id, rest);
        else filters.delete(id);
        add(`${facet.label}: ${facet.codes[facet.places.get(code)].label}`, { filters });
      }
    }
    this.count.textContent = chips.length ? ` (${chips.length} set)` : "";
    if (chips.length > 1) {
      const none = { q: "", from: "", to: "", undated: true, filters: new Map(), all: new Set() };
      const clear = () => this.dropChip(none);
      chips.push(
        h("li", {}, h("button", { type: "button", class: "chip clear", onclick: clear }, "Clear all")),
      );
    }
    this.chips.replaceChildren(...chips);
    this.chips.hidden = !chips.length;
  }
}
