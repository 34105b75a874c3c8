"""From weighed pairs to works: cluster, then list the links made and the pairs left open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from oso_analysis.literature.deduplicate.cluster import cluster
from oso_analysis.literature.deduplicate.decisions import Verdicts
from oso_analysis.literature.deduplicate.match import MERGE, describe

__all__ = ["Settled", "settle", "with_titles"]

Array = np.ndarray[Any, Any]


class Settled(NamedTuple):
    """Which records are one work.

    Attributes
    ----------
    first : numpy.ndarray
        Position of the first record of each record's work.
    work_ids : pandas.DataFrame
        `record_id`, `work_id`.
    merges, review : pandas.DataFrame
        As in `Deduplication`; the review still without titles and years.
    """

    first: Array
    work_ids: pd.DataFrame
    merges: pd.DataFrame
    review: pd.DataFrame


def settle(
    pairs: pd.DataFrame,
    ids: Array,
    titled: Array,
    verdicts: Verdicts,
    contradicts: Callable[[Array, Array], Array],
) -> Settled:
    """Return works from pairs.

    Parameters
    ----------
    pairs : pandas.DataFrame
        What `compare` says of the pairs worth keeping, with their positions `a` < `b`.
    ids : numpy.ndarray
        Record ids, sorted.
    titled : numpy.ndarray of bool
        Whether each record has a title.
    verdicts : Verdicts
        What people decided.
    contradicts : callable
        See `cluster`; asked only about pairs that are not in `pairs`.
    """
    place = {record_id: position for position, record_id in enumerate(ids.tolist())}
    first = cluster(
        titled,
        pairs.loc[pairs["score"] >= MERGE, ["a", "b", "score"]],
        contradicts=_remembered(pairs, len(ids), contradicts),
        same=[(place[x], place[y]) for x, y, _ in verdicts.same],
        different=[(place[x], place[y]) for x, y, _ in verdicts.different],
    )
    work_ids = [f"w-{ids[position]}" for position in first.tolist()]
    return Settled(
        first,
        pd.DataFrame(
            {"record_id": pd.Series(ids, dtype="str"), "work_id": pd.Series(work_ids, dtype="str")}
        ),
        _merges(pairs, first, ids, verdicts, place),
        _review(pairs, first, ids, verdicts, place),
    )


def _remembered(
    pairs: pd.DataFrame, size: int, contradicts: Callable[[Array, Array], Array]
) -> Callable[[Array, Array], Array]:
    """Return `contradicts`, with the answers of the pairs weighed already looked up.

    Most pairs within a work are links, so that little is left to weigh.
    """
    codes = pairs["a"].to_numpy(np.int64) * size + pairs["b"].to_numpy(np.int64)
    order = np.argsort(codes)
    codes, answers = codes[order], pairs["contradicts"].to_numpy(dtype=bool)[order]

    def answer(left: Array, right: Array) -> Array:
        wanted = left * size + right
        place = np.searchsorted(codes, wanted)
        weighed = np.append(codes, -1)[place] == wanted
        result = np.zeros(len(left), bool)
        result[weighed] = answers[place[weighed]]
        result[~weighed] = contradicts(left[~weighed], right[~weighed])
        return result

    return answer


def with_titles(review: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Return the review with the title and year of both records, to look at."""
    shown = records["record_id"].isin([*review["record_id_a"], *review["record_id_b"]])
    known = records[shown].set_index("record_id")
    columns = {}
    for name in ("title", "year"):
        if name in known.columns:
            for side in ("a", "b"):
                values = known[name].reindex(review[f"record_id_{side}"])
                columns[f"{name}_{side}"] = values.reset_index(drop=True)
    return review.assign(**columns)


def _merges(
    pairs: pd.DataFrame, first: Array, ids: Array, verdicts: Verdicts, place: dict[str, int]
) -> pd.DataFrame:
    """Return the links inside works, decided ones included, in order of record ids."""
    together = first[pairs["a"].to_numpy()] == first[pairs["b"].to_numpy()]
    links = pairs[together & (pairs["score"] >= MERGE).to_numpy()]
    decided = {(place[x], place[y]): why for x, y, why in verdicts.same}
    table = pd.DataFrame(
        {
            "a": links["a"].to_numpy(),
            "b": links["b"].to_numpy(),
            "reason": pd.Series(describe(links), dtype="str"),
            "score": links["score"].to_numpy(dtype=float),
        }
    )
    if decided:
        evidence = zip(table["a"].tolist(), table["b"].tolist(), strict=True)
        table = pd.concat(
            [
                table[[pair not in decided for pair in evidence]],
                pd.DataFrame(
                    {
                        "a": [x for x, _ in decided],
                        "b": [y for _, y in decided],
                        "reason": pd.Series(list(decided.values()), dtype="str"),
                        "score": np.nan,
                    }
                ),
            ]
        )
    table = table.sort_values(["a", "b"], kind="stable", ignore_index=True)
    return pd.DataFrame(
        {
            "record_id_a": pd.Series(ids[table["a"].to_numpy(dtype=int)], dtype="str"),
            "record_id_b": pd.Series(ids[table["b"].to_numpy(dtype=int)], dtype="str"),
            "reason": table["reason"].astype("str"),
            "score": table["score"].astype(float),
        }
    )


def _review(
    pairs: pd.DataFrame,
    first: Array,
    ids: Array,
    verdicts: Verdicts,
    place: dict[str, int],
) -> pd.DataFrame:
    """Return uncertain pairs of different works that nobody has decided yet."""
    works_a, works_b = first[pairs["a"].to_numpy()], first[pairs["b"].to_numpy()]
    low, high = np.minimum(works_a, works_b), np.maximum(works_a, works_b)
    decided = {tuple(sorted((first[place[x]], first[place[y]]))) for x, y, _ in verdicts.different}
    open_ = (low != high) & np.array(
        [pair not in decided for pair in zip(low.tolist(), high.tolist(), strict=True)], dtype=bool
    )
    table = pairs[open_].assign(low=low[open_], high=high[open_])
    table = table.sort_values(["score", "a", "b"], ascending=[False, True, True], kind="stable")
    table = table.drop_duplicates(["low", "high"], ignore_index=True)
    reason = [
        f"{why}; not joined, because other records of the two works contradict each other"
        if score >= MERGE
        else why
        for why, score in zip(describe(table), table["score"].tolist(), strict=True)
    ]
    a, b = table["a"].to_numpy(), table["b"].to_numpy()
    columns: dict[str, Any] = {
        "record_id_a": pd.Series(ids[a], dtype="str"),
        "record_id_b": pd.Series(ids[b], dtype="str"),
        "score": table["score"].astype(float),
        "reason": pd.Series(reason, dtype="str"),
    }
    return pd.DataFrame(columns)
