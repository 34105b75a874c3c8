"""The command line's frame: statuses, messages, and speed when there is nothing to do."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from oso_analysis.cli import _parser, main
from oso_analysis.editions import Edition
from oso_analysis.errors import InputError, Problem, RunError
from oso_analysis.project import find_root
from oso_analysis.runner.build import Outcome


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    said = capsys.readouterr().out
    for name in ("run", "verify", "diff", "check", "records", "consultation"):
        assert f"\n    {name} " in said


def test_wrong_usage_is_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["run", "--jobs", "0"])
    assert caught.value.code == 2
    assert "at least 1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "--jobs", "many"], "'many' must be a whole number, at least 1"),
        (["verify", "--jobs", "0"], "'0' must be a whole number, at least 1"),
        (["rnu"], "'rnu' is not one of run, lab, "),
        (["rnu"], "(did you mean 'run'?)"),
        (["records", "dedup"], "(did you mean 'deduplicate'?)"),
        (["run", "--engine", "wrm"], "(did you mean 'warm'?)"),
    ],
)
def test_a_slip_is_answered_with_the_right_word(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "listed"),
    [
        ([], "build editions"),
        (["records"], "read exports into one table"),
        (["consultation"], "read coding projects"),
        (["notebooks"], "run notebooks again"),
    ],
)
def test_no_command_is_answered_with_what_there_is(
    words: list[str], listed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert listed in " ".join(capsys.readouterr().err.split())


def test_every_option_of_every_command_is_explained() -> None:
    def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
        yield parser
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                for below in action.choices.values():
                    yield from parsers(below)

    silent = [
        f"{parser.prog} {action.dest}"
        for parser in parsers(_parser())
        for action in parser._actions
        if not action.help and not isinstance(action, argparse._SubParsersAction)
    ]
    assert silent == []


def raising(error: BaseException) -> Callable[..., int]:
    def handler(*_: object, **__: object) -> int:
        raise error

    return handler


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (InputError([Problem("is wrong", file="a.csv")]), 2, "a.csv: is wrong"),
        (RunError("the disk is full"), 1, "oso-analysis: the disk is full"),
        (KeyboardInterrupt(), 130, "interrupted; what was published is as it was"),
    ],
)
def test_errors_become_statuses_without_traceback(
    error: BaseException,
    status: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("oso_analysis.project.find_root", raising(error))
    assert main(["run"]) == status
    shown = capsys.readouterr().err
    assert said in shown
    assert "Traceback" not in shown


def test_a_bug_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oso_analysis.project.find_root", raising(ZeroDivisionError("bug")))
    with pytest.raises(ZeroDivisionError, match="bug"):
        main(["run"])


def test_outside_a_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run"]) == 2
    said = capsys.readouterr().err
    assert f"{tmp_path}: is not in a project" in said
    assert "oso-analysis init" in said


def test_a_path_that_is_not_there_does_not_find_the_project_above_it(root: Path) -> None:
    assert find_root(root / "src") == root
    with pytest.raises(InputError, match="does not exist"):
        find_root(root / "elsewhere")


def test_a_run_says_where_to_look(
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(data, tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    edition = Edition("update", "Update")
    failure = RunError("01.ipynb failed in cell 3 with KeyError: many words")
    for outcome, status, said in (
        (Outcome(edition, assembled=True), 0, "open reports/update/index.html\n"),
        (Outcome(edition, failure), 1, ""),
    ):
        monkeypatch.setattr(
            "oso_analysis.runner.command.run", lambda *_, _made=outcome, **__: [_made]
        )
        assert main(["run", "--force"]) == status
        out, err = capsys.readouterr()
        assert out == said
        assert ("01.ipynb failed in cell 3" in err) == bool(status)


def test_where_to_look_is_said_as_it_is_seen_from_here(
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(data, tmp_path / "data")
    page = tmp_path / "reports/update/index.html"
    page.parent.mkdir(parents=True)
    page.touch()
    outcome = Outcome(Edition("update", "Update"), assembled=True)
    monkeypatch.setattr("oso_analysis.runner.command.run", lambda *_, **__: [outcome])
    for folder in (tmp_path, tmp_path / "data", tmp_path / "data/literature", page.parent):
        monkeypatch.chdir(folder)
        assert main(["run", "--force"]) == 0
        said = Path(capsys.readouterr().out.removeprefix("open ").rstrip("\n"))
        assert not said.is_absolute()
        assert said.resolve() == page.resolve()


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_console_that_lacks_a_letter_does_not_end_the_program(
    tmp_path: Path, encoding: str
) -> None:
    code = "import sys; from oso_analysis.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "to-csv", "Ω→.csv"],
        capture_output=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
        check=False,
    )
    assert done.returncode == 2
    assert b"\\u03a9\\u2192.csv" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_reader_that_has_gone_ends_the_output_quietly(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\n1\n", encoding="utf-8")
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "oso_analysis", "to-csv", "t.csv"],
        stdout=writing,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_the_quick_answer_imports_nothing_heavy() -> None:
    code = (
        "import sys; import oso_analysis.cli, oso_analysis.cli.run, oso_analysis.runner.quick,"
        " oso_analysis.project; oso_analysis.cli._parser();"
        "print(*{'pandas', 'numpy', 'papermill', 'yaml', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
