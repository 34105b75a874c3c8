"""Embase's CSV with fields by row: a field a line, a blank line between entries."""

from __future__ import annotations

import csv
import io
import re

from oso_analysis.literature.readers.draft import Parsed
from oso_analysis.literature.readers.tabular import FIELD_LIMIT, parse_rows

__all__ = ["looks_like_embase", "parse_embase"]

_START = re.compile(r'^"TITLE",', re.MULTILINE)
#: Names of fields that come after the title, one of which nearly every entry has next.
_NAMES = frozenset(
    name.strip()
    for name in """
    ABSTRACT|ARTICLE NUMBER|AUTHOR ADDRESSES|AUTHOR KEYWORDS|AUTHOR NAMES|AUTHORS|BOOK PUBLISHER|
    CAS REGISTRY NUMBERS|CLINICAL TRIAL NUMBERS|CONFERENCE DATE|CONFERENCE LOCATION|
    CONFERENCE NAME|COPYRIGHT|CORRESPONDENCE ADDRESS|DATE OF PUBLICATION|DOI|EDITORS|EMBASE LINK|
    EMBASE ACCESSION ID|EMBASE ACCESSION NUMBER|EMBASE CLASSIFICATIONS|
    EMTREE DRUG INDEX TERMS|EMTREE MEDICAL INDEX TERMS|FULL TEXT LINK|
    FULL RECORD ENTRY DATE|GROUP AUTHOR NAMES|ISBN|ISSN|ISSUE|LANGUAGE OF ARTICLE|
    LANGUAGE OF SUMMARY|MEDLINE PMID|ORCID|ORIGINAL ABSTRACT|ORIGINAL TITLE|
    ORIGINAL (NON-ENGLISH) TITLE|PAGE RANGE|PUBLICATION DATE|PUBLICATION TYPE|PUBLICATION YEAR|
    PUI|SOURCE|SOURCE TITLE|SOURCE TYPE|VOLUME|YEAR
    """.replace("\n", "").split("|")
)
#: A title on a line of two fields, and the name and value under it.
_OPENING = re.compile(r'^"TITLE","(?:[^"\n]|"")*"\n"([A-Z][A-Z /()-]+)","', re.MULTILINE)

_Fields = dict[str, list[str]]


def looks_like_embase(text: str) -> bool:
    """Whether any title has a field of Embase's on the line below it.

    A table with the heading "TITLE" has whatever comes first in its rows there; the first entry
    may lack its title or a quotation mark, and a line of anything may stand above it.
    """
    return any(match[1] in _NAMES for match in _OPENING.finditer(text))


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
