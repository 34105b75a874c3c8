"""Notebooks on disk: what moved is found, what is stored diffs well, what fails is left alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from oso_analysis.errors import InputError, RunError
from oso_analysis.notebooks import check_notebooks, refresh_notebooks, summarise
from oso_analysis.notebooks.execute import select_notebooks

Command = Callable[..., int]
FIRST = "01_reports"


def edit(path: Path, **changes: object) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    content.update(changes)
    path.write_text(json.dumps(content), encoding="utf-8")


def test_refresh_check_edit_check(
    project: Path, command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project / "notebooks" / f"{FIRST}.ipynb"
    # What an editor leaves behind is stored by nobody.
    content = json.loads(path.read_text(encoding="utf-8"))
    content["metadata"]["vscode"] = {"interpreter": {"hash": "x"}}
    content["cells"][1]["metadata"]["collapsed"] = True
    content["cells"][1]["metadata"]["papermill"] = {"duration": 1.5}
    path.write_text(json.dumps(content), encoding="utf-8")

    assert command("notebooks", "check", FIRST, "--engine", "kernel") == 1
    assert "is stored without outputs; run `oso-analysis notebooks refresh" in (
        capsys.readouterr().out
    )

    assert command("notebooks", "refresh", FIRST) == 0
    assert capsys.readouterr().out == "01_reports.ipynb: stored\n"
    stored = path.read_bytes()
    text = stored.decode("utf-8")
    notebook = json.loads(text)
    assert notebook["cells"][1]["metadata"] == {"tags": ["parameters"]}
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
    assert str(project) not in text
    assert "reports-by-year" in text
    assert not list(project.glob("notebooks/.*"))

    assert command("notebooks", "refresh", FIRST) == 0
    assert capsys.readouterr().out == "01_reports.ipynb: unchanged\n"
    assert path.read_bytes() == stored

    assert command("notebooks", "check", FIRST) == 0
    assert capsys.readouterr().out == "01_reports.ipynb: nothing moved (1 table or figure)\n"

    table = project / "data" / "reports.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    head, first = lines[0].split(","), lines[1].split(",")
    at = head.index("n_reports")
    before = int(first[at])
    first[at] = str(before + 1)
    table.write_text("\n".join([lines[0], ",".join(first), *lines[2:]]) + "\n", encoding="utf-8")
    summary = project / "summary.md"
    assert command("notebooks", "check", FIRST, "--summary", str(summary)) == 1
    said = capsys.readouterr()
    assert "Table reports-by-year" in said.out
    assert f"column 'n_reports' went from {before:,} to {before + 1:,}" in said.out
    assert "oso-analysis notebooks refresh 01_reports" in said.err
    assert path.read_bytes() == stored, "a check writes nothing"
    page = summary.read_text(encoding="utf-8")
    assert page.startswith("## What moved in the notebooks")
    assert f"went from {before:,} to {before + 1:,}" in page
    # A looser tolerance lets the row pass; the count n is exact all the same.
    assert command("notebooks", "check", FIRST, "--tolerance", "0.5") == 1
    assert "'n_reports' went" not in capsys.readouterr().out


def test_one_cause_is_told_once_and_what_failed_is_left(project: Path) -> None:
    (project / "data" / "reports.csv").unlink()
    first = project / "notebooks" / f"{FIRST}.ipynb"
    second = project / "notebooks" / "02_submissions.ipynb"
    copy = project / "notebooks" / "03_again.ipynb"
    copy.write_bytes(first.read_bytes())
    before = first.read_bytes()
    with pytest.raises(
        RunError, match=r"03_again.ipynb failed in cell 3 with the same error as 01"
    ):
        refresh_notebooks(project, jobs=2)
    assert first.read_bytes() == before
    assert json.loads(second.read_text(encoding="utf-8"))["cells"][-1]["outputs"]
    (check,) = check_notebooks(project, [FIRST])
    assert not check.good
    assert "FileNotFoundError" in str(check)
    assert "did not run to its end" in summarise([check])


def test_names_are_taken_as_people_type_them(project: Path) -> None:
    for name in (
        FIRST,
        f"{FIRST}.ipynb",
        f"notebooks/{FIRST}.ipynb",
        f"notebooks\\{FIRST}.ipynb",
        "01",
    ):
        assert [path.stem for path in select_notebooks(project, [name])] == [FIRST]
    assert len(select_notebooks(project)) == 2
    with pytest.raises(InputError, match=r"did you mean '01_reports'"):
        select_notebooks(project, ["01_report"])


def test_a_file_that_is_no_notebook_is_named(project: Path) -> None:
    path = project / "notebooks" / f"{FIRST}.ipynb"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"notebooks/01_reports.ipynb: is not a readable notebook"):
        check_notebooks(project, [FIRST])
    edit(path, cells=[{"source": ""}])
    with pytest.raises(InputError, match="is not a readable notebook"):
        refresh_notebooks(project, [FIRST])


def test_a_summary_cannot_be_made_to_act(project: Path) -> None:
    from oso_analysis.notebooks import Finding, NotebookCheck

    nasty = "<img src=x onerror=alert(1)> @everyone [x](http://e.org) `code` | #1"
    page = summarise([NotebookCheck("a.ipynb", (Finding("Cell 1", nasty),), 0)])
    line = next(line for line in page.splitlines() if "img" in line)
    assert "<" not in line
    assert "@everyone" not in line
    assert "\\[x\\](http" in line
    many = tuple(Finding("Table t", f"row {n}") for n in range(30))
    assert "… and 10 more" in summarise([NotebookCheck("a.ipynb", many, 1)])


def test_a_default_of_its_own_is_refused_before_anything_runs(project: Path) -> None:
    path = project / "notebooks" / "02_submissions.ipynb"
    text = path.read_text(encoding="utf-8")
    assert "year_to: int | None = None" in text
    path.write_text(
        text.replace("year_to: int | None = None", "year_to: int | None = 2012"), encoding="utf-8"
    )
    said = "02_submissions.ipynb, row 1, column 'year_to': is 2012 by default here but None in 01_"
    for names in ([], [FIRST]):
        with pytest.raises(InputError, match=said):
            check_notebooks(project, names)
