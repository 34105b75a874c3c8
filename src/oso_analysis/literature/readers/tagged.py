"""Tagged text of EndNote (`%0`), RefWorks (`RT`) and NoteExpress (`{Reference Type}:`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from oso_analysis.literature.readers.csl_types import csl_type, is_canonical
from oso_analysis.literature.readers.draft import (
    Draft,
    Parsed,
    Tags,
    drop_blank,
    go_on,
    left_over,
    take,
    take_columns,
    take_serial_numbers,
    words,
)
from oso_analysis.literature.readers.text import first_address, join_pages

__all__ = ["OPENINGS", "parse_noteexpress", "parse_refer", "parse_refworks"]

#: How an entry of each format begins. Radiotherapy is "RT" as well, in abstracts of more than one
#: paragraph, so that a line counts only where it says what a type is called and no more.
OPENINGS = {
    "refer": re.compile(r"^%0(?=[ \t\n]|\Z)", re.MULTILINE),
    "refworks": re.compile(r"^RT +[A-Z][A-Za-z ,/]{2,40}$", re.MULTILINE),
    "noteexpress": re.compile(r"^\{Reference Type\}:", re.MULTILINE),
}
#: Tags of RefWorks; a line of an abstract may begin with any other word of two letters.
_REFWORKS_TAGS = words(
    """RT SR ID A1 A2 A3 A4 A5 A6 T1 T2 T3 JF JO YR FD VO IS SP OP K1 AB NO ED PB PP SN AV AD AN LA
    CL SF OT LK DO CN DB DS IP RD ST UL SL LL CR WT WV WP OL U1 U2 U3 U4 U5 U6 U7 U8 U9"""
)
_NOTED_DOI = re.compile(r"doi:\s*(10\.\S+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Manner:
    """How a format writes entries: the shape of a tag, and what stands in which column.

    Attributes
    ----------
    opening : re.Pattern
        A line that begins an entry.
    line : re.Pattern
        A line with a tag, group 1, and its value, group 2.
    kind : str
        The tag of the type.
    columns, authors, dates, serials, keywords, urls, pages : tuple
        The tags of record columns, the preferred one first.
    known : frozenset of str
        The tags that there are, whatever their case; empty where any may be one.
    title : re.Pattern or None
        A line that makes a paragraph an entry of its own although nothing opens it.
    """

    opening: re.Pattern[str]
    line: re.Pattern[str]
    kind: str
    columns: tuple[tuple[str, tuple[str, ...]], ...]
    authors: str
    dates: tuple[str, ...]
    serials: tuple[str, ...]
    keywords: str
    urls: tuple[str, ...]
    pages: tuple[str, str] = ("", "")
    known: frozenset[str] = frozenset()
    title: re.Pattern[str] | None = None


_REFER = _Manner(
    opening=OPENINGS["refer"],
    line=re.compile(r"(%[0-9A-Z@!#$&()*+,./:;<=>?^\[\]\\~{}|_`'\"-])(?:[ \t]+(.*)|[ \t]*$)"),
    kind="%0",
    columns=(
        ("title", ("%T",)),
        ("container", ("%J", "%B")),
        ("volume", ("%V",)),
        ("issue", ("%N",)),
        ("pages", ("%P",)),
        ("publisher", ("%I",)),
        ("place", ("%C",)),
        ("edition", ("%7",)),
        ("doi", ("%R",)),
        ("language", ("%G",)),
        ("abstract", ("%X",)),
    ),
    authors="%A",
    dates=("%D", "%8"),
    serials=("%@",),
    keywords="%K",
    urls=("%U",),
    title=re.compile(r"%T[ \t]+\S"),
)
_REFWORKS = _Manner(
    opening=OPENINGS["refworks"],
    # CNKI writes the tag of the volume in small letters.
    line=re.compile(r"([A-Z][A-Z0-9]|vo)(?:[ \t]+(.*)|[ \t]*$)"),
    kind="RT",
    columns=(
        ("key", ("ID",)),
        ("title", ("T1",)),
        ("container", ("JF", "JO", "T2")),
        ("volume", ("VO",)),
        ("issue", ("IS",)),
        ("publisher", ("PB",)),
        ("place", ("PP",)),
        ("edition", ("ED",)),
        ("doi", ("DO",)),
        ("language", ("LA",)),
        ("abstract", ("AB",)),
    ),
    authors="A1",
    dates=("YR", "FD"),
    serials=("SN",),
    keywords="K1",
    urls=("UL", "LK"),
    pages=("SP", "OP"),
    known=_REFWORKS_TAGS,
)
_NOTEEXPRESS = _Manner(
    opening=OPENINGS["noteexpress"],
    line=re.compile(r"\{([A-Z][\w /().&-]{0,60})\}:[ \t]*(.*)"),
    kind="Reference Type",
    columns=(
        ("title", ("Title",)),
        (
            "container",
            ("Journal", "Book Title", "Conference Name", "Newspaper", "Secondary Title"),
        ),
        ("volume", ("Volume",)),
        ("issue", ("Issue",)),
        ("pages", ("Pages",)),
        ("publisher", ("Publisher", "University")),
        ("place", ("Place Published",)),
        ("edition", ("Edition",)),
        ("doi", ("DOI",)),
        ("language", ("Language",)),
        ("abstract", ("Abstract",)),
    ),
    authors="Author",
    dates=("Year", "Date", "Publication Date"),
    serials=("ISBN/ISSN", "ISSN", "ISBN"),
    keywords="Keywords",
    urls=("URL",),
)


def _parse(manner: _Manner, text: str) -> Parsed:
    """Parse tagged text: an entry runs to the line that opens the next.

    In EndNote's manner a paragraph with a title is an entry too where nothing else opens one, and
    a title may stand above the line that opens its entry.
    """
    state = _State(manner, text.split("\n"))
    after_blank = True
    for number, line in enumerate(state.lines, 1):
        if not line or line.isspace():
            after_blank = True
            continue
        said = manner.line.match(line)
        tag = said[1] if said is not None else ""
        if manner.known:
            tag = tag.upper() if tag.upper() in manner.known else ""
        if tag == manner.kind and not manner.opening.match(line):
            tag = ""
        if said is None or not tag:
            state.go_on(line)
            continue
        opens = tag == manner.kind and (not state.open or manner.kind in state.tags)
        if opens or (after_blank and _is_entry(manner, state.lines, number - 1)):
            state.close(number - 1)
            state.start, state.open = number, True
        after_blank = False
        state.add(tag, (said[2] or "").strip(), line)
    state.close(len(state.lines))
    return state.parsed


def _is_entry(manner: _Manner, lines: list[str], at: int) -> bool:
    """Whether the paragraph that goes on from a line has what makes it an entry."""
    if manner.title is None:
        return False
    while at < len(lines) and lines[at].strip():
        if manner.opening.match(lines[at]) or manner.title.match(lines[at]):
            return True
        at += 1
    return False


@dataclass(slots=True)
class _State:
    """The entry that is being read."""

    manner: _Manner
    lines: list[str]
    parsed: Parsed = field(default_factory=Parsed)
    open: bool = False
    start: int = 0
    tags: Tags = field(default_factory=dict)
    last: list[str] | None = None
    more: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def go_on(self, line: str) -> None:
        """Take a line without a tag: it goes on with the one before it."""
        if self.last is None:
            self.outside.append(line)
        else:
            self.more.append(line.strip())

    def add(self, tag: str, value: str, line: str) -> None:
        """Take a line with a tag."""
        self._join()
        if not self.open:
            self.outside.append(line)
            return
        self.last = self.tags.setdefault(tag, [])
        self.last.append(value)

    def _join(self) -> None:
        if self.more:
            go_on(self.last, self.more, "\n")
            self.more = []

    def close(self, end: int) -> None:
        """End the entry, and note what stood outside of any."""
        self._join()
        if self.outside:
            raw = "\n".join(self.outside)
            self.parsed.repair(None, max(end, 1), "text outside any entry was left out", raw)
            self.outside = []
        if not self.open:
            return
        raw = "\n".join(self.lines[self.start - 1 : end]).rstrip()
        drop_blank(self.tags)
        if self.tags.keys() <= {self.manner.kind}:
            self.parsed.reject(self.start, "an entry without any content", raw)
        else:
            has_type = self.manner.kind in self.tags
            self.parsed.drafts.append({"line": self.start, **_draft(self.manner, self.tags)})
            if not has_type:
                reason = f"an entry without its {self.manner.kind} line; type unknown"
                self.parsed.repair_last(self.start, reason, raw)
        self.open, self.tags, self.last = False, {}, None


def _draft(manner: _Manner, tags: Tags) -> Draft:
    draft: Draft = {}
    said = take(tags, (manner.kind,)) or ""
    draft["type"] = (csl_type(said) if said else None) or "document"
    if said and not is_canonical(said):
        draft["extra_type"] = said
    authors = tags.pop(manner.authors, None)
    if authors:
        draft["authors"] = authors
    if manner.pages[0]:
        pages = join_pages(take(tags, manner.pages[:1]), take(tags, manner.pages[1:]))
        if pages is not None:
            draft["pages"] = pages
    keywords = tags.pop(manner.keywords, None)
    if keywords:
        # CNKI sets two semicolons between keywords; EndNote begins a line for each.
        said = "\n".join(keywords).replace(";;", ";")
        draft["keywords"] = "; ".join(one.strip(" ;") for one in re.split(r"[;\n]", said) if one)
    take_columns(draft, tags, manner.columns)
    for tag in manner.dates:
        if tag in tags:
            draft["date"], draft["date_tag"] = take(tags, (tag,)), tag
            break
    addresses = [
        one for tag in manner.urls for value in tags.get(tag, ()) for one in value.split("\n")
    ]
    if addresses:
        draft["url"] = first_address(addresses) or addresses[0]
        for tag in manner.urls:
            rest = [value for value in tags.pop(tag, ()) if value != draft["url"]]
            if rest:
                tags[tag] = rest
    take_serial_numbers(draft, tags, manner.serials)
    for note in tags.get("NO", ()):
        # What publishers' pages say for RefWorks, which had no tag for it once.
        if "doi" not in draft and (found := _NOTED_DOI.fullmatch(note)):
            draft["doi"] = found[1]
    if tags:
        draft["extra"] = left_over(tags)
    return draft


#: Parsers of text whose line endings are line feeds; see `_parse`.
parse_refer: Callable[[str], Parsed] = partial(_parse, _REFER)
parse_refworks: Callable[[str], Parsed] = partial(_parse, _REFWORKS)
parse_noteexpress: Callable[[str], Parsed] = partial(_parse, _NOTEEXPRESS)
