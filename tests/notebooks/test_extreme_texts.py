"""What the report's notebooks say of a comparison in which there is little to compare."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from oso_analysis import exhibits
from oso_analysis.codebook import Code, Codebook, Facet
from oso_analysis.exhibits import Exhibit
from oso_analysis.figures import comparison as draw
from oso_analysis.tables.comparison import compare_themes, sum_up_comparison

BOOK = Codebook({"theme": Facet("theme", {code: Code(code, code.upper()) for code in "abc"})})


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
    text = (root / "notebooks/06_evidence_and_consultation.ipynb").read_text(encoding="utf-8")
    sources = ["".join(cell["source"]) for cell in json.loads(text)["cells"]]
    (source,) = (text for text in sources if 'id="rank-differences"' in text)
    names = {
        "unranked": False,
        "exhibits": exhibits,
        "draw": draw,
        "compared": compared,
        "found": sum_up_comparison(compared),
        "UNIT": "works",
        "SOURCE": "data",
        "NOTES": [],
        "COLUMNS": None,
        "reliability": SimpleNamespace(caveats=lambda *_, **__: []),
    }
    shown = eval(source, names)  # noqa: S307 (this project's own cell)
    assert isinstance(shown, Exhibit)
    return shown


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
