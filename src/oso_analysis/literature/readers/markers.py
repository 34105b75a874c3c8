"""The independent count: how many entries a file holds, by a scan that parses nothing.

The parsers never see these numbers. `read_records` compares accepted plus rejected entries with
them and refuses to go on where they differ.
"""

from __future__ import annotations

import csv
import io
import re

import numpy as np

from oso_analysis.literature.readers.draft import words

__all__ = ["count_markers", "scan_json"]

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
_JSON_ITEM = re.compile(r'(:\s*)?\{\s*"([^"\\]*)"\s*:')
_ITEMS = re.compile(r'\s*\{(?:[^{}\[\]]*,)?\s*"items"\s*:\s*\[')
_QUOTE, _BRACE, _BRACKET, _LINE_FEED = b'"{[\n'
_STRUCTURE = np.zeros(256, dtype=bool)
_STRUCTURE[list(b'"{}[]')] = True
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


def scan_json(text: str) -> list[tuple[int, int]]:
    """Return where the items of a CSL-JSON text begin: line and place, valid JSON or not.

    Braces and brackets outside quotation marks are counted, so no parser is needed. Where they
    do not balance, an object counts as an item if it is no value of a name and does not begin
    like a person's name or a date.
    """
    first = re.match(r"\s*([\[{])", text)
    if first is None:
        return []
    wrapped = _ITEMS.match(text)
    level = 2 if wrapped else 1 if first[1] == "[" else 0
    begin = len(text[: wrapped.end()].encode()) - 1 if wrapped else 0
    # Escapes are two characters; replacing them by two others moves nothing.
    raw = text.encode("utf-8", errors="replace")
    if b"\\" in raw:
        raw = raw.replace(b"\\\\", b"__").replace(b'\\"', b"__")
    data = np.frombuffer(raw, dtype=np.uint8)
    places = np.flatnonzero(_STRUCTURE[data])
    signs = data[places]
    outside = (np.cumsum(signs == _QUOTE, dtype=np.int32) & 1) == 0
    opening = ((signs == _BRACE) | (signs == _BRACKET)) & outside
    closing = ((signs == _BRACE + 2) | (signs == _BRACKET + 2)) & outside
    depth = np.cumsum(opening.astype(np.int32) - closing.astype(np.int32))
    if len(depth) and depth[-1] == 0:
        is_item = (signs == _BRACE) & opening & (depth == level + 1) & (places >= begin)
        starts = places[is_item]
        lines = 1 + np.searchsorted(np.flatnonzero(data == _LINE_FEED), starts)
        if not text.isascii():
            # From places in bytes to places in text: bytes that continue a letter do not count.
            continued = np.flatnonzero((data & 0xC0) == 0x80)
            starts = starts - np.searchsorted(continued, starts)
        return list(zip(lines.tolist(), starts.tolist(), strict=True))
    return [
        (text.count("\n", 0, match.start()) + 1, match.start() + match[0].index("{"))
        for match in _JSON_ITEM.finditer(text)
        if not match[1] and match[2] not in _INNER
    ]


def _count_csl(text: str) -> int:
    return len(scan_json(text))


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
