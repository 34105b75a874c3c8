"""What pandas does slowly with this package's frames, and where their rows stand in their files."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

__all__ = ["FILE_ROW", "among", "distinct", "file_rows"]

#: Name of the index of a frame that was read from a file: each row's number there.
FILE_ROW = "file_row"


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


def file_rows(frame: pd.DataFrame) -> list[int]:
    """Return each row's number in the file it was read from, where the header is row 1.

    A reader that skips blank rows keeps the others' numbers in an index called ``file_row``; of any
    other frame nothing is known but the order of its rows.
    """
    if frame.index.name == FILE_ROW:
        return [int(row) for row in frame.index]
    return list(range(2, len(frame) + 2))
