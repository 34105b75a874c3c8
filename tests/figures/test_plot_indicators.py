from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib.text import Text
from textboxes import overlapping_text, text_outside_canvas

from oso_analysis.errors import InputError
from oso_analysis.figures.indicators import _break_at, _short, plot_series
from oso_analysis.indicators import prepare_figures
from oso_analysis.tables.indicators import list_breaks, select_series

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "consultation_tables"
REAL = ROOT / "data" / "indicators"


def prepared(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    breaks = pd.read_csv(folder / "breaks.csv", dtype={"change_date": "str"})
    figures = select_series(prepare_figures(pd.read_csv(folder / "indicators.csv"), breaks))
    return figures, list_breaks(figures, breaks)


@pytest.mark.parametrize("width_mm", [170, 80])
def test_every_real_series_is_legible(width_mm: float) -> None:
    figures, breaks = prepared(REAL)
    figure = plot_series(figures, breaks, width_mm=width_mm)
    assert overlapping_text(figure) == []
    assert text_outside_canvas(figure) == []
    panels = [ax for ax in figure.axes if ax.get_visible()]
    assert len(panels) == figures["indicator_id"].nunique()
    assert all(panel.get_ylim()[0] == 0 for panel in panels)


def covered(panel: Any) -> list[tuple[str, str]]:
    """Return the labels of figures that lie over the panel's axis, a break or another mark."""
    renderer = panel.figure.canvas.get_renderer()
    found = []
    breaks = [line.get_xdata()[0] for line in panel.lines if line.get_linestyle() == "--"]
    uprights = [*((panel.transData.transform((x, 0))[0], "break") for x in breaks),
                (panel.bbox.x0, "axis")]  # fmt: skip
    marks = [
        panel.transData.transform(place)
        for line in panel.lines
        if line.get_marker() in {"o", "^"}
        for place in line.get_xydata()
    ]
    for text in panel.texts:
        if not text.get_text().lstrip("≈≥")[:1].isdigit():
            continue
        box = Text.get_window_extent(text, renderer)
        found += [(text.get_text(), what) for x, what in uprights if box.x0 + 1 < x < box.x1 - 1]
        found += [
            (text.get_text(), "mark")
            for x, y in marks
            if box.x0 < x < box.x1 and box.y0 < y < box.y1
        ]
    return found


@pytest.mark.parametrize("width_mm", [170, 80])
def test_labels_leave_axes_breaks_and_marks_free(width_mm: float) -> None:
    figure = plot_series(*prepared(REAL), width_mm=width_mm)
    figure.canvas.draw()
    panels = [panel for panel in figure.axes if panel.get_visible()]
    assert [pair for panel in panels for pair in covered(panel)] == []
    marks = [line for panel in panels for line in panel.lines if line.get_marker() in {"o", "^"}]
    assert not any(line.get_clip_on() for line in marks)


def test_lines_and_marks_of_one_panel() -> None:
    figure = plot_series(*prepared(FIXTURES))
    (panel,) = figure.axes
    lines = [line for line in panel.lines if line.get_color() == "#113ea3"]
    joined = [
        (list(line.get_xdata()), line.get_linestyle())
        for line in lines
        if len(line.get_xdata()) == 2
    ]
    joined = [(xs, look) for xs, look in joined if look != "None"]
    # 2012-2013 are neighbours; between 2015 and 2017 one year is missing; nothing else is joined.
    assert joined == [([2012.0, 2013.0], "-"), ([2015.0, 2017.0], ":")]
    marks = {
        (line.get_marker(), line.get_markerfacecolor()): list(line.get_ydata())
        for line in panel.lines
        if line.get_marker() in {"o", "^"}
    }
    assert marks["o", "#113ea3"] == [100, 200, 210, 400, 900, 950]
    assert marks["o", "white"] == [150]
    assert marks["^", "white"] == [300]
    texts = {text.get_text() for text in panel.texts}
    assert {"100", "950", "≈150", "≥300", "New practice", "reports"} <= texts


def test_a_break_stands_where_practice_changed() -> None:
    change = pd.Series(
        {"change_date": "2014-04", "last_year_before": 2013, "first_year_after": 2015}
    )
    assert _break_at(change) == 2013.75
    change["first_year_after"] = 2014
    assert _break_at(change) == 2013.5
    unknown = pd.Series(
        {"change_date": "not_stated", "last_year_before": 2015, "first_year_after": 2021}
    )
    assert _break_at(unknown) == 2018


def test_short_numbers() -> None:
    assert [_short(value) for value in (36_200_000, 291_273, 4380, 53, 1e9)] == [
        "36.2m",
        "291k",
        "4.38k",
        "53",
        "1bn",
    ]


def test_missing_columns_are_named() -> None:
    figures, breaks = prepared(FIXTURES)
    with pytest.raises(InputError, match=r"plot_series: 1 missing column"):
        plot_series(figures.drop(columns="run"), breaks)


def test_no_series_is_said_in_words() -> None:
    figures, breaks = prepared(FIXTURES)
    texts = [text.get_text() for text in plot_series(figures.iloc[:0], breaks).axes[0].texts]
    assert texts == ["No series is long enough to draw"]
