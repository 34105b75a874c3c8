"""The provenance of an edition as an RO-Crate 1.1: what it was made from, with what, into what.

Specification: https://www.researchobject.org/ro-crate/specification/1.1/. Inputs are not copied
into the crate, so they are described as entities with a path in the project and a SHA-256
(notebooks with that of their cells alone, which is no `sha256` of a file); what the edition's
folder holds is listed as its parts. Dates are the data's, never the clock's; authors, publishers
and licences are the project's, and what it does not say is left out.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import quote

from oso_analysis.editions import NOTEBOOK_HASH, EditionInfo, is_notebook
from oso_analysis.imprint import Agent, Licence
from oso_analysis.runner.typed import typed_command

__all__ = ["CRATE", "write_crate"]

CRATE = "ro-crate-metadata.json"
_SPECIFICATION = "https://w3id.org/ro/crate/1.1"
_PROGRAM = "#oso-analysis"
#: Signs that stand in web addresses as they are.
_IN_ADDRESSES = "%:/?#[]@!$&'()*+,;=~"
#: Who made the program, and nothing else in the crate.
_MAKERS = Agent("oso-analysis maintainers", is_organisation=True)
#: The specification wants a licence; this says that there is none to name.
_NO_LICENCE = {
    "@id": "#no-licence-stated",
    "@type": "CreativeWork",
    "name": "No licence is stated",
    "description": "The project names no licence in data/datapackage.json; ask its authors.",
}
#: Asked of a table of our own, because the system's differs between machines.
_TYPES = {
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".html": "text/html",
    ".ipynb": "application/x-ipynb+json",
    ".json": "application/json",
    ".md": "text/markdown",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}


def write_crate(info: EditionInfo, out: Path) -> None:
    """Describe a finished edition's folder in `out`/ro-crate-metadata.json."""
    files = sorted(
        path.relative_to(out).as_posix()
        for path in out.rglob("*")
        if path.is_file() and path.name != CRATE
    )
    parts = [_part(out, name, info) for name in files]
    inputs = [_input(key, digest) for key, digest in info.inputs.items()]
    cells = [_cells(key, digest) for key, digest in info.inputs.items() if is_notebook(key)]
    parameters = [_parameter(name, value) for name, value in info.parameters.items()]
    programs = [_program(name, version) for name, version in info.versions.items()]
    program = next(item for item in programs if item["@id"] == _PROGRAM)
    program["softwareRequirements"] = [
        {"@id": item["@id"]} for item in programs if item is not program
    ]
    agents = {*info.imprint.authors, *info.imprint.publishers, _MAKERS}
    urls = Counter(agent.url for agent in agents)
    authors, publishers, [makers] = (
        [_agent(agent, is_own=urls[agent.url] == 1) for agent in some]
        for some in (info.imprint.authors, info.imprint.publishers, [_MAKERS])
    )
    program["author"] = {"@id": makers["@id"]}
    licences = [_licence(licence) for licence in info.imprint.licences] or [_NO_LICENCE]
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": info.title,
        "description": info.description or info.title,
        "datePublished": info.date,
        "license": _one_or_all(licences),
        "author": _one_or_all(authors),
        "publisher": _one_or_all(publishers),
        "hasPart": _refer(parts),
        "mentions": {"@id": "#run"},
    }
    # One may be author and publisher; an entity is described once.
    named = {item["@id"]: item for item in (makers, *publishers, *authors, *licences)}
    graph = [
        {
            "@id": CRATE,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": _SPECIFICATION},
        },
        {key: value for key, value in root.items() if value is not None},
        *named.values(),
        {
            "@id": "#run",
            "@type": "CreateAction",
            "name": f"Build edition {info.name}",
            "description": typed_command(info.base or info.name, info.changes),
            "instrument": {"@id": _PROGRAM},
            "object": [*_refer(inputs), *_refer(parameters)],
            "result": _refer(parts),
        },
        *parts,
        *inputs,
        *cells,
        *parameters,
        *programs,
    ]
    text = json.dumps(
        {"@context": f"{_SPECIFICATION}/context", "@graph": graph}, ensure_ascii=False, indent=1
    )
    (out / CRATE).write_text(text + "\n", encoding="utf-8", newline="\n")


def _refer(entities: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [{"@id": entity["@id"]} for entity in entities]


def _one_or_all(
    entities: list[dict[str, Any]],
) -> dict[str, str] | list[dict[str, str]] | None:
    references = _refer(entities)
    return references[0] if len(references) == 1 else references or None


def _agent(agent: Agent, *, is_own: bool) -> dict[str, Any]:
    """Return an agent; an address that others have too (their university's) names none of them."""
    kind = "Organization" if agent.is_organisation else "Person"
    url = quote(agent.url, safe=_IN_ADDRESSES)
    identity = url if url and is_own else f"#agent/{quote(agent.name)}"
    entity = {"@id": identity, "@type": kind, "name": agent.name}
    return entity | {"url": url} if url and not is_own else entity


def _licence(licence: Licence) -> dict[str, Any]:
    identity = quote(licence.url, safe=_IN_ADDRESSES) or f"#licence/{quote(licence.name)}"
    return {"@id": identity, "@type": "CreativeWork", "name": licence.name}


def _part(out: Path, name: str, info: EditionInfo) -> dict[str, Any]:
    content = (out / name).read_bytes()
    path = Path(name)
    entity: dict[str, Any] = {
        "@id": quote(name),
        "@type": "File",
        "name": name,
        "contentSize": str(len(content)),
        "encodingFormat": _TYPES.get(path.suffix, "application/octet-stream"),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    if path.suffix == ".ipynb":
        entity["description"] = f"Executed notebook of edition {info.name}"
    return entity


def _input(key: str, digest: str) -> dict[str, Any]:
    # Not part of the crate: a contextual entity, whose identity may not look like a file of it.
    kind = "SoftwareSourceCode" if key.endswith((".py", ".ipynb")) else "CreativeWork"
    entity: dict[str, Any] = {"@id": f"#input/{quote(key)}", "@type": kind, "name": key}
    if is_notebook(key):
        return entity | {"identifier": {"@id": _cells(key, digest)["@id"]}}
    return entity | {"sha256": digest}


def _cells(key: str, digest: str) -> dict[str, Any]:
    return {
        "@id": f"#cells/{quote(key)}",
        "@type": "PropertyValue",
        "name": NOTEBOOK_HASH,
        "value": digest,
    }


def _parameter(name: str, value: Any) -> dict[str, Any]:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return {
        "@id": f"#parameter/{quote(name)}",
        "@type": "PropertyValue",
        "name": name,
        "value": text,
    }


def _program(name: str, version: str) -> dict[str, Any]:
    return {
        "@id": f"#{quote(name)}",
        "@type": "SoftwareApplication",
        "name": name,
        "softwareVersion": version,
        "version": version,
    }
