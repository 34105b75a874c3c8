"""Protection on small tables whose answer can be worked out by hand."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest

from oso_analysis.disclosure import (
    CONFIDENTIAL,
    PUBLISHED,
    CountTable,
    DisclosurePolicy,
    describe,
    footnote,
    protect,
)
from oso_analysis.errors import InputError


def _table(counts: dict[str, int], **options: object) -> CountTable:
    frame = pd.DataFrame({"sector": list(counts), "n_submissions": list(counts.values())})
    return CountTable(frame, "n_submissions", ["sector"], **options)  # type: ignore[arg-type]


def _two_way(cells: dict[tuple[str, str], int]) -> pd.DataFrame:
    frame = pd.DataFrame([(*k, n) for k, n in cells.items()], columns=["sector", "year", "n"])
    sums = [
        frame,
        frame.groupby("sector", as_index=False)["n"].sum().assign(year="total"),
        frame.groupby("year", as_index=False)["n"].sum().assign(sector="total"),
        pd.DataFrame([("total", "total", frame["n"].sum())], columns=["sector", "year", "n"]),
    ]
    return pd.concat(sums, ignore_index=True)[["sector", "year", "n"]]


def test_off_hands_back_the_very_frames() -> None:
    table = _table({"a": 1, "total": 1})
    assert protect({"t": table}, PUBLISHED).tables["t"] is table.frame


def test_off_costs_no_solver() -> None:
    code = (
        "import sys, pandas as pd\n"
        "from oso_analysis.disclosure import CountTable, PUBLISHED, protect\n"
        "protect({'t': CountTable(pd.DataFrame({'a': ['x'], 'n': [1]}), 'n', ['a'])}, PUBLISHED)\n"
        "sys.exit('scipy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_small_count_takes_the_cheapest_partner_with_it() -> None:
    protected = protect({"t": _table({"a": 2, "b": 9, "c": 30, "total": 41})}, CONFIDENTIAL)
    assert protected.display("t").sort_index()["n_submissions"].tolist() == ["[c]", "[c]", 30, 41]
    assert protected.tables["t"].sort_index()["suppressed"].tolist() == [True, True, False, False]
    assert protected.audit[["n_primary", "n_secondary"]].to_numpy().tolist() == [[1, 1]]


def test_partner_must_leave_room() -> None:
    # 2 + 3 = 5 and both at least 1: each would be 1 to 4. So 20 is withheld too.
    protected = protect({"t": _table({"a": 2, "b": 3, "c": 20, "total": 25})}, CONFIDENTIAL)
    assert protected.display("t").sort_index()["n_submissions"].tolist() == [
        "[c]",
        "[c]",
        "[c]",
        25,
    ]


def test_nought_is_printed_unless_it_is_unsafe() -> None:
    table = _table({"a": 0, "b": 9, "c": 30, "total": 39})
    assert not protect({"t": table}, CONFIDENTIAL).tables["t"]["suppressed"].any()
    strict = protect({"t": table}, DisclosurePolicy(zeros_are_safe=False))
    assert strict.display("t").sort_index()["n_submissions"].tolist() == ["[c]", "[c]", 30, 39]


def test_small_grand_total_is_withheld() -> None:
    protected = protect({"t": _table({"a": 1, "b": 2, "total": 3})}, CONFIDENTIAL)
    assert protected.tables["t"].sort_index()["suppressed"].all()


def test_same_cell_is_withheld_in_every_table() -> None:
    two_way = _two_way({("a", "1"): 2, ("a", "2"): 9, ("b", "1"): 12, ("b", "2"): 14})
    tables = {
        "two-way": CountTable(two_way, "n", ["sector", "year"]),
        "one-way": CountTable(
            pd.DataFrame({"year": ["1", "2", "total"], "n": [14, 23, 37]}), "n", ["year"]
        ),
        "again": CountTable(
            two_way.rename(columns={"sector": "who"}), "n", {"who": "sector", "year": "year"}
        ),
    }
    protected = protect(tables, CONFIDENTIAL)
    first, again = protected.tables["two-way"], protected.tables["again"]
    assert first["suppressed"].tolist() == again["suppressed"].tolist()
    # A lone small cell in a two-way table takes one more in its row, its column and the corner.
    assert first["suppressed"].tolist() == [True] * 4 + [False] * 5


def test_difference_of_nested_tables_is_withheld() -> None:
    # 12 submissions of sector a, 10 of them relevant: two are not, and nobody prints that.
    tables = {
        "all": _table({"a": 12, "b": 30, "total": 42}),
        "relevant": _table({"a": 10, "b": 20, "total": 30}, where={"relevant": "yes"}),
    }
    protected = protect(tables, CONFIDENTIAL)
    hidden = [protected.tables[name].sort_index()["suppressed"].iloc[0] for name in tables]
    assert any(hidden)
    assert not protect({"all": tables["all"]}, CONFIDENTIAL).tables["all"]["suppressed"].any()


def test_complement_of_a_theme_is_withheld() -> None:
    # 28 of 30 raise the theme: the two who do not are a small count.
    frame = pd.DataFrame({"theme": ["x", "y", "total"], "n_submissions": [28, 15, 30]})
    table = CountTable(frame, "n_submissions", ["theme"], multi_label=["theme"])
    assert protect({"t": table}, CONFIDENTIAL).display("t").sort_index()[
        "n_submissions"
    ].tolist() == [
        "[c]",
        15,
        30,
    ]


def test_coarse_and_fine_categories_are_one_variable() -> None:
    groups = {"sector": {"public": ["a", "b"]}}
    tables = {
        "fine": _table({"a": 3, "b": 8, "c": 20, "total": 31}),
        "coarse": _table({"public": 11, "c": 20, "total": 31}, groups=groups),
    }
    protected = protect(tables, CONFIDENTIAL)
    assert protected.tables["fine"].sort_index()["suppressed"].tolist() == [
        True,
        True,
        False,
        False,
    ]
    assert not protected.tables["coarse"].sort_index()["suppressed"].any()
    # With the partner too small, the coarse table has to give way with the fine one.
    tables["fine"] = _table({"a": 3, "b": 2, "c": 20, "total": 25})
    tables["coarse"] = _table({"public": 5, "c": 20, "total": 25}, groups=groups)
    assert protect(tables, CONFIDENTIAL).tables["coarse"].sort_index()["suppressed"].iloc[0]


def test_percentages_follow_count_and_base() -> None:
    frame = pd.DataFrame(
        {
            "sector": ["a", "a", "b", "b"],
            "year": ["1", "2", "1", "2"],
            "n": [2, 1, 40, 60],
            "n_base": [3, 3, 100, 100],
            "percent": [66.7, 33.3, 40.0, 60.0],
        }
    )
    table = CountTable(
        frame,
        "n",
        ["sector", "year"],
        bases={"n_base": ["sector"]},
        percentages={"percent": ["sector"]},
    )
    shown = protect({"t": table}, CONFIDENTIAL).display("t")
    assert shown["percent"].tolist() == ["[c]", "[c]", 40.0, 60.0]
    assert shown["n_base"].tolist() == ["[c]", "[c]", 100, 100]


def test_percentage_that_would_show_its_withheld_base_is_withheld() -> None:
    # Sector totals 4 and 12: the first is small. Its nought is printed, its share is not.
    frame = pd.DataFrame(
        {"sector": ["a", "a"], "year": ["1", "2"], "n": [0, 4], "n_base": [4, 4], "p": [0.0, 100.0]}
    )
    table = CountTable(
        frame, "n", ["sector", "year"], bases={"n_base": ["sector"]}, percentages={"p": ["sector"]}
    )
    shown = protect({"t": table}, CONFIDENTIAL).display("t")
    assert shown["n"].tolist() == [0, "[c]"]
    assert shown["p"].tolist() == ["[c]", "[c]"]


def test_contributors_make_a_count_small() -> None:
    frame = pd.DataFrame({"theme": ["x", "y", "z"], "n_segments": [9, 8, 30], "n_from": [1, 6, 20]})
    table = CountTable(frame, "n_segments", ["theme"], contributors="n_from")
    shown = protect({"t": table}, CONFIDENTIAL).display("t")
    assert shown["n_segments"].tolist()[0] == "[c]"
    assert "n_from" not in shown


def test_order_by_size_is_given_up() -> None:
    counts = {"a": 40, "b": 30, "d": 9, "c": 3, "total": 82}
    assert protect({"t": _table(counts)}, PUBLISHED).tables["t"]["sector"].tolist() == list(counts)
    frame = protect({"t": _table(counts)}, CONFIDENTIAL).tables["t"]
    assert frame["sector"].tolist() == ["a", "b", "c", "d", "total"]
    assert frame["suppressed"].tolist() == [False, False, True, True, False]


def test_undeclared_numbers_are_refused() -> None:
    frame = pd.DataFrame({"sector": ["a", "b"], "n": [3, 9], "percent": [25.0, 75.0]})
    with pytest.raises(InputError, match="'percent': is a column of numbers that is not declared"):
        protect({"t": CountTable(frame, "n", ["sector"])}, CONFIDENTIAL)


def test_nothing_to_protect_is_no_error() -> None:
    assert protect({}, CONFIDENTIAL).tables == {}
    empty = CountTable(pd.DataFrame({"a": ["x"], "n": [1]}).head(0), "n", ["a"])
    assert protect({"t": empty}, CONFIDENTIAL).tables["t"].empty


def test_tables_too_large_to_join_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = {(s, y): n for s, y, n in zip("aabbcc", "121212", [3, 9, 12, 2, 30, 14], strict=True)}
    table = CountTable(_two_way(cells), "n", ["sector", "year"])
    assert protect({"t": table}, CONFIDENTIAL).unlinked == ()
    monkeypatch.setattr("oso_analysis.disclosure.model._MOST_ATOMS", 1)
    protected = protect({"t": table}, CONFIDENTIAL)
    assert protected.unlinked == (("sector", "year"),)
    assert protected.tables["t"].sort_index()["suppressed"].sum() >= 4


def test_respondents_are_bounded_by_submissions() -> None:
    # 4 respondents sent the 5 submissions that are printed, so they are 1 to 5: too narrow.
    tables = {
        "submissions": _table({"a": 5, "b": 30, "c": 40, "total": 75}),
        "respondents": CountTable(
            pd.DataFrame({"sector": ["a", "b", "c", "total"], "n_respondents": [4, 28, 33, 65]}),
            "n_respondents",
            ["sector"],
        ),
    }
    protected = protect(tables, CONFIDENTIAL)
    assert protected.tables["submissions"].sort_index()["suppressed"].iloc[0]


def test_row_order_does_not_matter() -> None:
    cells = {(s, y): n for s, y, n in zip("aabbcc", "121212", [3, 9, 12, 2, 30, 14], strict=True)}
    frame = _two_way(cells)
    other = frame.sample(frac=1, random_state=1)
    first = protect({"t": CountTable(frame, "n", ["sector", "year"])}, CONFIDENTIAL).tables["t"]
    second = protect({"t": CountTable(other, "n", ["sector", "year"])}, CONFIDENTIAL).tables["t"]
    pd.testing.assert_frame_equal(first, second.sort_index())


def test_contradictions_are_all_named() -> None:
    tables = {
        "one": _table({"a": 6, "b": 9}),
        "two": _table({"a": 7, "b": 8}),
        "three": _table({"a": 6, "b": 9}),
    }
    with pytest.raises(InputError, match="contradicts one, where the same cell is 6") as caught:
        protect(tables, CONFIDENTIAL)
    assert len(caught.value.problems) == 2


def test_undeclared_multi_label_is_found() -> None:
    with pytest.raises(InputError, match="a multi-label variable that is not declared"):
        protect({"t": _table({"a": 20, "b": 20, "total": 30})}, CONFIDENTIAL)


def test_bad_counts_are_named() -> None:
    frame = pd.DataFrame({"sector": ["a", "b"], "n": [1.5, -1]})
    with pytest.raises(InputError, match="whole number of 0 or more") as caught:
        protect({"t": CountTable(frame, "n", ["sector"])}, CONFIDENTIAL)
    assert [problem.row for problem in caught.value.problems] == [2, 3]


def test_percentage_of_an_unknown_total_is_refused() -> None:
    frame = pd.DataFrame({"sector": ["a", "b"], "n": [9, 9], "percent": [30.0, 30.0]})
    with pytest.raises(InputError, match="percentage of a total that no table prints"):
        protect(
            {"t": CountTable(frame, "n", ["sector"], percentages={"percent": []})}, CONFIDENTIAL
        )


def test_bad_policies_are_refused() -> None:
    with pytest.raises(InputError, match="whole number of 2 or more"):
        DisclosurePolicy(threshold=1)
    with pytest.raises(InputError, match="is not one of 'suppress', 'round'"):
        DisclosurePolicy(method="hide")


def test_rounding_is_the_same_everywhere_and_shares_follow() -> None:
    frame = pd.DataFrame(
        {
            "sector": ["a", "b", "c", "total"],
            "n": [2, 3, 18, 23],
            "n_base": [23] * 4,
            "percent": [8.7, 13.0, 78.3, 100.0],
            "percent_low": [2.4, 4.5, 58.1, 85.7],
        }
    )
    table = CountTable(
        frame,
        "n",
        ["sector"],
        bases={"n_base": []},
        percentages={"percent": [], "percent_low": []},
    )
    shown = protect({"t": table}, DisclosurePolicy(method="round")).display("t")
    assert shown["n"].tolist() == [0, 5, 20, 25]
    assert shown["n_base"].tolist() == [25] * 4
    assert shown["percent"].tolist() == [0, 20, 80, 100]
    # Limits of an interval would show the exact count.
    assert shown["percent_low"].tolist() == ["[c]"] * 4


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (PUBLISHED, "No disclosure control was applied"),
        (CONFIDENTIAL, "Counts from 1 to 4 are withheld"),
        (DisclosurePolicy(zeros_are_safe=False), "Counts below 5, noughts included, are withheld"),
        (DisclosurePolicy(method="round", base=10), "nearest multiple of 10"),
    ],
)
def test_the_edition_says_its_policy(policy: DisclosurePolicy, words: str) -> None:
    assert words in describe(policy)
    assert bool(footnote(policy)) == policy.on


def test_notes_stand_under_touched_tables_only() -> None:
    tables = {
        "small": _table({"a": 2, "b": 9, "c": 30, "total": 41}),
        "large": CountTable(pd.DataFrame({"kind": ["x"], "n_other": [50]}), "n_other", ["kind"]),
    }
    protected = protect(tables, CONFIDENTIAL)
    assert "[c] = withheld" in protected.note("small")
    assert protected.note("large") == ""
    with pytest.raises(InputError, match="did you mean 'small'"):
        protected.display("smal")
