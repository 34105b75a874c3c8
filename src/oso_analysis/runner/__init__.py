"""Notebooks to published editions: execution, incremental rebuilds, safe publication.

Modules here are imported one by one where they are needed, because a run that finds everything up
to date must answer before pandas or papermill could even be imported.
"""
