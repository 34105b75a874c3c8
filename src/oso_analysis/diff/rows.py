"""The rows of two tables, matched by their labels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from oso_analysis.diff.model import Difference, Move, Wording, is_number

__all__ = ["LABEL_COLUMNS", "compare_rows", "key_columns", "keyed_rows", "name_row"]

#: Columns of numbers that say which row it is, not what was counted.
LABEL_COLUMNS = frozenset({"year", "period", "rank", "number", "year_from", "year_to"})
#: Places in an order: they move with every row above them, so they say last which row it is.
_PLACES = frozenset({"rank", "number"})
_LABEL = "_label"


def compare_rows(old: list[list[str]], new: list[list[str]], difference: Difference) -> None:
    """Add to `difference` the rows that came and went, and the values that moved."""
    if not old or not new:
        return
    columns = [name for name in new[0] if name in old[0]]
    rows = [[dict(zip(table[0], row, strict=False)) for row in table[1:]] for table in (old, new)]
    labels = [name for name in columns if _is_label(name, rows)]
    keys = key_columns(labels, rows)
    first, second = (keyed_rows(part, keys) for part in rows)
    difference.rows_gone = [name_row(key, first[key], keys) for key in first if key not in second]
    difference.rows_new = [name_row(key, second[key], keys) for key in second if key not in first]
    for key, row in second.items():
        if key in first:
            difference.moves += [
                Move(name_row(key, row, keys), name, first[key].get(name, ""), row.get(name, ""))
                for name in columns
                if name not in keys and first[key].get(name, "") != row.get(name, "")
            ]
    # Counts before shares, which all move as soon as one count does.
    difference.moves.sort(key=lambda move: move.is_share)
    if [key for key in first if key in second] != [key for key in second if key in first]:
        difference.words.append(Wording("the rows stand in another order"))


def key_columns(labels: Sequence[str], tables: Sequence[Sequence[Mapping[str, str]]]) -> list[str]:
    """Return the first columns that tell the rows of each table apart; all if none do."""
    codes = {name.removesuffix(_LABEL) for name in labels if not name.endswith(_LABEL)}
    own = [n for n in labels if not (n.endswith(_LABEL) and n.removesuffix(_LABEL) in codes)]
    # Sorting is stable: the columns keep their order but for places, which come last.
    own.sort(key=lambda name: name in _PLACES)
    for size in range(1, len(own) + 1):
        chosen = own[:size]
        if all(
            len({tuple(row.get(name, "") for name in chosen) for row in table}) == len(table)
            for table in tables
        ):
            return chosen
    return list(labels)


def name_row(key: tuple[str, ...], row: Mapping[str, str], keys: Sequence[str]) -> str:
    """Return a row's name: the printed name of a code where the table has one."""
    parts = [
        row.get(f"{name}{_LABEL}") or row.get(re.sub("_id$", "", name)) or part
        for name, part in zip(keys, key, strict=False)
    ]
    whole = (*dict.fromkeys(parts), *key[len(keys) :]) if keys else key
    return " · ".join(part for part in whole if part) or "(no label)"


def _is_label(name: str, tables: Sequence[Sequence[Mapping[str, str]]]) -> bool:
    if name in LABEL_COLUMNS:
        return True
    values = [row[name] for table in tables for row in table if row.get(name)]
    return not all(is_number(value) for value in values)


def keyed_rows(
    rows: Sequence[dict[str, str]], labels: Sequence[str]
) -> dict[tuple[str, ...], dict[str, str]]:
    """Return rows by their labels; equal labels are counted, so that no row is lost."""
    seen: Counter[tuple[str, ...]] = Counter()
    found = {}
    for number, row in enumerate(rows, start=1):
        key = tuple(row.get(name, "") for name in labels) if labels else (f"row {number}",)
        seen[key] += 1
        found[key if seen[key] == 1 else (*key, f"({seen[key]})")] = row
    return found
