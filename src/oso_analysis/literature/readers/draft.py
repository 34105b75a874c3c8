"""What the parser of each format hands over, and the small tools all of them share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from oso_analysis.literature.readers.text import split_serial_number

__all__ = [
    "MAX_ENTRY",
    "MISSING",
    "RECORD_COLUMNS",
    "Draft",
    "Parsed",
    "Tags",
    "drop_blank",
    "drop_missing",
    "go_on",
    "left_over",
    "pairs",
    "shown",
    "take",
    "take_columns",
    "take_serial_numbers",
    "words",
]

#: The columns of the `records` frame, in order (docs/architecture.md).
RECORD_COLUMNS = (
    "record_id",
    "source_file",
    "source_line",
    "type",
    "title",
    "authors",
    "year",
    "container",
    "volume",
    "issue",
    "pages",
    "publisher",
    "place",
    "edition",
    "doi",
    "isbn",
    "issn",
    "pmid",
    "url",
    "language",
    "abstract",
    "keywords",
    "extra",
)

#: One entry between the parser and the finished table: record columns as the export gave them,
#: `authors` a list of names, `extra` a dict, and `key`, the export's own name for the entry.
Draft = dict[str, Any]

#: The tags of one entry, each with its values in file order.
Tags = dict[str, list[str]]

#: What R, pandas, other programs and spreadsheets write where there is nothing.
MISSING = frozenset({"NA", "nan", "NaN", "<NA>", "NULL", "null", "None", "#N/A"})

#: An entry longer than this is damaged or hostile, in formats whose lines may be of any length.
MAX_ENTRY = 4_000_000
#: Raw text in rejects and repairs is cut here, so that one damaged file cannot fill the table.
_RAW_WIDTH = 4000


@dataclass(slots=True)
class Parsed:
    """The entries of one file, before anything is normalised.

    Attributes
    ----------
    drafts : list of Draft
        Accepted entries in file order, each with `line`; empty where `columns` has them.
    columns : dict of str to list
        The same turned on its side, from parsers of formats that come as columns or where all
        entries have the same fields: a list for every name a draft can have, None where missing.
    rejects : list of (line, reason, raw)
        Entries that could not be read.
    repairs : list of (place, line, reason, raw)
        Entries read after mending, by their place among the accepted; the place is None where
        the mending is of the whole file.
    missing : collections.Counter
        How often each tag said no more than one of `MISSING`.
    verbatim : bool
        True where the file is a table this package wrote, whose cells are taken as they stand.
    """

    drafts: list[Draft] = field(default_factory=list)
    columns: dict[str, list[Any]] = field(default_factory=dict)
    rejects: list[tuple[int, str, str]] = field(default_factory=list)
    repairs: list[tuple[int | None, int, str, str]] = field(default_factory=list)
    missing: Counter[str] = field(default_factory=Counter)
    verbatim: bool = False

    @property
    def n_accepted(self) -> int:
        """How many entries were accepted."""
        return len(self.columns["line"]) if self.columns else len(self.drafts)

    def column(self, name: str) -> list[Any]:
        """Return what every accepted entry has under `name`, None where it has nothing."""
        if not self.columns:
            return [draft.get(name) for draft in self.drafts]
        return self.columns.get(name) or [None] * self.n_accepted

    def extend(self, columns: dict[str, list[Any]]) -> None:
        """Accept the entries of which `columns` are, after those there are."""
        before, more = self.n_accepted, len(columns["line"])
        for name in {**self.columns, **columns}:
            have = self.columns.get(name) or [None] * before
            self.columns[name] = have + (columns.get(name) or [None] * more)

    def reject(self, line: int, reason: str, raw: str) -> None:
        """Note an entry that could not be read."""
        self.rejects.append((line, reason, shown(raw)))

    def repair(self, place: int | None, line: int, reason: str, raw: str) -> None:
        """Note an entry, or something between entries, that was read after mending."""
        self.repairs.append((place, line, reason, shown(raw)))

    def repair_last(self, line: int, reason: str, raw: str) -> None:
        """Note that the entry accepted last was read after mending."""
        self.repair(len(self.drafts) - 1, line, reason, raw)


def words(text: str) -> frozenset[str]:
    """Return the words of a list written as prose."""
    return frozenset(text.split())


def pairs(text: str) -> dict[str, str]:
    """Return what stands after the first `=` in each word, by what stands before it."""
    return {name: value for name, _, value in (word.partition("=") for word in words(text))}


def shown(raw: str) -> str:
    """Return `raw` cut to what a rejects or repairs table should hold."""
    if len(raw) <= _RAW_WIDTH:
        return raw
    return f"{raw[:_RAW_WIDTH]}… ({len(raw)} characters in all)"


def go_on(values: list[str] | None, more: list[str], between: str = " ") -> None:
    """Add to the last value the lines on which it goes on: all at once, lest many take long."""
    if values:
        values[-1] = between.join([values[-1], *more] if values[-1] else more)


def drop_blank(tags: Tags) -> None:
    """Remove values that are empty, and tags that have no others."""
    for name in [name for name, values in tags.items() if "" in values or not values]:
        values = [value for value in tags[name] if value]
        if values:
            tags[name] = values
        else:
            del tags[name]


def drop_missing(tags: Tags, missing: Counter[str], names: frozenset[str]) -> Tags:
    """Remove tags whose only value is one of `MISSING`, and count them in `missing`.

    One of several values is a value: an author may be called so.

    Returns
    -------
    Tags
        Those removed that are among `names`, of titles and authors: a work may be called so.
    """
    said = [name for name, values in tags.items() if values[0] in MISSING and len(values) == 1]
    if not said:
        return {}
    missing.update(said)
    return {name: value for name in said if (value := tags.pop(name)) and name in names}


def take(tags: Tags, names: Iterable[str]) -> str | None:
    """Remove and return the first value under the first of `names` that has one.

    The same value repeated under a later name says nothing new and goes as well; a different one
    stays, so that it ends in `extra`.
    """
    chosen: str | None = None
    for name in names:
        values = tags.get(name)
        if values is None:
            continue
        if chosen is None:
            chosen = values[0]
            if len(values) == 1:
                del tags[name]
            else:
                rest = [value for value in values[1:] if value != chosen]
                if rest:
                    tags[name] = rest
                else:
                    del tags[name]
        elif len(values) == 1 and values[0] == chosen:
            del tags[name]
    return chosen


def take_columns(draft: Draft, tags: Tags, columns: Iterable[tuple[str, tuple[str, ...]]]) -> None:
    """Move into each column the first value under the first of its names that has one."""
    for column, names in columns:
        if len(names) == 1:
            # As `take` does, without the calls that are most of its cost.
            values = tags.get(names[0])
            if values is None:
                continue
            if len(values) == 1:
                draft[column] = values[0]
                del tags[names[0]]
                continue
        value = take(tags, names)
        if value is not None:
            draft[column] = value


def take_serial_numbers(draft: Draft, tags: Tags, names: Iterable[str]) -> None:
    """Sort the values under `names` into ISBNs and ISSNs; one that says more stays as well."""
    for name in names:
        values = tags.pop(name, None)
        if values is None:
            continue
        kept = []
        for value in values:
            isbn, issn, whole = split_serial_number(value)
            for column, number in (("isbn", isbn), ("issn", issn)):
                have = draft.get(column)
                if number and (have is None or number not in have):
                    draft[column] = f"{have}; {number}" if have else number
            if not whole:
                kept.append(value)
        if kept:
            tags[name] = kept


def left_over(tags: Tags) -> dict[str, Any]:
    """Return what no column took, single values unwrapped."""
    return {name: values[0] if len(values) == 1 else values for name, values in tags.items()}
