"""Everything that is easily forgotten is found, at once, with its file and what to do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oso_analysis.inspection import inspect_project
from oso_analysis.scaffold import init_project


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A started project whose notebooks look as if they had outputs."""
    root = init_project(tmp_path_factory.mktemp("inspected") / "meals", outputs=False)
    for path in (root / "notebooks").glob("*.ipynb"):
        change(
            path,
            lambda cells: cells[-1].update(outputs=[{"output_type": "stream"}], cell_type="code"),
        )
    return root


@pytest.fixture
def project(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "meals"))


def change(path: Path, edit: Callable[[list[dict[str, Any]]], object]) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    edit(content["cells"])
    path.write_text(json.dumps(content), encoding="utf-8")


def replace(path: Path, old: str, new: str, times: int = -1) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, times), encoding="utf-8")


def windows(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("Example", "Müller", 1)
    path.write_bytes(text.encode("cp1252"))


def code(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": [], "metadata": {}}


def text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "source": source, "metadata": {}}


def found(root: Path) -> list[str]:
    return [str(problem) for problem in inspect_project(root).problems]


def test_a_started_project_has_forgotten_nothing(project: Path) -> None:
    assert found(project) == []


def test_this_project_has_forgotten_nothing(root: Path) -> None:
    assert found(root) == []


SCALE = "notebooks/01_scale.ipynb"
THEMES = "notebooks/03_literature_themes.ipynb"


def _typed(cells: list[dict[str, Any]]) -> None:
    cells.append(text("In all 1,204 works were found; see [12 works](#a), `9 works` and 95 %."))
    cells.append(code('exhibits.prose("Of these, 12 % are new.")'))
    cells.append(text("Of these, 13\N{NO-BREAK SPACE}% are old, by 14 points raised."))


def _two_slips(root: Path) -> None:
    replace(root / "editions.yaml", "default: everything", "default: evrything")
    replace(root / "editions.yaml", "countries: [GB]", "countries: [UK]")


def _function(cells: list[dict[str, Any]]) -> None:
    cells.append(code("%matplotlib inline\ndef helper(x):\n    return x"))


def _repeated(cells: list[dict[str, Any]]) -> None:
    cells.append(code('exhibits.table(t, id="works-by-theme", title="x")'))


FORGOTTEN: list[tuple[str, Callable[[Path], object], list[str]]] = [
    (
        "a file nothing describes",
        lambda root: (root / "data/indicators/indicator.csv").write_text("a\n", encoding="utf-8"),
        ["data/indicators/indicator.csv: is described nowhere, so nothing reads it"],
    ),
    (
        "a described file that is gone",
        lambda root: (root / "data/indicators/breaks.csv").rename(
            root / "data/indicators/breaks-old.csv"
        ),
        [
            "'indicators/breaks.csv' is described but does not exist (did you mean "
            "'indicators/breaks-old.csv'?)",
            "data/indicators/breaks-old.csv: is described nowhere",
        ],
    ),
    (
        "a code used but not in the codebook",
        lambda root: replace(root / "data/codebook.yaml", "  stigma:\n", "  shame:\n"),
        ["literature/coding.csv", "must be one of the codes of theme"],
    ),
    (
        "a code tables are made from",
        lambda root: replace(root / "data/codebook.yaml", "  solution:", "  remedy:"),
        ["consultation/segments.csv", "'solution' must be one of issue, remedy"],
    ),
    (
        "a workbook instead of its table",
        lambda root: (root / "data/indicators/breaks.xlsx").write_bytes(b"PK"),
        ["oso-analysis to-csv data/indicators/breaks.xlsx --output data/indicators/breaks.csv"],
    ),
    (
        "a coder spelt in two ways",
        lambda root: replace(root / "data/literature/coding.csv", ",coder_2,", ",Coder 2,", 1),
        [
            "literature/coding.csv, row",
            "'Coder 2' is like another name, but is not counted with it",
            "(did you mean 'coder_2'?)",
        ],
    ),
    (
        "a bracket left open",
        lambda root: (root / "editions.yaml").write_text("editions: [\n", encoding="utf-8"),
        ["editions.yaml, row 2: is not readable YAML (", "look for a quote, a bracket"],
    ),
    (
        "no parameters tag",
        lambda root: change(root / SCALE, lambda cells: cells[1].update(metadata={})),
        [f"{SCALE}: must have its first code cell, and no other, tagged `parameters`; JupyterLab"],
    ),
    (
        "one notebook's own default",
        lambda root: replace(
            root / THEMES, "year_to: int | None = None", "year_to: int | None = 2012"
        ),
        [f"{THEMES}, row 1, column 'year_to': is 2012 by default here but None in 01_scale.ipynb"],
    ),
    (
        "brackets that hold nothing legal",
        lambda root: replace(root / THEMES, "all. [theme]", "all. [themes]"),
        [f"{THEMES}, row 3, column 'themes': '[themes]' is not a range", "mean '[theme]'?"],
    ),
    (
        "a function in a notebook",
        lambda root: change(root / SCALE, _function),
        [f"{SCALE}, cell ", "'helper' is defined in a notebook, where no test sees it"],
    ),
    (
        "numbers typed into text",
        lambda root: change(root / SCALE, _typed),
        [
            "'1,204 works' is typed",
            "'12 %' is typed, so it stays when the data change",
            "'13 %' is typed",
            "'14 points raised' is typed",
        ],
    ),
    (
        "an id given twice",
        lambda root: change(root / SCALE, _repeated),
        ["'works-by-theme' is the id of an exhibit in notebooks/01_scale.ipynb already"],
    ),
    (
        "an id that is a chapter's name",
        lambda root: change(
            root / SCALE,
            lambda cells: cells.append(code('exhibits.table(t, id="scale", title="x")')),
        ),
        [f"{SCALE}, column 'id': 'scale' is the name of the chapter 01_scale.ipynb already"],
    ),
    (
        "a notebook without outputs",
        lambda root: change(root / SCALE, lambda cells: [c.pop("outputs", 0) for c in cells]),
        [f"{SCALE}: is stored without outputs", "oso-analysis notebooks refresh 01_scale"],
    ),
    (
        "code that is no Python",
        lambda root: change(root / SCALE, lambda cells: cells.append(code("for x in:\n"))),
        ["is not Python (invalid syntax)"],
    ),
    (
        "a wrong parameter, country and theme in an edition",
        lambda root: replace(
            root / "editions.yaml",
            "countries: [GB]",
            "countries: [UK]\n      theme: [cost]\n      themes: [costs]",
        ),
        [
            "edition 'united-kingdom', parameter 'countries': 'UK' is not one of",
            "parameter 'theme': is not a parameter of any notebook",
            "'costs' is not one of nutrition, access, cost",
        ],
    ),
    (
        "a default that is not there beside a wrong country",
        _two_slips,
        ["'evrything'", "(did you mean 'everything'?)", "'countries': 'UK' is not one of"],
    ),
    (
        "a data dictionary that is out of step",
        lambda root: (root / "docs/data-dictionary.md").write_text("old", encoding="utf-8"),
        ["docs/data-dictionary.md: is not what data and codebook say now"],
    ),
    (
        "a template that is out of step",
        lambda root: (root / "templates/coding.csv").unlink(),
        ["templates/coding.csv: is not what description and codebook say now"],
    ),
    (
        "a licence",
        lambda root: (root / "LICENSE").unlink(),
        ["LICENSE: is missing"],
    ),
    (
        "a table in a Windows encoding",
        lambda root: windows(root / "data/consultation/submissions.csv"),
        ["consultation/submissions.csv, row 2: is not UTF-8; save it as 'CSV UTF-8', or mend it"],
    ),
    (
        "countries that YAML reads as something else",
        lambda root: replace(root / "editions.yaml", "countries: [GB]", "countries: [NO, [1]]"),
        ["must be a list of texts", "YAML reads NO, ON, YES and the like as yes or no unless they"],
    ),
    (
        "coders by their names",
        lambda root: replace(root / "data/literature/coding.csv", ",coder_1,", ",anna,"),
        ["'coder_1'", "anna"],
    ),
]


@pytest.mark.parametrize(("act", "words"), [pytest.param(*f[1:], id=f[0]) for f in FORGOTTEN])
def test_what_was_forgotten_is_found(
    project: Path, act: Callable[[Path], object], words: list[str]
) -> None:
    act(project)
    said = "\n".join(found(project))
    for word in words:
        assert word in said
    assert "Traceback" not in said


def test_all_findings_come_at_once(project: Path) -> None:
    for name, act, _ in FORGOTTEN:
        if name in {"a licence", "a function in a notebook", "a file nothing describes"}:
            act(project)
    assert len(found(project)) == 3


def test_numbers_of_methods_are_no_findings(project: Path) -> None:
    fine = "Following PRISMA 2020, as in 2019. A 95 % interval; shares exceed 100 %. See `3 works`."
    change(project / SCALE, lambda cells: cells.append(text(fine)))
    assert found(project) == []


def test_codes_that_no_data_use_are_only_noted(project: Path) -> None:
    replace(
        project / "data/codebook.yaml", "  learning:\n", "  waste: {label: Waste}\n  learning:\n"
    )
    notes = [str(note) for note in inspect_project(project).notes]
    assert any("'waste' is used by no data" in note for note in notes)
    assert any("'waste' has no definition" in note for note in notes)


def test_included_works_that_nobody_coded_are_only_noted(project: Path) -> None:
    path = project / "data/literature/coding.csv"
    kept = [row for row in path.read_text("utf-8").splitlines() if "register-" not in row]
    path.write_text("\n".join(kept) + "\n", "utf-8")
    inspection = inspect_project(project)
    assert inspection.problems == ()
    (note,) = [str(note) for note in inspection.notes if "without any code" in str(note)]
    assert note.startswith("literature/coding.csv: ")
    assert "register-" in note


def test_an_export_in_a_windows_encoding_is_no_fault(project: Path) -> None:
    windows(project / "data/literature/records/register.csv")
    assert found(project) == []


def test_what_a_notebook_lacks_is_told_once(project: Path) -> None:
    change(project / SCALE, lambda cells: cells[1].update(metadata={}))
    assert len(found(project)) == 1
