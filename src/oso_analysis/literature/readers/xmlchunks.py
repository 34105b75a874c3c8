"""Entries cut out of XML: parsed one by one, damaged ones mended, no declaration ever seen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from xml.etree.ElementTree import XML, Element, ParseError

from oso_analysis.literature.readers.draft import MAX_ENTRY, Draft, Parsed, Tags

__all__ = ["gather", "local", "parse_chunk", "read_chunk"]

_PREFIX = re.compile(r"(</?)[\w.-]+:(?=[\w-])")
_ATTRIBUTE_PREFIX = re.compile(r"(\s)[\w.-]+:(?=[\w.-]+\s*=\s*[\"'])")
_BAD_CHARACTER = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|&#(?:x0*(?:[0-8bcefBCEF]|1[0-9a-fA-F])|0*(?:[0-8]|1[124-9]|2\d|3[01]));"
)
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
_BARE_LESS = re.compile(r"<(?![/A-Za-z!?])")


def parse_chunk(chunk: bytes | str) -> Element | None:
    """Return an entry parsed, or None where it is not well-formed."""
    try:
        # A chunk begins inside the document element, where XML allows no declarations: there are
        # no entities to expand, and an undeclared one is an error.
        return XML(chunk)
    except (ParseError, ValueError):
        return None


def _mended(chunk: str, *, closed: bool) -> tuple[Element | None, list[str]]:
    """Parse a chunk after mending what is commonly wrong, one thing after the other."""
    reasons: list[str] = []
    text = _PREFIX.sub(r"\1", _ATTRIBUTE_PREFIX.sub(r"\1", chunk))
    if closed:
        root = parse_chunk(text)
        if root is not None:
            return root, reasons
    for pattern, replacement, reason in (
        (_BAD_CHARACTER, " ", "control characters that XML forbids replaced by spaces"),
        (_BARE_AMPERSAND, "&amp;", "an ampersand that should have been written &amp;"),
        (_BARE_LESS, "&lt;", "a less-than sign that should have been written &lt;"),
    ):
        changed = pattern.sub(replacement, text)
        if changed != text:
            text = changed
            reasons.append(reason)
    if closed:
        root = parse_chunk(text)
        if root is not None:
            return root, reasons
    text = _close(text)
    return parse_chunk(text), [*reasons, "an entry cut short or with unbalanced tags"]


def read_chunk(
    parsed: Parsed,
    raw: bytes,
    line: int,
    draft_of: Callable[[Element], Draft | None],
    *,
    closed: bool,
    root: Element | None = None,
) -> None:
    """Add an entry to what is parsed: its draft, or why there is none.

    Parameters
    ----------
    parsed : Parsed
        What was parsed before.
    raw : bytes
        The entry in UTF-8.
    line : int
        Where it begins.
    draft_of : callable
        Its draft, None where it has no content.
    closed : bool
        Whether its end was found.
    root : Element, optional
        The entry, where it has been parsed already.
    """
    reasons: list[str] = []
    if len(raw) > MAX_ENTRY and len(raw.decode("utf-8")) > MAX_ENTRY:
        reason = f"an entry of over {MAX_ENTRY:,} characters"
        parsed.reject(line, reason, raw.decode("utf-8"))
        return
    if root is None and closed:
        root = parse_chunk(raw)
    if root is None:
        root, reasons = _mended(raw.decode("utf-8"), closed=closed)
    if root is None:
        parsed.reject(line, "an entry that is not well-formed XML", raw.decode("utf-8"))
        return
    try:
        draft = draft_of(root)
    except RecursionError:
        reason = "an entry whose elements are nested too deeply"
        parsed.reject(line, reason, raw.decode("utf-8"))
        return
    if draft is None:
        parsed.reject(line, "an entry without any content", raw.decode("utf-8"))
        return
    draft["line"] = line
    parsed.drafts.append(draft)
    for reason in reasons:
        parsed.repair_last(line, reason, raw.decode("utf-8"))


_ANY_TAG = re.compile(r"<(/?)([A-Za-z][\w.-]*)([^<>]*?)(/?)>")


def _close(chunk: str) -> str:
    """Close what is open and drop what was never opened, keeping all text."""
    pieces: list[str] = []
    stack: list[str] = []
    place = 0
    for match in _ANY_TAG.finditer(chunk):
        pieces.append(chunk[place : match.start()].replace("<", "&lt;"))
        place = match.end()
        slash, name, attributes, empty = match.groups()
        if slash:
            if name in stack:
                while stack[-1] != name:
                    pieces.append(f"</{stack.pop()}>")
                pieces.append(f"</{stack.pop()}>")
                if not stack:
                    break
        else:
            kept = "".join(re.findall(r"\s[\w.-]+=\"[^\"<>&]*\"", attributes))
            if not empty:
                stack.append(name)
            pieces.append(f"<{name}{'' if _repeats(kept) else kept}{empty}>")
    else:
        pieces.append(re.sub(r"<[^<>]*$", "", chunk[place:]).replace("<", "&lt;"))
    while stack:
        pieces.append(f"</{stack.pop()}>")
    return "".join(pieces)


def _repeats(attributes: str) -> bool:
    names = re.findall(r"\s([\w.-]+)=", attributes)
    return len(names) != len(set(names))


def local(tag: str) -> str:
    """Return the name of an element without its namespace."""
    return tag if tag[0] != "{" else tag.rsplit("}", 1)[-1]


def gather(elements: Iterable[Element], path: str, tags: Tags) -> None:
    """Collect the text of every element, at any depth, that holds no element but mark-up."""
    for element in elements:
        name = element.tag
        # Without a call, most of whose cost would be the calling.
        name = path + (name if name[0] != "{" else local(name))
        if len(element) == 0:
            text = element.text
        elif local(element[0].tag) in _MARK_UP and all(
            local(child.tag) in _MARK_UP for child in element
        ):
            text = "".join(element.itertext())
        else:
            gather(element, f"{name}/", tags)
            continue
        if text and (text := text.strip()):
            values = tags.get(name)
            if values is None:
                tags[name] = [text]
            else:
                values.append(text)


_MARK_UP = frozenset({"style", "i", "b", "u", "sub", "sup", "em", "br", "font"})
