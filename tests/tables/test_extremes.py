"""What leads, follows and closes a counted table, ties and empty tables included."""

from __future__ import annotations

import pandas as pd
import pytest

from oso_analysis.codebook import WITHHELD, Code, Codebook, Facet
from oso_analysis.errors import InputError
from oso_analysis.tables.comparison import compare_themes, sum_up_comparison
from oso_analysis.tables.extremes import Extremes, find_extremes, find_span, list_uncounted
from oso_analysis.tables.themes import count_cooccurrence, sum_up_cooccurrence

THEMES = {code: Code(code, code.upper()) for code in ("a", "b", "c")}
BOOK = Codebook({"theme": Facet("theme", THEMES)})


def counted(*sizes: object) -> pd.DataFrame:
    codes = ["a", "b", "c"][: len(sizes)]
    frame = pd.DataFrame({"theme": codes, "n_works": sizes, "percent_of_works": 50.0})
    rest = pd.DataFrame({"theme": ["not_stated", "total"], "n_works": 99})
    return pd.concat([frame, rest], ignore_index=True)


@pytest.mark.parametrize(
    ("sizes", "most", "second", "fewest"),
    [
        ((3, 2, 1), ["a"], ["b"], ["c"]),
        ((3, 3, 1), ["a", "b"], None, ["c"]),
        ((3, 1, 1), ["a"], None, ["b", "c"]),
        ((2, 2, 2), ["a", "b", "c"], None, None),
        ((3,), ["a"], None, None),
        ((0, 0), None, None, None),
        ((), None, None, None),
    ],
)
def test_ties_are_all_named_and_nothing_leads_where_nothing_counts(
    sizes: tuple[int, ...],
    most: list[str] | None,
    second: list[str] | None,
    fewest: list[str] | None,
) -> None:
    found = find_extremes(counted(*sizes), "theme", "n_works", percent="percent_of_works")
    assert (found.most, found.second, found.fewest) == (most, second, fewest)
    if most is None:
        assert found == Extremes()
    else:
        assert (found.most_n, found.most_percent) == (sizes[0], 50.0)


def test_nothing_is_fewest_where_a_count_is_withheld() -> None:
    found = find_extremes(counted(3, None, 1), "theme", "n_works")
    assert (found.most, found.most_n) == (["a"], 3)
    assert (found.second, found.fewest, found.fewest_n) == (None, None, None)
    # What nobody stated is no code, so a total that is withheld takes nothing away.
    whole = counted(3, 2, 1)
    whole.loc[whole["theme"] == "total", "n_works"] = None
    assert find_extremes(whole, "theme", "n_works").fewest == ["c"]
    assert find_extremes(counted(None, None), "theme", "n_works") == Extremes()


def test_uncounted_codes_are_listed() -> None:
    assert list_uncounted(counted(3, 0, 1), "theme", "n_works") == ["b"]


def test_a_withheld_count_is_not_nought() -> None:
    assert list_uncounted(counted(3, 0, None), "theme", "n_works") == ["b"]
    halves = pd.DataFrame({"theme": ["a", "a", "b"], "n_works": [0, None, 0]})
    assert list_uncounted(halves, "theme", "n_works") == ["b"]


def test_a_mark_for_a_withheld_count_is_named() -> None:
    marked = counted(3, WITHHELD, 1)
    for call in (find_extremes, list_uncounted):
        with pytest.raises(InputError, match=r"n_works.*\[c\].* must be a whole number"):
            call(marked, "theme", "n_works")
    hidden = counted(3, 2, 1).astype({"percent_of_works": object})
    hidden.loc[0, "percent_of_works"] = WITHHELD
    with pytest.raises(InputError, match="percent_of_works"):
        find_extremes(hidden, "theme", "n_works", percent="percent_of_works")


def test_a_span_of_one_year_has_no_last_year() -> None:
    assert find_span(pd.DataFrame({"year": pd.array([], dtype="Int64")})) == (None, None)
    assert find_span(pd.DataFrame({"year": pd.array([2020, None], dtype="Int64")})) == (2020, None)


def coded(*works: str) -> pd.DataFrame:
    rows = [(str(at), "theme", code) for at, codes in enumerate(works) for code in codes]
    return pd.DataFrame(rows, columns=["work_id", "facet", "code"])


def said(*submissions: str) -> pd.DataFrame:
    rows = [(str(at), str(at), code) for at, codes in enumerate(submissions) for code in codes]
    return pd.DataFrame(rows, columns=["submission_id", "respondent_id", "theme"])


def test_a_comparison_with_nothing_on_one_side_finds_nothing_clear() -> None:
    for works, submissions in ((coded("a", "b"), said()), (coded(), said("a")), (coded(), said())):
        found = sum_up_comparison(compare_themes(works, submissions, BOOK, n_resamples=20))
        assert (found.n_clear, found.n_compared, found.studied.themes) == (None, 0, None)
        assert not found.is_withheld


def test_a_comparison_names_what_leads_on_either_side() -> None:
    compared = compare_themes(coded("a", "a", "b"), said("c", "c", "b"), BOOK, n_resamples=20)
    found = sum_up_comparison(compared)
    assert (found.studied.themes, found.voiced.themes) == (["A"], ["C"])
    assert found.studied.percent_of_works == pytest.approx(200 / 3)
    assert (found.n_works, found.n_submissions, found.n_compared) == (3, 3, 3)
    hidden = compared.assign(rank_difference=pd.Series(WITHHELD, compared.index, dtype=object))
    assert sum_up_comparison(hidden).is_withheld


def test_a_comparison_of_equals_has_no_lead() -> None:
    found = sum_up_comparison(compare_themes(coded("a"), said("a"), BOOK, n_resamples=20))
    assert (found.studied.themes, found.voiced.themes, found.n_compared) == (None, None, 3)


def test_one_of_a_kind_gives_no_interval_and_no_clear_difference() -> None:
    """Works on A and B, submissions on A and C: ranks 1.5, 1.5, 3 and 1.5, 3, 1.5."""
    for works, submissions in (
        (coded("ab"), said("ac")),
        (coded("ab", "ab"), said("ac")),
        (coded("ab"), said("ac", "ac")),
        (coded("ab", "ab"), said("ac", "ac")),
    ):
        table = compare_themes(works, submissions, BOOK, n_resamples=20)
        assert table["rank_difference"].tolist() == [0.0, -1.5, 1.5]
        ends = [name for name in table if name.endswith(("_low", "_high"))]
        assert len(ends) == 4
        assert table[ends].isna().all(axis=None)
        assert set(table["divergence"]) == {"no_clear_difference"}
        found = sum_up_comparison(table)
        assert (found.n_compared, found.n_clear) == (3, None)
    for works, submissions in (
        (coded("ab", "ab"), said("a", "ac")),
        (coded("a", "ab"), said("ac", "ac")),
    ):
        table = compare_themes(works, submissions, BOOK, n_resamples=20)
        assert table[ends].notna().all(axis=None)
    # One respondent's two submissions say together what the other's one says.
    again = said("a", "a", "a").assign(respondent_id=["x", "x", "y"])
    table = compare_themes(coded("ab", "ab"), again, BOOK, n_resamples=20)
    assert table[ends].isna().all(axis=None)


def test_cooccurrence_is_summed_up_with_its_ties() -> None:
    def met(*works: str) -> tuple[str | None, int, int, int]:
        codes = coded(*works)
        found = sum_up_cooccurrence(count_cooccurrence(codes, codes["work_id"].unique(), BOOK))
        return found.one, found.n_most, found.n_together, found.n_never

    assert met("ab", "ab", "bc") == ("A", 1, 2, 1)
    assert met("ab", "bc") == (None, 2, 1, 1)
    assert met("a", "b") == (None, 0, 0, 3)
    assert met() == (None, 0, 0, 3)


def test_counts_are_whole_numbers_however_they_came() -> None:
    found = find_extremes(counted("10", "9", "2"), "theme", "n_works")
    assert (found.most, found.most_n, found.fewest) == (["a"], 10, ["c"])
    found = find_extremes(counted(10.0, 9.0, 2.0), "theme", "n_works")
    assert (found.most, found.most_n, found.second) == (["a"], 10, ["b"])
    with pytest.raises(InputError, match=r"40\.5.* must be a whole number"):
        find_extremes(counted(40.5, 30, 10), "theme", "n_works")
