"""Small parts every table of coded things is made of: "not stated", codebook order, labels."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from oso_analysis.codebook import NOT_STATED, Codebook, require_codebook
from oso_analysis.errors import InputError, Problem, nearest

__all__ = ["add_labels", "code_order", "state_missing"]


def state_missing(values: pd.Series) -> pd.Series:
    """Return codes as text with every missing value as ``not_stated``."""
    if pd.api.types.is_numeric_dtype(values):
        values = values.astype("Int64")
    return values.astype("object").map(str, na_action="ignore").astype("str").fillna(NOT_STATED)


def code_order(column: str, values: pd.Series, codebook: Codebook) -> list[str]:
    """Return the codes a table lists for one column, in the order it lists them.

    A facet of the codebook gives all its codes in its order, used or not; any other column its
    values, sorted. ``not_stated`` comes last, where it occurs.

    Raises
    ------
    InputError
        If a value is not a code of the facet.
    """
    require_codebook(codebook)
    found = set(values.unique().tolist())
    if column in codebook:
        codes = list(codebook[column])
        problems = [
            Problem("is not in the codebook", column=column, value=one, nearest=nearest(one, codes))
            for one in sorted(found - {*codes, NOT_STATED})
        ]
        if problems:
            raise InputError(problems)
    else:
        codes = sorted(found - {NOT_STATED})
    tail = [NOT_STATED] if NOT_STATED in found and NOT_STATED not in codes else []
    return codes + tail


def add_labels(table: pd.DataFrame, columns: Sequence[str], codebook: Codebook) -> pd.DataFrame:
    """Add `<facet>_label` behind each column that is a facet of the codebook."""
    result = table.copy()
    for column in columns:
        if column in codebook:
            labels = codebook[column].labels
            at = list(result.columns).index(column) + 1
            result.insert(at, f"{column}_label", result[column].map(labels).astype("str"))
    return result
