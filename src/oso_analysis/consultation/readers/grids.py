"""CSV and Excel files as a grid of text cells, with every quirk of the file named."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from oso_analysis.consultation.readers.archive import Archive, read_bytes
from oso_analysis.consultation.readers.encodings import decode_table
from oso_analysis.errors import InputError, Problem

__all__ = ["Grid", "read_csv_grid", "read_table_grids", "read_xlsx_grids"]

MAX_ROWS = 200_000
MAX_COLUMNS = 2_000
_TOLD = re.compile(r"sep=([^\r\n])[^\S\r\n]*(?:\r\n?|\n)", re.IGNORECASE)
#: A cell longer than Excel's own limit can only come from a broken quotation mark.
_MAX_FIELD = 4 << 20
# By name: a hashtag is a good code.
_EXCEL_ERRORS = frozenset(
    {
        *("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!"),
        *("#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!", "#GETTING_DATA"),
    }
)


@dataclass(frozen=True)
class Grid:
    """One sheet: `cells` are stripped text, "" where blank; `rows` their numbers in the file.

    `problems` are cells that hold no value. They stand in the way only of who needs this sheet.
    """

    file: str
    sheet: str
    cells: list[list[str]]
    rows: list[int]
    problems: tuple[Problem, ...] = ()

    @property
    def where(self) -> str:
        """The file and, where it has several, the sheet."""
        return f"{self.file} [{self.sheet}]" if self.sheet else self.file

    def require_values(self) -> Grid:
        """Return the sheet itself, or raise `InputError` if a cell of it holds no value."""
        if self.problems:
            raise InputError(self.problems)
        return self


def read_table_grids(path: Path) -> list[Grid]:
    """Read a workbook's sheets or a delimited text file, whichever the content is."""
    if read_bytes(path)[:2] == b"PK":
        return read_xlsx_grids(path)
    return [read_csv_grid(path)]


def read_csv_grid(path: Path) -> Grid:
    """Read a delimited text file: comma, semicolon or tab; encodings as `decode_table`.

    Raises
    ------
    InputError
        As `decode_table`; a quotation mark that is never closed, or too many rows or columns.
    """
    text = decode_table(read_bytes(path), path.name)
    # Excel may be told the delimiter by a line before the header, which is no row.
    told = _TOLD.match(text)
    before = 1 if told else 0
    delimiter = told[1] if told else _delimiter(text)
    text = text[told.end() :] if told else text
    csv.field_size_limit(_MAX_FIELD)
    cells: list[list[str]] = []
    rows: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        while True:
            row = before + reader.line_num + 1
            record = next(reader, None)
            if record is None:
                break
            cells.append([cell.strip() for cell in record])
            rows.append(row)
            _check_size(len(cells), len(record), path.name)
    except csv.Error as error:
        rule = f"cannot be split into cells ({error}); is a quotation mark left open?"
        raise InputError([Problem(rule, file=path.name, row=before + reader.line_num)]) from None
    return _without_blanks(Grid(path.name, "", cells, rows))


def read_xlsx_grids(path: Path) -> list[Grid]:
    """Read every visible sheet of a workbook; formulas give the value Excel saved with them.

    A formula without a saved value (the workbook was written by a program that does not calculate)
    and an Excel error are among the `problems` of their sheet.

    Raises
    ------
    InputError
        The archive is unsafe or damaged.
    """
    import warnings

    with Archive(path) as archive:
        # The limits hold for what openpyxl is about to unpack, so each part is read once here.
        for name in archive.names:
            if name.lower().endswith((".xml", ".rels")):
                archive.read(name)
    import openpyxl

    raw = read_bytes(path)

    def stream() -> io.BytesIO:
        return io.BytesIO(raw)  # by name, openpyxl would refuse a workbook called .txt

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and validations it does not know
            values = openpyxl.load_workbook(
                stream(), read_only=True, data_only=True, keep_links=False
            )
            source = openpyxl.load_workbook(
                stream(), read_only=True, data_only=False, keep_links=False
            )
            try:
                grids = [
                    _sheet(sheet, source[sheet.title], path.name)
                    for sheet in values.worksheets
                    if sheet.sheet_state == "visible"
                ]
            finally:
                values.close()
                source.close()
    except InputError:
        raise
    except Exception as error:  # openpyxl raises whatever its parsers meet in a broken file
        rule = f"is not a readable workbook ({type(error).__name__}: {error})"
        raise InputError([Problem(rule, file=path.name)]) from None
    return [grid for grid in grids if grid.cells or grid.problems]


def _sheet(sheet: Any, formulas: Any, file: str) -> Grid:
    for one in (sheet, formulas):
        one.reset_dimensions()  # some programs write a wrong size, which would cut the sheet off
    cells: list[list[str]] = []
    problems: list[Problem] = []
    pairs = zip(sheet.iter_rows(), formulas.iter_rows(values_only=True), strict=True)
    for row, (found, written) in enumerate(pairs, start=1):
        _check_size(row, len(found), file)
        for column, (cell, formula) in enumerate(zip(found, written, strict=False), start=1):
            place = f"{sheet.title}!{_letter(column)}"
            if rule := _lacking(cell, formula):
                value = getattr(formula, "text", formula)
                problems.append(Problem(rule, file=file, row=row, column=place, value=value))
        cells.append([_cell(cell.value) for cell in found])
    rows = list(range(1, len(cells) + 1))
    return _without_blanks(Grid(file, str(sheet.title), cells, rows, tuple(problems)))


def _lacking(cell: Any, formula: object) -> str:
    """Return what is wrong with a cell that holds no value; "" where it holds one or is blank."""
    if cell.value in _EXCEL_ERRORS:
        return "is an Excel error; mend the formula"
    # A formula that gave an empty text is saved as text ("str"); one never calculated has no kind.
    if cell.value is None and cell.data_type != "str" and _is_formula(formula):
        return "is a formula without a saved value; open the file in Excel and save it"
    return ""


def _is_formula(formula: object) -> bool:
    return str(getattr(formula, "text", formula)).startswith("=")


def _letter(column: int) -> str:
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _cell(value: object) -> str:
    """Return a cell as a reader of the sheet sees it: 3 rather than 3.0, dates as ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).replace("_x000D_", "")
    return text.removesuffix(" 00:00:00").strip()


def _check_size(rows: int, columns: int, file: str) -> None:
    if rows > MAX_ROWS or columns > MAX_COLUMNS:
        rule = f"is larger than the {MAX_ROWS:,} rows by {MAX_COLUMNS:,} columns that are read"
        raise InputError([Problem(rule, file=file)])


def _without_blanks(grid: Grid) -> Grid:
    """Drop blank rows and columns, keeping the file's own row numbers."""
    kept = [index for index, row in enumerate(grid.cells) if any(row)]
    width = max((len(grid.cells[index]) for index in kept), default=0)
    padded = [grid.cells[index] + [""] * (width - len(grid.cells[index])) for index in kept]
    used = [column for column in range(width) if any(row[column] for row in padded)]
    cells = [[row[column] for column in used] for row in padded]
    return replace(grid, cells=cells, rows=[grid.rows[index] for index in kept])


def _delimiter(text: str) -> str:
    """Return the delimiter that stands most often in the first line that has any."""
    for line in text.splitlines()[:20]:
        bare = re.sub(r'"[^"]*"', "", line)
        counts = [(bare.count(mark), mark) for mark in (",", ";", "\t")]
        best = max(counts, key=lambda pair: pair[0])
        if best[0]:
            return best[1]
    return ","
