"""The tables of one edition, protected together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from oso_analysis.disclosure.cells import CountTable, Registry, read_tables
from oso_analysis.disclosure.policy import MARK, DisclosurePolicy, describe, footnote
from oso_analysis.errors import InputError, Problem, nearest

if TYPE_CHECKING:
    import numpy as np

    from oso_analysis.disclosure.model import Model
    from oso_analysis.disclosure.suppress import Pattern

__all__ = ["SUPPRESSED", "Protected", "mark", "protect"]

#: Column of protected tables: True where the row's count is withheld.
SUPPRESSED = "suppressed"


@dataclass(frozen=True)
class Protected:
    """Protected tables and what to say about them.

    Attributes
    ----------
    policy : DisclosurePolicy
    tables : dict of str to pandas.DataFrame
        As handed in, with withheld counts, bases and percentages missing and, if the policy is on,
        the boolean column ``suppressed`` and without the column of contributors. Rows in order of
        size are put in another order, which would tell. For drawing; for print use `display`.
    masks : dict of str to pandas.DataFrame
        For each table, one boolean column for each protected column: True where withheld.
    audit : pandas.DataFrame
        For your own files, never for publication (it tells small counts from secondary ones). One
        row a table: ``table, n_cells, n_primary, n_secondary, n_suppressed,
        percent_of_cells_suppressed, percent_of_count_suppressed``.
    unlinked : tuple
        Sets of variables whose joint table was too large to reason with, so that their tables are
        protected against a reader who links them through common margins, not through the joint
        table. Empty otherwise.
    """

    policy: DisclosurePolicy
    tables: dict[str, pd.DataFrame]
    masks: dict[str, pd.DataFrame] = field(default_factory=dict)
    audit: pd.DataFrame = field(default_factory=pd.DataFrame)
    unlinked: tuple[tuple[str, ...], ...] = ()

    @property
    def sentence(self) -> str:
        """What the edition says about its policy."""
        return describe(self.policy)

    def note(self, name: str) -> str:
        """Return the footnote for one table; empty where nothing in it was touched."""
        if self.policy.on and self.policy.method == "round":
            return footnote(self.policy)
        mask = self.masks.get(name)
        return footnote(self.policy) if mask is not None and mask.to_numpy().any() else ""

    def display(self, name: str) -> pd.DataFrame:
        """Return one table for print: withheld figures read ``[c]``, none is blank.

        Columns with a withheld figure hold objects (numbers and the mark), the others keep their
        type; the ``suppressed`` column is left out.
        """
        if name not in self.tables:
            raise InputError(
                [
                    Problem(
                        "is not a protected table", value=name, nearest=nearest(name, self.tables)
                    )
                ]
            )
        frame = self.tables[name]
        if name not in self.masks:
            return frame
        return mark(frame.drop(columns=SUPPRESSED), self.masks[name])


def mark(frame: pd.DataFrame, masks: pd.DataFrame) -> pd.DataFrame:
    """Return a copy with the mark ``[c]`` wherever `masks` is True.

    Parameters
    ----------
    frame : pandas.DataFrame
    masks : pandas.DataFrame
        Boolean, with the index of `frame` and some of its columns.

    Returns
    -------
    pandas.DataFrame
    """
    shown = frame.copy()
    for column in masks.columns:
        if masks[column].any():
            shown[column] = shown[column].astype(object).mask(masks[column], MARK)
    return shown


def protect(
    tables: Mapping[str, CountTable],
    policy: DisclosurePolicy,
    *,
    secondary: bool = True,
) -> Protected:
    """Protect all tables of one edition together.

    Parameters
    ----------
    tables : mapping of str to CountTable
        *Every* table of counts that the edition prints, also those behind figures: a table left out
        is one the protection does not allow for.
    policy : DisclosurePolicy
    secondary : bool
        False leaves out secondary suppression and so protects nothing with a printed total. For
        comparison with software that stops there, never for release.

    Returns
    -------
    Protected
        With the policy off, the very frames handed in.

    Raises
    ------
    InputError
        Where tables contradict each other or cannot all describe the same units.

    Notes
    -----
    Protection rule: let *l* and *u* be the least and greatest value that a withheld count can have,
    given every printed figure of the edition, that counts are whole numbers of 0 or more, which
    categories add up, and that a unit counted among respondents is counted among submissions and
    among segments. Then ``u - l >= threshold``, for small and for secondary cells alike. The same
    holds for small counts that are not printed but are the difference of two printed cells.
    """
    if not policy.on:
        return Protected(policy, {name: table.frame for name, table in tables.items()})
    assert policy.threshold is not None  # noqa: S101  (narrows the type; `on` says so)
    clash = [
        Problem(f"has a column named {SUPPRESSED!r} already", file=name)
        for name, table in tables.items()
        if SUPPRESSED in table.frame.columns
    ]
    if clash:
        raise InputError(clash)
    if policy.method == "round":
        from oso_analysis.disclosure.rounding import round_table

        read_tables(tables, least=policy.threshold, zeros_are_safe=policy.zeros_are_safe)
        rounded = {name: round_table(table, policy.base) for name, table in tables.items()}
        return _rounded(tables, rounded, policy)
    from oso_analysis.disclosure.model import build
    from oso_analysis.disclosure.suppress import choose

    registry = read_tables(tables, least=policy.threshold, zeros_are_safe=policy.zeros_are_safe)
    model = build(registry)
    pattern = choose(model, policy.threshold, secondary=secondary)
    return _withheld(tables, policy, registry, model, pattern)


def _rounded(
    tables: Mapping[str, CountTable], rounded: dict[str, pd.DataFrame], policy: DisclosurePolicy
) -> Protected:
    masks = {}
    for name, frame in rounded.items():
        columns = list(tables[name].percentages)
        masks[name] = frame[columns].isna() & tables[name].frame[columns].notna()
        frame[SUPPRESSED] = False
    return Protected(policy, rounded, masks)


def _order(table: CountTable, counts: pd.Series, hidden: pd.Series) -> list[int]:
    """Return the order of rows: as handed in, unless by size, which would tell a withheld count.

    Then withheld rows go behind the others, by their labels, and totals stay last.
    """
    labels = [tuple(map(str, row)) for row in table.frame[[*table.columns]].to_numpy()]
    total = [table.total in row for row in labels]
    inner = counts[[not flag for flag in total]]
    rows = list(range(len(counts)))
    if not (inner.is_monotonic_decreasing or inner.is_monotonic_increasing) or not hidden.any():
        return rows
    withheld = hidden.tolist()
    return sorted(
        rows,
        key=lambda i: (total[i], withheld[i], labels[i] if withheld[i] and not total[i] else (), i),
    )


def _withheld(
    tables: Mapping[str, CountTable],
    policy: DisclosurePolicy,
    registry: Registry,
    model: Model,
    pattern: Pattern,
) -> Protected:
    position = {cell.key: index for index, cell in enumerate(model.cells)}

    def flags(keys: list[tuple], mask: np.ndarray, index: pd.Index) -> pd.Series:  # type: ignore[type-arg]
        return pd.Series([bool(mask[position[key]]) for key in keys], index=index, dtype=bool)

    frames, masks, audit = {}, {}, []
    for name, table in tables.items():
        index = table.frame.index
        hidden = flags(registry.rows[name], pattern.hidden, index)
        mask = {table.count: hidden}
        for column in table.bases:
            mask[column] = flags(registry.base_rows[name, column], pattern.hidden, index)
        for column in table.percentages:
            base = flags(registry.base_rows[name, column], pattern.hidden, index)
            mask[column] = hidden | base
        frame = table.frame.drop(columns=[table.contributors] if table.contributors else [])
        for column, where in mask.items():
            values = frame[column]
            if column in table.percentages:
                frame[column] = values.mask(where)
            else:
                frame[column] = pd.to_numeric(values).astype("Int64").mask(where)
        frame[SUPPRESSED] = hidden
        counts = pd.to_numeric(table.frame[table.count])
        order = _order(table, counts, hidden)
        frames[name], masks[name] = frame.iloc[order], pd.DataFrame(mask).iloc[order]
        n_primary = int(flags(registry.rows[name], pattern.primary, index).sum())
        n_hidden = int(hidden.sum())
        audit.append(
            {
                "table": name,
                "n_cells": len(frame),
                "n_primary": n_primary,
                "n_secondary": n_hidden - n_primary,
                "n_suppressed": n_hidden,
                "percent_of_cells_suppressed": 100 * n_hidden / max(len(frame), 1),
                "percent_of_count_suppressed": 100
                * float(counts[hidden].sum())
                / max(float(counts.sum()), 1),
            }
        )
    return Protected(policy, frames, masks, pd.DataFrame(audit), tuple(sorted(model.unlinked)))
