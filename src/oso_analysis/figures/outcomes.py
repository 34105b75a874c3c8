"""A picture of the four outcomes: the solutions that serve them and the works behind those."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.figure import Figure

from oso_analysis.codebook import NOT_STATED, WITHHELD
from oso_analysis.errors import require_columns
from oso_analysis.figures.grids import fit_upright, measure, wrap_rows
from oso_analysis.figures.layout import (
    MM_PER_POINT,
    TICK_SIZE,
    empty,
    is_narrow,
    largest,
    line_height,
    row_places,
    rows_of,
)
from oso_analysis.figures.style import (
    FULL_WIDTH_MM,
    MUTED,
    NOT_STATED_COLOUR,
    direct_label,
    new_figure,
    outcome_colours,
    style,
    text_colour_on,
    theme_colours,
    wrap_label,
)
from oso_analysis.tables.consultation import NO_OUTCOME
from oso_analysis.tables.withheld import numbers

__all__ = ["plot_outcome_trace"]

#: Area of a bubble in square points for each solution, and the largest a bubble gets.
_LARGEST = 620.0
#: Height of a theme's row where its label does not need more.
_ROW_MM = 9.5
#: Widths of the bubbles and the bars, in a wide and in a narrow figure.
_RATIOS = {False: (3.6, 1), True: (2.2, 1)}
#: Least space between headings side by side: more than between two words.
_APART_MM = 1.5
#: Free space beside labels and between the two; lines of headings that the figure has room for.
_BETWEEN_MM, _USUAL_LINES = 6.0, 5


def plot_outcome_trace(trace: pd.DataFrame, *, width_mm: float = FULL_WIDTH_MM) -> Figure:
    """Draw which themes' solutions serve which outcome, beside the works under each theme.

    Parameters
    ----------
    trace : pandas.DataFrame
        As `tables.outcomes.trace_outcomes` gives it.
    width_mm : float, default 170
        Width on paper.

    Returns
    -------
    matplotlib.figure.Figure
        A bubble's area and number are the solutions of a theme that serve an outcome; the bars are
        the included works that carry the theme, whatever the outcome. Themes with most solutions
        first. A number of solutions that is withheld reads ``[c]`` without a bubble, and its
        outcome's heading gives no total.
    """
    columns = ["outcome", "outcome_label", "theme", "theme_label", "n_segments", "n_works"]
    require_columns(trace, columns, where="plot_outcome_trace")
    trace = numbers(trace)
    if not trace["n_segments"].fillna(1).sum():
        return empty(width_mm, "Nothing that could serve an outcome was coded")
    themes = trace.groupby(["theme", "theme_label"], sort=False).agg(
        n_segments=("n_segments", "sum"), n_works=("n_works", "first")
    )
    themes = themes.sort_values("n_segments", ascending=False, kind="stable").reset_index()
    outcomes = trace.drop_duplicates("outcome")[["outcome", "outcome_label"]]
    totals = trace.groupby("outcome")["n_segments"].sum(skipna=False)
    column_of = {outcome: at for at, outcome in enumerate(outcomes["outcome"])}
    cells = trace[trace["n_segments"].fillna(1).gt(0)]
    narrow = is_narrow(width_mm)
    size = 7.5 if narrow else 9.0
    full_area = _LARGEST / 2.6 if narrow else _LARGEST
    colours = outcome_colours(outcomes["outcome"])
    with style():
        wrapped = wrap_rows(themes["theme_label"], 14 if narrow else 30)
        places, tall = row_places(wrapped, _ROW_MM)
        themes.index = pd.Index(places)
        row_of = dict(zip(themes["theme"], places, strict=True))
        heads, upright, room = _heads(outcomes, totals, wrapped, width_mm)
        column = _column(wrapped, len(heads), width_mm)
        # Bubbles side by side, however many outcomes there are.
        full_area = min(full_area, (0.95 * column / MM_PER_POINT) ** 2)
        height = (56 if narrow else 36) + room + _ROW_MM * tall
        figure = new_figure(width_mm=width_mm, height_mm=height)
        left, right = figure.subplots(
            1, 2, sharey=True, gridspec_kw={"width_ratios": _RATIOS[narrow]}
        )
        most = largest(trace["n_segments"])
        for cell in rows_of(cells):
            x, y = column_of[cell.outcome], row_of[cell.theme]
            if cell.n_segments != cell.n_segments:
                direct_label(left, x, y, WITHHELD, dx=0, ha="center", size=size).set_color(MUTED)
                continue
            colour = colours[cell.outcome]
            area = full_area * cell.n_segments / most
            left.scatter(x, y, s=area, color=colour, linewidth=0)
            inside = area > 130
            direct_label(
                left,
                x,
                y,
                f"{cell.n_segments:.0f}",
                dx=0 if inside else area**0.5 / 2 + 2,
                ha="center" if inside else "left",
                size=size,
            ).set_color(text_colour_on(colour) if inside else MUTED)
        left.set_xticks(
            range(len(heads)),
            heads,
            rotation=90 if upright else 0,
            fontsize=7.0 if narrow else 7.5,
        )
        left.xaxis.tick_top()
        left.set_xlim(-0.55, len(heads) - 0.4)
        left.set_ylim(tall - 0.4, -0.6)
        left.set_yticks(places, wrapped)
        left.set_xlabel("Segments", fontsize=size)
        left.grid(color=NOT_STATED_COLOUR, alpha=0.35)
        right.barh(
            themes.index,
            themes["n_works"],
            color=list(theme_colours(themes["theme"]).values()),
            height=0.55,
        )
        for row in rows_of(themes):
            direct_label(right, row.n_works, row.Index, f"{row.n_works}", size=size, dx=3)
        right.set_xlim(0, largest(themes["n_works"]) * (1.5 if narrow else 1.2))
        right.set_xticks([0])
        right.set_xlabel("Works", fontsize=size)
        right.tick_params(axis="y", length=0, labelleft=False)
        for ax in (left, right):
            ax.tick_params(length=0)
            ax.spines[:].set_visible(False)
        right.spines["left"].set_visible(True)
    return figure


def _column(rows: list[str], n: int, width_mm: float) -> float:
    """Return about how wide the column of one outcome is, beside the rows' labels."""
    ratios = _RATIOS[is_narrow(width_mm)]
    room = width_mm - measure("\n".join(rows), TICK_SIZE) - _BETWEEN_MM
    return room * ratios[0] / sum(ratios) / n


def _heads(
    outcomes: pd.DataFrame, totals: pd.Series, rows: list[str], width_mm: float
) -> tuple[list[str], bool, float]:
    """Return the outcomes' headings, whether they stand upright, and their room beyond the usual.

    They lie as long as none meets the next, and stand in a narrow figure.
    """
    narrow = is_narrow(width_mm)
    names = [
        NO_OUTCOME if code == NOT_STATED else str(label)
        for code, label in zip(outcomes["outcome"], outcomes["outcome_label"], strict=True)
    ]
    # A total of which a part is withheld is not told.
    known = [None if n != n else f"{n:.0f}" for n in totals[outcomes["outcome"]]]
    column = _column(rows, len(names), width_mm)
    if not narrow:
        bases = ["" if n is None else f"\nn = {n}" for n in known]
        heads = [wrap_label(name, 13) + n for name, n in zip(names, bases, strict=True)]
        widths = [measure(head, 7.5) for head in heads]
        free = 2 * (column - _APART_MM)
        if all(one + two < free for one, two in pairwise([*widths, widths[-1]])):
            lines = max(head.count("\n") for head in heads) + 1
            return heads, False, max(0.0, (lines - _USUAL_LINES) * line_height("x", 7.5))
    space = "\N{NO-BREAK SPACE}"
    whole = [
        name if n is None else f"{name}, n{space}={space}{n}"
        for name, n in zip(names, known, strict=True)
    ]
    size, usual = (7.0, 42.0) if narrow else (7.5, 14.0)
    heads = fit_upright(whole, [""] * len(whole), 26, column, size)
    return heads, True, max(0.0, measure("\n".join(heads), size) - usual)
