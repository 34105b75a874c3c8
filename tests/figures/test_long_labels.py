"""Rows grow with their labels: a codebook of long names overprints nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import consulted
import pandas as pd
import pytest
from matplotlib.text import Text
from textboxes import overlapping_text, text_outside_canvas

from oso_analysis.figures import consultation as figures
from oso_analysis.figures.comparison import plot_rank_differences, plot_theme_slopes
from oso_analysis.figures.outcomes import plot_outcome_trace
from oso_analysis.tables import consultation as said
from oso_analysis.tables.comparison import compare_themes
from oso_analysis.tables.outcomes import trace_outcomes

LONG = (
    "What schools, kitchens and local councils can do together so that each meal costs less "
    "and no child goes without one of them"
)
Draw = Callable[[Callable[[pd.DataFrame], pd.DataFrame], float], Any]


def _segments() -> pd.DataFrame:
    return consulted.consultation("real").segments


FIGURES: dict[str, Draw] = {
    "issues and solutions": lambda name, width: figures.plot_issues_and_solutions(
        name(said.count_segments(_segments(), ["theme", "kind"], consulted.codebook())),
        width_mm=width,
    ),
    "themes by sector": lambda name, width: figures.plot_sector_heatmap(
        name(said.cross_sectors(_segments(), consulted.codebook())), width_mm=width
    ),
    "outcomes": lambda name, width: figures.plot_outcomes(
        name(said.count_outcomes(_segments(), consulted.codebook())), width_mm=width
    ),
    "theme slopes": lambda name, width: plot_theme_slopes(
        name(
            compare_themes(
                consulted.work_codes("real"), _segments(), consulted.codebook(), n_resamples=20
            )
        ),
        width_mm=width,
    ),
    "issue flow": lambda name, width: figures.plot_issue_flow(
        name(said.trace_issues_to_outcomes(_segments(), consulted.codebook())), width_mm=width
    ),
    "outcome trace": lambda name, width: plot_outcome_trace(
        name(trace_outcomes(_segments(), consulted.work_codes("real"), consulted.codebook())),
        width_mm=width,
    ),
    "rank differences": lambda name, width: plot_rank_differences(
        name(
            compare_themes(
                consulted.work_codes("real"), _segments(), consulted.codebook(), n_resamples=20
            )
        ),
        width_mm=width,
    ),
}

#: Figures without rows, and their height in millimetres by width while their labels are few.
SHEETS = {"theme slopes": {170: 120, 80: 120}, "issue flow": {170: 125, 80: 150}}


@pytest.mark.parametrize("width_mm", [170, 80])
@pytest.mark.parametrize("figure", FIGURES)
def test_long_labels_do_not_meet(figure: str, width_mm: float) -> None:
    column = "outcome" if figure == "outcomes" else "theme"

    def long(table: pd.DataFrame) -> pd.DataFrame:
        names = {code: f"{LONG} {at}" for at, code in enumerate(table[column].unique())}
        return table.assign(**{f"{column}_label": table[column].map(names)})

    drawn = FIGURES[figure](long, width_mm)
    assert overlapping_text(drawn) == []
    assert text_outside_canvas(drawn) == []


@pytest.mark.parametrize("width_mm", [170, 80])
@pytest.mark.parametrize("figure", SHEETS)
def test_many_labels_make_a_sheet_taller(figure: str, width_mm: float) -> None:
    def many(table: pd.DataFrame) -> pd.DataFrame:
        copies = [
            table.assign(
                theme=table["theme"] + f"_{number}",
                theme_label=table["theme_label"] + f" {number}",
            )
            for number in range(5)
        ]
        return pd.concat(copies, ignore_index=True)

    drawn = FIGURES[figure](many, width_mm)
    assert overlapping_text(drawn) == []
    assert text_outside_canvas(drawn) == []
    few = FIGURES[figure](lambda table: table, width_mm)
    assert few.get_size_inches()[1] * 25.4 == pytest.approx(SHEETS[figure][width_mm])
    assert drawn.get_size_inches()[1] > few.get_size_inches()[1]


@pytest.mark.parametrize("figure", [name for name in FIGURES if name not in SHEETS])
def test_rows_of_short_labels_stay_as_they_are(figure: str) -> None:
    heights = {"issues and solutions": 7.5, "themes by sector": 7.5, "outcomes": 9.0}
    drawn = FIGURES[figure](lambda table: table, 170)
    rows = len(drawn.axes[0].get_yticks())
    margins = {"issues and solutions": 20, "themes by sector": 62, "outcomes": 18,
               "outcome trace": 36, "rank differences": 26}  # fmt: skip
    least = heights.get(figure, 9.5 if figure == "outcome trace" else 8.5)
    assert drawn.get_size_inches()[1] * 25.4 == pytest.approx(margins[figure] + least * rows)


@pytest.mark.parametrize("width_mm", [170, 80])
def test_compounds_longer_than_their_room_are_broken(width_mm: float) -> None:
    words = "Schülerbeförderungskostenübernahmeregelungen"
    figure = FIGURES["theme slopes"](
        lambda table: table.assign(theme_label=[f"{n} {words}" for n in range(len(table))]),
        width_mm,
    )
    assert text_outside_canvas(figure) == []
    shown = [text.get_text() for text in figure.findobj(Text)]
    assert any("-\n" in text and words in text.replace("-\n", "") for text in shown)
