"""Where a published workbook, Word file, PDF or picture differs from the one made again, in words.

A file may be damaged in any way, and the libraries that read them then raise whatever they come
across; a file that cannot be read is a difference like any other.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from oso_analysis.diff.pictures import picture_pixels, pixel_difference, read_picture
from oso_analysis.verify.texts import first_hunk, short, sides

__all__ = ["in_pdf", "in_picture", "in_word_file", "in_workbook"]

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def _both(read: Callable[[bytes], Any], old: bytes, new: bytes, kind: str) -> tuple[Any, Any] | str:
    """Return both contents read, or words that say which of them cannot be."""
    found = []
    for name, content in (("published", old), ("rebuilt", new)):
        try:
            found.append(read(content))
        except Exception as error:  # a damaged file can fail anywhere in the library that reads it
            said = re.sub(r"\s+", " ", str(error)) or "no more is known"
            return f"the {name} file is damaged, it cannot be read as {kind} ({said})"
    return found[0], found[1]


def in_workbook(old: bytes, new: bytes) -> str:
    """Name the first cell of two Excel workbooks that differs, with its sheet and both values."""
    both = _both(_sheets, old, new, "an Excel workbook")
    if isinstance(both, str):
        return both
    first, second = both
    if list(first) != list(second):
        return f"the sheets: {sides(list(first), list(second))}"
    for sheet in first:
        cells = first[sheet], second[sheet]
        for place in sorted({*cells[0], *cells[1]}):
            one, other = (part.get(place) for part in cells)
            # As text, so that 236 and 236.0 are told apart.
            if repr(one) != repr(other):
                return f"sheet {sheet!r}, cell {_cell_name(*place)}: {sides(one, other)}"
    return _in_members(old, new, "every cell is the same")


def _sheets(content: bytes) -> dict[str, dict[tuple[int, int], Any]]:
    """Return each sheet's cells that hold something, by row and column."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content))
    return {
        sheet.title: {
            (cell.row, cell.column): cell.value
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        }
        for sheet in book.worksheets
    }


def _cell_name(row: int, column: int) -> str:
    from openpyxl.utils import get_column_letter

    return f"{get_column_letter(column)}{row}"


def in_word_file(old: bytes, new: bytes) -> str:
    """Name the first paragraph of two Word files that differs, or else the part that does."""
    both = _both(_paragraphs, old, new, "a Word file")
    if isinstance(both, str):
        return both
    hunk = first_hunk(*both)
    if hunk is None:
        return _in_members(old, new, "every paragraph reads the same")
    a, b, c, d = hunk
    first, second = both
    if a == b:
        return f"a paragraph is missing from the published file: {short(second[c])}"
    if c == d:
        return f"a paragraph is in the published file only: {short(first[a])}"
    return f"paragraph {a + 1}: {sides(first[a], second[c])}"


def _paragraphs(content: bytes) -> list[str]:
    from defusedxml.ElementTree import fromstring

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        tree = fromstring(archive.read("word/document.xml"))
    texts = (
        "".join(part.text or "" for part in paragraph.iter(f"{_WORD}t"))
        for paragraph in tree.iter(f"{_WORD}p")
    )
    return [text for text in texts if text]


def _in_members(old: bytes, new: bytes, same: str) -> str:
    """Name the first part of two archives that differs; `same` says what does not."""
    both = _both(_members, old, new, "an archive")
    if isinstance(both, str):
        return both
    first, second = both
    for name in sorted({*first, *second}):
        if name not in first or name not in second:
            return f"{same}; only the {'published' if name in first else 'rebuilt'} file has {name}"
        if first[name] != second[name]:
            said = in_picture(first[name], second[name]) if name.endswith(".png") else "differs"
            return f"{same}; its part {name}: {said}"
    return f"{same}; only the archive around it is packed otherwise"


def _members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def in_pdf(old: bytes, new: bytes) -> str:
    """Name the first page of two PDF files whose words differ, or else the first that looks other.

    Where every page reads and looks the same, it is only inner bytes that differ.
    """
    from pypdfium2 import PdfDocument

    both = _both(_page_words, old, new, "a PDF")
    if isinstance(both, str):
        return both
    for number, (one, other) in enumerate(zip(*both, strict=False), start=1):
        if one != other:
            return f"page {number}: {sides(one, other)}"
    if len(both[0]) != len(both[1]):
        return f"published has {len(both[0])} pages, rebuilt {len(both[1])}; these begin the same"
    # One page at a time: the pixels of all pages would fill the memory.
    for number, pages in enumerate(zip(PdfDocument(old), PdfDocument(new), strict=True), start=1):
        before, after = (page.render().to_pil() for page in pages)
        # Most pages are the same, and bytes are compared faster than pixels.
        if before.tobytes() != after.tobytes():
            seen = pixel_difference(picture_pixels(before), picture_pixels(after))
            if seen:
                return f"page {number} reads the same, but {seen}"
    return "every page reads and looks the same; only inner bytes differ"


def _page_words(content: bytes) -> list[str]:
    from pypdfium2 import PdfDocument

    pages = PdfDocument(content)
    return [" ".join(page.get_textpage().get_text_bounded().split()) for page in pages]


def in_picture(old: bytes, new: bytes) -> str:
    """Say where two PNG drawings differ, or that it is not in what they show."""
    found: Sequence[Any] = [read_picture(content) for content in (old, new)]
    for name, pixels in zip(("published", "rebuilt"), found, strict=True):
        if pixels is None:
            return f"the {name} picture is damaged, it cannot be read"
    return pixel_difference(*found) or "every pixel is the same; only metadata or packing differs"
