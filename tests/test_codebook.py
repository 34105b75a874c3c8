"""A slip in the vocabulary is refused with its row, for tables would lose works by it unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

from oso_analysis.codebook import read_codebook
from oso_analysis.errors import InputError, Problem


def problems(data: Path, folder: Path, *changes: tuple[str, str]) -> list[Problem]:
    """Return what is wrong with the project's codebook after some changes."""
    text = (data / "codebook.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "codebook.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        read_codebook(path)
    except InputError as error:
        lines = text.splitlines()
        for item in error.problems:
            assert item.file == "codebook.yaml"
            # The row is where the value, or the code it is said of, stands.
            sought = str(item.value or str(item.column).split(".")[1])
            assert sought.casefold() in lines[int(item.row or 0) - 1].casefold()
        return list(error.problems)
    return []


def test_the_codebook_of_this_project_is_good(data: Path, tmp_path: Path) -> None:
    assert problems(data, tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "value", "nearest", "says"),
    [
        ("Narrative review, family: review", "Narrative review, family: revue", "revue", "review",
         "is not a family of designs; families are review, quantitative"),
        ("Theory, family: analysis", "Theory", None, None, "must have a `family`: review"),
        ("  police: {label", "  Früh Erk: {label", "Früh Erk", "fruh_erk", "is no code"),
        ("  police: {label", "  pol.ice: {label", "pol.ice", "pol_ice", "is no code"),
        ("label: Policing", 'label: " international  Policy"', " international  Policy", None,
         "is the label of 'international_policy' already"),
        ("{label: Suspects}", "{label: Not Stated}", "Not Stated", None,
         "is the label of 'not_stated' already"),
        ("{label: Suspects}", "{label: }", None, None, "must have a label"),
        ("{label: Victim impact only}", "{label: Victim impact only, stage: fulltext}",
         "fulltext", "full_text", "is not a stage of screening; stages are automation, screening"),
        ("{label: Victim impact only}", "{label: Victim impact only, Stage: full_text}",
         "Stage", "stage", "is nothing that a reason for exclusion has"),
    ],
)  # fmt: skip
def test_a_slip_is_refused_with_its_row(
    data: Path, tmp_path: Path, old: str, new: str, value: object, nearest: str | None, says: str
) -> None:
    (item,) = problems(data, tmp_path, (old, new))
    assert (item.value, item.nearest) == (value, nearest)
    assert item.rule.startswith(says)


def test_a_reason_has_attributes_of_its_own(data: Path, tmp_path: Path) -> None:
    """ "tags" and "state" are near enough to "stage" to have been refused."""
    own = "tags: [new], usage: rare, target: people, state: draft"
    text = (data / "codebook.yaml").read_text(encoding="utf-8")
    path = tmp_path / "own.yaml"
    path.write_text(
        text.replace("{label: Victim impact only}", f"{{label: Victim impact only, {own}}}"),
        encoding="utf-8",
    )
    assert read_codebook(path)["exclusion_reason"].attribute("usage")


def test_all_slips_come_at_once(data: Path, tmp_path: Path) -> None:
    found = problems(
        data,
        tmp_path,
        ("label: Prevention", "label: policing"),
        ("  police: {label", "  Früh Erk: {label"),
        ("Theory, family: analysis", "Theory, family: revue"),
        ("[include, exclude]", "[include, exclude, include]"),
    )
    assert [item.value for item in found] == ["policing", "revue", "Früh Erk", "Include"]


def test_one_label_in_two_lists_and_families_in_any_case_are_fine(
    data: Path, tmp_path: Path
) -> None:
    assert (
        problems(
            data,
            tmp_path,
            ("{label: Suspects}", "{label: Policing}"),
            ("family: review", "family: Review"),
        )
        == []
    )
