"""Zotero's RDF: items, and the journals and books they are in, which may stand beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element
from xml.parsers import expat

from oso_analysis.literature.readers.answers import NO_REFERENCES
from oso_analysis.literature.readers.csl_types import csl_type, is_canonical
from oso_analysis.literature.readers.draft import (
    Draft,
    Parsed,
    Tags,
    left_over,
    take,
    take_columns,
    take_serial_numbers,
)
from oso_analysis.literature.readers.xmlchunks import gather, local

__all__ = ["BrokenXMLError", "parse_zotero_rdf"]

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_AUTHORS = ("authors", "inventors", "programmers", "presenters", "artists", "directors",
            "podcasters")  # fmt: skip
_SCALARS = (
    ("title", ("title",)),
    ("container", ("container", "publicationTitle", "conference")),
    ("volume", ("volume",)),
    ("issue", ("number", "issue")),
    ("pages", ("pages",)),
    ("publisher", ("publisher",)),
    ("place", ("place",)),
    ("edition", ("edition",)),
    ("doi", ("DOI",)),
    ("language", ("language",)),
    ("abstract", ("abstract",)),
)
_NUMBER = re.compile(r"(ISSN|ISBN|DOI)\s+(.+)", re.DOTALL)
#: Deeper than any element of an export stands.
_DEEPEST = 100


class BrokenXMLError(ValueError):
    """A file that is not well-formed, of which no item can be read: they refer to each other."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.line = line


def parse_zotero_rdf(data: bytes) -> Parsed:
    """Parse RDF in UTF-8 that has items of Zotero's.

    Raises
    ------
    BrokenXMLError
        If it is not well-formed, declares entities or is nested too deeply.
    """
    parsed = Parsed()
    root, lines = _tree(data)
    things = {about: thing for thing in root if (about := thing.get(f"{_RDF}about"))}
    others = 0
    for item in root.iter():
        kinds = [(part.text or "").strip() for part in item if local(part.tag) == "itemType"]
        others += local(item.tag) in ("Memo", "Collection") or bool({*kinds} & {*NO_REFERENCES})
        kinds = [kind for kind in kinds if kind and kind not in NO_REFERENCES]
        if kinds:
            parsed.drafts.append({"line": lines[id(item)], **_draft(item, kinds[0], things)})
        for kind in kinds[1:]:
            parsed.reject(lines[id(item)], "another type of the same item", kind)
    if others:
        reason = f"attachments, notes and collections, which are no references: {others}"
        parsed.repair(None, 1, reason, "")
    return parsed


def _tree(data: bytes) -> tuple[Element, dict[int, int]]:
    """Return the document, and the line on which each element of it begins."""
    parser = expat.ParserCreate("utf-8", "}")
    parser.buffer_text = True
    lines: dict[int, int] = {}
    open_elements: list[Element] = []
    roots: list[Element] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(open_elements) > _DEEPEST:
            raise BrokenXMLError("is nested too deeply", parser.CurrentLineNumber)
        element = Element(f"{{{name}" if "}" in name else name, attributes)
        if open_elements:
            open_elements[-1].append(element)
        else:
            roots.append(element)
        lines[id(element)] = parser.CurrentLineNumber
        open_elements.append(element)

    def text(said: str) -> None:
        above = open_elements[-1]
        if len(above):
            above[-1].tail = (above[-1].tail or "") + said
        else:
            above.text = (above.text or "") + said

    def declared(*_: object) -> None:
        raise BrokenXMLError("declares XML entities", parser.CurrentLineNumber)

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: open_elements.pop()
    parser.CharacterDataHandler = text
    parser.EntityDeclHandler = declared
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise BrokenXMLError(f"is damaged XML ({error})", error.lineno) from None
    return roots[0], lines


def _text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _draft(item: Element, kind: str, things: dict[str, Element]) -> Draft:
    tags: Tags = {}
    people: dict[str, list[str]] = {}
    for part in item:
        name = local(part.tag)
        names = [found for found in map(_name, _all(part, "Person")) if found]
        if name == "itemType":
            continue
        if names:
            people.setdefault(name, []).extend(names)
        elif name == "isPartOf":
            for whole in _referred(part, things):
                if whole is not item:
                    _part_of(whole, tags)
        elif name in ("link", "isReferencedBy") and part.get(f"{_RDF}resource"):
            continue
        else:
            _add(part, name, tags)
    draft: Draft = {"type": csl_type(kind) or "document"}
    if csl_type(kind) is None or not is_canonical(kind):
        draft["extra_type"] = kind
    first = next((name for name in _AUTHORS if name in people), None)
    if first:
        draft["authors"] = people.pop(first)
    tags.update(people)
    take_columns(draft, tags, _SCALARS)
    draft["url"] = take(tags, ("URI",))
    if "date" in tags:
        draft["date"], draft["date_tag"] = take(tags, ("date",)), "date"
    if keywords := tags.pop("subject", []):
        draft["keywords"] = "; ".join(keywords)
    take_serial_numbers(draft, tags, ("ISBN", "ISSN"))
    if tags:
        draft["extra"] = left_over(tags)
    return draft


def _part_of(whole: Element, tags: Tags) -> None:
    """Add what a journal, book or series says of the item in it."""
    series = local(whole.tag) == "Series"
    for part in whole:
        name = local(part.tag)
        if name == "itemType":
            continue
        if name == "title":
            _add(part, "series" if series else "container", tags)
        elif series and name in ("number", "identifier"):
            _add(part, f"series {name}", tags)
        else:
            _add(part, name, tags)


def _add(part: Element, name: str, tags: Tags) -> None:
    """Add what an element says, under its own name or that of the column it belongs to."""
    said = _text(part)
    if not said:
        return
    if name == "identifier":
        number = _NUMBER.fullmatch(said)
        name = number[1] if number else "URI" if len(part) else name
        said = number[2] if number else said
    elif name == "publisher" and len(part):
        place = " ".join(filter(None, map(_text, _all(part, "locality"))))
        said = " ".join(filter(None, map(_text, _all(part, "name"))))
        if place:
            tags.setdefault("place", []).append(place)
    elif len(part) and name not in ("subject", "title", "abstract"):
        gather([part], "", tags)
        return
    if said and said not in tags.get(name, ()):
        tags.setdefault(name, []).append(said)


def _referred(part: Element, things: dict[str, Element]) -> Iterator[Element]:
    yield from part
    about = part.get(f"{_RDF}resource")
    if about in things:
        yield things[about]


def _all(part: Element, name: str) -> Iterator[Element]:
    return (element for element in part.iter() if local(element.tag) == name)


def _name(person: Element) -> str:
    said = {local(part.tag).lower(): _text(part) for part in person}
    return ", ".join(filter(None, (said.get("surname"), said.get("givenname"))))
