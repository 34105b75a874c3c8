from __future__ import annotations

import pandas as pd
import pytest

from oso_analysis.codebook import Codebook
from oso_analysis.errors import InputError
from oso_analysis.literature.coding import (
    code_works,
    list_coding_disagreements,
    list_contradictions,
)

WORK_IDS = pd.DataFrame(
    [("a1", "w1"), ("a2", "w1"), ("a3", "w1"), ("b1", "w2"), ("c1", "w3")],
    columns=["record_id", "work_id"],
)
CODING = pd.DataFrame(
    [
        ("a1", "c1", "title", "theme", "policing"),
        ("a2", "c1", "abstract", "theme", "research"),
        ("a2", "c1", "abstract", "theme", "policing"),
        ("a1", "c1", "title", "design", "qualitative"),
        ("a2", "c1", "abstract", "design", "cohort"),
        ("a3", "c1", "title", "design", "qualitative"),
        ("a1", "c1", "title", "population", "none"),
        ("a2", "c1", "abstract", "population", "practitioners"),
        ("a1", "c2", "title", "theme", "prevention"),
        ("b1", "c1", "title", "design", "not_stated"),
        ("b1", "c1", "title", "theme", "prevention"),
        ("b1", "c1", "abstract_note", "practice_decision", "none"),
        ("b1", "c1", "title", "country", "GB"),
    ],
    columns=["record_id", "coder", "basis", "facet", "code"],
)


def codes(table: pd.DataFrame) -> list[tuple[str, str, str]]:
    return list(table.itertuples(index=False, name=None))


def test_union_of_records_and_one_design(small_codebook: Codebook) -> None:
    assert codes(code_works(CODING, WORK_IDS, small_codebook, coder="c1")) == [
        ("w1", "design", "cohort"),  # abstract before two titles
        ("w1", "population", "practitioners"),  # "none" gives way
        ("w1", "theme", "policing"),
        ("w1", "theme", "research"),
        ("w2", "country", "GB"),
        ("w2", "design", "not_stated"),
        ("w2", "practice_decision", "none"),
        ("w2", "theme", "prevention"),
    ]


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        # a stated design from a title before "not stated" from an abstract
        ([("a1", "abstract", "not_stated"), ("a2", "title", "cohort")], "cohort"),
        # the more frequent one
        (
            [
                ("a1", "title", "cohort"),
                ("a2", "title", "qualitative"),
                ("a3", "title", "qualitative"),
            ],
            "qualitative",
        ),
        # a tie: the codebook lists systematic reviews first
        ([("a1", "title", "cohort"), ("a2", "title", "systematic_review")], "systematic_review"),
        ([("a1", "title", "not_stated"), ("a2", "abstract", "not_stated")], "not_stated"),
    ],
)
def test_rule_for_one_code_facets(
    small_codebook: Codebook, rows: list[tuple[str, str, str]], kept: str
) -> None:
    coding = pd.DataFrame(
        [(record, "c1", basis, "design", code) for record, basis, code in rows],
        columns=CODING.columns,
    )
    for frame in (coding, coding.iloc[::-1]):
        assert codes(code_works(frame, WORK_IDS, small_codebook, coder="c1")) == [
            ("w1", "design", kept)
        ]


def test_consensus_replaces_the_record_and_adjudication_the_work(small_codebook: Codebook) -> None:
    consensus = pd.DataFrame(
        [("a2", "theme", "prevention"), ("a1", "design", "qualitative")],
        columns=["record_id", "facet", "code"],
    )
    merged = codes(code_works(CODING, WORK_IDS, small_codebook, coder="c1", consensus=consensus))
    assert ("w1", "theme", "prevention") in merged
    assert ("w1", "theme", "policing") in merged  # still said of a1
    assert ("w1", "theme", "research") not in merged
    adjudication = pd.DataFrame(
        [("a3", "theme", "research"), ("a3", "design", "narrative_review")],
        columns=["record_id", "facet", "code"],
    )
    merged = codes(
        code_works(
            CODING,
            WORK_IDS,
            small_codebook,
            coder="c1",
            consensus=consensus,
            adjudication=adjudication,
        )
    )
    assert [code for work, facet, code in merged if (work, facet) == ("w1", "theme")] == [
        "research"
    ]
    assert ("w1", "design", "narrative_review") in merged


def test_disagreements_are_listed(small_codebook: Codebook) -> None:
    table = list_coding_disagreements(CODING, WORK_IDS, small_codebook, coder="c1")
    assert codes(table) == [
        ("w1", "design", 3, "cohort (1); qualitative (2)", "cohort", "resolved_by_rule")
    ]


def test_a_work_without_a_code_has_no_row(small_codebook: Codebook) -> None:
    table = code_works(CODING, WORK_IDS, small_codebook, coder="c1")
    assert "w3" not in set(table["work_id"])


def test_bad_coding_is_refused_all_at_once(small_codebook: Codebook) -> None:
    wrong = pd.concat(
        [
            CODING,
            pd.DataFrame(
                [("zz", "c1", "title", "theme", "policin")],
                columns=CODING.columns,
            ),
        ]
    )
    with pytest.raises(InputError) as error:
        code_works(wrong, WORK_IDS, small_codebook, coder="coder_9")
    text = str(error.value)
    assert "'zz' is not a known record" in text
    assert "(did you mean 'policing'?)" in text
    assert "'coder_9' coded nothing" in text


def test_two_adjudicated_designs_are_refused(small_codebook: Codebook) -> None:
    adjudication = pd.DataFrame(
        [
            ("a1", "design", "cohort"),
            ("a1", "theme", "policing"),
            ("a2", "theme", "research"),
            ("a3", "design", "qualitative"),
            ("b1", "design", "survye"),
        ],
        columns=["record_id", "facet", "code"],
    )
    with pytest.raises(InputError) as caught:
        code_works(CODING, WORK_IDS, small_codebook, coder="c1", adjudication=adjudication)
    said = [str(problem) for problem in caught.value.problems]
    assert (
        "coding_adjudication, row 5, column 'code': 'qualitative' for a3 contradicts row 2, "
        "'cohort' for a1: both are about the work w1, which takes one design" in said
    )
    assert any("'survye' is not a code of design" in line for line in said)


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ([("design", "cohort"), ("design", "not_stated")], "not_stated"),
        ([("design", "cohort"), ("design", "trial")], "trial"),
        ([("theme", "policing"), ("theme", "research")], None),
        ([("population", "none"), ("population", "practitioners")], "none"),
        ([("population", "practitioners"), ("population", "none")], "none"),
        ([("population", "none"), ("population", "not_stated")], "none"),
        ([("population", "none"), ("practice_decision", "none")], None),
    ],
)
@pytest.mark.parametrize("table", ["coding", "consensus", "adjudication"])
def test_codes_of_one_answer_that_contradict_one_another_are_refused_everywhere(
    small_codebook: Codebook, table: str, rows: list[tuple[str, str]], wrong: str | None
) -> None:
    given = pd.DataFrame(rows, columns=["facet", "code"])
    given = given.assign(record_id="a1", work_id="w1", coder="c1", basis="title")
    given.index = pd.RangeIndex(2, len(given) + 2, name="file_row")
    case = {"coding": ["record_id", "coder"], "consensus": ["record_id"]}.get(table, ["work_id"])
    problems = list_contradictions(given, case, file=table)
    assert [item.value for item in problems] == ([wrong] if wrong else [])
    assert all(item.row == 2 + rows.index((rows[0][0], item.value)) for item in problems)


def test_what_two_coders_or_two_records_say_contradicts_nothing() -> None:
    coding = pd.DataFrame(
        [
            ("a1", "c1", "design", "cohort"),
            ("a1", "c2", "design", "trial"),
            ("a2", "c1", "design", "trial"),
            ("a1", "c1", "population", "none"),
            ("a2", "c1", "population", "practitioners"),
        ],
        columns=["record_id", "coder", "facet", "code"],
    )
    assert list_contradictions(coding, ["record_id", "coder"], file="coding") == []


@pytest.mark.parametrize("by_work", [False, True])
def test_none_beside_a_code_is_refused_for_a_work(small_codebook: Codebook, by_work: bool) -> None:
    about = ("w1", "w1") if by_work else ("a1", "a2")
    decided = pd.DataFrame(
        [(about[0], "population", "none"), (about[1], "population", "practitioners")],
        columns=["work_id" if by_work else "record_id", "facet", "code"],
    )
    with pytest.raises(InputError, match=r"'none' is a code of population, and means none of"):
        code_works(CODING, WORK_IDS, small_codebook, coder="c1", adjudication=decided)
