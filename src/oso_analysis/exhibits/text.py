"""Prose with numbers put in from data, and lists of references."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from numbers import Integral, Real
from typing import Any

import pandas as pd

from oso_analysis.errors import InputError, Problem, nearest
from oso_analysis.exhibits.csl import csl_items
from oso_analysis.exhibits.plain import is_missing, json_value
from oso_analysis.exhibits.printed import number

__all__ = ["PROSE_MIME", "REFERENCES_MIME", "Prose", "References", "prose", "references"]

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


class _ProseFormatter(string.Formatter):
    """`str.format` with thousands separators, escaped text, and lists joined as English."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if is_missing(value):
            return "not stated"
        if format_spec:
            return str(super().format_field(value, format_spec))
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, Integral):
            return number(int(value))
        if isinstance(value, Real):
            return number(float(value))
        if isinstance(value, list | tuple):
            items = [self.format_field(item, "") for item in value]
            return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)
        return _MARKUP.sub(r"\\\1", str(value))


def prose(template: str, /, **values: Any) -> Prose:
    """Return a paragraph of Markdown with numbers put in from data.

    Parameters
    ----------
    template : str
        Markdown with ``{name}`` where a value goes. A whole number gets thousands separators
        (write ``{year:d}`` for a year), other numbers sensible digits (or give a format,
        ``{share:.1f}``), a list is joined as "a, b and c", a missing value reads "not stated".
        Text from data is escaped, so that it cannot act as markup.
    **values
        One for each name.

    Returns
    -------
    Prose

    Raises
    ------
    InputError
        All problems at once: names without a value, values without a place, a template or format
        that cannot be read.
    """
    formatter = _ProseFormatter()
    try:
        named = [name for _, name, _, _ in formatter.parse(template) if name is not None]
    except ValueError as error:
        raise InputError([Problem(f"cannot be read: {error}", column="template")]) from None
    roots = {re.split(r"[.\[]", name, maxsplit=1)[0] for name in named}
    problems = [
        Problem("has no value", column=name or "{}", nearest=nearest(name, values))
        for name in sorted(roots - set(values))
    ]
    problems += [
        Problem(
            "is given but the text has no place for it", column=name, nearest=nearest(name, roots)
        )
        for name in sorted(set(values) - roots)
    ]
    if problems:
        raise InputError(problems, "prose")
    try:
        text = formatter.vformat(template, (), values)
    except (ValueError, TypeError, AttributeError, LookupError) as error:
        raise InputError([Problem(f"cannot be filled in: {error}", column="template")]) from None
    return Prose(text, {name: json_value(value) for name, value in values.items()})


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
