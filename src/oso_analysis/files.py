"""Writing files: whole or not at all, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from oso_analysis.errors import RunError

__all__ = ["csv_text", "safe_cell", "write_whole"]

#: A spreadsheet would run a text that starts with one of these as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: Any) -> Any:
    """Return a value that no spreadsheet reads as a formula: such text gets an apostrophe."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value


def csv_text(names: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """Return a table as CSV: full precision, missing as empty, nothing that runs."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([safe_cell(name) for name in names])
    for row in rows:
        writer.writerow(["" if value is None else safe_cell(value) for value in row])
    return text.getvalue()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is always the old or the new one, whole.

    Raises
    ------
    RunError
        If it cannot be written; the old file is left as it was.
    """
    draft = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        # Windows lets nobody write a file that Excel has open.
        hint = "; is it open in another program?" if isinstance(error, PermissionError) else ""
        raise RunError(f"cannot write {path.name}: {error.strerror or error}{hint}") from error
