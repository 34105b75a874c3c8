"""Values from a DataFrame as plain Python that JSON can hold, and tables as aligned text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import Any

import pandas as pd

from oso_analysis.codebook import WITHHELD
from oso_analysis.exhibits.printed import PrintedTable, more_rows
from oso_analysis.frames import FILE_ROW

__all__ = ["aligned", "is_missing", "json_value", "plain_data"]


def plain_data(
    frame: pd.DataFrame,
) -> tuple[list[str], tuple[tuple[Any, ...], ...], list[dict[str, str]]]:
    """Return names, rows of plain Python values, and the type of each column."""
    frame = _with_index(frame)
    labels: list[Any] = list(frame.columns)
    names = [
        " ".join(str(part) for part in name if str(part)) if isinstance(name, tuple) else str(name)
        for name in labels
    ]
    series = [frame.iloc[:, index] for index in range(frame.shape[1])]
    kinds = [_type(column) for column in series]
    values = [
        [_plain_value(value, kind) for value in column]
        for column, kind in zip(series, kinds, strict=True)
    ]
    rows = tuple(zip(*values, strict=True)) if values else ()
    schema = [{"name": name, "type": kind} for name, kind in zip(names, kinds, strict=True)]
    return names, rows, schema


def _with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with what its index says as columns, unless a column says it already."""
    if frame.index.name == FILE_ROW:
        return frame.reset_index(drop=True)
    labels: list[Any] = list(frame.columns)
    names: list[Any] = list(frame.index.names)
    told = [
        name
        for name in names
        if labels.count(name) == 1
        and frame.index.get_level_values(name).equals(pd.Index(frame[name]))
    ]
    if told:
        frame = frame.reset_index(told, drop=True)
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index(allow_duplicates=True)
    return frame


def _type(column: pd.Series[Any]) -> str:
    if pd.api.types.is_bool_dtype(column.dtype):
        return "boolean"
    if pd.api.types.is_integer_dtype(column.dtype):
        return "integer"
    if pd.api.types.is_numeric_dtype(column.dtype):
        return "number"
    # A withheld figure is marked, and the column it stands in stays one of numbers.
    present = [v for v in column if not (is_missing(v) or (isinstance(v, str) and v == WITHHELD))]
    if present and all(isinstance(v, Real) and not isinstance(v, bool) for v in present):
        return "integer" if all(isinstance(v, Integral) for v in present) else "number"
    return "string"


def is_missing(value: Any) -> bool:
    """Tell whether a single value is None, NaN, NA or NaT."""
    return value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value)))


def _plain_value(value: Any, kind: str) -> Any:
    if is_missing(value):
        return None
    if isinstance(value, str) and value == WITHHELD:
        return WITHHELD
    if kind == "boolean":
        return bool(value)
    if kind == "integer":
        return int(value)
    if kind == "number":
        rounded = float(f"{float(value):.10g}")
        return rounded + 0.0 if abs(rounded) != float("inf") else None
    if isinstance(value, list | tuple):
        return "; ".join(str(item) for item in value)
    return str(value)


def json_value(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    if isinstance(value, Mapping):
        return {str(key): json_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset | pd.Series):
        items: Iterable[Any] = (
            sorted(value, key=str) if isinstance(value, set | frozenset) else value
        )
        return [json_value(item) for item in items]
    if is_missing(value):
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return _plain_value(value, "number")
    return str(value)


def aligned(table: PrintedTable, *, limit: int) -> list[str]:
    """Return the table in aligned columns of plain text, at most `limit` rows of it."""
    shown = [table.headings, *table.rows[:limit]]
    widths = [max(_width(row[i]) for row in shown) for i in range(len(table.headings))]
    lines = []
    for row in shown:
        cells = []
        for text, width, numeric in zip(row, widths, table.numeric, strict=True):
            pad = " " * (width - _width(text))
            cells.append(pad + text if numeric else text + pad)
        lines.append("  ".join(cells).rstrip())
    if len(table.rows) > limit:
        lines.append(more_rows(len(table.rows), limit))
    return lines


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
