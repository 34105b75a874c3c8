"""Suggestions: what was meant is named, and nothing that is alike by chance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from oso_analysis.codebook import read_codebook
from oso_analysis.errors import (
    SHOWN,
    InputError,
    Problem,
    Suggestions,
    check_option,
    check_whole,
    listed,
    nearest,
    nearest_code,
    unknown_codes,
)
from oso_analysis.schema import load_table, read_package

_COLUMNS = ["work_id", "type", "title", "authors", "year", "container", "place", "abstract", "url"]
_PARAMETERS = ["countries", "period_years", "seed", "themes", "top_venues", "year_to"]


@pytest.mark.parametrize(
    ("given", "legal", "meant"),
    [
        ("polising", ["policing", "research"], "policing"),
        ("year", _PARAMETERS, "year_to"),
        ("country", _PARAMETERS, "countries"),
        ("years", _COLUMNS, "year"),
        ("publication_year", _COLUMNS, "year"),
        ("Author", _COLUMNS, "authors"),
        ("work", _COLUMNS, "work_id"),
        ("dedup", ["import", "deduplicate"], "deduplicate"),
        ("odl", ["new", "old"], "old"),
        ("multi agency", ["barriers", "multi_agency"], "multi_agency"),
        ("123", ["000123", "1234", "12345678901234567"], "000123"),
        ("db-7", ["db-07", "db-70", "db-71"], "db-07"),
        ("000123", ["123", "0001234"], "123"),
        # Not the zeros of a fraction.
        ("0.05", ["0.5", "0.051"], "0.051"),
        # Alike by chance only: a suggestion would send the reader to the wrong place.
        ("year", ["container", "place", "type"], None),
        ("facet", _COLUMNS, None),
        ("theme_label", _COLUMNS, None),
        ("journal", _COLUMNS, None),
        ("codebook.yaml", ["report/report.yaml", "geographies.csv"], None),
        ("", _COLUMNS, None),
        ("x", [], None),
    ],
)
def test_the_nearest_name(given: str, legal: list[str], meant: str | None) -> None:
    assert nearest(given, legal) == meant


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("UK", "GB"),
        ("uae", "AE"),
        ("USA", "US"),
        ("GBR", "GB"),
        ("norway", "NO"),
        ("Norwy", "NO"),
        ("Germny", "DE"),
        ("United Kingdom", "GB"),
        ("England", "GB-ENG"),
        ("xx", None),
        ("", None),
        # Names in other languages are like those of other places: no suggestion is better.
        ("Deutschland", None),
        ("Griechenland", None),
        ("Belgien", None),
        ("Holland", None),
        ("D", None),
    ],
)
def test_a_place_by_its_name(data: Path, given: str, meant: str | None) -> None:
    codebook = read_codebook(data / "codebook.yaml")
    table, _ = load_table(read_package(data), "geographies", codebook)
    places = dict(zip(table["geography"], table["label"], strict=True))
    assert nearest_code(given, places) == meant


def test_nothing_is_suggested_for_what_is_not_shown() -> None:
    asked: list[object] = []

    def find(value: object) -> str:
        asked.append(value)
        return f"like {value}"

    suggestions = Suggestions(find)
    found = [suggestions(value) for _ in range(2) for value in range(SHOWN + 5)]
    assert asked == list(range(SHOWN))
    assert found == 2 * ([f"like {value}" for value in range(SHOWN)] + [None] * 5)


def test_a_bare_text_is_not_taken_for_its_letters() -> None:
    (problem,) = unknown_codes("GB", {"GB": "United Kingdom"}, column="countries")
    assert str(problem) == "column 'countries': 'GB' must be a list, such as ['GB']"


@pytest.mark.parametrize("value", [None, 3, iter(["GB"])])
def test_what_is_no_list_of_codes_is_said(value: Any) -> None:
    (problem,) = unknown_codes(value, {"GB": "United Kingdom"}, column="countries")
    assert "must be a list, such as ['GB']; an empty list keeps all" in str(problem)


@pytest.mark.parametrize("value", [0, -1, "5", 5.0, True, None])
def test_what_is_no_whole_number_is_said(value: Any) -> None:
    with pytest.raises(InputError, match=r"column 'top': .* must be a whole number of at least 1"):
        check_whole("top", value)


def test_whole_numbers_come_out_of_tables_too() -> None:
    check_whole("top", 1)
    check_whole("top", np.int64(15))


def test_what_cannot_be_looked_up_is_no_option() -> None:
    for value in (["period"], {"period"}, pd.DataFrame(), None):
        with pytest.raises(InputError, match="is not one of 'period', 'code'"):
            check_option("share", value, {"period": 1, "code": 2})


def test_a_long_list_is_cut_and_says_so() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed(range(1000)).endswith("22, 23, … (1,000 in all)")


def test_a_notebook_shows_the_line_and_the_words_but_no_stack(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    cell = "from oso_analysis.errors import check_option\n\ncheck_option('by', 'thme', ['theme'])"
    shell.run_cell(cell)
    assert capsys.readouterr().out.splitlines() == [
        "In line 3: check_option('by', 'thme', ['theme'])",
        "InputError: illegal value for by:",
        "  - column 'by': 'thme' is not one of 'theme' (did you mean 'theme'?)",
    ]


def test_problems_of_one_kind_in_a_column_do_not_hide_the_others() -> None:
    many = [Problem("is blank", "a.csv", row, "year") for row in range(2, 1584)]
    other = Problem("is not a number", "a.csv", 9, "year", "x")
    lines = str(InputError([*many, other])).splitlines()
    assert len(lines) == 1 + SHOWN + 1
    assert lines[SHOWN:] == [
        f"  … and {1582 - SHOWN + 1:,} more like this",
        "  - a.csv, row 9, column 'year': 'x' is not a number",
    ]
    # What is about no row is a list to work through, up to a limit.
    codes = [Problem("has no mapping", "t", None, "code", f"c{n}") for n in range(50)]
    lines = str(InputError([*many, *codes])).splitlines()
    assert lines[2] == "  … and 1,581 more like this"
    assert lines[-1] == "  … and 11 more"
    assert len(lines) == 1 + SHOWN + 2
    # All that fit are told, so that all can be mended at once.
    assert "more" not in str(InputError(many[:SHOWN]))
