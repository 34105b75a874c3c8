"""Pairwise precision and recall, on hand-labelled real records and on generated ones."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest

from oso_analysis.literature.deduplicate import deduplicate
from oso_analysis.literature.readers import read_records

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "benchmarks"))
from _generate import generate  # noqa: E402


def pairs(ids: Iterable[str], labels: Iterable[object]) -> set[tuple[str, str]]:
    """Return the pairs of ids with one label, in plain Python."""
    groups: dict[object, list[str]] = {}
    for item, label in zip(ids, labels, strict=True):
        groups.setdefault(label, []).append(item)
    return {pair for group in groups.values() for pair in combinations(sorted(group), 2)}


def scores(truth: set[tuple[str, str]], found: set[tuple[str, str]]) -> tuple[float, float]:
    return len(truth & found) / len(found), len(truth & found) / len(truth)


@pytest.fixture(scope="module")
def labels() -> pd.DataFrame:
    return pd.read_csv(HERE.parent / "fixtures" / "deduplicate" / "labelled.csv")


@pytest.fixture(scope="module")
def real(root: Path) -> pd.DataFrame:
    folder = root / "data" / "literature" / "records"
    return read_records(sorted(folder.iterdir())).records


def test_hand_labelled_records_of_this_review(real: pd.DataFrame, labels: pd.DataFrame) -> None:
    # The labels were read off the bibliographic facts by hand; no run wrote them.
    assert set(labels["record_id"]) <= set(real["record_id"])
    ids = deduplicate(real).work_ids.set_index("record_id")["work_id"]
    truth = pairs(labels["record_id"], labels["work"])
    found = pairs(labels["record_id"], ids[labels["record_id"]])
    precision, recall = scores(truth, found)
    assert precision >= 0.99, sorted(found - truth)
    assert recall >= 0.95, sorted(truth - found)


@pytest.mark.parametrize("seed", [3, 4])
def test_generated_noise_and_hard_negatives(seed: int) -> None:
    records = generate(6_000, seed=seed)
    ids = deduplicate(records.drop(columns="work")).work_ids.set_index("record_id")["work_id"]
    truth = pairs(records["record_id"], records["work"])
    precision, recall = scores(truth, pairs(records["record_id"], ids[records["record_id"]]))
    assert precision >= 0.995
    assert recall >= 0.995


def test_the_generator_repeats_itself() -> None:
    pd.testing.assert_frame_equal(generate(300, seed=7), generate(300, seed=7))
    assert not generate(300, seed=7).equals(generate(300, seed=8))
