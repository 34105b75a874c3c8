"""What `oso-analysis run` does, from words to outcomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path

from oso_analysis.editions import (
    EDITIONS_FILE,
    LIST_HINT,
    Edition,
    Editions,
    derive,
    grid,
    read_editions,
    scan_editions,
)
from oso_analysis.errors import InputError, Problem
from oso_analysis.parameters import resolve, resolve_axes
from oso_analysis.runner.build import Options, Outcome, build_editions, find_notebooks
from oso_analysis.runner.inputs import Digests
from oso_analysis.runner.publish import writing
from oso_analysis.runner.state import State
from oso_analysis.runner.workers import Place, local_workers

__all__ = ["run"]


def run(
    root: Path,
    names: Sequence[str] = (),
    *,
    every: bool = False,
    parameters: Sequence[str] = (),
    axes: Sequence[str] = (),
    jobs: int = 1,
    engine: str = "warm",
    force: bool = False,
    explain: bool = False,
    timeout: int | None = None,
    scheduler: str | None = None,
    reports: Path | None = None,
) -> list[Outcome]:
    """Build the editions asked for; see ``oso-analysis run --help``.

    Raises
    ------
    InputError
        All problems with names, parameters, grid and notebooks, before anything runs.
    RunError
        If the project cannot be written to at all. What goes wrong with one edition is in its
        `Outcome`.
    """
    editions = select(root, names, every=every, parameters=parameters, axes=axes)
    options = Options(
        reports=reports or root / "reports",
        force=force,
        timeout=timeout,
        explain=print if explain else None,
    )
    outcomes = build_editions(root, editions, options, _workers(root, jobs, engine, scheduler))
    _remember_names(root)
    for outcome in outcomes:
        if outcome.error is None and not outcome.n_run and not outcome.assembled:
            print(f"{outcome.edition.name}: all is up to date")
    return outcomes


def _workers(
    root: Path, jobs: int, engine: str, scheduler: str | None
) -> Callable[[], AbstractContextManager[Place]]:
    if scheduler is None:
        return partial(local_workers, jobs, engine, root)
    from oso_analysis.runner.cluster import cluster_workers

    return partial(cluster_workers, scheduler, root)


def _remember_names(root: Path) -> None:
    """Store the editions' names, so that the next run need not parse YAML to know them."""
    digest = Digests(root)[EDITIONS_FILE]
    known = read_editions(root)
    with writing(".cache"):
        State(root).set_selection(
            {EDITIONS_FILE: digest, "default": known.default, "names": list(known.editions)}
        )


def select(
    root: Path,
    names: Sequence[str] = (),
    *,
    every: bool = False,
    parameters: Sequence[str] = (),
    axes: Sequence[str] = (),
) -> list[Edition]:
    """Return the editions that names, changed parameters and a grid describe.

    Raises
    ------
    InputError
        All problems at once.
    """
    notebooks = find_notebooks(root)
    problems: list[Problem] = []
    changes, spans = _pairs(parameters, "-p", problems), _pairs(axes, "--grid", problems)
    problems += [
        Problem("is given both as a parameter and as a grid axis", file=f"-p {name}")
        for name in sorted({*changes} & {*spans})
    ]
    if problems:
        raise InputError(problems, f"{len(problems)} problem(s) with the parameters")
    sound = _sound_editions(root, notebooks)
    try:
        editions = sound.select(names, every=every)
    except InputError as error:
        hint = f" ({LIST_HINT})" if changes or spans else ""
        raise InputError([replace(p, rule=p.rule + hint) for p in error.problems]) from None
    made = []
    for edition in editions:
        changed = edition
        if changes:
            values = resolve(root, notebooks, edition.parameters, texts=changes)
            merged = {name: value for own in values.values() for name, value in own.items()}
            changed = derive(edition, {name: merged[name] for name in changes})
        made.append(changed)
    if not spans:
        return made
    values_of = resolve_axes(root, notebooks, spans)
    return [combined for edition in made for combined in grid(edition, values_of)]


def _sound_editions(root: Path, notebooks: Sequence[Path]) -> Editions:
    """Return the project's editions; if the file is at fault, say what is wrong with all of it."""
    editions, problems = scan_editions(root)
    if not problems:
        return editions
    for edition in editions.editions.values():
        try:
            resolve(root, notebooks, edition.parameters, file=EDITIONS_FILE)
        except InputError as error:
            problems += error.problems
    raise InputError(problems)


def _pairs(texts: Sequence[str], option: str, problems: list[Problem]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name:
            problems.append(Problem("must be NAME=VALUE", file=option, value=text))
        elif not value.strip():
            rule = "has no value; `none` stands for not set, `[]` for an empty list"
            problems.append(Problem(rule, file=option, value=text))
        elif name in pairs:
            problems.append(Problem("is given twice", file=f"{option} {name}", value=value))
        pairs[name] = value
    return pairs
