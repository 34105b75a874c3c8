"""One report from all notebooks: numbered exhibits, references, and each format readers use."""

from oso_analysis.report.build import build_report

__all__ = ["build_report"]
