"""Forest plot of agreement: how far each code can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING, Any

from oso_analysis.agreement import AGREEMENT_COLUMNS, RELIABLE
from oso_analysis.errors import require_columns
from oso_analysis.figures.grids import fit_wrap, measure, type_size
from oso_analysis.figures.layout import empty, line_height, sheet
from oso_analysis.figures.style import ACCENT, FULL_WIDTH_MM, GRID, INK, ISSUE, MUTED, style
from oso_analysis.rounding import rounded

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_agreement"]

#: Krippendorff's usual standard; `RELIABLE` is the lowest he draws tentative conclusions from.
_GOOD = 0.8
#: Below this, negative values stand so far apart that every other tick does.
_LOW = -0.4 - 1e-9


@dataclass(frozen=True)
class _Line:
    """One line of the plot: a facet's heading, or a measure."""

    label: str
    heading: bool
    alpha: float
    low: float
    high: float
    numbers: str
    counts: str


def plot_agreement(table: pd.DataFrame, *, width_mm: float = FULL_WIDTH_MM) -> Figure:
    """Draw Krippendorff's alpha with its interval for each facet and code.

    Parameters
    ----------
    table : pandas.DataFrame
        As the functions of `agreement` give it; drawn in its order, so choose rows before. Codes
        that neither coder used are left out and counted in the line below.
    width_mm : float, default 170
        Width on paper.

    Returns
    -------
    matplotlib.figure.Figure
        A dot and its 95 % interval a line, the reference lines 0.667 and 0.8, and in figures alpha
        with its interval and the number of units the first and the second coder gave the code.
        Below 0.667 the dot is hollow. A facet's name is a heading, with its units coded by both.
    """
    require_columns(table, AGREEMENT_COLUMNS, where="plot_agreement")
    size = type_size(width_mm)
    if table.empty:
        return empty(width_mm, "No agreement to draw")
    unused = table["code"].notna() & (table["n_coder_1"] == 0) & (table["n_coder_2"] == 0)
    drawn = _told_apart(table[~unused])
    lines = [_line(row, narrow=size < 8) for row in drawn.to_dict(orient="records")]
    room = min(0.34 * width_mm, max((measure(line.label, size) for line in lines), default=10))
    labels = [fit_wrap(line.label, room * (0.9 if line.heading else 1), size) for line in lines]
    left = max([room, *(measure(label, size) for label in labels)]) + 3
    heads = (
        ("alpha [95\N{NO-BREAK SPACE}% interval]", "uses by\ncoder 1 | 2")
        if size > 8
        else ("alpha", "uses by\n1 | 2")
    )
    if all(line.heading for line in lines):
        heads = (heads[0], "units coded\nby both")
    counts = max(measure(text, size) for text in (heads[1], *(line.counts for line in lines)))
    numbers = max(measure(text, size) for text in (heads[0], *(line.numbers for line in lines)))
    right = width_mm - 1 - counts - 2 - numbers
    least = 5.0 if size > 8 else 4.0
    heights = [
        max(least, line_height(label, size) + 0.8) + (2.0 if line.heading and at else 0)
        for at, (label, line) in enumerate(zip(labels, lines, strict=True))
    ]
    lows = [line.low for line in lines if line.low == line.low]
    lows += [line.alpha for line in lines if line.alpha == line.alpha]
    start = min(0.0, floor(min([*lows, 0.0]) * 10) / 10)
    if start < _LOW:
        # The axis ends at a tick, so that nothing lies beyond the last.
        start = floor(start / 0.4 + 1e-9) * 0.4
    words = "Hollow: alpha below 0.667. Dashed lines: 0.667 and 0.8. n: coded by both."
    if drawn["note"].str.contains("compared whole", na=False).any():
        words += " Facets with several codes a unit: sets compared whole."
    if unused.any():
        n = int(unused.sum())
        words += f" Not drawn: {n} code{'' if n == 1 else 's'} that neither coder used."
    key = fit_wrap(words, width_mm - 2, size - 0.5)
    foot = line_height(key, size - 0.5) + line_height("0", size) + 5

    def x(alpha: float) -> float:
        return left + (right - left - 2.5) * (alpha - start) / (1 - start)

    with style():
        head = line_height(heads[1], size - 0.5) + 1.5
        figure, ax = sheet(width_mm, sum(heights) + foot + head)
        for text, place, side in ((heads[0], right, "left"), (heads[1], width_mm - 1, "right")):
            ax.text(
                place,
                sum(heights) + foot + head - 0.3,
                text,
                ha=side,
                va="top",
                fontsize=size - 0.5,
                color=MUTED,
                linespacing=1.05,
            )
        top = sum(heights) + foot + 0.5
        _axis(ax, x, start, (foot, top), size)
        at = top
        for label, line, tall in zip(labels, lines, heights, strict=True):
            at -= tall
            middle = at + (line_height(label, size) + 0.8) / 2
            weight = "bold" if line.heading else "normal"
            common: dict[str, Any] = {"va": "center", "fontsize": size, "linespacing": 1.1}
            ax.text(0.5 if line.heading else 2.5, middle, label, fontweight=weight, **common)
            ink = INK if line.alpha == line.alpha else MUTED
            ax.text(right, middle, line.numbers, color=ink, **common)
            ax.text(width_mm - 1, middle, line.counts, ha="right", color=ink, **common)
            _dot(ax, x, line, middle)
        ax.text(1, 0.6, key, ha="left", va="bottom", fontsize=size - 0.5, color=MUTED)
    return figure


def _told_apart(table: pd.DataFrame) -> pd.DataFrame:
    """Name the material behind a facet's name where two materials share it."""
    whole = table["code"].isna()
    shared = whole & table["label"].where(whole).duplicated(keep=False)
    return table.assign(
        label=table["label"].mask(shared, table["label"] + " (" + table["material"] + ")")
    )


def _line(row: dict[Hashable, Any], *, narrow: bool) -> _Line:
    alpha, low, high = (float(row[name]) for name in ("alpha", "alpha_low", "alpha_high"))
    heading = row["code"] != row["code"]
    counts = (
        f"n = {row['n_units']:,}" if heading else f"{row['n_coder_1']:,} | {row['n_coder_2']:,}"
    )
    if alpha != alpha:
        numbers = "not estimable"
    elif low != low or narrow:
        numbers = rounded(alpha, 2)
    else:
        numbers = f"{rounded(alpha, 2)} [{rounded(low, 2)}, {rounded(high, 2)}]"
    return _Line(str(row["label"]), heading, alpha, low, high, numbers, counts)


def _axis(
    ax: Axes, x: Callable[[float], float], start: float, span: tuple[float, float], size: float
) -> None:
    foot, top = span
    # Down to the lowest value drawn; a long way down, further apart, so that labels keep apart.
    step = 0.2 if start >= _LOW else 0.4
    below = [-step * at for at in range(int(-start / step + 1e-9), 0, -1)]
    ticks = [*below, 0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    for tick in ticks:
        ax.plot([x(tick)] * 2, [foot, top], color=GRID, linewidth=0.6, zorder=0)
        ax.text(
            x(tick),
            foot - 1,
            f"{tick:.1f}",
            ha="center",
            va="top",
            fontsize=size - 0.5,
        )
    for limit in (RELIABLE, _GOOD):
        ax.plot([x(limit)] * 2, [foot, top], color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)))


def _dot(ax: Axes, x: Callable[[float], float], line: _Line, middle: float) -> None:
    if line.alpha != line.alpha:
        return
    reliable = line.alpha >= RELIABLE
    colour = ACCENT if reliable else ISSUE
    if line.low == line.low:
        ax.plot([x(line.low), x(line.high)], [middle, middle], color=colour, linewidth=1.2)
    ax.plot(
        x(line.alpha),
        middle,
        "D" if line.heading else "o",
        markersize=4.5,
        markerfacecolor=colour if reliable else "white",
        markeredgecolor=colour,
    )
