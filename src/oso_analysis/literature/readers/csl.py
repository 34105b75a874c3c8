"""CSL-JSON: a list, one item, `{"items": [...]}`, one a line, Crossref's; broken, item by item."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import NoneType
from typing import Any

import orjson

from oso_analysis.literature.readers.answers import flatten, inner_items, is_attachment
from oso_analysis.literature.readers.columns import target_of
from oso_analysis.literature.readers.csl_types import CSL_TYPES, csl_type
from oso_analysis.literature.readers.draft import MAX_ENTRY, Parsed, words
from oso_analysis.literature.readers.tabular import header_score, parse_rows
from oso_analysis.literature.readers.text import is_issn, join_numbers, split_serial_number

__all__ = ["parse_csl"]

_COLUMNS = {
    "title": "title",
    "container-title": "container",
    "volume": "volume",
    "issue": "issue",
    "page": "pages",
    "publisher": "publisher",
    "publisher-place": "place",
    "edition": "edition",
    "DOI": "doi",
    "ISBN": "isbn",
    "ISSN": "issn",
    "PMID": "pmid",
    "URL": "url",
    "language": "language",
    "abstract": "abstract",
    "keyword": "keywords",
}
_OWN_NAMES = frozenset({*_COLUMNS, "id", "type", "author", "editor", "issued"})
_TAKEN = frozenset({*_COLUMNS, "id", "type", "author", "issued"})
#: Fields whose lists are several values; of others a list holds but one.
_LISTS = frozenset({"ISBN", "ISSN", "keyword"})
_TELLING = frozenset({*_COLUMNS, "issued"})
_EMPTY: tuple[Any, ...] = (None, "", [], {})


def parse_csl(raw: bytes, starts: Sequence[tuple[int, int]]) -> Parsed:
    """Parse CSL-JSON text; where it is not valid JSON, every item that still is one is read.

    Parameters
    ----------
    raw : bytes
        The text in UTF-8.
    starts : sequence of (line, place in bytes)
        Where items begin. Of valid JSON only the lines are taken from it.
    """
    entries = _Entries()
    data = _load(raw)
    items = items_of(data)
    if items is not None and isinstance(data, dict) and len(items) != len(starts):
        # Items that stand where no program puts them; the object is rejected as a whole.
        items = [data] if len(starts) == 1 else None
    if items is None:
        _item_by_item(raw, starts, entries)
    else:
        lines = [line for line, _ in starts[: len(items)]] or [1]
        lines += lines[-1:] * (len(items) - len(lines))
        long = _too_long(items, starts, len(raw))
        if not long and _read_table(items, lines, [""] * len(items), entries.parsed):
            return entries.parsed
        for at, (item, line) in enumerate(zip(items, lines, strict=True)):
            if at in long:
                entries.parsed.reject(line, _TOO_LONG, json.dumps(item))
            else:
                entries.add(item, line, "")
    if entries.items:
        entries.parsed.extend({**_columns(entries.items), "line": entries.lines})
    return entries.parsed


#: Names of CSL alone; title, volume and the like are what any program calls them.
_ONLY_CSL = words(
    """author editor issued container-title page publisher-place DOI ISBN ISSN PMID URL"""
)


def _headings(items: list[dict[str, Any]]) -> list[str]:
    """Return the names in items that are no CSL and read as a table's headings; else none.

    Publish or Perish and programs of their own write lists of the columns that they have.
    """
    if not _ONLY_CSL.isdisjoint(items[0]):
        return []
    names = list(dict.fromkeys(name for item in items for name in item))
    if not _ONLY_CSL.isdisjoint(names) or "title" not in map(str.lower, names):
        return []
    if not any(target_of(name, tags="") for name in names if name not in _OWN_NAMES):
        return []
    return names if header_score(names) else []


def _read_table(
    items: list[dict[str, Any]], lines: list[int], damaged: list[str], parsed: Parsed
) -> bool:
    """Read items as the rows of a table, where they are one or can be turned into one."""
    flat = flatten(items, [item for item, raw in zip(items, damaged, strict=True) if not raw])
    names = _headings(items) if flat is None else list(dict.fromkeys(n for i in flat for n in i))
    if not names:
        return False
    rows: list[tuple[int, list[str]]] = []
    for item, row, line, raw in zip(items, flat or items, lines, damaged, strict=True):
        cells = [_cell(row.get(name)) for name in names]
        if any(map(str.strip, cells)):
            if raw:
                parsed.repair(len(rows), line, _DAMAGED, raw)
            rows.append((line, cells))
        else:
            reason = "an attachment or note" if is_attachment(item) else _WITHOUT
            parsed.reject(line, reason, json.dumps(item))
    parse_rows(rows, names, parsed, line=1, remark=flat is None)
    return True


def _cell(value: Any) -> str:
    """Return a value as a table would have it: several names or words between semicolons."""
    if isinstance(value, list) and value:
        texts = [_text(one) or _name(one) for one in value]
        if all(texts):
            return "; ".join(map(str, texts))
    if value in _EMPTY:
        return ""
    return _text(value) or json.dumps(value, ensure_ascii=False)


_WITHOUT = "an item without any content"
_DAMAGED = "an item cut short or damaged"
_TOO_LONG = f"an item of over {MAX_ENTRY:,} characters"


def _too_long(items: list[Any], starts: Sequence[tuple[int, int]], size: int) -> set[int]:
    """Return the places of items that are longer than any entry is."""
    if size <= MAX_ENTRY:
        return set()
    places = [place for _, place in starts[: len(items)]]
    ends = [place for _, place in starts[1 : len(items) + 1]]
    ends += [place + size for place in places[len(ends) :]]
    return {
        at
        for at, (place, end) in enumerate(zip(places, ends, strict=True))
        if end - place > MAX_ENTRY and len(json.dumps(items[at])) > MAX_ENTRY
    }


@dataclass(slots=True)
class _Entries:
    """The items accepted so far, and what was noted of others."""

    parsed: Parsed = field(default_factory=Parsed)
    items: list[dict[str, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def add(self, item: dict[str, Any], line: int, raw: str) -> bool:
        """Accept an item, or reject it where it is none."""
        if not item.get("title"):
            if not any(value not in _EMPTY for value in item.values()):
                self.parsed.reject(line, _WITHOUT, raw or json.dumps(item))
                return False
            if not _is_item(item):
                reason = "an object that is no CSL-JSON item"
                self.parsed.reject(line, reason, raw or json.dumps(item))
                return False
        self.items.append(item)
        self.lines.append(line)
        return True


def _is_item(item: dict[str, Any]) -> bool:
    """Whether an object without a title says anything that CSL has a name for.

    Names and types are everywhere: packages have an author, places on maps a type.
    """
    return (
        any(item.get(name) not in _EMPTY for name in _TELLING)
        or any(isinstance(item.get(name), list) and item[name] for name in ("author", "editor"))
        or _text(item.get("type")) in CSL_TYPES
    )


#: Whole numbers that do not fit 64 bits, which orjson would round.
_LONG_NUMBER = re.compile(rb"[\[:,]\s*-?\d{19}")
_DIGITS_TO_0 = bytes.maketrans(b"123456789", b"0" * 9)


def _load(raw: bytes) -> Any:
    """Return parsed JSON, or None where it is none."""
    if b"0" * 19 not in raw.translate(_DIGITS_TO_0) or not _LONG_NUMBER.search(raw):
        try:
            return orjson.loads(raw)
        except orjson.JSONDecodeError:
            pass
    try:
        # Numbers such as NaN and halves of surrogate pairs are no JSON, yet are written.
        return _whole_letters(json.loads(raw.decode("utf-8")))
    except (ValueError, RecursionError):
        return None


def _whole_letters(value: Any) -> Any:
    """Replace halves of surrogate pairs, which no text file can hold."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole_letters(item) for item in value]
    if isinstance(value, dict):
        return {_whole_letters(name): _whole_letters(item) for name, item in value.items()}
    return value


def items_of(data: Any) -> list[Any] | None:
    """Return the items in parsed JSON, or None where it is not laid out as CSL-JSON is."""
    if isinstance(data, dict):
        if (items := inner_items(data)) is not None:
            data = items
        else:
            if "title" not in data and isinstance(message := data.get("message"), dict):
                # Crossref's answer of one work.
                data = message
            return [data] if data else None
    if isinstance(data, list) and data and all(isinstance(item, dict) for item in data):
        return data
    return None


def _item_by_item(raw: bytes, starts: Sequence[tuple[int, int]], entries: _Entries) -> None:
    decoder = json.JSONDecoder(strict=False)
    parsed = entries.parsed
    found: list[tuple[dict[str, Any], int, str]] = []
    for at, (line, start) in enumerate(starts):
        limit = starts[at + 1][1] if at + 1 < len(starts) else len(raw)
        chunk = raw[start:limit].decode("utf-8")
        if len(chunk) > MAX_ENTRY:
            parsed.reject(line, _TOO_LONG, chunk)
            continue
        damaged = ""
        try:
            item = _whole_letters(decoder.raw_decode(chunk)[0])
        except (ValueError, RecursionError) as error:
            item = _whole_letters(_salvage(chunk))
            damaged = chunk.strip()
            if not item:
                parsed.reject(line, f"an item that is not valid JSON ({error})", damaged)
                continue
        found.append((item, line, damaged))
    items = [item for item, *_ in found]
    lines = [line for _, line, _ in found]
    if items and _read_table(items, lines, [damaged for *_, damaged in found], parsed):
        return
    for item, line, damaged in found:
        if entries.add(item, line, damaged) and damaged:
            parsed.repair(len(entries.items) - 1, line, _DAMAGED, damaged)


_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"\s*:\s*("(?:[^"\\\n]|\\.)*"|-?\d+(?:\.\d+)?(?=\s*[,}]))')


def _salvage(chunk: str) -> dict[str, Any]:
    """Return the whole outermost name-value pairs of an item that is cut short or damaged."""
    for close in ("}", "]}", "}]}", "]]}}", '"}', '"}]}', ""):
        if not close:
            break
        for cut in (len(chunk), chunk.rfind(",")):
            if cut <= 0:
                continue
            try:
                item = json.loads(chunk[:cut].rstrip(" \n\t,") + close, strict=False)
            except (ValueError, RecursionError):
                continue
            if isinstance(item, dict):
                return item
    item = {}
    for match in _PAIR.finditer(chunk):
        name = match[1]
        if (name in _COLUMNS or name in ("id", "type")) and name not in item:
            try:
                item[name] = json.loads(match[2], strict=False)
            except ValueError:
                continue
    return item if set(item) - {"id", "type"} else {}


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return str(value)
    return None


def _columns(items: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Return what the items have, by name; what no column says whole is in `extra`."""
    kept: dict[int, set[str]] = {}
    present = frozenset().union(*items)
    columns: dict[str, list[Any]] = {
        column: _texts([item.get(name) for item in items], name, kept)
        if name in present
        else [None] * len(items)
        for name, column in _COLUMNS.items()
    }
    columns["key"] = [_text(item.get("id")) for item in items]
    words = [_text(item.get("type")) for item in items]
    types = {
        word: word if word in CSL_TYPES else (csl_type(word) if word else None) or "document"
        for word in set(words)
    }
    columns["type"] = [types[word] for word in words]
    for at, word in enumerate(words):
        if word and types[word] != word:
            kept.setdefault(at, set()).add("type")
    columns["authors"] = _authors([item.get("author") for item in items], kept)
    columns["date"] = _dates([item.get("issued") for item in items], kept)
    columns["date_tag"] = ["issued"] * len(items)
    all_taken = _TAKEN.issuperset(present)
    columns["extra"] = [
        None
        if at not in kept and (all_taken or _TAKEN.issuperset(item))
        else {
            name: value
            for name, value in item.items()
            if name in kept.get(at, ()) or (name not in _TAKEN and value not in _EMPTY)
        }
        for at, item in enumerate(items)
    ]
    for at, (isbn, issn) in enumerate(zip(columns["isbn"], columns["issn"], strict=True)):
        # Nearly all items have one ISSN or nothing, which stays as it is.
        if isbn or (issn and not is_issn(issn)):
            _serial_numbers(columns, at, items[at])
    return columns


def _serial_numbers(columns: dict[str, list[Any]], at: int, item: dict[str, Any]) -> None:
    """Sort the ISBNs and ISSNs of an item, whichever field has them; what says more is kept."""
    found: dict[str, str | None] = {"isbn": None, "issn": None}
    for column, name in (("isbn", "ISBN"), ("issn", "ISSN")):
        value = columns[column][at]
        if not value:
            continue
        isbn, issn, whole = split_serial_number(value)
        found["isbn"] = join_numbers(found["isbn"], isbn)
        found["issn"] = join_numbers(found["issn"], issn)
        if not whole:
            extra = columns["extra"][at] = columns["extra"][at] or {}
            extra[name] = item[name]
    for column, numbers in found.items():
        columns[column][at] = numbers


def _texts(values: list[Any], name: str, kept: dict[int, set[str]]) -> list[Any]:
    """Return one field of every item as text, and note where that does not say it all."""
    if set(map(type, values)) <= {str, NoneType}:
        return [value.strip() if value else None for value in values]
    column: list[Any] = []
    for at, value in enumerate(values):
        text, whole = _text(value), True
        if isinstance(value, list):
            texts = [found for found in map(_text, value) if found]
            # Crossref wraps titles in lists; CSL's own styles never do.
            if name in _LISTS:
                text = "; ".join(texts)
            else:
                text = texts[0] if texts else None
                whole = len(texts) == len(value) <= 1
        elif text is None:
            whole = isinstance(value, str) or value in _EMPTY
        if not whole:
            kept.setdefault(at, set()).add(name)
        column.append(text)
    return column


def _authors(values: list[Any], kept: dict[int, set[str]]) -> list[Any]:
    """Return the names of every item's authors, and note whose names say more."""
    column: list[Any] = []
    for at, people in enumerate(values):
        names: list[str] = []
        whole = isinstance(people, list)
        for person in people if whole else ():
            # Nearly all names are of two parts, and need no more than putting together.
            if (
                type(person) is dict
                and len(person) == 2
                and type(family := person.get("family")) is str
                and type(given := person.get("given")) is str
                and family
            ):
                names.append(f"{family}, {given}" if given else family)
                continue
            name = _name(person)
            if name:
                names.append(name)
            whole = whole and bool(name) and not _says_more(person)
        if not whole and people not in _EMPTY:
            kept.setdefault(at, set()).add("author")
        column.append(names)
    return column


def _dates(values: list[Any], kept: dict[int, set[str]]) -> list[Any]:
    column: list[Any] = []
    for at, value in enumerate(values):
        date, whole = _issued(value)
        column.append(date)
        if not whole:
            kept.setdefault(at, set()).add("issued")
    return column


def _name(person: Any) -> str | None:
    """Return one CSL name as `Family, Given`, or as it stands where it is not split."""
    if isinstance(person, str):
        return person.strip() or None
    if not isinstance(person, dict):
        return None
    get = person.get
    family = get("family")
    literal = _text(get("literal")) or _text(get("name"))
    if literal and not family:
        return literal
    family = " ".join(
        part
        for part in (
            _text(get("non-dropping-particle")),
            _text(get("dropping-particle")),
            _text(family),
        )
        if part
    )
    parts = [part for part in (family, _text(get("given")), _text(get("suffix"))) if part]
    return ", ".join(parts) or None


_USUAL = words("""family given literal suffix non-dropping-particle dropping-particle name""")


def _says_more(person: Any) -> bool:
    return not isinstance(person, dict) or not _USUAL.issuperset(person)


def _issued(value: Any) -> tuple[str | None, bool]:
    """Return the year in `date-parts`, or whatever text stands there instead.

    The second value is False where there is more than that.
    """
    if not isinstance(value, dict):
        text = _text(value)
        return text, text is not None or not value
    parts = value.get("date-parts")
    if isinstance(parts, list) and parts and isinstance(parts[0], list) and parts[0]:
        year = _text(parts[0][0])
        if year:
            return year, len(parts) == len(parts[0]) == len(value) == 1
    for name in ("raw", "literal", "year"):
        text = _text(value.get(name))
        if text:
            return text, len(value) == 1
    return None, not value
