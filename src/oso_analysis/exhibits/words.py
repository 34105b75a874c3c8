"""What a counted table says, in words: the alternative text of a figure drawn from it."""

from __future__ import annotations

import pandas as pd

from oso_analysis.codebook import NOT_STATED, NOT_STATED_LABEL, WITHHELD
from oso_analysis.errors import InputError, Problem, require_columns
from oso_analysis.exhibits.plain import is_missing
from oso_analysis.exhibits.printed import number
from oso_analysis.tables.works import TOTAL, TOTAL_LABEL

__all__ = ["describe_counts"]

#: Rows named one by one; a screen reader should not have to read a table.
_NAMED = 12


def describe_counts(table: pd.DataFrame, label: str, count: str) -> str:
    """Say what a counted table shows, largest first, for readers who do not see the figure.

    Parameters
    ----------
    table : pandas.DataFrame
        Counted. Where other columns of labels have rows for all of them ("All works"), these are
        taken; otherwise rows of one label are told apart by the other labels, for counts need not
        add up: a submission can raise two themes.
    label : str
        Column of printed names.
    count : str
        Column of counts; its name says the unit (``n_works``). Withheld and missing ones are named.

    Returns
    -------
    str

    Raises
    ------
    InputError
        A column is missing, or counts are something else than numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> from oso_analysis import exhibits
    >>> counted = pd.DataFrame(
    ...     {"theme_label": ["Policing", "Research", "All works"], "n_works": [2, 3, 4]}
    ... )
    >>> exhibits.describe_counts(counted, "theme_label", "n_works")
    'Counts of works, largest first: Research with 3, Policing with 2.'
    """
    require_columns(table, [label, count], where="describe_counts")
    rows = table[~_is_total(table, label)]
    labels = [name for name in map(str, table.columns) if name.endswith("_label")]
    others = [name for name in labels if name not in (label, f"{label}_label")]
    for other in others:
        whole = _is_total(rows, other)
        if whole.any():
            rows = rows[whole]
    apart = others if rows[label].duplicated().any() else []
    names = [
        " · ".join(_name(part) for part in parts)
        for parts in rows[[label, *apart]].itertuples(index=False)
    ]
    counts = pd.Series(_numbers(rows[count]), index=names, dtype="float64")
    unknown = counts.index[counts.isna()].tolist()
    counts = counts[counts > 0].sort_values(ascending=False, kind="stable")
    unit = count.removeprefix("n_").replace("_", " ")
    withheld = f" Withheld or missing: {', '.join(unknown)}." if unknown else ""
    if counts.empty:
        return f"No {unit} to draw.{withheld}"
    # Not "2002 1": a name may be a number, and a screen reader passes over a bracket or a colon.
    named = ", ".join(f"{name} with {number(n)}" for name, n in counts.head(_NAMED).items())
    more = _more(counts.iloc[_NAMED - 1 :].tolist())
    # `n_with_field` says what the records have, not what is counted.
    of = "" if unit.startswith("with ") else "of "
    return f"Counts {of}{unit}, largest first: {named}{more}.{withheld}"


def _is_total(table: pd.DataFrame, label: str) -> pd.Series[bool]:
    """Tell which rows are of all works, all sources, …: labels differ, their code does not."""
    place = list(table.columns).index(label)
    # A label stands beside its code: `theme`, `theme_label`; `source_file`, `source_label`.
    is_code = place > 0 and str(table.columns[place - 1]).startswith(label.removesuffix("_label"))
    beside = table.iloc[:, place - is_code : place + 1]
    return beside.isin([TOTAL_LABEL, TOTAL]).any(axis="columns")


def _name(label: object) -> str:
    return NOT_STATED_LABEL if is_missing(label) or label == NOT_STATED else str(label)


def _numbers(counts: pd.Series) -> list[float]:
    stated = counts.mask(counts.isna() | counts.astype("str").eq(WITHHELD))
    numbers = pd.to_numeric(stated, errors="coerce")
    wrong = stated[stated.notna() & numbers.isna()].unique().tolist()
    if wrong:
        raise InputError(
            [Problem("must be a number", column=str(counts.name), value=value) for value in wrong],
            "describe_counts",
        )
    return [float(value) for value in numbers.astype("float64")]


def _more(sizes: list[float]) -> str:
    """Return what is said of the rows not named; `sizes` begins with that of the last one named."""
    if len(sizes) < 2:
        return ""
    last, *rest = sizes
    if rest[0] < last:
        words = "with fewer"
    elif rest[-1] == last:
        words = f"with {number(last)}{' each' if len(rest) > 1 else ''}"
    else:
        words = "with as many or fewer"
    return f", and {len(rest):,} more {words}"
