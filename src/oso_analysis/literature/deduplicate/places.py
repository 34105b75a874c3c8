"""What the fields around a title say: names, sources, identifiers and places."""

from __future__ import annotations

import html
import re
from typing import NamedTuple

from oso_analysis.literature.deduplicate.titles import WORD
from oso_analysis.literature.deduplicate.words import (
    DEGREES,
    ORGANISATION,
    PARTICLES,
    SERIAL,
    STOP,
    Folding,
    plain,
)

__all__ = ["NO_AUTHORS", "PREPRINT_DOI", "Source", "Sources", "read_authors", "read_doi",
           "read_number", "read_page"]  # fmt: skip

NO_AUTHORS = ("", "", 0)
_SPLIT_NAMES = re.compile(r"\s*[;•·|&\n]\s*|,?\s+(?:and|und|et|with)\s+", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_]+")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_DOI_TAIL = re.compile(r"(?:/(?:full|abstract|pdf|epdf|html|meta))?[.,;)\]}>]*$")
PREPRINT_DOI = re.compile(
    r"10\.(?:48550|31234|2139|21203|1101/(?:20\d\d|\d{6})|31219|31235|20944|35542|33774|36227)\b"
)
_PREPRINT = re.compile(
    r"\b(?:arxiv|biorxiv|medrxiv|psyarxiv|socarxiv|edarxiv|ssrn|preprints?|research square|"
    r"manuscript (?:in|submitted|under)|submitted for publication|in preparation)\b"
)
_COUNT_OF_PAGES = re.compile(r"^\W*\d+\s*(?:p|pp|pages|s|seiten|leaves)\W*$")
_PAGEWORDS = re.compile(r"\b(?:article|art|paper|pages?|pp|p|no|number|id)\b|\bp(?=\d)")
_PAGE = re.compile(r"[a-z]{0,5}\d+(?:\.[a-z]?\d+)?")
_DIGITS = re.compile(r"\d+")


def read_authors(raw: str) -> tuple[str, str, int]:
    """Return probable family names, all names, and 1 for people, 0 for unclear, -1 for bodies."""
    text = plain(html.unescape(raw) if "&" in raw else raw).replace("'", "")
    if "{" in text:
        text = text.replace("{", "").replace("}", "")
    families: list[str] = []
    names: list[str] = []
    person = organisation = False
    pieces = [piece for piece in _SPLIT_NAMES.split(text) if piece]
    for piece in pieces:
        left, comma, right = piece.partition(",")
        tokens = _NAME.findall(piece.replace(".", ". "))
        kept = []
        initials = False
        for token in tokens:
            low = token.lower()
            if low in DEGREES or low in PARTICLES:
                continue
            if len(token) == 1 or (len(token) <= 3 and token.isupper()):
                initials = True
                continue
            if low in ORGANISATION:
                organisation = True
            kept.append(low)
        if not kept:
            # A lone acronym ("WHO") is a body; lone initials belong to a name split badly.
            kept = [t.lower() for t in tokens if len(t) > 2 and t.lower() not in DEGREES]
            if kept and len(pieces) == 1:
                organisation = True
            names += kept
            families += kept
            continue
        names += kept
        if comma and "," not in right:
            inverted = [t for t in _NAME.findall(left.lower()) if t in kept]
            person = True
            families += inverted or kept[-1:]
        elif comma or (initials and len(tokens) > 1 and len(tokens[-1]) <= 3):
            person = True
            families += kept
        elif len(kept) <= 4:
            families.append(kept[-1])
            if "-" in piece and len(kept) > 2 and f"{kept[-2]}-{kept[-1]}" in piece.lower():
                families.append(kept[-2])
            person = person or (len(kept) > 1)
        else:
            families += kept
    if organisation:
        # Bodies are compared by their whole names.
        return "", " ".join(names), -1
    return " ".join(dict.fromkeys(families)), " ".join(dict.fromkeys(names)), int(person)


class Source(NamedTuple):
    """A journal, series or publisher."""

    words: str = ""
    preprint: bool = False
    serial: bool = False


class Sources(dict[str, Source]):
    """Name as given to the source it is; each is worked out once."""

    def __init__(self, fold: Folding) -> None:
        super().__init__({"": Source()})
        self._fold = fold

    def __missing__(self, raw: str) -> Source:
        text = plain(html.unescape(raw)).lower().replace("'", "")
        preprint = bool(_PREPRINT.search(text))
        text = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", text)
        main = re.split(r"\s*[:=;]\s+", text, maxsplit=1)[0]
        words = [self._fold[word] for word in WORD.findall(main) if word not in STOP]
        serial = not SERIAL.isdisjoint(words)
        result = Source(" ".join(words), preprint, serial)
        self[raw] = result
        return result


def read_doi(raw: str, url: str) -> str:
    """Return the DOI in lower case without resolver, from its field or else the address."""
    for text in (raw, url):
        if not text or "10." not in text:
            continue
        found = _DOI.search(text.lower().replace("%2f", "/"))
        if found:
            return _DOI_TAIL.sub("", found.group().split("?")[0].split("#")[0])
    return ""


def read_page(raw: str) -> str:
    """Return the first page or article number, "" where only a count of pages is given."""
    text = plain(raw).lower()
    if _COUNT_OF_PAGES.match(text):
        return ""
    found = _PAGE.search(_PAGEWORDS.sub(" ", text))
    if not found:
        return ""
    page = found.group()
    return page.lstrip("0") or "0"


def read_number(raw: str) -> str:
    """Return the first number in a volume, issue or edition, "" where the field is damaged."""
    if raw.count("(") != raw.count(")"):
        return ""
    found = _DIGITS.search(raw)
    if found:
        return found.group().lstrip("0") or "0"
    letters = WORD.findall(plain(raw).lower())
    return "".join(letters) if len(letters) == 1 and len(letters[0]) < 5 else ""
