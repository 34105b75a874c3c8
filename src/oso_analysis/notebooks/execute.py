"""Which notebooks are meant, and running them on this machine's workers with their defaults."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from oso_analysis.errors import InputError, Problem, nearest
from oso_analysis.runner.execute import NotebookResult, NotebookTask, run_notebook
from oso_analysis.runner.workers import local_workers

__all__ = ["execute", "failure_texts", "read_notebook", "select_notebooks"]


def select_notebooks(root: Path, names: Sequence[str] = ()) -> list[Path]:
    """Return the notebooks named, or all of `notebooks/`, in the order of their names.

    A name may be given as ``01_scale``, ``01_scale.ipynb``, ``notebooks/01_scale.ipynb`` or,
    where only one begins so, ``01``.

    Raises
    ------
    InputError
        One problem for each unknown name, with the nearest notebook; or if there is none at all.
    """
    known = {path.stem: path for path in sorted((root / "notebooks").glob("*.ipynb"))}
    if not known:
        raise InputError([Problem("holds no notebooks", file="notebooks")])
    # Both separators: what a Windows shell completes may be typed anywhere.
    wanted = [name.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".ipynb") for name in names]
    wanted = [_by_beginning(name, known) for name in wanted]
    problems = [
        Problem(
            f"is not a notebook; notebooks are {', '.join(known)}",
            file="notebooks",
            value=given,
            nearest=nearest(name, known),
        )
        for given, name in zip(names, wanted, strict=True)
        if name not in known
    ]
    if problems:
        raise InputError(problems)
    return [path for name, path in known.items() if not names or name in wanted]


def _by_beginning(name: str, known: Collection[str]) -> str:
    """Return the only notebook whose name begins so ("03"), or else the name as given."""
    begun = [stem for stem in known if stem.startswith(f"{name}_")]
    return begun[0] if name not in known and len(begun) == 1 else name


def read_notebook(path: Path) -> dict[str, Any]:
    """Read a notebook as JSON.

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not all(cell["cell_type"] for cell in content["cells"]):
            raise ValueError("a cell has no type")
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            [Problem(f"is not a readable notebook ({error})", file=f"notebooks/{path.name}")]
        ) from None
    found: dict[str, Any] = content
    return found


def execute(
    root: Path, notebooks: Sequence[Path], *, jobs: int, engine: str
) -> Mapping[str, NotebookResult]:
    """Run notebooks with the parameters they declare; file name to result, failures included."""
    for path in notebooks:
        read_notebook(path)
    with local_workers(min(jobs, len(notebooks)), engine, root) as place:
        place.check()
        futures = {
            path.name: place.executor.submit(
                run_notebook,
                NotebookTask(
                    root=str(root),
                    name=path.name,
                    parameters={},
                    template=place.template,
                    sockets=str(place.scratch),
                    checked=True,
                ),
            )
            for path in notebooks
        }
        return {name: future.result() for name, future in futures.items()}


def failure_texts(results: Mapping[str, NotebookResult]) -> dict[str, str]:
    """Return why each failing notebook failed; one cause is told once, the others refer to it."""
    first: dict[tuple[str, str], str] = {}
    texts = {}
    for name, result in results.items():
        if result.failure is not None:
            cause = result.failure.error, result.failure.message
            known = first.setdefault(cause, name)
            place = f"notebooks/{name} failed in cell {result.failure.cell}"
            again = f"{place} with the same error as {known}"
            texts[name] = str(result.failure) if known == name else again
    return texts
