"""Runs: what re-runs and why, how failures look, what stays when something goes wrong."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from oso_analysis.errors import RunError
from oso_analysis.runner.execute import MACHINERY, Failure
from oso_analysis.runner.publish import publish, recover, staging
from oso_analysis.runner.state import tree_digests
from oso_analysis.runner.workers import local_workers

Run = Callable[..., int]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that was run once, to be copied: a run costs seconds."""
    from oso_analysis.cli import main

    folder = tmp_path_factory.mktemp("built") / "project"
    shutil.copytree(Path(__file__).parents[1] / "fixtures" / "runner" / "project", folder)
    here = Path.cwd()
    os.chdir(folder)
    try:
        assert main(["run", "--all"]) == 0
    finally:
        os.chdir(here)
    return folder


@pytest.fixture
def project(built: Path, tmp_path: Path) -> Path:
    """The project after a run."""
    target = tmp_path / "project"
    shutil.copytree(built, target, symlinks=True)
    return target


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    # As if written a while ago: a file as young as the run itself is never trusted.
    os.utime(path, (1, 1))


def test_an_edition_is_whole(project: Path) -> None:
    names = set(tree_digests(project / "reports" / "everything"))
    assert {
        "exhibits.json",
        "index.html",
        "ro-crate-metadata.json",
        "notebooks/01_reports.ipynb",
        "notebooks/02_submissions.ipynb",
        "tables/01-reports-by-year.csv",
        "figures/01-submissions-by-country.svg",
        "figures/01-submissions-by-country.png",
    } <= names


def test_the_digests_of_inputs_can_be_computed_again(
    project: Path, command: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    record = json.loads((project / "reports/everything/exhibits.json").read_bytes())
    inputs = {k: v for k, v in record["inputs"].items() if not k.startswith("oso_analysis/")}
    assert "without outputs" in record["hashes"]["notebook"]
    assert command("notebooks", "digest") == 0
    printed = dict(line.split("  ")[::-1] for line in capsys.readouterr().out.splitlines())
    assert list(printed) == ["notebooks/01_reports.ipynb", "notebooks/02_submissions.ipynb"]
    files = {k: hashlib.sha256((project / k).read_bytes()).hexdigest() for k in inputs}
    assert inputs == files | printed
    # Stored outputs, which a report does not depend on, change the file but not what is named.
    assert command("notebooks", "refresh") == 0
    capsys.readouterr()
    assert command("notebooks", "digest", "01") == 0
    key = "notebooks/01_reports.ipynb"
    assert capsys.readouterr().out == f"{printed[key]}  {key}\n"
    assert hashlib.sha256((project / key).read_bytes()).hexdigest() != files[key]


def test_executed_notebooks_hold_nothing_of_the_run(project: Path) -> None:
    for path in (project / "reports").rglob("*.ipynb"):
        text = path.read_text(encoding="utf-8")
        assert "start_time" not in text
        assert str(project) not in text
        assert "/tmp" not in text  # noqa: S108
    changed = json.loads(
        (project / "reports/to-2019/notebooks/01_reports.ipynb").read_text(encoding="utf-8")
    )
    injected = [c for c in changed["cells"] if c["id"] == "injected-parameters"]
    assert [cell["source"] for cell in injected] == ["# Parameters\nyear_to = 2019\n"]
    assert changed["metadata"]["papermill"] == {"parameters": {"year_to": 2019}}


def test_nothing_changed(command: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("run", "--all") == 0
    assert capsys.readouterr().out == (
        "everything: all is up to date\nto-2019: all is up to date\n"
    )


def test_one_datum_changed(project: Path, command: Run, capsys: pytest.CaptureFixture[str]) -> None:
    edit(project / "data/reports.csv", "2019,12", "2019,13")
    assert command("run", "--explain") == 0
    said = capsys.readouterr().out
    assert "01_reports.ipynb: runs, because data/reports.csv has changed" in said
    assert "02_submissions.ipynb: up to date" in said
    assert "02_submissions.ipynb: done" not in said
    table = project / "reports/everything/tables/01-reports-by-year.csv"
    assert "2019,13" in table.read_text(encoding="utf-8")
    # Going back to what was known before runs nothing at all.
    edit(project / "data/reports.csv", "2019,13", "2019,12")
    assert command("run", "--explain") == 0
    assert "01_reports.ipynb: up to date" in capsys.readouterr().out


def test_outputs_kept_in_a_notebook_do_not_count(
    project: Path, command: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    executed = project / "reports/everything/notebooks/01_reports.ipynb"
    shutil.copyfile(executed, project / "notebooks/01_reports.ipynb")
    assert command("run", "--explain") == 0
    assert "01_reports.ipynb: up to date" in capsys.readouterr().out


def test_a_cell_changed(project: Path, command: Run, capsys: pytest.CaptureFixture[str]) -> None:
    edit(project / "notebooks/01_reports.ipynb", "Reports by year", "Reports a year")
    assert command("run", "--explain") == 0
    said = capsys.readouterr().out
    assert "01_reports.ipynb: runs, because the notebook has changed\n" in said
    assert "02_submissions.ipynb: up to date" in said


def test_reasons_are_told_against_what_is_published(
    project: Path, command: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    data, notebook = project / "data/reports.csv", project / "notebooks/01_reports.ipynb"
    edit(data, "2019,12", "2019,13")
    assert command("run") == 0
    edit(data, "2019,13", "2019,12")
    assert command("run") == 0
    # The data are as published, whatever was computed last.
    (project / "requirements.lock").write_text("pandas==3.1.1\n", encoding="utf-8")
    edit(notebook, "Reports by year", "Reports a year")
    capsys.readouterr()
    assert command("run", "--explain") == 0
    assert (
        "01_reports.ipynb: runs, because the notebook has changed; requirements.lock has appeared\n"
    ) in capsys.readouterr().out


def test_a_changed_parameter_and_a_lost_result_are_reasons(
    project: Path, command: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(project / "editions.yaml", "year_to: 2019", "year_to: 2018")
    assert command("run", "to-2019", "--explain") == 0
    said = "01_reports.ipynb: runs, because parameter year_to has changed\n"
    assert said in capsys.readouterr().out
    shutil.rmtree(project / ".cache/oso-analysis/notebooks")
    assert command("run", "to-2019", "--explain") == 0
    said = "01_reports.ipynb: runs, because its result is no longer kept in .cache\n"
    assert said in capsys.readouterr().out


def test_without_a_publication_the_nearest_result_is_compared(
    project: Path, command: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    data = project / "data/reports.csv"
    edit(data, "2019,12", "2019,13")
    assert command("run", "everything", "to-2019") == 0
    edit(data, "2019,13", "2019,12")
    edit(project / "data/submissions.csv", "GB", "US")
    shutil.rmtree(project / ".cache/oso-analysis/editions")
    capsys.readouterr()
    assert command("run", "--explain", "-p", "year_to=2019", "-p", "style=long") == 0
    said = capsys.readouterr().out
    assert "01_reports.ipynb: up to date" in said
    assert "02_submissions.ipynb: runs, because there is no result yet" in said
    assert command("run", "--explain") == 0
    said = capsys.readouterr().out
    assert "02_submissions.ipynb: runs, because data/submissions.csv has changed\n" in said


def test_a_lock_file_appears(
    project: Path, command: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "requirements.lock").write_text("pandas==3.1.1\n", encoding="utf-8")
    assert command("run", "--explain") == 0
    assert (
        "01_reports.ipynb: runs, because requirements.lock has appeared" in capsys.readouterr().out
    )


def test_what_was_published_is_restored(project: Path, command: Run) -> None:
    folder = project / "reports/everything"
    before = tree_digests(folder)
    (folder / "index.html").write_text("changed by hand", encoding="utf-8")
    (folder / "stray.txt").write_text("stray", encoding="utf-8")
    assert command("run") == 0
    assert tree_digests(folder) == before


def test_both_engines_and_any_number_of_jobs_give_the_same_bytes(
    project: Path, command: Run
) -> None:
    before = tree_digests(project / "reports/everything")
    assert command("run", "--force", "--engine", "kernel", "--jobs", "1") == 0
    assert tree_digests(project / "reports/everything") == before


@pytest.mark.usefixtures("no_exchange")
def test_without_forks_the_bytes_are_the_same_and_nothing_else_is_said(
    project: Path,
    command: Run,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("oso_analysis.runner.forkserver.available", lambda: False)
    before = {name: tree_digests(project / "reports" / name) for name in ("everything", "to-2019")}
    assert command("run", "--all", "--force", "--jobs", "1") == 0
    assert {name: tree_digests(project / "reports" / name) for name in before} == before
    assert capfd.readouterr().err == ""


def test_without_forks_a_process_that_dies_fails_its_task_alone(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oso_analysis.runner.forkserver.available", lambda: False)
    with local_workers(1, "warm", project) as place:
        with pytest.raises(RunError, match="a worker process died before it could answer"):
            place.executor.submit(os._exit, 9).result()
        assert place.executor.submit(os.path.basename, "a/b").result() == "b"


def test_a_failing_cell_fills_one_screen_and_leaves_the_report(
    project: Path, command: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree_digests(project / "reports/everything")
    edit(project / "notebooks/01_reports.ipynb", "reports = pd.read_csv", "reprots = pd.read_csv")
    assert command("run") == 1
    said = capsys.readouterr().err
    assert "notebooks/01_reports.ipynb failed in cell 4 (In [3]) with NameError:" in said
    assert "name 'reports' is not defined" in said
    assert "The published report was left as it was." in said
    assert "Traceback (most recent call last):\n  File" not in said
    assert len(said.splitlines()) <= 40
    assert tree_digests(project / "reports/everything") == before
    assert (project / ".cache/oso-analysis/failed/01_reports.ipynb").is_file()


def test_a_failure_says_its_message_once() -> None:
    message = "2 problems:\n  - coding.csv, row 3: must be a code\n  - coding.csv, row 9: is blank"
    traceback = f"Traceback\nCell In[3], line 1\n----> 1 load()\n\nInputError: {message}"
    said = str(Failure("01.ipynb", 2, 3, "load()", "InputError", message, traceback))
    assert [said.count(line) for line in message.split("\n")] == [1, 1, 1]
    assert "----> 1 load()" in said


def test_bad_parameters_run_nothing(
    project: Path, command: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(project / "editions.yaml", "year_to: 2019", "yearto: 2019")
    assert command("run", "--all") == 2
    assert "editions.yaml, parameter 'yearto': is not a parameter" in capsys.readouterr().err


def test_all_that_is_wrong_with_the_editions_is_told_at_once(
    project: Path, command: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project / "editions.yaml"
    text = path.read_text("utf-8").replace("default: everything", "default: evrything")
    path.write_text(text.replace("year_to: 2019", "yearto: 2019"), "utf-8")
    assert command("run") == 2
    said = capsys.readouterr().err
    assert "did you mean 'everything'?" in said
    assert "did you mean 'year_to'?" in said


@pytest.mark.parametrize("option", ["-p", "--grid"])
def test_a_parameter_without_a_value_is_refused(
    option: str, command: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("run", option, "year_to=", option, "countries= ") == 2
    said = capsys.readouterr().err
    assert f"{option}: 'year_to=' has no value; `none` stands for not set" in said
    assert "'countries= ' has no value" in said


def test_a_list_that_a_shell_took_apart_is_told_of_quotes(
    command: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    hint = 'needs quotes: -p "countries=GB,US"'
    assert command("run", "-p", "countries=GB", "US") == 2
    said = capsys.readouterr().err
    assert "'US' is not an edition" in said
    assert hint in said
    with pytest.raises(SystemExit):
        command("run", "to-2019", "--grid", "countries=GB", "US")
    assert hint in capsys.readouterr().err
    assert command("run", "US") == 2
    assert hint not in capsys.readouterr().err


def test_parameters_on_the_command_line_make_an_edition_of_their_own(
    project: Path, command: Run
) -> None:
    before = tree_digests(project / "reports/everything")
    assert command("run", "-p", "year_to=2018") == 0
    table = project / "reports/everything--year_to=2018/tables/01-reports-by-year.csv"
    assert table.read_text(encoding="utf-8").splitlines()[1:] == ["2018,10"]
    assert tree_digests(project / "reports/everything") == before


def test_a_grid_with_failures_ends_with_a_table(
    project: Path, command: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(
        project / "notebooks/01_reports.ipynb",
        "if year_to is not None:",
        'assert year_to != 2019, \\"no such year\\"\\nif year_to is not None:',
    )
    assert command("run", "--grid", "year_to=2018..2020") == 1
    out, err = capsys.readouterr()
    assert out.endswith("2 of 3 editions published\n")
    assert "everything--year_to=2019" in err
    assert "AssertionError" in err
    assert (project / "reports/everything--year_to=2018/index.html").is_file()
    assert (project / "reports/everything--year_to=2020/index.html").is_file()
    assert not (project / "reports/everything--year_to=2019").exists()
    # What was published then is not said to be published now.
    assert command("run", "--grid", "year_to=2018,2020") == 0
    assert capsys.readouterr().out.endswith("2 of 2 editions up to date\n")
    assert command("run", "--grid", "year_to=2017,2018") == 0
    assert capsys.readouterr().out.endswith("1 of 2 editions published, 1 up to date\n")
    assert command("run", "--grid", "year_to=2018..2020") == 1
    assert capsys.readouterr().out.endswith("2 of 3 editions up to date\n")


def test_values_written_alike_make_editions_of_their_own(
    project: Path, command: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(
        project / "notebooks/01_reports.ipynb",
        "[1990..2026]",
        "[1990..2026]\\ntags: list[str] = []  # Any words.\\nlabel: str = 'b'  # A word.",
    )
    assert command("run", "--grid", "tags=[],all") == 0
    assert command("run", "-p", "tags=[a+b]") == 0
    assert command("run", "--grid", "tags=a+b") == 0
    assert command("run", "--grid", "label=a,A") == 0
    assert "is being built" not in capsys.readouterr().err
    names = {path.name.lower() for path in (project / "reports").glob("everything--*")}
    assert len(names) == 6
    assert {"everything--tags=all", "everything--tags=a+b", "everything--label=a"} <= names


def test_two_runs_do_not_share_an_edition(
    project: Path, command: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    fcntl = pytest.importorskip("fcntl", reason="locks are of another kind here")
    with (project / "reports/.everything.lock").open("a+") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        stream.truncate(0)
        stream.write("4711\n")
        stream.flush()
        assert command("run", "--force") == 1
    assert "edition everything is being built by another run (process 4711)" in (
        capsys.readouterr().err
    )


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 0)() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_said_plainly(
    project: Path, command: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "reports").chmod(0o555)
    try:
        assert command("run", "--force") == 1
    finally:
        (project / "reports").chmod(0o755)
    assert "writing there is not allowed" in capsys.readouterr().err


def test_a_full_disk_is_said_plainly(
    project: Path,
    command: Run,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import errno

    before = tree_digests(project / "reports/everything")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("oso_analysis.runner.state._replace", full)
    assert command("run", "--force") == 1
    said = capsys.readouterr().err
    assert "cannot write .cache: the disk is full. The published report was left as it was." in said
    assert tree_digests(project / "reports/everything") == before


def test_a_run_killed_between_two_renames_is_put_right(tmp_path: Path) -> None:
    old = tmp_path / ".one.old"
    old.mkdir()
    (old / "index.html").write_text("old", encoding="utf-8")
    staging(tmp_path, "one")
    recover(tmp_path, "one")
    assert tree_digests(tmp_path).keys() == {"one/index.html"}


@pytest.fixture
def no_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    """Publish by two renames, as on Windows, and lose patience soon."""
    monkeypatch.setattr("oso_analysis.runner.publish._exchange", lambda *_: False)
    monkeypatch.setattr("oso_analysis.runner.moving._PATIENCE", 0.3)


def stage(reports: Path, text: str) -> None:
    (staging(reports, "one") / "index.html").write_text(text, encoding="utf-8")


def hold_open(monkeypatch: pytest.MonkeyPatch, name: str, *, times: int) -> None:
    """Refuse to rename a folder as often as said, as Windows does while somebody looks into it."""
    left = [times]
    replace = Path.replace

    def refusing(self: Path, target: Path) -> Path:
        if self.name == name and left[0]:
            left[0] -= 1
            raise PermissionError(13, "Access is denied", str(self))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refusing)


@pytest.mark.usefixtures("no_exchange")
def test_publication_without_an_exchange(tmp_path: Path) -> None:
    for text in ("first", "second"):
        stage(tmp_path, text)
        publish(tmp_path, "one")
        assert (tmp_path / "one/index.html").read_text(encoding="utf-8") == text
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


@pytest.mark.usefixtures("no_exchange")
@pytest.mark.parametrize("name", ["one", ".one.new"])
def test_a_folder_looked_into_for_a_moment_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    stage(tmp_path, "first")
    publish(tmp_path, "one")
    stage(tmp_path, "second")
    hold_open(monkeypatch, name, times=2)
    publish(tmp_path, "one")
    assert (tmp_path / "one/index.html").read_text(encoding="utf-8") == "second"


@pytest.mark.usefixtures("no_exchange")
@pytest.mark.parametrize("name", ["one", ".one.new"])
def test_a_report_open_in_word_stays_and_it_is_said_what_to_close(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    stage(tmp_path, "first")
    publish(tmp_path, "one")
    stage(tmp_path, "second")
    hold_open(monkeypatch, name, times=1000)
    with pytest.raises(RunError, match=r"close what is open from that folder: Word, Excel") as told:
        publish(tmp_path, "one")
    assert "The published report was left as it was." in str(told.value)
    assert (tmp_path / "one/index.html").read_text(encoding="utf-8") == "first"
    recover(tmp_path, "one")
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_the_machinery_is_what_is_loaded() -> None:
    """The modules that act on every notebook are listed; here they are found out."""
    import subprocess

    code = (
        "import sys, oso_analysis.runner.execute, oso_analysis.runner.kernels,"
        " oso_analysis.runner.kernel;"
        "print(*sorted(m.__file__ for n, m in sys.modules.items()"
        " if n.startswith('oso_analysis')), sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    import oso_analysis

    base = Path(oso_analysis.__file__).parent
    assert [Path(line).relative_to(base).as_posix() for line in done.stdout.split()] == sorted(
        MACHINERY
    )
