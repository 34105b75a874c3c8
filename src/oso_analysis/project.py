"""Where a project is: the folder that holds `data/datapackage.json`."""

from __future__ import annotations

import os
from pathlib import Path

from oso_analysis.errors import InputError, Problem, require_kind

__all__ = ["CHECKED", "MARKER", "chapters", "find_root"]

#: The file that marks a project's folder.
MARKER = Path("data", "datapackage.json")
#: In the environment of a notebook's kernel, names the project whose data were all checked before.
CHECKED = "OSO_ANALYSIS_CHECKED"
#: How the name of the guided tour begins, which is no chapter.
_TOUR = "00_"


def find_root(start: Path | str | None = None) -> Path:
    """Return the project's folder: `start` (by default the working directory) or one above it.

    Raises
    ------
    InputError
        If `start` does not exist, or no folder upwards holds `data/datapackage.json`.
    """
    rule = "must be the path of a project's folder"
    require_kind("root", start, (str, os.PathLike, type(None)), rule)
    here = Path(start or ".").resolve()
    # A slip in a path must not find, further up, the project that was not meant.
    if not here.exists():
        raise InputError([Problem("does not exist", file=str(here))], "there is no project there")
    for folder in (here, *here.parents):
        if (folder / MARKER).is_file():
            return folder
    rule = (
        f"is not in a project: no folder from here upwards holds {MARKER.as_posix()}; change to "
        "the project's folder first (cd), or start a project with `oso-analysis init`"
    )
    raise InputError([Problem(rule, file=str(here))], "there is no project here")


def chapters(root: Path) -> list[Path]:
    """Return the notebooks a report is made of, in order: all in `notebooks/` but the tour."""
    found = (root / "notebooks").glob("*.ipynb")
    return sorted(path for path in found if not path.name.startswith(_TOUR))
