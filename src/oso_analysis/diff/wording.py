"""Where two texts part, and what two lists of references do not share, in words."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

__all__ = ["SCREEN", "around", "reference_changes", "word_changes"]

#: Characters of a long text that are shown around the place where two texts part.
SCREEN = 160
#: Characters of these before that place, so that a reader sees where it is.
_LEAD = 40
#: Words of a long text shown before and after the place where two texts part.
_WORDS = 8
#: Fields of a reference whose values are short enough to be told.
_TOLD = frozenset({"issued", "page", "volume", "issue", "edition", "DOI", "PMID"})
#: What a reader calls the fields of CSL-JSON, where that is another word.
_CSL_WORDS = {"issued": "date", "page": "page range", "container-title": "journal or series"}


def around(one: str, other: str, width: int = SCREEN) -> tuple[str, str]:
    """Return two texts cut to `width` around the first place where they are not the same."""
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if at is None:
        at = min(len(one), len(other))
    start = max(0, at - min(_LEAD, width // 3)) if max(len(one), len(other)) > width else 0
    return _window(one, start, width), _window(other, start, width)


def _window(text: str, start: int, width: int) -> str:
    piece = text[start : start + width]
    return f"{'…' if start else ''}{piece}{'…' if start + width < len(text) else ''}"


def word_changes(old: str, new: str) -> list[str]:
    """Say where two texts part, with a few words around each place."""
    if old == new:
        return []
    before, after = old.split(), new.split()
    if before == after:
        return ["the same words, but spaces or line breaks differ"]
    said = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            continue
        gone, come = (_cut(words) for words in (before[a:b], after[c:d]))
        where = " ".join(after[max(c - 4, 0) : c])
        place = f"after “{where}”" if where else "at the beginning"
        if not come:
            said.append(f"{place}, “{gone}” is gone")
        elif not gone:
            said.append(f"{place}, “{come}” is new")
        else:
            said.append(f"{place}, “{gone}” became “{come}”")
    return said


def _cut(words: Sequence[str]) -> str:
    if len(words) <= 2 * _WORDS:
        return " ".join(words)
    return f"{' '.join(words[:_WORDS])} … {' '.join(words[-_WORDS:])}"


def reference_changes(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """Say which works of two lists of references (CSL-JSON) came, went or are told otherwise."""
    first, second = ({item["id"]: item for item in items} for items in (old, new))
    if len(first) != len(second):
        yield f"the works listed went from {len(first):,} to {len(second):,}"
    yield from (f"{_work(first[key])} is gone" for key in first if key not in second)
    yield from (f"{_work(second[key])} is new" for key in second if key not in first)
    for key, item in second.items():
        if key in first and first[key] != item:
            names = sorted({*first[key], *item})
            pairs = [(name, first[key].get(name), item.get(name)) for name in names]
            changed = [_moved(*pair) for pair in pairs if pair[1] != pair[2]]
            yield f"{_work(item)} has another {', '.join(changed)}"


def _moved(name: str, old: Any, new: Any) -> str:
    """Return what of a reference is another, with both values where they are short."""
    word = _CSL_WORDS.get(name, name)
    if isinstance(old, Mapping) and isinstance(new, Mapping) and name == "issued":
        old, new = (
            "-".join(str(part) for dates in value.get("date-parts", ()) for part in dates)
            for value in (old, new)
        )
    if name in _TOLD and isinstance(old, str) and isinstance(new, str):
        return f"{word} ({old}, now {new})"
    return word


def _work(item: Mapping[str, Any]) -> str:
    return f"{item.get('title', 'a work without a title')!r} [{item['id']}]"
