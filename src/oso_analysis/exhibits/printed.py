"""How a value is printed: one set of rules for notebooks, pages, Word and PDF.

Whole numbers carry thousands separators, years do not, percentages have one decimal, other decimals
as many as they need; halves go away from zero (`oso_analysis.rounding`). A missing value is an en
dash that a note explains, and the code `not_stated` is printed as "Not stated". A figure withheld
by disclosure control is printed as its mark, ``[c]``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from oso_analysis.codebook import NOT_STATED, NOT_STATED_LABEL, WITHHELD
from oso_analysis.rounding import percent, rounded

__all__ = [
    "MISSING",
    "MISSING_NOTE",
    "TABLE_STYLE",
    "PrintedTable",
    "heading",
    "html_table",
    "more_rows",
    "number",
    "printed_table",
]

#: Stands for a missing value, and the sentence that says so.
MISSING = "–"
MISSING_NOTE = "– means that there is no value."
#: A cell with more characters than this is long text.
_LONG_TEXT = 60
#: A column whose figures are of many series, each with a unit of its own, and what tells them.
_MIXED, _SERIES = "value", "indicator_id"
_NUMERIC = frozenset({"integer", "number"})


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A table as text, ready for any format.

    Attributes
    ----------
    headings : tuple of str
    numeric : tuple of bool
        Whether the column is set in right-aligned figures.
    rows : tuple of tuple of str
    row_headers : bool
        Whether the first column names its row.
    has_missing : bool
        Whether any cell is `MISSING`, so that `MISSING_NOTE` is due.
    """

    headings: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    row_headers: bool
    has_missing: bool


def heading(column: str) -> str:
    """Return a readable heading for a column that was given none (``n_works`` → ``Works``)."""
    if column.startswith("percent_of_"):
        return "% of " + column.removeprefix("percent_of_").replace("_", " ")
    if column.startswith("percent_"):
        return "% " + column.removeprefix("percent_").replace("_", " ")
    words = column.removeprefix("n_").replace("_", " ").strip()
    return words[:1].upper() + words[1:] if words else column


def number(value: float, decimals: int | None = None) -> str:
    """Return one number as printed: ``1,234``, ``0.81``, with a real minus sign.

    Parameters
    ----------
    value : int or float
    decimals : int, optional
        Decimal places; by default none for whole numbers and otherwise what three significant
        digits need (at least one, at most four).
    """
    if isinstance(value, float) and not math.isfinite(value):
        return MISSING
    if decimals is None:
        decimals = _decimals("", [value])
    return rounded(value, decimals).replace("-", "−")


def _decimals(column: str, values: Sequence[Any]) -> int:
    """Return the decimal places that suit every number of a column."""
    values = [v for v in values if v is not None and v != WITHHELD]
    sizes = [abs(float(v)) for v in values if math.isfinite(v)]
    if not sizes or all(size == int(size) for size in sizes):
        whole = not any(isinstance(v, float) for v in values) or "percent" not in column
        return 0 if whole else 1
    if "percent" in column:
        return 1
    # Ranks that ties share are halves: 3.5, not 3.50.
    if max(sizes) >= 10 or all(round(size, 1) == size for size in sizes):
        return 1
    least = min(size for size in sizes if size > 0)
    return 2 if least >= 0.01 else min(4, 1 - math.floor(math.log10(least)))


def _is_share(column: str, values: Sequence[Any]) -> bool:
    """Tell whether a column holds shares of a hundred and no differences between them."""
    known = [v for v in values if v is not None and v != WITHHELD and math.isfinite(v)]
    return "percent" in column and "difference" not in column and all(0 <= v <= 100 for v in known)


def _figure(value: Any, *, share: bool, year: bool, decimals: int) -> str:
    if value is None:
        return MISSING
    if value == WITHHELD:
        return str(value)
    if year:
        return str(int(value))
    # A table has the exact counts beside it, and still no "0.0 %" for one of three thousand.
    return percent(value, decimals) if share and math.isfinite(value) else number(value, decimals)


def _is_year(column: str) -> bool:
    return column in {"year", "period"} or column.endswith("_year") or column.startswith("year_")


def printed_table(
    schema: Sequence[Mapping[str, str]],
    rows: Sequence[Sequence[Any]],
    columns: Mapping[str, str | None],
) -> PrintedTable:
    """Return the data of an exhibit as text.

    Parameters
    ----------
    schema : sequence of mapping
        ``{"name", "type"}`` of each column, as in an exhibit's record.
    rows : sequence of sequence
    columns : mapping
        Column to printed heading; None leaves the column out of print; a column that is not named
        is headed by its own name.

    Returns
    -------
    PrintedTable
    """
    order = [column for column in columns if columns[column] is not None]
    names = [field["name"] for field in schema]
    order += [name for name in names if name not in columns]
    place = {name: index for index, name in enumerate(names)}
    kinds = {field["name"]: field["type"] for field in schema}
    cells: list[list[str]] = []
    for name in order:
        values = [row[place[name]] for row in rows]
        if kinds[name] in _NUMERIC:
            # A column of years with a gap is one of decimal numbers in pandas.
            year = _is_year(name) and all(
                v is None or v == WITHHELD or float(v).is_integer() for v in values
            )
            mixed = name == _MIXED and _SERIES in place
            series = [row[place[_SERIES]] if mixed else None for row in rows]
            decimals = {
                one: _decimals(name, [v for v, of in zip(values, series, strict=True) if of == one])
                for one in dict.fromkeys(series)
            }
            share = _is_share(name, values)
            cells.append(
                [
                    _figure(v, share=share, year=year, decimals=decimals[of])
                    for v, of in zip(values, series, strict=True)
                ]
            )
        elif kinds[name] == "boolean":
            cells.append([MISSING if v is None else "yes" if v else "no" for v in values])
        else:
            cells.append(
                [
                    MISSING if v is None else NOT_STATED_LABEL if v == NOT_STATED else v
                    for v in values
                ]
            )
    numeric = tuple(kinds[name] in _NUMERIC and not _is_year(name) for name in order)
    return PrintedTable(
        headings=tuple(str(columns.get(name) or heading(name)) for name in order),
        numeric=numeric,
        rows=tuple(zip(*cells, strict=True)) if cells else (),
        row_headers=bool(order) and not numeric[0],
        has_missing=any(MISSING in column for column in cells),
    )


#: The few rules a table needs where no page style sheet reaches it: in JupyterLab.
TABLE_STYLE = (
    "<style>"
    ".oso-exhibit{max-width:60rem;overflow-x:auto}"
    ".oso-exhibit table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
    ".oso-exhibit caption{caption-side:top;text-align:left;padding:.3em 0;color:inherit}"
    ".oso-exhibit th,.oso-exhibit td{padding:.25em .8em .25em 0;text-align:left;"
    "vertical-align:top;background:none;border:0}"
    ".oso-exhibit thead th{border-bottom:1px solid currentColor;vertical-align:bottom}"
    ".oso-exhibit tbody tr:last-child>*{border-bottom:1px solid currentColor}"
    ".oso-exhibit tbody th{font-weight:normal}"
    ".oso-exhibit .num{text-align:right;white-space:nowrap}"
    ".oso-exhibit p,.oso-exhibit li{font-size:.9em;margin:.3em 0}"
    "</style>"
)


def more_rows(n_rows: int, shown: int) -> str:
    """Return what a notebook says below a table it does not show to the end."""
    return (
        f"… and {n_rows - shown:,} more rows; all {n_rows:,} are in the report’s CSV and workbook, "
        "and in the file that the exhibit’s save() writes"
    )


def html_table(
    table: PrintedTable,
    *,
    caption: str = "",
    limit: int | None = None,
    mark_long_text: bool = False,
    align: bool = False,
) -> str:
    """Return the table as HTML: header cells with scope, numbers right-aligned, all escaped.

    Parameters
    ----------
    table : PrintedTable
    caption : str
        Caption as HTML (already escaped).
    limit : int, optional
        Rows to show; a last row says how many more there are, and where.
    mark_long_text : bool
        Give columns of long text the class ``text``, so that a style sheet can keep them wide.
    align : bool, default False
        Set words to the left in each cell: JupyterLab takes the style sheet out of a notebook that
        it does not trust, and then centres a wide table's caption out of sight.
    """
    left = 'style="text-align:left"' if align else ""
    css = ['class="num"' if numeric else left for numeric in table.numeric]
    if mark_long_text:
        for index in range(len(css)):
            if any(len(row[index]) > _LONG_TEXT for row in table.rows):
                css[index] = 'class="text"'
    parts = ["<table>"]
    if caption:
        parts.append(f"<caption{left and ' '}{left}>{caption}</caption>")
    parts.append("<thead><tr>")
    for name, attribute in zip(table.headings, css, strict=True):
        parts.append(f'<th {attribute + " " if attribute else ""}scope="col">{escape(name)}</th>')
    parts.append("</tr></thead>\n<tbody>")
    shown = table.rows if limit is None else table.rows[:limit]
    for row in shown:
        cells = []
        for index, (value, attribute) in enumerate(zip(row, css, strict=True)):
            text = escape(value).replace("\n", "<br>")
            if index == 0 and table.row_headers:
                cells.append(f'<th{" " + attribute if attribute else ""} scope="row">{text}</th>')
            else:
                cells.append(f"<td{' ' + attribute if attribute else ''}>{text}</td>")
        parts.append(f"<tr>{''.join(cells)}</tr>")
    if len(shown) < len(table.rows):
        words = more_rows(len(table.rows), len(shown))
        parts.append(f'<tr><td colspan="{len(css)}">{words}</td></tr>')
    parts.append("</tbody></table>")
    return "\n".join(parts)
