"""A new notebook has a name of its own, so that its exhibits have ids of their own."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from oso_analysis import exhibits
from oso_analysis.errors import InputError
from oso_analysis.explorer.saved import SAVED
from oso_analysis.notebooks import new, new_notebook
from oso_analysis.parameters import declarations
from oso_analysis.tables.extremes import find_extremes

TEMPLATE = json.loads(files("oso_analysis.notebooks").joinpath("template.json").read_text("utf-8"))


@pytest.fixture(autouse=True)
def unrun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new, "refresh_notebooks", lambda *_, **__: [])


@pytest.mark.parametrize("again", ["prices", "09_prices", "03_prices.ipynb"])
def test_a_name_that_is_taken_is_refused_under_any_number(project: Path, again: str) -> None:
    first = new_notebook(project, "prices", title="Prices")
    before = sorted((project / "notebooks").iterdir())
    with pytest.raises(InputError, match=rf"notebooks/{first.name}: is there already"):
        new_notebook(project, again, title="Prices again")
    assert sorted((project / "notebooks").iterdir()) == before


def test_names_that_differ_in_their_marks_alone_are_one(project: Path) -> None:
    new_notebook(project, "school_meals", title="Meals")
    with pytest.raises(InputError, match="is there already"):
        new_notebook(project, "school-meals", title="Meals")
    other = new_notebook(project, "school_meals_2", title="Meals")
    cells = json.loads(other.read_text("utf-8"))["cells"]
    assert "school-meals-2-by-theme" in "".join(cell["source"] for cell in cells)


def test_saved_exhibits_stay_the_last_chapter(project: Path) -> None:
    saved = project / SAVED
    saved.write_text("{}", encoding="utf-8")
    assert new_notebook(project, "prices", title="Prices").name == "03_prices.ipynb"
    assert new_notebook(project, "waste", title="Waste").name == "04_waste.ipynb"


def test_defaults_are_those_of_the_other_chapters(project: Path) -> None:
    for path in (project / "notebooks").glob("*.ipynb"):
        path.unlink()
    first = new_notebook(project, "prices", title="Prices")
    text = first.read_text("utf-8")
    assert "year_to: int | None = None" in text
    first.write_text(text.replace("year_to: int | None = None", "year_to: int | None = 2019"))
    other = new_notebook(project, "waste", title="Waste")
    found = declarations([first, other], project)
    assert found[other.name]["year_to"].default == found[first.name]["year_to"].default == 2019
    assert found[other.name]["themes"].default == []


@pytest.mark.parametrize("name", ["90_saved_exhibits", "saved_exhibits", "08_saved-exhibits.ipynb"])
def test_the_name_of_the_saved_exhibits_is_kept_for_them(project: Path, name: str) -> None:
    with pytest.raises(InputError, match="is the name of the notebook that the explorer saves to"):
        new_notebook(project, name, title="Mine")
    assert not (project / SAVED).exists()


@pytest.mark.parametrize(
    ("counts", "n_works", "said"),
    [
        ([3, 12, 1], 14, "Of the 14 included works (scope of this edition: all), the largest "
         "number (12) speak to Prices."),
        ([7, 7, 1], 14, "Of the 14 included works (scope of this edition: all), the largest "
         "number (7) speak to each of Learning and Prices."),
        ([0, 1, 0], 1, "The included work (scope of this edition: all) speaks to Prices."),
        ([0, 0, 0], 0, "No included work (scope of this edition: all) speaks to a theme."),
        ([0, 0, 0], 2, "No included work (scope of this edition: all) speaks to a theme."),
    ],
)  # fmt: skip
def test_the_template_says_what_its_counts_say(counts: list[int], n_works: int, said: str) -> None:
    """Its sentence and its alternative text, run as they stand on a table of our making."""
    table = pd.DataFrame({"theme": ["learning", "prices", "waste"], "n_works": counts})
    table["theme_label"] = ["Learning", "Prices", "Waste"]
    made: dict[str, Any] = {
        "exhibits": SimpleNamespace(
            prose=exhibits.prose, say=exhibits.say, figure=lambda *_, **kept: kept["alt_text"]
        ),
        "find_extremes": find_extremes,
        "count_facet": lambda *_: table,
        "plot_bars": lambda *_: None,
        "scope": SimpleNamespace(text="all", work_codes=None),
        "base": range(n_works),
        "review": SimpleNamespace(codebook=None),
        "reliability": SimpleNamespace(caveats=lambda _: ()),
        "SOURCE": "here",
    }
    code = ["".join(cell["source"]) for cell in TEMPLATE["cells"] if cell["cell_type"] == "code"]
    head, _, prose = code[2].rpartition("exhibits.prose(")
    exec(head, made)  # noqa: S102
    assert str(eval(f"exhibits.prose({prose}", made)) == said  # noqa: S307
    alt_text = eval(code[3], made)  # noqa: S307
    leads = said.partition("speak to ")[2].removeprefix("each of ").rstrip(".")
    assert (leads in alt_text) if n_works > 1 and any(counts) else True
    assert ("none speaks" in alt_text) == (not any(counts))
