"""What is known of the words that titles and sources are made of, each worked out once."""

from __future__ import annotations

import zlib
from array import array

from oso_analysis.literature.deduplicate.words import (
    GENERIC,
    MARKER_SIGNS,
    MARKER_WORDS,
    NUMBER_WORDS,
    PART_WORDS,
    ROMAN,
    SERIAL,
    STOP,
    SUBMISSIONS,
    fold,
    words_of,
)

__all__ = ["HANDED_IN", "MARKER", "PART_END", "PLACED", "SERIES", "SIGN", "TITLE_END", "Lexicon"]

#: Titles are in lower case here, so that capitals can mark where one ends, and where a part of one.
TITLE_END, PART_END = "T", "P"


def hashed(text: str) -> int:
    """Return a 63-bit number for `text` that is the same on every machine and run."""
    data = text.encode("utf-8", "surrogatepass")
    return (zlib.crc32(data) << 31 | zlib.adler32(data) >> 1) or 1


#: What is special about a word, as bits of its flags: it may be a number or tell parts apart, it
#: names a series, it is one of `MARKER_WORDS`, it names what parties hand in; from the last bit on,
#: its `MARKER_SIGNS`.
PLACED, SERIES, MARKER, HANDED_IN, SIGN = 1, 2, 4, 8, 16


#: The words that may have a flag; so may what is no word of letters.
_SPECIAL = frozenset().union(
    ROMAN, NUMBER_WORDS, PART_WORDS, SERIAL, MARKER_WORDS, SUBMISSIONS, MARKER_SIGNS
)


def _flags(word: str) -> int:
    """Return what is special about a word."""
    placed = (
        word[0].isdigit()
        or len(word) == 1
        or word in ROMAN
        or word in NUMBER_WORDS
        or word in PART_WORDS
    )
    flags = placed * PLACED | (word in SERIAL) * SERIES | (word in MARKER_WORDS) * MARKER
    return flags | (word in SUBMISSIONS) * HANDED_IN | MARKER_SIGNS.get(word, 0) * SIGN


class Lexicon(dict[str, int]):
    """Lower-case word to its number, by which the columns say what is known of the word.

    Each word is worked out once for all titles.

    Attributes
    ----------
    folded : list of str
        Its one spelling ("" for a function word).
    letters : array of int
        The letters it adds to a title's information (0 for a word any title may have).
    hashes : array of int
        Its hash for blocking (0 for a word too short or too common).
    flags : array of int
        What is special about it, as bits.
    """

    def __init__(self) -> None:
        super().__init__()
        self.folded = [TITLE_END, PART_END]
        self.letters, self.hashes, self.flags = (array("q", [0, 0]) for _ in range(3))
        self.update({TITLE_END: 0, PART_END: 1})

    def __missing__(self, word: str) -> int:
        """Work a word out."""
        folded = "" if word in STOP else fold(word)
        # An ideograph carries about as much as three letters.
        letters = len(folded) if word < "\u2e80" else 3 * len(folded)
        ordinary = word.isalpha() and len(word) > 1 and word not in _SPECIAL
        common = not folded or folded in GENERIC or word in ROMAN or word.isdigit()
        self.folded.append(folded)
        self.letters.append(0 if common else letters)
        self.hashes.append(hashed(folded) if len(folded) > 3 and not common else 0)
        self.flags.append(0 if ordinary else _flags(word))
        number = self[word] = len(self.folded) - 1
        return number

    def fold(self, text: str) -> list[str]:
        """Return the words of a text folded, function words left out."""
        return [folded for word in words_of(text) if (folded := self.folded[self[word]])]
