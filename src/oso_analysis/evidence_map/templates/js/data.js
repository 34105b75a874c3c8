// What is counted, unpacked from the page's JSON: materials with their facets, units and texts.

const DATA = JSON.parse(document.getElementById("data").textContent);
const NUMBERS = new Intl.NumberFormat("en-GB");
const COLLATOR = new Intl.Collator("en", { numeric: true });
const ALL = "*";

const formatNumber = (number) => NUMBERS.format(number);
const countOf = (number, unit) =>
  `${formatNumber(number)} ${number === 1 ? unit.singular : unit.plural}`;

// Lower case without accents and typographic variants, so that a search need not match them.
const fold = (text) =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[‘’`]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/[‐-―]/g, "-")
    .toLowerCase();

class Material {
  constructor(raw) {
    Object.assign(this, {
      id: raw.id,
      title: raw.title,
      units: raw.units,
      rows: raw.rows,
      columns: raw.columns,
      source: raw.source,
      size: raw.size,
    });
    this.fields = raw.columns_of_items;
    this.facets = new Map();
    for (const facet of raw.facets) {
      const given = raw.codes[facet.id];
      this.facets.set(facet.id, {
        ...facet,
        places: new Map(facet.codes.map((code, at) => [code.code, at])),
        isMultiple: given.some(Array.isArray),
        of: given.map((codes) => (Array.isArray(codes) ? codes : [codes])),
      });
    }
    this.groups = new Map(raw.units.map((unit) => [unit.id, this.groupBy(unit.key)]));
    this.texts = null;
    this.ranks = new Map();
  }

  value(name, item) {
    return this.fields[name]?.[item] ?? null;
  }

  facet(id) {
    return this.facets.get(id);
  }

  unit(id) {
    return this.units.find((unit) => unit.id === id);
  }

  labels(facetId, item) {
    const facet = this.facet(facetId);
    return facet.of[item].map((place) => facet.codes[place].label);
  }

  // The number of the unit that each item belongs to: itself, its submission, its respondent.
  groupBy(key) {
    const known = new Map();
    return Int32Array.from({ length: this.size }, (_, item) => {
      const name = key === "id" ? item : this.fields[key][item];
      if (!known.has(name)) known.set(name, known.size);
      return known.get(name);
    });
  }

  // One folded text an item, made when first searched.
  searchTexts() {
    const names = ["reference", "authors", "container", "publisher", "doi", "paraphrase"];
    names.push("respondent", "consultation", "held_by", "year", "id");
    this.texts ??= Array.from({ length: this.size }, (_, item) =>
      fold(
        names
          .map((name) => [name, this.value(name, item)])
          .filter(([, value]) => value !== null)
          // A reference is one text in pieces, authors are several.
          .map(([name, value]) => (Array.isArray(value) ? value.join(name === "reference" ? "" : "; ") : value))
          .join(" \u0001 "),
      ),
    );
    return this.texts;
  }

  // The place of every item in an order; items without a value come last.
  rank(order) {
    if (!this.ranks.has(order)) this.ranks.set(order, this.makeRank(order));
    return this.ranks.get(order);
  }

  makeRank(order) {
    const items = Array.from({ length: this.size }, (_, item) => item);
    const field = { newest: "year", oldest: "year", title: "title", respondent: "respondent" }[order];
    if (field) {
      const sign = order === "newest" ? -1 : 1;
      const values = items.map((item) => this.value(field, item));
      items.sort((a, b) => {
        if (values[a] === null || values[b] === null) {
          return (values[a] === null) - (values[b] === null) || a - b;
        }
        const compared =
          field === "year" ? values[a] - values[b] : COLLATOR.compare(values[a], values[b]);
        return sign * compared || a - b;
      });
    } else if (order === "theme") {
      const themes = this.facet("theme").of;
      items.sort((a, b) => themes[a][0] - themes[b][0] || a - b);
    }
    const rank = new Int32Array(this.size);
    items.forEach((item, place) => (rank[item] = place));
    return rank;
  }
}

// A facet's own name stands where an order has none.
const ORDERS = {
  works: [
    ["author", "Author"],
    ["newest", "Newest first"],
    ["oldest", "Oldest first"],
    ["title", "Title"],
  ],
  segments: [
    ["theme", null],
    ["respondent", "Respondent"],
    ["newest", "Newest first"],
    ["oldest", "Oldest first"],
  ],
};
const MATERIALS = DATA.materials.map((raw) => new Material(raw));
