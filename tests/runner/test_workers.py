"""Folders of runs: each its own, and only those of dead processes of this machine are removed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from oso_analysis.runner import workers
from oso_analysis.runner.workers import private_folder


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    return tmp_path


@pytest.fixture
def dead() -> int:
    """The number of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_every_folder_is_new(shared: Path) -> None:
    folders = [private_folder() for _ in range(3)]
    assert len(set(folders)) == 3
    assert all(folder.is_dir() and folder.parent == shared for folder in folders)
    assert all(f"oso-run-{os.getpid()}-" in folder.name for folder in folders)


@pytest.mark.skipif(sys.platform == "win32", reason="the system cleans up there")
def test_what_a_killed_run_left_on_this_machine_is_removed(shared: Path, dead: int) -> None:
    here = shared / f"oso-run-{dead}-{workers._machine()}-abcdefgh"
    here.mkdir()
    own = private_folder()
    private_folder()
    assert not here.exists()
    assert own.exists()


def test_what_other_machines_use_is_left_alone(
    shared: Path, dead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as elsewhere:
        # A process of this number runs on the other machine, and not on this one.
        elsewhere.setattr("platform.node", lambda: "node-17")
        elsewhere.setattr("os.getpid", lambda: dead)
        theirs = private_folder()
    assert theirs.name.startswith(f"oso-run-{dead}-")
    earlier = shared / f"oso-run-{dead}-abcdefgh"
    earlier.mkdir()
    private_folder()
    assert theirs.exists()
    assert earlier.exists()


def test_the_name_leaves_room_for_a_socket_in_it(shared: Path) -> None:
    # The longest temporary folder of macOS has 49 letters, an address 103 of them.
    assert 49 + len(f"/{private_folder().name}/k4194304-5") <= 103
