"""Run one notebook through papermill: one task in, deterministic bytes and what was read out."""

from __future__ import annotations

import logging
import os
import re
import tempfile
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oso_analysis.project import CHECKED
from oso_analysis.runner.clean import clean_notebook
from oso_analysis.runner.environment import TRACE, hermetic
from oso_analysis.runner.inputs import Digests, lock_files, named_inputs, package_key
from oso_analysis.runner.tracing import read_trace

__all__ = ["MACHINERY", "Failure", "NotebookResult", "NotebookTask", "run_notebook"]

#: This package's modules that act on every notebook but are loaded before listening begins; a test
#: compares them with what is really loaded.
MACHINERY = (
    "__init__.py",
    "errors.py",
    "lazy.py",
    "project.py",
    "runner/__init__.py",
    "runner/clean.py",
    "runner/environment.py",
    "runner/execute.py",
    "runner/forkserver.py",
    "runner/inputs.py",
    "runner/kernel.py",
    "runner/kernels.py",
    "runner/tracing.py",
)

_ENGINE = "oso-analysis"
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_SOURCE_LINES = 8
_TRACEBACK_LINES = 14


@dataclass(frozen=True)
class NotebookTask:
    """One notebook to run.

    Attributes
    ----------
    root : str
        Folder of the project.
    name : str
        File name in `notebooks/`.
    parameters : dict
        Values that differ from the notebook's defaults.
    template : str
        Address of the kernel template to fork from; empty for an ordinary kernel.
    sockets : str
        Short folder for sockets and connection files.
    progress : str
        File that grows by one byte for each cell begun; empty for none.
    timeout : int or None
        Seconds one cell may take.
    checked : bool
        Whether all of the project's data have been checked.
    """

    root: str
    name: str
    parameters: dict[str, Any]
    template: str = ""
    sockets: str = ""
    progress: str = ""
    timeout: int | None = None
    checked: bool = False


@dataclass(frozen=True)
class Failure:
    """Why a notebook failed: the cell's number in the notebook, its source, the error."""

    notebook: str
    cell: int
    execution_count: int | None
    source: str
    error: str
    message: str
    traceback: str = ""

    def __str__(self) -> str:
        """Return one screen of text."""
        lines = self.source.strip().split("\n")
        shown = lines[:_SOURCE_LINES] + (["…"] if len(lines) > _SOURCE_LINES else [])
        # A traceback ends with the message, which stands above.
        told = {line.strip() for line in self.message.split("\n")}
        trace = [
            line
            for line in self.traceback.strip().split("\n")
            if line.strip().removeprefix(f"{self.error}: ") not in told
        ][-_TRACEBACK_LINES:]
        label = f" (In [{self.execution_count}])" if self.execution_count else ""
        parts = [
            f"notebooks/{self.notebook} failed in cell {self.cell}{label} with {self.error}:",
            *(f"  {line}" for line in self.message.strip().split("\n")[:12]),
            "The cell:",
            *(f"  {line[:160]}" for line in shown),
        ]
        if any(trace):
            parts += ["Where it happened (last lines):", *(f"  {line[:160]}" for line in trace)]
        return "\n".join(parts)


@dataclass(frozen=True)
class NotebookResult:
    """What came of a `NotebookTask`.

    Attributes
    ----------
    content : bytes
        The executed notebook, as far as it came.
    failure : Failure or None
    read : dict of str to (str or None)
        Each input it read, by key, to its digest; see `inputs`.
    """

    content: bytes
    failure: Failure | None = None
    read: dict[str, str | None] = field(default_factory=dict)


def run_notebook(task: NotebookTask) -> NotebookResult:
    """Execute one notebook and return its cleaned bytes.

    The result depends on the notebook, its parameters and the files it reads, on nothing else: the
    kernel's environment is fixed and everything specific to this run is taken out. A failing cell
    is no exception but a result with a `Failure` and the notebook as far as it came.
    """
    # On Windows a killed kernel may hold its files a moment longer; the run's end removes the rest.
    with tempfile.TemporaryDirectory(
        prefix="oso-", dir=task.sockets or None, ignore_cleanup_errors=True
    ) as folder:
        scratch = Path(folder)
        read = scratch / "read"
        read.touch()
        content, failure = _execute(task, scratch, read)
        root = Path(task.root)
        raw = clean_notebook(content, root)
        digests = Digests(root)
        package = Path(__file__).parents[1]
        keys = {
            *named_inputs(root, read_trace(read)),
            *(package_key(package / name) for name in MACHINERY),
            *lock_files(root),
        }
        return NotebookResult(raw, failure, {key: digests[key] for key in sorted(keys)})


class _Watch:
    """Sees the notebook as the engine fills it, so that a failure can be placed."""

    def __init__(self) -> None:
        self.notebook: Any = None
        self.cell = 0


def _execute(
    task: NotebookTask, scratch: Path, read: Path
) -> tuple[dict[str, Any], Failure | None]:
    import nbformat
    from papermill.exceptions import PapermillExecutionError
    from papermill.execute import execute_notebook, remove_error_markers

    _register_engine()
    # It warns of parameters that it does not find declared; they were checked before.
    logging.getLogger("papermill").setLevel(logging.ERROR)
    path = Path(task.root, "notebooks", task.name)
    with warnings.catch_warnings():
        # Notebooks without cell identities get them from `clean_notebook`.
        warnings.simplefilter("ignore")
        notebook = nbformat.reads(  # type: ignore[no-untyped-call]
            path.read_text(encoding="utf-8"), as_version=4
        )
        source = [cell.get("id") for cell in notebook.cells]
        # Papermill turns what it is given into text and back, stored outputs included.
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = []
        watch = _Watch()
        failure = None
        try:
            execute_notebook(
                notebook,
                None,
                parameters=task.parameters,
                engine_name=_ENGINE,
                kernel_name="python3",
                language="python",
                progress_bar=False,
                start_timeout=120,
                execution_timeout=task.timeout,
                task=task,
                scratch=scratch,
                env=hermetic(scratch)
                | {TRACE: str(read)}
                | ({CHECKED: str(Path(task.root).resolve())} if task.checked else {}),
                watch=watch,
            )
            notebook = watch.notebook
        except PapermillExecutionError as error:
            # Papermill has put cells of its own around the failing one.
            notebook = remove_error_markers(watch.notebook)
            failure = Failure(
                task.name,
                _position(notebook, error.cell_index, source),
                error.exec_count,
                error.source,
                error.ename,
                _ANSI.sub("", error.evalue),
                _ANSI.sub("", "\n".join(error.traceback)),
            )
        except Exception as error:
            # A dead kernel, a timeout or a kernel that never started; whatever it is, the user
            # must learn which cell it was.
            notebook = watch.notebook or notebook
            cell = notebook.cells[watch.cell]
            failure = Failure(
                task.name,
                _position(notebook, watch.cell, source),
                cell.get("execution_count"),
                cell.source,
                type(error).__name__,
                _ANSI.sub("", str(error)) or "the kernel gave no reason",
            )
    return notebook, failure


def _position(notebook: Any, index: int, source: list[str | None]) -> int:
    """Return a cell's number, from 1, in the notebook as the user wrote it."""
    identity = notebook.cells[index].get("id")
    return source.index(identity) + 1 if identity in source else index + 1


def _has_error(cell: Any) -> bool:
    return bool(cell.metadata.get("papermill", {}).get("exception")) or any(
        output.output_type == "error" for output in cell.get("outputs", ())
    )


def _register_engine() -> None:
    from nbformat.v4 import new_notebook
    from papermill.clientwrap import PapermillNotebookClient
    from papermill.engines import NBClientEngine, papermill_engines

    from oso_analysis.runner.kernels import (
        ForkedKernelManager,
        OrdinaryKernelManager,
        manager_options,
    )

    class OsoEngine(NBClientEngine):  # type: ignore[misc]
        """Papermill's own engine with this interpreter's kernel and a fixed environment."""

        @classmethod
        def execute_notebook(cls, nb: Any, kernel_name: str, **options: Any) -> Any:
            """Return the executed notebook if papermill has an error to look for in it.

            It would turn any other into text, for a file that nobody asked for; `watch` has it.
            """
            executed = super().execute_notebook(nb, kernel_name, **options)
            return executed if any(map(_has_error, executed.cells)) else new_notebook()  # type: ignore[no-untyped-call]

        @classmethod
        def execute_managed_notebook(
            cls,
            nb_man: Any,
            kernel_name: str,
            *,
            task: NotebookTask,
            scratch: Path,
            env: dict[str, str],
            watch: _Watch,
            start_timeout: int,
            execution_timeout: int | None,
            **_: Any,
        ) -> Any:
            watch.notebook = nb_man.nb

            def begin(cell: Any, cell_index: int) -> None:
                watch.cell = cell_index
                if task.progress:
                    with Path(task.progress).open("ab") as stream:
                        stream.write(b".")

            options = manager_options(scratch)
            kind = ForkedKernelManager if task.template else OrdinaryKernelManager
            manager = type(kind.__name__, (kind,), {"template": task.template})
            client = PapermillNotebookClient(
                nb_man,
                km=manager(kernel_name="python3", **options),
                timeout=execution_timeout,
                startup_timeout=start_timeout,
                record_timing=False,
                shutdown_kernel="immediate",
                on_cell_start=begin,
                log=logging.getLogger("oso_analysis.runner"),
            )
            # The manager is made here only to set its options; the client must end it.
            client.owns_km = True
            return client.execute(env=env, cwd=os.path.join(task.root, "notebooks"))  # noqa: PTH118

    papermill_engines.register(_ENGINE, OsoEngine)
