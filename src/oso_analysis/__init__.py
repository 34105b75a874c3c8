"""Reproducible tables, figures and reports from literature, consultations and indicators.

>>> import oso_analysis as oso
>>> review = oso.load_review()
>>> scope = oso.scope_review(review, year_to=2019)
>>> by_theme = oso.tables.count_facet(
...     scope.work_codes, "theme", scope.works["work_id"], review.codebook
... )
>>> explorer = oso.explore(review, by="theme")    # controls, in JupyterLab

The names below are all that most notebooks need; `help()` on any of them gives columns, units and
an example. `oso.tables` holds what counts, `oso.figures` what draws, `oso.exhibits` what records a
table or figure for the report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oso_analysis.lazy import lazy_names

if TYPE_CHECKING:
    from oso_analysis import exhibits, figures, tables
    from oso_analysis.codebook import read_codebook
    from oso_analysis.consultation.respondents import prepare_consultation
    from oso_analysis.errors import InputError
    from oso_analysis.explorer import explore, narrow_scope
    from oso_analysis.literature.deduplicate import deduplicate
    from oso_analysis.literature.readers import read_records
    from oso_analysis.reliability import measure_reliability
    from oso_analysis.review import load_review
    from oso_analysis.scope import scope_review

__version__ = "0.1.0"

__all__ = [
    "InputError",
    "__version__",
    "deduplicate",
    "exhibits",
    "explore",
    "figures",
    "load_review",
    "measure_reliability",
    "narrow_scope",
    "prepare_consultation",
    "read_codebook",
    "read_records",
    "scope_review",
    "tables",
]

#: Where each name is defined; each room is imported when it is first asked for.
_HOMES = {
    "InputError": "oso_analysis.errors",
    "deduplicate": "oso_analysis.literature.deduplicate",
    "exhibits": "oso_analysis.exhibits",
    "explore": "oso_analysis.explorer",
    "figures": "oso_analysis.figures",
    "load_review": "oso_analysis.review",
    "measure_reliability": "oso_analysis.reliability",
    "narrow_scope": "oso_analysis.explorer",
    "prepare_consultation": "oso_analysis.consultation.respondents",
    "read_codebook": "oso_analysis.codebook",
    "read_records": "oso_analysis.literature.readers",
    "scope_review": "oso_analysis.scope",
    "tables": "oso_analysis.tables",
}

__getattr__, _ = lazy_names(__name__, _HOMES)


def __dir__() -> list[str]:
    return sorted(__all__)
