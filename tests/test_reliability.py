"""Caveats that follow an exhibit's columns without anyone's asking."""

from __future__ import annotations

import pandas as pd
import pytest

from oso_analysis.agreement.measure import AGREEMENT_COLUMNS
from oso_analysis.errors import InputError
from oso_analysis.reliability import Reliability


def measured(*rows: tuple[str, str, float]) -> Reliability:
    """Return a consultation's agreement: facet, code and alpha, all sets compared whole."""
    table = pd.DataFrame(
        [
            {
                "material": "consultation",
                "unit": "submissions",
                "facet": facet,
                "code": code,
                "label": code or facet,
                "n_units": 37,
                "n_coder_1": 5,
                "n_coder_2": 4,
                "alpha": alpha,
                "note": "sets compared whole",
            }
            for name in dict.fromkeys(row[0] for row in rows)
            for facet, code, alpha in [(name, None, 0.9), *(r for r in rows if r[0] == name)]
        ],
        columns=list(AGREEMENT_COLUMNS),
    )
    return Reliability({"consultation": lambda: table, "literature": lambda: table.iloc[:0]})


RELIABILITY = measured(
    ("theme", "prevention", 0.9),
    ("theme", "barriers", 0.9),
    ("issue_theme", "prevention", -0.03),
    ("solution_theme", "prevention", 0.9),
    ("solution_theme", "barriers", -0.01),
    ("outcome", "O1", 0.9),
    ("country", "GB", 0.9),
    ("country", "not_stated", 0.43),
)


def caveats(rests_on: tuple[str, ...] = (), **columns: list[str]) -> str:
    """Return the caveats of a table with these columns, as one text."""
    frame = pd.DataFrame(columns)
    return " ".join(RELIABILITY.caveats(frame, material="consultation", rests_on=rests_on))


def test_themes_of_issues_and_solutions_are_judged_apart() -> None:
    assert caveats(theme=["prevention", "barriers"]) == ""
    issues = caveats(theme=["prevention"], kind=["issue"])
    assert "on issue_theme: prevention (−0.03)" in issues
    assert "solution_theme" not in issues
    assert caveats(theme=["prevention"], kind=["solution"]) == ""
    assert "barriers (−0.01)" in caveats(theme=["barriers"], kind=["solution"])


@pytest.mark.parametrize(
    ("voiced", "weak"),
    [("issue_only", True), ("issue_and_solution", True), ("solution_only", False)],
)
def test_a_theme_voiced_both_ways_is_judged_both_ways(voiced: str, weak: bool) -> None:
    assert ("issue_theme" in caveats(theme=["prevention"], voiced=[voiced])) is weak


def test_only_solutions_have_outcomes() -> None:
    assert "barriers (−0.01)" in caveats(outcome=["O1"], theme=["barriers"])
    assert caveats(outcome=["O1"]) == ""


def test_a_facet_no_column_names_is_judged_whole() -> None:
    assert "barriers (−0.01)" in caveats(("solution_theme",), outcome=["O1"])
    with pytest.raises(InputError, match="solution_theme"):
        caveats(("solution_themes",), outcome=["O1"])
    # Nothing was coded twice: there is nothing to judge by, and no slip to report.
    assert RELIABILITY.caveats(pd.DataFrame({"outcome": []}), rests_on=["theme"]) == []


def test_not_stated_is_an_answer_to_agree_on() -> None:
    assert "not_stated (0.43)" in caveats(country=["GB", "not_stated"])
    assert caveats(country=["GB"]) == ""
