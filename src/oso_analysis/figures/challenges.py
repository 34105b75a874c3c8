"""Pictures of what practice can rest on: decisions by service, and where there is least."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oso_analysis.display import within
from oso_analysis.errors import require_columns
from oso_analysis.figures.grids import fit_wrap, measure, type_size
from oso_analysis.figures.layout import line_height, sheet
from oso_analysis.figures.style import ACCENT, FULL_WIDTH_MM, GRID, MUTED, style
from oso_analysis.figures.themes import plot_cross_table
from oso_analysis.tables.challenges import DECISION, NO_SERVICE, SERVICE

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["plot_decisions_services", "plot_least_evidence"]


def plot_decisions_services(table: pd.DataFrame, *, width_mm: float = FULL_WIDTH_MM) -> Figure:
    """Draw how many works inform each practice decision, for each service.

    Parameters
    ----------
    table : pandas.DataFrame
        As `tables.challenges.cross_decisions_services` gives it.
    width_mm : float, default 170
        Width on paper.

    Returns
    -------
    matplotlib.figure.Figure
        As `figures.themes.plot_cross_table`; works that inform no decision, and those for no
        service, stand apart.
    """
    key = "A work for several services counts in each."
    return plot_cross_table(
        table, DECISION, SERVICE, apart=("none", NO_SERVICE), key=key, width_mm=width_mm
    )


def plot_least_evidence(table: pd.DataFrame, *, width_mm: float = FULL_WIDTH_MM) -> Figure:
    """Draw the services and decisions with least to go on first.

    Parameters
    ----------
    table : pandas.DataFrame
        As `tables.challenges.rank_least_evidence` gives it.
    width_mm : float, default 170
        Width on paper.

    Returns
    -------
    matplotlib.figure.Figure
        One line a service and decision: a filled dot at its works of strong design, a ring at all
        its works, the two numbers beside them.
    """
    columns = ["service_label", "practice_decision_label", "n_works", "n_strong_works"]
    require_columns(table, columns, where="plot_least_evidence")
    size = type_size(width_mm)
    names = [
        f"{service}: {within(decision)}"
        for service, decision in zip(
            table["service_label"], table["practice_decision_label"], strict=True
        )
    ]
    room = min(0.42 * width_mm, max((measure(name, size) for name in names), default=10))
    labels = [fit_wrap(name, room, size) for name in names]
    left = max([room, *(measure(label, size) for label in labels)]) + 3
    numbers = [
        f"{strong:,} of {n:,}"
        for strong, n in zip(table["n_strong_works"], table["n_works"], strict=True)
    ]
    length = width_mm - left - max((measure(text, size) for text in numbers), default=0) - 4.5
    least = 5.6 if size > 8 else 4.4
    heights = [max(least, line_height(label, size) + 1.2) for label in labels]
    top = max([*table["n_works"], 1])
    key = fit_wrap(
        "Filled: reviews and quantitative studies. Ring: all works.",
        width_mm - 2,
        size - 0.5,
    )
    foot = line_height(key, size - 0.5) + 2
    with style():
        figure, ax = sheet(width_mm, sum(heights) + foot + 1)
        at = sum(heights) + foot + 0.5
        ax.plot([left, left], [foot, at], color=MUTED, linewidth=0.8)
        for label, number, n, strong, tall in zip(
            labels, numbers, table["n_works"], table["n_strong_works"], heights, strict=True
        ):
            middle = at - tall / 2
            at -= tall
            few, all_ = left + length * strong / top, left + length * n / top
            ax.plot([few, all_], [middle, middle], color=GRID, linewidth=2.2, zorder=1)
            ax.plot(
                all_, middle, "o", markersize=5, markerfacecolor="white", markeredgecolor=ACCENT
            )
            ax.plot(few, middle, "o", markersize=5, color=ACCENT)
            ax.text(
                left - 2.2, middle, label, ha="right", va="center", fontsize=size, linespacing=1.1
            )
            ax.text(all_ + 2, middle, number, ha="left", va="center", fontsize=size)
        ax.text(1, 0.8, key, ha="left", va="bottom", fontsize=size - 0.5, color=MUTED)
    return figure
