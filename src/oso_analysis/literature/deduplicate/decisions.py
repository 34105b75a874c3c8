"""Honour people's verdicts about pairs of records, in this run and in later ones."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

import pandas as pd

from oso_analysis.errors import InputError, Problem, nearest, require_columns

__all__ = ["STALE_COLUMNS", "VERDICTS", "Verdicts", "check_decisions"]

VERDICTS = ("same", "different")
STALE_COLUMNS = ("record_id_a", "record_id_b", "verdict", "why")


class Verdicts(NamedTuple):
    """What the decisions say of the records at hand.

    Attributes
    ----------
    same : list of tuple
        Chains of record ids that are one work, each as (smaller id, larger id, reason).
    different : list of tuple
        Pairs of record ids that are different works, with the reason.
    stale : pandas.DataFrame
        Verdicts that no longer apply, and why.
    """

    same: list[tuple[str, str, str]]
    different: list[tuple[str, str, str]]
    stale: pd.DataFrame


class _Groups:
    """Union-find over record ids; the smallest id stands for its group."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def find(self, item: str) -> str:
        parent = self._parent.setdefault(item, item)
        while parent != self._parent[parent]:
            self._parent[parent] = self._parent[self._parent[parent]]
            parent = self._parent[parent]
        return parent

    def join(self, a: str, b: str) -> None:
        first, second = sorted((self.find(a), self.find(b)))
        self._parent[second] = first


def _clean(decisions: pd.DataFrame) -> list[dict[str, str]]:
    """Return the rows as text, or raise with every row that is not a verdict."""
    require_columns(decisions, ("record_id_a", "record_id_b", "verdict"), where="decisions")
    problems: list[Problem] = []
    rows: list[dict[str, str]] = []
    # Row 1 is the header of decisions.csv.
    for number, record in enumerate(decisions.to_dict("records"), start=2):
        row = {str(k): "" if pd.isna(v) else str(v).strip() for k, v in record.items()}
        verdict = row["verdict"].lower()
        problems += [
            Problem("must name a record", file="decisions", row=number, column=column)
            for column in ("record_id_a", "record_id_b")
            if not row[column]
        ]
        if verdict not in VERDICTS:
            problems.append(
                Problem(
                    f"must be one of {', '.join(VERDICTS)}",
                    file="decisions",
                    row=number,
                    column="verdict",
                    value=row["verdict"],
                    nearest=nearest(verdict, VERDICTS),
                )
            )
        if row["record_id_a"] and row["record_id_a"] == row["record_id_b"]:
            problems.append(
                Problem(
                    "is compared with itself; a verdict needs two records",
                    file="decisions",
                    row=number,
                    column="record_id_b",
                    value=row["record_id_b"],
                )
            )
        rows.append(row | {"verdict": verdict, "row": str(number)})
    if problems:
        raise InputError(problems)
    return rows


def _because(row: dict[str, str]) -> str:
    """Return the reason a decided link carries."""
    by = f" by {row['decided_by']}" if row.get("decided_by") else ""
    why = f": {row['reason']}" if row.get("reason") else ""
    return f"decided {row['verdict']}{by}{why}"


def check_decisions(decisions: pd.DataFrame | None, record_ids: Iterable[str]) -> Verdicts:
    """Check verdicts against each other and against the records at hand.

    Verdicts are transitive: A same as B and B same as C make A the same as C, also where B is no
    longer among the records.

    Parameters
    ----------
    decisions : pandas.DataFrame or None
        `record_id_a`, `record_id_b`, `verdict` ("same" or "different"); optionally `decided_by`
        and `reason`.
    record_ids : iterable of str
        The records of this run.

    Returns
    -------
    Verdicts
        Links, separations and stale verdicts.

    Raises
    ------
    InputError
        For an illegal row, and for each verdict that other verdicts contradict.
    """
    empty = pd.DataFrame({name: pd.Series(dtype="str") for name in STALE_COLUMNS})
    if decisions is None or not len(decisions):
        if decisions is not None:
            _clean(decisions)
        return Verdicts([], [], empty)
    rows = _clean(decisions)
    groups = _Groups()
    for row in rows:
        if row["verdict"] == "same":
            groups.join(row["record_id_a"], row["record_id_b"])
    conflicts = [
        Problem(
            f"says that {row['record_id_a']} and {row['record_id_b']} are different works, but "
            "other verdicts make them the same",
            file="decisions",
            row=int(row["row"]),
            column="verdict",
            value=row["verdict"],
        )
        for row in rows
        if row["verdict"] == "different"
        and groups.find(row["record_id_a"]) == groups.find(row["record_id_b"])
    ]
    if conflicts:
        raise InputError(conflicts, f"decisions: {len(conflicts)} verdict(s) contradict others")
    here = set(record_ids)
    stale = []
    members: dict[str, list[str]] = {}
    reasons: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: (row["record_id_a"], row["record_id_b"])):
        pair = (row["record_id_a"], row["record_id_b"])
        missing = [item for item in pair if item not in here]
        if missing:
            stale.append((*pair, row["verdict"], f"no record {' and no record '.join(missing)}"))
        if row["verdict"] == "same":
            root = groups.find(pair[0])
            reasons.setdefault(root, _because(row))
            for item in pair:
                if item in here and item not in members.setdefault(root, []):
                    members[root].append(item)
    same = []
    for root, items in sorted(members.items()):
        ordered = sorted(items)
        same += [(a, b, reasons[root]) for a, b in pairwise(ordered)]
    different = set()
    for row in rows:
        if row["verdict"] == "different":
            sides = []
            for item in (row["record_id_a"], row["record_id_b"]):
                known = members.get(groups.find(item), [])
                sides.append(min(known) if known else item if item in here else "")
            if all(sides):
                a, b = sorted(sides)
                different.add((a, b, _because(row)))
    table = pd.DataFrame(stale, columns=list(STALE_COLUMNS)).astype("str") if stale else empty
    return Verdicts(same, sorted(different), table)
