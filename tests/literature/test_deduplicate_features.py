"""What is read from many records at once is what is read from each alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oso_analysis.literature.deduplicate import normalise as module
from oso_analysis.literature.deduplicate.features import Features
from oso_analysis.literature.deduplicate.lexicon import Lexicon, hashed
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


def test_a_title_is_found_by_the_three_smallest_of_its_longer_words() -> None:
    words = ["grooming", "children", "internet", "offenders"]
    smallest = sorted(map(hashed, words))[:3]
    texts = ["grooming children grooming internet of offenders", "grooming grooming film", ""]
    found = read_titles(texts, Lexicon()).hashes.tolist()
    assert found == [smallest, [*sorted(map(hashed, ["grooming", "film"])), 0], [0, 0, 0]]


def test_a_number_stands_after_a_word_across_a_break() -> None:
    titles = read_titles(["grooming, part: b", "grooming: b"], Lexicon())
    assert titles.numbers.tolist() == ["b", ""]
    assert titles.part.tolist() == [True, False]


def test_what_parties_hand_in_is_named_where_a_title_begins() -> None:
    titles = read_titles(["joint submission to an inquiry", "a submission to it"], Lexicon())
    assert titles.party.tolist() == [True, False]


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("", ""),
        ("  Grooming Girls ", "grooming girls"),
        ("Retracted: Grooming", "grooming"),
        ("Withdrawn article. Grooming", "grooming"),
        ("Smith - Children's rights.pdf", "smith - childrens rights..."),
        ("What's new?", "whats new?"),
        ("10 000 girls", "10000 girls"),
    ],
)
def test_a_title_is_prepared(raw: str, read: str) -> None:
    assert prepared(raw) == read


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("Smith, Anna; Müller, J.", ("smith muller", "smith anna muller", 1)),
        ("Oak, Foundation", ("", "oak foundation", -1)),
        ("Smith, Anna, PhD", ("smith anna", "smith anna", 1)),
        ("Smith,", ("smith", "smith", 1)),
        ("Anonymous, -", ("", "", 0)),
        ("Foundation; , ; Institute", ("", "foundation institute", -1)),
    ],
)
def test_a_name_is_read_by_the_sides_of_its_comma(raw: str, read: tuple[str, str, int]) -> None:
    assert read_authors(raw, Names()) == read


@given(st.text(alphabet="aB9 _-.é ßİ\u00a0\t'", max_size=12))
def test_what_is_squeezed_has_letters_and_digits_alone(text: str) -> None:
    kept = "".join(letter for letter in text if letter.isalnum())
    assert squeezed(text) == kept.casefold()


TABLE = pd.DataFrame(
    [
        ("a", "Chapter 4: Grooming and the Internet", "Smith, Anna; WHO", 2019, "1-9"),
        ("b", "GROOMING AND THE INTERNET", "Smith, A.", 2019, "1"),
        ("c", None, None, None, None),
        ("d", "Part II", "Ministry of Justice", 2020, None),
        ("e", "Ο λόγος της πολιτείας - part 2", "Müller-Lyer, J.; O'Brien, B.", 2021, "S12"),
    ],
    columns=["record_id", "title", "authors", "year", "pages"],
).astype({"year": "Int64"})


def assert_same(one: Features, other: Features) -> None:
    for name in (*module.FEATURES, *module.KEYS):
        assert one[name].dtype == other[name].dtype
        assert one[name].tolist() == other[name].tolist()


@pytest.mark.parametrize("at_once", [1, 2, 5])
def test_how_many_records_are_read_at_once_changes_nothing(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = module.normalise(TABLE)
    monkeypatch.setattr(module, "_AT_ONCE", at_once)
    assert_same(module.normalise(TABLE), expected)


def test_features_are_the_same_after_a_data_frame() -> None:
    features = module.normalise(TABLE)
    assert_same(Features.from_frame(features.to_frame()), features)
    assert_same(features.take(np.arange(len(features))), features)


def test_no_records_have_no_features() -> None:
    assert len(module.normalise(TABLE.head(0))) == 0
