"""Works as CSL-JSON, the form every citation processor reads."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from oso_analysis.errors import require_columns
from oso_analysis.literature.languages import language_codes

__all__ = ["CSL_VARIABLES", "csl_items"]

#: Column of `works` to CSL variable, for text that is passed on as it is.
CSL_VARIABLES = {
    "title": "title",
    "container": "container-title",
    "volume": "volume",
    "issue": "issue",
    "pages": "page",
    "publisher": "publisher",
    "place": "publisher-place",
    "edition": "edition",
    "doi": "DOI",
    "isbn": "ISBN",
    "issn": "ISSN",
    "pmid": "PMID",
    "url": "URL",
    "language": "language",
}


def csl_items(works: pd.DataFrame) -> list[dict[str, Any]]:
    """Return one CSL-JSON item for each work, ordered by `work_id`.

    Parameters
    ----------
    works : pandas.DataFrame
        `work_id` and any of the bibliographic columns of `works`; `authors` is
        ``Family, Given; Family, Given``, a name without a comma is kept whole as a literal name.

    Returns
    -------
    list of dict
        CSL 1.0.2 items. A value that is missing has no key; a work without a title is titled
        "[No title given]", so that no reference loses its place in the list unseen.

    Raises
    ------
    InputError
        `work_id` is missing.
    """
    require_columns(works, ["work_id"], where="references")
    ordered = works.sort_values("work_id", kind="stable")
    return [_item(row) for row in ordered.to_dict("records")]


def _text(value: object) -> str | None:
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return None
    return str(value).strip() or None


def _item(row: dict[Any, Any]) -> dict[str, Any]:
    kind = _text(row.get("type")) or "document"
    item: dict[str, Any] = {"id": str(row["work_id"]), "type": kind}
    for column, variable in CSL_VARIABLES.items():
        value = _text(row.get(column))
        if value is not None:
            item[variable] = value
    item.setdefault("title", "[No title given]")
    if "language" in item:
        # Processors know ISO 639-1 only, and case titles by the language.
        item["language"] = next(iter(language_codes(item["language"])), item["language"])
    if "page" in item:
        item["page"] = re.sub(r"\s*[–—-]+\s*", "-", item["page"])
    names = [_name(name) for name in (_text(row.get("authors")) or "").split(";") if name.strip()]
    if names:
        item["author"] = names
    year = row.get("year")
    if year is not None and not pd.isna(year):
        item["issued"] = {"date-parts": [[int(year)]]}
    return item


def _name(name: str) -> dict[str, str]:
    family, comma, given = name.strip().partition(",")
    if not comma or not given.strip():
        return {"literal": family.strip()}
    return {"family": family.strip(), "given": given.strip()}
