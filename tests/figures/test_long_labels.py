"""Rows grow with their labels: a codebook of long names overprints nothing."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import consulted
import pandas as pd
import pytest
from matplotlib.text import Text
from textboxes import overlapping_text, text_outside_canvas

from oso_analysis.figures import consultation as figures
from oso_analysis.figures.comparison import plot_rank_differences, plot_theme_slopes
from oso_analysis.figures.grids import Grid, draw_grid, fit_wrap, wrap_within
from oso_analysis.figures.outcomes import plot_outcome_trace
from oso_analysis.figures.rendering import render
from oso_analysis.figures.themes import plot_cross_table
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


#: Labels of one word that no usual room holds: a German compound and a Chinese sentence.
WIDE = (
    "Einsamkeitsbekämpfungsmaßnahmenförderungsrichtlinienentwurf",
    "社区互助与孤独感老年人日间照料中心" * 2,
)


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize("width_mm", [170, 80])
@pytest.mark.parametrize("figure", FIGURES)
def test_long_words_are_broken_in_every_figure(figure: str, width_mm: float) -> None:
    """The second label has a thing no font here holds; its boxes take their room all the same."""
    columns = {"outcomes": ["outcome"], "issue flow": ["theme", "outcome"]}

    def wide(table: pd.DataFrame) -> pd.DataFrame:
        for column in columns.get(figure, ["theme"]):
            codes = table[column].unique()
            names = {code: f"{WIDE[at % 2]} {at}" for at, code in enumerate(codes)}
            table = table.assign(**{f"{column}_label": table[column].map(names)})
        return table

    drawn = FIGURES[figure](wide, width_mm)
    assert overlapping_text(drawn) == []
    assert text_outside_canvas(drawn) == []


@pytest.mark.parametrize("width_mm", [170, 80])
@pytest.mark.parametrize("figure", ["themes by sector", "outcome trace"])
def test_long_headings_of_columns_do_not_meet(figure: str, width_mm: float) -> None:
    column = {"themes by sector": "respondent_sector", "outcome trace": "outcome"}[figure]

    def long(table: pd.DataFrame) -> pd.DataFrame:
        names = {code: f"{LONG[:70]} {at}" for at, code in enumerate(table[column].unique())}
        return table.assign(**{f"{column}_label": table[column].map(names)})

    drawn = FIGURES[figure](long, width_mm)
    assert overlapping_text(drawn) == []
    assert text_outside_canvas(drawn) == []
    body = drawn.axes[0].bbox.height / drawn.bbox.height
    assert body > 0.3, "the headings leave the rows their room"


@pytest.mark.parametrize("figure", ["issues and solutions", "themes by sector", "rank differences"])
def test_one_tall_label_makes_no_other_row_taller(figure: str) -> None:
    """Eight rows: one label of four lines (17.5 mm with its space), the others at least 7.5 mm."""

    def one(table: pd.DataFrame) -> pd.DataFrame:
        codes = list(table["theme"].unique())
        names = {code: f"Row {at}" for at, code in enumerate(codes)} | {codes[0]: LONG[:100]}
        return table.assign(theme_label=table["theme"].map(names))

    few = FIGURES[figure](lambda table: table.assign(theme_label=table["theme"].str[:5]), 170)
    taller = (FIGURES[figure](one, 170).get_size_inches()[1] - few.get_size_inches()[1]) * 25.4
    least = 8.5 if figure == "rank differences" else 7.5
    assert taller == pytest.approx(4 * 9 * 1.3 * 25.4 / 72 + 1 - least)


def test_headings_of_outcomes_beside_a_long_label_keep_apart() -> None:
    """Else "International" and "No outcome" read as one word."""

    def one(table: pd.DataFrame) -> pd.DataFrame:
        first = table["theme"].iloc[0]
        return table.assign(
            theme_label=table["theme"].eq(first).map({True: LONG[:100], False: "Row"})
        )

    drawn = FIGURES["outcome trace"](one, 170)
    drawn.canvas.draw()
    boxes = [label.get_window_extent() for label in drawn.axes[0].get_xticklabels()]
    gaps = [right.x0 - left.x1 for left, right in pairwise(boxes)]
    assert min(gaps) > 1.2 / 25.4 * drawn.dpi


def test_letters_without_a_picture_are_drawn_without_a_warning() -> None:
    """Warnings depend on what was drawn before, and executed notebooks keep them."""
    names = {"r": "社区互助与孤独感", "c": "感感感"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = draw_grid(Grid(values={("r", "c"): 1}, rows={"r": names["r"]},
                                columns={"c": names["c"]}, key="键"))  # fmt: skip
        render(figure, title="标题", notes=["注"], alt_text="图")


@pytest.mark.filterwarnings("ignore:Glyph")
def test_a_grid_of_many_columns_keeps_room_for_their_headings() -> None:
    names = {f"c{at}": f"Column {at} of a wide grid" for at in range(27)}
    rows = {"r0": WIDE[0], "r1": WIDE[1], "r2": "Short"}
    grid = Grid(values={(row, column): 320 for row in rows for column in names}, rows=rows,
                columns=names)  # fmt: skip
    figure = draw_grid(grid)
    assert overlapping_text(figure) == []
    assert text_outside_canvas(figure) == []
    shown = [text.get_text() for text in figure.findobj(Text)]
    assert any("-\n" in text and text.replace("-\n", "") == WIDE[0] for text in shown)


@pytest.mark.parametrize(
    "address", ["https://example.org/reports/2024/annex", "data/literature/records/exports"]
)
def test_addresses_and_names_of_files_are_cut_without_a_hyphen(address: str) -> None:
    for cut in (fit_wrap(address, 16, 8.5), wrap_within(address, 60, 16, 8.5)):
        lines = cut.split("\n")
        assert len(lines) > 1
        assert "".join(lines) == address


def test_a_compound_before_a_comma_gets_its_hyphen() -> None:
    words = "Einsamkeitsbekämpfung, Wohlfahrtsverbände"
    for cut in (fit_wrap(words, 30, 8.5), wrap_within(words, 20, 30, 8.5)):
        assert "-\n" in cut
        assert cut.replace("-\n", "").replace("\n", " ") == words


def test_a_word_that_reaches_to_the_edge_of_a_narrow_flow_is_not_broken() -> None:
    drawn = FIGURES["issue flow"](lambda table: table, 80)
    shown = [text.get_text() for text in drawn.findobj(Text)]
    assert "International\ncollaboration\N{NO-BREAK SPACE}14" in shown
    assert text_outside_canvas(drawn) == []


@pytest.mark.parametrize("width_mm", [170, 80])
def test_the_name_of_an_axis_beside_wide_labels_is_whole(width_mm: float) -> None:
    drawn = FIGURES["rank differences"](
        lambda table: table.assign(theme_label="Wohlfahrtsverbändezusammenschluss"), width_mm
    )
    assert text_outside_canvas(drawn) == []


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


def _many(n: int) -> pd.DataFrame:
    codes = [f"c{at}" for at in range(n)]
    return pd.DataFrame(
        {
            "theme": ["a"] * n + ["b"] * n,
            "theme_label": ["Working together"] * n + ["Prevention"] * n,
            "population": codes * 2,
            "population_label": [f"Young people in county number {code}" for code in codes] * 2,
            "n_works": [at % 12 for at in range(2 * n)],
            "is_gap": False,
        }
    )


@pytest.mark.parametrize("n", [30, 36, 40, 45])
def test_many_upright_headings_stand_apart(n: int) -> None:
    figure = plot_cross_table(_many(n), "theme", "population")
    assert overlapping_text(figure) == []
    assert text_outside_canvas(figure) == []


@pytest.mark.parametrize("width_mm", [60, 85, 170])
def test_more_columns_than_can_be_read_are_answered_in_words(width_mm: float) -> None:
    figure = plot_cross_table(_many(90), "theme", "population", width_mm=width_mm)
    [text] = figure.axes[0].texts
    assert " ".join(text.get_text().split()).startswith("90 columns are too many to draw")
    assert text_outside_canvas(figure) == []


def test_numbers_nobody_can_read_are_not_drawn_either() -> None:
    table = _many(45)
    [text] = (
        plot_cross_table(table.assign(n_works=table["n_works"] * 500), "theme", "population")
        .axes[0]
        .texts
    )
    assert text.get_text().startswith("45 columns are too many to draw")


def _sectors(n: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "theme": ["a"] * n,
            "theme_label": ["Working together"] * n,
            "respondent_sector": [f"s{at}" for at in range(n)],
            "respondent_sector_label": [f"Association of teachers {at}" for at in range(n)],
            "n_submissions": [1] * n,
            "n_submissions_of_sector": [2] * n,
            "percent_of_sector_submissions": [50.0] * n,
        }
    )


def test_many_sectors_stand_apart_or_are_answered_in_words() -> None:
    figure = figures.plot_sector_heatmap(_sectors(42))
    assert overlapping_text(figure) == []
    [text] = figures.plot_sector_heatmap(_sectors(90)).axes[0].texts
    assert text.get_text().startswith("90 columns are too many to draw")


@pytest.mark.parametrize(("n", "width_mm"), [(36, 170), (24, 120)])
def test_numbers_of_many_sectors_stand_apart(n: int, width_mm: float) -> None:
    table = _sectors(n).assign(n_submissions=100, n_submissions_of_sector=200)
    assert overlapping_text(figures.plot_sector_heatmap(table, width_mm=width_mm)) == []
