"""What was forgotten: everything about a project that its data do not show, found at once.

What is wrong with the data is said by `review`, which every run asks too. Here is what a person
forgets after an edit: a notebook without its parameters or its outputs, a number typed into a text,
an edition that asks for what is not there, a page or a template that no longer says what the
codebook says. Each finding names the file and what to do about it.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from oso_analysis.editions import EDITIONS_FILE, scan_editions
from oso_analysis.errors import InputError, Problem
from oso_analysis.omissions import list_omissions
from oso_analysis.parameters import Declared, declarations, resolve
from oso_analysis.project import chapters
from oso_analysis.review import Review, open_review
from oso_analysis.scaffold.leftovers import find_leftovers
from oso_analysis.thresholds import find_subtractable, find_unprotected

__all__ = ["Inspection", "inspect_project"]

#: A number with a counted noun or a percent sign after it; 95 % and 100 % are said of methods.
_NUMBER = re.compile(
    r"(?<![\w.#-])(?!(?:95|100)[ \u00a0]?%)\d+(?:[,.]\d+)*"
    r"(?:[ \u00a0]?%| per cent\b| (?:\w+ ){0,2}?"
    r"(?:works?|records?|publications?|stud(?:y|ies)|submissions?|respondents?|segments?"
    r"|solutions?|proposals?|issues|points? raised|reviewers?|coders?)\b)",
    re.IGNORECASE,
)
_MAGIC = re.compile(r"^\s*[%!?].*$", re.MULTILINE)


@dataclass(frozen=True)
class Inspection:
    """What was found.

    Attributes
    ----------
    problems : tuple of Problem
        What must be mended: a report made now would be wrong, incomplete or not reproducible.
    notes : tuple of Problem
        What may be meant, such as a code that no data use; see `list_omissions`.
    """

    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]


def inspect_project(root: Path) -> Inspection:
    """Look for everything that was forgotten in a project, and for all that is wrong with its data.

    Parameters
    ----------
    root : Path
        The project.

    Returns
    -------
    Inspection
        All findings at once. What cannot be looked at, because something before it is broken, is
        named by what is broken.
    """
    problems: list[Problem] = []
    notes = list(find_leftovers(root))
    declared, undeclared = _parameters(root)
    try:
        review, found = open_review(root)
    except InputError as error:
        problems += error.problems
    else:
        problems += found
        if not found:
            notes += list_omissions(review)
        problems += _pages(root, review)
        # A broken codebook or notebook would be told again for every edition.
        problems += _editions(root, declared, notes)
    problems += _files(root)
    problems += undeclared
    problems += _notebooks(root)
    return Inspection(_each_once(problems), _each_once(notes))


def _each_once(found: list[Problem]) -> tuple[Problem, ...]:
    """Return each finding once; a value may be a list, which no set takes."""
    return tuple({str(item): item for item in found}.values())


# Files


def _files(root: Path) -> Iterator[Problem]:
    for name in ("README.md", "LICENSE"):
        if not (root / name).is_file():
            yield Problem("is missing; others need it to know what this is and may do", file=name)


# Pages and templates made from the data


def _pages(root: Path, review: Review) -> Iterator[Problem]:
    from oso_analysis.dictionary import render_dictionary
    from oso_analysis.scaffold.templates import template_files

    page = root / "docs" / "data-dictionary.md"
    name = "docs/data-dictionary.md"
    if not page.is_file():
        yield Problem("is missing; run `oso-analysis data-dictionary`", file=name)
    elif page.read_text(encoding="utf-8") != render_dictionary(review.package, review.codebook):
        rule = "is not what data and codebook say now; run `oso-analysis data-dictionary`"
        yield Problem(rule, file=name)
    folder = root / "templates"
    if folder.is_dir():
        for file, content in template_files(root).items():
            path = folder / file
            if not path.is_file() or path.read_bytes() != content:
                yield Problem(
                    "is not what description and codebook say now; run `oso-analysis templates`",
                    file=f"templates/{file}",
                )


# Editions


def _editions(root: Path, declared: Declared | None, notes: list[Problem]) -> Iterator[Problem]:
    """Yield what is wrong with the editions, and with their parameters if these are declared.

    What they tell only beside one another is added to `notes`.
    """
    try:
        editions, problems = scan_editions(root)
    except InputError as error:
        yield from error.problems
        return
    yield from problems
    if declared is None:
        return
    for edition in editions.editions.values():
        try:
            file = f"{EDITIONS_FILE}, edition {edition.name!r}"
            resolve(root, declared, edition.parameters, file=file)
        except InputError as error:
            yield from error.problems
    yield from find_unprotected(editions.editions.values(), declared)
    notes += find_subtractable(editions.editions.values(), declared)


def _parameters(root: Path) -> tuple[Declared | None, list[Problem]]:
    """Return the notebooks' declarations, or what is wrong with them whatever an edition asks."""
    try:
        return declarations(chapters(root), root), []
    except InputError as error:
        return None, [replace(item, file=f"notebooks/{item.file}") for item in error.problems]


# Notebooks


def _notebooks(root: Path) -> list[Problem]:
    from oso_analysis.report.markdown import slug

    problems: list[Problem] = []
    if not chapters(root):
        problems.append(Problem("holds no notebooks, so there is no report", file="notebooks/"))
    places: dict[str, list[str]] = {}
    anchors = {slug(re.sub(r"^\d+[_-]*", "", path.stem)): path.name for path in chapters(root)}
    for path in chapters(root):
        file = f"notebooks/{path.name}"
        try:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            found = [_cell(cell, number, file) for number, cell in enumerate(cells, start=1)]
        except (ValueError, KeyError, TypeError):
            continue  # said above
        for cell_problems, ids in found:
            problems += cell_problems
            for identity in ids:
                places.setdefault(identity, []).append(file)
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        if code and not any(cell.get("outputs") for cell in code):
            problems.append(
                Problem(
                    "is stored without outputs, so nothing can be checked against it; run "
                    f"`oso-analysis notebooks refresh {path.stem}`",
                    file=file,
                )
            )
    for identity, files in places.items():
        if len(files) > 1:
            where = " and ".join(dict.fromkeys(files[:-1]))
            problems.append(
                Problem(
                    f"is the id of an exhibit in {where} already; ids are unique in an edition",
                    file=files[-1],
                    column="id",
                    value=identity,
                )
            )
        if identity in anchors:
            problems.append(
                Problem(
                    f"is the name of the chapter {anchors[identity]} already, and both are places "
                    "in one report; choose another id",
                    file=files[0],
                    column="id",
                    value=identity,
                )
            )
    return problems


def _cell(cell: Mapping[str, Any], number: int, file: str) -> tuple[list[Problem], list[str]]:
    """Return what is wrong with one cell, and the ids of the exhibits it makes."""
    source = "".join(cell["source"])
    place = f"{file}, cell {number}"
    if cell["cell_type"] == "markdown":
        return [_typed(match, place) for match in _NUMBER.finditer(_prose_only(source))], []
    if cell["cell_type"] != "code":
        return [], []
    try:
        tree = ast.parse(_MAGIC.sub("", source))
    except SyntaxError as error:
        return [Problem(f"is not Python ({error.msg})", file=place, row=error.lineno)], []
    problems: list[Problem] = []
    ids: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            problems.append(
                Problem(
                    "is defined in a notebook, where no test sees it; move it into a module",
                    file=place,
                    row=node.lineno,
                    value=node.name,
                )
            )
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            if name in {"table", "figure"}:
                ids += [
                    str(word.value.value)
                    for word in node.keywords
                    if word.arg == "id" and isinstance(word.value, ast.Constant)
                ]
            elif name == "prose" and node.args and isinstance(node.args[0], ast.Constant):
                found = _NUMBER.finditer(str(node.args[0].value))
                problems += [_typed(match, place) for match in found]
    return problems, ids


def _prose_only(source: str) -> str:
    """Return a text cell without code and links, which hold no claims."""
    source = re.sub(r"```.*?```|`[^`]*`", " ", source, flags=re.DOTALL)
    return re.sub(r"\]\([^)]*\)", "]", source)


def _typed(match: re.Match[str], place: str) -> Problem:
    return Problem(
        "is typed, so it stays when the data change; put it in with exhibits.prose",
        file=place,
        value=" ".join(match.group().split()),
    )
