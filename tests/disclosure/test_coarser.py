"""Coarser groupings for tables of which too much would be withheld."""

from __future__ import annotations

import pandas as pd
from attacked_editions import real

from oso_analysis.disclosure import CONFIDENTIAL, PUBLISHED, CountTable, protect, suggest_coarser


def _years(counts: list[int]) -> CountTable:
    years = [str(2015 + i) for i in range(len(counts))]
    frame = pd.DataFrame({"year": [*years, "total"], "n": [*counts, sum(counts)]})
    return CountTable(frame, "n", ["year"])


def test_years_are_merged_with_their_neighbours() -> None:
    table = _years([1, 2, 3, 4, 25, 30])
    found = suggest_coarser(table, CONFIDENTIAL)
    assert found.columns.tolist()[:3] == ["dimension", "category", "group"]
    for _, group in found.groupby("group"):
        years = sorted(group["category"].astype(int))
        assert years == list(range(years[0], years[-1] + 1))
    assert (found["percent_of_filled_cells_suppressed_before"] > 100 / 3).all()
    assert (found["percent_of_filled_cells_suppressed_after"] <= 100 / 3).all()


def test_the_suggestion_keeps_its_promise() -> None:
    table = real()["sector-country"]
    found = suggest_coarser(table, CONFIDENTIAL)
    frame = table.frame.copy()
    for dimension, part in found.groupby("dimension"):
        groups = dict(zip(part["category"], part["group"], strict=True))
        frame[dimension] = frame[dimension].replace(groups)
    merged = frame.groupby(["sector", "country"], as_index=False)["n_submissions"].sum()
    after = protect({"t": CountTable(merged, "n_submissions", ["sector", "country"])}, CONFIDENTIAL)
    share = 100 * after.tables["t"]["suppressed"][merged["n_submissions"] > 0].mean()
    assert abs(share - found["percent_of_filled_cells_suppressed_after"].iloc[0]) < 1e-9
    assert share < found["percent_of_filled_cells_suppressed_before"].iloc[0]


def test_nothing_is_suggested_without_need() -> None:
    assert suggest_coarser(_years([20, 30, 2, 9, 10, 11]), CONFIDENTIAL).empty
    assert suggest_coarser(_years([1, 2, 3]), PUBLISHED).empty


def test_multi_label_dimensions_are_left_alone() -> None:
    frame = pd.DataFrame({"theme": ["x", "y", "total"], "n": [2, 3, 30]})
    table = CountTable(frame, "n", ["theme"], multi_label=["theme"])
    assert suggest_coarser(table, CONFIDENTIAL).empty
