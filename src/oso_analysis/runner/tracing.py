"""What a process reads, found out by listening to it.

Python reports every file it opens and every folder it lists to audit hooks, whoever asks: pandas,
PyYAML, the import system. So the inputs of a notebook need no list kept by hand.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["read_trace", "trace", "tracing"]

_LISTINGS = frozenset({"os.listdir", "os.scandir"})
_PACKAGE = Path(__file__).parents[1]

#: A thread may open a file while another ends the trace.
_writing = threading.RLock()
#: Where the hook writes; hooks cannot be removed, so one serves all and can be pointed elsewhere.
_target: dict[str, Any] = {}


def trace(target: str | Path) -> None:
    """Append each path this process reads from now on to `target`, one JSON line each.

    What was imported of this package before is noted first, and so is what an earlier trace noted
    of its files: both may be in memory, and act on what is read from now on.
    A line is ``["file", path]`` or ``["folder", path]``; files are noted when they are asked for,
    so that one which is not there (yet) is noted too. Calling it again points to another target.
    """
    handle = os.open(target, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.set_inheritable(handle, False)
    hooked, earlier = bool(_target), _target.get("seen", set())
    _close()
    _target.update(handle=handle, owner=os.getpid(), seen=set())
    if not hooked:
        sys.addaudithook(_listen)
    for name, module in sys.modules.copy().items():
        # What runs notebooks is named by `execute.MACHINERY`; which of it is here differs.
        if name.startswith("oso_analysis.") and not name.startswith("oso_analysis.runner"):
            _listen("open", (module.__file__, "r", 0))
    for kind, path in earlier:
        if kind == "file" and Path(path).is_relative_to(_PACKAGE):
            _listen("open", (path, "r", 0))


@contextlib.contextmanager
def tracing(target: str | Path) -> Iterator[None]:
    """Trace until the end of the block, and let go of `target`: Windows deletes no open file."""
    trace(target)
    try:
        yield
    finally:
        _close()


def _close() -> None:
    with _writing:
        handle = _target.get("handle")
        _target["handle"] = None
        if handle is not None:
            os.close(handle)


def _listen(event: str, arguments: tuple[Any, ...]) -> None:
    if _target["handle"] is None:
        return
    if event == "open":
        kind = "file"
        path, mode, flags = arguments
        if mode is None:
            reads = not (flags or 0) & (os.O_WRONLY | os.O_RDWR)
        else:
            reads = "r" in mode and "+" not in mode
        if not reads:
            return
    elif event in _LISTINGS:
        kind = "folder"
        path = "." if arguments[0] is None else arguments[0]
    else:
        return
    # Numbers are descriptors, opened and noted before. A forked child is not ours to note.
    if isinstance(path, int) or os.getpid() != _target["owner"]:
        return
    try:
        key = (kind, os.path.abspath(os.fsdecode(path)))  # noqa: PTH100
    except (TypeError, ValueError, OSError):
        return
    with _writing:
        if key not in _target["seen"] and _target["handle"] is not None:
            _target["seen"].add(key)
            os.write(_target["handle"], (json.dumps(key) + "\n").encode())


def read_trace(target: Path) -> list[tuple[str, str]]:
    """Return what a traced process noted, in order; a line cut off by its death is left out."""
    found = []
    for line in target.read_text(encoding="utf-8").split("\n"):
        try:
            kind, path = json.loads(line)
        except ValueError:
            continue
        found.append((kind, path))
    return found
