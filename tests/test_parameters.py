"""Parameters are read from notebooks and refused all together before anything runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oso_analysis.errors import InputError
from oso_analysis.parameters import (
    Declared,
    Parameter,
    declarations,
    parse_axis,
    parse_text,
    read_parameters,
    resolve,
    resolve_axes,
)

ROOT = Path(__file__).parent.parent
PROJECT = Path(__file__).parent / "fixtures" / "runner" / "project"


def notebook(folder: Path, name: str, source: str, **changes: Any) -> Path:
    cell = {
        "cell_type": "code",
        "id": "a",
        "metadata": {"tags": ["parameters"]},
        "outputs": [],
        "execution_count": None,
        "source": source,
    }
    path = folder / name
    content = {"cells": [cell | changes], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def made(kind: str, *, legal: str | None = None) -> Parameter:
    optional = kind.endswith(" | None")
    inner = kind.removesuffix(" | None")
    many = inner.startswith("list[")
    scalar = inner[5:-1] if many else inner
    return Parameter("p", scalar, many, optional, None, "Meaning.", legal, "n.ipynb", 1)


def test_every_part_of_a_declaration_is_read(tmp_path: Path) -> None:
    source = (
        "year_to: int | None = None  # Last year. [1990..2026]\n"
        "countries: list[str] = []  # Countries [alpha-2]; all if empty. [country]\n"
        "share: float = 0.5  # A share.\n"
    )
    found = read_parameters(notebook(tmp_path, "n.ipynb", source))
    assert [(p.name, p.type, p.default, p.meaning, p.legal, p.row) for p in found.values()] == [
        ("year_to", "int | None", None, "Last year.", "1990..2026", 1),
        ("countries", "list[str]", [], "Countries [alpha-2]; all if empty.", "country", 2),
        ("share", "float", 0.5, "A share.", None, 3),
    ]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("year_to = 3  # Untyped.", "must be `name: type = default  # Meaning.`"),
        ("import os", "must be `name: type = default  # Meaning.`"),
        ("a: dict = {}  # A dict.", "must be int, float, bool, str"),
        ("a: int = 1", "must say in a comment what it means"),
        ("a: int = 'x'  # Text.", "has a default that is not int"),
        ("a: int = True  # Not a number.", "has a default that is not int"),
        ("a: int = b  # Computed.", "must have a literal default"),
        ("a: int = 1  # One.\na: int = 2  # Two.", "is declared twice"),
        ("a: int = (", "is not Python"),
    ],
)
def test_bad_declarations_are_refused(tmp_path: Path, source: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_parameters(notebook(tmp_path, "n.ipynb", source))
    assert said in str(caught.value)
    assert "n.ipynb" in str(caught.value)


def test_the_first_code_cell_must_be_tagged(tmp_path: Path) -> None:
    path = notebook(tmp_path, "n.ipynb", "a: int = 1  # One.", metadata={})
    with pytest.raises(InputError, match="must have its first code cell, and no other, tagged"):
        read_parameters(path)


def test_one_name_has_one_type(tmp_path: Path) -> None:
    paths = [
        notebook(tmp_path, "1.ipynb", "a: int = 1  # One."),
        notebook(tmp_path, "2.ipynb", "a: str = 'x'  # Text."),
    ]
    with pytest.raises(InputError, match=r"2\.ipynb, row 1, column 'a': is str here but int in 1"):
        declarations(paths, PROJECT)


def test_one_name_has_one_default(tmp_path: Path) -> None:
    paths = [
        notebook(tmp_path, "1.ipynb", "a: int | None = None  # One."),
        notebook(tmp_path, "2.ipynb", "a: int | None = 2012  # One."),
    ]
    said = r"2\.ipynb, row 1, column 'a': is 2012 by default here but None in 1\.ipynb"
    with pytest.raises(InputError, match=said):
        declarations(paths, PROJECT)


def declared(*paths: Path, root: Path = PROJECT) -> Declared:
    """Return what notebooks declare, by default those of the small project."""
    return declarations(paths or sorted((PROJECT / "notebooks").glob("*.ipynb")), root)


def test_each_notebook_gets_only_its_own() -> None:
    values = resolve(PROJECT, declared(), {"year_to": 2019}, texts={"countries": "GB, IE"})
    assert values == {
        "01_reports.ipynb": {"year_to": 2019},
        "02_submissions.ipynb": {
            "year_to": 2019,
            "countries": ["GB", "IE"],
            "style": "plain",
        },
    }


def test_all_problems_come_together_with_the_nearest_legal_value() -> None:
    given_ = {"yearto": 2019, "year_to": "2019", "style": "lang"}
    with pytest.raises(InputError) as caught:
        resolve(PROJECT, declared(), given_, texts={"countries": "GBR", "year_to": "next"})
    said = str(caught.value)
    assert said.startswith("5 problem(s) with the parameters; nothing was run:")
    assert "'yearto'" in said
    assert "did you mean 'year_to'?" in said
    assert "2019' must be a whole number, or none (" in said
    assert "'lang' is not one of plain, long (did you mean 'long'?)" in said
    assert "'GBR' is not one of GB, IE, US (did you mean 'GB'?)" in said
    assert "'next' must be a whole number, or none (" in said


def test_ranges_are_closed_and_countries_come_from_the_data() -> None:
    assert resolve(PROJECT, declared(), {"year_to": 1990})
    with pytest.raises(InputError, match=r"must be from 1990 to 2026 \(did you mean '2026'\?\)"):
        resolve(PROJECT, declared(), {"year_to": 2027})


def test_a_place_may_be_named_and_a_long_list_is_cut() -> None:
    review = declared(*(ROOT / "notebooks").glob("01_*.ipynb"), root=ROOT)
    for typed, meant in (("UK", "GB"), ("Norwy", "NO"), ("United Kingdom", "GB")):
        with pytest.raises(InputError) as caught:
            resolve(ROOT, review, {}, texts={"countries": typed})
        (problem,) = caught.value.problems
        assert problem.nearest == meant
        assert problem.rule.endswith("… (257 in all)")
        assert len(str(problem)) < 300


def test_codebook_facets_are_legal_values(tmp_path: Path) -> None:
    path = notebook(tmp_path, "n.ipynb", "themes: list[str] = []  # Themes. [theme]")
    assert resolve(PROJECT, declared(path), {"themes": ["prevention"]})
    with pytest.raises(InputError, match="did you mean 'prevention'"):
        resolve(PROJECT, declared(path), {"themes": ["preventoin"]})


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("k: int = 50  # Places. [1..9]", "'50' is the default, but must be from 1 to 9 (did you "
         "mean '9'?)"),
        ("k: list[int] = [1, 0]  # Places. [1..9]", "'0' is the default, but must be from 1 to 9 "
         "(did you mean '1'?)"),
        ("k: str = 'c'  # Places. [a|b]", "'c' is the default, but is not one of a, b"),
        ("k: list[str] = ['polcing']  # Areas. [theme]", "(did you mean 'policing'?)"),
        ("k: str | None = 'UK'  # Place. [country]", "'UK' is the default, but is not one of GB"),
        ("k: int = 5  # Places. [1...9]", "'[1...9]' is not a range, options, country or a facet "
         "of the codebook (did you mean '[1..9]'?)"),
        ("k: list[str] = []  # Areas. [themes]", "'[themes]' is not a range, options, country or a "
         "facet of the codebook (did you mean '[theme]'?)"),
        ("k: int = 5  # Places. [a|b]", "'[a|b]' must be options that are numbers"),
        ("k: str = 'a'  # Places. [a||b]", "'[a||b]' must be different options with | between"),
        ("k: int = 5  # Places. [9..1]", "'[9..1]' ends before it begins (did you mean '[1..9]'?)"),
        ("k: str = 'a'  # Places. [1..9]", "'[1..9]' is a range, which only numbers can have"),
        ("k: int = 5  # Places. [country]", "'[country]' holds codes, which are texts"),
    ],
)  # fmt: skip
def test_brackets_and_defaults_are_checked(tmp_path: Path, source: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        declared(notebook(tmp_path, "n.ipynb", source))
    assert f"n.ipynb, row 1, column 'k': {said}" in str(caught.value) or (
        said.startswith("(") and said in str(caught.value)
    )


def test_brackets_that_are_well_formed_pass(tmp_path: Path) -> None:
    source = (
        "a: int | None = None  # A. [1..9]\nb: float = 0.5  # B. [-1.5..2]\n"
        "c: int = 2  # C. [1|2|3]\nd: str = 'policing'  # D. [theme]\n"
        "e: list[str] = ['GB']  # E. [country]\nf: int = -3  # F. [-3..-1]\n"
    )
    assert resolve(PROJECT, declared(notebook(tmp_path, "n.ipynb", source)), {})


def test_a_codebook_that_cannot_be_read_is_said_by_who_checks_the_data(tmp_path: Path) -> None:
    path = notebook(tmp_path, "n.ipynb", "themes: list[str] = []  # Themes. [theme]")
    assert resolve(tmp_path, declared(path, root=tmp_path), {}) == {"n.ipynb": {"themes": []}}


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("7", "int", 7),
        (" -7 ", "int", -7),
        ("none", "int | None", None),
        ("", "int | None", None),
        ("0.25", "float", 0.25),
        ("Yes", "bool", True),
        ("false", "bool", False),
        ("none", "str", "none"),
        ("'none'", "str | None", "none"),
        ("GB,US", "list[str]", ["GB", "US"]),
        ("[1, 2]", "list[int]", [1, 2]),
        ("", "list[str]", []),
    ],
)
def test_text_is_read_as_the_declared_type(text: str, kind: str, value: object) -> None:
    parsed = parse_text(text, made(kind))
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("1.0", "int"), ("1_000", "int"), ("", "int"), ("nan", "float"), ("inf", "float"),
     ("maybe", "bool"), ("1", "bool"), ("1,x", "list[int]")],
)  # fmt: skip
def test_text_of_another_type_is_refused(text: str, kind: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_text(text, made(kind))


@given(st.integers(-(10**6), 10**6))
def test_numbers_survive_the_command_line(number: int) -> None:
    assert parse_text(str(number), made("int")) == number


@given(st.lists(st.text("abcXYZ-_", min_size=1), max_size=5))
def test_lists_survive_the_command_line(items: list[str]) -> None:
    assert parse_text(",".join(items), made("list[str]")) == items


def test_axes() -> None:
    assert parse_axis("2010..2012", made("int | None")) == [2010, 2011, 2012]
    assert parse_axis("2010,none,2010", made("int | None")) == [2010, None]
    assert parse_axis("GB,US,GB+US", made("list[str]")) == [["GB"], ["US"], ["GB", "US"]]
    for wrong in ("", "2012..2010", "1..99999999"):
        with pytest.raises(ValueError, match=r".*"):
            parse_axis(wrong, made("int"))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2010..2005", "2005..2010"),
        ("2010..", "2010..2026"),
        ("..2010", "1990..2010"),
        ("..", "1990..2026"),
        ("a..b", None),
    ],
)
def test_a_range_that_is_none_is_told_as_a_range(text: str, meant: str | None) -> None:
    with pytest.raises(InputError) as caught:
        resolve_axes(PROJECT, declared(), {"year_to": text})
    (problem,) = caught.value.problems
    assert "must be a range from a smaller to a larger whole number" in problem.rule
    assert (problem.value, problem.nearest) == (text, meant)


def test_codes_are_one_value_in_whatever_order_and_number() -> None:
    for typed in ("US,GB", "GB,US", "US,GB,US"):
        values = resolve(PROJECT, declared(), {}, texts={"countries": typed})
        assert values["02_submissions.ipynb"]["countries"] == ["GB", "US"]
    given_ = resolve(PROJECT, declared(), {"countries": ["US", "GB"]})
    assert given_["02_submissions.ipynb"]["countries"] == ["GB", "US"]
    axes = resolve_axes(PROJECT, declared(), {"countries": "US+GB,GB+US,GB+GB,GB"})
    assert axes == {"countries": [["GB", "US"], ["GB"]]}


def test_the_default_given_in_another_order_is_the_default(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    source = 'places: list[str] = ["b", "a"]  # Places. [a|b|c]'
    path = notebook(tmp_path, "n.ipynb", source)
    for codes in (["a", "b"], ["b", "a"], ["a", "b", "a"]):
        assert resolve(tmp_path, declared(path, root=tmp_path), {"places": codes}) == {
            "n.ipynb": {"places": ["b", "a"]}
        }
    assert resolve(tmp_path, declared(path, root=tmp_path), {"places": ["c", "a"]})["n.ipynb"] == {
        "places": ["a", "c"]
    }


def test_a_list_without_codes_keeps_its_order(tmp_path: Path) -> None:
    path = notebook(
        tmp_path, "n.ipynb", "ages: list[int] = []  # Ages. [0..99]\nx: list[str] = []  # Texts."
    )
    values = resolve(PROJECT, declared(path), {"ages": [9, 3, 9], "x": ["b", "a", "b"]})
    assert values == {"n.ipynb": {"ages": [9, 3, 9], "x": ["b", "a", "b"]}}


def test_axes_are_checked_like_parameters() -> None:
    assert resolve_axes(PROJECT, declared(), {"year_to": "2018..2019", "countries": "GB"}) == {
        "year_to": [2018, 2019],
        "countries": [["GB"]],
    }
    with pytest.raises(InputError) as caught:
        resolve_axes(PROJECT, declared(), {"country": "GB", "year_to": "2026..2028"})
    assert "did you mean 'countries'?" in str(caught.value)
    assert "2028 must be from 1990 to 2026" in str(caught.value).replace("'", "")
