"""Sister texts under one title: what their headings tell apart, and what they do not."""

from __future__ import annotations

import pandas as pd
import pytest

from oso_analysis.literature.deduplicate import Deduplication, deduplicate

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
