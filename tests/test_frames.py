"""Looking up values of text columns: as pandas does, missing values included."""

from __future__ import annotations

import pandas as pd
import pytest

from oso_analysis.frames import among, distinct

VALUES = pd.Series(["a", None, "b", "a", "1"], index=[3, 1, 4, 1, 5], dtype="str")


@pytest.mark.parametrize(
    "known",
    [
        pd.Series(["a", "x"], dtype="str"),
        pd.Series(["a", None], dtype="str"),
        pd.Series([], dtype="str"),
        pd.Index(["b", "a"], dtype="str"),
        {"a", "b"},
        ["1"],
    ],
    ids=["column", "with-missing", "empty", "index", "set", "list"],
)
def test_among_is_isin(known: pd.Series) -> None:
    pd.testing.assert_series_equal(among(VALUES, known), VALUES.isin(known))


def test_a_number_is_not_its_text() -> None:
    assert not among(VALUES, [1]).any()


def test_distinct_leaves_missing_values_out() -> None:
    assert distinct(VALUES) == {"a", "b", "1"}
