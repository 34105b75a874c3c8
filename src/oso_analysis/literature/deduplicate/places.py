"""What the fields around a title say: names, sources, identifiers and places."""

from __future__ import annotations

import html
import re
from typing import NamedTuple

from oso_analysis.literature.deduplicate.lexicon import Lexicon
from oso_analysis.literature.deduplicate.words import (
    DEGREES,
    MEETING,
    ORGANISATION,
    PARTICLES,
    SERIAL,
    plain,
    words_of,
)
from oso_analysis.literature.readers.text import find_pmid, is_pmid, without_view

__all__ = [
    "NO_AUTHORS",
    "PREPRINT_DOI",
    "Names",
    "Source",
    "Sources",
    "read_authors",
    "read_doi",
    "read_isbn",
    "read_number",
    "read_page",
    "read_pmid",
]  # fmt: skip

NO_AUTHORS = ("", "", 0)
#: Names remembered at once: bounds memory, changes no result.
_REMEMBERED = 50_000
#: What a word of a name may be.
_DROPPED, _INITIAL, _BODY, _ORDINARY = range(4)
_KINDS = dict.fromkeys(ORGANISATION, _BODY) | dict.fromkeys(DEGREES | PARTICLES, _DROPPED)
_BRACKETED = re.compile(r"\([^)]*\)|\[[^\]]*\]")
#: French and Italian articles that lean on the next word; an apostrophe may have become a space.
_ELISION = re.compile(r"\b(?:(?:d|l|dell|nell|sull)'|[dl]\s)(?=[^\W\d_])")
_SUBTITLE = re.compile(r"[:=;]\s")
#: For lower case. The first characters that come into question are looked for at once.
_CONJUNCTION = re.compile(r"[•·|&\n\s](?:(?<=[•·|&\n])|(?:and|und|et|with)\s)")
_SPLIT_NAMES = re.compile(r"\s*[;•·|&\n]\s*|,?\s+(?:and|und|et|with)\s+", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_]+")
#: The ASCII characters, with a space for each that belongs to no name.
_ASCII = "".join(chr(code) if chr(code).isalpha() else " " for code in range(128))
_DOI = re.compile(r"10\.\d{4,9}/\S+")
#: What most fields have, and what the rest of the reading would come to.
_PLAIN_DOI = re.compile(r"10\.\d{4,9}/[a-z0-9./()_-]*[a-z0-9]")
PREPRINT_DOI = re.compile(
    r"10\.(?:48550|31234|2139|21203|1101/(?:20\d\d|\d{6})|31219|31235|20944|35542|33774|36227)\b"
)
_PREPRINT = re.compile(
    r"\b(?:arxiv|biorxiv|medrxiv|psyarxiv|socarxiv|edarxiv|ssrn|preprints?|research square|"
    r"manuscript (?:in|submitted|under)|submitted for publication|in preparation)\b"
)
#: Databases that abridge the last page may lose the first ("Suppl:S417-29" became "Suppl-29").
_FIRST_LOST = re.compile(r"[a-z]{4,}-\d+")
_COUNT_OF_PAGES = re.compile(r"^\W*\d+\s*(?:p|pp|pages|s|seiten|leaves)\W*$")
_PAGE_WORDS = re.compile(r"\b(?:article|art|paper|pages?|pp|p|no|number|id)\b|\bp(?=\d)")
_PAGE = re.compile(r"[a-z]{0,5}\d+(?:\.[a-z]?\d+)?")
#: The mark of a supplement before a page ("S136", "viii108"); an article number has more digits.
_SUPPLEMENT = re.compile(r"(?:s|[ivx]{1,5})(?=\d{1,3}$)")
#: A range of pages that a spreadsheet took for a date ("4-21" or "21-4" became "21-Apr").
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATED = re.compile(rf"(?:(\d\d?)-({_MONTHS})|({_MONTHS})-(\d\d?))")
#: What most records have, and what the rest of the reading would come to, sooner.
_PLAIN_PAGES = re.compile(r"(\d+)(?:--?\d+)?")
_RANGE = re.compile(r"(?<!\d)(\d+)\s*-\s*\d+")
_DIGITS = re.compile(r"\d+")
#: What an ISBN of thirteen digits and one of ten have in common: all but prefix and check digit.
_ISBN = re.compile(r"(?<!\d)(?:97[89])?(\d{9})[\dX](?![\dX])")
#: How programs write that there is nothing.
_NOTHING = frozenset({"na", "n/a", "n.a", "n.a.", "nan", "<na>", "#n/a", "null", "none", "nil"})

#: How databases write that no author is named: two such texts have no author in common.
_NOBODY = re.compile(
    r"\W*(?:anonymous|anon|unknown|authors? unknown|unknown authors?"
    r"|no authors?(?: (?:listed|given|named?|found|available))?)\W*",
    re.IGNORECASE,
)


#: What a name may be, as bits: a person's, an organisation's, a lone acronym.
_IS_PERSON, _IS_BODY, _IS_ACRONYM = 1, 2, 4
#: One name: probable family names, all its words, and what it may be. Plain tuples of plain values,
#: which cost the garbage collector nothing however many are remembered.
_Name = tuple[tuple[str, ...], tuple[str, ...], int]
_NO_NAME: _Name = ((), (), 0)


class Names(dict[str, _Name]):
    """Name as written to what it says; each is worked out once while it is remembered.

    Attributes
    ----------
    sides : _Sides
        What stands before and after the comma of a name that has one.
    """

    def __init__(self) -> None:
        super().__init__()
        self._tokens = _Tokens()
        self.sides = _Sides(self._tokens)

    def __missing__(self, piece: str) -> _Name:
        """Work a name out."""
        if len(self) > _REMEMBERED:
            self.clear()
        nobody = _nothing(piece) or _NOBODY.fullmatch(piece)
        answer = self[piece] = _NO_NAME if nobody else _read_name(piece, self._tokens)
        return answer


class _Tokens(dict[str, tuple[str, int]]):
    """Word of a name to its lower case and what it is, worked out once."""

    def __missing__(self, token: str) -> tuple[str, int]:
        low = token.lower()
        kind = _KINDS.get(low, _ORDINARY)
        if kind != _DROPPED and (len(token) == 1 or (len(token) <= 3 and token.isupper())):
            kind = _INITIAL
        if len(self) > _REMEMBERED:
            self.clear()
        answer = self[token] = (low, kind)
        return answer


class _Sides(dict[str, tuple[tuple[str, ...] | None, int]]):
    """What stands on one side of a comma in a name, worked out once.

    Its words, None where there is not so much as an initial, and `_IS_BODY` if one is of a body.
    """

    def __init__(self, tokens: _Tokens) -> None:
        super().__init__()
        self._tokens = tokens

    def __missing__(self, side: str) -> tuple[tuple[str, ...] | None, int]:
        tokens = _letters(side)
        words, body, _ = _kept(tokens, self._tokens)
        if len(self) > _REMEMBERED:
            self.clear()
        answer = self[side] = (words if tokens else None, body)
        return answer


def _nothing(text: str) -> bool:
    """Return whether a field only says that it is empty ("NA", "null")."""
    return len(text) < 8 and text.strip().lower() in _NOTHING


def _letters(text: str) -> list[str]:
    """Return the runs of letters in `text`."""
    # As `words_of` does.
    return text.translate(_ASCII).split() if text.isascii() else _NAME.findall(text)


def _kept(tokens: list[str], known: _Tokens) -> tuple[tuple[str, ...], int, bool]:
    """Return the words among tokens, `_IS_BODY` if one is a body's, and whether any is initials."""
    words: list[str] = []
    body = 0
    initials = False
    for token in tokens:
        low, kind = known[token]
        if kind >= _BODY:
            words.append(low)
            if kind == _BODY:
                body = _IS_BODY
        elif kind == _INITIAL:
            initials = True
    return tuple(words), body, initials


def _read_name(piece: str, known: _Tokens) -> _Name:
    left, comma, right = piece.partition(",")
    tokens = _letters(left)
    words, body, initials = _kept(tokens, known)
    families = len(words)
    if comma:
        further = _letters(right)
        tokens += further
        given, other, more = _kept(further, known)
        words, body, initials = words + given, body | other, initials or more
    if not words:
        # A lone acronym ("WHO") is a body; lone initials belong to a name split badly.
        words = tuple([t.lower() for t in tokens if len(t) > 2 and t.lower() not in DEGREES])
        return words, words, _IS_ACRONYM if words else 0
    if comma and "," not in right:
        return words[:families] or words[-1:], words, _IS_PERSON | body
    if comma or (initials and len(tokens) > 1 and len(tokens[-1]) <= 3):
        return words, words, _IS_PERSON | body
    if len(words) > 4:
        return words, words, body
    double = "-" in piece and len(words) > 2 and f"{words[-2]}-{words[-1]}" in piece.lower()
    family = words[-2:] if double else words[-1:]
    return family, words, body | (_IS_PERSON if len(words) > 1 else 0)


def read_authors(raw: str, remembered: Names) -> tuple[str, str, int]:
    """Return probable family names, all names, and 1 for people, 0 for unclear, -1 for bodies."""
    text = plain(html.unescape(raw) if "&" in raw else raw).replace("'", "")
    if "{" in text:
        text = text.replace("{", "").replace("}", "")
    simple = not _CONJUNCTION.search(text.lower())
    families: list[str] = []
    words: list[str] = []
    kinds = named = 0
    sides = remembered.sides
    family: tuple[str, ...] | None
    for part in text.split(";") if simple else _SPLIT_NAMES.split(text):
        piece = part.strip()
        if not piece:
            continue
        named += 1
        left, _, right = piece.partition(",")
        if right and "," not in right:
            # Most names have one comma, and a family name or a given name more than once.
            family, body = sides[left]
            given, other = sides[right]
            if family and given is not None:
                families += family
                words += family
                words += given
                kinds |= _IS_PERSON | body | other
                continue
        family, name, kind = remembered[piece]
        families += family
        words += name
        kinds |= kind
    if kinds & _IS_BODY or (named == 1 and kinds & _IS_ACRONYM):
        # Bodies are compared by their whole names.
        return "", " ".join(words), -1
    joined = " ".join(dict.fromkeys(families))
    # Where only initials stand beside the family names, the two are the same.
    every = joined if families == words else " ".join(dict.fromkeys(words))
    return joined, every, int(kinds & _IS_PERSON > 0)


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
        if _nothing(raw):
            self[raw] = Source()
            return self[raw]
        text = _ELISION.sub(" ", plain(html.unescape(raw)).lower()).replace("'", "")
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
    if _PLAIN_DOI.fullmatch(raw):
        return without_view(raw)
    for text in (raw, url):
        if not text or "10." not in text:
            continue
        found = _DOI.search(text.lower().replace("%2f", "/"))
        if found:
            doi = found.group().split("?")[0].split("#")[0].rstrip(".,;)]}>/")
            return without_view(doi)
    return ""


def read_pmid(raw: str) -> str:
    """Return the digits of a PubMed number, "" for anything else ("NA", "PMC1234567")."""
    return raw if is_pmid(raw) else find_pmid(raw)[0] or ""


def read_page(raw: str) -> str:
    """Return the first page or article number, "" where it is not given.

    Databases differ in whether a supplement's pages have its mark, so pages go without. Which of
    the two pages came first is lost in a date: it equals the same date and contradicts no page.
    """
    text = plain(raw).lower()
    whole = _PLAIN_PAGES.fullmatch(text)
    if whole:
        return whole.group(1).lstrip("0") or "0"
    if text[-3:].isalpha() or text[:3].isalpha():
        dated = _DATED.fullmatch(text.strip())
        if dated:
            day, month, other_month, other_day = dated.groups()
            return f"{month or other_month}-{int(day or other_day)}"
    if _COUNT_OF_PAGES.match(text) or _FIRST_LOST.fullmatch(text):
        return ""
    ranges = _RANGE.findall(text) if text.count("-") > 1 else []
    if len(ranges) > 1 and not any(letter.isalpha() for letter in text):
        # Journals in two languages print a text twice; databases list the two in any order.
        return str(min(map(int, ranges)))
    found = _PAGE.search(_PAGE_WORDS.sub(" ", text))
    if not found:
        return ""
    page = found.group()
    if not page[0].isdigit():
        page = _SUPPLEMENT.sub("", page)
    return page.lstrip("0") or "0"


def read_number(raw: str) -> str:
    """Return the first number in a volume, issue or edition, "" where it is damaged or none."""
    if raw.count("(") != raw.count(")") or _nothing(raw):
        return ""
    found = _DIGITS.search(raw)
    if found:
        return found.group().lstrip("0") or "0"
    letters = words_of(plain(raw).lower())
    return "".join(letters) if len(letters) == 1 and len(letters[0]) < 5 else ""


def read_isbn(raw: str) -> str:
    """Return what the ISBNs in `raw` say whether of ten or of thirteen digits, each once."""
    found: list[str] = _ISBN.findall(raw.upper().replace("-", ""))
    return " ".join(sorted(set(found)))
