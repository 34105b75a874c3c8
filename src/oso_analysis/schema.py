"""Data contracts: tables described by a Frictionless `datapackage.json`, checked as they load.

The descriptor is the one place that says what a row, a column, a unit and a blank mean
(https://specs.frictionlessdata.io/table-schema/). Beyond the standard's types and constraints this
module reads four properties of our own, which other tools ignore:

``codebook``
    On a field: the facet of the codebook whose codes are the allowed values.
``codesByFacet``
    On a schema: ``{"facet": column, "code": column}``; the allowed values of the second column
    depend on the facet named in the first.
``requiredWhen`` and ``onlyWhen``
    On a field: ``{column: [values]}``; the field must be filled, or may only be filled, in rows
    where the other column holds one of the values.

Every failure of every table is collected before anything is raised.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from oso_analysis.codebook import Codebook, Facet
from oso_analysis.errors import InputError, Problem, nearest, nearest_code

__all__ = ["DataPackage", "Resource", "check_foreign_keys", "load_table", "read_package"]

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
        The file is missing, is not JSON, or a resource lacks a name, a path or a known field type;
        a path that leaves the folder; a file that does not exist.
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
    problems: list[Problem] = []
    resources: dict[str, Resource] = {}
    for position, raw in enumerate(descriptor.get("resources", [])):
        name = raw.get("name", f"resource {position + 1}")
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
    extra_codes: Mapping[str, Collection[str]] | None = None,
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
        Allowed values of facets that another table defines (``country``).

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
    rows, problems = _read_csv(package.root / file, file, resource)
    columns = [spec["name"] for spec in resource.fields]
    table = pd.DataFrame(rows, columns=["", *columns], dtype="str")
    lines = table.pop("").astype(int)
    table.index = pd.Index(lines, name="row")
    table = table.apply(lambda column: column.str.strip())
    table = table.where(table != "")
    for spec in resource.fields:
        table[spec["name"]] = _check_field(spec, table, file, codebook, problems)
    by_facet = resource.descriptor.get("schema", {}).get("codesByFacet")
    if by_facet:
        _check_codes_by_facet(by_facet, table, file, codebook, extra_codes or {}, problems)
    _check_key(resource.primary_key, table, file, problems)
    return table, sorted(problems, key=lambda item: item.row or 0)


def _read_csv(path: Path, file: str, resource: Resource) -> tuple[list[list[Any]], list[Problem]]:
    """Return ``[row number, *cells in schema order]`` per row."""
    problems: list[Problem] = []
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if raw.startswith(b"PK"):
            rule = f"is a workbook, not CSV; {_mend(file)}"
            return [], [Problem(rule, file=file)]
        row = raw[: error.start].count(b"\n") + 1
        rule = f"is not UTF-8; save it as 'CSV UTF-8', or {_mend(file)}"
        return [], [Problem(rule, file=file, row=row)]
    if "\0" in text:
        row = text[: text.index("\0")].count("\n") + 1
        return [], [Problem("holds a NUL byte; it is not a text table", file=file, row=row)]
    columns = [spec["name"] for spec in resource.fields]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[list[Any]] = []
    number = 0
    order: list[int | None] = []
    try:
        for number, cells in enumerate(reader, start=1):
            if number == 1:
                order = _check_header(cells, columns, file, problems)
                if problems:
                    return [], problems
                width = len(cells)
            elif not any(cell.strip() for cell in cells):
                continue  # a blank line holds no row; spreadsheets often leave some at the end
            elif len(cells) != width:
                problems.append(
                    Problem(f"has {len(cells)} cells where the header has {width}", file, number)
                )
            else:
                rows.append([number, *("" if i is None else cells[i] for i in order)])
    except csv.Error as error:
        problems.append(Problem(f"is not readable CSV ({error})", file=file, row=number + 1))
    if number == 0:
        problems.append(Problem("is empty; it needs a header row", file=file))
    return rows, problems


def _mend(file: str) -> str:
    """Return what to do about a table that a spreadsheet program saved in its own way."""
    return f"mend it with `oso-analysis to-csv data/{file}`"


def _check_header(
    header: list[str], columns: list[str], file: str, problems: list[Problem]
) -> list[int | None]:
    header = [name.strip() for name in header]
    if len(header) == 1 and len(columns) > 1 and (";" in header[0] or "\t" in header[0]):
        mark = "semicolons" if ";" in header[0] else "tabs"
        rule = f"is separated by {mark}, not commas; {_mend(file)}"
        problems.append(Problem(rule, file=file, row=1))
        return []
    problems += [
        Problem("stands twice in the header", file=file, row=1, column=name)
        for name in sorted({name for name in header if header.count(name) > 1})
    ]
    missing = [name for name in columns if name not in header]
    unknown = [name for name in header if name not in columns]
    problems += [
        Problem("is missing", file=file, row=1, column=name, nearest=nearest(name, unknown))
        for name in missing
    ]
    problems += [
        Problem(
            "is not a column of this table",
            file=file,
            row=1,
            column=name,
            nearest=nearest(name, missing or columns),
        )
        for name in unknown
    ]
    return [header.index(name) if name in header else None for name in columns]


def _failures(
    values: pd.Series,
    bad: pd.Series,
    rule: str,
    file: str,
    problems: list[Problem],
    legal: Collection[str] = (),
) -> None:
    suggestion: dict[object, str | None] = {}
    for row, value in values[bad].items():
        shown = None if pd.isna(value) else value
        if shown not in suggestion:
            suggestion[shown] = nearest(shown, legal) if legal and shown is not None else None
        problems.append(
            Problem(rule, file, int(str(row)), str(values.name), shown, suggestion[shown])
        )


def _listed(legal: Collection[str]) -> str:
    items = list(legal)
    more = f", … ({len(items)} in all)" if len(items) > _LISTED else ""
    return ", ".join(items[:_LISTED]) + more


def _check_field(
    spec: Mapping[str, Any],
    table: pd.DataFrame,
    file: str,
    codebook: Codebook,
    problems: list[Problem],
) -> pd.Series:
    values = table[spec["name"]]
    given = values.notna()
    kind = spec.get("type", "string")
    limits = spec.get("constraints", {})
    bad = pd.Series(False, index=values.index)

    def fail(mask: pd.Series, rule: str, legal: Collection[str] = ()) -> None:
        nonlocal bad
        _failures(values, mask & ~bad, rule, file, problems, legal)
        bad |= mask

    if limits.get("required"):
        fail(~given, "must not be blank")
    for other, when in spec.get("requiredWhen", {}).items():
        fail(~given & table[other].isin(when), f"must be filled where {other} is {_listed(when)}")
    for other, when in spec.get("onlyWhen", {}).items():
        fail(given & ~table[other].isin(when), f"must be blank unless {other} is {_listed(when)}")
    legal: Collection[str] = limits.get("enum", ())
    if "codebook" in spec:
        legal = list(codebook[spec["codebook"]])
    if legal:
        fail(given & ~values.isin(list(legal)), f"must be one of {_listed(legal)}", legal)
    if "pattern" in limits:
        fail(
            given & ~values.str.fullmatch(limits["pattern"]).fillna(False),
            f"must match {limits['pattern']}",
        )
    if kind == "date":
        fail(
            given & ~values.str.fullmatch(_DATE).fillna(False), "must be a date such as 2019-06-21"
        )
    if kind in _NUMERIC:
        example = {
            "year": "a year of four digits",
            "integer": "a whole number",
            "number": "a number",
        }
        fail(
            given & ~values.str.fullmatch(_NUMERIC[kind]).fillna(False), f"must be {example[kind]}"
        )
        numbers = pd.to_numeric(values.mask(bad), errors="coerce")
        if "minimum" in limits:
            fail(
                (numbers < limits["minimum"]).fillna(False), f"must be at least {limits['minimum']}"
            )
        if "maximum" in limits:
            fail(
                (numbers > limits["maximum"]).fillna(False), f"must be at most {limits['maximum']}"
            )
        typed: pd.Series = numbers.mask(bad).astype(DTYPES[kind])
        return typed
    if limits.get("unique"):
        fail(given & values.duplicated(keep="first"), "must be unique")
    kept: pd.Series = values.mask(bad)
    return kept


def _check_codes_by_facet(
    columns: Mapping[str, str],
    table: pd.DataFrame,
    file: str,
    codebook: Codebook,
    extra_codes: Mapping[str, Collection[str]],
    problems: list[Problem],
) -> None:
    facets = table[columns["facet"]]
    known: dict[str, Facet | Collection[str]] = {**codebook.facets, **extra_codes}
    _failures(
        facets,
        facets.notna() & ~facets.isin(list(known)),
        f"must be one of {_listed(known)}",
        file,
        problems,
        list(known),
    )
    for facet, rows in table.groupby(columns["facet"]):
        legal = list(known.get(str(facet), ()))
        if legal:
            there = rows[columns["code"]]
            _failures(
                there,
                there.notna() & ~there.isin(legal),
                f"must be one of the codes of {facet}: {_listed(legal)}",
                file,
                problems,
                legal,
            )


def _check_key(key: list[str], table: pd.DataFrame, file: str, problems: list[Problem]) -> None:
    if not key or table.empty:
        return
    whole = table[key].notna().all(axis=1)
    again = table[key].duplicated(keep="first") & whole
    first = table[key][whole].reset_index().groupby(key)["row"].min()
    for row, values in table.loc[again, key].iterrows():
        found = first.loc[tuple(values) if len(key) > 1 else values.iloc[0]]
        problems.append(
            Problem(
                f"repeats the key of row {found}",
                file,
                int(str(row)),
                " + ".join(key),
                ", ".join(map(str, values)),
            )
        )


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
    for name, table in tables.items():
        if name not in package.resources:
            continue
        for columns, target, there in package[name].foreign_keys:
            if target not in tables:
                continue
            legal = set(map(tuple, tables[target][there].dropna().astype(str).to_numpy()))
            given = table[columns].dropna().astype(str)
            if not legal and len(given):
                # Every value would be told alone, and the file that has no rows lost among them.
                rule = f"names rows of {target}, which has none that could be read"
                file = package[name].paths[0]
                problems.append(Problem(rule, file, column=" + ".join(columns)))
                continue
            labels = _labels(tables[target], there)
            for row, values in given.drop_duplicates().iterrows():
                if tuple(values) not in legal:
                    value = ", ".join(values)
                    problems.append(
                        Problem(
                            f"is not in {target} ({', '.join(there)})",
                            package[name].paths[0],
                            int(str(row)),
                            " + ".join(columns),
                            value,
                            nearest_code(value, labels)
                            if labels
                            else nearest(value, (", ".join(item) for item in legal)),
                        )
                    )
    return problems
