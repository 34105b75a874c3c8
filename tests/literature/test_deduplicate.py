"""De-duplication: what it promises of every input, its tables, and people's decisions."""

from __future__ import annotations

import time
from itertools import combinations
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oso_analysis.errors import InputError
from oso_analysis.literature.deduplicate import Deduplication, deduplicate
from oso_analysis.literature.deduplicate.cluster import cluster
from oso_analysis.literature.deduplicate.grades import container_grades
from oso_analysis.literature.deduplicate.places import read_doi, read_number, read_page, read_pmid
from oso_analysis.literature.deduplicate.titles import prepared
from oso_analysis.literature.deduplicate.words import words_of

TABLES = ("work_ids", "works", "merges", "review", "field_sources", "disagreements",
          "stale_decisions")  # fmt: skip
COLUMNS = ["record_id", "type", "title", "authors", "year", "container", "doi"]
#: Hand-made: r1 to r3 are one article; r4, r5 two years' reports; r6, r7 say nothing; r8, r9 have
#: one title and years too far apart; x1 is a bare DOI.
RECORDS = pd.DataFrame(
    [
        ("r1", "article-journal", "Grooming in chat rooms: a longitudinal interview study",
         "Doe, J.", 2014, "J. Examples", "10.5555/g.1"),
        ("r2", "article-journal", "GROOMING IN CHAT ROOMS: A LONGITUDINAL INTERVIEW STUDY",
         "Doe, Jane; Roe, Richard", 2015, "Journal of Examples", None),
        ("r3", "document", "Grooming in chat rooms: a longitudinal interview study",
         None, 2015, "Journal of Examples", None),
        ("r4", "report", "Example Foundation annual report 2018", None, 2018, None, None),
        ("r5", "report", "Example Foundation annual report 2019", None, 2019, None, None),
        ("r6", "article-journal", None, None, None, None, None),
        ("r7", "article-journal", None, None, None, None, None),
        ("r8", "report", "The national plan for prevention, training and investigation",
         "Plan Office", 2004, None, None),
        ("r9", "report", "The national plan for prevention, training and investigation",
         "Plan Office", 2016, None, None),
        ("x1", "article-journal", None, None, None, None, "https://doi.org/10.5555/G.1"),
    ],
    columns=COLUMNS,
).astype({"year": "Int64"})  # fmt: skip


def works(result: Deduplication) -> set[frozenset[str]]:
    """Return the works as sets of record ids."""
    ids = result.work_ids
    return {frozenset(part) for _, part in ids.groupby("work_id")["record_id"]}


def verdicts(*rows: tuple[str, ...]) -> pd.DataFrame:
    """Return a decisions frame."""
    names = ["record_id_a", "record_id_b", "verdict", "decided_by", "reason"]
    return pd.DataFrame([(*row, *[None] * (5 - len(row))) for row in rows], columns=names)


def assert_equal(one: Deduplication, other: Deduplication) -> None:
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


@pytest.fixture(scope="module")
def result() -> Deduplication:
    return deduplicate(RECORDS)


def test_works_are_as_counted_by_hand(result: Deduplication) -> None:
    assert works(result) == {
        frozenset({"r1", "r2", "r3", "x1"}),
        *(frozenset({item}) for item in ("r4", "r5", "r6", "r7", "r8", "r9")),
    }


def test_a_work_is_named_after_its_smallest_record(result: Deduplication) -> None:
    for record_ids, work_id in zip(
        result.works["record_ids"], result.works["work_id"], strict=True
    ):
        assert work_id == "w-" + min(record_ids.split("; "))


def test_totals_close(result: Deduplication) -> None:
    assert result.works["n_records"].sum() == len(RECORDS) == len(result.work_ids)
    assert sorted("; ".join(result.works["record_ids"]).split("; ")) == sorted(RECORDS["record_id"])


def test_every_merge_carries_its_reason(result: Deduplication) -> None:
    assert result.merges["reason"].notna().all()
    reasons = result.merges.set_index(["record_id_a", "record_id_b"])["reason"]
    assert reasons["r1", "x1"] == "same DOI"
    assert reasons["r2", "r3"].startswith("same title; same year; same source")
    # The links of each work connect all of its records.
    for members in works(result):
        links = [
            {a, b}
            for a, b in zip(result.merges["record_id_a"], result.merges["record_id_b"], strict=True)
            if a in members
        ]
        reached = {min(members)}
        for _ in members:
            reached |= {item for link in links if link & reached for item in link}
        assert reached == members


def test_each_merged_field_says_which_record_won(result: Deduplication) -> None:
    work = result.works.set_index("work_id").loc["w-r1"]
    won = result.field_sources.query("work_id == 'w-r1'").set_index("field")["record_id"]
    by_id = RECORDS.set_index("record_id")
    # The fullest authors; the year and journal most records give; capitals lose a tie.
    assert work["authors"] == "Doe, Jane; Roe, Richard"
    assert (work["year"], won["year"]) == (2015, "r2")
    assert (work["container"], won["container"]) == ("Journal of Examples", "r2")
    assert (work["title"], won["title"]) == (by_id.loc["r1", "title"], "r1")
    assert work["type"] == "article-journal"
    for field, record_id in won.items():
        assert by_id.loc[record_id, field] == work[field]


def test_values_that_lost_are_listed(result: Deduplication) -> None:
    lost = {tuple(row) for row in result.disagreements.to_numpy().tolist()}
    assert ("w-r1", "year", "r1", "2014") in lost
    assert ("w-r1", "container", "r1", "J. Examples") in lost
    assert ("w-r1", "type", "r3", "document") in lost
    # Case, punctuation and the resolver's address are no disagreement about a title.
    assert not any(field == "title" for _, field, _, _ in lost)


def test_year_and_volume_are_of_one_record() -> None:
    records = pd.DataFrame(
        {
            "record_id": ["a", "b", "c"],
            "title": ["Cost of universal lunches in Estonia"] * 3,
            "authors": ["Tamm, Mari"] * 3,
            "year": [2023, 2024, 2023],
            "volume": [pd.NA, "27", pd.NA],
            "issue": [pd.NA, "1", pd.NA],
            "pages": ["Advance online publication", "e12", "Advance online publication"],
            "doi": ["10.1/lunch"] * 3,
        }
    )
    (work,) = deduplicate(records).works.to_dict("records")
    assert (work["year"], work["volume"], work["issue"], work["pages"]) == (2024, "27", "1", "e12")
    early = records.assign(year=[2020, 2019, 2020], volume=[pd.NA, "ahead-of-print", pd.NA])
    assert deduplicate(early).works["year"].tolist() == [2020]


def test_uncertain_pairs_come_with_what_to_look_at(result: Deduplication) -> None:
    row = result.review.set_index(["record_id_a", "record_id_b"]).loc[("r8", "r9")]
    assert (row["year_a"], row["year_b"]) == (2004, 2016)
    assert row["title_a"] == "The national plan for prevention, training and investigation"
    assert "but different years" in row["reason"]


def test_a_long_title_that_begins_with_another_word_is_for_a_person_to_judge() -> None:
    rest = (
        "training and barriers for young investigators in cases of luring, abuse and online images"
    )
    records = pd.DataFrame(
        {"record_id": ["a", "b"], "title": [f"Confidence, {rest}", f"Trust, {rest}"]}
    )
    assert len(deduplicate(records).works) == 2
    reason = deduplicate(records).review["reason"]
    assert reason.tolist() == ["same long title but for its first word, and little else known"]


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(len(RECORDS))))
def test_row_order_changes_nothing(order: list[int]) -> None:
    assert_equal(deduplicate(RECORDS.iloc[order]), deduplicate(RECORDS))


def test_object_columns_do_as_well(result: Deduplication) -> None:
    assert works(deduplicate(RECORDS.astype(object))) == works(result)


def test_input_is_left_alone() -> None:
    before = RECORDS.copy(deep=True)
    deduplicate(RECORDS)
    pd.testing.assert_frame_equal(RECORDS, before)


def test_de_duplicated_works_are_not_merged_again(result: Deduplication) -> None:
    again = result.works.rename(columns={"work_id": "record_id"}).drop(columns="record_ids")
    assert len(deduplicate(again).works) == len(result.works)


WORDS = ["grooming", "police", "prevention", "images", "adolescents", "risk", "treatment", "study",
         "2018", "2019", "part", "ii", "of", "review"]  # fmt: skip
RANDOM = st.lists(
    st.fixed_dictionaries(
        {
            "title": st.one_of(
                st.none(), st.lists(st.sampled_from(WORDS), min_size=1, max_size=7).map(" ".join)
            ),
            "authors": st.sampled_from([None, "Doe, J.", "Jane Doe; Richard Roe", "WHO"]),
            "year": st.sampled_from([None, 2017, 2018, 2019]),
            "doi": st.sampled_from([None, "10.5555/a", "10.5555/b"]),
            "type": st.sampled_from(["article-journal", "report", "thesis"]),
        }
    ),
    min_size=1,
    max_size=12,
)


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(rows).assign(record_id=[f"h{number:02d}" for number in range(len(rows))])
    return table.astype({"year": "Int64", "title": "str", "authors": "str", "doi": "str"})


@settings(max_examples=40, deadline=None)
@given(RANDOM, st.randoms(use_true_random=False))
def test_whatever_the_records_order_is_of_no_account(rows: list[dict[str, Any]], rng: Any) -> None:
    table = _frame(rows)
    order = list(range(len(table)))
    rng.shuffle(order)
    assert_equal(deduplicate(table), deduplicate(table.iloc[order]))


@settings(max_examples=40, deadline=None)
@given(RANDOM)
def test_an_unrelated_record_changes_no_other_work(rows: list[dict[str, Any]]) -> None:
    table = _frame(rows)
    stranger = {"record_id": "zz", "title": "Zymurgy quarterly ledger of xylophone quotas",
                "authors": "Quux, Z.", "year": 1931, "type": "book"}  # fmt: skip
    more = pd.concat([table, pd.DataFrame([stranger])], ignore_index=True)
    assert works(deduplicate(more.astype({"year": "Int64"}))) == works(deduplicate(table)) | {
        frozenset({"zz"})
    }


@settings(max_examples=40, deadline=None)
@given(RANDOM)
def test_no_work_holds_two_titles_of_different_years_in_numbers(rows: list[dict[str, Any]]) -> None:
    table = _frame(rows).set_index("record_id")
    for members in works(deduplicate(table.reset_index())):
        titles = [str(table.loc[item, "title"]) for item in members]
        assert not (any("2018" in t and "2019" not in t for t in titles)
                    and any("2019" in t and "2018" not in t for t in titles))  # fmt: skip


def test_no_records_at_all() -> None:
    result = deduplicate(RECORDS.head(0))
    assert [len(getattr(result, name)) for name in TABLES] == [0] * 7
    assert list(result.works.columns)[:2] == ["work_id", "type"]


def test_a_title_and_an_id_are_enough() -> None:
    table = pd.DataFrame(
        {
            "record_id": ["a", "b"],
            "title": ["Police interviews with suspects of online grooming"] * 2,
        }
    )
    assert works(deduplicate(table)) == {frozenset({"a", "b"})}


def test_a_repeated_record_id_is_named() -> None:
    twice = pd.concat([RECORDS, RECORDS.iloc[[0]]])
    with pytest.raises(InputError, match=r"row 12.*'r1' is the id of more than one record"):
        deduplicate(twice)


def test_a_missing_record_id_and_a_missing_column_are_named() -> None:
    with pytest.raises(InputError, match=r"row 3.*must name its record"):
        deduplicate(RECORDS.assign(record_id=["r1", None, *RECORDS["record_id"][2:]]))
    with pytest.raises(InputError, match=r"'title'"):
        deduplicate(RECORDS.drop(columns="title"))


def test_a_chain_of_links_does_not_join_what_contradicts() -> None:
    """An undated record links to both national plans; the two stay apart."""
    undated = RECORDS.iloc[[7]].assign(record_id="r8b", year=pd.NA)
    found = works(deduplicate(pd.concat([RECORDS, undated], ignore_index=True)))
    assert frozenset({"r8", "r8b"}) in found
    assert frozenset({"r9"}) in found


def test_a_bare_doi_does_not_choose_between_the_abstracts_that_share_it() -> None:
    table = pd.DataFrame(
        {
            "record_id": ["a", "b", "c"],
            "title": ["Macrophages in early disease of mice", "Plaques that regress in older rats",
                      None],
            "doi": ["10.5555/abstracts"] * 3,
        }
    )  # fmt: skip
    assert len(works(deduplicate(table))) == 3


def test_different_titles_on_the_same_pages_are_for_a_person_to_judge() -> None:
    table = pd.DataFrame(
        {
            "record_id": ["a", "b"],
            "title": ["Advice by telephone for men with unwanted thoughts: a controlled trial",
                      "Telephone counselling of men having unwanted thoughts, controlled study"],
            "authors": ["Grün, M.; Sauter, P."] * 2,
            "year": [2011, 2011],
            "container": ["Journal of Examples"] * 2,
            "volume": ["41", "41"],
            "pages": ["321-324", "321-4"],
        }
    )  # fmt: skip
    result = deduplicate(table)
    assert len(result.works) == 2
    assert result.review["reason"].str.contains("both fill the same pages").tolist() == [True]


@pytest.mark.parametrize(
    ("pages", "first"),
    [
        ("321-4", "321"), ("0012–19", "12"), ("pp. 5-9", "5"), ("12 p.", ""), ("e1003", "e1003"),
        ("S136", "136"), ("viii108", "108"), ("S458s-9", "458"), ("S33-S38", "33"),
        # Not a supplement's mark: an article number, and an identifier of Elsevier's.
        ("S65004", "s65004"), ("S2213-2600(18)30123-4", "s2213"), ("CD008173", "cd008173"),
        # A date says which two pages it was, not which of them came first.
        ("21-Apr", "apr-21"), ("Apr-21", "apr-21"), ("01-Sep", "sep-1"), ("Sep-01", "sep-1"),
        ("21-April", "21"),
        ("233-8, 230-5, 246-51", "230"), ("233-238+230-235", "230"),
        ("106-11; discussion 101-2", "106"),
    ],
)  # fmt: skip
def test_the_first_page(pages: str, first: str) -> None:
    assert read_page(pages) == first


@pytest.mark.parametrize(
    ("pmid", "digits"),
    [
        ("20123456", "20123456"), (" PMID: 020123456 ", "20123456"), ("20123456.0", "20123456"),
        ("https://pubmed.ncbi.nlm.nih.gov/20123456/", "20123456"), ("NA", ""), ("n/a", ""),
        ("0", ""), ("PMC3012345", ""), ("20123456; 20123457", "20123456"), ("10.5555/20123456", ""),
    ],
)  # fmt: skip
def test_a_pubmed_number_is_digits(pmid: str, digits: str) -> None:
    assert read_pmid(pmid) == digits


@pytest.mark.parametrize(
    "ending", ["", "/full", ".long", ".full.pdf+html", "/meta", "/full#B12", "?x=1", "/", "."]
)
def test_a_doi_is_read_as_the_readers_do(ending: str) -> None:
    assert read_doi(f"https://doi.org/10.1000/A.1{ending}", "") == "10.1000/a.1"


def test_a_long_name_of_a_file_takes_no_longer_than_it_is_long() -> None:
    started = time.perf_counter()
    assert prepared("a" * 100_000 + "<" + "b.pdf") == "a" * 100_000 + "b..."
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize("raw", ["NA", "N/A", "n.a.", "null", "None", "NaN", "nil", "-"])
def test_a_mark_of_a_missing_value_is_no_number(raw: str) -> None:
    assert read_number(raw) == ""


@pytest.mark.parametrize("abstract", ["NA", "[No abstract available]", "Pas de résumé disponible"])
def test_the_lack_of_an_abstract_is_no_abstract_in_common(abstract: str) -> None:
    table = pd.DataFrame(
        {
            "record_id": ["a", "b"],
            "title": ["Growth of maize under drought", "Growth of maize under a long drought"],
            "authors": ["Doe, J.", "Roe, R."],
            "abstract": [abstract] * 2,
        }
    )
    assert len(deduplicate(table).works) == 2


@pytest.mark.parametrize(
    "title",
    ["[No title available]", "[Not Available].", "Untitled", "No title.", "Ohne Titel", "N/A",
     "Título no disponible"],
)  # fmt: skip
def test_a_placeholder_is_no_title(title: str) -> None:
    known = {"authors": ["Doe, J.; Roe, R."] * 2, "year": [2014] * 2, "volume": ["41"] * 2}
    ids = {"record_id": ["a", "b"]}
    assert len(deduplicate(pd.DataFrame(ids | known | {"title": [title] * 2})).works) == 2
    # It contradicts no title under the same DOI, and never wins over one, however short.
    one = pd.DataFrame(ids | known | {"title": [title, "Maize"], "doi": ["10.5555/m.1"] * 2})
    assert deduplicate(one).works["title"].tolist() == ["Maize"]


@pytest.mark.parametrize(
    "name",
    [
        "Holm et al. - 2014 - Grooming in chat rooms a longitudinal interview study.pdf",
        "Holm, Sauter - 2014 - Grooming in chat rooms a longitudinal interview st.pdf",
        "<Grooming in chat rooms a longitudinal interview study.pdf>",
    ],
)
def test_the_name_of_a_file_is_read_as_the_title_in_it(name: str) -> None:
    title = "Grooming in chat rooms: a longitudinal interview study"
    table = pd.DataFrame({"record_id": ["a", "b"], "title": [name, title]})
    assert deduplicate(table).works["title"].tolist() == [title]


def test_a_title_that_begins_like_a_placeholder_is_a_title() -> None:
    title = "Not available: the cost of medicines in rural clinics"
    table = pd.DataFrame({"record_id": ["a", "b"], "title": [title] * 2})
    assert len(deduplicate(table).works) == 1


@pytest.mark.parametrize(
    ("a", "b", "grade"),
    [
        ("proc natl acad sci", "proceedings national academy sciences", 1),
        ("dtsch med wochenschr", "deutsche medizinische wochenschrift", 1),
        ("natl dtsch acad sci", "national deutsche academy sciences", -1),
        ("acta natl law", "acta nautica law", -1),
        ("natl law", "national law", -1),
    ],
)
def test_short_names_of_journals(a: str, b: str, grade: int) -> None:
    one, other = (pd.DataFrame({"container": [name], "kind": [1]}, dtype=object) for name in (a, b))
    assert container_grades(one, other).tolist() == [grade]


# --- Decisions


@given(st.text(st.characters(codec="ascii")))
def test_words_are_the_same_in_ascii_and_in_other_text(text: str) -> None:
    assert words_of(f"\u00e9 {text}") == ["\u00e9", *words_of(text)]


def test_same_joins_and_different_separates() -> None:
    asked = verdicts(
        ("r8", "r9", "same", "Kim", "reprint"), ("r1", "x1", "Different"), ("r6", "r7", "same")
    )
    result = deduplicate(RECORDS, decisions=asked)
    found = works(result)
    assert {frozenset({"r8", "r9"}), frozenset({"x1"}), frozenset({"r6", "r7"})} <= found
    link = result.merges.query("record_id_a == 'r8'").iloc[0]
    assert link["reason"] == "decided same by Kim: reprint"
    assert pd.isna(link["score"])
    # What is decided is no longer asked.
    assert not (result.review["record_id_a"] == "r1").any()


def test_verdicts_are_transitive_even_through_a_record_that_is_gone() -> None:
    asked = verdicts(("r4", "gone", "same"), ("gone", "r6", "same"), ("gone", "r1", "different"))
    result = deduplicate(RECORDS, decisions=asked)
    assert frozenset({"r4", "r6"}) in works(result)
    # They say something of two records that are there, so none of them is out of date.
    assert result.stale_decisions.empty


@pytest.mark.parametrize(
    ("rows", "stale"),
    [
        ([("r4", "gone", "same"), ("r4", "r6", "same")], ["r4 gone"]),
        ([("r4", "gone", "same"), ("gone", "away", "same"), ("away", "r6", "same")], []),
        (
            [("r4", "gone", "same"), ("gone", "r6", "same"), ("gone", "away", "same")],
            ["gone away"],
        ),
        ([("r4", "gone", "same"), ("gone", "away", "different")], ["r4 gone", "gone away"]),
        ([("r4", "gone", "same"), ("gone", "r6", "different")], []),
    ],
)
def test_a_verdict_is_out_of_date_only_if_it_leads_nowhere(
    rows: list[tuple[str, str, str]], stale: list[str]
) -> None:
    found = deduplicate(RECORDS, decisions=verdicts(*rows)).stale_decisions
    pairs = {f"{row.record_id_a} {row.record_id_b}" for row in found.itertuples()}
    assert pairs == set(stale)


def test_different_works_stay_apart_with_all_that_is_the_same_as_they() -> None:
    asked = verdicts(("r1", "r4", "same"), ("r2", "r5", "same"), ("r4", "r5", "different"))
    found = works(deduplicate(RECORDS, decisions=asked))
    assert not any({"r1", "r2"} <= members for members in found)
    assert any({"r1", "r4"} <= members for members in found)
    assert any({"r2", "r5"} <= members for members in found)


def test_verdicts_that_contradict_each_other_are_refused() -> None:
    asked = verdicts(("r1", "r2", "same"), ("r2", "r3", "same"), ("r3", "r1", "different"))
    with pytest.raises(InputError) as caught:
        deduplicate(RECORDS, decisions=asked)
    assert [str(problem) for problem in caught.value.problems] == [
        "decisions, row 4, column 'verdict': 'different' for r3 and r1 contradicts other verdicts: "
        "r3 and r2 are the same (row 3), r2 and r1 are the same (row 2)"
    ]


def test_a_contradiction_is_told_by_its_shortest_chain_and_beside_other_faults() -> None:
    asked = verdicts(
        ("r1", "r2", "same"),
        ("r2", "r3", "same"),
        ("r3", "r4", "same"),
        ("r1", "r4", "same"),
        ("r5", "r5", "same"),
        ("r4", "r2", "different"),
        ("r5", "r6", "sane"),
    )
    asked.index = pd.Index([2, 4, 5, 6, 7, 9, 12], name="file_row")
    with pytest.raises(InputError) as caught:
        deduplicate(RECORDS, decisions=asked)
    assert [(problem.row, problem.value) for problem in caught.value.problems] == [
        (7, "r5"),
        (12, "sane"),
        (9, "different"),
    ]
    said = str(caught.value)
    assert "r4 and r3 are the same (row 5), r3 and r2 are the same (row 4)" in said


def test_a_verdict_that_is_none_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"row 2.*'sane'.*did you mean 'same'"):
        deduplicate(RECORDS, decisions=verdicts(("r1", "r2", "sane")))
    with pytest.raises(InputError, match=r"compared with itself"):
        deduplicate(RECORDS, decisions=verdicts(("r1", "r1", "same")))
    with pytest.raises(InputError, match=r"'verdict'"):
        deduplicate(RECORDS, decisions=verdicts(("r1", "r2", "same")).drop(columns="verdict"))


def test_a_row_without_a_verdict_is_not_decided() -> None:
    rows = [("r1", "r2", "different"), ("r1", "r9", None), ("r3", "r4", " "), ("r5", "r5", "")]
    found = deduplicate(RECORDS, decisions=verdicts(*rows))
    assert_equal(found, deduplicate(RECORDS, decisions=verdicts(rows[0])))
    # Its ids are not looked up either: nothing is said of them.
    assert found.stale_decisions.empty


@pytest.mark.parametrize("others", [[], ["12345678901234567"], [f"123{at}" for at in range(90)]])
def test_an_id_that_lost_its_zeros_is_found_among_any_others(others: list[str]) -> None:
    ids = ["000123", "000456", *others]
    records = pd.concat([RECORDS.iloc[:1]] * len(ids), ignore_index=True).assign(record_id=ids)
    found = deduplicate(records, decisions=verdicts(("123", "456", "same"))).stale_decisions
    assert found["why"].tolist() == [
        "no record 123 (did you mean '000123'?) and no record 456 (did you mean '000456'?)"
    ]


def test_decisions_carry_over_to_a_later_run_with_other_records() -> None:
    asked = verdicts(("r8", "r9", "same"), ("r1", "r2", "different"))
    later = RECORDS[RECORDS["record_id"] != "r2"]
    result = deduplicate(later, decisions=asked)
    assert frozenset({"r8", "r9"}) in works(result)
    assert result.stale_decisions[["record_id_a", "why"]].to_numpy().tolist() == [
        ["r1", "no record r2"]
    ]


def test_an_id_that_can_only_be_a_slip_is_reported_with_the_record_meant() -> None:
    records = RECORDS.assign(record_id="database-" + RECORDS["record_id"])
    asked = verdicts(
        ("databse-r1", "database-r2", "same"), ("scopus-r1", "database-r99", "different")
    )
    assert deduplicate(records, decisions=asked).stale_decisions["why"].tolist() == [
        "no record databse-r1 (did you mean 'database-r1'?)",
        "no record scopus-r1 and no record database-r99",
    ]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(RECORDS["record_id"].tolist()),
            st.sampled_from(RECORDS["record_id"].tolist()),
            st.sampled_from(["same", "different"]),
        ).filter(lambda row: row[0] != row[1]),
        max_size=8,
    )
)
def test_every_verdict_is_honoured_or_refused(rows: list[tuple[str, str, str]]) -> None:
    try:
        found = works(deduplicate(RECORDS, decisions=verdicts(*rows)))
    except InputError:
        return
    for a, b, verdict in rows:
        assert any({a, b} <= members for members in found) is (verdict == "same")


# --- Clustering by itself


def test_the_strongest_links_win_where_a_group_contradicts_itself() -> None:
    links = pd.DataFrame({"a": [0, 1, 2], "b": [1, 2, 3], "score": [9.0, 7.0, 8.0]})
    apart = {(0, 3), (0, 2), (1, 3)}
    titled = pd.Series([True] * 4).to_numpy()

    def contradicts(left: Any, right: Any) -> Any:
        pairs = zip(left.tolist(), right.tolist(), strict=True)
        return pd.Series([tuple(sorted(p)) in apart for p in pairs], dtype=bool).to_numpy()

    first = cluster(titled, links, contradicts=contradicts, same=[], different=[])
    assert first.tolist() == [0, 0, 2, 2]
    assert not any(first[a] == first[b] for a, b in combinations(range(4), 2) if (a, b) in apart)


@pytest.mark.parametrize("blank", [" ", ".", " .", "[", "[review] ", "("])
def test_a_title_of_signs_without_end_is_read(blank: str) -> None:
    # Patterns that try every sign anew would take hours over these.
    titles = [f"Care {blank * 200_000}{end}" for end in ("[x", ")", "x")]
    records = pd.DataFrame({"record_id": list("abc"), "title": titles})
    assert len(deduplicate(records).work_ids) == 3
