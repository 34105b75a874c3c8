"""A small project to run, and one task run at a time."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[1] / "fixtures" / "runner"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two notebooks, two tables, two editions; copied, so that a test may change it."""
    target = tmp_path / "project"
    shutil.copytree(FIXTURES / "project", target)
    return target


@pytest.fixture
def command(project: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run the command line inside the project."""
    from oso_analysis.cli import main

    monkeypatch.chdir(project)
    return lambda *words: main(list(words))
