"""Whether one name is another one, mistyped: for names of people, and for ids with a number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Literal

from rapidfuzz.distance import OSA

from oso_analysis.errors import nearest

__all__ = ["nearest_name", "slip_of"]

_PART = re.compile(r"\d+|[^\W\d_]+")
#: Letters typed, or printed, for a digit.
_LOOKS_LIKE = {"l": "1", "i": "1", "o": "0"}
#: From these lengths on, names that differ in one edit, or in two, are seldom two names: shorter
#: ones are initials and first names, which are alike by chance (Ann, Anna; AB, AC).
_ONE_EDIT, _TWO_EDITS = 5, 7


def slip_of(one: str, other: str) -> Literal["same", "numbered", "alike"] | None:
    """Return whether two different names can be one name, mistyped.

    Parameters
    ----------
    one, other : str
        Two names, in any order.

    Returns
    -------
    "same", "numbered", "alike" or None
        ``"same"``: they cannot be two names; they differ only in case, spaces, punctuation, leading
        zeros or a letter for a digit (``coder_l`` for ``coder_1``).
        ``"numbered"``: they are hardly two names; they end in the same number, after words that are
        a slip apart (``codr_1`` for ``coder_1``).
        ``"alike"``: they are one name or two; words a slip apart and no number at the end that
        would tell (``Maria``, ``Marie``), or a number that only one of them has (``coder``,
        ``coder_1``).
        None: they are two names, above all those that differ in their numbers (``coder_1``,
        ``coder_2``) or in a single letter that stands alone (``Reviewer A``, ``Reviewer B``).

    Notes
    -----
    A slip is one edit (a letter left out, put in, changed, or two swapped) in a name of at least
    five letters, or two edits where both have at least seven.

    Examples
    --------
    >>> slip_of("codr_1", "coder_1"), slip_of("coder_l", "coder_1"), slip_of("Maria", "Marie")
    ('numbered', 'same', 'alike')
    >>> slip_of("coder_1", "coder_2") is slip_of("Reviewer A", "Reviewer B") is None
    True
    """
    mine, theirs = _parts(one), _parts(other)
    if any(unicodedata.category(sign)[0] == "M" for sign in one + other):
        # In scripts that write vowels as marks, a mark tells two names apart.
        return None
    if not mine or not theirs:
        return None
    if len(mine) == len(theirs) > 1:
        mine, theirs = _digits(mine, theirs), _digits(theirs, mine)
    words, numbers = _split(mine)
    their_words, their_numbers = _split(theirs)
    if _plain(mine) == _plain(theirs):
        return "same"
    if len(words) == len(their_words) and any(
        a != b and len(a) == len(b) == 1 for a, b in zip(words, their_words, strict=True)
    ):
        return None
    if numbers == their_numbers:
        if not _near("".join(words), "".join(their_words)):
            return None
        return "numbered" if mine[-1].isdecimal() and theirs[-1].isdecimal() else "alike"
    if not numbers or not their_numbers:
        return "alike" if _near("".join(mine), "".join(theirs)) else None
    return None


def nearest_name(name: str, names: Collection[str]) -> str | None:
    """Return the name that `name` can be a slip of, or None: another person is no suggestion."""
    found = nearest(name, names)
    return found if found is not None and slip_of(name, found) else None


def _parts(name: str) -> list[str]:
    return _PART.findall(unicodedata.normalize("NFKC", name).casefold())


def _digits(parts: list[str], others: list[str]) -> list[str]:
    """Read a letter as the digit it looks like where the other name has a digit."""
    return [
        _LOOKS_LIKE.get(part, part) if other.isdecimal() else part
        for part, other in zip(parts, others, strict=True)
    ]


def _split(parts: list[str]) -> tuple[list[str], list[int]]:
    words = [part for part in parts if not part.isdecimal()]
    return words, [int(part) for part in parts if part.isdecimal()]


def _plain(parts: list[str]) -> str:
    """Return the parts in their order, numbers without leading zeros."""
    return "".join(str(int(part)) if part.isdecimal() else part for part in parts)


def _near(one: str, other: str) -> bool:
    edits = OSA.distance(one, other)
    short, long = sorted((len(one), len(other)))
    return (edits == 1 and long >= _ONE_EDIT) or (edits == 2 and short >= _TWO_EDITS)
