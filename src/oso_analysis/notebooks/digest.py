"""What stands for a notebook in the record of how a report was made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from oso_analysis.notebooks.execute import select_notebooks
from oso_analysis.runner.clean import source_digest

__all__ = ["digest_notebooks"]


def digest_notebooks(root: Path, names: Sequence[str] = ()) -> dict[str, str]:
    """Return the SHA-256 of each notebook's cells without outputs, as reports give it.

    Parameters
    ----------
    root : Path
        The project.
    names : sequence of str, optional
        Notebooks, by default all; with or without the folder and the suffix.

    Returns
    -------
    dict of str to str
        Path relative to the project, with forward slashes, to the digest; what goes into it is
        told by `oso_analysis.runner.clean.meaning`.

    Raises
    ------
    InputError
        If there is no such notebook, or it cannot be read as one.
    """
    found = select_notebooks(root, names)
    return {path.relative_to(root).as_posix(): source_digest(path) for path in found}
