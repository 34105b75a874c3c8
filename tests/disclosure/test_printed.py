"""Small counts of answers are found in whatever table holds them, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from oso_analysis.disclosure.printed import find_small_counts


def small(unit: str, n: int | None, **columns: list[Any]) -> dict[str, int]:
    rows = [[str(value) for value in row] for row in zip(*columns.values(), strict=True)]
    return find_small_counts({"counting_unit": unit, "n": n}, list(columns), rows, 5)


@pytest.mark.parametrize(
    ("unit", "columns", "found"),
    [
        ("submissions", {"n_submissions": [2, 1, 1, 40]}, {"n_submissions": 3}),
        ("works", {"n_works": [1, 2], "n_segments": [4, 5]}, {"n_segments": 1}),
        ("codes", {"n_segments_of_sector": [3, 9]}, {"n_segments_of_sector": 1}),
        # One column a country, or one that pandas named.
        ("submissions", {"theme": ["a", "b"], "GB": [3, 8], "IE": ["2.0", ""]}, {"GB": 1, "IE": 1}),
        ("coded segments", {"count": [4, 7]}, {"count": 1}),
        # Withheld, nought, large, or no counts of answers.
        ("submissions", {"n_submissions": ["[c]", 0, 5]}, {}),
        ("submissions", {"year": [1, 2], "rank_segments": [1, 2], "percent_of_x": [2, 1]}, {}),
        ("submissions", {"n_works": [1, 2], "n_themes": [1, 2], "divergence": [1, 2]}, {}),
        ("submissions", {"distance": ["0.5", "2.0"]}, {}),
        ("works and 115 submissions", {"place": [1, 2]}, {}),
    ],
)
def test_what_counts_answers(
    unit: str, columns: dict[str, list[Any]], found: dict[str, int]
) -> None:
    assert small(unit, None, **columns) == found


def test_the_line_under_an_exhibit_counts_too() -> None:
    assert small("submissions", 3, n_submissions=["[c]"]) == {"n": 1}
    assert small("submissions", 5, n_submissions=["[c]"]) == {}
    assert small("works and 3 submissions", 3, n_works=[1]) == {}
