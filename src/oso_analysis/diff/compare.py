"""Two editions compared: what a reader of either would see, and the data behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from oso_analysis.diff.chapters import chapter_name, compare_chapters
from oso_analysis.diff.model import Difference, EditionDiff, Move, Wording, wordings
from oso_analysis.diff.rows import compare_rows
from oso_analysis.diff.versions import Version
from oso_analysis.exhibits.printed import heading

__all__ = ["compare_editions"]

#: What an edition says of itself.
_EDITION = ("title", "review", "authors", "description", "disclosure", "limits")
#: What stands around an exhibit, and which of it a figure's drawing shows as well.
_FACTS = ("kind", "title", "caption", "alt_text", "counting_unit", "source", "caveats")
_DRAWN = ("title", "alt_text", "counting_unit", "source", "caveats")
_NAMES = {
    "alt_text": "alternative text",
    "caveats": "caveat",
    "limits": "limit",
    "authors": "author",
}


def compare_editions(before: Version, after: Version) -> EditionDiff:
    """Compare two versions of an edition, or two editions.

    Exhibits are matched by id, chapters by the names of their notebooks without the numbers. The
    rows of a table are matched by the first of their text columns and years that tell all rows
    apart, so a row that moved is the same row, and so is one whose note changed; everything else in
    it is compared value by value.

    Raises
    ------
    InputError
        If a file of either is missing or cannot be read; it is named.
    """
    old, new = before.record(), after.record()
    first = {item["id"]: item for item in old["exhibits"]}
    second = {item["id"]: item for item in new["exhibits"]}
    order = [*second, *(key for key in first if key not in second)]
    versions = old.get("versions") or {}, new.get("versions") or {}
    return EditionDiff(
        names=_names(before, after),
        described=(before.described(old), after.described(new)),
        facts=list(_said(old["edition"], new["edition"], _EDITION)),
        parameters=_mapping_moves(old["parameters"], new["parameters"]),
        inputs=_input_moves(old["inputs"], new["inputs"]),
        programs=list(_said(*versions, sorted({*versions[0], *versions[1]}))),
        exhibits=[_compare(first.get(key), second.get(key), before, after) for key in order],
        chapters=compare_chapters((before, after), (old, new)),
    )


def _names(before: Version, after: Version) -> tuple[str, str]:
    if str(before) != str(after):
        return str(before), str(after)
    if before.folder != after.folder and not (before.name or after.name):
        return str(before.folder), str(after.folder)
    return f"{before} (before)", f"{after} (after)"


def _said(old: Mapping[str, Any], new: Mapping[str, Any], keys: Iterable[str]) -> Iterator[Wording]:
    """Yield which of these texts, and which texts of these lists of texts, are not the same."""
    for key in keys:
        one, other = (_texts(record.get(key)) for record in (old, new))
        yield from wordings(_NAMES.get(key, key.replace("_", " ")), one, other)


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(item) for item in values if item is not None]


def _mapping_moves(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Move]:
    return [
        Move(key, "", _text(old.get(key)), _text(new.get(key)))
        for key in sorted({*old, *new})
        if old.get(key) != new.get(key)
    ]


def _input_moves(old: Mapping[str, str], new: Mapping[str, str]) -> list[Move]:
    said = []
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key):
            how = "gone" if key not in new else "new" if key not in old else "changed"
            said.append(Move(key, how, old.get(key, ""), new.get(key, "")))
    return said


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _compare(
    old: dict[str, Any] | None, new: dict[str, Any] | None, before: Version, after: Version
) -> Difference:
    known = new or old or {}
    difference = Difference(
        id=known["id"],
        title=known["title"],
        status="gone" if new is None else "new",
        labels=(old["label"] if old else "", new["label"] if new else ""),
        figures=(_drawing(old, before), _drawing(new, after)),
    )
    if old is None or new is None:
        return difference
    if old.get("n") != new.get("n"):
        unit = str(new.get("counting_unit", ""))
        difference.moves.append(Move(unit, "n", _text(old.get("n")), _text(new.get("n"))))
    words = difference.words
    words += _said(old, new, _FACTS)
    chapters = [chapter_name(item.get("notebook", "")) for item in (old, new)]
    if chapters[0] != chapters[1]:
        words.append(Wording("chapter", *chapters))
    tables = _table(old, before), _table(new, after)
    words += _columns(old, new, *(table[0] if table else [] for table in tables))
    compare_rows(*tables, difference)
    # What moved is drawn as well; that the drawing is another one says nothing more then.
    moved = bool(difference.moves or difference.rows_gone or difference.rows_new)
    drawn = moved or any(_said(old, new, _DRAWN))
    if not drawn and difference.figures[0] != difference.figures[1]:
        words.append(Wording("the numbers are the same; the drawing is not"))
    difference.status = "changed" if moved or words else "same"
    return difference


def _drawing(record: Mapping[str, Any] | None, version: Version) -> bytes | None:
    path = _file(record, ".svg")
    return version.read(path) if path else None


def _table(record: Mapping[str, Any], version: Version) -> list[list[str]]:
    path = _file(record, ".csv")
    return version.table(path) if path else []


def _file(record: Mapping[str, Any] | None, suffix: str) -> str | None:
    paths = [str(file["path"]) for file in record["files"]] if record else []
    return next((path for path in paths if path.endswith(suffix)), None)


def _columns(
    old: Mapping[str, Any], new: Mapping[str, Any], before: Sequence[str], after: Sequence[str]
) -> Iterator[Wording]:
    """Say which columns came and went, in the data and in print, and what they are called now."""
    first, second = _headings(old, before), _headings(new, after)
    for name in [name for name in before if name not in after]:
        yield Wording(f"column gone: {_named(name, first)}")
    for name in [name for name in after if name not in before]:
        yield Wording(f"column new: {_named(name, second)}")
    for name in [name for name in after if name in before]:
        if name in first and name not in second:
            yield Wording(f"column no longer printed: {_named(name, first)}")
        elif name in second and name not in first:
            yield Wording(f"column printed now: {_named(name, second)}")
        elif first.get(name) != second.get(name):
            yield Wording(f"heading of column {name}", first[name], second[name])
    orders = [
        [name for name in one if name in other] for one, other in ((first, second), (second, first))
    ]
    if orders[0] != orders[1]:
        yield Wording("order of the columns", *(", ".join(order) for order in orders))


def _headings(record: Mapping[str, Any], names: Sequence[str]) -> dict[str, str]:
    """Return the heading of each printed column, in printed order (as `printed_table` has it)."""
    given = dict(record.get("columns") or ())
    order = [name for name in given if given[name] is not None]
    order += [name for name in names if name not in given]
    return {name: str(given.get(name) or heading(name)) for name in order}


def _named(name: str, headings: Mapping[str, str]) -> str:
    return f"{name} (“{headings[name]}”)" if name in headings else name
