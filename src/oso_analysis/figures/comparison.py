"""Pictures of the literature and the consultation side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

from oso_analysis.codebook import WITHHELD
from oso_analysis.errors import require_columns
from oso_analysis.figures.grids import hyphenate, measure, wrap_rows, wrap_within
from oso_analysis.figures.layout import (
    TICK_SIZE,
    count_axis,
    dodge,
    empty,
    is_narrow,
    join,
    largest,
    line_height,
    row_places,
    rows_of,
    sheet,
    text_width,
)
from oso_analysis.figures.style import (
    FULL_WIDTH_MM,
    GRID,
    MUTED,
    direct_label,
    new_figure,
    style,
    theme_colours,
)
from oso_analysis.rounding import percent as percent_of
from oso_analysis.tables.withheld import numbers

__all__ = ["plot_rank_differences", "plot_theme_slopes"]

#: Millimetres between a label and its line, and to the edge.
_GAP = 6.5
#: Labels of each side take no more of the width.
_MOST_OF_WIDTH = 0.36
#: Type size of an axis' name, and free space beside rows' labels.
_AXIS_SIZE, _BESIDE_MM = 9.5, 4.0
_NOT_COMPARABLE = "One side has nothing to compare"


def plot_theme_slopes(table: pd.DataFrame, *, width_mm: float = FULL_WIDTH_MM) -> Figure:
    """Draw each theme's share of the literature and of the consultation as one line.

    Parameters
    ----------
    table : pandas.DataFrame
        As `tables.comparison.compare_themes` gives it.
    width_mm : float, default 170
        Width on paper.

    Returns
    -------
    matplotlib.figure.Figure
        Left the percentage of works with a theme, right the percentage of submissions with one,
        both from zero on one scale. Strong lines are themes whose rank difference is clear. A share
        that is withheld has no line; its label on the left says ``[c]`` for the submissions.
    """
    shares = ["percent_of_works", "percent_of_submissions"]
    bases = ["n_works_with_theme", "n_submissions_with_theme"]
    require_columns(
        table, ["theme", "theme_label", *shares, *bases, "divergence"], where="plot_theme_slopes"
    )
    table = table.reset_index(drop=True)
    withheld = table["percent_of_submissions"].eq(WITHHELD)
    table = numbers(table)
    if len(table) and withheld.all():
        return empty(width_mm, "The shares of submissions are withheld")
    if table.loc[~withheld, shares].isna().any(axis=None):
        return empty(width_mm, _NOT_COMPARABLE)
    narrow = is_narrow(width_mm)
    size = 7.5 if narrow else 9.0
    side, names = _side(table["theme_label"], 27.0 if narrow else 54.0, width_mm, size)
    table = table.assign(theme_label=names)
    xs = (side, width_mm - side)
    top = largest(table[shares])
    colours = theme_colours(table["theme"])
    labels = [_slope_labels(table, share, withheld, side, size) for share in shares]
    heights = [[line_height(text, size) + 0.6 for text in words] for words in labels]
    # Labels may stand from 1 mm up to 12 below the top; the figure grows with what they need.
    height = max(120.0, 13 + max(map(sum, heights)))
    low, high = 6.0, height - 16.0
    with style():
        figure, ax = sheet(width_mm, height)
        for x, head, base in zip(xs, ("works", "submissions"), bases, strict=True):
            ax.plot([x, x], [low, high], color=GRID, linewidth=1.2, zorder=0)
            ax.text(
                x,
                height - 2,
                f"% of {head}\nn = {_base(table[base])}",
                ha="center",
                va="top",
                fontsize=size,
                fontweight="bold",
            )
        ys = {share: (low + (high - low) * table[share] / top).tolist() for share in shares}
        halfway = table.loc[~withheld, shares].mean(axis=1)
        _mark_zero(ax, xs, low, (high - low) * halfway / top, size)
        for at, theme in enumerate(table["theme"]):
            clear = table["divergence"].iloc[at] in {"voiced_more", "studied_more"}
            ends = 1 if withheld.iloc[at] else 2
            ax.plot(
                xs[:ends],
                [ys[share][at] for share in shares[:ends]],
                color=colours[theme],
                linewidth=2.4 if clear else 1.2,
                linestyle="-" if clear else (0, (3, 2)),
                marker="o",
                markersize=5,
                zorder=3,
            )
        for x, share, way, words, rooms in zip(xs, shares, (-1, 1), labels, heights, strict=True):
            drawn = table if way < 0 else table[~withheld]
            middles = [ys[share][at] for at in drawn.index]
            spread = dodge(middles, rooms, 1.0, high + 4)
            for text, theme, y, label in zip(words, drawn["theme"], middles, spread, strict=True):
                join(ax, (x + 1.2 * way, y), (x + 4.4 * way, label))
                direct_label(
                    ax,
                    x + 5 * way,
                    label,
                    text,
                    colour=colours[theme],
                    dx=0,
                    ha="right" if way < 0 else "left",
                    size=size,
                ).set_linespacing(1.1)
    return figure


def _mark_zero(
    ax: Axes, xs: tuple[float, float], low: float, middles: pd.Series, size: float
) -> None:
    """Say where the scale begins: in a gap of its line, or below it where themes run along it."""
    middle = sum(xs) / 2
    tall = line_height("0", size)
    free = bool((middles > 0.6 * tall).all())
    place = low if free else low - 0.6 * tall
    ax.text(middle, place, "0 %", ha="center", va="center", fontsize=size, color=MUTED)
    ends = ((xs[0], middle - 6), (middle + 6, xs[1])) if free else (xs,)
    for start, end in ends:
        ax.plot([start, end], [low, low], color=GRID, linewidth=1.2, zorder=0)


def _side(names: pd.Series, least: float, width_mm: float, size: float) -> tuple[float, list[str]]:
    """Return the room for labels on each side, and the names with words that fit it.

    A compound longer than a column gets more room, as far as the lines keep enough to be told
    apart; what is longer still is broken with a hyphen.
    """
    words = [word for name in names for word in str(name).split()]
    longest = max((measure(word, size) for word in words), default=0.0)
    side = max(least, min(longest + _GAP, _MOST_OF_WIDTH * width_mm))
    return side, [
        " ".join(hyphenate(word, side - _GAP, size) for word in str(name).split(" "))
        for name in names
    ]


def _slope_labels(
    table: pd.DataFrame, share: str, withheld: pd.Series, side: float, size: float
) -> list[str]:
    """Return the labels of one side, wrapped; a withheld share has one on the left only."""
    per_line = int((side - 7) / text_width("x", size))
    on_left = share == "percent_of_works"
    labels = []
    for name, value, hidden in zip(table["theme_label"], table[share], withheld, strict=True):
        percent = f"{percent_of(value)}\N{NO-BREAK SPACE}%"
        if on_left:
            mark = f" ({WITHHELD} of submissions)" if hidden else ""
            labels.append(wrap_within(f"{name}{mark} {percent}", per_line, side - 5.5, size))
        elif not hidden:
            labels.append(wrap_within(f"{percent} {name}", per_line, side - 5.5, size))
    return labels


def _base(bases: pd.Series) -> str:
    return WITHHELD if bases.isna().any() else f"{int(bases.iloc[0]):,}"


def plot_rank_differences(table: pd.DataFrame, *, width_mm: float = FULL_WIDTH_MM) -> Figure:
    """Draw how many places higher the consultation ranks each theme than the literature does.

    Parameters
    ----------
    table : pandas.DataFrame
        As `tables.comparison.compare_themes` gives it.
    width_mm : float, default 170
        Width on paper.

    Returns
    -------
    matplotlib.figure.Figure
        A point and its bootstrap interval for each theme, the theme voiced most beyond its place in
        the literature first; filled where the interval excludes 0.
    """
    columns = ["rank_difference", "rank_difference_low", "rank_difference_high"]
    require_columns(
        table, ["theme", "theme_label", *columns, "divergence"], where="plot_rank_differences"
    )
    table = numbers(table)
    if table["rank_difference"].isna().any():
        return empty(width_mm, _NOT_COMPARABLE)
    rows = table.sort_values(
        ["rank_difference", "theme"], ascending=[False, True], ignore_index=True
    )
    narrow = is_narrow(width_mm)
    colours = theme_colours(rows["theme"])
    with style():
        wrapped = wrap_rows(rows["theme_label"], 14 if narrow else 30)
        places, tall = row_places(wrapped, 8.5)
        rows.index = pd.Index(places)
        figure = new_figure(width_mm=width_mm, height_mm=26 + 8.5 * tall)
        ax = figure.subplots()
        for row in rows_of(rows):
            colour = colours[row.theme]
            ax.plot(
                [row.rank_difference_low, row.rank_difference_high],
                [row.Index, row.Index],
                color=colour,
                linewidth=2.2,
            )
            ax.plot(
                row.rank_difference,
                row.Index,
                marker="o",
                markersize=7,
                markeredgecolor=colour,
                markerfacecolor="white" if row.divergence == "no_clear_difference" else colour,
                zorder=3,
            )
        ax.axvline(0, color=MUTED, linewidth=0.8)
        reach = largest(rows[columns].abs()) + 0.6
        ax.set_xlim(-reach, reach)
        ax.set_ylim(tall - 0.4, -0.6)
        ax.set_yticks(rows.index, wrapped)
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        count_axis(ax.xaxis, 5 if narrow else 9)
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:+.0f}" if value else "0")
        ax.grid(axis="x")
        name = (
            "Difference of ranks"
            if narrow
            else "Rank in the literature less rank in the consultation"
        )
        # Longer than its axis, it reaches back below the rows' labels instead of over the edge.
        room = width_mm - measure("\n".join(wrapped), TICK_SIZE) - _BESIDE_MM
        ax.set_xlabel(name, loc="right" if measure(name, _AXIS_SIZE) > room else "center")
        for words, way in (("studied more", -1), ("voiced more", 1)):
            ax.annotate(
                f"← {words}" if way < 0 else f"{words} →",
                (0, 1),
                xytext=(6 * way, 4),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                ha="right" if way < 0 else "left",
                fontsize=8.0 if narrow else 9.0,
                color=MUTED,
            )
    return figure
