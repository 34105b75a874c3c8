"""The values that a project's own data and codebook allow a parameter."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from oso_analysis.errors import Problem, nearest

__all__ = ["RANGE", "bad_bracket", "country_codes", "facet_codes", "legal_options"]

#: A range in brackets.
RANGE = re.compile(r"(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?)")
_NUMBER = re.compile(r"(?:(?<!\d)-)?\d+(?:\.\d+)?")

#: Data columns whose values are countries and the like.
_COUNTRY_COLUMNS = frozenset({"country", "geography"})


@cache
def facet_codes(root: Path) -> dict[str, dict[str, str]]:
    """Return the codebook's facets, each with its codes and their printed names."""
    from oso_analysis.codebook import read_codebook

    facets = read_codebook(root / "data/codebook.yaml").facets
    return {name: facet.names for name, facet in facets.items()}


@cache
def country_codes(root: Path) -> dict[str, str]:
    """Return every value of the data's country columns, sorted, with its name where one is given.

    A table of places has a column `label` beside the codes; a code that no such table has is its
    own name. A file that is no table in UTF-8 has no say: an export may well be none, and whoever
    reads a table says what is wrong with it.
    """
    found: dict[str, str] = {}
    for path in sorted((root / "data").rglob("*.csv")):
        try:
            text = path.read_text(encoding="utf-8-sig")
            rows = list(csv.DictReader(io.StringIO(text, newline="")))
        except (OSError, UnicodeDecodeError, csv.Error):
            continue
        for row in rows if rows and not _COUNTRY_COLUMNS.isdisjoint(rows[0]) else ():
            for value in filter(None, map(row.get, _COUNTRY_COLUMNS)):
                found[value] = row.get("label") or found.get(value, value)
    return dict(sorted(found.items()))


def bad_bracket(root: Path, legal: str, scalar: str) -> Problem | None:
    """Return what is wrong with a parameter's brackets, None where they say what is legal.

    Parameters
    ----------
    root : Path
        The project.
    legal : str
        What stands in the brackets.
    scalar : {"int", "float", "bool", "str"}
        Type of the parameter, or of its items.

    Raises
    ------
    InputError
        If that takes a codebook which cannot be read.
    """
    span = RANGE.fullmatch(legal)
    if span:
        if scalar not in {"int", "float"}:
            return Problem("is a range, which only numbers can have")
        if float(span[1]) > float(span[2]):
            return Problem("ends before it begins", nearest=f"[{span[2]}..{span[1]}]")
        return None
    if "|" in legal:
        options = [option.strip() for option in legal.split("|")]
        if "" in options or len({*options}) < len(options):
            return Problem("must be different options with | between them")
        if scalar in {"int", "float"} and not all(map(_NUMBER.fullmatch, options)):
            return Problem("must be options that are numbers, as the parameter is")
        return None
    known = {*facet_codes(root), "country"}
    if legal in known and scalar == "str":
        return None
    if legal in known:
        return Problem("holds codes, which are texts, but the parameter is none")
    numbers = _NUMBER.findall(legal) if scalar in {"int", "float"} else []
    meant = "..".join(sorted(numbers, key=float)) if len(numbers) == 2 else nearest(legal, known)
    rule = "is not a range, options, country or a facet of the codebook"
    return Problem(rule, nearest=meant and f"[{meant}]")


def legal_options(root: Path, legal: str) -> Mapping[str, str]:
    """Return the values that brackets other than a range allow, with their printed names."""
    if "|" in legal:
        options = [option.strip() for option in legal.split("|")]
        return dict(zip(options, options, strict=True))
    if legal == "country":
        return country_codes(root)
    return facet_codes(root)[legal]
