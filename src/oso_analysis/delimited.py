"""A CSV with the header it must have: its cells, or why it cannot be read and what to do."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from oso_analysis.errors import Problem, nearest

__all__ = ["Cells", "read_cells"]

#: Cells of a table by column, stripped; None where blank.
Cells = dict[str, list[Any]]


def read_cells(path: Path, file: str, columns: list[str]) -> tuple[list[int], Cells, list[Problem]]:
    """Read a comma-separated table in UTF-8.

    Parameters
    ----------
    path : Path
    file : str
        Its name, for messages.
    columns : list of str
        Names that the header must have, in any order, and no others.

    Returns
    -------
    rows : list of int
        Each row's number, counted from 1 with the header as row 1.
    cells : dict of str to list
        The cells of each column, stripped; None where blank.
    problems : list of Problem
        Why all or some of the file could not be read.
    """
    problems: list[Problem] = []
    nothing: Cells = {name: [] for name in columns}
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if raw.startswith(b"PK"):
            rule = f"is a workbook, not CSV; {_mend(file)}"
            return [], nothing, [Problem(rule, file=file)]
        row = raw[: error.start].count(b"\n") + 1
        rule = f"is not UTF-8; save it as 'CSV UTF-8', or {_mend(file)}"
        return [], nothing, [Problem(rule, file=file, row=row)]
    if "\0" in text:
        row = text[: text.index("\0")].count("\n") + 1
        found = Problem("holds a NUL byte; it is not a text table", file=file, row=row)
        return [], nothing, [found]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[int] = []
    rows: list[list[str]] = []
    number = 0
    order: list[int] = []
    try:
        for number, cells in enumerate(reader, start=1):
            if number == 1:
                order = _check_header(cells, columns, file, problems)
                if problems:
                    return [], nothing, problems
                width = len(cells)
            elif not "".join(cells).strip():
                continue  # a blank line holds no row; spreadsheets often leave some at the end
            elif len(cells) != width:
                problems.append(
                    Problem(f"has {len(cells)} cells where the header has {width}", file, number)
                )
            else:
                lines.append(number)
                rows.append(cells)
    except csv.Error as error:
        problems.append(Problem(f"is not readable CSV ({error})", file=file, row=number + 1))
    if number == 0:
        problems.append(Problem("is empty; it needs a header row", file=file))
    if not rows:
        return [], nothing, problems
    stripped = [[cell.strip() or None for cell in column] for column in zip(*rows, strict=True)]
    return lines, {name: stripped[at] for name, at in zip(columns, order, strict=True)}, problems


def _mend(file: str) -> str:
    """Return what to do about a table that a spreadsheet program saved in its own way."""
    return f"mend it with `oso-analysis to-csv data/{file}`"


def _check_header(
    header: list[str], columns: list[str], file: str, problems: list[Problem]
) -> list[int]:
    """Return where each column stands, or nothing where there is a problem."""
    header = [name.strip() for name in header]
    if len(header) == 1 and len(columns) > 1 and (";" in header[0] or "\t" in header[0]):
        mark = "semicolons" if ";" in header[0] else "tabs"
        rule = f"is separated by {mark}, not commas; {_mend(file)}"
        problems.append(Problem(rule, file=file, row=1))
        return []
    nameless = header.count("")
    if nameless:
        # A spreadsheet program saves columns that look empty but were once touched.
        what = "a column" if nameless == 1 else f"{nameless} columns"
        rule = f"has {what} without a name; name what holds anything, else {_mend(file)}"
        problems.append(Problem(rule, file=file, row=1))
        header = [name for name in header if name]
    problems += [
        Problem("stands twice in the header", file=file, row=1, column=name)
        for name in sorted({name for name in header if header.count(name) > 1})
    ]
    missing = [name for name in columns if name not in header]
    unknown = [name for name in header if name not in columns]
    problems += [
        Problem("is missing", file=file, row=1, column=name, nearest=nearest(name, unknown))
        for name in missing
    ]
    problems += [
        Problem(
            "is not a column of this table",
            file=file,
            row=1,
            column=name,
            nearest=nearest(name, missing or columns),
        )
        for name in unknown
    ]
    return [] if problems else [header.index(name) for name in columns]
