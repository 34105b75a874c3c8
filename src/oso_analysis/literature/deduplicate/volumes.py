"""Grade volumes; tell those of one book, or of one meeting's proceedings, from each other."""

from __future__ import annotations

from typing import Any

import numpy as np

from oso_analysis.literature.deduplicate.features import Features
from oso_analysis.literature.deduplicate.grades import agree, graded, same_text
from oso_analysis.literature.deduplicate.words import MEETING, NUMBER_WORDS, ROMAN

__all__ = ["volume_grades"]

Array = np.ndarray[Any, Any]

#: Kinds (see `normalise.KINDS`) that whole proceedings come as beside a book: unknown, a meeting's.
_WHOLE = (0, 2)
_BOOK = 4
_PROCEEDINGS = MEETING | {"proceedings"}
_NUMBERS = NUMBER_WORDS | ROMAN


def volume_grades(a: Features, b: Features) -> tuple[Array, Array]:
    """Grade volumes, and say which are two whole volumes that one numbering tells apart.

    Parameters
    ----------
    a, b : Features
        Features of the one and the other record of each pair, in the same order.

    Returns
    -------
    tuple of numpy.ndarray
        Grades as `match.EVIDENCE` tells; and whether both records are of whole volumes, without
        pages of their own, whose numbers differ as the numbers of volumes do. Where the ISBN is
        the same, the one number may be the set's and the other the series': nothing is told apart.
    """
    same, differ = same_text(a["volume"], b["volume"])
    grade = graded(len(a), (same, 1), (differ, -1))
    isbn = agree(a["isbn"], b["isbn"])
    apart = np.zeros(len(a), bool)
    for row in np.flatnonzero(differ & _unpaged(a) & _unpaged(b)).tolist():
        one, other = a.row(row), b.row(row)
        if not (_whole(one) and _whole(other)):
            continue
        counted = _counted(one, other)
        apart[row] = counted and not isbn[row]
        if isbn[row] and not counted:
            grade[row] = 0
    return grade, apart


def _unpaged(features: Features) -> Array:
    """Return which records have no pages and are of books, or without authors of a kind to ask."""
    kind = features["kind"]
    names, page = (features[name] == "" for name in ("names", "page"))
    whole = (kind == _BOOK) | (np.isin(kind, _WHOLE) & names.astype(bool))
    result: Array = whole & page.astype(bool)
    return result


def _whole(record: dict[str, Any]) -> bool:
    """Return whether such a record is of a whole book, or of all of a meeting's papers."""
    return (
        record["kind"] == _BOOK
        or record["meeting"]
        or not _PROCEEDINGS.isdisjoint(record["title"].split())
    )


def _counted(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Return whether two different numbers may count the volumes of one work.

    One catalogue states a volume's number in its series, another that in its set, and a third the
    year: of such numbers one has many more digits than the other.
    """
    numbers = [_NUMBERS.get(record["volume"], record["volume"]) for record in (one, other)]
    if not all(number.isdigit() for number in numbers):
        return not any(number.isdigit() for number in numbers)
    years = {str(record["year"]) for record in (one, other)}
    short, long = sorted(map(len, numbers))
    return numbers[0] != numbers[1] and years.isdisjoint(numbers) and long - short <= 1
