"""CSL-JSON: a list, one item, `{"items": [...]}` or one item a line; broken files item by item."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import orjson

from oso_analysis.literature.readers.csl_types import CSL_TYPES, csl_type
from oso_analysis.literature.readers.draft import MAX_ENTRY, Draft, Parsed, words
from oso_analysis.literature.readers.text import split_serial_number

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
_LIST = {"isbn", "issn", "keywords"}


def parse_csl(text: str, starts: Sequence[tuple[int, int]]) -> Parsed:
    """Parse CSL-JSON text; where it is not valid JSON, every item that still is one is read.

    Parameters
    ----------
    text : str
    starts : sequence of (line, place in bytes)
        Where items begin. Of valid JSON only the lines are taken from it.
    """
    parsed = Parsed()
    items = items_of(_load(text))
    if items is None:
        _item_by_item(text, starts, parsed)
        return parsed
    for at, item in enumerate(items):
        if starts and at + 1 <= len(starts):
            line, place = starts[at]
            end = starts[at + 1][1] if at + 1 < len(starts) else place + len(text)
            if end - place > MAX_ENTRY and len(json.dumps(item)) > MAX_ENTRY:
                parsed.reject(line, f"an item of over {MAX_ENTRY:,} characters", json.dumps(item))
                continue
        _add(parsed, item, starts[min(at, len(starts) - 1)][0] if starts else 1, "")
    return parsed


def _load(text: str) -> Any:
    """Return parsed JSON, or None where it is none."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    try:
        # Numbers such as NaN and halves of surrogate pairs are no JSON, yet are written.
        return _whole_letters(json.loads(text))
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
        items = data.get("items")
        if isinstance(items, list):
            data = items
        else:
            return [data] if data else None
    if isinstance(data, list) and data and all(isinstance(item, dict) for item in data):
        return data
    return None


def _item_by_item(text: str, starts: Sequence[tuple[int, int]], parsed: Parsed) -> None:
    decoder = json.JSONDecoder(strict=False)
    raw = text.encode("utf-8", errors="replace")
    for at, (line, start) in enumerate(starts):
        limit = starts[at + 1][1] if at + 1 < len(starts) else len(raw)
        chunk = raw[start:limit].decode("utf-8")
        if len(chunk) > MAX_ENTRY:
            parsed.reject(line, f"an item of over {MAX_ENTRY:,} characters", chunk)
            continue
        try:
            item = _whole_letters(decoder.raw_decode(chunk)[0])
        except (ValueError, RecursionError) as error:
            item = _whole_letters(_salvage(chunk))
            if not item:
                parsed.reject(line, f"an item that is not valid JSON ({error})", chunk.strip())
                continue
            draft = _add(parsed, item, line, chunk)
            if draft is not None:
                parsed.repair_last(line, "an item cut short or damaged", chunk.strip())
            continue
        _add(parsed, item, line, chunk)


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


def _add(parsed: Parsed, item: dict[str, Any], line: int, raw: str) -> Draft | None:
    if not any(value not in (None, "", [], {}) for value in item.values()):
        parsed.reject(line, "an item without any content", raw or json.dumps(item))
        return None
    if _OWN_NAMES.isdisjoint(item):
        parsed.reject(line, "an object that is no CSL-JSON item", raw or json.dumps(item))
        return None
    draft = _draft(item)
    draft["line"] = line
    parsed.drafts.append(draft)
    return draft


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return str(value)
    return None


def _draft(item: dict[str, Any]) -> Draft:
    draft: Draft = {}
    extra: dict[str, Any] = {}
    for name, value in item.items():
        column = _COLUMNS.get(name)
        if column is not None:
            if isinstance(value, str):
                text: str | None = value.strip()
            elif isinstance(value, list):
                texts = [found for found in map(_text, value) if found]
                # Crossref wraps titles in lists; CSL's own styles never do.
                text = "; ".join(texts) if column in _LIST else (texts[0] if texts else None)
                if column not in _LIST and (len(texts) > 1 or len(texts) != len(value)):
                    extra[name] = value
            else:
                text = _text(value)
                if text is None and value not in (None, [], {}):
                    extra[name] = value
            if text:
                if column in draft:
                    extra[name] = value
                else:
                    draft[column] = text
        elif name == "id":
            draft["key"] = _text(value)
        elif name == "type":
            word = _text(value)
            draft["type"] = (
                word if word in CSL_TYPES else (csl_type(word) if word else None) or "document"
            )
            if word and draft["type"] != word:
                extra["type"] = value
        elif name == "author" and isinstance(value, list):
            names = [_name(person) for person in value]
            draft["authors"] = [found for found in names if found]
            if not all(names) or any(_says_more(person) for person in value):
                extra["author"] = value
        elif name == "issued":
            _issued(draft, extra, value)
        elif value not in (None, "", [], {}):
            extra[name] = value
    draft.setdefault("type", "document")
    for column, name in (("isbn", "ISBN"), ("issn", "ISSN")):
        value = draft.get(column)
        if value:
            isbn, issn, whole = split_serial_number(value)
            found = isbn if column == "isbn" else issn
            draft[column] = found
            if not whole or (issn if column == "isbn" else isbn):
                extra[name] = item.get(name)
    if extra:
        draft["extra"] = extra
    return draft


def _name(person: Any) -> str | None:
    """Return one CSL name as `Family, Given`, or as it stands where it is not split."""
    if isinstance(person, str):
        return person.strip() or None
    if not isinstance(person, dict):
        return None
    get = person.get
    family = get("family")
    given = get("given")
    if len(person) == 2 and isinstance(family, str) and isinstance(given, str) and family:
        return f"{family}, {given}" if given else family
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
    parts = [part for part in (family, _text(given), _text(get("suffix"))) if part]
    return ", ".join(parts) or None


_USUAL = words("""family given literal suffix non-dropping-particle dropping-particle name""")


def _says_more(person: Any) -> bool:
    return not isinstance(person, dict) or not _USUAL.issuperset(person)


def _issued(draft: Draft, extra: dict[str, Any], value: Any) -> None:
    """Take the year from `date-parts`, or from whatever text stands there instead."""
    if isinstance(value, dict):
        parts = value.get("date-parts")
        if isinstance(parts, list) and parts and isinstance(parts[0], list) and parts[0]:
            year = _text(parts[0][0])
            if year:
                draft["date"], draft["date_tag"] = year, "issued"
                if len(parts) > 1 or len(parts[0]) > 1 or len(value) > 1:
                    extra["issued"] = value
                return
        for name in ("raw", "literal", "year"):
            text = _text(value.get(name))
            if text:
                draft["date"], draft["date_tag"] = text, "issued"
                if len(value) > 1:
                    extra["issued"] = value
                return
        if value:
            extra["issued"] = value
        return
    text = _text(value)
    if text:
        draft["date"], draft["date_tag"] = text, "issued"
    elif value:
        extra["issued"] = value
