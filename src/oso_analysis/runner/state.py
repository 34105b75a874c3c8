"""What earlier runs found out, under `.cache/`: results by their inputs, and published editions.

Everything here can be deleted at any time; the next run then does everything.
Standard library only.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oso_analysis.runner.moving import move

__all__ = ["State", "tree_digests"]

#: Raised when what is stored changes its meaning; older stores are then ignored.
_VERSION = 1
#: Results kept for one notebook with one set of parameters: going back to earlier data is common.
_KEPT = 4


class State:
    """The store of one project."""

    def __init__(self, root: Path) -> None:
        self.folder = root / ".cache" / "oso-analysis"

    def results(self, key: str) -> list[dict[str, Any]]:
        """Return what is known about one notebook with one set of parameters, newest first."""
        entries = self._read(f"results/{key}.json").get("entries", [])
        return [entry for entry in entries if self.content(entry["result"]).is_file()]

    def add_result(self, key: str, entry: Mapping[str, Any]) -> None:
        """Remember one result; its content must be stored already."""
        entries = [dict(entry), *(e for e in self.results(key) if e["read"] != entry["read"])]
        self._write(f"results/{key}.json", {"entries": entries[:_KEPT]})

    def content(self, digest: str) -> Path:
        """Return where an executed notebook with this digest is or would be stored."""
        return self.folder / "notebooks" / f"{digest}.ipynb"

    def store(self, content: bytes) -> str:
        """Store an executed notebook and return its digest."""
        digest = hashlib.sha256(content).hexdigest()
        path = self.content(digest)
        if not path.is_file():
            _replace(path, content)
        return digest

    def edition(self, name: str) -> dict[str, Any]:
        """Return what is known about a published edition; empty if nothing is."""
        return self._read(f"editions/{name}.json")

    def set_edition(self, name: str, record: Mapping[str, Any]) -> None:
        """Remember how an edition was made."""
        self._write(f"editions/{name}.json", record)

    def selection(self) -> dict[str, Any]:
        """Return the names of the editions as last read."""
        return self._read("selection.json")

    def set_selection(self, record: Mapping[str, Any]) -> None:
        """Remember the names of the editions."""
        self._write("selection.json", record)

    def _read(self, name: str) -> dict[str, Any]:
        try:
            found = json.loads((self.folder / name).read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) and found.get("version") == _VERSION else {}

    def _write(self, name: str, record: Mapping[str, Any]) -> None:
        text = json.dumps({**record, "version": _VERSION}, indent=1, sort_keys=True)
        _replace(self.folder / name, text.encode("utf-8"))


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        move(part, path)
    finally:
        part.unlink(missing_ok=True)


def tree_digests(folder: Path) -> dict[str, str]:
    """Return the digest of every file in a folder, by its path with forward slashes."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            found[path.relative_to(folder).as_posix()] = digest
    return dict(sorted(found.items()))
