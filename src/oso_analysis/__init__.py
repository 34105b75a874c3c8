"""Reproducible tables, figures and reports from literature, consultations and indicators."""

__version__ = "0.1.0"
