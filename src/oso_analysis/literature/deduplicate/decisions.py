"""Honour people's verdicts about pairs of records, in this run and in later ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import NamedTuple

import pandas as pd

from oso_analysis.errors import InputError, Problem, Suggestions, nearest, require_columns
from oso_analysis.frames import file_rows
from oso_analysis.slips import slip_of

__all__ = ["COLUMNS", "STALE_COLUMNS", "VERDICTS", "Verdicts", "check_decisions"]

COLUMNS = ("record_id_a", "record_id_b", "verdict")
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
        Verdicts that no longer apply, and why: one of their records is not there, and no other
        verdicts lead from it to a record that is.
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


def _clean(decisions: pd.DataFrame) -> tuple[list[dict[str, str]], list[Problem]]:
    """Return the rows that are verdicts as text, and what is wrong with the others.

    A row without a verdict is a pair that is not decided yet: a list of uncertain pairs may be
    filled in bit by bit.
    """
    require_columns(decisions, COLUMNS, where="decisions")
    problems: list[Problem] = []
    rows: list[dict[str, str]] = []
    for number, record in zip(file_rows(decisions), decisions.to_dict("records"), strict=True):
        row = {str(k): "" if pd.isna(v) else str(v).strip() for k, v in record.items()}
        verdict = row["verdict"].lower()
        if not verdict:
            continue
        found = [
            Problem("must name a record", file="decisions", row=number, column=column)
            for column in ("record_id_a", "record_id_b")
            if not row[column]
        ]
        if verdict not in VERDICTS:
            found.append(
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
            found.append(
                Problem(
                    "is compared with itself; a verdict needs two records",
                    file="decisions",
                    row=number,
                    column="record_id_b",
                    value=row["record_id_b"],
                )
            )
        problems += found
        if not found:
            rows.append(row | {"verdict": verdict, "row": str(number)})
    return rows, problems


#: Who was said to be the same as whom: record to record to the first row that says so.
_Links = Mapping[str, Mapping[str, int]]


def _links(rows: Iterable[dict[str, str]]) -> _Links:
    links: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        if row["verdict"] == "same":
            a, b = row["record_id_a"], row["record_id_b"]
            links[a].setdefault(b, int(row["row"]))
            links[b].setdefault(a, int(row["row"]))
    return links


def _chain(links: _Links, start: str, end: str) -> list[tuple[str, str, int]]:
    """Return the fewest verdicts that make two records the same: each (record, record, row)."""
    came: dict[str, str] = {start: ""}
    queue = [start]
    for item in queue:
        if item == end:
            break
        for other in links.get(item, ()):
            if other not in came:
                came[other] = item
                queue.append(other)
    chain = []
    while came[end]:
        chain.append((came[end], end, links[came[end]][end]))
        end = came[end]
    return chain[::-1]


def _conflicts(rows: list[dict[str, str]], links: _Links, groups: _Groups) -> list[Problem]:
    """Return a problem for each "different" that other verdicts contradict, naming their rows."""
    problems = []
    for row in rows:
        a, b = row["record_id_a"], row["record_id_b"]
        if row["verdict"] == "different" and groups.find(a) == groups.find(b):
            chain = _chain(links, a, b)
            said = ", ".join(f"{x} and {y} are the same (row {number})" for x, y, number in chain)
            rule = f"for {a} and {b} contradicts other verdicts: {said}"
            problems.append(Problem(rule, "decisions", int(row["row"]), "verdict", "different"))
    return problems


def _reached(links: _Links, here: set[str], start: str, without: str) -> set[str]:
    """Return the records at hand that verdicts lead to from `start`, not by way of `without`.

    The way ends at a record that is there: other verdicts speak of what lies behind it.
    """
    if start in here:
        return {start}
    seen, queue = {start, without}, [start]
    found: set[str] = set()
    for item in queue:
        for other in links.get(item, ()):
            if other not in seen:
                seen.add(other)
                if other in here:
                    found.add(other)
                else:
                    queue.append(other)
    return found


def _idle(rows: list[dict[str, str]], links: _Links, here: set[str]) -> list[dict[str, str]]:
    """Return the verdicts that say nothing of two records at hand, directly or with others."""

    def ends(row: dict[str, str], known: set[str]) -> tuple[set[str], set[str]]:
        a, b = row["record_id_a"], row["record_id_b"]
        return _reached(links, known, a, b), _reached(links, known, b, a)

    idle = []
    known = set(here)
    for row in rows:
        if row["verdict"] == "different":
            if all(ends(row, here)):
                # Whatever makes a record the same as one of these two is of use.
                known |= {row["record_id_a"], row["record_id_b"]}
            else:
                idle.append(row)
    for row in rows:
        if row["verdict"] == "same":
            one, other = ends(row, known)
            if not one or not other or len(one | other) == 1:
                idle.append(row)
    return idle


def _because(row: dict[str, str]) -> str:
    """Return the reason a decided link carries."""
    by = f" by {row['decided_by']}" if row.get("decided_by") else ""
    why = f": {row['reason']}" if row.get("reason") else ""
    return f"decided {row['verdict']}{by}{why}"


def _hinted(item: str, like: Suggestions) -> str:
    """Return an id that is none of the records, with the one that it can only be a slip of.

    Verdicts may speak of records of other files, so an id that is merely like another is no slip.
    """
    meant = like(item)
    slip = meant is not None and slip_of(item, meant) in {"same", "numbered"}
    return f"{item} (did you mean {meant!r}?)" if slip else item


def check_decisions(decisions: pd.DataFrame | None, record_ids: Iterable[str]) -> Verdicts:
    """Check verdicts against each other and against the records at hand.

    Verdicts are transitive: A same as B and B same as C make A the same as C, also where B is no
    longer among the records.

    Parameters
    ----------
    decisions : pandas.DataFrame or None
        `record_id_a`, `record_id_b`, `verdict` ("same" or "different"; blank or missing where
        nothing is decided yet); optionally `decided_by` and `reason`.
    record_ids : iterable of str
        The records of this run.

    Returns
    -------
    Verdicts
        Links, separations and stale verdicts.

    Raises
    ------
    InputError
        For every illegal row, and for each verdict that other verdicts contradict.
    """
    empty = pd.DataFrame({name: pd.Series(dtype="str") for name in STALE_COLUMNS})
    if decisions is None:
        return Verdicts([], [], empty)
    rows, problems = _clean(decisions)
    groups = _Groups()
    for row in rows:
        if row["verdict"] == "same":
            groups.join(row["record_id_a"], row["record_id_b"])
    links = _links(rows)
    problems += _conflicts(rows, links, groups)
    if problems:
        raise InputError(problems, "the decisions about duplicates cannot be used")
    here = set(record_ids)
    like = Suggestions(lambda item: nearest(item, here))
    stale = []
    for row in _idle(rows, links, here):
        pair = (row["record_id_a"], row["record_id_b"])
        missing = [item for item in pair if item not in here]
        why = " and ".join(f"no record {_hinted(item, like)}" for item in missing)
        stale.append((*pair, row["verdict"], why))
    members: dict[str, list[str]] = {}
    reasons: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: (row["record_id_a"], row["record_id_b"])):
        pair = (row["record_id_a"], row["record_id_b"])
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
    table = (
        pd.DataFrame(sorted(stale), columns=list(STALE_COLUMNS)).astype("str") if stale else empty
    )
    return Verdicts(same, sorted(different), table)
