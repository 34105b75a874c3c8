"""The independent count: how many entries a file holds, by a scan that parses nothing.

The parsers never see these numbers. `read_records` compares accepted plus rejected entries with
them and refuses to go on where they differ.
"""

from __future__ import annotations

import csv
import io
import re

from oso_analysis.literature.readers.draft import words

__all__ = ["count_markers", "json_starts"]

_RIS = re.compile(r"^[ \t]*(TY|ER)(?:  -|[ \t]{0,4}-(?=[ \t\n]|\Z))", re.MULTILINE)
_RIS_TAG = re.compile(r"^[ \t]*([A-Z][A-Z0-9])(?:(  )-|[ \t]{0,4}-(?=[ \t\n]|\Z))", re.MULTILINE)
_WOS = re.compile(r"^(PT|ER)(?=[ \t\n]|\Z)", re.MULTILINE)
_WOS_TAG = re.compile(r"^(?!FN|VR|EF|PT|ER)[A-Z][A-Z0-9](?=[ \t]\S)", re.MULTILINE)
_BIBTEX = re.compile(
    r"(?:^|\})[ \t]*@[ \t]*(?!(?:comment|string|preamble|xdata|set|control)\s*[{(])"
    r"[A-Za-z]\w*\s*[{(]",
    re.MULTILINE | re.IGNORECASE,
)
_RECORD = re.compile(r"<(?:[\w.-]+:)?record(?=[\s>/])")
_MEDLINE = re.compile(
    r"^PMID-|(?:\A|\n[ \t]*\n)(?!PMID-)(?=[A-Z0-9 ]{4}-)[A-Z0-9]+ *-", re.MULTILINE
)
_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]]', re.DOTALL)
_JSON_ITEM = re.compile(r'(:\s*)?\{\s*"([^"\\]*)"\s*:')
_ITEMS = re.compile(r'\s*\{(?:[^{}\[\]]*,)?\s*"items"\s*:\s*\[')
#: First names in the objects inside an item: names and dates.
_INNER = words(
    """family given literal suffix non-dropping-particle dropping-particle comma-suffix static-
    ordering parse-names name ORCID isInstitution date-parts raw season circa year affiliation
    sequence authenticated-orcid orcid role"""
)


def count_markers(text: str, format: str) -> int:
    """Count the entries in a file of text by their markers.

    Parameters
    ----------
    text : str
        The decoded file, every line ending a line feed.
    format : str
        One of the names in `sniff.FORMATS` other than "xlsx".

    Returns
    -------
    int
        RIS: `TY` lines, plus runs of tagged lines that no `TY` opens; Web of Science: the same
        with `PT`. BibTeX: entry commands at the start of a line or after a closing brace.
        EndNote XML: `<record>` tags. MEDLINE: `PMID-` lines, or blocks where a block has none.
        CSL-JSON: objects at the depth of items. CSV: rows with content below the header.
    """
    return _COUNTERS[format](text)


def _count_ris(text: str) -> int:
    from oso_analysis.literature.readers.ris import KNOWN_TAGS

    count = 0
    outside = True
    place = 0
    for match in _RIS.finditer(text):
        if outside and _any_tag(text, place, match.start(), KNOWN_TAGS):
            count += 1
        outside = match[1] == "ER"
        count += not outside
        place = match.end()
        if outside:
            end = text.find("\n", place)
            place = len(text) if end < 0 else end
    if outside and _any_tag(text, place, len(text), KNOWN_TAGS):
        count += 1
    return count


def _any_tag(text: str, start: int, end: int, known: frozenset[str]) -> bool:
    if end - start < 4 or text[start:end].isspace():
        return False
    return any(
        (match[2] or match[1] in known) and match[1] not in ("TY", "ER")
        for match in _RIS_TAG.finditer(text, start, end)
    )


def _count_wos(text: str) -> int:
    count = 0
    outside = True
    place = 0
    for match in _WOS.finditer(text):
        if outside and _WOS_TAG.search(text, place, match.start()):
            count += 1
        outside = match[1] == "ER"
        count += not outside
        place = match.end()
    if outside and _WOS_TAG.search(text, place):
        count += 1
    return count


def _count_bibtex(text: str) -> int:
    return sum(1 for _ in _BIBTEX.finditer(text))


def _count_endnote(text: str) -> int:
    return sum(1 for _ in _RECORD.finditer(text))


def _count_medline(text: str) -> int:
    return sum(1 for _ in _MEDLINE.finditer(text))


def json_starts(text: str) -> list[int]:
    """Return where the items of a CSL-JSON text begin, valid JSON or not."""
    first = re.match(r"\s*([\[{])", text)
    if first is None:
        return []
    wrapped = _ITEMS.match(text)
    level = 2 if wrapped else 1 if first[1] == "[" else 0
    begin = wrapped.end() - 1 if wrapped else 0
    depth = 0
    starts = []
    for match in _JSON_TOKEN.finditer(text):
        sign = text[match.start()]
        if sign == "{":
            if depth == level and match.start() >= begin:
                starts.append(match.start())
            depth += 1
        elif sign == "[":
            depth += 1
        elif sign != '"':
            depth -= 1
    if depth == 0:
        return starts
    return [
        match.start()
        for match in _JSON_ITEM.finditer(text)
        if not match[1] and match[2] not in _INNER
    ]


def _count_csl(text: str) -> int:
    return len(json_starts(text))


def _count_table(text: str) -> int:
    from oso_analysis.literature.readers.tabular import header_of

    header = header_of(text)
    if header is None:
        return 0
    rows = csv.reader(io.StringIO(text[header.start :], newline=""), delimiter=header.delimiter)
    return sum(any(cell.strip() for cell in row) for row in rows) - 1


_COUNTERS = {
    "ris": _count_ris,
    "wos": _count_wos,
    "bibtex": _count_bibtex,
    "endnote-xml": _count_endnote,
    "medline": _count_medline,
    "csl-json": _count_csl,
    "csv": _count_table,
    "tsv": _count_table,
}
