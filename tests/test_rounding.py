"""One share reads the same in a figure, a table and a sentence: halves go up."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oso_analysis import exhibits, figures
from oso_analysis.exhibits.printed import printed_table
from oso_analysis.figures.comparison import plot_theme_slopes
from oso_analysis.rounding import percent, rounded
from oso_analysis.tables.intervals import add_percentages


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (6.5, 0, "7"),
        (7.5, 0, "8"),
        (-6.5, 0, "-7"),
        (0.345, 2, "0.35"),
        (71.2 - 56.7, 0, "15"),
        (-0.3, 0, "0"),
        (1234567.5, 0, "1,234,568"),
        (12, 0, "12"),
        (2.675, 2, "2.68"),
        (0.285 * 100, 0, "29"),
        (1e30, 1, "1,000,000,000,000,000,019,884,624,838,656.0"),
        (float("inf"), 1, "inf"),
    ],
)
def test_halves_go_away_from_zero(value: float, decimals: int, text: str) -> None:
    assert rounded(value, decimals) == text


@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_every_share_of_a_count_is_rounded_as_on_paper(pair: tuple[int, int]) -> None:
    k, n = pair
    exact = Fraction(100 * k, n)
    for decimals in (0, 1):
        tenth = Decimal(1).scaleb(-decimals)
        # Twenty-eight digits, and never a half that was none: 100 k / n has a period below n.
        paper = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(
            tenth, rounding=ROUND_HALF_UP
        )
        assert rounded(100 * k / n, decimals) == f"{paper:.{decimals}f}"


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(0, 0, "0"), (0.4, 0, "<1"), (0.5, 0, "1"), (99.5, 0, ">99"), (99.4, 0, "99"), (100, 0, "100"),
     (0.04, 1, "<0.1"), (99.96, 1, ">99.9"), (-3.25, 1, "-3.3"), (250, 0, "250"),
     (99.99999999999999, 1, "100.0"), (1e-15, 0, "0"), (float("inf"), 0, "inf")],
)  # fmt: skip
def test_some_are_never_none_and_never_all(value: float, decimals: int, text: str) -> None:
    assert percent(value, decimals) == text


def test_figure_table_and_prose_agree() -> None:
    counts = pd.DataFrame({"theme": ["a", "b"], "theme_label": ["A", "B"], "n_works": [13, 1]})
    counts = add_percentages(counts, "n_works", 200, name="percent_of_works")
    drawn = [text.get_text() for text in figures.plot_bars(counts, "theme").axes[0].texts]
    assert [text for text in drawn if "(" in text] == ["13 (7\u00a0%)", "1 (1\u00a0%)"]
    said = exhibits.say("{share:percent} or {share:.0f}", share=counts["percent_of_works"].iloc[0])
    assert said == "7\u00a0% or 7"
    assert exhibits.say("{share:percent}", share=0.2) == "less than 1\u00a0%"
    assert exhibits.say("{share:percent}", share=99.7) == "more than 99\u00a0%"

    schema = [{"name": "percent_of_works", "type": "number"}]
    rows = [[11.25], [0.03], [99.97], [None]]
    shown = [row[0] for row in printed_table(schema, rows, {}).rows]
    assert shown == ["11.3", "<0.1", ">99.9", "–"]


def test_a_difference_of_shares_is_no_share() -> None:
    """+0.03 percentage points would be "<0.1", which −5 are as well, and −0.03 would be "0.0"."""
    for name, values in (
        ("percent_difference", [0.03, 99.97, 12.0]),
        ("percent_moved", [0.03, 99.97, -12.0]),
    ):
        schema = [{"name": name, "type": "number"}]
        shown = [row[0] for row in printed_table(schema, [[v] for v in values], {}).rows]
        assert shown[:2] == ["0.0", "100.0"]


@pytest.mark.parametrize(
    ("template", "value", "said"),
    [
        ("{x:.0f}", 2019.0, "2019"),
        ("{x:,.0f}", 2019.0, "2,019"),
        ("{x:percent.1}", 6.45, "6.5\u00a0%"),
        ("{x:percent.1}", 99.97, "more than 99.9\u00a0%"),
        ("{x}", 1e30, "1,000,000,000,000,000,019,884,624,838,656"),
    ],
)
def test_prose_takes_a_year_from_a_column_with_gaps_and_any_number(
    template: str, value: float, said: str
) -> None:
    assert exhibits.say(template, x=value) == said


def test_slopes_say_less_than_one_percent_and_not_nought() -> None:
    table = pd.DataFrame(
        {
            "theme": ["a", "b"],
            "theme_label": ["A", "B"],
            "percent_of_works": [0.4, 12.5],
            "percent_of_submissions": [50.0, 99.7],
            "n_works_with_theme": [250, 250],
            "n_submissions_with_theme": [300, 300],
            "divergence": ["no_clear_difference", "no_clear_difference"],
        }
    )
    texts = " ".join(text.get_text() for text in plot_theme_slopes(table).axes[0].texts)
    for share in ("<1", "13", "50", ">99"):
        assert f"{share}\u00a0%" in texts
