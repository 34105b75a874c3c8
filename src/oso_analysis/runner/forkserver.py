"""A clean process that has imported the heavy libraries once and forks a copy for each job.

Starting an interpreter and importing pandas, Matplotlib and IPython costs more than most notebooks.
A template process pays it once: it imports, runs nothing, opens no ZeroMQ socket and starts no
thread (forking a process that does either can hang), and then forks. Two kinds of child come out of
it: an IPython kernel, and a task (a function of one argument). What all children need can be
prepared in the template too; whoever asks learns whether that succeeded.

One connection to the template is one child. The template answers with the child's process number,
then with its exit status; a client that goes away takes its child (and the child's own children)
with it, and a template whose parent goes away takes everything with it.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pickle
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oso_analysis.errors import RunError

__all__ = ["Child", "Helper", "Template", "available", "prepared", "request"]

_BACKLOG = 128
_ENDED = "template process has ended"


def available() -> bool:
    """Tell whether this system can fork safely; Windows has no fork, and macOS's is not safe."""
    return hasattr(os, "fork") and sys.platform.startswith("linux")


class Template:
    """Starts a template process and ends it; use as a context manager.

    Parameters
    ----------
    address : Path
        Where the template listens; the path must be short (100 characters).
    preload : list of str
        Modules to import; one that is not installed is left out.
    env : dict
        The environment of the template and of the tasks it forks.
    prepare : tuple of str, optional
        A function (``module:name``) to call once before the first fork, and its argument.
    without : list of str, optional
        Modules that others import only if they are there, and that shall not be.
    """

    def __init__(
        self,
        address: Path,
        preload: list[str],
        env: dict[str, str],
        prepare: tuple[str, str] = ("", ""),
        without: Sequence[str] = (),
    ) -> None:
        self.address = str(address)
        self._log = Path(f"{address}.log")
        # Listening before the process exists means that nobody ever finds the address missing.
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(self.address)
        listener.listen(_BACKLOG)
        with listener, self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "oso_analysis.runner.forkserver"),
                    *(str(listener.fileno()), *prepare, self.address),
                    *(",".join(without), *preload),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log,
                env=env,
                pass_fds=[listener.fileno()],
                start_new_session=True,
            )

    def __enter__(self) -> Template:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Child:
    """A forked child, seen from its client; the methods are `subprocess.Popen`'s."""

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = b""
        self.returncode: int | None = None
        self.pid = int(self._message(block=True)["pid"])

    def _message(self, *, block: bool) -> dict[str, Any]:
        while b"\n" not in self._buffer:
            self._connection.setblocking(block)
            try:
                data = self._connection.recv(4096)
            except (BlockingIOError, InterruptedError):
                return {}
            except OSError:
                data = b""
            if not data:
                if block:
                    raise ConnectionError(_ENDED)
                return {"exit": -signal.SIGKILL}
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message

    def poll(self) -> int | None:
        """Return the exit status, or None while the child runs."""
        if self.returncode is None:
            self.returncode = self._message(block=False).get("exit")
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the child's end and return its exit status.

        Raises
        ------
        subprocess.TimeoutExpired
            If it has not ended after `timeout` seconds.
        """
        if self.returncode is None and timeout is None:
            try:
                self.returncode = int(self._message(block=True)["exit"])
            except ConnectionError:
                self.returncode = -signal.SIGKILL
        end = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired("forked child", timeout or 0)
            time.sleep(0.005)
        return int(self.returncode or 0)

    def send_signal(self, signum: int) -> None:
        """Send a signal to the child and everything it started."""
        if self.poll() is None:
            with contextlib.suppress(OSError):
                self._connection.setblocking(True)
                self._connection.sendall(json.dumps({"signal": int(signum)}).encode() + b"\n")

    def kill(self) -> None:
        """Kill the child and everything it started."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the child to end."""
        self.send_signal(signal.SIGTERM)

    def close(self) -> None:
        """Let go of the child; if it still runs, it is killed."""
        self._connection.close()


def request(address: str, what: dict[str, Any]) -> Child:
    """Ask the template at `address` for a child and return it once it is forked.

    Raises
    ------
    OSError
        If the template has gone.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(address)
    connection.sendall(json.dumps(what).encode() + b"\n")
    return Child(connection)


@dataclass(frozen=True)
class Helper:
    """Calls functions in processes forked from the template at `address`, by files in `scratch`."""

    address: str
    scratch: str

    def call(self, function: Callable[[Any], Any], argument: Any) -> Any:
        """Return ``function(argument)``, a function of a module, as a fresh process gives it.

        Raises
        ------
        RunError
            If the process died before it could answer, or the template has gone.
        Exception
            What the function raised.
        """
        with tempfile.TemporaryDirectory(prefix="task-", dir=self.scratch) as folder:
            source, target = Path(folder, "in"), Path(folder, "out")
            source.write_bytes(pickle.dumps(argument))
            what = {
                "do": "task",
                "function": f"{function.__module__}:{function.__qualname__}",
                "argument": str(source),
                "result": str(target),
            }
            try:
                child = request(self.address, what)
            except OSError as error:
                raise RunError(f"the worker processes have gone ({error})") from error
            status = child.wait()
            child.close()
            if not target.exists():
                raise RunError(f"a worker process died (status {status}) before it could answer")
            # Written by our own child.
            good, outcome = pickle.loads(target.read_bytes())  # noqa: S301
        if not good:
            raise outcome
        return outcome


def prepared(address: str) -> None:
    """Wait until the template at `address` is ready.

    Raises
    ------
    Exception
        What its preparation raised.
    OSError
        If the template has gone.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(address)
        connection.sendall(json.dumps({"do": "tell"}).encode() + b"\n")
        if not connection.recv(1):
            raise ConnectionError(_ENDED)
    outcome = Path(f"{address}.prepared")
    # Written by the process that this one started.
    error = pickle.loads(outcome.read_bytes())  # noqa: S301
    if error is not None:
        raise error


class _Server:
    """The template's loop: forks on request, passes signals on, reports ends."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._selector = selectors.DefaultSelector()
        self._clients: dict[int, tuple[socket.socket, bytes]] = {}
        self._children: dict[int, int] = {}
        self._wakeup, wake = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(self._wakeup, False)
        self._handler = signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self._wake = wake
        self._selector.register(listener, selectors.EVENT_READ)
        self._selector.register(self._wakeup, selectors.EVENT_READ)
        self._selector.register(0, selectors.EVENT_READ)

    def serve(self) -> Any:
        """Run until the parent goes; return only in a forked child, with what it shall do."""
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._listener:
                    connection, _ = self._listener.accept()
                    self._clients[connection.fileno()] = (connection, b"")
                    self._selector.register(connection, selectors.EVENT_READ)
                elif key.fd == self._wakeup:
                    with contextlib.suppress(BlockingIOError):
                        os.read(self._wakeup, 4096)
                    self._reap()
                elif key.fd == 0:
                    if not os.read(0, 4096):
                        for pid in self._children:
                            _kill(pid, signal.SIGKILL)
                        return None
                elif key.fd in self._clients:
                    job = self._hear(key.fd)
                    if job is not None:
                        return job

    def _hear(self, descriptor: int) -> dict[str, Any] | None:
        connection, buffer = self._clients[descriptor]
        try:
            data = connection.recv(65536)
        except OSError:
            data = b""
        if not data:
            for pid, owner in self._children.items():
                if owner == descriptor:
                    _kill(pid, signal.SIGKILL)
            self._drop(descriptor)
            return None
        *lines, rest = (buffer + data).split(b"\n")
        self._clients[descriptor] = (connection, rest)
        for line in lines:
            message = json.loads(line)
            if "signal" in message:
                for pid, owner in self._children.items():
                    if owner == descriptor:
                        _kill(pid, message["signal"])
                continue
            if message["do"] == "tell":
                self._tell(descriptor, {"ready": True})
                continue
            pid = os.fork()
            if not pid:
                self._leave()
                job: dict[str, Any] = message
                return job
            self._children[pid] = descriptor
            self._tell(descriptor, {"pid": pid})
        return None

    def _reap(self) -> None:
        for pid in list(self._children):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                # What the child itself started must not outlive it.
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
                descriptor = self._children.pop(pid)
                self._tell(descriptor, {"exit": os.waitstatus_to_exitcode(status)})

    def _tell(self, descriptor: int, message: dict[str, Any]) -> None:
        if descriptor in self._clients:
            with contextlib.suppress(OSError):
                self._clients[descriptor][0].sendall(json.dumps(message).encode() + b"\n")

    def _drop(self, descriptor: int) -> None:
        connection, _ = self._clients.pop(descriptor)
        self._selector.unregister(connection)
        connection.close()
        # A later connection may get the same number; children of this one must not answer to it.
        self._children = {
            pid: -1 if owner == descriptor else owner for pid, owner in self._children.items()
        }

    def _leave(self) -> None:
        """Make the forked child forget that it was a server."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, self._handler)
        self._selector.close()
        self._listener.close()
        for connection, _ in self._clients.values():
            connection.close()
        os.close(self._wakeup)
        os.close(self._wake)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)


def _kill(pid: int, signum: int) -> None:
    """Signal a child's process group, or the child alone before it has one."""
    try:
        os.killpg(pid, signum)
    except ProcessLookupError:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signum)


def _become_kernel(job: dict[str, Any]) -> None:
    from oso_analysis.runner import kernel
    from oso_analysis.runner.environment import TRACE
    from oso_analysis.runner.tracing import trace

    os.environ.clear()
    os.environ.update(job["env"])
    os.environ["JPY_PARENT_PID"] = str(os.getppid())
    time.tzset()
    os.chdir(job["cwd"])
    sys.argv = [str(kernel.__file__), *job["argv"]]
    random = sys.modules.get("numpy.random")
    if random is not None:
        # Else every kernel would draw the same "random" numbers.
        random.seed()
    kernel.show_tables_as_notebooks_do()
    target = os.environ.pop(TRACE, None)
    if target:
        trace(target)
    from ipykernel import kernelapp

    # The class reads its parent's number when it is imported, which was in the template.
    kernelapp.launch_new_instance(
        [*job["argv"], f"--IPKernelApp.parent_handle={os.getppid()}"],
    )


def _run_task(job: dict[str, Any]) -> None:
    """Call the task's function and leave its result, or the exception, in the result file."""
    # Written by the process that started this one.
    argument = pickle.loads(Path(job["argument"]).read_bytes())  # noqa: S301
    _leave_pickle(_called(job["function"], argument), Path(job["result"]))


def _called(function: str, argument: Any) -> tuple[bool, Any]:
    """Call ``module:name`` and return whether it succeeded with its result, or the exception."""
    module, _, name = function.partition(":")
    try:
        return True, getattr(importlib.import_module(module), name)(argument)
    except Exception as error:
        traceback.print_exc()
        return False, error


def _leave_pickle(what: Any, target: Path) -> None:
    """Write a file that is there whole or not at all."""
    part = target.with_name(f"{target.name}.part")
    with part.open("wb") as stream:
        pickle.dump(what, stream)
    part.replace(target)


def _main() -> None:
    if sys.path and sys.path[0] in {"", os.getcwd()}:  # noqa: PTH109
        del sys.path[0]
    listener = socket.socket(fileno=int(sys.argv[1]))
    os.set_inheritable(listener.fileno(), False)
    function, argument, address, without, *preload = sys.argv[2:]
    for name in filter(None, without.split(",")):
        sys.modules[name] = None  # type: ignore[assignment]
    for name in preload:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    good, outcome = _called(function, argument) if function else (True, None)
    _leave_pickle(None if good else outcome, Path(f"{address}.prepared"))
    gc.collect()
    # Shared pages stay shared: the collector must not touch the template's objects in every child.
    gc.freeze()
    job = _Server(listener).serve()
    if job is None:
        # Taking down all that was imported, piece by piece, is of no use to anybody.
        sys.stderr.flush()
        os._exit(0)
    os.setsid()
    if job["do"] == "kernel":
        _become_kernel(job)
    else:
        _run_task(job)
        sys.stderr.flush()
        os._exit(0)


if __name__ == "__main__":
    _main()
