"""De-duplication: what it promises of every input."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oso_analysis.errors import InputError
from oso_analysis.literature.deduplicate import deduplicate

#: A few hand-made records: r1 to r3 are one article, r4 another year's report, r5 to r7 alone.
RECORDS = pd.DataFrame(
    [
        ("r1", "Grooming in chat rooms: a longitudinal interview study", "Doe, Jane", 2014, None),
        ("r2", "GROOMING IN CHAT ROOMS: A LONGITUDINAL INTERVIEW STUDY", "J. Doe", 2015, None),
        ("r3", "Grooming in chat rooms: a longitudinal interview study", None, None, "10.1/abc12"),
        ("r4", "Example Foundation annual report 2018", None, 2018, None),
        ("r5", "Example Foundation annual report 2019", None, 2019, None),
        ("r6", None, None, None, None),
        ("r7", None, None, None, None),
    ],
    columns=["record_id", "title", "authors", "year", "doi"],
)


def groups(records: pd.DataFrame, **options: pd.DataFrame) -> set[frozenset[str]]:
    """Return the works as sets of record ids."""
    ids = deduplicate(records, **options).work_ids
    return {frozenset(part) for _, part in ids.groupby("work_id")["record_id"]}


def test_one_article_is_found_and_annual_reports_and_empty_records_stay_apart() -> None:
    result = deduplicate(RECORDS)
    assert groups(RECORDS) == {
        frozenset({"r1", "r2", "r3"}),
        *(frozenset({item}) for item in ("r4", "r5", "r6", "r7")),
    }
    assert result.work_ids.loc[result.work_ids["record_id"] == "r3", "work_id"].item() == "w-r1"
    assert result.works["n_records"].tolist() == [3, 1, 1, 1, 1]
    assert result.works["record_ids"].tolist()[0] == "r1; r2; r3"
    assert result.merges["reason"].str.startswith("same title").all()


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(len(RECORDS))))
def test_row_order_changes_nothing(order: list[int]) -> None:
    shuffled = deduplicate(RECORDS.iloc[order])
    straight = deduplicate(RECORDS)
    for name in ("work_ids", "works", "merges", "review", "field_sources", "disagreements"):
        pd.testing.assert_frame_equal(getattr(shuffled, name), getattr(straight, name))


def test_a_repeated_record_id_is_named() -> None:
    twice = pd.concat([RECORDS, RECORDS.iloc[[0]]])
    with pytest.raises(InputError, match=r"'r1' is the id of more than one record"):
        deduplicate(twice)
