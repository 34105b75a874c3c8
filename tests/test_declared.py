"""What the project's chapters declare is taken over by what is made for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from oso_analysis.declared import agreed, declared, take_over

OWN = "year_to: int | None = None  # The last year. [1990..2026]\nthemes: list[str] = []  # Themes."


def chapter(root: Path, name: str, source: str | list[str], **changes: Any) -> None:
    (root / "notebooks").mkdir(exist_ok=True)
    tagged = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": source}
    text = {"cell_type": "markdown", "metadata": {}, "source": "# Title"}
    content = json.dumps({"cells": [text, tagged | changes]})
    (root / "notebooks" / name).write_text(content, encoding="utf-8")


def test_what_all_chapters_agree_on_is_taken_over(tmp_path: Path) -> None:
    chapter(
        tmp_path,
        "01_one.ipynb",
        ["year_to: int | None = 2019  # Year. [1990..2030]\n", "a: int = 1"],
    )
    chapter(tmp_path, "02_two.ipynb", "year_to: int|None = 2019  # In other words.\na: int = 2")
    assert sorted(agreed(tmp_path)) == ["year_to"]
    assert take_over(OWN, agreed(tmp_path)) == (
        "year_to: int | None = 2019  # Year. [1990..2030]\nthemes: list[str] = []  # Themes."
    )


def test_another_type_is_taken_over_too_and_the_tour_says_nothing(tmp_path: Path) -> None:
    chapter(tmp_path, "00_tour.ipynb", "year_to: int | None = 1999  # Year.")
    chapter(tmp_path, "01_one.ipynb", 'themes: list[str] = [\n    "a",\n    "b",\n]  # Both.')
    assert take_over(OWN, agreed(tmp_path)).splitlines() == [
        "year_to: int | None = None  # The last year. [1990..2026]",
        "themes: list[str] = [",
        '    "a",',
        '    "b",',
        "]  # Both.",
    ]


def test_the_same_in_other_words_keeps_its_own(tmp_path: Path) -> None:
    chapter(tmp_path, "01_one.ipynb", "year_to: int | None = None  # Year.")
    assert take_over(OWN, agreed(tmp_path)) == OWN


@pytest.mark.parametrize("source", ["year_to = ", "a: int = b", "a: int", "f(1)", "year_to = 2019"])
def test_what_cannot_be_read_declares_nothing(tmp_path: Path, source: str) -> None:
    chapter(tmp_path, "01_one.ipynb", source)
    assert take_over(OWN, agreed(tmp_path)) == OWN


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"cells": [null]}', '{"cells": [{}]}'])
def test_a_notebook_that_is_none_declares_nothing(tmp_path: Path, content: str) -> None:
    chapter(tmp_path, "01_one.ipynb", "year_to: int | None = 2019  # Year.")
    (tmp_path / "notebooks/02_two.ipynb").write_text(content, encoding="utf-8")
    assert list(agreed(tmp_path)) == ["year_to"]
    assert not declared("\0")
