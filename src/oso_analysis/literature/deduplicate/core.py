"""De-duplicate a records frame: the public function and its result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from oso_analysis.errors import InputError, Problem, require_columns
from oso_analysis.literature.deduplicate.block import candidate_pairs
from oso_analysis.literature.deduplicate.cluster import cluster
from oso_analysis.literature.deduplicate.decisions import Verdicts, check_decisions
from oso_analysis.literature.deduplicate.grades import plausible
from oso_analysis.literature.deduplicate.match import MERGE, REVIEW, compare, describe
from oso_analysis.literature.deduplicate.merge import merge
from oso_analysis.literature.deduplicate.normalise import FEATURES, normalise

__all__ = ["Deduplication", "deduplicate"]

Array = np.ndarray[Any, Any]

#: Pairs weighed at once: bounds memory, changes no result.
_AT_ONCE = 400_000


@dataclass(frozen=True)
class Deduplication:
    """What de-duplication found.

    Attributes
    ----------
    work_ids : pandas.DataFrame
        `record_id`, `work_id`: one row a record, in order of `record_id`.
    works : pandas.DataFrame
        One row a work: `work_id`, the bibliographic columns the records had, `n_records` and
        `record_ids` (joined by "; "), in order of the smallest record id.
    merges : pandas.DataFrame
        `record_id_a`, `record_id_b`, `reason`, `score`: one row for each link inside a work.
        `score` is the sum of points of evidence; it is missing for a link people decided.
    review : pandas.DataFrame
        `record_id_a`, `record_id_b`, `score`, `reason`, `title_a`, `title_b`, `year_a`, `year_b`:
        uncertain pairs of different works, the best pair for each two works, best first.
    field_sources : pandas.DataFrame
        `work_id`, `field`, `record_id`: the record that won, for works of several records.
    disagreements : pandas.DataFrame
        `work_id`, `field`, `record_id`, `value`: values that lost because they differ from the
        winner in more than case and punctuation.
    stale_decisions : pandas.DataFrame
        `record_id_a`, `record_id_b`, `verdict`, `why`: verdicts that no longer apply.
    """

    work_ids: pd.DataFrame
    works: pd.DataFrame
    merges: pd.DataFrame
    review: pd.DataFrame
    field_sources: pd.DataFrame
    disagreements: pd.DataFrame
    stale_decisions: pd.DataFrame


def _check(records: pd.DataFrame) -> None:
    """Raise unless every record has an id of its own."""
    require_columns(records, ("record_id", "title"), where="records")
    ids = records["record_id"]
    missing = ids.isna() | (ids.astype(str).str.strip() == "")
    # Row 1 is the header of a records file.
    problems = [
        Problem("must name its record", file="records", row=int(row) + 2, column="record_id")
        for row in np.flatnonzero(missing)
    ]
    repeated = ids.duplicated() & ~missing
    problems += [
        Problem(
            "is the id of more than one record",
            file="records",
            row=int(row) + 2,
            column="record_id",
            value=ids.iloc[row],
        )
        for row in np.flatnonzero(repeated)
    ]
    if problems:
        raise InputError(problems)


def deduplicate(records: pd.DataFrame, *, decisions: pd.DataFrame | None = None) -> Deduplication:
    """Group records into works, with the reason for every merge.

    The result does not depend on the order of the rows, and whether two records are linked depends
    on the two alone. A record with neither title, DOI nor PubMed number is a work of its own.

    Parameters
    ----------
    records : pandas.DataFrame
        `record_id` (unique) and `title`; any of the other columns of the records frame are used
        where there are any. Missing values say nothing for or against.
    decisions : pandas.DataFrame, optional
        People's verdicts: `record_id_a`, `record_id_b`, `verdict` ("same" or "different"), and
        optionally `decided_by` and `reason`. They overrule the evidence and are transitive.

    Returns
    -------
    Deduplication
        See there. A work's id is "w-" and the smallest id of its records.

    Raises
    ------
    InputError
        For missing columns, missing or repeated record ids, and verdicts that contradict each
        other.
    """
    _check(records)
    records = records.sort_values("record_id", kind="stable", ignore_index=True)
    ids = records["record_id"].astype(str).to_numpy(dtype=object)
    verdicts = check_decisions(decisions, ids.tolist())
    features = normalise(records)
    a, b = candidate_pairs(features)
    compared = features[list(FEATURES)]
    screened = features[["title", "doi", "pmid", "abstract"]]

    def weigh(left: Array, right: Array) -> pd.DataFrame:
        parts = [
            compare(compared.take(left[i : i + _AT_ONCE]), compared.take(right[i : i + _AT_ONCE]))
            for i in range(0, max(len(left), 1), _AT_ONCE)
        ]
        return pd.concat(parts, ignore_index=True)

    kept = []
    for i in range(0, max(len(a), 1), _AT_ONCE):
        left, right = a[i : i + _AT_ONCE], b[i : i + _AT_ONCE]
        keep = plausible(screened.take(left), screened.take(right))
        left, right = left[keep], right[keep]
        evidence = weigh(left, right)
        evidence["a"], evidence["b"] = left, right
        kept.append(evidence[evidence["score"] >= REVIEW])
    pairs = pd.concat(kept, ignore_index=True)
    place = {record_id: position for position, record_id in enumerate(ids.tolist())}
    first = cluster(
        (features["title"] != "").to_numpy(),
        pairs.loc[pairs["score"] >= MERGE, ["a", "b", "score"]],
        contradicts=lambda left, right: weigh(left, right)["contradicts"].to_numpy(dtype=bool),
        same=[(place[x], place[y]) for x, y, _ in verdicts.same],
        different=[(place[x], place[y]) for x, y, _ in verdicts.different],
    )
    work_ids = np.array([f"w-{ids[position]}" for position in first.tolist()], dtype=object)
    merged = merge(records, first, work_ids)
    return Deduplication(
        work_ids=pd.DataFrame(
            {"record_id": pd.Series(ids, dtype="str"), "work_id": pd.Series(work_ids, dtype="str")}
        ),
        works=merged.works,
        merges=_merges(pairs, first, ids, verdicts, place),
        review=_review(pairs, first, ids, records, verdicts, place),
        field_sources=merged.field_sources,
        disagreements=merged.disagreements,
        stale_decisions=verdicts.stale,
    )


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
    records: pd.DataFrame,
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
    for name in ("title", "year"):
        if name in records.columns:
            for side, positions in (("a", a), ("b", b)):
                columns[f"{name}_{side}"] = records[name].take(positions).reset_index(drop=True)
    return pd.DataFrame(columns)
