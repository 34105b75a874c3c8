"""Two executions of one notebook, compared by what they mean and said in words.

Tables and figures are compared by their machine-readable records: numbers with a tolerance, rows
matched by their labels. Drawings are compared pixel by pixel, prose word for word, anything else as
text. What is made from a record (its HTML, its text, the SVG of a figure) is not compared again.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oso_analysis.diff import Move
from oso_analysis.diff.pictures import pixel_difference, read_picture
from oso_analysis.diff.rows import LABEL_COLUMNS, key_columns, keyed_rows, name_row
from oso_analysis.diff.wording import reference_changes, word_changes
from oso_analysis.exhibits import EXHIBIT_MIME, PROSE_MIME, REFERENCES_MIME

__all__ = ["Finding", "Tolerance", "compare_notebooks"]

#: A number this near to zero is zero: relative differences mean nothing there.
_ZERO = 1e-12
_FACTS = ("title", "caption", "alt_text", "counting_unit", "source", "caveats")


@dataclass(frozen=True)
class Tolerance:
    """How far two executions may differ and still be the same.

    Attributes
    ----------
    relative : float
        Largest difference of two numbers, relative to the larger.
    pixel : int
        Largest difference of two pixels in any channel, of 255.
    """

    relative: float = 1e-9
    pixel: int = 8


@dataclass(frozen=True)
class Finding:
    """One difference: where ("Figure works-by-year"), and what in words."""

    place: str
    text: str

    def __str__(self) -> str:
        """Return the difference on one line."""
        return f"{self.place}: {self.text}"


def compare_notebooks(
    before: Mapping[str, Any], after: Mapping[str, Any], tolerance: Tolerance | None = None
) -> list[Finding]:
    """Compare the outputs of two executions of the same notebook.

    Parameters
    ----------
    before, after : mapping
        Notebooks as JSON, `before` as stored and `after` as executed now. Their cells are paired by
        position; exhibits by id, wherever they stand.
    tolerance : Tolerance, optional

    Returns
    -------
    list of Finding
        In the notebook's order; empty if both show the same.
    """
    tolerance = tolerance or Tolerance()
    old, new = list(_outputs(before)), list(_outputs(after))
    first = {key: (place, output) for key, place, output in old}
    second = {key: (place, output) for key, place, output in new}
    findings: list[Finding] = []
    for key, (place, output) in second.items():
        if key not in first:
            findings.append(Finding(place, "is shown now, but is not stored"))
        else:
            findings += _compare(place, first[key][1], output, tolerance)
    findings += [
        Finding(place, "is stored, but is not shown any more")
        for key, (place, _) in first.items()
        if key not in second
    ]
    return findings


def _outputs(
    notebook: Mapping[str, Any],
) -> Iterator[tuple[tuple[Any, ...], str, Mapping[str, Any]]]:
    """Yield each output with a key that finds its partner and a name that finds it in print."""
    for position, cell in enumerate(notebook["cells"], start=1):
        if cell["cell_type"] != "code":
            continue
        seen: Counter[str] = Counter()
        for output in _joined(cell.get("outputs", [])):
            data = output.get("data", {})
            record = data.get(EXHIBIT_MIME)
            if record:
                yield (
                    ("exhibit", record["id"]),
                    f"{record['kind'].capitalize()} {record['id']}",
                    output,
                )
                continue
            kind = "output"
            for mime, name in ((PROSE_MIME, "prose"), (REFERENCES_MIME, "references")):
                if mime in data:
                    kind = name
            seen[kind] += 1
            again = f" ({seen[kind]})" if seen[kind] > 1 else ""
            yield (position, kind, seen[kind]), f"Cell {position}, {kind}{again}", output


def _joined(outputs: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the outputs with neighbouring pieces of one stream put together."""
    joined: list[dict[str, Any]] = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            last["text"] = _text(last["text"]) + _text(output["text"])
        else:
            joined.append(dict(output))
    return list(joined)


def _compare(
    place: str, old: Mapping[str, Any], new: Mapping[str, Any], tolerance: Tolerance
) -> list[Finding]:
    before, after = old.get("data", {}), new.get("data", {})
    if EXHIBIT_MIME in after:
        said = list(_exhibit(before[EXHIBIT_MIME], after[EXHIBIT_MIME], tolerance))
        pictures = [text for text in [_picture(before, after, tolerance)] if text]
        if pictures and not said:
            pictures = [f"the numbers are the same, but {pictures[0]}"]
        return [Finding(place, text) for text in [*said, *pictures]]
    if PROSE_MIME in after and PROSE_MIME in before:
        pair = before[PROSE_MIME]["markdown"], after[PROSE_MIME]["markdown"]
        return [Finding(place, text) for text in word_changes(*pair)]
    if REFERENCES_MIME in after and REFERENCES_MIME in before:
        pair = before[REFERENCES_MIME]["items"], after[REFERENCES_MIME]["items"]
        return [Finding(place, text) for text in reference_changes(*pair)]
    picture = _picture(before, after, tolerance)
    texts = _plain(old), _plain(new)
    said = word_changes(*texts) if texts[0] != texts[1] else []
    return [Finding(place, text) for text in [*said, *([picture] if picture else [])]]


def _exhibit(old: Mapping[str, Any], new: Mapping[str, Any], tolerance: Tolerance) -> Iterator[str]:
    if old["n"] != new["n"]:
        yield f"n ({new['counting_unit']}) went from {_shown(old['n'])} to {_shown(new['n'])}"
    for key in _FACTS:
        if old.get(key) != new.get(key):
            name = key.replace("_", " ")
            yield from (
                f"{name}: {text}" for text in word_changes(_fact(old, key), _fact(new, key))
            )
    if old["columns"] != new["columns"]:
        yield "the printed headings or their order are not the same"
    yield from _rows(old["data"], new["data"], dict(new["columns"]), tolerance)


def _fact(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key, "")
    return " ".join(value) if isinstance(value, list) else str(value)


def _rows(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    headings: Mapping[str, str | None],
    tolerance: Tolerance,
) -> Iterator[str]:
    types = [{item["name"]: item["type"] for item in part["schema"]} for part in (old, new)]
    yield from (f"column {name!r} is gone" for name in types[0] if name not in types[1])
    yield from (f"column {name!r} is new" for name in types[1] if name not in types[0])
    shared = [name for name in types[1] if name in types[0]]
    labels = [
        name
        for name in shared
        if name in LABEL_COLUMNS or all(kind[name] == "string" for kind in types)
    ]
    tables = [
        [dict(zip(kind, row, strict=True)) for row in part["rows"]]
        for kind, part in zip(types, (old, new), strict=True)
    ]
    texts = [
        [{name: "" if value is None else str(value) for name, value in row.items()} for row in t]
        for t in tables
    ]
    telling = key_columns(labels, texts)
    keyed = [keyed_rows(rows, telling) for rows in texts]
    keys = [list(rows) for rows in keyed]
    first, second = (
        dict(zip(key, rows, strict=True)) for key, rows in zip(keys, tables, strict=True)
    )
    names = {key: name_row(key, row, telling) for rows in keyed for key, row in rows.items()}
    yield from (f"row {names[key]!r} is gone" for key in first if key not in second)
    yield from (f"row {names[key]!r} is new" for key in second if key not in first)
    for key, row in second.items():
        for name in [name for name in shared if name not in telling and key in first]:
            one, other = first[key][name], row[name]
            if not _same(one, other, tolerance):
                yield _moved(names[key], name, headings.get(name) or name, one, other)
    if set(keys[0]) == set(keys[1]) and keys[0] != keys[1]:
        yield "the rows stand in another order"


def _moved(row: str, column: str, heading: str, one: Any, other: Any) -> str:
    text = f"row {row!r}, column {heading!r} went from {_shown(one)} to {_shown(other)}"
    change = Move("", column, str(one), str(other)).change
    return f"{text} ({change})" if change else text


def _same(one: Any, other: Any, tolerance: Tolerance) -> bool:
    numbers = [type(value) in {int, float} for value in (one, other)]
    if all(numbers):
        return math.isclose(one, other, rel_tol=tolerance.relative, abs_tol=_ZERO)
    return bool(one == other) and numbers[0] == numbers[1]


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.10g}"
    return f"{value:,}" if isinstance(value, int) else repr(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "".join(value)


def _plain(output: Mapping[str, Any]) -> str:
    kind = output["output_type"]
    if kind == "stream":
        return _text(output["text"])
    if kind == "error":
        return f"{output['ename']}: {output['evalue']}"
    data = output.get("data", {})
    shown = {mime: value for mime, value in data.items() if not mime.startswith("image/")}
    if "text/plain" in shown and set(shown) <= {"text/plain", "text/html", "text/latex"}:
        # The text of a picture is its address or size, which the pixels already say.
        return "" if len(shown) < len(data) else _text(shown["text/plain"])
    return "\n".join(
        _text(value) if isinstance(value, str | list) else json.dumps(value, sort_keys=True)
        for _, value in sorted(shown.items())
    )


def _picture(
    before: Mapping[str, Any], after: Mapping[str, Any], tolerance: Tolerance
) -> str | None:
    """Say how two PNG drawings differ; None if they do not, or there are none."""
    raws = [data.get("image/png") for data in (before, after)]
    if raws == [None, None] or raws[0] == raws[1]:
        return None
    if None in raws:
        return "the drawing is gone" if raws[1] is None else "the drawing is new"
    return _pixels(_text(raws[0]), _text(raws[1]), tolerance)


def _pixels(old: str, new: str, tolerance: Tolerance) -> str | None:
    """Say in words how two PNG pictures (base64) differ; None where they do not."""
    try:
        one, other = (read_picture(base64.b64decode(raw)) for raw in (old, new))
    except binascii.Error:
        one = other = None
    if one is None or other is None:
        return "the stored drawing cannot be read"
    return pixel_difference(one, other, tolerance.pixel)
