"""What the headings of a coded sheet say: which row they are, and what each column holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from oso_analysis.consultation.readers.grids import Grid
from oso_analysis.consultation.refi_qda.names import PATH_SEPARATOR
from oso_analysis.errors import InputError, Problem

__all__ = ["HEADINGS", "WORDS", "Table", "count_marks", "find_table", "is_free_text", "plain"]

#: Headings, as `plain` gives them, by what they hold; the first match counts. Those in German are
#: what MAXQDA and ATLAS.ti write; no export in another language was at hand.
HEADINGS = {
    "submission": (
        "submission id", "submission", "respondent id", "respondent", "organisation",
        "organization", "case", "case name", "participant", "document name", "dokumentname",
        "document", "dokument", "file", "file name", "filename", "file case", "source",
        "source name", "transcript", "media title", "id", "response id", "name",
    ),
    "code": (
        "code", "codes", "tag", "tags", "code name", "codename", "code path", "node", "coding",
        "kode", "kodes",
    ),
    "text": (
        "text", "content", "quotation", "quotation content", "quote", "excerpt", "excerpt copy",
        "coded text", "seltext", "segment text", "passage", "paraphrase", "segment", "coded",
        "zitatinhalt", "answer",
    ),
    "coder": ("coder", "author", "coded by", "user", "created by", "creator", "owner",
              "excerpt creator", "erstellt von", "autor"),
    "note": ("note", "comment", "memo", "coded memo", "kommentar"),
    "start": ("start", "begin", "beginning", "pos0", "start position", "anfang"),
    "end": ("end", "pos1", "end position", "ende"),
    "source": ("source", "document", "document name", "dokument", "dokumentname", "file",
               "file name", "file case"),
    "description": ("description", "definition", "code description"),
}  # fmt: skip
#: Headings of words that respondents or coders wrote: never a variable of the respondent. ATLAS.ti
#: names a quotation after its first words.
WORDS = frozenset((*HEADINGS["text"], *HEADINGS["note"], "quotation name", "zitatname"))
_MARKED = frozenset(
    (*("1", "x", "yes", "y", "true", "✓", "✔", "☑", "■"), *("ja", "oui", "sí", "si"),
     *("wahr", "vrai", "verdadero"))
)  # fmt: skip
_UNMARKED = frozenset(
    (*("", "0", "no", "n", "false", "-", "–", "☐"), *("nein", "non", "na", "nan"),
     *("falsch", "faux", "falso"))
)  # fmt: skip
#: More segments of one code in one submission than this is a measurement, not a count.
_MAX_COUNT = 99
#: Numbers as R and pandas write a column in which a cell was blank: 1.0; with a comma in Europe.
_NUMBER = re.compile(r"([0-9]{1,4})(?:[.,]0+)?")
#: Texts of so many words on average, most of them different, are answers and not values.
_ANSWER = 6
_MOSTLY = 0.8
#: One cell of so many words is an answer, whatever the others are.
_LONG = 30


@dataclass(frozen=True)
class Table:
    """A sheet whose headings are known: `first` is the place of the first row below them."""

    grid: Grid
    header: list[str]
    first: int

    def column(self, role: str, *, avoid: Sequence[int | None] = ()) -> int | None:
        """Return the place of the column that holds what `role` names, other than `avoid`."""
        headings = [plain(name) for name in self.header]
        for wanted in HEADINGS[role]:
            for index, heading in enumerate(headings):
                if heading == wanted and index not in avoid:
                    return index
        return None

    @property
    def body(self) -> list[list[str]]:
        """The rows below the headings."""
        return self.grid.cells[self.first :]

    def named(self, columns: Iterable[int | None]) -> str:
        """Return the headings of columns, for a note; "" for none."""
        return ", ".join(repr(self.header[index]) for index in columns if index is not None)


def plain(heading: str) -> str:
    """Return a heading in small letters and single blanks: "ResponseId" is "response id"."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading)
    return " ".join(re.sub(r"[_\W]+", " ", parted.lower()).split())


def count_marks(cell: str) -> int | None:
    """Return how often a cell says that a code applies; None where it says something else."""
    low = cell.lower()
    if low in _UNMARKED:
        return 0
    if low in _MARKED:
        return 1
    number = _NUMBER.fullmatch(low)
    return int(number[1]) if number and int(number[1]) <= _MAX_COUNT else None


def is_free_text(pairs: Iterable[tuple[str, str]]) -> bool:
    """Whether a column's cells look like what somebody wrote, and not like a variable's values.

    Parameters
    ----------
    pairs : iterable of tuple
        Respondent and cell, for each filled cell; a cell repeated for a respondent counts once.
    """
    cells = [cell for _, cell in set(pairs)]
    sizes = [len(cell.split()) for cell in cells]
    if not cells or max(sizes) >= _LONG:
        return bool(cells)
    return sum(sizes) >= _ANSWER * len(cells) and len(set(cells)) >= _MOSTLY * len(cells)


def find_table(grid: Grid) -> Table:
    """Find the header: titles above it are passed over, a merged row above it is taken along.

    Raises
    ------
    InputError
        A column without a heading, or two of one; all at once.
    """
    if not grid.cells or not grid.cells[0]:
        raise InputError([Problem("is empty", file=grid.where)])
    width = len(grid.cells[0])
    top = 0
    # Of two columns, the one of respondents may lack its heading: that row is no title.
    while (
        top + 1 < len(grid.cells)
        and sum(map(bool, grid.cells[top])) == 1
        and (width > 2 or (width == 2 and grid.cells[top][0]))
    ):
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
    table = _with_first_heading(Table(grid, header, first))
    problems = []
    for index, name in enumerate(table.header):
        place = grid.rows[top]
        if not name:
            rule = "has no heading"
            if not index:
                rule += "; if it says whose the row is, call it respondent"
            problems.append(Problem(rule, file=grid.where, row=place, column=f"column {index + 1}"))
        elif table.header.index(name) != index:
            rule = "is the heading of two columns"
            problems.append(Problem(rule, file=grid.where, row=place, value=name))
    if problems:
        raise InputError(problems)
    return table


def _is_second_header(header: list[str], below: list[str]) -> bool:
    """Tell a second header row from the first respondent, which must never become a heading."""
    known = HEADINGS["submission"]
    told = bool(below[0]) and plain(below[0]) in known and plain(header[0]) not in known
    if not header[0] and all(header[1:]):
        return told  # the names of rows have no heading where R, pandas and NVivo write them
    return (
        not all(header)
        and all(above or name for above, name in zip(header, below, strict=True))
        and not any(name and count_marks(name) is not None for name in below)
        and (not header[0] or not below[0] or told)
    )


def _with_first_heading(table: Table) -> Table:
    """Give a first column without a heading its own: names of rows are those of respondents.

    Numbers of rows, which R and pandas write, go. NVivo's "1 : Name" and "A : Code" lose the
    number and the letter, which say where a row or column stood in one matrix.
    """
    header, body = table.header, table.body
    if header[0] or not all(header[1:]) or not body:
        return table
    names = [row[0] for row in body]
    if all(name.isdigit() for name in names):
        if table.column("submission") is None:
            return table
        cells = [row[1:] for row in table.grid.cells]
        return Table(replace(table.grid, cells=cells), header[1:], table.first)
    if not all(names) or len(set(names)) < len(names) or table.column("submission") is not None:
        return table
    header = ["respondent", *header[1:]]
    rows, columns = re.compile(r"[0-9]+ : (.+)", re.DOTALL), re.compile(r"[A-Z]+ : (.+)", re.DOTALL)
    found = [rows.fullmatch(name) for name in names]
    heads = [columns.fullmatch(name) for name in header[1:]]
    if all(found) and all(heads):
        bare = [match[1] for match in found if match]
        header = ["respondent", *(match[1] for match in heads if match)]
        if len(set(bare)) == len(bare):
            body = [[name, *row[1:]] for name, row in zip(bare, body, strict=True)]
    cells = [*table.grid.cells[: table.first], *body]
    return Table(replace(table.grid, cells=cells), header, table.first)
