"""Publishing an edition: one run at a time, and the folder is always the old or the new one, whole.

An edition is built in a folder beside the published one and the two are exchanged in one step of
the file system. Where that step does not exist (Windows), two renames do it, and a run that was
killed between them is put right by the next.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from oso_analysis.errors import RunError
from oso_analysis.files import CLOSE_FIRST
from oso_analysis.runner.moving import move

__all__ = ["hold", "publish", "recover", "staging", "writing"]

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2
_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your share of the disk is used up",
    errno.EROFS: "the disk is read-only",
    # Windows says the same of a folder that is not yours and of one with a file open in Word.
    errno.EACCES: f"writing there is not allowed; {CLOSE_FIRST}",
    errno.EPERM: f"writing there is not allowed; {CLOSE_FIRST}",
}


@contextlib.contextmanager
def writing(what: str) -> Iterator[None]:
    """Turn a full disk or a folder that may not be written into a message a person understands.

    Raises
    ------
    RunError
        Naming `what` could not be written, why, and that the published report is untouched.
    """
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
        raise RunError(
            f"cannot write {what}: {reason}. The published report was left as it was."
        ) from error


@contextlib.contextmanager
def hold(reports: Path, name: str) -> Iterator[None]:
    """Keep every other run off one edition until the end of the block.

    The operating system releases the lock when its holder dies, however it dies, so a lock is
    never left behind.

    Raises
    ------
    RunError
        If another run holds the edition, naming its process.
    """
    path = reports / f".{name}.lock"
    with writing(f"reports/{path.name}"):
        reports.mkdir(parents=True, exist_ok=True)
        stream = path.open("a+", encoding="utf-8")
    with stream:
        if not _lock(stream.fileno()):
            stream.seek(0)
            owner = stream.read().strip() or "unknown"
            raise RunError(
                f"edition {name} is being built by another run (process {owner}); "
                "wait for it to finish, or end that process"
            )
        stream.truncate(0)
        stream.write(f"{os.getpid()}\n")
        stream.flush()
        yield


def _lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            # Far behind the text, because a locked byte cannot be read by the run that waits.
            os.lseek(descriptor, 1024, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def staging(reports: Path, name: str) -> Path:
    """Return a fresh, empty folder beside the published edition to build the new one in."""
    folder = reports / f".{name}.new"
    with writing(f"reports/{folder.name}"):
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
    return folder


def recover(reports: Path, name: str) -> None:
    """Clear what a killed run left; call it while the edition is held."""
    target, old, new = reports / name, reports / f".{name}.old", reports / f".{name}.new"
    with writing(f"reports/{name}"):
        if old.exists():
            if target.exists():
                shutil.rmtree(old)
            else:
                # Killed between two renames: the old report comes back.
                move(old, target)
        if new.exists():
            shutil.rmtree(new)


def publish(reports: Path, name: str) -> None:
    """Put the staged edition in the published one's place and remove what was there."""
    new, target, old = reports / f".{name}.new", reports / name, reports / f".{name}.old"
    with writing(f"reports/{name}"):
        if not target.exists():
            move(new, target)
        elif _exchange(new, target):
            # What is now called new is the old report, out of anybody's sight.
            shutil.rmtree(new, ignore_errors=True)
        else:
            _swap(new, target, old)


def _swap(new: Path, target: Path, old: Path) -> None:
    move(target, old)
    try:
        move(new, target)
    except OSError:
        try:
            move(old, target)
        except OSError as error:
            raise RunError(
                f"reports/{target.name} is in reports/{old.name}, because neither the new nor the "
                f"old report could be given its name; {CLOSE_FIRST}. The next run puts it right."
            ) from error
        raise
    # The next run removes what is still open somewhere.
    shutil.rmtree(old, ignore_errors=True)


def _exchange(first: Path, second: Path) -> bool:
    """Exchange two folders' names in one step; return False where the system cannot."""
    paths = os.fsencode(first), os.fsencode(second)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform.startswith("linux"):
            status = library.renameat2(
                _AT_FDCWD, paths[0], _AT_FDCWD, paths[1], ctypes.c_uint(_RENAME_EXCHANGE)
            )
        elif sys.platform == "darwin":
            status = library.renamex_np(paths[0], paths[1], ctypes.c_uint(_RENAME_SWAP))
        else:
            return False
    except (AttributeError, TypeError, OSError):
        return False
    return bool(status == 0)
