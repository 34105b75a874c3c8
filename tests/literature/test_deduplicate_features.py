"""What is read from many records at once is what is read from each alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from oso_analysis.literature.deduplicate.lexicon import Lexicon
from oso_analysis.literature.deduplicate.places import Names, read_authors
from oso_analysis.literature.deduplicate.titles import prepared, read_titles
from oso_analysis.literature.deduplicate.words import squeezed

PIECES = [
    "risk", "Risk", "the", "of", "and", "annual", "report", "Part", "part", "II", "2", "2019",
    "no.", "P", "T", "PT", "untitled", "NA", "n/a", "chapter", "4", "Correction", "erratum",
    "reply", "letter", "to", "submission", "colour", "organisation", "γ", "题目", "über",
    "(PART", "2)", "[en]", "Retracted", ":", "-", "--", ".", "...", "?", ";", "|", "/",
    "first", "wave", "series", "x", "<i>", ".pdf", "&amp;", "Grooming", "grooming", "", "\n",
]  # fmt: skip
PARTS_OF_NAMES = [
    "Smith", "O'Brien", "Müller", "Anna", "J.", "AB", "WHO", "Foundation", "Anonymous", "NA",
    "et", "PhD", "la", ",", ";",
]  # fmt: skip
TITLES = st.lists(st.sampled_from(PIECES), max_size=9).map(" ".join)
NAMES = st.lists(st.sampled_from(PARTS_OF_NAMES), max_size=8).map(" ".join)


def rows(texts: list[str], lexicon: Lexicon) -> list[list[Any]]:
    """Return what `read_titles` says of each title."""
    columns = read_titles([prepared(text) for text in texts], lexicon)
    return [list(row) for row in zip(*(column.tolist() for column in columns), strict=True)]


@given(st.lists(TITLES, max_size=6))
def test_a_title_says_the_same_alone_and_among_others(titles: list[str]) -> None:
    alone = [rows([title], Lexicon())[0] for title in titles]
    assert rows(titles, Lexicon()) == alone


@given(st.lists(NAMES, max_size=6))
def test_authors_are_the_same_whoever_was_read_before(teams: list[str]) -> None:
    names = Names()
    assert [read_authors(team, names) for team in teams] == [
        read_authors(team, Names()) for team in teams
    ]


def test_a_title_is_read_in_parts() -> None:
    titles = read_titles(
        ["chapter 4: grooming and the internet - part ii", "the of and", "n/a", "untitled: a film"],
        Lexicon(),
    )
    assert titles.title.tolist() == ["grooming internet part 2", "", "", "untitled film"]
    assert titles.main.tolist() == ["grooming internet", "", "", "untitled"]
    assert titles.tail.tolist() == ["part 2", "", "", "film"]
    assert titles.numbers.tolist() == ["2 4", "", "", ""]
    assert titles.part.tolist() == [True, False, False, False]
    # "film" has four letters, "grooming" and "internet" more; "part" and "chapter" are common.
    assert np.count_nonzero(titles.hashes, axis=1).tolist() == [2, 0, 0, 2]
    assert titles.points.tolist() == [0.9 * 2 + 0.13 * 16, 0, 0, 0.9 * 2 + 0.13 * 12]


@given(st.text(alphabet="aB9 _-.é ßİ\u00a0\t'", max_size=12))
def test_what_is_squeezed_has_letters_and_digits_alone(text: str) -> None:
    kept = "".join(letter for letter in text if letter.isalnum())
    assert squeezed(text) == kept.casefold()
