"""What `oso-analysis run` does, from words to outcomes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

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
from oso_analysis.errors import InputError, Problem, RunError
from oso_analysis.parameters import Declared, declarations, resolve, resolve_axes
from oso_analysis.runner.build import Options, Outcome, build_editions, find_notebooks
from oso_analysis.runner.inputs import Digests
from oso_analysis.runner.publish import writing
from oso_analysis.runner.state import State
from oso_analysis.runner.workers import Place, local_workers
from oso_analysis.thresholds import find_subtractable, require_alike

__all__ = ["run", "select", "select_published"]


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
    known, editions, declared = _chosen(root, names, every, parameters, axes)
    for note in find_subtractable(known.editions.values(), declared, editions):
        print(f"note: {note}")
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
        All problems at once; or editions without a threshold where others have one.
    """
    return _chosen(root, names, every, parameters, axes)[1]


def _chosen(
    root: Path, names: Sequence[str], every: bool, parameters: Sequence[str], axes: Sequence[str]
) -> tuple[Editions, list[Edition], Declared]:
    """Return the project's editions, those that are asked for, and what notebooks declare."""
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
    declared = declarations(notebooks, root)
    if changes or spans:
        editions = _changed(root, editions, declared, changes, spans)
    require_alike(sound.editions.values(), declared, editions)
    return sound, editions, declared


def _changed(
    root: Path,
    editions: Sequence[Edition],
    declared: Declared,
    changes: Mapping[str, str],
    spans: Mapping[str, str],
) -> list[Edition]:
    changed = []
    for edition in editions:
        values = _merged(resolve(root, declared, edition.parameters, texts=changes))
        changed.append({name: values[name] for name in changes})
    axis_values = resolve_axes(root, declared, spans)
    free = _free(declared)
    return [
        combined
        for edition, values in zip(editions, changed, strict=True)
        for combined in grid(edition, axis_values, values, free=free)
    ]


def select_published(root: Path, name: str | None = None) -> Edition:
    """Return an edition of `editions.yaml` (the default one without a name), or a published one.

    What a published edition was derived from, and how, is in its `exhibits.json`.

    Raises
    ------
    InputError
        If there is no such edition, or it is derived from what is no edition or parameter now.
    RunError
        If what is published does not say what it was derived from.
    """
    notebooks = find_notebooks(root)
    known = _sound_editions(root, notebooks)
    record = root / "reports" / (name or "") / "exhibits.json"
    if name is None or name in known.editions or not record.is_file():
        return known.select([name] if name else [])[0]
    try:
        said = json.loads(record.read_bytes())["edition"]
        base, changes = said["derived_from"], dict(said["changes"])
    except (OSError, ValueError, KeyError, TypeError):
        raise RunError(
            f"reports/{name}/exhibits.json does not say what the edition was derived from; build "
            "it again with `oso-analysis run` and the parameters that its name shows"
        ) from None
    (edition,) = known.select([base or name])
    file = f"reports/{name}/exhibits.json"
    declared = declarations(notebooks, root)
    values = _merged(resolve(root, declared, {**edition.parameters, **changes}, file=file))
    changed = {name: values[name] for name in changes}
    return derive(edition, changed, free=_free(declared))


def _merged(values: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {name: value for own in values.values() for name, value in own.items()}


def _free(declared: Declared) -> set[str]:
    """Return the parameters that take any text."""
    every = [parameter for own in declared.values() for parameter in own.values()]
    return {one.name for one in every if one.scalar == "str" and one.legal is None}


def _sound_editions(root: Path, notebooks: Sequence[Path]) -> Editions:
    """Return the project's editions; if the file is at fault, say what is wrong with all of it."""
    editions, problems = scan_editions(root)
    if not problems:
        return editions
    try:
        declared = declarations(notebooks, root)
    except InputError as error:
        raise InputError([*problems, *error.problems]) from None
    for edition in editions.editions.values():
        try:
            resolve(root, declared, edition.parameters, file=EDITIONS_FILE)
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
