"""Which columns of a table of screening hold whose decisions.

Reviewers who screened in a spreadsheet have a column each, often with a further one for what they
agreed on. Headings tell which is which, and the cells have the last word: a column "Reviewer 1"
may hold decisions, or the name of who decided.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from oso_analysis.errors import InputError, Problem, nearest
from oso_analysis.literature.decided import LABELS, holds_decisions
from oso_analysis.literature.readers.columns import bare

__all__ = ["ReviewerColumn", "TableColumns", "require_headings", "table_columns"]

_PERSON = "(?:reviewer|screener|rater|assessor|rev|r)"
_NUMBERS = {"one": "1", "two": "2", "three": "3", "a": "1", "b": "2", "c": "3", "d": "4"}
_NUMBER = f"([1-9]|{'|'.join(_NUMBERS)})"
_VERDICT = "(?:(?:screening)?(?:decision|vote|verdict|response|answer)|includ(?:e|ed)|inclusion)"
_WHY = "(?:exclusionreasons?|reasons?(?:forexclusion)?)"
#: What headings say of one reviewer's column, bare: "Reviewer 1", "R1 decision", "Decision 1",
#: "Vote of reviewer B". Without the person, "Answer 1" is any question's, "Decision A" anything.
_DECIDES = re.compile(
    f"{_PERSON}{_NUMBER}{_VERDICT}|{_VERDICT}(?:of|by)?{_PERSON}{_NUMBER}|"
    "(?:(?:screening)?(?:decision|vote)|includ(?:e|ed)|inclusion)([1-9])"
)
_NAMED = re.compile(_PERSON + _NUMBER)
_REASONED = re.compile(f"{_PERSON}{_NUMBER}{_WHY}|{_WHY}(?:of|by)?{_PERSON}{_NUMBER}|{_WHY}([1-9])")
#: Columns of what reviewers agreed on, the preferred one first.
_AGREED = (
    "final_decision", "consensus_decision", "consensus", "agreed_decision", "adjudicated_decision",
    "adjudication", "resolved_decision", "final", "agreed", *LABELS,
)  # fmt: skip
#: Of these, headings that may as well ask whether reviewers agreed, or tell what was said of it.
_DOUBTFUL = frozenset({"consensus", "adjudication", "final", "agreed"})
#: A heading that may as well be a number of anything: a question of research, a measure.
_ANY_NUMBER = re.compile("r" + _NUMBER)


@dataclass(frozen=True, slots=True)
class ReviewerColumn:
    """A column of one reviewer's decisions.

    Attributes
    ----------
    heading : str
    name : str
        What the reviewer is called where no cell says so.
    names, reasons : str or None
        Columns of who it was, and of why this reviewer excluded.
    """

    heading: str
    name: str
    names: str | None = None
    reasons: str | None = None


@dataclass(frozen=True, slots=True)
class TableColumns:
    """Where a table has its decisions: one column, or one for each reviewer and what they agreed.

    Attributes
    ----------
    label : str or None
        The only column of decisions.
    reviewers : tuple of ReviewerColumn
        Columns of single reviewers' decisions.
    agreed : str or None
        Column of the decision that stands, beside those of the reviewers.
    """

    label: str | None = None
    reviewers: tuple[ReviewerColumn, ...] = ()
    agreed: str | None = None


def table_columns(
    rows: Iterable[Mapping[str, Any]], label: str | None, asked: Collection[str] = ()
) -> TableColumns:
    """Return which columns of a table hold decisions.

    Parameters
    ----------
    rows : iterable of mapping
        What the readers kept of each entry: heading to cell, without empty cells.
    label : str or None
        The column that `decided.label_column` takes for the table's decisions.
    asked : collection of str, optional
        Headings that the reader names as reviewers' columns; nothing is guessed then.
    """
    cells: dict[str, list[Any]] = {}
    for row in rows:
        for heading, cell in row.items():
            cells.setdefault(heading, []).append(cell)
    if asked:
        wanted = {bare(name) for name in asked}
        reviewers = [ReviewerColumn(name, name) for name in cells if bare(name) in wanted]
    else:
        reviewers = _reviewers(cells)
    own = {column.heading for column in reviewers}
    if not own:
        return TableColumns(label)
    rank = {bare(name): place for place, name in enumerate(_AGREED)}
    known = [
        name
        for name, column in cells.items()
        if bare(name) in rank
        and name not in own
        and (bare(name) not in _DOUBTFUL or holds_decisions(column, spelt_out=True))
    ]
    agreed = min(known, key=lambda name: (rank[bare(name)], name), default=None)
    return TableColumns(None, tuple(reviewers), agreed)


def require_headings(asked: Collection[str], headings: Collection[str]) -> None:
    """Raise an InputError that names each heading asked for that no table has.

    Parameters
    ----------
    asked : collection of str
        As for `table_columns`.
    headings : collection of str
        All headings of all tables, of columns that hold anything.

    Raises
    ------
    InputError
        With the nearest heading that there is.
    """
    known = {bare(name): name for name in headings}
    problems = [
        Problem(
            "is no column of these files, or an empty one, or one of what every record has",
            column=name,
            nearest=nearest(name, headings),
        )
        for name in asked
        if bare(name) not in known
    ]
    if problems:
        raise InputError(problems)


def _reviewers(cells: Mapping[str, list[Any]]) -> list[ReviewerColumn]:
    """Return the columns whose headings say that they are one reviewer's, in order of number."""
    deciding, named, reasons = (
        _numbered(cells, pattern) for pattern in (_DECIDES, _NAMED, _REASONED)
    )
    found = []
    for number in sorted({*deciding, *named}):
        heading = deciding.get(number) or named[number]
        # Elsewhere stand names of people or grades of quality, some of which look like decisions.
        unsure = bool(_ANY_NUMBER.fullmatch(bare(heading)))
        if holds_decisions(cells[heading], spelt_out=unsure):
            names = named.get(number) if number in deciding else None
            role = f"reviewer_{number}"
            found.append(ReviewerColumn(heading, role, names, reasons.get(number)))
    return found


def _numbered(headings: Iterable[str], pattern: re.Pattern[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for heading in headings:
        if match := pattern.fullmatch(bare(heading)):
            number = next(group for group in match.groups() if group)
            found.setdefault(_NUMBERS.get(number, number), heading)
    return found
