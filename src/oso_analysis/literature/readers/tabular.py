"""CSV, TSV and Excel tables as databases, reference managers and screening tools write them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from oso_analysis.errors import nearest
from oso_analysis.literature.readers.columns import bare, known_headings, target_of, targets_of
from oso_analysis.literature.readers.draft import RECORD_COLUMNS, Parsed
from oso_analysis.literature.readers.tablecells import fill
from oso_analysis.literature.readers.write import unguard

__all__ = [
    "FIELD_LIMIT",
    "HEADER_LINES",
    "Header",
    "header_of",
    "header_score",
    "parse_rows",
    "parse_table",
]

#: Lines in which a header is looked for; some exports begin with a title and a blank line.
HEADER_LINES = 12
_DELIMITERS = (",", "\t", ";", "|")
#: How much of the text a header is looked for in.
_HEAD = 200_000
_BLANK_LINES = re.compile(r"(?:[^\S\n]*\n)+")
#: Lines that no table has: indented ones, and the numbers that Ovid puts between its citations.
_LABELLED = re.compile(r"[ \t]+\S|<\d+>\s*$")
_EID = re.compile(r"\s*2-s2\.0-\d")
_YEAR = re.compile(r"\s*\d{4}\s*")
_FUNDING_TEXT = re.compile(r"\s*Funding Texts?\b", re.IGNORECASE)
FIELD_LIMIT = 2**31 - 1
#: Rows turned into columns at once: few enough to stay in the processor's cache.
_BLOCK = 500


@dataclass(frozen=True, slots=True)
class Header:
    """Where a table's header is (bytes of UTF-8 before it, its line) and how it is delimited."""

    names: tuple[str, ...]
    delimiter: str
    offset: int
    line: int


def header_of(text: str) -> Header | None:
    """Find the first line that reads as a header of known columns, or None."""
    blank = _BLANK_LINES.match(text)
    start = blank.end() if blank else 0
    first = 1 + text.count("\n", 0, start)
    head_end = min(len(text), start + _HEAD)
    for line in range(first, first + HEADER_LINES):
        best: tuple[int, Header] | None = None
        end = text.find("\n", start, head_end)
        first_line = text[start : end if end >= 0 else head_end]
        if first_line.strip():
            for delimiter in _DELIMITERS:
                if delimiter not in first_line and delimiter != ",":
                    continue
                names = _first_row(text[start:head_end], delimiter)
                score = header_score(names)
                if score and _is_lone(names) and not (line == first and _heads(text, end)):
                    score = 0
                if score and (best is None or score > best[0]):
                    offset = len(text[:start].encode("utf-8", errors="replace"))
                    best = (score, Header(tuple(names), delimiter, offset, line))
            if best is not None:
                return best[1]
        if end < 0:
            return None
        start = end + 1
    return None


def _first_row(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


def header_score(names: Sequence[str]) -> int:
    """Return how many columns are recognised, or 0 where the row is no header."""
    tags = _has_tags(names)
    targets = [target_of(name, tags=tags) for name in names if name.strip()]
    # Spreadsheets save columns that were once used and are empty now, with no heading.
    if len({bare(name) for name in names if name.strip()}) < 0.5 * len(targets):
        return 0
    columns = {target for target in targets if target}
    if not columns & {"title", "doi", "authors", "pmid", "abstract", "container"}:
        return 0
    known = sum(target is not None for target in targets)
    # Tables of screening tools have many columns of their own beside those of the records.
    if len(columns) >= 5 or (len(columns) >= 2 and known >= 0.3 * len(targets)):
        return known
    if {"title", "doi"} <= columns or {"title", "pmid"} <= columns:
        return known
    return known if len(targets) == 1 and columns & {"title", "doi", "pmid"} else 0


def _is_lone(names: Sequence[str]) -> bool:
    return sum(bool(name.strip()) for name in names) == 1


def _heads(text: str, end: int) -> bool:
    """Whether the line that ends at `end` may head a column of one: no labels and what is said.

    Citations written for people have a label on a line of its own, and what it says indented
    below it; numbers in angle brackets stand between them.
    """
    below = text[end + 1 : end + 2_000].split("\n")[:HEADER_LINES] if end >= 0 else []
    return not any(_LABELLED.match(line) for line in below)


def _has_tags(names: Sequence[str]) -> str:
    """Say of which kind the tags are that head the columns; empty where none do."""
    tags = {name.strip().lstrip("\ufeff") for name in names}
    if not ({"TI", "AU"} <= tags or {"T1", "A1"} <= tags):
        return ""
    if "TY" in tags:
        return "ris"
    if "ORN" in tags or {"UI", "DB"} <= tags:
        return "ovid"
    # R's bibliometrix leaves out PT, which tells Web of Science from RIS beyond doubt.
    if tags & {"PT", "SO", "DI"}:
        return "wos"
    if tags & {"T1", "T2", "DO", "JO", "JF", "Y1"}:
        return "ris"
    return "wos" if "PY" in tags else ""


def parse_table(data: bytes, header: Header) -> Parsed:
    """Parse delimited text in UTF-8 below its header."""
    parsed = Parsed()
    rows = _rows(data, header.delimiter, header.line)
    next(rows)
    rows = (row for row in rows if _says(row[1], header.delimiter))
    parse_rows(rows, header.names, parsed, line=header.line, delimiter=header.delimiter)
    return parsed


def _says(cells: list[str], delimiter: str) -> bool:
    """Whether a row has anything besides delimiters, blanks and quotation marks."""
    if cells and cells[0][:1].isalnum():
        return True
    return bool("".join(cells).replace(delimiter, " ").replace('"', " ").strip())


def _rows(data: bytes, delimiter: str, first: int) -> Iterator[tuple[int, list[str]]]:
    """Yield every row from line `first` on, with the line on which it begins.

    A line with all its cells in quotation marks or none is a row that only needs splitting; any
    other goes through the csv module, with the lines on which its row goes on. Lines are decoded
    one by one, since cutting a text of plain letters is much faster than one with others in it.
    """
    csv.field_size_limit(FIELD_LIMIT)
    lines = data.split(b"\n")
    ended = not lines[-1]
    if ended:
        lines.pop()
    count = len(lines)
    at = first - 1

    def from_here() -> Iterator[str]:
        nonlocal at
        while at < count:
            at += 1
            yield lines[at - 1].decode("utf-8") + ("\n" if at < count or ended else "")

    reader = csv.reader(from_here(), delimiter=delimiter)
    between = f'"{delimiter}"'
    while at < count:
        line = lines[at].decode("utf-8")
        if not line:
            at += 1
            continue
        number = at + 1
        if '"' not in line:
            at += 1
            yield number, line.split(delimiter)
            continue
        cells = line.split(between)
        # Quotation marks stand nowhere but around the cells where there are two for each.
        # (They may not be shared with a separator: the line `","a"b"` is no row of two cells.)
        if cells[0][:1] == cells[-1][-1:] == '"' and line.count('"') == 2 * len(cells):
            at += 1
            cells[0] = cells[0][1:]
            cells[-1] = cells[-1][:-1]
            yield number, cells
        else:
            yield number, next(reader)


def parse_rows(
    rows: Iterable[tuple[int, list[str]]],
    names: Sequence[str],
    parsed: Parsed,
    *,
    line: int,
    delimiter: str = ",",
    remark: bool = True,
) -> None:
    """Add the rows of a table, whose headings `names` stand in `line`, to `parsed`.

    Blank rows are left out. Headings that are not known are remarked on where `remark` says so.
    """
    names = [name.strip().lstrip("\ufeff") for name in names]
    width = len(names)
    verbatim = tuple(names) == RECORD_COLUMNS
    if verbatim:
        parsed.verbatim = True
    else:
        targets = _targets(names, parsed if remark else Parsed(), line)
    lines: list[int] = []
    table: list[list[str]] = [[] for _ in names]
    block: list[list[str]] = []
    spares: dict[int, list[str]] = {}
    before = parsed.n_accepted
    for number, row in rows:
        if not any(map(str.strip, row)):
            continue
        if len(row) != width:
            if verbatim:
                parsed.reject(number, f"a row of {len(row)} cells under {width}", str(row))
                continue
            reason = f"a row of {len(row)} cells under {width} headings"
            raw = delimiter.join(row)
            row = _funding_last(row, names)
            spare = [cell.strip() for cell in row[width:] if cell.strip()]
            if spare:
                spares[len(lines)] = spare
                reason += "; the rest kept in extra"
            irregular = bool(spare) or len(row) < width - 1
            if irregular:
                parsed.repair(before + len(lines), number, reason, raw)
            row = (row + [""] * (width - len(row)))[:width]
        lines.append(number)
        block.append(row)
        if len(block) == _BLOCK:
            _turn(block, table)
    _turn(block, table)
    if not lines:
        return
    if verbatim:
        columns: dict[str, list[Any]] = {
            name: [unguard(cell) for cell in column]
            for name, column in zip(names, table, strict=True)
        }
    else:
        columns = fill(table, names, targets)
        for at, spare in spares.items():
            columns["extra"][at]["(no heading)"] = spare
    parsed.extend({**columns, "line": lines})


def _funding_last(row: list[str], names: Sequence[str]) -> list[str]:
    """Return a row of Scopus with the funding texts that have no heading put at its end.

    A work may thank more funders than Scopus wrote headings for, which shifts all that follows;
    Scopus' own number in the last cell shows that nothing after them is too much, and a year under
    its heading that nothing before them is.
    """
    more = len(row) - len(names)
    if more <= 0 or bare(names[-1]) != "eid" or not _EID.match(row[-1]):
        return row
    after = next((n for n in range(len(names), 0, -1) if _FUNDING_TEXT.match(names[n - 1])), None)
    year = next((n for n, name in enumerate(names) if bare(name) == "year"), None)
    if after is None or (year is not None and year < after and not _YEAR.fullmatch(row[year])):
        return row
    return row[:after] + row[after + more :] + row[after : after + more]


def _turn(block: list[list[str]], table: list[list[str]]) -> None:
    """Add the cells of some rows to the columns, and forget the rows."""
    if block:
        for column, cells in zip(table, zip(*block, strict=True), strict=True):
            column += cells
    block.clear()


def _targets(names: Sequence[str], parsed: Parsed, line: int) -> list[str | None]:
    """Return what each heading stands for, noting those that are not known."""
    targets = targets_of(names, tags=_has_tags(names))
    years = [name for name in names if _YEAR.fullmatch(name)]
    if years:
        # Citation reports count a work's citations in each.
        reason = f"columns headed by a year are kept in extra: {len(years)}"
        parsed.repair(None, line, reason, ", ".join(years))
    for name, target in zip(names, targets, strict=True):
        if target is None and name and not _YEAR.fullmatch(name):
            near = nearest(name, known_headings())
            also = f"; the nearest known is {near!r}" if near else ""
            parsed.repair(
                None, line, f"column {name!r} is not recognised and kept in extra{also}", name
            )
    return targets
