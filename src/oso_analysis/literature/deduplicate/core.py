"""De-duplicate a records frame: the public function and its result."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from oso_analysis.display import Summarised, Summary
from oso_analysis.errors import InputError, Problem, require_columns
from oso_analysis.literature.deduplicate.block import candidate_pairs
from oso_analysis.literature.deduplicate.decisions import check_decisions
from oso_analysis.literature.deduplicate.grades import SCREENED, plausible
from oso_analysis.literature.deduplicate.match import REVIEW, compare
from oso_analysis.literature.deduplicate.merge import merge
from oso_analysis.literature.deduplicate.normalise import FEATURES, normalise
from oso_analysis.literature.deduplicate.settle import settle, with_titles

__all__ = ["Deduplication", "check_records", "deduplicate"]

Array = np.ndarray[Any, Any]

#: Pairs weighed at once: bounds memory, changes no result.
_AT_ONCE = 400_000


@dataclass(frozen=True, repr=False)
class Deduplication(Summarised):
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

    @property
    def _summary(self) -> Summary:
        several = int((self.works["n_records"] > 1).sum())
        rows = [
            ("work_ids", len(self.work_ids), "records, each with its work"),
            ("works", len(self.works), f"publications; {several:,} of them found more than once"),
            ("merges", len(self.merges), "links between records of one work, with the reason"),
            ("review", len(self.review), "uncertain pairs, kept apart for a person to judge"),
            ("disagreements", len(self.disagreements), "values that lost to another record's"),
            ("stale_decisions", len(self.stale_decisions), "verdicts that no longer apply"),
        ]
        return Summary("Records and the works behind them", rows)


def check_records(records: pd.DataFrame) -> None:
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

    Examples
    --------
    >>> import pandas as pd
    >>> import oso_analysis as oso
    >>> title = "Risk assessment of people who offend online: a systematic review"
    >>> records = pd.DataFrame(
    ...     {
    ...         "record_id": ["a", "b", "c"],
    ...         "title": [title, title.upper(), "Annual report 2019"],
    ...         "authors": ["Smith, A.", "Smith, Anna", None],
    ...         "year": [2018, 2019, 2019],
    ...     }
    ... )
    >>> result = oso.deduplicate(records)
    >>> result.works[["work_id", "n_records", "record_ids"]]
      work_id  n_records record_ids
    0     w-a          2       a; b
    1     w-c          1          c
    """
    check_records(records)
    with _uncollected():
        return _deduplicate(records, decisions)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from walking millions of short texts again and again.

    Nothing here refers in circles, so nothing waits for it.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _deduplicate(records: pd.DataFrame, decisions: pd.DataFrame | None) -> Deduplication:
    """De-duplicate checked records."""
    records = records.assign(record_id=records["record_id"].astype("str"))
    records = records.sort_values("record_id", kind="stable", ignore_index=True)
    ids = records["record_id"].to_numpy(dtype=object)
    verdicts = check_decisions(decisions, ids.tolist())
    features = normalise(records)
    a, b = candidate_pairs(features)
    compared, screened = features.only(FEATURES), features.only(SCREENED)

    def weigh(left: Array, right: Array) -> pd.DataFrame:
        return compare(compared.take(left), compared.take(right))

    kept = []
    for i in range(0, max(len(a), 1), _AT_ONCE):
        left, right = a[i : i + _AT_ONCE], b[i : i + _AT_ONCE]
        keep = plausible(screened.take(left), screened.take(right))
        left, right = left[keep], right[keep]
        evidence = weigh(left, right).assign(a=left, b=right)
        kept.append(evidence[evidence["score"] >= REVIEW])
    pairs = pd.concat(kept, ignore_index=True)
    settled = settle(
        pairs,
        ids,
        (features["title"] != "").astype(bool),
        verdicts,
        lambda left, right: weigh(left, right)["contradicts"].to_numpy(dtype=bool),
    )
    merged = merge(records, settled.first, settled.work_ids["work_id"].to_numpy(dtype=object))
    return Deduplication(
        work_ids=settled.work_ids,
        works=merged.works,
        merges=settled.merges,
        review=with_titles(settled.review, records),
        field_sources=merged.field_sources,
        disagreements=merged.disagreements,
        stale_decisions=verdicts.stale,
    )
