"""Pictures of what was found: years, types, languages, countries, venues, completeness."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from oso_analysis.codebook import NOT_STATED, NOT_STATED_LABEL, WITHHELD
from oso_analysis.errors import InputError, Problem, require_columns
from oso_analysis.figures.grids import Grid, draw_grid, fit_wrap, measure, type_size
from oso_analysis.figures.layout import empty, line_height, sheet
from oso_analysis.figures.style import ACCENT, FULL_WIDTH_MM, GRID, MUTED, NOT_STATED_COLOUR, style
from oso_analysis.rounding import percent as percent_of
from oso_analysis.rounding import rounded
from oso_analysis.tables.literature import OTHER
from oso_analysis.tables.withheld import numbers as without_marks
from oso_analysis.tables.works import TOTAL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: The columns of numbers that bars show.
_DRAWN = ("n_works", "percent_of_works")
_ROUND = [factor * 10**power for power in range(10) for factor in (1, 2, 5)]

__all__ = ["plot_bars", "plot_completeness", "plot_years"]


def _ticks(top: float) -> list[int]:
    """Return round whole numbers from 0 to at most `top`, five or six of them."""
    step = next(size for size in _ROUND if top / size <= 6)
    return list(range(0, int(top) + 1, step))


def plot_years(table: pd.DataFrame, *, width_mm: float = FULL_WIDTH_MM) -> Figure:
    """Draw works by year of publication, those without a year set apart.

    Parameters
    ----------
    table : pandas.DataFrame
        As `tables.literature.count_years` gives it.
    width_mm : float, default 170
        Width on paper.

    Returns
    -------
    matplotlib.figure.Figure
        One bar a year from zero; at page width every bar carries its number.
    """
    require_columns(table, ["year", "n_works"], where="plot_years")
    if not table["n_works"].any():
        return empty(width_mm, "No works to draw")
    size = type_size(width_mm)
    counts = dict(zip(table["year"], table["n_works"], strict=True))
    counts.pop(TOTAL, None)
    unstated = counts.pop(NOT_STATED, None)
    years = list(counts)
    top = max([*counts.values(), unstated or 0, 1])
    ticks = _ticks(top)
    left = measure(f"{ticks[-1]:,}", size) + 2.5
    # "Not stated" is two words, one above the other.
    apart = measure("stated", size) + 3 if unstated is not None else 0.0
    slot = (width_mm - left - apart - 1) / max(len(years), 1)
    plot_height, foot = (62.0, 10.0) if size > 8 else (42.0, 8.5)
    head = 6.0
    with style():
        figure, ax = sheet(width_mm, head + plot_height + foot)

        def y(count: float) -> float:
            return foot + plot_height * float(count) / float(top)

        ax.text(0.5, head + plot_height + foot - 0.5, "Works", va="top", fontsize=size, color=MUTED)
        for tick in ticks:
            ax.plot([left, width_mm - 1], [y(tick)] * 2, color=GRID, linewidth=0.7, zorder=0)
            ax.text(left - 1.2, y(tick), f"{tick:,}", ha="right", va="center", fontsize=size)
        number = min(size, 0.98 * slot / measure(str(max([*counts.values(), 1])), 1.0))
        labelled = number > 5.5
        last_label = -99.0
        for at, year in enumerate(years):
            x = left + (at + 0.5) * slot
            ax.bar(x, y(counts[year]) - foot, bottom=foot, width=0.78 * slot, color=ACCENT)
            if labelled and counts[year]:
                ax.text(x, y(counts[year]) + 0.6, f"{counts[year]:,}", ha="center", fontsize=number)
            room = measure("0000", size) + 1
            if (int(year) % 5 == 0 or len(years) < 6) and x - last_label > room:
                ax.text(x, foot - 1.2, year, ha="center", va="top", fontsize=size)
                last_label = x
        if unstated is not None:
            x = width_mm - 1 - (apart - 3) / 2
            ax.bar(
                x,
                y(unstated) - foot,
                bottom=foot,
                width=min(0.7 * apart, 9),
                color=NOT_STATED_COLOUR,
            )
            ax.text(x, y(unstated) + 0.6, f"{unstated:,}", ha="center", fontsize=size)
            ax.text(
                x,
                foot - 1.2,
                "Not\nstated",
                ha="center",
                va="top",
                fontsize=size,
                linespacing=1.05,
            )
    return figure


def plot_bars(table: pd.DataFrame, facet: str, *, width_mm: float = FULL_WIDTH_MM) -> Figure:
    """Draw works by type, language, venue, country or any facet, one bar a code.

    Parameters
    ----------
    table : pandas.DataFrame
        As `tables.works.count_codes` gives it, or a function built on it; drawn in its order.
    facet : str
        The column of codes; `<facet>_label` holds what is printed.
    width_mm : float, default 170
        Width on paper.

    Returns
    -------
    matplotlib.figure.Figure
        Bars from zero, each with its number of works and its percentage of all works counted;
        "other" and "not stated" in grey. A count that is withheld reads ``[c]`` and has no bar, a
        missing one "not stated".

    Raises
    ------
    InputError
        Missing columns; counts that are no numbers, with their codes.
    """
    columns = [facet, f"{facet}_label", "n_works", "percent_of_works"]
    require_columns(table, columns, where="plot_bars")
    rows = table[table[facet] != TOTAL]
    if rows.empty:
        return empty(width_mm, "No works to draw")
    withheld = rows["n_works"].astype(object).eq(WITHHELD)
    rows = _countable(without_marks(rows), facet)
    size = type_size(width_mm)
    room = min(0.45 * width_mm, max((measure(t, size) for t in rows[f"{facet}_label"]), default=10))
    labels = [fit_wrap(text, room, size) for text in rows[f"{facet}_label"]]
    # A long word may be wider than the room.
    room = max([room, *(measure(label, size) for label in labels)])
    numbers = [
        _spell(n, percent, hidden)
        for n, percent, hidden in zip(
            rows["n_works"], rows["percent_of_works"], withheld, strict=True
        )
    ]
    counts = [0 if pd.isna(n) else n for n in rows["n_works"]]
    left = room + 3.2
    length = width_mm - left - max((measure(text, size) for text in numbers), default=0) - 2.5
    least = 6.2 if size > 8 else 4.6
    heights = [max(least, line_height(label, size) + 1.4) for label in labels]
    top = max([*counts, 1])
    with style():
        figure, ax = sheet(width_mm, sum(heights) + 1)
        at = sum(heights) + 0.5
        for code, label, n, number, tall in zip(
            rows[facet], labels, counts, numbers, heights, strict=True
        ):
            middle = at - tall / 2
            at -= tall
            colour = NOT_STATED_COLOUR if code in (NOT_STATED, OTHER) else ACCENT
            ax.barh(middle, length * n / top, left=left, height=least * 0.62, color=colour)
            _text(ax, left - 1.2, middle, label, size, ha="right")
            _text(ax, left + length * n / top + 1, middle, number, size, ha="left")
        ax.plot([left, left], [0.5, sum(heights) + 0.5], color=MUTED, linewidth=0.8)
    return figure


def _countable(rows: pd.DataFrame, facet: str) -> pd.DataFrame:
    """Return the rows with the code where a label is missing; refuse counts that are no numbers."""
    kinds = {name: pd.to_numeric(rows[name], errors="coerce") for name in _DRAWN}
    problems = [
        Problem("must be a number, or missing", column=name, value=f"{value} ({code})")
        for name, numeric in kinds.items()
        for code, value, n in zip(rows[facet], rows[name], numeric, strict=True)
        if isinstance(value, str) or (pd.isna(n) and not pd.isna(value))
    ]
    if problems:
        raise InputError(problems, "plot_bars: these rows cannot be drawn")
    label = f"{facet}_label"
    return rows.assign(**{label: rows[label].astype(object).fillna(rows[facet].astype(object))})


def _spell(n: Any, percent: Any, hidden: bool) -> str:
    """Return what stands behind a bar: the mark where the count is withheld, words without one."""
    if pd.isna(n):
        return WITHHELD if hidden else NOT_STATED_LABEL.lower()
    told = "" if pd.isna(percent) else f" ({percent_of(percent)}\N{NO-BREAK SPACE}%)"
    return f"{rounded(n)}{told}"


def _text(ax: Axes, x: float, y: float, text: str, size: float, *, ha: str) -> None:
    ax.text(x, y, text, ha=ha, va="center", fontsize=size, linespacing=1.1)


def plot_completeness(table: pd.DataFrame, *, width_mm: float = FULL_WIDTH_MM) -> Figure:
    """Draw which share of each search's records holds each field.

    Parameters
    ----------
    table : pandas.DataFrame
        As `tables.literature.count_fields` gives it.
    width_mm : float, default 170
        Width on paper.

    Returns
    -------
    matplotlib.figure.Figure
        A grid of percentages, fields down and sources across; darker is more complete.
    """
    columns = ["source_file", "source_label", "field", "field_label"]
    columns += ["n_records", "percent_of_records"]
    require_columns(table, columns, where="plot_completeness")
    sources = {
        str(source): f"{label} ({n:,})"
        for source, label, n in zip(
            table["source_file"], table["source_label"], table["n_records"], strict=True
        )
    }
    fields = dict(zip(table["field"], table["field_label"], strict=True))
    values = {
        (field, source): percent
        for field, source, percent in zip(
            table["field"], table["source_file"], table["percent_of_records"], strict=True
        )
    }
    return draw_grid(
        Grid(
            values=values,
            rows=fields,
            columns=sources,
            plain=(TOTAL,),
            key="Percent of the source’s records that hold the field; records in brackets.",
            spell=percent_of,
            darkest=100,
        ),
        width_mm=width_mm,
    )
