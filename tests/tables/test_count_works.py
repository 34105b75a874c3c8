from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oso_analysis.codebook import read_codebook
from oso_analysis.errors import InputError
from oso_analysis.tables.literature import count_years
from oso_analysis.tables.works import (
    attribute_labels,
    code_column,
    count_codes,
    cross_tabulate,
    recode,
    spread,
)

FIXTURES = Path(__file__).parents[1] / "fixtures" / "literature"
CODEBOOK = read_codebook(FIXTURES / "codebook.yaml")
CODES = pd.read_csv(FIXTURES / "work_codes.csv", dtype="str")
#: w6 is not counted: it stands for a work that screening excluded.
BASE = ["w1", "w2", "w3", "w4", "w5"]


def cells(table: pd.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    return list(table[list(columns)].itertuples(index=False, name=None))


def test_hand_counted_codes() -> None:
    table = count_codes(CODES, "theme", BASE, CODEBOOK["theme"].labels)
    assert cells(table, "theme", "theme_label", "n_works", "percent_of_works") == [
        ("policing", "Policing", 3, 60.0),
        ("research", "Research", 1, 20.0),
        ("prevention", "Prevention", 2, 40.0),
        ("not_stated", "Not stated", 1, 20.0),
        ("total", "All works", 5, 100.0),
    ]
    assert list(table["percent_of_stated_works"].round(1).fillna(-1)) == [75, 25, 50, -1, -1]


def test_unused_codes_are_listed_and_not_stated_only_where_it_occurs() -> None:
    table = count_codes(CODES, "theme", ["w1"], CODEBOOK["theme"].labels)
    assert cells(table, "theme", "n_works") == [
        ("policing", 1),
        ("research", 1),
        ("prevention", 0),
        ("total", 1),
    ]


def test_no_works_at_all() -> None:
    table = count_codes(CODES, "theme", [], CODEBOOK["theme"].labels)
    assert set(table["n_works"]) == {0}
    assert table["percent_of_works"].isna().all()


def test_hand_counted_cross_tabulation() -> None:
    table = cross_tabulate(
        CODES, "theme", "design", BASE, CODEBOOK["theme"].labels, CODEBOOK["design"].labels
    )
    wide = spread(table, "theme", "design")
    assert list(wide.columns) == [
        "theme_label",
        "Systematic review",
        "Narrative review",
        "Cohort",
        "Qualitative",
        "Not stated",
        "All works",
    ]
    assert wide.to_numpy().tolist() == [
        ["Policing", 0, 0, 1, 1, 1, 3],
        ["Research", 0, 0, 1, 0, 0, 1],
        ["Prevention", 1, 0, 0, 0, 1, 2],
        ["Not stated", 0, 0, 1, 0, 0, 1],
        ["All works", 1, 0, 2, 1, 1, 5],
    ]
    policing = table[(table["theme"] == "policing") & (table["design"] == "cohort")]
    assert policing["percent_of_row_works"].iloc[0] == pytest.approx(100 / 3)


def test_an_unlisted_code_is_refused_not_dropped() -> None:
    with pytest.raises(InputError, match=r"'policing' is not a code that is counted"):
        count_codes(CODES, "theme", BASE, {"research": "Research", "police": "Police"})
    with pytest.raises(InputError, match="crossed with itself"):
        cross_tabulate(CODES, "theme", "theme", BASE, {}, {})


@pytest.mark.parametrize(
    "base", [pd.DataFrame({"work_id": BASE}), "w1", None, 3, ["w1", None], ["w1", float("nan")]]
)
def test_a_base_that_is_no_list_of_ids_is_refused(base: Any) -> None:
    with pytest.raises(InputError, match="base"):
        count_codes(CODES, "theme", base, CODEBOOK["theme"].labels)
    with pytest.raises(InputError, match="base"):
        count_years(pd.DataFrame({"work_id": BASE, "year": 2020}), base)


def test_a_missing_code_beside_a_stated_one_is_no_code() -> None:
    gap = pd.DataFrame({"work_id": ["w1", "w9"], "facet": "theme", "code": [None, None]})
    codes, base = pd.concat([CODES, gap]), [*BASE, "w9"]
    table = count_codes(codes, "theme", base, CODEBOOK["theme"].labels).set_index("theme")
    # One work without a theme as counted above, and the new one.
    assert table.loc[["not_stated", "total"], "n_works"].tolist() == [2, 6]


def test_recode_to_an_attribute() -> None:
    families = recode(CODES, CODEBOOK, "design", "family", "design_family")
    assert dict(zip(families["work_id"], families["code"], strict=True)) == {
        "w1": "quantitative",
        "w2": "qualitative",
        "w3": "review",
        "w4": "not_stated",
        "w5": "quantitative",
        "w6": "quantitative",
    }
    services = recode(CODES, CODEBOOK, "sector", "service", "service", without="no_service")
    assert cells(services, "work_id", "code") == [
        ("w1", "police"),
        ("w2", "courts"),
        ("w2", "other_services"),
        ("w3", "no_service"),
        ("w4", "police"),  # research belongs to no service, but police does
    ]


def test_attribute_labels_need_a_name_for_nothing() -> None:
    assert list(attribute_labels(CODEBOOK, "design", "family")) == [
        "review",
        "quantitative",
        "qualitative",
        "not_stated",
    ]
    with pytest.raises(InputError, match="'research' has no service"):
        attribute_labels(CODEBOOK, "sector", "service")


def test_a_column_as_codes() -> None:
    works = pd.DataFrame({"work_id": ["a", "b"], "year": pd.array([2001, None], dtype="Int64")})
    assert list(code_column(works, "year")["code"]) == ["2001", "not_stated"]


THEMES = ["policing", "research", "prevention"]
DESIGNS = ["cohort", "qualitative", "not_stated"]


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([f"w{n}" for n in range(12)]),
        st.tuples(st.sets(st.sampled_from(THEMES)), st.sets(st.sampled_from(DESIGNS), max_size=1)),
        max_size=12,
    ),
    st.sets(st.sampled_from([f"w{n}" for n in range(12)]), min_size=1),
)
def test_same_as_plain_python(coded: dict[str, tuple[set[str], set[str]]], base: set[str]) -> None:
    rows = [
        (work, facet, code)
        for work, pair in coded.items()
        for facet, codes in zip(("theme", "design"), pair, strict=True)
        for code in sorted(codes)
    ]
    codes = pd.DataFrame(rows, columns=["work_id", "facet", "code"], dtype="str")
    expected: Counter[tuple[str, str]] = Counter()
    for work in base:
        themes, designs = coded.get(work, (set(), set()))
        for theme in (themes or {"not_stated"}) | {"total"}:
            for design in (designs or {"not_stated"}) | {"total"}:
                expected[theme, design] += 1
    labels = (CODEBOOK["theme"].labels, CODEBOOK["design"].labels)
    table = cross_tabulate(codes, "theme", "design", base, *labels)
    found = {(theme, design): n for theme, design, n in cells(table, "theme", "design", "n_works")}
    assert {key: n for key, n in found.items() if n} == dict(expected)
    assert set(expected) <= set(found)
    single = count_codes(codes, "design", base, labels[1])
    assert dict(cells(single[single["n_works"] > 0], "design", "n_works")) == {
        design: n for (theme, design), n in expected.items() if theme == "total"
    }
    # A facet with one code a work adds up to the total.
    assert single.loc[single["design"] != "total", "n_works"].sum() == len(base)
    again = cross_tabulate(codes.iloc[::-1], "theme", "design", sorted(base), *labels)
    pd.testing.assert_frame_equal(table, again)
