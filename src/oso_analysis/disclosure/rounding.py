"""Rounding as the alternative to withholding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from oso_analysis.disclosure.cells import CountTable

__all__ = ["round_counts", "round_table"]


def round_counts(counts: pd.Series, base: int) -> pd.Series:
    """Round counts to the nearest multiple of `base`, halves away from nought.

    The result depends on the count alone, so the same cell is rounded alike in every table, and
    repeated publication cannot average the rounding away.

    Parameters
    ----------
    counts : pandas.Series
        Whole numbers of 0 or more.
    base : int

    Returns
    -------
    pandas.Series
        ``Int64``.
    """
    whole = pd.to_numeric(counts).astype("Int64")
    return (2 * whole + base) // (2 * base) * base


def round_table(table: CountTable, base: int) -> pd.DataFrame:
    """Return a table with counts and bases rounded and percentages computed from these.

    A percentage whose base column is not in the table cannot be recomputed and becomes missing, as
    does one of a base that rounds to nought and every interval limit (they would show the count).
    """
    frame = table.frame.drop(columns=[table.contributors] if table.contributors else [])
    for column in [table.count, *table.bases]:
        frame[column] = round_counts(frame[column], base)
    base_of = {tuple(kept): column for column, kept in table.bases.items()}
    exact = 100 * pd.to_numeric(table.frame[table.count])
    for column, kept in table.percentages.items():
        base_column = base_of.get(tuple(kept))
        if base_column is None:
            frame[column] = pd.Series(pd.NA, index=frame.index, dtype="Float64")
            continue
        below = pd.to_numeric(table.frame[base_column])
        given = pd.to_numeric(table.frame[column])
        # Interval limits are declared with the percentages but are not the share itself.
        share = ((exact / below - given).abs() < 0.51).where(below > 0, True).all()
        rounded = frame[base_column].astype("Float64")
        value = 100 * frame[table.count].astype("Float64") / rounded.where(rounded > 0)
        frame[column] = value if share else pd.NA
    return frame
