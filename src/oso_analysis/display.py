"""How the large results introduce themselves: what is in them, counts, and limits.

A review holds a dozen tables; printed in full they would say nothing. Each such result gives a
`Summary`, which shows itself as a few lines of text or a small HTML table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Summarised", "Summary", "plural", "within"]

#: On every cell, because JupyterLab takes style sheets out of what it does not trust.
_LEFT = 'style="text-align:left;vertical-align:top"'
_RIGHT = 'style="text-align:right;vertical-align:top"'


def plural(n: int, noun: str, many: str | None = None) -> str:
    """Return a count with its noun: "1 work", "1,234 works"; `many` where an "s" is not enough."""
    return f"{n:,} {noun if n == 1 else many or noun + 's'}"


def within(label: str) -> str:
    """Return a label as it stands within a sentence: its first letter small, no other.

    >>> within("Risk in the UK"), within("GP referral")
    ('risk in the UK', 'GP referral')
    """
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


@dataclass(frozen=True)
class Summary:
    """A heading, one line for each thing held, and what to bear in mind.

    Attributes
    ----------
    title : str
    rows : sequence of tuple
        `(name, n, note)`: the attribute's name, how many rows it has, and what they are.
    notes : sequence of str, optional
        Limits; each is one line.
    """

    title: str
    rows: Sequence[tuple[str, int, str]]
    notes: Sequence[str] = ()

    def __str__(self) -> str:
        """Return the summary as aligned text."""
        names = max(len(name) for name, _, _ in self.rows)
        counts = max(len(f"{n:,}") for _, n, _ in self.rows)
        lines = [self.title]
        lines += [f"  {name:<{names}}  {n:>{counts},}  {note}" for name, n, note in self.rows]
        lines += [f"  Note: {note}" for note in self.notes]
        return "\n".join(line.rstrip() for line in lines)

    def html(self) -> str:
        """Return the summary as an HTML table, everything escaped."""
        rows = "\n".join(
            f"<tr><td {_LEFT}><code>{escape(name)}</code></td><td {_RIGHT}>{n:,}</td>"
            f"<td {_LEFT}>{escape(note)}</td></tr>"
            for name, n, note in self.rows
        )
        notes = "".join(f"<li>{escape(note)}</li>" for note in self.notes)
        return (
            f'<div class="oso-summary">\n<p><strong>{escape(self.title)}</strong></p>\n<table>\n'
            f"{rows}\n</table>" + (f"\n<ul>{notes}</ul>" if notes else "") + "\n</div>"
        )


class Summarised:
    """A result that shows its summary instead of all its tables."""

    @property
    def _summary(self) -> Summary:
        raise NotImplementedError

    def __repr__(self) -> str:
        """Return what is in it, in a few lines."""
        return str(self._summary)

    def _repr_html_(self) -> str:
        return self._summary.html()
