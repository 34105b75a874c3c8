"""Where tasks run: forked from a warm template, in processes of their own, or on a cluster.

All three are `concurrent.futures` executors, so the runner does not know the difference.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import multiprocessing
import os
import platform
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from oso_analysis.errors import RunError
from oso_analysis.runner import forkserver, kernel
from oso_analysis.runner.environment import hermetic
from oso_analysis.runner.prepare import check_data

__all__ = ["Place", "local_workers", "private_folder", "scratch_folder"]

#: Opens all fonts when a machine imports it first; to a kernel's trace they would be inputs.
_FONTS = "matplotlib.font_manager"
#: What drives notebooks and assembles reports.
_DRIVER_MODULES = [
    *("papermill.execute", "papermill.exceptions", "papermill.clientwrap"),
    *("jupyter_client.asynchronous", "jupyter_client.provisioning", "nbformat.v4"),
    "oso_analysis.runner.assemble",
    *("oso_analysis.report.build", "oso_analysis.report.citations", "oso_analysis.report.document"),
    *("oso_analysis.report.files", "oso_analysis.report.harvest", "oso_analysis.report.page"),
    *("oso_analysis.report.pdf", "oso_analysis.report.word", "oso_analysis.report.workbook"),
    *("oso_analysis.evidence_map", "oso_analysis.scan", "typst", "pypandoc", "openpyxl"),
    *("jinja2", "markdown_it", "matplotlib.colors", "PIL.PngImagePlugin", "pypdf", "pypdfium2"),
    _FONTS,
]
#: A grammar that jsonschema compiles for a second when it is imported, to check addresses in other
#: scripts than Latin; no notebook's schema asks for that.
_DRIVERS_LEAVE_OUT = ["rfc3987_syntax"]
#: What a notebook's kernel needs before its first cell.
_KERNEL_MODULES = [
    *("ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell", "IPython.core.pylabtools"),
    *("pandas", "matplotlib.pyplot", kernel.PRELOADED),
    *("matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg", "yaml", "rapidfuzz"),
    *("psutil", "faulthandler", "sqlite3", "ipykernel.debugger", "IPython.core.debugger"),
    *("IPython.extensions.storemagic", "tornado.platform.asyncio", "tornado.queues"),
    *("IPython.core.oinspect", "IPython.core.completerlib", "IPython.core.logger"),
    *("PIL.PngImagePlugin", "PIL.BmpImagePlugin", "PIL.GifImagePlugin", "PIL.JpegImagePlugin"),
    *("PIL.PpmImagePlugin", "matplotlib.style"),
]
#: Windows cannot wait for more processes at a time.
_MOST_PROCESSES = 61
#: Enough that a few thousand machines hardly share them.
_MACHINE_DIGITS = 8
_PREPARE = "oso_analysis.runner.prepare:check_data"


@dataclass(frozen=True)
class Place:
    """An executor, and what its tasks must know about it.

    Attributes
    ----------
    executor : concurrent.futures.Executor
    template : str
        Address of the kernel template, empty for ordinary kernels.
    scratch : Path
        Folder for sockets and progress, removed at the end.
    slots : int
        How many tasks to hand over at a time.
    check : callable
        Raises InputError with all that is wrong with the project's data; call it first.
    helper : Helper or None
        What a task may ask to do a part of it, where a worker has nothing else to do.
    """

    executor: Executor
    template: str
    scratch: Path
    slots: int
    check: Callable[[], None]
    helper: forkserver.Helper | None = None


@contextlib.contextmanager
def local_workers(jobs: int, engine: str, root: Path) -> Iterator[Place]:
    """Yield `jobs` workers on this machine; engine "warm" forks them, "kernel" starts them."""
    check: Callable[[], None] = partial(check_data, root)
    with scratch_folder() as scratch:
        env = hermetic(scratch)
        if not forkserver.available():
            jobs = min(jobs, _MOST_PROCESSES)
            with _environment(env), _Spawned(jobs) as spawned:
                spawned.call(_import, _FONTS)
                with _TaskExecutor(spawned.call, jobs) as executor:
                    yield Place(executor, "", scratch, jobs, check)
            return
        with contextlib.ExitStack() as stack:
            template = ""
            if engine == "warm":
                address = scratch / "kernels"
                # Matplotlib reads its backend's name when it is imported; the kernel sets it later.
                # The backend itself looks for a running kernel, so it must not be loaded here.
                backend = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
                kernels = forkserver.Template(
                    address, _KERNEL_MODULES, env | backend, (_PREPARE, str(root))
                )
                template = stack.enter_context(kernels).address
                check = partial(forkserver.prepared, template)
            drivers = forkserver.Template(
                scratch / "drivers", _DRIVER_MODULES, env, without=_DRIVERS_LEAVE_OUT
            )
            stack.enter_context(drivers)
            helper = forkserver.Helper(drivers.address, str(scratch))
            executor = stack.enter_context(_TaskExecutor(helper.call, jobs))
            yield Place(executor, template, scratch, jobs, check, helper)


def _import(name: str) -> None:
    importlib.import_module(name)


@contextlib.contextmanager
def _environment(env: dict[str, str]) -> Iterator[None]:
    """Give processes started in the block this environment; a hash seed cannot be set later."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(env)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def private_folder() -> Path:
    """Return a new, short, private folder; remove those that killed runs left behind.

    Nodes of a cluster may share the temporary folder, and only the machine that a process runs on
    can tell whether it still does: what other machines left is theirs to remove.
    """
    base, machine = Path(tempfile.gettempdir()), _machine()
    for left in base.glob(f"oso-run-*-{machine}-*"):
        owner = left.name.split("-")[2]
        if owner.isdigit() and not _alive(int(owner)):
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"oso-run-{os.getpid()}-{machine}-", dir=base))


def _machine() -> str:
    """Return what tells this machine from others: short, for a socket's path has few letters.

    Containers may share their host's name and not its processes, whose numbers then mean nothing.
    """
    try:
        processes = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        processes = 0
    return hashlib.sha256(f"{platform.node()} {processes}".encode()).hexdigest()[:_MACHINE_DIGITS]


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """Yield a `private_folder`, and remove it."""
    folder = private_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: int) -> bool:
    if os.name == "nt":
        # Signal 0 would end the process there; leave the folder to the system's own cleaning.
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class _TaskExecutor(Executor):
    """Hands each task to `call` and waits in a thread of its own."""

    def __init__(self, call: Callable[[Callable[[Any], Any], Any], Any], jobs: int) -> None:
        self._call = call
        self._threads = ThreadPoolExecutor(jobs)

    def submit(  # type: ignore[override]
        self, function: Callable[[Any], Any], argument: Any
    ) -> Future[Any]:
        """Schedule ``function(argument)``, a function of a module."""
        return self._threads.submit(self._call, function, argument)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for running tasks; see `concurrent.futures.Executor.shutdown`."""
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)


class _Spawned:
    """Calls functions in processes started for it; one that dies takes no later call with it."""

    def __init__(self, jobs: int) -> None:
        self._start = partial(ProcessPoolExecutor, jobs, multiprocessing.get_context("spawn"))
        self._pool = self._start()
        self._lock = threading.Lock()

    def __enter__(self) -> _Spawned:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def call(self, function: Callable[[Any], Any], argument: Any) -> Any:
        """Return ``function(argument)``, a function of a module; see `forkserver.Helper.call`."""
        pool = self._pool
        try:
            return pool.submit(function, argument).result()
        except BrokenProcessPool as error:
            # The pool gives up on all its calls, begun or not, and takes no more.
            with self._lock:
                if self._pool is pool:
                    self._pool = self._start()
            raise RunError("a worker process died before it could answer") from error
