"""Exhibits kept from exploring: one notebook that the next edition includes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oso_analysis.declared import Declared, agreed, declared, take_over
from oso_analysis.errors import InputError, Problem
from oso_analysis.exhibits import Exhibit, Prose
from oso_analysis.explorer.code import Cell
from oso_analysis.files import write_whole

__all__ = ["SAVED", "save_cell", "saved_defaults"]

#: The notebook; its number puts it after the report's own chapters.
SAVED = Path("notebooks", "90_saved_exhibits.ipynb")

_INTRODUCTION = """# Saved exhibits

These tables and figures were kept while exploring the data. Each shows a part of this edition, \
named under it; it never shows more than the edition keeps."""
_PARAMETERS = """\
year_to: int | None = None  # Last year that counts; None keeps every year. [1990..2026]
countries: list[str] = []  # Places that count; an empty list keeps all. [country]
themes: list[str] = []  # Themes that count; an empty list keeps all. [theme]
disclosure_threshold: int | None = None  # Smallest count of answers printed; None: all. [2..50]"""
_SETUP = """\
import oso_analysis as oso

review = oso.load_review()
scope = oso.scope_review(review, year_to=year_to, countries=countries, themes=themes)
reliability = oso.measure_reliability(review)"""


def saved_defaults(root: Path) -> dict[str, Any]:
    """Return the parameters of the notebook of saved exhibits, as it is or would be made.

    Raises
    ------
    InputError
        If the notebook is there and is none.
    """
    cells = _open(root)["cells"]
    sources = ["".join(one["source"]) for one in cells if one["cell_type"] == "code"]
    return {name: one.default for name, one in declared(next(iter(sources), "")).items()}


def save_cell(root: Path, cell: Cell, exhibit: Exhibit | Prose) -> Path:
    """Add a cell and what it shows to the notebook of saved exhibits, or replace it there.

    Parameters
    ----------
    root : Path
        The project.
    cell : Cell
    exhibit : Exhibit or Prose
        What the cell displays when it is run with the notebook's own parameters
        (`saved_defaults`): stored as its output, so that the notebook passes its check as it is.

    Returns
    -------
    Path
        The notebook.

    Raises
    ------
    InputError
        If the notebook is there and is none.
    RunError
        If it cannot be written; the old one is left as it was.
    """
    path = root / SAVED
    notebook = _open(root)
    cells = notebook["cells"]
    heading, code = (f"{kind}-{_id(cell.id)}" for kind in ("about", "cell"))
    places = [number for number, one in enumerate(cells) if one.get("id") == code]
    if places:
        cells[places[0]] = _code(code, cell.guarded)
    else:
        cells += [_markdown(heading, f"## {cell.title}"), _code(code, cell.guarded)]
    bundle = exhibit._repr_mimebundle_()
    count = 0
    for one in cells:
        if one["cell_type"] == "code":
            count += 1
            one["execution_count"] = count
            for output in one["outputs"]:
                if output["output_type"] == "execute_result":
                    output["execution_count"] = count
        if one.get("id") == code:
            one["outputs"] = [
                {
                    "output_type": "execute_result",
                    "execution_count": count,
                    "data": bundle,
                    "metadata": {},
                }
            ]
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    write_whole(path, text.encode("utf-8"))
    return path


def _open(root: Path) -> dict[str, Any]:
    path = root / SAVED
    return _read(path) if path.exists() else _empty(agreed(root))


def _read(path: Path) -> dict[str, Any]:
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        known = all("cell_type" in cell for cell in notebook["cells"])
    except (ValueError, KeyError, TypeError):
        known = False
    if not known:
        rule = "is not a notebook; mend or remove it, then save again"
        raise InputError([Problem(rule, file=SAVED.as_posix())])
    return dict(notebook)


def _empty(known: Mapping[str, Declared]) -> dict[str, Any]:
    parameters = _code(_id("parameters"), take_over(_PARAMETERS, known))
    parameters["metadata"] = {"tags": ["parameters"]}
    return {
        "cells": [
            _markdown(_id("introduction"), _INTRODUCTION),
            parameters,
            _code(_id("setup"), _SETUP),
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {
                "file_extension": ".py",
                "name": "python",
                "pygments_lexer": "ipython3",
            },
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _id(text: str) -> str:
    return hashlib.sha256(f"{SAVED.stem}:{text}".encode()).hexdigest()[:8]


def _markdown(identity: str, source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": identity, "metadata": {}, "source": source}


def _code(identity: str, source: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": identity,
        "metadata": {},
        "outputs": [],
        "source": source,
    }
