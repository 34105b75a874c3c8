"""Workbooks as Excel wrote them up to 2003 (.xls), and Web of Science and Ovid do still."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from oso_analysis.errors import Problem
from oso_analysis.literature.readers.draft import Parsed
from oso_analysis.literature.readers.sheets import Sheet, read_sheets

__all__ = ["read_old_workbook"]

#: No sheet has more than 65,536 rows; a larger file is all pictures, or an attack.
_MAX_BYTES = 512 * 1024**2
#: The last day there is, of the year 9999.
_DAYS = 2958466
#: Streams that show a file to be no workbook, or one that is encrypted.
_OTHER = (
    ("WordDocument", "is an old Word document (.doc), not a bibliographic export"),
    ("PowerPoint Document", "is an old PowerPoint file (.ppt), not a bibliographic export"),
    ("__properties_version1.0", "is an e-mail, not a bibliographic export"),
    ("EncryptedPackage", "is a workbook with a password; save it without one"),
)
_BOF, _EOF, _BOUNDSHEET = 0x809, 0x0A, 0x85
#: Records of one cell that has content, whatever it is.
_LABEL, _RSTRING, _LABELSST, _NUMBER, _RK, _BOOLERR = 0x204, 0xD6, 0xFD, 0x203, 0x27E, 0x205
_FORMULA, _MULRK, _STRING = 0x06, 0xBD, 0x207
_CELLS = frozenset({_LABEL, _RSTRING, _LABELSST, _NUMBER, _RK, _BOOLERR, _FORMULA, _MULRK})


def read_old_workbook(data: bytes, name: str) -> tuple[Parsed, int] | Problem:
    """Read every sheet with a recognised header.

    Returns
    -------
    parsed, markers
        What was read, and how many rows with content the sheets hold below their headers, counted
        in the workbook's records without the library that reads the cells.
    """
    import xlrd

    if len(data) > _MAX_BYTES:
        return Problem(f"is an .xls workbook of over {_MAX_BYTES:,} bytes", file=name)
    try:
        # Rows that are not filled up with empty cells take no room: a cell in the last column of
        # the last row would else make millions.
        book = xlrd.open_workbook(
            file_contents=data, logfile=io.StringIO(), ragged_rows=True, on_demand=True
        )
    except Exception as error:  # a damaged workbook can fail anywhere in the library
        if "encrypted" in str(error):
            return Problem("is a workbook with a password; save it without one", file=name)
        for stream, what in _OTHER:
            # Not before: a workbook may have a document in it, or a cell that says so.
            if stream.encode("utf-16-le") in data:
                return Problem(what, file=name)
        return _damaged(error, name)
    try:
        return read_sheets(_sheets(book), name)
    except Exception as error:  # likewise
        return _damaged(error, name)
    finally:
        book.release_resources()


def _damaged(error: Exception, name: str) -> Problem:
    said = f"{type(error).__name__}: {error}"
    return Problem(f"is a damaged .xls workbook, or none at all ({said})", file=name)


def _sheets(book: Any) -> Iterator[Sheet]:
    stream = bytes(book.mem[book.base : book.base + book.stream_len])
    starts = _starts(stream)
    for number, title in enumerate(book.sheet_names()):
        sheet = book.sheet_by_index(number)
        rows = [
            (line, [_text(cell, book.datemode) for cell in row])
            for line, row in enumerate(sheet.get_rows(), 1)
        ]
        yield Sheet(title, rows, partial(_scan, stream, starts[number], book._sharedstrings))
        book.unload_sheet(number)


def _text(cell: Any, datemode: int) -> str:
    import xlrd

    kind, value = cell.ctype, cell.value
    if kind == xlrd.XL_CELL_TEXT:
        return str(value)
    if kind == xlrd.XL_CELL_NUMBER:
        return str(int(value)) if value.is_integer() else str(value)
    if kind == xlrd.XL_CELL_DATE:
        return _date(value, datemode)
    if kind == xlrd.XL_CELL_BOOLEAN:
        return str(bool(value))
    if kind == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(value, "#N/A"))
    return ""


def _date(value: float, datemode: int) -> str:
    import xlrd

    if not 0 <= value < _DAYS:
        return str(int(value)) if value.is_integer() else str(value)
    moment = xlrd.xldate_as_datetime(value, datemode)
    if value < 1:
        return str(moment.time())
    return str(moment.date() if value == int(value) else moment)


def _records(stream: bytes, place: int) -> Iterator[tuple[int, int, int]]:
    """Yield the number, place and length of each record from `place` on."""
    while place + 4 <= len(stream):
        number, length = struct.unpack_from("<HH", stream, place)
        yield number, place + 4, length
        place += 4 + length


def _starts(stream: bytes) -> list[int]:
    """Return where the sheets of cells begin in the stream of a workbook."""
    starts = []
    for number, place, length in _records(stream, 0):
        if number == _BOUNDSHEET and length > 6 and stream[place + 5] == 0:
            starts.append(int.from_bytes(stream[place : place + 4], "little"))
        elif number == _EOF:
            break
    # A sheet without a workbook around it begins where the stream does.
    return starts or [0]


def _scan(stream: bytes, start: int, texts: Sequence[str], line: int) -> tuple[int, int]:
    """Return how many rows below `line` have content, and how many formulas have no result."""
    says: set[int] = set()
    unworked = 0
    texts_of = 0
    depth = 0
    for number, place, length in _records(stream, start):
        if number == _BOF:
            depth += 1
        elif number == _EOF:
            depth -= 1
            if depth <= 0:
                return len(says), unworked
        elif depth == 1 and number == _STRING and length > 1:
            # What the formula before it gives, where that is a text.
            if stream[place : place + 2] != b"\0\0" and texts_of >= line:
                says.add(texts_of)
        elif depth == 1 and number in _CELLS and length > 5:
            row = int.from_bytes(stream[place : place + 2], "little")
            if number == _LABELSST:
                empty = not texts[int.from_bytes(stream[place + 6 : place + 10], "little")]
            elif number in (_LABEL, _RSTRING):
                empty = stream[place + 6 : place + 8] == b"\0\0"
            elif number == _FORMULA and stream[place + 12 : place + 14] == b"\xff\xff":
                # 3 is an empty text, or what a program writes that works no formulas out, with
                # the order to do so on opening.
                unworked += stream[place + 6] == 3 and stream[place + 14] & 3 != 0
                empty = stream[place + 6] in (0, 3)
                texts_of = row
            else:
                empty = False
            if not empty and row >= line:
                says.add(row)
    raise ValueError("a sheet without an end")
