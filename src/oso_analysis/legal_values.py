"""The values that a project's own data and codebook allow a parameter."""

from __future__ import annotations

import csv
import io
from functools import cache
from pathlib import Path

__all__ = ["country_codes", "facet_codes"]

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
