"""Decisions out of the exports of screening tools, as the table of decisions that `data/` takes.

Tools export what was screened together with who decided what. The exports are read as all others
are, so that records have the ids that a project holding the same files gives them; what each entry
says of decisions is read by `decided`.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
import pandas as pd

from oso_analysis.codebook import Codebook
from oso_analysis.display import Summarised, Summary, plural
from oso_analysis.errors import InputError, Problem, check_option, listed, nearest_code
from oso_analysis.files import short_names
from oso_analysis.literature.decided import (
    MAYBE,
    UNDECIDED,
    Told,
    Vote,
    label_column,
    nearest_word,
    read_decisions,
)
from oso_analysis.literature.decided_columns import (
    TableColumns,
    require_headings,
    table_columns,
)
from oso_analysis.literature.readers import ReadResult, read_records
from oso_analysis.literature.reasons import known_reasons, match_reasons
from oso_analysis.literature.screening import DECISIONS, EXCLUDE, INCLUDE

__all__ = ["ScreeningResult", "read_screening"]

_COLUMNS = ("record_id", "reviewer", "decision", "exclusion_reason")
_ADJUDICATED = ("record_id", "decision", "exclusion_reason", "decided_by", "note")
_COUNTS = ("n_include", "n_exclude", "n_undecided", "n_without")
#: What the readers add to the id of a record without a key that they have met before.
_NUMBERED = re.compile(r"(?<=-[a-z2-7]{8})-\d+$")
#: What a reviewer is called in published data; see docs/how-to/your-own-review.md.
_ROLE = re.compile(r"reviewer_[1-9]\d*")


@dataclass(frozen=True, repr=False)
class ScreeningResult(Summarised):
    """Decisions, and what became of every record.

    Attributes
    ----------
    screening : pandas.DataFrame
        One row a record and reviewer who decided: `record_id, reviewer, decision,
        exclusion_reason`. In the order of the records.
    adjudication : pandas.DataFrame
        One row a record with a decision that reviewers agreed on, where theirs do not say the same:
        `record_id, decision, exclusion_reason, decided_by, note`, the last two blank.
    reviewers : pandas.DataFrame
        One row a reviewer: `reviewer` as in `screening`; `name` as in the exports, missing where
        they have none; `n_include, n_exclude, n_undecided, n_without`, which add up to the number
        of records.
    n_records : int
        How many records were read; several rows of one, by several reviewers, are one.
    n_decided, n_undecided, n_without : int
        Records that somebody decided; that somebody looked at and nobody decided; without any
        answer. They add up to `n_records`.
    notes : tuple of str
        What to bear in mind, in sentences.
    read : ReadResult
        The records themselves.
    """

    screening: pd.DataFrame
    adjudication: pd.DataFrame
    reviewers: pd.DataFrame
    n_records: int
    n_decided: int
    n_undecided: int
    n_without: int
    notes: tuple[str, ...]
    read: ReadResult

    @property
    def _summary(self) -> Summary:
        rows = [
            ("screening", len(self.screening), "decisions, one row a record and reviewer"),
            ("adjudication", len(self.adjudication), "decisions agreed on by reviewers who differ"),
            ("reviewers", len(self.reviewers), "reviewers"),
            ("n_records", self.n_records, "records read, of which"),
            ("n_decided", self.n_decided, "decided by somebody"),
            ("n_undecided", self.n_undecided, "looked at, and decided by nobody"),
            ("n_without", self.n_without, "without any answer"),
        ]
        return Summary("Screening decisions", rows, self.notes)


def read_screening(
    paths: Iterable[str | os.PathLike[str]] = (),
    *,
    included: Iterable[str | os.PathLike[str]] = (),
    excluded: Iterable[str | os.PathLike[str]] = (),
    reviewer: str | None = None,
    columns: Iterable[str] = (),
    maybe: str = UNDECIDED,
    keep_names: bool = False,
    codebook: Codebook | None = None,
) -> ScreeningResult:
    """Read who decided what from the exports of Rayyan, ASReview, Covidence and from tables.

    Parameters
    ----------
    paths : iterable of path-like
        Exports whose entries say what was decided: Rayyan's notes, ASReview's labels, Covidence's
        reasons for exclusion, a column such as `decision` or `included`, or one for each reviewer
        ("Reviewer 1", "R2 decision"). Rows that say the same of a work and differ in the reviewer
        are one record.
    included, excluded : iterable of path-like, optional
        Lists all of whose records were included, or excluded. Records get their ids from all
        files together, as `read_records` gives them.
    reviewer : str, optional
        Who decided where the export does not say.
    columns : iterable of str, optional
        Headings of columns that hold one reviewer's decisions each, where they are called
        otherwise.
    maybe : str, default "undecided"
        What the answer "maybe" is: "include", "exclude" or "undecided".
    keep_names : bool, default False
        Whether reviewers are called as in the exports. By default they are `reviewer_1`,
        `reviewer_2` and so on: who answered for most records first, since it is `reviewer_1` whose
        decisions count; of several, who decided most, then by name. Reviewers who are called so
        already keep their number.
    codebook : Codebook, optional
        Reasons that are a label or a code of it become that code. Without it, or where a reason is
        neither, its words stand as they are.

    Returns
    -------
    ScreeningResult

    Raises
    ------
    InputError
        All problems at once: a decision that cannot be read, a reviewer who both included and
        excluded a record, a file that is a list of both, a reviewer without the name that was asked
        for, no decision at all; and as `read_records`.
    """
    check_option("maybe", maybe, (INCLUDE, EXCLUDE, UNDECIDED))
    lists = {INCLUDE: list(map(Path, included)), EXCLUDE: list(map(Path, excluded))}
    files = [*map(Path, paths), *lists[INCLUDE], *lists[EXCLUDE]]
    names = short_names(files)
    list_of = _lists({decision: [names[path] for path in lists[decision]] for decision in lists})
    read = read_records(files)
    entries, tables, problems = _entries(read, list_of, list(columns))
    n_rows = len(entries)
    entries = _one_a_record(entries, read, tables)
    votes: dict[str | None, list[Vote | None]] = {}
    for at, entry in enumerate(entries):
        for who, vote in _by_reviewer(entry.told, reviewer, maybe).items():
            if vote is None:
                rule = f"is both included and excluded by {who or 'one reviewer'}"
                problems.append(replace(entry.problem, rule=rule))
            else:
                votes.setdefault(who, [None] * len(entries))[at] = vote
    if keep_names and None in votes:
        problems.append(Problem("are not named in these files; say who it was with --reviewer"))
    if problems:
        raise InputError(problems, "the decisions cannot be used")
    if not any(vote and vote.decision in DECISIONS for told in votes.values() for vote in told):
        rule = "no entry says what was decided; if it is a list of what was included or excluded, "
        rule += "say so with --included or --excluded"
        raise InputError([Problem(rule, file=", ".join(sorted(set(names.values()))))])
    notes = [*_told_columns(tables), *_told_rows(n_rows - len(entries))]
    return _result(read, entries, votes, notes, keep_names=keep_names, codebook=codebook)


# ------------------------------------------------------------------------------------- Gathering


@dataclass(frozen=True, slots=True)
class _Entry:
    record_id: str
    told: Told
    #: Names the entry, for messages.
    problem: Problem


def _lists(names: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return what the records of each list are: include or exclude."""
    both = sorted(set(names[INCLUDE]) & set(names[EXCLUDE]))
    if both:
        raise InputError([Problem("is named as a list of both", file=name) for name in both])
    return {name: decision for decision, files in names.items() for name in files}


def _entries(
    read: ReadResult, list_of: Mapping[str, str], asked: list[str]
) -> tuple[list[_Entry], dict[str | None, TableColumns], list[Problem]]:
    """Return what each record's entry says, where that stands, and what of it cannot be read."""
    records = read.records
    columns = zip(
        *(records[name] for name in ("record_id", "source_file", "source_line", "extra")),
        strict=True,
    )
    problems: list[Problem] = []
    rows = []
    for (record_id, source, line, text), file in zip(columns, read.placed, strict=True):
        source = file if pd.isna(source) else source
        place = Problem("", source, None if pd.isna(line) else int(line), None, record_id)
        extra = {} if pd.isna(text) else _extra(text)
        if extra is None:
            problems.append(replace(place, rule="has no JSON in `extra`", column="extra"))
        rows.append((record_id, place, extra or {}, list_of.get(file)))
    of_file: dict[str | None, list[dict[str, Any]]] = {}
    for _, place, extra, _ in rows:
        of_file.setdefault(place.file, []).append(extra)
    headings = {file: sorted({*chain(*extras)}) for file, extras in of_file.items()}
    require_headings(asked, sorted({*chain(*headings.values())}))
    tables = {
        file: table_columns(extras, label_column(headings[file]), asked)
        for file, extras in of_file.items()
    }
    entries = []
    for record_id, place, extra, on_list in rows:
        told = read_decisions(extra, tables[place.file])
        if on_list:
            reasons = told.reasons if on_list == EXCLUDE else ""
            told = replace(told, votes=(*told.votes, Vote(None, on_list, reasons)))
        rule = "is no decision that can be read"
        problems += [
            replace(place, rule=rule, column=column, value=value, nearest=nearest_word(value))
            for column, value in told.unread
        ]
        entries.append(_Entry(record_id, told, place))
    return entries, tables, problems


def _one_a_record(
    entries: list[_Entry], read: ReadResult, tables: Mapping[str | None, TableColumns]
) -> list[_Entry]:
    """Put together the rows of a table that are about one record and by different reviewers.

    A table with a row a record and reviewer names each record several times; the readers, who know
    of records only, give the later rows ids of their own. In the export of a tool, which has all
    reviewers' decisions in one entry, a second entry is a second record.
    """
    again = read.repairs["reason"].str.contains(" is not unique; ", na=False)
    first: dict[str, str] = dict(
        read.repairs.loc[again, ["record_id", "raw"]].itertuples(index=False)
    )
    # Every issue has an editorial, and every volume an introduction.
    about = ["type", "title", "authors", "year", "container", "volume", "issue", "pages", "doi"]
    about.append("source_file")
    texts = read.records[about].astype("str").fillna("").apply(lambda text: text.str.casefold())
    work = dict(zip(read.records["record_id"], texts.itertuples(index=False), strict=True))
    kept: dict[str, _Entry] = {}
    for entry in entries:
        who = {vote.reviewer for vote in entry.told.votes}
        one = first.get(entry.record_id, _NUMBERED.sub("", entry.record_id))
        there = kept.get(one)
        if (
            there is None
            or tables[entry.problem.file].label is None
            or one == entry.record_id
            or work[one] != work[entry.record_id]
            or not who
            or None in who
            or who & {vote.reviewer for vote in there.told.votes}
        ):
            kept[entry.record_id] = entry
            continue
        votes = [
            replace(vote, reasons=vote.reasons or told.reasons)
            if vote.decision == EXCLUDE
            else vote
            for told in (there.told, entry.told)
            for vote in told.votes
        ]
        kept[one] = replace(there, told=replace(there.told, votes=tuple(votes), reasons=""))
    return list(kept.values())


def _extra(text: str) -> dict[str, Any] | None:
    try:
        extra = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return extra if isinstance(extra, dict) else None


def _by_reviewer(told: Told, unnamed: str | None, maybe: str) -> dict[str | None, Vote | None]:
    """Return each reviewer's one answer; None for who contradicts themselves."""
    votes: dict[str | None, Vote | None] = {}
    for vote in told.votes:
        said = maybe if vote.decision == MAYBE else vote.decision
        new = replace(vote, reviewer=vote.reviewer or unnamed, decision=said)
        if new.decision == EXCLUDE and not new.reasons:
            new = replace(new, reasons=told.reasons)
        old = votes.setdefault(new.reviewer, new)
        if old is None or old.decision == new.decision or new.decision == UNDECIDED:
            continue
        votes[new.reviewer] = new if old.decision == UNDECIDED else None
    return votes


# --------------------------------------------------------------------------------------- Telling


def _told_columns(tables: Mapping[str | None, TableColumns]) -> Iterator[str]:
    """Yield which columns were taken for whose decisions, where there was a choice."""
    for file, table in tables.items():
        if table.reviewers:
            each = listed([repr(column.heading) for column in table.reviewers])
            read = "is read as one reviewer's decisions"
            if len(table.reviewers) > 1:
                read = "are read as one reviewer's decisions each"
            agreed = f"{table.agreed!r} as" if table.agreed else "and no column as"
            yield f"{file}: {each} {read}, {agreed} what they agreed on"


def _told_rows(n: int) -> Iterator[str]:
    if n:
        yield (
            f"{plural(n, 'row')} by a further reviewer of the same record; as an export of a "
            "project the file counts each row as a record found, so put one there that has each "
            "record once"
        )


def _roles(votes: Mapping[str | None, list[Vote | None]]) -> dict[str | None, str]:
    """Return what each reviewer is called in data that are published, the first reviewer first."""

    def place(name: str | None) -> tuple[int, int, bool, str]:
        answers = [vote.decision for vote in votes[name] if vote]
        decided = sum(answer in DECISIONS for answer in answers)
        return -len(answers), -decided, name is None, name or ""

    free = (f"reviewer_{n}" for n in range(1, len(votes) * 2 + 1) if f"reviewer_{n}" not in votes)
    return {
        name: name if name and _ROLE.fullmatch(name) else next(free)
        for name in sorted(votes, key=place)
    }


def _result(
    read: ReadResult,
    entries: list[_Entry],
    votes: dict[str | None, list[Vote | None]],
    notes: list[str],
    *,
    keep_names: bool,
    codebook: Codebook | None,
) -> ScreeningResult:
    roles = _roles(votes)
    called = {who: str(who) if keep_names else role for who, role in roles.items()}
    people = sorted(votes, key=lambda who: _number(called[who]))
    written = _Reasons(codebook)
    rows = [
        (entry.record_id, called[who], vote.decision, written(vote))
        for at, entry in enumerate(entries)
        for who in people
        if (vote := votes[who][at]) is not None and vote.decision in DECISIONS
    ]
    answers = [{vote.decision for who in people if (vote := votes[who][at])}
               for at in range(len(entries))]  # fmt: skip
    adjudicated = [
        (entry.record_id, told.decision, written(told), None, None)
        for entry, said in zip(entries, answers, strict=True)
        if (told := entry.told.agreed)
        and told.decision in DECISIONS
        and said & set(DECISIONS) != {told.decision}
    ]
    for entry, given in zip(entries, answers, strict=True):
        given.update({entry.told.agreed.decision} & set(DECISIONS) if entry.told.agreed else ())
    n_decided = sum(bool(said & set(DECISIONS)) for said in answers)
    n_undecided = sum(said == {UNDECIDED} for said in answers)
    counts = []
    for who in people:
        said = Counter(vote.decision if vote else "" for vote in votes[who])
        counts.append((called[who], who, said[INCLUDE], said[EXCLUDE], said[UNDECIDED], said[""]))
    idle = sum(
        bool(entry.told.reasons) and EXCLUDE not in said
        for entry, said in zip(entries, answers, strict=True)
    )
    return ScreeningResult(
        screening=pd.DataFrame(rows, columns=list(_COLUMNS)).astype("str"),
        adjudication=pd.DataFrame(adjudicated, columns=list(_ADJUDICATED)).astype("str"),
        reviewers=pd.DataFrame(counts, columns=["reviewer", "name", *_COUNTS]).astype(
            {"reviewer": "str", "name": "str"} | dict.fromkeys(_COUNTS, "int64")
        ),
        n_records=len(entries),
        n_decided=n_decided,
        n_undecided=n_undecided,
        n_without=len(entries) - n_decided - n_undecided,
        notes=(*notes, *_earlier(entries), *written.notes(idle)),
        read=read,
    )


def _number(name: str) -> tuple[int, str]:
    return (int(name.rpartition("_")[2]) if _ROLE.fullmatch(name) else 0, name)


def _earlier(entries: list[_Entry]) -> Iterator[str]:
    """Yield what is said of decisions that a project of Rayyan's took over from another."""
    several = sum(entry.told.n_screenings > 1 for entry in entries)
    if several:
        one = sum(entry.told.n_screenings == 1 for entry in entries)
        yield (
            f"{plural(several, 'record')} with the decisions of more than one screening in Rayyan's"
            " note: the last counts"
            + (f"; {plural(one, 'record')} with those of one, which counts" if one else "")
        )


class _Reasons:
    """Writes each vote's reason, and remembers what there is to tell of it."""

    def __init__(self, codebook: Codebook | None) -> None:
        self._facet = codebook["exclusion_reason"] if codebook else None
        self._known = known_reasons(self._facet) if self._facet else {}
        self._unknown: Counter[str] = Counter()
        self._several = self._blank = 0

    def __call__(self, vote: Vote) -> str | None:
        if vote.decision != EXCLUDE:
            return None
        if not vote.reasons:
            self._blank += 1
            return None
        if self._facet is None:
            return vote.reasons
        codes, unknown = match_reasons(vote.reasons, self._known)
        self._unknown.update(unknown)
        self._several += len(codes) + len(unknown) > 1
        return codes[0] if codes else vote.reasons

    def notes(self, idle: int) -> Iterator[str]:
        if self._several:
            yield (
                f"{plural(self._several, 'row')} with several reasons: the first in the codebook's "
                "order is written; all of them where none is in the codebook"
            )
        for reason, n in sorted(self._unknown.items(), key=lambda item: (-item[1], item[0])):
            assert self._facet is not None  # noqa: S101
            meant = nearest_code(reason, self._facet.names)
            hint = f" (did you mean {meant!r}?)" if meant else ""
            yield f"{reason!r}, in {plural(n, 'row')}, is no reason in the codebook{hint}"
        if self._blank:
            yield (
                f"{plural(self._blank, 'row')} without a reason for the exclusion, which "
                "a project's screening.csv must have"
            )
        if idle:
            yield f"{plural(idle, 'record')} with a reason for exclusion, and excluded by nobody"
