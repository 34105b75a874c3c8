"""Say how far a run is: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import Any

__all__ = ["Progress"]

_SHOWN = 3


class Progress:
    """Counts the cells begun in all notebooks of a run.

    Parameters
    ----------
    folder : Path
        Where each running notebook's file grows by one byte a cell.
    cells, notebooks, editions : int
        How many there are in all.
    """

    def __init__(self, folder: Path, *, cells: int, notebooks: int, editions: int) -> None:
        self._folder = folder
        self._notebooks = notebooks
        self._editions = editions
        self._finished = 0
        self._published = 0
        self._bar: Any = None
        if sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(total=cells, unit="cell", dynamic_ncols=True, leave=False)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def refresh(self, running: Collection[str]) -> None:
        """Show the state; `running` names what is being worked on."""
        if self._bar is None:
            return
        done = sum(path.stat().st_size for path in self._folder.iterdir())
        names = ", ".join(list(running)[:_SHOWN]) + (" …" if len(running) > _SHOWN else "")
        self._bar.n = min(done, self._bar.total)
        counts = f"notebook {self._finished}/{self._notebooks}"
        if self._editions > 1:
            counts = f"edition {self._published}/{self._editions}, {counts}"
        self._bar.set_description(counts, refresh=False)
        self._bar.set_postfix_str(names, refresh=False)
        self._bar.refresh()

    def notebook(self, name: str, outcome: str) -> None:
        """Note that one notebook has ended."""
        self._finished += 1
        if self._editions == 1:
            self.say(f"{name}: {outcome}")

    def edition(self, text: str) -> None:
        """Note that one edition has ended."""
        self._published += 1
        self.say(text)

    def say(self, text: str) -> None:
        """Print a line without tearing the bar."""
        if self._bar is None:
            print(text, flush=True)
        else:
            self._bar.write(text, file=sys.stdout)
