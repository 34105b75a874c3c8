"""Find the evidence map's record in executed notebooks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from oso_analysis.errors import RunError
from oso_analysis.exhibits import EVIDENCE_MAP_MIME

__all__ = ["find_evidence_map"]


def find_evidence_map(executed: Sequence[Path]) -> Mapping[str, Any] | None:
    """Return the record of the evidence map that a notebook displays, None where none does.

    Parameters
    ----------
    executed : sequence of path
        Notebooks with their outputs.

    Raises
    ------
    RunError
        If more than one evidence map is displayed, or a notebook cannot be read.
    """
    found: list[tuple[str, Mapping[str, Any]]] = []
    for path in sorted(executed, key=lambda path: path.name):
        try:
            notebook = json.loads(path.read_text(encoding="utf-8"))
            outputs = [
                output.get("data", {})
                for cell in notebook["cells"]
                for output in cell.get("outputs", [])
            ]
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise RunError(
                f"{path.name}: cannot be read ({type(error).__name__}: {error})"
            ) from None
        found += [
            (path.name, data[EVIDENCE_MAP_MIME]) for data in outputs if EVIDENCE_MAP_MIME in data
        ]
    if len(found) > 1:
        names = ", ".join(name for name, _ in found)
        raise RunError(
            f"an edition has one evidence map, but these notebooks show one each: {names}"
        )
    return found[0][1] if found else None
