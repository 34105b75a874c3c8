"""What can be chosen: what is counted, by what, across what, and for which part of the review."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from oso_analysis.codebook import NOT_STATED
from oso_analysis.errors import InputError, Problem, listed, nearest, nearest_code
from oso_analysis.explorer.narrow import read_years
from oso_analysis.labels import facet_labels
from oso_analysis.review import Review
from oso_analysis.scope import Scope

__all__ = ["UNITS", "Choices", "facet_names", "legal", "make_choices", "not_names"]

#: What can be counted, and its name in the control.
UNITS = {
    "works": "Works of the literature",
    "submissions": "Submissions to consultations",
    "segments": "Coded segments of submissions",
}
#: Choices of one name each; the others are lists, or years.
_ONE_NAME = ("counting", "by", "across", "show")
SHOWN = {"figure": "Figure", "table": "Table"}
#: What works can be counted by that is no facet of the codebook.
_COLUMNS = {"year": "Year", "type": "Type of publication", "language": "Language"}
#: Facets in the words of a heading; a codebook's other facets print as their name.
_NAMES = {
    **_COLUMNS,
    "country": "Country",
    "design": "Design",
    "population": "Population studied",
    "sector": "Sector",
    "practice_decision": "Practice decision",
    "outcome": "Outcome",
    "kind": "Kind",
    "respondent_sector": "Respondent's sector",
    "held_by": "Held by",
}


@dataclass(frozen=True)
class Choices:
    """One exhibit's settings.

    Attributes
    ----------
    counting : {"works", "submissions", "segments"}
    by : str
        What they are counted by.
    across : str, optional
        A second facet, for a cross-tabulation.
    show : {"figure", "table"}
    years : tuple of int, optional
        First and last year; None keeps every year, stated or not.
    countries, themes, sectors : tuple of str
        Codes; none keeps all. The sectors of works are those they concern, the sectors of
        submissions and segments those of the respondents.
    """

    counting: str = "works"
    by: str = "theme"
    across: str | None = None
    show: str = "figure"
    years: tuple[int, int] | None = None
    countries: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()


def facet_names(review: Review) -> dict[str, str]:
    """Return what can be counted by with its printed name, in the review's own words."""
    book = {facet: facet.replace("_", " ").capitalize() for facet in review.codebook.facets}
    return facet_labels(review.package, {**book, **_NAMES})


def legal(
    review: Review, scope: Scope, counting: str, by: str | None = None
) -> dict[str, dict[str, str]]:
    """Return what each choice may be, with its printed name, given what is counted.

    Parameters
    ----------
    review : Review
    scope : Scope
    counting : {"works", "submissions", "segments"}
    by : str, optional
        Needed for what can be chosen as `across`.

    Returns
    -------
    dict
        By choice: code to name.
    """
    book, codes = review.codebook, scope.work_codes
    coded = [facet for facet in book.facets if facet in set(codes["facet"])]
    names = facet_names(review)
    facets = {facet: names[facet] for facet in coded}
    across: dict[str, str] = {}
    if counting == "works":
        rows = facets | {name: names[name] for name in ("country", *_COLUMNS)}
        if by in facets:
            across = {facet: name for facet, name in facets.items() if facet != by}
        places = codes.loc[codes["facet"] == "country", "code"]
        sectors = book["sector"].labels
    else:
        rows = {"respondent_sector": names["respondent_sector"]}
        if counting == "submissions":
            rows |= {name: names[name] for name in ("country", "year", "held_by")}
        else:
            rows = {"theme": names["theme"], **rows, "outcome": names["outcome"]}
            if by == "theme":
                across = {"respondent_sector": names["respondent_sector"]}
        places = scope.submissions["country"]
        sectors = book["respondent_sector"].labels
    known = {str(code): review.places.get(str(code), str(code)) for code in places.dropna()}
    return {
        "by": rows,
        "across": across,
        "countries": dict(sorted(known.items(), key=lambda item: (item[1].casefold(), item[0]))),
        "themes": {code: item.label for code, item in book["theme"].items()},
        "sectors": {code: label for code, label in sectors.items() if code != NOT_STATED},
    }


def not_names(values: Mapping[str, Any]) -> list[Problem]:
    """Return a problem for each choice of one name that is no text, a list of names say."""
    return [
        Problem("must be one name, such as 'theme', and no list", column=name, value=repr(value))
        for name, value in values.items()
        if name in _ONE_NAME
        and not isinstance(value, str)
        and not (name == "across" and value is None)
    ]


def make_choices(review: Review, scope: Scope, values: Mapping[str, Any]) -> Choices:
    """Return checked choices.

    Raises
    ------
    InputError
        All problems at once, each with the nearest legal value.
    """
    names = [item.name for item in fields(Choices)]
    problems = [
        Problem("is not a choice", column=name, nearest=nearest(name, names))
        for name in values
        if name not in names
    ]
    given = {name: value for name, value in values.items() if name in names}
    for problem in not_names(given):
        problems.append(problem)
        del given[str(problem.column)]
    for name in ("countries", "themes", "sectors"):
        codes = given.get(name, ())
        if isinstance(codes, str) or not isinstance(codes, Iterable):
            codes = (codes,)
        given[name] = tuple(codes)
        if not all(isinstance(code, str) for code in given[name]):
            rule = "must be codes, such as ['…']; an empty list keeps all"
            problems.append(Problem(rule, column=name, value=codes))
            given[name] = ()
    if given.get("years") is not None:
        given["years"] = read_years(given["years"], problems)
    choices = Choices(**given)
    checks: list[tuple[str, Any, Mapping[str, str]]] = [
        ("counting", choices.counting, UNITS),
        ("show", choices.show, SHOWN),
    ]
    if choices.counting in UNITS:
        options = legal(review, scope, choices.counting, choices.by)
        checks.append(("by", choices.by, options["by"]))
        if choices.across is not None:
            checks.append(("across", choices.across, options["across"]))
        for name in ("countries", "themes", "sectors"):
            checks += [(name, code, options[name]) for code in getattr(choices, name)]
    problems += [
        Problem(
            f"cannot be chosen here; there are {listed(options) or 'none'}",
            column=name,
            value=value,
            nearest=nearest_code(value, options),
        )
        for name, value, options in checks
        if value not in options
    ]
    if problems:
        raise InputError(problems, "these choices cannot be used")
    return choices
