"""Which categories to merge where too much of a table would be withheld."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from oso_analysis.codebook import NOT_STATED
from oso_analysis.disclosure.cells import CountTable
from oso_analysis.disclosure.policy import DisclosurePolicy
from oso_analysis.disclosure.protection import protect

__all__ = ["suggest_coarser"]

#: Above this share of withheld counts (noughts apart) a table is not worth printing as it stands.
SHARE = 1 / 3


def _share(table: CountTable, policy: DisclosurePolicy) -> float:
    """Return the share of withheld counts among those above nought, which alone tell anything."""
    frame = protect({"table": table}, policy).tables["table"]
    filled = pd.to_numeric(table.frame[table.count]).to_numpy() > 0
    return float(frame["suppressed"].to_numpy()[filled].mean()) if filled.any() else 0.0


def _is_ordered(labels: list[str]) -> bool:
    return all(label.lstrip("-").isdigit() for label in labels)


def _labels(values: pd.Series) -> pd.Series:
    return values.astype("string").fillna(NOT_STATED)


def _merge(table: CountTable, groups: dict[str, list[list[str]]]) -> CountTable:
    """Return the counts by merged categories; percentages are left out."""
    frame = table.frame[[*table.columns, table.count]].copy()
    for column, merged in groups.items():
        names = {label: _label(group) for group in merged for label in group}
        frame[column] = _labels(frame[column]).map(lambda x, names=names: names.get(x, x))
    summed = frame.groupby([*table.columns], dropna=False)[table.count].sum().reset_index()
    return replace(table, frame=summed, bases={}, percentages={}, contributors=None)


def _next(groups: list[list[str]], weight: dict[str, int]) -> list[list[str]]:
    """Merge once more: the smallest group with its smaller neighbour, or with the next smallest."""
    sizes = [sum(weight[label] for label in group) for group in groups]
    if _is_ordered(list(weight)):
        least = min(range(len(groups)), key=lambda i: (sizes[i], i))
        sides = [i for i in (least - 1, least + 1) if 0 <= i < len(groups)]
        first, second = sorted((least, min(sides, key=lambda i: (sizes[i], i))))
    else:
        first, second = sorted(sorted(range(len(groups)), key=lambda i: (sizes[i], i))[:2])
    merged = groups[first] + groups[second]
    return [*groups[:first], merged, *groups[first + 1 : second], *groups[second + 1 :]]


def _label(group: list[str]) -> str:
    if len(group) == 1:
        return group[0]
    return f"{group[0]}–{group[-1]}" if _is_ordered(group) else " + ".join(sorted(group))


def suggest_coarser(
    table: CountTable, policy: DisclosurePolicy, *, share: float = SHARE
) -> pd.DataFrame:
    """Propose which categories to merge so that less of a table is withheld.

    Parameters
    ----------
    table : CountTable
        Looked at on its own; protect it again with the rest of the edition once it is merged.
    policy : DisclosurePolicy
    share : float
        Share of the table's counts above nought that may be withheld. Noughts are left out: they
        are printed whatever happens, and a sparse table of noughts and marks tells nothing.

    Returns
    -------
    pandas.DataFrame
        ``dimension, category, group, percent_of_filled_cells_suppressed_before,
        percent_of_filled_cells_suppressed_after``: one row for each category that changes its name.
        Empty where the policy is off or at most `share` is withheld as it stands. Where no
        merging brings the share down to `share`, the best found.

    Notes
    -----
    Two categories are merged at a time: in each dimension the smallest with the next smallest, and
    of these the merger that leaves the least withheld. Categories that are whole numbers (years)
    are merged with their neighbours only. "Not stated" is never merged. A multi-label dimension is
    never merged either: a submission that raises two of the merged themes would be counted twice,
    so that takes the submissions themselves.
    """
    names = [
        "dimension",
        "category",
        "group",
        "percent_of_filled_cells_suppressed_before",
        "percent_of_filled_cells_suppressed_after",
    ]
    empty = pd.DataFrame({name: pd.Series(dtype="str") for name in names[:3]}).assign(
        **{name: pd.Series(dtype="float64") for name in names[3:]}
    )
    if not policy.on or policy.method != "suppress":
        return empty
    before = _share(table, policy)
    if before <= share:
        return empty
    groups = {
        column: _categories(table, column)
        for column, variable in sorted(table.columns.items())
        if variable not in table.multi_label
    }
    current, best, best_groups = before, before, None
    while current > share:
        offers = []
        for column in groups:
            if len(groups[column]) > 2:
                tried = {**groups, column: _next(groups[column], _weights(table, column))}
                offers.append((_share(_merge(table, tried), policy), column, tried))
        if not offers:
            break
        current, _, groups = min(offers, key=lambda offer: offer[:2])
        if current < best:
            best, best_groups = current, groups
    if best_groups is None:
        return empty
    rows = [
        (column, category, _label(group), 100 * before, 100 * best)
        for column, merged in best_groups.items()
        for group in merged
        if len(group) > 1
        for category in group
    ]
    return pd.DataFrame(rows, columns=names).astype(
        {"dimension": "str", "category": "str", "group": "str"}
    )


def _weights(table: CountTable, column: str) -> dict[str, int]:
    """Return what each category of a dimension counts, margins and "not stated" left out."""
    labels = _labels(table.frame[column])
    inner = labels != table.total
    for other in table.columns:
        if other != column:
            inner &= _labels(table.frame[other]) != table.total
    counts = pd.to_numeric(table.frame[table.count])[inner].groupby(labels[inner]).sum()
    return {str(label): int(n) for label, n in counts.items() if label != NOT_STATED}


def _categories(table: CountTable, column: str) -> list[list[str]]:
    """Return the categories of a dimension in order, each a group of its own."""
    found = list(_weights(table, column))
    return [[label] for label in sorted(found, key=int if _is_ordered(found) else None)]
