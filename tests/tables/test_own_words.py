"""Tables and figures print the words of the review at hand, not codes or another review's words."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from oso_analysis.agreement import measure_consultation_agreement
from oso_analysis.codebook import Code, Codebook, Facet
from oso_analysis.figures.consultation import plot_issues_and_solutions, plot_outcomes
from oso_analysis.labels import search_labels
from oso_analysis.schema import DataPackage, Resource
from oso_analysis.tables.conflicts import label_conflicts
from oso_analysis.tables.consultation import (
    NO_OUTCOME,
    count_outcomes,
    count_sectors_per_theme,
    count_segments,
    trace_issues_to_outcomes,
)
from oso_analysis.tables.literature import count_fields
from oso_analysis.tables.outcomes import trace_outcomes
from oso_analysis.tables.participation import list_repeat_respondents
from oso_analysis.tables.prisma import count_prisma_flow, count_sources


@pytest.fixture
def own(codebook: Codebook) -> Codebook:
    kinds = {"issue": Code("issue", "Problème"), "solution": Code("solution", "Lösung")}
    return Codebook({**codebook.facets, "kind": Facet("kind", kinds)})


def test_kinds_have_the_codebooks_labels(own: Codebook, small_segments: pd.DataFrame) -> None:
    kinds = count_sectors_per_theme(small_segments, own)["kind_label"]
    assert set(kinds) == {"Any kind", "Problème", "Lösung"}
    paths = trace_issues_to_outcomes(small_segments, own)
    assert set(paths["voiced_label"]) <= {"Problème only", "Problème and Lösung", "Lösung only"}
    assert "No Lösung proposed" in set(paths["outcome_label"])


def test_the_sides_of_a_figure_have_the_codebooks_labels(
    codebook: Codebook, own: Codebook, small_segments: pd.DataFrame
) -> None:
    for book, heads in (
        (own, {"Problème", "Lösung"}),
        (codebook, {"Issues", "Possible solutions"}),
    ):
        table = count_segments(small_segments, ["theme", "kind"], book)
        drawn = {text.get_text() for text in plot_issues_and_solutions(table).axes[0].texts}
        assert heads <= drawn


def test_one_word_for_a_solution_without_an_outcome(
    codebook: Codebook, small_segments: pd.DataFrame, small_codes: pd.DataFrame
) -> None:
    segments = small_segments.assign(
        outcome=small_segments["outcome"].mask(lambda codes: codes > "O1")
    )
    table = count_outcomes(segments, codebook)
    assert table.set_index("outcome").loc["not_stated", "outcome_label"] == NO_OUTCOME
    ticks = [text.get_text() for text in plot_outcomes(table).axes[0].get_yticklabels()]
    assert NO_OUTCOME in ticks
    traced = trace_outcomes(segments, small_codes, codebook).set_index("outcome")
    assert set(traced.loc["not_stated", "outcome_label"]) == {NO_OUTCOME}


def test_reasons_are_printed_by_their_labels(codebook: Codebook) -> None:
    reason, label = next(iter(codebook["exclusion_reason"].names.items()))
    conflicts = pd.DataFrame(
        {
            "work_id": ["w1"],
            "about": ["exclusion_reason"],
            "said": [f"r1: reviewer_1 exclude ({reason}), reviewer_2 exclude (other)"],
            "exclusion_reason": [reason],
            "status": ["resolved_by_rule"],
        }
    )
    row = label_conflicts(conflicts, codebook).iloc[0]
    assert row["said"] == f"r1: reviewer_1 exclude ({label}), reviewer_2 exclude (other)"
    assert (row["about"], row["status"]) == ("exclusion reason", "resolved by rule")
    assert row["exclusion_reason"] == label


def test_searches_have_the_titles_of_their_files() -> None:
    def found(path: str, title: str) -> Resource:
        descriptor = {"name": path, "path": path, "title": title, "role": "records"}
        return Resource(path, (path,), descriptor)

    package = DataPackage(
        Path(),
        {},
        {
            "a": found("literature/records/hand.xlsx", "Records: hand search"),
            "b": found("literature/records/pubmed.nbib", "PubMed, 2024"),
        },
    )
    names = search_labels(package)
    assert names == {"hand.xlsx": "Hand search", "pubmed.nbib": "PubMed, 2024"}
    records = pd.DataFrame(
        {
            "record_id": ["1", "2", "3"],
            "source_file": ["hand.xlsx", "pubmed.nbib", "more-searches.ris"],
            "title": "T",
        }
    )
    ids = pd.DataFrame({"record_id": ["1", "2", "3"], "work_id": ["1", "2", "3"]})
    screening = pd.DataFrame(
        {"work_id": ["1", "2", "3"], "decision": "include", "exclusion_reason": [None] * 3}
    )
    searches = pd.DataFrame({"records_file": ["pubmed.nbib"]})
    said = {"Hand search", "PubMed, 2024", "More searches"}
    sources = count_sources(records, ids, screening, searches, names=names)
    assert set(sources["source_label"]) == {*said, "All sources"}
    fields = count_fields(records, {"title": "Title"}, names=names)
    assert set(fields["source_label"]) == {*said, "All sources"}
    book = Codebook({"exclusion_reason": Facet("exclusion_reason", {})})
    flow = count_prisma_flow(records, ids, screening, searches, book, names=names)
    assert said <= set(flow["label"])


def test_sectors_of_repeat_respondents_are_labelled(codebook: Codebook) -> None:
    code, label = next(iter(codebook["respondent_sector"].names.items()))
    submissions = pd.DataFrame(
        {
            "respondent_id": ["a", "a"],
            "respondent": "A",
            "respondent_sector": code,
            "consultation": ["one", "two"],
            "year": [2020, 2021],
        }
    )
    assert list_repeat_respondents(submissions, codebook)["respondent_sectors"].tolist() == [label]
    assert list_repeat_respondents(submissions)["respondent_sectors"].tolist() == [code]


def test_agreement_has_the_codebooks_labels(
    codebook: Codebook, own: Codebook, small_segments: pd.DataFrame
) -> None:
    segments = small_segments.assign(coder="coder_1", segment=1)
    segments = pd.concat([segments, segments.assign(coder="coder_2")])
    judged = segments[["submission_id", "coder"]].drop_duplicates()
    judged = judged.assign(relevant="yes", respondent_sector=None)
    for book, said in (
        (codebook, {"Theme of issues", "Theme of possible solutions"}),
        (own, {"Theme of “Problème”", "Theme of “Lösung”", "Outcome of “Lösung”"}),
    ):
        table = measure_consultation_agreement(judged, segments, book, n_draws=2)
        assert said <= set(table["label"])
