"""What spreadsheet programs save, written again as the CSV that `data/` takes.

Excel writes a CSV with the separator of the computer's region (semicolons in much of Europe) and,
unless told otherwise, in a Windows encoding; a filled-in template is a workbook. Changing a region
to hand in a table is too much to ask, so one function reads all of these and writes commas and
UTF-8.
"""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pandas as pd

from oso_analysis.consultation.readers.encodings import LOST
from oso_analysis.consultation.readers.grids import Grid, read_table_grids
from oso_analysis.errors import InputError, Problem, listed, nearest
from oso_analysis.files import check_outputs, write_whole
from oso_analysis.frames import FILE_ROW
from oso_analysis.literature.readers.columns import bare
from oso_analysis.literature.readers.write import unguard

__all__ = ["DATA_SHEET", "read_rows", "to_csv"]

#: How files of tables are called; any other text can be cut at its commas as well.
_TABLES = (".csv", ".tsv", ".tab", ".txt", ".dat", ".xlsx", ".xlsm", ".xltx", ".xltm")
#: The sheet of a template that holds the rows; the others explain.
DATA_SHEET = "Data"


def to_csv(path: Path, output: Path | None = None, *, sheet: str | None = None) -> tuple[Path, int]:
    """Write a workbook's sheet or a delimited text file as CSV with commas, in UTF-8.

    Cells stay as they are, but for blanks around them; blank rows go.

    Parameters
    ----------
    path : Path
        A workbook (.xlsx), or text separated by commas, semicolons or tabs, in UTF-8, UTF-16 or
        what Excel calls "CSV", "CSV (MS-DOS)" or "CSV (Macintosh)".
    output : Path, optional
        Where to write. By default the same name ending in ``.csv``, which for a CSV is the file
        itself.
    sheet : str, optional
        Which sheet of a workbook; by default the only one, or the one called "Data".

    Returns
    -------
    path, n_rows
        Where it was written, and how many rows stand below the header.

    Raises
    ------
    InputError
        If the file cannot be read, is not called as tables are, holds no rows, several sheets or a
        sign for a letter that was lost; if the output that was not asked for by name is there
        already, or would be replaced by a table without rows or with other columns; as
        `check_outputs`.
    RunError
        If the output cannot be written.
    """
    if path.suffix.lower() not in _TABLES:
        rule = f"is no table: its name ends in none of {', '.join(_TABLES)}"
        raise InputError([Problem(rule, file=path.name)])
    target = output or path.with_suffix(".csv")
    # A CSV is mended where it stands; a workbook is no table to be replaced by one.
    mended = target.suffix.lower() == path.suffix.lower() == ".csv"
    check_outputs({"--output": output}, inputs=() if mended else [path], into_data=True)
    grid = _choose(read_table_grids(path), path.name, sheet)
    _check_letters(grid)
    if output is None and target.exists() and not target.samefile(path):
        rule = "is there already; to replace it, name it with --output"
        raise InputError([Problem(rule, file=target.name)])
    if target.exists() and not target.samefile(path):
        _check_replaced(target, grid, path)
    width = max(len(row) for row in grid.cells)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [*row, *[""] * (width - len(row))] for row in grid.cells
    )
    write_whole(target, text.getvalue().encode("utf-8"))
    return target, len(grid.cells) - 1


def _check_letters(grid: Grid) -> None:
    """Raise if letters were lost before: written once more, they would pass for the author's."""
    rule = f"holds {LOST}, which stands for a lost letter; mend it, or save the table anew"
    problems = [
        Problem(rule, file=grid.where, row=row, column=grid.cells[0][at] or None, value=cell)
        for row, cells in zip(grid.rows, grid.cells, strict=True)
        for at, cell in enumerate(cells)
        if LOST in cell
    ]
    if problems:
        raise InputError(problems)


def _check_replaced(target: Path, grid: Grid, path: Path) -> None:
    """Raise if a table would be replaced by nothing, or by a table of something else."""
    try:
        filled = [old for old in read_table_grids(target) if len(old.cells) > 1]
    except InputError:
        filled = None  # what cannot be read may hold anything
    meant = f"or delete {target.name} if you mean it"
    if filled != [] and len(grid.cells) == 1:
        rule = f"has no rows below its header yet, and {target} has; fill it in first, {meant}"
    elif filled and 2 * len(_bare(grid) & _bare(filled[0])) < len(_bare(filled[0])):
        rule = (
            f"has the columns {listed(grid.cells[0])}, but {target} has "
            f"{listed(filled[0].cells[0])}: they are different tables; name another --output, "
            f"{meant}"
        )
    else:
        return
    raise InputError([Problem(rule, file=str(path))], "nothing was replaced")


def _bare(grid: Grid) -> set[str]:
    """Return a table's headings without what people write differently."""
    return {bare(name) for name in grid.cells[0]}


def read_rows(path: Path, *, file: str) -> pd.DataFrame:
    """Read a small table that people fill in, as a spreadsheet program may have saved it.

    Parameters
    ----------
    path : Path
        As for `to_csv`.
    file : str
        What messages call it.

    Returns
    -------
    pandas.DataFrame
        Every column text, missing where blank, without blank rows and columns; the index ``row``
        is the row's number in the file. An apostrophe that guards a cell from being run as a
        formula is taken away.

    Raises
    ------
    InputError
        If the file cannot be read, or a column has no name or that of another.
    """
    try:
        grid = _choose(read_table_grids(path), path.name, None)
    except InputError as error:
        raise InputError(replace(item, file=file) for item in error.problems) from None
    header, *cells = grid.cells
    row = grid.rows[0]
    problems = [
        Problem("has cells but no name", file, row, f"number {number}")
        for number, name in enumerate(header, start=1)
        if not name
    ]
    problems += [
        Problem("stands twice in the header", file, row, name)
        for name in dict.fromkeys(header)
        if name and header.count(name) > 1
    ]
    if problems:
        raise InputError(problems)
    return pd.DataFrame(
        [[unguard(cell) or None for cell in row] for row in cells],
        columns=header,
        index=pd.Index(grid.rows[1:], dtype="int64", name=FILE_ROW),
        dtype="str",
    )


def _choose(grids: list[Grid], file: str, sheet: str | None) -> Grid:
    filled = [grid for grid in grids if grid.cells or grid.problems]
    names = [grid.sheet for grid in filled]
    if not filled:
        raise InputError([Problem("holds no rows", file=file)])
    if sheet is None and len(filled) == 1:
        return filled[0].require_values()
    wanted = sheet or DATA_SHEET
    if wanted in names:
        return filled[names.index(wanted)].require_values()
    listed = ", ".join(map(repr, names))
    rule = (
        f"has several sheets ({listed}); say which with --sheet"
        if sheet is None
        else f"has no such sheet with rows; there are {listed}"
    )
    meant = nearest(sheet, names) if sheet else None
    raise InputError([Problem(rule, file=file, value=sheet, nearest=meant)])
