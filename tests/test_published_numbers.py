"""Published numbers, counted again from the data files with plain Python and none of our code.

The default edition keeps everything, so its published tables must equal these recounts.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

Row = dict[str, str]
Published = Callable[[str], list[Row]]


@pytest.fixture(scope="module")
def published(root: Path) -> Published:
    """The published table behind an exhibit, by the exhibit's id."""
    folder = root / "reports" / "update-2026"

    def read(exhibit: str) -> list[Row]:
        (path,) = [
            item
            for kind in ("tables", "figures")
            for item in (folder / kind).glob("*.csv")
            if item.stem.partition("-")[2] == exhibit
        ]
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    return read


def rows(data: Path, name: str) -> list[Row]:
    with (data / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def segments(data: Path) -> list[Row]:
    return [row for row in rows(data, "consultation/segments.csv") if row["coder"] == "coder_1"]


def by(table: Iterable[Row], key: str, value: str) -> dict[str, int]:
    return {row[key]: int(row[value]) for row in table}


def test_submissions_from_collected_to_coded(
    data: Path, published: Published, segments: list[Row]
) -> None:
    verdicts = [
        row["relevant"]
        for row in rows(data, "consultation/relevance.csv")
        if row["coder"] == "coder_1"
    ]
    stages = by(published("submissions-flow"), "stage", "n_submissions")
    assert stages["collected"] == len(rows(data, "consultation/submissions.csv")) == 140
    assert stages["relevant"] == verdicts.count("yes")
    assert stages["not_relevant"] == verdicts.count("no")
    assert stages["with_segments"] == len({row["submission_id"] for row in segments})


def test_submissions_by_sector_and_year(data: Path, published: Published) -> None:
    submissions = rows(data, "consultation/submissions.csv")
    sectors = by(published("submissions-by-sector"), "respondent_sector", "n_submissions")
    assert sectors == Counter(row["respondent_sector"] for row in submissions)
    years = by(published("submissions-by-year"), "year", "n_submissions")
    counted = Counter(row["year"] or "not_stated" for row in submissions)
    assert {year: n for year, n in years.items() if n} == counted
    assert years["not_stated"] == counted["not_stated"]


def test_issues_and_solutions_by_theme(published: Published, segments: list[Row]) -> None:
    table = published("issues-and-solutions")
    found = {(row["theme"], row["kind"]): int(row["n_segments"]) for row in table}
    counted = Counter((row["theme"], row["kind"]) for row in segments)
    assert {pair: n for pair, n in found.items() if n} == counted
    assert sum(found.values()) == len(segments)
    submissions = defaultdict(set)
    for row in segments:
        submissions[row["theme"], row["kind"]].add(row["submission_id"])
    assert {
        (row["theme"], row["kind"]): int(row["n_submissions"])
        for row in table
        if int(row["n_submissions"])
    } == {pair: len(ids) for pair, ids in submissions.items()}


def test_solutions_by_outcome(published: Published, segments: list[Row]) -> None:
    counted = Counter(
        row["outcome"] or "not_stated" for row in segments if row["kind"] == "solution"
    )
    assert by(published("solutions-by-outcome"), "outcome", "n_segments") == counted


def test_themes_by_sector(data: Path, published: Published, segments: list[Row]) -> None:
    sector = {
        row["submission_id"]: row["respondent_sector"]
        for row in rows(data, "consultation/submissions.csv")
    }
    pairs = {(row["theme"], sector[row["submission_id"]], row["submission_id"]) for row in segments}
    counted = Counter((theme, place) for theme, place, _ in pairs)
    found = {
        (row["theme"], row["respondent_sector"]): int(row["n_submissions"])
        for row in published("themes-by-sector")
        if int(row["n_submissions"])
    }
    assert found == counted


def test_records_by_search(data: Path, published: Published) -> None:
    folder = data / "literature/records"
    marks = {
        ".ris": r"(?m)^TY  - ",
        ".bib": r"(?m)^@",
        ".xml": r"<record>",
        ".json": r'(?m)^  "id":',
    }
    counted = {}
    for path in folder.iterdir():
        if path.suffix == ".csv":
            counted[path.name] = len(rows(folder, path.name))
        else:
            text = path.read_text(encoding="utf-8-sig")
            counted[path.name] = len(re.findall(marks[path.suffix], text))
    found = by(published("search-sources"), "source_file", "n_records")
    assert found.pop("total") == sum(counted.values()) == 990
    assert found == counted
    queries = Counter(row["records_file"] for row in rows(data, "literature/searches.csv"))
    table = by(published("search-sources"), "source_file", "n_queries")
    assert {name: n for name, n in table.items() if n and name != "total"} == queries


def test_titles_in_the_csl_search(data: Path, published: Published) -> None:
    items = json.loads((data / "literature/records/solicitation.json").read_text("utf-8"))
    (cell,) = [
        row
        for row in published("record-completeness")
        if (row["source_file"], row["field"]) == ("solicitation.json", "title")
    ]
    assert int(cell["n_with_field"]) == sum(bool(item.get("title")) for item in items)


def test_prisma_boxes_balance(published: Published) -> None:
    table = published("prisma-flow")
    n = {row["box"]: int(row["n"]) for row in table}
    leaving: dict[str, int] = defaultdict(int)
    for row in table:
        if row["role"] in {"main", "removed"} and row["parent"]:
            leaving[row["parent"]] += int(row["n"])
    units = {row["box"]: row["unit"] for row in table}
    for box, total in leaving.items():
        assert total == n[box], (box, units[box])


def test_screening_agreement(data: Path, published: Published) -> None:
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows(data, "literature/screening.csv"):
        said[row["record_id"]][row["reviewer"]] = row["decision"]
    pairs = [(one["reviewer_1"], one["reviewer_2"]) for one in said.values() if len(one) == 2]
    observed = sum(a == b for a, b in pairs) / len(pairs)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(first[code] * second[code] for code in first) / len(pairs) ** 2
    (row,) = [
        item
        for item in published("agreement-by-facet")
        if (item["material"], item["facet"]) == ("screening", "decision")
    ]
    assert int(row["n_units"]) == len(pairs)
    assert float(row["percent_agreement"]) == pytest.approx(100 * observed)
    assert float(row["kappa"]) == pytest.approx((observed - chance) / (1 - chance))


def test_conflicting_indicators(data: Path, published: Published) -> None:
    figures = rows(data, "indicators/indicators.csv")
    counted = Counter((row["indicator_id"], row["period"]) for row in figures)
    clashes = sum(n for n in counted.values() if n > 1)
    assert len(published("indicator-conflicts")) == clashes
    summary = published("indicator-summary")
    assert len(summary) == len({row["indicator_id"] for row in figures})
    assert sum(int(row["n_figures"]) for row in summary) == len(figures)


def test_every_exhibit_on_a_weak_code_carries_its_caveat(root: Path, published: Published) -> None:
    """A code is weak where Krippendorff's alpha is below 0.667; its exhibits must say so."""
    weak = defaultdict(set)
    for row in published("agreement-by-code"):
        # "Not stated" is no code: it is what stands where a coder gave none.
        if row["code"] != "not_stated" and row["alpha"] and float(row["alpha"]) < 0.667:
            weak[row["material"], row["facet"]].add(row["code"])
    assert weak
    folder = root / "reports" / "update-2026"
    listed = json.loads((folder / "exhibits.json").read_text("utf-8"))["exhibits"]
    checked = 0
    for exhibit in listed:
        if "coding.csv (coder_1)" not in exhibit["source"]:
            continue
        table = published(exhibit["id"])
        for (material, facet), codes in weak.items():
            if material == "literature" and any(row.get(facet) in codes for row in table):
                checked += 1
                assert any("0.667" in caveat for caveat in exhibit["caveats"]), exhibit["id"]
    assert checked
