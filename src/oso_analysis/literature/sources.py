"""Which search a record is of, where an export is itself a table that `records import` wrote.

Such a table keeps, record by record, the name of the export it was made from. A project describes
the table, and its search log may name the table or those exports: the names that the log uses are
those that records go by. Their kind is the table's in any case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from oso_analysis.frames import distinct
from oso_analysis.literature.readers import ReadResult

__all__ = ["Origins", "assign_sources", "find_origins", "list_origins"]


@dataclass(frozen=True)
class Origins:
    """What the tables of `records import` among a project's exports were made from.

    Attributes
    ----------
    made_from : mapping of str to tuple of str
        Table to the exports it was made from (`list_origins`).
    clear : mapping of str to str
        Origin to its table, of those that the search log may name: not the names of exports of the
        project, which mean these, nor names in several tables.
    used : mapping of str to str
        Origin to its table, of those by whose names records go: all of a table's clear ones, where
        the log names one of them, and not the table.
    """

    made_from: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    clear: Mapping[str, str] = field(default_factory=dict)
    used: Mapping[str, str] = field(default_factory=dict)


def list_origins(reading: ReadResult) -> dict[str, tuple[str, ...]]:
    """Return the exports that tables were made from.

    Parameters
    ----------
    reading : ReadResult
        As `read_records` returned it.

    Returns
    -------
    dict of str to tuple of str
        File to the other names that its records bear as `source_file`, sorted. Files whose records
        all bear the file's own name, as those of every other export do, are not in it.
    """
    told = reading.records["source_file"]
    placed = reading.placed
    other = told.isna() | (told != placed)
    pairs = pd.DataFrame({"table": placed[other], "origin": told[other]}).drop_duplicates()
    return {
        str(table): tuple(sorted(distinct(names["origin"])))
        for table, names in pairs.groupby("table")
    }


def find_origins(
    made_from: Mapping[str, tuple[str, ...]], exports: Collection[str], logged: Collection[str]
) -> Origins:
    """Return which of the exports that tables were made from count as searches of their own.

    Parameters
    ----------
    made_from : mapping of str to tuple of str
        As `list_origins` returns it.
    exports : collection of str
        The names of the project's exports.
    logged : collection of str
        The names in the search log.

    Examples
    --------
    >>> made_from = {"all.csv": ("scopus.ris", "wos.ris")}
    >>> find_origins(made_from, ["all.csv"], ["scopus.ris"]).used
    {'scopus.ris': 'all.csv', 'wos.ris': 'all.csv'}
    >>> find_origins(made_from, ["all.csv"], ["all.csv"]).used
    {}
    """
    times = Counter(name for names in made_from.values() for name in names)
    clear = {
        name: table
        for table, names in sorted(made_from.items())
        for name in names
        if times[name] == 1 and name not in exports
    }
    opened = {table for name, table in clear.items() if name in logged and table not in logged}
    used = {name: table for name, table in clear.items() if table in opened}
    return Origins(made_from, clear, used)


def assign_sources(reading: ReadResult, used: Collection[str]) -> ReadResult:
    """Return what was read with every record under the name that the project has for its search.

    Parameters
    ----------
    reading : ReadResult
        As `read_records` returned it.
    used : collection of str
        The origins by whose names records go (`Origins.used`).

    Returns
    -------
    ReadResult
        `source_file` is an origin in use or the file itself. Where it no longer is what the table
        said, `source_line` is missing: the line was one of the other file.
    """
    records = reading.records
    told, placed = records["source_file"], reading.placed
    source = told.where(told.isin(list(used)), placed)
    line = records["source_line"].where((source == told).fillna(False))
    return replace(reading, records=records.assign(source_file=source, source_line=line))
