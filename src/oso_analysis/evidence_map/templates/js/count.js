// Selecting and counting. A unit (a work; a submission with several segments) counts once in a cell.

// The words and "quoted phrases" of a search, folded.
const searchWords = (query) =>
  [...fold(query).matchAll(/"([^"]+)"|(\S+)/g)]
    .map(([, phrase, word]) => (phrase ?? word.replace(/"/g, "")).trim())
    .filter(Boolean);

// Return the items that pass every filter, and how many items each option of a filter would give
// beside what the other filters say.
function selectItems(material, state) {
  const words = searchWords(state.q);
  const texts = words.length ? material.searchTexts() : null;
  const from = state.from === "" ? -Infinity : Number(state.from);
  const to = state.to === "" ? Infinity : Number(state.to);
  const asksYear = state.from !== "" || state.to !== "" || !state.undated;
  const facets = [...material.facets.values()];
  const options = facets.map((facet) => new Int32Array(facet.codes.length));
  const tests = [];
  facets.forEach((facet, at) => {
    const wanted = state.filters.get(facet.id);
    if (!wanted?.size) return;
    const ticked = new Uint8Array(facet.codes.length);
    for (const code of wanted) ticked[facet.places.get(code)] = 1;
    tests.push({ at, of: facet.of, ticked, need: state.all.has(facet.id) ? wanted.size : 1 });
  });
  const items = [];
  for (let item = 0; item < material.size; item += 1) {
    if (texts && !words.every((word) => texts[item].includes(word))) continue;
    if (asksYear) {
      const year = material.value("year", item);
      if (year === null ? !state.undated : year < from || year > to) continue;
    }
    let failed = null;
    let failures = 0;
    for (const test of tests) {
      let hits = 0;
      for (const code of test.of[item]) hits += test.ticked[code];
      if (hits < test.need) {
        failed = test.at;
        failures += 1;
        if (failures > 1) break;
      }
    }
    if (failures === 0) {
      items.push(item);
      for (let at = 0; at < facets.length; at += 1) {
        for (const code of facets[at].of[item]) options[at][code] += 1;
      }
    } else if (failures === 1) {
      for (const code of facets[failed].of[item]) options[failed][code] += 1;
    }
  }
  const counts = new Map(facets.map((facet, at) => [facet.id, options[at]]));
  return { items, options: counts };
}

// Return items in the order of their units, so that each unit's items stand together.
function byUnit(items, groups, isItem) {
  return isItem ? items : [...items].sort((a, b) => groups[a] - groups[b]);
}

// Count units in every cell of rows × columns with totals, and, split, by the codes of a third facet.
// Cells are numbered row by row; the last row and column are "all".
function countCells(material, state, items) {
  const rows = material.facet(state.rows);
  const columns = state.cols ? material.facet(state.cols) : null;
  const split = state.split ? material.facet(state.split) : null;
  const width = (columns ? columns.codes.length : 0) + 1;
  const height = rows.codes.length + 1;
  const parts = split ? split.codes.length : 0;
  const cells = new Int32Array(width * height);
  const partCells = new Int32Array(width * height * parts);
  const seen = new Int32Array(width * height).fill(-1);
  const partSeen = new Int32Array(partCells.length).fill(-1);
  const groups = material.groups.get(state.unit);
  const isItem = material.unit(state.unit).key === "id";
  for (const item of byUnit(items, groups, isItem)) {
    const group = groups[item];
    const inColumns = columns ? columns.of[item] : [];
    const inParts = split ? split.of[item] : [];
    for (const row of [...rows.of[item], height - 1]) {
      for (const column of [...inColumns, width - 1]) {
        const cell = row * width + column;
        if (seen[cell] !== group) {
          seen[cell] = group;
          cells[cell] += 1;
        }
        for (const part of inParts) {
          const place = cell * parts + part;
          if (partSeen[place] !== group) {
            partSeen[place] = group;
            partCells[place] += 1;
          }
        }
      }
    }
  }
  let most = 0;
  for (let row = 0; row < height - 1; row += 1) {
    // With one facet alone the totals are what is drawn.
    const drawn = columns ? width - 1 : width;
    for (let column = 0; column < drawn; column += 1) {
      most = Math.max(most, cells[row * width + column]);
    }
  }
  return { rows, columns, split, width, height, parts, cells, partCells, most };
}

// Return the items of a chosen cell.
function itemsOfCell(material, state, items) {
  if (!state.cell) return items;
  const tests = [];
  const [row, column] = state.cell;
  if (row !== ALL) tests.push([material.facet(state.rows), row]);
  if (column !== ALL) tests.push([material.facet(state.cols), column]);
  return items.filter((item) =>
    tests.every(([facet, code]) => facet.of[item].includes(facet.places.get(code))),
  );
}

function countUnits(material, unitId, items) {
  const groups = material.groups.get(unitId);
  return new Set(items.map((item) => groups[item])).size;
}

function sortItems(material, state, items) {
  const rank = material.rank(state.sort);
  return [...items].sort((a, b) => rank[a] - rank[b]);
}
