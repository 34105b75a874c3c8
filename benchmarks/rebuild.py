"""Time a full rebuild of one edition against the bare computation and a shell loop of papermill.

    python benchmarks/rebuild.py [--root PROJECT] [--edition NAME] [--repeats N] [--jobs N]

- bare: the notebooks' cells in one plain Python process, imports included; the last expression of
  each cell is rendered as Jupyter would render it, because that is part of the cell's work, and
  nothing is stored.
- loop: `papermill notebook.ipynb out.ipynb` for one notebook after another.
- rebuild: `oso-analysis run --force --jobs N`, which also assembles and publishes the report.
- nothing: `oso-analysis run` again, when nothing has changed, beside `python -c "import pandas"`.

The routes take turns, so that a busy moment of the machine hits all of them; medians are printed.
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


def copy_project(root: Path, target: Path) -> Path:
    """Copy what a run needs, so that the project itself is not touched."""
    for name in ("data", "notebooks", "editions.yaml"):
        source = root / name
        copy = shutil.copytree if source.is_dir() else shutil.copyfile
        copy(source, target / name)
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", type=Path)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = copy_project(find_root(arguments.root), Path(folder))
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

        routes: dict[str, Callable[[], float]] = {
            "bare": lambda: timed(
                [sys.executable, "-c", BARE, str(root / "notebooks"), json.dumps({}), *notebooks],
                root,
            ),
            "rebuild": lambda: timed([command, "run", "--force", "--jobs", jobs], root),
            "nothing": lambda: timed([command, "run"], root),
            "pandas": lambda: timed([sys.executable, "-c", "import pandas"], root),
            "loop": loop,
        }
        times: dict[str, list[float]] = {name: [] for name in routes}
        routes["rebuild"]()  # so that every route finds compiled modules and fonts listed
        for _ in range(arguments.repeats):
            for name, route in routes.items():
                times[name].append(route())
        medians = {name: statistics.median(values) for name, values in times.items()}
        print(f"{len(notebooks)} notebooks, {arguments.repeats} repeats, {jobs} jobs; seconds")
        for name, values in times.items():
            spread = " ".join(f"{value:.2f}" for value in sorted(values))
            print(f"{name:8} median {medians[name]:6.2f}   all {spread}")
        print(f"rebuild / bare    {medians['rebuild'] / medians['bare']:.2f}  (at most 1.20)")
        print(f"loop / rebuild    {medians['loop'] / medians['rebuild']:.2f}  (at least 6.50)")
        print(f"nothing / pandas  {medians['nothing'] / medians['pandas']:.2f}  (below 1.00)")


if __name__ == "__main__":
    main()
