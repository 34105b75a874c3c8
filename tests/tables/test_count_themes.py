from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from oso_analysis.codebook import read_codebook
from oso_analysis.errors import InputError
from oso_analysis.tables.themes import (
    count_cooccurrence,
    count_facet,
    cross_facets,
    cross_periods,
    map_evidence,
    period_labels,
)
from oso_analysis.tables.works import spread

FIXTURES = Path(__file__).parents[1] / "fixtures" / "literature"
CODEBOOK = read_codebook(FIXTURES / "codebook.yaml")
WORKS = pd.read_csv(FIXTURES / "works.csv", dtype={"year": "Int64"})
CODES = pd.read_csv(FIXTURES / "work_codes.csv", dtype="str")
BASE = ["w1", "w2", "w3", "w4", "w5"]


def test_families_are_a_facet() -> None:
    table = count_facet(CODES, "design_family", BASE, CODEBOOK)
    assert list(zip(table["design_family_label"], table["n_works"], strict=True)) == [
        ("Review", 1),
        ("Quantitative", 2),
        ("Qualitative", 1),
        ("Not stated", 1),
        ("All works", 5),
    ]
    crossed = cross_facets(CODES, "theme", "design_family", BASE, CODEBOOK)
    assert spread(crossed, "theme", "design_family")["Quantitative"].tolist() == [1, 1, 0, 1, 2]


def test_map_marks_gaps_between_stated_codes_only() -> None:
    table = map_evidence(CODES, BASE, CODEBOOK)
    gaps = table[table["is_gap"]]
    assert set(zip(gaps["theme"], gaps["design"], strict=True)) == {
        ("policing", "systematic_review"),
        ("policing", "narrative_review"),
        ("research", "systematic_review"),
        ("research", "narrative_review"),
        ("research", "qualitative"),
        ("prevention", "narrative_review"),
        ("prevention", "cohort"),
        ("prevention", "qualitative"),
    }


def test_nobody_misses_works_on_none() -> None:
    table = map_evidence(CODES, BASE, CODEBOOK, rows="practice_decision", columns="design")
    empty = table[(table["practice_decision"] == "none") & (table["n_works"] == 0)]
    assert len(empty) > 0
    assert not empty["is_gap"].any()


def test_cooccurrence_is_hand_counted_and_a_matrix_product() -> None:
    table = count_cooccurrence(CODES, BASE, CODEBOOK)
    wide = table.pivot(index="theme", columns="other_theme", values="n_works")
    order = ["policing", "research", "prevention"]
    assert wide.loc[order, order].to_numpy().tolist() == [[3, 1, 1], [1, 1, 0], [1, 0, 2]]
    # the same by another method: incidence matrix times its transpose
    incidence = np.array([[1, 1, 0], [1, 0, 0], [0, 0, 1], [1, 0, 1], [0, 0, 0]])
    assert (wide.loc[order, order].to_numpy() == incidence.T @ incidence).all()
    alone = table[table["theme"] == table["other_theme"]].set_index("theme")["n_works_alone"]
    assert dict(alone) == {"policing": 1, "research": 0, "prevention": 1}
    assert table.loc[table["theme"] != table["other_theme"], "n_works_alone"].isna().all()
    share = table.set_index(["theme", "other_theme"])["percent_of_works_with_theme"]
    assert share["research", "policing"] == 100
    assert share["policing", "research"] == pytest.approx(100 / 3)


def test_periods() -> None:
    assert period_labels(WORKS, BASE, years=5) == {"2010": "2010–2014", "not_stated": "Not stated"}
    assert list(period_labels(WORKS, BASE, years=2).values()) == [
        "2010–2011",
        "2012–2013",
        "2014",
        "Not stated",
    ]
    with pytest.raises(InputError, match="must be a whole number of at least 1"):
        period_labels(WORKS, BASE, years=0)


def test_themes_by_period_close() -> None:
    table = cross_periods(CODES, WORKS, "theme", BASE, CODEBOOK, years=2)
    wide = spread(table, "theme", "period")
    assert wide.to_numpy().tolist() == [
        ["Policing", 1, 2, 0, 0, 3],
        ["Research", 1, 0, 0, 0, 1],
        ["Prevention", 0, 1, 0, 1, 2],
        ["Not stated", 0, 0, 1, 0, 1],
        ["All works", 1, 2, 1, 1, 5],
    ]
    share = table.set_index(["theme", "period"])["percent_of_period_works"]
    assert share["policing", "2012"] == 100
    assert share["prevention", "2012"] == 50
    by_code = cross_periods(CODES, WORKS, "theme", BASE, CODEBOOK, years=2, share="code")
    assert "percent_of_row_works" in by_code.columns
    with pytest.raises(InputError, match="illegal value for share"):
        cross_periods(CODES, WORKS, "theme", BASE, CODEBOOK, share="row")
