"""Notebook parameters: read from the notebooks, and refused before anything runs if wrong.

Papermill logs an unknown parameter and runs on with the default, so that a typing error publishes
a wrong report. Here every parameter has a type, a meaning and (where it can be said) its legal
values, all declared in the notebook's `parameters` cell:

    year_to: int | None = None  # Last year counted; none means all years. [1990..2026]
    countries: list[str] = []  # Countries counted; empty means all. [country]

The legal values in brackets are a range (`[1990..2026]`), options (`[a|b|c]`), `[country]` (the
values of the country columns in the data), or a facet of the codebook (`[theme]`).
"""

from __future__ import annotations

import ast
import io
import json
import math
import re
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from oso_analysis.errors import InputError, Problem, listed, nearest, nearest_code
from oso_analysis.legal_values import RANGE, bad_bracket, legal_options

__all__ = [
    "Declared",
    "Parameter",
    "declarations",
    "parse_axis",
    "parse_text",
    "read_parameters",
    "resolve",
    "resolve_axes",
]

_SCALARS: dict[str, type] = {"int": int, "float": float, "bool": bool, "str": str}
#: A type in words, for people who do not read Python: one value, and the items of a list.
_IN_WORDS = {
    "int": ("a whole number", "whole numbers"),
    "float": ("a number", "numbers"),
    "bool": ("yes or no", "yes or no"),
    "str": ("a text", "texts"),
}
_WORDS = {"true": True, "yes": True, "false": False, "no": False}
_LEGAL = re.compile(r"\[([^\[\]]+)\]\s*$")
#: A grid axis may not name more values than this; 1..1000000 is a slip, not a wish.
_AXIS_LIMIT = 10_000


@dataclass(frozen=True)
class Parameter:
    """One parameter of one notebook.

    Attributes
    ----------
    name : str
    scalar : str
        "int", "float", "bool" or "str": the type, or the type of the list's items.
    many, optional : bool
        Whether the value is a list; whether None is allowed.
    default : object
    meaning : str
        One sentence, for the user.
    legal : str or None
        What stands in the brackets.
    notebook : str
        File name of the notebook.
    row : int
        Line in the parameters cell, from 1.
    """

    name: str
    scalar: str
    many: bool
    optional: bool
    default: Any
    meaning: str
    legal: str | None
    notebook: str
    row: int

    @property
    def type(self) -> str:
        """The type as the notebook writes it."""
        text = f"list[{self.scalar}]" if self.many else self.scalar
        return f"{text} | None" if self.optional else text

    @property
    def in_words(self) -> str:
        """The type in words: "a whole number, or none"."""
        one, several = _IN_WORDS[self.scalar]
        text = f"a list of {several}" if self.many else one
        return f"{text}, or none" if self.optional else text


#: What notebooks declare: file name to {name: Parameter}.
Declared = Mapping[str, Mapping[str, Parameter]]


def read_parameters(notebook: Path) -> dict[str, Parameter]:
    """Read the parameters one notebook declares, in their order.

    Raises
    ------
    InputError
        All problems at once: no readable notebook, no (or a second) `parameters` cell, a line that
        is not `name: type = default  # Meaning. [legal]`, a default of another type.
    """
    file = notebook.name
    try:
        content = json.loads(notebook.read_text(encoding="utf-8"))
        cells = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError([Problem(f"is not a readable notebook ({error})", file=file)]) from None
    tagged = [cell for cell in cells if "parameters" in cell.get("metadata", {}).get("tags", [])]
    if len(tagged) != 1 or tagged[0] is not cells[0]:
        raise InputError(
            [
                Problem(
                    "must have its first code cell, and no other, tagged `parameters`; JupyterLab "
                    "sets tags in the Property Inspector (the cogwheels at the top right)",
                    file=file,
                )
            ]
        )
    source = tagged[0]["source"]
    return _parse_cell(source if isinstance(source, str) else "".join(source), file)


def _parse_cell(source: str, file: str) -> dict[str, Parameter]:
    try:
        tree = ast.parse(source)
        comments = {
            token.start[0]: token.string.lstrip("# ").strip()
            for token in tokenize.generate_tokens(io.StringIO(source).readline)
            if token.type == tokenize.COMMENT
        }
    except (SyntaxError, tokenize.TokenError) as error:
        row = getattr(error, "lineno", None)
        raise InputError(
            [Problem(f"is not Python ({error})", file=file, column="parameters", row=row)]
        ) from None
    problems: list[Problem] = []
    found: dict[str, Parameter] = {}
    for node in tree.body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        parameter = _parse_line(node, comments, file, problems)
        if parameter is None:
            continue
        if parameter.name in found:
            problems.append(
                Problem("is declared twice", file=file, row=parameter.row, column=parameter.name)
            )
        found[parameter.name] = parameter
    if problems:
        raise InputError(problems, f"{len(problems)} problem(s) in the notebooks' parameters")
    return found


def _parse_line(
    node: ast.stmt, comments: Mapping[int, str], file: str, problems: list[Problem]
) -> Parameter | None:
    row = node.lineno
    if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value):
        problems.append(Problem("must be `name: type = default  # Meaning.`", file=file, row=row))
        return None
    name = node.target.id

    def complain(rule: str, value: object = None) -> None:
        problems.append(Problem(rule, file=file, row=row, column=name, value=value))

    annotation = ast.unparse(node.annotation)
    kind = _parse_type(annotation)
    if kind is None:
        complain("must be int, float, bool, str, list[…] of them, or `… | None`", annotation)
        return None
    try:
        default = ast.literal_eval(node.value)
    except ValueError:
        complain("must have a literal default", ast.unparse(node.value))
        return None
    comment = comments.get(node.end_lineno or row, "")
    legal = _LEGAL.search(comment)
    meaning = (comment[: legal.start()] if legal else comment).strip()
    if not meaning:
        complain("must say in a comment what it means")
    parameter = Parameter(
        name, *kind, default, meaning, legal[1].strip() if legal else None, file, row
    )
    if not _has_type(default, parameter):
        complain(f"has a default that is not {parameter.type}", default)
    return parameter


def _parse_type(annotation: str) -> tuple[str, bool, bool] | None:
    text = annotation.replace(" ", "")
    optional = text.endswith("|None")
    text = text.removesuffix("|None")
    many = re.fullmatch(r"list\[(\w+)\]", text)
    scalar = many[1] if many else text
    return (scalar, bool(many), optional) if scalar in _SCALARS else None


def _has_type(value: object, parameter: Parameter) -> bool:
    if value is None:
        return parameter.optional
    if parameter.many:
        return isinstance(value, list) and all(_is_scalar(item, parameter.scalar) for item in value)
    return _is_scalar(value, parameter.scalar)


def _is_scalar(value: object, scalar: str) -> bool:
    if scalar == "float":
        # NaN and infinity cannot be written into JSON and are no sensible parameter either.
        return type(value) in {int, float} and math.isfinite(float(str(value)))
    # `True` is an int to Python, but not to a person.
    return type(value) is _SCALARS[scalar]


def parse_text(text: str, parameter: Parameter) -> Any:
    """Return the value that `text`, from the command line, means for `parameter`.

    Lists are separated by commas, brackets are optional; "none" stands for None where it is
    allowed; yes, no, true and false for a bool.

    Raises
    ------
    ValueError
        If `text` cannot be read as the declared type.
    """
    text = text.strip()
    if parameter.optional and text.lower() in {"none", "null", ""}:
        return None
    if parameter.many:
        inner = text.removeprefix("[").removesuffix("]")
        return [_scalar(part, parameter) for part in inner.split(",") if part.strip()]
    return _scalar(text, parameter)


def _scalar(text: str, parameter: Parameter) -> Any:
    text = text.strip()
    if parameter.scalar == "bool":
        if text.lower() not in _WORDS:
            raise ValueError(text)
        return _WORDS[text.lower()]
    if parameter.scalar == "str" and len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    if parameter.scalar == "int" and not re.fullmatch(r"[+-]?[0-9]+", text):
        raise ValueError(text)
    value = _SCALARS[parameter.scalar](text)
    if parameter.scalar == "float" and not math.isfinite(value):
        raise ValueError(text)
    return value


def parse_axis(text: str, parameter: Parameter) -> list[Any]:
    """Return the values of one grid axis: ``2010..2026``, or values separated by commas.

    For a list parameter each value is a list of its own; ``GB+US`` is one value of two items.

    Raises
    ------
    ValueError
        If a value cannot be read as the declared type, or there are none or far too many.
    """
    span = re.fullmatch(r"\s*(-?\d+)\.\.(-?\d+)\s*", text)
    if span and parameter.scalar == "int":
        first, last = int(span[1]), int(span[2])
        if not 0 <= last - first < _AXIS_LIMIT:
            raise ValueError(text)
        numbers = list(range(first, last + 1))
        return [[number] for number in numbers] if parameter.many else list(numbers)
    parts = [part for part in text.split(",") if part.strip()]
    if not parts:
        raise ValueError(text)
    values = [
        parse_text(part.replace("+", ",") if parameter.many else part, parameter) for part in parts
    ]
    return [value for at, value in enumerate(values) if value not in values[:at]]


def resolve(
    root: Path,
    declared: Declared,
    given: Mapping[str, Any],
    *,
    texts: Mapping[str, str] | None = None,
    file: str | None = None,
) -> dict[str, dict[str, Any]]:
    """Check parameter values against all notebooks; return each notebook's own, defaults included.

    Parameters
    ----------
    root : Path
        The project.
    declared : mapping
        What all its notebooks declare, as `declarations` returns it.
    given : mapping
        Values with their types, as an editions file gives them.
    texts : mapping, optional
        Values as typed on the command line; they come after `given` and win.
    file : str, optional
        Where `given` comes from, for messages.

    Returns
    -------
    dict of str to dict
        Notebook file name to {parameter: value}, in the order of declaration. A list of codes has
        each once, in the order of the legal values.

    Raises
    ------
    InputError
        All problems of all parameters at once: names that no notebook declares, values that cannot
        be read as the declared type, values that are not legal; each with the nearest legal one.
    """
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    for name, value in given.items():
        parameter = _lookup(name, declared, file, problems)
        if parameter and _check(root, value, parameter, file, problems):
            values[name] = _in_order(root, value, parameter)
    for name, text in (texts or {}).items():
        parameter = _lookup(name, declared, "command line", problems)
        if not parameter:
            continue
        try:
            value = parse_text(text, parameter)
        except ValueError:
            problems.append(_unreadable(text, parameter))
            continue
        if _check(root, value, parameter, "command line", problems):
            values[name] = _in_order(root, value, parameter)
    if problems:
        raise InputError(
            problems, f"{len(problems)} problem(s) with the parameters; nothing was run"
        )
    return {
        notebook: {name: values.get(name, parameter.default) for name, parameter in own.items()}
        for notebook, own in declared.items()
    }


def resolve_axes(root: Path, declared: Declared, axes: Mapping[str, str]) -> dict[str, list[Any]]:
    """Return the values of every grid axis, checked like `resolve` does.

    Raises
    ------
    InputError
        All problems of all axes at once.
    """
    problems: list[Problem] = []
    values: dict[str, list[Any]] = {}
    for name, text in axes.items():
        parameter = _lookup(name, declared, "--grid", problems)
        if not parameter:
            continue
        try:
            values[name] = parse_axis(text, parameter)
        except ValueError:
            problems.append(_unreadable_axis(text, parameter))
            continue
        good = [_check(root, value, parameter, "--grid", problems) for value in values[name]]
        if all(good):
            alike = [_in_order(root, value, parameter) for value in values[name]]
            values[name] = [value for at, value in enumerate(alike) if value not in alike[:at]]
    if problems:
        raise InputError(problems, f"{len(problems)} problem(s) with the grid; nothing was run")
    return values


def declarations(notebooks: Sequence[Path], root: Path) -> dict[str, dict[str, Parameter]]:
    """Read all notebooks' parameters; a name has one type and one default wherever it is declared.

    A report prints one value for each parameter, so that one notebook's own default would be
    printed as what all the others counted.

    Parameters
    ----------
    notebooks : sequence of Path
    root : Path
        The project, by which what stands in the brackets is checked, and every default by that.

    Returns
    -------
    dict of str to dict
        Notebook file name to {name: Parameter}, in the order of declaration.

    Raises
    ------
    InputError
        All problems of all notebooks at once.
    """
    problems: list[Problem] = []
    declared: dict[str, dict[str, Parameter]] = {}
    first: dict[str, Parameter] = {}
    for notebook in notebooks:
        try:
            declared[notebook.name] = read_parameters(notebook)
        except InputError as error:
            problems += error.problems
            continue
        for name, parameter in declared[notebook.name].items():
            other = first.setdefault(name, parameter)
            said = ""
            if other.type != parameter.type:
                said = f"is {parameter.type} here but {other.type} in {other.notebook}"
            elif other.default != parameter.default:
                said = (
                    f"is {parameter.default!r} by default here but {other.default!r} in "
                    f"{other.notebook}; give it one default, and an edition of its own to what "
                    "is to differ"
                )
            if said:
                problems.append(
                    Problem(said, file=parameter.notebook, row=parameter.row, column=name)
                )
            problems += _illegal_declaration(root, parameter)
    if problems:
        raise InputError(problems, f"{len(problems)} problem(s) in the notebooks' parameters")
    return declared


def _illegal_declaration(root: Path, parameter: Parameter) -> Iterator[Problem]:
    """Yield what is wrong with the brackets of one parameter, or else with its default by them."""
    place: dict[str, Any] = {
        "file": parameter.notebook,
        "row": parameter.row,
        "column": parameter.name,
    }
    if parameter.legal is None:
        return
    try:
        problem = bad_bracket(root, parameter.legal, parameter.scalar)
        if problem is not None:
            yield replace(problem, value=f"[{parameter.legal}]", **place)
            return
        default = parameter.default
        items = default if isinstance(default, list) else [default] if default is not None else []
        for item in items:
            problem = _illegal(root, item, parameter, None)
            if problem is not None:
                yield replace(problem, rule=f"is the default, but {problem.rule}", **place)
    except InputError:
        # The codebook cannot be read, which whoever checks the data says.
        return


def _lookup(
    name: str,
    declared: Declared,
    file: str | None,
    problems: list[Problem],
) -> Parameter | None:
    for parameters in declared.values():
        if name in parameters:
            return parameters[name]
    known = sorted({key for parameters in declared.values() for key in parameters})
    problems.append(
        Problem(
            f"is not a parameter of any notebook; parameters are {', '.join(known) or 'none'}",
            file=_place(file, name),
            nearest=nearest(name, known),
        )
    )
    return None


def _place(file: str | None, name: str) -> str:
    return f"{file}, parameter {name!r}" if file else f"parameter {name!r}"


def _unreadable_axis(text: str, parameter: Parameter) -> Problem:
    """Say what is wrong with a grid axis: with its range where it is meant to be one."""
    first, dots, last = (part.strip() for part in text.partition(".."))
    if not dots or parameter.scalar != "int":
        return _unreadable(text, parameter, "--grid")
    legal = RANGE.fullmatch(parameter.legal or "")
    numbers = [first or (legal[1] if legal else ""), last or (legal[2] if legal else "")]
    whole = all(re.fullmatch(r"-?\d+", number) for number in numbers)
    meant = "..".join(sorted(numbers, key=int)) if whole else None
    return Problem(
        "must be a range from a smaller to a larger whole number, such as 2010..2015, of at most "
        f"{_AXIS_LIMIT:,} values ({parameter.meaning})",
        file=_place("--grid", parameter.name),
        value=text,
        nearest=meant if meant != text.strip() else None,
    )


def _in_order(root: Path, value: Any, parameter: Parameter) -> Any:
    """Return a list of codes each once, in the order of the legal values; else the value itself.

    Codes select what counts, so their order means nothing, and two orders are one edition: that of
    the default, where they are its codes.
    """
    legal = parameter.legal
    if not legal or not isinstance(value, list) or RANGE.fullmatch(legal):
        return value
    places = {code: place for place, code in enumerate(legal_options(root, legal))}
    codes = sorted(dict.fromkeys(value), key=lambda item: places[str(item)])
    default = parameter.default
    return default if isinstance(default, list) and set(default) == set(codes) else codes


def _unreadable(text: str, parameter: Parameter, file: str = "command line") -> Problem:
    return Problem(
        f"must be {parameter.in_words} ({parameter.meaning})",
        file=_place(file, parameter.name),
        value=text,
    )


def _check(
    root: Path, value: Any, parameter: Parameter, file: str | None, problems: list[Problem]
) -> bool:
    if not _has_type(value, parameter):
        items = value if isinstance(value, list) else [value]
        quote = ""
        if parameter.scalar == "str" and any(isinstance(item, bool) for item in items):
            quote = "; YAML reads NO, ON, YES and the like as yes or no unless they are in quotes"
        problems.append(
            Problem(
                f"must be {parameter.in_words} ({parameter.meaning}){quote}",
                file=_place(file, parameter.name),
                value=value,
            )
        )
        return False
    if parameter.legal is None or value is None:
        return True
    good = True
    for item in value if parameter.many else [value]:
        problem = _illegal(root, item, parameter, file)
        if problem:
            problems.append(problem)
            good = False
    return good


def _illegal(root: Path, item: Any, parameter: Parameter, file: str | None) -> Problem | None:
    legal = str(parameter.legal)
    span = RANGE.fullmatch(legal)
    if span:
        low, high = float(span[1]), float(span[2])
        if low <= item <= high:
            return None
        close = span[1] if item < low else span[2]
        return Problem(
            f"must be from {span[1]} to {span[2]}",
            file=_place(file, parameter.name),
            value=item,
            nearest=close,
        )
    options = legal_options(root, legal)
    if str(item) in options:
        return None
    return Problem(
        f"is not one of {listed(options)}",
        file=_place(file, parameter.name),
        value=item,
        nearest=nearest_code(item, options),
    )
