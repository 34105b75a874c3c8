"""Embase's CSV with fields by row: a field a line, a blank line between entries."""

from __future__ import annotations

import csv
import io
import re

from oso_analysis.literature.readers.draft import Parsed
from oso_analysis.literature.readers.tabular import FIELD_LIMIT, parse_rows

__all__ = ["LOOKS_LIKE_EMBASE", "parse_embase"]

_START = re.compile(r'^"TITLE",', re.MULTILINE)
#: Two fields under each other; a table with such headings has all of them on one line.
LOOKS_LIKE_EMBASE = re.compile(r'"TITLE","[^\n]*"\n"[A-Z][A-Z /()-]+","')

_Fields = dict[str, list[str]]


def parse_embase(text: str) -> Parsed:
    """Parse Embase's CSV with fields by row; an entry runs from its title to the next.

    The fields are then read as the columns of a table are, several values joined by semicolons.
    Each entry is cut out first, so that a missing quotation mark costs no other.
    """
    csv.field_size_limit(FIELD_LIMIT)
    parsed = Parsed()
    starts = [match.start() for match in _START.finditer(text)]
    entries: list[tuple[int, _Fields]] = []
    line, counted = 1, 0
    for start, end in zip(starts, [*starts, len(text)][1:], strict=True):
        line += text.count("\n", counted, start)
        counted = start
        fields = _fields(text[start:end])
        if fields:
            entries.append((line, fields))
        else:
            parsed.reject(line, "an entry without any content", text[start:end].strip())
    if starts and (before := text[: starts[0]].strip()):
        parsed.repair(None, 1, "text outside any entry was left out", before)
    names = list(dict.fromkeys(name for _, fields in entries for name in fields))
    rows = ((line, ["; ".join(fields.get(name, ())) for name in names]) for line, fields in entries)
    parse_rows(rows, names, parsed, line=1)
    return parsed


def _fields(entry: str) -> _Fields:
    """Return the values of each field of an entry, those of a line without a name by none."""
    fields: _Fields = {}
    for row in csv.reader(io.StringIO(entry, newline="\n")):
        values = [value.strip() for value in row[1:] if value.strip()]
        if values:
            fields.setdefault(row[0].strip(), []).extend(values)
        elif row and len(row) == 1 and row[0].strip():
            fields.setdefault("", []).append(row[0].strip())
    return fields
