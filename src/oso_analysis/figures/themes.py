"""Pictures of what the literature is about: evidence and gaps, co-occurrence, change over time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING

from oso_analysis.codebook import NOT_STATED
from oso_analysis.errors import require_columns
from oso_analysis.figures.grids import Grid, draw_grid, fit_wrap, measure, type_size
from oso_analysis.figures.layout import empty, line_height, sheet
from oso_analysis.figures.style import (
    FULL_WIDTH_MM,
    GRID,
    MUTED,
    NOT_STATED_COLOUR,
    style,
    theme_colours,
)
from oso_analysis.literature.coding import EMPTY_CODES
from oso_analysis.tables.works import TOTAL

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_cooccurrence", "plot_cross_table", "plot_evidence_map", "plot_over_time"]

_PLAIN = (TOTAL, NOT_STATED)
#: Part of its place that a bar of a small panel fills.
_BAR = 0.74
#: Free space beside a bar's number, and how far it may reach over the next bar, in millimetres.
_SPACE, _HAIR = 0.6, 0.3
_Box = tuple[float, float, float, float]


def _headings(table: pd.DataFrame, facet: str) -> dict[str, str]:
    return dict(zip(table[facet], table[f"{facet}_label"], strict=True))


def _swatches(facet: str, codes: Mapping[str, str]) -> dict[str, str]:
    """Mark themes with their own colour; other facets have none."""
    if facet != "theme":
        return {}
    return theme_colours(code for code in codes if code not in _PLAIN)


def plot_cross_table(
    table: pd.DataFrame,
    rows: str,
    columns: str,
    *,
    apart: Collection[str] = (),
    key: str = "",
    width_mm: float = FULL_WIDTH_MM,
) -> Figure:
    """Draw a cross-tabulation as a grid, every count printed and every empty cell marked.

    Parameters
    ----------
    table : pandas.DataFrame
        As `tables.works.cross_tabulate` gives it.
    rows, columns : str
        The facets.
    apart : collection of str, optional
        Codes that are no part of the comparison ("none"), set apart like the totals.
    key : str, optional
        What to say under the grid besides how gaps are marked.
    width_mm : float, default 170
        Width on paper.

    Returns
    -------
    matplotlib.figure.Figure
        Darker cells hold more works; totals and "not stated" stand apart and unshaded; a dashed
        cell with a 0 is a gap.
    """
    needed = [rows, f"{rows}_label", columns, f"{columns}_label", "n_works"]
    require_columns(table, needed, where="plot_cross_table")
    values = {
        (row, column): float(n)
        for row, column, n in zip(table[rows], table[columns], table["n_works"], strict=True)
    }
    plain = {*_PLAIN, *apart}
    # Nobody misses works on "none".
    no_gap = {*plain, *EMPTY_CODES}
    gaps = {pair for pair, n in values.items() if n == 0 and not no_gap & {*pair}}
    row_headings = _headings(table, rows)
    marks = "Dashed: no work (a gap)." if gaps else ""
    return draw_grid(
        Grid(
            values=values,
            rows=row_headings,
            columns=_headings(table, columns),
            plain=plain,
            gaps=gaps,
            key=" ".join(part for part in ("Number of works; darker is more.", marks, key) if part),
            swatches=_swatches(rows, row_headings),
        ),
        width_mm=width_mm,
    )


def plot_evidence_map(
    table: pd.DataFrame,
    *,
    rows: str = "theme",
    columns: str = "design",
    width_mm: float = FULL_WIDTH_MM,
) -> Figure:
    """Draw the evidence-and-gap map.

    Parameters
    ----------
    table : pandas.DataFrame
        As `tables.themes.map_evidence` gives it.
    rows, columns : str, optional
        Its facets.
    width_mm : float, default 170
        Width on paper.

    Returns
    -------
    matplotlib.figure.Figure
        As `plot_cross_table`.
    """
    require_columns(table, ["is_gap"], where="plot_evidence_map")
    key = "A work with several themes counts in each." if rows == "theme" else ""
    return plot_cross_table(table, rows, columns, key=key, width_mm=width_mm)


def plot_cooccurrence(
    table: pd.DataFrame, *, facet: str = "theme", width_mm: float = FULL_WIDTH_MM
) -> Figure:
    """Draw which codes of a facet occur together.

    Parameters
    ----------
    table : pandas.DataFrame
        As `tables.themes.count_cooccurrence` gives it.
    facet : str, default "theme"
    width_mm : float, default 170
        Width on paper.

    Returns
    -------
    matplotlib.figure.Figure
        A symmetric grid of the works with both codes, shaded; "All" (each code's works) and
        "Alone" (those with no other code) stand apart.
    """
    other = f"other_{facet}"
    needed = [facet, f"{facet}_label", other, "n_works", "n_works_alone"]
    require_columns(table, needed, where="plot_cooccurrence")
    headings = _headings(table, facet)
    values: dict[tuple[str, str], float] = {}
    for one, two, n, alone in zip(
        table[facet], table[other], table["n_works"], table["n_works_alone"], strict=True
    ):
        if one == two:
            values[one, TOTAL] = float(n)
            values[one, "alone"] = float(alone)
        else:
            values[one, two] = float(n)
    gaps = {(one, two) for (one, two), n in values.items() if n == 0 and two in headings}
    return draw_grid(
        Grid(
            values=values,
            rows=headings,
            columns=headings | {TOTAL: "All works", "alone": "No other"},
            plain=(TOTAL, "alone"),
            gaps=gaps,
            key="Works with both themes; darker is more. Dashed: never together."
            if facet == "theme"
            else "Works with both codes; darker is more. Dashed: never together.",
            swatches=_swatches(facet, headings),
        ),
        width_mm=width_mm,
    )


def plot_over_time(
    table: pd.DataFrame,
    facet: str = "theme",
    *,
    period: str = "period",
    width_mm: float = FULL_WIDTH_MM,
) -> Figure:
    """Draw the works of each code by period, one small panel a code, all to one scale.

    Parameters
    ----------
    table : pandas.DataFrame
        As `tables.themes.cross_periods` gives it.
    facet : str, default "theme"
    period : str, default "period"
        Column of the periods.
    width_mm : float, default 170
        Width on paper.

    Returns
    -------
    matplotlib.figure.Figure
        Bars from zero with their numbers; works without a year in grey, set apart. Codes that no
        work carries are left out, as is "not stated". Where bars are too thin for every label and
        number, every second period is labelled (or third, …), and of the numbers those that meet
        no other and no bar, the largest first.
    """
    needed = [facet, f"{facet}_label", period, f"{period}_label", "n_works"]
    require_columns(table, needed, where="plot_over_time")
    rows = table[~table[facet].isin(_PLAIN) & (table[period] != TOTAL)]
    # Counted, not filtered: a code without works has nothing to draw.
    used = rows.groupby(facet, sort=False)["n_works"].transform("sum") > 0
    rows = rows[used]
    if rows.empty:
        return empty(width_mm, "No works to draw")
    headings = _headings(rows, facet)
    periods = _headings(rows, period)
    size = type_size(width_mm)
    across = 4 if size > 8 else 2
    down = -(-max(len(headings), 1) // across)
    gap = 3.0
    panel = (width_mm - gap * (across - 1) - 1) / across
    names = {code: fit_wrap(text, panel * 0.9, size) for code, text in headings.items()}
    head = max((line_height(name, size) for name in names.values()), default=0) + 1
    bars = 24.0 if size > 8 else 17.0
    shorts = {code: _short(label) for code, label in periods.items()}
    small = size - 1
    foot = max((measure(text, small) for text in shorts.values()), default=0) + 1.5
    above = line_height("0", small)
    block = head + above + bars + foot
    top = max([*rows["n_works"], 1])
    colours = theme_colours(names) if facet == "theme" else {}
    with style():
        figure, ax = sheet(width_mm, down * block + (down - 1) * gap + 1)
        for number, (code, name) in enumerate(names.items()):
            line, place = divmod(number, across)
            left = 0.5 + place * (panel + gap)
            ceiling = (down - line) * block + (down - 1 - line) * gap + 0.5
            counts = rows[rows[facet] == code].set_index(period)["n_works"]
            ax.text(
                left, ceiling, name, va="top", fontsize=size, fontweight="bold", linespacing=1.1
            )
            _panel(
                ax,
                (left, ceiling - block + foot, panel, bars),
                [(shorts[one], int(counts[one]), one == NOT_STATED) for one in periods],
                top,
                colours.get(code, MUTED),
                small,
            )
    return figure


def _short(label: str) -> str:
    """Shorten a period for the narrow place under a bar: "2015–2019" to "2015–19"."""
    first, dash, last = label.partition("–")
    return f"{first}{dash}{last[-2:]}" if dash else label


def _panel(
    ax: Axes,
    place: tuple[float, float, float, float],
    counts: list[tuple[str, int, bool]],
    top: float,
    colour: str,
    size: float,
) -> None:
    left, floor, width, height = place
    line = line_height("0", size)
    n_unstated = sum(unstated for _, _, unstated in counts)
    # "Not stated" stands half a bar apart.
    slot = last = width / max(len(counts) + 0.5 * n_unstated, 1)
    if slot < line:
        # The labels of thin bars keep their room at both ends.
        left, width, last = left + line / 4, width - line / 4, line
        slot = (width - last * n_unstated) / (len(counts) - 0.5 * n_unstated)
    step = ceil(line / slot)
    edge = left + width - last * n_unstated
    ax.plot([left, left + width], [floor, floor], color=GRID, linewidth=0.8, zorder=0)
    bars, numbers = [], []
    for at, (_, n, unstated) in enumerate(counts):
        x = left + (width - last / 2 if unstated else (at + 0.5) * slot)
        tall = height * n / top
        bars.append((x, _BAR * slot, floor, tall))
        numbers.append((x, measure(f"{n:,}", size) + _SPACE, floor + tall + 0.4, line))
    printed = _apart(numbers, bars)
    for at, (label, n, unstated) in enumerate(counts):
        x, thick, _, tall = bars[at]
        fill = NOT_STATED_COLOUR if unstated else colour
        ax.bar(x, tall, bottom=floor, width=thick, color=fill)
        if at in printed:
            ax.text(x, numbers[at][2], f"{n:,}", ha="center", va="bottom", fontsize=size)
        if unstated or (at % step == 0 and x + line / 2 <= edge):
            ax.text(x, floor - 0.8, label, ha="center", va="top", rotation=90, fontsize=size)


def _apart(numbers: Sequence[_Box], bars: Sequence[_Box]) -> set[int]:
    """Return which of the bars' numbers can be printed, those of the tallest the first."""
    kept: set[int] = set()
    for at in sorted(range(len(bars)), key=lambda at: -bars[at][3]):
        others = [numbers[other] for other in kept]
        others += [bar for other, bar in enumerate(bars) if other != at]
        if not any(_meet(numbers[at], other) for other in others):
            kept.add(at)
    return kept


def _meet(one: _Box, other: _Box) -> bool:
    """Tell whether two boxes (middle, width, bottom, height) overlap by more than a hair."""
    beside = abs(one[0] - other[0]) > (one[1] + other[1]) / 2 - _HAIR
    above = min(one[2] + one[3], other[2] + other[3]) - max(one[2], other[2]) < _HAIR
    return not (beside or above)
