"""Percent agreement, Cohen's kappa and Krippendorff's alpha for nominal codes.

References
----------
Cohen J (1960). A coefficient of agreement for nominal scales. Educational and Psychological
Measurement 20(1), 37-46.
Krippendorff K (2019). Content Analysis, 4th ed., ch. 12. Sage.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from oso_analysis.errors import InputError, Problem

__all__ = ["alphas", "cohen_kappa", "krippendorff_alpha", "percent_agreement"]


def _paired(first: pd.Series, second: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return the codes of the units coded by both, as places in their sorted list."""
    if len(first) != len(second):
        raise InputError([Problem(f"must have the same length: {len(first)} and {len(second)}")])
    both = first.notna().to_numpy() & second.notna().to_numpy()
    said = [str(code) for codes in (first, second) for code in codes.to_numpy(object)[both]]
    if not said:
        return np.empty(0, dtype=int), np.empty(0, dtype=int)
    _, places = np.unique(np.array(said, dtype=str), return_inverse=True)
    return places[: len(said) // 2], places[len(said) // 2 :]


def percent_agreement(first: pd.Series, second: pd.Series) -> float:
    """Return the percentage of units, coded by both, with the same code; NaN where there is none.

    Parameters
    ----------
    first, second : pandas.Series
        Codes in the same order of units; missing where a coder did not code the unit.

    Examples
    --------
    >>> import pandas as pd
    >>> first, second = pd.Series(["a", "a", "b", None]), pd.Series(["a", "b", "b", "b"])
    >>> round(percent_agreement(first, second), 1)
    66.7
    """
    return percent_of_same(*_paired(first, second))


def percent_of_same(first: np.ndarray, second: np.ndarray) -> float:
    """Return `percent_agreement` of codes given as whole numbers, none missing."""
    return 100 * float((first == second).mean()) if len(first) else float("nan")


def cohen_kappa(first: pd.Series, second: pd.Series) -> float:
    """Return Cohen's kappa (nominal, unweighted) over the units coded by both.

    Parameters
    ----------
    first, second : pandas.Series
        Codes in the same order of units; missing where a coder did not code the unit.

    Returns
    -------
    float
        NaN where it cannot be estimated: no unit, or both coders used one and the same code
        throughout, so that agreement by chance is certain.

    Examples
    --------
    >>> import pandas as pd
    >>> round(cohen_kappa(pd.Series(["a", "a", "b", "b"]), pd.Series(["a", "a", "b", "a"])), 3)
    0.5
    """
    return kappa_of(*_paired(first, second))


def kappa_of(first: np.ndarray, second: np.ndarray) -> float:
    """Return `cohen_kappa` of codes given as whole numbers from 0, none missing."""
    if not len(first):
        return float("nan")
    n_codes = int(max(first.max(), second.max())) + 1
    shares = [np.bincount(codes, minlength=n_codes) / len(codes) for codes in (first, second)]
    chance = float(sum(np.multiply(*shares).tolist()))
    if chance >= 1:
        return float("nan")
    return (float((first == second).mean()) - chance) / (1 - chance)


def krippendorff_alpha(ratings: pd.DataFrame) -> float:
    """Return Krippendorff's alpha for nominal codes, any number of coders, missing codes allowed.

    Parameters
    ----------
    ratings : pandas.DataFrame
        One row a unit, one column a coder; missing where a coder did not code the unit. Units with
        fewer than two codes say nothing about agreement and are left out.

    Returns
    -------
    float
        1 is perfect, 0 what chance would give; NaN where it cannot be estimated: no unit with two
        codes, or one and the same code throughout.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({"coder_1": ["a", "a", "b", "b"], "coder_2": ["a", "a", "b", None]})
    >>> krippendorff_alpha(ratings)
    1.0
    """
    codes, _ = pd.factorize(ratings.to_numpy(dtype=object).ravel(), sort=False)
    grid = codes.reshape(ratings.shape)
    counts = np.zeros((grid.shape[0], int(codes.max(initial=-1)) + 1))
    for column in grid.T:
        rated = np.flatnonzero(column >= 0)
        np.add.at(counts, (rated, column[rated]), 1)
    return float(alphas(counts, np.ones((1, len(counts))))[0])


def alphas(counts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return alpha for each resample of the units.

    Parameters
    ----------
    counts : array of shape (units, codes)
        How many coders gave the unit the code.
    weights : array of shape (resamples, units)
        How often each unit is in each resample.

    Notes
    -----
    With m codes in a unit, its disagreeing pairs are (m² - Σ n²) / (m - 1); with n codes in all,
    those expected by chance are (n² - Σ n_code²) / (n - 1). Alpha is one minus their ratio.
    """
    total = counts.sum(axis=1)
    pairable = total >= 2
    counts, total, weights = counts[pairable], total[pairable], weights[:, pairable]
    disagreeing = weights @ ((total**2 - (counts**2).sum(axis=1)) / (total - 1))
    per_code = weights @ counts
    n = per_code.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = (n**2 - (per_code**2).sum(axis=1)) / (n - 1)
        return np.where(expected > 0, 1 - disagreeing / expected, np.nan)
