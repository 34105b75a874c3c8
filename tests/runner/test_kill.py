"""SIGKILL at random moments: the published report is the old or the new one, whole."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from oso_analysis.runner.state import tree_digests

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")

COMMAND = [sys.executable, "-c", "from oso_analysis.cli import main; main(['run'])"]


def write_data(project: Path, number: int) -> None:
    path = project / "data/reports.csv"
    path.write_text(f"year,n_reports\n2018,{number}\n", encoding="utf-8")


def run(project: Path) -> subprocess.Popen[bytes]:
    null = subprocess.DEVNULL
    return subprocess.Popen(COMMAND, cwd=project, stdout=null, stderr=null, start_new_session=True)


def state_after(project: Path, number: int) -> dict[str, str]:
    """What an undisturbed run publishes for a datum."""
    write_data(project, number)
    assert run(project).wait() == 0
    return tree_digests(project / "reports/everything")


def kill_often(project: Path, times: int, seed: int) -> dict[str, int]:
    shutil.rmtree(project / ".cache", ignore_errors=True)
    expected = {number: state_after(project, number) for number in (1, 2)}
    start = time.monotonic()
    write_data(project, 1)
    shutil.rmtree(project / ".cache")
    assert run(project).wait() == 0
    whole = time.monotonic() - start
    generator = random.Random(seed)
    tally = {"old": 0, "new": 0, "running": 0}
    now = 1
    for _ in range(times):
        wanted = 3 - now
        write_data(project, wanted)
        shutil.rmtree(project / ".cache", ignore_errors=True)
        process = run(project)
        time.sleep(generator.uniform(0, whole * 1.1))
        tally["running"] += process.poll() is None
        process.kill()
        process.wait()
        found = tree_digests(project / "reports/everything")
        assert found in (expected[now], expected[wanted]), "neither the old nor the new report"
        if found == expected[wanted]:
            now = wanted
            tally["new"] += 1
        else:
            tally["old"] += 1
    # The next run completes without help, and leaves nothing of the killed ones.
    assert state_after(project, 1) == expected[1]
    left = {path.name for path in (project / "reports").iterdir()}
    assert left == {"everything", ".everything.lock"}
    return tally


def test_killed_a_few_times(project: Path) -> None:
    tally = kill_often(project, 2, seed=1)
    assert tally["old"] + tally["new"] == 2


@pytest.mark.slow
def test_killed_fifty_times(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tally = kill_often(project, 50, seed=2)
    with capsys.disabled():
        print(f"\n50 kills: {tally}")
    assert tally["running"] >= 25


def test_no_process_outlives_a_killed_run(project: Path) -> None:
    process = run(project)
    time.sleep(2.0)
    process.kill()
    process.wait()
    end = time.monotonic() + 15
    while time.monotonic() < end and _children_of(process.pid):
        time.sleep(0.1)
    assert not _children_of(process.pid)


def _children_of(pid: int) -> list[str]:
    """Processes working in the killed run's scratch folder, by its number in their command."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        if f"oso-run-{pid}-" in environment:
            found.append(folder.name)
    return found
