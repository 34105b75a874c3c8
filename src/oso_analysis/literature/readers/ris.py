"""RIS as Zotero, EndNote, Mendeley, Scopus, Web of Science, ProQuest, EBSCO and Ovid write it."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from oso_analysis.literature.readers.csl_types import RIS_TYPES, csl_type, is_canonical
from oso_analysis.literature.readers.draft import (
    Draft,
    Parsed,
    Tags,
    drop_blank,
    drop_missing,
    go_on,
    left_over,
    take_serial_numbers,
    words,
)
from oso_analysis.literature.readers.text import (
    DOI_RESOLVER,
    find_pmid,
    first_address,
    join_pages,
)

__all__ = ["KNOWN_TAGS", "parse_ris"]

#: Tags of the RIS specification and of the dialects; other tags need the specified spacing.
KNOWN_TAGS = words(
    """A1 A2 A3 A4 A5 A6 AB AD AN AR AU AV BN BT C1 C2 C3 C4 C5 C6 C7 C8 CA CL CN CP CR CT CY DA
    DB DI DO DP DS ED EM EP ER ET ID IP IS J1 J2 JA JF JI JO K1 KW L1 L2 L3 L4 LA LB LK LL M1
    M2 M3 N1 N2 NO NV OP PA PB PI PM PP PT PU PY RD RI RN RP S1 S2 SE SL SN SO SP SR ST SV T1 T2 T3
    TA TI TT TY U1 U2 U3 U4 U5 UR UT VL VO WP WT WV Y1 Y2 YR"""
)
_TAG_LINE = re.compile(r"[ \t]*([A-Z][A-Z0-9])(?:(  )-|[ \t]{1,4}-|-(?=[ \t]|$))(.*)", re.DOTALL)

_NUMBERING = re.compile(r"\s*(?:<?\d+[.>]|EF)\s*")

#: Tags whose first value is a record column whatever else there is.
_FIRST = {
    "TI": "title",
    "JF": "container",
    "VL": "volume",
    "IS": "issue",
    "PB": "publisher",
    "CY": "place",
    "ET": "edition",
    "DO": "doi",
    "PM": "pmid",
    "UR": "url",
    "LA": "language",
    "AB": "abstract",
    "ID": "key",
}
#: Tags that fill a column which no tag before them in this order has filled.
_ELSE = {
    "T1": "title",
    "CT": "title",
    "T2": "container",
    "BT": "container",
    "JO": "container",
    "JA": "container",
    "J2": "container",
    "J1": "container",
    "SO": "container",
    "C3": "container",
    "VO": "volume",
    "IP": "issue",
    "CP": "issue",
    "PU": "publisher",
    "PI": "place",
    "PP": "place",
    "DI": "doi",
    "L3": "doi",
    "U1": "pmid",
    "N2": "abstract",
    "PY": "date",
    "Y1": "date",
    "YR": "date",
    "DA": "date",
    "C6": "date",
    "AR": "pages",
    "C7": "pages",
}
#: Tags that dialects use for several things, with what they must say to be taken for the column:
#: an issue and no conference, a DOI and no related record, a PubMed number, an early access date.
_ONLY = {
    "CP": re.compile(r"[^\W\d]{0,6}[ .]{0,2}\d[\w /()-]{0,12}$"),
    "L3": re.compile(rf"(?:{DOI_RESOLVER}|doi:\s*)?10\.\d{{4,9}}/\S+$", re.IGNORECASE),
    "U1": re.compile(r"(\d{1,8}) \[PMID\]$"),
    "C6": re.compile(r"(?:[A-Z]{3}(?:-[A-Z]{3})?(?: \d{1,2})?,? )?(?:19|20)\d\d$", re.IGNORECASE),
}
#: Cochrane's CENTRAL has in C3, the proceedings elsewhere, the numbers of other databases.
_OTHER_NUMBERS = re.compile(r"(?:(?:PUBMED|EMBASE|CINAHL|CTgov|ICTRP) [^\s,]+(?:,\s*|$))+", re.I)
_COLON = re.compile(r"(?:^|(?<=-)):(?=\w)")
#: Where a journal stands if `T2` says the title once more, as in Ovid's CENTRAL.
_JOURNALS = words("JO JA J2 J1")
_ELSE_ORDER = {tag: rank for rank, tag in enumerate(_ELSE)}
#: Tags one of which an entry without a `TY` line must have to be one: what follows an entry in
#: Ovid's exports (a journal's abbreviation, a link) has none.
IDENTIFYING = words("TI T1 CT BT AU A1 DO DI PY Y1 JO JF JA T2 T3 ID AN UR AB N2 SN PB")
#: Tags of titles and authors, which may be called what elsewhere says that there is nothing.
_NAMES = words("TI T1 CT BT AU A1")
_SPECIAL = frozenset({"AU", "A1", "SP", "EP", "KW"})


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
    more: list[str] = []
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
                more.append(line.strip())
                continue
            else:
                # Ovid numbers its entries, and Web of Science ends the file with EF.
                if _NUMBERING.fullmatch(line) is None:
                    loose.append(line)
                continue
        if more:
            go_on(last, more, "\n")
            more = []
        if tag == "TY":
            if open_entry:
                _close(parsed, tags, start, lines, number - 1, has_type, ended=False)
            elif loose:
                _after(parsed, loose, number)
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
                _after(parsed, loose, number)
                loose = []
            tags = {}
            get = tags.get
            open_entry = False
            last = None
        else:
            if not open_entry:
                if loose:
                    _after(parsed, loose, number)
                    loose = []
                open_entry, has_type, start = True, False, number
            last = get(tag)
            if last is None:
                tags[tag] = last = [value]
            else:
                last.append(value)
    if more:
        go_on(last, more, "\n")
    if open_entry:
        _close(parsed, tags, start, lines, len(lines), has_type, ended=False)
    if loose:
        _after(parsed, loose, len(lines))
    return parsed


def _after(parsed: Parsed, lines: list[str], number: int) -> None:
    """Keep lines that follow an entry with it; those before the first are noted."""
    if not lines:
        return
    if not parsed.drafts:
        parsed.repair(None, number, "text outside any entry was left out", "\n".join(lines))
        return
    extra = parsed.drafts[-1].setdefault("extra", {})
    extra.setdefault("(after the entry)", []).extend(lines)


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
    if not has_type and IDENTIFYING.isdisjoint(tags):
        _after(parsed, [f"{name}  - {value}" for name in tags for value in tags[name]], start)
        return
    drop_blank(tags)
    draft = draft_from_tags(tags, parsed.missing)
    if draft is None:
        parsed.reject(start, "an entry without any content", "\n".join(lines[start - 1 : end]))
        return
    draft["line"] = start
    parsed.drafts.append(draft)
    if not has_type:
        raw = "\n".join(lines[start - 1 : end])
        parsed.repair_last(start, "an entry without its TY line; type unknown", raw)
    if not ended:
        raw = "\n".join(lines[start - 1 : end])
        parsed.repair_last(start, "an entry without its ER line", raw)


def draft_from_tags(tags: Tags, missing: Counter[str]) -> Draft | None:
    """Return the record columns that RIS tags stand for, or None where there are none."""
    kind = tags.pop("TY", None)
    if not tags:
        return None
    draft: Draft = {}
    extra: dict[str, Any] = left_over(drop_missing(tags, missing, _NAMES))
    later: list[str] = []
    if "SN" in tags or "BN" in tags:
        take_serial_numbers(draft, tags, ("SN", "BN"))
    for tag, values in tags.items():
        column = _FIRST.get(tag)
        if column is not None:
            draft[column] = values[0]
            if len(values) > 1:
                _keep(extra, tag, values[1:], values[0])
        elif tag in _ELSE_ORDER:
            later.append(tag)
        elif tag not in _SPECIAL:
            extra[tag] = values[0] if len(values) == 1 else values
    if len(later) > 1:
        later.sort(key=_ELSE_ORDER.__getitem__)
    pages = join_pages(*(tags[tag][0] if tag in tags else None for tag in ("SP", "EP")))
    if pages == "No-Specified":
        # Ovid's words for no pages, one in each tag.
        pages = None
    if pages is not None:
        # Scopus writes the colon that follows a number in its citations.
        draft["pages"] = _COLON.sub("", pages) if ":" in pages else pages
        for tag in ("SP", "EP"):
            if len(tags.get(tag, ())) > 1:
                _keep(extra, tag, tags[tag][1:], "")
    for tag in later:
        values = tags[tag]
        column = _ELSE[tag]
        if tag in _ONLY:
            said = _ONLY[tag].match(values[0])
            if said is None:
                _keep(extra, tag, values, "")
                continue
            if said.lastindex:
                values = [said[1], *values[1:]]
        if tag == "C3" and _OTHER_NUMBERS.fullmatch(values[0]):
            _keep(extra, tag, values, "")
            number = find_pmid(values[0])[0]
            if number and "pmid" not in draft:
                draft["pmid"] = number
            continue
        if tag == "T2" and not tags.keys().isdisjoint(_JOURNALS) and _repeats(values, draft):
            _keep(extra, tag, values, draft["title"])
            continue
        if tag == "BT" and "title" not in draft:
            column = "title"
        have = draft.get(column)
        if have is None:
            draft[column] = have = values[0]
            if column == "date":
                draft["date_tag"] = tag
        if len(values) > 1 or values[0] != have:
            _keep(extra, tag, values, have)
    url = draft.get("url", "")
    if url and ("\n" in url or not url.startswith("http")):
        # EndNote writes one tag and the other addresses on lines of their own.
        addresses = [line for value in tags["UR"] for line in value.split("\n")]
        draft["url"] = first_address(addresses) or addresses[0]
        extra.pop("UR", None)
        _keep(extra, "UR", addresses, draft["url"])
    _set_type(draft, kind)
    authors = tags.get("AU")
    if "A1" in tags:
        authors = [*(authors or ()), *(name for name in tags["A1"] if name not in (authors or ()))]
    if authors:
        draft["authors"] = authors
    keywords = tags.get("KW")
    if keywords:
        # EndNote writes one tag and the other keywords on lines of their own.
        draft["keywords"] = "; ".join(keywords).replace("\n", "; ")
    if extra:
        draft["extra"] = extra
    return draft


def _repeats(values: list[str], draft: Draft) -> bool:
    """Whether a value is the title but for case and the stop at its end."""
    title = draft.get("title")
    return title is not None and _plain(values[0]) == _plain(title)


def _plain(text: str) -> str:
    return text.rstrip(" .?!").casefold()


def _keep(extra: dict[str, Any], tag: str, values: list[str], chosen: str) -> None:
    """Keep in `extra` the values of a tag that say something else than the chosen one."""
    rest = [value for value in values if value != chosen]
    if rest:
        extra[tag] = rest[0] if len(rest) == 1 else rest


def _set_type(draft: Draft, kind: list[str] | None) -> None:
    word = kind[0].upper() if kind else ""
    found = RIS_TYPES.get(word) or (csl_type(word) if word else None)
    draft["type"] = found or "document"
    if kind and (found is None or not is_canonical(word)):
        draft["extra_type"] = kind[0]
