"""The two pictures of a figure: drawn once each, in the figure's own colours, always the same."""

from __future__ import annotations

import io
import re
from typing import Any

import numpy as np
import pytest
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from PIL import Image

from oso_analysis.figures.palette import encode_png
from oso_analysis.figures.rendering import render
from oso_analysis.figures.style import ACCENT, DPI, new_figure, style


def _bars(width_mm: float = 170.0) -> Figure:
    with style():
        figure = new_figure(width_mm=width_mm, height_mm=60)
        axes = figure.subplots()
        axes.bar(["a long word for a bar", "b"], [3, 2], color=[ACCENT, "#e49f67"])
        axes.set_ylabel("Works")
    return figure


def _pixels(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def test_a_figure_is_drawn_once_for_each_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    draw = Figure.draw

    def spy(self: Figure, renderer: RendererBase) -> None:
        drawn.append(type(renderer).__name__)
        draw(self, renderer)

    monkeypatch.setattr(Figure, "draw", spy)
    figure = _bars()
    figure.legend(handles=figure.axes[0].patches, labels=["a", "b"], loc="outside upper left")
    render(figure, title="Title", notes=["n = 5"], alt_text="Bars.")
    assert drawn == ["RendererAgg", "MixedModeRenderer"]


def test_rendering_leaves_the_figure_as_it_was() -> None:
    figure = _bars()
    engine, dpi, texts = figure.get_layout_engine(), figure.get_dpi(), list(figure.texts)
    first = render(figure, title="Title", notes=["n = 5"], alt_text="Bars.")
    assert figure.get_layout_engine() is engine
    assert (figure.get_dpi(), list(figure.texts)) == (dpi, texts)
    again = render(figure, title="Title", notes=["n = 5"], alt_text="Bars.")
    assert (again.png, again.svg) == (first.png, first.svg)


@pytest.mark.parametrize("width_mm", [80.0, 170.0])
def test_titles_and_notes_of_wide_letters_stay_in_the_picture(
    width_mm: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Chinese sign is as wide as two letters, and such a text has no spaces to break at."""
    ends: list[float] = []
    figure = _bars(width_mm)
    save = Figure.savefig

    def spy(self: Figure, *given: Any, **options: Any) -> None:
        save(self, *given, **options)
        texts = [text.get_window_extent().x1 for text in self.texts]
        ends.extend(end / self.bbox.width for end in texts)

    monkeypatch.setattr(Figure, "savefig", spy)
    words = "社区互助与孤独感：老年人日间照料中心的作用" * 6
    render(figure, title=words, notes=[words, f"Note: {'W' * 200}"], alt_text="图")
    assert len(ends) == 4
    assert max(ends) <= 1


@pytest.mark.parametrize("width_mm", [80.0, 123.4, 170.0, 211.7])
def test_both_pictures_show_the_bars_in_one_place(width_mm: float) -> None:
    picture = render(_bars(width_mm), title="Title", notes=["n = 5"], alt_text="Bars.")
    pixels = _pixels(picture.png)
    rows, columns = np.nonzero((pixels == [0x11, 0x3E, 0xA3]).all(axis=2))
    # Left, right and top; the foot lies under the axis.
    inside = (columns.min(), columns.max() + 1, rows.min())
    path = re.search(rf'd="([^"]*)"[^>]*style="fill: {ACCENT}"', picture.svg)
    assert path is not None
    numbers = np.array(re.findall(r"[\d.]+", path[1]), dtype=float) * DPI / 72
    x, y = numbers[0::2], numbers[1::2]
    assert inside == pytest.approx((x.min(), x.max(), y.min()), abs=1.0)


def test_colours_of_a_plain_drawing_are_exact() -> None:
    picture = render(_bars(), title="", notes=[], alt_text="Bars.")
    shown = {tuple(colour) for colour in _pixels(picture.png).reshape(-1, 3)}
    assert {(255, 255, 255), (0x11, 0x3E, 0xA3), (0xE4, 0x9F, 0x67)} <= shown


def test_among_many_colours_a_large_one_is_exact_and_none_is_far_off() -> None:
    height, width = 120, 300
    drawing = np.full((height, width, 4), 255, dtype=np.uint8)
    # Five thousand tones of grey blue, as where flows lie over one another …
    tones = np.random.default_rng(1).integers(90, 130, size=(50, 100, 3))
    drawing[10:60, 10:110, :3] = tones
    # … a bar, and a single dot in a colour of its own.
    drawing[70:110, 20:200, :3] = (17, 62, 163)
    drawing[65, 250, :3] = (200, 30, 40)
    png = encode_png(drawing.tobytes(), width)
    assert png == encode_png(drawing.tobytes(), width)
    with Image.open(io.BytesIO(png)) as image:
        assert image.mode == "P"
        assert image.size == (width, height)
        assert image.info["dpi"] == pytest.approx((DPI, DPI), abs=0.01)
    off = np.abs(_pixels(png) - drawing[..., :3])
    assert off[70:110, 20:200].max() == 0
    assert off[65, 250].max() == 0
    assert off[10:60, 10:110].max() <= 12
