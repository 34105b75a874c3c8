"""The attacker against whole editions: he must fail, and succeed without secondary suppression."""

from __future__ import annotations

import pytest
from attacked_editions import awkward, generated, printed, real, real_frames
from attacker import Attacker, attack

from oso_analysis.disclosure import CONFIDENTIAL, DisclosurePolicy, protect

INTERVAL = 5
#: Known to any reader: a relevant submission raises at least one theme.
LABELLED = {"theme": {"relevant": "yes"}}
EVERYDAY = range(12)
MANY = range(12, 572)


def _narrowed(seed: int, **options: bool) -> int:
    tables = generated(seed)
    protected = protect(tables, CONFIDENTIAL, **options)
    return len(attack(printed(tables, protected), INTERVAL, labelled=LABELLED))


def _has_small(seed: int) -> bool:
    return any(
        table.frame[table.count].between(1, INTERVAL - 1).any()
        for table in generated(seed).values()
    )


@pytest.mark.parametrize("first", EVERYDAY[::6])
def test_no_withheld_count_can_be_narrowed(first: int) -> None:
    assert {seed: n for seed in range(first, first + 6) if (n := _narrowed(seed))} == {}


def test_the_attacker_succeeds_without_secondary_suppression() -> None:
    seeds = [seed for seed in EVERYDAY[:6] if _has_small(seed)]
    beaten = [seed for seed in seeds if _narrowed(seed, secondary=False)]
    assert len(beaten) >= 0.8 * len(seeds) > 3


def test_tables_cut_short_restricted_and_of_pairs() -> None:
    for seed in range(3):
        tables = awkward(seed)
        protected = protect(tables, CONFIDENTIAL)
        assert not attack(printed(tables, protected), INTERVAL, labelled=LABELLED), seed


@pytest.mark.slow
def test_tables_cut_short_restricted_and_of_pairs_in_more() -> None:
    for seed in range(3, 20):
        tables = awkward(seed)
        protected = protect(tables, CONFIDENTIAL)
        assert not attack(printed(tables, protected), INTERVAL, labelled=LABELLED), seed


@pytest.mark.slow
@pytest.mark.parametrize("first", MANY[::20])
def test_no_withheld_count_can_be_narrowed_in_many(first: int) -> None:
    assert {seed: n for seed in range(first, first + 20) if (n := _narrowed(seed))} == {}


@pytest.mark.slow
def test_nor_by_an_attacker_who_uses_that_counts_are_whole() -> None:
    for seed in range(30):
        tables = generated(seed)
        protected = protect(tables, CONFIDENTIAL)
        assert not attack(printed(tables, protected), INTERVAL, labelled=LABELLED, whole=True)


@pytest.mark.parametrize("threshold", [3, 10])
def test_other_thresholds(threshold: int) -> None:
    for seed in range(2):
        tables = generated(seed)
        protected = protect(tables, DisclosurePolicy(threshold=threshold))
        assert not attack(printed(tables, protected), threshold, labelled=LABELLED)


def test_withheld_noughts_cannot_be_narrowed_either() -> None:
    for seed in range(2):
        tables = generated(seed)
        protected = protect(tables, DisclosurePolicy(zeros_are_safe=False))
        shown = printed(tables, protected)
        assert not attack(shown, INTERVAL, labelled=LABELLED, least_hidden=0)


def _real_split() -> list[set[str]]:
    """Variables printed with few others; the rest form one joint table."""
    _, segments = real_frames()
    themes = [{f"theme:{theme}"} for theme in sorted(segments["theme"].unique())]
    return [{"consultation"}, {"theme"}, *themes, {"kind"}, {"outcome"}]


@pytest.mark.slow
def test_the_real_consultation_withstands() -> None:
    tables = real()
    shown = printed(tables, protect(tables, CONFIDENTIAL))
    assert Attacker(shown, _real_split()).attack(INTERVAL) == []


def test_the_real_consultation_falls_without_secondary_suppression() -> None:
    tables = {name: real()[name] for name in ("sector", "country", "sector-country")}
    weak = printed(tables, protect(tables, CONFIDENTIAL, secondary=False))
    assert attack(weak, INTERVAL)
    strong = printed(tables, protect(tables, CONFIDENTIAL))
    assert not attack(strong, INTERVAL)
