"""Whatever `check` refuses of the data, a run and every command on a whole review refuse too."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from oso_analysis.cli import main
from oso_analysis.scaffold import init_project

EDITIONS = """default: all
editions:
  all: {title: All, description: All of it, parameters: {}}
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A started project with one chapter, run once."""
    root = init_project(tmp_path_factory.mktemp("checked") / "meals", outputs=False)
    for path in (root / "notebooks").glob("*.ipynb"):
        if path.name != "01_scale.ipynb":
            path.unlink()
    (root / "editions.yaml").write_text(EDITIONS, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        assert main(["run"]) == 0
    return root


@pytest.fixture
def project(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = Path(shutil.copytree(published, tmp_path / "meals"))
    monkeypatch.chdir(root)
    return root


def _reviewer(root: Path) -> None:
    path = root / "data/literature/screening.csv"
    path.write_text(path.read_text("utf-8").replace("reviewer_1", "Reviewer_1", 1), "utf-8")


def _export(root: Path) -> None:
    records = root / "data/literature/records"
    shutil.copy(records / "database.ris", records / "more.ris")


SLIPS = [
    pytest.param(_reviewer, "'Reviewer_1' is like another name", id="a person"),
    pytest.param(_export, "records/more.ris: is described nowhere", id="an export"),
]


@pytest.mark.parametrize(("act", "says"), SLIPS)
@pytest.mark.parametrize(
    "words",
    [
        ["check"],
        ["run"],
        ["run", "--engine", "kernel"],
        ["run", "--force"],
        ["verify"],
        ["prisma", "--output", "flow.csv"],
        ["evidence-map", "--output", "map.html"],
    ],
    ids=" ".join,
)
def test_every_command_refuses_it(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    act: Callable[[Path], None],
    says: str,
    words: list[str],
) -> None:
    before = {path.name for path in project.iterdir()}
    act(project)
    assert main(words) == 2
    assert says in capsys.readouterr().err
    assert {path.name for path in project.iterdir()} == before


@pytest.mark.parametrize(("act", "says"), SLIPS)
def test_a_refusal_is_not_forgotten_and_ends_with_its_cause(
    project: Path, capsys: pytest.CaptureFixture[str], act: Callable[[Path], None], says: str
) -> None:
    before = {path: path.read_bytes() for path in (project / "data").rglob("*") if path.is_file()}
    act(project)
    for _ in range(2):
        assert main(["run"]) == 2
        assert says in capsys.readouterr().err
    for path in [path for path in (project / "data").rglob("*") if path.is_file()]:
        if path in before:
            path.write_bytes(before[path])
        else:
            path.unlink()
    assert main(["run"]) == 0
    assert "all is up to date" in capsys.readouterr().out


def test_a_new_note_beside_the_data_runs_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "data/notes.txt").write_text("Ask the register for the missing years.\n", "utf-8")
    for _ in range(2):
        assert main(["run"]) == 0
        assert capsys.readouterr().out == "all: all is up to date\n"
