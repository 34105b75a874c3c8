"""A kernel forked from the warm template does what an ordinary kernel does."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from oso_analysis.runner.execute import NotebookResult, NotebookTask, run_notebook
from oso_analysis.runner.workers import Place, local_workers

FIXTURES = Path(__file__).parents[1] / "fixtures" / "runner"

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="kernels are forked on Linux only"
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hard")
    shutil.copytree(FIXTURES / "hard", folder / "notebooks")
    return folder


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with local_workers(2, "warm", FIXTURES / "project") as opened:
        yield opened


def run(place: Place, root: Path, name: str, engine: str, **options: Any) -> NotebookResult:
    task = NotebookTask(
        root=str(root),
        name=name,
        parameters={},
        template=place.template if engine == "warm" else "",
        sockets=str(place.scratch),
        **options,
    )
    result: NotebookResult = place.executor.submit(run_notebook, task).result()
    return result


def test_hard_notebook_gives_the_same_bytes(place: Place, root: Path) -> None:
    warm, ordinary = (run(place, root, "hard.ipynb", kind) for kind in ("warm", "kernel"))
    assert warm.failure is None, str(warm.failure)
    assert ordinary.failure is None, str(ordinary.failure)
    for one, other in zip(*(json.loads(r.content)["cells"] for r in (warm, ordinary)), strict=True):
        assert one == other
    assert warm.content == ordinary.content


def test_a_wide_table_is_shown_whole_as_in_jupyter(place: Place, root: Path) -> None:
    cell = "import pandas as pd\npd.DataFrame({f'a_long_name_{i}': [i] for i in range(9)})"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    (root / "notebooks" / "wide.ipynb").write_text(nbformat.writes(notebook), encoding="utf-8")
    warm, ordinary = (run(place, root, "wide.ipynb", kind).content for kind in ("warm", "kernel"))
    assert b"a_long_name_4" in ordinary
    assert warm == ordinary


def test_hard_notebook_shows_what_jupyter_shows(place: Place, root: Path) -> None:
    """The two could agree and both be wrong; these are known from Jupyter itself."""
    cells = json.loads(run(place, root, "hard.ipynb", "warm").content)["cells"]
    by_source = {cell["source"].split("\n")[0]: cell["outputs"] for cell in cells}
    shown = [out for out in by_source["import sys"] if out.get("name") != "stderr"]
    assert [out.get("text", out.get("data", {}).get("text/plain")) for out in shown] == [
        "one\n",
        "<IPython.core.display.Markdown object>",
        "three\nfive\n",
        "<IPython.core.display.HTML object>",
        "seven\n",
        "'eight'",
    ]
    assert by_source["for number in range(3):"][0]["text"] == "kept 2\n"
    assert by_source['print("gone")'][0]["text"] == "stays\n"
    assert (
        by_source['handle = display(Markdown("first"), display_id="shown")'][0]["data"][
            "text/markdown"
        ]
        == "third"
    )
    assert by_source["1 + 1;"] == []
    assert by_source["_ + 40"][0]["data"]["text/plain"] == "42"
    assert "from the shell" in by_source["import os"][0]["text"]


@pytest.mark.parametrize(
    ("name", "error", "cell"),
    [
        ("raises.ipynb", "KeyError", 3),
        ("exits.ipynb", "DeadKernelError", 3),
        ("sleeps.ipynb", "CellTimeoutError", 3),
        ("syntax.ipynb", "SyntaxError", 2),
        ("allowed.ipynb", "SystemExit", 3),
    ],
)
def test_failures_are_the_same(place: Place, root: Path, name: str, error: str, cell: int) -> None:
    warm, ordinary = (run(place, root, name, kind, timeout=2) for kind in ("warm", "kernel"))
    assert warm.failure is not None
    assert warm.failure == ordinary.failure
    assert (warm.failure.error, warm.failure.cell) == (error, cell)
    assert warm.content == ordinary.content


def test_nothing_leaks_from_one_notebook_to_the_next(place: Place, root: Path) -> None:
    before = run(place, root, "finds.ipynb", "warm")
    run(place, root, "leaves.ipynb", "warm")
    after = run(place, root, "finds.ipynb", "warm")
    assert before.content == after.content
    assert after.content == run(place, root, "finds.ipynb", "kernel").content
