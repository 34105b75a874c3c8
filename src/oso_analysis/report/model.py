"""The report as a document: the one model that every format is written from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from oso_analysis.exhibits.printed import MISSING_NOTE, PrintedTable, printed_table
from oso_analysis.figures.style import note_text

__all__ = ["MOST_ROWS", "Block", "Chapter", "Heading", "Numbered", "Report", "Text"]

#: Rows of a table that page, Word and PDF print: up to eighty pages of paper, where cells hold
#: sentences. Nobody reads on, and a list of twenty thousand works fills files of tens of megabytes.
MOST_ROWS = 1000


@dataclass(frozen=True)
class Heading:
    """A heading below a chapter's title; level 1 is a section, 2 a subsection."""

    level: int
    id: str
    text: str


@dataclass(frozen=True)
class Text:
    """Markdown whose cross-references are resolved; `headings` are those in it, in order."""

    markdown: str
    headings: tuple[Heading, ...] = ()


@dataclass(frozen=True)
class Numbered:
    """An exhibit with its number in the report.

    Attributes
    ----------
    record : mapping
        As the notebook gave it (see `exhibits.Exhibit.record`).
    number : int
        Figures and tables are counted separately, in the order of the notebooks.
    notebook : str
        File name of the notebook it is from.
    png, svg : bytes, str
        The picture of a figure, with its title and note; empty for a table.
    """

    record: Mapping[str, Any]
    number: int
    notebook: str
    png: bytes = b""
    svg: str = ""

    @property
    def id(self) -> str:
        """The exhibit's id, which is its anchor."""
        return str(self.record["id"])

    @property
    def is_figure(self) -> bool:
        """Whether it is a figure (else a table)."""
        return bool(self.record["kind"] == "figure")

    @property
    def label(self) -> str:
        """``Figure 3`` or ``Table 2``."""
        return f"{'Figure' if self.is_figure else 'Table'} {self.number}"

    @property
    def stem(self) -> str:
        """Folder and file name without extension: ``figures/03-works-by-year``."""
        folder = "figures" if self.is_figure else "tables"
        return f"{folder}/{self.number:02d}-{self.id}"

    @property
    def title(self) -> str:
        """The title, which states what is shown."""
        return str(self.record["title"])

    @property
    def caption(self) -> str:
        """Further words on how to read it; may be empty."""
        return str(self.record.get("caption", ""))

    @property
    def printed(self) -> PrintedTable:
        """The data as text, the first `MOST_ROWS` rows of them."""
        data = self.record["data"]
        rows = data["rows"][:MOST_ROWS]
        return printed_table(data["schema"], rows, dict(self.record["columns"]))

    @property
    def not_printed(self) -> str:
        """The line under a table of more than `MOST_ROWS` rows: how many, and where they are."""
        n_rows = len(self.record["data"]["rows"])
        if n_rows <= MOST_ROWS:
            return ""
        return (
            f"Only the first {MOST_ROWS:,} of {n_rows:,} rows are printed; all of them are in "
            f"{self.stem}.csv and on the sheet “{self.label}” of report.xlsx."
        )

    @property
    def notes(self) -> list[str]:
        """The lines under the exhibit: n, unit and source first, then each caveat."""
        record = self.record
        note = note_text(n=record["n"], unit=record["counting_unit"], source=record["source"])
        lines = [note, *(f"Note: {caveat}" for caveat in record["caveats"])]
        if not self.is_figure and self.printed.has_missing:
            lines.append(MISSING_NOTE)
        return [line for line in lines if line]


Block = Text | Numbered


@dataclass(frozen=True)
class Chapter:
    """What one notebook says: its title and its blocks in order."""

    number: int
    id: str
    title: str
    notebook: str
    blocks: tuple[Block, ...]

    @property
    def sections(self) -> list[Heading]:
        """The chapter's sections, for the contents list."""
        texts = [block for block in self.blocks if isinstance(block, Text)]
        return [heading for text in texts for heading in text.headings if heading.level == 1]


@dataclass(frozen=True)
class Report:
    """All chapters and the works they refer to (CSL-JSON, unique, ordered by id)."""

    chapters: tuple[Chapter, ...]
    references: tuple[Mapping[str, Any], ...]

    @property
    def exhibits(self) -> list[Numbered]:
        """Every exhibit, in order."""
        return [
            block
            for chapter in self.chapters
            for block in chapter.blocks
            if isinstance(block, Numbered)
        ]

    @property
    def figures(self) -> list[Numbered]:
        """Every figure, in order."""
        return [exhibit for exhibit in self.exhibits if exhibit.is_figure]

    @property
    def tables(self) -> list[Numbered]:
        """Every table, in order."""
        return [exhibit for exhibit in self.exhibits if not exhibit.is_figure]
