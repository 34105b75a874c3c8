"""`oso-analysis lab` starts this environment's JupyterLab on the tour, and hands options on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from oso_analysis.cli import main
from oso_analysis.cli.lab import START, lab_environment


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Commands that would have been run."""
    commands: list[list[str]] = []

    def call(command: list[str], cwd: Path, env: dict[str, str]) -> int:
        assert env == lab_environment(os.environ)
        assert cwd == Path(command[3].partition("=")[2])
        commands.append(command)
        return 7

    monkeypatch.setattr(subprocess, "call", call)
    return commands


def test_it_opens_on_the_tour_and_hands_every_option_on(
    root: Path, started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root / "notebooks")
    assert main(["lab", "--no-browser", "--port", "8890", "--ServerApp.token=x"]) == 7
    (command,) = started
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--LabApp.default_url=/lab/tree/{START}" in command
    assert command[-4:] == ["--no-browser", "--port", "8890", "--ServerApp.token=x"]
    assert (root / START).is_file()


def test_a_project_without_a_tour_opens_too(
    tmp_path: Path, started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/datapackage.json").write_text("{}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    main(["lab"])
    assert "--LabApp.default_url=/lab" in started[0]


def test_outside_a_project_it_says_so(
    tmp_path: Path,
    started: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["lab"]) == 2
    assert "is not in a project" in capsys.readouterr().err
    assert not started


def test_terminals_find_the_command_and_nobody_is_asked_about_news() -> None:
    given = {"PATH": "elsewhere", "HOME": "mine"}
    made = lab_environment(given)
    scripts, *others = made["PATH"].split(os.pathsep)
    assert list(Path(scripts).glob("oso-analysis*"))
    assert others == ["elsewhere"]
    assert made["HOME"] == "mine"
    (settings,) = Path(made["JUPYTER_CONFIG_PATH"]).glob("labconfig/*.json")
    news = json.loads(settings.read_text("utf-8"))["@jupyterlab/apputils-extension:notification"]
    assert news == {"fetchNews": "false", "checkForUpdates": False}
    assert lab_environment({})["PATH"] == scripts


def test_help_is_our_own(started: list[list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "--help"]) == 0
    assert "Open JupyterLab on" in capsys.readouterr().out
    assert not started
