"""Choose which pairs of records are worth comparing, in time that grows with their number."""

from __future__ import annotations

from typing import Any

import numpy as np

from oso_analysis.literature.deduplicate.features import Features
from oso_analysis.literature.deduplicate.normalise import KEYS

__all__ = ["NEIGHBOURS", "candidate_pairs", "pairs_by_key"]

Array = np.ndarray[Any, Any]

#: With how many of its neighbours a record is paired in a block too large for all its pairs.
#: A block is ordered by title, so near neighbours are the likeliest duplicates.
NEIGHBOURS = dict.fromkeys(KEYS, 6) | {"k_doi": 40, "k_pmid": 40, "k_start": 15, "k_place": 12}


def pairs_by_key(key: Array, neighbours: int) -> tuple[Array, Array]:
    """Return positions of the pairs that share a key, at most `neighbours` apart in a block.

    Parameters
    ----------
    key : numpy.ndarray
        Blocking key of each row, 0 for none; the rows in the order they have within a block.
    neighbours : int
        How far ahead a row is paired.

    Returns
    -------
    tuple of numpy.ndarray
        Two arrays of positions.
    """
    rows = np.flatnonzero(key)
    rows = rows[np.argsort(key[rows], kind="stable")]
    keys = key[rows]
    lefts: list[Array] = []
    rights: list[Array] = []
    for step in range(1, neighbours + 1):
        same = np.flatnonzero(keys[:-step] == keys[step:]) if len(keys) > step else keys[:0]
        if not len(same):
            break
        lefts.append(rows[same])
        rights.append(rows[same + step])
    if not lefts:
        empty = np.empty(0, np.int64)
        return empty, empty
    return np.concatenate(lefts), np.concatenate(rights)


def candidate_pairs(features: Features) -> tuple[Array, Array]:
    """Return positions (a < b) of the pairs of rows that share at least one blocking key.

    Parameters
    ----------
    features : Features
        What `normalise` returned, in order of `id`.

    Returns
    -------
    tuple of numpy.ndarray
        Positions of the one and the other record, sorted, without repeats.
    """
    rows = len(features)
    titles = features["title"].tolist()
    # Stable: records with one title keep the order of their ids.
    order = np.array(sorted(range(rows), key=titles.__getitem__), dtype=np.int64)
    found = [np.empty(0, np.int64)]
    for name in KEYS:
        left, right = pairs_by_key(features[name][order], NEIGHBOURS[name])
        left, right = order[left], order[right]
        found.append(np.minimum(left, right) * rows + np.maximum(left, right))
    # Several times as fast as `numpy.unique`, and with the same result.
    codes = np.sort(np.concatenate(found), kind="stable")
    codes = codes[np.diff(codes, prepend=-1) > 0]
    return codes // max(rows, 1), codes % max(rows, 1)
