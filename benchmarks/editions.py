"""Time many editions on one and on two workers, and watch the memory.

    python benchmarks/editions.py [--root PROJECT] [--editions N] [--countries …]

Builds the same grid of editions twice, with --jobs 1 and --jobs 2, from nothing (nothing stored).
Each edition has its own last year and country or countries, so that notebooks that declare them run
for every edition. Memory is the sum over all processes of the run, sampled once a second: private
pages in full, shared ones by share (PSS), so that forked processes are not counted twice. It is
compared between the 20th and the last edition.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rebuild import copy_project

from oso_analysis.project import find_root


def descendants(pid: int) -> list[int]:
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)] = int(fields[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def memory(pid: int) -> float:
    """Proportional set size of a process and all below it, in MiB."""
    total = 0
    for one in descendants(pid):
        try:
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total / 1024


def run(
    root: Path, editions: int, jobs: int, countries: str
) -> tuple[float, list[tuple[int, float]]]:
    """Return seconds and, once a second, how many editions were published and the memory."""
    shutil.rmtree(root / "reports", ignore_errors=True)
    shutil.rmtree(root / ".cache", ignore_errors=True)
    years = max(1, editions // len(countries.split(",")))
    first = 2026 - years + 1
    words = ["--grid", f"year_to={first}..2026", "--grid", f"countries={countries}"]
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / "oso-analysis"), "run", "--jobs", str(jobs), *words],
        cwd=root,
        stdout=subprocess.DEVNULL,
    )
    samples = []
    while process.poll() is None:
        done = len(list((root / "reports").glob("[!.]*"))) if (root / "reports").is_dir() else 0
        samples.append((done, memory(process.pid)))
        time.sleep(1)
    if process.returncode:
        sys.exit("the run failed")
    return time.perf_counter() - start, samples


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", type=Path)
    parser.add_argument("--editions", type=int, default=200)
    parser.add_argument("--countries", default="GB,US,GB+US,AU,IE,CA,INT,EU,GB+IE,AU+US")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = copy_project(find_root(arguments.root), Path(folder))
        times = {}
        for jobs in (1, 2):
            times[jobs], samples = run(root, arguments.editions, jobs, arguments.countries)
            early = [size for done, size in samples if 10 <= done <= 30]
            late = [size for done, size in samples if done >= samples[-1][0] - 20]
            print(f"{jobs} worker(s): {times[jobs]:.1f} s", flush=True)
            if early and late:
                print(f"  memory about the 20th edition {max(early):.0f} MiB, last {max(late):.0f}")
        print(f"two workers are {times[1] / times[2]:.2f} times as fast as one (at least 1.70)")


if __name__ == "__main__":
    main()
