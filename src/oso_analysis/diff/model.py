"""What two editions do not share, as values that know how to say themselves."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from oso_analysis.diff.wording import around
from oso_analysis.rounding import rounded

__all__ = ["SHOWN", "Difference", "EditionDiff", "Move", "Part", "Wording", "is_number", "wordings"]

#: Lines shown for one exhibit before the rest is counted, and numbers a page shows unfolded.
SHOWN = 12
#: Columns of which a percentage says something: counts, which are called `n` or `n_<unit>`
#: (docs/architecture.md), and published figures. A rank, a coefficient, a bound of an interval or a
#: year has no nought that it could be a share of.
_COUNTED = re.compile(r"value|n|n_(?!.*(?:difference|_low\b|_high\b)).+")
_SHARE = "percent"


@dataclass(frozen=True)
class Move:
    """One number that moved: in which row and column, from what to what."""

    row: str
    column: str
    before: str
    after: str

    @property
    def change(self) -> str:
        """By how much: a count also in percent of what it was, a percentage in its own points.

        Empty for what is no number.
        """
        if not (is_number(self.before) and is_number(self.after)):
            return ""
        before = float(self.before)
        step = float(self.after) - before
        text = "+" + _number(step) if step > 0 else _number(step)
        if self.is_share:
            text += " percentage points"
        elif before and _COUNTED.fullmatch(self.column):
            text += f", {'+' if step >= 0 else ''}{rounded(step / abs(before) * 100, 1)} %"
        return text.replace("-", "−")

    @property
    def is_share(self) -> bool:
        """Whether it is a percentage: these all move as soon as one count does."""
        return self.column.startswith(_SHARE)

    @property
    def shown(self) -> tuple[str, str]:
        """Both values as a reader wants them: rounded, unless that would hide the difference."""
        before, after = (_readable(text) for text in (self.before, self.after))
        if before == after:
            before, after = self.before, self.after
        return before or "nothing", after or "nothing"

    def __str__(self) -> str:
        """Return the move on one line."""
        place = " · ".join(part for part in (self.row, self.column) if part)
        change = f" ({self.change})" if self.change else ""
        before, after = self.shown
        return f"{place}: {before} → {after}{change}"


def is_number(text: str) -> bool:
    """Tell whether a text of a table is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _number(value: float) -> str:
    """Return a number with three decimals at most, or three digits where it is smaller."""
    if value and abs(value) < 0.001:
        return f"{value:.3g}"
    text = rounded(value, 3)
    return text.rstrip("0").rstrip(".")


def _readable(text: str) -> str:
    # Years and codes made of digits stay as they are; only what has many decimals is rounded.
    return _number(float(text)) if "." in text and is_number(text) else text


@dataclass(frozen=True)
class Wording:
    """Words that are not what they were: what they are, and how they read before and after.

    Without a before and an after, `place` is a sentence of its own.
    """

    place: str
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        """Return it on one line, both texts cut around the place where they part."""
        if self.is_sentence:
            return self.place
        before, after = (f"“{text}”" if text else "nothing" for text in self._cut())
        return f"{self.place}: {before} → {after}"

    @property
    def is_sentence(self) -> bool:
        """Whether there is nothing to show beside each other."""
        return not (self.before or self.after)

    def _cut(self) -> tuple[str, str]:
        return around(self.before, self.after)


def wordings(place: str, before: Sequence[str], after: Sequence[str]) -> list[Wording]:
    """Return what of a list of texts, a chapter's paragraphs say, came, went or reads otherwise."""
    found = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, before, after, False).get_opcodes():
        if kind != "equal":
            pairs = zip_longest(before[a:b], after[c:d], fillvalue="")
            found += [Wording(place, one, other) for one, other in pairs]
    return found


@dataclass
class Part:
    """How one part of a report differs, a chapter's text say.

    Attributes
    ----------
    id, title : str
    status : {"same", "changed", "gone", "new"}
    labels : tuple of str
        Its number in each edition ("Figure 3"), empty where it is not.
    words : list of Wording
        Words that are not what they were, in the report's order.
    """

    id: str
    title: str
    status: str
    labels: tuple[str, str]
    words: list[Wording] = field(default_factory=list)

    @property
    def heading(self) -> str:
        """Its numbers, title and id on one line."""
        numbers = " → ".join(dict.fromkeys(label for label in self.labels if label))
        mark = {"new": " (new)", "gone": " (gone)"}.get(self.status, "")
        return f"{numbers}: {self.title} [{self.id}]{mark}" if numbers else self.title + mark

    @property
    def lines(self) -> list[str]:
        """Everything that differs, a line each."""
        return [str(item) for item in self.words]


@dataclass
class Difference(Part):
    """How one exhibit differs; its `words` are title, caption, headings, columns and drawing.

    Attributes
    ----------
    moves : list of Move
        Numbers and texts that are not what they were, the edition's `n` first.
    rows_gone, rows_new : list of str
        Rows by their labels.
    figures : tuple of (bytes or None)
        The drawings (SVG), for showing side by side.
    """

    moves: list[Move] = field(default_factory=list)
    rows_gone: list[str] = field(default_factory=list)
    rows_new: list[str] = field(default_factory=list)
    figures: tuple[bytes | None, bytes | None] = (None, None)

    @property
    def lines(self) -> list[str]:
        """Everything that differs, a line each."""
        return [
            *super().lines,
            *map(str, self.moves),
            *(f"row gone: {row}" for row in self.rows_gone),
            *(f"row new: {row}" for row in self.rows_new),
        ]


@dataclass(frozen=True)
class EditionDiff:
    """All differences between two editions.

    Attributes
    ----------
    names : tuple of str
        What the two are called: as they were asked for, and never both the same.
    described : tuple of str
        What tells exactly which version each is.
    facts : list of Wording
        The edition's title, description, limits and whatever else it says of itself.
    parameters, inputs : list of Move
    programs : list of Wording
    exhibits : list of Difference
    chapters : list of Part
        Their titles and paragraphs, and last the references where these differ.
    """

    names: tuple[str, str]
    described: tuple[str, str]
    facts: list[Wording]
    parameters: list[Move]
    inputs: list[Move]
    programs: list[Wording]
    exhibits: list[Difference]
    chapters: list[Part]

    @property
    def parts(self) -> list[Part]:
        """Every exhibit, then every chapter."""
        return [*self.exhibits, *self.chapters]

    @property
    def numbered(self) -> list[Part]:
        """Every chapter; the references are none."""
        return [item for item in self.chapters if any(item.labels)]

    @property
    def differing(self) -> list[Part]:
        """Exhibits and chapters that are not the same."""
        return [item for item in self.parts if item.status != "same"]

    @property
    def renumbered(self) -> list[str]:
        """What is the same under another number."""
        return [
            f"{item.labels[0]} → {item.labels[1]} [{item.id}]"
            for item in self.parts
            if item.status == "same" and item.labels[0] != item.labels[1]
        ]

    def __str__(self) -> str:
        """Return everything as text."""
        return self.text()

    def text(self, limit: int | None = None) -> str:
        """Return the differences as text, with at most `limit` lines for an exhibit."""
        lines = [f"{self.names[0]} → {self.names[1]}: {_counted('exhibits', self.exhibits)}"]
        if self.numbered:
            lines.append(f"  texts: {_counted('chapters', self.numbered)}")
        if self.renumbered:
            lines.append(f"  renumbered only: {', '.join(_limited(self.renumbered, limit))}")
        for about in (
            [f"edition's {item}" for item in self.facts],
            [f"parameter {move}" for move in self.parameters],
            [f"input {move.row}: {move.column}" for move in self.inputs],
            [f"program {item}" for item in self.programs],
        ):
            lines += [f"  {line}" for line in _limited(about, limit)]
        for item in self.differing:
            lines += ["", item.heading, *(f"  {line}" for line in _limited(item.lines, limit))]
        return "\n".join(lines)


def _counted(noun: str, items: Sequence[Part]) -> str:
    counts = Counter(item.status for item in items)
    parts = [f"{counts[status]} {status}" for status in ("changed", "new", "gone", "same")]
    return f"{len(items)} {noun}, {', '.join(parts)}"


def _limited(lines: list[str], limit: int | None) -> list[str]:
    if limit is None or len(lines) <= limit:
        return lines
    return [*lines[: limit - 1], f"… and {len(lines) - limit + 1:,} more"]
