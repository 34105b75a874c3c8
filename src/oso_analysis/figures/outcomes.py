"""A picture of the four outcomes: the solutions that serve them and the works behind those."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

from oso_analysis.codebook import NOT_STATED, WITHHELD
from oso_analysis.errors import require_columns
from oso_analysis.figures.layout import empty, is_narrow, largest, row_height, rows_of
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
        return empty(width_mm, "No possible solution was coded")
    themes = trace.groupby(["theme", "theme_label"], sort=False).agg(
        n_segments=("n_segments", "sum"), n_works=("n_works", "first")
    )
    themes = themes.sort_values("n_segments", ascending=False, kind="stable").reset_index()
    outcomes = trace.drop_duplicates("outcome")[["outcome", "outcome_label"]]
    totals = trace.groupby("outcome")["n_segments"].sum(skipna=False)
    row_of = {theme: at for at, theme in enumerate(themes["theme"])}
    column_of = {outcome: at for at, outcome in enumerate(outcomes["outcome"])}
    cells = trace[trace["n_segments"].fillna(1).gt(0)]
    narrow = is_narrow(width_mm)
    size = 7.5 if narrow else 9.0
    full_area = _LARGEST / 2.6 if narrow else _LARGEST
    colours = outcome_colours(outcomes["outcome"])
    with style():
        wrapped = [wrap_label(words, 14 if narrow else 30) for words in themes["theme_label"]]
        tall = row_height(wrapped, _ROW_MM)
        height = (56 if narrow else 36) + tall * len(themes)
        figure = new_figure(width_mm=width_mm, height_mm=height)
        left, right = figure.subplots(
            1, 2, sharey=True, gridspec_kw={"width_ratios": (2.2, 1) if narrow else (3.6, 1)}
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
        heads = [
            (
                NO_OUTCOME if code == NOT_STATED else label,
                None if totals[code] != totals[code] else f"{totals[code]:.0f}",
            )
            for code, label in zip(outcomes["outcome"], outcomes["outcome_label"], strict=True)
        ]
        left.set_xticks(
            range(len(heads)),
            [
                wrap_label(words, 26 if narrow else 13)
                if n is None
                else wrap_label(f"{words}, n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{n}", 26)
                if narrow
                else f"{wrap_label(words, 13)}\nn = {n}"
                for words, n in heads
            ],
            rotation=90 if narrow else 0,
            fontsize=7.0 if narrow else 7.5,
        )
        left.xaxis.tick_top()
        left.set_xlim(-0.55, len(heads) - 0.4)
        left.set_ylim(len(themes) - 0.4, -0.6)
        left.set_yticks(range(len(themes)), wrapped)
        left.set_xlabel("Solutions (segments)", fontsize=size)
        left.grid(color=NOT_STATED_COLOUR, alpha=0.35)
        right.barh(
            themes.index,
            themes["n_works"],
            color=list(theme_colours(themes["theme"]).values()),
            height=0.55 * _ROW_MM / tall,
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
