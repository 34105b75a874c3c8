"""Make one row of each work from its records, and say which record each value came from."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

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
#: Every export words this differently, so differing says nothing about the work.
_NOT_COMPARED = frozenset({"extra"})
_NOT_TEXT = re.compile(r"[\W_]+")


class Merged(NamedTuple):
    """The frames `merge` makes; see `deduplicate` for their columns."""

    works: pd.DataFrame
    field_sources: pd.DataFrame
    disagreements: pd.DataFrame


def _winners(values: pd.Series, work: Array, field: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the winning row of each work, and the rows that lost to a different value.

    `values` holds only stated values, in order of record id; `work` is the work of each. Both
    tables have `work` and `position`.
    """
    codes, _ = pd.factorize(values)
    rows = pd.DataFrame({"work": work, "position": values.index.to_numpy(), "code": codes})
    first = rows.drop_duplicates("work")
    leading = np.full(int(work.max()) + 1, -1, np.int64)
    leading[first["work"].to_numpy()] = first["code"].to_numpy()
    mixed = np.zeros(len(leading), bool)
    mixed[work[leading[work] != codes]] = True
    # Where a work's records agree to the letter, the first of them wins.
    agreed = first[~mixed[first["work"].to_numpy()]]
    columns = ["work", "position"]
    rows = rows[mixed[work]].copy()
    if rows.empty:
        return agreed[columns], rows[columns]
    texts = [str(value) for value in values.to_numpy(dtype=object)[mixed[work]]]
    rows["key"] = [_NOT_TEXT.sub("", text).casefold() for text in texts]
    rows["length"] = [len(text) for text in texts]
    rows["weight"] = rows.groupby(["work", "key"])["key"].transform("size")
    order = ["weight", "length"]
    if field == "type":
        # "document" is what a reader writes where an export says nothing.
        rows.loc[rows["key"] == "document", "weight"] = 0
        order = ["weight"]
    elif field in _FULLEST:
        rows["filled"] = rows["key"].str.len()
        rows["cased"] = [not text.isupper() for text in texts]
        order = ["filled", "weight", "cased", "length"]
    ascending = [True, *[False] * len(order), True]
    rows = rows.sort_values(["work", *order, "position"], ascending=ascending, kind="stable")
    won = rows.drop_duplicates("work")
    best = won.set_index("work")["key"]
    lost = rows[rows["key"].to_numpy() != best[rows["work"]].to_numpy()]
    return pd.concat([agreed[columns], won[columns]]), lost[columns]


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
    columns: dict[str, Any] = {"work_id": pd.Series(work_ids[starts], dtype="str")}
    sources: list[pd.DataFrame] = []
    losers: list[pd.DataFrame] = []
    for field in FIELDS:
        if field not in records.columns:
            continue
        values = records[field]
        take = starts.copy()
        stated = values[several & values.notna().to_numpy()]
        if len(stated):
            won, lost = _winners(stated, work[stated.index], field)
            take[won["work"].to_numpy()] = won["position"].to_numpy()
            sources.append(won.assign(field=field))
            if field not in _NOT_COMPARED and len(lost):
                value = values.to_numpy(dtype=object)[lost["position"]].astype(str)
                losers.append(lost.assign(field=field, value=value))
        columns[field] = values.take(take).reset_index(drop=True)
    columns["n_records"] = pd.Series(counts[starts], dtype="int64")
    columns["record_ids"] = pd.Series(_joined(ids, work, counts[starts]), dtype="str")
    return Merged(
        pd.DataFrame(columns),
        _long(sources, work_ids[starts], ids, ("work_id", "field", "record_id")),
        _long(losers, work_ids[starts], ids, ("work_id", "field", "record_id", "value")),
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
    parts: list[pd.DataFrame], work_ids: Array, ids: Array, names: tuple[str, ...]
) -> pd.DataFrame:
    """Return parts as one table in order of work, field (as in `FIELDS`) and record."""
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in names})
    table = pd.concat(parts, ignore_index=True)
    rank = {name: place for place, name in enumerate(FIELDS)}
    table = table.iloc[
        np.lexsort((table["position"], table["field"].map(rank), table["work"]))
    ].reset_index(drop=True)
    table["work_id"] = pd.Series(work_ids[table["work"].to_numpy()], dtype="str")
    table["record_id"] = pd.Series(ids[table["position"].to_numpy()], dtype="str")
    return table[list(names)].astype("str")
