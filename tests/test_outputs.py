"""No command overwrites its inputs or the project's own files, or begins what it cannot end."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from oso_analysis.cli import main
from oso_analysis.errors import InputError
from oso_analysis.files import check_output_folder, check_outputs, matching_paths
from oso_analysis.scaffold import init_project

#: Every command that is told a file to write, with the option before the file.
COMMANDS = {
    "prisma": ["prisma", "--output"],
    "evidence-map": ["evidence-map", "--output"],
    "diff": ["diff", "everything", "everything", "--html"],
    "data-dictionary": ["data-dictionary", "--output"],
    "records import": ["records", "import", "a.ris", "--output"],
    "records import --rejects": ["records", "import", "a.ris", "--output", "r.csv", "--rejects"],
    "records deduplicate": ["records", "deduplicate", "a.ris", "--output"],
    "records screening": ["records", "screening", "a.ris", "--output"],
    "consultation export": ["consultation", "export", "--qdpx"],
    "notebooks check": ["notebooks", "check", "--summary"],
    "pseudonymise": ["pseudonymise", "names.csv", "--key", "k.key", "--new-key", "--output"],
    "to-csv": ["to-csv", "names.csv", "--output"],
}
OWN = (
    "data/literature/screening.csv",
    "data/codebook.yaml",
    "data/new.csv",
    "notebooks/01_scale.ipynb",
    "editions.yaml",
    "reports/everything/index.html",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = init_project(tmp_path_factory.mktemp("outputs") / "p", outputs=False)
    published = folder / "reports" / "everything"
    published.mkdir(parents=True)
    (published / "exhibits.json").write_text("[]", encoding="utf-8")
    (published / "index.html").write_text("<p>", encoding="utf-8")
    shutil.copy(folder / "data/literature/records/database.ris", folder / "a.ris")
    (folder / "names.csv").write_text("respondent\nKim\n", encoding="utf-8")
    return folder


@pytest.fixture
def project(made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(made)
    return made


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_the_projects_own_is_not_overwritten(
    project: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = digests(project)
    for own in OWN:
        if name == "to-csv" and own.startswith("data/") and own.endswith(".csv"):
            continue  # writing tables of the data is what it is for
        assert main([*COMMANDS[name], own]) == 2, own
        out, said = capsys.readouterr()
        assert f"{Path(own)}, column '{COMMANDS[name][-1]}': " in said
        assert "wrote" not in out
    assert digests(project) == before


@pytest.mark.parametrize("name", COMMANDS)
def test_a_place_that_cannot_be_written_is_told_before_any_work(
    project: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = digests(project)
    for place, said in (
        ("nowhere/x.csv", "there is no folder nowhere; make it first"),
        ("templates", "is a folder; name a file"),
    ):
        assert main([*COMMANDS[name], place]) == 2
        out, err = capsys.readouterr()
        assert f"{Path(place)}, column '{COMMANDS[name][-1]}': " in err
        assert said in err
        assert out == ""
    assert digests(project) == before


def test_an_import_of_coding_spares_data_and_inputs(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = digests(project)
    book = ["--codebook", "data/codebook.yaml", "--output-dir"]
    table = "data/consultation/segments.csv"
    for folder in ("data/consultation", "data", "notebooks", "names.csv"):
        assert main(["consultation", "import", table, *book, folder]) == 2
    shutil.copy(table, "segments.csv")
    assert main(["consultation", "import", "segments.csv", *book, "."]) == 2
    assert "holds what is read: segments.csv" in capsys.readouterr().err
    Path("segments.csv").unlink()
    assert digests(project) == before
    check_output_folder("--output-dir", Path("new/deep"), ["a.csv"])


def test_an_earlier_output_elsewhere_is_replaced(project: Path) -> None:
    for _ in range(2):
        assert main(["data-dictionary", "--output", "dictionary.md"]) == 0
    Path("dictionary.md").unlink()


def test_what_was_written_is_told_as_it_is_opened_from_here(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["data-dictionary"]) == 0
    monkeypatch.chdir(project / "data/literature")
    assert main(["data-dictionary"]) == 0
    first, second = (line.split(" ", 1)[1] for line in capsys.readouterr().out.splitlines())
    assert Path(first) == Path("docs/data-dictionary.md")
    assert Path(second) == Path("../../docs/data-dictionary.md")
    shutil.rmtree(project / "docs")


def test_all_outputs_are_told_at_once(project: Path) -> None:
    with pytest.raises(InputError) as caught:
        check_outputs(
            {"--a": Path("x.csv"), "--b": Path("./x.csv"), "--c": None, "--d": Path("a.ris")},
            inputs=[Path("templates/../a.ris")],
        )
    assert [problem.column for problem in caught.value.problems] == ["--b", "--d"]


def test_an_empty_template_replaces_no_filled_table(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = Path("data/consultation/submissions.csv")
    before = table.read_bytes()
    command = ["to-csv", "templates/submissions.xlsx", "--output", str(table)]
    assert main(command) == 2
    said = capsys.readouterr().err
    assert f"{Path('templates/submissions.xlsx')}: has no rows below its header yet" in said
    assert "delete submissions.csv if you mean it" in said
    assert table.read_bytes() == before
    table.unlink()
    assert main(command) == 0
    assert main(command) == 0
    table.write_bytes(before)


def test_a_pattern_stands_for_the_files_it_matches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("b.ris", "a.ris", "c.nbib", "d[1].ris"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    given = ["c.nbib", "[ab].ris", "missing.ris", "d[1].ris", str(tmp_path / "c.*")]
    wanted = ["c.nbib", "a.ris", "b.ris", "missing.ris", "d[1].ris", str(tmp_path / "c.nbib")]
    assert matching_paths(map(Path, given)) == list(map(Path, wanted))
    (tmp_path / "e[2024]").mkdir()
    (tmp_path / "e[2024]" / "a.ris").touch()
    assert matching_paths([Path("e[2024]/*.ris")]) == [Path("e[2024]/a.ris")]
    with pytest.raises(InputError, match=r"\*\.bib: matches no file"):
        matching_paths([Path("*.ris"), Path("*.bib")])


@pytest.mark.parametrize(
    "command",
    [
        ["records", "import", "*.ris", "--output", "t.csv"],
        ["records", "deduplicate", "*.ris", "--output", "t.csv"],
        ["consultation", "import", "*.ris", "--codebook", "c.yaml", "--output-dir", "o"],
        ["scan", "*.ris"],
    ],
)
def test_patterns_are_not_left_to_the_shell(
    command: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(command) == 2
    assert "*.ris: matches no file" in capsys.readouterr().err
    (tmp_path / "a.ris").write_text("TY  - JOUR\nTI  - One\nER  - \n", encoding="utf-8")
    main(command)
    assert "*.ris" not in capsys.readouterr().err
