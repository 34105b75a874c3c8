from __future__ import annotations

import consulted
import pandas as pd
import pytest
from textboxes import overlapping_text, text_outside_canvas

from oso_analysis.errors import InputError
from oso_analysis.figures.outcomes import plot_outcome_trace
from oso_analysis.tables.outcomes import trace_outcomes


@pytest.fixture(scope="module", params=["real", "small"])
def trace(request: pytest.FixtureRequest) -> pd.DataFrame:
    segments = consulted.consultation(request.param).segments
    return trace_outcomes(segments, consulted.work_codes(request.param), consulted.codebook())


@pytest.mark.parametrize("width_mm", [170, 80])
def test_legible_and_complete(trace: pd.DataFrame, width_mm: float) -> None:
    figure = plot_outcome_trace(trace, width_mm=width_mm)
    assert overlapping_text(figure) == []
    assert text_outside_canvas(figure) == []
    bubbles, bars = figure.axes
    assert sum(int(text.get_text()) for text in bubbles.texts) == trace["n_segments"].sum()
    widths = sorted(bar.get_width() for bar in bars.patches)
    assert widths == sorted(trace.drop_duplicates("theme")["n_works"])
    assert bars.get_xlim()[0] == 0


def test_bubble_areas_are_counts(trace: pd.DataFrame) -> None:
    figure = plot_outcome_trace(trace)
    areas = [spot.get_sizes()[0] for spot in figure.axes[0].collections]
    counts = trace.loc[trace["n_segments"].gt(0), "n_segments"].tolist()
    ratios = {round(area / count, 6) for area, count in zip(areas, counts, strict=True)}
    assert len(ratios) == 1


def test_missing_columns_are_named(trace: pd.DataFrame) -> None:
    with pytest.raises(InputError, match=r"plot_outcome_trace: 1 missing column"):
        plot_outcome_trace(trace.drop(columns="n_works"))


def test_no_solution_is_said_in_words(trace: pd.DataFrame) -> None:
    figure = plot_outcome_trace(trace.assign(n_segments=0))
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts == ["Nothing that could serve an outcome was coded"]
