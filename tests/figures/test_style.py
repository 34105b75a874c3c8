from __future__ import annotations

import io
import subprocess
import sys
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from textboxes import overlapping_text, text_outside_canvas

from oso_analysis.codebook import read_codebook
from oso_analysis.figures import style

ROOT = Path(__file__).parents[2]

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
MACHADO = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
    "normal sight": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
}


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def oklab(rgb: np.ndarray) -> np.ndarray:
    lms = np.cbrt(
        np.array(
            [
                [0.4122214708, 0.5363325363, 0.0514459929],
                [0.2119034982, 0.6806995451, 0.1073969566],
                [0.0883024619, 0.2817188376, 0.6299787005],
            ]
        )
        @ np.clip(rgb, 0, 1)
    )
    return (
        np.array(
            [
                [0.2104542553, 0.7936177850, -0.0040720468],
                [1.9779984951, -2.4285922050, 0.4505937099],
                [0.0259040371, 0.7827717662, -0.8086757660],
            ]
        )
        @ lms
    )


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(colour: str) -> float:
    return 1.05 / (luminance(colour) + 0.05)


@pytest.mark.parametrize("sight", MACHADO)
@pytest.mark.parametrize(
    ("palette", "least"),
    [
        (tuple(style.THEME_COLOURS.values()), 0.095),
        (tuple(style.OUTCOME_COLOURS.values()), 0.15),
        (tuple(dict.fromkeys(style.SECTOR_COLOURS.values())), 0.06),
        ((style.ISSUE, style.SOLUTION), 0.15),
    ],
    ids=["themes", "outcomes", "sectors", "issue and solution"],
)
def test_colours_stay_apart(palette: tuple[str, ...], least: float, sight: str) -> None:
    # 0.02 in OKLab is about one just noticeable difference.
    seen = {colour: oklab(np.array(MACHADO[sight]) @ linear(colour)) for colour in palette}
    closest = min(
        (float(np.linalg.norm(seen[a] - seen[b])), a, b) for a, b in combinations(seen, 2)
    )
    assert closest[0] >= least, closest


def test_themes_step_in_lightness_for_greyscale() -> None:
    steps = np.diff(sorted(np.cbrt(luminance(c)) for c in style.THEME_COLOURS.values()))
    assert steps.min() > 0.04


def test_every_theme_sector_and_outcome_of_the_codebook_has_a_colour() -> None:
    codebook = read_codebook(ROOT / "data" / "codebook.yaml")
    assert set(codebook["theme"]) == set(style.THEME_COLOURS)
    assert set(codebook["outcome"]) == set(style.OUTCOME_COLOURS)
    assert {*codebook["sector"], *codebook["respondent_sector"]} == set(style.SECTOR_COLOURS)


def test_text_colours_have_contrast() -> None:
    assert contrast(style.INK) >= 7
    assert contrast(style.MUTED) >= 4.5
    for colour in (*style.THEME_COLOURS.values(), *style.SECTOR_COLOURS.values()):
        assert contrast(style._readable(colour)) >= 4.5
    assert style.text_colour_on("#ffffff") == style.INK
    assert style.text_colour_on("#0b2f66") == "#ffffff"


def test_counts_darken_steadily() -> None:
    from matplotlib.colors import to_hex

    ramp = [luminance(to_hex(style.count_colours()(x))) for x in np.linspace(0, 1, 21)]
    assert all(b < a for a, b in pairwise(ramp))


def drawn(width_mm: float = 170.0) -> object:
    with style.style():
        figure = style.new_figure(width_mm=width_mm, height_mm=70)
        ax = figure.subplots()
        ax.barh(["One", "Two"], [1, 2], color=style.ACCENT)
        style.direct_label(ax, 2, 1, "two works", colour=style.THEME_COLOURS["prevention"])
        style.title(figure, "Works by a category with a rather long name that has to be wrapped")
        style.note(figure, n=3, unit="works", source="records in data/literature, a long source")
    return figure


@pytest.mark.parametrize("width_mm", [style.FULL_WIDTH_MM, 80.0])
def test_title_and_note_neither_overlap_nor_are_cut(width_mm: float) -> None:
    figure = drawn(width_mm)
    assert overlapping_text(figure) == []
    assert text_outside_canvas(figure) == []


def test_textbox_checks_can_fail() -> None:
    figure = drawn()
    figure.text(0.5, 0.5, "over")
    figure.text(0.5, 0.5, "lap")
    figure.text(0.99, 0.3, "cut at the edge")
    assert ("over", "lap") in overlapping_text(figure)
    assert "cut at the edge" in text_outside_canvas(figure)


def test_same_figure_same_svg_and_settings_do_not_leak() -> None:
    import matplotlib as mpl

    mpl.rcParams["font.size"] = 23.0
    try:
        pictures = []
        for _ in range(2):
            with style.style():
                buffer = io.BytesIO()
                drawn().savefig(buffer, format="svg", metadata={"Date": None})
            pictures.append(buffer.getvalue())
        assert pictures[0] == pictures[1]
        assert mpl.rcParams["font.size"] == 23.0
    finally:
        mpl.rcdefaults()


def test_note_text_and_wrap() -> None:
    assert style.note_text(n=1234, unit="works", source="a, b") == "n = 1,234 works · Source: a, b"
    assert style.note_text(n=None, unit="reports", source="") == "Counting unit: reports"
    assert style.wrap_label("Risk assessment and treatment", 16) == "Risk assessment\nand treatment"


def test_importing_the_style_is_cheap() -> None:
    code = "import sys, oso_analysis.figures.style; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_another_codebook_has_colours_of_its_own() -> None:
    codebook = read_codebook(ROOT / "data" / "codebook.yaml")
    own = style.theme_colours(codebook["theme"])
    assert own == dict(style.THEME_COLOURS)
    others = style.theme_colours(["nutrition", "access", "not_stated", "cost"])
    assert others["not_stated"] == style.NOT_STATED_COLOUR
    assert len({others[code] for code in ("nutrition", "access", "cost")}) == 3
    assert style.theme_colours(["cost", "nutrition", "access"]) == {
        code: others[code] for code in ("cost", "nutrition", "access")
    }, "a figure's order does not change a theme's colour"
    mixed = style.theme_colours([*list(codebook["theme"])[1:], "cost", "stigma"])
    assert mixed["cost"] == style.THEME_COLOURS[next(iter(codebook["theme"]))]
    assert mixed["stigma"] == style.NOT_STATED_COLOUR, "no colour stands for two themes"
    assert style.outcome_colours(["wider_access", "no_solution"])["wider_access"] == "#222a94"


def test_legend_of_the_figure_stays_off_the_title_and_note_bands() -> None:
    import io

    from PIL import Image

    from oso_analysis.figures.rendering import render
    from oso_analysis.figures.style import new_figure

    def bands(with_legend: bool) -> list[bytes]:
        figure = new_figure(height_mm=60)
        axes = figure.subplots()
        line = axes.plot([0, 1], [0, 1], color="white")
        if with_legend:
            figure.legend(handles=line, labels=["legend"], loc="outside upper left")
            figure.legend(handles=line, labels=["legend"], loc="outside lower left")
        picture = render(figure, title="", notes=["note"], alt_text="x")
        image = Image.open(io.BytesIO(picture.png)).convert("L")
        width, height = image.size
        edge = round(height * (1 - picture.bottom))
        return [image.crop((0, edge, width, height)).point(lambda v: 255 * (v > 200)).tobytes()]

    assert bands(with_legend=True) == bands(with_legend=False)
