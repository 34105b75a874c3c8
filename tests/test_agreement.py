from __future__ import annotations

import math
from collections import Counter
from itertools import permutations
from pathlib import Path

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oso_analysis.agreement import (
    AGREEMENT_COLUMNS,
    caveat_for,
    cohen_kappa,
    krippendorff_alpha,
    measure_coding_agreement,
    measure_consultation_agreement,
    measure_screening_agreement,
    percent_agreement,
)
from oso_analysis.codebook import read_codebook
from oso_analysis.errors import InputError
from oso_analysis.figures.agreement import plot_agreement

CODEBOOK = read_codebook(Path(__file__).parent / "fixtures" / "literature" / "codebook.yaml")


def plain_kappa(first: list[str], second: list[str]) -> float:
    n = len(first)
    agreed = sum(a == b for a, b in zip(first, second, strict=True)) / n
    one, two = Counter(first), Counter(second)
    chance = sum(one[code] * two[code] for code in one) / n**2
    return (agreed - chance) / (1 - chance) if chance < 1 else float("nan")


def plain_alpha(units: list[list[str]]) -> float:
    """Alpha by the coincidence matrix, pair by pair, as in Krippendorff's chapter."""
    coincidences: Counter[tuple[str, str]] = Counter()
    for codes in units:
        for a, b in permutations(codes, 2):
            coincidences[a, b] += 1 / (len(codes) - 1)  # type: ignore[assignment]
    margin: Counter[str] = Counter()
    for (a, _), count in coincidences.items():
        margin[a] += count
    n = sum(margin.values())
    observed = sum(count for (a, b), count in coincidences.items() if a != b)
    expected = sum(margin[a] * margin[b] for a in margin for b in margin if a != b) / (n - 1)
    return 1 - observed / expected if expected else float("nan")


def test_textbook_example() -> None:
    # Krippendorff's worked example: four observers, twelve units, gaps; nominal alpha 0.743.
    table = pd.DataFrame(
        {
            "A": [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
            "B": [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
            "C": [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
            "D": [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
        }
    )
    assert krippendorff_alpha(table) == pytest.approx(0.743, abs=0.0005)


CODES = st.sampled_from(["x", "y", "z", None])


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(CODES, CODES, CODES), min_size=2, max_size=30))
def test_alpha_is_that_of_the_krippendorff_package(rows: list[tuple[str | None, ...]]) -> None:
    table = pd.DataFrame(rows)
    ours = krippendorff_alpha(table)
    numbers = np.array(
        [[np.nan if code is None else "xyz".index(code) for code in row] for row in rows]
    )
    units = [[code for code in row if code] for row in rows if sum(map(bool, row)) > 1]
    if len({code for unit in units for code in unit}) < 2:
        assert np.isnan(ours)
        return
    theirs = krippendorff.alpha(
        reliability_data=numbers.T, level_of_measurement="nominal", value_domain=[0, 1, 2]
    )
    assert ours == pytest.approx(theirs, abs=1e-9)
    assert ours == pytest.approx(plain_alpha(units), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("xyz")), min_size=1, max_size=30))
def test_kappa_is_that_of_plain_python(rows: list[tuple[str, str]]) -> None:
    first, second = [row[0] for row in rows], [row[1] for row in rows]
    assert cohen_kappa(pd.Series(first), pd.Series(second)) == pytest.approx(
        plain_kappa(first, second), abs=1e-9, nan_ok=True
    )


def test_missing_codes_leave_the_pair_out() -> None:
    first = pd.Series(["a", "b", None, "a"])
    second = pd.Series(["a", "a", "b", None])
    assert percent_agreement(first, second) == 50
    assert np.isnan(percent_agreement(first[:0], second[:0]))
    with pytest.raises(InputError, match="same length: 4 and 3"):
        cohen_kappa(first, second[:3])


CODING = pd.DataFrame(
    [
        # r1: same themes; r2: second coder adds one; r3: both silent on country; r4: coder 1 only
        ("r1", "coder_1", "abstract", "theme", "policing"),
        ("r1", "coder_2", "abstract", "theme", "policing"),
        ("r2", "coder_1", "title", "theme", "research"),
        ("r2", "coder_2", "title", "theme", "research"),
        ("r2", "coder_2", "title", "theme", "policing"),
        ("r3", "coder_1", "abstract", "theme", "research"),
        ("r3", "coder_2", "abstract", "theme", "research"),
        ("r4", "coder_1", "title", "theme", "prevention"),
        ("r1", "coder_1", "abstract", "country", "GB"),
        ("r1", "coder_2", "abstract", "country", "GB"),
        ("r2", "coder_2", "title", "country", "US"),
        ("r1", "coder_1", "abstract_note", "practice_decision", "none"),
        ("r5", "coder_1", "abstract_note", "practice_decision", "treatment"),
        ("r5", "coder_2", "abstract_note", "practice_decision", "treatment"),
    ],
    columns=["record_id", "coder", "basis", "facet", "code"],
)


def rows_of(table: pd.DataFrame, facet: str) -> dict[object, dict[str, object]]:
    part = table[table["facet"] == facet]
    return {
        "whole" if pd.isna(row["code"]) else row["code"]: row
        for row in part.to_dict(orient="records")
    }


def test_hand_counted_coding() -> None:
    table = measure_coding_agreement(CODING, CODEBOOK, labels={"country": {"GB": "Britain"}})
    assert tuple(table.columns) == AGREEMENT_COLUMNS
    theme = rows_of(table, "theme")
    assert list(theme) == ["whole", "policing", "research", "prevention"]
    assert (theme["whole"]["n_units"], theme["whole"]["n_coder_1"]) == (3, 4)
    assert (theme["whole"]["n_coder_2"], theme["whole"]["n_both"]) == (3, 3)
    assert theme["whole"]["percent_agreement"] == pytest.approx(200 / 3)
    policing = theme["policing"]
    assert [policing[name] for name in ("n_units", "n_coder_1", "n_coder_2", "n_both")] == [
        3,
        1,
        2,
        1,
    ]
    # used: TFF and TTF; agreed 2/3, by chance 1/3*2/3 + 2/3*1/3 = 4/9
    assert policing["kappa"] == pytest.approx((2 / 3 - 4 / 9) / (5 / 9))
    # alpha: three of six values are T; one disagreeing pair counted twice; expected 2*3*3/5
    assert policing["alpha"] == pytest.approx(1 - 2 / (18 / 5))
    assert bool(policing["reliable"]) is False
    assert "fewer than 5 uses" in str(policing["note"])
    assert theme["research"]["alpha"] == 1
    assert "neither coder used" in str(theme["prevention"]["note"])
    assert pd.isna(theme["prevention"]["alpha"])
    assert pd.isna(theme["prevention"]["reliable"])


def test_silence_is_an_answer_where_the_record_was_read_for_the_facet() -> None:
    table = measure_coding_agreement(CODING, CODEBOOK, labels={"country": {"GB": "Britain"}})
    country = rows_of(table, "country")
    assert country["whole"]["n_units"] == 3
    assert country["GB"]["label"] == "Britain"
    silent = country["not_stated"]
    assert [silent[name] for name in ("n_coder_1", "n_coder_2", "n_both")] == [2, 1, 1]
    # r1's second coder never read the notes on practice decisions: it is no unit there
    decision = rows_of(table, "practice_decision")
    assert decision["whole"]["n_units"] == 1
    assert decision["whole"]["n_coder_1"] == 2
    assert "only one unit" in str(decision["whole"]["note"])
    assert pd.isna(decision["whole"]["kappa"])


def test_no_overlap_is_stated() -> None:
    apart = CODING[(CODING["coder"] == "coder_1") | (CODING["record_id"] == "r5")]
    table = measure_coding_agreement(apart, CODEBOOK, facets=["theme"])
    assert set(table["n_units"]) == {0}
    assert table["note"].str.contains("no unit was coded by both").all()
    assert table[["percent_agreement", "kappa", "alpha"]].isna().all(axis=None)


def test_result_does_not_depend_on_row_order_and_repeats() -> None:
    one = measure_coding_agreement(CODING, CODEBOOK)
    two = measure_coding_agreement(CODING.iloc[::-1], CODEBOOK)
    pd.testing.assert_frame_equal(one, two)


def test_bootstrap_interval_covers_alpha_and_narrows_with_units() -> None:
    rng = np.random.default_rng(1)

    def interval(n: int) -> tuple[float, float, float]:
        truth = rng.random(n) < 0.4
        other = np.where(rng.random(n) < 0.1, ~truth, truth)
        coding = pd.DataFrame(
            [
                (f"r{unit:04d}", coder, "title", "theme", "policing" if used else "research")
                for coder, column in (("coder_1", truth), ("coder_2", other))
                for unit, used in enumerate(column)
            ],
            columns=CODING.columns,
        )
        row = rows_of(measure_coding_agreement(coding, CODEBOOK), "theme")["policing"]
        return float(row["alpha_low"]), float(row["alpha"]), float(row["alpha_high"])  # type: ignore[arg-type]

    small, large = interval(60), interval(1500)
    for low, alpha, high in (small, large):
        assert low < alpha < high
    assert large[2] - large[0] < small[2] - small[0]
    # 10 % flipped codes at 40 % use: kappa is (0.9 - 0.516) / (1 - 0.516)
    assert large[0] < 0.79 < large[2]


@pytest.mark.parametrize("n_units", [2, 5, 94])
def test_no_interval_where_coders_never_differed(n_units: int) -> None:
    """The bootstrap gave such a code an interval from 1 to 1, as if nothing were uncertain."""
    coding = pd.DataFrame(
        [
            (f"r{unit}", coder, "title", "theme", "research" if unit else "policing")
            for coder in ("coder_1", "coder_2")
            for unit in range(n_units)
        ],
        columns=CODING.columns,
    )
    table = measure_coding_agreement(coding, CODEBOOK)
    row = rows_of(table, "theme")["policing"]
    assert row["alpha"] == 1
    assert row["reliable"]
    assert math.isnan(row["alpha_low"])
    assert math.isnan(row["alpha_high"])
    assert "no interval: coders never differed" in str(row["note"])
    assert "1.00" in {text.get_text() for text in plot_agreement(table).axes[0].texts}


SCREENING = pd.DataFrame(
    [
        ("a", "reviewer_1", "include", None),
        ("a", "reviewer_2", "include", None),
        ("b", "reviewer_1", "exclude", "not_online"),
        ("b", "reviewer_2", "exclude", "not_offending"),
        ("c", "reviewer_1", "include", None),
        ("c", "reviewer_2", "exclude", "not_online"),
        ("d", "reviewer_1", "include", None),
    ],
    columns=["record_id", "reviewer", "decision", "exclusion_reason"],
)


def test_screening() -> None:
    table = measure_screening_agreement(SCREENING, CODEBOOK)
    decision = table.iloc[0]
    assert list(decision[["n_units", "n_coder_1", "n_coder_2"]]) == [3, 4, 3]
    assert decision["percent_agreement"] == pytest.approx(200 / 3)
    assert decision["kappa"] == pytest.approx(plain_kappa(["i", "e", "i"], ["i", "e", "e"]))
    reason = table[table["facet"] == "exclusion_reason"].iloc[0]
    assert reason["n_units"] == 1
    assert set(table["unit"]) == {"records"}
    with pytest.raises(InputError, match=r"'reviewer_3' coded nothing.*did you mean"):
        measure_screening_agreement(SCREENING, CODEBOOK, reviewers=("reviewer_1", "reviewer_3"))


def test_one_reviewer_alone_is_not_an_error_but_not_estimable() -> None:
    alone = SCREENING[SCREENING["reviewer"] == "reviewer_1"]
    table = measure_screening_agreement(alone, CODEBOOK)
    assert "no unit was coded by both" in table["note"].iloc[0]
    with pytest.raises(InputError, match="must be two coders"):
        measure_screening_agreement(SCREENING, CODEBOOK, reviewers=("reviewer_1",))


def test_consultation_compares_sets_of_themes() -> None:
    relevance = pd.DataFrame(
        [
            (unit, coder, relevant, "industry")
            for unit, one, two in (("s1", "yes", "yes"), ("s2", "yes", "yes"), ("s3", "yes", "no"))
            for coder, relevant in (("coder_1", one), ("coder_2", two))
        ],
        columns=["submission_id", "coder", "relevant", "respondent_sector"],
    )
    segments = pd.DataFrame(
        [
            ("s1", "coder_1", "policing", "issue", None),
            ("s1", "coder_1", "policing", "solution", "O1"),
            ("s1", "coder_2", "policing", "solution", "O1"),
            ("s3", "coder_1", "prevention", "issue", None),
        ],
        columns=["submission_id", "coder", "theme", "kind", "outcome"],
    )
    table = measure_consultation_agreement(relevance, segments, CODEBOOK)
    assert rows_of(table, "relevant")["whole"]["percent_agreement"] == pytest.approx(200 / 3)
    theme = rows_of(table, "theme")
    assert theme["whole"]["n_units"] == 2  # s3: the second coder found it irrelevant
    assert theme["policing"]["alpha"] == 1
    assert rows_of(table, "issue_theme")["policing"]["n_coder_2"] == 0
    assert rows_of(table, "outcome")["O1"]["n_both"] == 1
    assert "not_stated" not in theme


def test_caveats_name_weak_codes_only() -> None:
    table = measure_coding_agreement(CODING, CODEBOOK)
    (caveat,) = caveat_for(table, ["theme"])
    assert "on theme: Policing (0.44" in caveat
    assert "3 records coded by both" in caveat
    (one,) = caveat_for(table.assign(n_units=1), ["theme"])
    assert "1 record coded by both" in one
    assert "facet as a whole" not in caveat  # a facet with many codes is judged code by code
    assert caveat_for(table, ["theme"], codes=["research"]) == []
    (unmeasured,) = caveat_for(table, ["practice_decision"])
    assert unmeasured.startswith("Agreement on practice decision could not be estimated")
    with pytest.raises(InputError, match=r"'themes' is not measured \(did you mean 'theme'"):
        caveat_for(table, ["themes"])


@pytest.mark.parametrize(
    ("alpha", "said"),
    [(0.6649, "0.66"), (0.6651, "0.665"), (0.66666, "0.6667"), (0.66699999, "0.66699999")],
)
def test_what_is_below_the_bar_is_not_rounded_above_it(alpha: float, said: str) -> None:
    table = measure_coding_agreement(CODING, CODEBOOK)
    weak = table["facet"].eq("theme") & table["alpha"].lt(0.667)
    (caveat,) = caveat_for(table.assign(alpha=table["alpha"].mask(weak, alpha)), ["theme"])
    assert f"({said}, 95 % interval" in caveat


def test_one_name_stands_for_a_list_of_one() -> None:
    table = measure_coding_agreement(CODING, CODEBOOK, n_draws=50)
    one = measure_coding_agreement(CODING, CODEBOOK, facets="theme", n_draws=50)
    assert set(one["facet"]) == {"theme"}
    assert caveat_for(table, "theme") == caveat_for(table, ["theme"]) != []
    assert caveat_for(table, "theme", codes="research") == []


def test_no_draws_and_a_coder_who_is_no_pair_are_refused() -> None:
    with pytest.raises(InputError, match=r"'n_draws'.*must be 1 or more"):
        measure_coding_agreement(CODING, CODEBOOK, n_draws=0)
    with pytest.raises(InputError, match="must be two coders"):
        measure_coding_agreement(CODING, CODEBOOK, coders="AB")
