"""The runner's small project: two notebooks whose outputs can be stored and made stale."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

FIXTURE = Path(__file__).parents[1] / "fixtures" / "runner" / "project"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    target = tmp_path / "project"
    shutil.copytree(FIXTURE, target)
    return target


@pytest.fixture
def command(project: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    from oso_analysis.cli import main

    monkeypatch.chdir(project)
    return lambda *words: main(list(words))
