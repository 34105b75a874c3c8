"""What a text selection's two positions mean, which tools do not agree on.

The standard counts Unicode code points from 0. In practice some tools count a Windows line end
(CR LF) as one character although the text they ship holds two, and some count UTF-16 units, so that
an emoji counts twice. Where the file says what a selection's text is (many tools name a selection
after its text), the reading that fits most selections is taken; otherwise the standard's.
"""

from __future__ import annotations

from collections.abc import Sequence

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
        readings = [(text, False)]
        if "\r\n" in text:
            folded = (text.replace("\r\n", "\n"), False)
            readings.insert(0 if one_line_end else 1, folded)
        if any(ord(character) > 0xFFFF for character in text):
            readings += [(reading, True) for reading, _ in readings]
        # max() keeps the first of equals, so that without proof the order above decides.
        self._text, self._utf16 = max(
            readings, key=lambda reading: _fits(reading[0], reading[1], selections)
        )

    def between(self, start: int, end: int) -> str:
        """Return the selected text with plain line ends; empty where it lies outside the text."""
        return _between(self._text, self._utf16, start, end).replace("\r\n", "\n")


def _between(text: str, utf16: bool, start: int, end: int) -> str:
    if start < 0 or end < start:
        return ""
    if utf16:
        units = text.encode("utf-16-le")[2 * start : 2 * end]
        return units.decode("utf-16-le", errors="replace")
    return text[start:end]


def _squeeze(text: str) -> str:
    return " ".join(text.replace("…", " ").replace("...", " ").split())


def _fits(
    text: str, utf16: bool, selections: Sequence[tuple[int | None, int | None, str]]
) -> tuple[int, int]:
    length = len(text.encode("utf-16-le")) // 2 if utf16 else len(text)
    named = inside = 0
    for start, end, name in selections:
        if start is None or end is None:
            continue
        inside += end <= length
        proof = _squeeze(name)
        if len(proof) >= _PROOF:
            found = _squeeze(_between(text, utf16, start, end))
            named += found.startswith(proof) or (len(found) >= _PROOF and proof.startswith(found))
    return named, inside
