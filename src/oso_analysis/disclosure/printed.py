"""Small counts of answers in what an edition prints: the last look, whoever made the table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from oso_analysis.disclosure.exhibit_rules import EXHIBITS

__all__ = ["find_agreement", "find_small_counts"]

#: Units that stand for answers, as a column's name or a counting unit says them.
_ANSWERS = frozenset(
    word + ending
    for word in (
        *("answer", "issue", "proposal", "respondent", "response", "segment", "solution"),
        "submission",
    )
    for ending in ("", "s")
)
#: Numbers beside counts that count nothing themselves.
_NO_COUNTS = frozenset({"percent", "percentage", "period", "rank", "share", "year"})
_KNOWN_NO_COUNTS = frozenset(
    column for rule in EXHIBITS.values() for column in (*rule.keys, *rule.ranked, *rule.free)
)
#: How a caveat says how many answers both coders read, beside what follows from their codes.
_BOTH = re.compile(r"\d (?:submissions?|segments?) coded by both")


def find_agreement(
    record: Mapping[str, Any], columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> list[str]:
    """Find where an exhibit tells how far coders agree on answers, from which counts follow.

    Parameters
    ----------
    record : mapping
        The exhibit's `caveats`.
    columns, rows
        As for `find_small_counts`.

    Returns
    -------
    list of str
        "caveats", and the column that says what was compared where that is answers.
    """
    found = ["caveats"] if any(_BOTH.search(text) for text in record.get("caveats", ())) else []
    if {"unit", "n_units"} <= set(columns):
        at = columns.index("unit")
        found += ["unit"] * any(row[at] in _ANSWERS for row in rows)
    return found


def find_small_counts(
    record: Mapping[str, Any], columns: Sequence[str], rows: Sequence[Sequence[str]], threshold: int
) -> dict[str, int]:
    """Find the counts of answers from 1 to `threshold - 1` that one exhibit gives away.

    Parameters
    ----------
    record : mapping
        The exhibit's `counting_unit` and `n`.
    columns : sequence of str
        Columns of its data, printed or not: the files beside a report hold them all.
    rows : sequence of sequence of str
        The data as text. What is withheld is no number, and noughts may be told.
    threshold : int

    Returns
    -------
    dict of str to int
        Column (``n`` for the line under the exhibit) to how many small counts it holds.

    Notes
    -----
    Columns called ``n_submissions``, ``n_segments_of_sector`` and the like count answers wherever
    they stand. In an exhibit whose unit is answers, so does any other column of whole numbers,
    such as a column for each country, unless its name says that it counts something else.
    """
    unit = str(record["counting_unit"])
    found = {}
    for at, column in enumerate(columns):
        values = list(_numbers(row[at] for row in rows))
        if _counts_answers(column, unit, values):
            small = sum(0 < value < threshold for value in values)
            if small:
                found[column] = small
    n = record.get("n")
    if isinstance(n, int) and 0 < n < threshold and _is_of_answers(unit):
        found.setdefault("n", 1)
    return found


def _counts_answers(column: str, unit: str, values: Sequence[float]) -> bool:
    words = column.lower().split("_")
    if words[0] == "n" and len(words) > 1:
        return not _ANSWERS.isdisjoint(words)
    if not _is_of_answers(unit) or column in _KNOWN_NO_COUNTS or not _NO_COUNTS.isdisjoint(words):
        return False
    return all(value.is_integer() for value in values)


def _is_of_answers(unit: str) -> bool:
    """Tell whether answers alone are counted: not works and submissions, nor their themes."""
    words = unit.lower().replace(",", " and ").split()
    return bool(words) and words[-1] in _ANSWERS and not {"and", "of"} & {*words}


def _numbers(texts: Iterator[str]) -> Iterator[float]:
    for text in texts:
        try:
            yield float(text)
        except ValueError:
            continue
