"""Files made by running Taguette, qualitative-coding and QualCoder; see the fixtures' README."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import zipfile
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from oso_analysis.codebook import Codebook, read_codebook
from oso_analysis.consultation.readers import (
    CODE_COLUMNS,
    SEGMENT_COLUMNS,
    merge_projects,
    read_coding_project,
)
from oso_analysis.consultation.recode import recode
from oso_analysis.consultation.recode_table import draft_recode_table

PRODUCERS = Path(__file__).parents[1] / "fixtures" / "consultation" / "producers"
#: Counted by hand from the nine codings that were entered into each tool.
CODES = Counter(issue=3, solution=6, industry=2, prevention=2, multi_agency=3, research=3)
CODERS = {"ana": 12, "ben": 7}
FIRST = "Children meet risks on services that were never designed for them."


@pytest.fixture(scope="module")
def codebook(data: Path) -> Codebook:
    return read_codebook(data / "codebook.yaml")


def last_names(codes: pd.Series) -> Counter[str]:
    return Counter(code.replace(".", " > ").split(" > ")[-1] for code in codes)


@pytest.mark.parametrize(
    ("file", "coders"),
    [
        ("taguette.sqlite3", CODERS),
        ("taguette-highlights.csv", {}),
        ("taguette-highlights.xlsx", {}),
        ("qualitative-coding.qdpx", CODERS),
        ("qualcoder.qdpx", CODERS),
        ("qualcoder.qda", CODERS),
        ("qualcoder.qda/data.qda", CODERS),
    ],
)
def test_every_coding_comes_in_once(file: str, coders: dict[str, int]) -> None:
    project = read_coding_project(PRODUCERS / file)
    assert list(project.segments.columns) == list(SEGMENT_COLUMNS)
    assert list(project.codes.columns) == list(CODE_COLUMNS)
    assert last_names(project.segments["code"]) == CODES
    assert project.segments["coder"].dropna().value_counts().to_dict() == coders
    assert project.segments["segment_id"].is_unique
    assert len(project.submissions) == 3
    assert set(project.segments["submission_id"]) <= set(project.submissions["submission_id"])
    assert set(project.segments["code"]) <= set(project.codes["path"])
    # nine passages, two of them the same words coded by both coders
    passages = project.segments.groupby("passage_id")["text"].first().str.split().str.join(" ")
    assert passages.nunique() == 8
    assert FIRST in set(passages)


@pytest.mark.parametrize("file", ["qualitative-coding.qdpx", "qualcoder.qdpx"])
def test_as_many_segments_as_the_file_has_references_to_codes(file: str) -> None:
    with zipfile.ZipFile(PRODUCERS / file) as archive:
        qde = archive.read("project.qde")
    project = read_coding_project(PRODUCERS / file)
    assert len(project.segments) == qde.count(b"<CodeRef")
    assert len(project.codes) == qde.count(b"<Code ")
    assert len(project.coders) == qde.count(b"<User ")


def test_a_database_with_words_where_numbers_belong(tmp_path: Path) -> None:
    copy = tmp_path / "data.qda"
    shutil.copyfile(PRODUCERS / "qualcoder.qda" / "data.qda", copy)
    with sqlite3.connect(copy) as connection:
        connection.execute("UPDATE code_text SET pos0 = 'start ' || ctid, pos1 = 99999999999999999")
    connection.close()
    project = read_coding_project(copy)
    assert len(project.segments) == 19
    assert project.segments["start"].isna().all()


@pytest.mark.parametrize(
    ("file", "n_codes"),
    [
        ("taguette-codebook.qdc", 7),
        ("taguette-codebook.csv", 7),
        ("taguette-codebook.xlsx", 7),
        ("qualcoder-codebook.qdc", 9),
    ],
)
def test_codebooks_come_in_without_segments(file: str, n_codes: int) -> None:
    project = read_coding_project(PRODUCERS / file)
    assert len(project.codes) == n_codes
    assert project.segments.empty
    assert project.submissions.empty


def test_nested_codes_keep_their_path_and_description() -> None:
    codes = read_coding_project(PRODUCERS / "qualcoder.qdpx").codes.set_index("path")
    assert codes.loc["theme > industry", "parent"] == "theme"
    assert codes.loc["theme > industry", "description"] == "Working with the internet industry"
    assert codes.loc["theme", "codable"] == "no"
    same = read_coding_project(PRODUCERS / "qualcoder.qda").codes.set_index("path")
    assert set(same.index) == set(codes.index)


@pytest.mark.parametrize("file", ["qualcoder.qdpx", "qualcoder.qda"])
def test_cases_are_respondents_with_attributes(file: str) -> None:
    # QualCoder's exporter refers from cases to GUIDs that its sources no longer carry.
    project = read_coding_project(PRODUCERS / file)
    respondents = project.submissions.set_index("submission_id")
    assert respondents["sector"].to_dict() == {
        "Harbour Alliance": "child_protection_ngo",
        "Meadow Telecom": "industry",
        "Northfield University": "academia",
    }
    assert respondents.loc["Meadow Telecom", "sources"] == "meadow-telecom"
    counts = project.segments["submission_id"].value_counts().to_dict()
    assert counts == {"Harbour Alliance": 8, "Northfield University": 7, "Meadow Telecom": 4}


def test_taguette_names_the_author_of_a_highlight_and_counts_the_untagged() -> None:
    project = read_coding_project(PRODUCERS / "taguette.sqlite3")
    assert project.caveats == ("1 highlight(s) carry no tag.",)
    by_coder = project.segments.groupby("coder")["submission_id"].unique()
    assert set(by_coder["ben"]) == {"harbour-alliance", "northfield-university"}
    accents = project.segments["text"].str.contains("naïve")
    assert accents.sum() == 2
    assert project.codes.set_index("path").loc["unused", "description"] == "Never applied"


@pytest.mark.parametrize(
    "file", ["taguette.sqlite3", "qualitative-coding.qdpx", "qualcoder.qdpx", "qualcoder.qda"]
)
def test_every_tool_gives_the_same_segments(file: str, codebook: Codebook) -> None:
    project = read_coding_project(PRODUCERS / file)
    table = draft_recode_table(project.codes, codebook)
    industry = table["code"].str.contains("industry")
    assert industry.sum() == 1
    table.loc[industry, ["facet", "value"]] = ["theme", "internet_industry"]
    result = recode(project.segments, table, codebook, paraphrase="text")
    segments = result.segments
    # by hand: nine passages, one of them with two themes
    assert len(segments) == 10
    assert segments["theme"].value_counts().to_dict() == {
        "multi_agency": 3,
        "research": 3,
        "internet_industry": 2,
        "prevention": 2,
    }
    assert segments["kind"].value_counts().to_dict() == {"solution": 7, "issue": 3}
    assert segments["coder"].value_counts().to_dict() == {"ana": 6, "ben": 4}
    assert result.unmapped.empty
    assert result.unused.empty


def test_a_zipped_qualcoder_folder_reads_as_the_folder_does(tmp_path: Path) -> None:
    target = tmp_path / "sent-by-mail.zip"
    with zipfile.ZipFile(target, "w") as archive:
        archive.write(PRODUCERS / "qualcoder.qda" / "data.qda", "project.qda/data.qda")
    zipped = read_coding_project(target)
    folder = read_coding_project(PRODUCERS / "qualcoder.qda")
    pd.testing.assert_frame_equal(zipped.segments, folder.segments)
    assert sorted(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("file", ["taguette.sqlite3", "qualcoder.qda/data.qda"])
def test_databases_are_not_touched(file: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    shutil.copyfile(PRODUCERS / file, copy)
    # write-ahead mode is what a tool leaves behind; reading it the usual way makes two files
    with sqlite3.connect(copy) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    before = hashlib.sha256(copy.read_bytes()).hexdigest()
    copy.chmod(0o444)
    assert len(read_coding_project(copy).segments) == 19
    assert hashlib.sha256(copy.read_bytes()).hexdigest() == before
    assert [path.name for path in tmp_path.iterdir()] == ["copy.db"]


def test_content_decides_not_the_name(tmp_path: Path) -> None:
    for file in ("taguette.sqlite3", "taguette-highlights.xlsx", "qualcoder.qdpx"):
        copy = tmp_path / f"{file.replace('.', '-')}.txt"
        shutil.copyfile(PRODUCERS / file, copy)
        assert len(read_coding_project(copy).segments) == 19


def test_projects_merge_by_name_of_respondent_and_code() -> None:
    database = read_coding_project(PRODUCERS / "taguette.sqlite3")
    book = read_coding_project(PRODUCERS / "taguette-codebook.qdc")
    both = merge_projects([book, database])
    assert len(both.segments) == 19
    assert set(both.codes["path"]) == set(database.codes["path"])
    described = both.codes.set_index("path")["description"]
    assert described["theme.industry"] == "Working with the internet industry"
    twice = merge_projects([database, database])
    assert len(twice.segments) == 38
    assert twice.segments["segment_id"].is_unique
    assert len(twice.submissions) == 3


def test_merging_keeps_what_each_file_says_of_a_respondent(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("submission_id,code,country\na,x,GB\n", encoding="utf-8")
    two.write_text("submission_id,respondent,code,country\na,Alpha,y,IE\n", encoding="utf-8")
    for order in ([one, two], [two, one]):
        both = merge_projects([read_coding_project(path) for path in order])
        row = both.submissions.set_index("submission_id").loc["a"]
        assert row["respondent"] == "Alpha"
        assert row["country"] == "GB; IE"
        assert both.segments["start"].isna().all()
