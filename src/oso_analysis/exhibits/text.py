"""Prose with numbers put in from data, and lists of references."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd

from oso_analysis.errors import InputError, Problem, nearest, require_kind
from oso_analysis.exhibits.csl import csl_items
from oso_analysis.exhibits.plain import is_missing, json_value
from oso_analysis.exhibits.printed import number
from oso_analysis.rounding import percent, rounded
from oso_analysis.tables.withheld import WITHHELD_WORD

__all__ = [
    "PROSE_MIME",
    "REFERENCES_MIME",
    "Prose",
    "References",
    "paragraph",
    "prose",
    "references",
    "say",
]

PROSE_MIME = "application/vnd.oso-analysis.prose+json"
REFERENCES_MIME = "application/vnd.oso-analysis.references+json"

#: Characters that Markdown would read as markup when they come from data.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&])")


@dataclass(frozen=True)
class Prose:
    """A paragraph whose numbers were put in from data.

    Attributes
    ----------
    markdown : str
    values : mapping
        What was put in, by name, unrounded, so that a test can trace each number to an exhibit.
    """

    markdown: str
    values: Mapping[str, Any]

    def __repr__(self) -> str:
        """Return the text."""
        return self.markdown

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        record = {"kind": "prose", "markdown": self.markdown, "values": dict(self.values)}
        return {
            "text/plain": self.markdown,
            "text/markdown": self.markdown,
            PROSE_MIME: record,
        }


@dataclass(frozen=True)
class References:
    """A list of works that the report formats in APA.

    Attributes
    ----------
    items : tuple of mapping
        CSL-JSON, one item for each work.
    """

    items: tuple[Mapping[str, Any], ...]

    def __repr__(self) -> str:
        """Return how many works there are."""
        count = len(self.items)
        return f"References: {count:,} work{'' if count == 1 else 's'}, formatted in the report"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        items = [dict(item) for item in self.items]
        return {
            "text/plain": repr(self),
            "text/html": f"<p>{escape(repr(self))}.</p>",
            REFERENCES_MIME: {"kind": "references", "items": items},
        }


#: A format that words a count: told only above nought (+), with its noun (|), or the word that
#: agrees with it (?).
_WORDED = re.compile(r"(?P<above>\+)?(?:(?P<kind>[|?])(?P<one>[^|]*)\|(?P<many>[^|]*))?")
#: A format that puts each item of a list in quotation marks of its own.
_QUOTED = "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}"
#: A format for a share of a hundred, with its sign and as many decimal places.
_PERCENT = re.compile(r"percent(?:\.(\d))?")
#: A format of nothing but decimal places, with or without thousands separators.
_PLACES = re.compile(r"(,?)\.(\d)f")
#: What is said in words for a number; the mark tells where a sentence may begin with them.
_MARK = "\N{NULL}"
_WITHHELD_NUMBER = f"{_MARK}a withheld number of"
_MISSING_NUMBER = f"{_MARK}an unstated number of"
#: A number in words that begins a text, a paragraph, a list item or a sentence, behind markup.
_BEGINS = re.compile(
    r"((?:^|\n[ \t]*\n|\n[ \t]*(?=[-#>*+]+[ ])|[.!?][*_)\]”\"']* )"
    r"[ \t]*(?:[-#>*+]+ )?[*_(\[“\"']*)\N{NULL}(\w)"
)


class _ProseFormatter(string.Formatter):
    """`str.format` with thousands separators, escaped text, and lists joined as English."""

    def __init__(self, escape: Callable[[str], str]) -> None:
        self._escape = escape

    def format_field(self, value: Any, format_spec: str) -> str:
        worded = _WORDED.fullmatch(format_spec) if format_spec else None
        if worded is not None:
            return self._worded(value, worded)
        if is_missing(value):
            return "not stated"
        if format_spec == _QUOTED:
            items = value if isinstance(value, list | tuple) else [value]
            return _joined(
                [_QUOTED[0] + self.format_field(item, "") + _QUOTED[1] for item in items]
            )
        if share := _PERCENT.fullmatch(format_spec):
            return f"{_in_words(percent(value, int(share[1] or 0)))}\N{NO-BREAK SPACE}%"
        if places := _PLACES.fullmatch(format_spec):
            # Not Python's own, which sends 6.5 to 6 where the table and the figure say 7.
            text = rounded(value, int(places[2]))
            # A year that comes as 2019.0 is written {year:.0f}.
            return text if places[1] else text.replace(",", "")
        if format_spec:
            return str(super().format_field(value, format_spec))
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, Integral):
            return number(int(value))
        if isinstance(value, Real):
            return number(float(value))
        if isinstance(value, list | tuple):
            return _joined([self.format_field(item, "") for item in value])
        return self._escape(str(value))

    def _worded(self, value: Any, worded: re.Match[str]) -> str:
        kind, one, many = worded["kind"], worded["one"], worded["many"]
        if kind is None:
            return self.format_field(value, "")
        size = len(value) if isinstance(value, list | tuple) else value
        is_missing_size = is_missing(size)
        alone = not isinstance(size, str) and not is_missing_size and size in (1, -1)
        word = one if alone else many
        if kind == "?":
            return word
        if isinstance(value, str) and value == WITHHELD_WORD:
            return f"{_WITHHELD_NUMBER} {word.removeprefix('of ')}"
        if is_missing_size:
            return f"{_MISSING_NUMBER} {word.removeprefix('of ')}"
        if isinstance(value, list | tuple) and not value:
            return f"{_MARK}{'none' if word.startswith('of ') else 'no'} {word}"
        return f"{self.format_field(value, '')} {word}"


def prose(template: str, /, *shorter: str, **values: Any) -> Prose:
    """Return a paragraph of Markdown with numbers put in from data.

    Parameters
    ----------
    template : str
        Markdown with ``{name}`` where a value goes. A whole number gets thousands separators
        (write ``{year:d}`` for a year), other numbers sensible digits (or give a format,
        ``{share:.1f}``; ``{share:percent}`` is "7 %", or "less than 1 %", and
        ``{share:percent.1}`` "6.5 %"), a list is joined as "a, b and c", a missing value reads
        "not stated". Halves go away from zero.
        Text from data is escaped, so that it cannot act as markup. Nouns and verbs follow a count
        or the length of a list: ``{n:|work|works}`` is "1 work" or "2 works", ``{n:?is|are}`` only
        the word; a difference of -1 counts as one. A count that is withheld reads "a withheld
        number of works", one that is missing "an unstated number of works", an empty list "no
        works" (and ``{n:|of them|of them}`` "none of them"); these begin a sentence with a capital.
        ``{names:“”}`` puts each name of a list in quotation marks of its own.
    *shorter : str
        What to say where there is less to say. The first text is told of which no value is missing
        and none marked ``{n:+}`` (or ``{n:+|work|works}``) is nought; if there is none, the last.
        An empty text says nothing; ``{n:+?|}`` asks for more than nought without saying it.
    **values
        One for each name; each has its place in at least one text.

    Returns
    -------
    Prose

    Raises
    ------
    InputError
        All problems at once: names without a value, values without a place, a template or format
        that cannot be read.

    Examples
    --------
    >>> from oso_analysis import exhibits
    >>> said = "{n:+|work|works} {n:?speaks|speak} to policing.", "No work speaks to policing."
    >>> exhibits.prose(*said, n=1), exhibits.prose(*said, n=0)
    (1 work speaks to policing., No work speaks to policing.)
    """
    values = _plain(values)
    text, told = _tell(_ProseFormatter(_escape), (template, *shorter), values)
    return Prose(text, {name: json_value(values[name]) for name in values if name in told})


def paragraph(*parts: Prose) -> Prose:
    """Return one paragraph of several stretches of prose.

    Parameters
    ----------
    *parts : Prose
        In order; one that says nothing leaves no trace.

    Returns
    -------
    Prose
    """
    for part in parts:
        require_kind("parts", part, Prose, "must be prose, as exhibits.prose() gives it")
    text = " ".join(part.markdown for part in parts if part.markdown)
    return Prose(text, {name: value for part in parts for name, value in part.values.items()})


def say(template: str, /, *shorter: str, **values: Any) -> str:
    """Return plain text worded as `prose` words it, for alternative texts and captions.

    Parameters
    ----------
    template : str
    *shorter : str
    **values
        As for `prose`; text from data is put in as it is.

    Returns
    -------
    str

    Raises
    ------
    InputError
        As for `prose`.
    """
    return _tell(_ProseFormatter(str), (template, *shorter), _plain(values))[0]


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values with NumPy's and pandas' own as the lists, numbers and truths they hold."""
    return {
        # A NumPy date would come as the nanoseconds it is kept in.
        name: value.tolist()
        if hasattr(value, "tolist") and not isinstance(value, np.datetime64 | np.timedelta64)
        else value
        for name, value in values.items()
    }


def _in_words(share: str) -> str:
    return share.replace("<", "less than ").replace(">", "more than ")


def _joined(items: list[str]) -> str:
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def _escape(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)


def _tell(
    formatter: _ProseFormatter, texts: tuple[str, ...], values: Mapping[str, Any]
) -> tuple[str, set[str]]:
    """Fill in the first text that can be told; return it with the names that stand in it."""
    try:
        placed = [
            [
                (re.split(r"[.\[]", name, maxsplit=1)[0], spec or "")
                for _, name, spec, _ in formatter.parse(text)
                if name is not None
            ]
            for text in texts
        ]
    except ValueError as error:
        raise InputError([Problem(f"cannot be read: {error}", column="template")]) from None
    names = {name for text in placed for name, _ in text}
    problems = [
        Problem("has no value", column=name or "{}", nearest=nearest(name, values))
        for name in sorted(names - set(values))
    ]
    problems += [
        Problem(
            "is given but the text has no place for it", column=name, nearest=nearest(name, names)
        )
        for name in sorted(set(values) - names)
    ]
    if problems:
        raise InputError(problems, "prose")
    told = next(
        (at for at, text in enumerate(placed) if all(_said(values[n], spec) for n, spec in text)),
        len(texts) - 1,
    )
    try:
        filled = formatter.vformat(texts[told], (), values)
    except (ValueError, TypeError, AttributeError, LookupError) as error:
        raise InputError([Problem(f"cannot be filled in: {error}", column="template")]) from None
    text = _BEGINS.sub(lambda found: found[1] + found[2].upper(), filled)
    return text.replace(_MARK, ""), {name for name, _ in placed[told]}


def _said(value: Any, spec: str) -> bool:
    """Tell whether a text can be told with this value in it."""
    if is_missing(value) or (isinstance(value, list | tuple | str) and not value):
        return False
    return not (spec.startswith("+") and _WORDED.fullmatch(spec) and value == 0)


def references(works: pd.DataFrame) -> References:
    """Return the works as a reference list, ordered by `work_id`; the report formats it in APA.

    Parameters
    ----------
    works : pandas.DataFrame
        `work_id` and any of the bibliographic columns of `works`.

    Raises
    ------
    InputError
        `work_id` is missing.
    """
    return References(tuple(csl_items(works)))
