// The current list as CSV and RIS.

// A spreadsheet runs text that starts so as a formula; the apostrophe in front prevents it.
const RISKY = /^'*[=+\-@\t\r]/;
const RIS_TYPES = {
  "article": "PREP",
  "article-journal": "JOUR",
  "article-magazine": "MGZN",
  "article-newspaper": "NEWS",
  "bill": "BILL",
  "book": "BOOK",
  "broadcast": "POD",
  "chapter": "CHAP",
  "dataset": "DATA",
  "document": "GEN",
  "entry-encyclopedia": "ENCYC",
  "hearing": "HEAR",
  "interview": "INTV",
  "legal_case": "CASE",
  "legislation": "STAT",
  "manuscript": "MANSCPT",
  "motion_picture": "MPCT",
  "pamphlet": "PAMP",
  "paper-conference": "CPAPER",
  "patent": "PAT",
  "post-weblog": "BLOG",
  "report": "RPRT",
  "software": "COMP",
  "speech": "SLIDE",
  "standard": "STAND",
  "thesis": "THES",
  "webpage": "ELEC",
};
const RIS_FIELDS = [
  ["TI", "title"],
  ["T2", "container"],
  ["VL", "volume"],
  ["IS", "issue"],
  ["PB", "publisher"],
  ["CY", "place"],
  ["ET", "edition"],
  ["DO", "doi"],
  ["UR", "url"],
  ["SN", "issn"],
  ["SN", "isbn"],
  ["LA", "language"],
];

// One line, whatever the data hold: a line break would start a new field or row.
const oneLine = (text) => String(text).replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, " ").trim();

const CSV_TYPE = "text/csv;charset=utf-8";
// With the mark at its start, Excel reads the file as UTF-8.
const csvText = (rows) => `\ufeff${rows.map((row) => row.map(csvCell).join(",")).join("\r\n")}\r\n`;

function csvCell(value) {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = oneLine(value);
  const safe = RISKY.test(text) ? `'${text}` : text;
  return /[",;]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

function toCsv(material, items) {
  const names = Object.keys(material.fields);
  // Fields of the same name as a facet (year, type) are the facet's raw values.
  const facets = [...material.facets.keys()].filter((id) => !names.includes(id));
  const rows = [[...names, ...facets]];
  for (const item of items) {
    const values = names.map((name) => {
      const value = material.value(name, item);
      return Array.isArray(value) ? value.join(name === "reference" ? "" : "; ") : value;
    });
    const codes = facets.map((id) => material.labels(id, item).join("; "));
    rows.push([...values, ...codes]);
  }
  return csvText(rows);
}

// Every cell that is drawn, totals included, with its parts where cells are split.
function countsToCsv(counts, unit) {
  const { rows, columns, split, width, height, parts, cells, partCells } = counts;
  const axes = [rows, columns, split].filter(Boolean);
  const table = [[...axes.flatMap((facet) => [facet.id, `${facet.id}_label`]), `n_${unit.plural}`]];
  const named = (facet, at) => {
    const code = facet.codes[at];
    return code ? [code.code, code.label] : ["total", `All ${unit.plural}`];
  };
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const cell = row * width + column;
      const names = [...named(rows, row), ...(columns ? named(columns, column) : [])];
      for (let part = 0; part < parts; part += 1) {
        table.push([...names, ...named(split, part), partCells[cell * parts + part]]);
      }
      table.push([...names, ...(split ? named(split, parts) : []), cells[cell]]);
    }
  }
  return csvText(table);
}

function toRis(material, items) {
  const lines = [];
  const put = (tag, value) => {
    if (value !== null && value !== "") lines.push(`${tag}  - ${oneLine(value)}`);
  };
  for (const item of items) {
    put("TY", RIS_TYPES[material.value("type", item)] ?? "GEN");
    put("ID", material.value("id", item));
    for (const author of material.value("authors", item) ?? []) put("AU", author);
    put("PY", material.value("year", item));
    for (const [tag, name] of RIS_FIELDS) put(tag, material.value(name, item));
    const pages = material.value("pages", item);
    const range = pages === null ? null : /^([^\s-]+)-([^\s-]+)$/.exec(pages);
    put("SP", range ? range[1] : pages);
    put("EP", range ? range[2] : null);
    for (const facet of material.facets.values()) {
      if (["year", "period", "type"].includes(facet.id)) continue;
      for (const place of facet.of[item]) {
        if (!facet.codes[place].is_empty) put("KW", `${facet.label}: ${facet.codes[place].label}`);
      }
    }
    lines.push("ER  - ", "");
  }
  return `${lines.join("\r\n")}\r\n`;
}

function saveFile(name, mediaType, text) {
  const url = URL.createObjectURL(new Blob([text], { type: mediaType }));
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads the file after this; a minute is plenty.
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}
