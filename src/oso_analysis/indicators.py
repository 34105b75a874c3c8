"""Published figures on scale: periods, known breaks in series, and figures in conflict.

A figure is one published number for one series (`indicator_id`) and one period. Figures count
reports, referrals and recorded offences, not prevalence, and publishers differ in units and
definitions: nothing here, and nothing built on it, adds or averages figures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from oso_analysis.errors import InputError, Problem, require_columns

__all__ = ["PRECISIONS", "prepare_figures", "scope_figures"]

_CALENDAR = re.compile(r"\d{4}")
_SPLIT = re.compile(r"(\d{4})/(\d{2})")

#: How exactly a source gives a figure.
PRECISIONS = ("exact", "rounded", "at_least")


def scope_figures(
    indicators: pd.DataFrame,
    *,
    year_to: int | None = None,
    geographies: Sequence[str] = (),
) -> pd.DataFrame:
    """Keep the figures for periods that begin by a year and for some geographies.

    Parameters
    ----------
    indicators : pandas.DataFrame
        Columns `year` and `geography`.
    year_to : int, optional
        Last year kept; a period such as 2018/19 counts as the year it begins in.
    geographies : sequence of str, optional
        Geographies kept, with their parts (``GB`` keeps ``GB-EAW`` and ``GB-SCT``); all by default.
        Worldwide figures (``INT``) are kept only where named.

    Returns
    -------
    pandas.DataFrame
        The rows kept, in their order.
    """
    require_columns(indicators, ["year", "geography"], where="scope_figures")
    keep = pd.Series(True, index=indicators.index)
    if year_to is not None:
        keep &= indicators["year"].le(year_to).fillna(False).astype(bool)
    if geographies:
        place = indicators["geography"].astype("str")
        named = place.isin(list(geographies))
        for whole in geographies:
            named |= place.str.startswith(f"{whole}-", na=False)
        keep &= named
    return indicators[keep].reset_index(drop=True)


def prepare_figures(indicators: pd.DataFrame, breaks: pd.DataFrame | None = None) -> pd.DataFrame:
    """Say of every figure how its period runs, what it can be joined to and what it contradicts.

    Parameters
    ----------
    indicators : pandas.DataFrame
        One row a figure: `indicator_id, indicator, unit, geography, period, year, value, precision,
        source_publisher, source_kind`.
    breaks : pandas.DataFrame, optional
        One row a break (`data/indicators/breaks.csv`): `indicator_id`; `last_year_before`, the last
        year wholly under the old practice; `first_year_after`, the first wholly under the new one.
        A year between them is mixed. No breaks are known by default; breaks of other series are
        ignored.

    Returns
    -------
    pandas.DataFrame
        The same rows and columns, sorted by series (in the order of the series' names as first
        given by `indicator_id`), year, value and source, plus

        - `period_kind`: ``calendar_year`` (``2019``) or ``split_year`` (``2019/20``, twelve months
          over two calendar years, whatever the month they begin in),
        - `conflict`: True where another source gives a figure for the same series and period,
        - `stretch` (Int64): 1 before a series' first break, 2 after it, and so on; missing for a
          period in which the practice changed,
        - `run` (Int64): figures of one series with the same number may be joined by a line. A line
          never crosses a break, and a figure in conflict or in a mixed period stands alone.

    Raises
    ------
    InputError
        All problems at once: a period that is neither kind or disagrees with `year`, an unknown
        precision, a series with two units or both kinds of period, a break that ends before it
        begins.
    """
    needed = ["indicator_id", "indicator", "unit", "period", "year", "value", "precision"]
    require_columns(
        indicators, [*needed, "source_publisher", "source_kind"], where="prepare_figures"
    )
    figures = indicators.copy()
    figures["period"] = figures["period"].astype("str")
    figures["year"] = figures["year"].astype("Int64")
    split = figures["period"].str.fullmatch(_SPLIT.pattern)
    figures["period_kind"] = split.map({True: "split_year", False: "calendar_year"}).astype("str")
    problems = _problems(figures)
    if breaks is not None:
        years = ["last_year_before", "first_year_after"]
        require_columns(breaks, ["indicator_id", *years], where="prepare_figures")
        problems += [
            Problem(
                f"must be later than last_year_before, {before}",
                file="breaks",
                row=row,
                column="first_year_after",
                value=after,
            )
            for row, (before, after) in enumerate(breaks[years].to_numpy().tolist(), start=2)
            if before >= after
        ]
    if problems:
        raise InputError(problems)
    figures = figures.sort_values(
        ["indicator_id", "year", "value", "precision", "source_publisher"],
        kind="stable",
        ignore_index=True,
    )
    figures["conflict"] = figures.duplicated(["indicator_id", "period"], keep=False)
    figures["stretch"] = _stretches(figures, breaks)
    alone = figures["conflict"] | figures["stretch"].isna()
    same_series = figures["indicator_id"].eq(figures["indicator_id"].shift())
    same_stretch = figures["stretch"].eq(figures["stretch"].shift()).fillna(False).astype(bool)
    joined = same_series & same_stretch & ~alone & ~alone.shift(fill_value=True)
    figures["run"] = (~joined).cumsum().astype("Int64")
    return figures


def _stretches(figures: pd.DataFrame, breaks: pd.DataFrame | None) -> pd.Series:
    stretch = pd.Series(1, index=figures.index, dtype="Int64")
    if breaks is None:
        return stretch
    mixed = pd.Series(False, index=figures.index)
    for _, change in breaks.iterrows():
        same = figures["indicator_id"].eq(change["indicator_id"])
        after = same & figures["year"].ge(change["first_year_after"])
        mixed |= same & ~after & figures["year"].gt(change["last_year_before"])
        stretch += after.astype("Int64")
    return stretch.mask(mixed)


def _problems(figures: pd.DataFrame) -> list[Problem]:
    problems = []
    for row, (period, year, precision) in enumerate(
        zip(figures["period"], figures["year"], figures["precision"], strict=True), start=2
    ):
        split = _SPLIT.fullmatch(period)
        legal = (int(split[1]) + 1) % 100 == int(split[2]) if split else _CALENDAR.fullmatch(period)
        if not legal:
            problems.append(
                Problem("must be YYYY or YYYY/YY", row=row, column="period", value=period)
            )
        elif pd.isna(year) or int(period[:4]) != year:
            problems.append(
                Problem(
                    f"must be the year in which the period {period} begins",
                    row=row,
                    column="year",
                    value=None if pd.isna(year) else int(year),
                )
            )
        if precision not in PRECISIONS:
            problems.append(
                Problem(
                    f"must be one of {', '.join(PRECISIONS)}",
                    row=row,
                    column="precision",
                    value=precision,
                )
            )
    for column in ("unit", "period_kind"):
        kinds = figures.groupby("indicator_id")[column].nunique()
        problems += [
            Problem(
                f"has more than one {column.replace('_', ' ')}", column="indicator_id", value=one
            )
            for one in kinds.index[kinds > 1]
        ]
    return problems
