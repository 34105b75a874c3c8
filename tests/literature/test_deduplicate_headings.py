"""Sister texts under one title: what their headings tell apart, and what they do not."""

from __future__ import annotations

import pandas as pd
import pytest

from oso_analysis.literature.deduplicate import Deduplication, deduplicate
from oso_analysis.literature.deduplicate.headings import APART, heading_grade

ENGLISH = "Evaluation of the telephone helpline programme in rural schools"
GERMAN = "Evaluation des Programms der Telefonberatung in den Schulen"
FRENCH = "Évaluation du programme d'écoute téléphonique dans les écoles"
SPANISH = "Evaluación del programa de líneas telefónicas en las escuelas"


def of_one_project(*titles: str) -> Deduplication:
    """De-duplicate reports that differ in their titles alone."""
    return deduplicate(
        pd.DataFrame(
            {
                "record_id": [f"r{place}" for place in range(len(titles))],
                "title": titles,
                "authors": "Holm, M.; Sauter, P.",
                "year": 2019,
                "publisher": "Example University",
                "type": "report",
                "abstract": "This report is one of several on a programme that the ministry paid.",
            }
        )
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"Interim report: {ENGLISH}", f"Final report: {ENGLISH}"),
        (f"Draft report: {ENGLISH}", f"Final report: {ENGLISH}"),
        (f"Literature review: {ENGLISH}", f"Stakeholder survey: {ENGLISH}"),
        (f"Systematic review. {ENGLISH}", f"Focus group interviews - {ENGLISH}"),
        (f"Discussion paper: {ENGLISH}", f"Issues paper: {ENGLISH}"),
        (f"Policy brief: {ENGLISH}", f"Technical report: {ENGLISH}"),
        (f"Final report: {ENGLISH}", f"{ENGLISH}: interim report"),
        (f"Final report: {ENGLISH}", f"Interim report {ENGLISH}"),
        (f"{ENGLISH}: final report", f"{ENGLISH}: interim report"),
        (f"Abschlussbericht: {GERMAN}", f"Zwischenbericht: {GERMAN}"),
        (f"Rapport final : {FRENCH}", f"Rapport intermédiaire : {FRENCH}"),
        (f"{SPANISH}: informe final", f"Informe preliminar. {SPANISH}"),
    ],
)
def test_texts_under_different_headings_are_for_a_person_to_judge(one: str, other: str) -> None:
    result = of_one_project(one, other)
    assert len(result.works) == 2
    assert result.review["reason"].str.contains("headings of different texts").tolist() == [True]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"Protocol: {ENGLISH}", f"Final report: {ENGLISH}"),
        (f"Protocol: {ENGLISH}", ENGLISH),
        (f"Protocolo: {SPANISH}", f"Informe final: {SPANISH}"),
        (f"Studienprotokoll: {GERMAN}", GERMAN),
    ],
)
def test_a_protocol_is_no_report(one: str, other: str) -> None:
    result = of_one_project(one, other)
    assert (len(result.works), len(result.review)) == (2, 0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"Report: {ENGLISH}", ENGLISH),
        (f"Final report: {ENGLISH}", ENGLISH),
        (f"Interim report: {ENGLISH}", ENGLISH),
        (f"Final report: {ENGLISH}", f"Report: {ENGLISH}"),
        (f"Final report: {ENGLISH}", f"Full report: {ENGLISH}"),
        (f"Final report: {ENGLISH}", f"{ENGLISH}: final report"),
        (f"Final report: {ENGLISH}", f"{ENGLISH}: a survey of teachers"),
        (f"Systematic review: {ENGLISH}", f"Review: {ENGLISH}"),
        (f"Guideline: {ENGLISH}", f"Guidelines: {ENGLISH}"),
        (f"Special issue: {ENGLISH}", f"Introduction: {ENGLISH}"),
        (f"Chapter 4: {ENGLISH}", f"4. {ENGLISH}"),
        (f"Abschlussbericht: {GERMAN}", GERMAN),
        (f"Informe final: {SPANISH}", SPANISH),
        (f"Final report. {GERMAN}", f"Abschlussbericht: {GERMAN}"),
        (f"Endbericht: {GERMAN}", f"Abschlussbericht: {GERMAN}"),
        (f"Rapport final : {FRENCH}", f"Informe final: {FRENCH}"),
        (f"Final report: {FRENCH}", f"{FRENCH} : rapport final"),
        (f"Interim report: {GERMAN}", f"Zwischenbericht: {GERMAN}"),
        ("Interim report: Calls to helplines", "Zwischenbericht: Calls to helplines"),
    ],
)
def test_a_heading_that_adds_nothing_or_stands_alone_keeps_nothing_apart(
    one: str, other: str
) -> None:
    assert len(of_one_project(one, other).works) == 1


def test_a_title_without_its_heading_does_not_join_two_reports() -> None:
    result = of_one_project(f"Interim report: {ENGLISH}", f"Final report: {ENGLISH}", ENGLISH)
    assert len(result.works) == 2


def test_headings_do_not_outweigh_an_identifier() -> None:
    table = pd.DataFrame(
        {
            "record_id": ["a", "b"],
            "title": [f"Editorial: {ENGLISH}", f"Introduction: {ENGLISH}"],
            "authors": "Holm, M.; Sauter, P.",
            "year": 2019,
            "doi": "10.5555/h.1",
        }
    )
    assert len(deduplicate(table).works) == 1


ARTICLE = {
    "authors": "Holm, M.; Sauter, P.",
    "year": 2019,
    "container": "Journal of Examples",
    "type": "article-journal",
}
REPORT = ARTICLE | {"container": None, "type": "report"}
IN_JOURNALS = [
    ("Editorial", "Commentary"),
    ("Commentary", "Perspective"),
    ("Editorial", "Discussion paper"),
    ("Discussion paper", "Review article"),
    ("Review article", "Perspective"),
]
MUCH_THE_SAME = [
    ("Technical report", "Final report"),
    ("Project report", "Final report"),
    ("Guidelines", "Guidance"),
    ("Policy brief", "Briefing note"),
    ("Systematic review", "Literature review"),
]


def records(*rows: dict[str, object]) -> pd.DataFrame:
    """Return a records frame whose records are called r0, r1 and so on."""
    return pd.DataFrame([row | {"record_id": f"r{place}"} for place, row in enumerate(rows)])


@pytest.mark.parametrize(
    ("fields", "one", "other"),
    [(ARTICLE, *pair) for pair in IN_JOURNALS]
    + [(ARTICLE | {"type": None}, *pair) for pair in IN_JOURNALS]
    + [(REPORT, *pair) for pair in MUCH_THE_SAME],
)
def test_names_of_sections_and_of_much_the_same_are_for_a_person_to_judge(
    fields: dict[str, object], one: str, other: str
) -> None:
    first = fields | {"title": f"{one}: {ENGLISH}", "pages": "3-9"}
    second = fields | {"title": f"{other}: {ENGLISH}"}
    result = deduplicate(records(first, second))
    assert len(result.works) == 2
    assert result.review["reason"].str.contains("under another heading").tolist() == [True]


@pytest.mark.parametrize(
    ("fields", "one", "other"),
    [(ARTICLE, *pair) for pair in IN_JOURNALS] + [(REPORT, *pair) for pair in MUCH_THE_SAME],
)
def test_doubtful_headings_do_not_part_what_identifiers_join(
    fields: dict[str, object], one: str, other: str
) -> None:
    doi, pmid = {"doi": "10.5555/h.2"}, {"pmid": "20123456"}
    table = records(
        fields | doi | {"title": f"{one}: {ENGLISH}"},
        fields | pmid | {"title": f"{other}: {ENGLISH}"},
        fields | doi | pmid | {"title": ENGLISH},
    )
    assert len(deduplicate(table).works) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Discussion paper", "Issues paper"),
        ("Discussion paper", "Review paper"),
        ("Literature review", "Stakeholder survey"),
        ("Technical report", "Interim report"),
        ("Policy brief", "Final report"),
    ],
)
def test_different_reports_of_one_project_are_not_joined_by_a_third_record(
    one: str, other: str
) -> None:
    titles = (f"{one}: {ENGLISH}", f"{other}: {ENGLISH}", ENGLISH)
    for fields in ({}, {"container": "Reports of Examples"}, {"type": None}):
        rows = [REPORT | fields | {"title": title} for title in titles]
        assert len(deduplicate(records(*rows)).works) == 2


@pytest.mark.parametrize(
    ("one", "other"), [("Editorial", "Introduction"), ("Literature review", "Teacher survey")]
)
def test_headings_do_not_outweigh_the_place_in_print(one: str, other: str) -> None:
    place = ARTICLE | {"volume": "7", "issue": "2", "pages": "231-240"}
    pair = [place | {"title": f"{heading}: {ENGLISH}"} for heading in (one, other)]
    assert len(deduplicate(records(*pair)).works) == 1
    pair[0]["pages"] = pair[1]["pages"] = None
    assert len(deduplicate(records(*pair)).works) == 2


def test_a_heading_stands_before_the_title_that_the_other_record_has() -> None:
    survey, title = "teacher survey", "telephone helplines in rural schools"
    asked = {"mains": (survey, title), "headings": ("", "literature review")}
    sister = heading_grade(titles=(f"{survey} {title}", title), tails=(title, ""), **asked)
    assert sister == APART
    longer = f"{title} and playgrounds of northern towns"
    assert heading_grade(titles=(f"{survey} {title}", longer), tails=(title, ""), **asked) == 0
