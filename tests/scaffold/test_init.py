"""A started project is whole, holds nothing of this review, and runs as it is."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from oso_analysis.cli import main
from oso_analysis.errors import InputError
from oso_analysis.review import load_review
from oso_analysis.scaffold import init_project, template_files
from oso_analysis.scaffold.generalise import generalise

PACKAGE = Path(str(files("oso_analysis.scaffold")))


def test_shipped_files_are_this_projects_in_neutral_words(root: Path) -> None:
    stale = [
        name
        for name, content in generalise(root).items()
        if not (PACKAGE / "project" / name).is_file()
        or (PACKAGE / "project" / name).read_bytes() != content
    ]
    assert not stale, "run `python -m oso_analysis.scaffold.generalise`"


def test_nothing_of_this_review_is_left(pristine: Path) -> None:
    words = yaml.safe_load((PACKAGE / "words.yaml").read_text(encoding="utf-8"))["foreign"]
    found = [
        (path.relative_to(pristine).as_posix(), word)
        for path in sorted(pristine.rglob("*"))
        if path.is_file() and path.suffix != ".xlsx" and path.name != "geographies.csv"
        for word in words
        if word in path.read_text(encoding="utf-8").lower()
    ]
    assert not found


def test_no_sentence_or_heading_takes_the_kinds_names_for_granted(pristine: Path) -> None:
    """A codebook may call `issue` and `solution` what it likes: only codes and ids are fixed."""
    placeholder = re.compile(r"\{\w+")
    found = []
    for path in sorted((pristine / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "code":
                constants = [
                    node.value
                    for node in ast.walk(ast.parse(source))
                    if isinstance(node, ast.Constant) and isinstance(node.value, str)
                ]
                texts = [text for text in constants if " " in text or text[:1].isupper()]
            else:
                texts = [re.sub(r"\(#[\w-]+\)", "", source)]
            found += [
                (path.stem, text)
                for text in texts
                if re.search(r"\b(issue|solution)", placeholder.sub("", text), re.IGNORECASE)
            ]
    assert not found


def test_every_rewritten_cell_is_there(root: Path) -> None:
    words = yaml.safe_load((PACKAGE / "words.yaml").read_text(encoding="utf-8"))
    for name, cells in words["cells"].items():
        path = root / "notebooks" / f"{name}.ipynb"
        notebook = json.loads(path.read_text(encoding="utf-8"))
        assert set(cells) <= {cell["id"] for cell in notebook["cells"]}, name


def test_the_sample_data_are_what_they_look_like(pristine: Path) -> None:
    review = load_review(pristine)
    # Counted by hand in the two exports: 27 and 18 entries, five of them in both.
    assert (len(review.records), len(review.works)) == (45, 40)
    with (pristine / "data/literature/screening.csv").open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["reviewer"] == "reviewer_1"]
    assert len(rows) == 45
    assert (review.work_screening["decision"] == "exclude").sum() == 4
    assert review.report["title"] == 'School meals: "what works"'
    assert "title" not in review.package.descriptor


def test_no_instruction_asks_an_index_for_the_package(pristine: Path) -> None:
    assert not list(pristine.glob("requirements*"))
    text = (pristine / "README.md").read_text(encoding="utf-8")
    installs = [line for line in text.splitlines() if "pip install" in line]
    assert installs == ["python -m pip install PATH/TO/oso-analysis pytest"]


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="is not empty"):
        init_project(tmp_path, outputs=False)
    with pytest.raises(InputError, match=r"is a file.*|must not be empty"):
        init_project(tmp_path / "mine.txt", title=" ", outputs=False)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_filled_and_a_failure_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "a b"
    target.mkdir()
    with monkeypatch.context() as patched:
        patched.setattr(
            "oso_analysis.scaffold.start.write_templates", lambda root: 1 / 0 if root else []
        )
        for place in (target, tmp_path / "fresh"):
            with pytest.raises(ZeroDivisionError):
                init_project(place, outputs=False)
    assert not list(target.iterdir())
    assert [path.name for path in tmp_path.iterdir()] == ["a b"]
    # As people do it: standing in the folder, which must stay the one they stand in.
    monkeypatch.chdir(target)
    assert main(["init", ".", "--title", "Ärger: #1", "--no-outputs"]) == 0
    said = capsys.readouterr().out
    assert "oso-analysis run" in said
    assert "cd " not in said
    assert Path.cwd().samefile(target)
    assert load_review(target).report["title"] == "Ärger: #1"
    assert (target / ".gitignore").is_file()


def test_workbooks_offer_the_codebooks_codes(pristine: Path) -> None:
    from openpyxl import load_workbook

    book = load_workbook(pristine / "templates" / "segments.xlsx")
    sheet, codes = book["Data"], book["Codes"]
    header = [cell.value for cell in sheet[1]]
    rules = {
        header["ABCDEFG".index(str(rule.sqref)[0])]: rule.formula1
        for rule in sheet.data_validations.dataValidation
    }
    assert set(rules) == {"theme", "kind", "outcome"}
    column = [cell.value for cell in codes["A"]]
    assert column[0] == "theme"
    assert column[1:7] == ["nutrition", "access", "cost", "procurement", "stigma", "learning"]
    assert rules["theme"] == "Codes!$A$2:$A$7"
    assert codes.sheet_state == "hidden"

    coding = load_workbook(pristine / "templates" / "coding.xlsx")
    assert "codes_theme" in coding.defined_names
    assert "codes_country" in coding.defined_names
    formulas = [rule.formula1 for rule in coding["Data"].data_validations.dataValidation]
    assert 'INDIRECT("codes_"&$D2)' in formulas
    assert (pristine / "templates" / "coding.csv").read_text() == (
        "record_id,coder,basis,facet,code\n"
    )


def test_templates_are_the_same_on_windows(pristine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = template_files(pristine)
    monkeypatch.setattr("sys.platform", "win32")
    assert template_files(pristine) == here


def test_templates_have_fixed_bytes_and_no_clock(pristine: Path) -> None:
    first, second = template_files(pristine), template_files(pristine)
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first["coding.xlsx"])) as archive:
        assert {item.date_time[0] for item in archive.infolist()} == {1980}
        assert b"2000-01-01T00:00:00Z" in archive.read("docProps/core.xml")


def test_the_wheel_carries_what_a_new_project_needs(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flit_core.buildapi import build_wheel

    monkeypatch.chdir(root)
    with zipfile.ZipFile(tmp_path / build_wheel(str(tmp_path))) as wheel:
        names = set(wheel.namelist())
    shipped = {
        f"oso_analysis/scaffold/project/{path.relative_to(PACKAGE / 'project').as_posix()}"
        for path in (PACKAGE / "project").rglob("*")
        if path.is_file()
    }
    assert shipped <= names
    assert {"oso_analysis/scaffold/words.yaml", "oso_analysis/notebooks/template.json"} <= names


@pytest.mark.slow
def test_started_project_runs_checks_and_tests_itself(tmp_path: Path) -> None:
    target = tmp_path / "meals"

    def oso(*words: str, at: Path = target) -> None:
        done = subprocess.run(
            [sys.executable, *words], cwd=at, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    program = ("-c", "import sys; from oso_analysis.cli import main; sys.exit(main())")
    oso(*program, "init", str(target), at=tmp_path)
    oso(*program, "run")
    oso(*program, "check")
    oso("-m", "pytest", "-q")
    oso("-m", "pytest", "-q", "--nbval", "notebooks")
    assert (target / "reports" / "everything" / "index.html").is_file()
