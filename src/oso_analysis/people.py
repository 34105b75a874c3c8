"""Coders and reviewers whose name is another's, mistyped.

Rows are counted by person, so that a row under a mistyped name is counted with nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from oso_analysis.errors import Problem
from oso_analysis.schema import Resource
from oso_analysis.slips import slip_of

__all__ = ["check_people"]

#: Columns that name who judged or coded.
_PEOPLE = ("coder", "reviewer")
#: A name has few rows if another has fifty times as many, or ten times as many as its only one.
_FEW, _ONLY = 50, 10
_NUMBERED = re.compile(r"(.*\D)(\d+)")


def check_people(resource: Resource, table: pd.DataFrame) -> Iterator[Problem]:
    """Yield the people of a table who are, by all signs, somebody else mistyped.

    Two names that cannot be two people (``coder 1``, ``coder_l`` beside ``coder_1``; see
    `slips.slip_of`) are always a problem, at the rarer one. Others are one only if the rarer
    repeats nothing that the other has said: a slip takes a row away from the other's work, while a
    second person judges some of the same records or submissions. And the rarer must have few rows:
    the other has ten times as many where they end in the same number (``codr_1``) or the rarer is
    a single one; else fifty times as many, for they could well be two people (``Maria``,
    ``Marie``; ``coder`` beside ``coder_1``).

    Names that differ in their number alone are different people, but for one slip: a digit pressed
    twice (``coder_11`` beside ``coder_1``), where nobody has the number before.

    Whoever is meant after all is named in the column's description in `datapackage.json`, which
    says who the people are.

    Parameters
    ----------
    resource : Resource
        The table's description.
    table : pandas.DataFrame
        The table, with its row numbers as index.
    """
    for spec in resource.fields:
        column = spec["name"]
        if column not in _PEOPLE or spec.get("type", "string") != "string":
            continue
        counts = table[column].value_counts()
        people = sorted(counts.index, key=lambda person: (-counts[person], person))
        known = set(people)
        meant = {person for person in people if _is_named(person, spec.get("description", ""))}
        for at, person in enumerate(people):
            others = [] if person in meant else people[:at]
            found = [
                other for other in others if _is_slip(resource, table, column, person, other, known)
            ]
            if found:
                yield Problem(
                    "is like another name, but is not counted with it; if it is another person, "
                    "name them in the description of this column in datapackage.json",
                    file=resource.paths[0],
                    row=int(table.index[table[column] == person][0]),
                    column=column,
                    value=person,
                    nearest=found[0],
                )


def _is_named(person: str, description: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(person)}(?!\w)", description) is not None


def _is_slip(
    resource: Resource, table: pd.DataFrame, column: str, person: str, other: str, known: set[str]
) -> bool:
    likeness = slip_of(person, other)
    if likeness == "same":
        return True
    if likeness is None and not _pressed_twice(person, other, known):
        return False
    mine, theirs = table[table[column] == person], table[table[column] == other]
    share = _ONLY if len(mine) == 1 or likeness == "numbered" else _FEW
    return len(theirs) >= share * len(mine) and not _repeats(resource, column, mine, theirs)


def _pressed_twice(person: str, other: str, people: set[str]) -> bool:
    """Tell whether a number is another's with a digit twice, and follows on nobody's."""
    mine, theirs = _NUMBERED.fullmatch(person), _NUMBERED.fullmatch(other)
    if not mine or not theirs or mine[1] != theirs[1]:
        return False
    digits = theirs[2]
    doubled = {digits[: at + 1] + digits[at:] for at in range(len(digits))}
    return mine[2] in doubled and f"{mine[1]}{int(mine[2]) - 1}" not in people


def _repeats(resource: Resource, column: str, mine: pd.DataFrame, theirs: pd.DataFrame) -> bool:
    """Tell whether one person says of some case what the other says of it as well."""
    case = [name for name in resource.primary_key if name != column]
    if column not in resource.primary_key or not case:
        return False
    both = mine[case].drop_duplicates().merge(theirs[case].drop_duplicates())
    return not both.empty
