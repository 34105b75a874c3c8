"""What pandas does slowly with the text columns of this package's frames."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

__all__ = ["among", "distinct"]


def among(values: pd.Series, known: pd.Series | pd.Index | Collection[object]) -> pd.Series:
    """Return whether each value is one of the known ones, as `Series.isin`.

    For a text column `Series.isin` converts the known values one by one, which takes several
    times as long as looking them up, where there are hundreds of them.
    """
    if isinstance(known, pd.Series | pd.Index):
        known = known.astype(object)
    return values.astype(object).isin(known)


def distinct(values: pd.Series) -> set[str]:
    """Return the distinct values as text, without missing ones."""
    return {str(value) for value in values.dropna().unique().tolist()}
