"""What editions of the same data do about small counts of answers, and whether they go together.

A count that one edition withholds is told by another that withholds nothing, and can be worked out
from two that each withhold what is small in their own part of the data. The first is refused unless
the edition says in its own words that its counts may be told; of the second a note is made.

Nothing here imports pandas; see `editions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from oso_analysis.editions import EDITIONS_FILE, THRESHOLD, Edition
from oso_analysis.errors import InputError, Problem
from oso_analysis.parameters import Declared

__all__ = ["disclosure_words", "find_subtractable", "find_unprotected", "require_alike"]

#: How an edition says in its own words that small counts are printed, and why.
_OFF = re.compile(r"off\b(?!-)(?:\s*[:,;\u2013\u2014]\s*(?P<why>.+))?", re.IGNORECASE)
#: Parameters that say which answers an edition counts; `scope.SCOPE` needs pandas.
_SCOPE = ("year_to", "countries", "themes")


def disclosure_words(edition: Edition, parameters: Mapping[str, Any]) -> str:
    """Say how small counts are treated: what the threshold means, then the edition's own words.

    Parameters
    ----------
    edition : Edition
    parameters : mapping
        Every parameter's value in it.

    Returns
    -------
    str
        That answers may be told is said only where the edition says so itself: "Off: why" becomes
        "No disclosure control was applied: why". Words that begin with "Off" are left out where
        there is a threshold, for many editions were copied from one that has none.
    """
    from oso_analysis.disclosure.policy import DisclosurePolicy, describe

    if THRESHOLD not in parameters:
        return edition.disclosure
    policy = DisclosurePolicy(threshold=parameters[THRESHOLD])
    own = edition.disclosure
    off = _OFF.match(own)
    if off and policy.on:
        return describe(policy)
    if off and off["why"]:
        return f"{describe(policy).removesuffix('.')}: {off['why']}"
    return describe(policy) if own.lower() in {"", "off", "off."} else f"{describe(policy)} {own}"


def require_alike(
    known: Iterable[Edition], declared: Declared, made: Iterable[Edition] = ()
) -> None:
    """Refuse editions of which some withhold small counts and others print them without a word.

    Parameters
    ----------
    known, declared, made
        As for `find_unprotected`.

    Raises
    ------
    InputError
        What `find_unprotected` returns, if anything.
    """
    problems = find_unprotected(known, declared, made)
    if problems:
        raise InputError(problems)


def find_unprotected(
    known: Iterable[Edition], declared: Declared, made: Iterable[Edition] = ()
) -> list[Problem]:
    """Find the editions without a threshold where another one has a threshold.

    Parameters
    ----------
    known : iterable of Edition
        Those of `editions.yaml`.
    declared : mapping
        What the notebooks declare: an edition that gives no threshold has their default.
    made : iterable of Edition, optional
        Those that a run was asked for, perhaps with changed parameters.

    Returns
    -------
    list of Problem
        One for each edition that has no threshold and does not say "Off" in its own words.
    """
    editions = _each_once(known, made)
    by = [one for one in editions if _threshold(one, declared) is not None]
    if not by:
        return []
    size = _threshold(by[0], declared)
    return [
        _unprotected(one, by[0].name, size)
        for one in editions
        if _threshold(one, declared) is None and not _OFF.match(one.disclosure)
    ]


def _unprotected(edition: Edition, other: str, size: object) -> Problem:
    fault = f"has no {THRESHOLD}, and would publish counts of answers that {other!r} withholds"
    off = '`disclosure: "Off: why they may"`'
    if edition.base:
        rule = (
            f"{fault}; give it one, as {size}, or write an edition of its own into "
            f"{EDITIONS_FILE}, beside its title, if all its counts may be told: {off}"
        )
        return Problem(rule, file="-p or --grid", value=edition.name)
    rule = (
        f"{fault}; write `{THRESHOLD}: {size}` among its parameters or, if all its counts may be "
        f"told, beside its title {off}"
    )
    return Problem(rule, file=EDITIONS_FILE, column=f"editions.{edition.name}")


def find_subtractable(
    known: Iterable[Edition], declared: Declared, made: Iterable[Edition] = ()
) -> list[Problem]:
    """Find editions that withhold counts each by itself, but not one beside the other.

    Parameters
    ----------
    known, declared, made
        As for `find_unprotected`.

    Returns
    -------
    list of Problem
        A single note that names all editions with a threshold, if they count different answers or
        have different thresholds; else none.

    Notes
    -----
    Two editions with the same answers and the same threshold withhold the very same counts.
    """
    groups: dict[str, list[str]] = {}
    for one in _each_once(known, made):
        if _threshold(one, declared) is not None:
            values = [_value(one, name, declared) for name in (THRESHOLD, *_SCOPE)]
            chosen = [sorted(map(str, v)) if isinstance(v, list) else v for v in values]
            groups.setdefault(repr(chosen), []).append(one.name)
    if len(groups) < 2:
        return []
    names = [name for group in groups.values() for name in group]
    rule = (
        f"the editions {', '.join(map(repr, names))} each withhold small counts by themselves "
        "alone: they count different parts of the same answers, or have different thresholds, so "
        "that whoever holds two of them can subtract one from the other. Publish one of them, or "
        "only those that tell nothing together"
    )
    return [Problem(rule, file=EDITIONS_FILE)]


def _each_once(known: Iterable[Edition], made: Iterable[Edition]) -> list[Edition]:
    return list({one.name: one for one in (*known, *made)}.values())


def _threshold(edition: Edition, declared: Declared) -> Any:
    return _value(edition, THRESHOLD, declared)


def _value(edition: Edition, name: str, declared: Declared) -> Any:
    if name in edition.parameters:
        return edition.parameters[name]
    return next((own[name].default for own in declared.values() if name in own), None)
