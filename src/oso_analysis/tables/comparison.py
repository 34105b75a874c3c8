"""Literature and consultation side by side: voiced much and studied little, and the reverse.

Both bodies are put on the same base, the units that carry at least one theme: included works with a
theme code, and relevant submissions with a coded segment. A unit may carry several themes, so these
percentages add up to more than 100. Segments carry exactly one theme; what compares with them is
each theme's share of all themes of works (`percent_of_work_themes`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from oso_analysis.codebook import WITHHELD, Codebook
from oso_analysis.errors import InputError, Problem, not_whole, require_columns
from oso_analysis.tables.coded import add_labels, code_order
from oso_analysis.tables.withheld import numbers

__all__ = ["DIVERGENCE_LABELS", "Comparison", "Lead", "compare_themes", "sum_up_comparison"]

#: How a theme's places in the two bodies differ, with labels.
DIVERGENCE_LABELS = {
    "voiced_more": "Voiced more than studied",
    "studied_more": "Studied more than voiced",
    "no_clear_difference": "No clear difference",
    "not_comparable": "Not comparable",
}


def compare_themes(
    work_codes: pd.DataFrame,
    segments: pd.DataFrame,
    codebook: Codebook,
    *,
    n_resamples: int = 2000,
    seed: int = 2019,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Compare each theme's weight in the literature with its weight in the consultation.

    Parameters
    ----------
    work_codes : pandas.DataFrame
        `work_id, facet, code` of included works.
    segments : pandas.DataFrame
        `submission_id, respondent_id, theme`: prepared segments of one coder.
    codebook : Codebook
        Themes, their order and labels.
    n_resamples : int, default 2000
        Bootstrap resamples.
    seed : int, default 2019
        Seed of the resampling; the same seed and data give the same intervals.
    confidence : float, default 0.95
        Level of the percentile intervals.

    Returns
    -------
    pandas.DataFrame
        One row a theme, in codebook order: `theme` and its label;
        `n_works`, `n_works_with_theme` (base), `percent_of_works`, `percent_of_work_themes`,
        `rank_works`;
        `n_submissions`, `n_submissions_with_theme` (base), `percent_of_submissions`,
        `rank_submissions`;
        `n_segments`, `n_segments_with_theme` (base), `percent_of_segments`, `rank_segments`;
        `percent_difference` (submissions less works, in percentage points) and `rank_difference`
        (place in the literature less place in the consultation: positive where the consultation
        ranks the theme higher), each with `_low` and `_high`;
        `divergence` (a key of `DIVERGENCE_LABELS`: whether the rank difference's interval excludes
        0) and its label. Ranks count from 1 for the largest share; ties share their average rank.
        Where one body carries no theme at all, its percentages and ranks and all differences are
        missing and nothing is comparable. Where one body is a single work or respondent, or
        the works as well as the respondents are all alike, there are no intervals, and no
        difference is clear.

    Raises
    ------
    InputError
        If a column is missing, a theme is not in the codebook, or a number is out of range.

    Notes
    -----
    Both bodies are what searches found, not random samples, so the intervals do not speak of all
    literature or all views; they say how far the ranks hang on single works and respondents.
    Works and, independently, respondents with all their submissions (one organisation's submissions
    repeat themselves) are resampled with replacement. Intervals of ranks are rough where shares lie
    close together (Goldstein and Spiegelhalter 1996). Every resample of a single work or respondent
    is the same, and so is every resample of all where works carry the same themes and respondents
    the same shares of them: an interval would have no width and call any difference clear.

    References
    ----------
    Goldstein H, Spiegelhalter DJ (1996). League tables and their limitations: statistical issues in
    comparisons of institutional performance. Journal of the Royal Statistical Society A 159(3),
    385-443.

    Examples
    --------
    >>> import pandas as pd
    >>> from oso_analysis.codebook import Code, Codebook, Facet
    >>> themes = {code: Code(code, code.title()) for code in ("policing", "research")}
    >>> codebook = Codebook({"theme": Facet("theme", themes)})
    >>> codes = pd.DataFrame(
    ...     {
    ...         "work_id": ["w1", "w2", "w3"],
    ...         "facet": "theme",
    ...         "code": ["policing", "policing", "research"],
    ...     }
    ... )
    >>> segments = pd.DataFrame(
    ...     {"submission_id": ["s1", "s2"], "respondent_id": ["a", "b"], "theme": "research"}
    ... )
    >>> table = compare_themes(codes, segments, codebook, n_resamples=50)
    >>> columns = ["theme", "percent_of_works", "percent_of_submissions", "rank_difference"]
    >>> print(table[columns].round(1).to_string(index=False))
       theme  percent_of_works  percent_of_submissions  rank_difference
    policing              66.7                     0.0             -1.0
    research              33.3                   100.0              1.0
    """
    require_columns(work_codes, ["work_id", "facet", "code"], where="compare_themes")
    require_columns(segments, ["submission_id", "respondent_id", "theme"], where="compare_themes")
    problems = not_whole("n_resamples", n_resamples)
    if not 0 < confidence < 1:
        problems.append(Problem("must lie between 0 and 1", column="confidence", value=confidence))
    if problems:
        raise InputError(problems)
    codes = work_codes[work_codes["facet"].eq("theme")][["work_id", "code"]].drop_duplicates()
    voiced = segments[segments["theme"].notna()]
    themes = list(codebook["theme"])
    code_order("theme", pd.concat([codes["code"], voiced["theme"]]), codebook)

    works = pd.crosstab(codes["work_id"], codes["code"]).reindex(columns=themes, fill_value=0)
    pairs = voiced[["respondent_id", "submission_id", "theme"]].drop_duplicates()
    submissions = pd.crosstab(pairs["respondent_id"], pairs["theme"]).reindex(
        columns=themes, fill_value=0
    )
    sizes = voiced.groupby("respondent_id")["submission_id"].nunique().reindex(submissions.index)
    n_segments = voiced["theme"].value_counts().reindex(themes, fill_value=0)

    table = pd.DataFrame({"theme": themes})
    table["n_works"] = works.sum().to_numpy()
    table["n_works_with_theme"] = len(works)
    table["percent_of_works"] = _percent(table["n_works"], len(works))
    table["percent_of_work_themes"] = _percent(table["n_works"], int(table["n_works"].sum()))
    table["rank_works"] = _rank(table["n_works"])
    table["n_submissions"] = submissions.sum().to_numpy()
    table["n_submissions_with_theme"] = int(sizes.sum())
    table["percent_of_submissions"] = _percent(table["n_submissions"], int(sizes.sum()))
    table["rank_submissions"] = _rank(table["n_submissions"])
    table["n_segments"] = n_segments.to_numpy()
    table["n_segments_with_theme"] = len(voiced)
    table["percent_of_segments"] = _percent(table["n_segments"], len(voiced))
    table["rank_segments"] = _rank(table["n_segments"])
    table["percent_difference"] = table["percent_of_submissions"] - table["percent_of_works"]
    table["rank_difference"] = table["rank_works"] - table["rank_submissions"]

    comparable = not codes.empty and not voiced.empty
    drawn = np.full((2, n_resamples, len(themes)), np.nan)
    bodies = works, submissions.div(sizes, axis=0)
    differs = any(len(body.drop_duplicates()) > 1 for body in bodies)
    if comparable and differs and min(map(len, bodies)) > 1:
        rng = np.random.default_rng(seed)
        studied = _resample(works.to_numpy(), np.ones(len(works)), n_resamples, rng)
        heard = _resample(submissions.to_numpy(), sizes.to_numpy(), n_resamples, rng)
        drawn = np.stack([heard - studied, _ranks(studied) - _ranks(heard)])
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    for name, differences in zip(("percent_difference", "rank_difference"), drawn, strict=True):
        low, high = np.quantile(differences, tails, axis=0)
        at = list(table.columns).index(name) + 1
        table.insert(at, f"{name}_low", low)
        table.insert(at + 1, f"{name}_high", high)
    table["divergence"] = np.select(
        [table["rank_difference_low"].gt(0), table["rank_difference_high"].lt(0)],
        ["voiced_more", "studied_more"],
        "no_clear_difference" if comparable else "not_comparable",
    )
    table["divergence_label"] = table["divergence"].map(DIVERGENCE_LABELS)
    return add_labels(table, ["theme"], codebook)


@dataclass(frozen=True)
class Lead:
    """The themes furthest to one side, and by how much; all missing where none is to that side.

    Attributes
    ----------
    themes : list of str or None
        Labels; several where they tie.
    difference : float or None
        Their difference, of ranks or of percentages.
    percent_of_works, percent_of_submissions : float or None
        Given where the theme is a single one.
    """

    themes: list[str] | None = None
    difference: float | None = None
    percent_of_works: float | None = None
    percent_of_submissions: float | None = None


@dataclass(frozen=True)
class Comparison:
    """What a comparison of themes says as a whole.

    Attributes
    ----------
    n_works, n_submissions : int or None
        The bases; a withheld one is missing.
    n_compared : int
        Themes with a place on both sides; 0 where one side has nothing to compare or the places
        are withheld.
    n_clear : int or None
        Those whose interval excludes 0; missing where no theme has an interval.
    is_withheld : bool
        Whether places are withheld.
    studied, voiced : Lead
        By rank: places in the literature above those in the consultation, and the reverse.
    falls, rises : Lead
        By percentage points, from works to submissions.
    """

    n_works: int | None
    n_submissions: int | None
    n_compared: int
    n_clear: int | None
    is_withheld: bool
    studied: Lead
    voiced: Lead
    falls: Lead
    rises: Lead


def sum_up_comparison(compared: pd.DataFrame) -> Comparison:
    """Say which themes stand out of a comparison, and how many of them clearly.

    Parameters
    ----------
    compared : pandas.DataFrame
        As `compare_themes` gives it; some numbers may be withheld.

    Returns
    -------
    Comparison
    """
    table = numbers(compared)
    intervals = table[["rank_difference_low", "rank_difference_high"]].notna().all(axis=1)
    clear = table["divergence"].isin(["voiced_more", "studied_more"]) & intervals
    bases = [table[f"n_{unit}_with_theme"] for unit in ("works", "submissions")]
    n_works, n_submissions = (
        None if base.empty or pd.isna(base.iloc[0]) else int(base.iloc[0]) for base in bases
    )
    return Comparison(
        n_works=n_works,
        n_submissions=n_submissions,
        n_compared=int(table["rank_difference"].notna().sum()),
        n_clear=int(clear.sum()) if intervals.any() else None,
        is_withheld=bool(compared["rank_difference"].eq(WITHHELD).any()),
        studied=_lead(table, "rank_difference", -1),
        voiced=_lead(table, "rank_difference", 1),
        falls=_lead(table, "percent_difference", -1),
        rises=_lead(table, "percent_difference", 1),
    )


def _lead(table: pd.DataFrame, difference: str, side: int) -> Lead:
    distance = side * table[difference].astype("float64")
    furthest = distance.max()
    if not furthest > 0:
        return Lead()
    rows = table[np.isclose(distance, furthest)]
    alone = len(rows) == 1
    return Lead(
        themes=[str(label) for label in rows["theme_label"]],
        difference=float(side * furthest),
        percent_of_works=float(rows["percent_of_works"].iloc[0]) if alone else None,
        percent_of_submissions=float(rows["percent_of_submissions"].iloc[0]) if alone else None,
    )


def _percent(counts: pd.Series, base: int) -> pd.Series:
    return 100 * counts / base if base else pd.Series(np.nan, index=counts.index)


def _rank(counts: pd.Series) -> pd.Series:
    ranks = counts.rank(ascending=False)
    return ranks if counts.sum() else ranks.mul(np.nan)


def _ranks(shares: np.ndarray) -> np.ndarray:
    # Average ranks, largest first: shares above, plus the middle of those equal.
    above = (shares[:, None, :] > shares[:, :, None]).sum(axis=2)
    equal = (shares[:, None, :] == shares[:, :, None]).sum(axis=2)
    return np.asarray(above + (equal + 1) / 2)


def _resample(
    counts: np.ndarray, sizes: np.ndarray, n_resamples: int, rng: np.random.Generator
) -> np.ndarray:
    """Return the percentages of `n_resamples` draws of the rows of `counts` with replacement."""
    weights = rng.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), n_resamples)
    return np.asarray(100 * (weights @ counts) / (weights @ sizes)[:, None])
