"""Measure de-duplication: quality and speed on records whose true works are known.

    python benchmarks/deduplicate.py --sizes 10000 100000 1000000
    python benchmarks/deduplicate.py --sizes 10000 --bib-dedupe /path/to/other/venv/bin/python
    python benchmarks/deduplicate.py --sizes --labelled labelled_test_set.csv

Each size runs in a process of its own, so that its peak memory is its own. bib-dedupe needs another
environment (`pip install bib-dedupe`); it gets the same records in the same run, and its time is
that of its own steps without reading or importing: four to groups of records, which say what is one
work, and a fifth that merges each group into one record, as is done here as well.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd
from _generate import generate

from oso_analysis.literature.deduplicate import deduplicate

#: What bib-dedupe is asked to do, in its own environment.
_BIB_DEDUPE = """
import json, os, sys, time
import pandas as pd
from bib_dedupe.bib_dedupe import block, cluster, match, merge, prep
if __name__ == "__main__":
    records = pd.read_csv(sys.argv[1], dtype=str, encoding="utf-8").fillna("")
    start = time.perf_counter()
    clusters = cluster(match(block(prep(records))))
    grouped = time.perf_counter() - start
    cpu = sum(os.times()[:4])
    merge(records, duplicate_id_sets=clusters)
    merged = time.perf_counter() - start
    answer = {"grouped": grouped, "merged": merged, "cpu_grouped": cpu, "clusters": clusters}
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(answer, file)
"""


def pairwise(truth: pd.Series, found: pd.Series) -> tuple[float, float]:
    """Return pairwise precision and recall of two labellings of the same records."""

    def pairs(sizes: pd.Series) -> int:
        return int((sizes * (sizes - 1) // 2).sum())

    both = pairs(pd.DataFrame({"t": truth.to_numpy(), "f": found.to_numpy()}).value_counts())
    return both / max(pairs(found.value_counts()), 1), both / max(pairs(truth.value_counts()), 1)


def peak_gib() -> float:
    """Return this process's largest memory so far in GiB (not known on Windows)."""
    try:
        import resource
    except ImportError:
        return math.nan
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / 2**20 if sys.platform != "darwin" else used / 2**30


def measure(size: int, seed: int) -> dict[str, Any]:
    """De-duplicate `size` generated records in this process."""
    records = generate(size, seed=seed)
    truth = records.pop("work")
    before = peak_gib()
    deduplicate(records.head(100))
    times = []
    # A second's work is repeated, so that a busy machine does not decide the figure.
    for _ in range(7 if size <= 20_000 else 1):
        start, cpu = time.perf_counter(), time.process_time()
        result = deduplicate(records)
        times.append((time.perf_counter() - start, time.process_time() - cpu))
    seconds, cpu_seconds = min(times)
    ids = result.work_ids.set_index("record_id")["work_id"][records["record_id"]]
    precision, recall = pairwise(truth, ids)
    return {
        "n_records": size,
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "precision": precision,
        "recall": recall,
        "n_works": len(result.works),
        "n_true_works": int(truth.nunique()),
        "n_review": len(result.review),
        "peak_gib": peak_gib(),
        "generated_gib": before,
    }


def apart(size: int, seed: int) -> dict[str, Any]:
    """Run `measure` in a fresh process."""
    command = [sys.executable, __file__, "--one", str(size), "--seed", str(seed)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def bib_dedupe(python: str, size: int, seed: int) -> dict[str, Any]:
    """Run bib-dedupe on the same records in its own environment."""
    records = generate(size, seed=seed)
    truth = records.pop("work")
    theirs = pd.DataFrame(
        {
            "ID": records["record_id"],
            "ENTRYTYPE": records["type"].map(
                {"article-journal": "article", "paper-conference": "inproceedings",
                 "report": "techreport", "thesis": "phdthesis", "book": "book"}
            ).fillna("misc"),
            "title": records["title"],
            "author": records["authors"].str.replace("; ", " and "),
            "year": records["year"].astype("str").where(records["year"].notna()),
            "journal": records["container"],
            "volume": records["volume"],
            "number": records["issue"],
            "pages": records["pages"],
            "doi": records["doi"],
            "abstract": records["abstract"],
        }
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        table, script, answer = (Path(folder) / name for name in ("in.csv", "run.py", "out.json"))
        theirs.to_csv(table, index=False, encoding="utf-8")
        script.write_text(_BIB_DEDUPE, encoding="utf-8")
        subprocess.run(
            [python, str(script), str(table), str(answer)], check=True, capture_output=True
        )
        found = json.loads(answer.read_text(encoding="utf-8"))
    labels = {item: group[0] for group in found["clusters"] for item in group}
    ids = records["record_id"].map(lambda item: labels.get(item, item))
    precision, recall = pairwise(truth, ids)
    return found | {"precision": precision, "recall": recall}


def labelled(path: str) -> None:
    """Count the works in ASySD's labelled diabetes set (1,845 citations of 584 works)."""
    records = pd.read_csv(path, dtype=str, encoding="latin-1").rename(
        columns={"author": "authors", "journal": "container", "number": "issue", "isbn": "issn"}
    )
    records["record_id"] = records["record_id"].str.zfill(5)
    start = time.perf_counter()
    works = len(deduplicate(records.assign(type="article-journal")).works)
    seconds = time.perf_counter() - start
    print(f"labelled set: {len(records):,} citations, {works} works (truth 584), {seconds:.2f} s")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bib-dedupe", metavar="PYTHON", help="its environment's interpreter")
    parser.add_argument("--labelled", metavar="CSV", help="ASySD's labelled test set")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(options.one, options.seed)))
        return
    rows = [apart(size, options.seed) for size in options.sizes]
    for row in rows:
        print(
            f"{row['n_records']:>9,} records  {row['seconds']:.2f} s (CPU {row['cpu_seconds']:.2f})"
            f"  precision {row['precision']:.4f}  recall {row['recall']:.4f}"
            f"  {row['n_works']:,} works (true {row['n_true_works']:,})"
            f"  {row['n_review']:,} to review  peak {row['peak_gib']:.2f} GiB"
            f" (records alone {row['generated_gib']:.2f})"
        )
    if len(rows) > 1:
        first, last = rows[0], rows[-1]
        times = math.log(last["n_records"] / first["n_records"])
        wall = math.log(last["seconds"] / first["seconds"]) / times
        cpu = math.log(last["cpu_seconds"] / first["cpu_seconds"]) / times
        print(
            f"growth from {first['n_records']:,} to {last['n_records']:,}:"
            f" n^{wall:.2f} (CPU n^{cpu:.2f})"
        )
    if options.bib_dedupe and rows:
        size = rows[0]["n_records"]
        theirs = bib_dedupe(options.bib_dedupe, size, options.seed)
        print(
            f"bib-dedupe on the same {size:,}: {theirs['grouped']:.1f} s to groups"
            f" (CPU {theirs['cpu_grouped']:.1f}, start included), {theirs['merged']:.1f} s to"
            f" merged works, precision {theirs['precision']:.4f}, recall {theirs['recall']:.4f};"
            f" ratio {theirs['grouped'] / rows[0]['seconds']:.0f} to groups"
            f" (CPU {theirs['cpu_grouped'] / rows[0]['cpu_seconds']:.0f}),"
            f" {theirs['merged'] / rows[0]['seconds']:.0f} to merged works"
        )
    if options.labelled:
        labelled(options.labelled)


if __name__ == "__main__":
    main()
