"""Make one row of each work from its records, and say which record each value came from."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from oso_analysis.literature.deduplicate.words import UNTITLED, plain, squeezed
from oso_analysis.literature.languages import language_codes

__all__ = ["FIELDS", "Merged", "merge"]

Array = np.ndarray[Any, Any]

#: Bibliographic columns of the records frame, in the order works have them.
FIELDS = (
    "type", "title", "authors", "year", "container", "volume", "issue", "pages", "publisher",
    "place", "edition", "doi", "isbn", "issn", "pmid", "url", "language", "abstract", "keywords",
    "extra",
)  # fmt: skip
#: Where one record may hold more of a value than another, the fullest wins; elsewhere the value
#: most records give.
_FULLEST = frozenset({"title", "authors", "abstract", "keywords", "pages", "extra"})
#: What fields say of nothing: "document" is what a reader writes where an export gives no type, and
#: "und" names no language.
_SAYS_NOTHING = {"type": "document", "language": ""}
_DIGIT = re.compile(r"\d")
_UNTITLED = frozenset("".join(text.split()) for text in UNTITLED)
#: Values that say little, however long: "Advance online publication" are no pages, and the name of
#: a file holds authors, year and a title cut off.
_EMPTY: dict[str, Callable[[str], bool]] = {
    "pages": lambda key: not _DIGIT.search(key),
    "title": lambda key: key.endswith("pdf") or plain(key) in _UNTITLED,
}
_VOLUME = re.compile(r"\d|^[ivxlcdm]+$", re.IGNORECASE)
#: Every export words this differently, so differing says nothing about the work.
_NOT_COMPARED = frozenset({"extra"})


class Merged(NamedTuple):
    """The frames `merge` makes; see `deduplicate` for their columns."""

    works: pd.DataFrame
    field_sources: pd.DataFrame
    disagreements: pd.DataFrame


class _Rows(NamedTuple):
    """Some records, by work and by position among the records."""

    work: Array
    position: Array

    def take(self, rows: Array) -> _Rows:
        """Return some of them."""
        return _Rows(self.work[rows], self.position[rows])


def _winners(values: pd.Series, work: Array, field: str, in_print: Array) -> tuple[_Rows, _Rows]:
    """Return the winning record of each work, and the records that lost to a different value.

    `values` holds only stated values, in order of record id; `work` is the work of each, and
    `in_print` tells of each whether its record states a volume.
    """
    codes, _ = pd.factorize(values)
    rows = _Rows(work, values.index.to_numpy())
    # Written from the last to the first, so that the first of each work stays.
    leading = np.full(int(work.max()) + 1, -1, np.int64)
    leading[work[::-1]] = np.arange(len(work))[::-1]
    first = rows.take(leading[leading >= 0])
    mixed = np.zeros(len(leading), bool)
    mixed[work[codes[leading[work]] != codes]] = True
    # Where a work's records agree to the letter, the first of them wins.
    agreed = first.take(~mixed[first.work])
    unlike = mixed[work]
    rows = rows.take(unlike)
    if not len(rows.work):
        return agreed, rows
    texts = [str(value) for value in values.to_numpy(dtype=object)[unlike]]
    if field == "language":
        # PubMed's "eng" and Scopus's "English" do not disagree.
        said = ["; ".join(sorted(language_codes(text))) for text in texts]
    else:
        said = [squeezed(text) for text in texts]
    keys = np.array(said, dtype=object)
    numbers, distinct = pd.factorize(keys)
    length = np.array([len(text) for text in texts])
    _, same, counts = np.unique(
        rows.work * len(distinct) + numbers, return_inverse=True, return_counts=True
    )
    weight = np.where(keys == _SAYS_NOTHING.get(field), 0, counts[same])
    # A type with a longer name says no more.
    order = [weight] if field == "type" else [weight, length]
    if field == "year":
        # The year online beside the volume in print were a citation that never existed.
        order = [in_print[unlike], weight]
    if field in _FULLEST:
        filled = np.array([len(key) for key in keys])
        if field in _EMPTY:
            filled[[_EMPTY[field](key) for key in keys]] = 0
        cased = np.array([not text.isupper() for text in texts])
        order = [filled, weight, cased, length]
    # The highest of the first, then of the second, …; then the first record.
    best = np.lexsort((rows.position, *(-column.astype(int) for column in order[::-1]), rows.work))
    rows, numbers = rows.take(best), numbers[best]
    starts = np.flatnonzero(np.diff(rows.work, prepend=-1))
    won = rows.take(starts)
    winning = np.repeat(numbers[starts], np.diff(starts, append=len(numbers)))
    return (
        _Rows(*(np.concatenate(pair) for pair in zip(agreed, won, strict=True))),
        rows.take(numbers != winning),
    )


def merge(records: pd.DataFrame, first: Array, work_ids: Array) -> Merged:
    """Return works, the record behind each merged value, and the values that lost.

    Parameters
    ----------
    records : pandas.DataFrame
        The records, in order of `record_id`, with a fresh index.
    first : numpy.ndarray
        Position of the first record of each record's work.
    work_ids : numpy.ndarray
        Work id of each record.

    Returns
    -------
    Merged
        `works`, `field_sources`, `disagreements`.
    """
    size = len(records)
    counts = np.bincount(first, minlength=size) if size else np.empty(0, np.int64)
    starts = np.flatnonzero(counts)
    number = np.zeros(size, np.int64)
    number[starts] = np.arange(len(starts))
    work = number[first] if size else np.empty(0, np.int64)
    several = counts[first] > 1 if size else np.empty(0, bool)
    ids = records["record_id"].to_numpy(dtype=object)
    in_print = np.zeros(size, bool)
    if "volume" in records.columns:
        # "Ahead of print" is no volume.
        volumes = records["volume"][several].astype("str")
        in_print[several] = volumes.str.contains(_VOLUME).fillna(False).to_numpy(bool)
    names = pd.Series(work_ids[starts], dtype="str")
    columns: dict[str, Any] = {"work_id": names}
    sources: dict[str, _Rows] = {}
    losers: dict[str, _Rows] = {}
    for field in FIELDS:
        if field not in records.columns:
            continue
        values = records[field]
        take = starts.copy()
        stated = values[several & values.notna().to_numpy()]
        if len(stated):
            at = stated.index.to_numpy()
            won, lost = _winners(stated, work[at], field, in_print[at])
            take[won.work] = won.position
            sources[field] = won
            if field not in _NOT_COMPARED:
                losers[field] = lost
        columns[field] = values.take(take).reset_index(drop=True)
    columns["n_records"] = pd.Series(counts[starts], dtype="int64")
    columns["record_ids"] = pd.Series(_joined(ids, work, counts[starts]), dtype="str")
    return Merged(
        pd.DataFrame(columns),
        _long(sources, names, records, values=False),
        _long(losers, names, records, values=True),
    )


def _joined(ids: Array, work: Array, counts: Array) -> list[str]:
    """Return the record ids of each work, joined by "; "."""
    ordered = ids[np.argsort(work, kind="stable")].tolist()
    result, at = [], 0
    for count in counts.tolist():
        result.append("; ".join(ordered[at : at + count]) if count > 1 else ordered[at])
        at += count
    return result


def _long(
    rows: dict[str, _Rows], work_ids: pd.Series, records: pd.DataFrame, *, values: bool
) -> pd.DataFrame:
    """Return rows of several fields as one table in order of work, field and record.

    The records' values are among its columns, if wanted.
    """
    none = np.empty(0, np.int64)
    work = np.concatenate([none, *(part.work for part in rows.values())])
    position = np.concatenate([none, *(part.position for part in rows.values())])
    field = np.repeat(np.arange(len(rows)), [len(part.work) for part in rows.values()])
    order = np.lexsort((position, field, work))
    # Taken from columns of text, which is several times as fast as making new ones of objects.
    columns = {
        "work_id": work_ids.take(work[order]),
        "field": pd.Series(list(rows), dtype="str").take(field[order]),
        "record_id": records["record_id"].take(position[order]),
    }
    if values:
        said = [records[name].take(part.position).astype("str") for name, part in rows.items()]
        columns["value"] = pd.concat([pd.Series(dtype="str"), *said], ignore_index=True).take(order)
    return pd.DataFrame({name: column.reset_index(drop=True) for name, column in columns.items()})
