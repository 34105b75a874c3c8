"""Store notebooks with fresh outputs, so that their diffs show only meaning."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from oso_analysis.errors import RunError
from oso_analysis.files import write_whole
from oso_analysis.notebooks.execute import (
    execute,
    failure_texts,
    select_notebooks,
)

__all__ = ["refresh_notebooks"]

#: Metadata that editors keep about how a notebook looked on somebody's screen.
_VIEW = frozenset({"collapsed", "scrolled", "trusted", "vscode", "toc"})


def refresh_notebooks(
    root: Path, names: Sequence[str] = (), *, jobs: int = 1, engine: str = "warm"
) -> list[tuple[str, bool]]:
    """Execute notebooks with their defaults and store the outputs in place.

    Sources, cell tags (so the tag `parameters`) and cell ids stay; times, durations, machine paths,
    kernel identities and the state of somebody's screen go. The same notebook gives the same bytes
    whoever stores it.

    Parameters
    ----------
    root : Path
        The project.
    names : sequence of str, optional
        Notebooks; by default all of `notebooks/`.
    jobs, engine
        As for a run.

    Returns
    -------
    list of (str, bool)
        Each notebook's file name, and whether its file changed.

    Raises
    ------
    InputError
        If a notebook is unknown or unreadable.
    RunError
        If any fails: what failed is left as it was, the others are stored.
    """
    notebooks = select_notebooks(root, names)
    results = execute(root, notebooks, jobs=jobs, engine=engine)
    stored = []
    for path in notebooks:
        result = results[path.name]
        if result.failure is not None:
            continue
        content = _without_view(result.content)
        changed = content != path.read_bytes()
        if changed:
            write_whole(path, content)
        stored.append((path.name, changed))
    failures = failure_texts(results)
    if failures:
        texts = dict.fromkeys(failures.values())
        raise RunError("\n\n".join([*texts, "What failed was left as it was."]))
    return stored


def _without_view(content: bytes) -> bytes:
    notebook = json.loads(content)
    for part in (notebook, *notebook["cells"]):
        for name in _VIEW.intersection(part["metadata"]):
            del part["metadata"][name]
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    return (text + "\n").encode("utf-8")
