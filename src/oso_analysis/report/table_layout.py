"""How a table is set on paper: upright or across the page, in what size, with what widths."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from oso_analysis.exhibits.printed import PrintedTable

__all__ = ["SIZES", "TableLayout", "breakable", "lay_out"]

#: Type sizes in points, the first that fits is taken.
SIZES = (8.0, 7.0, 6.5, 6.0, 5.5)
#: Width of the text on A4 with margins of 20 mm, in points: upright, and across.
_UPRIGHT, _ACROSS = 481.9, 728.5
#: More columns than this go across the page.
_MOST_COLUMNS = 8
#: A table whose text would fill the upright page's width so many times goes across.
_CROWDED = 1.6
#: Space left and right of a cell's text together, in points.
_PADDING = 7.0
#: Longer text may wrap before its table is turned.
_WIDEST = 20.0
#: A word longer than this may be broken: after a sign that parts it, else after so many letters.
_LONG_WORD = 20
_PARTED = re.compile(r"(?<=[/?&=._#%:;,-])(?=[^/?&=._#%:;,-])")
_NARROW = frozenset("iljtfrI.,:;'’|!()[]/- ")
_BROAD = frozenset("mwMW@%—")
_BOLD = 1.1
_SLICES = 40


@dataclass(frozen=True)
class TableLayout:
    """How one table is set.

    Attributes
    ----------
    across : bool
        Whether it needs a page turned on its side.
    size : float
        Type size in points, one of `SIZES`.
    widths : tuple of float
        Each column's share of the text's width; a small table leaves some of it free.
    """

    across: bool
    size: float
    widths: tuple[float, ...]


def breakable(text: str) -> str:
    """Return the text with invisible places to break in words too long for any column."""
    return " ".join("\u200b".join(_pieces(word)) for word in text.split(" "))


@lru_cache(maxsize=256)
def lay_out(table: PrintedTable) -> TableLayout:
    """Return the layout in which no word of the table is cut, if there is one.

    Every column is at least as wide as its longest word; what is left goes, slice by slice, to the
    columns that make rows tall.
    """
    least, wanted = _measures(table)
    asked = SIZES[0] * sum(min(ems, _WIDEST) for ems in wanted) + _PADDING * len(wanted)
    needed = SIZES[0] * sum(least) + _PADDING * len(least)
    across = len(least) > _MOST_COLUMNS or needed > _UPRIGHT or asked > _CROWDED * _UPRIGHT
    room = _ACROSS if across else _UPRIGHT
    sizes = SIZES[1:] if across and asked > room else SIZES
    size = next((s for s in sizes if s * sum(least) + _PADDING * len(least) <= room), SIZES[-1])
    free = (room - _PADDING * len(least)) / size
    ems = wanted if sum(wanted) <= free else _shared(table, least, free)
    points = [size * width + _PADDING for width in ems]
    total = max(sum(points), room)
    return TableLayout(across, size, tuple(round(width / total, 4) for width in points))


def _measures(table: PrintedTable) -> tuple[list[float], list[float]]:
    """Return in ems what each column needs, for its longest word, and what it would like."""
    least, wanted = [], []
    for index, name in enumerate(table.headings):
        cells = {row[index] for row in table.rows}
        word = max((_ems(piece) for text in cells for piece in _words(text)), default=0.0)
        word = max([word, *(_BOLD * _ems(piece) for piece in _words(name))])
        longest = max((_ems(text) for text in cells), default=0.0)
        # A heading may wrap: it asks for no more than a line of two short words.
        longest = max(longest, min(_BOLD * _ems(name), 6.0))
        least.append(word)
        wanted.append(max(word, longest))
    return least, wanted


def _shared(table: PrintedTable, least: list[float], free: float) -> list[float]:
    """Return widths in ems: the least, and of what is left a slice at a time to the tallest."""
    widths = list(least)
    lengths = [[_ems(text) for text in row] for row in (table.headings, *table.rows)]
    slice_ = max(free - sum(least), 0.0) / _SLICES
    for _ in range(_SLICES):
        weights = [0.0] * len(widths)
        for row in lengths:
            lines = [ems / width for ems, width in zip(row, widths, strict=True)]
            tallest = max(lines)
            weights[lines.index(tallest)] += max(tallest - 1, 0.0)
        widths[weights.index(max(weights))] += slice_
    return widths


def _words(text: str) -> list[str]:
    return [piece for word in text.split() for piece in _pieces(word)]


def _pieces(word: str) -> list[str]:
    """Return the parts between which a word may be broken; a word of usual length is one."""
    if len(word) <= _LONG_WORD:
        return [word]
    return [
        part[start : start + _LONG_WORD]
        for part in _PARTED.split(word)
        for start in range(0, len(part), _LONG_WORD)
    ]


def _ems(text: str) -> float:
    """Return the width of a text in ems of a usual sans-serif type, rather too much than less."""
    width = 0.0
    for sign in text:
        if sign in _NARROW:
            width += 0.34
        elif sign in _BROAD:
            width += 0.9
        else:
            width += 0.69 if sign.isupper() else 0.56
    return width
