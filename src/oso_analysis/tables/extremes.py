"""What a sentence says of a counted table: which codes lead it, which follow, which close it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from oso_analysis.codebook import NOT_STATED
from oso_analysis.errors import InputError, Problem, require_columns
from oso_analysis.tables.works import TOTAL

__all__ = ["Extremes", "find_extremes", "find_span", "list_uncounted"]


@dataclass(frozen=True)
class Extremes:
    """The labels with the most, the next and the fewest, with their counts.

    Attributes
    ----------
    most, second, fewest : list of str or None
        All labels of that count, in the table's order: several where they tie. None where nothing
        was counted, or where no count is left to follow or to close. There are no fewest either
        where a count is missing: it may be smaller than all others.
    most_n, second_n, fewest_n : int or None
    most_percent : float or None
        Percentage beside the largest count, where one was asked for.
    """

    most: list[str] | None = None
    most_n: int | None = None
    most_percent: float | None = None
    second: list[str] | None = None
    second_n: int | None = None
    fewest: list[str] | None = None
    fewest_n: int | None = None


def find_extremes(
    table: pd.DataFrame, by: str, count: str, *, percent: str | None = None
) -> Extremes:
    """Find which codes of a counted table have the most, the next most and the fewest.

    Parameters
    ----------
    table : pandas.DataFrame
        `by`, its label where it has one, and `count`. Totals and "not stated" are no codes. Missing
        (withheld) counts neither lead nor follow, so what leads does so among the counts given.
    by : str
        Column of codes.
    count : str
        Column of counts.
    percent : str, optional
        Column of the percentage to give with the most.

    Returns
    -------
    Extremes
        With a single count throughout, or a missing one, there are no fewest.

    Raises
    ------
    InputError
        A column is missing, holds something else than numbers, or counts that are not whole.

    Examples
    --------
    >>> import pandas as pd
    >>> counted = pd.DataFrame({"theme": ["a", "b", "c"], "n_works": [2, 2, 0]})
    >>> found = find_extremes(counted, "theme", "n_works")
    >>> found.most, found.second, found.fewest
    (['a', 'b'], None, ['c'])
    """
    asked = [] if percent is None else [percent]
    codes, label = _codes(table, by, [count, *asked], where="find_extremes")
    rows = codes[codes[count].notna()]
    sizes = sorted(set(rows[count].astype("int64")), reverse=True)
    if not sizes or sizes[0] <= 0:
        return Extremes()

    def named(size: int) -> list[str]:
        return [str(name) for name in rows.loc[rows[count].eq(size), label]]

    most = named(sizes[0])
    # What closes the list is not said to follow, and nothing is second to several that lead.
    follows = sizes[1] if len(sizes) > 2 and len(most) == 1 else None
    closes = sizes[-1] if len(sizes) > 1 and len(rows) == len(codes) else None
    share = rows.loc[rows[count].eq(sizes[0]), percent].iloc[0] if percent is not None else None
    return Extremes(
        most=most,
        most_n=sizes[0],
        most_percent=None if share is None or pd.isna(share) else float(share),
        second=None if follows is None else named(follows),
        second_n=follows,
        fewest=None if closes is None else named(closes),
        fewest_n=closes,
    )


def list_uncounted(table: pd.DataFrame, by: str, count: str) -> list[str]:
    """List the labels of the codes of which nothing was counted.

    Parameters
    ----------
    table : pandas.DataFrame
        `by`, its label where it has one, and `count`, added up over a code's rows. Totals and "not
        stated" are no codes. A code with a missing (withheld) count is not listed.
    by, count : str
        Columns of codes and of counts.

    Returns
    -------
    list of str
        In the table's order.

    Raises
    ------
    InputError
        A column is missing, or counts are something else than numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> counted = pd.DataFrame({"theme": ["a", "b", "b"], "n_works": [2, 0, 0]})
    >>> list_uncounted(counted, "theme", "n_works")
    ['b']
    """
    codes, label = _codes(table, by, [count], where="list_uncounted")
    sums = codes.groupby(label, sort=False)[count].sum(skipna=False)
    return [str(name) for name in sums.index[sums.eq(0)]]


def _codes(
    table: pd.DataFrame, by: str, columns: list[str], *, where: str
) -> tuple[pd.DataFrame, str]:
    """Return the rows that are codes, and the column of their labels.

    Raises unless `columns` hold numbers or nothing: a withheld number is missing here, no mark.
    All but percentages must be whole.
    """
    require_columns(table, [by, *columns], where=where)
    problems = []
    for column in columns:
        given = table[column].dropna()
        sizes = pd.to_numeric(given, errors="coerce").astype("float64")
        counts = not column.startswith("percent")
        wrong = given[sizes.isna() | (counts & (sizes % 1 != 0))]
        rule = f"must be a {'whole ' if counts else ''}number, or missing where it is withheld"
        problems += [Problem(rule, column=column, value=value) for value in wrong.unique().tolist()]
    if problems:
        raise InputError(problems, where)
    # Numbers may have come as text, of which "9" is more than "10".
    table = table.assign(**{column: pd.to_numeric(table[column]) for column in columns})
    label = f"{by}_label" if f"{by}_label" in table else by
    return table[~table[by].isin([TOTAL, NOT_STATED])], label


def find_span(frame: pd.DataFrame) -> tuple[int | None, int | None]:
    """Find the first year that rows state, and the last where it is another one.

    Parameters
    ----------
    frame : pandas.DataFrame
        `year`.

    Returns
    -------
    tuple of int or None

    Examples
    --------
    >>> import pandas as pd
    >>> find_span(pd.DataFrame({"year": [2020, None, 2018]}))
    (2018, 2020)
    >>> find_span(pd.DataFrame({"year": [2020, 2020]}))
    (2020, None)
    """
    require_columns(frame, ["year"], where="find_span")
    stated = frame["year"].dropna().astype("int64")
    first, last = (int(stated.min()), int(stated.max())) if len(stated) else (None, None)
    return first, None if last == first else last
