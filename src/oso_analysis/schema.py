"""Data contracts: tables described by a Frictionless `datapackage.json`, checked as they load.

The descriptor is the one place that says what a row, a column, a unit and a blank mean
(https://specs.frictionlessdata.io/table-schema/). Beyond the standard's types and constraints this
module reads five properties of our own, which other tools ignore:

``codebook``
    On a field: the facet of the codebook whose codes are the allowed values.
``codesByFacet``
    On a schema: ``{"facet": column, "code": column}``; the allowed values of the second column
    depend on the facet named in the first.
``requiredWhen`` and ``onlyWhen``
    On a field: ``{column: [values]}``; the field must be filled, or may only be filled, in rows
    where the other column holds one of the values.
``repeats``
    On a schema without a key: true where a row may stand twice, the same in every column.

A field's ``example``, which is the standard's, is told where a value breaks the field's pattern.
Every failure of every table is collected before anything is raised.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from oso_analysis.codebook import Codebook
from oso_analysis.delimited import Cells, read_cells
from oso_analysis.errors import InputError, Problem, Suggestions, nearest, nearest_code
from oso_analysis.files import short_names
from oso_analysis.frames import FILE_ROW
from oso_analysis.shapes import check_shapes

__all__ = [
    "COMPLETION",
    "RECORDS",
    "SEARCH_KINDS",
    "TOPIC_SEARCH",
    "DataPackage",
    "Export",
    "Resource",
    "check_foreign_keys",
    "load_table",
    "read_package",
]

#: The role of the resources that are search exports.
RECORDS = "records"
#: What an export's records were found by: a search for the review's subject, which the search log
#: accounts for, or a further one that completes what is known of the works.
TOPIC_SEARCH, COMPLETION = SEARCH_KINDS = ("topic_search", "completion")

#: Table Schema types this package reads, with the dtype each becomes.
DTYPES = {
    "string": "str",
    "year": "Int64",
    "integer": "Int64",
    "number": "float64",
    "date": "str",
}

_NUMERIC = {
    "year": r"\d{4}",
    "integer": r"[+-]?\d+",
    "number": r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?",
}
_DATE = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
#: Legal values spelt out in a message before it says how many more there are.
_LISTED = 12


@dataclass(frozen=True)
class Resource:
    """One described file (or set of files) of the data package."""

    name: str
    paths: tuple[str, ...]
    descriptor: Mapping[str, Any]

    @property
    def is_table(self) -> bool:
        """Whether the resource is a CSV with a Table Schema (search exports are not)."""
        return "schema" in self.descriptor

    @property
    def fields(self) -> list[Mapping[str, Any]]:
        """The columns' descriptors, in order."""
        return list(self.descriptor.get("schema", {}).get("fields", []))

    @property
    def primary_key(self) -> list[str]:
        """The key's columns; empty where the table has no key."""
        key = self.descriptor.get("schema", {}).get("primaryKey", [])
        return [key] if isinstance(key, str) else list(key)

    @property
    def foreign_keys(self) -> list[tuple[list[str], str, list[str]]]:
        """``(columns, resource, its columns)`` for each foreign key."""
        keys = []
        for key in self.descriptor.get("schema", {}).get("foreignKeys", []):
            columns, reference = key["fields"], key["reference"]
            there = reference["fields"]
            keys.append(
                (
                    [columns] if isinstance(columns, str) else list(columns),
                    reference.get("resource", "") or self.name,
                    [there] if isinstance(there, str) else list(there),
                )
            )
        return keys


@dataclass(frozen=True)
class Export:
    """One described file of bibliographic records."""

    path: str
    resource: Resource
    #: Other resources that describe the same file.
    others: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """What found its records, one of `SEARCH_KINDS`."""
        return str(self.resource.descriptor.get("kind", TOPIC_SEARCH))

    @property
    def title(self) -> str:
        """What its description calls it; empty where it does not."""
        return str(self.resource.descriptor.get("title", "")).strip()


@dataclass(frozen=True)
class DataPackage:
    """A parsed `datapackage.json` and the folder it describes."""

    root: Path
    descriptor: Mapping[str, Any]
    resources: Mapping[str, Resource] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Resource:
        """Return a resource; an unknown name is answered with the nearest known one."""
        if name not in self.resources:
            raise InputError(
                [
                    Problem(
                        "is not a resource of the data package",
                        file="datapackage.json",
                        value=name,
                        nearest=nearest(name, self.resources),
                    )
                ]
            )
        return self.resources[name]

    @property
    def exports(self) -> dict[str, Export]:
        """The search exports, in their order, by the name their records carry (`source_file`).

        Whatever joins a search, a label or a note to an export goes by this name.
        """
        found = [
            Export(path, resource)
            for resource in self.resources.values()
            if resource.descriptor.get("role") == RECORDS
            for path in resource.paths
        ]
        names = short_names(self.root / item.path for item in found)
        exports: dict[str, Export] = {}
        for item in found:
            name = names[self.root / item.path]
            before = exports.get(name)
            others = (*before.others, before.resource.name) if before else ()
            exports[name] = replace(item, others=others)
        return exports

    @property
    def limits(self) -> tuple[str, ...]:
        """What a reader must know about the data's limits, in the order to print them."""
        return tuple(self.descriptor.get("limits", ()))


def read_package(path: Path | str) -> DataPackage:
    """Read `datapackage.json`.

    Parameters
    ----------
    path : path-like
        The descriptor, or the folder that holds it.

    Returns
    -------
    DataPackage

    Raises
    ------
    InputError
        The file is missing, is not JSON, or a resource lacks a path or a known field type, or has
        the name of another; a path that leaves the folder; a file that does not exist.
    """
    path = Path(path)
    if path.is_dir():
        path = path / "datapackage.json"
    try:
        descriptor = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise InputError([Problem("does not exist", file=path.name)]) from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        row = getattr(error, "lineno", None)
        raise InputError([Problem("is not readable JSON", file=path.name, row=row)]) from None
    problems = check_shapes(descriptor, path.name)
    if problems:
        raise InputError(problems)
    resources: dict[str, Resource] = {}
    for position, raw in enumerate(descriptor.get("resources", [])):
        name = raw.get("name", f"resource {position + 1}")
        if name in resources:
            # The later one would take the place of the earlier, whose file nothing would read.
            rule = "is the name of two resources; each needs its own"
            problems.append(Problem(rule, path.name, None, "name", name))
        paths = raw.get("path", [])
        paths = (paths,) if isinstance(paths, str) else tuple(paths)
        if not paths:
            problems.append(Problem("has no path", file=path.name, value=name))
        for item in paths:
            if Path(item).is_absolute() or ".." in Path(item).parts:
                problems.append(Problem("must stay inside the folder", file=path.name, value=item))
            elif not (path.parent / item).is_file():
                problems.append(
                    Problem(
                        "is described but does not exist",
                        file=path.name,
                        value=item,
                        nearest=nearest(item, _files(path.parent)),
                    )
                )
        problems += [
            Problem(
                f"is not a column type; types are {', '.join(DTYPES)}",
                file=path.name,
                column=f"{name}.{spec.get('name')}",
                value=spec.get("type"),
                nearest=nearest(spec.get("type"), DTYPES),
            )
            for spec in raw.get("schema", {}).get("fields", [])
            if spec.get("type", "string") not in DTYPES
        ]
        resources[name] = Resource(name, paths, raw)
    if problems:
        raise InputError(problems)
    return DataPackage(path.parent, descriptor, resources)


def _files(folder: Path) -> Iterator[str]:
    return (item.relative_to(folder).as_posix() for item in folder.rglob("*") if item.is_file())


def load_table(
    package: DataPackage,
    name: str,
    codebook: Codebook,
    *,
    extra_codes: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[pd.DataFrame, list[Problem]]:
    """Read one table and check it against its schema, all failures at once.

    Parameters
    ----------
    package : DataPackage
        The descriptor.
    name : str
        A tabular resource.
    codebook : Codebook
        Where ``codebook`` and ``codesByFacet`` look up allowed values.
    extra_codes : mapping, optional
        Allowed values, with their printed names, of facets that another table defines
        (``country``).

    Returns
    -------
    table : pandas.DataFrame
        The columns of the schema in its order; text as ``str``, blanks as missing, whole numbers
        and years as ``Int64``. Values that broke a rule are missing.
    problems : list of Problem
        Rows count from 1 with the header as row 1, as a spreadsheet shows them. Foreign keys are
        checked by `check_foreign_keys`, when all tables are there.
    """
    resource = package[name]
    file = resource.paths[0]
    columns = [spec["name"] for spec in resource.fields]
    lines, cells, problems = read_cells(package.root / file, file, columns)
    typed: dict[str, Any] = {}
    for spec in resource.fields:
        column = _check_field(spec, cells, lines, file, codebook, problems)
        # Later rules see what is left: a value that broke a rule is missing.
        left = zip(column.tolist(), column.notna().tolist(), strict=True)
        cells[spec["name"]] = [value if there else None for value, there in left]
        typed[spec["name"]] = column.array
    by_facet = resource.descriptor.get("schema", {}).get("codesByFacet")
    if by_facet:
        _check_codes_by_facet(by_facet, cells, lines, file, codebook, extra_codes or {}, problems)
    if resource.primary_key:
        _check_key(resource.primary_key, cells, lines, file, problems)
    elif not resource.descriptor["schema"].get("repeats"):
        _check_repeats(cells, lines, file, problems)
    table = pd.DataFrame(typed, index=pd.Index(lines, dtype="int64", name=FILE_ROW))
    return table, sorted(problems, key=lambda item: item.row or 0)


def _failures(
    name: str,
    values: list[Any],
    lines: list[int],
    bad: np.ndarray,
    rule: str,
    file: str,
    problems: list[Problem],
    suggest: Callable[[object], str | None],
) -> None:
    suggestion = Suggestions(suggest)
    for at in np.flatnonzero(bad).tolist():
        value = values[at]
        near = None if value is None else suggestion(value)
        problems.append(Problem(rule, file, lines[at], name, value, near))


def _like(labels: Mapping[str, str]) -> Callable[[object], str | None]:
    """Return what suggests one of the codes, by its printed name too."""
    return lambda value: nearest_code(value, labels)


def _point(value: object) -> str | None:
    """Return a number with a comma for the point, as much of Europe writes it, with a point.

    One comma before three digits may as well stand between thousands.
    """
    found = re.fullmatch(r"([+-]?\d+),(\d\d?|\d{4,})", str(value))
    return f"{found[1]}.{found[2]}" if found else None


def _listed(legal: Collection[str]) -> str:
    items = list(legal)
    more = f", … ({len(items)} in all)" if len(items) > _LISTED else ""
    return ", ".join(items[:_LISTED]) + more


def _among(values: list[Any], legal: Collection[Any]) -> np.ndarray:
    known = set(legal)
    return np.array([value in known for value in values], dtype=bool)


def _matches(texts: pd.Series, pattern: str) -> np.ndarray:
    found: np.ndarray = texts.str.fullmatch(pattern).fillna(False).to_numpy(dtype=bool)
    return found


def _check_field(
    spec: Mapping[str, Any],
    cells: Cells,
    lines: list[int],
    file: str,
    codebook: Codebook,
    problems: list[Problem],
) -> pd.Series:
    """Return a column in its type; values that broke a rule are missing."""
    name = spec["name"]
    values = cells[name]
    texts = pd.Series(values, dtype="str")
    given = texts.notna().to_numpy()
    kind = spec.get("type", "string")
    limits = spec.get("constraints", {})
    bad = np.zeros(len(values), dtype=bool)

    def fail(
        mask: np.ndarray, rule: str, suggest: Callable[[object], str | None] = lambda _: None
    ) -> None:
        nonlocal bad
        _failures(name, values, lines, mask & ~bad, rule, file, problems, suggest)
        bad |= mask

    if limits.get("required"):
        fail(~given, "must not be blank: fill it in, or leave the row out")
    for other, when in spec.get("requiredWhen", {}).items():
        fail(
            ~given & _among(cells[other], when), f"must be filled where {other} is {_listed(when)}"
        )
    for other, when in spec.get("onlyWhen", {}).items():
        fail(
            given & ~_among(cells[other], when), f"must be blank unless {other} is {_listed(when)}"
        )
    legal = {value: value for value in limits.get("enum", ())}
    if "codebook" in spec:
        legal = codebook[spec["codebook"]].names
    if legal:
        fail(given & ~_among(values, legal), f"must be one of {_listed(legal)}", _like(legal))
    if "pattern" in limits:
        pattern = limits["pattern"]
        # Few readers know patterns.
        such = f"must look like {spec['example']} " if "example" in spec else "must match "
        said = f"(pattern {pattern})" if "example" in spec else pattern
        fail(given & ~_matches(texts, pattern), f"{such}{said}")
    if kind == "date":
        fail(given & ~_matches(texts, _DATE), "must be a date such as 2019-06-21")
    if kind in _NUMERIC:
        example = {
            "year": "a year of four digits",
            "integer": "a whole number",
            "number": "a number",
        }
        fail(given & ~_matches(texts, _NUMERIC[kind]), f"must be {example[kind]}", _point)
        numbers: Any = pd.to_numeric(texts.mask(bad), errors="coerce")
        if "minimum" in limits:
            low = limits["minimum"]
            fail((numbers < low).fillna(False).to_numpy(dtype=bool), f"must be at least {low}")
        if "maximum" in limits:
            high = limits["maximum"]
            fail((numbers > high).fillna(False).to_numpy(dtype=bool), f"must be at most {high}")
        typed: pd.Series = numbers.mask(bad).astype(DTYPES[kind])
        return typed
    if limits.get("unique"):
        fail(given & texts.duplicated(keep="first").to_numpy(), "must be unique")
    kept: pd.Series = texts.mask(bad) if bad.any() else texts
    return kept


def _check_codes_by_facet(
    columns: Mapping[str, str],
    cells: Cells,
    lines: list[int],
    file: str,
    codebook: Codebook,
    extra_codes: Mapping[str, Mapping[str, str]],
    problems: list[Problem],
) -> None:
    facets, codes = cells[columns["facet"]], cells[columns["code"]]
    known = {**{name: facet.names for name, facet in codebook.facets.items()}, **extra_codes}
    missing = _among(facets, [None])
    rule = f"must be one of {_listed(known)}"
    bad = ~missing & ~_among(facets, known)
    names = {name: name for name in known}
    _failures(columns["facet"], facets, lines, bad, rule, file, problems, _like(names))
    given = ~_among(codes, [None])
    for facet in sorted(set(facets) - {None}):
        legal = known.get(str(facet), {})
        if legal:
            bad = given & _among(facets, [facet]) & ~_among(codes, legal)
            rule = f"must be one of the codes of {facet}: {_listed(legal)}"
            _failures(columns["code"], codes, lines, bad, rule, file, problems, _like(legal))


def _check_key(
    key: list[str], cells: Cells, lines: list[int], file: str, problems: list[Problem]
) -> None:
    first: dict[tuple[Any, ...], int] = {}
    for row, values in zip(lines, zip(*(cells[name] for name in key), strict=True), strict=True):
        if None not in values and first.setdefault(values, row) != row:
            problems.append(
                Problem(
                    f"repeats the key of row {first[values]}",
                    file,
                    row,
                    " + ".join(key),
                    ", ".join(map(str, values)),
                )
            )


def _check_repeats(cells: Cells, lines: list[int], file: str, problems: list[Problem]) -> None:
    """Refuse a row pasted twice in a table without a key: it would be counted twice."""
    first: dict[tuple[Any, ...], int] = {}
    for row, values in zip(lines, zip(*cells.values(), strict=True), strict=True):
        if first.setdefault(values, row) != row:
            rule = f"repeats row {first[values]} in every column; take one of the two out"
            problems.append(Problem(rule, file, row))


def _labels(table: pd.DataFrame, key: list[str]) -> dict[str, str]:
    """Return code to printed name, where a table has both; people type names as often as codes."""
    if len(key) != 1 or "label" not in table:
        return {}
    pairs = table[[key[0], "label"]].dropna().astype(str)
    return dict(zip(pairs[key[0]], pairs["label"], strict=True))


def check_foreign_keys(package: DataPackage, tables: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """Check that every reference from one table to another finds its row.

    Parameters
    ----------
    package : DataPackage
        The descriptor, whose ``foreignKeys`` are checked.
    tables : mapping of str to pandas.DataFrame
        Tables by resource name, as `load_table` returned them; a referenced name that is absent (it
        did not load) is skipped, because its own problems are reported already.

    Returns
    -------
    list of Problem
        One for each distinct value that finds nothing, at the first row that holds it; a single
        one where the table referred to has no rows at all.
    """
    problems: list[Problem] = []
    for name in tables:
        if name not in package.resources:
            continue
        for columns, target, there in package[name].foreign_keys:
            if target not in tables:
                continue
            legal = set(_tuples(tables[target][there].dropna()))
            given = tables[name][columns].dropna()
            if not legal and len(given):
                # Every value would be told alone, and the file that has no rows lost among them.
                rule = f"names rows of {target}, which has none that could be read"
                file = package[name].paths[0]
                problems.append(Problem(rule, file, column=" + ".join(columns)))
                continue
            suggestion = _suggestions(_labels(tables[target], there), legal)
            given = given.drop_duplicates()
            for row, values in zip(given.index.tolist(), _tuples(given), strict=True):
                if values not in legal:
                    value = ", ".join(values)
                    problems.append(
                        Problem(
                            f"is not in {target} ({', '.join(there)})",
                            package[name].paths[0],
                            row,
                            " + ".join(columns),
                            value,
                            suggestion(value),
                        )
                    )
    return problems


def _suggestions(labels: Mapping[str, str], legal: Collection[tuple[str, ...]]) -> Suggestions:
    """Return what suggests a key of another table: by its printed name too, if it has one."""
    if labels:
        return Suggestions(lambda value: nearest_code(value, labels))
    keys = [", ".join(item) for item in legal]
    return Suggestions(lambda value: nearest(value, keys))


def _tuples(frame: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    """Return the rows as text."""
    return zip(*(frame[name].astype("str").tolist() for name in frame.columns), strict=True)
