"""Tables of published figures: each series' span, figures in conflict, breaks. Nothing is added up.

All functions take figures as `indicators.prepare_figures` gives them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import pandas as pd

from oso_analysis.codebook import NOT_STATED
from oso_analysis.errors import check_option, check_whole, require_columns

__all__ = [
    "count_figures",
    "format_figure",
    "list_breaks",
    "list_conflicts",
    "select_series",
    "summarise_series",
]

_PREFIX = {"exact": "", "rounded": "about ", "at_least": "at least "}


def format_figure(value: float, precision: str) -> str:
    """Print one figure as precisely as its source gives it, and no more.

    Parameters
    ----------
    value : float
        The figure.
    precision : {"exact", "rounded", "at_least"}
        How the source gives it.

    Returns
    -------
    str
        ``"105,000"``, ``"about 105,000"`` or ``"at least 105,000"``.

    Examples
    --------
    >>> format_figure(1234567, "exact")
    '1,234,567'
    """
    check_option("precision", precision, _PREFIX)
    # A whole figure has all its digits, however many; of others ten are more than a source gives.
    digits = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.10g}"
    return f"{_PREFIX[precision]}{digits}"


def count_figures(figures: pd.DataFrame, by: str) -> pd.DataFrame:
    """Count figures, and the series they belong to, by one of their attributes.

    Parameters
    ----------
    figures : pandas.DataFrame
        One row a figure.
    by : str
        Column to group by, such as `publisher`, `geography`, `unit`, `precision`, `source_kind`.

    Returns
    -------
    pandas.DataFrame
        `by` (missing is ``not_stated``), `n_figures` (adds up to the number of figures),
        `n_series` (does not add up where a series has figures in several groups) and
        `percent_of_figures`; most figures first.
    """
    require_columns(figures, ["indicator_id", by], where="count_figures")
    groups = figures[by].astype("str").fillna(NOT_STATED)
    table = (
        figures.groupby(groups)["indicator_id"]
        .agg(n_figures="size", n_series="nunique")
        .reset_index()
    )
    table["percent_of_figures"] = 100 * table["n_figures"] / len(figures) if len(figures) else 0.0
    return table.sort_values(["n_figures", by], ascending=[False, True], ignore_index=True)


def _in_print(figures: pd.DataFrame) -> pd.Series:
    return pd.Series(
        [
            format_figure(value, precision)
            for value, precision in zip(figures["value"], figures["precision"], strict=True)
        ],
        index=figures.index,
        dtype="str",
    )


def _stated(figures: Sequence[Mapping[Any, Any]], column: str) -> set[Any]:
    return {figure[column] for figure in figures if not pd.isna(figure[column])}


def summarise_series(figures: pd.DataFrame) -> pd.DataFrame:
    """Describe every series in one row.

    Parameters
    ----------
    figures : pandas.DataFrame
        Prepared figures.

    Returns
    -------
    pandas.DataFrame
        One row a series, by geography and name: `indicator_id, indicator, publisher, geography,
        unit, period_kind, first_period, first_figures, latest_period, latest_figures` (text; where
        sources conflict, all figures of the period, lowest first, separated by " / "), `n_figures,
        n_periods, n_sources` (publishers of the pages the figures were taken from), `n_conflicts`
        (periods with more than one figure) and `source_kinds` (``publisher``, ``secondary``, both).
    """
    needed = ["indicator_id", "indicator", "publisher", "geography", "unit", "period_kind"]
    require_columns(
        figures,
        [
            *needed,
            "period",
            "year",
            "value",
            "precision",
            "conflict",
            "source_publisher",
            "source_kind",
        ],
        where="summarise_series",
    )
    frame = figures.assign(printed=_in_print(figures))
    shown = [*needed, "period", "year", "printed", "conflict", "source_publisher", "source_kind"]
    ordered = frame.sort_values(["indicator_id", "year", "value", "precision"])
    rows = []
    for _, figures_of in groupby(ordered[shown].to_dict("records"), itemgetter("indicator_id")):
        series = list(figures_of)
        row = {column: series[0][column] for column in needed}
        dated = [figure for figure in series if not pd.isna(figure["year"])]
        years = _stated(dated, "year")
        ends = (min(years), max(years)) if years else (None, None)
        for name, year in zip(("first", "latest"), ends, strict=True):
            then = [figure for figure in dated if figure["year"] == year]
            printed = " / ".join(dict.fromkeys(item["printed"] for item in then))
            row[f"{name}_period"] = then[0]["period"] if then else None
            row[f"{name}_figures"] = printed or None
        row["n_figures"] = len(series)
        row["n_periods"] = len(_stated(series, "period"))
        row["n_sources"] = len(_stated(series, "source_publisher"))
        row["n_conflicts"] = len(_stated([item for item in series if item["conflict"]], "period"))
        row["source_kinds"] = " and ".join(sorted(_stated(series, "source_kind")))
        rows.append(row)
    columns = [
        *needed,
        *("first_period", "first_figures", "latest_period", "latest_figures"),
        *("n_figures", "n_periods", "n_sources", "n_conflicts", "source_kinds"),
    ]
    return pd.DataFrame(rows, columns=columns).sort_values(
        ["geography", "indicator", "indicator_id"], ignore_index=True
    )


def list_conflicts(figures: pd.DataFrame) -> pd.DataFrame:
    """List the figures that contradict another figure for the same series and period.

    Parameters
    ----------
    figures : pandas.DataFrame
        Prepared figures.

    Returns
    -------
    pandas.DataFrame
        One row a figure, series by series, lowest first: `indicator_id, indicator, geography, unit,
        period, value, precision, highest_to_lowest` (ratio of the period's highest to its lowest
        figure; 1 where sources agree on the number but not on its precision), `definition_note,
        source_publisher, source_title, source_url, source_kind`.
    """
    columns = ["indicator_id", "indicator", "geography", "unit", "period", "value", "precision"]
    source = ["definition_note", "source_publisher", "source_title", "source_url", "source_kind"]
    require_columns(figures, [*columns, *source, "conflict", "year"], where="list_conflicts")
    clash = figures[figures["conflict"]].sort_values(
        ["indicator_id", "year", "value", "precision", "source_publisher"], ignore_index=True
    )
    values = clash.groupby(["indicator_id", "period"])["value"]
    clash["highest_to_lowest"] = values.transform("max") / values.transform("min")
    return clash[[*columns, "highest_to_lowest", *source]]


def list_breaks(figures: pd.DataFrame, breaks: pd.DataFrame) -> pd.DataFrame:
    """List the known breaks of the series at hand, with the figures on either side.

    Parameters
    ----------
    figures : pandas.DataFrame
        Prepared figures.
    breaks : pandas.DataFrame
        `indicator_id, change_date, last_year_before, first_year_after, label, note, source`.

    Returns
    -------
    pandas.DataFrame
        One row a break of a series that has figures: `indicator_id, indicator, change_date`
        (``not_stated`` where missing), `label, n_figures_before, n_figures_mixed, n_figures_after`
        (together the series' figures), `note, source, last_year_before, first_year_after`.
    """
    require_columns(figures, ["indicator_id", "indicator", "year"], where="list_breaks")
    columns = ["change_date", "label", "note", "source", "last_year_before", "first_year_after"]
    require_columns(breaks, ["indicator_id", *columns], where="list_breaks")
    rows = []
    for change in breaks.to_dict("records"):
        series = figures[figures["indicator_id"].eq(change["indicator_id"])]
        if series.empty:
            continue
        before = int(series["year"].le(change["last_year_before"]).sum())
        after = int(series["year"].ge(change["first_year_after"]).sum())
        date = change["change_date"]
        rows.append(
            change
            | {
                "indicator": series["indicator"].iloc[0],
                "change_date": NOT_STATED if pd.isna(date) else date,
                "n_figures_before": before,
                "n_figures_mixed": len(series) - before - after,
                "n_figures_after": after,
            }
        )
    counts = ["n_figures_before", "n_figures_mixed", "n_figures_after"]
    return pd.DataFrame(
        rows, columns=["indicator_id", "indicator", *columns[:2], *counts, *columns[2:]]
    )


def select_series(figures: pd.DataFrame, *, min_periods: int = 3) -> pd.DataFrame:
    """Keep the series long enough to show a course over time.

    Parameters
    ----------
    figures : pandas.DataFrame
        Prepared figures.
    min_periods : int, default 3
        Periods with at least one figure; two figures in conflict are one period.

    Returns
    -------
    pandas.DataFrame
        The figures of the series kept, in their order.
    """
    require_columns(figures, ["indicator_id", "period"], where="select_series")
    check_whole("min_periods", min_periods)
    n_periods = figures.groupby("indicator_id")["period"].transform("nunique")
    return figures[n_periods >= min_periods].reset_index(drop=True)
