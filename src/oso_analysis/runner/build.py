"""Build editions: run what must run, assemble, publish; one edition's failure stops no other."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oso_analysis.editions import (
    EDITIONS_FILE,
    PACKAGE_CODE,
    Edition,
    EditionInfo,
    is_notebook,
)
from oso_analysis.errors import InputError, OsoError, Problem, RunError
from oso_analysis.imprint import read_imprint
from oso_analysis.parameters import declarations, resolve
from oso_analysis.project import MARKER, chapters
from oso_analysis.runner.assemble import AssembleTask, assemble
from oso_analysis.runner.clean import source_digest
from oso_analysis.runner.execute import Failure, NotebookResult, NotebookTask, run_notebook
from oso_analysis.runner.inputs import Digests, changes, data_inputs, installed, lock_files
from oso_analysis.runner.past import Past
from oso_analysis.runner.progress import Progress
from oso_analysis.runner.publish import hold, publish, recover, staging, writing
from oso_analysis.runner.state import State, tree_digests
from oso_analysis.runner.versions import direct_versions, versions
from oso_analysis.runner.workers import Place
from oso_analysis.thresholds import disclosure_words

__all__ = ["Options", "Outcome", "build_editions", "find_notebooks"]

_POLL = 0.1
_RUNNER = "package:runner/"


@dataclass(frozen=True)
class Options:
    """How to build.

    Attributes
    ----------
    reports : Path
        Where editions are published.
    force : bool
        Run everything, whatever is known from earlier runs.
    timeout : int or None
        Seconds one cell may take.
    remember : bool
        Whether to keep what this run finds out for later ones.
    explain : callable or None
        Called with one line for each notebook: why it runs or not.
    """

    reports: Path
    force: bool = False
    timeout: int | None = None
    remember: bool = True
    explain: Callable[[str], None] | None = None


@dataclass
class Outcome:
    """What became of one edition: published, or why not."""

    edition: Edition
    error: OsoError | None = None
    #: Whether its report was assembled anew.
    assembled: bool = False
    #: Notebooks that ran for it, and those whose earlier result was used.
    n_run: int = 0
    n_reused: int = 0


@dataclass
class _Job:
    """One notebook with one set of parameters, shared by all editions that need it."""

    name: str
    parameters: dict[str, Any]
    key: str
    #: The stored result, once there is one.
    result: str | None = None
    read: dict[str, str | None] = field(default_factory=dict)
    failure: Failure | OsoError | None = None
    #: How long it took, last time or now; unknown is long.
    seconds: float = math.inf

    @property
    def done(self) -> bool:
        return self.result is not None or self.failure is not None


@dataclass
class _Plan:
    """One edition with its jobs and all parameters' values."""

    edition: Edition
    jobs: list[_Job]
    parameters: dict[str, Any]
    outcome: Outcome


def find_notebooks(root: Path) -> list[Path]:
    """Return the notebooks a report is made of; see `project.chapters`.

    Raises
    ------
    InputError
        If there are none.
    """
    found = chapters(root)
    if not found:
        raise InputError([Problem("holds no notebooks to run", file="notebooks")])
    return found


def build_editions(
    root: Path,
    editions: Sequence[Edition],
    options: Options,
    place: Callable[[], contextlib.AbstractContextManager[Place]],
) -> list[Outcome]:
    """Bring editions up to date.

    Parameters
    ----------
    root : Path
        The project.
    editions : sequence of Edition
    options : Options
    place : callable
        Opens the workers; called only if something must run, and at once if everything must: what
        is checked first then is checked while they start.

    Returns
    -------
    list of Outcome
        In the order of `editions`; failures are in them, not raised.

    Raises
    ------
    InputError
        All problems with parameters and notebooks, before anything runs.
    RunError
        If the project cannot be written to at all.
    """
    with contextlib.ExitStack() as stack:
        opened = stack.enter_context(place()) if options.force else None
        build = _Build(root, editions, options)
        return build.run(place if opened is None else lambda: contextlib.nullcontext(opened))


class _Build:
    def __init__(self, root: Path, editions: Sequence[Edition], options: Options) -> None:
        self._root = root
        self._options = options
        self._state = State(root)
        self._digests = Digests(root)
        self._notebooks = find_notebooks(root)
        self._versions = versions()
        self._past = Past(root, self._digests, self._versions)
        self._direct_versions = direct_versions()
        self._package = _read_package(root)
        self._imprint = read_imprint(root / "data", self._package)
        self._started = time.time_ns()
        self._jobs: dict[str, _Job] = {}
        self._meanings = {path.name: source_digest(path) for path in self._notebooks}
        self._plans = self._make_plans(editions)

    # Planning

    def _make_plans(self, editions: Sequence[Edition]) -> list[_Plan]:
        declared = declarations(self._notebooks, self._root)
        problems: list[Problem] = []
        plans = []
        for edition in editions:
            try:
                values = resolve(self._root, declared, edition.parameters, file=EDITIONS_FILE)
            except InputError as error:
                problems += [problem for problem in error.problems if problem not in problems]
                continue
            jobs = []
            for name, own in values.items():
                changed = {k: v for k, v in own.items() if v != declared[name][k].default}
                jobs.append(self._job(name, changed))
            merged = {k: v for own in values.values() for k, v in own.items()}
            plans.append(_Plan(edition, jobs, merged, Outcome(edition)))
        if problems:
            raise InputError(
                problems, f"{len(problems)} problem(s) with the editions; nothing was run"
            )
        return plans

    def _job(self, name: str, parameters: dict[str, Any]) -> _Job:
        what = json.dumps([name, self._meanings[name], parameters], sort_keys=True)
        key = hashlib.sha256(what.encode("utf-8")).hexdigest()
        if key not in self._jobs:
            self._jobs[key] = job = _Job(name, parameters, key)
            self._look_up(job)
        return self._jobs[key]

    def _look_up(self, job: _Job) -> None:
        entries = self._state.results(job.key)
        job.seconds = max((entry.get("seconds", 0.0) for entry in entries), default=math.inf)
        for entry in [] if self._options.force else entries:
            if not self._past.differences(entry):
                job.result, job.read = entry["result"], entry["read"]
                return

    # Running

    def run(self, place: Callable[[], contextlib.AbstractContextManager[Place]]) -> list[Outcome]:
        with contextlib.ExitStack() as stack:
            for plan in self._plans:
                try:
                    stack.enter_context(hold(self._options.reports, plan.edition.name))
                    recover(self._options.reports, plan.edition.name)
                except RunError as error:
                    plan.outcome.error = error
            active = [plan for plan in self._plans if plan.outcome.error is None]
            self._say_why(active)
            waiting = [plan for plan in active if not self._is_published(plan)]
            current = [plan for plan in active if plan not in waiting]
            # No notebook reads a file that nothing describes, and yet it is a problem of the data.
            if waiting or not all(map(self._is_checked, current)):
                with place() as workers:
                    workers.check()
                    if waiting:
                        self._work(waiting, workers)
            for plan in current:
                # Remembering files that were written anew makes the next answer quick.
                record = self._state.edition(plan.edition.name)
                self._remember(plan, record["assembled_from"], record["outputs"])
        return [plan.outcome for plan in self._plans]

    def _say_why(self, plans: Sequence[_Plan]) -> None:
        if self._options.explain is None:
            return
        for plan in plans:
            published = self._state.edition(plan.edition.name).get("jobs", {})
            for job in plan.jobs:
                verb = "up to date"
                if not job.done:
                    verb = f"runs, because {self._reason(job, published.get(job.name))}"
                self._options.explain(f"{plan.edition.name}: {job.name}: {verb}")

    def _reason(self, job: _Job, published: Mapping[str, Any] | None) -> str:
        if self._options.force:
            return "everything was asked for"
        return self._past.reason(self._made_of(job), published, self._state.results(job.key))

    def _made_of(self, job: _Job) -> dict[str, Any]:
        return {"cells": self._meanings[job.name], "parameters": job.parameters}

    def _is_published(self, plan: _Plan) -> bool:
        """Tell whether the published folder is what this plan would make."""
        if self._options.force or not all(job.done for job in plan.jobs):
            return False
        plan.outcome.n_reused = len(plan.jobs)
        record = self._state.edition(plan.edition.name)
        folder = self._options.reports / plan.edition.name
        return (
            record.get("made_from") == self._made_from(plan)
            and not changes(record["assembled_from"], self._digests)
            and tree_digests(folder) == record["outputs"]
        )

    def _is_checked(self, plan: _Plan) -> bool:
        """Tell whether `data/` is what it was when an edition was last found or made good."""
        before = self._state.edition(plan.edition.name)["inputs"]
        now = data_inputs(self._root)
        return all(key in before for key in now) and not changes(
            {key: digest for key, digest in before.items() if key.startswith("data/")},
            self._digests,
        )

    def _work(self, plans: list[_Plan], workers: Place) -> None:
        todo = [job for job in self._jobs.values() if not job.done and _wanted(job, plans)]
        # The longest first, so that none of them begins when the others end.
        todo.sort(key=lambda job: -job.seconds)
        missing = {job.key for job in todo}
        for plan in plans:
            plan.outcome.n_run = sum(job.key in missing for job in plan.jobs)
            plan.outcome.n_reused = len(plan.jobs) - plan.outcome.n_run
        ready = [plan for plan in plans if all(job.done for job in plan.jobs)]
        waiting = [plan for plan in plans if plan not in ready]
        cells = self._cells(todo)
        folder = workers.scratch / "progress"
        folder.mkdir()
        running: dict[Future[Any], _Job | _Plan] = {}
        with Progress(
            folder, cells=sum(cells), notebooks=len(todo), editions=len(plans)
        ) as progress:
            while todo or ready or running:
                # What can be published goes first: it frees its place and shows results early.
                while (ready or todo) and len(running) < workers.slots:
                    item = ready.pop(0) if ready else todo.pop(0)
                    running[self._submit(item, workers, progress)] = item
                done, _ = wait(running, timeout=_POLL, return_when=FIRST_COMPLETED)
                for future in done:
                    finished = running.pop(future)
                    if isinstance(finished, _Job):
                        self._finish_job(finished, future, progress)
                    else:
                        self._finish_edition(finished, future, progress)
                for plan in [p for p in waiting if all(job.done for job in p.jobs)]:
                    waiting.remove(plan)
                    failed = [job for job in plan.jobs if job.failure is not None]
                    if failed:
                        plan.outcome.error = _as_error(failed)
                        progress.edition(f"{plan.edition.name}: failed")
                    else:
                        ready.append(plan)
                progress.refresh([_title(item) for item in running.values()])

    def _cells(self, jobs: Sequence[_Job]) -> list[int]:
        sizes = {path.name: len(json.loads(path.read_bytes())["cells"]) for path in self._notebooks}
        return [sizes[job.name] + bool(job.parameters) for job in jobs]

    def _submit(self, item: _Job | _Plan, workers: Place, progress: Progress) -> Future[Any]:
        if isinstance(item, _Job):
            item.seconds = time.monotonic()
            task = NotebookTask(
                root=str(self._root),
                name=item.name,
                parameters=item.parameters,
                template=workers.template,
                sockets=str(workers.scratch),
                progress=str(workers.scratch / "progress" / item.key),
                timeout=self._options.timeout,
                checked=True,
            )
            return workers.executor.submit(run_notebook, task)
        out = staging(self._options.reports, item.edition.name)
        return workers.executor.submit(
            assemble,
            AssembleTask(
                root=str(self._root),
                info=self._info(item),
                executed={job.name: str(self._state.content(str(job.result))) for job in item.jobs},
                out=str(out),
                scratch=str(workers.scratch),
                before={} if self._options.force else self._state.edition(item.edition.name),
                # With several editions, the other workers have these to see to.
                helper=workers.helper if len(self._plans) == 1 and workers.slots > 1 else None,
            ),
        )

    def _finish_job(self, job: _Job, future: Future[Any], progress: Progress) -> None:
        try:
            with writing("temporary files"):
                result: NotebookResult = future.result()
        except OsoError as error:
            job.failure = RunError(f"notebooks/{job.name}: {error}")
            progress.notebook(job.name, "failed")
            return
        job.failure, job.read = result.failure, result.read
        job.seconds = time.monotonic() - job.seconds
        if job.failure is not None:
            with writing(".cache"):
                kept = self._state.folder / "failed" / job.name
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_bytes(result.content)
            progress.notebook(job.name, "failed")
            return
        with writing(".cache"):
            job.result = self._state.store(result.content)
            # A file written while the notebook ran may or may not be what it read.
            if self._options.remember and not self._changed(job.read):
                entry = {
                    "read": job.read,
                    "versions": self._versions,
                    "result": job.result,
                    "seconds": round(job.seconds, 3),
                }
                self._state.add_result(job.key, entry)
        progress.notebook(job.name, "done")

    def _changed(self, keys: Iterable[str]) -> bool:
        return any(self._digests.changed_since(key, self._started) for key in keys)

    def _finish_edition(self, plan: _Plan, future: Future[Any], progress: Progress) -> None:
        name = plan.edition.name
        try:
            with writing("temporary files"):
                read: dict[str, str | None] = future.result()
            outputs = tree_digests(self._options.reports / f".{name}.new")
            publish(self._options.reports, name)
        except OsoError as error:
            plan.outcome.error = error
            progress.edition(f"{name}: failed")
            return
        plan.outcome.assembled = True
        self._remember(plan, read, outputs)
        where = f" in {self._options.reports.name}/{name}" if self._options.remember else ""
        progress.edition(f"{name}: {'published' if where else 'rebuilt'}{where}")

    # What is remembered

    def _info(self, plan: _Plan) -> EditionInfo:
        # What runs the notebooks does not make the numbers; naming it would make every report
        # differ after every change to the runner.
        inputs = {
            key.replace("package:", PACKAGE_CODE): digest
            for job in plan.jobs
            for key, digest in job.read.items()
            if digest is not None and not key.endswith("/") and not key.startswith(_RUNNER)
        }
        # One that another reads is there with its bytes, outputs included; see `EditionInfo`.
        inputs |= {key: source_digest(self._root / key) for key in inputs if is_notebook(key)}
        inputs |= {f"notebooks/{name}": digest for name, digest in self._meanings.items()}
        return EditionInfo(
            name=plan.edition.name,
            title=plan.edition.title,
            description=plan.edition.description,
            parameters=plan.parameters,
            disclosure=disclosure_words(plan.edition, plan.parameters),
            inputs=dict(sorted(inputs.items())),
            versions=self._direct_versions,
            limits=tuple(self._package.get("limits", ())),
            date=str(self._package.get("created", ""))[:10],
            imprint=self._imprint,
            base=plan.edition.base,
            changes=plan.edition.changes,
        )

    def _made_from(self, plan: _Plan) -> str:
        results = [[job.name, job.result] for job in plan.jobs]
        what = repr([self._info(plan), results]).encode("utf-8")
        return hashlib.sha256(what).hexdigest()

    def _remember(
        self, plan: _Plan, read: Mapping[str, str | None], outputs: Mapping[str, str]
    ) -> None:
        inputs = dict(read)
        for job in plan.jobs:
            inputs |= job.read
        notebooks = ("notebooks/", *(f"notebooks/{name}" for name in self._meanings))
        for key in (EDITIONS_FILE, *notebooks, *data_inputs(self._root)):
            inputs[key] = self._digests[key]
        if not self._options.remember or self._changed(inputs):
            return
        with writing(".cache"):
            self._state.set_edition(
                plan.edition.name,
                {
                    "made_from": self._made_from(plan),
                    "assembled_from": dict(read),
                    "inputs": inputs,
                    "installed": installed(),
                    "locks": lock_files(self._root),
                    "jobs": {
                        job.name: {
                            **self._made_of(job),
                            "read": job.read,
                            "versions": self._versions,
                        }
                        for job in plan.jobs
                    },
                    "outputs": dict(outputs),
                },
            )


def _read_package(root: Path) -> dict[str, Any]:
    try:
        found = json.loads((root / MARKER).read_bytes())
    except ValueError as error:
        raise InputError([Problem(f"is not JSON ({error})", file=MARKER.as_posix())]) from None
    return found if isinstance(found, dict) else {}


def _wanted(job: _Job, plans: Sequence[_Plan]) -> bool:
    return any(job is other for plan in plans for other in plan.jobs)


def _title(item: _Job | _Plan) -> str:
    return item.name if isinstance(item, _Job) else f"{item.edition.name} (report)"


def _as_error(failed: Sequence[_Job]) -> RunError:
    """Return one screen about failed notebooks: the first in full, the others by name."""
    first, *others = failed
    parts = [str(first.failure)]
    if others:
        parts.append("Also failed: " + ", ".join(job.name for job in others))
    parts.append(
        f"The notebook as far as it came is in .cache/oso-analysis/failed/{first.name}. "
        "The published report was left as it was."
    )
    return RunError("\n".join(parts))
