"""Which underlying cell each printed figure is, so that tables are protected jointly.

A printed count is a *cell*: a unit of counting (submissions, say) and, for each variable, the set
of categories it covers; a total covers all categories, so its variable drops out. The same cell
printed by two tables is one cell, whatever the tables' shapes. A variable of which a unit may carry
several categories (a submission's themes) is not one variable but one yes-or-no variable for each
category.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from types import MappingProxyType
from typing import Any

import pandas as pd

from oso_analysis.codebook import NOT_STATED
from oso_analysis.errors import InputError, Problem, require_columns

__all__ = ["Cell", "CountTable", "Key", "Registry", "read_tables"]

#: One variable's part of a cell: the variable and the categories covered.
Part = tuple[str, frozenset[str]]
#: Unit and the sorted parts.
Key = tuple[str, tuple[Part, ...]]
#: Stands for all categories that no table names, where tables are cut short.
OTHER = "\x1fother"
YES = "\x1fyes"
NO = "\x1fno"


@dataclass(frozen=True)
class CountTable:
    """One table of counts, with what a reader knows about how it adds up.

    Attributes
    ----------
    frame : pandas.DataFrame
        Tidy: one row a cell, dimension columns, a column of counts, perhaps bases and percentages.
    count : str
        Column of counts; its name is the unit (``n_submissions``) unless `unit` says otherwise.
    dimensions : mapping or sequence of str
        Columns that identify a row. A mapping gives the variable each column shows, where two
        columns or two tables call the same variable by different names.
    multi_label : collection of str
        Variables of which one unit may carry several categories. Their categories do not add up to
        a total; each is a yes-or-no variable of its own.
    total : str
        What stands in a dimension column for "all categories".
    groups : mapping
        ``{variable: {printed label: categories}}`` for coarser labels, so that a table by coarse
        group and one by fine category are recognised as two views of the same units.
    where : mapping
        ``{variable: category or categories}`` that all of the table is restricted to.
    contributors : str, optional
        Column with the number of respondents behind each row. A count of 9 segments that come from
        one respondent is a small count. The column serves to decide and is not handed back.
    bases : mapping
        ``{column of bases: dimension columns kept}``: the column holds, for each row, the total
        over the other dimensions. ``{"n_base": ()}`` is the grand total, ``{"n_base": ["sector"]}``
        the row's sector.
    percentages : mapping
        ``{column: dimension columns kept by its base}``, in the same way; give interval limits
        here too. A percentage shows its base to whoever knows the count.
    complete : bool
        Whether a combination the table does not list is known to be nought. False for the ten
        largest of many.
    unit : str, optional
        What is counted; `count` by default. Tables with the same unit describe the same units.
    """

    frame: pd.DataFrame
    count: str
    dimensions: Mapping[str, str] | Sequence[str]
    multi_label: Sequence[str] | frozenset[str] = ()
    total: str = "total"
    groups: Mapping[str, Mapping[str, Sequence[str]]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    where: Mapping[str, str | Sequence[str]] = field(default_factory=lambda: MappingProxyType({}))
    contributors: str | None = None
    bases: Mapping[str, Sequence[str]] = field(default_factory=lambda: MappingProxyType({}))
    percentages: Mapping[str, Sequence[str]] = field(default_factory=lambda: MappingProxyType({}))
    complete: bool = True
    unit: str | None = None

    @property
    def columns(self) -> dict[str, str]:
        """Dimension column to the variable it shows."""
        if isinstance(self.dimensions, Mapping):
            return dict(self.dimensions)
        return {column: column for column in self.dimensions}

    @property
    def unit_name(self) -> str:
        """What is counted."""
        return self.unit or self.count


@dataclass
class Cell:
    """One underlying count; `printed` is False for one that can only be worked out."""

    key: Key
    value: int
    small: bool = False
    printed: bool = True
    #: Nought because a complete table does not list it: known to the reader, beyond hiding.
    implied: bool = False


@dataclass
class Registry:
    """All cells of an edition and where each is printed."""

    cells: dict[Key, Cell]
    #: Unit and variable to its categories.
    domains: dict[tuple[str, str], tuple[str, ...]]
    #: Table to, for each row, the cell of its count.
    rows: dict[str, list[Key]]
    #: Table, base or percentage column to, for each row, the cell of its base.
    base_rows: dict[tuple[str, str], list[Key]]
    #: Unit to the multi-label variables with their categories.
    labels: dict[tuple[str, str], tuple[str, ...]]


def _text(value: object) -> str:
    if value is None or value is pd.NA or value != value:
        return NOT_STATED
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _indicator(variable: str, label: str) -> str:
    return f"{variable}\x1f{label}"


def _check(name: str, table: CountTable) -> list[Problem]:
    frame = table.frame
    extra = [table.contributors] if table.contributors else []
    require_columns(
        frame,
        [table.count, *table.columns, *extra, *table.bases, *table.percentages],
        where=f"table {name!r}",
    )
    problems = []
    for column in [table.count, *extra, *table.bases]:
        numbers = pd.to_numeric(frame[column], errors="coerce")
        bad = ~((numbers >= 0) & (numbers % 1 == 0)).fillna(False).to_numpy(dtype=bool)
        problems += [
            Problem(
                "must be a whole number of 0 or more",
                file=name,
                row=int(row) + 2,
                column=column,
                value=frame[column].iloc[row],
            )
            for row in bad.nonzero()[0]
        ]
    for kind, mapping in (("bases", table.bases), ("percentages", table.percentages)):
        problems += [
            Problem(f"of {kind}[{column!r}] is not a dimension column", file=name, column=kept)
            for column, dimensions in mapping.items()
            for kept in dimensions
            if kept not in table.columns
        ]
    declared = {*table.columns, table.count, *extra, *table.bases, *table.percentages}
    problems += [
        Problem(
            "is a column of numbers that is not declared; it may tell what is withheld",
            file=name,
            column=str(column),
        )
        for column in frame.columns
        if column not in declared
        and pd.api.types.is_numeric_dtype(frame[column])
        and not pd.api.types.is_bool_dtype(frame[column])
    ]
    for variable in sorted(set(table.groups) & set(table.multi_label)):
        problems.append(
            Problem(
                "is multi-label, so its categories cannot be grouped", file=name, value=variable
            )
        )
    return problems


def _parts(table: CountTable, variable: str, label: str) -> Part | None:
    """Return what a printed label of a variable covers; None for the total."""
    if label == table.total:
        return None
    if variable in table.multi_label:
        return (_indicator(variable, label), frozenset({YES}))
    members = table.groups.get(variable, {}).get(label, (label,))
    return (variable, frozenset(map(str, members)))


def _fixed(table: CountTable) -> list[Part]:
    parts: list[Part] = []
    for variable, value in table.where.items():
        values = [value] if isinstance(value, str) else [_text(item) for item in value]
        if variable in table.multi_label:
            parts += [(_indicator(variable, item), frozenset({YES})) for item in values]
        else:
            parts.append((variable, frozenset(values)))
    return parts


def _key(
    unit: str, parts: Sequence[Part], domains: Mapping[tuple[str, str], tuple[str, ...]]
) -> Key:
    merged: dict[str, frozenset[str]] = {}
    for variable, members in parts:
        merged[variable] = merged[variable] & members if variable in merged else members
    kept = [
        (variable, members)
        for variable, members in sorted(merged.items())
        if len(members) < len(domains[unit, variable])
    ]
    return unit, tuple(kept)


def _domains(
    tables: Mapping[str, CountTable],
) -> tuple[dict[tuple[str, str], tuple[str, ...]], dict[tuple[str, str], tuple[str, ...]]]:
    atoms: dict[tuple[str, str], set[str]] = {}
    labels: dict[tuple[str, str], set[str]] = {}
    covered: set[tuple[str, str]] = set()
    for table in tables.values():
        unit = table.unit_name
        for column, variable in table.columns.items():
            seen = {_text(value) for value in table.frame[column].unique()} - {table.total}
            if variable in table.multi_label:
                labels.setdefault((unit, variable), set()).update(seen)
                continue
            if table.complete:
                covered.add((unit, variable))
            for label in seen:
                part = _parts(table, variable, label)
                atoms.setdefault((unit, variable), set()).update(part[1] if part else ())
        for variable, members in _fixed(table):
            if "\x1f" in variable:
                name, label = variable.split("\x1f")
                labels.setdefault((unit, name), set()).add(label)
            else:
                atoms.setdefault((unit, variable), set()).update(members)
    domains = {
        place: tuple(sorted(found | (set() if place in covered else {OTHER})))
        for place, found in atoms.items()
    }
    for (unit, variable), found in labels.items():
        for label in found:
            domains[unit, _indicator(variable, label)] = (NO, YES)
    return domains, {place: tuple(sorted(found)) for place, found in labels.items()}


class _Reader:
    """Collects cells and, at the end, every contradiction between tables."""

    def __init__(self, tables: Mapping[str, CountTable], least: int, zeros_are_safe: bool) -> None:
        self.tables = tables
        self.least = least
        self.zeros_are_safe = zeros_are_safe
        self.domains, self.labels = _domains(tables)
        self.cells: dict[Key, Cell] = {}
        self.first: dict[Key, str] = {}
        self.problems: list[Problem] = []

    def small(self, value: int) -> bool:
        return value < self.least and (value > 0 or not self.zeros_are_safe)

    def add(self, key: Key, value: int, place: str, row: int, **flags: Any) -> None:
        cell = self.cells.get(key)
        if cell is None:
            self.cells[key] = Cell(key, value, small=self.small(value), **flags)
            self.first[key] = place
        elif cell.value != value:
            self.problems.append(
                Problem(
                    f"contradicts {self.first[key]}, where the same cell is {cell.value}",
                    file=place,
                    row=row + 2,
                    value=value,
                )
            )

    def count_rows(self, name: str, table: CountTable) -> list[Key]:
        keys: list[Key] = []
        seen: set[Key] = set()
        fixed = _fixed(table)
        columns = [
            (variable, [_text(value) for value in table.frame[column]])
            for column, variable in table.columns.items()
        ]
        counts = [int(value) for value in table.frame[table.count]]
        people = (
            [int(value) for value in table.frame[table.contributors]]
            if table.contributors
            else counts
        )
        printed: set[tuple[str, ...]] = set()
        for row, count in enumerate(counts):
            labels = tuple(values[row] for _, values in columns)
            parts = [_parts(table, v[0], label) for v, label in zip(columns, labels, strict=True)]
            key = _key(table.unit_name, [*fixed, *(p for p in parts if p)], self.domains)
            if labels in printed:
                self.problems.append(
                    Problem("is listed twice", file=name, row=row + 2, value=" × ".join(labels))
                )
            printed.add(labels)
            self.add(key, count, name, row)
            if self.small(people[row]) and count > 0:
                self.cells[key].small = True
            keys.append(key)
            seen.add(key)
        return keys

    def base_rows(
        self, name: str, table: CountTable, column: str, kept: Sequence[str]
    ) -> list[Key]:
        fixed = _fixed(table)
        frame = table.frame
        kept_columns = [(table.columns[item], item) for item in kept]
        keys = []
        for row in range(len(frame)):
            parts = [
                _parts(table, variable, _text(frame[item].iloc[row]))
                for variable, item in kept_columns
            ]
            key = _key(table.unit_name, [*fixed, *(p for p in parts if p)], self.domains)
            if column in table.bases:
                self.add(key, int(frame[column].iloc[row]), f"{name}, column {column!r}", row)
            keys.append(key)
        return keys

    def absent(self, table: CountTable, keys: Sequence[Key]) -> None:
        """Add the noughts that a complete table implies by not listing a combination."""
        unit = table.unit_name
        choices: list[list[Part]] = []
        for column, variable in table.columns.items():
            shown = {_text(value) for value in table.frame[column].unique()} - {table.total}
            if variable in table.multi_label:
                parts = [
                    (_indicator(variable, label), frozenset({YES}))
                    for label in self.labels.get((unit, variable), ())
                ]
            else:
                sets = {part[1] for label in shown if (part := _parts(table, variable, label))}
                finest = [s for s in sets if not any(other < s for other in sets)]
                rest = frozenset(self.domains.get((unit, variable), ())).difference(*sets)
                parts = [(variable, s) for s in [*finest, *([rest] if rest else [])]]
            choices.append(parts)
        have = set(keys)
        fixed = _fixed(table)
        for combination in product(*choices):
            key = _key(unit, [*fixed, *combination], self.domains)
            if key not in have and key not in self.cells:
                self.cells[key] = Cell(key, 0, printed=False, implied=True)

    def differences(self) -> None:
        """Add small cells that no table prints but that are one printed cell minus another.

        Two printed cells that differ in one variable, the one's categories within the other's,
        give the count of what lies between them: respondents of a sector who did *not* raise a
        theme, or who are in the larger table and not in the one restricted to relevant answers.
        """
        families: dict[tuple[str, str, tuple[Part, ...]], dict[frozenset[str], int]] = {}
        for cell in list(self.cells.values()):
            unit, parts = cell.key
            for index, (variable, members) in enumerate(parts):
                rest = parts[:index] + parts[index + 1 :]
                families.setdefault((unit, variable, rest), {})[members] = cell.value
        for (unit, variable, rest), family in families.items():
            everything = frozenset(self.domains[unit, variable])
            whole = self.cells.get((unit, rest))
            nested = dict(family)
            if whole is not None:
                nested[everything] = whole.value
            ordered = sorted(nested, key=lambda s: (len(s), sorted(s)))
            for inner, outer in combinations(ordered, 2):
                value = nested[outer] - nested[inner]
                if inner < outer and 0 < value < self.least:
                    between = outer - inner
                    if between == frozenset().union(*(s for s in ordered if s <= between)):
                        # Made of printed cells, which are protected themselves.
                        continue
                    key = _key(unit, [*rest, (variable, outer - inner)], self.domains)
                    if key not in self.cells:
                        self.cells[key] = Cell(key, value, small=True, printed=False)


def read_tables(tables: Mapping[str, CountTable], *, least: int, zeros_are_safe: bool) -> Registry:
    """Recognise the cells of all tables.

    Parameters
    ----------
    tables : mapping of str to CountTable
    least : int
        Smallest count above nought that may be printed.
    zeros_are_safe : bool
        Whether noughts may be printed.

    Returns
    -------
    Registry

    Raises
    ------
    InputError
        All at once: counts that are not whole numbers, rows listed twice, the same cell with two
        values, a base that is neither printed nor given.
    """
    problems = [problem for name, table in tables.items() for problem in _check(name, table)]
    if problems:
        raise InputError(problems, "these tables cannot be protected")
    reader = _Reader(tables, least, zeros_are_safe)
    rows = {name: reader.count_rows(name, table) for name, table in tables.items()}
    base_rows = {
        (name, column): reader.base_rows(name, table, column, kept)
        for name, table in tables.items()
        for column, kept in {**table.percentages, **table.bases}.items()
    }
    for (name, column), keys in base_rows.items():
        missing = [row for row, key in enumerate(keys) if key not in reader.cells]
        if missing:
            reader.problems.append(
                Problem(
                    "is a percentage of a total that no table prints; give the totals as a column "
                    "and name it in `bases`",
                    file=name,
                    row=missing[0] + 2,
                    column=column,
                )
            )
    if reader.problems:
        raise InputError(reader.problems, "the tables contradict each other")
    for name, table in tables.items():
        if table.complete:
            reader.absent(table, rows[name])
    reader.differences()
    cells = {key: reader.cells[key] for key in sorted(reader.cells, key=_sortable)}
    return Registry(cells, reader.domains, rows, base_rows, reader.labels)


def _sortable(key: Key) -> tuple[str, int, list[tuple[str, list[str]]]]:
    return key[0], len(key[1]), [(variable, sorted(members)) for variable, members in key[1]]
