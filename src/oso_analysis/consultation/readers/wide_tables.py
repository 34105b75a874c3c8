"""Wide tables: one row a respondent, one column a code that holds nothing but marks or counts."""

from __future__ import annotations

from oso_analysis.consultation.readers.headings import (
    HEADINGS,
    WORDS,
    Table,
    count_marks,
    is_free_text,
    plain,
)
from oso_analysis.consultation.readers.model import CodingProject, ProjectBuilder
from oso_analysis.consultation.refi_qda.names import PATH_SEPARATOR
from oso_analysis.errors import InputError, Problem, nearest

__all__ = ["read_wide"]

#: Columns that describe a respondent even where they hold yes and no.
_ATTRIBUTES = frozenset(
    {
        *("age", "confidential", "consent", "consultation", "country", "held_by", "organisation"),
        *("organization", "published", "reference", "respondent", "respondent_sector", "sector"),
        *("source_url", "year"),
    }
)
#: A column with at least this share of marks is a code whose other cells are mistakes.
_MOSTLY = 0.8


def read_wide(table: Table, submission: int | None) -> CodingProject:
    """Read a wide table; `submission` is the place of the column of respondents, if it is known.

    Raises
    ------
    InputError
        No column of marks, or none of respondents; no mark anywhere; and, all at once, rows
        without a respondent, cells that are no marks, respondents in two rows.
    """
    grid, header, body = table.grid, table.header, table.body
    rows = grid.rows[table.first :]
    marks = [
        index
        for index in range(len(header))
        if index != submission
        and plain(header[index]).replace(" ", "_") not in _ATTRIBUTES
        and _is_mark_column([row[index] for row in body])
    ]
    if submission is None:
        submission = next((i for i in range(len(header)) if i not in marks), None)
    if submission is None or not marks:
        raise InputError([_neither(table)])
    if not any(count_marks(row[index]) for row in body for index in marks):
        rule = (
            f"has no mark in what would be its columns of codes ({table.named(marks)}); is it a "
            "table with codes in a column? Call that code, and that of respondents respondent"
        )
        raise InputError([Problem(rule, file=grid.where)])
    builder = ProjectBuilder(grid.file.rpartition(".")[0] or grid.file, "spreadsheet")
    paths: dict[int, str] = {}
    for index in marks:
        paths[index] = ""
        for part in header[index].split(PATH_SEPARATOR):
            paths[index] = builder.add_code(part, parent=paths[index])
    coder = table.column("coder", avoid=(submission, *marks))
    text = table.column("text", avoid=(submission, *marks, coder))
    rest = [i for i in range(len(header)) if i not in (submission, coder, text, *marks)]
    words = [
        i
        for i in rest
        if plain(header[i]) in WORDS
        or is_free_text((row[submission], row[i]) for row in body if row[i])
    ]
    problems: list[Problem] = []
    seen: set[tuple[str, str]] = set()
    for row, number in zip(body, rows, strict=True):
        name = row[submission]
        who = row[coder] if coder is not None else ""
        if not name:
            rule = "is blank; every row needs its respondent"
            problems.append(Problem(rule, file=grid.where, row=number, column=header[submission]))
            continue
        if (name, who) in seen:
            rule = "stands in two rows; a wide table has one row a respondent (and coder)"
            problems.append(
                Problem(rule, file=grid.where, row=number, column=header[submission], value=name)
            )
        seen.add((name, who))
        builder.add_submission(name, sources=name)
        for index in rest:
            if row[index] and index not in words:
                builder.add_attribute(name, header[index], row[index])
        for index in marks:
            count = count_marks(row[index])
            if count is None:
                rule = "is neither a mark (1, x, yes) nor blank, 0 or no, nor a count up to 99"
                problems.append(
                    Problem(rule, file=grid.where, row=number, column=header[index],
                            value=row[index])
                )  # fmt: skip
                continue
            for time in range(1, count + 1):
                # Nothing says which marks of a row belong together: each is its own passage.
                builder.add_segment(
                    segment_id=f"{len(builder.segments) + 1}",
                    passage_id=f"{name}/{who}/{paths[index]}/{time:02d}",
                    submission_id=name,
                    coder=who,
                    code=paths[index],
                    text=row[text] if text is not None else "",
                    source=name,
                )
    if problems:
        raise InputError(problems)
    builder.caveats.append(f"Columns read as codes: {table.named(marks)}.")
    if text is not None:
        builder.caveats.append(f"Column read as the text: {table.named([text])}.")
    if words:
        builder.caveats.append(
            f"Left out, for they hold free text, which may quote respondents: {table.named(words)}."
        )
    return builder.build()


def _neither(table: Table) -> Problem:
    header = table.header
    known = [name for role in ("submission", "code", "text") for name in HEADINGS[role]]
    close = [
        f"{name!r} ~ {near!r}"
        for name in header
        if plain(name) not in known and (near := nearest(plain(name), known))
    ]
    rule = (
        "is neither long (a column 'code' beside a column 'submission_id' or 'document') nor "
        "wide (columns holding only 0/1, yes/no, x or counts)"
    )
    rule += f"; headings are {', '.join(header)}" + (f" ({', '.join(close)})" if close else "")
    return Problem(rule, file=table.grid.where)


def _is_mark_column(cells: list[str]) -> bool:
    filled = [cell for cell in cells if cell]
    if not filled:
        return False
    counts = [count_marks(cell) for cell in filled]
    good = [count for count in counts if count is not None]
    if len(good) < len(filled) and len(good) < max(_MOSTLY * len(filled), 4):
        return False
    # A column of numbers where nobody has 0, blank or 1 is a measurement such as an age.
    return len(filled) < len(cells) or any(count in (0, 1) for count in good)
