from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pandas as pd

from oso_analysis.codebook import read_codebook
from oso_analysis.tables.challenges import (
    cross_decisions_families,
    cross_decisions_periods,
    cross_decisions_services,
    rank_least_evidence,
)
from oso_analysis.tables.works import spread

FIXTURES = Path(__file__).parents[1] / "fixtures" / "literature"
CODEBOOK = read_codebook(FIXTURES / "codebook.yaml")
WORKS = pd.read_csv(FIXTURES / "works.csv", dtype={"year": "Int64"})
CODES = pd.read_csv(FIXTURES / "work_codes.csv", dtype="str")
BASE = ["w1", "w2", "w3", "w4", "w5"]


def test_decisions_by_service_hand_counted() -> None:
    wide = spread(cross_decisions_services(CODES, BASE, CODEBOOK), "practice_decision", "service")
    assert list(wide.columns)[1:] == [
        "Police",
        "Courts",
        "Other services",
        "No service named",
        "Not stated",
        "All works",
    ]
    assert wide.to_numpy().tolist() == [
        ["Prevention", 1, 1, 1, 0, 0, 2],
        ["Treatment", 1, 1, 1, 0, 0, 2],
        ["No practice decision", 0, 0, 0, 1, 0, 1],
        ["Not stated", 0, 0, 0, 0, 1, 1],
        ["All works", 2, 1, 1, 1, 1, 5],
    ]


def test_decisions_by_family_and_period() -> None:
    families = spread(
        cross_decisions_families(CODES, BASE, CODEBOOK), "practice_decision", "design_family"
    )
    assert families["Quantitative"].tolist() == [1, 0, 0, 1, 2]
    periods = spread(
        cross_decisions_periods(CODES, WORKS, BASE, CODEBOOK, years=2),
        "practice_decision",
        "period",
    )
    assert periods["2012–2013"].tolist() == [1, 2, 0, 0, 2]


def test_ranking_by_hand() -> None:
    table = rank_least_evidence(CODES, WORKS, BASE, CODEBOOK)
    columns = ["rank", "service", "practice_decision", "n_works", "n_strong_works"]
    assert list(table[columns].itertuples(index=False, name=None)) == [
        (1, "police", "treatment", 1, 0),
        (1, "courts", "prevention", 1, 0),
        (1, "courts", "treatment", 1, 0),
        (1, "other_services", "prevention", 1, 0),
        (1, "other_services", "treatment", 1, 0),
        (6, "police", "prevention", 1, 1),
    ]
    assert list(table["latest_year"]) == [2012, 2012, 2012, 2012, 2012, 2010]
    assert list(table["n_works_of_service"]) == [2, 1, 1, 1, 1, 2]


def test_ranking_same_as_plain_python() -> None:
    codes: dict[str, dict[str, set[str]]] = {}
    with (FIXTURES / "work_codes.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            facets = codes.setdefault(row["work_id"], {})
            facets.setdefault(row["facet"], set()).add(row["code"])
    service = {"police": "police", "courts": "courts"} | dict.fromkeys(
        ("health_treatment", "education"), "other_services"
    )
    plain: Counter[tuple[str, str]] = Counter()
    for work in BASE:
        facets = codes[work]
        services = {service[code] for code in facets.get("sector", ()) if code in service}
        for decision in facets.get("practice_decision", set()) - {"none"}:
            for name in services:
                plain[name, decision] += 1
    table = rank_least_evidence(CODES, WORKS, BASE, CODEBOOK)
    counted = {
        (name, decision): n
        for name, decision, n in table[["service", "practice_decision", "n_works"]].itertuples(
            index=False, name=None
        )
        if n
    }
    assert counted == plain
