"""One shape for a coded consultation, whatever tool it comes from."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oso_analysis.consultation.refi_qda.names import PATH_SEPARATOR

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "CODE_COLUMNS",
    "SEGMENT_COLUMNS",
    "CodingProject",
    "ProjectBuilder",
    "as_whole",
    "text_frame",
]

SEGMENT_COLUMNS = (
    "segment_id",
    "passage_id",
    "submission_id",
    "coder",
    "code",
    "text",
    "note",
    "source",
    "start",
    "end",
    "location",
)
CODE_COLUMNS = ("guid", "name", "path", "parent", "description", "codable", "sets")

#: No text or film is longer; beyond it, a position is damage and would not fit `Int64`.
_LARGEST = 2**53


@dataclass(frozen=True)
class CodingProject:
    """A coding project as its tool holds it, before any recoding.

    Attributes
    ----------
    name : str
        The project's name or, where it has none, the file's.
    producer : str
        The tool, as the file names it.
    submissions : pandas.DataFrame
        One row a respondent: `submission_id` (name of the case, or of the source that belongs to
        no case), `respondent`, `sources` (names joined by "; "), `sets`, then one text column for
        each variable.
    segments : pandas.DataFrame
        One row for one code on one passage by one coder: `segment_id` (unique); `passage_id`
        (shared by the codes that stand on the same passage by the same coder); `submission_id`;
        `coder`; `code` (the code's `path`; missing never); `text` (the passage, where the file
        holds it); `note` (the coder's comment on it); `source`; `start` and `end` (characters from
        0, `end` exclusive; bytes in Taguette; milliseconds in audio and video; missing for a whole
        source); `location` (page or rectangle).
    codes : pandas.DataFrame
        One row a code: `guid`, `name`, `path` (names from the top, joined by " > "), `parent` (its
        path), `description`, `codable` ("yes" or "no"), `sets`.
    coders : pandas.DataFrame
        `coder`, `guid`.
    caveats : tuple of str
        What the file holds that the frames do not, each in one sentence.
    """

    name: str
    producer: str
    submissions: pd.DataFrame
    segments: pd.DataFrame
    codes: pd.DataFrame
    coders: pd.DataFrame
    caveats: tuple[str, ...] = ()


def text_frame(
    rows: Sequence[Mapping[str, object]], columns: Sequence[str], integers: Sequence[str] = ()
) -> pd.DataFrame:
    """Return `rows` as a frame of `str` columns (blank is missing), the `integers` as `Int64`."""
    import pandas as pd

    table = {}
    for column in columns:
        values = [row.get(column) for row in rows]
        if column in integers:
            table[column] = pd.Series(values, dtype="Int64")
        else:
            cells = [None if value is None or value == "" else str(value) for value in values]
            table[column] = pd.Series(cells, dtype="str")
    return pd.DataFrame(table, columns=list(columns))


def as_whole(value: object) -> int | None:
    """Return a position as a number, or None: SQLite and XML hold anything in any column."""
    try:
        number = int(str(value))
    except ValueError:
        return None
    return number if abs(number) < _LARGEST else None


@dataclass
class ProjectBuilder:
    """Collects what a reader finds and turns it into a `CodingProject`."""

    name: str
    producer: str
    codes: dict[str, dict[str, object]] = field(default_factory=dict)
    submissions: dict[str, dict[str, object]] = field(default_factory=dict)
    coders: dict[str, str] = field(default_factory=dict)
    segments: list[dict[str, object]] = field(default_factory=list)
    caveats: list[str] = field(default_factory=list)

    def add_code(
        self,
        name: str,
        *,
        parent: str = "",
        guid: str = "",
        description: str = "",
        codable: bool = True,
        sets: str = "",
    ) -> str:
        """Add a code and return its path; a path that is already there keeps its first entry."""
        name = " ".join(name.split()) or f"(code without a name {guid[:8]})".strip()
        path = f"{parent}{PATH_SEPARATOR}{name}" if parent else name
        self.codes.setdefault(
            path,
            {
                "guid": guid,
                "name": name,
                "path": path,
                "parent": parent,
                "description": description.strip(),
                "codable": "yes" if codable else "no",
                "sets": sets,
            },
        )
        return path

    def add_submission(self, submission_id: str, **values: object) -> None:
        """Add a respondent, or fill in what is still missing about one."""
        row = self.submissions.setdefault(
            submission_id, {"submission_id": submission_id, "respondent": submission_id}
        )
        row.update({key: value for key, value in values.items() if value not in (None, "")})

    def add_attribute(self, submission_id: str, heading: str, value: str) -> None:
        """Keep what a row says of a respondent; rows that differ are all kept, sorted."""
        column = (
            f"{heading} (column)" if heading in ("submission_id", "sources", "sets") else heading
        )
        row = self.submissions[submission_id]
        have = set(str(row[column]).split("; ")) if row.get(column) else set()
        if column == "respondent" and have == {submission_id}:
            have = set()
        row[column] = "; ".join(sorted(have | {value}))

    def add_segment(self, **values: object) -> None:
        """Add one code on one passage."""
        coder = values.get("coder")
        if coder:
            self.coders.setdefault(str(coder), "")
        self.segments.append(values)

    def _spelt_alike(self) -> list[str]:
        """Return a note for each kind of name of which some differ in nothing a reader sees."""
        notes = []
        for what, names in (("submissions", self.submissions), ("codes", self.codes)):
            groups: dict[str, list[str]] = {}
            for name in names:
                plain = unicodedata.normalize("NFKC", name).casefold()
                groups.setdefault(" ".join(plain.split()), []).append(name)
            alike = [sorted(group) for group in groups.values() if len(group) > 1]
            if alike:
                shown = "; ".join(" and ".join(map(repr, group)) for group in sorted(alike))
                notes.append(
                    f"{what} whose names differ in capitals or blanks alone are kept apart; "
                    f"give those that are one the same name: {shown}"
                )
        return notes

    def build(self) -> CodingProject:
        """Return the project; its frames have no row for what was never added."""
        columns = ["submission_id", "respondent", "sources", "sets"]
        found = {key for row in self.submissions.values() for key in row}
        columns += sorted(found.difference(columns))
        return CodingProject(
            name=self.name,
            producer=self.producer,
            submissions=text_frame(list(self.submissions.values()), columns),
            segments=text_frame(self.segments, SEGMENT_COLUMNS, integers=("start", "end")),
            codes=text_frame(list(self.codes.values()), CODE_COLUMNS),
            coders=text_frame(
                [{"coder": coder, "guid": guid} for coder, guid in sorted(self.coders.items())],
                ("coder", "guid"),
            ),
            # Put together, projects bring notes of their own with them.
            caveats=tuple(dict.fromkeys([*self.caveats, *self._spelt_alike()])),
        )
