"""The two editions to compare: found by name, folder or revision of git, and read with care."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oso_analysis.errors import InputError, Problem, RunError, nearest
from oso_analysis.files import csv_rows

__all__ = ["Version", "open_edition"]

RECORD = "exhibits.json"
#: What every record has had since there are records; all else may be missing in an old one.
_EDITION = {"edition": dict, "parameters": dict, "inputs": dict, "exhibits": list}
_EXHIBIT = {"id": str, "label": str, "title": str, "files": list}
#: Digits of a SHA-256 that tell two versions apart.
_DIGITS = 12


@dataclass(frozen=True)
class Version:
    """One version of an edition.

    Attributes
    ----------
    folder : Path
        Where its files are.
    name : str
        What it was asked for as, with its commit where it is from git; its folder's name if empty.
    """

    folder: Path
    name: str = ""

    def __str__(self) -> str:
        """Return what it is called."""
        return self.name or self.folder.name

    def read(self, path: str) -> bytes:
        """Return a file's content; a `RunError` names the file that cannot be read."""
        try:
            return (self.folder / path).read_bytes()
        except FileNotFoundError:
            raise RunError(f"{self}: {path} is missing, so the edition is not whole") from None
        except OSError as error:
            raise RunError(f"{self}: {path} cannot be read ({error.strerror})") from None

    def text(self, path: str) -> str:
        """Return a file's text; a `RunError` names the file that is no text."""
        try:
            return self.read(path).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise RunError(
                f"{self}: {path} is not UTF-8 text; was it saved by another program?"
            ) from None

    def table(self, path: str) -> list[list[str]]:
        """Return the rows of a CSV file, its header first."""
        try:
            return csv_rows(self.text(path))
        except csv.Error as error:
            raise RunError(f"{self}: {path} is no table ({error})") from None

    def record(self) -> dict[str, Any]:
        """Return `exhibits.json`; a `RunError` says what it lacks."""
        try:
            found = json.loads(self.text(RECORD))
        except (ValueError, RecursionError) as error:
            raise RunError(f"{self}: {RECORD} cannot be read as JSON ({error})") from None
        problems = list(_misshapen(found))
        if problems:
            raise RunError(f"{self}: {RECORD} is not the record of an edition: {problems[0]}")
        record: dict[str, Any] = found
        return record

    def described(self, record: Mapping[str, Any]) -> str:
        """Return what tells this version from every other: the digest covers data and notebooks."""
        digest = hashlib.sha256(self.read(RECORD)).hexdigest()[:_DIGITS]
        title = record["edition"].get("title", "")
        return f"{self}: “{title}”, {RECORD} with SHA-256 {digest}…"


def _misshapen(record: Any) -> Iterator[str]:
    yield from _lacks(record, _EDITION, "it")
    if isinstance(record, dict) and isinstance(record.get("exhibits"), list):
        for number, exhibit in enumerate(record["exhibits"], start=1):
            yield from _lacks(exhibit, _EXHIBIT, f"exhibit {number}")
            if isinstance(exhibit, dict):
                for file in exhibit.get("files") or ():
                    yield from _lacks(file, {"path": str}, f"a file of exhibit {number}")
                pairs = exhibit.get("columns", [])
                if any(not isinstance(pair, list) or len(pair) != 2 for pair in pairs):
                    yield f"the columns of exhibit {number} are no pairs of name and heading"


def _lacks(value: Any, shape: Mapping[str, type], name: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{name} has no named entries"
        return
    missing = [key for key, kind in shape.items() if not isinstance(value.get(key), kind)]
    if missing:
        yield f"{name} lacks {', '.join(missing)}"


@contextlib.contextmanager
def open_edition(reports: Path, name: str) -> Iterator[Version]:
    """Yield an edition given by name, by path, or as ``REVISION:path`` of git.

    Raises
    ------
    InputError
        If there is no such edition, with the nearest published one.
    """
    for folder in (reports / name, Path(name)):
        if (folder / RECORD).is_file():
            yield Version(folder, name)
            return
    if ":" in name:
        with tempfile.TemporaryDirectory(prefix="oso-diff-") as scratch:
            yield _from_git(reports.parent, name, Path(scratch))
        return
    known = [path.parent.name for path in sorted(reports.glob(f"[!.]*/{RECORD}"))]
    raise InputError(
        [
            Problem(
                f"is no published edition; published are {', '.join(known) or 'none'}",
                value=name,
                nearest=nearest(name, known),
            )
        ]
    )


def _from_git(root: Path, name: str, scratch: Path) -> Version:
    revision, _, place = name.partition(":")
    # What a Windows shell completes; git knows the other one only.
    place = place.replace("\\", "/")
    # A name that begins with a hyphen would be read by git as an option.
    command = ["git", "archive", "--format=tar", "--end-of-options", revision, place]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, check=False)
    except FileNotFoundError:
        raise RunError(f"git is not installed, so {name} cannot be read from it") from None
    folder = scratch / place
    commit = ""
    if done.returncode == 0:
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            # `HEAD~1` is another commit tomorrow; the archive says which it is today.
            commit = archive.pax_headers.get("comment", "")[:_DIGITS]
            archive.extractall(scratch, filter="data")
    if not (folder / RECORD).is_file():
        raise InputError([Problem("is no edition in git (REVISION:reports/NAME)", value=name)])
    known = not commit or revision.startswith(commit)
    return Version(folder, name if known else f"{name} (commit {commit})")
