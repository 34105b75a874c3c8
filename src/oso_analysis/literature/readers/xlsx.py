"""Excel workbooks: the sheets whose header is recognised, read as tables."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import Any

from oso_analysis.errors import Problem
from oso_analysis.literature.readers.draft import Parsed
from oso_analysis.literature.readers.sheets import Sheet, read_sheets

__all__ = ["read_workbook"]

#: A workbook that unpacks to more than this is refused before anything is unpacked.
_MAX_UNPACKED = 1024**3
_ROW = re.compile(rb"<(?:\w+:)?row\b")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|t)\b[^>]*>[^<]")
_NUMBER = re.compile(rb'[^>]*?\br="(\d+)"')
_SHARED = re.compile(rb"<(?:\w+:)?si\b")
_FORMULA = re.compile(rb"(?:<f[ >/]|:f[ >/])")
_F = rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
#: A cell's formula and no result. An empty one is a result where the cell is one of text.
_NO_RESULT = re.compile(
    rb"<(?:\w+:)?c\b(?:[^>]*>\s*" + _F + rb'|(?![^>]*\bt="str")[^>]*>\s*' + _F + rb"(?:"
    rb"<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)\s*)</(?:\w+:)?c>"
)

#: How a workbook writes signs that XML cannot hold, such as Windows' line ends, and the underscore
#: of a text that looks like that.
_ESCAPED = re.compile(r"_x(00[01][0-9A-Fa-f]|005[Ff])_")


def read_workbook(data: bytes, name: str) -> tuple[Parsed, int] | Problem:
    """Read every sheet with a recognised header, hidden ones too.

    Returns
    -------
    parsed, markers
        What was read, and how many rows with content the sheets' XML holds below their headers,
        counted without the library that reads the cells.
    """
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > _MAX_UNPACKED:
                return Problem(f"unpacks to over {_MAX_UNPACKED:,} bytes", file=name)
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except Exception as error:  # a damaged workbook can fail anywhere in three libraries
        return Problem(f"is a damaged Excel workbook ({type(error).__name__}: {error})", file=name)
    try:
        return read_sheets(_sheets(book, data), name)
    except Exception as error:  # likewise
        return Problem(f"is a damaged Excel workbook ({type(error).__name__}: {error})", file=name)
    finally:
        book.close()


def _sheets(book: Any, data: bytes) -> Iterator[Sheet]:
    empty: list[bytes] | None = None

    def scan(path: str, line: int) -> tuple[int, int]:
        nonlocal empty
        xml = _part(data, path)
        empty = _empty_texts(data) if empty is None else empty
        return _count(_without(xml, empty), line), _formulas_without_result(xml)

    for sheet in book.worksheets:
        sheet.reset_dimensions()
        rows = [
            (line, [_text(cell) for cell in row])
            for line, row in enumerate(sheet.iter_rows(values_only=True), 1)
        ]
        # The library keeps to itself which part of the archive a sheet is.
        yield Sheet(sheet.title, rows, partial(scan, str(vars(sheet)["_worksheet_path"])))


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        # A cell of nothing but signs that no text has is still no empty one.
        return _ESCAPED.sub(_sign, cell) or " " if "_x" in cell else cell
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    return str(cell)


def _sign(found: re.Match[str]) -> str:
    sign = chr(int(found[1], 16))
    return sign if sign in "\t\n\r_" else ""


def _part(data: bytes, path: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(path.lstrip("/"))


def _empty_texts(data: bytes) -> list[bytes]:
    """Return the numbers of the empty texts among those that the cells of all sheets share."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        name = next((n for n in archive.namelist() if n.lower().endswith("/sharedstrings.xml")), "")
        shared = archive.read(name) if name else b""
    texts = _SHARED.split(shared)[1:]
    return [b"%d" % at for at, text in enumerate(texts) if not _VALUE.search(text)]


def _without(xml: bytes, texts: list[bytes]) -> bytes:
    """Return a sheet with nothing in the cells that name one of some shared texts."""
    if not texts:
        return xml
    cell = rb"<(?:\w+:)?v>(?:" + b"|".join(texts) + rb")</(?:\w+:)?v>"
    return re.sub(rb'(<(?:\w+:)?c\b[^>]*\bt="s"[^>]*>\s*)' + cell, rb"\1", xml)


def _formulas_without_result(xml: bytes) -> int:
    return sum(1 for _ in _NO_RESULT.finditer(xml)) if _FORMULA.search(xml) else 0


def _count(xml: bytes, header_row: int) -> int:
    first = _ROW.search(xml)
    if first is None:
        return 0
    # Looking for one text is much faster than for a pattern, and a program writes one prefix.
    begin = first[0]
    starts = [first.start()]
    while (at := xml.find(begin, starts[-1] + 1)) >= 0:
        starts.append(at)
    count = 0
    number = 0
    for start, end in pairwise([*starts, len(xml)]):
        said = _NUMBER.match(xml, start + len(begin), end)
        number = int(said[1]) if said else number + 1
        count += number > header_row and _VALUE.search(xml, start, end) is not None
    return count
