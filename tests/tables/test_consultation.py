from __future__ import annotations

import csv
import math
from collections import Counter, defaultdict

import consulted
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from oso_analysis.codebook import Codebook
from oso_analysis.consultation.respondents import (
    Consultation,
    list_similar_names,
    prepare_consultation,
    respondent_key,
)
from oso_analysis.errors import InputError
from oso_analysis.tables import consultation as said
from oso_analysis.tables import participation as who
from oso_analysis.tables.coded import code_order
from oso_analysis.tables.intervals import add_percentages, describe_basis, wilson_interval

REAL = consulted.REAL


def plain(name: str) -> list[dict[str, str]]:
    with (REAL / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def small() -> Consultation:
    return consulted.consultation("small")


@pytest.fixture(scope="module")
def real() -> Consultation:
    return consulted.consultation("real")


# Respondents


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Lucy Faithfull Foundation", "lucy  faithfull foundation"),
        ("Children’s Commissioner", "Children's Commissioner."),
        ("NSPCC", "NSPCC (with Barnardo's and The Children's Society)"),
        ("ECPAT", "ECPAT with 109 signatories"),
        ("DOT Europe", "DOT Europe with other European industry associations"),
    ],
)
def test_ways_of_typing_one_name(one: str, other: str) -> None:
    assert respondent_key(one) == respondent_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("NSPCC", "NSPCC Cymru"),
        ("ECPAT", "ECPAT International"),
        ("UK Government", "UK Government (Home Office)"),
        ("Barnardo's", "NSPCC Northern Ireland and Barnardo's Northern Ireland"),
        ("People with lived experience", "People"),
    ],
)
def test_names_that_only_look_alike_stay_apart(one: str, other: str) -> None:
    assert respondent_key(one) != respondent_key(other)


def test_each_unnamed_individual_is_a_respondent(small: Consultation) -> None:
    ids = small.submissions.set_index("submission_id")["respondent_id"]
    assert ids.tolist() == [
        "police body",
        "police body",
        "charity",
        "individual (s4)",
        "individual (s5)",
        "firm ltd",
    ]


def test_similar_names_are_listed_not_merged(real: Consultation) -> None:
    pairs = list_similar_names(real.submissions)
    listed = set(zip(pairs["respondent_id"], pairs["similar_respondent_id"], strict=True))
    assert ("nspcc", "nspcc cymru") in listed
    assert not any("individual" in name for pair in listed for name in pair)


# Preparation


def test_only_the_primary_coder_counts(small: Consultation) -> None:
    assert small.submissions["relevant"].tolist() == [
        "yes",
        "yes",
        "yes",
        "no",
        "not_stated",
        "yes",
    ]
    assert small.submissions["n_segments"].tolist() == [4, 2, 2, 0, 0, 0]
    assert len(small.segments) == 8
    other = prepare_consultation(*consulted.frames(consulted.FIXTURES), coder="coder_2")
    assert other.submissions["relevant"].tolist() == [
        "no",
        *["not_stated"] * 2,
        "yes",
        *["not_stated"] * 2,
    ]
    assert other.segments["theme"].tolist() == ["barriers"]


def test_preparing_does_not_depend_on_row_order() -> None:
    shuffled = [frame.sample(frac=1, random_state=1) for frame in consulted.frames(REAL)]
    one, other = prepare_consultation(*shuffled), prepare_consultation(*consulted.frames(REAL))
    pd.testing.assert_frame_equal(one.submissions, other.submissions)
    pd.testing.assert_frame_equal(one.segments, other.segments)


def test_contradictions_are_all_named() -> None:
    submissions, relevance, segments = consulted.frames(consulted.FIXTURES)
    relevance.loc[0, "relevant"] = "no"
    segments.loc[4, "submission_id"] = "s9"
    with pytest.raises(InputError) as error:
        prepare_consultation(pd.concat([submissions, submissions.iloc[[5]]]), relevance, segments)
    text = str(error.value)
    assert "submissions, column 'submission_id': 's6' is listed twice" in text
    assert "segments, column 'submission_id': 's9' is not in the submissions" in text
    assert "'s1' has segments by coder_1, who found it not relevant" in text
    with pytest.raises(InputError, match=r"judged no submission; .*did you mean 'coder_1'"):
        prepare_consultation(submissions, relevance, segments, coder="Coder 1")


# Who took part


def test_flow_closes_by_hand(small: Consultation) -> None:
    flow = who.trace_submissions(small.submissions).set_index("stage")
    assert flow["n_submissions"].to_dict() == {
        "collected": 6,
        "not_relevant": 1,
        "not_judged": 1,
        "relevant": 4,
        "without_segments": 1,
        "with_segments": 3,
    }
    assert flow["n_respondents"].tolist() == [5, 1, 1, 3, 1, 2]
    for parent, parts in flow.groupby("parent"):
        assert parts["n_submissions"].sum() == flow.loc[parent, "n_submissions"]


def test_submissions_by_hand(small: Consultation, codebook: Codebook) -> None:
    sectors = who.count_submissions(small.submissions, "respondent_sector", codebook)
    counts = sectors.set_index("respondent_sector")
    assert list(counts.index) == list(codebook["respondent_sector"])
    assert counts.loc["law_enforcement", "n_submissions"] == 2
    assert counts.loc["law_enforcement", "n_respondents"] == 1
    assert counts.loc["other", ["n_submissions", "n_relevant_submissions"]].tolist() == [2, 0]
    assert counts.loc["academia", "n_submissions"] == 0
    assert counts.loc["law_enforcement", "respondent_sector_label"] == "Law enforcement"
    years = who.count_submissions(small.submissions, "year", codebook)
    assert years["year"].tolist() == ["2019", "2020", "2021", "not_stated"]
    assert years["n_submissions"].tolist() == [2, 0, 3, 1]
    countries = who.count_submissions(small.submissions, "country", codebook)
    assert countries["country"].tolist() == ["GB", "AU", "not_stated"]


def test_repeat_respondents_by_hand(small: Consultation) -> None:
    table = who.count_repeat_respondents(small.submissions)
    assert table.to_numpy().tolist() == [[1, 4, 4], [2, 1, 2]]
    listed = who.list_repeat_respondents(small.submissions)
    assert listed.to_dict("records") == [
        {
            "respondent": "The Police  Body",
            "respondent_sectors": "law_enforcement",
            "n_submissions": 2,
            "n_consultations": 2,
            "years": "2019, 2021",
        }
    ]


@pytest.mark.parametrize("by", ["respondent_sector", "country", "held_by", "consultation", "year"])
def test_real_submissions_recounted(real: Consultation, codebook: Codebook, by: str) -> None:
    table = who.count_submissions(real.submissions, by, codebook).set_index(by)
    counts = Counter(row[by] or "not_stated" for row in plain("submissions"))
    relevant = {
        row["submission_id"]
        for row in plain("relevance")
        if row["coder"] == "coder_1" and row["relevant"] == "yes"
    }
    kept = Counter(
        row[by] or "not_stated" for row in plain("submissions") if row["submission_id"] in relevant
    )
    assert table["n_submissions"].sum() == 140
    for code, row in table.iterrows():
        assert row["n_submissions"] == counts[str(code)]
        assert row["n_relevant_submissions"] == kept[str(code)]
    assert table["percent_of_submissions"].sum() == pytest.approx(100)


def test_real_flow_and_repeats_close(real: Consultation) -> None:
    flow = who.trace_submissions(real.submissions).set_index("stage")["n_submissions"]
    verdicts = Counter(r["relevant"] for r in plain("relevance") if r["coder"] == "coder_1")
    coded = {row["submission_id"] for row in plain("segments") if row["coder"] == "coder_1"}
    assert flow["collected"] == 140
    assert flow["relevant"] == verdicts["yes"] == 115
    assert flow["not_relevant"] == verdicts["no"] == 25
    assert flow["with_segments"] == len(coded)
    repeats = who.count_repeat_respondents(real.submissions)
    assert repeats["n_submissions"].sum() == 140
    assert repeats["n_respondents"].sum() == real.submissions["respondent_id"].nunique()


# What they said


def test_segments_by_hand(small: Consultation, codebook: Codebook) -> None:
    table = said.count_segments(small.segments, ["theme"], codebook).set_index("theme")
    assert list(table.index) == list(codebook["theme"])
    units = ["n_segments", "n_submissions", "n_respondents"]
    assert table.loc["policing", units].tolist() == [5, 2, 1]
    assert table.loc["prevention", units].tolist() == [3, 2, 2]
    assert table.loc["barriers", units].tolist() == [0, 0, 0]
    assert table.loc["policing", "percent_of_segments"] == 62.5
    assert table.loc["policing", "percent_of_submissions"] == pytest.approx(200 / 3)
    kinds = said.count_segments(small.segments, ["theme", "kind"], codebook)
    assert len(kinds) == 16
    assert kinds["n_segments"].sum() == 8


def test_sectors_by_hand(small: Consultation, codebook: Codebook) -> None:
    table = said.cross_sectors(small.segments, codebook)
    cell = table[
        table["theme"].eq("prevention") & table["respondent_sector"].eq("law_enforcement")
    ].iloc[0]
    assert (cell["n_segments"], cell["n_submissions"], cell["n_submissions_of_sector"]) == (1, 1, 2)
    assert cell["percent_of_sector_submissions"] == 50
    assert cell["percent_of_sector_segments"] == pytest.approx(100 / 6)
    empty = table[table["respondent_sector"].eq("academia")]
    assert empty["percent_of_sector_submissions"].isna().all()


def test_outcomes_by_hand(small: Consultation, codebook: Codebook) -> None:
    table = said.count_outcomes(small.segments, codebook).set_index("outcome")
    assert table["n_segments"].to_dict() == {"O1": 1, "O2": 2, "O3": 0, "O4": 0, "not_stated": 1}
    assert table["n_submissions"].tolist() == [1, 1, 0, 0, 1]
    assert table.loc["O2", "percent_of_submissions"] == 50


def test_single_sector_themes_by_hand(small: Consultation, codebook: Codebook) -> None:
    table = said.count_sectors_per_theme(small.segments, codebook).set_index(["theme", "kind"])
    assert table.loc[("policing", "any"), "only_sector"] == "law_enforcement"
    assert table.loc[("policing", "any"), "only_sector_label"] == "Law enforcement"
    kinds = table.loc["policing", "kind_label"]
    assert kinds.to_dict() == {"any": "Any kind", "issue": "Issue", "solution": "Possible solution"}
    assert table.loc[("prevention", "any"), "n_sectors"] == 2
    assert pd.isna(table.loc[("prevention", "any"), "only_sector"])
    assert table.loc[("prevention", "issue"), "only_sector"] == "child_protection_ngo"
    assert table.loc[("barriers", "any"), "n_sectors"] == 0
    unknown = small.segments.copy()
    unknown.loc[unknown["submission_id"].eq("s2"), "respondent_sector"] = None
    again = said.count_sectors_per_theme(unknown, codebook).set_index(["theme", "kind"])
    assert pd.isna(again.loc[("policing", "any"), "only_sector"])


def test_paths_by_hand(small: Consultation, codebook: Codebook) -> None:
    paths = said.trace_issues_to_outcomes(small.segments, codebook)
    assert paths[["theme", "voiced", "outcome"]].to_numpy().tolist() == [
        ["policing", "issue_only", "no_solution"],
        ["policing", "issue_and_solution", "several_outcomes"],
        ["prevention", "issue_and_solution", "not_stated"],
        ["prevention", "solution_only", "O2"],
    ]
    assert paths["n_submission_themes"].sum() == 4
    assert paths["n_issue_segments"].sum() == 4
    assert paths["n_solution_segments"].sum() == 4


def test_annex_names_its_sources(small: Consultation, codebook: Codebook) -> None:
    annex = said.list_paraphrases(small.segments, codebook)
    assert len(annex) == 8
    last = annex.iloc[-1]
    assert last["paraphrase"] == "Teach in schools"
    assert last["outcome_label"] == codebook["outcome"]["O2"].label
    missing = annex[annex["submission_id"].eq("s3") & annex["segment"].eq(1)].iloc[0]
    assert missing[["paraphrase", "year", "country"]].tolist() == ["Not stated"] * 3
    assert pd.isna(missing["outcome_label"])
    helpline = annex[annex["submission_id"].eq("s3") & annex["segment"].eq(2)].iloc[0]
    assert helpline["outcome_label"] == said.NO_OUTCOME


def test_real_segments_recounted(real: Consultation, codebook: Codebook) -> None:
    rows = [row for row in plain("segments") if row["coder"] == "coder_1"]
    sector = {row["submission_id"]: row["respondent_sector"] for row in plain("submissions")}
    segments = Counter((row["theme"], row["kind"]) for row in rows)
    voices: dict[tuple[str, str], set[str]] = defaultdict(set)
    crossed: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        voices[row["theme"], row["kind"]].add(row["submission_id"])
        crossed[row["theme"], sector[row["submission_id"]]].add(row["submission_id"])
    table = said.count_segments(real.segments, ["theme", "kind"], codebook)
    assert table["n_segments"].sum() == len(rows) == 273
    for row in table.itertuples():
        assert row.n_segments == segments[row.theme, row.kind]
        assert row.n_submissions == len(voices[row.theme, row.kind])
    for row in said.cross_sectors(real.segments, codebook).itertuples():
        assert row.n_submissions == len(crossed[row.theme, row.respondent_sector])
    outcomes = Counter(r["outcome"] or "not_stated" for r in rows if r["kind"] == "solution")
    counted = said.count_outcomes(real.segments, codebook).set_index("outcome")["n_segments"]
    assert counted.to_dict() == dict(outcomes)


def test_real_paths_recounted(real: Consultation, codebook: Codebook) -> None:
    kinds: dict[tuple[str, str], set[str]] = defaultdict(set)
    rows = [row for row in plain("segments") if row["coder"] == "coder_1"]
    for row in rows:
        kinds[row["submission_id"], row["theme"]].add(row["kind"])
    paths = said.trace_issues_to_outcomes(real.segments, codebook)
    by_voice = paths.groupby("voiced")["n_submission_themes"].sum()
    assert by_voice.to_dict() == {
        "issue_only": sum(kind == {"issue"} for kind in kinds.values()),
        "issue_and_solution": sum(len(kind) == 2 for kind in kinds.values()),
        "solution_only": sum(kind == {"solution"} for kind in kinds.values()),
    }
    assert paths["n_issue_segments"].sum() == sum(row["kind"] == "issue" for row in rows)
    assert paths["n_solution_segments"].sum() == sum(row["kind"] == "solution" for row in rows)
    assert len(said.list_paraphrases(real.segments, codebook)) == len(rows)


def test_an_unknown_theme_is_refused(small: Consultation, codebook: Codebook) -> None:
    bad = small.segments.assign(theme="policeing")
    with pytest.raises(InputError, match=r"'policeing' is not in the codebook .*'policing'"):
        said.count_segments(bad, ["theme"], codebook)
    assert code_order("year", pd.Series(["2021", "not_stated", "2019"]), codebook) == [
        "2019",
        "2021",
        "not_stated",
    ]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["s1", "s2", "s3"]),
            st.sampled_from(["policing", "research", "barriers"]),
            st.sampled_from(["issue", "solution"]),
            st.sampled_from(["O1", "O2", None]),
        ),
        max_size=20,
    )
)
def test_totals_close(given_: list[tuple[str, str, str, str | None]]) -> None:
    book = consulted.codebook()
    segments = pd.DataFrame(given_, columns=["submission_id", "theme", "kind", "outcome"])
    segments["respondent_id"] = segments["submission_id"]
    segments["respondent_sector"] = "industry"
    table = said.count_segments(segments, ["theme", "kind"], book)
    assert table["n_segments"].sum() == len(segments)
    assert (table["n_respondents"] <= table["n_submissions"]).all()
    paths = said.trace_issues_to_outcomes(segments, book)
    assert paths["n_submission_themes"].sum() == len({(s, t) for s, t, _, _ in given_})
    assert paths["n_issue_segments"].sum() + paths["n_solution_segments"].sum() == len(segments)
    solutions = sum(kind == "solution" for _, _, kind, _ in given_)
    assert said.count_outcomes(segments, book)["n_segments"].sum() == solutions


# Intervals


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_wilson_agrees_with_scipy(confidence: float) -> None:
    counts = pd.Series([0, 1, 5, 17, 49, 50])
    ours = wilson_interval(counts, 50, confidence=confidence)
    for count, low, high in zip(counts, ours["low"], ours["high"], strict=True):
        theirs = binomtest(int(count), 50).proportion_ci(confidence, method="wilson")
        assert math.isclose(low, 100 * theirs.low, abs_tol=1e-9)
        assert math.isclose(high, 100 * theirs.high, abs_tol=1e-9)


def test_wilson_at_the_edges() -> None:
    none = wilson_interval(pd.Series([0]), 0)
    assert none.isna().all(axis=None)
    with pytest.raises(InputError, match="must lie between 0 and its base"):
        wilson_interval(pd.Series([3]), 2)
    with pytest.raises(InputError, match="confidence"):
        wilson_interval(pd.Series([1]), 2, confidence=95)


def test_a_census_has_no_interval(small: Consultation, codebook: Codebook) -> None:
    census = said.count_segments(small.segments, ["theme"], codebook)
    assert not [column for column in census if column.endswith(("_low", "_high"))]
    sample = said.count_segments(small.segments, ["theme"], codebook, basis="sample")
    interval = sample[["percent_of_submissions_low", "percent_of_submissions_high"]]
    theirs = binomtest(2, 3).proportion_ci(method="wilson")
    assert interval.iloc[2].tolist() == pytest.approx([100 * theirs.low, 100 * theirs.high])
    assert "census of what was collected" in describe_basis("census", "submissions")
    assert "Wilson score intervals at the 95 % level" in describe_basis("sample", "submissions")
    with pytest.raises(InputError, match="basis"):
        add_percentages(census, "n_segments", 8, name="percent", basis="poll")
    with pytest.raises(InputError, match="'list' must be the name of a column of bases, or one"):
        add_percentages(census, "n_segments", [8], name="percent")  # type: ignore[arg-type]
