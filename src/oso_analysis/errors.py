"""The one error type for bad input, and the words every complaint is made of.

Bad input gets one answer that names *all* its problems, each with file, row, column, value, the
rule it breaks and the nearest legal value. The command line prints it and exits with status 2; in
a notebook it is an ordinary exception whose text is readable as it stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz, process, utils

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "InputError",
    "OsoError",
    "Problem",
    "RunError",
    "check_option",
    "nearest",
    "require_columns",
    "unknown_codes",
]

#: How many problems an error text spells out before it says how many more there are.
SHOWN = 40
#: A suggestion less alike than this (0 to 100) confuses more than it helps.
_ALIKE = 55.0
#: Values quoted in messages are cut here, so that a broken file cannot flood the screen.
_VALUE_WIDTH = 80


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one input.

    Attributes
    ----------
    rule : str
        What was expected, in words ("must be one of the codebook's themes").
    file : str, optional
        The input as the user named it; never an absolute path of this machine.
    row : int, optional
        Line in a text file or row in a sheet, counted from 1 with the header as row 1.
    column : str, optional
        Column, tag, field or parameter.
    value : object, optional
        The offending value as it stood.
    nearest : str, optional
        The nearest legal value.
    """

    rule: str
    file: str | None = None
    row: int | None = None
    column: str | None = None
    value: Any = None
    nearest: str | None = None

    def __str__(self) -> str:
        """Return the problem on one line."""
        place = ", ".join(
            part
            for part in (
                self.file,
                f"row {self.row}" if self.row is not None else None,
                f"column {self.column!r}" if self.column is not None else None,
            )
            if part
        )
        text = f"{place}: " if place else ""
        if self.value is not None:
            shown = str(self.value)
            if len(shown) > _VALUE_WIDTH:
                shown = shown[: _VALUE_WIDTH - 1] + "…"
            text += f"{shown!r} "
        text += self.rule
        if self.nearest is not None:
            text += f" (did you mean {self.nearest!r}?)"
        return text


class OsoError(Exception):
    """Base of the errors this package raises on purpose; `exit_code` is the command's status."""

    exit_code = 1


class RunError(OsoError):
    """A run that failed although its input was good: a failing cell, a full disk, a held lock."""


class InputError(OsoError, ValueError):
    """Input that cannot be used, with every problem found in it.

    Parameters
    ----------
    problems : iterable of Problem
        At least one.
    summary : str, optional
        First line of the text; by default the number of problems.
    """

    exit_code = 2

    def __init__(self, problems: Iterable[Problem], summary: str | None = None) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        count = len(self.problems)
        self.summary = summary or f"{count} problem{'' if count == 1 else 's'} with the input"
        super().__init__(self.summary, self.problems)

    def __str__(self) -> str:
        """Return the summary and one line for each problem, capped at `SHOWN`."""
        lines = [f"{self.summary}:", *(f"  - {problem}" for problem in self.problems[:SHOWN])]
        if len(self.problems) > SHOWN:
            lines.append(f"  … and {len(self.problems) - SHOWN} more")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[Any, ...]:
        """Survive the trip back from a worker process."""
        return (type(self), (self.problems, self.summary))


def nearest(value: object, legal: Iterable[object]) -> str | None:
    """Return the legal value most like `value`, or None where nothing is alike.

    Parameters
    ----------
    value : object
        What was given.
    legal : iterable
        The values that would have been accepted.

    Returns
    -------
    str or None
        Ties go to the first in sorted order, so the answer never depends on set order.
    """
    choices = sorted({str(item) for item in legal})
    found = process.extractOne(
        str(value),
        choices,
        scorer=fuzz.WRatio,
        processor=utils.default_process,
        score_cutoff=_ALIKE,
    )
    return found[0] if found else None


def unknown_codes(codes: Iterable[str], labels: Mapping[str, str], *, column: str) -> list[Problem]:
    """Return a problem for each code that `labels` does not list.

    Parameters
    ----------
    codes : iterable of str
        What was given.
    labels : mapping
        Code to printed name. People type names ("Norway") as often as codes, so a name is
        answered with its code.
    column : str
        The argument's name.
    """
    by_name = {label.casefold(): code for code, label in labels.items()}
    return [
        Problem(
            "is not a known code",
            column=column,
            value=code,
            nearest=by_name.get(str(code).casefold()) or nearest(code, labels),
        )
        for code in codes
        if code not in labels
    ]


def require_columns(frame: pd.DataFrame, columns: Sequence[str], *, where: str) -> None:
    """Raise unless `frame` has every one of `columns`: the one door for column checks.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table handed in.
    columns : sequence of str
        Columns that the caller reads.
    where : str
        Name of the function or table, for the message.

    Raises
    ------
    InputError
        One problem for each missing column, with the nearest column that is there.
    """
    have = [str(column) for column in frame.columns]
    problems = [
        Problem(
            rule=f"is needed by {where}; the table has {', '.join(have) or 'no columns'}",
            column=column,
            nearest=nearest(column, have),
        )
        for column in columns
        if column not in have
    ]
    if problems:
        raise InputError(problems, f"{where}: {len(problems)} missing column(s)")


def check_option(name: str, value: object, options: Collection[object]) -> None:
    """Raise unless `value` is one of `options`.

    Parameters
    ----------
    name : str
        The argument's name.
    value : object
        What was given.
    options : collection
        What is accepted.

    Raises
    ------
    InputError
        Naming the argument, the value, all options and the nearest one.
    """
    if value in options:
        return
    listed = ", ".join(map(repr, options))
    raise InputError(
        [
            Problem(
                rule=f"is not one of {listed}",
                column=name,
                value=value,
                nearest=nearest(value, options),
            )
        ],
        f"illegal value for {name}",
    )
