"""Pairs that agree in much and differ in one thing: apart, or for a person, never out of sight."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from oso_analysis.literature.deduplicate import Deduplication, deduplicate
from oso_analysis.literature.deduplicate.normalise import normalise
from oso_analysis.literature.deduplicate.places import read_isbn

ARTICLE = {
    "type": "article-journal",
    "authors": "Holm, M.; Sauter, P.; Bo, M.",
    "container": "Journal of Examples",
    "year": 2015,
}
TALK = ARTICLE | {"type": "paper-conference", "container": "2015 Conference on Examples"}
BOOK = {
    "type": "book",
    "title": "Handbook of telephone helplines for adults",
    "authors": "Holm, M.",
    "year": 2012,
    "publisher": "Example Press",
}
PROCEEDINGS = {
    "type": "document",
    "title": "3rd International Conference on Integrated Examples, ICIE 2022",
    "year": 2023,
    "container": "Lecture Notes in Examples",
}


def of(*records: dict[str, Any]) -> Deduplication:
    """De-duplicate records called r0, r1 and so on."""
    table = pd.DataFrame(
        [record | {"record_id": f"r{place}"} for place, record in enumerate(records)]
    )
    return deduplicate(table.astype({"year": "Int64"}))


def counts(*records: dict[str, Any]) -> tuple[int, int]:
    """Return how many works records are, and how many pairs are left to a person."""
    result = of(*records)
    return len(result.works), len(result.review)


@pytest.mark.parametrize("source", [ARTICLE, TALK])
def test_two_pages_of_one_source_are_for_a_person_to_judge(source: dict[str, Any]) -> None:
    title = "Predictors of calls to helplines in rural districts"
    one = source | {"title": title, "pages": "231-240"}
    other = source | {"title": f"{title}: a scoping review", "pages": "321-340"}
    assert counts(one, other) == (2, 1)
    doi = {"doi": "10.5555/d.1"}
    assert counts(one | doi, other | doi) == (1, 0)


def test_a_slip_in_the_pages_joins_with_what_has_no_pages() -> None:
    title = "Predictors of calls to helplines in rural districts"
    one = ARTICLE | {"title": title, "pages": "231-240"}
    other = ARTICLE | {"title": f"{title}: a scoping review", "pages": "321-340"}
    assert counts(one, other, ARTICLE | {"title": title}) == (1, 0)


def test_two_papers_of_a_meeting_are_not_joined_by_a_third_record() -> None:
    title = "machine reading of helpline calls in rural districts"
    paper = TALK | {"title": title, "pages": "3437-3442"}
    demonstration = TALK | {"title": f"Demonstrations of {title}", "pages": "3547-3548"}
    assert counts(paper, demonstration, TALK | {"title": title})[0] == 2


def test_pages_of_two_years_are_of_no_one_book() -> None:
    # Online in one year and in print the next: the pages are counted anew.
    title = "Predictors of calls to helplines in rural districts"
    one = ARTICLE | {"title": title, "pages": "231-240"}
    other = ARTICLE | {"title": f"{title}: a scoping review", "pages": "321-340", "year": 2016}
    assert counts(one, other) == (1, 0)


@pytest.mark.parametrize(
    ("record", "one", "other"),
    [
        (BOOK, "1", "2"),
        (BOOK, "I", "II"),
        (BOOK, "1", "II"),
        (BOOK, "9", "10"),
        (BOOK, "35", "1"),
        (PROCEEDINGS, "895 LNE", "876 LNE"),
        (PROCEEDINGS | {"type": "paper-conference"}, "9876", "9877"),
    ],
)
def test_volumes_stay_apart_with_a_record_of_no_volume(
    record: dict[str, Any], one: str, other: str
) -> None:
    pair = (record | {"volume": one}, record | {"volume": other})
    assert counts(*pair) == (2, 1)
    assert counts(*pair, record)[0] == 2


NEWS = {
    "type": "article-newspaper",
    "title": "Children at risk online, police say in new report",
    "year": 2019,
    "container": "Daily Example",
}


@pytest.mark.parametrize(
    ("record", "one", "other"),
    [
        # The number in a series of books, and that in a set of two.
        (BOOK, {"volume": "9876"}, {"volume": "1"}),
        (BOOK, {"volume": "150"}, {"volume": "2012"}),
        (BOOK, {"volume": "II"}, {"volume": "2"}),
        (
            BOOK,
            {"volume": "35", "isbn": "978-3-16-148410-0"},
            {"volume": "1", "isbn": "316148410X"},
        ),
        (NEWS, {"volume": "35"}, {"volume": "36"}),
        (NEWS | {"type": "document"}, {"volume": "35"}, {"volume": "36"}),
    ],
)
def test_numbers_that_count_other_things_than_volumes_keep_nothing_apart(
    record: dict[str, Any], one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert len(of(record | one, record | other, record).works) == 1


def test_one_isbn_outweighs_two_ways_of_counting() -> None:
    one = BOOK | {"volume": "9876", "isbn": "9783161484100"}
    other = BOOK | {"volume": "1", "isbn": "3-16-148410-X"}
    assert "volumes" not in of(one, other).merges["reason"].iloc[0]
    other |= {"isbn": "3-16-148411-8"}
    assert of(one, other).merges["reason"].iloc[0].endswith("but different volumes")


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("978-3-16-148410-0", "316148410"),
        ("316148410x", "316148410"),
        ("9783161484100; 3-16-148410-X", "316148410"),
        ("0306406152; 9783161484100", "030640615 316148410"),
        ("1234-5678", ""),
        ("97831614841000", ""),
    ],
)
def test_an_isbn_of_ten_digits_is_that_of_thirteen(raw: str, read: str) -> None:
    assert read_isbn(raw) == read


@pytest.mark.parametrize("place", [{}, {"volume": "3", "issue": "2"}])
def test_untitled_texts_on_one_page_are_for_a_person_to_judge(place: dict[str, Any]) -> None:
    record = ARTICLE | place | {"title": "Untitled", "pages": "231-240"}
    assert counts(record, record) == (2, 1)
    assert counts(record, record | {"pages": "251-253"}) == (2, 0)
    assert counts(record | {"pages": None}, record | {"pages": None}) == (2, 0)


def test_an_untitled_record_with_an_identifier_joins_the_titled_one_of_its_place() -> None:
    record = ARTICLE | {"volume": "3", "issue": "2", "pages": "231-240"}
    titled = record | {"title": "Predictors of calls to helplines in rural districts"}
    assert counts(titled, record | {"title": "[Not Available].", "pmid": "20123456"}) == (1, 0)
    assert counts(titled, record | {"title": "[Not Available]."}) == (2, 1)


def test_a_review_of_a_book_is_placed_by_volume_and_issue_too() -> None:
    record = ARTICLE | {"volume": "5", "issue": "2", "pages": "164-165"}
    review = record | {"title": "Review of Telephone helplines for adults after custody"}
    book = record | {"title": "Telephone helplines for adults after custody"}
    assert counts(review, book)[0] == 1
    for field in ("volume", "issue"):
        for value in (None, "7"):
            assert counts(review, book | {field: value})[0] == 2


def test_two_reviews_of_which_one_names_a_place_stay_apart() -> None:
    title = "eview of the literature on telephone helplines for adults released from custody"
    one = ARTICLE | {"title": f"R{title}"}
    other = ARTICLE | {"title": f"A r{title} in Kenya"}
    assert len(of(one, other).works) == 2


def test_titles_under_two_headings_are_not_the_same_in_every_field() -> None:
    title = "Evaluation of the telephone helpline programme in rural schools"
    headings = ("Policy brief", "Discussion paper")
    result = of(*(ARTICLE | {"type": "report", "title": f"{text}: {title}"} for text in headings))
    assert result.review["reason"].str.contains("every field").tolist() == [False]


@pytest.mark.parametrize(
    ("abstract", "kept"),
    [
        ("No abstract is available for this.", False),
        ("Calls to helplines rose in all districts that had one.", True),
    ],
)
def test_an_abstract_has_forty_letters(abstract: str, kept: bool) -> None:
    table = pd.DataFrame({"record_id": ["a"], "title": ["Calls"], "abstract": [abstract]})
    assert (normalise(table)["abstract"][0] != "") is kept


def test_a_column_of_two_years_is_no_one_text() -> None:
    column = ARTICLE | {"title": "Book review column", "authors": "Holm, M."}
    early, late = column | {"year": 2014}, column | {"year": 2015}
    assert counts(early, late) == (2, 1)
    # Nor are the two joined by a record that leaves the year out.
    assert len(of(early, late, column | {"year": None}).works) == 2
    assert counts(early | {"volume": "8"}, late | {"volume": "8"}) == (1, 0)
    several = {"authors": ARTICLE["authors"]}
    assert counts(early | several, late | several) == (1, 0)


def test_a_short_title_is_no_column_that_was_online_before_it_was_in_print() -> None:
    text = ARTICLE | {"title": "Telephone counselling", "authors": "Holm, M."}
    place = {"volume": "8", "issue": "2", "pages": "21-30"}
    online, printed = text | {"year": 2014}, text | {"year": 2015}
    assert counts(online, printed | place) == (1, 0)
    assert counts(online | place, printed) == (2, 1)
    # Nor do two years of a text that is known by its DOI keep its records apart.
    doi = {"doi": "10.5555/d.1"}
    assert counts(online | doi, printed) == (2, 1)
    assert len(of(online | doi, printed, printed | place | doi).works) == 1


def test_two_places_in_print_are_for_a_person_to_judge() -> None:
    text = ARTICLE | {
        "title": "Predictors of calls to helplines in rural districts of two countries",
        "abstract": "We asked four hundred callers in two countries what had made them call.",
        "publisher": "Example Press",
    }
    one, other = text | {"volume": "7", "pages": "69-70"}, text | {"volume": "7", "pages": "135"}
    assert counts(one | {"issue": "2"}, other | {"issue": "3"}) == (2, 1)
    assert counts(one, other | {"volume": "9"}) == (2, 1)
    # A slip in one number is no other place, nor are two beside one identifier.
    assert counts(one, other | {"pages": "69", "volume": "9"}) == (1, 0)
    doi = {"doi": "10.5555/d.1"}
    assert counts(one | doi, other | doi | {"volume": "9"}) == (1, 0)
    elsewhere = {"volume": "9", "container": "Annals of Telephony"}
    assert counts(one | doi, other | doi | elsewhere) == (2, 1)
    # A translated journal has volumes and pages of its own.
    pmid = {"pmid": "12345678"}
    assert counts(one | doi | pmid, other | doi | pmid | elsewhere) == (1, 0)


def test_a_number_alone_after_a_title_is_that_of_a_second_part() -> None:
    title = "Personality and performance of callers to helplines"
    first = ARTICLE | {"title": f"{title}."}
    assert counts(first, ARTICLE | {"title": f"{title}. II."}) == (2, 1)
    assert counts(first, ARTICLE | {"title": f"{title} 2"})[0] == 2
    # Embase numbers the letters under one heading.
    assert counts(first, ARTICLE | {"title": f"{title} [2]"}) == (1, 0)


@pytest.mark.parametrize(
    ("number", "stated"),
    [
        ("-19", {}),
        (" (12)", {}),
        (", no. 7", {}),
        (" 2", {"volume": "2"}),
        (", 2nd", {"edition": "2"}),
    ],
)
def test_a_number_after_a_title_may_count_something_else(
    number: str, stated: dict[str, str]
) -> None:
    title = "Personality and performance of callers to helplines during COVID"
    book = ARTICLE | {"title": title, "type": "book", "container": None, "publisher": "Bo Press"}
    assert counts(book | stated, book | {"title": f"{title}{number}"}) == (1, 0)


def test_two_parts_may_begin_on_page_one_each() -> None:
    first = ARTICLE | {"title": "Personality of callers to rural helplines", "volume": "8"}
    second = first | {"title": "Personality of callers to rural helplines. II"}
    assert counts(first | {"pages": "1-9"}, second | {"pages": "1-12"})[0] == 2
    assert counts(first | {"pages": "21-29"}, second | {"pages": "21-29"}) == (1, 0)


def test_a_meeting_goes_by_its_initials() -> None:
    talk = TALK | {
        "title": "Predictors of calls to helplines in rural districts",
        "type": "document",
    }
    long = {"container": "Proceedings of the 9th International Conference on Rural Telephone Use"}
    assert counts(talk | long, talk | {"container": "RTU"}) == (1, 0)
    assert counts(talk | long, talk | {"container": "ICU"})[0] == 2


def test_a_team_speaks_on_one_subject_at_a_meeting_every_year() -> None:
    talk = TALK | {"container": "Conference on Examples"}
    one = talk | {"title": "Predictors of calls to helplines in rural districts"}
    other = talk | {"title": f"{one['title']}: asking the callers"}
    assert counts(one, other)[0] == 1
    assert counts(one, other | {"year": 2016})[0] == 2
    # The same paper may come out in print a year later.
    assert counts(one, one | {"year": 2016}) == (1, 0)
    # An ellipsis stands for words that the other title may well have.
    assert counts(one | {"title": f"{one['title']}…"}, other | {"year": 2016}) == (1, 0)


def test_an_article_that_follows_a_paper_is_no_slip_in_its_year() -> None:
    paper = TALK | {"title": "Predictors of calls to helplines in rural districts"}
    paper["container"] = "Rural Telephony"
    article = paper | {"type": "article-journal", "container": "Rural Telephony Journal"}
    assert counts(paper, article) == (1, 0)
    assert counts(paper, article | {"year": 2016})[0] == 2
    place = {"volume": "8", "pages": "21-30"}
    assert counts(paper | place, article | place | {"year": 2016}) == (1, 0)
    # Databases call what is in one journal a paper or an article, and it may be online first.
    called = article | {"type": "paper-conference"}
    assert counts(called, article | place | {"year": 2016}) == (1, 0)
    assert counts(article, called | place | {"year": 2016}) == (1, 0)
    short = {"container": "Rural Telephon J"}
    assert counts(called | short, article | place | {"year": 2016}) == (1, 0)
    assert counts(paper, article | place | {"year": 2016})[0] == 2
    assert counts(called | place, article | {"year": 2016})[0] == 2


def test_a_title_that_two_people_may_think_of_does_not_join_them() -> None:
    title = "Telephone counselling of adults in prisons"
    one = {"title": title, "authors": "M. Holm", "year": 2015}
    other = one | {"authors": "P. Sauter"}
    assert counts(one, other) == (2, 1)
    assert counts(one | {"publisher": "Holm"}, other | {"publisher": "Holm"}) == (1, 0)
    assert counts(one, one | {"authors": "Mia Holm"}) == (1, 0)
    # A body may have a name like a person's, and so publish what its people wrote.
    body = one | {"authors": "Ecovox"}
    assert counts(body, other | {"publisher": "Ecovox"}) == (1, 0)
    assert counts(body, other | {"publisher": "Ecovox Press"}) == (2, 1)


@pytest.mark.parametrize("nobody", ["Anonymous", "[Anonymous]", "Anon.", "[No authors listed]"])
def test_nobody_is_no_author_in_common(nobody: str) -> None:
    one = ARTICLE | {"title": "Telephone counselling", "container": None, "authors": nobody}
    other = one | {"title": "Telephone counselling: its use and abuse"}
    assert len(of(one, other).works) == 2
    # Nor is it another than the one a second database names.
    assert counts(
        one | {"container": "Calls"}, one | {"container": "Calls", "authors": "Holm, M."}
    ) == (1, 0)


def test_a_source_that_repeats_the_title_is_none() -> None:
    text = ARTICLE | {"title": "Predictors of calls to helplines", "volume": "8"}
    repeated = text | {"container": text["title"].upper(), "volume": None, "pages": "12"}
    assert counts(text | {"pages": "15"}, repeated | {"pages": "15", "volume": "8"}) == (1, 0)
    assert "different sources" not in of(text, repeated).merges["reason"].iloc[0]


def test_spaces_lost_in_greek_capitals_hide_no_title() -> None:
    # The last small sigma of a word is another letter than the one within it; the capital is one.
    whole = {"title": "ΟΙ ΝΟΜΟΙ ΤΗΣ ΠΟΛΕΩΣ ΚΑΙ ΤΩΝ ΑΝΘΡΩΠΩΝ", "authors": "Pappas, A.", "year": 2019}
    assert counts(whole, whole | {"title": "ΟΙ ΝΟΜΟΙ ΤΗΣΠΟΛΕΩΣ ΚΑΙ ΤΩΝΑΝΘΡΩΠΩΝ"}) == (1, 0)
