"""Ask the renderer where every text lies: the check behind "no overlapping or cut text"."""

from __future__ import annotations

from itertools import combinations
from typing import Any

#: Boxes may touch by this many pixels (at 100 dpi): the em box of a line is taller than its ink.
SLACK = 1.5


def _boxes(figure: Any) -> list[tuple[str, Any]]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    undrawn = _undrawn(figure)
    found = []
    for artist in figure.findobj(Text):
        if id(artist) in undrawn or not artist.get_visible() or not artist.get_text().strip():
            continue
        # Text.get_window_extent alone: an Annotation's would include its arrow.
        found.append((artist.get_text(), Text.get_window_extent(artist, renderer)))
    return found


def _undrawn(figure: Any) -> set[int]:
    """Return the ids of tick labels that exist but are not shown (off axes, ticks out of view)."""
    from matplotlib.text import Text

    hidden: set[int] = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            every = {id(text) for text in axis.findobj(Text)}
            if not axes.get_visible() or not axes.axison or not axis.get_visible():
                hidden |= every
                continue
            # The only list of the ticks that a draw shows; the others keep stale positions.
            shown = {id(label) for tick in axis._update_ticks() for label in tick.findobj(Text)}
            shown |= {id(axis.label), id(axis.offsetText)}
            hidden |= every - shown
    return hidden


def overlapping_text(figure: Any) -> list[tuple[str, str]]:
    """Return every pair of texts whose boxes overlap by more than `SLACK` pixels."""
    pairs = []
    for (one, a), (two, b) in combinations(_boxes(figure), 2):
        width = min(a.x1, b.x1) - max(a.x0, b.x0)
        height = min(a.y1, b.y1) - max(a.y0, b.y0)
        if width > SLACK and height > SLACK:
            pairs.append((one, two))
    return pairs


def text_outside_canvas(figure: Any) -> list[str]:
    """Return every text that lies partly outside the figure and would be cut."""
    boxes = _boxes(figure)
    canvas = figure.bbox
    return [
        text
        for text, box in boxes
        if box.x0 < canvas.x0 - SLACK
        or box.y0 < canvas.y0 - SLACK
        or box.x1 > canvas.x1 + SLACK
        or box.y1 > canvas.y1 + SLACK
    ]
