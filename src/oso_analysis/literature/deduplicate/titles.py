"""What a title says: its key, its numbers, its markers, and how much sharing it would mean."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from oso_analysis.literature.deduplicate.headings import telling
from oso_analysis.literature.deduplicate.lexicon import (
    HANDED_IN,
    MARKER,
    PART_END,
    PLACED,
    SERIES,
    SIGN,
    TITLE_END,
    Lexicon,
)
from oso_analysis.literature.deduplicate.words import (
    CONTRAST,
    GENERIC,
    GREEK,
    MARKER_WORDS,
    MARKERS,
    NUMBER_WORDS,
    PART_WORDS,
    PARTS,
    PARTY,
    ROMAN,
    UNTITLED,
    plain,
    words_of,
)

__all__ = ["Titles", "prepared", "read_titles"]

Array = np.ndarray[Any, Any]

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
#: A title in which there is nothing to prepare, as in most: no digit, bracket or mark-up, neither
#: "Retracted" before it nor the name of a file.
_NOTHING_TO_PREPARE = re.compile(r"(?![RrWw])[A-Za-z][A-Za-z .,:;?!'/-]*(?<!\.pdf)")
_ORDINAL = re.compile(r"^(\d+)(?:st|nd|rd|th)$")
_ACRONYM = re.compile(r"^[A-Z][A-Za-z\-]*[A-Z][A-Za-z]*s?[- ]?\d*$")
#: A Greek letter in a Latin title; a Greek word is longer than any name of a molecule ("γδ").
_GREEK = re.compile(r"[\u03b1-\u03c9\u0391-\u03a9]")
_GREEK_WORD = re.compile(r"[\u03b1-\u03c9\u0391-\u03a9]{4}")

#: Words that tell one title from another even in brackets.
_TELLING = PART_WORDS | CONTRAST


class Titles(NamedTuple):
    """What some titles say, one value a title in each column.

    Attributes
    ----------
    title : numpy.ndarray of str
        Its words, folded, without function words and without a heading like "Chapter 4:"; "" for
        what is no title, whose other columns say nothing.
    main, tail : numpy.ndarray of str
        The same up to, and from, the first colon, dash or full stop.
    heading : numpy.ndarray of str
        The words of the heading that the title goes without which may tell one text from another.
    points : numpy.ndarray of float
        What sharing the whole title is worth: more for more and longer words, 10 at most.
    numbers : numpy.ndarray of str
        The numbers in it (years, parts, editions; Roman and spelled-out ones too), sorted.
    markers : numpy.ndarray of int
        Bit mask of `MARKERS`.
    serial : numpy.ndarray of bool
        Whether it names a series that appears by the year.
    part : numpy.ndarray of bool
        Whether it names one part of a work by a number or letter.
    party : numpy.ndarray of bool
        Whether it is a text that many parties may hand in under one title.
    cut : numpy.ndarray of bool
        Whether it ends in an ellipsis.
    hashes : numpy.ndarray of int
        The three smallest hashes of its longer words, for blocking; 0 for each that is missing.
        Three columns.
    """

    title: Array
    main: Array
    tail: Array
    heading: Array
    points: Array
    numbers: Array
    markers: Array
    serial: Array
    part: Array
    party: Array
    cut: Array
    hashes: Array


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
    if _NOTHING_TO_PREPARE.fullmatch(text):
        return text.rstrip().replace("'", "").lower()
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


def _parts(title: str) -> list[str]:
    """Return the parts of a title that have words."""
    return [part for text in title.split(PART_END) if (part := text.strip())]


class _Words:
    """The words of some titles in a row, few of which call for more than adding up.

    Attributes
    ----------
    words : list of str
        The words, with `PART_END` where a title breaks and `TITLE_END` after each title.
    folded : list of str
        The one spelling of each ("" for a function word), or the digits of the number it is.
    known : numpy.ndarray of int
        The number of each in the lexicon.
    row : numpy.ndarray of int
        The title that each is of.
    """

    def __init__(self, texts: Sequence[str], lexicon: Lexicon) -> None:
        together = f" {TITLE_END} ".join([*texts, ""])
        self.words = words_of(_BREAK.sub(f" {PART_END} ", together))
        self.known = np.fromiter(map(lexicon.__getitem__, self.words), np.int64, len(self.words))
        self.folded = list(map(lexicon.folded.__getitem__, self.known.tolist()))
        ends = np.flatnonzero(self.known == lexicon[TITLE_END])
        self.row = np.repeat(np.arange(len(texts)), np.diff(ends, prepend=-1))
        self._bounds = [-1, *ends.tolist()]

    def place(self, title: int) -> slice:
        """Return where the words of a title are."""
        return slice(self._bounds[title] + 1, self._bounds[title + 1])

    def parts(self, title: int) -> list[str]:
        """Return the parts of a title that have words."""
        return _parts(" ".join(self.words[self.place(title)]))


def _read_numbers(words: _Words, title: slice, flags: Array) -> tuple[str, bool]:
    """Return the numbers in a title, and whether one names a part.

    The digits take the place of the folded words.
    """
    numbers: set[str] = set()
    numbered = False
    before = ""
    for place, flag in enumerate(flags[title].tolist(), title.start):
        word = words.words[place]
        if word == PART_END:
            continue
        if flag & PLACED:
            if word in PART_WORDS and len(before) > 2 and before in NUMBER_WORDS:
                numbers.add(NUMBER_WORDS[before])
                numbered = numbered or word in PARTS
            digits = _number(word, before)
            if digits:
                numbers.add(digits)
                words.folded[place] = digits
                # "Research report 57" is the fifty-seventh of a series, no part.
                single = before != "report" or len(digits) == 1
                numbered = numbered or (before in PARTS and single)
        before = word
    return " ".join(sorted(numbers)), numbered


def _markers(parts: list[str], possible: int) -> int:
    """Return the bit mask of the `MARKERS` of a title in parts, of those its words allow."""
    # A bar where the title breaks: a last part "Correction" is more than a last word.
    flat = " | ".join(parts)
    markers = 0
    for bit, (_, pattern) in enumerate(MARKERS):
        if possible >> bit & 1 and pattern.search(flat):
            markers |= 1 << bit
    return markers


def _smallest(words: Array, row: Array, hashes: Array, size: int) -> Array:
    """Return the three smallest hashes of each row's words, each once, and 0 for missing ones."""
    # Ranks of these words alone: the lexicon has those of all titles read before.
    there = np.zeros(len(hashes), bool)
    there[words] = True
    there &= hashes > 0
    row, words = row[there[words]], words[there[words]]
    distinct, rank = np.unique(hashes[there], return_inverse=True)
    ranks = np.zeros(len(hashes), np.int64)
    ranks[there] = rank
    # One number puts them in order of the row and, within it, of the hash.
    codes = np.sort(row * len(distinct) + ranks[words], kind="stable")
    codes = codes[np.diff(codes, prepend=-1) > 0]
    row, rank = np.divmod(codes, max(len(distinct), 1))
    place = np.arange(len(row)) - np.searchsorted(row, row)
    first = place < 3
    result = np.zeros((size, 3), np.int64)
    result[row[first], place[first]] = distinct[rank[first]]
    return result


def _headed(title: str) -> tuple[str, str, str]:
    """Return main title, subtitle and heading of a title in folded words."""
    if PART_END not in title:
        return title, "", ""
    keys = _parts(title)
    # "Chapter 4: …" or "Literature review. …" is a heading; its number is in `numbers`.
    heading: list[str] = []
    while len(keys) > 1 and all(
        word in GENERIC or word.isdigit() or len(word) == 1 for word in keys[0].split()
    ):
        heading += telling(keys.pop(0).split())
    return "".join(keys[:1]), " ".join(keys[1:]), " ".join(heading)


def _keys(words: _Words, texts: Sequence[str]) -> tuple[Array, ...]:
    """Return title, main title, subtitle and heading of each title, folded; "" for no title."""
    told = " ".join(filter(None, words.folded)).split(TITLE_END)
    keys = [_headed(text.strip()) for text in told[: len(texts)]]
    for title, text in enumerate(texts):
        if len(text) < _SHORT:
            parts = words.parts(title)
            if len(parts) == 1 and parts[0] in UNTITLED:
                keys[title] = ("", "", "")
    whole = np.array([f"{main} {tail}" if tail else main for main, tail, _ in keys], dtype=object)
    return whole, *np.array(keys, dtype=object).reshape(-1, 3).T


def read_titles(texts: Sequence[str], lexicon: Lexicon) -> Titles:
    """Return what titles, `prepared`, say."""
    size = len(texts)
    words = _Words(texts, lexicon)
    letters, hashes, flags = (
        np.array(column, np.int64) for column in (lexicon.letters, lexicon.hashes, lexicon.flags)
    )
    weights, flags = letters[words.known], flags[words.known]
    points = 0.9 * np.bincount(words.row, weights > 0, size)
    points += 0.13 * np.bincount(words.row, weights, size)
    numbers = np.full(size, "", dtype=object)
    markers = np.zeros(size, np.int64)
    serial, part, party = (np.zeros(size, bool) for _ in range(3))

    def flagged(flag: int) -> list[int]:
        """Return the titles that have a word with the flag."""
        rows: list[int] = np.unique(words.row[flags & flag != 0]).tolist()
        return rows

    for title in flagged(PLACED):
        numbers[title], part[title] = _read_numbers(words, words.place(title), flags)
    for title in flagged(MARKER):
        possible = int(np.bitwise_or.reduce(flags[words.place(title)]))
        markers[title] = _markers(words.parts(title), possible // SIGN)
    for title in flagged(HANDED_IN):
        party[title] = bool(PARTY.match(texts[title]))
    serial[flagged(SERIES)] = True
    # After the numbers, whose digits stand for them in the titles.
    whole, main, tail, heading = _keys(words, texts)
    columns = Titles(
        whole,
        main,
        tail,
        heading,
        np.minimum(points, 10.0),
        numbers,
        markers,
        serial,
        part,
        party,
        np.array([text.endswith(("...", "...]")) for text in texts], bool),
        _smallest(words.known, words.row, hashes, size),
    )
    # What has nothing but function words is no title, and says nothing else either.
    nothing = whole == ""
    for column in columns:
        column[nothing] = "" if column.dtype == object else 0
    return columns
