"""A new notebook has a name of its own, so that its exhibits have ids of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oso_analysis.errors import InputError
from oso_analysis.notebooks import new, new_notebook


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
