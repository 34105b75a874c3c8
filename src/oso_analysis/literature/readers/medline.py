"""PubMed's own format, .nbib or MEDLINE."""

from __future__ import annotations

import re

from oso_analysis.literature.readers.csl_types import csl_type
from oso_analysis.literature.readers.draft import (
    Draft,
    Parsed,
    Tags,
    drop_blank,
    go_on,
    left_over,
    take,
    take_columns,
)
from oso_analysis.literature.readers.text import (
    DOI_RESOLVER,
    NO_TITLE,
    clean_doi,
    split_serial_number,
)

__all__ = ["draft_of", "parse_medline"]

_SCALARS = (
    ("title", ("TI", "BTI", "CTI", "VTI", "TT")),
    ("container", ("JT", "TA", "BTI")),
    ("volume", ("VI",)),
    ("issue", ("IP",)),
    ("pages", ("PG",)),
    ("publisher", ("PB",)),
    ("place", ("PL",)),
    ("edition", ("EN",)),
    ("abstract", ("AB", "OAB")),
    ("language", ("LA",)),
)
#: PubMed lists several types for one entry; the first of these that is there decides.
_TYPES = (
    ("Preprint", "article"),
    ("Books", "book"),
    ("Book", "book"),
    ("Book Chapter", "chapter"),
    ("Technical Report", "report"),
    ("Dataset", "dataset"),
    ("Legislation", "legislation"),
    ("Academic Dissertation", "thesis"),
    ("Congress", "paper-conference"),
    ("News", "article-magazine"),
    ("Newspaper Article", "article-newspaper"),
)
#: How the types begin that ERIC lists for what is in no journal.
_ERIC_TYPES = (
    ("Dissertations/Theses", "thesis"),
    ("Speeches/Meeting Papers", "paper-conference"),
    ("Books", "book"),
    ("Reports", "report"),
)
_TAG = re.compile(r"[A-Z0-9]*[A-Z][A-Z0-9]*")


def parse_medline(text: str) -> Parsed:
    """Parse MEDLINE text: an entry runs from its `PMID` line to a blank line or the next one."""
    parsed = Parsed()
    lines = text.split("\n")
    tags: Tags = {}
    order: list[str] = []
    start = 0
    open_entry = False
    last: list[str] | None = None
    more: list[str] = []
    known: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        tag = known.get(line[:5])
        if tag is None and line[4:5] == "-" and _TAG.fullmatch(line[:4].rstrip(" ")):
            tag = known[line[:5]] = line[:4].rstrip(" ")
        elif tag is None and line[4:7] == " - " and _TAG.fullmatch(line[:4]):
            # ERIC sets a space between tags of four letters and the hyphen.
            tag, line = line[:4], line[:4] + line[5:]
        if tag is not None:
            if more:
                go_on(last, more)
                more = []
            if tag == "PMID" or not open_entry:
                if open_entry:
                    _close(parsed, tags, order, start, lines, number - 1)
                tags, order = {}, []
                start, open_entry = number, True
            last = tags.get(tag)
            if last is None:
                tags[tag] = last = [line[5:].strip()]
            else:
                last.append(line[5:].strip())
            if tag in _NAMES:
                order.append(tag)
        elif not line or line.isspace():
            if more:
                go_on(last, more)
                more = []
            if open_entry:
                _close(parsed, tags, order, start, lines, number - 1)
            open_entry, last = False, None
        elif last:
            more.append(line.strip())
        else:
            parsed.repair(None, number, "text outside any entry was left out", line)
    if more:
        go_on(last, more)
    if open_entry:
        _close(parsed, tags, order, start, lines, len(lines))
    return parsed


_NAMES = frozenset({"FAU", "AU", "CN"})


def _close(
    parsed: Parsed, tags: Tags, order: list[str], start: int, lines: list[str], end: int
) -> None:
    draft = draft_of(tags, order)
    if draft is None:
        raw = "\n".join(lines[start - 1 : end])
        parsed.reject(start, "an entry without any content", raw)
        return
    if "key" not in draft:
        raw = "\n".join(lines[start - 1 : end])
        parsed.repair(len(parsed.drafts), start, "an entry without its PMID line", raw)
    parsed.drafts.append({"line": start, **draft})


def draft_of(tags: Tags, order: list[str]) -> Draft | None:
    """Return what an entry of MEDLINE's tags has, None where it has nothing.

    Parameters
    ----------
    tags : dict of str to list of str
        Emptied of what the columns take.
    order : list of str
        The tags of names, in the order in which the names stand.
    """
    names = _authors(tags, order)
    drop_blank(tags)
    if not tags and not names:
        return None
    draft: Draft = {}
    pmid = take(tags, ("PMID",))
    if pmid:
        draft["key"] = draft["pmid"] = pmid.split()[0]
    elif "OID" in tags:
        # ERIC's number for an entry; it has no other.
        draft["key"] = take(tags, ("OID",))
    draft["type"] = _type(tags)
    if names:
        draft["authors"] = names
    untitled = None
    if "TT" in tags and "TI" in tags and NO_TITLE.fullmatch(tags["TI"][0]):
        # The title has not been translated; the work has one in its own language.
        untitled = tags.pop("TI")
    take_columns(draft, tags, _SCALARS)
    if untitled:
        tags["TI"] = untitled
    for tag in ("DP", "DEP", "CDAT", "EDAT"):
        if tag in tags:
            draft["date"], draft["date_tag"] = take(tags, (tag,)), tag
            break
    _identifiers(draft, tags)
    keywords = [*tags.pop("OT", ()), *tags.pop("MH", ())]
    if keywords:
        draft["keywords"] = "; ".join(keywords)
    if tags:
        draft["extra"] = left_over(tags)
    return draft


def _authors(tags: Tags, order: list[str]) -> list[str]:
    """Return full names where there are any, with collective names in their place."""
    full = tags.get("FAU")
    chosen = "FAU" if full else "AU"
    pending = {name: iter(tags.get(name, ())) for name in (chosen, "CN")}
    names = [next(pending[tag]) for tag in order if tag in pending]
    tags.pop(chosen, None)
    tags.pop("CN", None)
    return [name for name in names if name]


def _type(tags: Tags) -> str:
    said = tags.get("PT", [])
    for word, kind in _TYPES:
        if word in said:
            return kind
    if "Journal Articles" not in said and not {"JT", "TA"} & tags.keys():
        for word, kind in _ERIC_TYPES:
            if any(value.startswith(word) for value in said):
                return kind
    if "BTI" in tags:
        return "chapter" if "TI" in tags or "CTI" in tags else "book"
    if said or "JT" in tags or "TA" in tags:
        return "article-journal"
    return csl_type(said[0]) or "document" if said else "document"


_DOI_ADDRESS = re.compile(rf"(?:{DOI_RESOLVER}|doi:\s?)10\.", re.IGNORECASE)
#: ERIC writes the name before the number: "EISSN-1042-1629".
_SAYS_ISSN = re.compile(r"^E?ISSN-(?=\d)")
_MARKED = re.compile(r"^(.*?)\s*\[(\w+)\]$")


def _identifiers(draft: Draft, tags: Tags) -> None:
    """Take the DOI from `LID` and `AID`, and sort `IS` and `ISBN`; the rest stays."""
    for tag in ("LID", "AID", "SO"):
        kept = []
        for value in tags.pop(tag, ()):
            match = _MARKED.match(value)
            if match and match[2] == "doi" and clean_doi(match[1]) and tag != "SO":
                if "doi" not in draft:
                    draft["doi"] = match[1]
                    continue
                if clean_doi(match[1]) == clean_doi(draft["doi"]):
                    continue
            elif tag == "AID" and "doi" not in draft and _DOI_ADDRESS.match(value):
                draft["doi"] = value
                continue
            kept.append(value)
        if kept:
            tags[tag] = kept
    if "pages" not in draft:
        for value in tags.get("LID", []):
            match = _MARKED.match(value)
            if match and match[2] == "pii":
                draft["pages"] = match[1]
                break
    for tag, column in (("IS", "issn"), ("ISSN", "issn"), ("ISBN", "isbn")):
        kept = []
        numbers: list[str] = []
        for value in tags.pop(tag, ()):
            value = _SAYS_ISSN.sub("", value)
            isbn, issn, _ = split_serial_number(value)
            found = issn if column == "issn" else isbn
            if found:
                numbers.append(found)
            if found != value:
                kept.append(value)
        if numbers:
            have = [draft[column]] if column in draft else []
            draft[column] = "; ".join(dict.fromkeys([*have, *numbers]))
        if kept:
            tags[tag] = kept
