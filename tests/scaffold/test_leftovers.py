"""An author is told of each text of the new project that a report would still print."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from oso_analysis.errors import Problem
from oso_analysis.inspection import inspect_project
from oso_analysis.scaffold.leftovers import find_leftovers


def edited(path: Path, change: Callable[[Any], object]) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


def places(problems: list[Problem]) -> list[str]:
    return [str(item.file) + (f" {item.column}" if item.column else "") for item in problems]


def test_every_text_of_a_new_project_is_noted_until_it_is_written(project: Path) -> None:
    found = list(find_leftovers(project))
    assert places(found) == [
        "notebooks/01_scale.ipynb, cell 1",
        "notebooks/02_literature_search.ipynb, cell 1",
        "notebooks/02_literature_search.ipynb, cell 4",
        "notebooks/05_consultation_themes.ipynb, cell 1",
        "notebooks/07_coding_reliability.ipynb, cell 1",
        "data/datapackage.json limits",
        "data/datapackage.json limits",
        "data/datapackage.json description",
        "LICENSE",
        "data/PROVENANCE.md",
    ]
    assert str(found[0].value).startswith("Say here what your review is about")
    assert inspect_project(project).notes[: len(found)] == tuple(found)
    assert not set(found) & set(inspect_project(project).problems)

    for path in (project / "notebooks").glob("*.ipynb"):
        path.write_text(path.read_text("utf-8").replace("Say here", "We say here"), "utf-8")
    edited(
        project / "data/datapackage.json",
        lambda package: package.update(limits=["Two databases."], description="Ours."),
    )
    (project / "LICENSE").write_text("CC BY 4.0", encoding="utf-8")
    (project / "data/PROVENANCE.md").write_text("Scopus.", encoding="utf-8")
    assert list(find_leftovers(project)) == []


def test_a_further_notebooks_instruction_is_noted(project: Path) -> None:
    from oso_analysis.notebooks import new_notebook

    new_notebook(project, "prices", title="What a meal costs")
    (note,) = [str(item) for item in find_leftovers(project) if "prices" in str(item.file)]
    assert "Say here what question this section answers" in note


def test_reports_without_an_edition_are_noted(project: Path) -> None:
    for name in ("everything", "everything--year_to=2015", "gone", "gone--year_to=2015", ".x.new"):
        (project / "reports" / name).mkdir(parents=True)
        (project / "reports" / name / "exhibits.json").write_text("{}", encoding="utf-8")
    (project / "reports" / "notes").mkdir()
    found = [str(item.file) for item in find_leftovers(project) if "edition" in item.rule]
    assert found == ["reports/gone", "reports/gone--year_to=2015"]


def test_broken_files_are_said_elsewhere(project: Path) -> None:
    for name in ("data/datapackage.json", "notebooks/01_scale.ipynb", "editions.yaml"):
        (project / name).write_text("[", encoding="utf-8")
    assert "notebooks/02_literature_search.ipynb, cell 1" in places(list(find_leftovers(project)))


def test_a_cell_without_text_is_no_leftover(project: Path) -> None:
    path = project / "notebooks/01_scale.ipynb"
    cells = [{"cell_type": "markdown", "source": source} for source in (None, 5, ["a", 1])]
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert not any("01_scale" in place for place in places(list(find_leftovers(project))))


def test_this_project_has_left_nothing(root: Path) -> None:
    assert list(find_leftovers(root)) == []
