"""The table of what records are compared by: columns of plain arrays, cheap to pick rows from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["Features"]

Array = np.ndarray[Any, Any]


class Features:
    """What is read from some records, one array a feature, in the order of the records.

    Two records are compared by some thirty features and hundreds of looks at them: a data frame
    takes longer to find a column than to compare it.

    Parameters
    ----------
    columns : mapping
        Feature to array; all of one length. Text is objects, "" where missing.
    """

    __slots__ = ("_columns",)

    def __init__(self, columns: Mapping[str, Array]) -> None:
        self._columns = dict(columns)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> Features:
        """Return the columns of a data frame as features."""
        texts = {name: isinstance(frame[name].dtype, pd.StringDtype) for name in frame.columns}
        return cls(
            {name: frame[name].to_numpy(object if text else None) for name, text in texts.items()}
        )

    def to_frame(self) -> pd.DataFrame:
        """Return a data frame with the features as columns, text as `str`."""
        return pd.DataFrame(
            {
                name: pd.Series(column, dtype="str") if column.dtype == object else column
                for name, column in self._columns.items()
            }
        )

    def __getitem__(self, name: str) -> Array:
        """Return a feature of all records."""
        return self._columns[name]

    def __len__(self) -> int:
        """Return how many records there are."""
        return len(next(iter(self._columns.values())))

    def take(self, rows: Array) -> Features:
        """Return the features of some records, by position or as a mask."""
        return Features({name: column[rows] for name, column in self._columns.items()})

    def only(self, names: tuple[str, ...]) -> Features:
        """Return some of the features of all records."""
        return Features({name: self._columns[name] for name in names})

    def row(self, position: int) -> dict[str, Any]:
        """Return the features of one record."""
        return {name: column[position] for name, column in self._columns.items()}
