"""A reader who wants to know what was withheld: independent of the package's own reasoning.

He has the tables as printed (marks included) and knows what any reader knows: what each column
shows, what is a total, which variable is multi-label, that counts are whole and not negative, that
noughts are printed (so that a withheld count is at least 1), and that a respondent sends one or
more submissions of one or more segments. He writes down one unknown for each combination of *all*
variables of a unit (the joint table), makes every printed figure a sum of unknowns, and asks HiGHS
for the least and the greatest value of each withheld figure.

Nothing is imported from the package.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

MARK = "[c]"
#: Decimals to which percentages are printed.
DECIMALS = 1


@dataclass
class Printed:
    """One table as it stands in the report."""

    frame: pd.DataFrame
    count: str
    dimensions: dict[str, str]
    multi_label: frozenset[str] = frozenset()
    #: Variable to the category, or the categories, that all of the table is restricted to.
    where: dict[str, str | list[str]] = field(default_factory=dict)
    groups: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    #: Column of percentages to the dimension columns that its base keeps.
    percentages: dict[str, list[str]] = field(default_factory=dict)
    bases: dict[str, list[str]] = field(default_factory=dict)
    complete: bool = True
    total: str = "total"


@dataclass
class Finding:
    """What the attacker knows about one withheld figure."""

    table: str
    row: int
    column: str
    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low


Condition = tuple[tuple[str, frozenset[str]], ...]


def _members(value: str | list[str]) -> frozenset[str]:
    return frozenset([value] if isinstance(value, str) else value)


class Attacker:
    """Joint-table attack on all printed tables of an edition.

    `split` lists sets of variables that get a joint table of their own, tied to the main one by
    their common margin; for editions whose full joint table would not fit. `labelled` names the
    multi-label variables of which every unit (that meets the condition) is known to carry at least
    one category.
    """

    def __init__(
        self,
        tables: dict[str, Printed],
        split: list[set[str]] | None = None,
        labelled: dict[str, dict[str, str]] | None = None,
        least_hidden: int = 1,
    ) -> None:
        self.least_hidden = least_hidden
        self.tables = tables
        self.split = split or []
        self.labelled = labelled or {}
        self.columns = 0
        self.blocks: dict[tuple[str, int], dict[str, Any]] = {}
        self.rows: list[tuple[np.ndarray, np.ndarray, float, float]] = []
        self.wanted: list[tuple[str, int, str, np.ndarray]] = []
        self.seen: dict[tuple[str, Condition], tuple[float | None, np.ndarray]] = {}
        self._unknowns()
        self._facts()
        self._absent()
        self._units()
        self._matrix()

    # -- what the unknowns are ----------------------------------------------------------------
    def _values(self, unit: str) -> dict[str, list[str]]:
        found: dict[str, set[str]] = {}
        partial: set[str] = set()
        full: set[str] = set()
        for table in self.tables.values():
            if table.count != unit:
                continue
            for column, variable in table.dimensions.items():
                labels = {str(v) for v in table.frame[column]} - {table.total}
                if variable in table.multi_label:
                    for label in labels:
                        found[f"{variable}:{label}"] = {"yes", "no"}
                        full.add(f"{variable}:{label}")
                    continue
                for label in labels:
                    members = table.groups.get(variable, {}).get(label, [label])
                    found.setdefault(variable, set()).update(members)
                (full if table.complete else partial).add(variable)
            for variable, value in table.where.items():
                found.setdefault(variable, set()).update(_members(value))
                partial.add(variable)
        for variable in partial - full:
            found[variable].add("(another)")
        return {variable: sorted(values) for variable, values in sorted(found.items())}

    def _unknowns(self) -> None:
        for unit in sorted({table.count for table in self.tables.values()}):
            values = self._values(unit)
            main = [v for v in values if not any(v in s for s in self.split)]
            sets = [main]
            for extra in self.split:
                own = [v for v in values if v in extra]
                if own:
                    sets.append(own)
            for number, variables in enumerate(sets):
                self._block(unit, number, variables, values)
            # Splitting keeps each extra block tied to the main one by what they have in common.
            first = self.blocks[unit, 0]
            for number in range(1, len(sets)):
                block = self.blocks[unit, number]
                common = [v for v in block["shared"] if v in first["variables"]]
                for combination in product(*(values[v] for v in common)):
                    condition = {
                        v: frozenset([c]) for v, c in zip(common, combination, strict=True)
                    }
                    a = self._pick(first, condition)
                    b = self._pick(block, condition)
                    index = np.concatenate([a, b])
                    sign = np.concatenate([np.ones(len(a)), -np.ones(len(b))])
                    self.rows.append((index, sign, 0, 0))

    def _block(
        self, unit: str, number: int, variables: list[str], values: dict[str, list[str]]
    ) -> None:
        shared: list[str] = []
        if number:
            # Variables of the main table that are printed together with this block's own.
            for table in self.tables.values():
                if table.count != unit:
                    continue
                used = set(table.where) | set(table.dimensions.values())
                names = {v.split(":")[0] for v in variables}
                if used & names:
                    shared += sorted(used - names)
            shared = [v for v in dict.fromkeys(shared) if v in values]
        every = [*variables, *shared]
        shape = [len(values[v]) for v in every]
        codes = np.indices(shape).reshape(len(every), -1) if every else np.zeros((0, 1), dtype=int)
        keep = np.ones(codes.shape[1], dtype=bool)
        block = {"variables": every, "shared": shared, "values": values, "codes": codes}
        for table in self.tables.values():
            # A printed nought rules out all of its combinations; that keeps the joint table small.
            if table.count == unit:
                for row in range(len(table.frame)):
                    if str(table.frame[table.count].iloc[row]) == "0":
                        condition = self._condition(table, row)
                        if condition is not None and set(condition) <= set(every):
                            keep &= ~self._mask(block, condition)
        for variable, condition in self.labelled.items():
            labels = [v for v in values if v.startswith(f"{variable}:")]
            if labels and set(labels) | set(condition) <= set(every):
                none = {v: frozenset(["no"]) for v in labels}
                keep &= ~self._mask(
                    block, {**none, **{v: frozenset([c]) for v, c in condition.items()}}
                )
        block["codes"] = codes[:, keep]
        block["offset"] = self.columns
        self.columns += int(keep.sum())
        self.blocks[unit, number] = block

    def _mask(self, block: dict[str, Any], condition: dict[str, frozenset[str]]) -> np.ndarray:
        mask = np.ones(block["codes"].shape[1], dtype=bool)
        for variable, members in condition.items():
            legal = np.array([v in members for v in block["values"][variable]])
            mask &= legal[block["codes"][block["variables"].index(variable)]]
        return mask

    def _pick(self, block: dict[str, Any], condition: dict[str, frozenset[str]]) -> np.ndarray:
        return np.flatnonzero(self._mask(block, condition)) + block["offset"]

    def _condition(
        self, table: Printed, row: int, kept: list[str] | None = None
    ) -> dict[str, frozenset[str]]:
        condition: dict[str, frozenset[str]] = {
            variable: _members(value) for variable, value in table.where.items()
        }
        for column, variable in table.dimensions.items():
            label = str(table.frame[column].iloc[row])
            if label == table.total or (kept is not None and column not in kept):
                continue
            if variable in table.multi_label:
                condition[f"{variable}:{label}"] = frozenset(["yes"])
            else:
                members = frozenset(table.groups.get(variable, {}).get(label, [label]))
                condition[variable] = condition.get(variable, members) & members
        return condition

    def _sum(self, unit: str, condition: dict[str, frozenset[str]]) -> np.ndarray:
        for (other, _), block in self.blocks.items():
            if other == unit and set(condition) <= set(block["variables"]):
                return self._pick(block, condition)
        raise AssertionError(f"no joint table holds {sorted(condition)}")

    # -- what is known ------------------------------------------------------------------------
    def _figure(self, unit: str, condition: dict[str, frozenset[str]], shown: Any) -> np.ndarray:
        index = self._sum(unit, condition)
        value = None if shown == MARK else float(shown)
        key = (unit, tuple(sorted(condition.items())))
        if value is not None:
            self.rows.append((index, np.ones(len(index)), value, value))
        else:
            # Noughts are printed, so what is withheld is none.
            self.rows.append((index, np.ones(len(index)), self.least_hidden, np.inf))
        if key not in self.seen or self.seen[key][0] is None:
            self.seen[key] = (value, index)
        return index

    def _facts(self) -> None:
        for name, table in self.tables.items():
            for row in range(len(table.frame)):
                line = table.frame.iloc[row]
                count = line[table.count]
                index = self._figure(table.count, self._condition(table, row), count)
                if count == MARK:
                    self.wanted.append((name, row, table.count, index))
                for column, kept in table.bases.items():
                    base = self._figure(
                        table.count, self._condition(table, row, kept), line[column]
                    )
                    if line[column] == MARK:
                        self.wanted.append((name, row, column, base))
                for column, kept in table.percentages.items():
                    if line[column] == MARK or pd.isna(line[column]):
                        continue
                    # count - (p ± half a printed unit) % of the base lies around nought.
                    base = self._sum(table.count, self._condition(table, row, kept))
                    half = 0.5 * 10**-DECIMALS + 1e-6
                    share = float(line[column])
                    for sign, edge in ((1, share - half), (-1, share + half)):
                        both = np.concatenate([index, base])
                        value = np.concatenate(
                            [np.full(len(index), sign), np.full(len(base), -sign * edge / 100)]
                        )
                        self.rows.append((both, value, 0, np.inf))

    def _absent(self) -> None:
        """A complete table prints every combination that is not nought."""
        for table in self.tables.values():
            if not table.complete:
                continue
            columns = list(table.dimensions)
            plain = all(v not in table.groups for v in table.dimensions.values())
            if not plain:
                continue
            values = self.blocks[table.count, 0]["values"]
            choices = []
            for variable in table.dimensions.values():
                if variable in table.multi_label:
                    prefix = f"{variable}:"
                    choices.append([v[len(prefix) :] for v in values if v.startswith(prefix)])
                else:
                    choices.append(values[variable])
            have = set(zip(*(table.frame[c].astype(str) for c in columns), strict=True))
            for combination in product(*choices):
                if combination in have:
                    continue
                condition: dict[str, frozenset[str]] = {
                    v: _members(x) for v, x in table.where.items()
                }
                for variable, label in zip(table.dimensions.values(), combination, strict=True):
                    if variable in table.multi_label:
                        condition[f"{variable}:{label}"] = frozenset(["yes"])
                    else:
                        condition[variable] = frozenset([label])
                index = self._sum(table.count, condition)
                self.rows.append((index, np.ones(len(index)), 0, 0))

    def _units(self) -> None:
        order = ["n_respondents", "n_submissions", "n_segments"]
        by_label: dict[Any, dict[str, tuple[float | None, np.ndarray]]] = {}
        for (unit, condition), (value, index) in self.seen.items():
            words = tuple(
                (v.split(":")[0], frozenset([v.split(":")[1]]) if ":" in v else c)
                for v, c in condition
            )
            by_label.setdefault(tuple(sorted(words, key=str)), {})[unit] = (value, index)
        for found in by_label.values():
            here = [u for u in order if u in found]
            for low, high in pairwise(here):
                (_, a), (top, b) = found[low], found[high]
                index = np.concatenate([a, b])
                sign = np.concatenate([np.ones(len(a)), -np.ones(len(b))])
                self.rows.append((index, sign, -np.inf, 0))
                if top is not None and top > 0:
                    self.rows.append((a, np.ones(len(a)), 1, np.inf))

    def _matrix(self) -> None:
        pointer = np.cumsum([0, *(len(row[0]) for row in self.rows)])
        self.matrix = sparse.csr_array(
            (
                np.concatenate([row[1] for row in self.rows]),
                np.concatenate([row[0] for row in self.rows]),
                pointer,
            ),
            shape=(len(self.rows), self.columns),
        )
        self.matrix.sum_duplicates()
        self.least = np.array([row[2] for row in self.rows])
        self.most = np.array([row[3] for row in self.rows])

    # -- the attack ---------------------------------------------------------------------------
    def _extreme(self, index: np.ndarray, sign: int, whole: bool) -> tuple[float, Any]:
        goal = np.zeros(self.columns)
        goal[index] = sign
        if whole:
            result = milp(
                goal,
                constraints=LinearConstraint(self.matrix, self.least, self.most),
                # More than anybody would believe: the solver cannot tell unbounded from infeasible.
                bounds=Bounds(0, 10_000),
                integrality=np.ones(self.columns),
            )
            unbounded = False
        else:
            equal = self.least == self.most
            up, down = ~equal & np.isfinite(self.most), ~equal & np.isfinite(self.least)
            result = linprog(
                goal,
                A_eq=self.matrix[equal],
                b_eq=self.most[equal],
                A_ub=sparse.vstack([self.matrix[up], -self.matrix[down]], format="csr"),
                b_ub=np.concatenate([self.most[up], -self.least[down]]),
                method="highs",
            )
            unbounded = result.status == 3
        if unbounded:
            return (-np.inf if sign == 1 else np.inf), None
        if result.x is None:
            raise AssertionError(f"the printed tables contradict each other: {result.message}")
        return sign * result.fun, result.x

    def attack(self, interval: float, *, whole: bool = False) -> list[Finding]:
        """Return the withheld figures that can be told to within fewer than `interval`.

        A cell for which two solutions already seen lie `interval` apart is not looked at again.
        """
        low: dict[int, float] = {}
        high: dict[int, float] = {}

        def learn(solution: Any) -> None:
            if solution is not None:
                for i, (_, _, _, index) in enumerate(self.wanted):
                    value = float(np.round(solution[index].sum(), 6))
                    low[i] = min(low.get(i, np.inf), value)
                    high[i] = max(high.get(i, -np.inf), value)

        found = []
        for i, (table, row, column, index) in enumerate(self.wanted):
            # Fractional ends move inwards by less than one unit on each side.
            margin = 0 if whole else 2
            if i in low and high[i] - low[i] >= interval + margin:
                continue
            bottom, solution = self._extreme(index, 1, whole)
            learn(solution)
            top, solution = self._extreme(index, -1, whole)
            learn(solution)
            bottom = math.ceil(bottom - 1e-6) if math.isfinite(bottom) else bottom
            top = math.floor(top + 1e-6) if math.isfinite(top) else top
            if top - bottom < interval:
                found.append(Finding(table, row, column, bottom, top))
        return found


def attack(
    tables: dict[str, Printed],
    interval: float,
    *,
    split: list[set[str]] | None = None,
    labelled: dict[str, dict[str, str]] | None = None,
    least_hidden: int = 1,
    whole: bool = False,
) -> list[Finding]:
    """Attack an edition; return what was narrowed to fewer than `interval`."""
    return Attacker(tables, split, labelled, least_hidden).attack(interval, whole=whole)
