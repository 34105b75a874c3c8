"""The command line's frame: statuses, messages, and speed when there is nothing to do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from oso_analysis.cli import main
from oso_analysis.errors import InputError, Problem, RunError


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
    assert "must be at least 1" in capsys.readouterr().err


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
    assert "is not in a project" in capsys.readouterr().err


def test_the_quick_answer_imports_nothing_heavy() -> None:
    code = (
        "import sys; import oso_analysis.cli, oso_analysis.cli.run, oso_analysis.runner.quick,"
        " oso_analysis.project; oso_analysis.cli._parser();"
        "print(*{'pandas', 'numpy', 'papermill', 'yaml', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
