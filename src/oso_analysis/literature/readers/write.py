"""Writing the tables as CSV: whole or not at all, and safe to open in a spreadsheet."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from pathlib import Path

import pandas as pd

from oso_analysis.errors import RunError

__all__ = ["guard", "unguard", "write_table"]

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
            text = safe[name].astype(object)
            safe[name] = [guard(value) for value in text]
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
