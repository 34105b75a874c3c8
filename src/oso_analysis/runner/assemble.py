"""Turn an edition's executed notebooks into everything its folder publishes."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oso_analysis.editions import THRESHOLD, EditionInfo
from oso_analysis.runner.crate import write_crate
from oso_analysis.runner.forkserver import Helper
from oso_analysis.runner.inputs import Digests, named_inputs, package_key
from oso_analysis.runner.publish import writing
from oso_analysis.runner.tracing import read_trace, tracing

if TYPE_CHECKING:
    from oso_analysis.runner.release import Release

__all__ = ["AssembleTask", "assemble"]


@dataclass(frozen=True)
class AssembleTask:
    """One edition to assemble.

    Attributes
    ----------
    root : str
        Folder of the project.
    info : EditionInfo
    executed : dict of str to str
        Notebook file name to the path of its executed copy.
    out : str
        Empty folder to write into.
    scratch : str
        Folder for what is needed meanwhile.
    before : mapping
        The record of the edition published last; empty if there is none or all is to be done anew.
    helper : Helper or None
        Another process to share the work with, where there is one with nothing else to do.
    """

    root: str
    info: EditionInfo
    executed: dict[str, str]
    out: str
    scratch: str
    before: Mapping[str, Any] = field(default_factory=dict)
    helper: Helper | None = None


def assemble(task: AssembleTask) -> dict[str, str | None]:
    """Write the executed notebooks and the report made from them into `task.out`.

    Returns
    -------
    dict of str to (str or None)
        Each input this read (data, code), by key, to its digest.

    Raises
    ------
    RunError
        If the report cannot be written, or holds what must not be published.
    """
    from oso_analysis.runner.release import Release

    root, out = Path(task.root), Path(task.out)
    with tempfile.TemporaryDirectory(prefix="oso-", dir=task.scratch) as scratch:
        read = Path(scratch, "read")
        # The report reads the project's description of its data from where it is.
        with (
            contextlib.chdir(root),
            tracing(read),
            writing(f"the report of edition {task.info.name}"),
        ):
            threshold = task.info.parameters.get(THRESHOLD)
            release = Release(root, out, task.before, task.helper, threshold=threshold)
            _write(task, out, release)
            digests = Digests(root)
            release.require()
        keys = {*named_inputs(root, read_trace(read)), *_loaded()}
    return {key: digests[key] for key in sorted(keys)}


def _write(task: AssembleTask, out: Path, release: Release) -> None:
    from oso_analysis.evidence_map import PAGE, find_evidence_map, render_evidence_map, save_page
    from oso_analysis.report import build_report

    folder = out / "notebooks"
    folder.mkdir()
    executed = []
    for name, source in sorted(task.executed.items()):
        executed.append(folder / name)
        shutil.copyfile(source, executed[-1])
    release.begin()

    record = find_evidence_map(executed)
    pages = [] if record is None else [(PAGE, "Evidence map, to search and filter")]

    def meanwhile() -> None:
        if record is not None:
            save_page(render_evidence_map(record, task.info), out / PAGE)
        release.begin()

    build_report(executed, out, task.info, pages=pages, meanwhile=meanwhile)
    write_crate(task.info, out)


def _loaded() -> set[str]:
    """Return the keys of this package's modules in memory; they may have been read long before."""
    modules = [module for name, module in sys.modules.items() if name.startswith("oso_analysis")]
    files = [getattr(module, "__file__", None) for module in modules]
    return {package_key(Path(file)) for file in files if file}
