"""The one error type for bad input, and the words every complaint is made of.

Bad input gets one answer that names *all* its problems, each with file, row, column, value, the
rule it breaks and the nearest legal value. The command line prints it and exits with status 2; in
a notebook it is an ordinary exception whose text is readable as it stands.
"""

from __future__ import annotations

import linecache
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from numbers import Integral
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz, process, utils

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "InputError",
    "OsoError",
    "Problem",
    "RunError",
    "Suggestions",
    "check_address",
    "check_list",
    "check_option",
    "check_whole",
    "listed",
    "naming_files",
    "nearest",
    "nearest_code",
    "not_whole",
    "require_columns",
    "require_kind",
    "unknown_codes",
]

#: How many problems an error text spells out before it says how many more there are.
SHOWN = 40
#: A suggestion less alike than this (0 to 100) confuses more than it helps.
_ALIKE = 62.0
#: Names of places in two languages are alike too ("Griechenland", "Greenland"): a printed name is
#: only suggested where it differs by a slip.
_SLIP = 87.0
#: So many candidates are compared with care, after a fast first choice among all.
_CANDIDATES = 20
#: Legal values are spelt out up to this many; a wall of 250 country codes hides the answer.
_LISTED = 24
#: Values quoted in messages are cut here, so that a broken file cannot flood the screen.
_VALUE_WIDTH = 80
#: Zeros before a whole number, which spreadsheets take away; not those of a decimal fraction.
_LEADING_ZEROS = re.compile(r"(?<![\d.,])0+(?=\d)")


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


def _outside(trace: TracebackType | None) -> tuple[int, str] | None:
    """Return the line, and its number, that called into this package."""
    found = None
    package = __name__.partition(".")[0]
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__", "").partition(".")[0] == package:
            break
        found = trace
        trace = trace.tb_next
    if found is None:
        return None
    code = linecache.getline(found.tb_frame.f_code.co_filename, found.tb_lineno)
    return found.tb_lineno, code.strip()


class OsoError(Exception):
    """Base of the errors this package raises on purpose; `exit_code` is the command's status."""

    exit_code = 1

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows: the line that was wrong, and the words; no call stack.

        Jupyter asks every exception for this. What went wrong is in the user's input, so the way
        through this package's own files only hides the answer.
        """
        lines = [f"{type(self).__name__}: {self}"]
        place = _outside(self.__traceback__)
        if place is not None:
            number, code = place
            lines.insert(0, f"In line {number}: {code}" if code else f"In line {number}")
        return lines


class RunError(OsoError):
    """A run that failed although its input was good: a failing cell, a full disk, a held lock."""


def _lines(problems: Sequence[Problem]) -> Iterator[str]:
    """Yield a line for each problem; of too many, the first of each kind stand for the others."""
    groups: dict[object, list[int]] = {}
    for at, problem in enumerate(problems):
        # Those without a row are a list to work through, not one fault down a column.
        kind = at if problem.row is None else (problem.file, problem.column, problem.rule)
        groups.setdefault(kind, []).append(at)
    # As many of each as there is room for, so that many of one kind do not hide the others.
    most = SHOWN
    while most > 1 and sum(min(len(places), most) for places in groups.values()) > SHOWN:
        most -= 1
    told = sorted(at for places in groups.values() for at in places[:most])[:SHOWN]
    # After which problem how many of its kind go unsaid.
    more = {places[most - 1]: len(places) - most for places in groups.values() if places[most:]}
    rest = len(problems) - len(told)
    for at in told:
        yield f"  - {problems[at]}"
        if at in more:
            yield f"  … and {more[at]:,} more like this"
            rest -= more[at]
    if rest:
        yield f"  … and {rest:,} more"


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
        """Return the summary and a line for each problem, capped in each column and at `SHOWN`."""
        return "\n".join([f"{self.summary}:", *_lines(self.problems)])

    def __reduce__(self) -> tuple[Any, ...]:
        """Survive the trip back from a worker process."""
        return (type(self), (self.problems, self.summary))


@contextmanager
def naming_files(**files: str) -> Iterator[None]:
    """Let problems name the files that tables were read from.

    A function that gets frames can only call them by its own names for them; the reader of the
    message has files.

    Parameters
    ----------
    **files : str
        The function's name for a table, to the file it came from.

    Examples
    --------
    >>> with naming_files(decisions="verdicts.csv"):
    ...     raise InputError([Problem("is wrong", file="decisions", row=2)])
    Traceback (most recent call last):
    oso_analysis.errors.InputError: 1 problem with the input:
      - verdicts.csv, row 2: is wrong
    """
    try:
        yield
    except InputError as error:
        problems = [
            replace(item, file=files.get(item.file or "", item.file)) for item in error.problems
        ]
        raise InputError(problems, error.summary) from None


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
        Ties go to the first in sorted order, so the answer never depends on set order. A value
        that differs in leading zeros alone comes before all others: a spreadsheet took them away.

    Examples
    --------
    >>> nearest("policng", ["policing", "prevention"])
    'policing'
    >>> nearest("year", ["container", "year_to"])
    'year_to'
    >>> nearest("colour", ["policing", "prevention"]) is None
    True
    >>> nearest("123", ["000123", "1234"])
    '000123'
    """
    found = _closest(value, legal)
    return found[0] if found else None


def _closest(
    value: object, legal: Iterable[object], *, least: float = 0.0
) -> tuple[str, float] | None:
    choices = sorted({str(item) for item in legal})
    bare = _LEADING_ZEROS.sub("", str(value))
    if any(sign.isdecimal() for sign in bare):
        # Looked for among all: of many numbers that begin alike, a choice of the first is no help.
        for name in choices:
            if _LEADING_ZEROS.sub("", name) == bare:
                return name, 100.0
    first = process.extract(
        str(value),
        choices,
        scorer=fuzz.WRatio,
        processor=utils.default_process,
        limit=_CANDIDATES,
    )
    scored = [(name, _likeness(str(value), name, least)) for name, _, _ in sorted(first)]
    best = max(scored, key=lambda pair: pair[1], default=None)
    return best if best and best[1] >= _ALIKE else None


def _likeness(given: str, name: str, least: float) -> float:
    """Return how likely it is, 0 to 100, that who wrote `given` meant `name`.

    Edits and swapped words count, and so does a name left unfinished ("year" for "year_to"), but
    not a few letters that a long word happens to hold, which is how a year becomes a container.
    Edits and swaps that leave less alike than `least` count for nothing.
    """
    one, other = (utils.default_process(text) for text in (given, name))
    if not one or not other:
        return 0.0
    score = max(fuzz.ratio(one, other), fuzz.token_sort_ratio(one, other))
    score = score if score >= least else 0.0
    short, long = sorted((one, other), key=len)
    share = len(short) / len(long)
    if long.startswith(short) and (len(short) > 2 or len(long) == 3):
        score = max(score, 75 + 20 * share)
    elif len(short) > 3 and set(short.split()) <= set(long.split()):
        score = max(score, 70 + 20 * share)
    return float(score)


def nearest_code(value: object, labels: Mapping[str, str]) -> str | None:
    """Return the code that was meant, where people may have written its printed name.

    Parameters
    ----------
    value : object
        What was given: a code, a name ("Norway"), or a name's initials ("UK").
    labels : mapping
        Code to printed name.

    Returns
    -------
    str or None

    Examples
    --------
    >>> places = {"DE": "Germany", "GB": "United Kingdom", "GE": "Georgia", "NO": "Norway"}
    >>> [nearest_code(text, places) for text in ("norway", "Norwy", "UK", "Germany", "gbr")]
    ['NO', 'NO', 'GB', 'DE', 'GB']
    """
    text = str(value).strip()
    for spelt in (str, _initials):
        found = sorted(code for code, label in labels.items() if _same(spelt(label), text))
        if len(found) == 1:
            return found[0]
    by_label = {label: code for code, label in sorted(labels.items(), reverse=True)}
    named, coded = _closest(text, by_label, least=_SLIP), _closest(text, labels)
    if named and (coded is None or named[1] >= coded[1]):
        return by_label[named[0]]
    # Codes of two letters are alike by chance: "Germny" is not "GE", nor is "D" "AD".
    long_enough = coded is not None and (len(coded[0]) > 2 or 2 <= len(text) <= 3)
    return coded[0] if coded and long_enough else None


class Suggestions:
    """The nearest legal value for each of many values, as far as an error text will show them.

    Each value is looked up once, and no more values than `SHOWN`: a column under the wrong heading
    has as many illegal values as rows, and every look goes through all the legal ones.

    Parameters
    ----------
    find : callable
        Returns the suggestion for one value.

    Examples
    --------
    >>> suggestions = Suggestions(lambda value: nearest(value, ["policing", "prevention"]))
    >>> [suggestions(text) for text in ("policng", "preventn")]
    ['policing', 'prevention']
    """

    def __init__(self, find: Callable[[object], str | None]) -> None:
        self._find = find
        self._found: dict[object, str | None] = {}

    def __call__(self, value: object) -> str | None:
        """Return the suggestion for `value`, None where there is none or it will not be shown."""
        if value not in self._found:
            if len(self._found) == SHOWN:
                return None
            self._found[value] = self._find(value)
        return self._found[value]


def _initials(label: str) -> str:
    return "".join(word[0] for word in label.split() if word[0].isupper())


def _same(one: str, other: str) -> bool:
    return len(other) > 1 and one.casefold() == other.casefold()


def listed(legal: Collection[object]) -> str:
    """Return legal values for a message: all of a short list, the first of a long one.

    Examples
    --------
    >>> listed(["GB", "NO"])
    'GB, NO'
    """
    items = [str(item) for item in legal]
    more = f", … ({len(items):,} in all)" if len(items) > _LISTED else ""
    return ", ".join(items[:_LISTED]) + more


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
    if isinstance(codes, str):
        example, more = nearest_code(codes, labels) or codes, ""
    else:
        example, more = next(iter(labels), "…"), "; an empty list keeps all"
    if problem := _not_a_list(column, codes, example, more):
        return [problem]
    return [
        Problem(
            "is not a known code", column=column, value=code, nearest=nearest_code(code, labels)
        )
        for code in codes
        if not (isinstance(code, str) and code in labels)
    ]


def _not_a_list(name: str, value: object, example: object, more: str = "") -> Problem | None:
    """Return what is wrong with a value that is no list of values; None where it is one."""
    # A text is a collection of letters: "GB" would be taken for the places G and B.
    if isinstance(value, Collection) and not isinstance(value, str | bytes):
        return None
    shown = value if isinstance(value, str) else repr(value)
    return Problem(f"must be a list, such as [{example!r}]{more}", column=name, value=shown)


def check_list(name: str, value: object, example: object) -> None:
    """Raise unless `value` is a list of values (a tuple, or a column of a table, is one too).

    Parameters
    ----------
    name : str
        The argument's name.
    value : object
        What was given.
    example : object
        One value that could stand in the list.

    Raises
    ------
    InputError
        With the list that was perhaps meant.
    """
    problem = _not_a_list(name, value, value if isinstance(value, str) else example)
    if problem:
        raise InputError([problem], f"illegal value for {name}")


def check_whole(name: str, value: object, *, least: int = 1) -> None:
    """Raise unless `value` is a whole number of at least `least`.

    Parameters
    ----------
    name : str
        The argument's name.
    value : object
        What was given.
    least : int, optional

    Raises
    ------
    InputError
    """
    if problems := not_whole(name, value, least=least):
        raise InputError(problems, f"illegal value for {name}")


def not_whole(name: str, value: object, *, least: int = 1) -> list[Problem]:
    """Return what `check_whole` would say, for who has more to say at once; empty if nothing."""
    # To Python True is a number, to a person it is not.
    if type(value) is not bool and isinstance(value, Integral) and int(value) >= least:
        return []
    rule = f"must be a whole number of at least {least}"
    return [Problem(rule, column=name, value=repr(value))]


def require_kind(name: str, value: object, kind: type | tuple[type, ...], rule: str) -> None:
    """Raise unless `value` is what an argument takes: the one door for arguments mixed up.

    Parameters
    ----------
    name : str
        The argument's name.
    value : object
        What was given.
    kind : type or tuple of types
    rule : str
        What it must be and where it comes from, in words.

    Raises
    ------
    InputError
        Naming the argument and what kind of thing was given instead.
    """
    if not isinstance(value, kind):
        problem = Problem(rule, column=name, value=type(value).__name__)
        raise InputError([problem], f"illegal value for {name}")


def require_columns(frame: pd.DataFrame, columns: Sequence[str], *, where: str) -> None:
    """Raise unless `frame` is a table with every one of `columns`: the one door for both.

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
        What is no table; one problem for each missing column, with the nearest that is there.
    """
    # Dask has tables too; an exhibit has columns, and is none.
    if not (hasattr(frame, "columns") and hasattr(frame, "dtypes")):
        rule = 'must be a table, such as scope.works or review.tables["works"]'
        raise InputError([Problem(rule, value=type(frame).__name__)], f"{where}: no table")
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


_LAST_PORT = 65535
#: How Dask spells where a scheduler is.
_ADDRESS = re.compile(
    r"inproc://\S+|"
    r"(?:(?:tcp|tls|ucxx?|wss?)://)?(?:\[[0-9A-Fa-f:.]+(?:%\w+)?\]|[\w.-]+):([0-9]{1,5})"
)


def check_address(name: str, value: object) -> None:
    """Raise unless `value` is spelt as the address of a Dask scheduler.

    Dask itself says of a wrong one that a port is missing, a minute later and with a traceback.

    Parameters
    ----------
    name : str
        The argument's name.
    value : object
        What was given.

    Raises
    ------
    InputError
        Naming the argument, the value and what an address looks like.
    """
    match = _ADDRESS.fullmatch(value) if isinstance(value, str) else None
    if match is None or int(match[1] or 0) > _LAST_PORT:
        rule = "is no address of a scheduler, such as tcp://127.0.0.1:8786; `dask scheduler` "
        rule += "prints its own"
        raise InputError([Problem(rule, column=name, value=value)], f"illegal value for {name}")


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
    # A list or a table is no option, and cannot even be looked up among them.
    if isinstance(value, str) and value in options:
        return
    raise InputError(
        [
            Problem(
                rule=f"is not one of {listed([repr(option) for option in options])}",
                column=name,
                value=value,
                nearest=nearest(value, options),
            )
        ],
        f"illegal value for {name}",
    )
