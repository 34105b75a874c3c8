"""Loading a review: everything is checked, everything wrong is said at once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import oso_analysis as oso
from oso_analysis.errors import InputError
from oso_analysis.review import Review
from oso_analysis.scope import REASONS


@pytest.fixture(scope="module")
def review(root: Path) -> Review:
    return oso.load_review(root)


@pytest.fixture
def broken(data: Path, tmp_path: Path) -> Path:
    shutil.copytree(data, tmp_path / "data")
    return tmp_path


def test_a_place_or_theme_that_is_none_is_named_with_its_code(review: Review) -> None:
    with pytest.raises(InputError) as caught:
        oso.scope_review(review, countries=["Norway", "GB"], themes=["polcing"])
    text = str(caught.value)
    assert "'Norway' is not a known code (did you mean 'NO'?)" in text
    assert "did you mean 'policing'" in text
    assert "'GB'" not in text


@pytest.mark.parametrize("year", ["2019", 2019.5, 19, True])
def test_a_last_year_that_is_no_year_is_refused(review: Review, year: object) -> None:
    with pytest.raises(InputError, match="must be a year, a whole number of four digits"):
        oso.scope_review(review, year_to=year)  # type: ignore[arg-type]


def test_every_record_is_read_and_belongs_to_one_work(review: Review) -> None:
    assert len(review.records) == 990
    assert review.reading.rejects.empty
    assert set(review.work_ids["record_id"]) == set(review.records["record_id"])
    assert set(review.work_ids["work_id"]) == set(review.works["work_id"])
    assert review.works["n_records"].sum() == len(review.records)
    assert set(review.work_screening["work_id"]) == set(review.works["work_id"])


def test_problems_of_all_files_come_at_once(broken: Path) -> None:
    segments = broken / "data/consultation/segments.csv"
    text = segments.read_text("utf-8").replace("uk-002,coder_1,1,multi_agency", "uk-002,coder_1,1,multi_agncy", 1)  # fmt: skip # noqa: E501
    segments.write_text(text, "utf-8")
    screening = broken / "data/literature/screening.csv"
    text = screening.read_text("utf-8").replace("characteristics-0001,", "charakteristics-0001,", 1)
    screening.write_text(text, "utf-8")
    (broken / "data/report/report.yaml").write_text("title: [", "utf-8")
    with pytest.raises(InputError) as caught:
        oso.load_review(broken)
    found = {(item.file, item.column, item.value, item.nearest) for item in caught.value.problems}
    assert ("consultation/segments.csv", "theme", "multi_agncy", "multi_agency") in found
    assert (
        "literature/screening.csv",
        "record_id",
        "charakteristics-0001",
        "characteristics-0001",
    ) in found
    assert any(file == "report.yaml" for file, *_ in found)


def test_outside_a_project_the_answer_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no folder from here upwards holds data/datapackage"):
        oso.load_review(tmp_path)


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"year_to": 2019},
        {"countries": ["GB", "GB-EAW", "GB-SCT"]},
        {"themes": ["prevention"]},
        {"year_to": 2015, "countries": ["US"], "themes": ["policing", "research"]},
        {"year_to": 1990},
    ],
)
def test_what_an_edition_keeps_and_leaves_out_adds_up(
    review: Review, chosen: dict[str, object]
) -> None:
    scope = oso.scope_review(review, **chosen)  # type: ignore[arg-type]
    left = scope.balance[[f"n_{reason}" for reason in REASONS]].sum(axis=1)
    assert (scope.balance["n_kept"] + left == scope.balance["n_before"]).all()
    assert len(scope.works) + len(scope.outside_works) == scope.balance["n_before"].iloc[0]
    assert set(scope.segments["submission_id"]) <= set(scope.submissions["submission_id"])


def test_scope_of_2019_recounted_row_by_row(review: Review) -> None:
    scope = oso.scope_review(review, year_to=2019)
    included = set(
        review.work_screening.loc[review.work_screening["decision"] == "include", "work_id"]
    )
    kept = undated = later = 0
    for row in review.works.itertuples():
        if row.work_id not in included:
            continue
        text = str(row.year)
        year = int(text) if text.isdecimal() else None
        undated += year is None
        later += year is not None and year > 2019
        kept += year is not None and year <= 2019
    first = scope.balance.iloc[0]
    assert (first["n_kept"], first["n_year_not_stated"], first["n_later"]) == (kept, undated, later)


def test_adjudication_overrules_reviewers(broken: Path) -> None:
    before = oso.load_review(broken)
    excluded = before.work_screening.query("decision == 'exclude'")["work_id"].iloc[0]
    ids = before.work_ids
    record = ids.loc[ids["work_id"] == excluded, "record_id"].iloc[0]
    path = broken / "data/literature/screening_adjudication.csv"
    path.write_text(path.read_text("utf-8") + f"{record},include,,lead,seen in full\n", "utf-8")
    after = oso.load_review(broken).work_screening.set_index("work_id")["decision"]
    assert after[excluded] == "include"


def test_verdicts_that_contradict_each_other_are_found_in_their_files(broken: Path) -> None:
    before = oso.load_review(broken)
    several = before.works.query("n_records > 1")["record_ids"].iloc[0].split("; ")
    a, b = several[:2]
    reason = next(iter(before.codebook["exclusion_reason"]))
    one, other = list(before.codebook["design"])[:2]
    tables = {
        "screening_adjudication": [f"{a},include,,Kim,", "", f"{b},exclude,{reason},Lee,"],
        "coding_adjudication": [f"{a},design,{one},Kim,", f"{b},design,{other},Lee,"],
    }
    start = {}
    for name, rows in tables.items():
        path = broken / f"data/literature/{name}.csv"
        text = path.read_text("utf-8")
        start[name] = text.count("\n") + 1
        path.write_text(text + "\n".join(rows) + "\n", "utf-8")
    with pytest.raises(InputError) as caught:
        oso.load_review(broken)
    found = {item.file: item for item in caught.value.problems}
    for name, rows in tables.items():
        problem = found[f"literature/{name}.csv"]
        assert problem.row == start[name] + len(rows) - 1
        assert f"for {b} contradicts row {start[name]}" in problem.rule


def test_decisions_about_duplicates_are_found_in_their_file(broken: Path) -> None:
    a, b = oso.load_review(broken).records["record_id"].head(2)
    path = broken / "data/literature/duplicate_decisions.csv"
    start = path.read_text("utf-8").count("\n") + 1
    with path.open("a", encoding="utf-8") as stream:
        stream.write(f",,,,\n{a},{b},same,,\n\n{b},{a},different,,\n")
    with pytest.raises(InputError) as caught:
        oso.load_review(broken)
    (problem,) = [item for item in caught.value.problems if item.column == "verdict"]
    assert (problem.file, problem.row) == ("literature/duplicate_decisions.csv", start + 3)
    assert f"are the same (row {start + 1})" in problem.rule


def test_a_pair_that_is_not_decided_is_no_decision(broken: Path) -> None:
    review = oso.load_review(broken)
    a, b = review.records["record_id"].head(2)
    n_works = len(review.works)
    with (broken / "data/literature/duplicate_decisions.csv").open("a", encoding="utf-8") as stream:
        stream.write(f"{a},{b},,,\n")
    with pytest.raises(InputError, match="must not be blank: fill it in, or leave the row out"):
        oso.load_review(broken)
    path = broken / "data/datapackage.json"
    package = json.loads(path.read_text("utf-8"))
    (described,) = [r for r in package["resources"] if r["name"] == "duplicate_decisions"]
    (verdict,) = [f for f in described["schema"]["fields"] if f["name"] == "verdict"]
    del verdict["constraints"]["required"]
    path.write_text(json.dumps(package), encoding="utf-8")
    assert len(oso.load_review(broken).works) == n_works


def test_a_wrong_name_suggests_the_right_one() -> None:
    with pytest.raises(AttributeError, match="did you mean 'load_review'"):
        oso.load_reviews  # noqa: B018
