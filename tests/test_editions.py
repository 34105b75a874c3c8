"""Editions are read strictly, and a changed edition never takes the original's place."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oso_analysis.editions import THRESHOLD, Edition, derive, grid, read_editions
from oso_analysis.errors import InputError
from oso_analysis.thresholds import disclosure_words


def write(folder: Path, text: str) -> Path:
    (folder / "editions.yaml").write_text(text, encoding="utf-8")
    return folder


GOOD = """
default: one
editions:
  one: {title: One, description: First., disclosure: Off., parameters: {year_to: 2019}}
  two: {title: Two, description: Second., disclosure: Off.}
"""


def test_the_project_s_own_editions_are_the_promised_ones(root: Path) -> None:
    editions = read_editions(root)
    assert editions.default == "update-2026"
    parameters = {name: item.parameters for name, item in editions.editions.items()}
    assert parameters == {
        "report-2019": {"year_to": 2019},
        "update-2026": {},
        "united-kingdom": {"countries": ["GB", "GB-EAW", "GB-SCT"]},
        "prevention": {"themes": ["prevention"]},
    }
    assert all(item.description for item in editions.editions.values())
    # Their answers are public documents, and nobody but an edition itself may say so.
    assert {disclosure_words(item, {THRESHOLD: None}) for item in editions.editions.values()} == {
        "No disclosure control was applied: every answer counted here is already published."
    }


def test_selection(tmp_path: Path) -> None:
    editions = read_editions(write(tmp_path, GOOD))
    assert [e.name for e in editions.select()] == ["one"]
    assert [e.name for e in editions.select(["two", "one", "two"])] == ["two", "one"]
    assert [e.name for e in editions.select(every=True)] == ["one", "two"]
    with pytest.raises(InputError, match=r"'twoo' is not an edition.*did you mean 'two'"):
        editions.select(["twoo"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("editions: [", "is not readable YAML"),
        ("a: 1", "must have `default` and `editions`"),
        (GOOD.replace("default: one", "default: on"), "must name an edition"),
        (GOOD.replace("one:", "One Two:"), "must be lower-case letters"),
        (GOOD.replace("two:", "nul:"), "cannot name a folder on Windows"),
        (GOOD.replace("two:", "com1.x:"), "cannot name a folder on Windows"),
        (GOOD.replace("two:", "two.:"), "cannot name a folder on Windows"),
        (GOOD.replace("title: One", "titel: One"), "did you mean 'title'?"),
        (GOOD.replace("description: First.", "description: 3"), "must be text"),
        (GOOD.replace("two:", "one:"), "is given twice"),
        (GOOD + "extra: 1\n", "is not a field of the file"),
    ],
)
def test_a_bad_file_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        read_editions(write(tmp_path, text))
    assert said in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"editions\.yaml: does not exist"):
        read_editions(tmp_path)


BASE = Edition("base", "Base", "All.", {"year_to": 2019}, "Off.")


def test_a_changed_edition_has_its_own_name() -> None:
    changed = derive(BASE, {"countries": ["GB", "US"], "year_to": None})
    assert changed.name == "base--countries=GB+US--year_to=none"
    assert changed.parameters == {"year_to": None, "countries": ["GB", "US"]}
    assert changed.title == "Base (countries: GB, US; year_to: not set)"
    assert (changed.base, changed.changes) == (
        "base",
        {"countries": ["GB", "US"], "year_to": None},
    )
    assert derive(BASE, {}) is BASE


def test_names_stay_short_safe_and_distinct() -> None:
    names = {derive(BASE, {"p": value}).name for value in ("a/b", "a:b", "a?b", "a.", "x" * 300)}
    assert len(names) == 5
    # Windows drops a dot at the end of a folder's name.
    assert not any(name.endswith(".") for name in names)
    assert all(len(name) <= 90 and not set(name) & set('/\\:*?"<>|') for name in names)


@pytest.mark.parametrize(
    ("alike", "plain"),
    [
        ([{"tags": ["a+b"]}, {"tags": ["a", "b"]}], "base--tags=a+b"),
        ([{"tags": []}, {"tags": ["all"]}], "base--tags=all"),
        ([{"tags": None}, {"tags": ["none"]}], "base--tags=none"),
        ([{"label": None}, {"label": "none"}], "base--label=none"),
        ([{"tags": ["a"]}, {"tags": ["a", ""]}, {"tags": ["", "a"]}], "base--tags=a"),
        (
            [{"label": "a", "other": "b"}, {"label": "a--other=b"}],
            "base--label=a--other=b",
        ),
        ([{"label": "a"}, {"label": "A"}], "base--label=a"),
        ([{"label": "x" * 300}, {"label": "x" * 299}], None),
    ],
)
def test_no_two_sets_of_values_share_a_name(alike: list[dict[str, Any]], plain: str | None) -> None:
    names = [derive(BASE, changes, free={"label"}).name for changes in alike]
    # Windows and macOS do not tell names apart by case.
    assert len({name.lower() for name in names}) == len(names)
    assert plain is None or plain in names


#: Little alphabets, so that values are alike often.
TEXT = st.text("aA+-=.,b_ ", max_size=6) | st.sampled_from(["none", "all", "--b=a"])
CHANGES = st.fixed_dictionaries(
    {}, optional={"a": TEXT | st.none(), "b": TEXT, "c": st.lists(TEXT, max_size=3) | st.none()}
)


@given(CHANGES, CHANGES)
def test_names_are_one_to_one(one: dict[str, Any], other: dict[str, Any]) -> None:
    names = [derive(BASE, changes, free={"a", "b", "c"}).name for changes in (one, other)]
    assert (names[0].lower() == names[1].lower()) == (one == other)
    assert all(re.fullmatch(r"[A-Za-z0-9._+=-]{1,80}(?<![.])", name) for name in names)


def test_a_long_edition_s_name_is_not_cut_into() -> None:
    long = Edition("n" * 90, "Long", "All.", {}, "Off.")
    names = {derive(long, {"year_to": year}).name for year in (2010, 2011)}
    assert len(names) == 2
    assert all(name.startswith(f"{long.name}--") for name in names)


def test_a_grid_of_a_changed_edition_is_named_as_if_changed_at_once() -> None:
    (made,) = grid(BASE, {"countries": [["GB"]]}, {"year_to": 2010})
    assert made == derive(BASE, {"year_to": 2010, "countries": ["GB"]})
    assert made.title == "Base (countries: GB; year_to: 2010)"


def test_a_grid_is_every_combination() -> None:
    made = grid(BASE, {"year_to": [2010, 2011], "countries": [["GB"], ["US"]]})
    assert [edition.name for edition in made] == [
        "base--countries=GB--year_to=2010",
        "base--countries=US--year_to=2010",
        "base--countries=GB--year_to=2011",
        "base--countries=US--year_to=2011",
    ]


def test_what_an_edition_says_of_small_counts_holds_for_its_own_threshold() -> None:
    plain = replace(BASE, disclosure="All answers are published.")
    assert derive(plain, {"disclosure_threshold": 5}).disclosure == ""
    assert derive(plain, {"disclosure_threshold": None}).disclosure == plain.disclosure
    assert derive(plain, {"year_to": 2015}).disclosure == plain.disclosure
    strict = replace(plain, parameters={"disclosure_threshold": 5})
    assert derive(strict, {"disclosure_threshold": None}).disclosure == ""
    assert derive(strict, {"disclosure_threshold": 5}).disclosure == plain.disclosure


def test_no_edition_with_a_threshold_says_that_it_is_off() -> None:
    off = replace(BASE, disclosure="Off: every count is of published documents.")
    assert disclosure_words(off, {}) == off.disclosure
    assert disclosure_words(off, {"disclosure_threshold": None}) == (
        "No disclosure control was applied: every count is of published documents."
    )
    words = disclosure_words(off, {"disclosure_threshold": 5})
    assert words.startswith("Counts from 1 to 4 are withheld")
    assert "Off" not in words
    own = replace(BASE, disclosure="Answers were given in confidence.")
    assert disclosure_words(own, {"disclosure_threshold": 5}).endswith(own.disclosure)


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ("", ""),
        ("Off.", ""),
        ("off", ""),
        ("Off, made-up data.", ": made-up data."),
        ("Off because all of it is public.", ". Off because all of it is public."),
        ("Off-the-record answers are among them.", ". Off-the-record answers are among them."),
        ("All answers are published.", ". All answers are published."),
    ],
)
def test_only_the_edition_s_own_words_say_that_answers_may_be_told(own: str, said: str) -> None:
    words = disclosure_words(replace(BASE, disclosure=own), {THRESHOLD: None})
    assert words == f"No disclosure control was applied{said or '.'}"


def test_an_edition_promises_nothing_for_what_stands_beside_it() -> None:
    words = disclosure_words(BASE, {THRESHOLD: 5})
    assert "from any other figure of this edition" in words
    assert "Other editions of the same data are not taken into account" in words


def test_a_started_project_does_not_say_twice_how_small_counts_are_treated() -> None:
    started = Path(str(files("oso_analysis.scaffold"))) / "project"
    assert all(one.disclosure == "" for one in read_editions(started).editions.values())
