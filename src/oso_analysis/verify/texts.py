"""Where a published text, table or JSON file first differs from the one made again, in words."""

from __future__ import annotations

import csv
import difflib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from oso_analysis.diff.wording import around
from oso_analysis.files import csv_rows

__all__ = ["first_hunk", "in_json", "in_table", "in_text", "short", "sides", "unlike_text"]

_SHOWN = 60
_ENDS = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}
_LINE_END = re.compile(r"\r\n|\n|\r")


def sides(old: object, new: object) -> str:
    """Return both values, cut around the place where they part."""
    one, other = around(_said(old), _said(new), _SHOWN)
    return f"published {one}, rebuilt {other}"


def _said(value: object) -> str:
    return "nothing" if value is None else repr(value)


def short(value: object) -> str:
    """Return one value, its end cut off where it is long."""
    return around(_said(value), "", _SHOWN)[0]


def first_hunk(old: Sequence[Any], new: Sequence[Any]) -> tuple[int, int, int, int] | None:
    """Return where two sequences first differ: begin and end in each; None if they do not.

    Begin and end are the same in the one that lacks what the other has.
    """
    start = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        start += 1
    # What both begin and end with is left out: matching costs the product of what is left.
    tail = 0
    for one, other in zip(reversed(old[start:]), reversed(new[start:]), strict=False):
        if one != other:
            break
        tail += 1
    middle = old[start : len(old) - tail], new[start : len(new) - tail]
    for kind, a, b, c, d in difflib.SequenceMatcher(None, *middle).get_opcodes():
        if kind != "equal":
            return start + a, start + b, start + c, start + d
    return None


def unlike_text(old: bytes, new: bytes) -> str | None:
    """Say which of two contents is no UTF-8 text, and where; None if both are."""
    for name, content in (("published", old), ("rebuilt", new)):
        try:
            content.decode("utf-8")
        except UnicodeDecodeError as error:
            return (
                f"the {name} file is not UTF-8 text (byte 0x{content[error.start]:02x} at place "
                f"{error.start + 1:,})"
            )
    return None


def in_text(old: str, new: str) -> str:
    """Return where two texts first differ."""
    lines = [_LINE_END.split(text.removeprefix("\ufeff")) for text in (old, new)]
    # The last piece is what follows the last line end: nothing, where the text ends in one.
    whole = [part[:-1] if part[-1] == "" else part for part in lines]
    hunk = first_hunk(*whole)
    if hunk is None:
        return _in_bytes(old, new)
    a, b, c, d = hunk
    if a == b:
        text = short(whole[1][c])
        return f"line {a + 1} is missing from the published file: {text}{_more('line', d - c)}"
    if c == d:
        text = short(whole[0][a])
        return f"line {a + 1} is in the published file only: {text}{_more('line', b - a)}"
    return f"line {a + 1}: {sides(whole[0][a], whole[1][c])}"


def _more(noun: str, count: int) -> str:
    return f" and {count - 1:,} {noun}{'s' if count > 2 else ''} after it" if count > 1 else ""


def _in_bytes(old: str, new: str) -> str:
    """Say how two texts of the same lines differ: their mark, line ends, or the very end."""
    marked = [text.startswith("\ufeff") for text in (old, new)]
    if marked[0] != marked[1]:
        one = "published" if marked[0] else "rebuilt"
        return f"the same text, but only the {one} file begins with a byte order mark"
    ends = [_line_ends(text) for text in (old, new)]
    if ends[0] != ends[1] and all(ends):
        return f"the same text, but the line ends differ: published {ends[0]}, rebuilt {ends[1]}"
    last = [bool(text) and text[-1] in "\r\n" for text in (old, new)]
    if last[0] != last[1]:
        one = "rebuilt" if last[0] else "published"
        return f"the same text, but the {one} file lacks the line end after its last line"
    return "the same text, but some line ends differ"


def _line_ends(text: str) -> str:
    return " and ".join(sorted({_ENDS[end] for end in _LINE_END.findall(text)}))


def in_table(old: str, new: str) -> str:
    """Return where two CSV tables first differ: columns, then rows, then how they are written."""
    try:
        first, second = (
            [tuple(row) for row in csv_rows(text.removeprefix("\ufeff"))] for text in (old, new)
        )
    except csv.Error:
        return in_text(old, new)
    if first[:1] != second[:1]:
        return _in_header(*(rows[0] if rows else () for rows in (first, second)))
    hunk = first_hunk(first, second)
    if hunk is None:
        # The values are the same, so it is only quotation marks that a line can differ in.
        said = in_text(old, new)
        return said if said.startswith("the same") else f"the same values, quoted otherwise: {said}"
    a, b, c, d = hunk
    if Counter(first) == Counter(second):
        return f"the same rows in another order, from row {a + 1} on"
    if a == b or c == d:
        missing = a == b
        row, count = (second[c], d - c) if missing else (first[a], b - a)
        place = "missing from the published file" if missing else "in the published file only"
        shown = around(", ".join(row), "", _SHOWN)[0] or "an empty row"
        return f"row {a + 1} is {place}: {shown}{_more('row', count)}"
    return _in_row(a + 1, first[0], first[a], second[c])


def _in_header(old: Sequence[str], new: Sequence[str]) -> str:
    gone = [name for name in old if name not in new]
    come = [name for name in new if name not in old]
    if come and not gone:
        return f"column {come[0]!r} is missing from the published file"
    if gone and not come:
        return f"column {gone[0]!r} is in the published file only"
    for number, (one, other) in enumerate(zip(old, new, strict=False), start=1):
        if one != other:
            return f"the name of column {number}: {sides(one, other)}"
    return f"the columns: {sides(old, new)}"


def _in_row(number: int, header: Sequence[str], old: Sequence[str], new: Sequence[str]) -> str:
    row = f"row {number} ({old[0]})" if old and old[0] else f"row {number}"
    for place, (one, other) in enumerate(zip(old, new, strict=False)):
        if one != other:
            name = header[place] if place < len(header) else place + 1
            return f"{row}, column {name!r}: {_cells(one, other)}"
    if len(old) > len(new):
        return f"{row} has an extra cell in the published file: {short(old[len(new)])}"
    name = header[len(old)] if len(old) < len(header) else len(old) + 1
    return f"{row} lacks column {name!r} in the published file: rebuilt {short(new[len(old)])}"


def _cells(one: str, other: str) -> str:
    # Numbers read better without quotation marks.
    if all(re.fullmatch(r"-?\d+(\.\d+)?", text) for text in (one, other)):
        return f"published {one}, rebuilt {other}"
    return sides(one or None, other or None)


def in_json(old: str, new: str) -> str:
    """Return where two JSON files first differ: values, then how they are written."""
    parsed = []
    for name, text in (("published", old), ("rebuilt", new)):
        try:
            parsed.append(json.loads(text))
        except (ValueError, RecursionError) as error:
            return f"the {name} file is damaged, it cannot be read as JSON ({error})"
    found = _in_value(*parsed)
    return found or f"the same values, written otherwise: {in_text(old, new)}"


def _in_value(old: Any, new: Any, place: str = "") -> str:
    """Return where two JSON values first differ, or an empty string."""
    for where, one, other in _pairs(old, new):
        found = _in_value(one, other, f"{place}.{where}" if place else str(where))
        if found:
            return found
    if isinstance(old, dict) and isinstance(new, dict):
        return _in_keys(list(old), list(new), place)
    if isinstance(old, list) and isinstance(new, list):
        if len(old) == len(new):
            return ""
        longer, name = (old, "published") if len(old) > len(new) else (new, "rebuilt")
        count = abs(len(old) - len(new))
        entry = longer[min(len(old), len(new))]
        more = f" and {count - 1:,} after it" if count > 1 else ""
        return f"{place or 'the top'}: only {name} has {short(entry)}{more}"
    # As text, so that 236 and 236.0, 1 and true are told apart, and NaN is itself.
    return "" if repr(old) == repr(new) else f"{place or 'the top'}: {sides(old, new)}"


def _in_keys(old: list[str], new: list[str], place: str) -> str:
    for name, one, other in (("published", old, new), ("rebuilt", new, old)):
        extra = [key for key in one if key not in other]
        if extra:
            where = f"{place}.{extra[0]}" if place else extra[0]
            return f"{where}: only {name} has it"
    at = next((key for key, other in zip(old, new, strict=True) if key != other), None)
    return "" if at is None else f"{place or 'the top'}: the same entries in another order"


def _pairs(old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(set(old) & set(new)):
            yield key, old[key], new[key]
    elif isinstance(old, list) and isinstance(new, list):
        for number, (one, other) in enumerate(zip(old, new, strict=False)):
            # An exhibit or a cell is known by its id, not by its place.
            name = one.get("id", number) if isinstance(one, dict) else number
            yield str(name), one, other
