"""Grade the numbers in titles: years, editions, and parts of a work that came out one by one."""

from __future__ import annotations

from typing import Any

import numpy as np

from oso_analysis.literature.deduplicate.features import Features
from oso_analysis.literature.deduplicate.words import STOP, plain, words_of

__all__ = ["number_grades"]

Array = np.ndarray[Any, Any]

#: What tells whether a number after a title counts its parts.
_AROUND = ("title", "raw", "container", "volume", "edition", "page")


def number_grades(a: Features, b: Features) -> Array:
    """Grade the numbers in titles."""
    na, nb = a["numbers"], b["numbers"]
    ya, yb = a["year"], b["year"]
    part = a["part"] != b["part"]
    around = [[frame[name] for name in _AROUND] for frame in (a, b)]
    grade = np.zeros(len(na), np.int8)
    for row in np.flatnonzero((na != nb).astype(bool)).tolist():
        set_a, set_b = set(na[row].split()), set(nb[row].split())
        if set_a - set_b and set_b - set_a:
            grade[row] = -3
            continue
        records = (dict(zip(_AROUND, [x[row] for x in side], strict=True)) for side in around)
        if part[row] or _second_part(*records):
            grade[row] = -4
            continue
        one_sided = set_a ^ set_b
        year = int(yb[row] if set_a > set_b else ya[row])
        years = [int(n) for n in one_sided if len(n) == 4 and n[:2] in ("19", "20")]
        if years and year:
            grade[row] = 0 if any(0 <= year - n <= 1 for n in years) else -2
        else:
            grade[row] = -1
    return grade


def _second_part(a: dict[str, str], b: dict[str, str]) -> bool:
    """Return whether one title is the other with a part's number after it ("… in rats. II").

    A number of ten or more belongs to what stands before it ("COVID-19") or counts a series, as
    one does after a function word ("no. 7").
    """
    first, second = (a, b) if len(a["title"]) < len(b["title"]) else (b, a)
    number = second["title"][len(first["title"]) + 1 :]
    if len(number) != 1 or number not in "23456789":
        return False
    if not second["title"].startswith(f"{first['title']} "):
        return False
    # Not the edition or, of a book, the volume that the other record states in its own field.
    if number in (first["edition"], "" if first["container"] else first["volume"]):
        return False
    # Nor do two parts begin on one page; page 1 is that of every text of some journals.
    if first["volume"] and all(first[name] == second[name] for name in ("volume", "page")):
        return first["page"] in ("", "1")
    return STOP.isdisjoint(words_of(plain(second["raw"]).lower())[-2:-1])
