"""What a counted table says, in words: the alternative text of a figure drawn from it."""

from __future__ import annotations

import pandas as pd

from oso_analysis.errors import require_columns
from oso_analysis.tables.works import TOTAL_LABEL

__all__ = ["describe_counts"]

#: Rows named one by one; a screen reader should not have to read a table.
_NAMED = 12


def describe_counts(table: pd.DataFrame, label: str, count: str) -> str:
    """Say what a counted table shows, largest first, for readers who do not see the figure.

    Parameters
    ----------
    table : pandas.DataFrame
        Counted; rows that differ in `label` are named, other columns are added up. Where the table
        has rows that count all works once ("All works"), these are taken instead of a sum.
    label : str
        Column of printed names.
    count : str
        Column of counts; its name says the unit (``n_works``).

    Returns
    -------
    str

    Examples
    --------
    >>> import pandas as pd
    >>> from oso_analysis import exhibits
    >>> counted = pd.DataFrame(
    ...     {"theme_label": ["Policing", "Research", "All works"], "n_works": [2, 3, 4]}
    ... )
    >>> exhibits.describe_counts(counted, "theme_label", "n_works")
    'Counts of works, largest first: Research 3, Policing 2.'
    """
    require_columns(table, [label, count], where="describe_counts")
    rows = table[table[label] != TOTAL_LABEL]
    for other in [name for name in table.columns if str(name).endswith("_label") and name != label]:
        if (rows[other] == TOTAL_LABEL).any():
            rows = rows[rows[other] == TOTAL_LABEL]
    counts = (
        rows.groupby(label, sort=False)[count].sum().sort_values(ascending=False, kind="stable")
    )
    counts = counts[counts > 0]
    unit = count.removeprefix("n_").replace("_", " ")
    if counts.empty:
        return f"No {unit} to draw."
    named = ", ".join(f"{name} {int(n):,}" for name, n in counts.head(_NAMED).items())
    rest = len(counts) - _NAMED
    more = f", and {rest} more with fewer" if rest > 0 else ""
    return f"Counts of {unit}, largest first: {named}{more}."
