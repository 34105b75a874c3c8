"""The merged decisions and codes of the project's own data, worked out again in plain Python."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from oso_analysis.literature.coding import code_works, list_coding_disagreements
from oso_analysis.literature.screening import list_conflicts, screen_works
from oso_analysis.review import Review, load_review


@pytest.fixture(scope="module")
def review(root: Path) -> Review:
    return load_review(root)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def work_of(review: Review) -> dict[str, str]:
    return dict(zip(review.work_ids["record_id"], review.work_ids["work_id"], strict=True))


def test_decisions(review: Review, data: Path) -> None:
    works = work_of(review)
    said = defaultdict(set)
    for row in rows(data / "literature" / "screening.csv"):
        if row["reviewer"] == "reviewer_1":
            said[works[row["record_id"]]].add(row["decision"])
    table = screen_works(review.screening, review.work_ids, review.codebook)
    for work, decision in zip(table["work_id"], table["decision"], strict=True):
        expected = "include" if "include" in said[work] else "exclude"
        assert decision == (expected if said[work] else "not_screened")
    assert table["n_records"].sum() == len(review.records)
    conflicts = list_conflicts(review.screening, review.work_ids, review.codebook)
    between = conflicts[(conflicts["between"] == "sightings") & (conflicts["about"] == "decision")]
    assert set(between["work_id"]) == {
        work for work, decisions in said.items() if len(decisions) > 1
    }


def test_codes(review: Review, data: Path) -> None:
    works = work_of(review)
    expected = defaultdict(set)
    for row in rows(data / "literature" / "coding.csv"):
        if row["coder"] == "coder_1":
            expected[works[row["record_id"]], row["facet"]].add(row["code"])
    found = defaultdict(set)
    table = code_works(review.coding, review.work_ids, review.codebook)
    for work, facet, code in table.itertuples(index=False):
        found[work, facet].add(code)
    assert set(found) == set(expected)
    for (work, facet), codes in expected.items():
        if facet == "design":
            assert len(found[work, facet]) == 1
            assert found[work, facet] <= (codes - {"not_stated"} or codes)
        else:
            stated = codes - {"none", "not_stated"}
            assert found[work, facet] == (stated or codes)
    listed = list_coding_disagreements(review.coding, review.work_ids, review.codebook)
    several = {
        work for (work, facet), codes in expected.items() if facet == "design" and len(codes) > 1
    }
    assert set(listed["work_id"]) == several
