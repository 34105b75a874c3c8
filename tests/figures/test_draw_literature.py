"""The figures of the literature and of agreement, drawn from the project's own data."""

from __future__ import annotations

import io
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib.text import Text
from textboxes import SLACK, overlapping_text, text_outside_canvas

from oso_analysis.agreement import measure_coding_agreement
from oso_analysis.errors import InputError
from oso_analysis.figures.agreement import plot_agreement
from oso_analysis.figures.challenges import plot_decisions_services, plot_least_evidence
from oso_analysis.figures.grids import Grid, draw_grid, fit_wrap, measure
from oso_analysis.figures.letters import undrawn_letters
from oso_analysis.figures.literature import plot_bars, plot_completeness, plot_years
from oso_analysis.figures.prisma import plot_prisma_flow
from oso_analysis.figures.style import FULL_WIDTH_MM, style
from oso_analysis.figures.themes import (
    plot_cooccurrence,
    plot_cross_table,
    plot_evidence_map,
    plot_over_time,
)
from oso_analysis.literature.screening import included_works
from oso_analysis.review import Review, load_review
from oso_analysis.rounding import percent
from oso_analysis.scope import scope_review
from oso_analysis.tables.challenges import (
    cross_decisions_periods,
    cross_decisions_services,
    rank_least_evidence,
)
from oso_analysis.tables.literature import (
    count_countries,
    count_fields,
    count_languages,
    count_types,
    count_venues,
    count_years,
)
from oso_analysis.tables.prisma import count_prisma_flow, edition_stage
from oso_analysis.tables.themes import (
    count_cooccurrence,
    cross_facets,
    cross_periods,
    map_evidence,
)

WIDTHS = [FULL_WIDTH_MM, 80.0]


@pytest.fixture(scope="module")
def review(root: Path) -> Review:
    return load_review(root)


@pytest.fixture(scope="module")
def base(review: Review) -> pd.Index:
    return included_works(review.work_screening)


def flow(review: Review, **scope: Any) -> pd.DataFrame:
    outside = scope_review(review, **scope).outside_works
    return count_prisma_flow(
        review.records,
        review.work_ids,
        review.work_screening,
        review.searches,
        review.codebook,
        later_stages=[edition_stage(outside)] if scope else [],
    )


Draw = Callable[[Review, pd.Index, float], Any]
FIGURES: dict[str, Draw] = {
    "flow": lambda r, b, w: plot_prisma_flow(flow(r), width_mm=w),
    "flow of an edition": lambda r, b, w: plot_prisma_flow(
        flow(r, year_to=2019, countries=["GB"]), width_mm=w
    ),
    "years": lambda r, b, w: plot_years(count_years(r.works, b), width_mm=w),
    "types": lambda r, b, w: plot_bars(count_types(r.works, b), "type", width_mm=w),
    "languages": lambda r, b, w: plot_bars(count_languages(r.works, b), "language", width_mm=w),
    "venues": lambda r, b, w: plot_bars(count_venues(r.works, b), "venue", width_mm=w),
    "countries": lambda r, b, w: plot_bars(
        count_countries(r.work_codes, b, r.places), "country", width_mm=w
    ),
    "completeness": lambda r, b, w: plot_completeness(count_fields(r.records), width_mm=w),
    "evidence map": lambda r, b, w: plot_evidence_map(
        map_evidence(r.work_codes, b, r.codebook), width_mm=w
    ),
    "themes by population": lambda r, b, w: plot_cross_table(
        cross_facets(r.work_codes, "theme", "population", b, r.codebook),
        "theme",
        "population",
        width_mm=w,
    ),
    "co-occurrence": lambda r, b, w: plot_cooccurrence(
        count_cooccurrence(r.work_codes, b, r.codebook), width_mm=w
    ),
    "themes over time": lambda r, b, w: plot_over_time(
        cross_periods(r.work_codes, r.works, "theme", b, r.codebook), width_mm=w
    ),
    "decisions over time": lambda r, b, w: plot_over_time(
        cross_decisions_periods(r.work_codes, r.works, b, r.codebook),
        "practice_decision",
        width_mm=w,
    ),
    "decisions by service": lambda r, b, w: plot_decisions_services(
        cross_decisions_services(r.work_codes, b, r.codebook), width_mm=w
    ),
    "least evidence": lambda r, b, w: plot_least_evidence(
        rank_least_evidence(r.work_codes, r.works, b, r.codebook), width_mm=w
    ),
    "agreement": lambda r, b, w: plot_agreement(
        measure_coding_agreement(r.coding, r.codebook, n_draws=200), width_mm=w
    ),
}


def words(figure: Any) -> list[str]:
    return [text.get_text().replace("\n", " ") for text in figure.findobj(Text)]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", list(FIGURES))
def test_no_text_overlaps_or_is_cut(
    name: str, width: float, review: Review, base: pd.Index
) -> None:
    figure = FIGURES[name](review, base, width)
    assert figure.get_size_inches()[0] * 25.4 == pytest.approx(width)
    assert overlapping_text(figure) == []
    assert text_outside_canvas(figure) == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("years", [1, 2, 3])
def test_labels_of_many_short_periods_are_thinned_and_do_not_meet(
    years: int, width: float, review: Review, base: pd.Index
) -> None:
    table = cross_periods(
        review.work_codes, review.works, "theme", base, review.codebook, years=years
    )
    figure = plot_over_time(table, width_mm=width)
    assert overlapping_text(figure) == []
    assert text_outside_canvas(figure) == []
    turned = [text for text in figure.axes[0].texts if text.get_rotation()]
    labels = [text.get_text() for text in turned]
    assert labels.count("Not stated") == len(labels) / len(set(labels)) == 8
    edges = [edge for text in turned for edge in text.get_window_extent().intervalx]
    assert min(edges) > 1
    assert max(edges) < figure.bbox.x1 - 1
    starts = [int(label[:4]) for label in labels[: len(set(labels)) - 1]]
    assert len({later - earlier for earlier, later in pairwise(starts)}) == 1
    printed = words(figure)
    largest = table[~table["theme"].isin(["total", "not_stated"]) & table["period"].ne("total")]
    for most in largest.groupby("theme")["n_works"].max():
        assert str(most) in printed


@pytest.mark.parametrize("name", ["flow", "evidence map", "agreement"])
def test_same_figure_same_bytes(name: str, review: Review, base: pd.Index) -> None:
    def svg() -> bytes:
        out = io.BytesIO()
        with style():
            FIGURES[name](review, base, FULL_WIDTH_MM).savefig(
                out, format="svg", metadata={"Date": None}
            )
        return out.getvalue()

    assert svg() == svg()


def test_every_box_of_the_flow_is_printed(review: Review, base: pd.Index) -> None:
    table = flow(review, year_to=2019)
    text = " ".join(words(plot_prisma_flow(table))).replace("\u00a0", " ")
    for row in table.itertuples():
        number = f"{row.label}: {row.n:,}" if row.role in ("part", "note") else f"n = {row.n:,}"
        assert " ".join(number.split()) in " ".join(text.split()), row.box


def test_every_cell_and_gap_is_printed(review: Review, base: pd.Index) -> None:
    table = map_evidence(review.work_codes, base, review.codebook)
    printed = words(plot_evidence_map(table))
    numbers = sorted(text for text in printed if text.replace(",", "").isdigit())
    assert numbers == sorted(f"{n:,}" for n in table["n_works"])
    assert any("Dashed: no work" in text for text in printed)


def test_bars_carry_number_and_share(review: Review, base: pd.Index) -> None:
    table = count_types(review.works, base)
    printed = words(plot_bars(table, "type"))
    first = table.iloc[0]
    assert (
        f"{first['n_works']:,} ({percent(first['percent_of_works'])}\N{NO-BREAK SPACE}%)" in printed
    )
    assert "All works" not in printed


def test_unreliable_codes_are_hollow_and_unused_ones_counted(review: Review) -> None:
    table = measure_coding_agreement(review.coding, review.codebook, facets=["design"], n_draws=200)
    figure = plot_agreement(table)
    hollow = [
        line
        for line in figure.axes[0].lines
        if line.get_marker() in ("o", "D") and line.get_markerfacecolor() == "white"
    ]
    assert len(hollow) == int((~table["reliable"].fillna(True).astype(bool)).sum()) > 0
    unused = (table["n_coder_1"] == 0) & (table["n_coder_2"] == 0)
    assert any(f"Not drawn: {unused.sum()} code" in text for text in words(figure))


def test_facets_of_two_materials_are_told_apart(review: Review) -> None:
    coding = measure_coding_agreement(
        review.coding, review.codebook, facets=["theme", "design"], n_draws=200
    )
    both = pd.concat([coding, coding.assign(material="consultation")], ignore_index=True)
    figure = plot_agreement(both[both["code"].isna()])
    printed = words(figure)
    assert "Theme (literature)" in printed
    assert "Theme (consultation)" in printed
    assert "units coded by both" in printed
    assert any("sets compared whole" in text for text in printed)
    assert overlapping_text(figure) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_awkward_tables(width: float) -> None:
    long = "A remarkably longwinded name of a venue with Donaudampfschifffahrtsgesellschaft in it"
    bars = pd.DataFrame(
        {
            "venue": ["a", "not_stated", "total"],
            "venue_label": [long, "Not stated", "All works"],
            "n_works": [123456, 0, 123456],
            "percent_of_works": [100.0, 0.0, 100.0],
        }
    )
    years = pd.DataFrame({"year": ["2020", "total"], "n_works": [1, 1]})
    grid = Grid(
        values={(row, column): 0.0 for row in "ab" for column in "cd"},
        rows={"a": long, "b": "b"},
        columns={"c": long, "d": "d"},
        gaps=[("a", "c")],
        key=long,
    )
    for figure in (
        plot_bars(bars, "venue", width_mm=width),
        plot_years(years, width_mm=width),
        draw_grid(grid, width_mm=width),
    ):
        assert overlapping_text(figure) == []
        assert text_outside_canvas(figure) == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", [name for name in FIGURES if name not in ("flow", "agreement")])
def test_an_edition_without_works_draws_no_empty_page(
    name: str, width: float, review: Review
) -> None:
    figure = FIGURES[name](review, pd.Index([], dtype="str"), width)
    assert words(figure)
    assert overlapping_text(figure) == []
    assert text_outside_canvas(figure) == []


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (pd.array([3, None], dtype="Int64"), "not stated"),
        ([3.0, float("nan")], "not stated"),
        ([3, "[c]"], "[c]"),
    ],
)
def test_bars_without_a_number_say_so(counts: Any, said: str) -> None:
    table = pd.DataFrame(
        {"venue": ["a", "b"], "venue_label": ["A", None], "n_works": counts}
    ).assign(percent_of_works=[75.0, float("nan")])
    printed = [text.get_text() for text in plot_bars(table, "venue").axes[0].texts]
    assert printed == ["A", "3 (75\N{NO-BREAK SPACE}%)", "b", said]


def test_bars_of_no_number_are_named() -> None:
    table = pd.DataFrame({"venue": ["a", "b"], "venue_label": ["A", "B"], "n_works": [3, "many"]})
    with pytest.raises(InputError, match=r"'n_works'.*many \(b\)"):
        plot_bars(table.assign(percent_of_works=1.0), "venue")


def test_labels_are_wrapped_by_their_measured_width() -> None:
    wrapped = fit_wrap("Not about sexual offending: 41", 30, 8.5)
    assert max(measure(line, 8.5) for line in wrapped.split("\n")) <= 30
    assert wrapped.replace("\n", " ") == "Not about sexual offending: 41"
    assert measure("iii", 8.5) < measure("mmm", 8.5) < measure("mmm", 8.5, bold=True)
    assert fit_wrap("children:\u00a041", 5, 8.5) == "children:\u00a041"
    # What is no usual word is cut, but not its number.
    for letters in range(100, 120):
        cut = fit_wrap(f"see {'K' * letters}:\u00a01,241", 30, 8.5).split("\n")
        assert max(measure(line, 8.5) for line in cut) <= 30
        assert cut[-1].endswith(":\u00a01,241")
        assert "".join(cut) == f"see{'K' * letters}:\u00a01,241"


@pytest.mark.parametrize("width", WIDTHS)
def test_a_reason_without_spaces_stays_in_its_box(width: float) -> None:
    columns = ["box", "stage", "role", "label", "unit", "n", "parent"]
    rows = [
        ("screened", "screening", "main", "S" * 60, "works", 9, None),
        ("excluded", "screening", "removed", "Works excluded", "works", 9, "screened"),
        ("x", "screening", "part", "Why" + "x" * 110, "works", 9, "excluded"),
        ("included", "included", "main", "Works included", "works", 0, "screened"),
        ("records", "included", "note", "Records of included works", "records", 0, "included"),
    ]
    figure = plot_prisma_flow(pd.DataFrame(rows, columns=columns), width_mm=width)
    assert any(text.endswith("x:\u00a09") for text in words(figure))
    assert text_outside_canvas(figure) == []
    assert overlapping_text(figure) == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("n_reasons", [1, 11, 30])
def test_a_box_is_as_tall_as_its_list(width: float, n_reasons: int) -> None:
    """Dozens of reasons left a tenth of their box empty, and the figure beyond its page."""
    columns = ["box", "stage", "role", "label", "unit", "n", "parent"]
    rows = [
        ("screened", "screening", "main", "Works screened", "works", n_reasons, None),
        ("excluded", "screening", "removed", "Works excluded", "works", n_reasons, "screened"),
        *(
            (f"x{n}", "screening", "part", f"Reason {n} of a long list of reasons", "works", 1,
             "excluded")
            for n in range(n_reasons)
        ),
        ("included", "included", "main", "Works included", "works", 0, "screened"),
    ]  # fmt: skip
    figure = plot_prisma_flow(pd.DataFrame(rows, columns=columns), width_mm=width)
    assert text_outside_canvas(figure) == []
    figure.canvas.draw()
    (ax,) = figure.axes
    (body,) = [text for text in ax.texts if "Reason 0" in text.get_text()]
    lowest = body.get_window_extent().y0
    boxes = [patch.get_window_extent() for patch in ax.patches]
    (box,) = [
        box
        for box in boxes
        if box.x0 < body.get_window_extent().x0 < box.x1 and box.y0 < lowest < box.y1
    ]
    line = body.get_fontsize() * figure.get_dpi() / 72
    assert 0 < lowest - box.y0 < 3 * line


@pytest.mark.parametrize("width", WIDTHS)
def test_the_name_of_a_stage_is_whole_beside_one_low_box(width: float) -> None:
    """A review of one work: the stage of screening is a single box of two lines."""
    columns = ["box", "stage", "role", "label", "unit", "n", "parent"]
    rows = [
        ("works", "identification", "main", "Works identified", "works", 1, None),
        ("screened", "screening", "main", "Works screened", "works", 1, "works"),
        ("excluded", "screening", "removed", "Works excluded", "works", 0, "screened"),
        ("included", "included", "main", "Works included", "works", 1, "screened"),
    ]
    figure = plot_prisma_flow(pd.DataFrame(rows, columns=columns), width_mm=width)
    assert text_outside_canvas(figure) == []
    assert overlapping_text(figure) == []
    figure.canvas.draw()
    (ax,) = figure.axes
    stages = [text for text in ax.texts if text.get_rotation() == 90]
    bands = [patch.get_window_extent() for patch in ax.patches if patch.get_x() < 1]
    assert [text.get_text() for text in stages] == ["Identification", "Screening", "Included"]
    for text, band in zip(stages, bands, strict=True):
        box = text.get_window_extent()
        assert band.y0 - SLACK <= box.y0
        assert box.y1 <= band.y1 + SLACK


def test_a_decision_keeps_its_capitals_beside_its_service() -> None:
    columns = ["service_label", "practice_decision_label", "n_works", "n_strong_works"]
    rows = [("Clinics", "GP referral", 3, 1), ("Clinics", "What the NHS pays for", 2, 0)]
    shown = words(plot_least_evidence(pd.DataFrame(rows, columns=columns)))
    assert {"Clinics: GP referral", "Clinics: what the NHS pays for"} <= {
        text.replace("\n", " ") for text in shown
    }


def test_letters_without_a_picture_are_named_once() -> None:
    assert undrawn_letters("Zdraví & Gesundheit für alle – العزلة 100 %") == ""
    assert undrawn_letters("社区 and 社区互助") == "社区互助"


def test_missing_columns_are_named() -> None:
    with pytest.raises(InputError, match="column 'parent'"):
        plot_prisma_flow(pd.DataFrame(columns=["box", "stage", "role", "label", "unit", "n"]))


def test_no_arrow_runs_along_an_edge_and_one_is_no_plural() -> None:
    """The box of excluded works has one line more each time, so that its middle passes the edge."""
    for reasons in range(1, 9):
        columns = ["box", "stage", "role", "label", "unit", "n", "parent"]
        part = [("x", "screening", "part", "A reason", "works", 1, "excluded")] * reasons
        rows = [
            ("screened", "screening", "main", "Works screened", "works", 9, None),
            ("excluded", "screening", "removed", "Works excluded", "works", reasons, "screened"),
            *((f"x{at}", *row[1:]) for at, row in enumerate(part)),
            ("conflict", "screening", "removed", "Works in conflict", "works", 1, "screened"),
            ("included", "included", "main", "Works included", "works", 8 - reasons, "screened"),
        ]
        figure = plot_prisma_flow(pd.DataFrame(rows, columns=columns))
        (ax,) = figure.axes
        screened = next(patch for patch in ax.patches if patch.get_facecolor()[2] > 0.97)
        edge = screened.get_y() + screened.get_height()
        flat = [
            text.xyann[1]
            for text in ax.texts
            if getattr(text, "arrow_patch", None) and text.xy[1] == text.xyann[1]
        ]
        assert len(flat) == 2
        assert all(abs(height - edge) >= 1.0 for height in flat)
        assert any(text.get_text() == "n = 1 work" for text in ax.texts)
