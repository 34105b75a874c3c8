"""Long words, low values and mixed series of other reviews stay inside their figures and tables."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from matplotlib.text import Text
from textboxes import overlapping_text, text_outside_canvas

from oso_analysis import exhibits
from oso_analysis.agreement import AGREEMENT_COLUMNS
from oso_analysis.errors import InputError
from oso_analysis.figures.agreement import plot_agreement
from oso_analysis.figures.consultation import plot_outcomes
from oso_analysis.figures.indicators import plot_series
from oso_analysis.figures.literature import plot_years
from oso_analysis.indicators import prepare_figures
from oso_analysis.tables.indicators import list_breaks


def series() -> tuple[pd.DataFrame, pd.DataFrame]:
    names = [
        "Nächtigungen",
        "Untergebrachte junge Menschen unter 25 (Stichtag)",
        "Appels de 18 à 24",
    ]
    rows = [
        {
            "indicator_id": f"i{at}",
            "indicator": name,
            "publisher": "P",
            "geography": "DE",
            "unit": "persons",
            "period": str(year),
            "year": year,
            "period_kind": "calendar_year",
            "value": 1000 + year,
            "precision": "exact",
            "definition_note": None,
            "source_publisher": "P",
            "source_title": "T",
            "source_url": None,
            "source_kind": "publisher",
        }
        for at, name in enumerate(names)
        for year in range(2015, 2024)
    ]
    breaks = pd.DataFrame(
        {
            "indicator_id": ["i1"],
            "change_date": ["2022"],
            "last_year_before": [2021],
            "first_year_after": [2022],
            "label": ["Neues Wohnungslosenberichterstattungsgesetz"],
            "note": [None],
            "source": ["S"],
        }
    )
    figures = prepare_figures(pd.DataFrame(rows), breaks)
    return figures, list_breaks(figures, breaks)


@pytest.mark.parametrize("width_mm", [170, 80])
def test_a_long_word_at_a_break_stays_in_its_panel(width_mm: float) -> None:
    figure = plot_series(*series(), width_mm=width_mm)
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    panel, label = next(
        (ax, text) for ax in figure.axes for text in ax.texts if "Neues" in text.get_text()
    )
    box = Text.get_window_extent(label, renderer)
    assert panel.bbox.x0 <= box.x0
    assert box.x1 <= panel.bbox.x1
    assert "…" in label.get_text()
    assert overlapping_text(figure) == []
    assert text_outside_canvas(figure) == []


def test_a_low_alpha_stands_between_ticks() -> None:
    row = dict.fromkeys(AGREEMENT_COLUMNS, float("nan"))
    row |= {"material": "screening", "facet": "f", "label": "F", "note": "", "n_units": 4}
    row |= {"alpha": -0.75, "alpha_low": -0.75, "alpha_high": -0.75}
    figure = plot_agreement(pd.DataFrame([row]))
    ticks = {text.get_text() for text in figure.axes[0].texts}
    assert {"-0.8", "-0.4", "0.0", "1.0"} <= ticks
    assert overlapping_text(figure) == []


def test_a_series_of_counts_prints_whole_beside_one_of_decimals() -> None:
    data = pd.DataFrame({"indicator_id": ["a", "a", "b"], "value": [0.0, 1200.0, 3.25]})
    words = {"id": "x", "title": "X", "counting_unit": "figures", "n": 3, "source": "s"}
    printed = exhibits.table(data, **words, columns={"indicator_id": None}).printed
    assert [row[0] for row in printed.rows] == ["0", "1,200", "3.25"]


@pytest.mark.parametrize("width_mm", ["170", None, 0, -5, 12, float("nan"), float("inf"), True])
@pytest.mark.parametrize(
    "draw",
    [
        lambda width: plot_series(*series(), width_mm=width),
        lambda width: plot_agreement(pd.DataFrame(columns=AGREEMENT_COLUMNS), width_mm=width),
        lambda width: plot_outcomes(
            pd.DataFrame({"outcome": ["a"], "n_segments": [1]}), width_mm=width
        ),
        lambda width: plot_years(
            pd.DataFrame({"year": [2020], "year_label": ["2020"], "n_works": [1]}), width_mm=width
        ),
    ],
    ids=["series", "agreement", "outcomes", "years"],
)
def test_a_width_that_is_none_is_refused_in_words(draw: Any, width_mm: object) -> None:
    with pytest.raises(InputError, match="must be a width in millimetres from 60 to 1000"):
        draw(width_mm)
