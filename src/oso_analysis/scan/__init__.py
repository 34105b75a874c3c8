"""Looks for personal data in every output: text, attributes, metadata, archives and file names."""

from oso_analysis.scan.search import (
    FINDING_COLUMNS,
    UNREADABLE,
    require_clean,
    require_none,
    scan_bytes,
    scan_paths,
)

__all__ = [
    "FINDING_COLUMNS",
    "UNREADABLE",
    "require_clean",
    "require_none",
    "scan_bytes",
    "scan_paths",
]
