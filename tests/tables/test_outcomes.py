from __future__ import annotations

import csv
from collections import Counter, defaultdict

import consulted
import pandas as pd
import pytest

from oso_analysis.codebook import Codebook
from oso_analysis.tables import outcomes

ROOT = consulted.ROOT
REAL = consulted.REAL


def test_trace_by_hand(
    small_codes: pd.DataFrame, codebook: Codebook, small_segments: pd.DataFrame
) -> None:
    table = outcomes.trace_outcomes(small_segments, small_codes, codebook)
    assert len(table) == 5 * 8
    assert table["n_segments"].sum() == 4
    cells = table.set_index(["outcome", "theme"])
    columns = ["n_segments", "n_submissions", "n_works"]
    assert cells.loc[("O1", "policing"), columns].tolist() == [1, 1, 1]
    assert cells.loc[("O2", "policing"), columns].tolist() == [1, 1, 1]
    assert cells.loc[("O2", "prevention"), columns].tolist() == [1, 1, 1]
    assert cells.loc[("not_stated", "prevention"), columns].tolist() == [1, 1, 1]
    assert cells.loc[("O2", "research"), columns].tolist() == [0, 0, 2]
    assert cells.loc[("O2", "prevention"), "percent_of_outcome_segments"] == 50
    assert pd.isna(cells.loc[("O3", "research"), "percent_of_outcome_segments"])


def test_summary_by_hand(
    small_codes: pd.DataFrame, codebook: Codebook, small_segments: pd.DataFrame
) -> None:
    table = outcomes.summarise_outcomes(small_segments, small_codes, codebook)
    table = table.set_index("outcome")
    assert table["n_segments"].tolist() == [1, 2, 0, 0, 1]
    assert table["n_themes"].tolist() == [1, 2, 0, 0, 1]
    assert table["n_works"].tolist() == [1, 2, 0, 0, 1]
    assert (table["n_works"] + table["n_other_works"] == 3).all()
    assert table.loc["O2", "themes"] == "Policing (1), Prevention (1)"
    assert pd.isna(table.loc["O3", "themes"])
    assert table.loc["O2", "percent_of_works"] == pytest.approx(200 / 3)


def test_designs_by_hand(
    small_codes: pd.DataFrame, codebook: Codebook, small_segments: pd.DataFrame
) -> None:
    table = outcomes.count_evidence_designs(small_segments, small_codes, codebook)
    assert set(table["outcome"]) == {"O1", "O2", "not_stated"}
    o2 = table[table["outcome"].eq("O2")].set_index("design_family")["n_works"]
    # w1 is a cohort; w3 has no design.
    assert o2.to_dict() == {
        "review": 0,
        "quantitative": 1,
        "qualitative": 0,
        "mixed": 0,
        "analysis": 0,
        "not_stated": 1,
    }
    double = pd.concat(
        [small_codes, pd.DataFrame([["w1", "design", "theory"]], columns=small_codes.columns)]
    )
    again = outcomes.count_evidence_designs(small_segments, double, codebook)
    cells = again.set_index(["outcome", "design_family"])["n_works"]
    assert cells[("O2", "several")] == 1
    assert cells["O2"].sum() == 2


def test_real_outcomes_recounted(codebook: Codebook) -> None:
    with (ROOT / "data" / "literature" / "coding.csv").open(encoding="utf-8", newline="") as file:
        coded = [row for row in csv.DictReader(file) if row["coder"] == "coder_1"]
    with (REAL / "segments.csv").open(encoding="utf-8", newline="") as file:
        said = [row for row in csv.DictReader(file) if row["coder"] == "coder_1"]
    solutions = [row for row in said if row["kind"] == "solution"]
    counts = Counter((row["outcome"] or "not_stated", row["theme"]) for row in solutions)
    works: dict[str, set[str]] = defaultdict(set)
    for row in coded:
        if row["facet"] == "theme":
            works[row["code"]].add(row["record_id"])
    codes = consulted.work_codes("real")
    real = consulted.consultation("real").segments
    trace = outcomes.trace_outcomes(real, codes, codebook)
    assert trace["n_segments"].sum() == len(solutions) == 161
    for row in trace.itertuples():
        assert row.n_segments == counts[row.outcome, row.theme]
        assert row.n_works == len(works[row.theme])
    summary = outcomes.summarise_outcomes(real, codes, codebook)
    designs = outcomes.count_evidence_designs(
        consulted.consultation("real").segments, codes, codebook
    )
    by_outcome = designs.groupby("outcome")["n_works"].sum()
    for row in summary.itertuples():
        themes = {theme for outcome, theme in counts if outcome == row.outcome}
        assert row.n_themes == len(themes)
        assert row.n_works == len(set().union(*(works[theme] for theme in themes)))
        assert by_outcome[row.outcome] == row.n_works
