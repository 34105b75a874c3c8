"""Percentages, with intervals where a sample is claimed and none where everything was counted.

A set of published submissions *as collected* is a census of what was collected: its percentages
have no sampling error, and an interval would suggest a population that nobody drew from. Where an
analyst does claim a sample (a random draw of the submissions, say), the interval is Wilson's score
interval without continuity correction, which stays within 0 to 100 and holds its level for small
counts where the textbook (Wald) interval does not.

References
----------
Wilson EB (1927). Probable inference, the law of succession, and statistical inference. Journal of
the American Statistical Association 22(158), 209-212.
Brown LD, Cai TT, DasGupta A (2001). Interval estimation for a binomial proportion. Statistical
Science 16(2), 101-133.
"""

from __future__ import annotations

from numbers import Real
from statistics import NormalDist

import numpy as np
import pandas as pd

from oso_analysis.errors import InputError, Problem, check_option, require_columns, require_kind

__all__ = ["BASES", "add_percentages", "describe_basis", "wilson_interval"]

#: What a set of counted units is: everything that was collected, or a random draw from more.
BASES = ("census", "sample")


def wilson_interval(
    count: pd.Series, base: pd.Series | int, *, confidence: float = 0.95
) -> pd.DataFrame:
    """Return Wilson's score interval for proportions, in percent.

    Parameters
    ----------
    count : pandas.Series
        Units that have the property.
    base : pandas.Series or int
        Units in all; an interval over none is missing.
    confidence : float, default 0.95
        Two-sided level, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        `low` and `high`, from 0 to 100, on the index of `count`.

    Raises
    ------
    InputError
        If the level is not between 0 and 1, or a count lies outside 0 to its base.

    Examples
    --------
    >>> import pandas as pd
    >>> wilson_interval(pd.Series([0, 5, 10]), 10).round(1)
        low   high
    0   0.0   27.8
    1  23.7   76.3
    2  72.2  100.0
    """
    if not 0 < confidence < 1:
        raise InputError(
            [Problem("must lie between 0 and 1", column="confidence", value=confidence)]
        )
    require_kind("count", count, pd.Series, 'must be a column of counts, such as table["n_works"]')
    k = count.astype("float64")
    n = pd.Series(base, index=count.index, dtype="float64")
    if ((k < 0) | (k > n)).any():
        worst = count[(k < 0) | (k > n)].iloc[0]
        raise InputError([Problem("must lie between 0 and its base", column="count", value=worst)])
    n = n.where(n > 0)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = k / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    # At the ends the formula gives 0 and 1 only up to rounding; a bound of -1e-17 helps nobody.
    low = (centre - half).mask(k.eq(0), 0.0)
    high = (centre + half).mask(k.eq(n), 1.0)
    return pd.DataFrame({"low": 100 * low.where(n.notna()), "high": 100 * high.where(n.notna())})


def add_percentages(
    table: pd.DataFrame,
    count: str,
    base: str | int,
    *,
    name: str,
    basis: str = "census",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Add a percentage to a table of counts, with an interval where a sample is claimed.

    Parameters
    ----------
    table : pandas.DataFrame
        Counts.
    count : str
        Column counted.
    base : str or int
        Column with the base of each row, or one base for all rows.
    name : str
        Name of the new column, such as ``percent_of_submissions``.
    basis : {"census", "sample"}, default "census"
        Whether the units are all that was collected or a random sample of more.
    confidence : float, default 0.95
        Level of the interval.

    Returns
    -------
    pandas.DataFrame
        The table with `name` (missing where the base is 0) and, for a sample, `name_low` and
        `name_high`.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"n_works": [1, 3]})
    >>> add_percentages(table, "n_works", 4, name="percent_of_works")
       n_works  percent_of_works
    0        1              25.0
    1        3              75.0
    """
    check_option("basis", basis, BASES)
    wanted = "must be the name of a column of bases, or one number for all rows"
    require_kind("base", base, (str, Real), wanted)
    require_columns(table, [count, *([base] if isinstance(base, str) else [])], where=name)
    result = table.copy()
    bases = (
        result[base].astype("float64")
        if isinstance(base, str)
        else pd.Series(float(base), index=result.index)
    )
    result[name] = 100 * result[count].astype("float64") / bases.where(bases > 0)
    if basis == "sample":
        interval = wilson_interval(result[count], bases, confidence=confidence)
        result[f"{name}_low"] = interval["low"]
        result[f"{name}_high"] = interval["high"]
    return result


def describe_basis(basis: str, units: str, *, confidence: float = 0.95) -> str:
    """Say in one sentence why percentages carry an interval or none.

    Parameters
    ----------
    basis : {"census", "sample"}
        As given to `add_percentages`.
    units : str
        What is counted, in the plural: "submissions".
    confidence : float, default 0.95
        Level of the interval.

    Returns
    -------
    str
    """
    check_option("basis", basis, BASES)
    if basis == "census":
        return (
            f"Percentages describe all {units} collected, a census of what was collected and not "
            f"a sample of all views, and therefore carry no interval."
        )
    return (
        f"The {units} are taken as a random sample; percentages carry Wilson score intervals at "
        f"the {100 * confidence:g} % level."
    )
