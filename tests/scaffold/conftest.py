"""A project started once, copied for each test; its notebooks run only where a test says so."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from oso_analysis.scaffold import init_project


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("started") / "meals"
    return init_project(folder, title='School meals: "what works"', outputs=False)


@pytest.fixture
def project(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "meals"))


@pytest.fixture
def command(project: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    from oso_analysis.cli import main

    monkeypatch.chdir(project)
    return lambda *words: main(list(words))
