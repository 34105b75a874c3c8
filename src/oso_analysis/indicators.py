"""Published figures on scale: periods, known breaks in series, and figures in conflict.

A figure is one published number for one series (`indicator_id`) and one period. Figures count
reports, referrals and recorded offences, not prevalence, and publishers differ in units and
definitions: nothing here, and nothing built on it, adds or averages figures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from oso_analysis.errors import InputError, Problem, require_columns

__all__ = ["BREAK_COLUMNS", "prepare_figures", "read_breaks", "scope_figures"]

#: Columns of a table of breaks; see `read_breaks`.
BREAK_COLUMNS = (
    "indicator_id",
    "change_date",
    "last_year_before",
    "first_year_after",
    "label",
    "note",
    "source",
)

_CALENDAR = re.compile(r"\d{4}")
_SPLIT = re.compile(r"(\d{4})/(\d{2})")
_CHANGE_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?")

PRECISIONS = ("exact", "rounded", "at_least")


def read_breaks(path: Path | str) -> pd.DataFrame:
    """Read the known breaks in series.

    Parameters
    ----------
    path : path-like
        CSV in UTF-8 with the columns in `BREAK_COLUMNS`.

    Returns
    -------
    pandas.DataFrame
        One row a break: `indicator_id`; `change_date` (``2014-04`` or ``2024``; missing where the
        date is not stated); `last_year_before`, the last year wholly under the old practice, and
        `first_year_after`, the first year wholly under the new one (Int64; a year between them is
        mixed); `label`, a few words for a figure; `note`; `source`.

    Raises
    ------
    InputError
        All problems at once: no such file, missing columns, blanks, dates and years that cannot be.
    """
    path = Path(path)
    file = path.name
    try:
        breaks = pd.read_csv(path, dtype="str", encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError([Problem("does not exist", file=file)]) from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise InputError(
            [Problem(f"is not a readable CSV file ({type(error).__name__})", file=file)]
        ) from None
    require_columns(breaks, BREAK_COLUMNS, where=file)
    problems = []
    for row, values in enumerate(breaks.to_dict("records"), start=2):
        problems += [
            Problem("must not be blank", file=file, row=row, column=column)
            for column in BREAK_COLUMNS
            if column != "change_date" and pd.isna(values[column])
        ]
        date = values["change_date"]
        if pd.notna(date) and not _CHANGE_DATE.fullmatch(date):
            problems.append(
                Problem(
                    "must be YYYY or YYYY-MM", file=file, row=row, column="change_date", value=date
                )
            )
        years = [values["last_year_before"], values["first_year_after"]]
        if all(pd.notna(year) and _CALENDAR.fullmatch(year) for year in years):
            if int(years[0]) >= int(years[1]):
                problems.append(
                    Problem(
                        f"must be later than last_year_before, {years[0]}",
                        file=file,
                        row=row,
                        column="first_year_after",
                        value=years[1],
                    )
                )
        else:
            problems += [
                Problem("must be a year", file=file, row=row, column=column, value=values[column])
                for column in ("last_year_before", "first_year_after")
                if pd.notna(values[column]) and not _CALENDAR.fullmatch(values[column])
            ]
    if problems:
        raise InputError(problems)
    for column in ("last_year_before", "first_year_after"):
        breaks[column] = breaks[column].astype("Int64")
    return breaks[list(BREAK_COLUMNS)].sort_values(
        ["indicator_id", "first_year_after"], kind="stable", ignore_index=True
    )


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
        As `read_breaks` gives them; no breaks are known by default. Breaks of other series are
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
        precision, a series with two units or both kinds of period.
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
    _check(figures)
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
    require_columns(
        breaks, ["indicator_id", "last_year_before", "first_year_after"], where="prepare_figures"
    )
    mixed = pd.Series(False, index=figures.index)
    for _, change in breaks.iterrows():
        same = figures["indicator_id"].eq(change["indicator_id"])
        after = same & figures["year"].ge(change["first_year_after"])
        mixed |= same & ~after & figures["year"].gt(change["last_year_before"])
        stretch += after.astype("Int64")
    return stretch.mask(mixed)


def _check(figures: pd.DataFrame) -> None:
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
    if problems:
        raise InputError(problems)
