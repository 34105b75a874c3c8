"""The report's numbers as an Excel workbook: a contents sheet and one sheet an exhibit."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from oso_analysis.exhibits.printed import heading
from oso_analysis.files import safe_cell
from oso_analysis.report.archives import rewritten
from oso_analysis.report.model import Numbered, Report

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from oso_analysis.editions import EditionInfo

__all__ = ["HEADER_ROW", "workbook"]

#: Row of every exhibit's sheet that holds its column headings; the data follow it.
HEADER_ROW = 3
_WIDEST = 48
#: Widths of the columns of the contents in characters, and the height of a line in points.
_WIDTHS, _LINE = (12, 70, 10, 22, 60), 15
_STAMP = b"1980-01-01T00:00:00Z"


def workbook(report: Report, edition: EditionInfo) -> bytes:
    """Return the workbook; numbers are numbers, missing is an empty cell, text never a formula.

    Same report, same bytes: the archive carries no time of its own.
    """
    from openpyxl import Workbook

    book = Workbook()
    del book["Sheet"]
    book.properties.title = edition.imprint.full_title(edition.title)
    # Otherwise the author would be the library that writes the file.
    book.properties.creator = "; ".join(edition.imprint.author_names) or None
    _contents(book.create_sheet("Contents"), report, edition)
    for exhibit in report.exhibits:
        _sheet(book.create_sheet(exhibit.label), exhibit)
    for sheet in book.worksheets:
        _on_paper(sheet)
    out = io.BytesIO()
    book.save(out)
    return rewritten(out.getvalue(), _undated)


def _contents(sheet: Worksheet, report: Report, edition: EditionInfo) -> None:
    from openpyxl.styles import Alignment, Font

    title, below = edition.imprint.headings(edition.title)
    sheet.append([safe_cell(title)])
    sheet["A1"].font = Font(bold=True, size=16)
    if below:
        sheet.append([safe_cell(below)])
        sheet["A2"].font = Font(bold=True, size=13)
    authors = " · ".join(edition.imprint.author_names)
    for line in (authors, edition.description, *edition.limits):
        if line:
            sheet.append([safe_cell(line)])
            # Over all columns and as many lines as it needs: else it runs out of the window.
            row = sheet.max_row
            sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(_WIDTHS))
            sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
            sheet.row_dimensions[row].height = _LINE * -(-len(line) // (sum(_WIDTHS) - 20))
    sheet.append([])
    first = sheet.max_row + 2
    headings = ("Sheet", "Title", "n", "Counting unit", "Source")
    for column, words in enumerate(headings, start=1):
        sheet.cell(first, column, words).font = Font(bold=True)
    for row, exhibit in enumerate(report.exhibits, start=first + 1):
        record = exhibit.record
        link = sheet.cell(row, 1, exhibit.label)
        link.hyperlink = f"#'{exhibit.label}'!A1"
        link.font = Font(color="113EA3", underline="single")
        sheet.cell(row, 2, safe_cell(exhibit.title)).alignment = Alignment(wrap_text=True)
        sheet.cell(row, 3, record["n"])
        sheet.cell(row, 4, safe_cell(record["counting_unit"]))
        sheet.cell(row, 5, safe_cell(record["source"]))
    for letter, width in zip("ABCDE", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width


def _sheet(sheet: Worksheet, exhibit: Numbered) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    data = exhibit.record["data"]
    headings = dict(exhibit.record["columns"])
    sheet["A1"] = safe_cell(f"{exhibit.label}. {exhibit.title}")
    sheet["A1"].font = Font(bold=True, size=13)
    sheet["A2"] = safe_cell(" ".join(exhibit.notes))
    for column, field in enumerate(data["schema"], start=1):
        name = field["name"]
        words = headings.get(name) or heading(name)
        head = sheet.cell(HEADER_ROW, column, safe_cell(words))
        head.font = Font(bold=True)
        head.alignment = Alignment(wrap_text=True, vertical="bottom")
        values = [row[column - 1] for row in data["rows"]]
        for row, value in enumerate(values, start=HEADER_ROW + 1):
            _put(sheet, row, column, value, name)
        longest = max(
            [len(words) // 2, *(len(str(value)) for value in values if value is not None)]
        )
        sheet.column_dimensions[get_column_letter(column)].width = min(longest + 3, _WIDEST)
    sheet.freeze_panes = f"A{HEADER_ROW + 1}"
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"


def _on_paper(sheet: Worksheet) -> None:
    """Print as wide as the page: columns of their own sheets of paper cannot be read together."""
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0


def _put(sheet: Worksheet, row: int, column: int, value: Any, name: str) -> None:
    if value is None:
        return
    cell = sheet.cell(row, column, safe_cell(value))
    if "percent" in name and isinstance(value, int | float):
        # One decimal is what the report prints; the cell holds all of them.
        cell.number_format = "0.0"
    elif isinstance(value, int) and not isinstance(value, bool) and "year" not in name:
        cell.number_format = "#,##0"


def _undated(name: str, content: bytes) -> bytes:
    """Date the document's properties to the epoch."""
    if name != "docProps/core.xml":
        return content
    return re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", _STAMP, content)
