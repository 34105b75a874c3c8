"""Names and digests of everything a result depends on. Standard library only.

An input has a key that is the same on every machine: a path relative to the project
(`data/literature/coding.csv`), a folder's list of names (`data/literature/records/`), a module of
this package (`package:tables/counts.py`), or, for what lies outside the project, its full
path. Its digest is None where there is no such file.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import oso_analysis

__all__ = [
    "Digests",
    "changes",
    "data_inputs",
    "installed",
    "lock_files",
    "named_inputs",
    "package_key",
]

_PACKAGE = Path(oso_analysis.__file__).parent
#: Folders of a project that hold results or tools, never inputs.
_NOT_INPUTS = ("reports", ".cache", ".venv", ".git")
_IGNORED_NAMES = frozenset({"__pycache__", ".DS_Store", ".ipynb_checkpoints"})


class Digests:
    """SHA-256 digests of inputs by key, each computed once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[str, str | None] = {}

    def __getitem__(self, key: str) -> str | None:
        if key not in self._known:
            self._known[key] = self._digest(key)
        return self._known[key]

    def path(self, key: str) -> Path:
        """Return where an input lies on this machine."""
        if key.startswith("package:"):
            return _PACKAGE / key.removeprefix("package:")
        return self._root / key

    def _digest(self, key: str) -> str | None:
        path = self.path(key)
        try:
            if key.endswith("/"):
                names = sorted(
                    name
                    for name in os.listdir(path)  # noqa: PTH208 - names are all that is wanted
                    if name not in _IGNORED_NAMES
                )
                return hashlib.sha256("\n".join(names).encode("utf-8")).hexdigest()
            return hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError:
            return None

    def changed_since(self, key: str, moment: int) -> bool:
        """Tell whether an input was written at or after `moment` (ns), so perhaps while read."""
        try:
            return self.path(key).stat().st_mtime_ns >= moment
        except OSError:
            return False


def package_key(path: Path) -> str:
    """Return the key of one of this package's own files, the same however it was installed."""
    return f"package:{path.relative_to(_PACKAGE).as_posix()}"


def named_inputs(root: Path, read: Iterable[tuple[str, str]]) -> list[str]:
    """Return the sorted keys of what a process read, without what belongs to the installation.

    Compiled modules stand for their source. Left out: the interpreter's and the installed packages'
    files (their versions are compared instead), the system's, and the project's results and tools.
    """
    system = _system_folders()
    # A virtual environment inside the project is still not part of it.
    own = Path(sys.prefix).is_relative_to(root)
    keys = set()
    for kind, name in read:
        path = Path(name)
        if path.suffix == ".pyc":
            try:
                path = Path(importlib.util.source_from_cache(path))
            except ValueError:
                continue
        if path.is_relative_to(_PACKAGE):
            if kind == "file":
                keys.add(package_key(path))
        elif own and path.is_relative_to(sys.prefix):
            continue
        elif path.is_relative_to(root):
            place = path.relative_to(root).as_posix()
            top = place.split("/")[0]
            # The import system lists the folder a notebook runs in; that is no reading of it.
            if top in _NOT_INPUTS or place in {".", "notebooks", "src"}:
                continue
            if kind == "folder" or not path.is_dir():
                keys.add(place + "/" if kind == "folder" else place)
        elif kind == "file" and path.is_file() and not _within(path, system):
            keys.add(path.as_posix())
    return sorted(keys)


def _within(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _system_folders() -> list[Path]:
    import site
    import tempfile

    folders = [
        *(sys.prefix, sys.base_prefix, sys.exec_prefix, *site.getsitepackages()),
        *(site.getusersitepackages(), tempfile.gettempdir(), *_configured()),
        *("/usr", "/etc", "/proc", "/sys", "/dev", "/lib", "/opt", "/var", "/run", "/System"),
        *("/Library", "/Network", *_named("SystemRoot", "ProgramData", "ProgramFiles")),
    ]
    here = [*sys.path, *(os.path.realpath(folder) for folder in folders)]
    return [Path(folder) for folder in {*folders, *here} if folder and Path(folder) != _PACKAGE]


def _configured() -> list[str]:
    """Return folders of a person's settings, caches and fonts, and Matplotlib's list of these."""
    home = Path.home()
    given = _named("MPLCONFIGDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
    given += _named("APPDATA", "LOCALAPPDATA")
    own = (".cache", ".config", ".matplotlib", ".ipython", ".jupyter", ".local", ".fonts")
    return [*given, *(str(home / name) for name in (*own, "Library"))]


def _named(*variables: str) -> list[str]:
    return [os.environ[name] for name in variables if os.environ.get(name)]


def installed() -> str:
    """Return a digest of the names and versions of all installed packages, and of Python's own."""
    names = {sys.version}
    for folder in sys.path:
        try:
            names.update(
                name
                for name in os.listdir(folder or ".")  # noqa: PTH208
                if name.endswith((".dist-info", ".egg-info"))
            )
        except OSError:
            continue
    return hashlib.sha256("\n".join(sorted(names)).encode("utf-8")).hexdigest()


def lock_files(root: Path) -> list[str]:
    """Return the keys of the project's lock files."""
    return sorted(
        path.name
        for path in root.iterdir()
        if path.suffix == ".lock" or (path.name.startswith("pylock.") and path.suffix == ".toml")
    )


def data_inputs(root: Path) -> list[str]:
    """Return the keys of all files and folders of `data/`: what the check of the data reads."""
    keys = []
    for place, folders, names in os.walk(root / "data"):
        folders[:] = sorted(set(folders) - _IGNORED_NAMES)
        folder = Path(place).relative_to(root).as_posix()
        keys.append(f"{folder}/")
        keys += [f"{folder}/{name}" for name in sorted(names) if name not in _IGNORED_NAMES]
    return keys


def changes(before: Mapping[str, str | None], digests: Digests) -> list[str]:
    """Say in words which of the inputs differ from what they were."""
    said = []
    for key, digest in before.items():
        now = digests[key]
        if now == digest:
            continue
        if key.endswith("/"):
            said.append(f"the files in {key} are not the same ones")
        elif digest is None:
            said.append(f"{key} has appeared")
        else:
            said.append(f"{key} has {'gone' if now is None else 'changed'}")
    return said
