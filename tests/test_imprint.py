"""A report is called by its review and names who made it, in the project's own words."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from oso_analysis.errors import InputError
from oso_analysis.imprint import Agent, Imprint, Licence, check_imprint, read_imprint, read_report
from oso_analysis.review import load_review

RESOURCES = [{"name": "report", "path": "report.yaml"}]


def written(folder: Path, text: str) -> Path:
    (folder / "report.yaml").write_text(text, encoding="utf-8")
    return folder / "report.yaml"


def test_title_and_authors_are_those_of_the_report(tmp_path: Path) -> None:
    written(tmp_path, "title: 'What works –  was hilft?'\nauthors: [Käthe Weiß, Jean Müller]\n")
    licences = [
        {"name": "CC-BY-4.0", "path": "https://example.org/by"},
        {"name": "House terms"},
        {"path": "https://example.org/x", "title": "X"},
    ]
    descriptor = {"resources": RESOURCES, "licenses": licences}
    assert read_imprint(tmp_path, descriptor) == Imprint(
        title="What works – was hilft?",
        authors=(Agent("Käthe Weiß"), Agent("Jean Müller")),
        licences=(
            Licence("CC-BY-4.0", "https://example.org/by"),
            Licence("House terms"),
            Licence("X", "https://example.org/x"),
        ),
    )


def test_contributors_come_before_the_authors_of_the_report(tmp_path: Path) -> None:
    written(tmp_path, "title: T\nauthors: [A]\n")
    contributors: list[dict[str, Any]] = [
        {"title": "B", "role": "author", "path": "https://example.org/b"},
        {"title": "C", "organization": "C", "roles": ["publisher", "author"]},
        {"title": "D"},
    ]
    found = read_imprint(tmp_path, {"resources": RESOURCES, "contributors": contributors})
    centre = Agent("C", is_organisation=True)
    assert found.authors == (Agent("B", url="https://example.org/b"), centre)
    assert found.publishers == (centre,)
    # Who only drew the data up is no author.
    del contributors[:2]
    found = read_imprint(tmp_path, {"resources": RESOURCES, "contributors": contributors})
    assert found.author_names == ["A"]


def test_a_role_is_one_or_several_in_any_case() -> None:
    said: list[Any] = ["Author", ["author"], ["editor", " AUTHOR "]]
    for key in ("role", "roles"):
        for roles in said:
            descriptor = {"contributors": [{"title": "A", key: roles}]}
            assert list(check_imprint(descriptor)) == []
            assert read_imprint(Path(), descriptor).author_names == ["A"]
        for wrong in (5, [["author"]], {"author": 1}, [None]):
            descriptor = {"contributors": [{"title": "A", key: wrong}]}
            (problem,) = check_imprint(descriptor)
            assert "must have one role, such as author, or a list of roles" in str(problem)
            assert read_imprint(Path(), descriptor).author_names == []
    assert list(check_imprint({"contributors": None, "licenses": None})) == []


def test_what_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    written(tmp_path, "[")
    bad = {"resources": RESOURCES, "licenses": "CC0", "contributors": [1, {"role": "author"}]}
    assert read_imprint(tmp_path, bad) == read_imprint(tmp_path, {}) == Imprint()
    said = [str(problem) for problem in check_imprint(bad)]
    assert said[0] == "datapackage.json, column 'licenses': 'CC0' must be a list"
    assert [text.endswith(" must have a `title`") for text in said[1:]] == [True, True]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title: 2019", "row 1, column 'title': 2019"),
        ("a: 1\ntitle: ", "row 2, column 'title': must be text"),
        ("authors: Käthe Weiß", "must be a list of names, such as ['Käthe Weiß']"),
        ("authors:\n  - A\n  - {name: B}", "row 3, column 'authors'"),
        ("- A", "must map names to facts"),
    ],
)
def test_facts_that_would_not_print_are_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        read_report(written(tmp_path, text))
    assert says.replace("2019", "'2019'") in str(caught.value)


def test_the_check_of_the_data_finds_both(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root / "data", tmp_path / "data")
    written(tmp_path / "data/report", "title: [a, b]\nauthors: {A: B}\n")
    path = tmp_path / "data/datapackage.json"
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    descriptor |= {"licenses": [["CC0"], ["CC0"]], "contributors": {"A": 1}}
    path.write_text(json.dumps(descriptor), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_review(tmp_path)
    columns = ["title", "authors", "licenses[0]", "licenses[1]", "contributors"]
    assert [item.column for item in caught.value.problems] == columns


@pytest.mark.parametrize(
    ("review", "edition", "headings"),
    [
        ("Youth homelessness", "To 2019", ("Youth homelessness", "To 2019")),
        ("", "To 2019", ("To 2019", "")),
        ("Youth homelessness", "youth  Homelessness", ("youth  Homelessness", "")),
        ("Care", "Care in 2019", ("Care in 2019", "")),
        ("Care", "Careers", ("Care", "Careers")),
        ("Care: update 2026", "Update 2026", ("Care: update 2026", "")),
        # A word of the review's title does not tell this edition from the others.
        ("What works in prevention", "Prevention", ("What works in prevention", "Prevention")),
    ],
)
def test_no_title_is_printed_twice(review: str, edition: str, headings: tuple[str, str]) -> None:
    assert Imprint(review).headings(edition) == headings


def test_this_projects_editions_do_not_pass_for_the_report_they_update(root: Path) -> None:
    descriptor = json.loads((root / "data/datapackage.json").read_text(encoding="utf-8"))
    found = read_imprint(root / "data", descriptor)
    title = "Online sex offending: literature, consultation and indicators"
    assert found.full_title("Update 2026") == f"{title} – Update 2026"
    assert found.author_names == ["oso-analysis maintainers"]
