# ruff: noqa: SIM905 (lists of words read better as text)
"""Tell sister texts on one subject by the headings of the title that they share.

"Interim report: Safer homes" and "Final report: Safer homes" are two texts, as are a "Literature
review" and a "Stakeholder survey" under one title. "Report: Safer homes" and "Safer homes" may well
be one: a heading tells apart only from another heading, and only if each says what the other does
not. Sections of a journal ("Editorial", "Commentary") and words that mean much the same
("Guidelines", "Guidance") only make it doubtful that two texts are one.
"""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz

from oso_analysis.literature.deduplicate.spelling import variant
from oso_analysis.literature.deduplicate.words import GENERIC

__all__ = ["APART", "DOUBTFUL", "SAME", "heading_grade", "telling"]

#: Grades of titles (see `match.EVIDENCE`): the texts differ; their headings may be labels of one
#: text; the headings are one in two languages.
APART, DOUBTFUL, SAME = -6, 11, 3


def _by_word(lists: dict[str, str]) -> dict[str, str]:
    """Return what each word of the lists is listed under."""
    return {word: name for name, words in lists.items() for word in words.split()}


#: What a heading says of any text, of its place in a whole or of its form.
_IDLE = frozenset(
    """report reports paper papers article articles research study studies document original full
    complete new book chapter section part volume edition special issue supplement version online
    print pdf ebook bericht rapport rapporto relazione informe relatorio verslag""".split()
)
#: At which stage of one project a text was written: such texts are as good as parts of a series.
_STAGES = _by_word(
    {
        "inception": "inception",
        "baseline": "baseline",
        "preliminary": "preliminary preliminar provisoire",
        "draft": "draft",
        "interim": "interim zwischenbericht intermediaire intermedio parcial tussenrapport "
        "delrapport",
        "progress": "progress",
        "midterm": "midterm",
        "midline": "midline",
        "endline": "endline",
        "final": "final abschlussbericht schlussbericht endbericht eindrapport slutrapport",
    }
)
#: What words of headings mean much the same as, where people name one text in several ways.
_MEANING = _by_word(
    {
        "report": "final technical project",
        "review": "review reviews literature systematic scoping rapid evidence overview synthesis",
        "guide": "guide guides guideline guidelines guidance",
        "brief": "brief briefs briefing policy note notes",
    }
)
#: Sections of journals, which one index puts before a title and another calls otherwise.
_SECTIONS = frozenset(
    """editorial editorials commentary comment comments perspective perspectives viewpoint opinion
    letter introduction correspondence essay""".split()
)
#: The same, but only in a periodical: elsewhere they are texts of different kinds.
_IN_PERIODICALS = _SECTIONS | frozenset("discussion review reviews case note notes brief".split())
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


def heading_grade(
    headings: tuple[str, str],
    titles: tuple[str, str],
    mains: tuple[str, str],
    tails: tuple[str, str],
    *,
    periodical: bool = False,
) -> int:
    """Grade two titles that are alike by their headings, 0 where these say nothing.

    Parameters
    ----------
    headings : tuple of str
        The `telling` words of the headings that the titles' keys go without.
    titles, mains, tails : tuple of str
        The keys of the titles, up to and from their first break.
    periodical : bool
        Whether both texts stand in a journal, magazine or newspaper.
    """
    one, other = (heading.split() for heading in headings)
    if titles[0] == titles[1]:
        return _told(one, other, periodical)
    first, second = (title.split() for title in titles)
    if not one and not other and not (_stages(first) and _stages(second)):
        return 0
    # "Final report: …" may be "…: interim report" elsewhere. Other words there are a subtitle.
    stages = [
        _stages(heading + [word for word in words if word not in there])
        for heading, words, there in ((one, first, second), (other, second, first))
    ]
    if stages[0] and stages[1] and stages[0].isdisjoint(stages[1]):
        return APART
    staged = [_stage_and_title(*side) for side in zip(headings, titles, mains, tails, strict=True)]
    if staged[0] and staged[0] == staged[1]:
        return SAME
    one = one or _kind_of_text(mains[0], tails[0], titles[1])
    other = other or _kind_of_text(mains[1], tails[1], titles[0])
    return _told(one, other, periodical)


def _told(one: list[str], other: list[str], periodical: bool) -> int:
    """Grade two titles by the telling words of their headings."""
    if not _differ(one, other):
        return 0
    sections = _IN_PERIODICALS if periodical else _SECTIONS
    if not sections.isdisjoint(one) and not sections.isdisjoint(other):
        return DOUBTFUL
    meanings = ([_meaning(word) for word in heading] for heading in (one, other))
    return APART if _differ(*meanings) else DOUBTFUL


def _differ(one: list[str], other: list[str]) -> bool:
    """Return whether each heading has a word that the other has in no spelling or inflection."""
    return all(
        any(word not in there and not any(variant(word, x) for x in there) for word in here)
        for here, there in ((one, other), (other, one))
    )


def _stages(words: Iterable[str]) -> set[str]:
    """Return the stages that words name, in whatever language."""
    return {_STAGES[word] for word in words if word in _STAGES}


def _meaning(word: str) -> str:
    """Return what a word of a heading means, itself where no other word means the same."""
    stage = _STAGES.get(word, word)
    return _MEANING.get(stage, stage)


def _stage_and_title(heading: str, title: str, main: str, tail: str) -> tuple[set[str], str] | None:
    """Return the stage that a heading names and the title under it, if it names nothing else."""
    words, rest = (telling(main.split()), tail) if not heading else (heading.split(), title)
    if not words or not rest or not all(word in _STAGES for word in words):
        return None
    return _stages(words), rest


def _kind_of_text(main: str, tail: str, title: str) -> list[str]:
    """Return the telling words before a title that the other record has too, if a kind of text."""
    words = main.split()
    if not 0 < len(words) <= _LONGEST or not (words[-1] in GENERIC or words[-1] in _TEXTS):
        return []
    return telling(words) if fuzz.ratio(tail, title) >= 90.0 else []
