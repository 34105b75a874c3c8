"""What is done once before the first notebook: all data are checked, and the review is loaded.

A template process does it, so every kernel forked from it finds the review in memory; `review`
gives it out only while the files are the same, and each notebook still reads, and so depends on,
the files it uses.
"""

from __future__ import annotations

from pathlib import Path

from oso_analysis.errors import InputError

__all__ = ["check_data"]


def check_data(root: Path | str) -> None:
    """Check all data of a project; what that takes stays in this process's memory.

    Raises
    ------
    InputError
        All problems of all files; nothing should then run.
    """
    from oso_analysis.review import load_review

    try:
        if _is_review(Path(root)):
            load_review(root)
    except InputError as error:
        count = len(error.problems)
        raise InputError(
            error.problems,
            f"the data have {count} problem{'' if count == 1 else 's'}; nothing was run, and what "
            "was published is as it was",
        ) from None


def _is_review(root: Path) -> bool:
    """Tell whether there is a review to check: notebooks can run on data of other shapes too."""
    from oso_analysis.schema import read_package

    try:
        return "codebook" in read_package(root / "data").resources
    except InputError:
        return True  # loading it says all that is wrong
