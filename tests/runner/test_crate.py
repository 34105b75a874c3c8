"""The crate's structure, checked against RO-Crate 1.1 without its validators' web access."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from oso_analysis.editions import EditionInfo
from oso_analysis.imprint import Agent, Imprint, Licence, read_imprint
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
    imprint=Imprint(
        title="A review",
        authors=(Agent("Käthe Weiß"), Agent("Jean-François Müller", url="https://example.org/jf")),
        publishers=(Agent("A centre", is_organisation=True),),
        licences=(Licence("CC0 1.0 Universal", "https://example.org/cc0"), Licence("House terms")),
    ),
)
#: Who wrote the program says nothing of who wrote a report made with it.
MAKERS = {"@type": "Organization", "name": "oso-analysis maintainers"}

Crate = tuple[Path, dict[str, dict[str, Any]]]


@pytest.fixture
def crate(tmp_path: Path) -> Crate:
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


def test_people_who_share_an_address_are_not_one(tmp_path: Path) -> None:
    url = 'https://example.org/"><b>'
    imprint = Imprint(
        authors=(Agent("Ann", url=url), Agent("Bob", url=url)),
        publishers=(Agent("University", is_organisation=True, url=url),),
    )
    write_crate(replace(INFO, imprint=imprint), tmp_path)
    graph = {
        entity["@id"]: entity
        for entity in json.loads((tmp_path / CRATE).read_text(encoding="utf-8"))["@graph"]
    }
    root = graph["./"]
    assert [graph[one["@id"]]["name"] for one in root["author"]] == ["Ann", "Bob"]
    assert graph[root["publisher"]["@id"]]["@type"] == "Organization"
    assert {graph[one["@id"]]["url"] for one in root["author"]} == {
        "https://example.org/%22%3E%3Cb%3E"
    }


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
    assert [graph[item["@id"]]["name"] for item in root["license"]] == [
        "CC0 1.0 Universal",
        "House terms",
    ]


def named(graph: dict[str, dict[str, Any]], role: str) -> Iterator[tuple[str, str]]:
    """Yield type and name of those whom the root names in a role."""
    found = graph["./"].get(role, [])
    for item in found if isinstance(found, list) else [found]:
        yield graph[item["@id"]]["@type"], graph[item["@id"]]["name"]


def test_authors_and_publisher_are_the_projects(crate: Crate) -> None:
    _, graph = crate
    people = [("Person", "Käthe Weiß"), ("Person", "Jean-François Müller")]
    assert list(named(graph, "author")) == people
    assert list(named(graph, "publisher")) == [("Organization", "A centre")]
    program = graph["#oso-analysis"]["author"]["@id"]
    assert graph[program] == {"@id": program, **MAKERS}


def test_what_a_project_does_not_say_is_not_made_up(tmp_path: Path) -> None:
    write_crate(replace(INFO, imprint=Imprint()), tmp_path)
    content = json.loads((tmp_path / CRATE).read_text(encoding="utf-8"))["@graph"]
    graph = {entity["@id"]: entity for entity in content}
    assert not {"author", "publisher"} & set(graph["./"])
    # The specification wants a licence, which then says that none is known.
    assert list(named(graph, "license")) == [("CreativeWork", "No licence is stated")]


def test_this_projects_crate_names_who_made_it(root: Path, tmp_path: Path) -> None:
    descriptor = json.loads((root / "data/datapackage.json").read_text(encoding="utf-8"))
    write_crate(replace(INFO, imprint=read_imprint(root / "data", descriptor)), tmp_path)
    content = json.loads((tmp_path / CRATE).read_text(encoding="utf-8"))["@graph"]
    graph = {entity["@id"]: entity for entity in content}
    for role in ("author", "publisher"):
        # Not the authors of the 2019 report, who made none of this.
        assert list(named(graph, role)) == [(MAKERS["@type"], MAKERS["name"])]
    licence = graph[graph["./"]["license"]["@id"]]
    assert licence == {
        "@id": "https://creativecommons.org/licenses/by/4.0/",
        "@type": "CreativeWork",
        "name": "Creative Commons Attribution 4.0 International",
    }


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
    assert {e["name"]: e["sha256"] for e in used if "sha256" in e} == {
        name: digest for name, digest in INFO.inputs.items() if not name.endswith(".ipynb")
    }
    values = {e["name"]: e["value"] for e in used if e["@type"] == "PropertyValue"}
    assert values == {"year_to": "null", "countries": '["GB"]', "style": "plain"}
    program = graph[action["instrument"]["@id"]]
    assert program["softwareVersion"] == "0.1.0"
    needed = {graph[item["@id"]]["name"] for item in program["softwareRequirements"]}
    assert needed == {"python", "pandas"}


def test_a_notebook_s_digest_is_not_given_for_that_of_its_file(crate: Crate) -> None:
    _, graph = crate
    notebook = graph["#input/notebooks/1.ipynb"]
    assert "sha256" not in notebook
    cells = graph[notebook["identifier"]["@id"]]
    assert cells["@type"] == "PropertyValue"
    assert cells["value"] == INFO.inputs["notebooks/1.ipynb"]
    assert "without outputs" in cells["name"]


def test_the_action_names_the_command_that_builds_the_edition(tmp_path: Path) -> None:
    for info, command in (
        (INFO, "oso-analysis run one"),
        (
            replace(INFO, name="one--year_to=2022", base="one", changes={"year_to": 2022}),
            "oso-analysis run one -p year_to=2022",
        ),
    ):
        write_crate(info, tmp_path)
        graph = json.loads((tmp_path / CRATE).read_text(encoding="utf-8"))["@graph"]
        (action,) = [entity for entity in graph if entity["@type"] == "CreateAction"]
        assert action["description"] == command


def test_the_same_folder_gives_the_same_crate(crate: Crate) -> None:
    folder, _ = crate
    before = (folder / CRATE).read_bytes()
    write_crate(INFO, folder)
    assert (folder / CRATE).read_bytes() == before
