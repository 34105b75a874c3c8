"""Writing files: only where nothing is lost, whole or not at all, and nothing that would run."""

from __future__ import annotations

import csv
import glob
import io
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from oso_analysis.errors import InputError, Problem, RunError
from oso_analysis.project import MARKER

__all__ = [
    "CLOSE_FIRST",
    "check_output_folder",
    "check_outputs",
    "csv_rows",
    "csv_text",
    "from_here",
    "matching_paths",
    "safe_cell",
    "short_names",
    "write_whole",
]

#: Windows lets nobody write, move or remove what a program has open.
CLOSE_FIRST = "close what is open from that folder: Word, Excel, a PDF viewer, a terminal"
#: A spreadsheet would run a text that starts with one of these as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value: Any) -> Any:
    """Return a value that no spreadsheet reads as a formula: such text gets an apostrophe."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value


def csv_text(names: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """Return a table as CSV: full precision, missing as empty, nothing that runs."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([safe_cell(name) for name in names])
    for row in rows:
        writer.writerow(["" if value is None else safe_cell(value) for value in row])
    return text.getvalue()


def from_here(path: Path) -> str:
    """Return the way to a file from the working directory, so that what is printed can be opened.

    Commands work in every folder of a project, where a path from the project's own folder leads
    nowhere.
    """
    return Path(os.path.relpath(path)).as_posix()


def short_names(paths: Iterable[Path]) -> dict[Path, str]:
    """Return what each file is called where several are read: the shortest name no other has.

    Parameters
    ----------
    paths : iterable of Path
        One file under two paths counts as one.

    Returns
    -------
    dict of Path to str
        The file's name, with as many of its folders as tell it from every other:
        ``april/scopus.ris`` and ``initial/scopus.ris``, but ``pubmed.nbib``.
    """
    whole = {path: path.resolve() for path in paths}
    first = {file: path for path, file in reversed(whole.items())}
    names = {}
    for file, path in first.items():
        depth = 1
        while depth < len(path.parts) and any(
            other != path and other.parts[-depth:] == path.parts[-depth:]
            for other in first.values()
        ):
            depth += 1
        names[file] = "/".join(path.parts[-depth:])
    return {path: names[file] for path, file in whole.items()}


def csv_rows(text: str) -> list[list[str]]:
    """Return the rows of a table that this package wrote, however long its cells are.

    Raises
    ------
    csv.Error
        Where quotation marks stand wrong.
    """
    csv.field_size_limit(2**31 - 1)
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def matching_paths(paths: Iterable[Path]) -> list[Path]:
    """Return files and folders, with each pattern (``*.ris``) replaced by what it matches, sorted.

    Most shells do so themselves; those of Windows leave it to the program.

    Raises
    ------
    InputError
        One problem for each pattern that matches nothing.
    """
    found: list[Path] = []
    problems = []
    for path in paths:
        pattern = str(path)
        if path.exists() or not any(mark in pattern for mark in "*?["):
            found.append(path)
            continue
        # Folders that are there may have such signs in their names.
        there = next((above for above in path.parents if above.exists()), Path())
        rest = path.relative_to(there)
        matches = sorted(glob.glob(str(Path(glob.escape(str(there))) / rest)))  # noqa: PTH207
        found += map(Path, matches)
        if not matches:
            problems.append(Problem("matches no file", file=pattern))
    if problems:
        raise InputError(problems)
    return found


def check_outputs(
    outputs: Mapping[str, Path | None],
    *,
    inputs: Iterable[Path | None] = (),
    into_data: bool = False,
) -> None:
    """Refuse, before any work is done, outputs that cannot be written or would destroy something.

    An earlier output is replaced without asking; what a command reads, what it writes under
    another option, and what is the project's own (its data, notebooks, editions and published
    reports) never is.

    Parameters
    ----------
    outputs : mapping of str to Path
        Option to the file it names; None where the option was not given.
    inputs : iterable of Path, optional
        Files the same command reads.
    into_data : bool, default False
        Whether tables of the project's data are what the command writes.

    Raises
    ------
    InputError
        One problem for each such output.
    """
    problems = []
    taken = [path for path in inputs if path is not None]
    for option, path in outputs.items():
        if path is None:
            continue
        place = _own_place(path)
        if any(_same_file(path, other) for other in taken):
            rule = "is read or written already; choose another file"
        elif place and not (into_data and place == "data/"):
            rule = f"is part of the project ({place}); choose another place"
        elif into_data and place and path.suffix.lower() != ".csv":
            rule = "is no CSV; the project's other data are not replaced"
        elif path.is_dir():
            rule = "is a folder; name a file"
        elif not path.parent.is_dir():
            rule = f"cannot be written, because there is no folder {path.parent}; make it first"
        else:
            rule = ""
        if rule:
            problems.append(Problem(rule, str(path), None, option))
        taken.append(path)
    if problems:
        raise InputError(problems, "the output cannot be written")


def check_output_folder(
    option: str, folder: Path, names: Iterable[str], *, inputs: Iterable[Path | None] = ()
) -> None:
    """Refuse, as `check_outputs`, a folder for several files; the folder itself may be new.

    Parameters
    ----------
    option : str
        The option that names the folder.
    folder : Path
        Where the files will be written.
    names : iterable of str
        The files.
    inputs : iterable of Path, optional
        Files the same command reads.

    Raises
    ------
    InputError
        If the folder is the project's own or no folder, or a file of that name is an input.
    """
    place = _own_place(folder / "any")
    if place:
        rule = f"is part of the project ({place}); choose another place"
    elif folder.exists() and not folder.is_dir():
        rule = "is a file; name a folder"
    else:
        read = [path for path in inputs if path is not None]
        files = [folder / name for name in names]
        lost = [str(p) for p in files if any(_same_file(p, other) for other in read)]
        rule = f"holds what is read: {', '.join(lost)}; choose another folder" if lost else ""
    if rule:
        raise InputError([Problem(rule, str(folder), None, option)], "the output cannot be written")


def _same_file(one: Path, other: Path) -> bool:
    # Two names can be one file: letters' case on Windows and macOS, or a link.
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()


def _own_place(path: Path) -> str:
    """Return which part of a project's own a path lies in; empty where it is nobody's."""
    path = path.resolve()
    root = next((folder for folder in path.parents if (folder / MARKER).is_file()), None)
    if root is None:
        return ""
    first, *rest = path.relative_to(root).parts
    if first in ("data", "notebooks"):
        return f"{first}/"
    if first == "reports" and rest and (root / first / rest[0] / "exhibits.json").is_file():
        return f"the published report reports/{rest[0]}/"
    return first if first == "editions.yaml" and not rest else ""


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is always the old or the new one, whole.

    Raises
    ------
    RunError
        If it cannot be written; the old file is left as it was.
    """
    draft = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        hint = f"; {CLOSE_FIRST}" if isinstance(error, PermissionError) else ""
        raise RunError(f"cannot write {path.name}: {error.strerror or error}{hint}") from error
