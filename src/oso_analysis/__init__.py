"""Reproducible tables, figures and reports from literature, consultations and indicators.

>>> import oso_analysis as oso
>>> review = oso.load_review()          # doctest: +SKIP
>>> scope = oso.scope_review(review)    # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

#: The names an analyst needs first; each room is imported when it is first asked for, so that
#: `import oso_analysis` stays cheap.
_HOMES = {
    "deduplicate": "oso_analysis.literature.deduplicate",
    "exhibits": "oso_analysis.exhibits",
    "load_review": "oso_analysis.review",
    "read_codebook": "oso_analysis.codebook",
    "read_records": "oso_analysis.literature.readers",
    "scope_review": "oso_analysis.scope",
}

__all__ = [*sorted(_HOMES), "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        from oso_analysis.errors import nearest

        hint = nearest(name, _HOMES)
        more = f"; did you mean {hint!r}?" if hint else ""
        raise AttributeError(f"oso_analysis has no {name!r}{more}")
    home = import_module(_HOMES[name])
    return home if _HOMES[name].endswith(f".{name}") and name == "exhibits" else getattr(home, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
