"""Build a published edition again and say where the two differ, if they do."""

from __future__ import annotations

from oso_analysis.verify.folders import compare_folders, verify_edition

__all__ = ["compare_folders", "verify_edition"]
