"""Make a new project's notebooks and data description from this project's own.

The project's `notebooks/` and `data/datapackage.json` are the single source. What they say of this
one review is put into neutral words by `words.yaml`; the result is kept as package data, because a
wheel holds the package only. Maintainers run ``python -m oso_analysis.scaffold.generalise`` in the
project after editing a notebook or the description; a test fails until they do.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

__all__ = ["generalise", "generalise_notebook", "generalise_package", "main"]

_DROPPED = ("records_",)
#: As the new project's LICENSE says of its invented data.
_LICENCE = {
    "name": "CC0-1.0",
    "title": "CC0 1.0 Universal",
    "path": "https://creativecommons.org/publicdomain/zero/1.0/",
}


def main() -> None:
    """Write the generated files into the package of the checkout that this is run in."""
    from oso_analysis.project import find_root

    target = Path(str(files("oso_analysis.scaffold"))) / "project"
    for name, content in generalise(find_root()).items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(content)


def generalise(root: Path) -> dict[str, bytes]:
    """Return the generated files of a new project, by path.

    Parameters
    ----------
    root : Path
        This project.

    Returns
    -------
    dict of str to bytes
        The report's notebooks without outputs, `data/datapackage.json`, `data/geographies.csv`.
    """
    words = yaml.safe_load(files("oso_analysis.scaffold").joinpath("words.yaml").read_text("utf-8"))
    made = {}
    for path in sorted((root / "notebooks").glob("0[0-7]_*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        neutral = generalise_notebook(notebook, path.stem, words)
        made[f"notebooks/{path.name}"] = _json(neutral, indent=1, sort_keys=True)
    descriptor = json.loads((root / "data/datapackage.json").read_text(encoding="utf-8"))
    package = generalise_package(descriptor, words["package"])
    shipped = files("oso_analysis.scaffold").joinpath("project")
    for resource in package["resources"]:
        # A table for which nobody has invented rows yet comes empty.
        name = f"data/{resource['path']}"
        if "schema" in resource and not shipped.joinpath(name).is_file():
            header = ",".join(spec["name"] for spec in resource["schema"]["fields"])
            made[name] = f"{header}\n".encode()
    made["data/datapackage.json"] = _json(package, indent=2, sort_keys=False)
    made["data/geographies.csv"] = (root / "data/geographies.csv").read_bytes()
    return made


def _json(content: Any, *, indent: int, sort_keys: bool) -> bytes:
    text = json.dumps(content, ensure_ascii=False, indent=indent, sort_keys=sort_keys)
    return (text + "\n").encode("utf-8")


def generalise_notebook(
    notebook: Mapping[str, Any], name: str, words: Mapping[str, Any]
) -> dict[str, Any]:
    """Return a notebook without outputs, in words that fit any review."""
    own = words["cells"].get(name, {})
    cells = []
    for cell in notebook["cells"]:
        source = own.get(cell["id"]) or "".join(cell["source"])
        for before, after in words["replace"]:
            source = source.replace(before, after)
        kept = {**cell, "source": source.splitlines(keepends=True)}
        if cell["cell_type"] == "code":
            kept |= {"outputs": [], "execution_count": None}
        cells.append(kept)
    return {**notebook, "cells": cells}


def generalise_package(descriptor: Mapping[str, Any], words: Mapping[str, Any]) -> dict[str, Any]:
    """Return a data description with the same tables, for invented data."""
    licences = [_LICENCE]
    common = {"origin": words["origin"], "created": words["month"], "licenses": licences}
    resources = []
    for resource in descriptor["resources"]:
        name = resource["name"]
        if name.startswith(_DROPPED):
            continue
        texts = words["descriptions"]
        made = {**resource, **(common if name != "geographies" else {})}
        made["title"] = words["titles"].get(name, resource["title"])
        made["description"] = texts.get(name, resource["description"])
        if "schema" in resource:
            fields = [
                {**spec, "description": texts.get(f"{name}.{spec['name']}", spec["description"])}
                for spec in resource["schema"]["fields"]
            ]
            made["schema"] = {**resource["schema"], "fields": fields}
            if "facetLabels" in made["schema"]:
                made["schema"]["facetLabels"] = words["facets"]
        resources.append(made)
        if name == "geographies":
            blank = "An absent field means that the export did not hold it."
            resources += [
                {**item, "blank": blank, "encoding": "utf-8", "role": "records", **common}
                for item in words["records"]
            ]
    facts = {key: words[key] for key in ("name", "title", "description", "version", "created")}
    # Who made this project's data made none of the new one's.
    kept = {key: value for key, value in descriptor.items() if key != "contributors"}
    own = {"licenses": licences, "limits": list(words["limits"]), "resources": resources}
    return {**kept, **facts, **own}


if __name__ == "__main__":
    main()
