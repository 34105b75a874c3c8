"""Tables drawn as grids of shaded cells, every count printed and every gap marked.

Drawn in millimetres (`layout.sheet`), so that headings turn upright where they do not fit across,
and nothing overlaps at page or at column width.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from oso_analysis.figures.layout import (
    MM_PER_POINT,
    TICK_SIZE,
    empty,
    line_height,
    sheet,
    text_width,
)
from oso_analysis.figures.style import (
    FULL_WIDTH_MM,
    GRID,
    INK,
    MUTED,
    check_width,
    count_colours,
    quietly,
    style,
    text_colour_on,
    wrap_label,
)
from oso_analysis.rounding import rounded

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "Grid",
    "draw_grid",
    "fit_numbers",
    "fit_upright",
    "fit_wrap",
    "hyphenate",
    "measure",
    "too_many",
    "type_size",
    "upright_size",
    "wrap_rows",
    "wrap_within",
]

_PAD = 1.2
#: Points below which nobody reads a heading on paper; digits are read a little smaller.
_LEAST_SIZE, _LEAST_NUMBER = 4.5, 4.0
#: Millimetres between the numbers of two columns, so that 10 and 11 are not 1,011.
_BETWEEN = 0.5
#: Widths grow in proportion to the type size; measured large, free of hinting.
_SIZE_MEASURED = 100.0
#: Glyphs snapped to the pixels of a screen come out a little wider.
_HINTED = 1.03
#: Letters of a word that may be cut where it does not fit a line.
_LONG_WORD = 20
#: So many letters before a number go with it to the next line.
_LAST_LETTERS = 4
#: A word with the punctuation around it, which a hyphen may break; no number, file or address.
_COMPOUND = re.compile(r"[^\w\s]*[^\W\d_]+(?:[-–’'/][^\W\d_]+)*[^\w\s/]*")
#: Free space around a group of plain rows or columns (totals, "not stated").
_APART = 1.6


def type_size(width_mm: float) -> float:
    """Return the type size in points for a figure of this width: smaller in a narrow column."""
    check_width(width_mm)
    return 8.5 if width_mm >= 0.7 * FULL_WIDTH_MM else 6.5


@lru_cache(maxsize=4096)
def measure(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width in millimetres of a text of `size` points, as the font has it."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(
        family="DejaVu Sans", size=_SIZE_MEASURED, weight="bold" if bold else "normal"
    )
    with quietly():
        widest = max(
            float(text_to_path.get_text_width_height_descent(line, font, ismath=False)[0])
            for line in text.split("\n")
        )
    return widest / _SIZE_MEASURED * size * MM_PER_POINT * _HINTED


def fit_wrap(text: str, width_mm: float, size: float, *, bold: bool = False) -> str:
    """Break a label so that its lines fit a width.

    Words are not cut, so that one a little too wide for a narrow column stays whole; only what is
    longer than any usual word is (an address, an identifier), and never inside the number that a
    no-break space ties to it.
    """
    lines: list[str] = []
    for word in text.split(" "):  # not at no-break spaces
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and measure(longer, size, bold=bold) <= width_mm:
            lines[-1] = longer
        elif len(word) > _LONG_WORD:
            lines += _cut(word, width_mm, size, bold=bold)
        else:
            lines.append(word)
    return "\n".join(lines)


def _cut(word: str, width_mm: float, size: float, *, bold: bool) -> list[str]:
    """Return a word in pieces that fit a width; what a no-break space ties stays together.

    Compounds get hyphens, addresses and identifiers none, for those would read as part of them.
    """
    if "\u00a0" not in word and _mark(word):
        return hyphenate(word, width_mm, size, bold=bold).split(" ")
    tied = word.rfind("\u00a0")
    end = len(word) if tied < 0 else max(tied - _LAST_LETTERS, 0)
    pieces = [""]
    for part in [*word[:end], word[end:]]:
        if pieces[-1] and measure(pieces[-1] + part, size, bold=bold) > width_mm:
            pieces.append(part)
        else:
            pieces[-1] += part
    return pieces


def hyphenate(word: str, room: float, size: float, *, bold: bool = False) -> str:
    """Break a word that is wider than its room, leaving no single letters.

    The pieces are words of their own. A number that a no-break space ties keeps the letters before
    it.
    """
    mark, pieces = _mark(word), []
    while measure(word, size, bold=bold) > room:
        tied = word.rfind("\u00a0")
        stop = len(word) - 2 if tied < 0 else tied - _LAST_LETTERS + 1
        ends = range(3, stop)
        fits = [at for at in ends if measure(word[:at] + mark, size, bold=bold) <= room]
        if not fits:
            break
        pieces.append(word[: fits[-1]] + mark)
        word = word[fits[-1] :]
    return " ".join([*pieces, word])


def _mark(word: str) -> str:
    """Return what shows that a word goes on: a hyphen, or nothing.

    Chinese and Japanese break between any two signs without a mark; in an address or the name of a
    file, a hyphen would read as part of it.
    """
    letters = word.split("\u00a0")[0]
    if any(east_asian_width(letter) in "WF" for letter in word) or letters.count("/") > 1:
        return ""
    return "-" if _COMPOUND.fullmatch(letters) else ""


def wrap_within(text: str, per_line: int, room: float, size: float, *, bold: bool = False) -> str:
    """Break a label over lines of so many characters, none of them wider than its room.

    Parameters
    ----------
    text : str
        What a no-break space ties stays together.
    per_line : int
        Characters of a line; lines of wide letters hold fewer.
    room : float
        Millimetres that no line may exceed; compounds wider than that are broken.
    size : float
        Type size in points.
    bold : bool, default False
    """
    lines = wrap_label(text, per_line)
    if measure(lines, size, bold=bold) <= room:
        return lines
    words = [hyphenate(word, room, size, bold=bold) for word in text.split(" ")]
    return fit_wrap(" ".join(words), room, size, bold=bold)


def wrap_rows(names: Iterable[str], per_line: int) -> list[str]:
    """Break the labels of an axis' rows, none wider than so many usual letters."""
    room = per_line * text_width("x", TICK_SIZE)
    return [wrap_within(str(name), per_line, room, TICK_SIZE) for name in names]


def fit_upright(
    names: Sequence[str], tails: Sequence[str], per_line: int, column_mm: float, size: float
) -> list[str]:
    """Break headings that stand upright so that their lines fit side by side above a column.

    Parameters
    ----------
    names, tails : sequence of str
        What is broken, and what follows it: a line of its own where it begins with a line break.
    per_line : int
        Characters of a line; more where the lines would be too many for the column.
    column_mm : float
        Width of a column.
    size : float
        Type size in points.
    """
    most = max(int(column_mm / line_height("x", size)), 1)
    for letters in range(per_line, max(map(len, names), default=0) + 1):
        heads = [wrap_label(name, letters) + tail for name, tail in zip(names, tails, strict=True)]
        if all(head.count("\n") < most for head in heads):
            return heads
    mark = "\n" if most > 1 else ", "
    return [name + tail.replace("\n", mark) for name, tail in zip(names, tails, strict=True)]


def upright_size(column_mm: float, size: float) -> float | None:
    """Return the type size at which a line stands upright above its column, None if too small.

    Parameters
    ----------
    column_mm : float
        Width of a column.
    size : float
        Type size in points where there is room.
    """
    fits = min(size, column_mm / line_height("x", 1.0))
    return fits if fits >= _LEAST_SIZE else None


def fit_numbers(texts: Iterable[str], column_mm: float, size: float) -> float | None:
    """Return the type size at which numbers stand beside each other, None if too small to read.

    Parameters
    ----------
    texts : iterable of str
        Numbers as they are printed.
    column_mm : float
        Width of a column.
    size : float
        Type size in points where there is room.
    """
    widest = max((measure(text, 1.0) for text in texts), default=1.0)
    fits = min(size, (column_mm - _BETWEEN) / widest)
    return fits if fits >= _LEAST_NUMBER else None


def too_many(n_columns: int) -> str:
    """Return what is said in place of a grid whose headings nobody could read."""
    return f"{n_columns} columns are too many to draw; the table behind this figure has them all"


@dataclass(frozen=True)
class Grid:
    """What a grid shows.

    Attributes
    ----------
    values : mapping
        (row, column) to number; a cell that is absent is left blank.
    rows, columns : mapping
        Code to printed heading, in order.
    plain : collection of str
        Rows and columns that are no part of the comparison (totals, "not stated"): set apart and
        not shaded.
    gaps : collection of pairs
        Cells to mark as gaps.
    key : str
        Line under the grid that explains shading and marks.
    swatches : mapping
        Row to colour of a small mark before its heading (theme colours).
    spell : callable
        Number to printed text.
    darkest : float, optional
        Number that gets the darkest shade; by default the largest of the shaded cells.
    """

    values: Mapping[tuple[str, str], float]
    rows: Mapping[str, str]
    columns: Mapping[str, str]
    plain: Collection[str] = ()
    gaps: Collection[tuple[str, str]] = ()
    key: str = ""
    swatches: Mapping[str, str] = field(default_factory=dict)
    spell: Callable[[float], str] = rounded
    darkest: float | None = None


def _steps(codes: Collection[str], plain: Collection[str], sizes: list[float]) -> list[float]:
    """Return where each row or column starts, and the end of the last."""
    at, starts = 0.0, []
    previous: bool | None = None
    for code, size in zip(codes, sizes, strict=True):
        is_plain = code in plain
        if previous is not None and is_plain != previous:
            at += _APART
        starts.append(at)
        at += size
        previous = is_plain
    return [*starts, at]


def draw_grid(grid: Grid, *, width_mm: float = FULL_WIDTH_MM) -> Figure:
    """Draw a grid.

    Parameters
    ----------
    grid : Grid
    width_mm : float, default 170
        Width on paper.

    Returns
    -------
    matplotlib.figure.Figure
    """
    size = type_size(width_mm)
    swatch = 3.0 if grid.swatches else 0.0
    widest = max((measure(word, size) for t in grid.rows.values() for word in t.split()), default=8)
    share = 0.30 if len(grid.columns) < 9 else 0.24
    n_apart = len(_edges(grid.columns, grid.plain))
    # A compound gets more than its share only as far as every column keeps room for its heading.
    columns_need = len(grid.columns) * line_height("x", size) + n_apart * _APART
    spare = max(width_mm - swatch - 2 * _PAD - 0.5 - columns_need, share * width_mm)
    label_width = max(
        min(share * width_mm, max(measure(t, size) for t in grid.rows.values())),
        min(widest, spare),
    )
    left = swatch + label_width + 2 * _PAD
    cell = (width_mm - left - n_apart * _APART - 0.5) / max(len(grid.columns), 1)

    headings, upright = _headings(grid, cell, size)
    head_size = upright_size(cell, size) if upright else size
    number_size = fit_numbers(map(grid.spell, grid.values.values()), cell, size)
    if head_size is None or number_size is None:
        return empty(width_mm, too_many(len(grid.columns)))
    head = max(
        (measure(t, head_size) if upright else line_height(t, size) for t in headings.values()),
        default=0,
    )
    labels = {code: fit_wrap(text, label_width, size) for code, text in grid.rows.items()}
    least = 7.0 if size > 8 else 5.2
    heights = [max(least, line_height(label, size) + _PAD) for label in labels.values()]
    key = fit_wrap(grid.key, width_mm - 2, size - 0.5) if grid.key else ""
    foot = line_height(key, size - 0.5) + 2 * _PAD if key else 0.5
    columns = _steps(grid.columns, grid.plain, [cell] * len(grid.columns))
    rows = _steps(grid.rows, grid.plain, heights)
    height = head + 2 * _PAD + rows[-1] + foot + 0.5

    with style():
        figure, ax = sheet(width_mm, height)
        top = height - head - 2 * _PAD - 0.5
        for at, text in zip(columns, headings.values(), strict=False):
            ax.text(
                left + at + cell / 2,
                top + _PAD,
                text,
                ha="center",
                va="bottom",
                rotation=90 if upright else 0,
                fontsize=head_size,
                linespacing=1.1,
            )
        for (code, text), at, tall in zip(labels.items(), rows, heights, strict=False):
            middle = top - at - tall / 2
            if code in grid.swatches:
                _rectangle(ax, _PAD / 2, middle - 1.1, 2.2, 2.2, grid.swatches[code])
            ax.text(
                swatch + _PAD, middle, text, ha="left", va="center", fontsize=size, linespacing=1.1
            )
        _cells(ax, grid, (left, top), (columns, rows), (cell, heights), number_size)
        if key:
            ax.text(_PAD, _PAD, key, ha="left", va="bottom", fontsize=size - 0.5, color=MUTED)
    return figure


def _edges(codes: Collection[str], plain: Collection[str]) -> list[int]:
    marks = [code in plain for code in codes]
    return [at for at in range(1, len(marks)) if marks[at] != marks[at - 1]]


def _headings(grid: Grid, cell: float, size: float) -> tuple[dict[str, str], bool]:
    """Return the columns' headings, wrapped, and whether they stand upright."""
    words = [word for text in grid.columns.values() for word in text.split()]
    if all(measure(word, size) <= cell - 0.8 for word in words):
        return {c: fit_wrap(t, cell - 0.8, size) for c, t in grid.columns.items()}, False
    # Upright: as many lines as fit side by side in a cell, and no more than make them all shorter.
    lines = max(int((cell - 0.4) / line_height("x", size)), 1)
    longest = 0
    for text in grid.columns.values():
        widths = range(min(len(text), 6), len(text) + 1)
        fitting = (wrap_label(text, width) for width in widths)
        narrow = next((broken for broken in fitting if broken.count("\n") < lines), text)
        longest = max(longest, *map(len, narrow.split("\n")))
    wrapped = {code: wrap_label(text, longest) for code, text in grid.columns.items()}
    return wrapped, True


def _rectangle(
    ax: Axes, x: float, y: float, width: float, height: float, colour: Any, **options: Any
) -> None:
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle((x, y), width, height, facecolor=colour, **options))


def _cells(
    ax: Axes,
    grid: Grid,
    corner: tuple[float, float],
    starts: tuple[list[float], list[float]],
    sizes: tuple[float, list[float]],
    number_size: float,
) -> None:
    colours = count_colours()
    (left, top), (columns, rows), (cell, heights) = corner, starts, sizes
    shaded = [
        value
        for (row, column), value in grid.values.items()
        if row not in grid.plain and column not in grid.plain
    ]
    darkest = grid.darkest if grid.darkest is not None else max(shaded, default=1)
    for (row, y), tall in zip(zip(grid.rows, rows, strict=False), heights, strict=True):
        for column, x in zip(grid.columns, columns, strict=False):
            value = grid.values.get((row, column))
            if value is None:
                continue
            place = (left + x + 0.25, top - y - tall + 0.25, cell - 0.5, tall - 0.5)
            plain = row in grid.plain or column in grid.plain
            ink = INK
            if (row, column) in grid.gaps:
                _rectangle(
                    ax, *place, "white", edgecolor=MUTED, linewidth=0.8, linestyle=(0, (2, 2))
                )
                ink = MUTED
            elif plain:
                _rectangle(ax, *place, "white", edgecolor=GRID, linewidth=0.6)
            else:
                shade = colours(min(value / darkest, 1.0) if darkest else 0.0)
                _rectangle(ax, *place, shade)
                ink = text_colour_on(shade)
            ax.text(
                left + x + cell / 2,
                top - y - tall / 2,
                grid.spell(value),
                ha="center",
                va="center_baseline",
                fontsize=number_size,
                color=ink,
            )
