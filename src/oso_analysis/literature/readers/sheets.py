"""Sheets of workbooks, whatever library reads them: those whose header is recognised, as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from oso_analysis.errors import Problem
from oso_analysis.literature.readers.draft import Parsed
from oso_analysis.literature.readers.tabular import HEADER_LINES, header_score, parse_rows

__all__ = ["Sheet", "read_sheets"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: what the library read, and what a scan of the file without it finds.

    Attributes
    ----------
    title : str
    rows : list of (row, cells)
        Every row as text, numbered from 1.
    scan : callable
        Returns how many rows with content stand below the row given, and how many formulas of the
        sheet have no result.
    """

    title: str
    rows: list[tuple[int, list[str]]]
    scan: Callable[[int], tuple[int, int]]


def read_sheets(sheets: Iterable[Sheet], name: str) -> tuple[Parsed, int] | Problem:
    """Read every sheet with a recognised header.

    Returns
    -------
    parsed, markers
        What was read, and how many rows with content the sheets hold below their headers.
    """
    parsed = Parsed()
    markers = 0
    for sheet in sheets:
        rows = sheet.rows
        at = _header(rows)
        if at is None:
            if any(any(row) for _, row in rows):
                reason = f"sheet {sheet.title!r} has no recognised header; left out"
                parsed.repair(None, 1, reason, "")
            continue
        line, heading = rows[at]
        while heading and not heading[-1]:
            heading.pop()
        before = parsed.n_accepted + len(parsed.rejects)
        parse_rows(_below(rows[at + 1 :], len(heading), parsed), heading, parsed, line=line)
        count, unworked = sheet.scan(line)
        markers += count
        if unworked:
            parsed.repair(
                None,
                1,
                f"formulas of sheet {sheet.title!r} without a result, whose cells are read as "
                f"empty: {unworked}; open the workbook in a spreadsheet program and save it",
                "",
            )
        if before and parsed.verbatim:
            return Problem("holds more than one table of records", file=name)
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
    """Return where the header is: blank rows, in which a chart stands, are not counted."""
    said = 0
    for at, (_, row) in enumerate(rows):
        names = [cell for cell in row if cell]
        if names:
            if header_score(names):
                return at
            said += 1
            if said == HEADER_LINES:
                break
    return None
