"""Which counts to withhold, so that none of them can be worked out.

Primary suppression withholds the small counts. Secondary suppression withholds further ones until,
for every withheld count, two whole-number solutions of the reader's system (`model`) are at hand
that differ by at least the protection width. A count is reported as protected only on the strength
of such a pair of witnesses, never because a solver failed to narrow it; so the result also stands
against a reader who uses that counts are whole numbers.

Secondary cells are found one unprotected cell at a time: the linear programme that moves the cell
by the protection width at the least cost, where moving a printed count costs what it counts, names
the printed counts that have to move; those are withheld (the linear-programming heuristic of cell
suppression; Kelly, Golden and Assad 1992, Fischetti and Salazar 2001). Re-weighting by the last
solution brings "cost for each unit moved" nearer to "cost for each cell withheld". At the end every
secondary cell is put back that the witnesses show not to be needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from oso_analysis.errors import InputError, Problem, RunError

if TYPE_CHECKING:
    from oso_analysis.disclosure.model import Model

__all__ = ["Pattern", "choose"]

#: Rounds in which all unprotected cells are moved at once, in directions drawn from a fixed seed.
_ROUNDS = 3
_REWEIGHTINGS = 1
#: A grand total is what every reader looks for first.
_GRAND_TOTAL = 50
#: Branch-and-bound nodes spent on one whole-number question.
_NODES = 500
_TOLERANCE = 1e-6
#: Secondary cells that are tried again with new solutions, beyond those the witnesses settle.
_RETRIES = 4


@dataclass(frozen=True)
class Pattern:
    """What is withheld: masks over the model's cells, and what a reader can tell at best.

    `low` and `high` are values the reader cannot tell apart, not the ends of his interval: his
    interval is at least as wide.
    """

    primary: np.ndarray
    hidden: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n_programmes: int


class _Search:
    def __init__(self, model: Model, width: int) -> None:
        self.model = model
        self.width = width
        self.true = np.array([cell.value for cell in model.cells], dtype=float)
        small = np.array([cell.small for cell in model.cells], dtype=bool)
        printed = np.array([cell.printed for cell in model.cells], dtype=bool)
        self.primary = small & printed
        self.unprinted = ~printed & ~np.array([cell.implied for cell in model.cells], dtype=bool)
        self.derived = small & self.unprinted
        self.hidden = self.primary.copy()
        self.low, self.high = self.true.copy(), self.true.copy()
        self.witnesses: list[np.ndarray] = []
        parts = np.array([len(cell.key[1]) for cell in model.cells])
        self.cost = (1 + self.true) * np.where(parts == 0, _GRAND_TOTAL, 1)
        #: Cells with unknowns; the others are printed noughts and hold by construction.
        self.live = np.flatnonzero(np.diff(model.sums.indptr) > 0)
        self.matrix = sparse.vstack(
            [model.sums[self.live], model.agree, model.ordered], format="csr"
        )
        self.n_programmes = 0
        self.random = np.random.default_rng(0)

    # -- the reader's system -------------------------------------------------------------------
    def limits(self) -> tuple[np.ndarray, np.ndarray]:
        """Return each cell's least and greatest value under what is withheld now."""
        least, most = self.true.copy(), self.true.copy()
        unknown = self.hidden | self.unprinted
        least[unknown], most[unknown] = 0, np.inf
        known = self.model.positive
        least[known] = np.maximum(least[known], 1)
        return least, most

    def solve(
        self,
        goal: np.ndarray,
        matrix: Any,
        least: np.ndarray,
        most: np.ndarray,
        *,
        whole: bool,
        upper: np.ndarray | float = np.inf,
    ) -> np.ndarray | None:
        """Return the unknowns that make `goal` least within cells' limits, None for none."""
        self.n_programmes += 1
        n_agree, n_ordered = self.model.agree.shape[0], self.model.ordered.shape[0]
        least = np.concatenate([least[self.live], np.zeros(n_agree), np.full(n_ordered, -np.inf)])
        most = np.concatenate([most[self.live], np.zeros(n_agree + n_ordered)])
        result = milp(
            goal,
            constraints=LinearConstraint(matrix, least, most),
            bounds=Bounds(0, upper),
            integrality=np.ones(len(goal)) if whole else None,
            options={"node_limit": _NODES} if whole else {},
        )
        return None if result.x is None else np.asarray(result.x)

    def keep(self, unknowns: np.ndarray) -> bool:
        """Store a solution as a witness if it is whole; tell whether it was."""
        rounded = np.round(unknowns)
        if np.abs(unknowns - rounded).max(initial=0) > _TOLERANCE:
            return False
        values = self.model.sums @ rounded
        self.witnesses.append(values)
        self.low, self.high = np.minimum(self.low, values), np.maximum(self.high, values)
        return True

    def open(self) -> np.ndarray:
        """Return the cells that need protection and are not yet known to have it."""
        needed = self.hidden | self.derived
        return np.flatnonzero(needed & (self.high - self.low < self.width))

    # -- proving protection --------------------------------------------------------------------
    def push(self, cell: int | None, *, up: bool = True, whole: bool = False) -> None:
        """Move `cell` as far as it goes, and every other unprotected cell a random way with it.

        Nothing is moved further than its protection takes; the solution is kept as a witness.
        """
        cells = self.open()
        rises = self.random.random(len(cells)) < 0.5
        weight = np.ones(len(cells))
        if cell is not None:
            rises[cells == cell] = up
            # Large enough that the others never hold `cell` back.
            weight[cells == cell] = 4 * self.width * len(cells)
        least, most = self.limits()
        rising, falling = cells[rises], cells[~rises]
        most[rising] = np.minimum(most[rising], self.low[rising] + self.width)
        least[falling] = np.maximum(least[falling], self.high[falling] - self.width)
        direction = np.zeros(len(self.true))
        direction[cells] = np.where(rises, -weight, weight)
        goal = self.model.sums.T @ direction
        found = self.solve(goal, self.matrix, least, most, whole=whole)
        if found is not None and not self.keep(found) and cell is not None and not whole:
            self.push(cell, up=up, whole=True)

    def prove(self, cell: int) -> bool:
        """Look for witnesses that protect one cell; tell whether it is protected."""
        for up in (True, False):
            if self.high[cell] - self.low[cell] < self.width:
                self.push(cell, up=up)
        return bool(self.high[cell] - self.low[cell] >= self.width)

    def prove_many(self, rounds: int) -> None:
        """Move all unprotected cells at once, in mixed directions, a few times."""
        for _ in range(rounds):
            if len(self.open()) < 2:
                return
            self.push(None)

    # -- choosing what else to withhold --------------------------------------------------------
    def movable(self) -> np.ndarray:
        """Return the cells that are printed now but could be withheld."""
        return np.flatnonzero(self.model.hideable & ~self.hidden)

    def price(self, cells: np.ndarray) -> float:
        return float(self.cost[cells].sum())

    def least_cost(self, cell: int, up: bool, whole: bool) -> tuple[np.ndarray, np.ndarray] | None:
        """Return the printed cells to withhold so that `cell` can move, and the solution."""
        movable = self.movable()
        n_unknowns, n_rows = self.model.sums.shape[1], self.matrix.shape[0]
        slack = sparse.csr_array(
            (
                np.ones(len(movable)),
                (np.searchsorted(self.live, movable), np.arange(len(movable))),
            ),
            shape=(n_rows, len(movable)),
        )
        matrix = sparse.hstack([self.matrix, slack, -slack], format="csr")
        least, most = self.limits()
        if up:
            least[cell] = self.low[cell] + self.width
            most[cell] = np.inf
        else:
            if self.high[cell] - self.width < least[cell]:
                return None
            most[cell] = self.high[cell] - self.width
        # Withheld, a count is known to be at least 1 where noughts are printed.
        floor = np.zeros(len(self.true))
        floor[self.model.positive] = 1
        upper = np.full(n_unknowns + 2 * len(movable), np.inf)
        upper[n_unknowns : n_unknowns + len(movable)] = (self.true - floor)[movable]
        weight = self.cost[movable].copy()
        best: tuple[np.ndarray, np.ndarray] | None = None
        for _ in range(1 + _REWEIGHTINGS):
            goal = np.concatenate([np.zeros(n_unknowns), weight, weight])
            found = self.solve(goal, matrix, least, most, whole=whole, upper=upper)
            if found is None:
                return best
            moved = found[n_unknowns:][: len(movable)] + found[n_unknowns + len(movable) :]
            chosen = movable[moved > _TOLERANCE]
            if best is None or self.price(chosen) < self.price(best[0]):
                best = chosen, found[:n_unknowns]
            if whole:
                break
            weight = self.cost[movable] / (moved + 0.5)
        return best

    def protect(self, cell: int, *, whole: bool) -> None:
        offers = [
            offer for up in (True, False) if (offer := self.least_cost(cell, up, whole)) is not None
        ]
        if not offers:
            raise RunError(
                "disclosure control found no way to protect a count: "
                f"{_name(self.model.cells[cell].key)}"
            )
        chosen, unknowns = min(offers, key=lambda offer: self.price(offer[0]))
        self.hidden[chosen] = True
        self.keep(unknowns)

    def run(self) -> None:
        self.check()
        self.prove_many(_ROUNDS)
        while len(cells := self.open()):
            cell = int(cells[np.argmin((self.high - self.low)[cells])])
            if self.prove(cell):
                continue
            self.protect(cell, whole=False)
            if not self.prove(cell):
                self.protect(cell, whole=True)
        self.restore()

    def check(self) -> None:
        """Raise where no units can have all the figures: a mistake in how tables were declared."""
        possible = not np.delete(self.true, self.live).any() and (
            self.solve(
                np.zeros(self.matrix.shape[1]), self.matrix, self.true, self.true, whole=False
            )
            is not None
        )
        if not possible:
            raise InputError(
                [
                    Problem(
                        "cannot all describe the same units: look for a multi-label variable that "
                        "is not declared, for a table of fewer units without `where`, or for a "
                        "table that lacks rows without `complete=False`",
                        value=", ".join(sorted({cell.key[0] for cell in self.model.cells})),
                    )
                ],
                "the tables contradict each other",
            )

    # -- putting back what was not needed ------------------------------------------------------
    def restore(self) -> None:
        """Print again every secondary cell without which all others stay protected."""
        retries = _RETRIES
        secondary = np.flatnonzero(self.hidden & ~self.primary)
        for cell in secondary[np.argsort(-self.cost[secondary], kind="stable")]:
            before = self.hidden.copy(), self.low, self.high, self.witnesses
            self.hidden[cell] = False
            self.witnesses = [w for w in before[3] if w[cell] == self.true[cell]]
            stacked = np.vstack([self.true, *self.witnesses])
            self.low, self.high = stacked.min(axis=0), stacked.max(axis=0)
            if len(self.open()) and retries:
                retries -= 1
                self.prove_many(2)
                for other in self.open()[:4]:
                    if not self.prove(int(other)):
                        break
            if len(self.open()):
                self.hidden, self.low, self.high, self.witnesses = before


def _name(key: Any) -> str:
    unit, parts = key
    shown = " × ".join(
        f"{variable}={'|'.join(sorted(members))}".replace("\x1f", " ")
        for variable, members in parts
    )
    return f"{unit} {shown or 'grand total'}"


def choose(model: Model, width: int, *, secondary: bool = True) -> Pattern:
    """Choose what to withhold.

    Parameters
    ----------
    model : Model
        The reader's system.
    width : int
        Protection width: every withheld count must have ``upper - lower >= width``.
    secondary : bool
        False stops after primary suppression, which protects nothing that has a printed total; it
        is there to show just that.

    Returns
    -------
    Pattern

    Raises
    ------
    InputError
        Where no table of units has all the figures, so that something is declared wrongly.
    """
    search = _Search(model, width)
    if secondary and model.sums.shape[1]:
        search.run()
    return Pattern(search.primary, search.hidden, search.low, search.high, search.n_programmes)
