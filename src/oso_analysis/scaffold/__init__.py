"""Start a project of the same shape for another review."""

from __future__ import annotations

from oso_analysis.scaffold.start import init_project
from oso_analysis.scaffold.templates import template_files, write_templates

__all__ = ["init_project", "template_files", "write_templates"]
