"""CSL-JSON: a list, one item, `{"items": [...]}` or one item a line; broken files item by item."""

from __future__ import annotations

import json
import re
from typing import Any

from oso_analysis.literature.readers.csl_types import CSL_TYPES, csl_type
from oso_analysis.literature.readers.draft import Draft, Parsed, words
from oso_analysis.literature.readers.markers import json_starts
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
_LIST = {"isbn", "issn", "keywords"}


def parse_csl(text: str) -> Parsed:
    """Parse CSL-JSON text; where it is not valid JSON, every item that is still is read."""
    parsed = Parsed()
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    items = items_of(data)
    if items is None:
        _item_by_item(text, parsed)
        return parsed
    starts = json_starts(text)
    line = 1
    counted = 0
    for at, item in enumerate(items):
        if at < len(starts):
            line += text.count("\n", counted, starts[at])
            counted = starts[at]
        _add(parsed, item, line, "")
    return parsed


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


def _item_by_item(text: str, parsed: Parsed) -> None:
    decoder = json.JSONDecoder(strict=False)
    starts = json_starts(text)
    line = 1
    counted = 0
    for at, start in enumerate(starts):
        limit = starts[at + 1] if at + 1 < len(starts) else len(text)
        line += text.count("\n", counted, start)
        counted = start
        chunk = text[start:limit]
        try:
            item, _ = decoder.raw_decode(chunk)
        except (ValueError, RecursionError) as error:
            item = _salvage(chunk)
            if not item:
                parsed.reject(line, f"an item that is not valid JSON ({error})", chunk.strip())
                continue
            draft = _add(parsed, item, line, chunk)
            if draft is not None:
                parsed.repair(draft, line, "an item cut short or damaged", chunk.strip())
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
                text: str | None = value
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
