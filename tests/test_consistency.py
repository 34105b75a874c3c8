"""Slips that leave each table good by itself and lose rows when tables are joined: all refused."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import oso_analysis as oso
from oso_analysis.errors import SHOWN, InputError, Problem
from oso_analysis.labels import search_labels
from oso_analysis.scaffold import init_project
from oso_analysis.tables import count_prisma_flow


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A started project."""
    return init_project(tmp_path_factory.mktemp("consistency") / "meals", outputs=False)


@pytest.fixture
def data(sample: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sample / "data", tmp_path / "data"))


def refused(data: Path) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        oso.load_review(data.parent)
    return caught.value.problems


def replace(data: Path, name: str, old: str, new: str, times: int = -1) -> None:
    text = (data / name).read_text("utf-8")
    assert old in text
    (data / name).write_text(text.replace(old, new, times), "utf-8")


def test_a_label_of_no_facet_is_refused(data: Path) -> None:
    replace(data, "datapackage.json", '"behaviour": "', '"behavior": "', 1)
    (problem,) = refused(data)
    assert (problem.file, problem.column) == ("datapackage.json", "facetLabels")
    assert (problem.value, problem.nearest) == ("behavior", "behaviour")


@pytest.mark.parametrize(
    ("labels", "says"),
    [('["Theme"]', "must map facets to their labels"), ('{"theme": null}', "must have a text as")],
)
def test_labels_of_facets_are_texts(data: Path, labels: str, says: str) -> None:
    text = (data / "datapackage.json").read_text("utf-8")
    given = re.sub(r'"facetLabels": \{[^}]*\}', f'"facetLabels": {labels}', text)
    assert given != text
    (data / "datapackage.json").write_text(given, "utf-8")
    (problem,) = refused(data)
    assert says in problem.rule


def append(data: Path, name: str, *rows: str) -> None:
    path = data / name
    path.write_text(path.read_text("utf-8") + "".join(f"{row}\n" for row in rows), "utf-8")


CODING = "literature/coding.csv"
DECISIONS = "literature/duplicate_decisions.csv"
ADJUDICATED = "literature/coding_adjudication.csv"
CONSENSUS = "literature/coding_consensus.csv"
SCREENED = "literature/screening_adjudication.csv"
SEGMENTS = "consultation/segments.csv"
RELEVANCE = "consultation/relevance.csv"
BREAKS = "indicators/breaks.csv"


def search_in_folders(data: Path, searched: str) -> None:
    """Describe two exports of one file name in two folders, and log a search of one of them."""
    records = data / "literature/records"
    package = json.loads((data / "datapackage.json").read_text("utf-8"))
    for folder in ("initial", "april"):
        (records / folder).mkdir()
        entry = f"TY  - JOUR\nID  - {folder}-1\nTI  - Lunches of {folder}\nER  - \n"
        (records / folder / "scopus.ris").write_text(entry, "utf-8")
        resource = {"name": folder, "path": f"literature/records/{folder}/scopus.ris"}
        package["resources"].append(resource | {"title": f"In {folder}", "role": "records"})
    (data / "datapackage.json").write_text(json.dumps(package), "utf-8")
    append(data, "literature/searches.csv", f"{searched},lunch,1")


def describe(data: Path, **own: str) -> None:
    """Describe one more export, which holds a record of its own unless it is another's file."""
    path = data / "datapackage.json"
    package = json.loads(path.read_text("utf-8"))
    described = {"name": "records_new", "path": "literature/records/new.ris", **own}
    if "path" not in own:
        (data / described["path"]).write_text("TY  - JOUR\nTI  - Soup\nER  - \n", "utf-8")
    package["resources"].append(described)
    path.write_text(json.dumps(package), "utf-8")


#: What is done, and the one problem of it: file, row, column, value, nearest.
SLIPS: list[tuple[str, Callable[[Path], object], tuple[object, ...]]] = [
    (
        "a letter lost from a coder",
        lambda data: replace(data, CODING, "database-0012,coder_1", "database-0012,codr_1", 1),
        (CODING, 133, "coder", "codr_1", "coder_1"),
    ),
    (
        "a letter lost from a reviewer",
        lambda data: replace(data, "literature/screening.csv", "reviewer_1", "reviewr_1", 1),
        ("literature/screening.csv", 2, "reviewer", "reviewr_1", "reviewer_1"),
    ),
    (
        "the letter l for the digit",
        lambda data: replace(data, SEGMENTS, "coder_1", "coder_l", 1),
        (SEGMENTS, 2, "coder", "coder_l", "coder_1"),
    ),
    (
        "segments without a verdict",
        lambda data: replace(data, RELEVANCE, "ex-002,coder_1,yes,local_government\n", ""),
        (SEGMENTS, 5, "submission_id", "ex-002", None),
    ),
    (
        "segments against the verdict",
        lambda data: replace(data, RELEVANCE, "ex-001,coder_1,yes", "ex-001,coder_1,no"),
        (SEGMENTS, 2, "submission_id", "ex-001", None),
    ),
    (
        "a record to be judged that is none",
        lambda data: append(data, DECISIONS, "database-0001,databse-0002,same,,"),
        (DECISIONS, 2, "record_id_b", "databse-0002", "database-0002"),
    ),
    (
        "an adjudicated record that is none",
        lambda data: append(data, SCREENED, "databse-0001,include,,,"),
        (SCREENED, 2, "record_id", "databse-0001", "database-0001"),
    ),
    (
        "a coded record that is none",
        lambda data: append(data, ADJUDICATED, "databse-0001,theme,cost,,"),
        (ADJUDICATED, 2, "record_id", "databse-0001", "database-0001"),
    ),
    (
        "an agreed record that is none",
        lambda data: append(data, CONSENSUS, "databse-0001,theme,cost,,"),
        (CONSENSUS, 2, "record_id", "databse-0001", "database-0001"),
    ),
    (
        "a country by its initials",
        lambda data: append(data, CONSENSUS, "database-0001,country,UK,,"),
        (CONSENSUS, 2, "code", "UK", "GB"),
    ),
    (
        "a search of no export",
        lambda data: replace(data, "literature/searches.csv", "register.csv", "registr.csv"),
        ("literature/searches.csv", 4, "records_file", "registr.csv", "register.csv"),
    ),
    (
        "a search of one of several exports of one file name",
        lambda data: search_in_folders(data, "scopus.ris"),
        ("literature/searches.csv", 5, "records_file", "scopus.ris", None),
    ),
    (
        "a search of an export by more of its path than there need be",
        lambda data: search_in_folders(data, "records/april/scopus.ris"),
        (
            "literature/searches.csv",
            5,
            "records_file",
            "records/april/scopus.ris",
            "april/scopus.ris",
        ),
    ),
    (
        "a kind in capitals",
        lambda data: replace(data, "datapackage.json", '"kind": "topic', '"Kind": "topic', 1),
        ("datapackage.json", None, "records_database", "Kind", "kind"),
    ),
    (
        "a role that is none",
        lambda data: describe(data, role="record"),
        ("datapackage.json", None, "records_new.role", "record", "records"),
    ),
    (
        "an export without its role",
        lambda data: describe(data, kind="topic_search"),
        ("datapackage.json", None, None, "records_new", None),
    ),
    (
        "two exports of one name",
        lambda data: describe(data, role="records", name="records_register"),
        ("datapackage.json", None, "name", "records_register", None),
    ),
    (
        "an export described twice",
        lambda data: describe(
            data, role="records", kind="completion", path="literature/records/register.csv"
        ),
        ("datapackage.json", None, "path", "literature/records/register.csv", None),
    ),
    (
        "a kind of search that is none",
        lambda data: replace(data, "datapackage.json", '"topic_search"', '"topic-search"', 1),
        ("datapackage.json", None, "records_database.kind", "topic-search", "topic_search"),
    ),
    (
        "a further decision of the codebook",
        lambda data: replace(data, "codebook.yaml", "[include, exclude]", "[include, exclude, hm]"),
        ("codebook.yaml", 72, "screening_decisions", "hm", None),
    ),
    (
        "a break of no series",
        lambda data: replace(data, BREAKS, "meals_served,", "meals_servd,", 1),
        (BREAKS, 2, "indicator_id", "meals_servd", "meals_served"),
    ),
    (
        "a month that is none",
        lambda data: replace(data, BREAKS, ",2020-03,", ",2020-13,"),
        (BREAKS, 2, "change_date", "2020-13", None),
    ),
    (
        "none beside a code in an adjudication",
        lambda data: append(
            data,
            ADJUDICATED,
            "database-0001,practice_decision,menu,,",
            "database-0001,practice_decision,none,,",
        ),
        (ADJUDICATED, 3, "code", "none", None),
    ),
    (
        "two designs in a consensus",
        lambda data: append(
            data, CONSENSUS, "database-0001,design,cohort,,", "database-0001,design,trial,,"
        ),
        (CONSENSUS, 3, "code", "trial", None),
    ),
    (
        "two designs by one coder",
        lambda data: append(data, CODING, "database-0001,coder_1,abstract,design,cohort"),
        (CODING, 505, "code", "cohort", None),
    ),
    (
        "none beside a code by one coder",
        lambda data: append(data, CODING, "database-0001,coder_1,abstract,population,none"),
        (CODING, 505, "code", "none", None),
    ),
    (
        "a figure pasted twice",
        lambda data: append(
            data,
            "indicators/indicators.csv",
            (data / "indicators/indicators.csv").read_text("utf-8").splitlines()[-1],
        ),
        ("indicators/indicators.csv", 18, None, None, None),
    ),
    (
        "an export that nothing describes",
        lambda data: shutil.copy(
            data / "literature/records/database.ris", data / "literature/records/more.ris"
        ),
        ("data/literature/records/more.ris", None, None, None, None),
    ),
    (
        "a code given twice",
        lambda data: replace(data, "codebook.yaml", "  access:\n", "  cost:\n", 1),
        ("codebook.yaml", 14, None, "cost", None),
    ),
]


@pytest.mark.parametrize(("act", "expected"), [pytest.param(*s[1:], id=s[0]) for s in SLIPS])
def test_a_slip_is_refused_once_with_its_row(
    data: Path, act: Callable[[Path], object], expected: tuple[object, ...]
) -> None:
    act(data)
    found = [(p.file, p.row, p.column, p.value, p.nearest) for p in refused(data)]
    assert found == [expected]


def test_a_third_coder_with_few_rows_is_no_slip(data: Path) -> None:
    append(data, CODING, "database-0001,coder_3,abstract,design,cohort")
    assert "coder_3" in set(oso.load_review(data.parent).coding["coder"])


def test_a_name_that_the_description_names_is_meant(data: Path) -> None:
    replace(data, CODING, "database-0012,coder_1", "database-0012,coder_11", 1)
    assert refused(data)[0].value == "coder_11"
    replace(data, "datapackage.json", "coder_2 a sample", "coder_2 and coder_11 a sample")
    assert "coder_11" in set(oso.load_review(data.parent).coding["coder"])


def test_coders_named_otherwise_in_the_two_tables_are_named_with_their_files(data: Path) -> None:
    replace(data, RELEVANCE, "coder_1", "anna")
    assert [(p.file, p.row, p.value, p.nearest) for p in refused(data)] == [
        (RELEVANCE, None, "coder_1", None),
        (SEGMENTS, 2, "coder_1", None),
    ]


def test_contradictions_between_two_records_of_a_work_are_told_with_the_file(data: Path) -> None:
    works = oso.load_review(data.parent).works
    one, other = works.loc[works["n_records"] == 2, "record_ids"].iloc[0].split("; ")
    append(data, ADJUDICATED, f"{one},design,cohort,,", f"{other},design,trial,,")
    (problem,) = refused(data)
    assert (problem.file, problem.row, problem.value) == (ADJUDICATED, 3, "trial")
    assert f"contradicts row 2, 'cohort' for {one}" in problem.rule


def test_verdicts_that_contradict_one_another_are_told_with_the_file(data: Path) -> None:
    append(
        data,
        DECISIONS,
        "database-0001,database-0002,same,,",
        "database-0002,database-0003,same,,",
        "database-0001,database-0003,different,,",
    )
    assert {p.file for p in refused(data)} == {DECISIONS}


def test_slips_in_several_files_are_told_at_once(data: Path) -> None:
    for name, act, _ in SLIPS:
        if name in {
            "a search of no export",
            "segments without a verdict",
            "two designs by one coder",
        }:
            act(data)
    assert {p.file for p in refused(data)} == {"literature/searches.csv", SEGMENTS, CODING}


def test_an_id_that_breaks_everywhere_is_answered_in_good_time(data: Path) -> None:
    replace(data, CODING, "database-0", "databse-1")
    problems = [p for p in refused(data) if p.column == "record_id"]
    assert all(p.nearest for p in problems[:SHOWN])
    assert not any(p.nearest for p in problems[SHOWN:])


@pytest.mark.parametrize("name", ["screening", "screening_adjudication"])
def test_a_decision_that_no_table_counts_is_refused_where_it_is_used(data: Path, name: str) -> None:
    replace(data, "codebook.yaml", "[include, exclude]", "[include, exclude, maybe]")
    row = {
        "screening": "database-0001,Ann,maybe,",
        "screening_adjudication": "database-0001,maybe,,,",
    }
    append(data, f"literature/{name}.csv", row[name])
    found = {(p.file, p.column, p.value): p for p in refused(data)}
    assert list(found) == [
        ("codebook.yaml", "screening_decisions", "maybe"),
        (f"literature/{name}.csv", "decision", "maybe"),
    ]
    for problem in found.values():
        assert problem.row
        assert "leave the rows of records out that are not decided on yet" in problem.rule


def test_the_legal_names_of_exports_are_told_where_one_is_not_enough(data: Path) -> None:
    search_in_folders(data, "scopus.ris")
    (problem,) = refused(data)
    assert problem.rule.endswith("write 'april/scopus.ris' or 'initial/scopus.ris'")


def test_a_path_may_be_written_in_more_ways_than_one(data: Path) -> None:
    old = '"literature/records/database.ris"'
    replace(data, "datapackage.json", old, '"./literature//records/database.ris"')
    review = oso.load_review(data.parent)
    assert set(review.record_sources) == {"database.ris", "register.csv"}


def test_exports_of_one_file_name_go_by_one_name_everywhere(data: Path) -> None:
    search_in_folders(data, "april/scopus.ris")
    review = oso.load_review(data.parent)
    names = set(review.reading.files["file"])
    assert {"april/scopus.ris", "initial/scopus.ris", "database.ris"} <= names
    assert names == set(review.record_sources) == set(search_labels(review.package))
    flow = count_prisma_flow(
        review.records,
        review.work_ids,
        review.work_screening,
        review.searches,
        review.codebook,
        names=search_labels(review.package),
        kinds=review.record_sources,
    )
    boxes = dict(zip(flow["box"], flow["label"], strict=True))
    assert boxes["searches:april/scopus.ris"] == "In april"
    assert boxes["searches:initial/scopus.ris"] == "In initial"


def contradict(data: Path) -> tuple[str, str]:
    """Add contradictory verdicts on duplicates, and on two works; return the records of one."""
    works = oso.load_review(data.parent).works
    several = works.loc[works["n_records"] == 2, "record_ids"].tolist()
    (one, other), (third, fourth) = (ids.split("; ") for ids in several[:2])
    append(
        data,
        DECISIONS,
        f"{one},{other},same,,",
        f"{other},database-0009,same,,",
        f"{one},database-0009,different,,",
    )
    append(
        data,
        SCREENED,
        # Whether these are one work is for the verdicts to say, once they are mended.
        f"{one},include,,,",
        "database-0009,exclude,not_school_meals,,",
        f"{third},include,,,",
        f"{fourth},exclude,not_school_meals,,",
    )
    append(data, ADJUDICATED, f"{third},design,cohort,,", f"{fourth},design,trial,,")
    return third, fourth


def test_what_is_wrong_in_several_joined_tables_is_told_at_once(data: Path) -> None:
    contradict(data)
    append(data, "literature/screening.csv", "databse-0001,reviewer_1,include,")
    append(data, SCREENED, "databse-0002,include,,,")
    append(data, CODING, "databse-0003,coder_1,abstract,design,trial")
    found = sorted((p.file, p.row, p.value) for p in refused(data))
    assert found == [
        (CODING, 505, "databse-0003"),
        (ADJUDICATED, 3, "trial"),
        (DECISIONS, 4, "different"),
        ("literature/screening.csv", 69, "databse-0001"),
        (SCREENED, 5, "exclude (not_school_meals)"),
        (SCREENED, 6, "databse-0002"),
    ]


def test_verdicts_that_contradict_one_another_hide_no_other_row(data: Path) -> None:
    contradict(data)
    append(data, DECISIONS, "nobody,database-0009,same,,")
    append(data, "literature/screening.csv", "databse-0001,reviewer_1,include,")
    found = {(p.file, p.value) for p in refused(data)}
    assert {
        (DECISIONS, "nobody"),
        (DECISIONS, "different"),
        ("literature/screening.csv", "databse-0001"),
    } <= found


def test_verdicts_on_duplicates_that_cannot_be_read_say_nothing_of_works(data: Path) -> None:
    contradict(data)
    replace(data, DECISIONS, "record_id_a", "record")
    assert {p.file for p in refused(data)} == {DECISIONS}


def test_a_segment_against_the_verdict_is_told_beside_a_mistyped_theme(data: Path) -> None:
    replace(data, RELEVANCE, "ex-001,coder_1,yes", "ex-001,coder_1,no")
    append(data, SEGMENTS, "ex-002,coder_1,99,csot,issue,,Words.")
    assert {(p.column, p.value) for p in refused(data)} == {
        ("submission_id", "ex-001"),
        ("theme", "csot"),
    }
