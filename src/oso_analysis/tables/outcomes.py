"""The report's four outcomes: the possible solutions that serve them and the evidence behind those.

The way from an outcome to a work leads over themes: a solution serves an outcome and stands under a
theme, and the works that carry the theme are the evidence at hand for it. That a work carries the
theme does not say that it tests, or supports, the solution.
"""

from __future__ import annotations

import pandas as pd

from oso_analysis.codebook import NOT_STATED, Codebook
from oso_analysis.errors import require_columns
from oso_analysis.tables.coded import add_labels, state_missing
from oso_analysis.tables.consultation import count_outcomes, count_segments, name_uncoded
from oso_analysis.tables.intervals import add_percentages

__all__ = ["count_evidence_designs", "summarise_outcomes", "trace_outcomes"]

#: Where a work carries designs of more than one family.
SEVERAL_FAMILIES = "several"


def trace_outcomes(
    segments: pd.DataFrame, work_codes: pd.DataFrame, codebook: Codebook
) -> pd.DataFrame:
    """Trace each outcome to the themes of its solutions and the works behind each theme.

    Parameters
    ----------
    segments : pandas.DataFrame
        Prepared segments: `submission_id, respondent_id, theme, kind, outcome`.
    work_codes : pandas.DataFrame
        `work_id, facet, code` of included works.
    codebook : Codebook
        Order and labels.

    Returns
    -------
    pandas.DataFrame
        One row for every outcome (``not_stated`` last) and theme: both with labels; `n_segments`
        (solutions; adds up to all solutions); `n_submissions` and `n_respondents` proposing them;
        `n_works` (included works that carry the theme, whatever the outcome; neither adds up);
        `percent_of_outcome_segments` (base: the outcome's solutions).
    """
    require_columns(segments, ["kind", "theme", "outcome"], where="trace_outcomes")
    solutions = segments[segments["kind"].eq("solution")]
    table = name_uncoded(count_segments(solutions, ["outcome", "theme"], codebook))
    table = table.drop(columns=["percent_of_segments", "percent_of_submissions"])
    works = _themes_of_works(work_codes)["theme"].value_counts()
    table["n_works"] = table["theme"].map(works).fillna(0).astype("int64")
    base = table.groupby("outcome")["n_segments"].transform("sum")
    return add_percentages(
        table.assign(base=base), "n_segments", "base", name="percent_of_outcome_segments"
    ).drop(columns="base")


def summarise_outcomes(
    segments: pd.DataFrame, work_codes: pd.DataFrame, codebook: Codebook
) -> pd.DataFrame:
    """Sum up each outcome: its solutions, who proposes them, and the works under their themes.

    Parameters
    ----------
    segments, work_codes, codebook
        As for `trace_outcomes`.

    Returns
    -------
    pandas.DataFrame
        One row an outcome, ``not_stated`` last: `outcome` and its label; `n_segments` (adds up to
        all solutions) and `percent_of_segments`; `n_submissions`, `n_respondents`; `n_themes` its
        solutions stand under and `themes` with their solutions, most first; `n_works` that carry
        at least one of those themes, counted once, and `n_other_works` that carry none of them,
        together `n_works_with_theme`; `percent_of_works` (base: works with a theme).
    """
    trace = trace_outcomes(segments, work_codes, codebook)
    table = count_outcomes(segments, codebook).drop(columns="percent_of_submissions")
    themes = _themes_of_works(work_codes)
    n_works_with_theme = int(themes["work_id"].nunique())
    named, n_themes, n_works = [], [], []
    for outcome in table["outcome"]:
        mine = trace[trace["outcome"].eq(outcome) & trace["n_segments"].gt(0)]
        mine = mine.sort_values("n_segments", ascending=False, kind="stable")
        named.append(
            ", ".join(f"{one.theme_label} ({one.n_segments})" for one in mine.itertuples())
        )
        n_themes.append(len(mine))
        under = themes.loc[themes["theme"].isin(mine["theme"]), "work_id"]
        n_works.append(int(under.nunique()))
    table["n_themes"] = n_themes
    table["themes"] = pd.Series(named, dtype="str").where(pd.Series(n_themes).gt(0))
    table["n_works"] = n_works
    table["n_other_works"] = n_works_with_theme - table["n_works"]
    table["n_works_with_theme"] = n_works_with_theme
    return add_percentages(table, "n_works", "n_works_with_theme", name="percent_of_works")


def count_evidence_designs(
    segments: pd.DataFrame, work_codes: pd.DataFrame, codebook: Codebook
) -> pd.DataFrame:
    """Count the works behind each outcome by the family of their design.

    Parameters
    ----------
    segments, work_codes, codebook
        As for `trace_outcomes`; families are the codebook's attribute `family` of designs.

    Returns
    -------
    pandas.DataFrame
        One row for every outcome that solutions serve and every family: `outcome` and its label,
        `design_family` (``not_stated`` where no design is coded; ``several``, listed only where it
        occurs, for works with designs of more than one family), `n_works` (adds up to the outcome's
        works in `summarise_outcomes`) and `percent_of_works` (base: the outcome's works).
    """
    trace = trace_outcomes(segments, work_codes, codebook)
    themes = _themes_of_works(work_codes)
    family_of = codebook["design"].attribute("family") | {NOT_STATED: NOT_STATED}
    designs = work_codes[work_codes["facet"].eq("design")]
    families = designs["code"].map(family_of).groupby(designs["work_id"]).agg(["nunique", "first"])
    families["family"] = families["first"].where(families["nunique"].eq(1), SEVERAL_FAMILIES)
    order = [family for family in dict.fromkeys(family_of.values()) if family != NOT_STATED]
    if families["family"].eq(SEVERAL_FAMILIES).any():
        order.append(SEVERAL_FAMILIES)
    order.append(NOT_STATED)
    rows = []
    for outcome in dict.fromkeys(trace.loc[trace["n_segments"].gt(0), "outcome"]):
        mine = trace.loc[trace["outcome"].eq(outcome) & trace["n_segments"].gt(0), "theme"]
        works = themes.loc[themes["theme"].isin(mine), "work_id"].drop_duplicates()
        counts = works.map(families["family"]).fillna(NOT_STATED).value_counts()
        rows += [(outcome, family, int(counts.get(family, 0)), len(works)) for family in order]
    table = pd.DataFrame(rows, columns=["outcome", "design_family", "n_works", "base"])
    table = add_percentages(table, "n_works", "base", name="percent_of_works")
    return name_uncoded(add_labels(table.drop(columns="base"), ["outcome"], codebook))


def _themes_of_works(work_codes: pd.DataFrame) -> pd.DataFrame:
    require_columns(work_codes, ["work_id", "facet", "code"], where="trace_outcomes")
    themes = work_codes[work_codes["facet"].eq("theme")]
    themes = themes[["work_id"]].assign(theme=state_missing(themes["code"]))
    return themes.drop_duplicates()
