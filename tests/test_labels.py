"""A review's facets are called what the review calls them, wherever they are printed."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import oso_analysis as oso
from oso_analysis import exhibits
from oso_analysis.labels import facet_labels, search_labels
from oso_analysis.reliability import measure_reliability
from oso_analysis.review import Review
from oso_analysis.schema import DataPackage


@pytest.fixture(scope="module")
def renamed(root: Path) -> Callable[[dict[str, str] | None], Review]:
    """Give this review other names of facets, or none."""

    def rename(names: dict[str, str] | None) -> Review:
        review = oso.load_review(root)
        resources = copy.deepcopy(dict(review.package.resources))
        schema = resources["coding"].descriptor["schema"]
        schema.pop("facetLabels")
        if names is not None:
            schema["facetLabels"] = names
        package = DataPackage(review.package.root, review.package.descriptor, resources)
        return replace(review, package=package)

    return rename


def test_a_review_names_its_facets_or_gets_general_words(
    renamed: Callable[[dict[str, str] | None], Review], root: Path
) -> None:
    assert facet_labels(oso.load_review(root).package)["theme"] == "Issue area"
    assert facet_labels(renamed(None).package) == {"theme": "Theme", "behaviour": "Form"}
    package = renamed({"behaviour": "Weg"}).package
    assert facet_labels(package, {"design": "Design"}) == {
        "design": "Design",
        "theme": "Theme",
        "behaviour": "Weg",
    }


def test_searches_of_one_title_are_told_apart(root: Path) -> None:
    package = oso.load_review(root).package
    assert search_labels(package)["solicitation.json"] == "Solicitation"
    resources = copy.deepcopy(dict(package.resources))
    for resource in resources.values():
        if resource.paths[0].endswith((".ris", ".json")):
            resource.descriptor["title"] = "Records: a database"
    labels = search_labels(DataPackage(package.root, package.descriptor, resources))
    assert labels["solicitation.json"] == "A database (solicitation.json)"
    assert len(set(labels.values())) == len(labels)


@pytest.mark.parametrize(
    ("names", "theme", "behaviour"),
    [(None, "Theme", "Form"), ({"theme": "Domaine", "behaviour": "Weg"}, "Domaine", "Weg")],
)
def test_the_words_of_one_review_are_not_those_of_another(
    renamed: Callable[[dict[str, str] | None], Review],
    names: dict[str, str] | None,
    theme: str,
    behaviour: str,
) -> None:
    review = renamed(names)
    scope = oso.scope_review(review)
    reliability = measure_reliability(review, n_draws=20)
    page = exhibits.evidence_map(review, scope, reliability).record
    labels = [{item["id"]: item["label"] for item in made["facets"]} for made in page["materials"]]
    assert [made["theme"] for made in labels] == [theme, theme]
    assert labels[0]["behaviour"] == behaviour
    assert labels[1]["kind"] == "Issue / Possible solution"

    explorer = oso.explore(review, by="theme", across="behaviour")
    assert explorer.options["by"]["theme"] == theme
    assert f"{theme.lower()} and {behaviour.lower()}" in explorer.cell.title
    explorer.choose(counting="segments", by="theme", across="respondent_sector")
    assert "issue area" not in explorer.cell.source.lower()

    measured = reliability.table
    whole = measured[measured["code"].isna()].set_index(["material", "facet"])["label"]
    assert whole["literature", "behaviour"] == behaviour
