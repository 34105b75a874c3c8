"""A derived edition's command is what a shell and the program read back as the same edition."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oso_analysis.parameters import Parameter, parse_text
from oso_analysis.runner.typed import typed_command, typed_value

TEXT = st.text("a'\"[]=+ $!\\\n-N", max_size=5) | st.sampled_from(["none", "NULL", "'none'", "yes"])
VALUES = st.one_of(
    st.tuples(st.just("int | None"), st.integers() | st.none()),
    st.tuples(st.just("float"), st.floats(allow_nan=False, allow_infinity=False)),
    st.tuples(st.just("bool"), st.booleans()),
    st.tuples(st.just("str"), TEXT),
    st.tuples(st.just("str | None"), TEXT | st.none()),
    st.tuples(st.just("list[int]"), st.lists(st.integers(), max_size=3)),
    st.tuples(st.just("list[str] | None"), st.lists(TEXT, max_size=3) | st.none()),
)


@given(VALUES)
def test_what_is_typed_is_read_as_the_value(drawn: tuple[str, Any]) -> None:
    kind, value = drawn
    inner = kind.removesuffix(" | None")
    many = inner.startswith("list[")
    parameter = Parameter(
        "p", inner[5:-1] if many else inner, many, inner != kind, None, "It.", None, "n.ipynb", 1
    )
    assert parse_text(typed_value(value), parameter) == value
    # As the command line splits it, after a POSIX shell took the quotes.
    *_, word = shlex.split(typed_command("base", {"p": value}))
    assert word == f"p={typed_value(value)}"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "oso-analysis run base"),
        ({"year_to": 2022}, "oso-analysis run base -p year_to=2022"),
        (
            {"year_to": None, "countries": ["GB", "GB-SCT"]},
            'oso-analysis run base -p "countries=GB,GB-SCT" -p year_to=none',
        ),
        ({"themes": []}, 'oso-analysis run base -p "themes=[]"'),
        ({"label": "two words"}, 'oso-analysis run base -p "label=two words"'),
        ({"label": "$HOME"}, "oso-analysis run base -p 'label=$HOME'"),
    ],
)
def test_the_command_in_words(changes: dict[str, Any], said: str) -> None:
    assert typed_command("base", changes) == said
