"""The same tasks on a Dask cluster: inputs travel to the workers, outputs come back.

A worker shares nothing with this machine but the installed packages. It unpacks the project into a
folder of its own, once for each state of the project, and runs the tasks exactly as `workers` does
here, in forks of its own warm processes.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import io
import shutil
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from oso_analysis.errors import OsoError, RunError, check_address
from oso_analysis.runner.assemble import AssembleTask, assemble
from oso_analysis.runner.execute import NotebookResult, NotebookTask, run_notebook
from oso_analysis.runner.inputs import lock_files
from oso_analysis.runner.prepare import check_data
from oso_analysis.runner.versions import versions
from oso_analysis.runner.workers import Place, local_workers, private_folder, scratch_folder

__all__ = ["cluster_workers"]

_FOLDERS = ("data", "notebooks")
_CONNECT_SECONDS = 30
#: The date of every file in the bundle, so that equal projects give equal bundles.
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class _Bundle:
    """A project's inputs as one archive; workers know it by its digest."""

    digest: str
    content: bytes


@contextlib.contextmanager
def cluster_workers(address: str, root: Path) -> Iterator[Place]:
    """Yield the workers of the cluster whose scheduler is at `address`.

    Raises
    ------
    InputError
        If that is not spelt as an address.
    RunError
        If Dask is not installed, no scheduler answers, there are no workers, or a worker has other
        versions of the packages: its results could differ.
    """
    check_address("--scheduler", address)
    try:
        import distributed
    except ImportError:
        raise RunError("a cluster needs Dask: pip install 'oso-analysis[dask]'") from None
    try:
        # Dask has no annotations.
        connect: Any = distributed.Client
        client = connect(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, TypeError, ValueError) as error:
        # Dask's own answers where a protocol's settings are missing are TypeErrors.
        raise RunError(f"no Dask scheduler answers at {address}: {error}") from None
    with client, scratch_folder() as scratch:
        workers = client.nthreads()
        if not workers:
            raise RunError(f"the cluster at {address} has no workers")
        _compare_versions(client.run(versions))
        slots = sum(workers.values())
        bundle = client.scatter(_pack(root), broadcast=True)
        with _ClusterExecutor(client.get_executor(pure=False), bundle, slots) as executor:
            yield Place(executor, "", scratch, slots, partial(check_data, root))


def _compare_versions(found: dict[str, dict[str, str]]) -> None:
    here = versions()
    lines = [
        f"{worker}: {name} is {theirs.get(name, 'absent')}, here {here.get(name, 'absent')}"
        for worker, theirs in sorted(found.items())
        for name in sorted({*here, *theirs})
        if here.get(name) != theirs.get(name)
    ]
    if lines:
        raise RunError(
            "the cluster's workers have other packages, so results could differ:\n  "
            + "\n  ".join(lines[:20])
        )


def _pack(root: Path) -> _Bundle:
    files = [root / name for name in ("editions.yaml", *lock_files(root))]
    for folder in _FOLDERS:
        files += sorted(path for path in (root / folder).rglob("*") if path.is_file())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(root).as_posix(), _EPOCH)
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    content = buffer.getvalue()
    return _Bundle(hashlib.sha256(content).hexdigest(), content)


class _ClusterExecutor(Executor):
    """Hands tasks to Dask's own executor; the files of an assembled report are written here."""

    def __init__(self, executor: Any, bundle: Any, slots: int) -> None:
        self._executor = executor
        self._bundle = bundle
        self._threads = ThreadPoolExecutor(slots)

    def submit(  # type: ignore[override]
        self, function: Callable[[Any], Any], argument: Any
    ) -> Future[Any]:
        """Schedule one of the runner's two tasks on the cluster."""
        work = self._assemble if function is assemble else self._notebook
        return self._threads.submit(work, argument)

    def _ask(self, function: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return self._executor.submit(function, *arguments, self._bundle).result()
        except OsoError:
            raise
        except Exception as error:
            # Dask replaces a worker that dies; it gives up on a task that keeps killing them.
            raise RunError(f"the cluster gave up on a task: {error}") from error

    def _notebook(self, task: NotebookTask) -> NotebookResult:
        result: NotebookResult = self._ask(_remote_notebook, replace(task, progress=""))
        return result

    def _assemble(self, task: AssembleTask) -> dict[str, str | None]:
        executed = {name: Path(path).read_bytes() for name, path in task.executed.items()}
        read: dict[str, str | None]
        read, files = self._ask(_remote_assemble, replace(task, executed={}, out=""), executed)
        for name, content in files.items():
            path = Path(task.out, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return read

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for running tasks; see `concurrent.futures.Executor.shutdown`."""
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)
        self._executor.shutdown(wait=wait)


# What follows runs on the workers.

_lock = threading.Lock()
_here: dict[str, Any] = {}


def _place(root: Path) -> Place:
    """Return this worker's own warm processes, started with its first task and for its project."""
    with _lock:
        if "place" not in _here:
            stack = contextlib.ExitStack()
            _here["place"] = stack.enter_context(local_workers(_slots(), "warm", root))
            atexit.register(stack.close)
        place: Place = _here["place"]
        return place


def _slots() -> int:
    from distributed import get_worker

    return int(get_worker().state.nthreads)


def _unpack(bundle: _Bundle) -> Path:
    """Return this worker's copy of the project."""
    with _lock:
        if bundle.digest not in _here:
            folder = private_folder()
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            with zipfile.ZipFile(io.BytesIO(bundle.content)) as archive:
                archive.extractall(folder)
            _here[bundle.digest] = folder
        root: Path = _here[bundle.digest]
        return root


def _remote_notebook(task: NotebookTask, bundle: _Bundle) -> NotebookResult:
    root = _unpack(bundle)
    place = _place(root)
    own = replace(task, root=str(root), template=place.template, sockets=str(place.scratch))
    result: NotebookResult = place.executor.submit(run_notebook, own).result()
    return result


def _remote_assemble(
    task: AssembleTask, executed: dict[str, bytes], bundle: _Bundle
) -> tuple[dict[str, str | None], dict[str, bytes]]:
    root = _unpack(bundle)
    place = _place(root)
    with tempfile.TemporaryDirectory(prefix="oso-", dir=place.scratch) as folder:
        source, out = Path(folder, "in"), Path(folder, "out")
        source.mkdir()
        out.mkdir()
        for name, content in executed.items():
            (source / name).write_bytes(content)
        own = replace(
            task,
            root=str(root),
            executed={name: str(source / name) for name in executed},
            out=str(out),
            scratch=folder,
        )
        read: dict[str, str | None] = place.executor.submit(assemble, own).result()
        files = {
            path.relative_to(out).as_posix(): path.read_bytes()
            for path in sorted(out.rglob("*"))
            if path.is_file()
        }
    return read, files
