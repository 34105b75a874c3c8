// What the reader has selected, and its form in the page's address.

const VIEWS = ["heat", "bubbles"];
const YEAR = /^[0-9]{1,4}$/;

function newState(material) {
  return {
    rows: material.rows,
    cols: material.columns,
    split: "",
    view: "heat",
    unit: material.units[0].id,
    largest: false,
    q: "",
    from: "",
    to: "",
    undated: true,
    filters: new Map(),
    all: new Set(),
    cell: null,
    sort: ORDERS[material.id][0][0],
    page: 1,
  };
}

function toHash(material, state) {
  const usual = newState(material);
  const hash = new URLSearchParams({ tab: material.id });
  for (const name of ["rows", "cols", "split", "view", "unit", "q", "from", "to", "sort"]) {
    if (state[name] !== usual[name]) hash.set(name, state[name]);
  }
  if (state.largest) hash.set("largest", "1");
  if (!state.undated) hash.set("undated", "0");
  for (const facet of material.facets.keys()) {
    for (const code of state.filters.get(facet) ?? []) hash.append(`f.${facet}`, code);
    if (state.all.has(facet)) hash.append("all", facet);
  }
  if (state.cell) {
    hash.set("row", state.cell[0]);
    hash.set("col", state.cell[1]);
  }
  if (state.page > 1) hash.set("page", state.page);
  return `#${hash}`;
}

// Read an address; what it names that this map does not have is left out and reported.
function fromHash(text) {
  const hash = new URLSearchParams(text.replace(/^#/, ""));
  const unknown = [];
  const pick = (name, legal, usual) => {
    if (!hash.has(name)) return usual;
    if (legal(hash.get(name))) return hash.get(name);
    unknown.push(`${name}=${hash.get(name)}`);
    return usual;
  };
  const tab = pick("tab", (id) => MATERIALS.some((one) => one.id === id), MATERIALS[0].id);
  const material = MATERIALS.find((one) => one.id === tab);
  const state = newState(material);
  const isFacet = (id) => material.facets.has(id);
  const hasCode = (facet, code) => material.facet(facet).places.has(code);
  state.rows = pick("rows", isFacet, state.rows);
  state.cols = pick("cols", (id) => id === "" || isFacet(id), state.cols);
  state.split = pick("split", (id) => id === "" || material.facet(id)?.can_split, "");
  state.view = pick("view", (view) => VIEWS.includes(view), state.view);
  state.unit = pick("unit", (id) => Boolean(material.unit(id)), state.unit);
  state.sort = pick("sort", (id) => ORDERS[tab].some(([one]) => one === id), state.sort);
  state.q = hash.get("q") ?? "";
  state.from = pick("from", (year) => YEAR.test(year), "");
  state.to = pick("to", (year) => YEAR.test(year), "");
  state.largest = hash.get("largest") === "1";
  state.undated = hash.get("undated") !== "0";
  for (const [name, value] of hash) {
    const facet = name.startsWith("f.") ? name.slice(2) : null;
    if (facet !== null && isFacet(facet) && hasCode(facet, value)) {
      state.filters.set(facet, (state.filters.get(facet) ?? new Set()).add(value));
    } else if (name === "all" && isFacet(value)) {
      state.all.add(value);
    } else if (facet !== null || name === "all") {
      unknown.push(`${name}=${value}`);
    }
  }
  if (hash.has("row") && hash.has("col")) {
    const row = pick("row", (code) => code === ALL || hasCode(state.rows, code), null);
    const legalColumn = (code) => code === ALL || (state.cols && hasCode(state.cols, code));
    const col = pick("col", legalColumn, null);
    if (row !== null && col !== null) state.cell = [row, col];
  }
  state.page = Number(pick("page", (page) => /^[1-9][0-9]{0,5}$/.test(page), "1"));
  return { material, state, unknown };
}
