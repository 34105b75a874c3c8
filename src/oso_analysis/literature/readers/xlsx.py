"""Excel workbooks: the sheets whose header is recognised, read as tables."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from oso_analysis.errors import Problem
from oso_analysis.literature.readers.draft import Parsed
from oso_analysis.literature.readers.tabular import HEADER_LINES, header_score, parse_rows

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
    """Read every visible sheet with a recognised header.

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
    parsed = Parsed()
    markers = 0
    empty: list[bytes] | None = None
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            rows = [
                (line, [_text(cell) for cell in row])
                for line, row in enumerate(sheet.iter_rows(values_only=True), 1)
            ]
            at = _header(rows)
            if at is None:
                if any(any(row) for _, row in rows):
                    parsed.repair(
                        None, 1, f"sheet {sheet.title!r} has no recognised header; left out", ""
                    )
                continue
            heading = rows[at][1]
            while heading and not heading[-1]:
                heading.pop()
            before = parsed.n_accepted + len(parsed.rejects)
            below = _below(rows[at + 1 :], len(heading), parsed)
            parse_rows(below, heading, parsed, line=rows[at][0])
            # The library keeps to itself which part of the archive a sheet is.
            xml = _part(data, str(vars(sheet)["_worksheet_path"]))
            empty = _empty_texts(data) if empty is None else empty
            markers += _count(_without(xml, empty), rows[at][0])
            if without := _formulas_without_result(xml):
                parsed.repair(
                    None,
                    1,
                    f"formulas of sheet {sheet.title!r} without a result, whose cells are read as "
                    f"empty: {without}; open the workbook in a spreadsheet program and save it",
                    "",
                )
            if before and parsed.verbatim:
                return Problem("holds more than one table of records", file=name)
    except Exception as error:  # likewise
        return Problem(f"is a damaged Excel workbook ({type(error).__name__}: {error})", file=name)
    finally:
        book.close()
    if not parsed.n_accepted and not parsed.rejects:
        return Problem(
            "is an Excel workbook without a row of recognised column headings", file=name
        )
    return parsed, markers


def _below(
    rows: Iterable[tuple[int, list[str]]], width: int, parsed: Parsed
) -> Iterable[tuple[int, list[str]]]:
    for line, row in rows:
        # A workbook has no empty cells at a row's end; nothing is missing there.
        row += [""] * (width - len(row))
        if any(row) and not any(cell.strip() for cell in row):
            parsed.reject(line, "a row of blanks", "\t".join(row))
        else:
            yield line, row


def _header(rows: list[tuple[int, list[str]]]) -> int | None:
    for at, (_, row) in enumerate(rows[:HEADER_LINES]):
        names = [cell for cell in row if cell]
        if names and header_score(names):
            return at
    return None


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
