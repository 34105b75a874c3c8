"""Each change of docs/how-to/your-own-review.md, made in a started project without the library."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from oso_analysis.figures.style import NOT_STATED_COLOUR, theme_colours
from oso_analysis.inspection import inspect_project
from oso_analysis.notebooks import check_notebooks, refresh_notebooks
from oso_analysis.review import load_review
from oso_analysis.scope import scope_review
from oso_analysis.tables.challenges import cross_decisions_services
from oso_analysis.tables.themes import count_facet

Command = Callable[..., int]


def after(path: Path, line: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(line) == 1, line
    path.write_text(text.replace(line, line + new), encoding="utf-8", newline="\n")


def add(path: Path, *rows: str) -> None:
    with path.open("a", encoding="utf-8", newline="\n") as stream:
        stream.write("".join(f"{row}\n" for row in rows))


def problems(project: Path) -> str:
    return "\n".join(map(str, inspect_project(project).problems))


def drawn(project: Path, notebook: str, identity: str) -> list[dict[str, object]]:
    cells = json.loads((project / "notebooks" / notebook).read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        for output in cell.get("outputs", []):
            record = output.get("data", {}).get("application/vnd.oso-analysis.exhibit+json")
            if record and record["id"] == identity:
                names = [item["name"] for item in record["data"]["schema"]]
                return [dict(zip(names, row, strict=True)) for row in record["data"]["rows"]]
    raise AssertionError(identity)


def test_a_theme(project: Path, command: Command) -> None:
    coding = project / "data/literature/coding.csv"
    after(
        project / "data/codebook.yaml",
        "    definition: Attendance, attention and attainment.\n",
        "  waste:\n    label: Food waste\n    definition: What is left over.\n",
    )
    add(coding, "database-0001,coder_1,abstract,theme,waste")
    assert "templates/coding.xlsx: is not what description and codebook say now" in (
        problems(project)
    )
    assert command("templates") == 0
    assert command("data-dictionary") == 0
    assert "templates" not in problems(project)
    review = load_review(project)
    scope = scope_review(review)
    counts = count_facet(scope.work_codes, "theme", scope.works["work_id"], review.codebook)
    assert counts.set_index("theme_label").loc["Food waste", "n_works"] == 1
    assert theme_colours(review.codebook["theme"])["waste"] != NOT_STATED_COLOUR


def test_a_sector(project: Path) -> None:
    after(
        project / "data/codebook.yaml",
        "  health: {label: Health, service: health services}\n",
        "  transport: {label: Transport, service: transport}\n",
    )
    add(
        project / "data/literature/coding.csv",
        "database-0001,coder_1,abstract,sector,transport",
    )
    review = load_review(project)
    scope = scope_review(review)
    base = scope.works["work_id"]
    sectors = count_facet(scope.work_codes, "sector", base, review.codebook)
    assert sectors.set_index("sector").loc["transport", "n_works"] == 1
    services = cross_decisions_services(scope.work_codes, base, review.codebook)
    assert "Transport" in set(services["service_label"])


def test_a_data_file(project: Path) -> None:
    table = project / "data" / "prices.csv"
    table.write_text("year,price\n2023,3.10\n2024,3.35\n", encoding="utf-8")
    assert "data/prices.csv: is described nowhere, so nothing reads it" in problems(project)
    descriptor = project / "data" / "datapackage.json"
    package = json.loads(descriptor.read_text(encoding="utf-8"))
    package["resources"].append(
        {
            "name": "prices",
            "path": "prices.csv",
            "title": "Prices",
            "description": "One row is the price of a meal in a year.",
            "schema": {
                "fields": [
                    {"name": "year", "type": "year", "constraints": {"required": True}},
                    {"name": "price", "type": "number", "unit": "GBP"},
                ],
                "primaryKey": "year",
            },
        }
    )
    descriptor.write_text(json.dumps(package), encoding="utf-8")
    assert load_review(project).tables["prices"]["price"].tolist() == [3.10, 3.35]
    assert "data/prices.csv" not in problems(project)
    add(table, "2024,3.50")
    assert "repeats the key of row 3" in problems(project)


def test_a_notebook(project: Path, command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("notebooks", "new", "waste", "--title", 'What is "left"') == 0
    assert "made notebooks/08_waste.ipynb" in capsys.readouterr().out
    (check,) = check_notebooks(project, ["08_waste"])
    assert check.good
    assert check.n_exhibits == 1
    assert "08_waste" not in problems(project)
    text = (project / "notebooks" / "08_waste.ipynb").read_text(encoding="utf-8")
    cells = json.loads(text)["cells"]
    # The report has one place for the chapter, "waste", and another for its exhibit.
    assert 'id="waste-by-theme"' in text.replace("\\", "")
    assert "".join(cells[0]["source"]).startswith('# What is "left"\n')
    assert "parameters" in cells[1]["metadata"]["tags"]
    assert drawn(project, "08_waste.ipynb", "waste-by-theme")
    assert command("notebooks", "new", "08_waste", "--title", "Again") == 2
    assert command("notebooks", "new", "Food Waste", "--title", " ") == 2
    said = capsys.readouterr().err
    assert "notebooks/08_waste.ipynb: is there already" in said
    assert "did you mean 'food_waste'" in said
    assert "'--title': ' ' must not be empty" in said


def test_an_edition(project: Path) -> None:
    from oso_analysis.editions import read_editions
    from oso_analysis.runner.command import select

    after(
        project / "editions.yaml",
        "      countries: [GB]\n",
        "  cost:\n    title: Cost\n    description: Works on cost.\n"
        "    parameters: {themes: [cost]}\n",
    )
    assert "cost" in read_editions(project).editions
    assert "edition" not in problems(project)
    assert select(project, ["cost"])[0].parameters == {"themes": ["cost"]}


@pytest.mark.slow
def test_a_review_with_one_coder_and_other_words(project: Path) -> None:
    """No second coder, no code "none", one outcome: every table still has something to say."""
    for name in ("literature/coding", "literature/screening", "consultation/relevance"):
        keep_first(project / "data" / f"{name}.csv")
    keep_first(project / "data/consultation/segments.csv", outcome="healthier_meals")
    keep_first(project / "data/literature/coding.csv", without="none")
    book = project / "data/codebook.yaml"
    lines = book.read_text(encoding="utf-8").splitlines(keepends=True)
    dropped = ("  none:", "  wider_access:", "  stable_funding:")
    book.write_text("".join(line for line in lines if not line.startswith(dropped)), "utf-8")
    stored = refresh_notebooks(project, ["04_challenges", "05_consultation_themes"], jobs=2)
    assert [changed for _, changed in stored] == [True, True]
    rows = drawn(project, "05_consultation_themes.ipynb", "solutions-by-outcome")
    assert {row["outcome"] for row in rows} == {"healthier_meals", "not_stated"}


def keep_first(path: Path, *, outcome: str | None = None, without: str | None = None) -> None:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    who = "coder" if "coder" in rows[0] else "reviewer"
    kept = [r for r in rows if r[who].endswith("_1") and r.get("code") != (without or "")]
    if outcome:
        kept = [r | {"outcome": outcome if r["outcome"] == outcome else ""} for r in kept]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)
