"""What a title says: its key, its numbers, its markers, and how much sharing it would mean."""

from __future__ import annotations

import html
import re
import zlib
from collections.abc import Sequence
from functools import reduce
from itertools import chain
from operator import or_
from typing import NamedTuple

from oso_analysis.literature.deduplicate.headings import telling
from oso_analysis.literature.deduplicate.words import (
    CONTRAST,
    GENERIC,
    GREEK,
    MARKER_SIGNS,
    MARKER_WORDS,
    MARKERS,
    NUMBER_WORDS,
    PART_WORDS,
    PARTS,
    PARTY,
    ROMAN,
    SERIAL,
    STOP,
    UNTITLED,
    Folding,
    plain,
    words_of,
)

__all__ = ["NO_TITLE", "Lexicon", "Title", "hashed", "prepared", "read_title"]

_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,60}>")
_LATEX = re.compile(r"\\(?=[&%$#_{}~^])|(?<!\\)[{}]|~(?=\w)")
_BRACKET = re.compile(r"[(\[]([^()\[\]]{1,16})[)\]]")
#: A colon and the like before a space, a dash or slash after one, two dashes, the end of a sentence
#: and an ellipsis. The sign comes first, to be looked for at once, and what must stand around it
#: after.
_BREAK = re.compile(
    r"[:?!|;./-](?:(?<=[:?!|;])\s|(?<=\s[-/])|(?<=-)-|(?<=\.)(?:\s+(?=[^\W\d_])|\.\.))"
)
_RETRACTED = re.compile(r"^\W*(?:retracted|withdrawn)(?: article| paper)?\W+", re.IGNORECASE)
#: How much of a title's end is looked at for what databases add: one made of blanks or brackets
#: would else take for ever.
_TAIL = 1000
#: What databases put after a title: its language, what kind of article it is, which of the letters
#: under one heading ("[2]", of Embase), and notices of others about it ("[Erratum appears in …]"),
#: which do not make it one of them.
_ADDED = re.compile(
    r"(?<![\s.])(?:[\s.]*+\[(?:(?:review|\d\d?|\d+ ref(?:erence)?s|see comments?"
    r"|chinese|czech|danish|dutch|finnish|french|german|hebrew|hungarian|italian|japanese|korean"
    r"|norwegian|persian|polish|portuguese|russian|serbian|spanish|swedish|turkish)\]"
    r"|(?:erratum appears|comments? in\b|comment appears|re-?published (?:in|from)\b"
    r"|retraction in\b|corrected and|update (?:in|of)\b|summary for patients"
    r"|reprint(?:ed)? (?:in|of|from)\b|original (?:report|article) in\b)"
    r"[^\[\]]*+(?:\]|$))){1,20}+\W*$",
    re.IGNORECASE,
)
#: How Web of Science and Scopus call a correction: by the place of what it corrects.
_CORRECTED = re.compile(
    r"\s*\((?:vol(?:ume)?\.? \w+, (?:pg|page|art|article)\b[^()]*"
    r"|[^()]+ \(\d{4}\)[:,]? \w+:? ?\([^()]*\)[^()]*)\)\W*$",
    re.IGNORECASE,
)
#: The name of a file, as reference managers make it of authors, year and title, for a title. It
#: begins where the text or a bracket does: tried at every letter, a long one would take for ever.
_FILE = re.compile(
    r"(?:<|(?<![^<>]))(?:[^\W\d_][^\d]{1,80}? - (?:1[89]|20)\d\d - )?([^<>]+)\.pdf>?"
)
#: No placeholder is as long.
_SHORT = 40
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
#: It looks back only once there is a digit: to begin with looking back is to be tried at every
#: character.
_SPACED_THOUSANDS = re.compile(
    r"([1-9](?<![\d.,-].)\d?\d?)[ \u00a0\u2009\u202f](?=\d{3}(?![\d.,-]))"
)
_ORDINAL = re.compile(r"^(\d+)(?:st|nd|rd|th)$")
_ACRONYM = re.compile(r"^[A-Z][A-Za-z\-]*[A-Z][A-Za-z]*s?[- ]?\d*$")
#: A Greek letter in a Latin title; a Greek word is longer than any name of a molecule ("γδ").
_GREEK = re.compile(r"[\u03b1-\u03c9\u0391-\u03a9]")
_GREEK_WORD = re.compile(r"[\u03b1-\u03c9\u0391-\u03a9]{4}")

#: Words that tell one title from another even in brackets.
_TELLING = PART_WORDS | CONTRAST


class Title(NamedTuple):
    """What one title says.

    Attributes
    ----------
    key : str
        Its words, folded, without function words and without a heading like "Chapter 4:".
    main, tail : str
        The same up to, and from, the first colon, dash or full stop.
    heading : str
        The words of the heading that the key goes without which may tell one text from another.
    points : float
        What sharing the whole title is worth: more for more and longer words, 10 at most.
    numbers : str
        The numbers in it (years, parts, editions; Roman and spelled-out ones too), sorted.
    markers : int
        Bit mask of `MARKERS`.
    serial : bool
        Whether it names a series that appears by the year.
    part : bool
        Whether it names one part of a work by a number or letter.
    party : bool
        Whether it is a text that many parties may hand in under one title.
    cut : bool
        Whether it ends in an ellipsis.
    hashes : tuple of int
        The three smallest hashes of its longer words, for blocking; 0 for each that is missing.
    """

    key: str = ""
    main: str = ""
    tail: str = ""
    heading: str = ""
    points: float = 0.0
    numbers: str = ""
    markers: int = 0
    serial: bool = False
    part: bool = False
    party: bool = False
    cut: bool = False
    hashes: tuple[int, int, int] = (0, 0, 0)


NO_TITLE = Title()


def hashed(text: str) -> int:
    """Return a 63-bit number for `text` that is the same on every machine and run."""
    data = text.encode("utf-8", "surrogatepass")
    return (zlib.crc32(data) << 31 | zlib.adler32(data) >> 1) or 1


#: What is special about a word, as bits of its flags: it may be a number or tell parts apart, it
#: names a series, it is one of `MARKER_WORDS`; from the last bit on, its `MARKER_SIGNS`.
_PLACED, _SERIAL, _MARKER, _SIGN = 1, 2, 4, 8


class Lexicon(dict[str, tuple[str, int, int, int]]):
    """Lower-case word to what is known of it, worked out once for all titles.

    A word's entry is a plain tuple, for speed: its one spelling ("" for a function word), the
    letters it adds to a title's information (0 for a word any title may have), its hash for
    blocking (0 for a word too short or too common), and its flags.
    """

    def __init__(self) -> None:
        super().__init__()
        self._fold = Folding()

    def __missing__(self, word: str) -> tuple[str, int, int, int]:
        """Work a word out."""
        folded = "" if word in STOP else self._fold[word]
        # An ideograph carries about as much as three letters.
        letters = len(folded) if word < "\u2e80" else 3 * len(folded)
        common = not folded or folded in GENERIC or word in ROMAN or word.isdigit()
        placed = (
            word[0].isdigit()
            or len(word) == 1
            or word in ROMAN
            or word in NUMBER_WORDS
            or word in PART_WORDS
        )
        flags = placed * _PLACED | (word in SERIAL) * _SERIAL | (word in MARKER_WORDS) * _MARKER
        flags |= MARKER_SIGNS.get(word, 0) * _SIGN
        answer = self[word] = (
            folded,
            0 if common else letters,
            hashed(folded) if len(folded) > 3 and not common else 0,
            flags,
        )
        return answer

    def fold(self, text: str) -> list[str]:
        """Return the words of a text folded, function words left out."""
        return [folded for word in words_of(text) if (folded := self[word][0])]


def _number(word: str, before: str) -> str:
    """Return the number a word stands for after the word before it, "" for none."""
    if word[0].isdigit():
        ordinal = None if word.isdigit() else _ORDINAL.match(word)
        number = word if word.isdigit() else ordinal.group(1) if ordinal else ""
    elif word in ROMAN:
        number = ROMAN[word]
    elif word in NUMBER_WORDS and before in PART_WORDS:
        number = NUMBER_WORDS[word]
    elif len(word) == 1 and before in PARTS and before != "report":
        return word
    else:
        return ""
    return number.lstrip("0") or ("0" if number else "")


def _bracketed(match: re.Match[str]) -> str:
    """Drop an acronym or a document number in brackets, keep years, parts and editions."""
    inner = match.group(1).strip()
    found = words_of(inner.lower())
    first = found[0] if found else ""
    if first in MARKER_WORDS:
        return f": {inner} "
    # In a title all in capitals "(PART 2)" and "(WOMEN)" look like acronyms.
    if _ACRONYM.match(inner) and first not in _TELLING:
        return " "
    return " " if inner.lower() == "ebook" else f" {inner} "


def prepared(raw: str) -> str:
    """Return a title in plain lower-case letters, without mark-up and acronyms in brackets."""
    text = raw
    if "&" in text:
        text = html.unescape(text)
    if text.endswith((".pdf", ".pdf>")):
        # Such a name is cut where it is long.
        text = _FILE.sub(r"\1...", text)
    if "<" in text:
        text = _TAG.sub("", text)
    if "\\" in text or "{" in text:
        text = _LATEX.sub("", text)
    if text.find("[") > 0:
        text = text[:-_TAIL] + _ADDED.sub("", text[-_TAIL:])
    if text.endswith((")", ").")):
        text = text[:-_TAIL] + _CORRECTED.sub(": Correction", text[-_TAIL:])
    text = _SPACED_THOUSANDS.sub(r"\1", plain(text).strip())
    if not text.isascii() and not _GREEK_WORD.search(text):
        text = _GREEK.sub(lambda letter: GREEK[letter.group().lower()], text)
    if text[:1] in "RrWw[":
        text = _RETRACTED.sub("", text)
    if "(" in text or "[" in text:
        text = _BRACKET.sub(_bracketed, text)
    if "," in text:
        text = _THOUSANDS.sub("", text)
    return text.replace("'", "").lower()


def _numbered(
    words: list[str], folded: Sequence[str], flags: Sequence[int]
) -> tuple[list[str], set[str], bool]:
    """Return folded words with digits for numbers, the numbers, and whether one names a part."""
    result = list(folded)
    numbers: set[str] = set()
    numbered = False
    for place, flag in enumerate(flags):
        if not flag & _PLACED:
            continue
        word, before = words[place], words[place - 1] if place else ""
        if word in PART_WORDS and len(before) > 2 and before in NUMBER_WORDS:
            numbers.add(NUMBER_WORDS[before])
            numbered = numbered or word in PARTS
        digits = _number(word, before)
        if digits:
            numbers.add(digits)
            result[place] = digits
            # "Research report 57" is the fifty-seventh of a series, no part.
            numbered = numbered or (before in PARTS and (before != "report" or len(digits) == 1))
    return result, numbers, numbered


def _markers(parts: list[list[str]], possible: int) -> int:
    """Return the bit mask of the `MARKERS` of a title in parts, of those its words allow."""
    # A bar where the title breaks: a last part "Correction" is more than a last word.
    flat = " | ".join([" ".join(words) for words in parts])
    markers = 0
    for bit, (_, pattern) in enumerate(MARKERS):
        if possible >> bit & 1 and pattern.search(flat):
            markers |= 1 << bit
    return markers


def _smallest(hashes: Sequence[int]) -> tuple[int, int, int]:
    """Return the three smallest of the hashes above 0, each once, and 0 for what is missing."""
    ordered = sorted(filter(None, hashes))
    if len(set(ordered[:3])) < 3:
        # Most titles repeat no word: to make a set of all hashes for each were a waste.
        ordered = [*sorted(set(ordered)), 0, 0, 0]
    first, second, third = ordered[:3]
    return first, second, third


def read_title(text: str, lexicon: Lexicon) -> Title:
    """Return what a title, `prepared`, says; `NO_TITLE` where there is none."""
    parts = [words for part in _BREAK.split(text) if (words := words_of(part))]
    if not parts or (len(text) < _SHORT and " ".join(parts[0]) in UNTITLED and len(parts) == 1):
        return NO_TITLE
    words = parts[0] if len(parts) == 1 else list(chain.from_iterable(parts))
    # Columns rather than a loop over the words, few of which call for more than adding up.
    folded: Sequence[str]
    folded, weights, hashes, flags = zip(*map(lexicon.__getitem__, words), strict=True)
    numbers: set[str] = set()
    numbered = serial = False
    markers = 0
    if any(flags):
        folded, numbers, numbered = _numbered(words, folded, flags)
        flagged = reduce(or_, flags)
        serial = bool(flagged & _SERIAL)
        if flagged & _MARKER:
            markers = _markers(parts, flagged // _SIGN)
    keys = []
    start = 0
    for part in parts:
        end = start + len(part)
        if key := list(filter(None, folded[start:end])):
            keys.append(key)
        start = end
    if not keys:
        return NO_TITLE
    # "Chapter 4: …" or "Literature review. …" is a heading; its number is in `numbers`.
    heading: list[str] = []
    while len(keys) > 1 and all(
        word in GENERIC or word.isdigit() or len(word) == 1 for word in keys[0]
    ):
        heading += telling(keys.pop(0))
    main = " ".join(keys[0])
    tail = " ".join([word for key in keys[1:] for word in key])
    return Title(
        f"{main} {tail}" if tail else main,
        main,
        tail,
        " ".join(heading),
        min(0.9 * (len(weights) - weights.count(0)) + 0.13 * sum(weights), 10.0),
        " ".join(sorted(numbers)) if numbers else "",
        markers,
        serial,
        numbered,
        bool(PARTY.match(text)),
        text.endswith(("...", "...]")),
        _smallest(hashes),
    )
