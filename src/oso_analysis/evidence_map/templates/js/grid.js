// The map itself: a table of buttons, one a cell, moved through with the arrow keys.

const LEVELS = 6;
const COLOUR = /^#[0-9a-f]{6}$/i;

// The step of shading: by square root, so that small numbers differ visibly beside large ones.
function levelOf(number, most) {
  if (number === 0) return 0;
  if (most <= 1) return LEVELS - 1;
  return 1 + Math.min(LEVELS - 2, Math.floor(Math.sqrt((number - 1) / (most - 1)) * (LEVELS - 1)));
}

class Grid {
  constructor(material, choose) {
    this.material = material;
    this.choose = choose;
    this.active = [0, 0];
    this.heading = h("h2", { id: "grid-heading", tabindex: "-1" });
    this.scroll = h("div", { class: "scroll" });
    this.readout = h("p", { class: "readout" });
    this.legend = h("div", { class: "legend" });
    this.notes = h("div", { class: "notes" });
    const save = () =>
      saveFile(`evidence-map-${DATA.edition.name}-counts.csv`, CSV_TYPE, countsToCsv(this.counts, this.unit));
    this.save = h("button", { type: "button", onclick: save }, "Save these counts as CSV");
    this.element = h(
      "section",
      { class: "map", "aria-labelledby": "grid-heading" },
      this.heading,
      this.scroll,
      this.readout,
      this.legend,
      this.notes,
      this.save,
    );
    this.scroll.addEventListener("click", (event) => this.onClick(event));
    this.scroll.addEventListener("keydown", (event) => this.onKey(event));
    for (const kind of ["focusin", "mouseover"]) {
      this.scroll.addEventListener(kind, (event) => this.read(event.target));
    }
  }

  update(state, counts, total) {
    this.state = state;
    this.counts = counts;
    this.unit = this.material.unit(state.unit);
    this.order = this.rowOrder();
    const { columns } = counts;
    const names = [counts.rows.label, columns?.label].filter(Boolean).map(lowerFirst);
    const unit = this.unit.plural.charAt(0).toUpperCase() + this.unit.plural.slice(1);
    this.heading.textContent = `${unit} by ${names.join(" and ")}`;
    const last = [this.order.length - 1, this.columnOrder().length - 1];
    this.active = this.active.map((at, axis) => Math.min(at, last[axis]));
    this.scroll.replaceChildren(this.table());
    this.readout.textContent = "Point at a cell or move to it to read it; choose it to list what is in it.";
    this.showLegend();
    this.showNotes(total);
  }

  rowOrder() {
    const { rows, width, cells } = this.counts;
    const order = rows.codes.map((_, at) => at);
    if (this.state.largest) {
      const total = (row) => cells[row * width + width - 1];
      order.sort((a, b) => rows.codes[a].is_empty - rows.codes[b].is_empty || total(b) - total(a));
    }
    return [...order, rows.codes.length];
  }

  columnOrder() {
    return Array.from({ length: this.counts.width }, (_, at) => at);
  }

  table() {
    const { rows, columns } = this.counts;
    const all = `All ${this.unit.plural}`;
    const turned = columns && columns.codes.length > 8;
    const heads = columns ? columns.codes.map((code) => this.head("col", code)) : [];
    const corner = h("td", { class: "corner" }, columns ? `${rows.label} ↓ ${columns.label} →` : rows.label);
    const head = h("tr", {}, corner, ...heads, h("th", { scope: "col", class: "all" }, h("span", {}, all)));
    const body = this.order.map((row, atRow) => {
      const isAll = row === rows.codes.length;
      const label = isAll
        ? h("th", { scope: "row", class: "all" }, h("span", {}, all))
        : this.head("row", rows.codes[row]);
      const cells = this.columnOrder().map((column, atColumn) => this.cell(row, column, atRow, atColumn));
      return h("tr", {}, label, ...cells);
    });
    const kind = `${this.state.view}${turned ? " turned" : ""}${columns ? "" : " bars"}`;
    return h(
      "table",
      { role: "grid", class: `grid ${kind}`, "aria-labelledby": "grid-heading" },
      h("thead", {}, head),
      h("tbody", {}, ...body),
    );
  }

  head(scope, code) {
    return h("th", { scope, title: code.definition || null }, h("span", {}, code.label));
  }

  cell(row, column, atRow, atColumn) {
    const { rows, columns, width, height, cells, most } = this.counts;
    const number = cells[row * width + column];
    const isTotal = row === height - 1 || (columns !== null && column === width - 1);
    const pair = this.pair(row, column);
    const isChosen = this.state.cell?.[0] === pair[0] && this.state.cell?.[1] === pair[1];
    const isActive = this.active[0] === atRow && this.active[1] === atColumn;
    const isGap =
      number === 0 &&
      !isTotal &&
      columns !== null &&
      [rows, columns].every((facet) => facet.shows_gaps) &&
      !rows.codes[row].is_empty &&
      !columns.codes[column].is_empty;
    const parts = this.parts(row, column);
    const button = h(
      "button",
      {
        type: "button",
        tabindex: isActive ? "0" : "-1",
        "aria-pressed": isChosen ? "true" : "false",
        "aria-label": this.describe(row, column, parts),
        "data-row": atRow,
        "data-column": atColumn,
      },
      h("span", { class: "n" }, formatNumber(number)),
    );
    const share = most ? number / most : 0;
    if (!columns && !isTotal) {
      button.append(parts.length ? this.strip(parts) : h("span", { class: "bar" }));
      button.lastChild.style.width = `${(share * 80).toFixed(2)}%`;
    } else if (parts.length) {
      button.append(this.strip(parts));
    }
    if (columns && this.state.view === "bubbles" && !isTotal && number) {
      button.prepend(h("span", { class: "bubble" }));
      button.firstChild.style.setProperty("--size", Math.sqrt(share).toFixed(4));
    }
    const level = isTotal || !columns || this.counts.split ? "" : `l${levelOf(number, most)}`;
    const kind = [isTotal ? "total" : level, isGap ? "gap" : "", number ? "" : "zero"];
    return h("td", { class: kind.filter(Boolean).join(" ") || null }, button);
  }

  // The codes of a cell, ALL for a total.
  pair(row, column) {
    const { rows, columns } = this.counts;
    return [rows.codes[row]?.code ?? ALL, columns?.codes[column]?.code ?? ALL];
  }

  parts(row, column) {
    const { split, parts, partCells, width } = this.counts;
    if (!split) return [];
    const start = (row * width + column) * parts;
    return split.codes
      .map((code, at) => ({ code, number: partCells[start + at] }))
      .filter((part) => part.number);
  }

  strip(parts) {
    const strip = h("span", { class: "strip", "aria-hidden": "true" });
    for (const { code, number } of parts) {
      const piece = h("span");
      piece.style.flexGrow = number;
      if (COLOUR.test(code.colour)) piece.style.background = code.colour;
      strip.append(piece);
    }
    return strip;
  }

  describe(row, column, parts) {
    const { rows, columns, width, cells } = this.counts;
    const number = cells[row * width + column];
    const names = [rows.codes[row]?.label, columns?.codes[column]?.label].filter(Boolean);
    const where = names.length ? `: ${names.join(", ")}` : "";
    const by = parts.map((part) => `${part.code.label} ${formatNumber(part.number)}`).join(", ");
    const more = by ? `. By ${lowerFirst(this.counts.split.label)}: ${by}` : "";
    return `${countOf(number, this.unit)}${where}${more}`;
  }

  placeOf(target) {
    const button = target.closest?.("button[data-row]");
    return button ? [Number(button.dataset.row), Number(button.dataset.column)] : null;
  }

  button(place) {
    return this.scroll.querySelector(`[data-row="${place[0]}"][data-column="${place[1]}"]`);
  }

  read(target) {
    const button = target.closest?.("button[data-row]");
    if (button) this.readout.textContent = `${button.getAttribute("aria-label")}.`;
  }

  onClick(event) {
    const place = this.placeOf(event.target);
    if (!place) return;
    this.active = place;
    this.choose(this.pair(this.order[place[0]], place[1]));
  }

  onKey(event) {
    const place = this.placeOf(event.target);
    if (!place) return;
    const lastRow = this.order.length - 1;
    const lastColumn = this.counts.width - 1;
    let [row, column] = place;
    if (event.key === "ArrowRight") column += 1;
    else if (event.key === "ArrowLeft") column -= 1;
    else if (event.key === "ArrowDown") row += 1;
    else if (event.key === "ArrowUp") row -= 1;
    else if (event.key === "Home") [row, column] = event.ctrlKey ? [0, 0] : [row, 0];
    else if (event.key === "End") [row, column] = [event.ctrlKey ? lastRow : row, lastColumn];
    else return;
    event.preventDefault();
    this.moveTo([Math.max(0, Math.min(lastRow, row)), Math.max(0, Math.min(lastColumn, column))]);
  }

  moveTo(place) {
    this.button(this.active)?.setAttribute("tabindex", "-1");
    this.active = place;
    this.button(place).setAttribute("tabindex", "0");
    this.button(place).focus();
  }

  showLegend() {
    const { split, most, columns, rows } = this.counts;
    const entries = [];
    const add = (className, text, colour = null) => {
      const mark = h("span", { class: `mark ${className}` });
      if (colour && COLOUR.test(colour)) mark.style.background = colour;
      entries.push(h("li", {}, mark, text));
    };
    if (split) {
      for (const code of split.codes) add("part", code.label, code.colour);
    } else if (columns && this.state.view === "heat") {
      for (const [level, low, high] of levelRanges(most)) {
        const range = low === high ? formatNumber(low) : `${formatNumber(low)}–${formatNumber(high)}`;
        add(`l${level}`, range);
      }
    }
    if (columns && rows.shows_gaps && columns.shows_gaps) {
      add("gap", `gap: no ${this.unit.singular} selected has both codes`);
    }
    const what = split ? split.label : `${this.unit.plural} in a cell`;
    const area = columns && !split && this.state.view === "bubbles";
    const intro = area ? `Area of a circle: ${what}` : `${what.charAt(0).toUpperCase()}${what.slice(1)}:`;
    this.legend.hidden = !entries.length && !area;
    this.legend.replaceChildren(h("span", {}, intro), h("ul", {}, ...entries));
  }

  showNotes(total) {
    const { rows, columns, split } = this.counts;
    const drawn = [...new Set([rows, columns, split].filter(Boolean))];
    const several = drawn.filter((facet) => facet.isMultiple).map((facet) => lowerFirst(facet.label));
    const whole = countUnits(this.material, this.unit.id, [...Array(this.material.size).keys()]);
    const lines = [
      `n = ${countOf(total, this.unit)} selected of ${formatNumber(whole)} in this edition · ` +
        `Source: ${this.material.source}`,
    ];
    if (several.length) {
      const facets = several.join(" and ");
      lines.push(`Note: a ${this.unit.singular} counts in every ${facets} it carries, so cells add up to more than n.`);
    } else if (this.unit.key !== "id") {
      lines.push(`Note: a ${this.unit.singular} counts once in every cell it has a segment in, so cells can add up to more than n.`);
    }
    for (const caveat of new Set(drawn.flatMap((facet) => facet.caveats))) lines.push(`Note: ${caveat}`);
    this.notes.replaceChildren(...lines.map((line) => h("p", {}, line)));
  }
}

const lowerFirst = (text) => text.charAt(0).toLowerCase() + text.slice(1);

// The numbers that each step of shading stands for, up to the largest that is drawn.
function levelRanges(most) {
  const ranges = new Map();
  for (let number = 0; number <= most; number += 1) {
    const level = levelOf(number, most);
    ranges.set(level, [ranges.get(level)?.[0] ?? number, number]);
  }
  return [...ranges].map(([level, [low, high]]) => [level, low, high]);
}
