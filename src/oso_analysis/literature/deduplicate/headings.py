# ruff: noqa: SIM905 (lists of words read better as text)
"""Tell sister texts on one subject by the headings of the title that they share.

"Interim report: Safer homes" and "Final report: Safer homes" are two texts, as are a "Literature
review" and a "Stakeholder survey" under one title. "Report: Safer homes" and "Safer homes" may well
be one: a heading tells apart only from another heading, and only if each says what the other does
not.
"""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz

from oso_analysis.literature.deduplicate.spelling import variant
from oso_analysis.literature.deduplicate.words import GENERIC, STAGES

__all__ = ["sister_texts", "telling"]

#: What a heading says of any text, of its place in a whole or of its form.
_IDLE = frozenset(
    """report reports paper papers article articles research study studies document original full
    complete new book chapter section part volume edition special issue supplement version online
    print pdf ebook""".split()
)
#: Beside `GENERIC`, what a heading that names a kind of text ends in.
_TEXTS = frozenset(
    """survey surveys protocol interview interviews consultation consultations assessment audit
    workshop workshops questionnaire poll synthesis document""".split()
)
#: A heading has few words; more are a title.
_LONGEST = 4


def telling(heading: Iterable[str]) -> list[str]:
    """Return the words of a heading that may tell the text under it from a sister text."""
    return [word for word in heading if len(word) > 1 and not word.isdigit() and word not in _IDLE]


def sister_texts(
    headings: tuple[str, str],
    titles: tuple[str, str],
    mains: tuple[str, str],
    tails: tuple[str, str],
) -> bool:
    """Return whether two titles that are alike stand under headings of different texts.

    Parameters
    ----------
    headings : tuple of str
        The `telling` words of the headings that the titles' keys go without.
    titles, mains, tails : tuple of str
        The keys of the titles, up to and from their first break.
    """
    one, other = (heading.split() for heading in headings)
    if titles[0] == titles[1]:
        return _differ(one, other)
    first, second = (title.split() for title in titles)
    if not one and not other and (STAGES.isdisjoint(first) or STAGES.isdisjoint(second)):
        return False
    # "Final report: …" may be "…: interim report" elsewhere. Other words there are a subtitle.
    stages = [
        STAGES.intersection(heading + [word for word in words if word not in there])
        for heading, words, there in ((one, first, second), (other, second, first))
    ]
    if stages[0] and stages[1] and stages[0].isdisjoint(stages[1]):
        return True
    one = one or _kind_of_text(mains[0], tails[0], titles[1])
    other = other or _kind_of_text(mains[1], tails[1], titles[0])
    return _differ(one, other)


def _differ(one: list[str], other: list[str]) -> bool:
    """Return whether each heading has a word that the other has in no spelling or inflection."""
    return all(
        any(word not in there and not any(variant(word, x) for x in there) for word in here)
        for here, there in ((one, other), (other, one))
    )


def _kind_of_text(main: str, tail: str, title: str) -> list[str]:
    """Return the telling words before a title that the other record has too, if a kind of text."""
    words = main.split()
    if not 0 < len(words) <= _LONGEST or not (words[-1] in GENERIC or words[-1] in _TEXTS):
        return []
    return telling(words) if fuzz.ratio(tail, title) >= 90.0 else []
