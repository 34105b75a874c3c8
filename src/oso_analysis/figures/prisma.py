"""The PRISMA 2020 flow diagram, drawn from a table whose boxes balance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oso_analysis.display import plural
from oso_analysis.errors import require_columns
from oso_analysis.figures.grids import fit_wrap, measure, type_size
from oso_analysis.figures.layout import MM_PER_POINT, line_height, rows_of, sheet
from oso_analysis.figures.style import ACCENT, FULL_WIDTH_MM, GRID, INK, MUTED, style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_prisma_flow"]

_STAGES = {"identification": "Identification", "screening": "Screening", "included": "Included"}
_PAD = 1.6
#: Lines of text of a box stand so far apart, in heights of their type.
_SPACING = 1.2
#: From so many lines on, a box is as tall as its lines.
_FEW_LINES = 12
#: Ground of the boxes of works that stay, and of those that leave.
_STAYS, _LEAVES = "#eef3fa", "#ffffff"


@dataclass(frozen=True)
class _Placed:
    """A box with its texts, at its place: left, top (measured downwards), width, height."""

    box: str
    role: str
    stage: str
    head: str
    body: str
    x: float
    top: float
    width: float
    height: float

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


def plot_prisma_flow(flow: pd.DataFrame, *, width_mm: float = FULL_WIDTH_MM) -> Figure:
    """Draw the flow: what stays runs down the left, what leaves stands to the right.

    Parameters
    ----------
    flow : pandas.DataFrame
        As `tables.prisma.count_prisma_flow` gives it.
    width_mm : float, default 170
        Width on paper.

    Returns
    -------
    matplotlib.figure.Figure
        Boxes are as tall as their text needs, and the figure as tall as its boxes.
    """
    require_columns(
        flow, ["box", "stage", "role", "label", "unit", "n", "parent"], where="plot_prisma_flow"
    )
    size = type_size(width_mm)
    placed = _place(flow, width_mm, size)
    bands = _bands(placed, size)
    height = max(bottom for _, bottom in bands.values()) + 0.5
    with style():
        figure, ax = sheet(width_mm, height)
        ax.invert_yaxis()
        band = _band_width(size)
        for stage, (top, bottom) in bands.items():
            _stage_band(ax, _STAGES[stage], (0.3, top, band, bottom - top), size)
        for item in placed:
            _draw_box(ax, item, size)
        _draw_arrows(ax, placed, flow)
    return figure


def _band_width(size: float) -> float:
    return line_height("x", size) + 1.6


def _bands(placed: list[_Placed], size: float) -> dict[str, tuple[float, float]]:
    """Return from where to where each stage goes: over its boxes, and at least over its name."""
    bands = {}
    for stage in _STAGES:
        members = [item for item in placed if item.stage == stage]
        if members:
            top = min(item.top for item in members)
            bottom = max(item.bottom for item in members)
            bands[stage] = (top, max(bottom, top + _name_length(stage, size)))
    return bands


def _name_length(stage: str, size: float) -> float:
    # The measure allows for screens' hinting, which the pictures are made without.
    return 0.98 * measure(_STAGES[stage], size, bold=True)


def _texts(flow: pd.DataFrame, width: float, size: float) -> dict[str, tuple[str, str]]:
    """Return each box's heading and the lines below it, wrapped to the box's width."""
    room = width - 2 * _PAD
    texts = {}
    for row in rows_of(flow[flow["role"].isin(["source", "main", "removed"])]):
        below = flow[flow["parent"] == row.box]
        parts = below[below["role"] == "part"]
        notes = below[below["role"] == "note"]
        # Units are plurals in the table.
        lines = [f"n = {plural(row.n, row.unit.removesuffix('s'))}"]
        lines += [
            _bullet(f"{label}:\u00a0{n:,}", room, size)
            for label, n in zip(parts["label"], parts["n"], strict=True)
        ]
        lines += [
            fit_wrap(f"{label}:\u00a0{n:,}", room, size)
            for label, n in zip(notes["label"], notes["n"], strict=True)
        ]
        head = fit_wrap(str(row.label), room, size, bold=True)
        texts[str(row.box)] = (head, "\n".join(lines))
    return texts


def _list_height(text: str, size: float) -> float:
    """Return the height of a text, which for a long list is what its lines take and no more.

    A line's height has room to spare; over dozens of lines that adds up to a box that is half
    empty and a figure taller than a page.
    """
    more = max(text.count("\n") + 1 - _FEW_LINES, 0)
    spare = line_height("", size) - _SPACING * size * MM_PER_POINT
    return line_height(text, size) - more * spare


def _bullet(text: str, room: float, size: float) -> str:
    """Mark one line of a list; where it wraps, the rest is indented so that it reads as one."""
    first, *rest = fit_wrap(text, room - measure("• ", size), size).split("\n")
    return "\n".join([f"• {first}", *(f"   {line}" for line in rest)])


def _place(flow: pd.DataFrame, width_mm: float, size: float) -> list[_Placed]:
    """Give every box its place, from the top down."""
    gap = 5.0 if size > 8 else 3.6
    between = 8.0 if size > 8 else 4.5
    left = _band_width(size) + 2.0
    width = (width_mm - left - between - 0.5) / 2
    right = left + width + between
    texts = _texts(flow, width, size)
    wide_texts = _texts(flow, 2 * width + between, size)
    boxes = flow.set_index("box")
    placed: list[_Placed] = []

    def put(box: str, x: float, top: float, *, wide: bool = False) -> _Placed:
        head, body = (wide_texts if wide else texts)[box]
        item = _Placed(
            box,
            str(boxes.loc[box, "role"]),
            str(boxes.loc[box, "stage"]),
            head,
            body,
            x,
            top,
            2 * width + between if wide else width,
            line_height(head, size) + _list_height(body, size) + 2 * _PAD,
        )
        placed.append(item)
        return item

    sources = list(flow.loc[flow["role"] == "source", "box"])
    top = 0.5
    if sources:
        row = [put(box, x, top) for box, x in zip(sources, (left, right), strict=False)]
        top = max(item.bottom for item in row) + gap
    mains = flow[flow["role"] == "main"]
    last = set(mains.drop_duplicates("stage", keep="last")["box"])
    for box in mains["box"]:
        wide = len(sources) > 1 and str(box) == str(boxes.loc[sources[0], "parent"])
        main = put(str(box), left, top, wide=wide)
        lowest = main.bottom
        beside = main.bottom + gap if wide else main.top
        for removed in flow.loc[(flow["role"] == "removed") & (flow["parent"] == box), "box"]:
            item = put(str(removed), right, beside)
            lowest = max(lowest, item.bottom)
            beside = item.bottom + gap * 0.7
        if box in last:
            # The next stage begins where the name of this one has ended.
            lowest = max(lowest, _bands(placed, size)[main.stage][1])
        top = lowest + gap
    return placed


def _stage_band(
    ax: Axes, label: str, place: tuple[float, float, float, float], size: float
) -> None:
    from matplotlib.patches import Rectangle

    x, top, width, height = place
    ax.add_patch(Rectangle((x, top), width, height, facecolor=ACCENT))
    ax.text(
        x + width / 2,
        top + height / 2,
        label,
        rotation=90,
        ha="center",
        va="center",
        fontsize=size,
        fontweight="bold",
        color="white",
    )


def _draw_box(ax: Axes, item: _Placed, size: float) -> None:
    from matplotlib.patches import Rectangle

    leaves = item.role == "removed"
    ax.add_patch(
        Rectangle(
            (item.x, item.top),
            item.width,
            item.height,
            facecolor=_LEAVES if leaves else _STAYS,
            edgecolor=GRID if leaves else MUTED,
            linewidth=1.0,
        )
    )
    head = line_height(item.head, size)
    common: dict[str, Any] = {
        "ha": "left",
        "va": "top",
        "fontsize": size,
        "color": INK,
        "linespacing": _SPACING,
    }
    ax.text(item.x + _PAD, item.top + _PAD, item.head, fontweight="bold", **common)
    ax.text(item.x + _PAD, item.top + _PAD + head, item.body, **common)


def _draw_arrows(ax: Axes, placed: list[_Placed], flow: pd.DataFrame) -> None:
    at = {item.box: item for item in placed}
    parents = dict(zip(flow["box"], flow["parent"], strict=True))
    for item in placed:
        if item.role == "source":
            target = at[str(parents[item.box])]
            x = item.x + item.width / 2
            _arrow(ax, (x, item.bottom), (x, target.top))
            continue
        parent = at.get(str(parents[item.box]))
        if parent is None:
            continue
        spine = _spine(at, parents, parent)
        if item.role == "main":
            _arrow(ax, (spine, parent.bottom), (spine, item.top))
        else:
            height = _branch(parent, item)
            start = parent.x + parent.width if height < parent.bottom else spine
            _arrow(ax, (start, height), (item.x, height))


def _branch(parent: _Placed, item: _Placed) -> float:
    """Return how far down the arrow to a box that leaves stands: at its middle where it can.

    An arrow along the edge of the box that it starts from would look like part of that edge.
    """
    if abs(item.middle - parent.bottom) >= _PAD:
        return item.middle
    return (max(parent.top, item.top) + min(parent.bottom, item.bottom)) / 2


def _spine(at: dict[str, _Placed], parents: dict[str, str], parent: _Placed) -> float:
    """Return where the line down from `parent` runs: the middle of the column of main boxes."""
    below = [item for box, item in at.items() if item.role == "main" and parents[box] == parent.box]
    column = below[0] if below else parent
    return column.x + column.width / 2


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    ax.annotate(
        "",
        xy=end,
        xytext=start,
        arrowprops={
            "arrowstyle": "-|>",
            "color": INK,
            "linewidth": 0.9,
            "shrinkA": 0,
            "shrinkB": 0,
        },
    )
