"""What a text selection's two positions mean, which tools do not agree on.

The standard counts Unicode code points from 0. In practice some tools count a Windows line end
(CR LF) as one character although the text they ship holds two; some count UTF-16 units, so that an
emoji counts twice; some give the position of the last character rather than of the one after it.
Where the file says what a selection's text is (many tools name a selection after its text), the
reading that fits most selections is taken; otherwise the standard's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

__all__ = ["SourceText", "decode_text"]

# A name this short ("1", "Q") fits anywhere and proves nothing.
_PROOF = 4


def decode_text(raw: bytes) -> str:
    """Return a plain text source without its byte-order mark, which no tool counts."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace")
    return raw.decode("utf-8-sig", errors="replace")


class SourceText:
    """A source's plain text and the way its positions count.

    Parameters
    ----------
    text : str
        As shipped, line ends untouched.
    selections : sequence of (start, end, name)
        All selections in this text.
    one_line_end : bool
        The tool is known to count CR LF as one where nothing in the file speaks against it.
    """

    def __init__(
        self,
        text: str,
        selections: Sequence[tuple[int | None, int | None, str]],
        *,
        one_line_end: bool,
    ) -> None:
        readings = [_Reading(text)]
        if "\r\n" in text:
            folded = _Reading(text.replace("\r\n", "\n"))
            readings.insert(0 if one_line_end else 1, folded)
        if any(ord(character) > 0xFFFF for character in text):
            readings += [replace(reading, utf16=True) for reading in readings]
        readings += [replace(reading, last=1) for reading in readings]
        # max() keeps the first of equals, so that without proof the order above decides.
        self._reading = max(readings, key=lambda reading: reading.fit(selections))

    def between(self, start: int, end: int) -> str:
        """Return the selected text with plain line ends; empty where it lies outside the text."""
        return self._reading.between(start, end).replace("\r\n", "\n")


@dataclass(frozen=True)
class _Reading:
    """One way to count: over this text, in UTF-16 units or not, `last` 1 where the end counts."""

    text: str
    utf16: bool = False
    last: int = 0

    def between(self, start: int, end: int) -> str:
        end += self.last
        if start < 0 or end < start:
            return ""
        if self.utf16:
            units = self.text.encode("utf-16-le")[2 * start : 2 * end]
            return units.decode("utf-16-le", errors="replace")
        return self.text[start:end]

    def fit(
        self, selections: Sequence[tuple[int | None, int | None, str]]
    ) -> tuple[int, int, int, int]:
        """Count the selections that begin like their name, that equal it, and that lie inside."""
        length = len(self.text.encode("utf-16-le")) // 2 if self.utf16 else len(self.text)
        alike = same = equal = inside = 0
        for start, end, name in selections:
            if start is None or end is None:
                continue
            inside += end + self.last <= length
            proof = _squeeze(name)
            if len(proof) >= _PROOF:
                selected = self.between(start, end)
                found = _squeeze(selected)
                same += selected.replace("\r\n", "\n") == name.replace("\r\n", "\n")
                alike += found.startswith(proof) or (
                    len(found) >= _PROOF and proof.startswith(found)
                )
                equal += found == proof
        return alike, same, equal, inside


def _squeeze(text: str) -> str:
    return " ".join(text.replace("…", " ").replace("...", " ").split())
