"""The answer when nothing has changed, found with the standard library alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from oso_analysis.runner.inputs import Digests, changes, installed, lock_files
from oso_analysis.runner.state import State, tree_digests

__all__ = ["up_to_date"]


def up_to_date(root: Path, reports: Path, names: Sequence[str], *, every: bool) -> list[str]:
    """Return the editions asked for if all are published and current, else an empty list.

    Nothing is guessed: each file that was found to matter, each published file, and the installed
    packages are compared. Anything unusual is left to the run proper.
    """
    state, digests = State(root), Digests(root)
    known = state.selection()
    if not known or known["editions.yaml"] != digests["editions.yaml"]:
        return []
    wanted = known["names"] if every else list(names) or [known["default"]]
    if not wanted or not set(wanted) <= set(known["names"]):
        return []
    now, locks = installed(), lock_files(root)
    for name in wanted:
        record = state.edition(name)
        if (
            not record
            or record["installed"] != now
            or record["locks"] != locks
            or changes(record["inputs"], digests)
            or tree_digests(reports / name) != record["outputs"]
        ):
            return []
    return list(dict.fromkeys(wanted))
