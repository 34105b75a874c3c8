"""REFI-QDA, the exchange format of coding tools: its names, and the export of our coding.

Source: "REFI-QDA: Exchange of processed data between qualitative data analysis software packages",
version 1.5 (25 September 2019), www.qdasoftware.org, MIT licence. Version 1.5 of the standard keeps
the namespaces and schemas of version 1.0.
"""

from __future__ import annotations

from oso_analysis.consultation.refi_qda.export import export_qdc, export_qdpx

__all__ = ["export_qdc", "export_qdpx"]
