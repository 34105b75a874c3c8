"""Segments need their coder's verdict that the submission is relevant."""

from __future__ import annotations

import pandas as pd
import pytest

from oso_analysis.consultation.respondents import prepare_consultation
from oso_analysis.consultation.verdicts import check_coder, check_verdicts
from oso_analysis.errors import InputError

SUBMISSIONS = pd.DataFrame({"submission_id": ["s1", "s2", "s3", "s4"]})
RELEVANCE = pd.DataFrame(
    [("s1", "coder_1", "yes"), ("s2", "coder_1", "no"), ("s1", "coder_2", "yes")],
    columns=["submission_id", "coder", "relevant"],
    index=pd.RangeIndex(2, 5, name="file_row"),
)


def said(*pairs: tuple[str, str]) -> list[str]:
    segments = pd.DataFrame(pairs, columns=["submission_id", "coder"])
    segments.index = pd.RangeIndex(2, len(segments) + 2, name="file_row")
    return [str(problem) for problem in check_verdicts(SUBMISSIONS, RELEVANCE, segments)]


def test_segments_of_relevant_submissions_are_good() -> None:
    assert said(("s1", "coder_1"), ("s1", "coder_2"), ("s1", "coder_1")) == []


def test_each_submission_and_coder_without_the_verdict_yes_is_told_once() -> None:
    assert said(("s2", "coder_1"), ("s3", "coder_1"), ("s3", "coder_1"), ("s4", "coder_2")) == [
        "segments, row 2, column 'submission_id': 's2' has segments by coder_1, who found it not "
        "relevant in relevance, row 3",
        "segments, row 3, column 'submission_id': 's3' has segments by coder_1, who gave no "
        "verdict on it in relevance; add the verdict",
        "segments, row 5, column 'submission_id': 's4' has segments by coder_2, who gave no "
        "verdict on it in relevance; add the verdict",
    ]


def test_a_coder_without_any_verdict_is_told_once_with_the_name_meant() -> None:
    assert said(("s1", "codr_1"), ("s2", "codr_1"), ("s1", "anna")) == [
        "segments, row 2, column 'coder': 'codr_1' has segments, but no verdict in relevance "
        "(did you mean 'coder_1'?)",
        "segments, row 4, column 'coder': 'anna' has segments, but no verdict in relevance",
    ]


def test_segments_of_unknown_submissions_are_left_to_the_reference() -> None:
    assert said(("s9", "coder_1")) == []


def test_a_coder_who_judged_nothing_counts_only_where_there_is_something_to_judge() -> None:
    (problem,) = check_coder(SUBMISSIONS, RELEVANCE, "coder_3")
    assert "judged no submission; coders are coder_1, coder_2" in str(problem)
    assert problem.nearest is None
    assert check_coder(SUBMISSIONS.head(0), RELEVANCE.head(0), "coder_3") == []


def test_totals_that_would_not_close_are_refused() -> None:
    place = ["respondent", "respondent_sector", "country", "consultation", "held_by"]
    submissions = SUBMISSIONS.assign(**dict.fromkeys(place, "x"), year=2019, source_url="")
    coded = {"segment": 1, "theme": "policing", "kind": "issue", "outcome": "", "paraphrase": ""}
    segments = pd.DataFrame({"submission_id": ["s3"], "coder": "coder_1"}).assign(**coded)
    with pytest.raises(InputError, match="'s3' has segments by coder_1, who gave no verdict"):
        prepare_consultation(submissions, RELEVANCE, segments)
