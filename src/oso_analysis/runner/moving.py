"""Renaming on a system where others look into files: patience first. Standard library only."""

from __future__ import annotations

import os
import time
from pathlib import Path

__all__ = ["move"]

#: Seconds to wait for a virus scanner, an indexer or a synchronised drive to let go.
_PATIENCE = 5.0
_PAUSE = 0.1


def move(source: Path, target: Path) -> None:
    """Rename a file or folder, replacing a file of that name, as soon as the system allows it.

    Windows renames nothing that any program has open, and programs that watch the disk open what
    has just been written for a moment.
    """
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            source.replace(target)
        except PermissionError:
            # Where nobody may write at all, waiting is of no use.
            if time.monotonic() > end or not os.access(target.parent, os.W_OK):
                raise
            time.sleep(_PAUSE)
        else:
            return
