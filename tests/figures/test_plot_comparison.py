from __future__ import annotations

import consulted
import pandas as pd
import pytest
from textboxes import overlapping_text, text_outside_canvas

from oso_analysis.errors import InputError
from oso_analysis.figures.comparison import plot_rank_differences, plot_theme_slopes
from oso_analysis.tables.comparison import compare_themes


@pytest.fixture(scope="module", params=["real", "small"])
def table(request: pytest.FixtureRequest) -> pd.DataFrame:
    segments = consulted.consultation(request.param).segments
    return compare_themes(
        consulted.work_codes(request.param), segments, consulted.codebook(), n_resamples=100
    )


@pytest.mark.parametrize("plot", [plot_theme_slopes, plot_rank_differences])
@pytest.mark.parametrize("width_mm", [170, 80])
def test_legible(table: pd.DataFrame, plot: object, width_mm: float) -> None:
    figure = plot(table, width_mm=width_mm)  # type: ignore[operator]
    assert overlapping_text(figure) == []
    assert text_outside_canvas(figure) == []


def test_slopes_start_from_zero_on_one_scale(table: pd.DataFrame) -> None:
    figure = plot_theme_slopes(table)
    slopes = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert len(slopes) == len(table)
    shares = ["percent_of_works", "percent_of_submissions"]
    top = table[shares].to_numpy().max()
    zero, high = 6.0, 104.0
    for line, row in zip(slopes, table[shares].to_numpy(), strict=True):
        assert list(line.get_ydata()) == pytest.approx(list(zero + (high - zero) * row / top))


@pytest.mark.parametrize("width_mm", [170, 80])
@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_theme_that_nobody_raised_strikes_no_zero_out(
    table: pd.DataFrame, share: float, width_mm: float
) -> None:
    shares = ["percent_of_works", "percent_of_submissions"]
    one = table.index == 0
    lowest = table.assign(**{name: table[name].mask(one, share) for name in shares})
    figure = plot_theme_slopes(lowest, width_mm=width_mm)
    figure.canvas.draw()
    (ax,) = figure.axes
    zero = next(text for text in ax.texts if text.get_text() == "0 %")
    box = zero.get_window_extent()
    lines = [line for line in ax.lines if line.get_marker() == "o"]
    for line in lines:
        halfway = ax.transData.transform((width_mm / 2, sum(line.get_ydata()) / 2))[1]
        assert not box.y0 < halfway < box.y1
    assert overlapping_text(figure) == []
    assert text_outside_canvas(figure) == []


def test_only_clear_differences_are_filled(table: pd.DataFrame) -> None:
    figure = plot_rank_differences(table)
    points = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    hollow = sum(point.get_markerfacecolor() == "white" for point in points)
    assert hollow == table["divergence"].eq("no_clear_difference").sum()
    positions = [float(point.get_xdata()[0]) for point in points]
    assert positions == sorted(positions, reverse=True)


def test_missing_columns_are_named(table: pd.DataFrame) -> None:
    with pytest.raises(InputError, match=r"plot_theme_slopes: 1 missing column"):
        plot_theme_slopes(table.drop(columns="divergence"))


def test_nothing_to_compare_is_said_in_words(table: pd.DataFrame) -> None:
    missing = table.assign(percent_of_works=float("nan"), rank_difference=float("nan"))
    for plot in (plot_theme_slopes, plot_rank_differences):
        texts = [text.get_text() for text in plot(missing).axes[0].texts]
        assert texts == ["One side has nothing to compare"]
