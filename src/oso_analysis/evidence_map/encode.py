"""The evidence map's record in the compact form that the page reads."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from oso_analysis.exhibits.csl import CSL_VARIABLES
from oso_analysis.figures.style import (
    NOT_STATED_COLOUR,
    OUTCOME_COLOURS,
    SECTOR_COLOURS,
    THEME_COLOURS,
)
from oso_analysis.report.citations import Reference, apa_references

__all__ = ["encode"]

#: Facets whose codes have colours of their own throughout the report.
_COLOURS = {
    "theme": THEME_COLOURS,
    "outcome": OUTCOME_COLOURS,
    "sector": SECTOR_COLOURS,
    "respondent_sector": SECTOR_COLOURS,
}
#: For every other facet: the nine sector colours, which were chosen to be told apart.
_PALETTE = tuple(dict.fromkeys(SECTOR_COLOURS.values()))
#: CSL variable to the page's name for it, for what the downloads hold.
_FIELDS = {"type": "type", **{variable: column for column, variable in CSL_VARIABLES.items()}}
#: References set at a time.
_BATCH = 500
#: What the page holds of an item, in the order of a saved file's columns.
_COLUMNS = (
    *("id", "submission_id", "paraphrase", "respondent", "respondent_id", "reference", "authors"),
    *("year", *_FIELDS.values(), "consultation", "held_by", "source_url", "n_records"),
)


def encode(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record column by column, with codes as places in their facet's list.

    Works come in the order of their APA references, set by the report's citation processor;
    segments as they are. A reference is a list of texts, plain and italic in turn.

    Raises
    ------
    RunError
        If the citation processor fails or loses a work.
    """
    return {
        "scope": record["scope"],
        "materials": [_material(material) for material in record["materials"]],
    }


def _material(material: Mapping[str, Any]) -> dict[str, Any]:
    items = list(material["items"])
    if material["id"] == "works":
        items = _works(items)
    facets = material["facets"]
    # Notebooks are stored with sorted keys, so every order of keys is made here.
    present = {name for item in items for name in item}
    return {
        **_pick(material, "id", "title", "rows", "columns", "source"),
        "units": [_pick(unit, "id", "singular", "plural", "key") for unit in material["units"]],
        "facets": [_facet(facet) for facet in facets],
        "size": len(items),
        # A column nobody has a value for is left out.
        "columns_of_items": {
            name: [item.get(name) for item in items] for name in _COLUMNS if name in present
        },
        "codes": {facet["id"]: _places(facet, items) for facet in facets},
    }


def _pick(record: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: record[key] for key in keys}


def _places(facet: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return each item's codes as places in the facet's list; a single one as a bare number."""
    place = {code["code"]: at for at, code in enumerate(facet["codes"])}
    lists = [[place[code] for code in item["codes"][facet["id"]]] for item in items]
    return [codes[0] if len(codes) == 1 else codes for codes in lists]


def _facet(facet: Mapping[str, Any]) -> dict[str, Any]:
    own = _COLOURS.get(facet["id"])
    colours = iter(_PALETTE)
    codes = []
    for code in facet["codes"]:
        if code["is_empty"]:
            colour: str | None = NOT_STATED_COLOUR
        else:
            colour = own.get(code["code"]) if own else next(colours, None)
        named = _pick(code, "code", "label", "definition", "is_empty")
        codes.append({**named, "colour": colour})
    return {
        **_pick(facet, "id", "label", "shows_gaps", "caveats"),
        "codes": codes,
        # Where colours run out, two codes would look the same: the page offers no split by them.
        "can_split": len(codes) > 1 and all(code["colour"] for code in codes),
    }


def _works(items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    by_id = {item["id"]: item for item in items}
    csl = [
        {key: value for key, value in item.items() if key not in {"codes", "n_records"}}
        for item in items
    ]
    return [_work(by_id[key], _pieces(inlines)) for key, inlines in _references(csl)]


def _references(csl: Sequence[Mapping[str, Any]]) -> list[Reference]:
    """Set references in batches, for the citation processor's time grows faster than their number.

    Works that begin with the same name stay together, because only they are told apart from one
    another (by initials, or letters behind the year).
    """
    if len(csl) <= _BATCH:
        return apa_references(csl)
    batches: list[list[Mapping[str, Any]]] = [[]]
    for _, group in groupby(sorted(csl, key=_first_name), key=_first_name):
        alike = list(group)
        if len(batches[-1]) + len(alike) > _BATCH:
            batches.append([])
        batches[-1] += alike
    return [reference for batch in batches if batch for reference in apa_references(batch)]


def _first_name(item: Mapping[str, Any]) -> str:
    first = item["author"][0] if item.get("author") else {}
    name = first.get("family") or first.get("literal") or item["title"]
    plain = unicodedata.normalize("NFKD", name)
    return "".join(char for char in plain if char.isalnum() or char == " ").casefold()


def _work(item: Mapping[str, Any], reference: list[str]) -> dict[str, Any]:
    work: dict[str, Any] = {"id": item["id"], "reference": reference}
    names = [
        name.get("literal") or f"{name['family']}, {name['given']}"
        for name in item.get("author", ())
    ]
    if names:
        work["authors"] = names
    if "issued" in item:
        work["year"] = item["issued"]["date-parts"][0][0]
    work |= {name: item[key] for key, name in _FIELDS.items() if key in item}
    work["n_records"] = item["n_records"]
    work["codes"] = item["codes"]
    return work


def _pieces(inlines: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a reference as texts, plain and italic in turn; its link is left to the page."""
    runs = [
        (italic, "".join(text for text, _ in group))
        for italic, group in groupby(_runs(inlines, italic=False), key=lambda run: run[1])
    ]
    if runs and runs[0][0]:
        runs.insert(0, (False, ""))
    texts = [text for _, text in runs]
    texts[-1:] = [text.rstrip() for text in texts[-1:]]
    return texts


def _runs(inlines: Any, *, italic: bool) -> list[tuple[str, bool]]:
    runs: list[tuple[str, bool]] = []
    for piece in inlines:
        kind, content = piece["t"], piece.get("c")
        if kind == "Str":
            runs.append((str(content), italic))
        elif kind in {"Space", "SoftBreak", "LineBreak"}:
            runs.append((" ", italic))
        elif kind == "Emph":
            runs += _runs(content, italic=not italic)
        elif kind == "Quoted":
            left, right = ("“", "”") if content[0]["t"] == "DoubleQuote" else ("‘", "’")
            runs += [(left, italic), *_runs(content[1], italic=italic), (right, italic)]
        elif kind == "Link":
            # A DOI or address is printed from the work's own field; other linked words stay.
            words = _runs(content[1], italic=italic)
            if not "".join(text for text, _ in words).startswith(("http://", "https://")):
                runs += words
        elif kind in {"Span", "Cite"}:
            runs += _runs(content[1], italic=italic)
        elif isinstance(content, str):
            runs.append((content, italic))
        elif isinstance(content, list):
            runs += _runs([part for part in content if isinstance(part, dict)], italic=italic)
    return runs
