"""The independent count: how many entries a file holds, by a scan that parses nothing.

The parsers never see these numbers. `read_records` compares accepted plus rejected entries with
them and refuses to go on where they differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from oso_analysis.literature.readers.answers import ITEM_LISTS, WRAPPERS, are_works
from oso_analysis.literature.readers.draft import MAX_ENTRY, words
from oso_analysis.literature.readers.tagged import OPENINGS

__all__ = [
    "count_endnote",
    "count_markers",
    "count_pubmed",
    "count_table",
    "count_zotero_rdf",
    "scan_json",
    "scan_table",
]

_RIS = re.compile(r"^[ \t]*(TY|ER)(?:[ \t]{1,4}-|-(?=[ \t\n]|\Z))", re.MULTILINE)
_RIS_TAG = re.compile(
    r"^[ \t]*([A-Z][A-Z0-9])(?:(  )-|[ \t]{1,4}-|-(?=[ \t\n]|\Z))(.*)", re.MULTILINE
)
_WOS = re.compile(r"^(PT|ER)(?=[ \t\n]|\Z)", re.MULTILINE)
_WOS_TAG = re.compile(r"^(?!FN|VR|EF|PT|ER)([A-Z][A-Z0-9])[ \t](?=.*\S)", re.MULTILINE)
_BIBTEX = re.compile(
    r"(?:^|\})[ \t]*@[ \t]*(?!(?:comment|string|preamble|xdata|set|control)\s*[{(])"
    r"[A-Za-z]\w*\s*[{(]",
    re.MULTILINE | re.IGNORECASE,
)
_RECORD = re.compile(rb"<(?:[\w.-]+:)?record(?=[\s>/])")
_PUBMED = re.compile(rb"<Pubmed(?:Book)?Article(?=[\s>/])")
_ZOTERO_ITEM = re.compile(
    rb"<(?:[\w.-]+:)?itemType(?:\s[^<>]*)?>\s*(?!(?:attachment|note|annotation)\s*<)[^<\s]"
)
#: What in XML only looks like elements.
_NO_ELEMENTS = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_MEDLINE_TAG = re.compile(r"[A-Z0-9]*[A-Z][A-Z0-9]* *-")
_REFER_TITLE = re.compile(r"^%T[ \t]+\S", re.MULTILINE)
_JSON_ITEM = re.compile(rb'(:\s*)?\{\s*"([^"\\]*)"\s*(?=:)')
#: Members of items that programming interfaces have, and how far they are looked for.
_ANSWER = re.compile(rb'"(?:authorships|paperId|authorString|creators)"\s*:')
_LOOKED_AT = 200_000
_STRING = rb'"(?:[^"\\]|\\.)*+"'
_NAME_OR_BRACKET = re.compile(rb'"((?:[^"\\]|\\.)*+)"(\s*:)?|[{}\[\]]', re.DOTALL)
_FLAT = rb"(?:[^{}\[\]\"]|" + _STRING + rb")*+"
_NESTED = rb"[{\[]" + _FLAT + (rb"(?:[{\[]" + _FLAT) * 4 + (rb"[}\]]" + _FLAT + rb")*+") * 4
_LISTS, _WRAPPERS = ("|".join(names).encode() for names in (ITEM_LISTS, WRAPPERS))
_NAMES = _WRAPPERS + b"|" + _LISTS
#: Members of an object before the one that is looked for, be they nested.
_MEMBERS = (
    rb"\{\s*(?:(?!\"(?:" + _NAMES + rb")\")" + _STRING + rb"\s*:\s*(?:" + _STRING
    + rb"|[^{}\[\],\"]++|" + _NESTED + rb"[}\]])\s*,\s*)*+"
)  # fmt: skip
#: Where the list of items begins: in the outermost object, or in one in it, as Crossref's answers.
_WRAPPED = rb'("(?:' + _WRAPPERS + rb')"\s*:\s*' + _MEMBERS + rb")?"
_ITEMS = re.compile(
    _MEMBERS + _WRAPPED + rb'"(?:' + _LISTS + rb')"\s*:\s*\[(?=\s*[{\]])', re.DOTALL
)
_QUOTE, _BRACE, _LINE_FEED = b'"{\n'
_NO_SIGNS = bytes(set(range(256)) - set(b'"{}[]\n'))
_DEPTH = np.zeros(256, dtype=np.int8)
_DEPTH[list(b"{[")] = 1
_DEPTH[list(b"}]")] = -1
#: First names in the objects inside an item: names and dates.
_INNER = frozenset(
    name.encode()
    for name in words(
        """family given literal suffix non-dropping-particle dropping-particle comma-suffix static-
    ordering parse-names name ORCID isInstitution date-parts raw season circa year affiliation
    sequence authenticated-orcid orcid role"""
    )
)


def count_markers(text: str, format: str, raw: bytes = b"") -> int:
    """Count the entries in a file of text by their markers.

    Parameters
    ----------
    text : str
        The decoded file, every line ending a line feed.
    format : str
        One of the names in `sniff.FORMATS` other than "xlsx".
    raw : bytes
        The text in UTF-8, where it is at hand.

    Returns
    -------
    int
        RIS: `TY` lines, plus runs of tagged lines that no `TY` opens; Web of Science: the same
        with `PT`. BibTeX: entry commands at the start of a line or after a closing brace.
        EndNote XML: `<record>` tags, PubMed XML: `<PubmedArticle>` and
        `<PubmedBookArticle>`, Zotero RDF: types of items but those of
        attachments and notes. MEDLINE: `PMID-` lines, or blocks where a block has none.
        EndNote's tagged text: `%0` lines, or paragraphs with a title that have none; RefWorks:
        `RT` lines; NoteExpress: `{Reference Type}:` lines.
        CSL-JSON: objects at the depth of items.
        Embase with fields by row: `"TITLE"` lines. CSV: rows with content below the header.
    """
    return _COUNTERS[format](text, raw or text.encode("utf-8", errors="replace"))


def _count_ris(text: str, raw: bytes) -> int:
    count = _count_regular(raw, b"TY  - ", b"\nER  -", b"")
    if count is not None:
        return count
    from oso_analysis.literature.readers.ris import IDENTIFYING

    count = 0
    outside = True
    place = 0
    for match in _RIS.finditer(text):
        if outside and _any_tag(text, place, match.start(), IDENTIFYING):
            count += 1
        outside = match[1] == "ER"
        count += not outside
        place = match.end()
        if outside:
            end = text.find("\n", place)
            place = len(text) if end < 0 else end
    if outside and _any_tag(text, place, len(text), IDENTIFYING):
        count += 1
    return count


def _count_regular(raw: bytes, opening: bytes, closing: bytes, last: bytes) -> int | None:
    """Count entries where they strictly alternate between one opening and one closing line.

    Returns
    -------
    int or None
        None where anything is out of the ordinary, which the slower count then looks into.
    """
    blocks = raw.split(closing)
    count = len(blocks) - 1
    openings = raw.count(b"\n" + opening[:2]) + raw.startswith(opening[:2])
    if (
        openings != count
        or raw.count(closing[:3]) != count
        or blocks[-1].strip() != last
        or b"\n " + opening[:2] in raw
        or b"\n\t" + opening[:2] in raw
    ):
        return None
    head = blocks[0]
    if not head.startswith(opening):
        at = head.find(b"\n" + opening)
        if at < 0 or any(line[:3] not in (b"FN ", b"VR ", b"") for line in head[:at].split(b"\n")):
            return None
    usual = (b"\n" + opening, opening)
    for block in blocks[1:-1]:
        # What stands on the closing line after its tag is no beginning of anything.
        begin = 0 if closing[-1:] == b"\n" else block.find(b"\n") + 1
        if begin == 0 and closing[-1:] != b"\n":
            return None
        if not block.startswith(usual, begin) and not block[begin:].lstrip().startswith(opening):
            return None
    return count


def _any_tag(text: str, start: int, end: int, identifying: frozenset[str]) -> bool:
    """Whether lines outside any entry are one themselves: one of them identifies it."""
    if end - start < 4 or text[start:end].isspace():
        return False
    return any(match[1] in identifying for match in _RIS_TAG.finditer(text, start, end))


def _count_wos(text: str, raw: bytes) -> int:
    count = _count_regular(raw, b"PT ", b"\nER\n", b"EF")
    if count is not None:
        return count
    count = 0
    outside = True
    place = 0
    for match in _WOS.finditer(text):
        if outside and _any_wos_tag(text, place, match.start()):
            count += 1
        outside = match[1] == "ER"
        count += not outside
        place = match.end()
    if outside and _any_wos_tag(text, place, len(text)):
        count += 1
    return count


def _any_wos_tag(text: str, start: int, end: int) -> bool:
    from oso_analysis.literature.readers.wos import KNOWN_TAGS

    return any(match[1] in KNOWN_TAGS for match in _WOS_TAG.finditer(text, start, end))


def _count_bibtex(text: str, raw: bytes) -> int:
    return sum(1 for _ in _BIBTEX.finditer(text))


def count_endnote(data: bytes) -> int:
    """Count the `<record>` tags of EndNote XML in UTF-8."""
    return sum(1 for _ in _RECORD.finditer(data))


def count_pubmed(data: bytes) -> int:
    """Count the articles and books of PubMed's XML in UTF-8."""
    return sum(1 for _ in _PUBMED.finditer(data))


def count_zotero_rdf(data: bytes) -> int:
    """Count the items of Zotero's RDF that are no files, notes or marks in them."""
    return sum(1 for _ in _ZOTERO_ITEM.finditer(_NO_ELEMENTS.sub(b"?", data)))


def _count_medline(text: str, raw: bytes) -> int:
    count = 0
    for block in re.split(r"\n(?:[^\S\n]*\n)+", text):
        count += block.count("\nPMID-")
        if block.startswith("PMID-"):
            count += 1
            continue
        # Lines before the first PMID line are an entry that has lost its own.
        first = block.partition("\nPMID-")[0]
        count += any(
            (line[4:5] == "-" and _MEDLINE_TAG.fullmatch(line[:5]) is not None)
            or (line[4:7] == " - " and _MEDLINE_TAG.fullmatch(line[:6]) is not None)
            for line in first.split("\n")
        )
    return count


def _count_refer(text: str, raw: bytes) -> int:
    # A paragraph with a title is one entry where no line opens any in it.
    return sum(
        len(OPENINGS["refer"].findall(block)) or _REFER_TITLE.search(block) is not None
        for block in re.split(r"\n(?:[^\S\n]*\n)+", text)
    )


def _count_openings(format: str) -> Callable[[str, bytes], int]:
    return lambda text, raw: sum(1 for _ in OPENINGS[format].finditer(text))


def _places(raw: bytes, signs: bytes) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return where any of `signs` stands."""
    table = bytes(byte in signs for byte in range(256))
    return np.flatnonzero(np.frombuffer(raw.translate(table), dtype=bool))


def scan_json(raw: bytes) -> list[tuple[int, int]]:
    """Return where the items of a CSL-JSON text in UTF-8 begin: line and place.

    Braces and brackets outside quotation marks are counted, so no parser is needed. Where they
    do not balance, an object counts as an item if it is no value of a name and does not begin
    like a person's name or a date.
    """
    first = re.search(rb"[\[{]", raw)
    if first is None or raw[: first.start()].decode("utf-8").strip():
        return []
    wrapped = _ITEMS.match(raw, first.start())
    if (
        wrapped
        and b'"items"' not in wrapped[0]
        and not are_works(_member_names(raw, wrapped.end()))
    ):
        wrapped = None
    level = (3 if wrapped[1] else 2) if wrapped else 1 if first[0] == b"[" else 0
    begin = wrapped.end() - 1 if wrapped else 0
    plain = raw
    if b"\\" in plain:
        # Escapes are two characters; replacing them by two others moves nothing.
        plain = plain.replace(b"\\\\", b"__").replace(b'\\"', b"__")
    braces = np.flatnonzero(np.frombuffer(plain, dtype=np.uint8) == _BRACE)
    # Two quotation marks with no other sign between them can go: what is left stands inside or
    # outside of quotation marks as it did.
    signs = np.frombuffer(plain.translate(None, _NO_SIGNS).replace(b'""', b""), dtype=np.uint8)
    outside = (np.cumsum(signs == _QUOTE, dtype=np.int32) & 1) == 0
    depth = np.cumsum(_DEPTH[signs] * outside, dtype=np.int32)
    is_brace = signs == _BRACE
    is_item = is_brace & outside & (depth == level + 1)
    starts = braces[is_item[is_brace]]
    # Items of programming interfaces are full of objects that begin like items.
    is_whole = (len(depth) and depth[-1] == 0) or _ANSWER.search(raw, begin, begin + _LOOKED_AT)
    if is_whole or (level == 3 and _has_all(raw, begin, len(starts))):
        at = np.flatnonzero(is_item)[starts >= begin]
        starts = starts[starts >= begin]
        if begin and len(at):
            # What follows the list is no item, however deep it stands.
            closed = np.flatnonzero(depth[at[0] :] < level)
            n = int(np.searchsorted(at, at[0] + closed[0])) if len(closed) else len(at)
            at, starts = at[:n], starts[:n]
        lines = 1 + np.cumsum(signs == _LINE_FEED, dtype=np.int32)[at]
        return list(zip(lines.tolist(), starts.tolist(), strict=True))
    found = []
    line = 1
    counted = 0
    for match in _JSON_ITEM.finditer(raw):
        if not match[1] and match[2] not in _INNER:
            start = match.start() + match[0].index(b"{")
            line += raw.count(b"\n", counted, start)
            counted = start
            found.append((line, start))
    return found


def _member_names(raw: bytes, begin: int) -> list[str]:
    """Return what the members of the object at `begin` are called, those of objects in it not."""
    names = []
    depth = 0
    for match in _NAME_OR_BRACKET.finditer(raw, begin, begin + MAX_ENTRY):
        if match[0] in (b"{", b"["):
            depth += 1
        elif match[0] in (b"}", b"]"):
            depth -= 1
            if depth <= 0:
                break
        elif match[2] and depth == 1:
            names.append(match[1].decode("utf-8", "replace"))
    return names


def _has_all(raw: bytes, begin: int, found: int) -> bool:
    """Whether a list that is cut off has no more items than were found: none begin as its first."""
    first = _JSON_ITEM.search(raw, begin)
    return first is not None and raw.count(first[0].strip(), begin) <= found


def _count_json(text: str, raw: bytes) -> int:
    return len(scan_json(raw))


def count_table(data: bytes, head: str) -> int:
    """Count the rows with content below the header of a table in UTF-8.

    Parameters
    ----------
    data : bytes
    head : str
        The beginning of it, at least to the end of the header.
    """
    from oso_analysis.literature.readers.tabular import header_of

    header = header_of(head)
    if header is None:
        return 0
    return len(scan_table(data[header.offset :], header.delimiter)) - 1


def scan_table(raw: bytes, delimiter: str) -> list[int]:
    """Return the line, counted from 1, on which each row with content begins in UTF-8.

    A quotation mark quotes only at the beginning of a cell, up to the next single one. Where no
    row goes on over several lines and all marks stand around cells, every line is a row; where
    all marks stand so at least, line feeds after an even number of them end rows; else a slower
    scan goes cell by cell.
    """
    lines = raw.split(b"\n")
    between = f'"{delimiter}"'.encode()
    if all(
        b'"' not in line
        or (
            line[:1] == line[-1:] == b'"' != line
            and line.count(b'"', 1, -1) == 2 * line.count(between, 1, -1)
        )
        for line in lines
    ):
        return [number for number, line in enumerate(lines, 1) if line and _says(line, delimiter)]
    del lines
    data = np.frombuffer(raw, dtype=np.uint8)
    places = _places(raw, b'"\n')
    is_quote = data[places] == _QUOTE
    after = np.cumsum(is_quote, dtype=np.int32) & 1
    quotes = places[is_quote]
    opens = after[is_quote] == 1
    edge = np.zeros(256, dtype=bool)
    edge[[ord(delimiter), _LINE_FEED, _QUOTE]] = True
    padded = np.concatenate(
        (np.full(1, _LINE_FEED, np.uint8), data, np.full(1, _LINE_FEED, np.uint8))
    )
    tidy = edge[padded[quotes]] if len(quotes) else np.ones(0, dtype=bool)
    tidy = np.where(opens, tidy, edge[padded[quotes + 2]])
    if not tidy.all() or len(quotes) % 2:
        return _scan_cells(raw.decode("utf-8"), delimiter)
    feeds = places[~is_quote]
    ends = feeds[after[~is_quote] == 0]
    starts = np.concatenate(([0], ends + 1))
    ends = np.concatenate((ends, [len(raw)]))
    starts, ends = starts[ends > starts], ends[ends > starts]
    numbers = 1 + np.searchsorted(feeds, starts)
    return [
        number
        for number, start, end in zip(numbers.tolist(), starts.tolist(), ends.tolist(), strict=True)
        if _says(raw[start:end], delimiter)
    ]


def _says(row: bytes, delimiter: str) -> bool:
    """Whether a row has anything besides delimiters, blanks and quotation marks."""
    first = row.lstrip(b' "' + delimiter.encode())[:1]
    if b" " < first < b"\x7f":
        return True
    # Other scripts have blanks of their own.
    return bool(first and row.decode().replace(delimiter, " ").replace('"', " ").strip())


def _scan_cells(text: str, delimiter: str) -> list[int]:
    sign = re.escape(delimiter)
    row = re.compile(
        rf'(?:(?:"(?:[^"]|"")*+(?:"|\Z)[^{sign}\n]*+|[^"{sign}\n][^{sign}\n]*+|)(?:{sign}|(?=\n|\Z)))*?'
        r"(?:\n|\Z)"
    )
    lines = []
    place = 0
    line = 1
    while place < len(text):
        match = row.match(text, place)
        end = match.end() if match is not None else len(text)
        if _says(text[place:end].encode("utf-8", errors="replace"), delimiter):
            lines.append(line)
        line += text.count("\n", place, end)
        place = max(end, place + 1)
    return lines


_COUNTERS: dict[str, Callable[[str, bytes], int]] = {
    "ris": _count_ris,
    "wos": _count_wos,
    "bibtex": _count_bibtex,
    "endnote-xml": lambda text, raw: count_endnote(raw),
    "medline": _count_medline,
    "zotero-rdf": lambda text, raw: count_zotero_rdf(raw),
    "pubmed-xml": lambda text, raw: count_pubmed(raw),
    "refer": _count_refer,
    "refworks": _count_openings("refworks"),
    "noteexpress": _count_openings("noteexpress"),
    "csl-json": _count_json,
    "embase": lambda text, raw: raw.count(b'\n"TITLE",') + raw.startswith(b'"TITLE",'),
    "csv": lambda text, raw: count_table(raw, text),
    "tsv": lambda text, raw: count_table(raw, text),
}
