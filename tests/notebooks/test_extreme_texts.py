"""What the report's notebooks say of other reviews' data: little to compare, other names."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from oso_analysis import exhibits
from oso_analysis.codebook import Code, Codebook, Facet
from oso_analysis.display import within
from oso_analysis.exhibits import Exhibit
from oso_analysis.figures import challenges
from oso_analysis.figures import comparison as draw
from oso_analysis.scaffold import init_project
from oso_analysis.tables.challenges import STRONG_FAMILIES
from oso_analysis.tables.comparison import compare_themes, sum_up_comparison

BOOK = Codebook({"theme": Facet("theme", {code: Code(code, code.upper()) for code in "abc"})})


def show(root: Path, notebook: str, exhibit: str, names: dict[str, Any]) -> Exhibit:
    """Return the exhibit that the last expression of its cell makes of these names."""
    text = (root / f"notebooks/{notebook}.ipynb").read_text(encoding="utf-8")
    sources = ["".join(cell["source"]) for cell in json.loads(text)["cells"]]
    (source,) = (text for text in sources if f'id="{exhibit}"' in text)
    call = ast.parse(source).body[-1]
    assert isinstance(call, ast.Expr)
    agreement = SimpleNamespace(caveats=lambda *_, **__: [])
    known = {"exhibits": exhibits, "reliability": agreement, **names}
    made = eval(compile(ast.Expression(call.value), notebook, "eval"), known)  # noqa: S307
    assert isinstance(made, Exhibit)
    return made


def rank_differences(root: Path, works: list[str], submissions: list[str]) -> Exhibit:
    """Return the figure of chapter 06 for works and submissions on these themes."""
    bodies = []
    for name, units in (("work_id", works), ("submission_id", submissions)):
        rows = [(str(at), code) for at, codes in enumerate(units) for code in codes]
        bodies.append(pd.DataFrame(rows, columns=[name, "code"]))
    said = bodies[1].rename(columns={"code": "theme"})
    compared = compare_themes(
        bodies[0].assign(facet="theme"),
        said.assign(respondent_id=said["submission_id"]),
        BOOK,
        n_resamples=20,
    )
    names = {
        "unranked": False,
        "draw": draw,
        "compared": compared,
        "found": sum_up_comparison(compared),
        "UNIT": "works",
        "SOURCE": "data",
        "NOTES": [],
        "COLUMNS": None,
    }
    return show(root, "06_evidence_and_consultation", "rank-differences", names)


@pytest.mark.parametrize(
    ("works", "submissions", "caption", "told"),
    [
        (["ab", "b", "b", "c"], ["ab", "b", "a", "a"], "bars are 95 % bootstrap intervals.",
         "Points with intervals, one a theme, from A (highest, +1.5 places) to "),
        (["ab", "b"], ["ab", "a"], "bars are 95 % bootstrap intervals.",
         "Points with intervals, one a theme, from A (highest, +1 place) to B (lowest, -1 place)."),
        (["a"], ["c"], "too few works or respondents differ for intervals.",
         "Points, one a theme, from C (highest, +1.5 places) to A (lowest, -1.5 places)."),
        (["a"], ["a"], "too few works or respondents differ for intervals.",
         "Points, one a theme, all at zero."),
        (["a"], [], "", "At least one side has nothing to compare."),
    ],
)  # fmt: skip
def test_no_interval_is_spoken_of_where_there_is_none(
    root: Path, works: list[str], submissions: list[str], caption: str, told: str
) -> None:
    shown = rank_differences(root, works, submissions)
    assert shown.caption.endswith(caption)
    assert bool(shown.caption) == bool(caption)
    assert shown.alt_text.startswith(told)


def test_a_service_keeps_its_capitals_in_the_alternative_text(root: Path) -> None:
    columns = ["practice_decision_label", "service_label", "n_works", "n_strong_works", "rank"]
    least = pd.DataFrame([("GP referral", "NHS clinics", 0, 0, 1)], columns=columns)
    names = {
        "draw": challenges,
        "within": within,
        "count": SimpleNamespace(STRONG_FAMILIES=STRONG_FAMILIES),
        "least": least,
        "first": least,
        "base": ["w1"],
        "SOURCE": "data",
    }
    shown = show(root, "04_challenges", "least-evidence", names)
    assert "GP referral for NHS clinics has fewest, 0." in shown.alt_text


def test_a_period_is_not_called_open_that_may_be_closed(root: Path) -> None:
    """An edition to 2019 in periods of five years ends with 2015–2019."""
    for notebook in ("03_literature_themes", "04_challenges"):
        cells = json.loads((root / f"notebooks/{notebook}.ipynb").read_text("utf-8"))["cells"]
        said = " ".join("".join(cell["source"]) for cell in cells)
        assert "The last period may not be complete." in said
        assert "last period is not" not in said


@pytest.mark.parametrize("stage", [None, "automation", "retrieval", "full_text"])
def test_works_are_said_to_be_excluded_where_they_were(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str | None
) -> None:
    """Chapter 02 called every exclusion one at screening, whatever the diagram beside it said."""
    project = init_project(tmp_path / "meals", outputs=False)
    codebook = project / "data/codebook.yaml"
    text = codebook.read_text(encoding="utf-8")
    label = "{label: Not about school meals"
    assert label in text
    if stage:
        codebook.write_text(text.replace(label, f"{label}, stage: {stage}"), encoding="utf-8")
    monkeypatch.chdir(project)
    notebook = (root / "notebooks/02_literature_search.ipynb").read_text(encoding="utf-8")
    code = [
        "".join(cell["source"])
        for cell in json.loads(notebook)["cells"]
        if cell["cell_type"] == "code"
    ]
    names: dict[str, Any] = {}
    *definitions, paragraph, figure = code[:4]
    for source in definitions:
        exec(source, names)  # noqa: S102
    shown = []
    for source in (paragraph, figure):
        *before, last = ast.parse(source).body
        assert isinstance(last, ast.Expr)
        exec(compile(ast.Module(before, []), "02", "exec"), names)  # noqa: S102
        shown.append(eval(compile(ast.Expression(last.value), "02", "eval"), names))  # noqa: S307
    said = str(shown[0])
    n = names["flow"].set_index("box")["n"]
    moved = int((names["review"].work_screening["exclusion_reason"] == "not_school_meals").sum())
    assert moved > 1
    assert f"{n['excluded']} were excluded at screening" in said
    assert f"{n['excluded']} works excluded at screening" in shown[1].alt_text
    told = {
        "automation": f"{moved} works were marked as ineligible by automation tools.",
        "retrieval": f"Of {moved} further works no full text was to be had.",
        "full_text": f"{moved} works were excluded after the full text was read.",
    }
    assert [name for name, words in told.items() if words in said] == ([stage] if stage else [])
    later = stage in ("retrieval", "full_text")
    assert (f"{moved} not retrieved or excluded in full text" in shown[1].alt_text) == later
