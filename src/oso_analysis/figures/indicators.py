"""Small multiples of published figures: one panel a series, nothing added up across panels."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

from oso_analysis.errors import require_columns
from oso_analysis.figures.grids import fit_wrap, measure
from oso_analysis.figures.layout import MM_PER_POINT, empty, rows_of
from oso_analysis.figures.style import (
    ACCENT,
    FULL_WIDTH_MM,
    INK,
    MUTED,
    check_width,
    new_figure,
    style,
    wrap_label,
)

__all__ = ["plot_series"]

#: The columns that are drawn.
_FIGURE_COLUMNS = (
    *("indicator_id", "indicator", "geography", "unit", "period", "year", "value", "precision"),
    *("conflict", "run"),
)
#: Marker and fill by precision: filled is exact.
_MARKERS = {"exact": ("o", ACCENT), "rounded": ("o", "white"), "at_least": ("^", "white")}
_SIGNS = {"exact": "", "rounded": "≈", "at_least": "≥"}
_LEGEND = {"exact": "exact figure", "rounded": "≈ rounded figure", "at_least": "≥ at least"}
_PANEL_MM, _LABEL, _SMALL = 55.0, 8.0, 7.5
#: How far the heading stands left of the axis, over the tick labels, in points.
_OUTDENT = 22.0
#: About what a panel's tick labels take of its width, and how tall its axis is, in millimetres.
_TICKS_MM, _AXIS_MM = 15.0, 26.0
#: Longest word of a break's label, which would else reach over the figures' labels.
_WORD_MM = 28.0
#: Free room between the headings of two panels, in millimetres.
_BETWEEN_MM = 4.0
#: Free room beside the first and the last mark, as a share of the axis.
_MARGIN = 0.14 / 1.28
#: A mark's radius, and where above its own mark a label would cover another's, in millimetres.
_MARK, _COVERED = 0.9, (0.7, 5.0)


def plot_series(
    figures: pd.DataFrame, breaks: pd.DataFrame, *, width_mm: float = FULL_WIDTH_MM
) -> Figure:
    """Draw the course of each series in a panel of its own.

    Each panel has its own axis from zero and its unit in the title. Neighbouring periods are joined
    by a line, periods further apart by dots; nothing is joined across a break, to a figure in
    conflict or within a period of changing practice. Figures in conflict stand side by side, joined
    by a bracket.

    Parameters
    ----------
    figures : pandas.DataFrame
        As `tables.indicators.select_series` gives them: `indicator_id, indicator, unit, geography,
        period, year, value, precision, conflict, run`.
    breaks : pandas.DataFrame
        As `tables.indicators.list_breaks` gives them: `indicator_id, label, change_date,
        last_year_before, first_year_after, n_figures_before, n_figures_after`. Drawn where there
        are figures on both sides.
    width_mm : float, default 170
        Width on paper; it sets the number of panels in a row.

    Returns
    -------
    matplotlib.figure.Figure
        Worldwide series first, then by geography and name.
    """
    require_columns(figures, _FIGURE_COLUMNS, where="plot_series")
    check_width(width_mm)
    if figures.empty:
        return empty(width_mm, "No series is long enough to draw")
    # Every panel takes its rows several times, and every column would be taken with them.
    figures = figures[list(_FIGURE_COLUMNS)]
    panels_of = figures[["geography", "indicator", "indicator_id"]].drop_duplicates()
    panels_of = panels_of.assign(national=panels_of["geography"].ne("INT"))
    order = panels_of.sort_values(["national", "geography", "indicator"])["indicator_id"]
    n_columns = max(1, min(int(width_mm // _PANEL_MM), len(order)))
    n_rows = max(1, math.ceil(len(order) / n_columns))
    wide = int((width_mm / n_columns - 4) / (_LABEL * 0.64 * MM_PER_POINT))
    with style():
        figure = new_figure(width_mm=width_mm, height_mm=48.0 * n_rows + 16)
        figure.set_layout_engine("constrained", wspace=0.06, hspace=0.06)
        panels = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
        for panel in panels[len(order) :]:
            panel.set_visible(False)
        for panel, series in zip(panels, order, strict=False):
            _draw_panel(
                panel,
                figures[figures["indicator_id"].eq(series)],
                breaks[breaks["indicator_id"].eq(series)],
                wide,
                width_mm / n_columns - _TICKS_MM,
            )
        _draw_legend(figure, figures, breaks, narrow=n_columns == 1)
    return figure


def _draw_panel(
    ax: Axes, series: pd.DataFrame, breaks: pd.DataFrame, wide: int, axis_mm: float
) -> None:
    first = series.iloc[0]
    headings: tuple[tuple[str, int, dict[str, Any]], ...] = (
        (
            _heading(first["indicator"], wide, axis_mm + _TICKS_MM),
            15,
            {"fontsize": _LABEL, "fontweight": "bold"},
        ),
        (first["unit"], 4, {"fontsize": _SMALL, "color": MUTED}),
    )
    for words, lift, look in headings:
        ax.annotate(
            words,
            (0, 1),
            xytext=(-_OUTDENT, lift),
            xycoords="axes fraction",
            textcoords="offset points",
            **look,
        )
    series = series.assign(x=series["year"].astype(float), y=series["value"].astype(float))
    years = series["x"]
    span = max(years.max() - years.min(), 1.0)
    series["x"] += _side_by_side(series) * 0.035 * span
    for _, run in series.groupby("run"):
        for a, b in zip(rows_of(run), rows_of(run.iloc[1:]), strict=False):
            gap = b.year - a.year > 1
            ax.plot([a.x, b.x], [a.y, b.y], color=ACCENT, linestyle=":" if gap else "-", zorder=2)
    for _, clash in series[series["conflict"]].groupby("period"):
        _draw_bracket(ax, clash, series["y"].max())
    for precision, (marker, fill) in _MARKERS.items():
        some = series[series["precision"].eq(precision)]
        ax.plot(
            some["x"],
            some["y"],
            marker=marker,
            markerfacecolor=fill,
            markeredgecolor=ACCENT,
            linestyle="none",
            zorder=3,
            # A mark at zero is whole, too, and takes no room from the axis.
            clip_on=False,
            in_layout=False,
        )
    top = series["y"].max()
    ax.set_ylim(0, top * 1.42)
    drawn = [
        change for change in rows_of(breaks) if change.n_figures_before and change.n_figures_after
    ]
    sides = _sides(series, [_break_at(change) for change in drawn], axis_mm, top)
    before, after = (
        max(_MARGIN * axis_mm, sides[int(year)].room) for year in (years.min(), years.max())
    )
    per_mm = span / (axis_mm - before - after)
    ax.set_xlim(years.min() - before * per_mm, years.max() + after * per_mm)
    _label_figures(ax, series, top, sides)
    for change in drawn:
        _draw_break(ax, change, years.min(), years.max(), axis_mm)
    ends = series.drop_duplicates("year").iloc[[0, -1]]
    ax.set_xticks(ends["year"].astype(float), ends["period"], fontsize=8)
    ax.set_xticks(sorted(set(years)), minor=True)
    ax.tick_params(axis="x", which="minor", length=2.5)
    ticks = _round_ticks(top)
    ax.set_yticks(ticks, [_short(tick) for tick in ticks], fontsize=8)
    ax.grid(axis="y")


def _side_by_side(series: pd.DataFrame) -> pd.Series:
    """Return -1, 1 for two figures of one period (…), 0 for a figure alone."""
    place = series.groupby("period").cumcount()
    size = series.groupby("period")["value"].transform("size")
    return 2 * place - (size - 1)


def _draw_bracket(ax: Axes, clash: pd.DataFrame, top: float) -> None:
    foot, lift = clash["y"].max(), 0.05 * top
    for point in rows_of(clash):
        ax.plot([point.x, point.x], [point.y, foot + lift], color=INK, linewidth=0.9, zorder=1)
    ax.plot(
        [clash["x"].min(), clash["x"].max()],
        [foot + lift, foot + lift],
        color=INK,
        linewidth=0.9,
        zorder=1,
    )


def _heading(words: str, wide: int, panel_mm: float) -> str:
    """Break a panel's heading, by its measured width where its letters are wide ones."""
    wrapped, room = wrap_label(words, wide), panel_mm - _BETWEEN_MM
    if measure(wrapped, _LABEL, bold=True) <= room:
        return wrapped
    return fit_wrap(words, room, _LABEL, bold=True)


def _shortened(word: str, room: float) -> str:
    """Return a word that fits, cut with an ellipsis: the table of breaks has it in full."""
    if measure(word, _SMALL) <= room:
        return word
    while len(word) > 1 and measure(f"{word}…", _SMALL) > room:
        word = word[:-1]
    return f"{word}…"


def _draw_break(ax: Axes, change: Any, first: float, last: float, axis_mm: float) -> None:
    x = _break_at(change)
    ax.axvline(x, ymax=0.97, color=INK, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
    right = x - first < (last - first) / 2
    low, high = ax.get_xlim()
    room = axis_mm * ((high - x) if right else (x - low)) / (high - low) - 2.0
    words = " ".join(_shortened(word, min(room, _WORD_MM)) for word in str(change.label).split())
    ax.annotate(
        wrap_label(words, 13),
        (x, 1),
        xytext=(3 if right else -3, -1),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="left" if right else "right",
        va="top",
        fontsize=_SMALL,
        style="italic",
    )


def _break_at(change: Any) -> float:
    """Return where a break stands: a calendar year spans half a year either side of its tick."""
    date = str(change.change_date)
    before = float(change.last_year_before)
    after = float(change.first_year_after)
    if after - before > 1 and date[:4].isdigit():
        month = int(date[5:7]) if len(date) == 7 else 1
        return int(date[:4]) - 0.5 + (month - 1) / 12
    return (before + after) / 2


class _Side(NamedTuple):
    """How a label stands to its mark: aligned how, how far beside it in points, with what room."""

    ha: str
    beside: float
    room: float = 0.0


_CENTRED = _Side("center", 0.0, 0.0)


def _told(series: pd.DataFrame) -> pd.DataFrame:
    """Return the figures that get a label: the first, the last and all in conflict."""
    ends = {series["year"].min(), series["year"].max()}
    return series[series["year"].isin(ends) | series["conflict"]]


def _sides(
    series: pd.DataFrame, breaks: Sequence[float], axis_mm: float, top: float
) -> dict[int, _Side]:
    """Return how each year's label stands, so that it covers neither axis, break, mark nor label.

    The room is what the label needs on the side of its alignment, in millimetres.
    """
    span = max(float(series["year"].max() - series["year"].min()), 1.0)
    across, up = axis_mm * (1 - 2 * _MARGIN) / span, _AXIS_MM / (1.42 * top) if top else 0.0
    told = _told(series)
    centres = told.groupby("year")["x"].mean()
    sides = {}
    for year, own in told.groupby("year"):
        x, y = centres[year], own["y"].max()
        width = max(measure(_printed(point), _SMALL) for point in rows_of(own))
        first, last = year == series["year"].min(), year == series["year"].max()
        in_the_way = [at for at in breaks if abs(at - x) * across < width / 2 + 0.5]
        in_the_way += [
            point.x
            for point in rows_of(series[series["year"].ne(year)])
            if (first or last)
            and abs(point.x - x) * across < width / 2 + _MARK
            and _COVERED[0] < (point.y - y) * up < _COVERED[1]
        ]
        half = width / 2 + 0.7
        if centres.sub(x).between(0, 0.2 * span, inclusive="neither").any():
            side = _Side("right", 0.0, width) if first else _Side("right", 4.0)
        elif any(at > x for at in in_the_way):
            side = _Side("right", 2.0, width)
        elif in_the_way:
            # On this side there is no axis, so that the label may stand out a little.
            side = _Side("left", -1.0, half)
        else:
            side = _Side("center", 0.0, half)
        sides[int(str(year))] = side
    return sides


def _label_figures(ax: Axes, series: pd.DataFrame, top: float, sides: Mapping[int, _Side]) -> None:
    """Write the first, the last and all conflicting figures beside their marks."""
    for year, group in _told(series).groupby("year"):
        low, high = group["y"].min(), group["y"].max()
        lift = 0.05 * top if group["conflict"].any() else 0.0
        if high - low < 0.15 * top:
            words = "\n".join(dict.fromkeys(map(_printed, rows_of(group))))
            place = (group["x"].mean(), high + lift)
            _write(ax, place, words, above=True, side=sides[int(str(year))])
            continue
        for point in rows_of(group):
            above = point.y == high
            _write(ax, (point.x, point.y + lift * above), _printed(point), above=above)


def _write(
    ax: Axes, place: tuple[float, float], words: str, *, above: bool, side: _Side = _CENTRED
) -> None:
    from matplotlib.patheffects import withStroke

    ax.annotate(
        words,
        place,
        xytext=(side.beside, 4 if above else -5),
        textcoords="offset points",
        ha=side.ha,
        va="bottom" if above else "top",
        fontsize=_SMALL,
        linespacing=1.0,
        zorder=4,
        path_effects=[withStroke(linewidth=2, foreground="white")],
    )


def _printed(point: Any) -> str:
    return _SIGNS[point.precision] + _short(point.value)


def _short(value: float) -> str:
    """Return a figure in three significant digits at most: 36.2m, 291k, 4,380 as 4.38k."""
    for size, letter in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def _round_ticks(top: float) -> list[float]:
    """Return 0 and up to four round steps towards `top`."""
    size = 10 ** math.floor(math.log10(top)) if top > 0 else 1.0
    step = next(size * factor for factor in (0.25, 0.5, 1, 2.5, 5) if top <= 4 * size * factor)
    return [step * at for at in range(int(top / step) + 1)]


def _draw_legend(
    figure: Figure, figures: pd.DataFrame, breaks: pd.DataFrame, *, narrow: bool
) -> None:
    from matplotlib.lines import Line2D

    entries = [
        Line2D(
            [],
            [],
            marker=marker,
            markerfacecolor=fill,
            markeredgecolor=ACCENT,
            linestyle="none",
            label=_LEGEND[precision],
        )
        for precision, (marker, fill) in _MARKERS.items()
        if figures["precision"].eq(precision).any()
    ]
    entries.append(Line2D([], [], color=ACCENT, linestyle=":", label="no figure in between"))
    if figures["conflict"].any():
        entries.append(
            Line2D(
                [], [], color=INK, linewidth=0.9, marker="", label="bracket: sources in conflict"
            )
        )
    if not breaks.empty:
        entries.append(
            Line2D([], [], color=INK, linewidth=0.9, linestyle=(0, (4, 2)), label="break in series")
        )
    figure.legend(
        handles=entries, loc="outside lower left", ncols=1 if narrow else 3, fontsize=_SMALL
    )
