"""Long tables: one row a passage, or one row for each code on it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from oso_analysis.consultation.readers.headings import (
    WORDS,
    Table,
    count_marks,
    is_free_text,
    plain,
)
from oso_analysis.consultation.readers.model import CodingProject, ProjectBuilder
from oso_analysis.consultation.refi_qda.names import PATH_SEPARATOR
from oso_analysis.errors import InputError, Problem

__all__ = ["CodeColumns", "find_code_columns", "read_long"]

#: Columns of our own segments.csv; each is a code of its own.
_FACETS = ("theme", "kind", "outcome")
#: A level below the code or theme of the same row.
_SUBCODES = ("sub theme", "subtheme", "sub code", "subcode")
#: "Code 1", "code_2": several codes of one row.
_NUMBERED = re.compile(r"(?:code|tag|kode) ?[0-9]{1,2}")
#: Dedoose's column for each code, with others for its range and weight.
_APPLIED = re.compile(r"code: *(.+?) +applied", re.IGNORECASE)
_COMBINED = "codes applied combined"
#: A cell that is a mark, and no number that may be a code.
_BARE_MARKS = frozenset(("", "0", "1", "0.0", "1.0"))
#: Headings by which an export of a tool is known, and what such a table says of its codings.
_TOOLS = frozenset(
    ("document name", "dokumentname", "quotation content", "zitatinhalt", "excerpt copy",
     "codename")
)  # fmt: skip
_OF_CODING = frozenset(
    (
        *("color", "weight", "weight score", "area", "coverage", "created", "modified"),
        *("modified by", "density", "farbe", "gewicht", "fläche", "abdeckungsgrad"),
        *("erstellt am", "geändert am", "geändert von", "dichte", "referenz"),
        *("excerpt date", "excerpt range", "resource creator", "resource date", _COMBINED),
    )
)
_IDENTIFIERS = ("id", "segment id", "quotation id", "segment")


@dataclass(frozen=True)
class CodeColumns:
    """Which columns hold codes, and how.

    `how` is "one" (a code a row), "listed" (several in a cell), "facets" (each column a code of its
    own kind), "numbered" (several columns of codes) or "marked" (a column for each code, with
    marks). `below` is the place of a column of sub-codes.
    """

    places: list[int]
    how: str
    below: int | None = None


def find_code_columns(table: Table) -> CodeColumns | None:
    """Find the columns of codes of a long table; None where it has none.

    Raises
    ------
    InputError
        Dedoose's list of codes without their own columns: names of codes may hold its commas.
    """
    names = [plain(name) for name in table.header]
    below = next((at for at, name in enumerate(names) if name in _SUBCODES), None)
    applied = [at for at, name in enumerate(table.header) if _APPLIED.fullmatch(name)]
    if applied:
        return CodeColumns(applied, "marked")
    code = table.column("code")
    if _COMBINED in names and code is None:
        rule = (
            "lists codes with commas, which their names may hold too; in Dedoose, export the "
            "excerpts with a column for each code (Code: … Applied)"
        )
        where = table.header[names.index(_COMBINED)]
        raise InputError([Problem(rule, file=table.grid.where, column=where)])
    numbered = [at for at, name in enumerate(names) if _NUMBERED.fullmatch(name)]
    if numbered and not all(_holds_marks(table, at) for at in numbered):
        places = numbered if code is None else sorted({code, *numbered})
        return CodeColumns(places, "numbered")
    if code is not None:
        listed = names[code] in ("codes", "tags", "kodes")
        return CodeColumns([code], "listed" if listed else "one", below)
    facets = [at for at, name in enumerate(names) if name in _FACETS]
    if facets:
        return CodeColumns(facets, "facets", below if len(facets) == 1 else None)
    return None


def _holds_marks(table: Table, column: int) -> bool:
    cells = [row[column].lower() for row in table.body]
    return all(
        cell in _BARE_MARKS or (not cell[:1].isdigit() and count_marks(cell) is not None)
        for cell in cells
    )


@dataclass(frozen=True)
class _Roles:
    """The places of a long table's columns; `attributes` are variables of the respondent."""

    submission: int
    codes: CodeColumns
    text: int | None
    identifier: int | None
    source: int | None
    coder: int | None
    note: int | None
    start: int | None
    end: int | None
    attributes: list[int]
    words: list[int]
    of_coding: list[int]


def _find_roles(table: Table, submission: int, codes: CodeColumns) -> _Roles:
    header = table.header
    names = [plain(name) for name in header]
    taken = [submission, *codes.places, codes.below]
    text = table.column("text", avoid=taken)
    found = {
        role: table.column(role, avoid=(*taken, text)) for role in ("coder", "note", "start", "end")
    }
    source = table.column("source", avoid=(*codes.places, codes.below, text))
    identifier = next(
        (at for at, name in enumerate(names) if name in _IDENTIFIERS and at not in (*taken, text)),
        None,
    )
    if text is not None and names[text] == "segment" and identifier is None:
        values = [row[text] for row in table.body if row[text]]
        if values and all(value.isdigit() for value in values):
            text, identifier = None, text
    known = {*taken, text, source, identifier, *found.values()}
    rest = [at for at in range(len(header)) if at not in known]
    tool = not _TOOLS.isdisjoint(names)
    of_coding = [at for at in rest if _is_of_coding(header[at], names, tool=tool)]
    rest = [at for at in rest if at not in of_coding]
    words = [
        at
        for at in rest
        if names[at] in WORDS
        or is_free_text((row[submission], row[at]) for row in table.body if row[at])
    ]
    if identifier is not None and _numbers_codings(table, codes, identifier, text):
        of_coding.append(identifier)
        identifier = None
    return _Roles(
        submission, codes, text, identifier, source, found["coder"], found["note"],
        found["start"], found["end"], [at for at in rest if at not in words], words, of_coding,
    )  # fmt: skip


def _is_of_coding(heading: str, names: list[str], *, tool: bool) -> bool:
    """Whether a column of a tool's export says something of the coding, not of the respondent."""
    name = plain(heading)
    if re.fullmatch(r"code: *.+ +(range|weight)", heading, re.IGNORECASE):
        return True
    if "codename" in names and re.fullmatch(r"category ?[0-9]*", name):
        return True  # QualCoder: the categories of the code
    return tool and name in _OF_CODING


def _numbers_codings(table: Table, codes: CodeColumns, identifier: int, text: int | None) -> bool:
    """Whether a number is of one code on a passage (QualCoder), and so says nothing of passages."""
    if codes.how != "one" or text is None:
        return False
    numbers = [row[identifier] for row in table.body if row[identifier]]
    return len(set(numbers)) == len(numbers)


def read_long(table: Table, submission: int, codes: CodeColumns) -> CodingProject:
    """Read a long table.

    Parameters
    ----------
    table : Table
    submission : int
        The place of the column that says whose a row is.
    codes : CodeColumns

    Raises
    ------
    InputError
        Rows without a respondent, all at once.
    """
    grid, header = table.grid, table.header
    roles = _find_roles(table, submission, codes)
    builder = ProjectBuilder(grid.file.rpartition(".")[0] or grid.file, "spreadsheet")
    problems: list[Problem] = []
    same_words: dict[tuple[object, ...], str] = {}
    times: Counter[tuple[object, ...]] = Counter()
    uncoded = 0
    # Passages without a number of their own are numbered by content: row order must not matter.
    order = sorted(range(table.first, len(grid.cells)), key=lambda i: grid.cells[i])
    for position, index in enumerate(order, start=1):
        row = grid.cells[index]
        name = row[submission]
        if not name:
            rule = "is blank; every row needs its respondent or document"
            problems.append(
                Problem(rule, file=grid.where, row=grid.rows[index], column=header[submission])
            )
            continue
        own = _of(row, roles.source) or name
        builder.add_submission(name, sources=own)
        for attribute in roles.attributes:
            if row[attribute]:
                builder.add_attribute(name, header[attribute], row[attribute])
        found = _codes_of(row, header, codes)
        uncoded += not found
        number, coder = _of(row, roles.identifier), _of(row, roles.coder)
        passage = f"{name}/{coder}/{number}" if number else f"row {position:06d}"
        place: tuple[object, ...] = (
            *(name, coder, own),
            *(_of(row, column) for column in (roles.text, roles.start, roles.end)),
        )
        if not number and any(place[3:]) and codes.how not in ("numbered", "marked"):
            # MAXQDA and QualCoder list one row for each code: the same words are one passage,
            # unless a code that is numbered by itself comes back on them.
            if roles.identifier is None and roles.of_coding and codes.how == "one":
                times[*place, *found] += 1
                place = (*place, times[*place, *found])
            passage = same_words.setdefault(place, passage)
        for parts in found:
            path = ""
            for part in parts:
                path = builder.add_code(part, parent=path)
            builder.add_segment(
                segment_id=f"{len(builder.segments) + 1}",
                passage_id=passage,
                submission_id=name,
                coder=coder,
                code=path,
                text=_of(row, roles.text),
                note=_of(row, roles.note),
                source=own,
                start=_number(_of(row, roles.start)),
                end=_number(_of(row, roles.end)),
            )
    if problems:
        raise InputError(problems)
    builder.caveats.append(_told(table, roles))
    if uncoded:
        builder.caveats.append(f"{uncoded} row(s) of {grid.where} carry no code.")
    return builder.build()


def _codes_of(row: list[str], header: list[str], codes: CodeColumns) -> list[tuple[str, ...]]:
    """Return the codes of a row, each as the names on its path."""
    found: list[tuple[str, ...]] = []
    for place in codes.places:
        cell = row[place]
        if codes.how == "marked":
            match = _APPLIED.fullmatch(header[place])
            if match and count_marks(cell):
                found.append((match[1],))
        elif codes.how == "facets":
            found += [(plain(header[place]), *cell.split(PATH_SEPARATOR))] if cell else []
        else:
            # ATLAS.ti lists the codes of a quotation in one cell.
            parts = re.split(r"[\n;|]+", cell) if codes.how == "listed" else [cell]
            found += [tuple(part.strip().split(PATH_SEPARATOR)) for part in parts if part.strip()]
    if codes.below is not None and row[codes.below] and len(found) == 1:
        found = [(*found[0], row[codes.below])]
    return list(dict.fromkeys(found))


def _told(table: Table, roles: _Roles) -> str:
    """Say what each column was taken for: a column misread is seen here or nowhere."""
    parts: list[tuple[str, list[int] | list[int | None]]] = [
        ("respondent", [roles.submission]),
        ("code", [*roles.codes.places, roles.codes.below]),
        ("text", [roles.text]),
        ("memo", [roles.note]),
        ("coder", [roles.coder]),
        ("attributes of the respondent", roles.attributes),
        ("left out as free text, which may quote respondents", roles.words),
        ("left out as details of the coding", roles.of_coding),
    ]
    told = [f"{what} {named}" for what, places in parts if (named := table.named(places))]
    return f"Columns of {table.grid.where}: {'; '.join(told)}."


def _of(row: list[str], column: int | None) -> str:
    return row[column] if column is not None else ""


def _number(cell: str) -> int | None:
    return int(cell) if re.fullmatch(r"[0-9]{1,12}", cell) else None
