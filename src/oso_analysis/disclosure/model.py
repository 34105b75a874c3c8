"""Everything a reader can reason with: all figures of an edition as one system of equations.

Behind all printed tables there is one table of units by *all* variables, whose cells are unknown
whole numbers, none below nought, and of which every printed figure is a sum. That table is far too
large to write down, but not needed: the graph that joins variables printed together is made
chordal, and one block of unknowns for each of its cliques, equal where they overlap, has the same
solutions (the junction-tree property). Printed tables that share variables, nested tables and
margins are thereby linked without listing the links.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from oso_analysis.disclosure.cells import Cell, Key, Registry

__all__ = ["UNIT_ORDER", "Model", "build"]

#: Units of which one of the earlier never counts more, for the same cell, than one of the later.
UNIT_ORDER = ("n_respondents", "n_submissions", "n_segments")
#: Unknowns in one block (after removing noughts) above which tables are linked through their
#: common margins only, and combinations above which a block is not even written down.
_MOST_ATOMS = 20_000
_MOST_ENUMERATED = 2_000_000


@dataclass
class Model:
    """The system; unknowns are the columns of every matrix."""

    cells: list[Cell]
    #: Cell by unknown: which unknowns add up to the cell.
    sums: sparse.csr_array
    #: Rows that are nought: overlapping blocks agree.
    agree: sparse.csr_array
    #: Rows that are at most nought: orders between cells that every reader knows.
    ordered: sparse.csr_array
    #: Cells that every reader knows to be at least 1: noughts are printed, so a withheld count is
    #: none; or another unit's count of the same cell is above nought.
    positive: np.ndarray
    #: Cells that may be withheld.
    hideable: np.ndarray
    #: Variables that are linked through margins only, because their joint table is too large.
    unlinked: list[tuple[str, ...]]


def _cliques(facets: Iterable[frozenset[str]]) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
    """Return the maximal variable sets and the maximal cliques of their chordal completion."""
    facets = sorted(set(facets), key=lambda s: (-len(s), sorted(s)))
    maximal = [f for i, f in enumerate(facets) if not any(f < g for g in facets[:i])]
    near: dict[str, set[str]] = {}
    for facet in maximal:
        for variable in facet:
            near.setdefault(variable, set()).update(facet - {variable})
    found: list[frozenset[str]] = []
    while near:

        def fill(variable: str) -> int:
            return sum(b not in near[a] for a, b in combinations(sorted(near[variable]), 2))

        least = min(sorted(near), key=fill)
        around = near.pop(least)
        found.append(frozenset(around | {least}))
        for variable in around:
            near[variable] |= around - {variable}
            near[variable].discard(least)
    found.sort(key=lambda s: (-len(s), sorted(s)))
    cliques = [c for i, c in enumerate(found) if not any(c <= d for d in found[:i])]
    return maximal or [frozenset()], cliques or [frozenset()]


class _Block:
    """The unknowns of one clique: one for each combination of its variables' categories."""

    def __init__(self, unit: str, variables: frozenset[str], registry: Registry) -> None:
        self.variables = tuple(sorted(variables))
        self.domains = [registry.domains[unit, variable] for variable in self.variables]
        self.size = int(np.prod([len(d) for d in self.domains], dtype=np.int64))
        self.offset = 0
        self.keep = np.empty(0, dtype=np.int64)
        self._codes: list[np.ndarray] = []

    def enumerate(self) -> None:
        shape = [len(d) for d in self.domains]
        grid = np.indices(shape).reshape(len(shape), -1) if shape else np.zeros((0, 1), dtype=int)
        self._codes = list(grid)
        self.keep = np.arange(self.size)

    def members(self, key: Key) -> np.ndarray:
        """Return which unknowns add up to a cell."""
        mask = np.ones(len(self.keep), dtype=bool)
        for variable, categories in key[1]:
            index = self.variables.index(variable)
            legal = np.array([name in categories for name in self.domains[index]])
            mask &= legal[self._codes[index][self.keep]]
        return mask

    def drop(self, keys: Iterable[Key]) -> None:
        for key in keys:
            if {v for v, _ in key[1]} <= set(self.variables):
                self.keep = self.keep[~self.members(key)]

    def labels(self, variables: Sequence[str]) -> np.ndarray:
        """Return, for each unknown, the number of its combination of `variables`."""
        label = np.zeros(len(self.keep), dtype=np.int64)
        for variable in variables:
            index = self.variables.index(variable)
            label = label * len(self.domains[index]) + self._codes[index][self.keep]
        return label


def _blocks(unit: str, cells: Sequence[Cell], registry: Registry) -> tuple[list[_Block], bool]:
    """Return the blocks of one unit, and whether they amount to the joint table of it all."""
    facets, cliques = _cliques(frozenset(v for v, _ in cell.key[1]) for cell in cells)
    noughts = [cell.key for cell in cells if cell.value == 0 and not cell.small]
    for sets, joint in ((cliques, True), (facets, False)):
        blocks = [_Block(unit, variables, registry) for variables in sets]
        if joint and max(block.size for block in blocks) > _MOST_ENUMERATED:
            continue
        for block in blocks:
            block.enumerate()
            block.drop(noughts)
        if not joint or max(len(block.keep) for block in blocks) <= _MOST_ATOMS:
            break
    return blocks, joint


def _links(blocks: Sequence[_Block], joint: bool) -> list[tuple[_Block, _Block, list[str]]]:
    """Return which blocks have to agree and on what."""
    pairs = [
        (-len(set(a.variables) & set(b.variables)), i, j)
        for (i, a), (j, b) in combinations(enumerate(blocks), 2)
    ]
    group = list(range(len(blocks)))
    links = []
    for shared, i, j in sorted(pairs):
        # A spanning tree by largest overlap is enough for cliques; without the chordal completion
        # every pair that overlaps is linked.
        if joint and group[i] == group[j]:
            continue
        if not joint and shared == 0 and group[i] == group[j]:
            continue
        group = [group[i] if g == group[j] else g for g in group]
        common = sorted(set(blocks[i].variables) & set(blocks[j].variables))
        links.append((blocks[i], blocks[j], common))
    return links


class _Rows:
    """Rows of a sparse matrix, gathered one at a time."""

    def __init__(self) -> None:
        self.index: list[np.ndarray] = []
        self.value: list[np.ndarray] = []

    def add(self, index: np.ndarray, value: np.ndarray) -> None:
        self.index.append(index)
        self.value.append(value)

    def matrix(self, width: int) -> sparse.csr_array:
        if not self.index:
            return sparse.csr_array((0, width))
        pointer = np.cumsum([0, *(len(index) for index in self.index)])
        return sparse.csr_array(
            (np.concatenate(self.value), np.concatenate(self.index), pointer),
            shape=(len(self.index), width),
        )


def _plain(key: Key) -> tuple[tuple[str, frozenset[str]], ...] | None:
    """Return a cell's parts in the words of the tables, the same for every unit."""
    parts: list[tuple[str, frozenset[str]]] = []
    for variable, members in key[1]:
        name, _, label = variable.partition("\x1f")
        if label and members != frozenset({"\x1fyes"}):
            return None
        parts.append((name, frozenset({label}) if label else members))
    return tuple(sorted(parts, key=lambda part: (part[0], sorted(part[1]))))


def _unit_order(cells: Sequence[Cell]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return pairs (smaller, larger) of the same cell in two units, and those both above nought.

    Only orders that hold in the data are returned: a reader who relied on one that does not would
    be misled, and a protection that allows for one that does is on the safe side.
    """
    places: dict[Any, dict[str, int]] = {}
    for index, cell in enumerate(cells):
        if cell.key[0] in UNIT_ORDER and (plain := _plain(cell.key)) is not None:
            places.setdefault(plain, {})[cell.key[0]] = index
    below, positive = [], []
    for found in places.values():
        present = [found[unit] for unit in UNIT_ORDER if unit in found]
        for low, high in combinations(present, 2):
            if cells[low].value <= cells[high].value:
                below.append((low, high))
            if cells[low].value > 0 and cells[high].value > 0:
                positive.append((low, high))
    return below, positive


def _coverings(registry: Registry, position: dict[Key, int]) -> list[tuple[int, list[int]]]:
    """Return totals that a multi-label variable's categories together reach or exceed."""
    found = []
    for (unit, variable), labels in registry.labels.items():
        rests: dict[Any, dict[str, int]] = {}
        for key, index in position.items():
            if key[0] != unit:
                continue
            own = [p for p in key[1] if p[0].partition("\x1f")[0] == variable and "\x1f" in p[0]]
            if len(own) == 1 and own[0][1] == frozenset({"\x1fyes"}):
                rest = tuple(p for p in key[1] if p is not own[0])
                rests.setdefault(rest, {})[own[0][0].partition("\x1f")[2]] = index
        cells = registry.cells
        values = [cell.value for cell in cells.values()]
        for rest, by_label in rests.items():
            whole = position.get((unit, rest))
            if whole is None or len(by_label) < len(labels):
                continue
            if sum(values[i] for i in by_label.values()) >= values[whole]:
                found.append((whole, sorted(by_label.values())))
    return found


def build(registry: Registry) -> Model:
    """Write the system down.

    Parameters
    ----------
    registry : Registry
        All cells of the edition.

    Returns
    -------
    Model
    """
    cells = list(registry.cells.values())
    position = {cell.key: index for index, cell in enumerate(cells)}
    # A nought that may be printed always is: hiding one would mark empty groups as answered.
    hideable = np.array([cell.printed and (cell.value > 0 or cell.small) for cell in cells])
    zeros_are_safe = not any(cell.small and cell.value == 0 for cell in cells)
    agree, unlinked = _Rows(), []
    homes: list[_Block] = []
    width = 0
    for unit in sorted({cell.key[0] for cell in cells}):
        own = [cell for cell in cells if cell.key[0] == unit]
        blocks, joint = _blocks(unit, own, registry)
        if not joint:
            unlinked += [block.variables for block in blocks]
        for block in blocks:
            block.offset = width
            width += len(block.keep)
        for first, second, common in _links(blocks, joint):
            ours, theirs = first.labels(common), second.labels(common)
            for label in np.union1d(ours, theirs):
                plus = np.flatnonzero(ours == label) + first.offset
                minus = np.flatnonzero(theirs == label) + second.offset
                agree.add(
                    np.concatenate([plus, minus]),
                    np.concatenate([np.ones(len(plus)), -np.ones(len(minus))]),
                )
        by_size = sorted(blocks, key=lambda block: (len(block.keep), block.variables))
        for cell in own:
            need = {variable for variable, _ in cell.key[1]}
            homes.append(next(block for block in by_size if need <= set(block.variables)))
    sums = _Rows()
    # `cells` is sorted by unit first, so homes are in the order of the cells.
    for cell, block in zip(cells, homes, strict=True):
        index = np.flatnonzero(block.members(cell.key)) + block.offset
        sums.add(index, np.ones(len(index)))
    matrix = sums.matrix(width)
    below, both = _unit_order(cells)
    known = np.flatnonzero(hideable) if zeros_are_safe else np.empty(0, dtype=np.int64)
    coverings = _coverings(registry, position)
    relations = sparse.lil_array((len(below) + len(coverings), len(cells)))
    for row, (low, high) in enumerate(below):
        relations[row, low], relations[row, high] = 1, -1
    for row, (whole, parts) in enumerate(coverings, start=len(below)):
        relations[row, whole] = 1
        for part in parts:
            relations[row, part] = -1
    return Model(
        cells=cells,
        sums=matrix,
        agree=agree.matrix(width),
        ordered=sparse.csr_array(relations.tocsr() @ matrix),
        positive=np.array(sorted({*(low for low, _ in both), *known}), dtype=np.int64),
        hideable=hideable,
        unlinked=unlinked,
    )
