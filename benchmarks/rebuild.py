"""Time a full rebuild of one edition against the bare computation and a shell loop of papermill.

    python benchmarks/rebuild.py [--root PROJECT] [--repeats N] [--jobs N] [--small N]

- bare: the notebooks' cells in one plain Python process, imports included; the last expression of
  each cell is rendered as Jupyter would render it, because that is part of the cell's work, and
  nothing is stored.
- loop: `papermill notebook.ipynb out.ipynb` for one notebook after another.
- rebuild: `oso-analysis run --force --jobs N`, which also assembles and publishes the report in all
  formats and looks for personal data in it.
- notebooks: the same until the last notebook is done, which is what the shell loop gives.
- nothing: `oso-analysis run` again, when nothing has changed, beside `python -c "import pandas"`.

The routes take turns, so that a busy moment of the machine hits all of them; medians are printed.
With --small N the project is N small notebooks (a table read, counted and drawn) instead: what the
routes themselves cost, where hardly anything is computed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from oso_analysis.project import find_root

BIN = Path(sys.executable).parent
SMALL = Path(__file__).parents[1] / "tests" / "fixtures" / "runner" / "project"

BARE = """
import ast, json, os, sys
import matplotlib
matplotlib.use("agg")
parameters = json.loads(sys.argv[2])

def render(value):
    if value is None:
        return
    bundle = getattr(value, "_repr_mimebundle_", None)
    if bundle is not None:
        bundle()
        return
    repr(value)
    html = getattr(value, "_repr_html_", None)
    if html is not None:
        html()

os.chdir(sys.argv[1])
for name in sys.argv[3:]:
    space = {"__name__": "__main__", "display": render}
    cells = json.load(open(name, encoding="utf-8"))["cells"]
    for cell in (cell for cell in cells if cell["cell_type"] == "code"):
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, name, "exec"), space)
        if last is not None:
            render(eval(compile(ast.Expression(last.value), name, "eval"), space))
        if "parameters" in cell["metadata"].get("tags", []):
            space.update({k: v for k, v in parameters.items() if k in space})
    matplotlib.pyplot.close("all") if "matplotlib.pyplot" in sys.modules else None
"""


def timed(command: list[str], cwd: Path) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(command)[:200]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return seconds


def timed_run(command: list[str], cwd: Path) -> tuple[float, float]:
    """Return the seconds until the last notebook was done, and until the command ended."""
    start = time.perf_counter()
    notebooks = 0.0
    with subprocess.Popen(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        said = []
        for line in process.stdout or ():
            said.append(line)
            if line.rstrip().endswith(".ipynb: done"):
                notebooks = time.perf_counter() - start
    seconds = time.perf_counter() - start
    if process.returncode or not notebooks:
        sys.exit(f"{' '.join(command)} failed:\n{''.join(said)[-2000:]}")
    return notebooks, seconds


def copy_project(root: Path, target: Path) -> Path:
    """Copy what a run needs, so that the project itself is not touched."""
    for name in ("data", "notebooks", "editions.yaml"):
        source = root / name
        copy = shutil.copytree if source.is_dir() else shutil.copyfile
        copy(source, target / name)
    return target


def small_project(target: Path, count: int) -> Path:
    """Copy the small project of the tests, with `count` notebooks."""
    copy_project(SMALL, target)
    for path in (target / "notebooks").glob("*.ipynb"):
        path.unlink()
    [source] = (SMALL / "notebooks").glob("02_*.ipynb")
    text = source.read_text(encoding="utf-8")
    for number in range(1, count + 1):
        own = text.replace("submissions-by-country", f"submissions-by-country-{number}")
        path = target / "notebooks" / f"{number:02}_submissions_{number}.ipynb"
        path.write_text(own, encoding="utf-8")
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", type=Path)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--small", type=int, default=0, metavar="N")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = (
            small_project(Path(folder), arguments.small)
            if arguments.small
            else copy_project(find_root(arguments.root), Path(folder))
        )
        notebooks = [
            str(path)
            for path in sorted((root / "notebooks").glob("*.ipynb"))
            if not path.name.startswith("00_")
        ]
        jobs = str(arguments.jobs)
        command = str(BIN / "oso-analysis")

        def loop() -> float:
            return sum(
                timed(
                    [str(BIN / "papermill"), "--no-progress-bar", path, str(root / "out.ipynb")],
                    root / "notebooks",
                )
                for path in notebooks
            )

        def rebuild() -> float:
            until_last, seconds = timed_run([command, "run", "--force", "--jobs", jobs], root)
            times["notebooks"].append(until_last)
            return seconds

        routes: dict[str, Callable[[], float]] = {
            "bare": lambda: timed(
                [sys.executable, "-c", BARE, str(root / "notebooks"), json.dumps({}), *notebooks],
                root,
            ),
            "rebuild": rebuild,
            "nothing": lambda: timed([command, "run"], root),
            "pandas": lambda: timed([sys.executable, "-c", "import pandas"], root),
            "loop": loop,
        }
        times: dict[str, list[float]] = {name: [] for name in [*routes, "notebooks"]}
        # So that every route finds compiled modules and fonts listed.
        timed([command, "run", "--force", "--jobs", jobs], root)
        for _ in range(arguments.repeats):
            for name, route in routes.items():
                times[name].append(route())
        medians = {name: statistics.median(values) for name, values in times.items()}
        print(f"{len(notebooks)} notebooks, {arguments.repeats} repeats, {jobs} jobs; seconds")
        for name, values in times.items():
            spread = " ".join(f"{value:.2f}" for value in sorted(values))
            print(f"{name:9} median {medians[name]:6.2f}   all {spread}")
        ratios = [
            ("rebuild", "bare", "at most 1.20"),
            ("notebooks", "bare", "without documents and scan"),
            ("loop", "rebuild", "at least 6.50"),
            ("loop", "notebooks", "the same work on both sides"),
            ("loop", "bare", "what the loop itself costs"),
            ("nothing", "pandas", "below 1.00"),
        ]
        for one, other, note in ratios:
            print(f"{f'{one} / {other}':18} {medians[one] / medians[other]:.2f}  ({note})")


if __name__ == "__main__":
    main()
