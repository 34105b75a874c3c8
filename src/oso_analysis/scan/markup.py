"""What a page or an XML file says: its text, and beside it attributes, comments and the like."""

from __future__ import annotations

import base64
import binascii
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html.parser import HTMLParser
from typing import NamedTuple
from xml.parsers import expat

__all__ = ["DATA_URI", "Text", "read_markup"]

_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "em",
        "font",
        "i",
        "mark",
        "r",
        "rpr",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "t",
        "tspan",
        "u",
    ]
)
_OFFICE_BREAKS = frozenset(["w:p", "w:tc", "w:br", "w:cr", "w:tab", "a:p", "a:br"])
DATA_URI = re.compile(r"data:([\w/+.-]+)(?:;[\w=-]+)*;base64,([A-Za-z0-9+/=\s]+)")
#: Attributes that hold drawing instructions: numbers only, and a great many.
_DRAWN = frozenset({"d", "points", "transform", "viewbox", "viewBox", "style"})
#: What a page holds raw, tags and all, and XML does not.
_RAW = re.compile(
    r"<(?:script|style|textarea|title|iframe|xmp|noembed|noframes|noscript|plaintext)\b",
    re.IGNORECASE,
)
#: Parts of a page that are mostly well-formed, and most of its tags.
_TIDY = re.compile(r"(<svg\b.*?</svg>|<table\b.*?</table>)", re.DOTALL)


class Text(NamedTuple):
    """A text to look at, and where in the file it stands."""

    place: str
    text: str


@lru_cache(maxsize=256)
def _runs_on(tag: str) -> bool:
    """Tell whether text runs on across a tag, so that it may split a name or a number."""
    tag = tag.lower()
    if tag.startswith(("w:", "a:")):
        # Office files cut a sentence into runs wherever its spelling was checked.
        return tag not in _OFFICE_BREAKS
    return tag in _INLINE


class _Found:
    """What a page or an XML file says.

    Its text is one, so that tags do not split a name. Attributes, comments and the like stand
    beside it, each once: drawings repeat theirs ten thousand times.
    """

    def __init__(self) -> None:
        self._words: list[str] = []
        self._rest: dict[str, dict[str, None]] = {}
        self._values: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        self.say = self._words.append

    def start(self, tag: str, attributes: Iterable[tuple[str, str | None]]) -> None:
        if not _runs_on(tag):
            self.say(" ")
        for name, value in attributes:
            if value and name not in _DRAWN:
                self._values[tag, name][value] = None

    def end(self, tag: str) -> None:
        if not _runs_on(tag):
            self.say(" ")

    def add(self, place: str, text: str) -> None:
        self._rest.setdefault(place, {})[text] = None

    def take(self, other: _Found) -> None:
        """Add what a part says that was read by itself."""
        self._words += other._words
        for key, values in other._values.items():
            self._values[key] |= values
        for place, texts in other._rest.items():
            self._rest.setdefault(place, {}).update(texts)

    def texts(self) -> Iterator[Text]:
        yield Text("text", "".join(self._words))
        for (tag, name), values in self._values.items():
            for value in values:
                yield Text(f"attribute {name} of <{tag}>", _left_encoded(value))
        for place, texts in self._rest.items():
            for text in texts:
                yield Text(place, text)


def _left_encoded(value: str) -> str:
    """Return an attribute without what it holds encoded, which is looked at decoded."""
    address = DATA_URI.fullmatch(value) if value.startswith("data:") else None
    return value if address is None or not _is_exact(address[2]) else value[: address.start(2)]


def _is_exact(data: str) -> bool:
    """Tell whether decoding loses nothing, so that nothing can hide in how it is encoded."""
    try:
        return base64.b64encode(base64.b64decode(data)).decode("ascii") == data
    except (binascii.Error, ValueError):
        return False


class _Page(HTMLParser):
    """Reads a page into what it says, forgiving of all mistakes."""

    def __init__(self, found: _Found) -> None:
        super().__init__(convert_charrefs=True)
        self.found = found

    def handle_data(self, data: str) -> None:
        self.found.say(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.start(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self.found.end(tag)

    def handle_comment(self, data: str) -> None:
        self.found.add("comment", data)

    def handle_decl(self, decl: str) -> None:
        self.found.add("declaration", decl)

    def handle_pi(self, data: str) -> None:
        self.found.add("processing instruction", data)

    def unknown_decl(self, data: str) -> None:
        self.found.say(data)


def _xml(text: str, found: _Found) -> bool:
    """Add what an XML text says; False where it is none, or may have entities of its own.

    Ten times as fast as reading it as a page. Entities that a DTD elsewhere declares would be left
    out without a word.
    """
    own = _Found()
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def declared(name: str, system: str | None, public: str | None, inside: bool) -> None:
        if inside or system or public:
            raise ValueError("declarations of its own")
        own.add("declaration", f"DOCTYPE {name}")

    def instruction(target: str, data: str) -> None:
        own.add("processing instruction", f"{target} {data}")

    def start(tag: str, attributes: dict[str, str]) -> None:
        own.start(tag, attributes.items())

    parser.StartElementHandler = start
    parser.EndElementHandler = own.end
    parser.CharacterDataHandler = own.say
    parser.CommentHandler = lambda data: own.add("comment", data)
    parser.ProcessingInstructionHandler = instruction
    parser.StartDoctypeDeclHandler = declared
    parser.XmlDeclHandler = lambda version, encoding, _: instruction("xml", f"{version} {encoding}")
    try:
        parser.Parse(text.strip(), True)
    except (expat.ExpatError, ValueError):
        return False
    found.take(own)
    return True


def read_markup(text: str, *, is_xml: bool) -> Iterator[Text]:
    """Yield what a page or an XML file says; `is_xml` where the file is called one."""
    found = _Found()
    begin = text.lstrip()[:5]
    named = is_xml and _RAW.search(text) is None
    if not ((named or begin.startswith(("<?xml", "<svg"))) and _xml(text, found)):
        page = _Page(found)
        for piece in _TIDY.split(text):
            # Within a comment, a script or an attribute, a table is no table.
            at_rest = not page.rawdata and page.cdata_elem is None
            is_part = at_rest and piece.startswith(("<svg", "<table")) and not _RAW.search(piece)
            if not (is_part and _xml(piece, found)):
                page.feed(piece)
        page.close()
    yield from found.texts()
