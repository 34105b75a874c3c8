"""What a notebook depends on: the data it uses, and no others, whichever engine runs it."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest

from oso_analysis.runner.execute import NotebookTask, run_notebook
from oso_analysis.runner.inputs import named_inputs
from oso_analysis.runner.workers import local_workers

ROOT = Path(__file__).parents[2]
#: Notebook to the attributes of a review or scope it asks for.
USES = {
    "01_figures.ipynb": ["scope.indicators"],
    "02_works.ipynb": ["scope.works", "review.work_codes"],
    "03_answers.ipynb": ["scope.segments"],
    "04_agreement.ipynb": ["oso.measure_reliability(review).of('screening')"],
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real data with notebooks of two cells."""
    root = tmp_path_factory.mktemp("inputs")
    shutil.copytree(ROOT / "data", root / "data")
    (root / "notebooks").mkdir()
    for name, wanted in USES.items():
        cells = [
            "import oso_analysis as oso\nreview = oso.load_review()",
            "scope = oso.scope_review(review)",
            *(f"len({text})" for text in wanted),
        ]
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
        notebook.cells.insert(0, nbformat.v4.new_code_cell("", metadata={"tags": ["parameters"]}))
        (root / "notebooks" / name).write_text(nbformat.writes(notebook), encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def read(project: Path) -> dict[tuple[str, str], dict[str, str | None]]:
    """Notebook and engine to what it read."""
    found = {}
    with local_workers(2, "warm", project) as place:
        place.check()
        for name in USES:
            for engine in ("warm", "kernel"):
                task = NotebookTask(
                    root=str(project),
                    name=name,
                    parameters={},
                    template=place.template if engine == "warm" else "",
                    sockets=str(place.scratch),
                    checked=True,
                )
                result = place.executor.submit(run_notebook, task).result()
                assert result.failure is None, str(result.failure)
                found[name, engine] = result.read
    return found


def _data(keys: dict[str, str | None]) -> set[str]:
    return {key.removeprefix("data/") for key in keys if key.startswith("data/")}


ALWAYS = {"datapackage.json", "codebook.yaml", "geographies.csv"}
RECORDS = {
    path.relative_to(ROOT / "data").as_posix()
    for path in (ROOT / "data/literature/records").iterdir()
}
SCREENED = {"literature/screening.csv", "literature/screening_adjudication.csv"}
MERGED = RECORDS | {"literature/duplicate_decisions.csv"}
CODED = {f"literature/{name}.csv" for name in ("coding", "coding_consensus", "coding_adjudication")}


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("01_figures.ipynb", {"indicators/indicators.csv"}),
        ("02_works.ipynb", MERGED | SCREENED | CODED),
        ("03_answers.ipynb", {"consultation/submissions.csv", "consultation/segments.csv"}),
        ("04_agreement.ipynb", {"literature/screening.csv"}),
    ],
)
@pytest.mark.parametrize("engine", ["warm", "kernel"])
def test_a_notebook_depends_on_the_data_it_uses(
    read: dict[tuple[str, str], dict[str, str | None]], name: str, files: set[str], engine: str
) -> None:
    assert _data(read[name, engine]) == ALWAYS | files


@pytest.mark.parametrize("name", list(USES))
def test_both_engines_find_the_same_inputs(
    read: dict[tuple[str, str], dict[str, str | None]], name: str
) -> None:
    warm, ordinary = read[name, "warm"], read[name, "kernel"]
    assert warm == ordinary
    assert "package:literature/deduplicate/match.py" in warm
    assert "package:figures/grids.py" not in warm


@pytest.mark.parametrize("place", ["Windows/Fonts", "ProgramData", "home/.fonts", "data/fonts"])
def test_fonts_are_no_inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """Matplotlib opens every font of a machine when it lists them for the first time."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    monkeypatch.setenv("SystemRoot", str(tmp_path / "Windows"))
    monkeypatch.setenv("ProgramData", str(tmp_path / "ProgramData"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    font = tmp_path / place / "Sans.ttf"
    font.parent.mkdir(parents=True)
    font.touch()
    assert named_inputs(tmp_path / "project", [("file", str(font))]) == []


def test_without_forks_fonts_are_listed_before_the_first_kernel(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oso_analysis.runner.forkserver.available", lambda: False)
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    with local_workers(200, "kernel", project) as place:
        assert list(tmp_path.glob("fontlist-*.json"))
        # The most that Windows allows.
        assert place.slots == 61


def test_bad_data_stop_a_run_before_it_begins(
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from oso_analysis.cli import main

    root = tmp_path / "project"
    shutil.copytree(project, root)
    (root / "editions.yaml").write_text(
        "default: all\neditions:\n  all: {title: All, description: All of it, parameters: {}}\n",
        "utf-8",
    )
    for file, old, new in (
        ("consultation/segments.csv", ",multi_agency,", ",multi_agncy,"),
        ("indicators/indicators.csv", ",2007,2007,", ",20x7,2007,"),
        ("literature/screening.csv", "characteristics-0001,", "charakteristics-0001,"),
    ):
        path = root / "data" / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
    monkeypatch.chdir(root)
    for engine in ("warm", "kernel"):
        assert main(["run", "--engine", engine]) == 2
        out, err = capsys.readouterr()
        assert "nothing was run" in err
        assert "'multi_agncy'" in err
        assert "did you mean 'multi_agency'" in err
        assert "'charakteristics-0001'" in err
        assert "indicators/indicators.csv, row 2, column 'period': '20x7'" in err
        assert "Traceback" not in err
        assert "done" not in out
    assert not (root / "reports/all").exists()
