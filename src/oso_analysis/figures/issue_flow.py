"""A picture of the themes of submissions flowing from issue and solution to outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

from oso_analysis.codebook import NOT_STATED
from oso_analysis.errors import require_columns
from oso_analysis.figures.grids import wrap_within
from oso_analysis.figures.layout import (
    dodge,
    draw_band,
    empty,
    is_narrow,
    join,
    line_height,
    printed_words,
    rows_of,
    sheet,
    text_width,
)
from oso_analysis.figures.style import (
    FULL_WIDTH_MM,
    ISSUE,
    MUTED,
    SOLUTION,
    outcome_colours,
    style,
    theme_colours,
)

__all__ = ["plot_issue_flow"]

#: Width of a column's bar, room between two nodes, and how see-through flows are.
_NODE_MM, _GAP_MM, _ALPHA = 4.0, 1.6, 0.5
_SMALL = 8.0
_VOICED_COLOURS = {
    "issue_only": ISSUE,
    "issue_and_solution": MUTED,
    "solution_only": SOLUTION,
}


def plot_issue_flow(paths: pd.DataFrame, *, width_mm: float = FULL_WIDTH_MM) -> Figure:
    """Draw themes of submissions flowing from theme to issue or solution to outcome.

    Parameters
    ----------
    paths : pandas.DataFrame
        As `tables.consultation.trace_issues_to_outcomes` gives it.
    width_mm : float, default 170
        Width on paper.

    Returns
    -------
    matplotlib.figure.Figure
        Three columns of the same height, each adding up to all themes of submissions; a band's
        height is the number that takes this way, its colour the theme's.
    """
    stages = ["theme", "voiced", "outcome"]
    require_columns(paths, [*stages, "n_submission_themes"], where="plot_issue_flow")
    if paths.empty:
        return empty(width_mm, "Nothing was coded")
    narrow = is_narrow(width_mm)
    size = 7.5 if narrow else _SMALL
    left, right = (24.0, 27.0) if narrow else (36.0, 50.0)
    room = {"theme": left - 5, "voiced": 24.0, "outcome": right - 5}
    labels = {stage: _labels(paths, stage, room[stage], size) for stage in stages}
    # Labels may stand from the foot up to 10 mm below the top; the figure grows with their need.
    needed = max(sum(line_height(text, size) for text in words) for words in labels.values())
    height = max(150.0 if narrow else 125.0, 10 + needed)
    low, high = 2.0, height - 12.0
    xs = [left, left + (width_mm - left - right) * 0.45, width_mm - right - _NODE_MM]
    with style():
        figure, ax = sheet(width_mm, height)
        nodes = [_stack(paths, stage, low, high) for stage in stages]
        for at in (0, 1):
            _draw_flows(ax, paths, stages[at : at + 2], nodes[at : at + 2], xs[at : at + 2])
        colours = [
            theme_colours(nodes[0]),
            _VOICED_COLOURS,
            outcome_colours(nodes[2]),
        ]
        for stage, x, node, colour in zip(stages, xs, nodes, colours, strict=True):
            for code, (bottom, top) in node.items():
                ax.fill_between([x, x + _NODE_MM], bottom, top, color=colour[code], linewidth=0)
            _label_nodes(ax, stage, x, node, labels[stage], size=size, limits=(low, high))
        heads = ("Theme", "Voiced as", "Outcome")
        for words, x, side in zip(heads, xs, ("right", "center", "left"), strict=True):
            shift = {"right": _NODE_MM, "center": _NODE_MM / 2, "left": 0.0}[side]
            ax.text(x + shift, height - 3, words, ha=side, va="top", fontweight="bold", fontsize=9)
    return figure


def _stack(
    paths: pd.DataFrame, stage: str, low: float, high: float
) -> dict[str, tuple[float, float]]:
    """Place the nodes of one column from the top, all columns on one scale."""
    sizes = paths.groupby(stage, sort=False)["n_submission_themes"].sum()
    order = _node_order(paths, stage)
    most = max(paths[column].nunique() for column in ("theme", "voiced", "outcome"))
    scale = (high - low - _GAP_MM * (most - 1)) / sizes.sum()
    gap = (high - low - scale * sizes.sum()) / max(len(order) - 1, 1)
    top, places = high, {}
    for code in order:
        places[code] = (top - scale * sizes[code], top)
        top -= scale * sizes[code] + gap
    return places


def _node_order(paths: pd.DataFrame, stage: str) -> list[str]:
    if stage == "theme":
        sizes = paths.groupby("theme", sort=False)["n_submission_themes"].sum()
        return list(sizes.sort_values(ascending=False, kind="stable").index)
    if stage == "voiced":
        return [code for code in _VOICED_COLOURS if code in set(paths["voiced"])]
    codes = sorted(set(paths["outcome"]))
    # Issues stand at the top, so what proposes no solution stays there and flows do not cross.
    tail = [code for code in ("several_outcomes", NOT_STATED) if code in codes]
    head = [code for code in ("no_solution",) if code in codes]
    return head + [code for code in codes if code not in {*head, *tail}] + tail


def _draw_flows(
    ax: Axes,
    paths: pd.DataFrame,
    stages: list[str],
    nodes: list[dict[str, tuple[float, float]]],
    xs: list[float],
) -> None:
    themes = _node_order(paths, "theme")
    order = {code: at for node in nodes for at, code in enumerate(node)}
    keys = list(dict.fromkeys(["theme", *stages]))
    flows = paths.groupby(keys, sort=False)["n_submission_themes"].sum().reset_index()
    n = flows["n_submission_themes"].sum()
    scale = sum(top - bottom for bottom, top in nodes[0].values()) / n
    flows["rank"] = flows["theme"].map({code: at for at, code in enumerate(themes)})
    flows["at"], flows["to"] = (flows[stage].map(order) for stage in stages)
    edges: dict[tuple[int, int], tuple[float, float]] = {}
    for end, keys in ((0, ["at", "to", "rank"]), (1, ["to", "at", "rank"])):
        tops = {code: top for code, (_, top) in nodes[end].items()}
        for flow in rows_of(flows.sort_values(keys, kind="stable")):
            code = getattr(flow, stages[end])
            height = scale * flow.n_submission_themes
            edges[flow.Index, end] = (tops[code] - height, tops[code])
            tops[code] -= height
    colours = theme_colours(themes)
    for flow in rows_of(flows):
        look = {"facecolor": colours[flow.theme], "alpha": _ALPHA}
        ends = (xs[0] + _NODE_MM, xs[1])
        draw_band(ax, ends, edges[flow.Index, 0], edges[flow.Index, 1], look)


def _labels(paths: pd.DataFrame, stage: str, room: float, size: float) -> list[str]:
    """Return the labels of one column's nodes from the top, wrapped to their room."""
    names = dict(zip(paths[stage], printed_words(paths, stage), strict=True))
    sizes = paths.groupby(stage)["n_submission_themes"].sum()
    per_line = max(int(room / text_width("x", size)), 8)
    return [
        # Labels stand 4 mm from their nodes: a word may reach to the edge before it is broken.
        wrap_within(f"{names[code]}\N{NO-BREAK SPACE}{sizes[code]}", per_line, room + 1, size)
        for code in _node_order(paths, stage)
    ]


def _label_nodes(
    ax: Axes,
    stage: str,
    x: float,
    nodes: dict[str, tuple[float, float]],
    words: list[str],
    *,
    size: float,
    limits: tuple[float, float],
) -> None:
    from matplotlib.patheffects import withStroke

    middles = [sum(edges) / 2 for edges in nodes.values()]
    heights = [line_height(text, size) for text in words]
    spread = dodge(middles, heights, limits[0] - 2, limits[1] + 2)
    for text, middle, y in zip(words, middles, spread, strict=True):
        if stage == "voiced":
            spot, ha = x + _NODE_MM / 2, "center"
        elif stage == "theme":
            spot, ha = x - 4, "right"
            join(ax, (x - 0.3, middle), (spot + 0.6, y))
        else:
            spot, ha = x + _NODE_MM + 4, "left"
            join(ax, (x + _NODE_MM + 0.3, middle), (spot - 0.6, y))
        ax.text(
            spot,
            y,
            text,
            ha=ha,
            va="center",
            fontsize=size,
            linespacing=1.1,
            fontweight="bold" if stage == "voiced" else "normal",
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
            zorder=5,
        )
