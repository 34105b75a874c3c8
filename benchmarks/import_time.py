"""What importing the library costs, against importing pandas.

Each import runs in a fresh interpreter, several times in turn so that a busy machine disturbs all
alike; the fastest of each counts. Run: ``python benchmarks/import_time.py [ROUNDS]``.
"""

from __future__ import annotations

import subprocess
import sys
import time

_IMPORTS = {
    "nothing": "pass",
    "import pandas": "import pandas",
    "import oso_analysis": "import oso_analysis",
    "load_review": "import oso_analysis as oso; oso.load_review",
    "load, scope, count": (
        "import oso_analysis as oso; oso.load_review; oso.scope_review; oso.tables.count_facet"
    ),
    "… and exhibits": (
        "import oso_analysis as oso; oso.load_review; oso.tables.count_facet; oso.exhibits"
    ),
    "… and a figure": (
        "import oso_analysis as oso; oso.load_review; oso.tables.count_facet; oso.figures.plot_bars"
    ),
    "… and the explorer": "import oso_analysis as oso; oso.explore",
}


def main(rounds: int) -> None:
    """Measure and print one line an import."""
    best = dict.fromkeys(_IMPORTS, float("inf"))
    for _ in range(rounds):
        for name, code in _IMPORTS.items():
            begin = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            best[name] = min(best[name], time.perf_counter() - begin)
    bare = best["nothing"]
    pandas = best["import pandas"] - bare
    print(f"{'':22}{'seconds':>9}{'of pandas':>11}")
    for name, seconds in best.items():
        own = seconds - bare
        print(f"{name:22}{own:9.3f}{own / pandas:11.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
