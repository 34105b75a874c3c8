from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oso_analysis.codebook import Code, Codebook, Facet
from oso_analysis.errors import InputError
from oso_analysis.literature.screening import (
    included_works,
    list_conflicts,
    screen_works,
)

WORK_IDS = pd.DataFrame(
    [
        ("a1", "w1"),  # included, seen once
        ("b1", "w2"),  # excluded for the sighting, included by another sighting
        ("b2", "w2"),
        ("b3", "w2"),
        ("c1", "w3"),  # excluded twice for different reasons
        ("c2", "w3"),
        ("d1", "w4"),  # found by the completion search alone
        ("e1", "w5"),  # reviewers disagree
        ("f1", "w6"),  # not seen by the first reviewer; the others disagree
        ("g1", "w7"),  # not seen by the first reviewer; the second excludes
        ("b4", "w2"),  # completion record of an included work
    ],
    columns=["record_id", "work_id"],
)
SCREENING = pd.DataFrame(
    [
        ("a1", "r1", "include", None),
        ("b1", "r1", "exclude", "insufficient_metadata"),
        ("b2", "r1", "include", None),
        ("b3", "r1", "include", None),
        ("c1", "r1", "exclude", "insufficient_metadata"),
        ("c2", "r1", "exclude", "not_online"),
        ("e1", "r1", "include", None),
        ("e1", "r2", "exclude", "not_offending"),
        ("f1", "r2", "include", None),
        ("f1", "r3", "exclude", "not_online"),
        ("g1", "r2", "exclude", "not_offending"),
    ],
    columns=["record_id", "reviewer", "decision", "exclusion_reason"],
)


def screened(codebook: Codebook, **options: object) -> dict[str, tuple[object, ...]]:
    table = screen_works(SCREENING, WORK_IDS, codebook, reviewer="r1", **options)  # type: ignore[arg-type]
    return {row[0]: tuple(row[1:]) for row in table.fillna("").itertuples(index=False)}


def test_rule_of_the_module(small_codebook: Codebook) -> None:
    assert screened(small_codebook) == {
        "w1": ("include", "", 1, 1),
        "w2": ("include", "", 4, 3),
        "w3": ("exclude", "not_online", 2, 2),
        "w4": ("not_screened", "", 1, 0),
        "w5": ("include", "", 1, 1),
        "w6": ("conflict", "", 1, 1),
        "w7": ("exclude", "not_offending", 1, 1),
    }


def test_included_works_are_sorted(small_codebook: Codebook) -> None:
    table = screen_works(SCREENING, WORK_IDS, small_codebook, reviewer="r1")
    assert list(included_works(table.iloc[::-1])) == ["w1", "w2", "w5"]


def test_conflicts_list_every_disagreement(small_codebook: Codebook) -> None:
    table = list_conflicts(SCREENING, WORK_IDS, small_codebook, reviewer="r1")
    assert list(table[["work_id", "between", "about", "status"]].itertuples(index=False)) == [
        ("w2", "sightings", "decision", "resolved_by_rule"),
        ("w3", "sightings", "exclusion_reason", "resolved_by_rule"),
        ("w5", "reviewers", "decision", "resolved_by_rule"),
        ("w6", "reviewers", "decision", "open"),
    ]
    assert table.loc[2, "said"] == "e1: r1 include, r2 exclude (not_offending)"
    assert table.loc[0, "n_records"] == 3


def test_what_settled_a_conflict_is_what_settled_it(small_codebook: Codebook) -> None:
    reasons = list(small_codebook["exclusion_reason"])
    one, other = [reason for reason in reasons if reason != "insufficient_metadata"][:2]
    work_ids = pd.DataFrame(
        [
            ("a1", "only"),  # one record that the first reviewer never saw
            ("b1", "mixed"),  # one that nobody agreed about, one that was included
            ("b2", "mixed"),
            ("c1", "seen"),  # the first reviewer saw it
            ("d1", "little"),  # too little information against a reason
            ("d2", "little"),
            ("e1", "often"),
            ("e2", "often"),
            ("e3", "often"),
            ("f1", "both"),  # one record seen by the first reviewer, one not
            ("f2", "both"),
        ],
        columns=["record_id", "work_id"],
    )
    screening = pd.DataFrame(
        [
            ("a1", "r2", "exclude", other),
            ("a1", "r3", "exclude", one),
            ("b1", "r2", "include", None),
            ("b1", "r3", "exclude", one),
            ("b2", "r1", "include", None),
            ("c1", "r1", "exclude", one),
            ("c1", "r2", "exclude", other),
            ("d1", "r1", "exclude", "insufficient_metadata"),
            ("d2", "r1", "exclude", one),
            ("e1", "r1", "exclude", other),
            ("e2", "r1", "exclude", other),
            ("e3", "r1", "exclude", one),
            ("f1", "r1", "include", None),
            ("f1", "r2", "exclude", one),
            ("f2", "r2", "include", None),
            ("f2", "r3", "exclude", one),
        ],
        columns=SCREENING.columns,
    )
    table = list_conflicts(screening, work_ids, small_codebook, reviewer="r1")
    first = "the decision of r1, who screened everything, stands"
    included = "included, because one of its records was included"
    told = table[["work_id", "between", "about", "rule"]].itertuples(index=False, name=None)
    assert list(told) == [
        ("both", "reviewers", "decision", f"{first}; {included}"),
        ("both", "sightings", "decision", included),
        ("little", "sightings", "exclusion_reason",
         "too little information about a record gives way to another reason"),
        ("mixed", "reviewers", "decision", included),
        ("mixed", "sightings", "decision", included),
        ("often", "sightings", "exclusion_reason", "the most frequent reason counts"),
        ("only", "reviewers", "exclusion_reason",
         "of the most frequent reasons the first in the codebook counts"),
        ("seen", "reviewers", "exclusion_reason", "the reason given by r1 counts"),
    ]  # fmt: skip
    outcome = table.set_index("work_id")["exclusion_reason"]
    assert (outcome["only"], outcome["little"], outcome["often"]) == (one, one, other)


def test_adjudication_is_final_and_may_name_a_record(small_codebook: Codebook) -> None:
    adjudication = pd.DataFrame(
        {
            "work_id": [None, "w6"],
            "record_id": ["b3", None],
            "decision": ["exclude", "include"],
            "exclusion_reason": ["not_online", None],
            "decided_by": ["x", "x"],
            "note": ["", ""],
        }
    )
    outcome = screened(small_codebook, adjudication=adjudication)
    assert outcome["w2"] == ("exclude", "not_online", 4, 3)
    assert outcome["w6"] == ("include", "", 1, 1)
    table = list_conflicts(
        SCREENING, WORK_IDS, small_codebook, reviewer="r1", adjudication=adjudication
    ).set_index("work_id")
    assert table.loc["w2", "status"] == "adjudicated"
    assert table.loc["w6", "status"] == "adjudicated"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"work_id": ["w99"], "decision": ["include"]}, "is not a work any more"),
        ({"record_id": ["zz"], "decision": ["include"]}, "'zz' is not a known record"),
        ({"work_id": ["w1"], "record_id": ["b1"], "decision": ["include"]}, "belongs to w2"),
        ({"work_id": ["w1"], "decision": ["includ"]}, "did you mean 'include'"),
        ({"work_id": ["w1", "w1"], "decision": ["include", "exclude"]}, "contradicts row 2"),
        ({"work_id": [None], "decision": ["include"]}, "names no work"),
    ],
)
def test_adjudication_that_does_not_fit(
    small_codebook: Codebook, rows: dict[str, list[str]], message: str
) -> None:
    adjudication = pd.DataFrame(rows).assign(exclusion_reason=None)
    with pytest.raises(InputError, match=message):
        screened(small_codebook, adjudication=adjudication)


def test_verdicts_that_contradict_each_other_are_named_with_rows_and_records(
    small_codebook: Codebook,
) -> None:
    adjudication = pd.DataFrame(
        {
            "record_id": ["a1", "b1", "zz", "b2", "b3", "b4"],
            "decision": ["include", "include", "include", "exclude", "exclude", "exclude"],
            "exclusion_reason": [None, None, None, "not_online", "not_online", "not_offending"],
        },
        index=pd.Index([2, 3, 5, 6, 7, 9], name="file_row"),
    )
    with pytest.raises(InputError) as caught:
        screened(small_codebook, adjudication=adjudication)
    assert [str(problem) for problem in caught.value.problems] == [
        "adjudication, row 5, column 'record_id': 'zz' is not a known record",
        "adjudication, row 6, column 'decision': 'exclude (not_online)' for b2 contradicts row 3, "
        "'include' for b1: both are about the work w2, which takes one decision, with one reason",
        "adjudication, row 9, column 'decision': 'exclude (not_offending)' for b4 contradicts row "
        "3, 'include' for b1: both are about the work w2, which takes one decision, with one "
        "reason",
    ]


def test_all_problems_at_once(small_codebook: Codebook) -> None:
    wrong = pd.concat(
        [
            SCREENING,
            pd.DataFrame(
                [
                    ("zz", "r1", "include", None),
                    ("a1", "r1", "maybe", "not_onlin"),
                ],
                columns=SCREENING.columns,
            ),
        ]
    )
    with pytest.raises(InputError) as error:
        screen_works(wrong, WORK_IDS, small_codebook, reviewer="r1")
    text = str(error.value)
    assert "'zz' is not a known record" in text
    assert "'maybe' is not a screening decision" in text
    assert "(did you mean 'not_online'?)" in text
    assert "'a1' is decided twice by r1" in text


def test_a_reviewer_who_screened_nothing(small_codebook: Codebook) -> None:
    with pytest.raises(InputError, match=r"'reviewer_1' screened nothing; reviewers are r1, r2"):
        screen_works(SCREENING, WORK_IDS, small_codebook)


def test_missing_columns_are_named(small_codebook: Codebook) -> None:
    with pytest.raises(InputError, match="column 'decision': is needed by screening"):
        screen_works(SCREENING.drop(columns="decision"), WORK_IDS, small_codebook)


def plain_outcome(
    screening: list[tuple[str, str, str]], works: dict[str, str], first: str
) -> dict[str, str]:
    """The rule again, record by record, in plain Python."""
    outcome = {}
    for work in set(works.values()):
        said = set()
        for record in (r for r, w in works.items() if w == work):
            mine = {d for r, who, d in screening if r == record and who == first}
            verdicts = mine or {d for r, who, d in screening if r == record}
            said |= {"conflict"} if len(verdicts) > 1 else verdicts
        for decision in ("include", "conflict", "exclude"):
            if decision in said:
                outcome[work] = decision
                break
        else:
            outcome[work] = "not_screened"
    return outcome


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdefgh"),
            st.sampled_from(["r1", "r2", "r3"]),
            st.sampled_from(["include", "exclude"]),
        ),
        unique_by=lambda row: row[:2],
        max_size=20,
    ),
    st.lists(st.sampled_from(["w1", "w2", "w3"]), min_size=8, max_size=8),
    st.randoms(use_true_random=False),
)
def test_same_as_plain_python_and_independent_of_row_order(
    small_codebook: Codebook,
    rows: list[tuple[str, str, str]],
    works: list[str],
    random: object,
) -> None:
    # The first reviewer must have screened something; "a" is always theirs.
    rows = [("a", "r1", "include"), *(row for row in rows if row[:2] != ("a", "r1"))]
    screening = pd.DataFrame(
        [(*row, "not_online" if row[2] == "exclude" else None) for row in rows],
        columns=SCREENING.columns,
    )
    work_ids = pd.DataFrame({"record_id": list("abcdefgh"), "work_id": works})
    table = screen_works(screening, work_ids, small_codebook, reviewer="r1")
    expected = plain_outcome(rows, dict(zip("abcdefgh", works, strict=True)), "r1")
    assert dict(zip(table["work_id"], table["decision"], strict=True)) == expected
    order = list(range(len(screening)))
    random.shuffle(order)  # type: ignore[attr-defined]
    again = screen_works(screening.iloc[order], work_ids.iloc[::-1], small_codebook, reviewer="r1")
    pd.testing.assert_frame_equal(table, again)


def test_a_further_decision_of_the_codebook_is_none(small_codebook: Codebook) -> None:
    further = {"maybe": Code("maybe", "Maybe"), **small_codebook["decision"]}
    codebook = Codebook({**small_codebook.facets, "decision": Facet("decision", further)})
    undecided = SCREENING.assign(decision=SCREENING["decision"].replace("exclude", "maybe"))
    with pytest.raises(InputError, match="'maybe' is not a screening decision"):
        screen_works(undecided, WORK_IDS, codebook, reviewer="r1")
    final = pd.DataFrame({"record_id": ["a1"], "decision": ["maybe"], "exclusion_reason": [None]})
    with pytest.raises(InputError, match="'maybe' is not a decision"):
        screen_works(SCREENING, WORK_IDS, codebook, reviewer="r1", adjudication=final)


def test_the_reason_of_the_latest_stage_counts_before_more_frequent_ones() -> None:
    codes = {
        "off_topic": Code("off_topic", "Off topic"),
        "no_outcome": Code("no_outcome", "No outcome", attributes={"stage": "full_text"}),
        "insufficient_metadata": Code("insufficient_metadata", "Too little"),
    }
    codebook = Codebook({"exclusion_reason": Facet("exclusion_reason", codes)})
    ids = pd.DataFrame({"record_id": ["a", "b", "c"], "work_id": ["w"] * 3})
    rows = [(record, "r1", "exclude", "off_topic") for record in "ab"]
    rows.append(("c", "r1", "exclude", "no_outcome"))
    screening = pd.DataFrame(rows, columns=SCREENING.columns)
    table = screen_works(screening, ids, codebook, reviewer="r1")
    assert table["exclusion_reason"].tolist() == ["no_outcome"]
    (rule,) = list_conflicts(screening, ids, codebook, reviewer="r1")["rule"]
    assert rule == "the reason of the latest stage counts"
