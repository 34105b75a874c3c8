"""RIS as Zotero, EndNote, Mendeley, Scopus, Web of Science, ProQuest, EBSCO and Ovid write it."""

from __future__ import annotations

import re

from oso_analysis.literature.readers.csl_types import RIS_TYPES, csl_type, is_canonical
from oso_analysis.literature.readers.draft import Draft, Parsed, Tags, left_over, take, words
from oso_analysis.literature.readers.text import join_pages, split_serial_number

__all__ = ["KNOWN_TAGS", "parse_ris"]

#: Tags of the RIS specification and of the dialects; other tags need the specified spacing.
KNOWN_TAGS = words(
    """A1 A2 A3 A4 A5 A6 AB AD AN AR AU AV BN BT C1 C2 C3 C4 C5 C6 C7 C8 CA CL CN CP CR CT CY DA
    DB DI DO DP DS ED EM EP ER ET ID IP IS J1 J2 JA JF JI JO K1 KW L1 L2 L3 L4 LA LB LK LL M1
    M2 M3 N1 N2 NO NV OP PA PB PM PP PT PY RD RI RN RP S1 S2 SE SL SN SO SP SR ST SV T1 T2 T3
    TA TI TT TY U1 U2 U3 U4 U5 UR UT VL VO WP WT WV Y1 Y2 YR"""
)
_TAG_LINE = re.compile(r"[ \t]*([A-Z][A-Z0-9])(?:(  )-|[ \t]{0,4}-(?=[ \t]|$))(.*)", re.DOTALL)

_TITLE = ("TI", "T1", "CT")
_AUTHORS = ("AU", "A1")
_CONTAINER = ("JF", "T2", "BT", "JO", "JA", "J2", "J1", "SO")
_DATES = ("PY", "Y1", "YR", "DA")
_SCALARS = (
    ("volume", ("VL", "VO")),
    ("issue", ("IS", "IP", "CP")),
    ("publisher", ("PB",)),
    ("place", ("CY", "PP")),
    ("edition", ("ET",)),
    ("doi", ("DO", "DI")),
    ("pmid", ("PM",)),
    ("url", ("UR",)),
    ("language", ("LA",)),
    ("abstract", ("AB", "N2")),
)


def parse_ris(text: str) -> Parsed:
    """Parse RIS text, its line endings already line feeds.

    An entry runs from its `TY` line to its `ER` line. One without `ER` ends where the next
    begins; tagged lines outside any entry make one of their own. Both are noted as repairs.
    """
    parsed = Parsed()
    tags: Tags = {}
    get = tags.get
    start = 0
    open_entry = False
    has_type = False
    last: list[str] | None = None
    loose: list[str] = []
    lines = text.split("\n")
    known = KNOWN_TAGS
    for number, line in enumerate(lines, 1):
        # The specified spacing, "XX  - value", without a regular expression.
        if line[2:6] == "  - " and (tag := line[:2]) in known:
            value = line[6:].strip()
        elif not line or line.isspace():
            continue
        else:
            match = _TAG_LINE.match(line)
            if match is not None and (match[2] or match[1] in known):
                tag = match[1]
                value = match[3].strip()
            elif last is not None:
                # A line without a tag goes on with the one before it.
                last[-1] = f"{last[-1]}\n{line.strip()}" if last[-1] else line.strip()
                continue
            else:
                loose.append(line)
                continue
        if tag == "TY":
            if open_entry:
                _close(parsed, tags, start, lines, number - 1, has_type, ended=False)
            elif loose:
                _outside(parsed, loose, number)
            loose = []
            tags = {"TY": [value]}
            get = tags.get
            start = number
            open_entry = has_type = True
            last = None
        elif tag == "ER":
            if open_entry:
                _close(parsed, tags, start, lines, number, has_type, ended=True)
            else:
                parsed.repair(None, number, "an ER line that ends no entry was left out", line)
            if loose:
                _outside(parsed, loose, number)
                loose = []
            tags = {}
            get = tags.get
            open_entry = False
            last = None
        else:
            if not open_entry:
                if loose:
                    _outside(parsed, loose, number)
                    loose = []
                open_entry, has_type, start = True, False, number
            last = get(tag)
            if last is None:
                tags[tag] = last = [value]
            else:
                last.append(value)
    if open_entry:
        _close(parsed, tags, start, lines, len(lines), has_type, ended=False)
    if loose:
        _outside(parsed, loose, len(lines))
    return parsed


def _outside(parsed: Parsed, loose: list[str], number: int) -> None:
    raw = "\n".join(loose)
    parsed.repair(None, number, "text outside any entry was left out", raw)


def _close(
    parsed: Parsed,
    tags: Tags,
    start: int,
    lines: list[str],
    end: int,
    has_type: bool,
    *,
    ended: bool,
) -> None:
    """Turn the tags of one entry into a draft, noting what had to be mended."""
    for name in [name for name, values in tags.items() if "" in values]:
        values = [value for value in tags[name] if value]
        if values:
            tags[name] = values
        else:
            del tags[name]
    draft = draft_from_tags(tags)
    if draft is None:
        parsed.reject(start, "an entry without any content", "\n".join(lines[start - 1 : end]))
        return
    draft["line"] = start
    parsed.drafts.append(draft)
    if not has_type:
        raw = "\n".join(lines[start - 1 : end])
        parsed.repair(draft, start, "an entry without its TY line; type unknown", raw)
    if not ended:
        raw = "\n".join(lines[start - 1 : end])
        parsed.repair(draft, start, "an entry without its ER line", raw)


def draft_from_tags(tags: Tags) -> Draft | None:
    """Return the record columns that RIS tags stand for, or None where there are none."""
    pop = tags.pop
    kind = pop("TY", None)
    if not tags:
        return None
    draft: Draft = {}
    word = kind[0].upper() if kind else ""
    found = RIS_TYPES.get(word)
    if found is None and word:
        found = csl_type(word)
    draft["type"] = found or "document"
    if kind and (len(kind) > 1 or found is None or not is_canonical(word)):
        draft["extra_type"] = kind[0]
    if "ID" in tags:
        draft["key"] = take(tags, ("ID",))
    draft["title"] = take(tags, _TITLE) or take(tags, ("BT",))
    authors = pop("AU", None)
    first_authors = pop("A1", None)
    if first_authors:
        authors = (authors or []) + [name for name in first_authors if name not in (authors or ())]
    draft["authors"] = authors
    _take_dates(draft, tags)
    draft["container"] = take(tags, _CONTAINER)
    first = pop("SP", None)
    last = pop("EP", None)
    if first or last:
        draft["pages"] = join_pages(first[0] if first else None, last[0] if last else None)
        if first and len(first) > 1:
            tags["SP"] = first[1:]
        if last and len(last) > 1:
            tags["EP"] = last[1:]
    else:
        draft["pages"] = take(tags, ("AR", "C7"))
    for column, names in _SCALARS:
        for name in names:
            if name in tags:
                draft[column] = take(tags, names)
                break
    _take_serial_numbers(draft, tags)
    keywords = pop("KW", None)
    if keywords:
        draft["keywords"] = "; ".join(keywords)
    if tags:
        draft["extra"] = left_over(tags)
    return draft


def _take_dates(draft: Draft, tags: Tags) -> None:
    for name in _DATES:
        if name in tags:
            draft["date"] = take(tags, (name,))
            draft["date_tag"] = name
            return


def _take_serial_numbers(draft: Draft, tags: Tags) -> None:
    """Sort `SN` and `BN` into ISBN and ISSN; what is neither stays where it was."""
    kept: list[str] = []
    for name in ("SN", "BN"):
        values = tags.pop(name, None)
        if not values:
            continue
        kept.clear()
        for value in values:
            isbn, issn, whole = split_serial_number(value)
            if isbn:
                draft["isbn"] = f"{draft['isbn']}; {isbn}" if draft.get("isbn") else isbn
            if issn:
                draft["issn"] = f"{draft['issn']}; {issn}" if draft.get("issn") else issn
            if not whole:
                kept.append(value)
        if kept:
            tags[name] = list(kept)
