"""Coded spreadsheets: long (one row a segment) and wide (one row a respondent, one column a code).

Long is recognised by a column of codes; the exports of Taguette, QualCoder, MAXQDA, ATLAS.ti and
Dedoose are long. Wide is recognised by columns that hold nothing but marks. A sheet with codes and
descriptions but no respondents is a codebook.
"""

from __future__ import annotations

from collections.abc import Sequence

from oso_analysis.consultation.readers.grids import Grid
from oso_analysis.consultation.readers.headings import Table, find_table
from oso_analysis.consultation.readers.long_tables import find_code_columns, read_long
from oso_analysis.consultation.readers.model import CodingProject, ProjectBuilder
from oso_analysis.consultation.readers.wide_tables import read_wide
from oso_analysis.errors import InputError, Problem

__all__ = ["read_grid", "read_grids"]


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
    table = find_table(grid)
    codes = find_code_columns(table)
    submission = table.column("submission", avoid=codes.places if codes else ())
    if codes is None:
        return read_wide(table, submission)
    if submission is not None:
        return read_long(table, submission, codes)
    if codes.how == "facets":
        return read_wide(table, submission)
    return _read_codebook(table, codes.places[0])


def _read_codebook(table: Table, code: int) -> CodingProject:
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
            builder.add_code(
                row[code], description=row[description] if description is not None else ""
            )
    return builder.build()
