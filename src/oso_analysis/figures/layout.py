"""Drawing in millimetres of the printed page: labels that never overlap, and flows between columns.

Some figures are nearly all labels (flows, slopes). They are drawn on a sheet whose data units are
millimetres, so the room a label needs is known before it is placed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

from oso_analysis.codebook import NOT_STATED, NOT_STATED_LABEL
from oso_analysis.figures.style import (
    FULL_WIDTH_MM,
    MUTED,
    check_width,
    new_figure,
    style,
    wrap_label,
)

__all__ = [
    "MM_PER_POINT",
    "TICK_SIZE",
    "count_axis",
    "dodge",
    "draw_band",
    "empty",
    "is_narrow",
    "join",
    "largest",
    "line_height",
    "printed_words",
    "row_places",
    "rows_of",
    "sheet",
    "text_width",
]

MM_PER_POINT = 25.4 / 72
#: Height of a line and mean width of a character in units of the type size (DejaVu Sans).
_LINE, _CHARACTER = 1.3, 0.6
#: Type size of the labels at axes' ticks.
TICK_SIZE = 9.0


def sheet(width_mm: float, height_mm: float) -> tuple[Figure, Axes]:
    """Return an empty figure and axes over all of it, measured in millimetres from lower left."""
    check_width(width_mm)
    figure = new_figure(width_mm=width_mm, height_mm=height_mm)
    figure.set_layout_engine("none")
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width_mm), ylim=(0, height_mm))
    ax.set_axis_off()
    return figure, ax


def is_narrow(width_mm: float) -> bool:
    """Tell whether a figure is for a column or a phone, where labels wrap and turn."""
    check_width(width_mm)
    return width_mm < 0.7 * FULL_WIDTH_MM


def printed_words(table: pd.DataFrame, column: str) -> pd.Series:
    """Return the labels of a column of codes, or the values themselves, in print."""
    labels = table.get(f"{column}_label", table[column])
    return labels.astype("str").replace(NOT_STATED, NOT_STATED_LABEL)


def empty(width_mm: float, words: str) -> Figure:
    """Return a figure that says in words that there is nothing to draw."""
    with style():
        figure, ax = sheet(width_mm, 24)
        per_line = int(width_mm / text_width("x", TICK_SIZE))
        ax.text(
            width_mm / 2,
            12,
            wrap_label(words, per_line),
            ha="center",
            va="center",
            fontsize=TICK_SIZE,
            color=MUTED,
        )
    return figure


def rows_of(table: pd.DataFrame) -> Iterator[Any]:
    """Yield a table's rows as named tuples, whose fields the type checker cannot know."""
    return iter(table.itertuples())


def largest(values: pd.Series | pd.DataFrame, *, least: float = 1.0) -> float:
    """Return the largest number, at least `least`; all of them may be withheld."""
    numbers = values.to_numpy(dtype=float, na_value=float("nan"))
    return float(numbers[numbers == numbers].max(initial=least))


def count_axis(axis: Axis, n_ticks: int) -> None:
    """Tick an axis of counts at whole numbers, about `n_ticks` of them."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=n_ticks, integer=True))


def line_height(text: str, size: float) -> float:
    """Return the height in millimetres of a text of `size` points."""
    return (text.count("\n") + 1) * size * _LINE * MM_PER_POINT


def row_places(labels: Iterable[str], least: float) -> tuple[list[float], float]:
    """Return where rows stand so that no label meets the next, and how tall they are together.

    Parameters
    ----------
    labels : iterable of str
        The rows' labels as they are wrapped, in the size of an axis' labels.
    least : float
        Millimetres of a row, which do for labels of two lines if none has more.

    Returns
    -------
    tuple of list of float and float
        Middles of the rows and the sum of their heights, in rows of `least`: 0, 1, 2, … where no
        label needs more. One tall label makes its own row taller and no other.
    """
    labels = list(labels)
    # Beside taller rows, labels of two lines would look like part of them.
    crowded = any(label.count("\n") > 1 for label in labels)
    places, end = [], -0.5
    for label in labels:
        needed = line_height(label, TICK_SIZE) + 1 if crowded else least
        tall = max(needed / least, 1.0)
        places.append(end + tall / 2)
        end += tall
    return places, end + 0.5


def text_width(text: str, size: float) -> float:
    """Return about the width in millimetres of a text of `size` points, on the safe side."""
    return max(map(len, text.split("\n"))) * size * _CHARACTER * MM_PER_POINT


def dodge(
    wanted: Sequence[float], heights: Sequence[float], low: float, high: float
) -> list[float]:
    """Move labels apart as little as needed, keeping their order.

    Parameters
    ----------
    wanted : sequence of float
        Where the middle of each label would best be.
    heights : sequence of float
        Room each label takes.
    low, high : float
        Limits of all labels. Where they cannot all fit, they are spread evenly and overlap.

    Returns
    -------
    list of float
        Middles, in the order given. Neighbours that would overlap share a block centred where they
        wanted to be on average (pool adjacent violators).
    """
    order = sorted(range(len(wanted)), key=lambda at: (wanted[at], at))
    blocks: list[tuple[float, list[int]]] = []
    for at in order:
        start = min(max(wanted[at] - heights[at] / 2, low), high - heights[at])
        blocks.append((start, [at]))
        while len(blocks) > 1 and blocks[-2][0] + _height(blocks[-2][1], heights) > blocks[-1][0]:
            (_, left), (_, right) = blocks[-2], blocks[-1]
            both = left + right
            height, offset, best = _height(both, heights), 0.0, 0.0
            for member in both:
                best += wanted[member] - heights[member] / 2 - offset
                offset += heights[member]
            start = min(max(best / len(both), low), max(high - height, low))
            blocks[-2:] = [(start, both)]
    middles = [0.0] * len(wanted)
    for start, members in blocks:
        for member in members:
            middles[member] = start + heights[member] / 2
            start += heights[member]
    return middles


def _height(members: Sequence[int], heights: Sequence[float]) -> float:
    return sum(heights[member] for member in members)


def join(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw a thin leader from a mark to its label."""
    ax.plot([start[0], end[0]], [start[1], end[1]], color=MUTED, linewidth=0.5, zorder=1)


def draw_band(
    ax: Axes,
    x: tuple[float, float],
    left: tuple[float, float],
    right: tuple[float, float],
    look: Mapping[str, Any],
) -> None:
    """Draw one flow as a smooth band between two columns.

    Parameters
    ----------
    ax : Axes
    x : pair of float
        Where the band leaves and arrives.
    left, right : pair of float
        Lower and upper edge at either end.
    look : mapping
        Properties of the patch (colour, alpha).
    """
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    middle = sum(x) / 2
    points = [
        (x[0], left[1]),
        (middle, left[1]),
        (middle, right[1]),
        (x[1], right[1]),
        (x[1], right[0]),
        (middle, right[0]),
        (middle, left[0]),
        (x[0], left[0]),
        (x[0], left[1]),
    ]
    curve = [Path.CURVE4] * 3
    codes = [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY]
    ax.add_patch(PathPatch(Path(points, codes), linewidth=0, **look))
