"""What the report's notebooks declare: the lines of their parameters, for who writes a new one.

What is wrong with a declaration is said by `parameters`, before anything runs; here a notebook or
a line that cannot be read declares nothing.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oso_analysis.project import chapters

__all__ = ["Declared", "agreed", "declared", "take_over"]


@dataclass(frozen=True)
class Declared:
    """One parameter as a cell declares it; two are equal if their types and defaults are.

    Attributes
    ----------
    type : str
    default : object
    text : str
        The lines, comment included.
    first, last : int
        Where they stand in the cell, from 1.
    """

    type: str
    default: Any
    text: str = field(compare=False)
    first: int = field(compare=False)
    last: int = field(compare=False)


def declared(source: str) -> dict[str, Declared]:
    """Return the parameters that a cell declares, by name.

    Examples
    --------
    >>> declared("year_to: int | None = 2019  # Last year that counts.")["year_to"].default
    2019
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return {}
    lines = source.splitlines()
    found: dict[str, Declared] = {}
    for node in tree.body:
        if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)):
            continue
        try:
            default = ast.literal_eval(node.value) if node.value else None
        except (ValueError, TypeError):
            continue
        first, last = node.lineno, node.end_lineno or node.lineno
        text = "\n".join(lines[first - 1 : last])
        found[node.target.id] = Declared(ast.unparse(node.annotation), default, text, first, last)
    return found


def agreed(root: Path) -> dict[str, Declared]:
    """Return the parameters to which all chapters that declare them give one type and default.

    Parameters
    ----------
    root : Path
        The project.

    Returns
    -------
    dict
        Name to declaration, in the words of the first chapter that has it.
    """
    found: dict[str, list[Declared]] = {}
    for path in chapters(root):
        for name, one in declared(_parameters(path)).items():
            found.setdefault(name, []).append(one)
    return {name: ones[0] for name, ones in found.items() if all(one == ones[0] for one in ones)}


def _parameters(path: Path) -> str:
    """Return the source of a notebook's parameters cell; empty where there is none to be read."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
        return "".join(tagged[0]["source"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError):
        return ""


def take_over(source: str, known: Mapping[str, Declared]) -> str:
    """Return a cell's declarations as the project has them, where it has others.

    A parameter has one type and one default in all chapters (`parameters.declarations`), so that a
    new chapter with defaults of its own would stop every run.

    Parameters
    ----------
    source : str
        A parameters cell.
    known : mapping
        As `agreed` gives it.

    Examples
    --------
    >>> known = declared("year_to: int | None = 2019  # Last year.")
    >>> take_over("year_to: int | None = None  # The last year that counts.", known)
    'year_to: int | None = 2019  # Last year.'
    """
    lines = source.splitlines()
    for name, own in reversed(declared(source).items()):
        if name in known and known[name] != own:
            lines[own.first - 1 : own.last] = known[name].text.splitlines()
    return "\n".join(lines)
