"""Small multiples of published figures: one panel a series, nothing added up across panels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

from oso_analysis.errors import require_columns
from oso_analysis.figures.layout import MM_PER_POINT, empty, rows_of
from oso_analysis.figures.style import (
    ACCENT,
    FULL_WIDTH_MM,
    INK,
    MUTED,
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
            )
        _draw_legend(figure, figures, breaks, narrow=n_columns == 1)
    return figure


def _draw_panel(ax: Axes, series: pd.DataFrame, breaks: pd.DataFrame, wide: int) -> None:
    first = series.iloc[0]
    headings: tuple[tuple[str, int, dict[str, Any]], ...] = (
        (wrap_label(first["indicator"], wide), 15, {"fontsize": _LABEL, "fontweight": "bold"}),
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
        )
    top = series["y"].max()
    ax.set_ylim(0, top * 1.42)
    ax.set_xlim(years.min() - 0.14 * span, years.max() + 0.14 * span)
    _label_figures(ax, series, top)
    for change in rows_of(breaks):
        if change.n_figures_before and change.n_figures_after:
            _draw_break(ax, change, years.min(), years.max())
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


def _draw_break(ax: Axes, change: Any, first: float, last: float) -> None:
    x = _break_at(change)
    ax.axvline(x, ymax=0.97, color=INK, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
    right = x - first < (last - first) / 2
    ax.annotate(
        wrap_label(str(change.label), 13),
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


def _label_figures(ax: Axes, series: pd.DataFrame, top: float) -> None:
    """Write the first, the last and all conflicting figures beside their marks."""
    ends = {series["year"].min(), series["year"].max()}
    told = series[series["year"].isin(ends) | series["conflict"]]
    centres = told.groupby("year")["x"].mean()
    room = 0.2 * (series["x"].max() - series["x"].min())
    for year, group in told.groupby("year"):
        low, high = group["y"].min(), group["y"].max()
        lift = 0.05 * top if group["conflict"].any() else 0.0
        crowded = bool(centres.sub(centres[year]).between(0, room, inclusive="neither").any())
        if high - low < 0.15 * top:
            words = "\n".join(dict.fromkeys(map(_printed, rows_of(group))))
            _write(ax, (group["x"].mean(), high + lift), words, above=True, right=crowded)
            continue
        for point in rows_of(group):
            above = point.y == high
            _write(ax, (point.x, point.y + lift * above), _printed(point), above=above)


def _write(
    ax: Axes, place: tuple[float, float], words: str, *, above: bool, right: bool = False
) -> None:
    from matplotlib.patheffects import withStroke

    ax.annotate(
        words,
        place,
        xytext=(4 if right else 0, 4 if above else -5),
        textcoords="offset points",
        ha="right" if right else "center",
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
