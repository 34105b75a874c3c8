"""What a new project brings along for its author to replace, and what an old edition left behind.

A report prints the texts of its notebooks and the limits of its data as they stand, and so an
instruction to the author, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from oso_analysis.editions import EDITIONS_FILE
from oso_analysis.errors import InputError, Problem
from oso_analysis.scaffold.start import shipped_files
from oso_analysis.yaml_file import read_yaml

__all__ = ["find_leftovers"]

#: How a sentence that tells the author what to write begins.
_INSTRUCTION = re.compile(r"Say here [^.]*\.")
_DESCRIPTION = "data/datapackage.json"
#: Files that are the new project's from their first word to their last.
_WHOLE = {
    "LICENSE": "is the licence of the invented example; say under which terms others may use your "
    "data and report, here and in `licenses` of data/datapackage.json",
    "data/PROVENANCE.md": "is that of the invented example; say where your data come from",
}
_RULE = "is an instruction of the new project, and the report prints it; write your own text"


def find_leftovers(root: Path) -> Iterator[Problem]:
    """Yield the texts of a new project that still stand, and published reports without an edition.

    Parameters
    ----------
    root : Path
        The project.

    Yields
    ------
    Problem
        For a person to look at: none of them keeps a report from being made.
    """
    shipped = _shipped()
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        for number, text in _texts(path.read_bytes()):
            for sentence in _INSTRUCTION.findall(text):
                if sentence in _instructions():
                    yield Problem(_RULE, f"notebooks/{path.name}, cell {number}", value=sentence)
    yield from _described(_parsed(_read(root / _DESCRIPTION)), _parsed(shipped[_DESCRIPTION]))
    for name, rule in _WHOLE.items():
        if _plain(_read(root / name)) == _plain(shipped[name]):
            yield Problem(rule, file=name)
    yield from _without_edition(root)


def _described(own: Mapping[str, Any], shipped: Mapping[str, Any]) -> Iterator[Problem]:
    limits = own.get("limits")
    for limit in limits if isinstance(limits, list) else []:
        if limit in shipped["limits"]:
            rule = "is a limit of the invented example, and the report prints it on its first page"
            yield Problem(rule, _DESCRIPTION, column="limits", value=limit)
    if own.get("description") == shipped["description"]:
        rule = "is that of the invented example; say what your data are"
        yield Problem(rule, _DESCRIPTION, column="description")


def _without_edition(root: Path) -> Iterator[Problem]:
    try:
        raw = read_yaml(root / EDITIONS_FILE)
        names = {str(name) for name in raw["editions"]}
    except (InputError, TypeError, KeyError):
        return  # said where editions are read
    for page in sorted((root / "reports").glob("*/exhibits.json")):
        name = page.parent.name
        # An edition with changed parameters is named after the one that it was made from.
        if not name.startswith(".") and not {name, name.partition("--")[0]} & names:
            yield Problem(
                f"is of no edition any more; delete it, or define its edition in {EDITIONS_FILE}",
                file=f"reports/{name}",
            )


@cache
def _shipped() -> dict[str, bytes]:
    return dict(shipped_files())


@cache
def _instructions() -> frozenset[str]:
    """Return the instructions in the notebooks of a new project, and in a further one's."""
    template = files("oso_analysis.notebooks").joinpath("template.json").read_bytes()
    notebooks = [content for name, content in _shipped().items() if name.endswith(".ipynb")]
    return frozenset(
        sentence
        for content in (*notebooks, template)
        for _, text in _texts(content)
        for sentence in _INSTRUCTION.findall(text)
    )


def _texts(notebook: bytes) -> Iterator[tuple[int, str]]:
    """Yield number and text of a notebook's text cells, on one line each."""
    cells = _parsed(notebook).get("cells")
    for number, cell in enumerate(cells if isinstance(cells, list) else [], start=1):
        if isinstance(cell, dict) and cell.get("cell_type") == "markdown":
            source = cell.get("source")
            lines = source if isinstance(source, list) else [source]
            # What is no text is said where notebooks are read.
            yield number, " ".join("".join(x for x in lines if isinstance(x, str)).split())


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        return {}  # said where it is read
    return found if isinstance(found, dict) else {}


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _plain(content: bytes) -> bytes:
    """Return a file as it is whatever git or an editor did to the ends of its lines."""
    return b" ".join(content.split())
