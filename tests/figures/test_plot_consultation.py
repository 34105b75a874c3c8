from __future__ import annotations

from itertools import pairwise

import consulted
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textboxes import overlapping_text, text_outside_canvas

from oso_analysis.codebook import Codebook
from oso_analysis.consultation.respondents import Consultation, prepare_consultation
from oso_analysis.errors import InputError
from oso_analysis.figures import consultation as figures
from oso_analysis.figures import issue_flow
from oso_analysis.figures.layout import dodge
from oso_analysis.tables import consultation as said
from oso_analysis.tables.participation import count_submissions

WIDTHS = [170, 80]


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return consulted.codebook()


@pytest.fixture(scope="module", params=["real", "small"])
def some(request: pytest.FixtureRequest) -> Consultation:
    return consulted.consultation(request.param)


def legible(figure: object) -> None:
    assert overlapping_text(figure) == []
    assert text_outside_canvas(figure) == []


@pytest.mark.parametrize("width_mm", WIDTHS)
@pytest.mark.parametrize("by", ["respondent_sector", "country", "held_by", "year", "consultation"])
def test_submissions(some: Consultation, codebook: Codebook, by: str, width_mm: float) -> None:
    table = count_submissions(some.submissions, by, codebook)
    figure = figures.plot_submissions(table, by, width_mm=width_mm)
    legible(figure)
    bars = figure.axes[0].patches
    assert sum(bar.get_width() for bar in bars) == len(some.submissions)
    assert figure.axes[0].get_xlim()[0] == 0


@pytest.mark.parametrize("by", ["consultation", "held_by"])
def test_wide_labels_of_rows_leave_room_for_their_numbers(codebook: Codebook, by: str) -> None:
    table = count_submissions(consulted.consultation("real").submissions, by, codebook)
    figure = figures.plot_submissions(table, by)
    # A file is drawn once; drawn again, the layout would have shrunk the bars for the numbers.
    figure.draw_without_rendering()
    ends = [text.get_window_extent().x1 for text in figure.axes[0].texts]
    assert max(ends) <= figure.bbox.x1


@pytest.mark.parametrize("width_mm", WIDTHS)
@pytest.mark.parametrize("by", ["theme", "respondent_sector"])
@pytest.mark.parametrize("unit", ["n_segments", "n_submissions"])
def test_issues_and_solutions(
    some: Consultation, codebook: Codebook, by: str, unit: str, width_mm: float
) -> None:
    table = said.count_segments(some.segments, [by, "kind"], codebook)
    figure = figures.plot_issues_and_solutions(table, by=by, unit=unit, width_mm=width_mm)
    legible(figure)
    widths = [bar.get_width() for bar in figure.axes[0].patches]
    assert -sum(w for w in widths if w < 0) == table.loc[table["kind"].eq("issue"), unit].sum()
    assert sum(w for w in widths if w > 0) == table.loc[table["kind"].eq("solution"), unit].sum()


@pytest.mark.parametrize("width_mm", WIDTHS)
def test_heat_map(some: Consultation, codebook: Codebook, width_mm: float) -> None:
    table = said.cross_sectors(some.segments, codebook)
    figure = figures.plot_sector_heatmap(table, width_mm=width_mm)
    legible(figure)
    cells = [int(text.get_text()) for text in figure.axes[0].texts]
    assert sum(cells) == table["n_submissions"].sum()


@pytest.mark.parametrize("width_mm", WIDTHS)
def test_outcomes(some: Consultation, codebook: Codebook, width_mm: float) -> None:
    table = said.count_outcomes(some.segments, codebook)
    figure = figures.plot_outcomes(table, width_mm=width_mm)
    legible(figure)
    assert sum(bar.get_width() for bar in figure.axes[0].patches) == table["n_segments"].sum()


@pytest.mark.parametrize("width_mm", WIDTHS)
def test_flow(some: Consultation, codebook: Codebook, width_mm: float) -> None:
    paths = said.trace_issues_to_outcomes(some.segments, codebook)
    figure = figures.plot_issue_flow(paths, width_mm=width_mm)
    legible(figure)
    # Every node's height is its count, on one scale for the whole figure.
    for stage in ("theme", "voiced", "outcome"):
        places = issue_flow._stack(paths, stage, 0.0, 100.0)
        sizes = paths.groupby(stage)["n_submission_themes"].sum()
        scale = (places[sizes.index[0]][1] - places[sizes.index[0]][0]) / sizes.iloc[0]
        assert scale == pytest.approx(
            sum(
                top - bottom
                for bottom, top in issue_flow._stack(paths, "theme", 0.0, 100.0).values()
            )
            / sizes.sum()
        )
        for code, (bottom, top) in places.items():
            assert top - bottom == pytest.approx(scale * sizes[code])
        for (low, _), (_, high) in pairwise(places.values()):
            assert high <= low + 1e-9


def test_nothing_is_said_in_words(codebook: Codebook) -> None:
    none = prepare_consultation(*(frame.iloc[:0] for frame in consulted.frames(consulted.FIXTURES)))
    drawn = {
        "There are no submissions": figures.plot_submissions(
            count_submissions(none.submissions, "year", codebook), "year"
        ),
        "Nothing was coded": figures.plot_issues_and_solutions(
            said.count_segments(none.segments, ["theme", "kind"], codebook)
        ),
        "Nothing that could serve an outcome was coded": figures.plot_outcomes(
            said.count_outcomes(none.segments, codebook)
        ),
    }
    for words, figure in drawn.items():
        assert [text.get_text() for text in figure.axes[0].texts] == [words]
    heat = figures.plot_sector_heatmap(said.cross_sectors(none.segments, codebook))
    flow = figures.plot_issue_flow(said.trace_issues_to_outcomes(none.segments, codebook))
    for figure in (heat, flow):
        assert [text.get_text() for text in figure.axes[0].texts] == ["Nothing was coded"]


@pytest.mark.parametrize("width_mm", WIDTHS)
def test_tables_whose_every_count_is_withheld_are_drawn(
    some: Consultation, codebook: Codebook, width_mm: float
) -> None:
    submissions = count_submissions(some.submissions, "respondent_sector", codebook)
    kinds = said.count_segments(some.segments, ["theme", "kind"], codebook)
    for table in (submissions, kinds):
        counts = [name for name in table.columns if str(name).startswith("n_")]
        table[counts] = table[counts].astype("float64").mask(table[counts].notna())
    for figure in (
        figures.plot_submissions(submissions, "respondent_sector", width_mm=width_mm),
        figures.plot_issues_and_solutions(kinds, by="theme", width_mm=width_mm),
    ):
        legible(figure)
        assert not [bar for bar in figure.axes[0].patches if bar.get_width() > 0]


def test_an_unknown_unit_is_refused(codebook: Codebook) -> None:
    with pytest.raises(InputError, match="illegal value for unit"):
        figures.plot_issues_and_solutions(pd.DataFrame(), unit="n_words")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 100, allow_nan=False), st.floats(0.5, 6)), min_size=1, max_size=12
    )
)
def test_labels_never_overlap_and_keep_their_order(labels: list[tuple[float, float]]) -> None:
    wanted, heights = [label[0] for label in labels], [label[1] for label in labels]
    placed = dodge(wanted, heights, 0, 100)
    order = sorted(range(len(labels)), key=lambda at: (wanted[at], at))
    for one, other in pairwise(order):
        assert placed[one] + heights[one] / 2 <= placed[other] - heights[other] / 2 + 1e-6
    for at, height in enumerate(heights):
        assert placed[at] - height / 2 >= -1e-6
        assert placed[at] + height / 2 <= 100 + 1e-6


def test_labels_with_room_stay_put() -> None:
    assert dodge([10, 50], [4, 4], 0, 100) == [10, 50]
    assert dodge([50, 50], [4, 4], 0, 100) == [48, 52]
