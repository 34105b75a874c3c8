from __future__ import annotations

import csv
from collections import Counter, defaultdict
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oso_analysis.errors import InputError
from oso_analysis.indicators import prepare_figures, scope_figures
from oso_analysis.tables import indicators as tables

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "consultation_tables"
REAL = ROOT / "data" / "indicators"


def read_breaks(path: Path) -> pd.DataFrame:
    years = dict.fromkeys(["last_year_before", "first_year_after"], "Int64")
    return pd.read_csv(path, dtype={"change_date": "str"} | years)


@pytest.fixture
def breaks() -> pd.DataFrame:
    return read_breaks(FIXTURES / "breaks.csv")


@pytest.fixture
def figures(breaks: pd.DataFrame) -> pd.DataFrame:
    return prepare_figures(pd.read_csv(FIXTURES / "indicators.csv"), breaks)


@pytest.fixture(scope="module")
def real() -> pd.DataFrame:
    return prepare_figures(pd.read_csv(REAL / "indicators.csv"), read_breaks(REAL / "breaks.csv"))


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with (REAL / "indicators.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_lines_stop_at_breaks_conflicts_and_mixed_periods(figures: pd.DataFrame) -> None:
    a = figures[figures["indicator_id"].eq("a")]
    runs = [list(run["year"]) for _, run in a.groupby("run")]
    # 2011 has two figures, 2014 lies within the change of practice, 2016 is only missing.
    assert runs == [[2010], [2011], [2011], [2012, 2013], [2014], [2015, 2017]]
    assert a["stretch"].tolist() == [1, 1, 1, 1, 1, pd.NA, 2, 2]
    assert a["conflict"].tolist() == [False, True, True, *[False] * 5]
    assert figures["period_kind"].tolist() == ["calendar_year"] * 8 + ["split_year"]


def test_preparing_does_not_depend_on_row_order(breaks: pd.DataFrame) -> None:
    given_ = pd.read_csv(FIXTURES / "indicators.csv")
    shuffled = prepare_figures(given_.sample(frac=1, random_state=4), breaks)
    pd.testing.assert_frame_equal(shuffled, prepare_figures(given_, breaks))


def test_bad_periods_are_all_named() -> None:
    bad = pd.read_csv(FIXTURES / "indicators.csv")
    bad["period"] = bad["period"].astype("object")
    bad.loc[0, "period"] = "2010/12"
    bad.loc[3, "year"] = 2011
    bad.loc[4, "precision"] = "guess"
    with pytest.raises(InputError) as error:
        prepare_figures(bad)
    text = str(error.value)
    assert "row 2, column 'period': '2010/12' must be YYYY or YYYY/YY" in text
    assert "must be the year in which the period 2012 begins" in text
    assert "row 6, column 'precision': 'guess' must be one of exact, rounded, at_least" in text
    assert "'a' has more than one period kind" in text
    assert len(error.value.problems) == 4


def test_a_series_has_one_unit() -> None:
    bad = pd.read_csv(FIXTURES / "indicators.csv")
    bad.loc[0, "unit"] = "files"
    with pytest.raises(InputError, match="'a' has more than one unit"):
        prepare_figures(bad)


def test_a_break_ends_after_it_begins(breaks: pd.DataFrame) -> None:
    given_ = pd.read_csv(FIXTURES / "indicators.csv")
    with pytest.raises(
        InputError, match=r"breaks, row 2, column 'first_year_after': '2013' must be"
    ):
        prepare_figures(given_, breaks.assign(first_year_after=[2013, 2001]))
    with pytest.raises(InputError, match=r"prepare_figures: 1 missing column"):
        prepare_figures(given_, breaks.drop(columns="last_year_before"))


def test_scope_keeps_parts_of_a_geography(real: pd.DataFrame) -> None:
    kept = scope_figures(real, year_to=2018, geographies=["GB"])
    assert set(kept["geography"]) == {"GB", "GB-EAW", "GB-SCT"}
    assert kept["year"].max() == 2018
    assert scope_figures(real, geographies=["GB-SCT"])["geography"].unique().tolist() == ["GB-SCT"]
    assert len(scope_figures(real)) == len(real)


def test_format_is_no_more_precise_than_the_source() -> None:
    assert tables.format_figure(1234567, "exact") == "1,234,567"
    assert tables.format_figure(2.5, "rounded") == "about 2.5"
    assert tables.format_figure(1000, "at_least") == "at least 1,000"
    assert tables.format_figure(12_345_678_901.0, "exact") == "12,345,678,901"


def test_a_series_without_a_dated_figure_has_no_first_and_no_latest(figures: pd.DataFrame) -> None:
    undated = figures.assign(year=figures["year"].mask(figures["indicator_id"].eq("a")))
    row = tables.summarise_series(undated).set_index("indicator_id").loc["a"]
    assert row[["first_period", "first_figures", "latest_figures"]].isna().all()
    assert row["n_figures"] == figures["indicator_id"].eq("a").sum()


def test_summary_by_hand(figures: pd.DataFrame) -> None:
    table = tables.summarise_series(figures).set_index("indicator_id")
    a = table.loc["a"]
    assert (a["n_figures"], a["n_periods"], a["n_sources"], a["n_conflicts"]) == (8, 7, 3, 1)
    assert (a["first_period"], a["first_figures"]) == ("2010", "100")
    assert (a["latest_period"], a["latest_figures"]) == ("2017", "950")
    assert a["source_kinds"] == "publisher and secondary"
    to_2011 = tables.summarise_series(scope_figures(figures, year_to=2011)).set_index(
        "indicator_id"
    )
    assert to_2011.loc["a", "latest_figures"] == "about 150 / at least 300"
    assert table.loc["b", "latest_period"] == "2009/10"


def test_counts_conflicts_breaks_and_selection_by_hand(
    figures: pd.DataFrame, breaks: pd.DataFrame
) -> None:
    kinds = tables.count_figures(figures, "source_kind")
    assert kinds.to_dict("records") == [
        {
            "source_kind": "publisher",
            "n_figures": 7,
            "n_series": 2,
            "percent_of_figures": pytest.approx(700 / 9),
        },
        {
            "source_kind": "secondary",
            "n_figures": 2,
            "n_series": 1,
            "percent_of_figures": pytest.approx(200 / 9),
        },
    ]
    conflicts = tables.list_conflicts(figures)
    assert conflicts["value"].tolist() == [150, 300]
    assert conflicts["highest_to_lowest"].tolist() == [2.0, 2.0]
    listed = tables.list_breaks(figures, breaks)
    assert listed["indicator_id"].tolist() == ["a"]
    assert listed.filter(like="n_figures").iloc[0].tolist() == [5, 1, 2]
    assert set(tables.select_series(figures)["indicator_id"]) == {"a"}


def test_real_figures_recounted(real: pd.DataFrame, rows: list[dict[str, str]]) -> None:
    table = tables.summarise_series(real).set_index("indicator_id")
    periods: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        periods[row["indicator_id"]][row["period"]] += 1
    assert len(table) == len(periods) == 46
    assert table["n_figures"].sum() == len(rows) == 135
    for series, counts in periods.items():
        assert table.loc[series, "n_figures"] == sum(counts.values())
        assert table.loc[series, "n_periods"] == len(counts)
        assert table.loc[series, "n_conflicts"] == sum(n > 1 for n in counts.values())
    assert len(tables.list_conflicts(real)) == sum(
        n for counts in periods.values() for n in counts.values() if n > 1
    )
    kinds = tables.count_figures(real, "source_kind").set_index("source_kind")["n_figures"]
    assert kinds.to_dict() == dict(Counter(row["source_kind"] for row in rows))
    assert tables.select_series(real)["indicator_id"].nunique() == sum(
        len(counts) >= 3 for counts in periods.values()
    )


def test_real_breaks_belong_to_real_series(real: pd.DataFrame) -> None:
    breaks = read_breaks(REAL / "breaks.csv")
    assert set(breaks["indicator_id"]) <= set(real["indicator_id"])
    listed = tables.list_breaks(real, breaks).set_index("indicator_id")
    assert listed.loc["iwf_confirmed_csam"].filter(like="n_figures").tolist() == [1, 1, 9]
    assert listed.loc["ncmec_cybertipline_reports"].filter(like="n_figures").tolist() == [10, 0, 1]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(2000, 2006), st.integers(0, 9)), max_size=25
    )
)
def test_runs_join_only_what_may_be_joined(figures_given: list[tuple[str, int, int]]) -> None:
    frame = pd.DataFrame(figures_given, columns=["indicator_id", "year", "value"])
    frame = frame.assign(
        indicator=frame["indicator_id"],
        unit="reports",
        period=frame["year"].astype(str),
        precision="exact",
        source_publisher="P",
        source_kind="publisher",
    )
    breaks = pd.DataFrame(
        {
            "indicator_id": ["a", "b"],
            "last_year_before": [2001, 2002],
            "first_year_after": [2003, 2003],
        }
    )
    ready = prepare_figures(frame, breaks)
    assert len(ready) == len(frame)
    for _, run in ready.groupby("run"):
        assert run["indicator_id"].nunique() == 1
        assert run["period"].is_unique
        assert len(run) == 1 or not (run["conflict"].any() or run["stretch"].isna().any())
        assert len(set(run["stretch"].dropna())) <= 1
