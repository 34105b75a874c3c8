"""Turn a finished figure into its two pictures, PNG and SVG, with a title above and a note below.

The title and the note stand outside the drawing, in bands added to the page, so they can never
collide with it. The height of each band is recorded: a report that prints its own numbered caption
cuts the bands off, while the saved file stands alone.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from oso_analysis.figures.grids import wrap_within
from oso_analysis.figures.layout import MM_PER_POINT
from oso_analysis.figures.palette import encode_png, save_png
from oso_analysis.figures.style import DPI, INK, MUTED, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Picture", "crop_png", "crop_svg", "render"]

_TITLE_SIZE, _NOTE_SIZE = 10.5, 8.0
_POINTS_PER_INCH = 72.0
#: Characters that fit an inch at the two sizes, measured on English text in DejaVu Sans.
_TITLE_PER_INCH, _NOTE_PER_INCH = 10.5, 14.5
#: Where both begin, of the width.
_LEFT = 0.012
_LINE = 1.35


#: Decimals of a coordinate beyond the second.
_DECIMALS = re.compile(r"(?<=\.\d\d)\d+")


@dataclass(frozen=True, slots=True)
class Picture:
    """One drawing as PNG (200 dpi) and SVG.

    Attributes
    ----------
    png : bytes
    svg : str
        Glyphs as paths; holds the title and the alt text as ``<title>`` and ``<desc>``.
    top, bottom : float
        Share of the height (0 to 1) that the bands with title and note take.
    """

    png: bytes
    svg: str
    top: float
    bottom: float


def render(figure: Figure, *, title: str, notes: Sequence[str], alt_text: str) -> Picture:
    """Draw a figure with its title above and its notes below.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        A title or note of its own, made by `style.title` or `style.note`, is left out.
    title : str
    notes : sequence of str
        Lines under the figure; long ones are wrapped.
    alt_text : str

    Returns
    -------
    Picture
        Same figure and texts, same bytes.
    """
    from matplotlib.transforms import Bbox

    with style():
        for artist in (figure._suptitle, figure._supxlabel):  # type: ignore[attr-defined]
            if artist is not None and artist.get_gid() in {"oso-title", "oso-note"}:
                artist.set_text("")
        width, height = figure.get_size_inches()
        # From the texts' left edge to the figure's right one.
        room = (1 - _LEFT) * width * _POINTS_PER_INCH * MM_PER_POINT
        head = wrap_within(title, int(width * _TITLE_PER_INCH), room, _TITLE_SIZE, bold=True)
        lines = int(width * _NOTE_PER_INCH)
        foot = "\n".join(wrap_within(line, lines, room, _NOTE_SIZE) for line in notes if line)
        top = _band(head, _TITLE_SIZE)
        bottom = _band(foot, _NOTE_SIZE)
        # Whole pixels, so that a band can be cut off the PNG without leaving a sliver.
        top, bottom = (round(band * DPI) / DPI for band in (top, bottom))
        texts = [
            figure.text(
                _LEFT,
                1 + top / height,
                head,
                va="top",
                ha="left",
                fontsize=_TITLE_SIZE,
                fontweight="bold",
                color=INK,
                linespacing=1.2,
                in_layout=False,
            ),
            figure.text(
                _LEFT,
                -0.05 / height,
                foot,
                va="top",
                ha="left",
                fontsize=_NOTE_SIZE,
                color=MUTED,
                linespacing=1.2,
                in_layout=False,
            ),
        ]
        area = Bbox([[0.0, -bottom], [width, height + top]])
        try:
            with _laid_out(figure):
                raw, svg = io.BytesIO(), io.StringIO()
                figure.savefig(raw, format="rgba", dpi=DPI, bbox_inches=area)
                figure.savefig(svg, format="svg", bbox_inches=area, metadata={"Date": None})
        finally:
            for text in texts:
                text.remove()
    whole = height + top + bottom
    return Picture(
        encode_png(raw.getvalue(), int(area.width * DPI)),
        _described(svg.getvalue(), title, alt_text),
        round(top / whole, 6),
        round(bottom / whole, 6),
    )


@contextmanager
def _laid_out(figure: Figure) -> Iterator[None]:
    """Lay the figure out once, for both pictures; its own layout is back on leaving.

    With a layout engine in place, Matplotlib would draw the figure twice for each picture: once to
    lay it out and once in earnest.
    """
    engine, dpi = figure.get_layout_engine(), figure.get_dpi()
    figure.set_dpi(DPI)
    try:
        if figure.axes and engine is not None:
            engine.execute(figure)
        if figure.legends:
            _hold_legends(figure)
            figure.set_layout_engine("none")
            engine = figure.get_layout_engine()
        figure.set_layout_engine(None)
        yield
    finally:
        figure.set_dpi(dpi)
        figure.set_layout_engine(engine)


def _hold_legends(figure: Figure) -> None:
    """Fix the figure's own legends where the layout puts them, off the bands.

    Saving with bands enlarges the page, and a legend "outside" the axes hangs on the page's edge.
    """
    for legend in figure.legends:
        place = legend.get_window_extent().transformed(figure.transFigure.inverted())
        legend.set_bbox_to_anchor((0, 0, 1, 1), transform=figure.transFigure)
        legend.set_loc((place.x0, place.y0))


def _band(text: str, size: float) -> float:
    """Return the height in inches that wrapped text of `size` points needs, with air."""
    if not text:
        return 0.0
    return ((text.count("\n") + 1) * size * _LINE + 0.6 * size) / _POINTS_PER_INCH


def _described(svg: str, title: str, alt_text: str) -> str:
    """Name and describe the drawing inside the SVG and drop what only XML editors read."""
    svg = svg[svg.index("<svg ") :]
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    # A hundredth of a point is below what any printer shows.
    svg = re.sub(r' d="[^"]*"', lambda d: _DECIMALS.sub("", d[0]), svg)
    svg = re.sub(r"\n\s*", "\n", svg).replace("\r\n", "\n")
    start = svg.index(">") + 1
    words = f"\n<title>{escape(title)}</title>\n<desc>{escape(alt_text)}</desc>"
    return svg[:start].replace("<svg ", '<svg role="img" ', 1) + words + svg[start:]


def crop_svg(svg: str, top: float, bottom: float) -> str:
    """Return an SVG without its title and note bands, by showing a smaller window on it."""
    box = re.search(r'viewBox="([\d.eE+-]+) ([\d.eE+-]+) ([\d.eE+-]+) ([\d.eE+-]+)"', svg)
    if box is None:
        return svg
    x, y, width, height = (float(part) for part in box.groups())
    y, height = y + top * height, height * (1 - top - bottom)
    head, rest = svg.split(">", 1)
    head = re.sub(r'viewBox="[^"]*"', f'viewBox="{x:g} {y:.6g} {width:.6g} {height:.6g}"', head)
    head = re.sub(r'\bwidth="[^"]*"', f'width="{width:.6g}pt"', head)
    head = re.sub(r'\bheight="[^"]*"', f'height="{height:.6g}pt"', head)
    return f"{head}>{rest}"


def crop_png(png: bytes, top: float, bottom: float) -> bytes:
    """Return a PNG without its title and note bands."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as image:
        width, height = image.size
        cut = image.crop((0, round(height * top), width, round(height * (1 - bottom))))
    return save_png(cut)
