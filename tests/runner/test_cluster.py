"""The same tasks on a real Dask scheduler and two workers, each in a folder of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from oso_analysis.runner.state import tree_digests

distributed = pytest.importorskip("distributed", reason="the optional extra dask is not installed")

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="workers fork their kernels"
)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    base = tmp_path_factory.mktemp("cluster")
    contact = base / "scheduler.json"
    command = [sys.executable, "-m", "dask"]
    with contextlib.ExitStack() as stack:

        def start(folder: Path, *words: str) -> None:
            folder.mkdir()
            log = stack.enter_context((folder / "log").open("wb"))
            process = subprocess.Popen(
                [*command, *words], cwd=folder, stdout=log, stderr=log, start_new_session=True
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)

        local = ("--host", "127.0.0.1", "--dashboard-address", ":0")
        start(base / "scheduler", "scheduler", "--scheduler-file", str(contact), *local)
        for number in (1, 2):
            folder = base / f"worker-{number}"
            words = ("--local-directory", str(folder), "--nthreads", "1")
            start(folder, "worker", "--scheduler-file", str(contact), *words)
        end = time.monotonic() + 60
        while not contact.exists() and time.monotonic() < end:
            time.sleep(0.1)
        with distributed.Client(scheduler_file=str(contact), timeout=60) as client:
            client.wait_for_workers(2, timeout=60)
            address = client.scheduler.address
        yield address


def test_results_are_those_of_a_local_run(
    cluster: str, project: Path, command: Callable[..., int]
) -> None:
    assert command("run", "--all") == 0
    local = {name: tree_digests(project / "reports" / name) for name in ("everything", "to-2019")}
    assert command("run", "--all", "--force", "--scheduler", cluster) == 0
    for name, digests in local.items():
        assert tree_digests(project / "reports" / name) == digests


def test_a_killed_worker_is_replaced(
    cluster: str, project: Path, command: Callable[..., int]
) -> None:
    assert command("run") == 0
    local = tree_digests(project / "reports" / "everything")
    killed = []

    def kill() -> None:
        with distributed.Client(cluster, timeout=30, set_as_default=False) as client:
            end = time.monotonic() + 60
            while time.monotonic() < end and not killed:
                busy = [worker for worker, tasks in client.processing().items() if tasks]
                if busy:
                    pids = client.run(os.getpid, workers=busy[:1])
                    os.kill(next(iter(pids.values())), signal.SIGKILL)
                    killed.extend(pids)
                time.sleep(0.02)

    thread = threading.Thread(target=kill)
    thread.start()
    status = command("run", "--force", "--scheduler", cluster)
    thread.join()
    assert killed
    assert status == 0
    assert tree_digests(project / "reports" / "everything") == local


def test_no_scheduler_is_said_plainly(
    project: Path,
    command: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("oso_analysis.runner.cluster._CONNECT_SECONDS", 1)
    assert command("run", "--scheduler", "tcp://127.0.0.1:1") == 1
    assert "no Dask scheduler answers at tcp://127.0.0.1:1" in capsys.readouterr().err
    # Dask takes a minute for each of these, and ends with a traceback.
    for wrong in ("nonsense", "threads", "http://127.0.0.1:8786", "tcp://127.0.0.1"):
        assert command("run", "--scheduler", wrong) == 2
        assert f"{wrong!r} is no address of a scheduler" in capsys.readouterr().err
