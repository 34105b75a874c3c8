"""The crate's structure, checked against RO-Crate 1.1 without its validators' web access."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from oso_analysis.editions import EditionInfo
from oso_analysis.runner.crate import CRATE, write_crate

INFO = EditionInfo(
    name="one",
    title="One",
    description="First.",
    parameters={"year_to": None, "countries": ["GB"], "style": "plain"},
    disclosure="Off.",
    inputs={"data/a b.csv": "1" * 64, "oso_analysis/x.py": "2" * 64, "notebooks/1.ipynb": "3" * 64},
    versions={"python": "3.11", "oso-analysis": "0.1.0", "pandas": "3.1.1"},
    date="2026-11-23",
)


@pytest.fixture
def crate(tmp_path: Path) -> tuple[Path, dict[str, dict[str, Any]]]:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables/a b.csv").write_text("x\n1\n", encoding="utf-8")
    (tmp_path / "index.html").write_text("<p>", encoding="utf-8")
    write_crate(INFO, tmp_path)
    content = json.loads((tmp_path / CRATE).read_text(encoding="utf-8"))
    assert set(content) == {"@context", "@graph"}
    assert content["@context"] == "https://w3id.org/ro/crate/1.1/context"
    identities = [entity["@id"] for entity in content["@graph"]]
    assert len(set(identities)) == len(identities)
    return tmp_path, {entity["@id"]: entity for entity in content["@graph"]}


Crate = tuple[Path, dict[str, dict[str, Any]]]


def test_descriptor_and_root(crate: Crate) -> None:
    _, graph = crate
    assert graph[CRATE]["@type"] == "CreativeWork"
    assert graph[CRATE]["about"] == {"@id": "./"}
    assert graph[CRATE]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    root = graph["./"]
    assert root["@type"] == "Dataset"
    assert root["datePublished"] == "2026-11-23"
    assert root["name"]
    assert root["description"]
    assert root["license"]["@id"] in graph


def test_every_file_is_a_part_with_its_hash(crate: Crate) -> None:
    folder, graph = crate
    parts = {unquote(part["@id"]) for part in graph["./"]["hasPart"]}
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert parts == files - {CRATE}
    for identity, entity in graph.items():
        if entity["@type"] == "File":
            content = (folder / unquote(identity)).read_bytes()
            assert entity["sha256"] == hashlib.sha256(content).hexdigest()
            assert entity["contentSize"] == str(len(content))


def test_every_reference_is_described(crate: Crate) -> None:
    _, graph = crate

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [value["@id"]] if set(value) == {"@id"} else []
        return [one for item in value for one in references(item)] if type(value) is list else []

    for entity in graph.values():
        for key, value in entity.items():
            for target in references(value) if key != "conformsTo" else []:
                assert target in graph, f"{entity['@id']}.{key} refers to {target}"


def test_the_action_names_inputs_parameters_and_program(crate: Crate) -> None:
    _, graph = crate
    action = graph["#run"]
    used = [graph[item["@id"]] for item in action["object"]]
    assert {e["name"]: e["sha256"] for e in used if "sha256" in e} == INFO.inputs
    values = {e["name"]: e["value"] for e in used if e["@type"] == "PropertyValue"}
    assert values == {"year_to": "null", "countries": '["GB"]', "style": "plain"}
    program = graph[action["instrument"]["@id"]]
    assert program["softwareVersion"] == "0.1.0"
    needed = {graph[item["@id"]]["name"] for item in program["softwareRequirements"]}
    assert needed == {"python", "pandas"}


def test_the_same_folder_gives_the_same_crate(crate: Crate) -> None:
    folder, _ = crate
    before = (folder / CRATE).read_bytes()
    write_crate(INFO, folder)
    assert (folder / CRATE).read_bytes() == before
