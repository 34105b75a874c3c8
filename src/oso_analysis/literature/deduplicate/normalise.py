"""Turn each record into the features that two records are compared by, row by row."""

from __future__ import annotations

import html
import re
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from oso_analysis.literature.deduplicate.words import (
    DEGREES,
    GENERIC,
    MARKER_WORDS,
    MARKERS,
    NUMBER_WORDS,
    ORGANISATION,
    PART_WORDS,
    PARTICLES,
    ROMAN,
    SERIAL,
    STOP,
    Folding,
    plain,
)

__all__ = ["FEATURES", "KEYS", "KINDS", "normalise"]

Array = np.ndarray[Any, Any]

#: Kind of publication, by CSL type; a type not listed says nothing.
KINDS = {
    "article-journal": 1, "article-magazine": 1, "article-newspaper": 1, "review": 1,
    "review-book": 1, "paper-conference": 2, "speech": 2, "report": 3, "book": 4, "chapter": 5,
    "entry-encyclopedia": 5, "entry-dictionary": 5, "thesis": 6, "article": 7, "manuscript": 7,
    "legislation": 8, "bill": 8, "legal_case": 8,
}  # fmt: skip

#: Text features are object columns with "" for missing; the others are small numbers.
FEATURES = (
    "id", "raw", "title", "main", "tail", "points", "numbers", "markers", "serial", "cut",
    "families", "names", "person", "year", "container", "initials", "volume", "issue", "page",
    "doi", "pmid", "kind", "stage", "edition", "publisher", "abstract",
)  # fmt: skip
#: Blocking keys: 64-bit numbers, 0 where the record has no such key.
KEYS = ("k_doi", "k_pmid", "k_start", "k_letters", "k_12", "k_13", "k_23", "k_end", "k_place",
        "k_author")  # fmt: skip

_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,60}>")
_LATEX = re.compile(r"\\(?=[&%$#_{}~^])|(?<!\\)[{}]|~(?=\w)")
_WORD = re.compile(r"[^\W_]+")
_BRACKET = re.compile(r"[(\[]([^()\[\]]{1,16})[)\]]")
_BREAK = re.compile(r"[:?!|;]\s|\s[-/]|--|\.\s+(?=[^\W\d_])|\.\.\.")
_RETRACTED = re.compile(r"^\W*(?:retracted|withdrawn)(?: article| paper)?\W+", re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_ORDINAL = re.compile(r"^(\d+)(?:st|nd|rd|th)$")
_ACRONYM = re.compile(r"^[A-Z][A-Za-z\-]*[A-Z][A-Za-z]*s?[- ]?\d*$")
_SPLIT_NAMES = re.compile(r"\s*[;•·|&\n]\s*|,?\s+(?:and|und|et|with)\s+", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_]+")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_DOI_TAIL = re.compile(r"(?:/(?:full|abstract|pdf|epdf|html|meta))?[.,;)\]}>]*$")
_PREPRINT_DOI = re.compile(
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


class _Title(NamedTuple):
    key: str = ""
    main: str = ""
    tail: str = ""
    points: float = 0.0
    numbers: str = ""
    markers: int = 0
    serial: bool = False
    cut: bool = False
    hashes: tuple[int, ...] = ()


_NO_TITLE = _Title()
_NO_AUTHORS = ("", "", 0)


def _hash(text: str) -> int:
    """Return a 63-bit number for `text` that is the same on every machine and run."""
    data = text.encode("utf-8", "surrogatepass")
    return (zlib.crc32(data) << 31 | zlib.adler32(data) >> 1) or 1


class _WordHash(dict[str, int]):
    def __missing__(self, word: str) -> int:
        number = self[word] = _hash(word)
        return number


def _bracketed(match: re.Match[str]) -> str:
    """Drop an acronym or a document number in brackets, keep years, parts and editions."""
    inner = match.group(1).strip()
    if _ACRONYM.match(inner):
        return " "
    return " " if inner.lower() == "ebook" else f" {inner} "


def _title(raw: str, fold: Folding, hashes: _WordHash) -> _Title:
    text = raw
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub("", text)
    if "\\" in text or "{" in text:
        text = _LATEX.sub("", text)
    text = plain(text).strip()
    if text[:1] in "RrWw[":
        text = _RETRACTED.sub("", text)
    if "(" in text or "[" in text:
        text = _BRACKET.sub(_bracketed, text)
    if "," in text:
        text = _THOUSANDS.sub("", text)
    cut = text.endswith(("...", "...]"))
    text = text.replace("'", "")
    parts = [part for part in _BREAK.split(text) if part]
    keys: list[list[str]] = []
    numbers: set[str] = set()
    serial = False
    informative = letters = 0
    before = ""
    lowered: list[str] = []
    for part in parts:
        key = []
        for word in _WORD.findall(part.lower()):
            lowered.append(word)
            number = ""
            if word[0].isdigit():
                number = word if word.isdigit() else ""
                if not number and (ordinal := _ORDINAL.match(word)):
                    number = ordinal.group(1)
            elif word in ROMAN:
                number = ROMAN[word]
            elif word in NUMBER_WORDS and before in PART_WORDS:
                number = NUMBER_WORDS[word]
            elif word in PART_WORDS and before in NUMBER_WORDS and len(before) > 2:
                numbers.add(NUMBER_WORDS[before])
            before = word
            if number:
                number = number.lstrip("0") or "0"
                numbers.add(number)
                key.append(number)
                continue
            if word in STOP:
                continue
            if word in SERIAL:
                serial = True
            word = fold[word]
            key.append(word)
            if word not in GENERIC:
                informative += 1
                # An ideograph carries about as much as three letters.
                letters += len(word) if word < "\u2e80" else 3 * len(word)
        if key:
            keys.append(key)
    if not keys:
        return _NO_TITLE
    markers = 0
    if not MARKER_WORDS.isdisjoint(lowered):
        flat = " ".join(lowered)
        for bit, (_, pattern) in enumerate(MARKERS):
            if pattern.search(flat):
                markers |= 1 << bit
    # "Chapter 4: …" or "Literature review. …" is a heading; its number is in `numbers`.
    while len(keys) > 1 and all(word in GENERIC or word.isdigit() for word in keys[0]):
        del keys[0]
    words = [word for key in keys for word in key]
    main = " ".join(keys[0])
    tail = " ".join(word for key in keys[1:] for word in key)
    wanted = {word for word in words if len(word) > 3 and word not in GENERIC}
    return _Title(
        " ".join(words),
        main,
        tail,
        min(0.9 * informative + 0.13 * letters, 10.0),
        " ".join(sorted(numbers)),
        markers,
        serial,
        cut,
        tuple(sorted(hashes[word] for word in wanted)[:3]),
    )


def _authors(raw: str) -> tuple[str, str, int]:
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


class _Source(NamedTuple):
    """A journal, series or publisher."""

    words: str = ""
    initials: str = ""
    preprint: bool = False
    serial: bool = False


class _Container(dict[str, _Source]):
    """Name as given to the source it is; each is worked out once."""

    def __init__(self, fold: Folding) -> None:
        super().__init__({"": _Source()})
        self._fold = fold

    def __missing__(self, raw: str) -> _Source:
        text = plain(html.unescape(raw)).lower().replace("'", "")
        preprint = bool(_PREPRINT.search(text))
        text = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", text)
        main = re.split(r"\s*[:=;]\s+", text, maxsplit=1)[0]
        words = [self._fold[word] for word in _WORD.findall(main) if word not in STOP]
        serial = not SERIAL.isdisjoint(words)
        result = _Source(" ".join(words), "".join(word[0] for word in words), preprint, serial)
        self[raw] = result
        return result


def _doi(raw: str, url: str) -> str:
    for text in (raw, url):
        if not text or "10." not in text:
            continue
        found = _DOI.search(text.lower().replace("%2f", "/"))
        if found:
            return _DOI_TAIL.sub("", found.group().split("?")[0].split("#")[0])
    return ""


def _page(raw: str) -> str:
    text = plain(raw).lower()
    if _COUNT_OF_PAGES.match(text):
        return ""
    found = _PAGE.search(_PAGE_WORDS.sub(" ", text))
    if not found:
        return ""
    page = found.group()
    return page.lstrip("0") or "0"


def _number(raw: str) -> str:
    found = _DIGITS.search(raw)
    if found:
        return found.group().lstrip("0") or "0"
    letters = _WORD.findall(plain(raw).lower())
    return "".join(letters) if len(letters) == 1 and len(letters[0]) < 5 else ""


def _texts(records: pd.DataFrame, column: str) -> list[str]:
    """Return the column's values as text, "" where missing or where there is no such column."""
    if column not in records.columns:
        return [""] * len(records)
    values = records[column].to_numpy(dtype=object)
    missing = records[column].isna().to_numpy()
    return [
        "" if absent else value if isinstance(value, str) else str(value)
        for value, absent in zip(values.tolist(), missing.tolist(), strict=True)
    ]


def _years(records: pd.DataFrame) -> Array:
    if "year" not in records.columns:
        return np.zeros(len(records), np.int16)
    years = pd.to_numeric(records["year"], errors="coerce").to_numpy(np.float64, na_value=np.nan)
    return np.where((years > 1000) & (years < 3000), years, 0).astype(np.int16)


class _Once(dict[str, str]):
    """A function's answers, worked out once for each of the few values a column has."""

    def __init__(self, function: Callable[[str], str]) -> None:
        super().__init__({"": ""})
        self._function = function

    def __missing__(self, value: str) -> str:
        answer = self[value] = self._function(value)
        return answer


class _Caches(NamedTuple):
    """What one call of `normalise` remembers from record to record."""

    fold: Folding
    hashes: _WordHash
    containers: _Container
    numbers: _Once


def _chunk(records: pd.DataFrame, caches: _Caches) -> dict[str, Array]:
    """Return the features of some records, column by column."""
    fold, hashes, containers, numbers = caches
    raw = _texts(records, "title")
    titles = [_title(title, fold, hashes) if title else _NO_TITLE for title in raw]
    authors = [_authors(text) if text else _NO_AUTHORS for text in _texts(records, "authors")]
    sources = [containers[text] for text in _texts(records, "container")]
    publishers = [containers[text] for text in _texts(records, "publisher")]
    kinds = [KINDS.get(kind, 0) for kind in _texts(records, "type")]
    volumes = [numbers[text] for text in _texts(records, "volume")]
    issues = [numbers[text] for text in _texts(records, "issue")]
    pages = [_page(text) if text else "" for text in _texts(records, "pages")]
    dois = [
        _doi(doi, url) if doi or url else ""
        for doi, url in zip(_texts(records, "doi"), _texts(records, "url"), strict=True)
    ]
    pmids = [text.strip() for text in _texts(records, "pmid")]
    years = _years(records)
    keys = [title.key for title in titles]
    tight = [key.replace(" ", "") for key in keys]
    families = [author[0] for author in authors]
    columns: dict[str, list[Any]] = {
        "id": _texts(records, "record_id"),
        "raw": raw,
        "title": keys,
        "main": [title.main for title in titles],
        "tail": [title.tail for title in titles],
        "points": [title.points for title in titles],
        "numbers": [title.numbers for title in titles],
        "markers": [title.markers for title in titles],
        "serial": [
            # Journals called "annual" have online-first years; reports do not.
            title.serial or (source.serial and kind != 1)
            for title, source, kind in zip(titles, sources, kinds, strict=True)
        ],
        "cut": [title.cut for title in titles],
        "families": families,
        "names": [author[1] for author in authors],
        "person": [author[2] for author in authors],
        "container": [source.words for source in sources],
        "initials": [source.initials for source in sources],
        "volume": volumes,
        "issue": issues,
        "page": pages,
        "doi": dois,
        "pmid": pmids,
        "kind": kinds,
        "stage": [
            _stage(kind, source, publisher.preprint, doi, volume, issue or page)
            for kind, source, publisher, doi, volume, issue, page in zip(
                kinds, sources, publishers, dois, volumes, issues, pages, strict=True
            )
        ],
        "edition": [numbers[text] for text in _texts(records, "edition")],
        "publisher": [publisher.words for publisher in publishers],
        "abstract": [_abstract(text) if text else "" for text in _texts(records, "abstract")],
        "k_doi": [_hash(doi) if doi else 0 for doi in dois],
        "k_pmid": [_hash(f"pmid {pmid}") if pmid else 0 for pmid in pmids],
        "k_start": [
            _hash("start " + " ".join(key.split(" ", 4)[:4])) if key else 0 for key in keys
        ],
        "k_letters": [_hash(key[:14]) if len(key) > 13 else 0 for key in tight],
        "k_12": [_pair(title.hashes, 0, 1) for title in titles],
        "k_13": [_pair(title.hashes, 0, 2) for title in titles],
        "k_23": [_pair(title.hashes, 1, 2) for title in titles],
        "k_end": [_hash(key[-14:]) if len(key) > 17 else 0 for key in tight],
        "k_place": [
            _hash(f"place {year} {volume} {page}") if year and volume and page else 0
            for year, volume, page in zip(years.tolist(), volumes, pages, strict=True)
        ],
        "k_author": [
            _hash(f"author {year} {family}") if year and family and key else 0
            for year, family, key in zip(years.tolist(), families, keys, strict=True)
        ],
    }
    return {
        name: years if name == "year" else np.array(columns[name], dtype=_DTYPES.get(name, object))
        for name in (*FEATURES, *KEYS)
    }


def _stage(kind: int, source: _Source, preprint: bool, doi: str, volume: str, place: str) -> int:
    """Return 1 for a preprint or manuscript, -1 for a published version, 0 where unclear."""
    if kind == 7 or preprint or source.preprint or (doi and _PREPRINT_DOI.match(doi)):
        return 1
    published = doi or (volume and place) or (source.words and kind in (1, 2))
    return -1 if published else 0


def _abstract(text: str) -> str:
    return " ".join(_WORD.findall(plain(text[:260]).lower())[:25])


def _pair(low: tuple[int, ...], first: int, second: int) -> int:
    if len(low) <= second:
        return 0
    return (low[first] * 31 + low[second]) & 0x7FFFFFFFFFFFFFFF or 1


_DTYPES: dict[str, Any] = {
    "points": np.float32, "markers": np.int16, "serial": np.bool_, "cut": np.bool_,
    "person": np.int8, "year": np.int16, "kind": np.int8, "stage": np.int8,
} | dict.fromkeys(KEYS, np.int64)  # fmt: skip
#: Records normalised at once: bounds memory, changes no result.
_AT_ONCE = 50_000


def normalise(records: pd.DataFrame) -> pd.DataFrame:
    """Return one row of features for each record, each from its own record alone.

    Parameters
    ----------
    records : pandas.DataFrame
        `record_id` and any of the bibliographic columns of the records frame.

    Returns
    -------
    pandas.DataFrame
        The columns `FEATURES` and the blocking `KEYS`, in the order of `records`. Missing text is
        "" here (and only here): the features never leave this room.
    """
    fold = Folding()
    caches = _Caches(fold, _WordHash(), _Container(fold), _Once(_number))
    chunks = [
        _chunk(records.iloc[start : start + _AT_ONCE], caches)
        for start in range(0, max(len(records), 1), _AT_ONCE)
    ]
    return pd.DataFrame(
        {
            name: pd.Series(
                np.concatenate([chunk[name] for chunk in chunks]), dtype=_DTYPES.get(name, object)
            )
            for name in (*FEATURES, *KEYS)
        }
    )
