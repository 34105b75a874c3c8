from __future__ import annotations

import csv
from collections import defaultdict

import consulted
import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

from oso_analysis.codebook import Codebook
from oso_analysis.errors import InputError
from oso_analysis.tables.comparison import _ranks, compare_themes

ROOT = consulted.ROOT
REAL = consulted.REAL


def test_shares_and_ranks_by_hand(
    small_codes: pd.DataFrame, codebook: Codebook, small_segments: pd.DataFrame
) -> None:
    table = compare_themes(small_codes, small_segments, codebook).set_index("theme")
    # Three works carry a theme (w4 none): research 2, policing 1, prevention 1.
    assert table["n_works"].to_dict() == {
        theme: {"research": 2, "policing": 1, "prevention": 1}.get(theme, 0)
        for theme in codebook["theme"]
    }
    assert (table["n_works_with_theme"] == 3).all()
    assert table.loc["research", "percent_of_works"] == pytest.approx(200 / 3)
    assert table.loc["research", "percent_of_work_themes"] == 50
    assert table.loc[["research", "policing", "prevention", "barriers"], "rank_works"].tolist() == [
        1,
        2.5,
        2.5,
        6,
    ]
    # Three submissions of two respondents: policing s1 s2, prevention s1 s3.
    assert (table["n_submissions_with_theme"] == 3).all()
    assert table.loc["policing", "n_submissions"] == 2
    assert table.loc["policing", "rank_submissions"] == 1.5
    assert table.loc["policing", "n_segments"] == 5
    assert table.loc["policing", "rank_difference"] == 1
    assert table.loc["research", "rank_difference"] == 1 - 5.5
    assert table.loc["policing", "percent_difference"] == pytest.approx(100 / 3)
    assert table["percent_of_segments"].sum() == pytest.approx(100)


def test_intervals_are_seeded_and_do_not_depend_on_row_order(
    small_codes: pd.DataFrame, codebook: Codebook, small_segments: pd.DataFrame
) -> None:
    one = compare_themes(small_codes, small_segments, codebook, n_resamples=200)
    shuffled = compare_themes(
        small_codes.sample(frac=1, random_state=2),
        small_segments.sample(frac=1, random_state=3),
        codebook,
        n_resamples=200,
    )
    pd.testing.assert_frame_equal(one, shuffled)
    other = compare_themes(small_codes, small_segments, codebook, n_resamples=200, seed=1)
    assert not one.equals(other)


def test_what_is_clear_and_what_is_not(codebook: Codebook) -> None:
    works = pd.DataFrame(
        {"work_id": [f"w{i}" for i in range(60)], "facet": "theme", "code": "research"}
    )
    extra = works.iloc[:30].assign(code="policing")
    voices = pd.DataFrame(
        {
            "submission_id": [f"s{i}" for i in range(60)],
            "respondent_id": [f"r{i}" for i in range(60)],
            "theme": ["policing"] * 50 + ["prevention"] * 10,
        }
    )
    table = compare_themes(pd.concat([works, extra]), voices, codebook).set_index("theme")
    assert table.loc["policing", "divergence"] == "voiced_more"
    assert table.loc["research", "divergence"] == "studied_more"
    assert table.loc["research", "divergence_label"] == "Studied more than voiced"
    assert (table["rank_difference_low"] <= table["rank_difference"]).all()
    assert (table["rank_difference"] <= table["rank_difference_high"]).all()


def test_repeats_of_one_respondent_widen_the_interval(codebook: Codebook) -> None:
    works = pd.DataFrame(
        {"work_id": [f"w{i}" for i in range(40)], "facet": "theme", "code": "research"}
    )
    voices = pd.DataFrame(
        {
            "submission_id": [f"s{i}" for i in range(40)],
            "respondent_id": [f"r{i}" for i in range(40)],
            "theme": ["policing"] * 20 + ["prevention"] * 20,
        }
    )
    clustered = voices.assign(respondent_id=[f"r{i // 10}" for i in range(40)])

    def width(frame: pd.DataFrame) -> float:
        row = compare_themes(works, frame, codebook).set_index("theme").loc["policing"]
        return float(row["percent_difference_high"] - row["percent_difference_low"])

    assert width(clustered) > 2 * width(voices)


def test_interval_agrees_with_the_large_sample_formula(codebook: Codebook) -> None:
    works = pd.DataFrame(
        {
            "work_id": [f"w{i}" for i in range(400)],
            "facet": "theme",
            "code": ["policing"] * 120 + ["research"] * 280,
        }
    )
    voices = pd.DataFrame(
        {
            "submission_id": [f"s{i}" for i in range(200)],
            "respondent_id": [f"r{i}" for i in range(200)],
            "theme": ["policing"] * 100 + ["prevention"] * 100,
        }
    )
    row = compare_themes(works, voices, codebook).set_index("theme").loc["policing"]
    half = 100 * 1.96 * (0.3 * 0.7 / 400 + 0.5 * 0.5 / 200) ** 0.5
    assert row["percent_difference_low"] == pytest.approx(20 - half, abs=1)
    assert row["percent_difference_high"] == pytest.approx(20 + half, abs=1)


def test_ranks_agree_with_scipy() -> None:
    shares = np.random.default_rng(5).integers(0, 4, (50, 8)).astype(float)
    np.testing.assert_allclose(_ranks(shares), rankdata(-shares, axis=1))


def test_bad_input_is_named(
    small_codes: pd.DataFrame, codebook: Codebook, small_segments: pd.DataFrame
) -> None:
    with pytest.raises(InputError) as error:
        compare_themes(small_codes, small_segments, codebook, n_resamples=0, confidence=95)
    assert "'n_resamples': '0' must be a whole number of at least 1" in str(error.value)
    assert "'confidence': '95' must lie between 0 and 1" in str(error.value)
    with pytest.raises(InputError, match=r"compare_themes: 1 missing column"):
        compare_themes(small_codes.drop(columns="facet"), small_segments, codebook)


def test_nothing_on_one_side_is_not_comparable(
    small_codes: pd.DataFrame, codebook: Codebook, small_segments: pd.DataFrame
) -> None:
    for works, said in (
        (small_codes.iloc[:0], small_segments),
        (small_codes, small_segments.iloc[:0]),
    ):
        table = compare_themes(works, said, codebook, n_resamples=10)
        assert (table["divergence"] == "not_comparable").all()
        assert (
            table[["percent_difference", "rank_difference", "rank_difference_low"]]
            .isna()
            .all(axis=None)
        )
        assert len(table) == len(codebook["theme"])


def test_real_shares_recounted(codebook: Codebook) -> None:
    with (ROOT / "data" / "literature" / "coding.csv").open(encoding="utf-8", newline="") as file:
        coded = [
            r for r in csv.DictReader(file) if r["coder"] == "coder_1" and r["facet"] == "theme"
        ]
    with (REAL / "segments.csv").open(encoding="utf-8", newline="") as file:
        said = [row for row in csv.DictReader(file) if row["coder"] == "coder_1"]
    codes = consulted.work_codes("real")
    table = compare_themes(codes, consulted.consultation("real").segments, codebook, n_resamples=10)
    works: dict[str, set[str]] = defaultdict(set)
    voices: dict[str, set[str]] = defaultdict(set)
    for row in coded:
        works[row["code"]].add(row["record_id"])
    for row in said:
        voices[row["theme"]].add(row["submission_id"])
    for row in table.itertuples():
        assert row.n_works == len(works[row.theme])
        assert row.n_submissions == len(voices[row.theme])
        assert row.n_segments == sum(segment["theme"] == row.theme for segment in said)
        assert row.n_works_with_theme == len(set().union(*works.values()))
        assert row.n_submissions_with_theme == len(set().union(*voices.values()))
    places = sorted(voices, key=lambda theme: -len(voices[theme]))
    assert table.set_index("theme")["rank_submissions"].idxmin() == places[0]
