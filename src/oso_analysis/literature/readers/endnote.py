"""EndNote XML as EndNote, Zotero and Mendeley write it, whatever its namespaces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element

from oso_analysis.literature.readers.csl_types import csl_type, is_canonical
from oso_analysis.literature.readers.draft import (
    MAX_ENTRY,
    Draft,
    Parsed,
    Tags,
    left_over,
    take,
    take_columns,
    take_serial_numbers,
)
from oso_analysis.literature.readers.text import first_address
from oso_analysis.literature.readers.xmlchunks import gather, local, parse_chunk, read_chunk

__all__ = ["declares_entities", "parse_endnote"]

_START = re.compile(rb"<(?:[\w.-]+:)?record(?=[\s>/])")
#: What most files have, and what is found sooner.
_BARE_START = re.compile(rb"<record(?=[\s>/])")
_BARE_END = b"</record>"
#: Entries given to the parser at once; more make no difference.
_TOGETHER = 10
_END = re.compile(rb"</(?:[\w.-]+:)?record\s*>")
_DECLARATION = re.compile(rb"<!(?:ENTITY|DOCTYPE[^>\[]*\[)")
_STYLE = re.compile(rb"</?style\b[^<>\n]*>")
_BROKEN_STYLE = re.compile(rb"<style\s[^<>]*>")
_COMMON_STYLE = b'<style face="normal" font="default" size="100%">'
#: Where EndNote keeps what a record column holds; a path is `parent/child`.
_SCALARS = (
    ("title", ("titles/title",)),
    ("container", ("titles/secondary-title", "periodical/full-title", "full-title",
                   "titles/alt-title", "alt-periodical/full-title", "periodical/abbr-1")),
    ("volume", ("volume",)),
    ("issue", ("number", "issue")),
    ("pages", ("pages",)),
    ("publisher", ("publisher",)),
    ("place", ("pub-location",)),
    ("edition", ("edition",)),
    ("doi", ("electronic-resource-num", "doi")),
    ("language", ("language",)),
    ("abstract", ("abstract",)),
)  # fmt: skip
_URLS = ("urls/web-urls/url", "urls/related-urls/url", "urls/text-urls/url", "urls/url",
         "urls/pdf-urls/url", "url")  # fmt: skip
_AUTHORS = ("contributors/authors/author", "authors/author", "contributors/author", "author")
_KEYWORDS = ("keywords/keyword", "keyword")
_DATES = ("dates/year", "year", "dates/pub-dates/date", "dates/date")


def declares_entities(data: bytes) -> int:
    """Return the line on which the file declares XML entities, or 0 where it declares none."""
    found = _DECLARATION.search(data)
    return data.count(b"\n", 0, found.start()) + 1 if found else 0


def parse_endnote(data: bytes) -> Parsed:
    """Parse EndNote XML in UTF-8.

    Each `<record>` is cut out before anything is parsed, so that a damaged one costs no other, and
    no document type declaration is ever seen by the parser. Bytes, since text with letters beyond
    Latin takes twice the room, and the time to go through it, and the parser would encode it again.
    """
    parsed = Parsed()
    # Fonts and sizes are most of EndNote's own files, and say nothing.
    data = data.replace(_COMMON_STYLE, b"").replace(b"</style>", b"")
    if b"<style" in data:
        data = _STYLE.sub(b"", data)
    if b"<style" in data:
        # Programs that indent XML break lines within a tag, which must still be counted.
        data = _BROKEN_STYLE.sub(lambda tag: b"\n" * tag[0].count(b"\n"), data)
    prefixed = b":record" in data
    starts = [match.start() for match in (_START if prefixed else _BARE_START).finditer(data)]
    line = 1
    counted = 0
    entries: list[tuple[int, bytes, bool]] = []
    for start, limit in zip(starts, [*starts, len(data)][1:], strict=True):
        line += data.count(b"\n", counted, start)
        counted = start
        end = -1 if prefixed else data.find(_BARE_END, start, limit)
        if end >= 0:
            end += len(_BARE_END)
        else:
            found = _END.search(data, start, limit)
            end = found.end() if found else -1
        entries.append((line, data[start : end if end >= 0 else limit], end >= 0))
        if len(entries) == _TOGETHER:
            _read_all(parsed, entries)
            entries = []
    _read_all(parsed, entries)
    return parsed


def _read_all(parsed: Parsed, entries: list[tuple[int, bytes, bool]]) -> None:
    """Parse entries together, which costs less, and one by one where that does not succeed.

    No start of an entry is hidden from the parser by what stands before it, where every entry is
    a child of the element put around them: then each would be read the same alone.
    """
    whole = None
    if all(closed and len(chunk) <= MAX_ENTRY for _, chunk, closed in entries):
        whole = parse_chunk(b"<records>%b</records>" % b"".join(chunk for _, chunk, _ in entries))
    roots: Sequence[Element | None] = [None] * len(entries)
    if whole is not None and [local(child.tag) for child in whole] == ["record"] * len(entries):
        roots = list(whole)
    for (line, chunk, closed), root in zip(entries, roots, strict=True):
        read_chunk(parsed, chunk, line, _draft, closed=closed, root=root)


_NO_CONTENT = frozenset({"database", "source-app", "rec-number", "foreign-keys/key"})


def _draft(root: Element) -> Draft | None:
    tags: Tags = {}
    kind = ""
    number = ""
    rest = []
    for child in root:
        name = local(child.tag)
        if name == "ref-type":
            number = "".join(child.itertext()).strip()
            kind = child.get("name") or ""
        elif name in ("database", "source-app"):
            said = child.get("name") or "".join(child.itertext()).strip()
            if said:
                tags.setdefault(name, []).append(said)
        else:
            rest.append(child)
    gather(rest, "", tags)
    if _NO_CONTENT.issuperset(tags):
        return None
    draft: Draft = {}
    found = csl_type(kind) if kind else _NUMBERS.get(number)
    draft["type"] = found or "document"
    if (kind or number) and (found is None or not is_canonical(kind)):
        draft["extra_type"] = kind or number
    draft["key"] = take(tags, ("accession-num",))
    take_columns(draft, tags, _SCALARS)
    draft["url"] = _take_address(tags)
    for path in _AUTHORS:
        if path in tags:
            # A line feed in XML is where a program broke the line; EndNote's own is a return.
            draft["authors"] = [
                " ".join(name.split()) if "\n" in name else name for name in tags.pop(path)
            ]
            break
    for path in _DATES:
        if path in tags:
            draft["date"], draft["date_tag"] = take(tags, (path,)), path
            break
    keywords = [value for path in _KEYWORDS for value in tags.pop(path, ())]
    if keywords:
        draft["keywords"] = "; ".join(keywords)
    take_serial_numbers(draft, tags, ("isbn", "issn"))
    if tags:
        draft["extra"] = left_over(tags)
    return draft


def _take_address(tags: Tags) -> str | None:
    """Remove and return the address to be taken; what EndNote alone opens stays."""
    values = [value for path in _URLS for value in tags.get(path, ())]
    chosen = first_address(values)
    if chosen is not None:
        for path in _URLS:
            rest = [value for value in tags.pop(path, ()) if value != chosen]
            if rest:
                tags[path] = rest
    return chosen


#: EndNote's numbers of reference types, for files that leave the names out.
_NUMBERS = {
    "0": "article-journal",
    "1": "book",
    "2": "thesis",
    "3": "paper-conference",
    "5": "chapter",
    "6": "book",
    "10": "paper-conference",
    "12": "webpage",
    "13": "document",
    "17": "article-journal",
    "19": "article-magazine",
    "23": "article-newspaper",
    "25": "patent",
    "26": "personal_communication",
    "27": "report",
    "28": "book",
    "31": "legislation",
    "32": "thesis",
    "34": "manuscript",
    "36": "manuscript",
    "43": "article-journal",
    "44": "book",
    "46": "report",
    "47": "paper-conference",
    "59": "dataset",
}
