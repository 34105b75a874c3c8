"""Coded spreadsheets: long (one row a segment) and wide (one row a respondent, one column a code).

Long is recognised by a column of codes; the exports of Taguette, QualCoder, MAXQDA, ATLAS.ti and
Dedoose are long. Wide is recognised by columns that hold nothing but marks. A sheet with codes and
descriptions but no respondents is a codebook.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from oso_analysis.consultation.readers.grids import Grid
from oso_analysis.consultation.readers.model import CodingProject, ProjectBuilder
from oso_analysis.consultation.refi_qda.names import PATH_SEPARATOR
from oso_analysis.errors import InputError, Problem, nearest

__all__ = ["read_grid", "read_grids"]

#: Headings, lower-case and with single spaces, by what they hold; the first match counts.
_HEADINGS = {
    "submission": (
        "submission id", "submission", "respondent id", "respondent", "organisation",
        "organization", "case", "case name", "participant", "document name", "document", "file",
        "file name", "filename", "source", "source name", "transcript", "media title", "id",
        "response id", "name",
    ),
    "code": (
        "code", "codes", "tag", "tags", "code name", "codename", "code path", "node", "coding",
    ),
    "text": (
        "text", "content", "quotation", "quotation content", "quote", "excerpt", "excerpt copy",
        "coded text", "seltext", "segment text", "passage", "paraphrase", "segment",
    ),
    "coder": ("coder", "author", "coded by", "user", "created by", "creator", "owner",
              "excerpt creator"),
    "note": ("note", "comment", "memo", "quotation name"),
    "start": ("start", "begin", "beginning", "pos0", "start position"),
    "end": ("end", "pos1", "end position"),
    "source": ("source", "document", "document name", "file", "file name"),
    "description": ("description", "definition", "code description"),
}  # fmt: skip
#: Columns of our own segments.csv; each is a code of its own.
_FACETS = ("theme", "kind", "outcome")
#: Wide tables: columns that describe a respondent even where they hold yes and no.
_ATTRIBUTES = frozenset(
    {
        *("age", "confidential", "consent", "consultation", "country", "held_by", "organisation"),
        *("organization", "published", "reference", "respondent", "respondent_sector", "sector"),
        *("source_url", "year"),
    }
)
_MARKED = {"1", "x", "yes", "y", "true", "✓", "✔", "☑", "■"}
_UNMARKED = {"", "0", "no", "n", "false", "-", "–", "☐"}
#: More segments of one code in one submission than this is a measurement, not a count.
_MAX_COUNT = 99
#: A column with at least this share of marks is a code whose other cells are mistakes.
_MOSTLY = 0.8


@dataclass(frozen=True)
class _Table:
    grid: Grid
    header: list[str]
    first: int  # index of the first data row

    def column(self, role: str, *, avoid: Sequence[int | None] = ()) -> int | None:
        headings = [_plain(name) for name in self.header]
        for wanted in _HEADINGS[role]:
            for index, heading in enumerate(headings):
                if heading == wanted and index not in avoid:
                    return index
        return None


def read_grids(grids: Sequence[Grid], file: str) -> CodingProject:
    """Read the one sheet that is a coding table; other sheets are named in the caveats.

    Raises
    ------
    InputError
        No sheet is a coding table or a codebook, with each sheet's reason, or several are.
    """
    projects: list[tuple[Grid, CodingProject]] = []
    problems: list[Problem] = []
    for grid in grids:
        try:
            projects.append((grid, read_grid(grid)))
        except InputError as error:
            problems += error.problems
    coded = [(grid, project) for grid, project in projects if len(project.segments)]
    lacking = [problem for grid in grids for problem in grid.problems]
    if lacking and not coded:
        raise InputError(lacking)  # what they lack may be the codes
    chosen = coded or projects
    if not chosen:
        raise InputError(problems or [Problem("holds no table", file=file)])
    if len(chosen) > 1:
        names = ", ".join(repr(grid.sheet) for grid, _ in chosen)
        rule = f"has several sheets that hold codes ({names}); keep the one you mean"
        raise InputError([Problem(rule, file=file)])
    grid, project = chosen[0]
    grid.require_values()
    others = [other.sheet for other in grids if other.sheet != grid.sheet]
    if not others:
        return project
    caveat = f"Only sheet {grid.sheet!r} was read; not {', '.join(map(repr, others))}."
    return CodingProject(
        project.name, project.producer, project.submissions, project.segments, project.codes,
        project.coders, (*project.caveats, caveat),
    )  # fmt: skip


def read_grid(grid: Grid) -> CodingProject:
    """Read one sheet; see the module's text for the three shapes.

    Raises
    ------
    InputError
        The shape is not recognised, a row lacks its respondent or code, or a cell among marks is
        neither a mark nor a count; all at once.
    """
    table = _table(grid)
    code = table.column("code")
    submission = table.column("submission", avoid=(code,))
    facets = [i for i, name in enumerate(table.header) if _plain(name) in _FACETS]
    if code is not None and submission is not None:
        return _read_long(table, submission, [code])
    if code is not None:
        return _read_codebook(table, code)
    if submission is not None and facets:
        return _read_long(table, submission, facets)
    return _read_wide(table, submission)


def _plain(heading: str) -> str:
    return " ".join(re.sub(r"[_\W]+", " ", heading.lower()).split())


def _table(grid: Grid) -> _Table:
    """Find the header: titles above it are passed over, a merged row above it is taken along."""
    if not grid.cells or not grid.cells[0]:
        raise InputError([Problem("is empty", file=grid.where)])
    width = len(grid.cells[0])
    top = 0
    while top + 1 < len(grid.cells) and width > 1 and sum(map(bool, grid.cells[top])) == 1:
        top += 1
    header = grid.cells[top]
    first = top + 1
    below = grid.cells[first] if first < len(grid.cells) else []
    if below and _is_second_header(header, below):
        # A merged cell holds its text once, in its first column.
        groups: list[str] = []
        for above, name in zip(header, below, strict=True):
            groups.append(above or (groups[-1] if groups and name else ""))
        header = [
            f"{group}{PATH_SEPARATOR}{name}" if group and name else group or name
            for group, name in zip(groups, below, strict=True)
        ]
        first += 1
    problems = []
    for index, name in enumerate(header):
        if not name:
            rule = "has no heading"
            problems.append(
                Problem(rule, file=grid.where, row=grid.rows[top], column=f"column {index + 1}")
            )
        elif header.index(name) != index:
            rule = "is the heading of two columns"
            problems.append(Problem(rule, file=grid.where, row=grid.rows[top], value=name))
    if problems:
        raise InputError(problems)
    return _Table(grid, header, first)


def _is_second_header(header: list[str], below: list[str]) -> bool:
    """Tell a second header row from the first respondent, which must never become a heading."""
    known = _HEADINGS["submission"]
    return (
        not all(header)
        and all(above or name for above, name in zip(header, below, strict=True))
        and not any(name and _count(name) is not None for name in below)
        and (
            not header[0]
            or not below[0]
            or (_plain(below[0]) in known and _plain(header[0]) not in known)
        )
    )


def _read_long(table: _Table, submission: int, codes: list[int]) -> CodingProject:
    grid, header = table.grid, table.header
    builder = ProjectBuilder(grid.file.rpartition(".")[0] or grid.file, "spreadsheet")
    taken = [submission, *codes]
    text = table.column("text", avoid=taken)
    roles = {
        role: table.column(role, avoid=(*taken, text)) for role in ("coder", "note", "start", "end")
    }
    source = table.column("source", avoid=(*codes, text))
    identifier = next(
        (
            i
            for i, name in enumerate(header)
            if _plain(name) in ("id", "segment id", "quotation id", "segment")
            and i not in (*taken, text)
        ),
        None,
    )
    if text is not None and _plain(header[text]) == "segment" and identifier is None:
        values = [row[text] for row in grid.cells[table.first :] if row[text]]
        if values and all(value.isdigit() for value in values):
            text, identifier = None, text
    known = {submission, *codes, text, source, identifier, *roles.values()}
    attributes = [i for i in range(len(header)) if i not in known]
    several = len(codes) == 1 and _plain(header[codes[0]]) in ("codes", "tags")
    problems: list[Problem] = []
    same_words: dict[tuple[str, ...], str] = {}
    uncoded = 0
    # Passages without a number of their own are numbered by content: row order must not matter.
    order = sorted(range(table.first, len(grid.cells)), key=lambda i: grid.cells[i])
    for position, index in enumerate(order, start=1):
        row = grid.cells[index]
        name = row[submission]
        if not name:
            problems.append(
                Problem(
                    "is blank; every row needs its respondent or document",
                    file=grid.where,
                    row=grid.rows[index],
                    column=header[submission],
                )
            )
            continue
        own = row[source] if source is not None else name
        builder.add_submission(name, sources=own)
        for attribute in attributes:
            if row[attribute]:
                _attribute(builder, name, header[attribute], row[attribute])
        found = [
            value
            for column in codes
            for value in _codes_of(row[column], header[column], several, facets=len(codes) > 1)
        ]
        uncoded += not found
        number = row[identifier] if identifier is not None else ""
        coder = _of(row, roles["coder"])
        passage = f"{name}/{coder}/{number}" if number else f"row {position:06d}"
        place = (name, coder, own, _of(row, text), _of(row, roles["start"]), _of(row, roles["end"]))
        if not number and any(place[3:]):
            # MAXQDA and QualCoder list one row for each code: the same words are one passage.
            passage = same_words.setdefault(place, passage)
        for value in found:
            path = ""
            for part in value.split(PATH_SEPARATOR):
                path = builder.add_code(part, parent=path)
            builder.add_segment(
                segment_id=f"{len(builder.segments) + 1}",
                passage_id=passage,
                submission_id=name,
                coder=coder,
                code=path,
                text=_of(row, text),
                note=_of(row, roles["note"]),
                source=own,
                start=_number(_of(row, roles["start"])),
                end=_number(_of(row, roles["end"])),
            )
    if problems:
        raise InputError(problems)
    if uncoded:
        builder.caveats.append(f"{uncoded} row(s) of {grid.where} carry no code.")
    return builder.build()


def _codes_of(cell: str, heading: str, several: bool, *, facets: bool) -> list[str]:
    if not cell:
        return []
    if facets or _plain(heading) in _FACETS:
        return [f"{_plain(heading)}{PATH_SEPARATOR}{cell}"]
    # ATLAS.ti lists the codes of a quotation in one cell.
    parts = re.split(r"[\n;|]+", cell) if several else [cell]
    return [part.strip() for part in parts if part.strip()]


def _of(row: list[str], column: int | None) -> str:
    return row[column] if column is not None else ""


def _number(cell: str) -> int | None:
    return int(cell) if re.fullmatch(r"[0-9]{1,12}", cell) else None


def _attribute(builder: ProjectBuilder, name: str, heading: str, value: str) -> None:
    """Keep what a row says of its respondent; rows that differ are all kept, sorted."""
    column = (
        heading if heading not in ("submission_id", "sources", "sets") else f"{heading} (column)"
    )
    row = builder.submissions[name]
    have = set(str(row[column]).split("; ")) if row.get(column) else set()
    if column == "respondent" and have == {name}:
        have = set()
    row[column] = "; ".join(sorted(have | {value}))


def _read_codebook(table: _Table, code: int) -> CodingProject:
    grid = table.grid
    description = table.column("description")
    if description is None and not any("number of" in name.lower() for name in table.header):
        rule = (
            "has a column of codes but none that says whose they are "
            "(submission_id, respondent, document, case or file)"
        )
        raise InputError([Problem(rule, file=grid.where)])
    builder = ProjectBuilder(grid.file.rpartition(".")[0] or grid.file, "spreadsheet codebook")
    for row in grid.cells[table.first :]:
        if row[code]:
            builder.add_code(row[code], description=_of(row, description))
    return builder.build()


def _read_wide(table: _Table, submission: int | None) -> CodingProject:
    grid, header = table.grid, table.header
    body = grid.cells[table.first :]
    rows = grid.rows[table.first :]
    marks = [
        index
        for index in range(len(header))
        if index != submission
        and _plain(header[index]).replace(" ", "_") not in _ATTRIBUTES
        and _is_mark_column([row[index] for row in body])
    ]
    if submission is None:
        submission = next((i for i in range(len(header)) if i not in marks), None)
    if submission is None or not marks:
        known = [name for role in ("submission", "code", "text") for name in _HEADINGS[role]]
        close = [f"{h!r} ~ {near!r}" for h in header if (near := nearest(_plain(h), known))]
        rule = (
            "is neither long (a column 'code' beside a column 'submission_id' or 'document') nor "
            "wide (columns holding only 0/1, yes/no, x or counts)"
        )
        rule += f"; headings are {', '.join(header)}" + (f" ({', '.join(close)})" if close else "")
        raise InputError([Problem(rule, file=grid.where)])
    builder = ProjectBuilder(grid.file.rpartition(".")[0] or grid.file, "spreadsheet")
    paths: dict[int, str] = {}
    for index in marks:
        paths[index] = ""
        for part in header[index].split(PATH_SEPARATOR):
            paths[index] = builder.add_code(part, parent=paths[index])
    coder = table.column("coder", avoid=(submission, *marks))
    problems: list[Problem] = []
    for row, number in zip(body, rows, strict=True):
        name = row[submission]
        if not name:
            rule = "is blank; every row needs its respondent"
            problems.append(Problem(rule, file=grid.where, row=number, column=header[submission]))
            continue
        builder.add_submission(name, sources=name)
        for index, heading in enumerate(header):
            if index not in (submission, coder) and index not in paths and row[index]:
                _attribute(builder, name, heading, row[index])
        for index in marks:
            count = _count(row[index])
            if count is None:
                rule = "is neither a mark (1, x, yes) nor blank, 0 or no, nor a count up to 99"
                problems.append(
                    Problem(rule, file=grid.where, row=number, column=header[index],
                            value=row[index])
                )  # fmt: skip
                continue
            for time in range(1, count + 1):
                # Nothing says which marks of a row belong together: each is its own passage.
                passage = f"{name}/{_of(row, coder)}/{paths[index]}/{time:02d}"
                builder.add_segment(
                    segment_id=f"{len(builder.segments) + 1}",
                    passage_id=passage,
                    submission_id=name,
                    coder=_of(row, coder),
                    code=paths[index],
                    source=name,
                )
    if problems:
        raise InputError(problems)
    ids = [(row[submission], _of(row, coder)) for row in body]
    seen: set[tuple[str, str]] = set()
    for index, key in enumerate(ids):
        if key in seen:
            rule = "stands in two rows; a wide table has one row a respondent (and coder)"
            problems.append(
                Problem(rule, file=grid.where, row=rows[index], column=header[submission],
                        value=key[0])
            )  # fmt: skip
        seen.add(key)
    if problems:
        raise InputError(problems)
    listed = ", ".join(repr(header[index]) for index in marks)
    builder.caveats.append(f"Columns read as codes: {listed}.")
    return builder.build()


def _count(cell: str) -> int | None:
    low = cell.lower()
    if low in _UNMARKED:
        return 0
    if low in _MARKED:
        return 1
    if re.fullmatch(r"[0-9]{1,4}", low) and int(low) <= _MAX_COUNT:
        return int(low)
    return None


def _is_mark_column(cells: list[str]) -> bool:
    filled = [cell for cell in cells if cell]
    if not filled:
        return False
    counts = [_count(cell) for cell in filled]
    good = [count for count in counts if count is not None]
    if len(good) < len(filled) and len(good) < max(_MOSTLY * len(filled), 4):
        return False
    # A column of numbers where nobody has 0, blank or 1 is a measurement such as an age.
    return len(filled) < len(cells) or any(count in (0, 1) for count in good)
