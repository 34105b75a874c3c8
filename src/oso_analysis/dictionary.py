"""The data dictionary: the data package and the codebook as one page a reader can follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from oso_analysis.codebook import Codebook
from oso_analysis.schema import DataPackage, Resource

__all__ = ["render_dictionary"]

#: Facets of the codebook in the order a reader meets them, with the heading of each.
_FACET_TITLES = {
    "theme": "Themes",
    "outcome": "Outcomes",
    "kind": "Kinds of segment",
    "behaviour": "Behaviours",
    "design": "Study designs",
    "population": "Populations",
    "sector": "Sectors that act on a finding",
    "practice_decision": "Practice decisions",
    "respondent_sector": "Respondents' sectors",
    "decision": "Screening decisions",
    "exclusion_reason": "Reasons for exclusion",
}


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def _table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> list[str]:
    heads = list(header)
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return [*lines, ""]


def _allowed(spec: Mapping[str, Any]) -> str:
    rules = spec.get("constraints", {})
    parts = []
    if "codebook" in spec:
        title = _FACET_TITLES[spec["codebook"]]
        parts.append(f"codes of [{title}](#{_anchor(title)})")
    if "enum" in rules:
        parts.append(", ".join(f"`{value}`" for value in rules["enum"]))
    if "minimum" in rules or "maximum" in rules:
        parts.append(f"{rules.get('minimum', '…')} to {rules.get('maximum', '…')}")
    if "pattern" in rules:
        parts.append(f"matching `{rules['pattern']}`")
    parts += [
        f"filled where {column} is {', '.join(values)}"
        for column, values in spec.get("requiredWhen", {}).items()
    ]
    parts += [
        f"blank unless {column} is {', '.join(values)}"
        for column, values in spec.get("onlyWhen", {}).items()
    ]
    return "; ".join(parts)


def _anchor(title: str) -> str:
    return "".join(c for c in title.lower().replace(" ", "-") if c.isalnum() or c == "-")


def _resource(resource: Resource) -> list[str]:
    about = resource.descriptor
    licences = ", ".join(f"[{item['name']}]({item['path']})" for item in about.get("licenses", []))
    lines = [f"### {about.get('title', resource.name)}", "", f"`data/{resource.paths[0]}`", ""]
    lines += [f"{about.get('description', '')}", ""]
    facts = [("Origin", about.get("origin")), ("Date", about.get("created"))]
    facts += [("Licence", licences), ("Blanks", about.get("blank"))]
    if resource.primary_key:
        facts.append(("Key", ", ".join(f"`{name}`" for name in resource.primary_key)))
    facts += [
        (
            "Refers to",
            f"`{', '.join(columns)}` is a `{', '.join(there)}` of `{target}`",
        )
        for columns, target, there in resource.foreign_keys
    ]
    lines += [f"- {name}: {value}" for name, value in facts if value]
    lines.append("")
    if resource.is_table:
        lines += _table(
            ("column", "meaning", "type", "unit", "may be blank", "allowed"),
            (
                (
                    f"`{spec['name']}`",
                    spec.get("description", ""),
                    spec.get("type", "string"),
                    spec.get("unit", ""),
                    "no" if spec.get("constraints", {}).get("required") else "yes",
                    _allowed(spec),
                )
                for spec in resource.fields
            ),
        )
    return lines


def render_dictionary(package: DataPackage, codebook: Codebook) -> str:
    """Render the data dictionary.

    Parameters
    ----------
    package : DataPackage
        The described files.
    codebook : Codebook
        The codes that the files use.

    Returns
    -------
    str
        Markdown: what limits the data, then every file with the meaning of a row, a blank and each
        column, then every code with its label and definition.
    """
    lines = ["# Data dictionary", "", str(package.descriptor.get("description", "")), ""]
    lines += ["This page is rendered from `data/datapackage.json` and `data/codebook.yaml`.", ""]
    lines += ["## Limits of the data", "", *(f"- {limit}" for limit in package.limits), ""]
    lines += ["## Files", ""]
    for resource in package.resources.values():
        lines += _resource(resource)
    lines += ["## Codes", ""]
    for name, facet in codebook.facets.items():
        lines += [f"### {_FACET_TITLES[name]}", ""]
        extra = sorted({key for code in facet.values() for key in code.attributes})
        lines += _table(
            ("code", "label", "definition", *extra),
            (
                (
                    f"`{code.code}`",
                    code.label,
                    code.definition,
                    *(code.attributes.get(key) or "–" for key in extra),
                )
                for code in facet.values()
            ),
        )
    return "\n".join(lines).rstrip() + "\n"
