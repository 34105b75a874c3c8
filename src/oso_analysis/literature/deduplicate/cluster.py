"""Join linked records into works, without letting a chain of links join what contradicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["cluster", "pairs_within"]

Array = np.ndarray[Any, Any]

#: In a larger group only the pairs already compared are checked for contradictions.
_CHECKED = 300
#: Pairs checked at once: bounds memory, changes no result.
_AT_ONCE = 400_000


def _components(size: int, left: Array, right: Array) -> Array:
    """Return each row's connected component, called by its smallest row.

    In every round each component takes the smallest name its neighbours have, and rows the name of
    the row that theirs was called by, so that the rounds grow with the logarithm of the longest
    chain.
    """
    labels = np.arange(size)
    while len(left):
        ours, theirs = labels[left], labels[right]
        apart = ours != theirs
        left, right, ours, theirs = left[apart], right[apart], ours[apart], theirs[apart]
        np.minimum.at(labels, np.maximum(ours, theirs), np.minimum(ours, theirs))
        while not np.array_equal(further := labels[labels], labels):
            labels = further
    return labels


def pairs_within(labels: Array, smallest: int, largest: int) -> tuple[Array, Array]:
    """Return every pair of positions with one label, for labels of `smallest` to `largest` rows."""
    order = np.argsort(labels, kind="stable")
    sizes = np.bincount(labels)
    wanted = (sizes >= smallest) & (sizes <= largest)
    rows = order[wanted[labels[order]]]
    groups = labels[rows]
    lefts, rights = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for step in range(1, largest):
        if len(groups) <= step:
            break
        same = np.flatnonzero(groups[:-step] == groups[step:])
        if not len(same):
            break
        lefts.append(rows[same])
        rights.append(rows[same + step])
    return np.concatenate(lefts), np.concatenate(rights)


def cluster(
    titled: Array,
    links: pd.DataFrame,
    *,
    contradicts: Callable[[Array, Array], Array],
    same: Iterable[tuple[int, int]],
    different: Iterable[tuple[int, int]],
) -> Array:
    """Return the label of each record's work: the position of its first record.

    Links are honoured from the strongest to the weakest; one that would put two contradicting
    records into one work is not. A record without a title that is linked to several works which
    contradict each other joins none of them.

    Parameters
    ----------
    titled : numpy.ndarray of bool
        Whether each record has a title, in order of record id.
    links : pandas.DataFrame
        `a`, `b` (positions, a < b) and `score` of the accepted pairs.
    contradicts : callable
        Whether the records at two positions cannot be one work, for arrays of positions.
    same, different : iterable of tuple
        What people decided, as positions.

    Returns
    -------
    numpy.ndarray
        Smallest position in each record's work.
    """
    size = len(titled)
    same, different = list(same), list(different)
    left = np.concatenate([links["a"].to_numpy(), [a for a, _ in same]]).astype(np.int64)
    right = np.concatenate([links["b"].to_numpy(), [b for _, b in same]]).astype(np.int64)
    labels = _components(size, left, right)
    a, b = pairs_within(labels, 3, _CHECKED)
    batches = [
        contradicts(a[start : start + _AT_ONCE], b[start : start + _AT_ONCE])
        for start in range(0, max(len(a), 1), _AT_ONCE)
    ]
    against = np.concatenate(batches)
    apart = list(zip(a[against].tolist(), b[against].tolist(), strict=True)) + different
    broken = {int(labels[x]) for x, y in apart if labels[x] == labels[y]}
    if broken:
        _split(labels, broken, links, titled, same, apart)
    first = np.full(int(labels.max(initial=-1)) + 1, size, np.int64)
    np.minimum.at(first, labels, np.arange(size))
    return first[labels]


def _split(
    labels: Array,
    broken: set[int],
    links: pd.DataFrame,
    titled: Array,
    same: list[tuple[int, int]],
    apart: list[tuple[int, int]],
) -> None:
    """Relabel the records of contradictory components, in place."""
    members: dict[int, set[int]] = {}
    home: dict[int, int] = {}
    for position in np.flatnonzero(np.isin(labels, sorted(broken))).tolist():
        members[position] = {position}
        home[position] = position
    enemies: dict[int, set[int]] = defaultdict(set)
    decided = {frozenset(pair) for pair in same}
    for x, y in apart:
        if frozenset((x, y)) not in decided:
            enemies[x].add(y)
            enemies[y].add(x)

    def join(x: int, y: int, *, always: bool = False) -> None:
        one, other = sorted((home[x], home[y]))
        if one == other:
            return
        if not always and any(enemies[item] & members[one] for item in members[other]):
            return
        members[one] |= members[other]
        for item in members.pop(other):
            home[item] = one

    for x, y in same:
        if x in home:
            join(x, y, always=True)
    inside = links[links["a"].isin(list(home))].sort_values(
        ["score", "a", "b"], ascending=[False, True, True], kind="stable"
    )
    pairs = list(zip(inside["a"].tolist(), inside["b"].tolist(), strict=True))
    for x, y in pairs:
        if titled[x] and titled[y]:
            join(x, y)
    reach: dict[int, set[int]] = defaultdict(set)
    for x, y in pairs:
        if titled[x] != titled[y]:
            bare, other = (x, y) if titled[y] else (y, x)
            reach[bare].add(home[other])
    for x, y in pairs:
        if titled[x] and titled[y]:
            continue
        works = {home[w] for item in (x, y) for w in reach.get(item, set()) if w in home}
        if len(works) <= 1:
            join(x, y)
    fresh = int(labels.max()) + 1
    for number, start in enumerate(sorted(members)):
        for item in members[start]:
            labels[item] = fresh + number
    # Labels stay dense enough for counting: the old ones of broken components are simply unused.
