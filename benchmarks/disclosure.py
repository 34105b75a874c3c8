"""Measure disclosure control: share withheld, time, the attacker's success with and without it.

Run from the project's folder: ``python benchmarks/disclosure.py [first] [last]`` (seeds of
generated consultations; 0 and 60 by default). Prints a Markdown table.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "disclosure"))

from attacked_editions import generated, printed, real, real_frames
from attacker import Attacker, attack

from oso_analysis.disclosure import CONFIDENTIAL, PUBLISHED, DisclosurePolicy, protect

INTERVAL = 5
LABELLED = {"theme": {"relevant": "yes"}}


def _cells(protected) -> tuple[int, int, int, int]:
    audit = protected.audit
    return tuple(
        int(audit[c].sum()) for c in ("n_cells", "n_primary", "n_secondary", "n_suppressed")
    )


def editions(first: int, last: int) -> None:
    seconds, totals, beaten, weak, small = [], [0, 0, 0, 0], 0, 0, 0
    for seed in range(first, last):
        tables = generated(seed)
        start = time.perf_counter()
        protected = protect(tables, CONFIDENTIAL)
        seconds.append(time.perf_counter() - start)
        totals = [a + b for a, b in zip(totals, _cells(protected), strict=True)]
        beaten += bool(attack(printed(tables, protected), INTERVAL, labelled=LABELLED))
        primary = protect(tables, CONFIDENTIAL, secondary=False)
        small += bool(primary.audit["n_primary"].sum())
        weak += bool(attack(printed(tables, primary), INTERVAL, labelled=LABELLED))
    n = last - first
    print(f"| generated editions | {n} |")
    print(f"| of these with a small count | {small} |")
    print(f"| editions in which the attacker narrows a count, full protection | {beaten} |")
    print(f"| the same with primary suppression only | {weak} |")
    print(f"| cells / primary / secondary | {totals[0]} / {totals[1]} / {totals[2]} |")
    print(f"| share withheld | {100 * totals[3] / totals[0]:.1f} % |")
    print(
        f"| seconds an edition, median / longest | {statistics.median(seconds):.2f} / "
        f"{max(seconds):.2f} |"
    )


def real_edition() -> None:
    tables = real()
    _, segments = real_frames()
    themes = [{f"theme:{theme}"} for theme in sorted(segments["theme"].unique())]
    split = [{"consultation"}, {"theme"}, *themes, {"kind"}, {"outcome"}]
    for label, secondary in (("full protection", True), ("primary only", False)):
        start = time.perf_counter()
        protected = protect(tables, CONFIDENTIAL, secondary=secondary)
        taken = time.perf_counter() - start
        cells, primary, more, hidden = _cells(protected)
        found = Attacker(printed(tables, protected), split).attack(INTERVAL)
        exact = sum(item.width == 0 for item in found)
        print(
            f"| real edition, {len(tables)} tables, {label} | {cells} cells, {primary} primary, "
            f"{more} secondary ({100 * hidden / cells:.0f} %); {len(found)} narrowed, "
            f"{exact} exactly; {taken:.2f} s |"
        )
    start = time.perf_counter()
    protect(tables, PUBLISHED)
    print(f"| real edition, switched off | {1e6 * (time.perf_counter() - start):.0f} µs |")
    start = time.perf_counter()
    protect(tables, DisclosurePolicy(method="round"))
    print(f"| real edition, rounded | {time.perf_counter() - start:.2f} s |")


if __name__ == "__main__":
    first, last = (int(a) for a in (*sys.argv[1:], *("0", "60")[len(sys.argv) - 1 :]))
    print("| measure | value |\n|---|---|")
    editions(first, last)
    real_edition()
