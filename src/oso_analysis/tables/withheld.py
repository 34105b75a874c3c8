"""Figures that disclosure control withholds, as they stand in tables: marked, never blank."""

from __future__ import annotations

import pandas as pd

from oso_analysis.codebook import WITHHELD

__all__ = ["WITHHELD_WORD", "numbers"]

#: What stands for a withheld count in prose.
WITHHELD_WORD = "(withheld)"


def numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table for print with numbers only: what is withheld is missing.

    Parameters
    ----------
    frame : pandas.DataFrame
        Some cells may hold the mark `codebook.WITHHELD`.

    Returns
    -------
    pandas.DataFrame
        Columns with a mark as floats (or text, where they hold text) with missing values; the very
        frame where there is no mark.
    """
    marked = [
        column
        for column in frame.columns
        if frame[column].dtype == object and frame[column].eq(WITHHELD).any()
    ]
    if not marked:
        return frame
    result = frame.copy()
    for column in marked:
        kept = frame[column].mask(frame[column].eq(WITHHELD))
        texts = kept.dropna().map(lambda value: isinstance(value, str)).any()
        result[column] = kept.astype("str") if texts else kept.astype("float64")
    return result
