"""From the values as an export gave them to the values of the finished table, column by column.

Many cells are tested at once for anything that needs mending, and only where something does are
they looked at one by one: nearly all cells of nearly all exports are in order.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import orjson

from oso_analysis.literature.readers.draft import MAX_ENTRY, Parsed
from oso_analysis.literature.readers.encodings import mend_twice_encoded
from oso_analysis.literature.readers.markup import clean_markup
from oso_analysis.literature.readers.names import normalise_authors
from oso_analysis.literature.readers.text import (
    DOI_RESOLVER,
    NO_ADDRESS,
    NO_TITLE,
    PAGE_ENDINGS,
    clean,
    clean_doi,
    find_doi,
    find_pmid,
    find_year,
    is_pmid,
)

__all__ = ["finish"]

_PROSE = ("title", "abstract", "container", "keywords", "publisher", "place")
_PLAIN = ("volume", "issue", "edition", "language", "pmid", "url", "isbn", "issn")
_DOI_URL = re.compile(DOI_RESOLVER, re.IGNORECASE)
_NO_ABSTRACT = re.compile(
    r"\[?(?:no abstract(?: available)?|abstract not available|n/?a|nan|null)\.?\]?$", re.I
)
#: EndNote keeps the day or month of online publication in the field of editions.
_DAY = re.compile(
    r"\d{4}(?:[/-]\d\d?[/-]\d\d?|/(?:0?[1-9]|1[0-2]))"
    r"|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
)
#: A meeting, which Ovid puts before the volume; proceedings in several volumes begin with theirs.
_MEETING = re.compile(r"(?:Conference|Congress|Meeting|Symposium):\s.*", re.IGNORECASE | re.DOTALL)
#: What stands between two pages for a plain hyphen: other dashes, BibTeX's two hyphens, EBSCO's
#: spaces.
_DASHES = re.compile(r" ?[\u2010-\u2015\u2212] ?|(?<=\w) ?-{2,3} ?(?=\w)|(?<=\w) - (?=\w)")
_PLAIN_DOI = re.compile(r"10\.\d{4,9}/[a-z0-9./()_-]*[a-z0-9]")
_YEARS = {str(year): year for year in range(1400, 2100)}

#: Cells tested at once: enough to make the test cheap, few enough to stay in the processor's cache.
_BLOCK = 1000
_TWO_SPACES = 0x2020
#: What stands between cells when they are tested as one text; no text has it.
_END = "\0"
_SPACES = ("\t", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f")
_WIDE_SPACES = ("\x85", "\xa0", "\u2028", "\u2029", "\u200b", "\u2060", "\ufeff")

#: In every text that is seen to be encoded twice, and in few others.
_TWICE_SIGN = "Ã"
_TWICE_REASON = "encoded as UTF-8 twice; decoded once more"

Column = list[Any]


def finish(parsed: Parsed) -> tuple[dict[str, Column], list[tuple[int, str, str]]]:
    """Return the record columns of what was parsed, and what had to be mended in which entry.

    Returns
    -------
    columns : dict
        Every record column but `record_id` and `source_file`; None where missing.
    mended : list of (place, reason, raw)
    """
    mended: list[tuple[int, str, str]] = []
    column = parsed.column
    columns: dict[str, Column] = {
        "source_line": column("line"),
        "type": [kind or "document" for kind in column("type")],
        "pages": _pages(column("pages")),
    }
    for name in _PROSE:
        columns[name] = _tidy(_decoded(column(name), mended), markup=True)
    for name in _PLAIN:
        columns[name] = _tidy(column(name))
    extras: list[dict[str, Any] | None] = list(column("extra"))
    for at, word in enumerate(column("extra_type")):
        if word:
            extras[at] = {**(extras[at] or {}), "type": word}
    _no_addresses(columns["url"], extras)
    _set_aside(columns, "title", NO_TITLE, extras)
    _set_aside(columns, "abstract", _NO_ABSTRACT, extras)
    _set_aside(columns, "edition", _DAY, extras)
    _set_aside(columns, "volume", _MEETING, extras, longest=MAX_ENTRY)
    columns["authors"] = _authors(_decoded_names(column("authors"), mended), extras)
    columns["year"] = _years(column("date"), column("date_tag"), extras, mended)
    columns["doi"] = _dois(column("doi"), columns["url"], extras, mended)
    _pmids(columns["pmid"], extras, mended)
    _identifiers(columns, extras)
    columns["extra"] = [_json(extra) if extra else None for extra in extras]
    return columns, mended


#: No value is set aside that is longer; most abstracts need no look then.
_LONGEST_ASIDE = 40


def _set_aside(
    columns: dict[str, Column],
    name: str,
    pattern: re.Pattern[str],
    extras: list[dict[str, Any] | None],
    *,
    longest: int = _LONGEST_ASIDE,
) -> None:
    """Move the values that say nothing of what the column is for to `extra`."""
    column = columns[name]
    for at, value in enumerate(column):
        if value and len(value) < longest and pattern.fullmatch(value):
            column[at] = None
            extras[at] = {**(extras[at] or {}), name: value}


def _no_addresses(column: Column, extras: list[dict[str, Any] | None]) -> None:
    """Move what looks like an address and leads nowhere to `extra`."""
    for at, url in enumerate(column):
        if url and url.startswith(NO_ADDRESS):
            column[at] = None
            extras[at] = {"url": url, **(extras[at] or {})}


_LINE = re.compile(r"^[^\S\n]*(?:Accession Number: \S+ )?(PMID|DOI):\s?(\S+)", re.MULTILINE)
#: Where exports put a note, and what Zotero and EBSCO say in one for want of a field: on a line of
#: its own, or after the database's own number. Other numbers in a note are of other publications.
#: Zotero's Extra is nothing but such lines, which its CSV runs together.
_NOTES = {
    "Extra": re.compile(r"(?:^|(?<=\s))(PMID|DOI):\s?(\S+)"),
    **dict.fromkeys(("note", "notes", "N1"), _LINE),
}


def _identifiers(columns: dict[str, Column], extras: list[dict[str, Any] | None]) -> None:
    """Fill an empty DOI or PubMed number from an entry's note, which stays as it is."""
    for at, extra in enumerate(extras):
        if not extra:
            continue
        for name, pattern in _NOTES.items():
            note = extra.get(name)
            if note and isinstance(note, str) and ("PMID:" in note or "DOI:" in note):
                for label, said in pattern.findall(note):
                    if label == "DOI":
                        columns["doi"][at] = columns["doi"][at] or clean_doi(said)
                    else:
                        columns["pmid"][at] = columns["pmid"][at] or find_pmid(said)[0]


def _json(extra: dict[str, Any]) -> str:
    return orjson.dumps(extra, option=orjson.OPT_NON_STR_KEYS).decode("utf-8")


def _decoded(values: Column, mended: list[tuple[int, str, str]]) -> Column:
    """Put the letters for what is left of them where an export was encoded twice."""
    column = list(values)
    for at, value in enumerate(values):
        if value and _TWICE_SIGN in value:
            text = mend_twice_encoded(value)
            if text is not None:
                column[at] = text
                mended.append((at, _TWICE_REASON, value))
    return column


def _decoded_names(values: Column, mended: list[tuple[int, str, str]]) -> Column:
    """Decode the names of authors once more where one of an entry's shows they were encoded twice.

    All of an entry's come the same way, so "GarcÃ­a" proves what "MÃ¼ller" alone does not.
    """
    column = list(values)
    for at, names in enumerate(values):
        if names and any(_TWICE_SIGN in name for name in names):
            whole = _END.join(names)
            text = mend_twice_encoded(whole)
            better = text.split(_END) if text else [mend_twice_encoded(one) or one for one in names]
            if better != list(names):
                column[at] = better
                mended.append((at, _TWICE_REASON, "; ".join(names)))
    return column


def _tidy(values: Column, *, markup: bool = False) -> Column:
    """Clean a column of text whose cells the parsers have stripped."""
    if not any(values):
        return [None] * len(values)
    column: Column = []
    for start in range(0, len(values), _BLOCK):
        block = values[start : start + _BLOCK]
        whole = _END.join([value or "" for value in block])
        wide = not whole.isascii() and any(sign in whole for sign in _WIDE_SPACES)
        if markup and ("<" in whole or ("&" in whole and ";" in whole)):
            column += [clean_markup(value) or None if value else None for value in block]
        elif wide or any(sign in whole for sign in _SPACES) or _has_double_space(whole):
            column += [clean(value) or None if value else None for value in block]
        else:
            column += [value or None for value in block]
    return column


def _pages(values: Column) -> Column:
    """Put a plain hyphen between the pages, whatever dash or minus sign stood there."""
    column = _tidy(values)
    for start in range(0, len(column), _BLOCK):
        block = column[start : start + _BLOCK]
        whole = "".join([value or "" for value in block])
        if whole.isascii() and "--" not in whole and " - " not in whole:
            continue
        column[start : start + _BLOCK] = [
            _DASHES.sub("-", value)
            if value and ("--" in value or " - " in value or not value.isascii())
            else value
            for value in block
        ]
    return column


def _has_double_space(text: str) -> bool:
    """Whether two spaces stand together; ten times as fast as searching for them."""
    raw = text.encode("utf-8", errors="replace")
    return any(
        (np.frombuffer(raw, np.uint16, (len(raw) - first) // 2, first) == _TWO_SPACES).any()
        for first in (0, 1)
        if len(raw) > first + 1
    )


def _authors(values: Column, extras: list[dict[str, Any] | None]) -> Column:
    column: Column = []
    for at, names in enumerate(values):
        if not names:
            column.append(None)
            continue
        authors, changed = normalise_authors(names)
        if changed:
            extra = extras[at] = dict(extras[at] or {})
            extra.setdefault("authors", [clean(name) for name in names])
        column.append(authors)
    return column


def _years(
    dates: Column,
    tags: Column,
    extras: list[dict[str, Any] | None],
    mended: list[tuple[int, str, str]],
) -> Column:
    column: Column = []
    for at, date in enumerate(dates):
        year = _YEARS.get(date) if date else None
        if date and year is None:
            year = find_year(date)
            if year is None:
                mended.append((at, "no possible year in the date; kept in extra", date))
            if date.rstrip("/ ") != str(year):
                extra = extras[at] = dict(extras[at] or {})
                extra.setdefault(tags[at] or "date", clean(date))
        column.append(year)
    return column


def _dois(
    values: Column,
    urls: Column,
    extras: list[dict[str, Any] | None],
    mended: list[tuple[int, str, str]],
) -> Column:
    column: Column = []
    plain = _PLAIN_DOI.fullmatch
    for at, given in enumerate(values):
        doi = None
        if given:
            if plain(given) and not given.endswith(PAGE_ENDINGS):
                column.append(given)
                continue
            doi, cut = find_doi(given)
            if doi is None:
                extra = extras[at] = dict(extras[at] or {})
                extra["doi"] = clean(given)
                mended.append((at, "not a DOI; kept in extra", given))
            elif cut:
                extra = extras[at] = dict(extras[at] or {})
                extra["doi"] = clean(given)
                mended.append((at, "the ending of an address cut from the DOI", given))
            elif len(given) > len(doi) + 30 or given.lower().count("10.") > 1:
                extra = extras[at] = dict(extras[at] or {})
                extra["doi"] = clean(given)
        if doi is None and (url := urls[at]) and _DOI_URL.match(url):
            doi = clean_doi(url)
        column.append(doi)
    return column


def _pmids(
    column: Column,
    extras: list[dict[str, Any] | None],
    mended: list[tuple[int, str, str]],
) -> None:
    """Leave nothing but digits in the column of PubMed numbers."""
    for at, given in enumerate(column):
        if not given or is_pmid(given):
            continue
        column[at], whole = find_pmid(given)
        if not whole:
            extras[at] = {**(extras[at] or {}), "pmid": given}
        if column[at] is None:
            mended.append((at, "not a PubMed number; kept in extra", given))
