"""One language is one code, however an export writes it."""

from __future__ import annotations

import pandas as pd
import pytest

from oso_analysis.literature.deduplicate import deduplicate
from oso_analysis.literature.languages import LANGUAGE_LABELS, language_code, language_codes
from oso_analysis.tables import count_languages


@pytest.mark.parametrize(
    ("code", "spellings"),
    [
        ("en", ["en", "eng", "ENG", "English", "en-GB", "en_US", "Englisch", " english. "]),
        ("de", ["de", "ger", "deu", "German", "Deutsch", "allemand", "de-AT"]),
        ("fr", ["fre", "fra", "French", "Français", "FRANÇAIS", "francais", "Franc\u0327ais"]),
        ("el", ["gre", "ell", "Greek, Modern (1453-)", "Ελληνικά"]),
        ("zh", ["chi", "zho", "zh-Hans-CN", "Chinese (Simplified)", "Chinese, Simplified", "中文"]),
        ("hi", ["hin", "हिन्दी"]),
        ("es", ["Spanish; Castilian"]),
    ],
)
def test_spellings_of_one_language(code: str, spellings: list[str]) -> None:
    assert {language_codes(spelling) for spelling in spellings} == {(code,)}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("eng; fre", ("en", "fr")),
        ("eng fre", ("en", "fr")),
        ("English, German", ("en", "de")),
        ("Allemand et français", ("de", "fr")),
        ("en/en-GB", ("en",)),
        ("English; Sorbian", ("en", "sorbian")),
        ("Upper Sorbian", ("upper sorbian",)),
        ("N/K", ("n/k",)),
        # Estonian's code is French for "and".
        ("et; en", ("et", "en")),
        ("en; et", ("en", "et")),
        ("English et français", ("en", "fr")),
        ("English, Old (ca. 450-1100)", ("en",)),
        ("English; French abstract", ("en",)),
        ("English - UK", ("en",)),
        ("en US", ("en",)),
        ("Multiple", ("mul",)),
        ("N/A", ()),
        ("Unknown", ()),
        ("Not stated", ()),
        ("und", ()),
    ],
)
def test_several_and_unknown_languages_are_kept(text: str, codes: tuple[str, ...]) -> None:
    assert language_codes(text) == codes


def test_no_spelling_is_of_two_languages() -> None:
    assert all(
        language_code(label) == code for code, label in LANGUAGE_LABELS.items() if code != "mul"
    )
    assert len(set(LANGUAGE_LABELS.values())) == len(LANGUAGE_LABELS)


def test_each_language_is_counted_in_one_row_and_rows_add_up() -> None:
    stated = ["eng", "English", "en-GB", "German", "Deutsch", "eng; fre", "Sorbian", "und", None]
    works = pd.DataFrame({"work_id": list("abcdefghi"), "language": stated})
    table = count_languages(works, works["work_id"])
    assert list(zip(table["language_label"], table["n_works"], strict=True)) == [
        ("English", 3),
        ("German", 2),
        ("Several languages", 1),
        ("Sorbian", 1),
        ("Not stated", 2),
        ("All works", 9),
    ]


def test_records_that_spell_one_language_differently_do_not_disagree() -> None:
    title = "Family mediation and the prevention of youth homelessness in three cities"
    records = pd.DataFrame(
        {
            "record_id": ["a", "b", "c"],
            "type": "article-journal",
            "title": title,
            "authors": "Weiss, Anna",
            "year": pd.array([2014] * 3, dtype="Int64"),
            "doi": "10.1000/182",
            "language": ["eng", "English", "ger"],
        }
    )
    result = deduplicate(records)
    (work,) = result.works["language"]
    assert language_code(work) == "en"
    lost = result.disagreements.query("field == 'language'")
    assert lost["record_id"].tolist() == ["c"]


def test_a_record_that_states_no_language_wins_over_none_that_does() -> None:
    records = pd.DataFrame(
        {
            "record_id": ["a", "b"],
            "type": "article-journal",
            "title": "Early intervention and the families of people who offend",
            "authors": "Weiss, Anna",
            "year": pd.array([2014] * 2, dtype="Int64"),
            "doi": "10.1000/182",
            "language": ["und", "en"],
        }
    )
    assert deduplicate(records).works["language"].tolist() == ["en"]
    result = deduplicate(records.assign(language=["eng; fre", "fre; eng"]))
    assert "language" not in result.disagreements["field"].tolist()


def test_a_broken_cell_takes_no_time() -> None:
    assert len(language_codes("(" * 1_000_000)) == 1
