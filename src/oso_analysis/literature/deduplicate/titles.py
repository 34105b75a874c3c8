"""What a title says: its key, its numbers, its markers, and how much sharing it would mean."""

from __future__ import annotations

import html
import re
import zlib
from typing import NamedTuple

from oso_analysis.literature.deduplicate.words import (
    GENERIC,
    MARKER_WORDS,
    MARKERS,
    NUMBER_WORDS,
    PART_WORDS,
    ROMAN,
    SERIAL,
    STOP,
    Folding,
    plain,
)

__all__ = ["NO_TITLE", "WORD", "Title", "WordHash", "hashed", "read_title"]

WORD = re.compile(r"[^\W_]+")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,60}>")
_LATEX = re.compile(r"\\(?=[&%$#_{}~^])|(?<!\\)[{}]|~(?=\w)")
_BRACKET = re.compile(r"[(\[]([^()\[\]]{1,16})[)\]]")
_BREAK = re.compile(r"[:?!|;]\s|\s[-/]|--|\.\s+(?=[^\W\d_])|\.\.\.")
_RETRACTED = re.compile(r"^\W*(?:retracted|withdrawn)(?: article| paper)?\W+", re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_ORDINAL = re.compile(r"^(\d+)(?:st|nd|rd|th)$")
_ACRONYM = re.compile(r"^[A-Z][A-Za-z\-]*[A-Z][A-Za-z]*s?[- ]?\d*$")


class Title(NamedTuple):
    """What one title says.

    Attributes
    ----------
    key : str
        Its words, folded, without function words and without a heading like "Chapter 4:".
    main, tail : str
        The same up to, and from, the first colon, dash or full stop.
    points : float
        What sharing the whole title is worth: more for more and longer words, 10 at most.
    numbers : str
        The numbers in it (years, parts, editions; Roman and spelled-out ones too), sorted.
    markers : int
        Bit mask of `MARKERS`.
    serial : bool
        Whether it names a series that appears by the year.
    cut : bool
        Whether it ends in an ellipsis.
    hashes : tuple of int
        The three smallest hashes of its longer words, for blocking.
    """

    key: str = ""
    main: str = ""
    tail: str = ""
    points: float = 0.0
    numbers: str = ""
    markers: int = 0
    serial: bool = False
    cut: bool = False
    hashes: tuple[int, ...] = ()


NO_TITLE = Title()


def hashed(text: str) -> int:
    """Return a 63-bit number for `text` that is the same on every machine and run."""
    data = text.encode("utf-8", "surrogatepass")
    return (zlib.crc32(data) << 31 | zlib.adler32(data) >> 1) or 1


class WordHash(dict[str, int]):
    """Word to its hash; each is worked out once."""

    def __missing__(self, word: str) -> int:
        number = self[word] = hashed(word)
        return number


def _bracketed(match: re.Match[str]) -> str:
    """Drop an acronym or a document number in brackets, keep years, parts and editions."""
    inner = match.group(1).strip()
    if _ACRONYM.match(inner):
        return " "
    return " " if inner.lower() == "ebook" else f" {inner} "


def read_title(raw: str, fold: Folding, hashes: WordHash) -> Title:
    """Return what a title says; `NO_TITLE` where it has no words."""
    text = raw
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub("", text)
    if "\\" in text or "{" in text:
        text = _LATEX.sub("", text)
    text = plain(text).strip()
    if text[:1] in "RrWw[":
        text = _RETRACTED.sub("", text)
    if "(" in text or "[" in text:
        text = _BRACKET.sub(_bracketed, text)
    if "," in text:
        text = _THOUSANDS.sub("", text)
    cut = text.endswith(("...", "...]"))
    text = text.replace("'", "")
    parts = [part for part in _BREAK.split(text) if part]
    keys: list[list[str]] = []
    numbers: set[str] = set()
    serial = False
    informative = letters = 0
    before = ""
    lowered: list[str] = []
    for part in parts:
        key = []
        for word in WORD.findall(part.lower()):
            lowered.append(word)
            number = ""
            if word[0].isdigit():
                number = word if word.isdigit() else ""
                if not number and (ordinal := _ORDINAL.match(word)):
                    number = ordinal.group(1)
            elif word in ROMAN:
                number = ROMAN[word]
            elif word in NUMBER_WORDS and before in PART_WORDS:
                number = NUMBER_WORDS[word]
            elif word in PART_WORDS and before in NUMBER_WORDS and len(before) > 2:
                numbers.add(NUMBER_WORDS[before])
            before = word
            if number:
                number = number.lstrip("0") or "0"
                numbers.add(number)
                key.append(number)
                continue
            if word in STOP:
                continue
            if word in SERIAL:
                serial = True
            word = fold[word]
            key.append(word)
            if word not in GENERIC:
                informative += 1
                # An ideograph carries about as much as three letters.
                letters += len(word) if word < "\u2e80" else 3 * len(word)
        if key:
            keys.append(key)
    if not keys:
        return NO_TITLE
    markers = 0
    if not MARKER_WORDS.isdisjoint(lowered):
        flat = " ".join(lowered)
        for bit, (_, pattern) in enumerate(MARKERS):
            if pattern.search(flat):
                markers |= 1 << bit
    # "Chapter 4: …" or "Literature review. …" is a heading; its number is in `numbers`.
    while len(keys) > 1 and all(word in GENERIC or word.isdigit() for word in keys[0]):
        del keys[0]
    words = [word for key in keys for word in key]
    main = " ".join(keys[0])
    tail = " ".join(word for key in keys[1:] for word in key)
    wanted = {word for word in words if len(word) > 3 and word not in GENERIC}
    return Title(
        " ".join(words),
        main,
        tail,
        min(0.9 * informative + 0.13 * letters, 10.0),
        " ".join(sorted(numbers)),
        markers,
        serial,
        cut,
        tuple(sorted(hashes[word] for word in wanted)[:3]),
    )
