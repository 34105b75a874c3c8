"""Editing notebooks safely: check what moved, store outputs that diff well, start a new one."""

from __future__ import annotations

from oso_analysis.notebooks.check import NotebookCheck, check_notebooks, summarise
from oso_analysis.notebooks.compare import Finding, Tolerance, compare_notebooks
from oso_analysis.notebooks.digest import digest_notebooks
from oso_analysis.notebooks.new import new_notebook
from oso_analysis.notebooks.refresh import refresh_notebooks

__all__ = [
    "Finding",
    "NotebookCheck",
    "Tolerance",
    "check_notebooks",
    "compare_notebooks",
    "digest_notebooks",
    "new_notebook",
    "refresh_notebooks",
    "summarise",
]
