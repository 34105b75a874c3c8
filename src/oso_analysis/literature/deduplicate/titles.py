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


def _numbered(words: list[str], flags: list[int]) -> tuple[dict[int, str], set[str], bool]:
    """Return digits by the place of their word, all numbers, and whether one names a part."""
    found: dict[int, str] = {}
    numbers: set[str] = set()
    numbered = False
    before = ""
    for place, (word, flag) in enumerate(zip(words, flags, strict=True)):
        if word == PART_END:
            continue
        if flag & PLACED:
            if word in PART_WORDS and len(before) > 2 and before in NUMBER_WORDS:
                numbers.add(NUMBER_WORDS[before])
                numbered = numbered or word in PARTS
            digits = _number(word, before)
            if digits:
                numbers.add(digits)
                found[place] = digits
                # "Research report 57" is the fifty-seventh of a series, no part.
                single = before != "report" or len(digits) == 1
                numbered = numbered or (before in PARTS and single)
        before = word
    return found, numbers, numbered


def _parts(title: str) -> list[str]:
    """Return the parts of a title that have words."""
    return [part for text in title.split(PART_END) if (part := text.strip())]


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


def read_titles(texts: Sequence[str], lexicon: Lexicon) -> Titles:
    """Return what titles, `prepared`, say."""
    size = len(texts)
    # The words of all titles at once: few call for more than adding up.
    together = f" {TITLE_END} ".join([*texts, ""])
    words = words_of(_BREAK.sub(f" {PART_END} ", together))
    known = np.fromiter(map(lexicon.__getitem__, words), np.int64, len(words))
    folded = list(map(lexicon.folded.__getitem__, known.tolist()))
    letters, hashes, flags = (
        np.array(column, np.int64) for column in (lexicon.letters, lexicon.hashes, lexicon.flags)
    )
    marks = np.flatnonzero(known == lexicon[TITLE_END])
    row = np.repeat(np.arange(size), np.diff(marks, prepend=-1))
    ends = marks.tolist()
    starts = [0, *(end + 1 for end in ends)]
    points = letters[known]
    points = 0.9 * np.bincount(row, points > 0, size) + 0.13 * np.bincount(row, points, size)
    flags = flags[known]

    def with_flag(flag: int) -> list[int]:
        """Return the titles that have a word with the flag."""
        rows: list[int] = np.unique(row[flags & flag != 0]).tolist()
        return rows

    numbers = np.full(size, "", dtype=object)
    part, party, serial = (np.zeros(size, bool) for _ in range(3))
    markers = np.zeros(size, np.int64)
    for at in with_flag(PLACED):
        start, end = starts[at], ends[at]
        digits, found, part[at] = _numbered(words[start:end], flags[start:end].tolist())
        numbers[at] = " ".join(sorted(found))
        for place, number in digits.items():
            folded[start + place] = number
    for at in with_flag(MARKER):
        start, end = starts[at], ends[at]
        possible = int(np.bitwise_or.reduce(flags[start:end]))
        markers[at] = _markers(_parts(" ".join(words[start:end])), possible // SIGN)
    for at in with_flag(HANDED_IN):
        party[at] = bool(PARTY.match(texts[at]))
    serial[with_flag(SERIES)] = True
    told = " ".join(filter(None, folded)).split(TITLE_END)
    headed = [_headed(text.strip()) for text in told[:size]]
    for at, text in enumerate(texts):
        if len(text) < _SHORT:
            parts = _parts(" ".join(words[starts[at] : ends[at]]))
            if len(parts) == 1 and parts[0] in UNTITLED:
                headed[at] = ("", "", "")
    main, tail, heading = np.array(headed, dtype=object).reshape(-1, 3).T
    title = np.array([f"{x} {y}" if y else x for x, y, _ in headed], dtype=object)
    columns = Titles(
        title,
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
        _smallest(known, row, hashes, size),
    )
    # What has nothing but function words is no title, and says nothing else either.
    for column in columns:
        column[title == ""] = "" if column.dtype == object else 0
    return columns
