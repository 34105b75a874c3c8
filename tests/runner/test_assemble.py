"""Assembling in a process that lives on, as it does where a system cannot fork."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

#: Assembles an edition twice and prints which files of its temporary folder are still open.
_TWICE = """
import json, os, sys
from pathlib import Path
from oso_analysis.editions import EditionInfo
from oso_analysis import __version__
from oso_analysis.runner.assemble import AssembleTask, assemble

root, temporary = Path.cwd(), os.path.realpath(sys.argv[1])
info = EditionInfo("everything", "All", "All of it", {}, "", {}, {"oso-analysis": __version__})
executed = {p.name: str(p) for p in root.glob("reports/everything/notebooks/*.ipynb")}
read = []
for name in ("first", "second"):
    out = root / ".cache" / name
    out.mkdir()
    read.append(assemble(AssembleTask(str(root), info, executed, str(out), temporary)))
held = [os.path.realpath(path) for path in Path("/proc/self/fd").iterdir()]
print(json.dumps([read, [path for path in held if path.startswith(temporary)]]))
"""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are not listed here")
def test_nothing_temporary_stays_open(
    project: Path, command: Callable[..., int], tmp_path: Path
) -> None:
    assert command("run") == 0
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", _TWICE, str(temporary)],
        cwd=project,
        env={**os.environ, "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (first, second), held = json.loads(done.stdout)
    assert held == []
    assert list(temporary.iterdir()) == []
    # The second report depends on what the first one left in memory.
    assert "package:report/templates/style.css" in first
    assert second == first


#: Begins and ends traces while other threads open files, and prints what went wrong there.
_THREADS = """
import sys, threading, time
from oso_analysis.runner.tracing import tracing

wrong, ended = [], threading.Event()

def read():
    while not ended.is_set():
        try:
            open(sys.argv[1]).close()
        except OSError as error:
            wrong.append(error)

threads = [threading.Thread(target=read) for _ in range(3)]
for thread in threads:
    thread.start()
until = time.monotonic() + 1
while time.monotonic() < until:
    with tracing(sys.argv[2]):
        pass
ended.set()
for thread in threads:
    thread.join()
print(len(wrong))
"""


def test_a_trace_ends_without_harm_to_another_thread(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.touch()
    done = subprocess.run(
        [sys.executable, "-c", _THREADS, str(path), str(tmp_path / "trace")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "0"), done.stderr
