"""What the fields around a title say: names, sources, identifiers and places."""

from __future__ import annotations

import html
import re
from typing import NamedTuple

from oso_analysis.literature.deduplicate.titles import WORD, Lexicon
from oso_analysis.literature.deduplicate.words import (
    DEGREES,
    MEETING,
    ORGANISATION,
    PARTICLES,
    SERIAL,
    plain,
)

__all__ = [
    "NO_AUTHORS",
    "PREPRINT_DOI",
    "Names",
    "Source",
    "Sources",
    "read_authors",
    "read_doi",
    "read_number",
    "read_page",
]  # fmt: skip

NO_AUTHORS = ("", "", 0)
#: Names remembered at once: bounds memory, changes no result.
_REMEMBERED = 200_000
_BRACKETED = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_SUBTITLE = re.compile(r"\s*[:=;]\s+")
_CONJUNCTION = re.compile(r"[•·|&\n]|\s(?:and|und|et|with)\s", re.IGNORECASE)
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
_PAGE_WORDS = re.compile(r"\b(?:article|art|paper|pages?|pp|p|no|number|id)\b|\bp(?=\d)")
_PAGE = re.compile(r"[a-z]{0,5}\d+(?:\.[a-z]?\d+)?")
_DIGITS = re.compile(r"\d+")


class _Name(NamedTuple):
    """One name: probable family names, all its words, and what it may be."""

    families: list[str]
    words: list[str]
    person: bool
    organisation: bool
    acronym: bool


class Names(dict[str, _Name]):
    """Name as written to what it says; each is worked out once while it is remembered."""

    def __missing__(self, piece: str) -> _Name:
        """Work a name out."""
        if len(self) > _REMEMBERED:
            self.clear()
        answer = self[piece] = _read_name(piece)
        return answer


def _read_name(piece: str) -> _Name:
    left, comma, right = piece.partition(",")
    tokens = _NAME.findall(piece)
    kept: list[str] = []
    initials = organisation = False
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
        return _Name(kept, kept, False, False, bool(kept))
    if comma and "," not in right:
        inverted = [t for t in _NAME.findall(left.lower()) if t in kept]
        return _Name(inverted or kept[-1:], kept, True, organisation, False)
    if comma or (initials and len(tokens) > 1 and len(tokens[-1]) <= 3):
        return _Name(kept, kept, True, organisation, False)
    if len(kept) > 4:
        return _Name(kept, kept, False, organisation, False)
    families = kept[-1:]
    if "-" in piece and len(kept) > 2 and f"{kept[-2]}-{kept[-1]}" in piece.lower():
        families = kept[-2:]
    return _Name(families, kept, len(kept) > 1, organisation, False)


def read_authors(raw: str, remembered: Names) -> tuple[str, str, int]:
    """Return probable family names, all names, and 1 for people, 0 for unclear, -1 for bodies."""
    text = plain(html.unescape(raw) if "&" in raw else raw).replace("'", "")
    if "{" in text:
        text = text.replace("{", "").replace("}", "")
    simple = not _CONJUNCTION.search(text)
    pieces = [
        piece
        for part in (text.split(";") if simple else _SPLIT_NAMES.split(text))
        if (piece := part.strip())
    ]
    read = [remembered[piece] for piece in pieces]
    words = [word for name in read for word in name.words]
    if any(name.organisation for name in read) or (len(read) == 1 and read[0].acronym):
        # Bodies are compared by their whole names.
        return "", " ".join(words), -1
    families = [word for name in read for word in name.families]
    person = any(name.person for name in read)
    return " ".join(dict.fromkeys(families)), " ".join(dict.fromkeys(words)), int(person)


class Source(NamedTuple):
    """A journal, series or publisher."""

    words: str = ""
    preprint: bool = False
    serial: bool = False
    meeting: bool = False


class Sources(dict[str, Source]):
    """Name as given to the source it is; each is worked out once."""

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__({"": Source()})
        self._lexicon = lexicon

    def __missing__(self, raw: str) -> Source:
        """Work a source out."""
        text = plain(html.unescape(raw)).lower().replace("'", "")
        preprint = bool(_PREPRINT.search(text))
        text = _BRACKETED.sub(" ", text)
        words = self._lexicon.fold(_SUBTITLE.split(text, maxsplit=1)[0])
        answer = self[raw] = Source(
            " ".join(words),
            preprint,
            not SERIAL.isdisjoint(words),
            not MEETING.isdisjoint(words),
        )
        return answer


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
    found = _PAGE.search(_PAGE_WORDS.sub(" ", text))
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
