"""Adjudication: which work each of people's verdicts is about, and where two of them differ."""

from __future__ import annotations

import pandas as pd

from oso_analysis.errors import Problem, Suggestions, nearest, require_columns
from oso_analysis.frames import file_rows

__all__ = ["contradictions", "name_works"]


def name_works(
    verdicts: pd.DataFrame, work_ids: pd.DataFrame, *, file: str
) -> tuple[pd.DataFrame, list[Problem]]:
    """Say which work each verdict is about.

    Parameters
    ----------
    verdicts : pandas.DataFrame
        Rows that name a work by `work_id`, or by the `record_id` of any of its records (safer:
        record ids never change, works may be merged or split by a later de-duplication).
    work_ids : pandas.DataFrame
        `record_id, work_id`.
    file : str
        Name of the table, for messages.

    Returns
    -------
    verdicts : pandas.DataFrame
        The rows about a known work, with `work_id` filled in; `named` is what the row called it,
        `row` where the row stands in its file.
    problems : list of Problem
        A row that names no work, an unknown one, or a record of another work.
    """
    if "work_id" not in verdicts.columns and "record_id" not in verdicts.columns:
        require_columns(verdicts, ["work_id"], where=file)
    problems: list[Problem] = []
    by_record = dict(zip(work_ids["record_id"], work_ids["work_id"], strict=True))
    works = set(work_ids["work_id"])
    like_work = Suggestions(lambda value: nearest(value, works))
    like_record = Suggestions(lambda value: nearest(value, by_record))
    missing = [None] * len(verdicts)
    given = list(verdicts["work_id"]) if "work_id" in verdicts.columns else missing
    seen = list(verdicts["record_id"]) if "record_id" in verdicts.columns else missing
    # Whoever has records to name works by has no column for the works.
    blank = "work_id" if "work_id" in verdicts.columns else "record_id"
    rows = file_rows(verdicts)
    resolved: list[str | None] = []
    for row, work, record in zip(rows, given, seen, strict=True):
        work = None if pd.isna(work) else work
        record = None if pd.isna(record) else record
        found = work if work is not None else by_record.get(record)
        if work is None and record is None:
            problems.append(Problem("names no work", file, row, blank))
        elif work is not None and work not in works:
            rule = "is not a work any more; name one of its records instead"
            problems.append(Problem(rule, file, row, "work_id", work, like_work(work)))
            found = None
        elif record is not None and record not in by_record:
            rule = "is not a known record"
            problems.append(Problem(rule, file, row, "record_id", record, like_record(record)))
            found = None
        elif work is not None and record is not None and by_record[record] != work:
            rule = f"belongs to {by_record[record]}, not to {work}"
            problems.append(Problem(rule, file, row, "record_id", record))
            found = None
        resolved.append(found)
    frame = verdicts.assign(
        work_id=pd.Series(resolved, index=verdicts.index, dtype="str"),
        named=pd.Series(
            [work if pd.isna(record) else record for work, record in zip(given, seen, strict=True)],
            index=verdicts.index,
            dtype="str",
        ),
        row=rows,
    )
    return frame[frame["work_id"].notna()], problems


def contradictions(
    verdicts: pd.DataFrame, verdict: str, *, file: str, column: str, takes: str
) -> list[Problem]:
    """Return a problem for each verdict on a work that is not the first one on that work.

    Parameters
    ----------
    verdicts : pandas.DataFrame
        As `name_works` returns them.
    verdict : str
        Column of what was decided, as the message shall quote it.
    file, column : str
        Where the message says that it stands.
    takes : str
        What a work can have one of.
    """
    problems = []
    first: dict[str, tuple[int, str, str]] = {}
    told: set[tuple[str, str]] = set()
    columns = ("work_id", "row", "named", verdict)
    for work, row, named, said in zip(*(verdicts[name] for name in columns), strict=True):
        if pd.isna(said):
            continue
        row_0, named_0, said_0 = first.setdefault(work, (row, named, said))
        if said != said_0 and (work, said) not in told:
            told.add((work, said))
            rule = (
                f"for {named} contradicts row {row_0}, {said_0!r} for {named_0}: both are about "
                f"the work {work}, which takes {takes}"
            )
            problems.append(Problem(rule, file, row, column, said))
    return problems
