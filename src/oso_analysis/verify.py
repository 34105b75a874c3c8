"""Build a published edition again and say where the two differ, if they do."""

from __future__ import annotations

import csv
import difflib
import io
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from oso_analysis.errors import RunError

__all__ = ["compare_folders", "verify_edition"]

_SHOWN = 60


def verify_edition(root: Path, name: str | None = None, *, jobs: int, engine: str) -> list[str]:
    """Rebuild an edition in a temporary folder and compare every file with the published one.

    Parameters
    ----------
    root : Path
        The project.
    name : str, optional
        The edition; by default the default one.
    jobs, engine
        As for a run; neither changes the result.

    Returns
    -------
    list of str
        One line a difference, in words; empty if every file is the same.

    Raises
    ------
    InputError
        If the edition is unknown.
    RunError
        If it was never published, or cannot be rebuilt.
    """
    from oso_analysis.runner.build import Options, build_editions
    from oso_analysis.runner.command import select
    from oso_analysis.runner.workers import local_workers, scratch_folder

    (edition,) = select(root, [name] if name else [])
    published = root / "reports" / edition.name
    if not published.is_dir():
        raise RunError(f"edition {edition.name} is not published; build it with `oso-analysis run`")
    with scratch_folder() as folder:
        options = Options(reports=folder, force=True, remember=False)
        (outcome,) = build_editions(
            root, [edition], options, partial(local_workers, jobs, engine, root)
        )
        if outcome.error is not None:
            raise outcome.error
        return compare_folders(published, folder / edition.name)


def compare_folders(published: Path, rebuilt: Path) -> list[str]:
    """Compare two editions' folders file by file; return one line in words for each difference."""
    before, after = _files(published), _files(rebuilt)
    lines = [f"{name} is published but was not made again" for name in sorted(before - after)]
    lines += [f"{name} was made again but is not published" for name in sorted(after - before)]
    # Tables come first: a number says more than the page that shows it.
    shared = sorted(before & after, key=lambda name: (not name.endswith(".csv"), name))
    for name in shared:
        old, new = (published / name).read_bytes(), (rebuilt / name).read_bytes()
        if old != new:
            lines.append(f"{name}: {_first_difference(name, old, new)}")
    return lines


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _first_difference(name: str, old: bytes, new: bytes) -> str:
    try:
        texts = old.decode("utf-8"), new.decode("utf-8")
    except UnicodeDecodeError:
        return f"the images or data differ ({len(old):,} and {len(new):,} bytes)"
    if name.endswith(".csv"):
        return _in_table(*texts)
    if name.endswith((".json", ".ipynb")):
        return _in_json(json.loads(texts[0]), json.loads(texts[1])) or "written differently"
    return _in_text(*texts)


def _in_table(old: str, new: str) -> str:
    rows = [list(csv.reader(io.StringIO(text))) for text in (old, new)]
    if rows[0][:1] != rows[1][:1]:
        return f"the columns are {rows[1][:1]} instead of {rows[0][:1]}"
    header = rows[0][0] if rows[0] else []
    for number, (before, after) in enumerate(zip(*rows, strict=False), start=1):
        for column, one, other in zip(header, before, after, strict=False):
            if one != other:
                label = f" ({before[0]})" if before else ""
                return f"row {number}{label}, column {column!r}: published {one}, rebuilt {other}"
    return f"published {len(rows[0]) - 1} rows, rebuilt {len(rows[1]) - 1}"


def _in_json(old: Any, new: Any, place: str = "") -> str:
    """Return where two JSON values first differ, or an empty string."""
    for where, one, other in _pairs(old, new):
        found = _in_json(one, other, f"{place}.{where}" if place else str(where))
        if found:
            return found
    if isinstance(old, dict | list) and type(old) is type(new):
        keys = [set(v) if isinstance(v, dict) else len(v) for v in (old, new)]
        return "" if keys[0] == keys[1] else f"{place or 'the top'} has other entries"
    if old == new:
        return ""
    return f"{place}: published {_short(old)}, rebuilt {_short(new)}"


def _pairs(old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(set(old) & set(new)):
            yield key, old[key], new[key]
    elif isinstance(old, list) and isinstance(new, list):
        for number, (one, other) in enumerate(zip(old, new, strict=False)):
            # An exhibit or a cell is known by its id, not by its place.
            name = one.get("id", number) if isinstance(one, dict) else number
            yield str(name), one, other


def _in_text(old: str, new: str) -> str:
    for line in difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm=""):
        if line.startswith("@@"):
            row = line.split()[1].lstrip("-").split(",")[0]
            break
    else:
        return "line ends differ"
    number = int(row) - 1
    lines = [text.splitlines() for text in (old, new)]
    one, other = (part[number] if number < len(part) else "" for part in lines)
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    start = max(0, at - 20)
    return f"line {row}: published {_short(one[start:])}, rebuilt {_short(other[start:])}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
