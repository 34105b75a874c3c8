"""What is done once before the first notebook: all data are checked, and the review is loaded.

A template process does it, so every kernel forked from it finds the review in memory; `review`
gives it out only while the files are the same, and each notebook still reads, and so depends on,
the files it uses.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from oso_analysis.errors import InputError

if TYPE_CHECKING:
    from oso_analysis.review import Review

__all__ = ["check_data", "prepare_review"]


def check_data(root: Path) -> None:
    """Check all data of a project.

    Raises
    ------
    InputError
        All problems of all files; nothing should then run.
    """
    _load(root)


def prepare_review(root: str) -> None:
    """Check all data of a project and keep its review, derived parts and all, for kernels to come.

    Raises
    ------
    InputError
        As `check_data`.
    """
    review = _load(Path(root))
    if review is not None:
        # Asking for them is what makes them.
        _ = review.work_screening, review.work_codes


def _load(root: Path) -> Review | None:
    from oso_analysis.review import load_review
    from oso_analysis.schema import read_package

    try:
        # Notebooks can run on data of other shapes too; those are theirs to check.
        if "codebook" not in read_package(root / "data").resources:
            return None
        return load_review(root)
    except InputError as error:
        raise InputError(
            error.problems, f"{len(error.problems)} problem(s) with the data; nothing was run"
        ) from None
