"""Pictures of who took part in the consultations and of what they said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

from oso_analysis.codebook import NOT_STATED, WITHHELD
from oso_analysis.errors import check_option, require_columns
from oso_analysis.figures.grids import (
    fit_numbers,
    fit_upright,
    measure,
    too_many,
    upright_size,
    wrap_rows,
)
from oso_analysis.figures.issue_flow import plot_issue_flow
from oso_analysis.figures.layout import (
    TICK_SIZE,
    count_axis,
    empty,
    is_narrow,
    largest,
    line_height,
    printed_words,
    row_places,
    rows_of,
)
from oso_analysis.figures.style import (
    ACCENT,
    FULL_WIDTH_MM,
    ISSUE,
    MUTED,
    NOT_STATED_COLOUR,
    SOLUTION,
    count_colours,
    direct_label,
    new_figure,
    outcome_colours,
    style,
    text_colour_on,
)
from oso_analysis.labels import KIND_PLURALS
from oso_analysis.tables.consultation import NO_OUTCOME
from oso_analysis.tables.withheld import numbers

__all__ = [
    "plot_issue_flow",
    "plot_issues_and_solutions",
    "plot_outcomes",
    "plot_sector_heatmap",
    "plot_submissions",
]

_UNITS = {
    "n_segments": "segments",
    "n_submissions": "submissions",
    "n_respondents": "respondents",
}
_SMALL = 8.0
_BAR_MM = 4.4
#: Free space beside rows' labels and bars.
_BESIDE_MM = 2.4


def plot_submissions(table: pd.DataFrame, by: str, *, width_mm: float = FULL_WIDTH_MM) -> Figure:
    """Draw submissions by sector, country, holder or year, relevant ones and others.

    Parameters
    ----------
    table : pandas.DataFrame
        As `tables.participation.count_submissions` gives it; `n_relevant_submissions` and
        `n_respondents` may be left out.
    by : str
        The column counted by.
    width_mm : float, default 170
        Width on paper.

    Returns
    -------
    matplotlib.figure.Figure
        One bar a row: submissions found relevant (dark) and others (light), with the number of
        submissions and of the respondents behind them. Most submissions first, or years in order;
        "not stated" last. A number that is withheld reads ``[c]`` and has no bar.
    """
    require_columns(table, [by, "n_submissions"], where="plot_submissions")
    table = numbers(table)
    if not table["n_submissions"].fillna(1).sum():
        return empty(width_mm, "There are no submissions")
    rows = table.assign(words=printed_words(table, by), last=table[by].eq(NOT_STATED))
    if by != "year":
        rows = rows.sort_values(
            ["last", "n_submissions"], ascending=[True, False], kind="stable", ignore_index=True
        )
    with style():
        wrapped = wrap_rows(rows["words"], 22 if is_narrow(width_mm) else 46)
        # A label of several lines gets a taller row, in millimetres.
        tall = pd.Series([2.2 + line_height(words, 9.0) for words in wrapped])
        rows.index = pd.Index(tall.cumsum() - tall / 2)
        figure = new_figure(width_mm=width_mm, height_mm=18 + float(tall.sum()))
        ax = figure.subplots()
        split = "n_relevant_submissions" in rows
        relevant = rows["n_relevant_submissions"] if split else rows["n_submissions"]
        ax.barh(rows.index, relevant, color=ACCENT, height=_BAR_MM)
        if split:
            # Where the relevant ones are withheld, the bar does not say how many there are.
            known = relevant.fillna(0)
            ax.barh(
                rows.index,
                rows["n_submissions"] - known,
                left=known,
                color=NOT_STATED_COLOUR,
                height=_BAR_MM,
                hatch=["" if shown else "////" for shown in relevant.notna()],
            )
        repeats = rows.index[:0]
        if "n_respondents" in rows:
            repeats = rows.index[rows["n_respondents"].ne(rows["n_submissions"])]
        ends = rows["n_submissions"].fillna(relevant).fillna(0)
        for row in rows_of(rows):
            behind = _count(row.n_submissions)
            if row.Index in repeats:
                behind += f" by {row.n_respondents}"
            if row.Index in repeats[:1]:
                behind += " respondents" if not is_narrow(width_mm) else ""
            direct_label(ax, ends[row.Index], row.Index, behind)
        unit = "Submissions by respondents" if len(repeats) else "Submissions"
        _finish_bars(ax, rows.index, wrapped, largest(rows["n_submissions"]), unit, width_mm)
        _keep_inside(ax, wrapped, ends.to_list(), width_mm)
        ax.set_ylim(float(tall.sum()), 0)
        if split:
            _legend(figure, [("relevant", ACCENT), ("not relevant", NOT_STATED_COLOUR)])
    return figure


def _count(value: float) -> str:
    """Return a count as a label: the mark where it is withheld."""
    return WITHHELD if pd.isna(value) else f"{value:.0f}"


def _finish_bars(
    ax: Axes, places: pd.Index, labels: list[str], top: float, unit: str, width_mm: float
) -> None:
    ax.set_yticks(places, labels)
    # Room for the longest direct label behind the longest bar.
    ax.set_xlim(0, top * (1.6 if is_narrow(width_mm) else 1.4))
    ax.set_xlabel(unit, loc="right" if is_narrow(width_mm) else "left")
    count_axis(ax.xaxis, 4)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")


def _keep_inside(ax: Axes, labels: list[str], ends: Sequence[float], width_mm: float) -> None:
    """Lengthen the axis where wide labels of rows leave its numbers too little room."""
    room = width_mm - max(measure(label, TICK_SIZE) for label in labels) - _BESIDE_MM
    for text, end in zip(ax.texts, ends, strict=True):
        left = max(room - measure(text.get_text(), TICK_SIZE), room / 4)
        ax.set_xlim(0, max(ax.get_xlim()[1], end * room / left))


def _legend(figure: Figure, entries: list[tuple[str, str]]) -> None:
    from matplotlib.patches import Patch

    figure.legend(
        handles=[Patch(color=colour, label=words) for words, colour in entries],
        loc="outside upper left",
        ncols=len(entries),
        fontsize=_SMALL + 0.5,
        handlelength=1.0,
        borderpad=0.1,
    )


def plot_issues_and_solutions(
    table: pd.DataFrame,
    *,
    by: str = "theme",
    unit: str = "n_segments",
    width_mm: float = FULL_WIDTH_MM,
) -> Figure:
    """Draw issues to the left and possible solutions to the right, row by row.

    Parameters
    ----------
    table : pandas.DataFrame
        As `tables.consultation.count_segments` by ``[by, "kind"]`` gives it.
    by : str, default "theme"
        The rows.
    unit : {"n_segments", "n_submissions", "n_respondents"}, default "n_segments"
        What is counted.
    width_mm : float, default 170
        Width on paper.

    Returns
    -------
    matplotlib.figure.Figure
        Both sides on one scale from zero in the middle; most issues and solutions together first. A
        number that is withheld reads ``[c]`` and has no bar.
    """
    check_option("unit", unit, _UNITS)
    require_columns(table, [by, "kind", unit], where="plot_issues_and_solutions")
    table = numbers(table)
    if not table[unit].fillna(1).sum():
        return empty(width_mm, "Nothing was coded")
    withheld = set(table.loc[table[unit].isna(), [by, "kind"]].itertuples(index=False, name=None))
    rows = table.assign(words=printed_words(table, by)).pivot_table(
        index=[by, "words"], columns="kind", values=unit, sort=False, aggfunc="sum"
    )
    rows = rows.reindex(columns=["issue", "solution"], fill_value=0).reset_index()
    rows["last"] = rows[by].eq(NOT_STATED)
    rows["both"] = rows["issue"] + rows["solution"]
    rows = rows.sort_values(
        ["last", "both"], ascending=[True, False], kind="stable", ignore_index=True
    )
    narrow = is_narrow(width_mm)
    with style():
        wrapped = wrap_rows(rows["words"], 14 if narrow else 30)
        least = 9.5 if narrow else 7.5
        places, tall = row_places(wrapped, least)
        rows.index = pd.Index(places)
        figure = new_figure(width_mm=width_mm, height_mm=20 + least * tall)
        ax = figure.subplots()
        ax.barh(rows.index, -rows["issue"], color=ISSUE, height=0.72)
        ax.barh(rows.index, rows["solution"], color=SOLUTION, height=0.72)
        for code, row in zip(rows[by], rows_of(rows), strict=True):
            issue = WITHHELD if (code, "issue") in withheld else f"{row.issue:.0f}"
            solution = WITHHELD if (code, "solution") in withheld else f"{row.solution:.0f}"
            direct_label(ax, -row.issue, row.Index, issue, dx=-4, ha="right")
            direct_label(ax, row.solution, row.Index, solution)
        margin = 0.12 * largest(rows["both"]) * (2 if narrow else 1)
        sides = (largest(rows[kind], least=0.0) for kind in ("issue", "solution"))
        left, right = (reach + margin for reach in sides)
        ax.set_xlim(-left, right)
        ax.set_ylim(tall - 0.4, -0.6)
        ax.set_yticks(rows.index, wrapped)
        ax.tick_params(axis="y", length=0)
        ax.axvline(0, color=MUTED, linewidth=0.8)
        ax.spines["left"].set_visible(False)
        count_axis(ax.xaxis, 4 if narrow else 7)
        ax.xaxis.set_major_formatter(lambda value, _: f"{abs(value):.0f}")
        ax.set_xlabel(_UNITS[unit].capitalize(), loc="center")
        ax.grid(axis="x")
        for words, side, colour in zip(
            _sides(table, narrow=narrow), (-1, 1), (ISSUE, SOLUTION), strict=True
        ):
            ax.annotate(
                words,
                (0, 1),
                xytext=(6 * side, 3),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                ha="right" if side < 0 else "left",
                color=colour,
                fontweight="bold",
            )
    return figure


def _sides(table: pd.DataFrame, *, narrow: bool) -> list[str]:
    """Return what stands to the left and to the right, in the codebook's words."""
    named = dict(zip(table["kind"], table.get("kind_label", []), strict=False))
    labels = [str(named.get("issue", "Issue")), str(named.get("solution", "Possible solution"))]
    words = [KIND_PLURALS.get(label, label) for label in labels]
    return ["Solutions" if narrow and word == "Possible solutions" else word for word in words]


def plot_sector_heatmap(
    table: pd.DataFrame, *, unit: str = "n_submissions", width_mm: float = FULL_WIDTH_MM
) -> Figure:
    """Draw themes against the sectors of the respondents.

    Parameters
    ----------
    table : pandas.DataFrame
        As `tables.consultation.cross_sectors` gives it, by theme.
    unit : {"n_submissions", "n_segments"}, default "n_submissions"
        What is counted.
    width_mm : float, default 170
        Width on paper.

    Returns
    -------
    matplotlib.figure.Figure
        A cell's number is the submissions of the sector that raise the theme (or its segments under
        it), its shade their percentage of all the sector's, so that small sectors compare with
        large ones. A sector's heading gives that base. Largest sector first; themes raised most
        first. A cell that is withheld is hatched and reads ``[c]``.
    """
    check_option("unit", unit, ("n_submissions", "n_segments"))
    columns = ["theme", "theme_label", "respondent_sector", unit]
    base, share = f"{unit}_of_sector", f"percent_of_sector_{_UNITS[unit]}"
    require_columns(table, [*columns, base, share], where="plot_sector_heatmap")
    table = numbers(table)
    if not table[unit].fillna(1).sum():
        return empty(width_mm, "Nothing was coded")
    sectors = table.drop_duplicates("respondent_sector")
    there = sectors[base].fillna(1).gt(0)
    sectors = sectors[there].sort_values(base, ascending=False, kind="stable")
    raised = table.groupby(["theme", "theme_label"], sort=False)[unit].sum()
    themes = raised.sort_values(ascending=False, kind="stable").reset_index()
    counts = table.pivot(index="theme", columns="respondent_sector", values=unit)
    shares = table.pivot(index="theme", columns="respondent_sector", values=share)
    counts = counts.loc[themes["theme"], sectors["respondent_sector"]]
    shares = shares.loc[themes["theme"], sectors["respondent_sector"]]
    narrow = is_narrow(width_mm)
    import numpy as np
    from matplotlib.patches import Rectangle

    with style():
        wrapped = wrap_rows(themes["theme_label"], 14 if narrow else 30)
        places, tall = row_places(wrapped, 7.5)
        column_mm = _column_mm(wrapped, len(sectors), width_mm)
        heads, room, head_size = _sector_heads(sectors, base, column_mm, narrow=narrow)
        numbers_in = [_count(n) for n in counts.to_numpy(dtype=float).flat]
        number_size = fit_numbers(numbers_in, column_mm, _SMALL + 1)
        if head_size is None or number_size is None:
            return empty(width_mm, too_many(len(sectors)))
        figure = new_figure(width_mm=width_mm, height_mm=62 + room + 7.5 * tall)
        ax = figure.subplots()
        colours = count_colours()
        raised_by, grades = counts.to_numpy(dtype=float), shares.to_numpy(dtype=float)
        edges = _edges(places)
        if tall == len(themes):
            image: Any = ax.imshow(grades, cmap=colours, vmin=0, vmax=100, aspect="auto")
        else:  # An image has rows of one height.
            across = np.arange(len(sectors) + 1) - 0.5
            image = ax.pcolormesh(across, edges, grades, cmap=colours, vmin=0, vmax=100)
            ax.set_ylim(edges[-1], edges[0])
        for row, place in enumerate(places):
            for column in range(len(sectors)):
                percent, n = grades[row, column], raised_by[row, column]
                if np.isnan(percent):
                    # A nought is printed even where its base, and so its share, is not.
                    corner = column - 0.5, edges[row]
                    hatch = "////" if np.isnan(n) else ""
                    ax.add_patch(
                        Rectangle(
                            corner,
                            1,
                            edges[row + 1] - edges[row],
                            facecolor="white",
                            edgecolor=NOT_STATED_COLOUR,
                            linewidth=0,
                            hatch=hatch,
                        )
                    )
                ax.text(
                    column,
                    place,
                    _count(n),
                    ha="center",
                    va="center",
                    fontsize=number_size,
                    color=MUTED if np.isnan(percent) else text_colour_on(colours(percent / 100)),
                )
        ax.set_xticks(range(len(sectors)), heads, rotation=90, fontsize=head_size, linespacing=1.0)
        ax.xaxis.tick_top()
        ax.set_yticks(places, wrapped)
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        bar = figure.colorbar(image, ax=ax, location="bottom", aspect=40, shrink=0.6, pad=0.02)
        bar.set_ticks([0, 50, 100], labels=["0", "50", "100 %"])
        bar.set_label(f"of the sector's {_UNITS[unit]}", fontsize=_SMALL)
        bar.outline.set_visible(False)
    return figure


def _edges(places: Sequence[float]) -> list[float]:
    """Return where rows with these middles begin, and where the last one ends."""
    edges = [-0.5]
    for place in places:
        edges.append(2 * place - edges[-1])
    return edges


def _column_mm(rows: list[str], n_columns: int, width_mm: float) -> float:
    """Return about how wide a column beside the rows' labels is."""
    return (width_mm - measure("\n".join(rows), TICK_SIZE) - _BESIDE_MM) / n_columns


def _sector_heads(
    sectors: pd.DataFrame, base: str, column: float, *, narrow: bool
) -> tuple[list[str], float, float | None]:
    """Return the upright headings of a heat map, the height they need beyond the usual, their size.

    The size is None where the columns are too many for headings that can be read.
    """
    size = _SMALL - narrow
    names = list(printed_words(sectors, "respondent_sector"))
    bases = [f"n = {_count(n)}" for n in sectors[base]]
    if narrow:
        whole = [f"{name}, {n}" for name, n in zip(names, bases, strict=True)]
        heads = fit_upright(whole, [""] * len(whole), 44, column, size)
    else:
        heads = fit_upright(names, [f"\n{n}" for n in bases], 18, column, size)
    usual = 44.0 if narrow else 32.0
    return heads, max(0.0, measure("\n".join(heads), size) - usual), upright_size(column, size)


def plot_outcomes(table: pd.DataFrame, *, width_mm: float = FULL_WIDTH_MM) -> Figure:
    """Draw possible solutions by the outcome they serve.

    Parameters
    ----------
    table : pandas.DataFrame
        As `tables.consultation.count_outcomes` gives it; `n_submissions` may be left out.
    width_mm : float, default 170
        Width on paper.

    Returns
    -------
    matplotlib.figure.Figure
        Bars of segments with the number of submissions behind them, most first, without a coded
        outcome last. A number that is withheld reads ``[c]`` and has no bar.
    """
    require_columns(table, ["outcome", "n_segments"], where="plot_outcomes")
    table = numbers(table)
    if not table["n_segments"].fillna(1).sum():
        return empty(width_mm, "Nothing that could serve an outcome was coded")
    rows = table.assign(words=printed_words(table, "outcome"), last=table["outcome"].eq(NOT_STATED))
    rows = rows.sort_values(
        ["last", "n_segments"], ascending=[True, False], kind="stable", ignore_index=True
    )
    rows.loc[rows["last"], "words"] = NO_OUTCOME
    with style():
        narrow = is_narrow(width_mm)
        wrapped = wrap_rows(rows["words"], 18 if narrow else 40)
        least = 13.0 if narrow else 9.0
        places, tall = row_places(wrapped, least)
        rows.index = pd.Index(places)
        figure = new_figure(width_mm=width_mm, height_mm=18 + least * tall)
        ax = figure.subplots()
        colours = list(outcome_colours(rows["outcome"]).values())
        ax.barh(rows.index, rows["n_segments"], color=colours, height=0.7)
        both = "n_submissions" in rows
        for row in rows_of(rows):
            words = _count(row.n_segments)
            if both and row.n_submissions != row.n_segments:
                words += f" in {row.n_submissions}" + ("" if narrow else " submissions")
            direct_label(ax, 0 if pd.isna(row.n_segments) else row.n_segments, row.Index, words)
        unit = "Segments in submissions" if narrow and both else "Segments"
        _finish_bars(ax, rows.index, wrapped, largest(rows["n_segments"]), unit, width_mm)
        ax.set_ylim(tall - 0.4, -0.6)
    return figure
