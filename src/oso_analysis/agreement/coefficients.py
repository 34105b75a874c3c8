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

__all__ = [
    "alphas",
    "cohen_kappa",
    "kappas",
    "krippendorff_alpha",
    "percent_agreement",
    "percents",
]


def _paired(first: pd.Series, second: pd.Series) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the codes of units coded by both as numbers, one column each, and how many codes."""
    if len(first) != len(second):
        raise InputError([Problem(f"must have the same length: {len(first)} and {len(second)}")])
    both = first.notna().to_numpy() & second.notna().to_numpy()
    texts = pd.concat([first[both].astype("str"), second[both].astype("str")])
    numbers, codes = pd.factorize(texts, sort=True)
    one, two = numbers.reshape(2, -1, 1)
    return one, two, len(codes)


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
    one, two, _ = _paired(first, second)
    return float(percents(one, two)[0])


def percents(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """Return `percent_agreement` for each column of two arrays of code numbers without gaps."""
    if not len(one):
        return np.full(one.shape[1], np.nan)
    agreed: np.ndarray = (one == two).mean(axis=0)
    return 100 * agreed


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
    return float(kappas(*_paired(first, second))[0])


def kappas(one: np.ndarray, two: np.ndarray, n_codes: int) -> np.ndarray:
    """Return `cohen_kappa` for each column of two arrays of code numbers without gaps.

    Notes
    -----
    With the observed share of agreement p and the share expected by chance e, the sum over codes
    of the product of both coders' shares, kappa is (p - e) / (1 - e).
    """
    if not len(one):
        return np.full(one.shape[1], np.nan)
    observed = (one == two).mean(axis=0)
    chance = np.zeros(one.shape[1])
    for code in range(n_codes):
        chance += (one == code).mean(axis=0) * (two == code).mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(chance < 1, (observed - chance) / (1 - chance), np.nan)


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
    counts : array of shape (units, codes) or (units, variables, codes)
        How many coders gave the unit the code; alpha is estimated for each variable by itself.
    weights : array of shape (resamples, units)
        How often each unit is in each resample.

    Returns
    -------
    array of shape (resamples,) or (resamples, variables)

    Notes
    -----
    With m codes in a unit, its disagreeing pairs are (m² - Σ n²) / (m - 1); with n codes in all,
    those expected by chance are (n² - Σ n_code²) / (n - 1). Alpha is one minus their ratio.
    """
    total = counts.sum(axis=-1)
    pairable = total >= 2
    counts = np.where(pairable[..., None], counts, 0)
    pairs = total**2 - (counts**2).sum(axis=-1)
    disagreeing = np.tensordot(weights, np.where(pairable, pairs / np.maximum(total - 1, 1), 0), 1)
    per_code = np.tensordot(weights, counts, 1)
    n = per_code.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = (n**2 - (per_code**2).sum(axis=-1)) / (n - 1)
        return np.where(expected > 0, 1 - disagreeing / expected, np.nan)
