"""Start a notebook that has everything a report's chapter needs in its place."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from oso_analysis.declared import Declared, agreed, take_over
from oso_analysis.errors import InputError, Problem
from oso_analysis.explorer.saved import SAVED
from oso_analysis.files import write_whole
from oso_analysis.notebooks.refresh import refresh_notebooks

__all__ = ["new_notebook"]

_NAME = re.compile(r"(\d{2}_)?[a-z0-9]+([_-][a-z0-9]+)*")


def new_notebook(root: Path, name: str, *, title: str, engine: str = "warm") -> Path:
    """Make `notebooks/<name>.ipynb` from the template, run it and store its outputs.

    Parameters
    ----------
    root : Path
        The project.
    name : str
        Lower-case letters, digits, ``_`` and ``-``. Without a leading number such as ``08_`` it
        takes the one after the last chapter's, before the saved exhibits: notebooks become chapters
        in the order of their names.
    title : str
        The chapter's heading.
    engine : str, optional
        As for a run.

    Returns
    -------
    Path
        The notebook. Its one exhibit has an id made from the name, so that it is unique; its
        parameters have the defaults that the project's chapters agree on.

    Raises
    ------
    InputError
        A name that cannot be one, is taken or is kept for saved exhibits; an empty title.
    RunError
        If the project's data do not let the template run; the notebook is there nevertheless.
    """
    stem = name.removesuffix(".ipynb")
    problems = []
    if not _NAME.fullmatch(stem):
        problems.append(
            Problem(
                "must be lower-case letters, digits, _ and -, such as 08_school_meals",
                column="NAME",
                value=name,
                nearest="_".join(re.findall(r"[a-z0-9]+", stem.lower())) or None,
            )
        )
    elif _exhibit_id(stem) == _exhibit_id(SAVED.stem):
        # What is saved later goes into it and needs the names that its first cells make.
        rule = "is the name of the notebook that the explorer saves to; choose another"
        problems.append(Problem(rule, column="NAME", value=name))
    if not title.strip():
        problems.append(Problem("must not be empty", column="--title", value=title))
    if problems:
        raise InputError(problems)
    folder = root / "notebooks"
    folder.mkdir(exist_ok=True)
    if not re.match(r"\d{2}_", stem):
        taken = [int(path.name[:2]) for path in folder.glob("[0-9][0-9]_*.ipynb")]
        # What was kept from exploring comes last, whatever chapter is made after it.
        chapters = [number for number in taken if number < int(SAVED.name[:2]) - 1]
        stem = f"{max(chapters, default=0) + 1:02d}_{stem}"
    path = folder / f"{stem}.ipynb"
    for there in sorted(folder.glob("*.ipynb")):
        # Another number in front makes no other name: the exhibits' ids would be the same.
        if there == path or _exhibit_id(there.stem) == _exhibit_id(stem):
            rule = "is there already; choose another name (a number in front makes no other)"
            raise InputError([Problem(rule, f"notebooks/{there.name}")])
    write_whole(path, _fill(stem, " ".join(title.split()), agreed(root)))
    refresh_notebooks(root, [path.name], engine=engine)
    return path


def _exhibit_id(stem: str) -> str:
    # The chapter's own place in the report is its name, so that the exhibit needs another.
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"^\d\d_", "", stem.lower())) + "-by-theme"


def _fill(stem: str, title: str, known: Mapping[str, Declared]) -> bytes:
    template = files("oso_analysis.notebooks").joinpath("template.json").read_text("utf-8")
    notebook = json.loads(template)
    slug = _exhibit_id(stem)
    for number, cell in enumerate(notebook["cells"]):
        source = "".join(cell["source"])
        # A title ends up in Markdown only; in code it could break the cell.
        if cell["cell_type"] == "markdown":
            source = source.replace("TITLE", title)
        if "parameters" in cell["metadata"]["tags"]:
            source = take_over(source, known)
        cell["source"] = source.replace("EXHIBIT-ID", slug)
        mark = hashlib.sha256(f"{stem} {number}".encode())
        cell["id"] = mark.hexdigest()[:8]
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    return (text + "\n").encode("utf-8")
