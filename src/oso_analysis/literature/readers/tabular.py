"""CSV, TSV and Excel tables as databases, reference managers and screening tools write them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from oso_analysis.errors import nearest
from oso_analysis.literature.readers.columns import (
    bare,
    known_headings,
    rank_of,
    target_of,
)
from oso_analysis.literature.readers.csl_types import csl_type, is_canonical
from oso_analysis.literature.readers.draft import RECORD_COLUMNS, Draft, Parsed
from oso_analysis.literature.readers.names import pair_up
from oso_analysis.literature.readers.text import join_pages, split_serial_number
from oso_analysis.literature.readers.write import unguard

__all__ = ["HEADER_LINES", "Header", "header_of", "header_score", "parse_rows", "parse_table"]

#: Lines in which a header is looked for; some exports begin with a title and a blank line.
HEADER_LINES = 12
_DELIMITERS = (",", "\t", ";", "|")
_FIELD_LIMIT = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Header:
    """Where a table's header is and how it is delimited."""

    names: tuple[str, ...]
    delimiter: str
    start: int
    line: int


def header_of(text: str) -> Header | None:
    """Find the first line that reads as a header of known columns, or None."""
    start = 0
    head_end = min(len(text), 500_000)
    for line in range(1, HEADER_LINES + 1):
        best: tuple[int, Header] | None = None
        end = text.find("\n", start, head_end)
        first_line = text[start : end if end >= 0 else head_end]
        if first_line.strip():
            for delimiter in _DELIMITERS:
                if delimiter not in first_line and delimiter != ",":
                    continue
                names = _first_row(text[start:head_end], delimiter)
                score = header_score(names)
                if score and (best is None or score > best[0]):
                    best = (score, Header(tuple(names), delimiter, start, line))
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
    if len({bare(name) for name in names}) < 0.5 * len(names):
        return 0
    columns = {target for target in targets if target}
    if not columns & {"title", "doi", "authors", "pmid", "abstract", "container"}:
        return 0
    known = sum(target is not None for target in targets)
    if len(columns) >= 2 and known >= 0.3 * len(targets):
        return known
    return known if len(targets) == 1 and columns & {"title", "doi", "pmid"} else 0


def _has_tags(names: Sequence[str]) -> str:
    """Say of which kind the two-letter tags are that head the columns; empty where none do."""
    bare_names = {name.strip().lstrip("\ufeff") for name in names}
    if {"TI", "AU"} <= bare_names or {"T1", "A1"} <= bare_names:
        return "ris" if "TY" in bare_names else "wos" if "PT" in bare_names else ""
    return ""


def parse_table(text: str, header: Header) -> Parsed:
    """Parse delimited text below its header."""
    csv.field_size_limit(_FIELD_LIMIT)
    body = io.StringIO(text[header.start :], newline="")
    reader = csv.reader(body, delimiter=header.delimiter)
    next(reader)
    parsed = Parsed()

    def rows() -> Iterable[tuple[int, list[str]]]:
        last = header.line - 1 + reader.line_num
        for row in reader:
            yield last + 1, row
            last = header.line - 1 + reader.line_num

    parse_rows(rows(), header.names, parsed, delimiter=header.delimiter)
    return parsed


def parse_rows(
    rows: Iterable[tuple[int, list[str]]],
    names: Sequence[str],
    parsed: Parsed,
    *,
    delimiter: str = ",",
    verbatim_allowed: bool = True,
) -> None:
    """Add the rows of a table to `parsed`."""
    names = [name.strip().lstrip("\ufeff") for name in names]
    if verbatim_allowed and tuple(names) == RECORD_COLUMNS:
        parsed.verbatim = True
        _verbatim(rows, parsed)
        return
    plan = _plan(names, parsed)
    width = len(names)
    for line, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        reason = ""
        if len(row) > width:
            spare = [cell for cell in row[width:] if cell.strip()]
            if spare:
                reason = f"a row of {len(row)} cells under {width} headings; the rest kept in extra"
        elif len(row) < width:
            if len(row) < width - 1:
                reason = f"a row of {len(row)} cells under {width} headings"
            row = row + [""] * (width - len(row))
        draft = plan.draft(row)
        draft["line"] = line
        if len(row) > width:
            spare = [cell.strip() for cell in row[width:] if cell.strip()]
            if spare:
                draft.setdefault("extra", {})["(no heading)"] = spare
        parsed.drafts.append(draft)
        if reason:
            parsed.repair(draft, line, reason, delimiter.join(row))


def _verbatim(rows: Iterable[tuple[int, list[str]]], parsed: Parsed) -> None:
    for line, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(RECORD_COLUMNS):
            parsed.reject(line, f"a row of {len(row)} cells under {len(RECORD_COLUMNS)}", str(row))
            continue
        draft: Draft = dict(zip(RECORD_COLUMNS, map(unguard, row), strict=True))
        draft["line"] = line
        parsed.drafts.append(draft)


class _Plan:
    """Which cell goes to which column, worked out once from the headings."""

    def __init__(self, names: Sequence[str], targets: Sequence[str | None]) -> None:
        by_column: dict[str, list[tuple[int, int]]] = {}
        self.extra: list[tuple[int, str]] = []
        for at, (name, target) in enumerate(zip(names, targets, strict=True)):
            if target:
                by_column.setdefault(target, []).append((rank_of(target, name), at))
            else:
                self.extra.append((at, name or f"(column {at + 1})"))
        self.names = names
        self.columns = [
            (column, [at for _, at in sorted(places)]) for column, places in by_column.items()
        ]

    def draft(self, row: list[str]) -> Draft:
        draft: Draft = {}
        extra: dict[str, object] = {}
        for column, places in self.columns:
            chosen = ""
            for at in places:
                value = row[at].strip()
                if not value:
                    continue
                if not chosen:
                    chosen = value
                    draft[column] = value
                    if column == "date":
                        draft["date_tag"] = self.names[at]
                elif column in ("isbn", "issn"):
                    draft[column] += f"; {value}"
                elif value != chosen:
                    extra[self.names[at]] = value
        for at, name in self.extra:
            value = row[at]
            if value and (value := value.strip()):
                extra[name] = value
        _finish(draft, extra)
        if extra:
            draft["extra"] = extra
        return draft


def _finish(draft: Draft, extra: dict[str, object]) -> None:
    word = draft.get("type")
    draft["type"] = (csl_type(word) if word else None) or "document"
    if word and (draft["type"] == "document" or not is_canonical(word)):
        draft["extra_type"] = word
    if "date" not in draft and "container" in draft:
        _split_source(draft, extra)
    for column in ("authors", "keywords"):
        value = draft.get(column)
        if value is not None and value[:2] in ("['", '["') and value[-1] == "]":
            draft[column] = "; ".join(_LISTED.findall(value)).replace("\\'", "'")
    names = draft.get("authors")
    if names is not None:
        pieces = [piece for piece in map(str.strip, names.split(";")) if piece]
        if "," not in names and len(pieces) > 1:
            pairs = pair_up(pieces)
            if pairs != pieces:
                extra["authors"] = names
                pieces = pairs
        draft["authors"] = pieces
    first = draft.pop("first_page", None)
    last = draft.pop("last_page", None)
    number = draft.pop("article_number", None)
    pages = join_pages(first, last)
    if "pages" not in draft:
        if pages is not None:
            draft["pages"] = pages
        elif number is not None:
            draft["pages"], number = number, None
    elif pages is not None and pages != draft["pages"]:
        extra["pages"] = pages
    if number is not None:
        extra["article_number"] = number
    serial = draft.pop("serial", None)
    for column, value in (("isbn", draft.get("isbn")), ("issn", draft.get("issn")), ("", serial)):
        if not value:
            continue
        isbn, issn, whole = split_serial_number(value)
        if column:
            found = isbn if column == "isbn" else issn
            if found is None:
                del draft[column]
            else:
                draft[column] = found
            if not whole or (issn if column == "isbn" else isbn):
                extra[column] = value
        else:
            if isbn:
                draft.setdefault("isbn", isbn)
            if issn:
                draft.setdefault("issn", issn)
            if not whole:
                extra["serial"] = value


#: Embase puts everything into one cell: "Journal (2014) 3:3 (152-160). Date of Publication: …".
_SOURCE = re.compile(
    r"(?P<container>.+?) \((?P<date>\d{4})\) (?P<volume>[^:() ]+)(?::(?P<issue>[^() ]+))?"
    r"(?: (?:Article Number: \S+ )?\((?P<pages>[^()]*)\))?"
)
#: Items of a list as Python prints it, in tables written by scripts.
_LISTED = re.compile(r"(?<=['\"])(?!, )[^'\"]+(?:\\?'[^'\",]+)*(?=['\"][,\]])")


def _split_source(draft: Draft, extra: dict[str, object]) -> None:
    match = _SOURCE.match(draft["container"])
    if match is None:
        return
    extra["source"] = draft["container"]
    draft.update({name: value for name, value in match.groupdict().items() if value})
    draft["date_tag"] = "source"


def _plan(names: Sequence[str], parsed: Parsed) -> _Plan:
    tags = _has_tags(names)
    targets = [target_of(name, tags=tags) for name in names]
    for name, target in zip(names, targets, strict=True):
        if target is None and name:
            near = nearest(name, known_headings())
            also = f"; the nearest known is {near!r}" if near else ""
            parsed.repair(
                None, 1, f"column {name!r} is not recognised and kept in extra{also}", name
            )
    return _Plan(names, targets)
