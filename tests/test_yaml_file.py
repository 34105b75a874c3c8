"""What people write into YAML is read as they meant it, or refused with its row."""

from __future__ import annotations

from pathlib import Path

import pytest

from oso_analysis.codebook import read_codebook
from oso_analysis.errors import InputError
from oso_analysis.yaml_file import read_yaml


def test_every_name_given_twice_is_told_at_any_depth(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: {x: 1, x: 2}\nb: 1\nc:\n  - k: 1\n    k: 2\nb: 3\n", "utf-8")
    with pytest.raises(InputError) as caught:
        read_yaml(path)
    assert sorted((p.row, p.value) for p in caught.value.problems) == [(1, "x"), (5, "k"), (6, "b")]
    assert "stands in row 2 already" in str(caught.value)


def test_names_of_all_kinds_and_merged_ones_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("\ufeffbase: &b {x: 1}\nmore: {<<: *b, y: 2}\n2019: z\n", "utf-8")
    assert read_yaml(path) == {"base": {"x": 1}, "more": {"x": 1, "y": 2}, 2019: "z"}


def test_what_a_merged_mapping_merges_is_given_once(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: &a {x: 1}\nb: &b\n  <<: *a\n  x: 2\nc: {<<: *b, x: 3}\nd: *b\n", "utf-8")
    assert read_yaml(path) == {"a": {"x": 1}, "b": {"x": 2}, "c": {"x": 3}, "d": {"x": 2}}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a: [", "row 1: is not readable YAML"),
        (b"a: Caf\xe9", "is not UTF-8"),
        (b"? [a]\n: 1\n", "is not readable YAML"),
        (b"[" * 3000, "is nested too deeply"),
        (b"a: 2020-02-30", "holds a value that is none"),
        (None, "does not exist"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, content: bytes | None, says: str) -> None:
    path = tmp_path / "a.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        read_yaml(path)


def test_a_code_given_twice_is_refused(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "codebook.yaml"
    text = (data / "codebook.yaml").read_text("utf-8")
    path.write_text(text.replace("  prevention:", "  policing:", 1), "utf-8")
    with pytest.raises(InputError, match=r"codebook\.yaml, row \d+: 'policing' is given twice"):
        read_codebook(path)
