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
#: What may be missing; where it is there, it is this. All other facts are compared as texts.
_EDITION_MAY = {"versions": dict}
_EXHIBIT_MAY = {"notebook": str, "columns": list, "caveats": list}
_WORDS: dict[type, str] = {dict: "named entries", list: "a list", str: "a text"}
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
        """Return a file's content; an `InputError` names the file that cannot be read."""
        try:
            return (self.folder / path).read_bytes()
        except FileNotFoundError:
            raise self.unusable(f"{path} is missing, so the edition is not whole") from None
        except OSError as error:
            raise self.unusable(f"{path} cannot be read ({error.strerror})") from None

    def text(self, path: str) -> str:
        """Return a file's text; an `InputError` names the file that is no text."""
        try:
            return self.read(path).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise self.unusable(
                f"{path} is not UTF-8 text; was it saved by another program?"
            ) from None

    def table(self, path: str) -> list[list[str]]:
        """Return the rows of a CSV file, its header first."""
        try:
            return csv_rows(self.text(path))
        except csv.Error as error:
            raise self.unusable(f"{path} is no table ({error})") from None

    def record(self) -> dict[str, Any]:
        """Return `exhibits.json`; an `InputError` says all that is wrong with it."""
        try:
            found = json.loads(self.text(RECORD))
        except (ValueError, RecursionError) as error:
            raise self.unusable(f"{RECORD} cannot be read as JSON ({error})") from None
        problems = list(_misshapen(found))
        if problems:
            said = (f"{RECORD} is not the record of an edition: {text}" for text in problems)
            raise self.unusable(*said)
        record: dict[str, Any] = found
        return record

    def unusable(self, *texts: str) -> InputError:
        """Return the error for a version that was given but is damaged, with all that is wrong."""
        problems = [Problem(f"{self}: {text}") for text in texts]
        return InputError(problems, "an edition cannot be compared")

    def described(self, record: Mapping[str, Any]) -> str:
        """Return what tells this version from every other: the digest covers data and notebooks."""
        digest = hashlib.sha256(self.read(RECORD)).hexdigest()[:_DIGITS]
        title = record["edition"].get("title", "")
        return f"{self}: “{title}”, {RECORD} with SHA-256 {digest}…"


def _misshapen(record: Any) -> Iterator[str]:
    yield from _lacks(record, _EDITION, _EDITION_MAY, "it")
    if not isinstance(record, dict):
        return
    inputs = record.get("inputs")
    if isinstance(inputs, dict) and not all(isinstance(one, str) for one in inputs.values()):
        yield "its inputs are no digests by file"
    exhibits = record.get("exhibits")
    for number, exhibit in enumerate(exhibits if isinstance(exhibits, list) else (), start=1):
        yield from _lacks(exhibit, _EXHIBIT, _EXHIBIT_MAY, f"exhibit {number}")
        if isinstance(exhibit, dict):
            files, pairs = exhibit.get("files"), exhibit.get("columns")
            for file in files if isinstance(files, list) else ():
                yield from _lacks(file, {"path": str}, {}, f"a file of exhibit {number}")
            if isinstance(pairs, list) and not all(map(_is_column, pairs)):
                yield f"the columns of exhibit {number} are no pairs of name and heading"


def _is_column(pair: Any) -> bool:
    """Tell whether this is a column's name and its heading, None where it is not printed."""
    if not isinstance(pair, list) or len(pair) != 2:
        return False
    return isinstance(pair[0], str) and isinstance(pair[1], str | None)


def _lacks(
    value: Any, shape: Mapping[str, type], may: Mapping[str, type], name: str
) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{name} has no named entries"
        return
    missing = [key for key, kind in shape.items() if not isinstance(value.get(key), kind)]
    if missing:
        yield f"{name} lacks {', '.join(missing)}"
    for key, kind in may.items():
        if key in value and not isinstance(value[key], kind):
            yield f"{key} of {name} must be {_WORDS[kind]}"


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
