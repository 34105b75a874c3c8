"""Whether a data package's descriptor is put together as the reading of it counts on."""

from __future__ import annotations

import json
from typing import Any

from oso_analysis.errors import Problem

__all__ = ["check_shapes"]


def check_shapes(descriptor: Any, file: str) -> list[Problem]:
    """Return where the descriptor has something else than what the rest of the reading counts on.

    JSON allows anything anywhere: a list for a name, a text for a resource.
    """
    resources = descriptor.get("resources", []) if isinstance(descriptor, dict) else None
    if not isinstance(resources, list):
        rule = "must be an object with a list of resources"
        return [Problem(rule, file, value=_short(descriptor))]
    problems = []
    for position, raw in enumerate(resources):
        place = f"resource {position + 1}"
        if not isinstance(raw, dict):
            rule = "must be an object with a name and a path"
            problems.append(Problem(rule, file, None, place, _short(raw)))
            continue
        if not isinstance(name := raw.get("name", place), str):
            rule = "must be a text"
            problems.append(Problem(rule, file, None, f"{place}, name", _short(name)))
        paths = raw.get("path", [])
        if not isinstance(paths, str) and not _is_list_of(paths, str):
            rule = "must be a path or a list of paths"
            problems.append(Problem(rule, file, None, f"{place}, path", _short(paths)))
        schema = raw.get("schema", {})
        if not isinstance(schema, dict) or not _are_fields(schema.get("fields", [])):
            rule = "must be an object with a list of fields, each an object, its type a text"
            problems.append(Problem(rule, file, None, f"{place}, schema", _short(schema)))
    return problems


def _are_fields(value: object) -> bool:
    return (
        isinstance(value, list)
        and all(isinstance(item, dict) for item in value)
        and all(isinstance(item.get("type", ""), str) for item in value)
    )


def _is_list_of(value: object, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)


def _short(value: object) -> str:
    """Return a value as JSON writes it, cut to what a message should hold."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:60]}…"
