"""Tell one article under two translations of its title from two articles.

PubMed translates the titles of articles in other languages, and says so by square brackets; the
next database translates in words of its own. What stays is the place in print.
"""

from __future__ import annotations

import re

__all__ = ["REWORDED", "SAME_PAGES", "same_article"]

#: The grades of titles: one of them is a translation, or they are near each other; neither.
REWORDED, SAME_PAGES = -4, -5
_RANGE = re.compile(r"(?<![\w-])(\d+)\s*[-–]{1,2}\s*(\d+)(?![\w-])")
#: Pages of an article, not of a note (which may share its page) and not of a whole issue.
_SHORTEST, _LONGEST = 3, 60
#: Magazines that count their pages anew in every issue hardly come as far.
_COUNTED_THROUGH = 200


def _pages(raw: str) -> tuple[int, int] | None:
    """Return the first and the last page of an article, None where they say too little."""
    found = _RANGE.search(raw)
    if not found:
        return None
    first, last = found.groups()
    # "345-9" is short for "345-349".
    last = first[: max(len(first) - len(last), 0)] + last
    return (int(first), int(last)) if _SHORTEST <= int(last) - int(first) + 1 <= _LONGEST else None


def _bracketed(raw: str) -> bool:
    return raw.lstrip("\"' ").startswith("[")


def same_article(
    near: bool, a: str, b: str, raw_a: str, raw_b: str, pages_a: str, pages_b: str, same_issue: bool
) -> int:
    """Grade two unlike titles of the same people in one volume, from one first page.

    Two articles may share the page on which the one ends and the other begins, but no three pages
    in a row. A low page may still return in every issue of a volume.

    Parameters
    ----------
    near : bool
        Whether the titles differ in little more than a word.
    a, b : str
        The keys of the titles.
    raw_a, raw_b : str
        The titles as given.
    pages_a, pages_b : str
        The pages as given.
    same_issue : bool
        Whether both state the same issue.

    Returns
    -------
    int
        `REWORDED`, `SAME_PAGES`, or 0 where they may well be two articles.
    """
    pages = _pages(pages_a)
    if pages is None or pages != _pages(pages_b):
        return 0
    if pages[0] < _COUNTED_THROUGH and not same_issue:
        return 0
    words_a, words_b = set(a.split()), set(b.split())
    shared = len(words_a & words_b)
    # Two translations keep the technical terms; without any, a field may be misplaced.
    if shared < 3 or 3 * shared < min(len(words_a), len(words_b)):
        return 0
    sure = near or _bracketed(raw_a) or _bracketed(raw_b) or _within(a, b)
    return REWORDED if sure else SAME_PAGES


def _within(a: str, b: str) -> bool:
    """Whether the one title stands whole in the other, after a heading or beside a translation."""
    short, long = sorted((a, b), key=len)
    return f" {short} " in f" {long} "
