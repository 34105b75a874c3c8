"""A mistyped person is told from a further one."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from oso_analysis.errors import Problem
from oso_analysis.people import check_people
from oso_analysis.schema import Resource
from oso_analysis.slips import nearest_name, slip_of


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("codr_1", "coder_1", "numbered"),
        ("reviewr_1", "reviewer_1", "numbered"),
        ("cdoer_1", "coder_1", "numbered"),
        ("reveiwr_2", "reviewer_2", "numbered"),
        ("coder_l", "coder_1", "same"),
        ("Coder 1", "coder_1", "same"),
        ("coder_01", "coder_1", "same"),
        ("Reviewer I", "Reviewer 1", "same"),
        ("Anna Smith", "anna-smith", "same"),
        ("Maria", "Marie", "alike"),
        ("team1_maria", "team1_marie", "alike"),
        ("coder", "coder_1", "alike"),
        ("coderl", "coder1", "alike"),
        ("Kirsten", "Kristen", "alike"),
        ("coder_1", "coder_2", None),
        ("coder_1", "coder_11", None),
        ("codr_2", "coder_1", None),
        ("Reviewer A", "Reviewer B", None),
        ("J. Smith", "K. Smith", None),
        ("I. Smith", "L. Smith", None),
        ("Ann", "Anna", None),
        ("AB", "AC", None),
        ("rater_1", "coder_1", None),
        ("anna", "coder_1", None),
        ("—", "–", None),
    ],
)
def test_slips(one: str, other: str, kind: str | None) -> None:
    assert slip_of(one, other) == slip_of(other, one) == kind


def test_another_person_is_no_suggestion() -> None:
    assert nearest_name("coder_3", ["coder_1", "coder_2"]) is None
    assert nearest_name("codr_2", ["coder_1", "coder_2"]) == "coder_2"


def screened(*people: tuple[str, int, int]) -> pd.DataFrame:
    """One row for each record from the first to the last that a person screened."""
    rows = [
        (f"r{record}", name) for name, first, last in people for record in range(first, last + 1)
    ]
    table = pd.DataFrame(rows, columns=["record_id", "reviewer"])
    return table.set_index(pd.RangeIndex(2, len(table) + 2, name="file_row"))


def slips(table: pd.DataFrame, description: str = "Who judged.") -> list[Problem]:
    schema: dict[str, Any] = {
        "fields": [{"name": "record_id"}, {"name": "reviewer", "description": description}],
        "primaryKey": ["record_id", "reviewer"],
    }
    resource = Resource("screening", ("screening.csv",), {"schema": schema})
    return list(check_people(resource, table))


def test_a_name_with_the_number_of_another_is_refused_where_it_is_rare() -> None:
    (problem,) = slips(screened(("coder_1", 1, 30), ("codr_1", 31, 33)))
    assert (problem.file, problem.row, problem.value, problem.nearest) == (
        "screening.csv", 32, "codr_1", "coder_1",
    )  # fmt: skip
    # Two teams that share no work are two people.
    assert slips(screened(("UK_coder_1", 1, 30), ("US_coder_1", 31, 60))) == []


@pytest.mark.parametrize(
    ("people", "found"),
    [
        ([("Maria", 1, 10), ("Marie", 11, 11)], ["Marie"]),
        ([("Maria", 1, 9), ("Marie", 10, 10)], []),  # too few to know who is meant
        ([("Maria", 1, 100), ("Marie", 101, 102)], ["Marie"]),
        ([("Maria", 1, 100), ("Marie", 101, 103)], []),  # work of her own
        ([("Maria", 1, 100), ("Marie", 100, 101)], []),  # judged a record that Maria judged too
        ([("Anna", 1, 100), ("Ann", 101, 101)], []),  # short names are alike by chance
        ([("coder_1", 1, 100), ("coder_3", 101, 101)], []),
        ([("coder_1", 1, 100), ("coder_11", 101, 101)], ["coder_11"]),
        ([("coder_1", 1, 100), ("coder_10", 101, 150), ("coder_11", 151, 151)], []),
        ([("coder_1", 1, 100), ("coder", 101, 101)], ["coder"]),
        ([("Maria 1", 1, 50), ("Marie 1", 50, 99)], []),
        ([("coder_1", 1, 50), ("Coder 1", 50, 98)], ["Coder 1"]),
        ([("Reviewer A", 1, 100), ("Reviewer C", 101, 101)], []),
    ],
)
def test_names_that_could_be_two_people(
    people: list[tuple[str, int, int]], found: list[str]
) -> None:
    assert [problem.value for problem in slips(screened(*people))] == found


def test_whoever_the_description_names_is_meant() -> None:
    table = screened(("Maria", 1, 100), ("Marie", 101, 101))
    assert slips(table, "Maria screened all, Mariella none.")
    assert not slips(table, "Maria screened all, Marie the last.")
