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


def _keys(values: Array) -> Array:
    """Return values as they are compared: letters and digits only, lower case."""
    return np.array([_NOT_TEXT.sub("", str(v)).casefold() for v in values], dtype=object)


def _winners(values: pd.Series, work: Array, field: str) -> pd.DataFrame:
    """Return the rows that hold a value, the winner of each work first.

    `values` holds only stated values, in order of record id; `work` is the work of each.
    """
    rows = pd.DataFrame({"position": values.index.to_numpy(), "work": work})
    rows["key"] = _keys(values.to_numpy(dtype=object))
    rows["length"] = [len(str(v)) for v in values]
    if field == "type":
        # "document" is what a reader writes where an export says nothing.
        rows["length"] = np.where(rows["key"] == "document", 0, rows["length"])
        rows["weight"] = rows.groupby(["work", "key"])["key"].transform("size")
        rows.loc[rows["length"] == 0, "weight"] = 0
        order = ["weight"]
    elif field in _FULLEST:
        rows["filled"] = [len(key) for key in rows["key"]]
        rows["weight"] = rows.groupby(["work", "key"])["key"].transform("size")
        rows["mixed"] = [not str(v).isupper() for v in values]
        order = ["filled", "weight", "mixed", "length"]
    else:
        rows["weight"] = rows.groupby(["work", "key"])["key"].transform("size")
        order = ["weight", "length"]
    ascending = [True, *[False] * len(order), True]
    return rows.sort_values(["work", *order, "position"], ascending=ascending, kind="stable")


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
            ranked = _winners(stated, work[stated.index], field)
            won = ranked.drop_duplicates("work")
            take[won["work"].to_numpy()] = won["position"].to_numpy()
            sources.append(
                pd.DataFrame({"work": won["work"], "field": field, "position": won["position"]})
            )
            if field not in _NOT_COMPARED:
                key = won.set_index("work")["key"]
                lost = ranked[ranked["key"].to_numpy() != key[ranked["work"]].to_numpy()]
                if len(lost):
                    losers.append(
                        pd.DataFrame(
                            {
                                "work": lost["work"],
                                "field": field,
                                "position": lost["position"],
                                "value": values.to_numpy(dtype=object)[lost["position"]].astype(
                                    str
                                ),
                            }
                        )
                    )
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
