"""What a project's files say together, which the description of each alone does not show.

A slip in a name that joins two tables loses rows without a word: no table misses them. So every
such name is looked up in the table it names, and what contradicts itself is refused.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pandas as pd

from oso_analysis.codebook import FACETS, Codebook
from oso_analysis.consultation.respondents import PRIMARY_CODER
from oso_analysis.consultation.verdicts import check_coder, check_verdicts
from oso_analysis.errors import InputError, Problem, Suggestions, listed, nearest
from oso_analysis.frames import among, distinct
from oso_analysis.indicators import prepare_figures
from oso_analysis.literature.coding import list_contradictions
from oso_analysis.literature.screening import DECISIONS
from oso_analysis.literature.sources import Origins
from oso_analysis.people import check_people
from oso_analysis.schema import RECORDS, SEARCH_KINDS, DataPackage
from oso_analysis.shapes import check_shapes

__all__ = ["check_codebook", "check_files", "check_tables"]

#: Columns whose values must be records of the search exports, by table.
_RECORDS = {
    "screening": ("record_id",),
    "coding": ("record_id",),
    "screening_adjudication": ("record_id",),
    "coding_consensus": ("record_id",),
    "coding_adjudication": ("record_id",),
    "duplicate_decisions": ("record_id_a", "record_id_b"),
}
#: Properties of a resource that make it a search export and give it its place in the flow.
_OF_EXPORTS = ("kind", "role")
#: Codes that tables and figures are made from, by facet.
_NEEDED = {"kind": ("issue", "solution"), "decision": DECISIONS}
#: What to do about a record that nobody can decide on yet.
_UNDECIDED = "leave the rows of records out that are not decided on yet"
#: Files of data/ that describe rather than hold data, or that Windows leaves behind, by how their
#: names end.
_NOT_DATA = (".md", ".txt", "Thumbs.db", "desktop.ini")


# Files


def check_files(folder: Path) -> Iterator[Problem]:
    """Yield the files of `data/` that nothing describes, and a description without limits.

    Parameters
    ----------
    folder : Path
        The folder that holds `datapackage.json`; nothing is yielded where that cannot be read,
        which `schema.read_package` says.
    """
    try:
        descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return
    if check_shapes(descriptor, "") or "resources" not in descriptor:
        return
    paths = [resource.get("path", []) for resource in descriptor["resources"]]
    described = {
        # As the folder's own listing has it: `./a.ris` is `a.ris`.
        PurePosixPath(name).as_posix()
        for path in paths
        for name in ([path] if isinstance(path, str) else path)
    }
    missing = [name for name in described if not (folder / name).is_file()]
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith((".", "~$")) for part in inside.parts)
        name = inside.as_posix()
        if not path.is_file() or hidden or name == "datapackage.json":
            continue
        if name not in described and not name.endswith(_NOT_DATA):
            rule = _unread(name, described)
            yield Problem(rule, f"data/{name}", nearest=nearest(name, missing))
    if not descriptor.get("limits"):
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


# The codebook


def check_codebook(package: DataPackage, codebook: Codebook) -> Iterator[Problem]:
    """Yield what something names and the codebook lacks, and decisions that nothing counts."""
    for facet, codes in _NEEDED.items():
        for code in codes:
            if code not in codebook[facet]:
                yield Problem(
                    "is needed by tables and figures; put it back and change its label instead",
                    file=package["codebook"].paths[0],
                    column=facet,
                    value=code,
                )
    for code, item in codebook["decision"].items():
        if code not in DECISIONS:
            yield Problem(
                f"is none of the decisions, {' and '.join(DECISIONS)}; take it out, and "
                f"{_UNDECIDED}: the flow counts them as not yet screened",
                file=package["codebook"].paths[0],
                row=item.row,
                column=FACETS["decision"],
                value=code,
            )
    schema = package["coding"].descriptor.get("schema", {}) if "coding" in package.resources else {}
    labels = schema.get("facetLabels", {})
    place = ("datapackage.json", None, "facetLabels")
    if not isinstance(labels, dict):
        yield Problem("must map facets to their labels", *place, str(labels))
        return
    for facet, label in labels.items():
        if facet not in codebook:
            rule = "is no facet of the codebook, so nothing is called by its label"
            yield Problem(rule, *place, facet, nearest(facet, codebook.facets))
        elif not isinstance(label, str) or not label.strip():
            yield Problem("must have a text as its label", *place, facet)


# Tables


def check_tables(
    package: DataPackage,
    tables: Mapping[str, pd.DataFrame],
    records: pd.DataFrame | None,
    *,
    broken: Collection[str] = (),
    origins: Origins | None = None,
) -> list[Problem]:
    """Return what tables say against each other or against themselves.

    Parameters
    ----------
    package : DataPackage
        Their description.
    tables : mapping of str to pandas.DataFrame
        The tables by resource name, as `schema.load_table` returned them.
    records : pandas.DataFrame, optional
        The records of the search exports; None where they could not be read.
    broken : collection of str, optional
        Tables with rows or values missing because they broke a rule: what must be whole to be
        joined is not, or a slip would be told a second time in other words.
    origins : Origins, optional
        What tables of `records import` among the exports were made from.
    """
    problems: list[Problem] = []
    whole = {name: table for name, table in tables.items() if name not in broken}
    for name, table in tables.items():
        problems += check_people(package[name], table)
    mistyped = {str(item.value) for item in problems}
    problems += _check_decisions(package, tables)
    if records is not None:
        problems += _check_records(package, tables, records)
    problems += _check_exports(package)
    if "searches" in tables:
        problems += _check_searches(package, tables["searches"], origins or Origins())
    # A segment whose theme is wrong still is of a submission, and by a coder.
    joined = {name: table for name, table in tables.items() if name in {*whole, "segments"}}
    problems += _check_consultation(package, joined, mistyped)
    problems += _check_codes(package, tables)
    problems += _check_figures(package, whole)
    return problems


def _lookup(
    table: pd.DataFrame, column: str, known: set[str], rule: str, file: str
) -> Iterator[Problem]:
    """Yield each value that is not known, once, at its first row."""
    given = table[column].dropna().drop_duplicates()
    unknown = given[~among(given, known)]
    suggestion = Suggestions(lambda value: nearest(value, known))
    for row, value in unknown.items():
        yield Problem(rule, file, int(str(row)), column, value, suggestion(value))


def _check_records(
    package: DataPackage, tables: Mapping[str, pd.DataFrame], records: pd.DataFrame
) -> Iterator[Problem]:
    known = distinct(records["record_id"])
    rule = "is no record of the search exports"
    for name, columns in _RECORDS.items():
        for column in columns:
            if name in tables:
                yield from _lookup(tables[name], column, known, rule, package[name].paths[0])


def _check_decisions(package: DataPackage, tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    """Yield decisions that the codebook may know and no table counts."""
    rule = f"must be one of {', '.join(DECISIONS)}; {_UNDECIDED}"
    for name in ("screening", "screening_adjudication"):
        if name in tables:
            file = package[name].paths[0]
            yield from _lookup(tables[name], "decision", set(DECISIONS), rule, file)


def _check_exports(package: DataPackage) -> Iterator[Problem]:
    """Yield what keeps an export from being read, or from its place in the flow, without a word.

    Our own properties are the only ones looked at: a description may have any others.
    """
    for resource in package.resources.values():
        own = resource.descriptor
        if resource.is_table:
            continue
        for key in own:
            meant = next((name for name in _OF_EXPORTS if _is_like(key, name)), None)
            if meant:
                rule = "is no property that is read, so it says nothing"
                yield Problem(rule, "datapackage.json", None, resource.name, key, meant)
        if "role" in own and own["role"] != RECORDS:
            rule = "is no role; that of a search export, which no other is read as, is records"
            column = f"{resource.name}.role"
            yield Problem(rule, "datapackage.json", None, column, own["role"], RECORDS)
        elif "role" not in own and "kind" in own:
            rule = 'has a kind of search and no role, so it is not read; add "role": "records"'
            yield Problem(rule, "datapackage.json", None, None, resource.name)
    for export in package.exports.values():
        if export.kind not in SEARCH_KINDS:
            rule = f"is no kind of search; kinds are {listed(SEARCH_KINDS)}"
            column = f"{export.resource.name}.kind"
            near = nearest(export.kind, SEARCH_KINDS)
            yield Problem(rule, "datapackage.json", None, column, export.kind, near)
        if export.others:
            also = " and ".join(repr(item) for item in (*export.others, export.resource.name))
            rule = f"is described more than once, by {also}; leave one, for it is read once"
            yield Problem(rule, "datapackage.json", None, "path", export.path)


def _is_like(key: str, name: str) -> bool:
    """Return whether a property can only be another one, written otherwise."""
    return key != name and key.strip().casefold().removesuffix("s") == name


def _check_searches(
    package: DataPackage, searches: pd.DataFrame, origins: Origins
) -> Iterator[Problem]:
    """Yield what the search log says of exports that are not there: PRISMA counts by them."""
    exports, clear = package.exports, origins.clear
    places = {name: ("data", *PurePosixPath(item.path).parts) for name, item in exports.items()}
    places |= {name: PurePosixPath(name).parts for name in clear}
    rule = "is no search export that datapackage.json describes"
    file = package["searches"].paths[0]
    for item in _lookup(searches, "records_file", {*exports, *clear}, rule, file):
        end = PurePosixPath(str(item.value)).parts
        meant = sorted(name for name, parts in places.items() if parts[-len(end) :] == end)
        tables = sorted(table for table, names in origins.made_from.items() if item.value in names)
        if len(meant) > 1 or tables:
            names = " or ".join(repr(name) for name in tables or meant)
            what = "an export that several tables were made from" if tables else "several exports"
            several = f"is the name of {what}; write {names}"
            item = replace(item, rule=several, nearest=None)
        elif meant:
            item = replace(item, nearest=meant[0])
        yield item
    logged = distinct(searches["records_file"])
    rule = (
        "is named as well as the table {table!r}, which was made from it; name the table or the "
        "exports it was made from, for a record is of one search"
    )
    for name, table in clear.items():
        if {name, table} <= logged:
            row = int(str(searches.index[searches["records_file"] == name][0]))
            yield Problem(rule.format(table=table), file, row, "records_file", name)


def _check_consultation(
    package: DataPackage, tables: Mapping[str, pd.DataFrame], mistyped: Collection[str]
) -> Iterator[Problem]:
    names = ("submissions", "relevance", "segments")
    if not set(names) <= set(tables):
        return
    submissions, relevance, segments = (tables[name] for name in names)
    # Submissions are entered before anybody judges them.
    found = [] if relevance.empty else check_coder(submissions, relevance, PRIMARY_CODER)
    # A mistyped coder is told already.
    known = ~segments["coder"].isin(list(mistyped))
    found += check_verdicts(submissions, relevance, segments[known])
    for item in found:
        yield replace(item, file=package[str(item.file)].paths[0])


def _check_codes(package: DataPackage, tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    """Yield contradictions within one record; those of a work's records show when it is coded."""
    cases = {
        "coding": ["record_id", "coder"],
        "coding_consensus": ["record_id"],
        "coding_adjudication": ["record_id"],
    }
    for name, case in cases.items():
        if name in tables:
            yield from list_contradictions(tables[name], case, file=package[name].paths[0])


def _check_figures(package: DataPackage, tables: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """Check what ties published figures to one another: periods, units, breaks."""
    figures, breaks = "indicators", "indicator_breaks"
    if not {figures, breaks} <= set(tables):
        return []
    files = {None: package[figures].paths[0], "breaks": package[breaks].paths[0]}
    try:
        prepare_figures(tables[figures], tables[breaks])
    except InputError as error:
        return [replace(item, file=files.get(item.file, item.file)) for item in error.problems]
    return []
