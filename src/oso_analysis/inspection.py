"""What was forgotten: everything about a project that no data contract sees, found at once.

Data contracts say whether files keep to their description (`schema`). Here is what a person forgets
after an edit: a file that nothing describes, a notebook without its parameters or its outputs, a
number typed into a text, an edition that asks for what is not there, a page or a template that no
longer says what the codebook says. Each finding names the file and what to do about it.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from oso_analysis.errors import InputError, Problem, nearest

__all__ = ["Inspection", "inspect_project"]

#: Codes that tables and figures are made from, by facet.
_NEEDED = {"kind": ("issue", "solution"), "decision": ("include", "exclude")}
#: Facets whose codes `coding.csv` gives.
_CODED = ("theme", "behaviour", "design", "population", "sector", "practice_decision")
#: Files of data/ that describe rather than hold data, or that Windows leaves behind, by how their
#: names end.
_NOT_DATA = (".md", ".txt", "Thumbs.db", "desktop.ini")
#: A number with a counted noun or a percent sign after it; 95 % and 100 % are said of methods.
_NUMBER = re.compile(
    r"(?<![\w.#-])(?!(?:95|100) ?%)\d+(?:[,.]\d+)*(?: ?%| per cent\b| (?:\w+ ){0,2}?"
    r"(?:works?|records?|publications?|stud(?:y|ies)|submissions?|respondents?|segments?"
    r"|solutions?|issues|reviewers?|coders?)\b)",
    re.IGNORECASE,
)
_MAGIC = re.compile(r"^\s*[%!?].*$", re.MULTILINE)
_TOUR = "00_"


@dataclass(frozen=True)
class Inspection:
    """What was found.

    Attributes
    ----------
    problems : tuple of Problem
        What must be mended: a report made now would be wrong, incomplete or not reproducible.
    notes : tuple of Problem
        What may be meant, such as a code that no data use.
    """

    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]


def inspect_project(root: Path) -> Inspection:
    """Look for everything that was forgotten in a project, its data contracts included.

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
    notes: list[Problem] = []
    review = _look(problems, _load, root)
    problems += _files(root)
    if review is not None:
        codes, unused = _codes(review)
        problems += codes
        notes += unused
        problems += _pages(root, review)
        # A broken codebook would be told again for every edition.
        problems += _editions(root)
    problems += _notebooks(root)
    return Inspection(tuple(dict.fromkeys(problems)), tuple(dict.fromkeys(notes)))


def _look(problems: list[Problem], function: Any, *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except InputError as error:
        problems += error.problems
        return None


def _load(root: Path) -> Any:
    from oso_analysis.review import load_review

    return load_review(root)


# Files


def _files(root: Path) -> Iterator[Problem]:
    try:
        descriptor = json.loads((root / "data/datapackage.json").read_text(encoding="utf-8-sig"))
        resources = descriptor["resources"]
    except (OSError, ValueError, KeyError, TypeError):
        return  # said by the data contracts
    described: set[str] = set()
    for resource in resources:
        paths = resource.get("path", [])
        described.update([paths] if isinstance(paths, str) else paths)
    for path in sorted((root / "data").rglob("*")):
        name = path.relative_to(root / "data").as_posix()
        hidden = any(part.startswith((".", "~$")) for part in path.relative_to(root).parts)
        if not path.is_file() or hidden or name == "datapackage.json":
            continue
        if name not in described and not name.endswith(_NOT_DATA):
            missing = [item for item in described if not (root / "data" / item).is_file()]
            yield Problem(_unread(name, described), f"data/{name}", nearest=nearest(name, missing))
    for name in ("README.md", "LICENSE"):
        if not (root / name).is_file():
            yield Problem("is missing; others need it to know what this is and may do", file=name)
    limits = descriptor.get("limits")
    if not limits:
        yield Problem(
            "has no `limits`; say there what a reader must know about the data, the report prints "
            "it on its first page",
            file="data/datapackage.json",
        )


def _unread(name: str, described: set[str]) -> str:
    """Return what to do about a file of data/ that nothing reads."""
    table = str(PurePosixPath(name).with_suffix(".csv"))
    if name.endswith(".xlsx") and table in described:
        return (
            "is a workbook, and nothing reads it; save it as the table with `oso-analysis to-csv "
            f"data/{name} --output data/{table}`, and take the workbook out of data/"
        )
    return (
        "is described nowhere, so nothing reads it; add it to data/datapackage.json or take it "
        "out of data/"
    )


# Codes


def _codes(review: Any) -> tuple[list[Problem], list[Problem]]:
    file = f"data/{review.package['codebook'].paths[0]}"
    problems = [
        Problem(
            "is needed by tables and figures; put it back and change its label instead",
            file=file,
            column=facet,
            value=code,
        )
        for facet, codes in _NEEDED.items()
        for code in codes
        if code not in review.codebook[facet]
    ]
    used: dict[str, set[str]] = {
        facet: set(rows["code"].dropna()) for facet, rows in review.coding.groupby("facet")
    }
    segments, submissions = review.segments, review.submissions
    for facet, columns in {
        "theme": [segments["theme"]],
        "outcome": [segments["outcome"]],
        "kind": [segments["kind"]],
        "respondent_sector": [
            submissions["respondent_sector"],
            review.relevance["respondent_sector"],
        ],
        "exclusion_reason": [review.screening["exclusion_reason"]],
    }.items():
        for column in columns:
            used.setdefault(facet, set()).update(column.dropna())
    notes = [
        Problem("is used by no data; new, or to be taken out?", file, None, facet, code)
        for facet in (*_CODED, "outcome", "respondent_sector", "exclusion_reason")
        for code in review.codebook[facet]
        if code not in used.get(facet, set()) and code not in {"not_stated", "none", "other"}
    ]
    notes += [
        Problem("has no definition, so coders have only its label", file, None, "theme", code)
        for code, item in review.codebook["theme"].items()
        if not item.definition
    ]
    notes += _colourless(review, file)
    return [*problems, *_people(review)], notes


def _people(review: Any) -> Iterator[Problem]:
    """Yield the coders and reviewers whose name is another's but for its spelling.

    Rows are counted by coder, so that "coder 1" beside "coder_1" is a coder whom no table counts.
    """
    for name, table in review.tables.items():
        for column in sorted({"coder", "reviewer"} & set(table.columns)):
            common = table[column].value_counts()
            known: dict[str, str] = {}
            for person in sorted(common.index, key=lambda person: (-common[person], person)):
                plain = "".join(filter(str.isalnum, person.casefold()))
                if known.setdefault(plain, person) != person:
                    yield Problem(
                        "is another name than the one it is like, and is not counted with it",
                        file=f"data/{review.package[name].paths[0]}",
                        row=int(table.index[table[column] == person][0]),
                        column=column,
                        value=person,
                        nearest=known[plain],
                    )


def _colourless(review: Any, file: str) -> list[Problem]:
    from oso_analysis.figures.style import NOT_STATED_COLOUR, outcome_colours, theme_colours

    grey = [
        (facet, code)
        for facet, colours in (("theme", theme_colours), ("outcome", outcome_colours))
        for code, colour in colours(review.codebook[facet]).items()
        if colour == NOT_STATED_COLOUR and code != "not_stated"
    ]
    return [
        Problem("is drawn in grey, for there are no more colours that differ", file, None, *pair)
        for pair in grey
    ]


# Pages and templates made from the data


def _pages(root: Path, review: Any) -> Iterator[Problem]:
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


def _editions(root: Path) -> Iterator[Problem]:
    from oso_analysis.editions import EDITIONS_FILE, read_editions
    from oso_analysis.parameters import resolve

    notebooks = _chapters(root)
    try:
        editions = read_editions(root)
    except InputError as error:
        yield from error.problems
        return
    for edition in editions.editions.values():
        try:
            resolve(
                root,
                notebooks,
                edition.parameters,
                file=f"{EDITIONS_FILE}, edition {edition.name!r}",
            )
        except InputError as error:
            yield from error.problems


def _chapters(root: Path) -> list[Path]:
    return [
        path
        for path in sorted((root / "notebooks").glob("*.ipynb"))
        if not path.name.startswith(_TOUR)
    ]


# Notebooks


def _notebooks(root: Path) -> list[Problem]:
    from oso_analysis.parameters import read_parameters
    from oso_analysis.report.markdown import slug

    problems: list[Problem] = []
    if not _chapters(root):
        problems.append(Problem("holds no notebooks, so there is no report", file="notebooks/"))
    places: dict[str, list[str]] = {}
    chapters = {slug(re.sub(r"^\d+[_-]*", "", path.stem)): path.name for path in _chapters(root)}
    for path in _chapters(root):
        file = f"notebooks/{path.name}"
        try:
            read_parameters(path)
        except InputError as error:
            problems += [
                Problem(p.rule, file, p.row, p.column, p.value, p.nearest) for p in error.problems
            ]
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
        if identity in chapters:
            problems.append(
                Problem(
                    f"is the name of the chapter {chapters[identity]} already, and both are places "
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
