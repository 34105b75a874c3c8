"""The evidence map page: one self-contained HTML file in which a reader explores the evidence base.

Notebooks hand over the data (`exhibits.evidence_map`); this room finds it in the executed notebooks
and writes the page. The page itself counts what its reader selects.
"""

from oso_analysis.evidence_map.build import build_evidence_map
from oso_analysis.evidence_map.find import find_evidence_map
from oso_analysis.evidence_map.page import (
    PAGE,
    render_evidence_map,
    save_page,
)

__all__ = [
    "PAGE",
    "build_evidence_map",
    "find_evidence_map",
    "render_evidence_map",
    "save_page",
]
