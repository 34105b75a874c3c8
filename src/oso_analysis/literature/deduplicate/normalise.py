"""Turn each record into the features that two records are compared by, row by row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd

from oso_analysis.literature.deduplicate.features import Features
from oso_analysis.literature.deduplicate.lexicon import Lexicon
from oso_analysis.literature.deduplicate.places import (
    NO_AUTHORS,
    PREPRINT_DOI,
    Names,
    Source,
    Sources,
    read_authors,
    read_doi,
    read_isbn,
    read_number,
    read_page,
    read_pmid,
)
from oso_analysis.literature.deduplicate.titles import prepared, read_titles

__all__ = ["FEATURES", "KEYS", "KINDS", "normalise"]

Array = np.ndarray[Any, Any]
T = TypeVar("T")

#: Kind of publication, by CSL type; a type not listed says nothing.
KINDS = {
    "article-journal": 1, "article-magazine": 1, "article-newspaper": 1, "review": 1,
    "review-book": 1, "paper-conference": 2, "speech": 2, "report": 3, "book": 4, "chapter": 5,
    "entry-encyclopedia": 5, "entry-dictionary": 5, "thesis": 6, "article": 7, "manuscript": 7,
    "legislation": 8, "bill": 8, "legal_case": 8,
}  # fmt: skip

#: Text features are object columns with "" for missing; the others are small numbers.
FEATURES = (
    "id", "raw", "title", "main", "tail", "heading", "points", "numbers", "markers", "serial",
    "part", "party", "cut",
    "families", "names", "person", "year", "container", "meeting", "volume", "issue", "page",
    "pages", "doi", "pmid", "isbn", "kind", "stage", "edition", "publisher", "abstract",
)  # fmt: skip
#: Letters; "No abstract available", in whatever language, has fewer.
_SHORTEST_ABSTRACT = 40
#: Of a hash, the bits that are kept, so that it is no negative number.
_BITS = 0x7FFFFFFFFFFFFFFF
#: Blocking keys: 64-bit numbers, 0 where the record has no such key.
KEYS = ("k_doi", "k_pmid", "k_start", "k_letters", "k_12", "k_13", "k_23", "k_end", "k_place",
        "k_author")  # fmt: skip


def _texts(records: pd.DataFrame, column: str) -> list[str]:
    """Return the column's values as text, "" where missing or where there is no such column."""
    if column not in records.columns:
        return [""] * len(records)
    if isinstance(records[column].dtype, pd.StringDtype):
        texts: list[str] = records[column].to_numpy(dtype=object, na_value="").tolist()
        return texts
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

    lexicon: Lexicon
    names: Names
    sources: Sources
    numbers: _Once


def _keys(texts: Sequence[str]) -> Array:
    """Return a 63-bit number for each text, the same on every machine, and 0 for ""."""
    values = np.array(texts, dtype=object)
    numbers = pd.util.hash_array(values, categorize=False).view(np.int64) & _BITS
    return np.where(values == "", 0, np.maximum(numbers, 1))


def _each(texts: list[str], function: Callable[[str], T], missing: T) -> list[T]:
    """Return what a function makes of each text; one that recurs is worked out once."""
    found = {text: function(text) for text in dict.fromkeys(texts) if text}
    found[""] = missing
    return [found[text] for text in texts]


def _titles(raw: list[str], lexicon: Lexicon) -> dict[str, Array]:
    """Return what titles say, and the blocking keys made of titles."""
    # Databases that differ in a title's case alone are common, and come to one title here.
    texts = _each(raw, prepared, "")
    places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    said = read_titles(list(places), lexicon)
    titles = said.title.tolist()
    tight = [title.replace(" ", "") for title in titles]
    blocks = {
        "k_start": [" ".join(title.split(" ", 4)[:4]) for title in titles],
        "k_letters": [title[:14] if len(title) > 13 else "" for title in tight],
        "k_end": [title[-14:] if len(title) > 17 else "" for title in tight],
    }
    columns = said._asdict() | {name: _keys(texts) for name, texts in blocks.items()}
    first, second, third = columns.pop("hashes").T
    columns |= {"k_12": _mixed(first, second), "k_13": _mixed(first, third)}
    columns["k_23"] = _mixed(second, third)
    which = np.fromiter(map(places.__getitem__, texts), np.int64, len(texts))
    return {name: column[which] for name, column in columns.items()}


def _chunk(records: pd.DataFrame, caches: _Caches) -> dict[str, Array]:
    """Return the features of some records, column by column."""
    lexicon, names, containers, numbers = caches
    raw = _texts(records, "title")
    said = _titles(raw, lexicon)
    authors = _each(_texts(records, "authors"), lambda text: read_authors(text, names), NO_AUTHORS)
    sources = [
        # A source that repeats the title is none ("T2" of what appeared in no journal).
        containers["" if text and text.casefold() == title.casefold() else text]
        for text, title in zip(_texts(records, "container"), raw, strict=True)
    ]
    publishers = [containers[text] for text in _texts(records, "publisher")]
    kinds = [KINDS.get(kind, 0) for kind in _texts(records, "type")]
    volumes = [numbers[text] for text in _texts(records, "volume")]
    issues = [numbers[text] for text in _texts(records, "issue")]
    ranges = _texts(records, "pages")
    pages = _each(ranges, read_page, "")
    dois = [
        read_doi(doi, url) if doi or url else ""
        for doi, url in zip(_texts(records, "doi"), _texts(records, "url"), strict=True)
    ]
    pmids = [read_pmid(text) if text else "" for text in _texts(records, "pmid")]
    years = _years(records)
    families, persons, people = _columns(authors, 3)
    # Journals and meetings called "annual" have online-first years; reports do not.
    yearly = [
        source.serial and kind not in (1, 2) for source, kind in zip(sources, kinds, strict=True)
    ]
    said["serial"] |= np.array(yearly, dtype=bool)
    columns: dict[str, Any] = said | {
        "id": _texts(records, "record_id"),
        "raw": raw,
        "families": families,
        "names": persons,
        "person": people,
        "container": [source.words for source in sources],
        "meeting": [source.meeting for source in sources],
        "volume": volumes,
        "issue": issues,
        "page": pages,
        "pages": ranges,
        "doi": dois,
        "pmid": pmids,
        "isbn": _each(_texts(records, "isbn"), read_isbn, ""),
        "kind": kinds,
        "stage": [
            _stage(kind, source, publisher.preprint, doi, volume, issue or page)
            for kind, source, publisher, doi, volume, issue, page in zip(
                kinds, sources, publishers, dois, volumes, issues, pages, strict=True
            )
        ],
        "edition": [numbers[text] for text in _texts(records, "edition")],
        "publisher": [publisher.words for publisher in publishers],
        "abstract": [_abstract(text) for text in _texts(records, "abstract")],
    }
    page = _keys(pages)
    columns |= {
        "year": years,
        "k_doi": _keys(dois),
        "k_pmid": _keys(pmids),
        "k_place": _mixed(years, _keys(volumes), page),
        # Where there is no title, nothing but the page tells a team's texts of a year apart.
        "k_author": _mixed(_keys(families), years, np.where(said["title"] == "", page, 1)),
    }
    return {
        name: np.asarray(columns[name], dtype=_DTYPES.get(name, object))
        for name in (*FEATURES, *KEYS)
    }


def _columns(rows: list[Any], width: int) -> list[tuple[Any, ...]]:
    """Return the columns of rows that are tuples of `width` values."""
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _stage(kind: int, source: Source, preprint: bool, doi: str, volume: str, place: str) -> int:
    """Return 1 for a preprint or manuscript, -1 for a published version, 0 where unclear."""
    if kind == 7 or preprint or source.preprint or (doi and PREPRINT_DOI.match(doi)):
        return 1
    published = doi or (volume and place) or (source.words and kind in (1, 2))
    return -1 if published else 0


def _abstract(text: str) -> str:
    """Return how an abstract begins, "" for what is too short to be one ("Not available")."""
    beginning = text[:160].casefold().replace(" ", "")
    if not beginning.isprintable():
        beginning = "".join(beginning.split())
    beginning = beginning[:100]
    return beginning if len(beginning) >= _SHORTEST_ABSTRACT else ""


def _mixed(*parts: Array) -> Array:
    """Return a 63-bit number for the numbers of each row, 0 where one of them is 0."""
    mixed = np.zeros(len(parts[0]), np.int64)
    there = np.ones(len(parts[0]), bool)
    for part in parts:
        mixed = mixed * 31 + part
        there &= part != 0
    return np.where(there, np.maximum(mixed & _BITS, 1), 0)


_DTYPES: dict[str, Any] = {
    "points": np.float32, "markers": np.int16, "serial": np.bool_, "part": np.bool_,
    "party": np.bool_, "cut": np.bool_, "meeting": np.bool_,
    "person": np.int8, "year": np.int16, "kind": np.int8, "stage": np.int8,
} | dict.fromkeys(KEYS, np.int64)  # fmt: skip
#: Records normalised at once: bounds memory, changes no result.
_AT_ONCE = 10_000


def normalise(records: pd.DataFrame) -> Features:
    """Return the features of each record, each from its own record alone.

    Parameters
    ----------
    records : pandas.DataFrame
        `record_id` and any of the bibliographic columns of the records frame.

    Returns
    -------
    Features
        `FEATURES` and the blocking `KEYS`, in the order of `records`. Missing text is
        "" here (and only here): the features never leave this room.
    """
    lexicon = Lexicon()
    caches = _Caches(lexicon, Names(), Sources(lexicon), _Once(read_number))
    chunks = [
        _chunk(records.iloc[start : start + _AT_ONCE], caches)
        for start in range(0, max(len(records), 1), _AT_ONCE)
    ]
    return Features(
        {name: np.concatenate([chunk[name] for chunk in chunks]) for name in (*FEATURES, *KEYS)}
    )
