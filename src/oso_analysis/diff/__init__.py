"""What changed between two editions, or two versions of one: exhibit by exhibit, text by text."""

from __future__ import annotations

from oso_analysis.diff.compare import compare_editions
from oso_analysis.diff.model import SHOWN, Difference, EditionDiff, Move, Part, Wording
from oso_analysis.diff.page import render_html
from oso_analysis.diff.versions import Version, open_edition

__all__ = [
    "SHOWN",
    "Difference",
    "EditionDiff",
    "Move",
    "Part",
    "Version",
    "Wording",
    "compare_editions",
    "open_edition",
    "render_html",
]
