"""Small tables as CSV: written whole or not at all, safe in a spreadsheet, and read back."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
import tempfile
from pathlib import Path

import pandas as pd

from oso_analysis.errors import InputError, Problem, RunError
from oso_analysis.literature.readers.decode import open_source

__all__ = ["guard", "read_table", "unguard", "write_table"]

_RISKY = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"''*[=+\-@\t\r]")


def guard(value: object) -> object:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    return f"'{value}" if isinstance(value, str) and _RISKY.match(value) else value


def unguard(value: str) -> str:
    """Take away the apostrophe that `guard` put there."""
    return value[1:] if _GUARDED.match(value) else value


def write_table(frame: pd.DataFrame, path: str | os.PathLike[str]) -> Path:
    """Write a table as UTF-8 CSV, whole or not at all.

    Parameters
    ----------
    frame : pandas.DataFrame
        Written without its index; missing cells are empty.
    path : path-like
        Replaced only once the new file is complete.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    RunError
        Where the file cannot be written.
    """
    target = Path(path)
    safe = frame.copy()
    for name in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[name]):
            safe[name] = safe[name].astype(object).map(guard)
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(
            prefix=f".{target.name}.", suffix=".part", dir=target.parent
        )
        os.close(handle)
        safe.to_csv(temporary, index=False, encoding="utf-8", lineterminator="\n")
        mask = os.umask(0)
        os.umask(mask)
        Path(temporary).chmod(0o666 & ~mask)
        Path(temporary).replace(target)
    except OSError as error:
        if temporary:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        raise RunError(f"{target} cannot be written: {error.strerror or error}") from error
    return target


def read_table(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a table that `write_table` wrote, or that a spreadsheet program saved again as CSV.

    Parameters
    ----------
    path : path-like
        Text in any encoding, delimited by commas, semicolons or tabs.

    Returns
    -------
    pandas.DataFrame
        Every column text, missing where empty; the apostrophes of `write_table` taken away.

    Raises
    ------
    InputError
        Where the file cannot be read or a row has more cells than there are headings.
    """
    source = open_source(Path(path), Path(path).name)
    if isinstance(source, Problem):
        raise InputError([source])
    if source.workbook:
        raise InputError([Problem("is an Excel workbook; save it as CSV", source.name)])
    text = source.text
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    header = [name.strip() for name in rows[0]]
    problems = [
        Problem(f"has {len(row)} cells under {len(header)} headings", source.name, number)
        for number, row in enumerate(rows[1:], 2)
        if len(row) > len(header)
    ]
    if problems:
        raise InputError(problems)
    return pd.DataFrame(
        [
            [unguard(cell.strip()) or None for cell in row] + [None] * (len(header) - len(row))
            for row in rows[1:]
            if any(cell.strip() for cell in row)
        ],
        columns=header,
        dtype="str",
    )
