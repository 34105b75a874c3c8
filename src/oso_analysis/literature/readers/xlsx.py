"""Excel workbooks: the sheets whose header is recognised, read as tables."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterable
from typing import Any

from oso_analysis.errors import Problem
from oso_analysis.literature.readers.draft import Parsed
from oso_analysis.literature.readers.tabular import HEADER_LINES, header_score, parse_rows

__all__ = ["read_workbook"]

#: A workbook that unpacks to more than this is refused before anything is unpacked.
_MAX_UNPACKED = 1024**3
_ROW = re.compile(r"<(?:\w+:)?row\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?row>)", re.DOTALL)
_VALUE = re.compile(r"<(?:\w+:)?(?:v|t)\b[^>]*>[^<]")
_NUMBER = re.compile(r'<(?:\w+:)?row\b[^>]*?\br="(\d+)"')


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
            parse_rows(_below(rows[at + 1 :], parsed), heading, parsed, line=rows[at][0])
            # The library keeps to itself which part of the archive a sheet is.
            markers += _count(data, str(vars(sheet)["_worksheet_path"]), rows[at][0])
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
    rows: Iterable[tuple[int, list[str]]], parsed: Parsed
) -> Iterable[tuple[int, list[str]]]:
    for line, row in rows:
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
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    return str(cell)


def _count(data: bytes, path: str, header_row: int) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        xml = archive.read(path.lstrip("/")).decode("utf-8", errors="replace")
    count = 0
    number = 0
    for match in _ROW.finditer(xml):
        said = _NUMBER.match(match[0])
        number = int(said[1]) if said else number + 1
        if number > header_row and match[1] and _VALUE.search(match[1]):
            count += 1
    return count
