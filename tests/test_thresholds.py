"""What one edition withholds, no other publishes without saying why; what two tell is noted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from oso_analysis.editions import Edition, derive, grid
from oso_analysis.parameters import Parameter
from oso_analysis.scaffold import init_project
from oso_analysis.thresholds import find_subtractable, find_unprotected

T = "disclosure_threshold"


def edition(name: str, disclosure: str = "", **parameters: Any) -> Edition:
    return Edition(name, name.title(), "", parameters, disclosure)


def declared(default: int | None = None) -> dict[str, dict[str, Parameter]]:
    own = Parameter(T, "int", False, True, default, "Smallest count.", None, "05.ipynb", 1)
    return {"01.ipynb": {}, "05.ipynb": {T: own}}


def unprotected(*known: Edition, default: int | None = None, made: Any = ()) -> list[str]:
    found = find_unprotected(known, declared(default), made)
    return [str(one.column or one.value).removeprefix("editions.") for one in found]


STRICT, OPEN = edition("strict", disclosure_threshold=5), edition("open")
OFF = edition("off", "Off: w")


def test_one_threshold_asks_every_other_edition_for_one() -> None:
    assert unprotected(OPEN, edition("also")) == []
    assert unprotected(STRICT, OPEN, OFF) == ["open"]
    assert unprotected(STRICT, edition("null", disclosure_threshold=None)) == ["null"]
    # Other words than "Off" are no leave to publish.
    assert unprotected(STRICT, edition("vague", "Answers were given in confidence.")) == ["vague"]
    assert unprotected(STRICT, edition("small", "Off-the-record answers.")) == ["small"]


def test_the_notebooks_default_is_a_threshold_too() -> None:
    assert unprotected(edition("a"), edition("b"), default=5) == []
    assert unprotected(edition("a"), edition("b", disclosure_threshold=None), default=5) == ["b"]


def test_what_a_run_changes_counts_as_an_edition() -> None:
    none = derive(STRICT, {T: None})
    assert unprotected(STRICT, made=[none]) == [none.name]
    # It cannot inherit the words of an edition with another threshold.
    worded = replace(STRICT, disclosure="Off: w")
    assert unprotected(worded, made=[derive(worded, {T: None})]) == [f"strict--{T}=none"]
    assert unprotected(OPEN, made=[derive(OPEN, {T: 5})]) == ["open"]
    assert unprotected(OFF, made=[derive(OFF, {T: 5})]) == []
    assert unprotected(OFF, made=grid(OFF, {T: [None, 5]})) == []
    assert unprotected(OPEN, made=grid(OPEN, {T: [None, 5]})) == ["open", f"open--{T}=none"]
    assert unprotected(STRICT, made=[derive(STRICT, {"year_to": 2019})]) == []


def subtractable(*known: Edition, default: int | None = None, made: Any = ()) -> str:
    return " ".join(map(str, find_subtractable(known, declared(default), made)))


def test_editions_that_can_be_subtracted_are_named() -> None:
    assert subtractable(OPEN, OFF, STRICT) == ""
    to_2022 = edition("to-2022", disclosure_threshold=5, year_to=2022)
    assert "'strict', 'to-2022' each withhold" in subtractable(STRICT, OFF, to_2022)
    # Each withholds other counts beside the small ones.
    assert "'strict', 'ten'" in subtractable(STRICT, edition("ten", disclosure_threshold=10))
    assert "'strict'" in subtractable(STRICT, made=[derive(STRICT, {"themes": ["a"]})])


def test_editions_of_the_same_answers_withhold_the_same() -> None:
    one = edition("one", disclosure_threshold=5, countries=["GB", "US"])
    other = edition("other", disclosure_threshold=5, countries=["US", "GB"], n_resamples=100)
    assert subtractable(one, other) == ""
    assert subtractable(edition("a"), edition("b"), default=5) == ""
    assert "'a', 'b'" in subtractable(edition("a"), edition("b", year_to=2019), default=5)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return init_project(tmp_path_factory.mktemp("thresholds") / "meals", outputs=False)


def write_editions(root: Path, *, others: str) -> None:
    (root / "editions.yaml").write_text(
        "default: alles\n"
        "editions:\n"
        "  alles: {title: Alle, description: Alles., parameters: {disclosure_threshold: 5}}\n"
        f"  bis-2019: {{title: Bis 2019, description: Nur bis 2019., {others}}}\n",
        encoding="utf-8",
    )


@pytest.fixture
def command(started: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    from oso_analysis.cli import main

    monkeypatch.chdir(started)
    return lambda *words: main(list(words))


@pytest.mark.parametrize("words", [["check"], ["run"], ["run", "--all"], ["evidence-map"]])
def test_commands_refuse_an_edition_without_a_threshold_beside_one_with(
    started: Path,
    command: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    words: list[str],
) -> None:
    write_editions(started, others="parameters: {year_to: 2019}")
    assert command(*words) == 2
    said = capsys.readouterr().err
    assert "editions.yaml, column 'editions.bis-2019': has no disclosure_threshold" in said
    assert "`disclosure_threshold: 5`" in said
    assert '`disclosure: "Off: why' in said
    assert not (started / "reports").exists() or not [
        path for path in (started / "reports").iterdir() if path.is_dir()
    ]


def test_a_run_refuses_to_lift_a_threshold(
    started: Path, command: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    write_editions(started, others="disclosure: 'Off: all are public.'")
    assert command("run", "-p", "disclosure_threshold=none") == 2
    said = capsys.readouterr().err
    assert "-p or --grid: 'alles--disclosure_threshold=none' has no disclosure_threshold" in said
    assert command("run", "--grid", "disclosure_threshold=none,5") == 2


def test_both_commands_note_what_two_editions_tell(
    started: Path,
    command: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_editions(started, others="parameters: {disclosure_threshold: 5, year_to: 2019}")
    note = "note: editions.yaml: the editions 'alles', 'bis-2019' each withhold small counts"
    command("check")
    assert note in capsys.readouterr().out
    monkeypatch.setattr("oso_analysis.runner.command.build_editions", lambda *_: [])
    assert command("run") == 0
    assert note in capsys.readouterr().out
    write_editions(started, others="disclosure: 'Off: all are public.'")
    assert command("run") == 0
    assert "note:" not in capsys.readouterr().out


def test_scope_is_what_the_editions_compare() -> None:
    from oso_analysis import scope, thresholds

    assert thresholds._SCOPE == scope.SCOPE
