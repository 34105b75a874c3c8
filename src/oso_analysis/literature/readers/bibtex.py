"""BibTeX and biblatex: strings, concatenation, nested braces, cross-references, broken entries."""

from __future__ import annotations

import re
from collections import Counter

from oso_analysis.literature.readers.csl_types import BIBTEX_TYPES, csl_type, is_canonical
from oso_analysis.literature.readers.draft import (
    Draft,
    Parsed,
    Tags,
    drop_missing,
    left_over,
    take,
    take_columns,
    take_serial_numbers,
)
from oso_analysis.literature.readers.latex import decode_latex, unescape
from oso_analysis.literature.readers.names import surname_first
from oso_analysis.literature.readers.text import clean

__all__ = ["NOT_ENTRIES", "parse_bibtex"]

#: Commands that look like entries and describe no publication.
NOT_ENTRIES = frozenset({"comment", "string", "preamble", "xdata", "set", "control"})

_START = re.compile(r"(?:^|(?<=\}))[ \t]*@[ \t]*([A-Za-z]\w*)\s*([{(])", re.MULTILINE)
#: A key by the sign that opens its entry: within braces it may have parentheses.
_KEY = {
    "{": re.compile(r"\s*+([^,{}\"\n]*+)\s*(?:,|(?=\})|(?=\n))"),
    "(": re.compile(r"\s*+([^,{})\"\n]*+)\s*(?:,|(?=[})])|(?=\n))"),
}
_NO_KEY = re.compile(r"[\w-]+\s*=")
_BALANCED = r"\{([^{}]*+(?:\{[^{}]*+(?:\{[^{}]*+(?:\{[^{}]*+\}[^{}]*+)*+\}[^{}]*+)*+\}[^{}]*+)*+)\}"
_FIELD = re.compile(
    r"[\s,]*+([A-Za-z_][^=,{}\"#\n]*+)\s*=\s*(?:"
    + _BALANCED
    + r'|"([^"{}\\]*)"|([^\s,#{}"]+))\s*(?=[,})])'
)
_NAME = re.compile(r"[\s,]*+([A-Za-z_][^=,{}\"#\n]*+)\s*=\s*")
_LOOKS_LIKE_FIELD = re.compile(r"^[^\S\n]*[\w-]+\s*=\s*[{\"]", re.MULTILINE)
_BRACE = re.compile(r"\\?[{}]")
_BARE = re.compile(r"[^\s,#{}\"]+")
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_MONTHS = dict.fromkeys(
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], ""
)
_MONTHS = {name: f"{number:02d}" for number, name in enumerate(_MONTHS, 1)}

_VERBATIM = frozenset(
    {"url", "doi", "file", "eprint", "pmid", "issn", "isbn", "link", "bdsk-url-1"}
)
_CONTAINER = ("journal", "journaltitle", "journal-title", "booktitle", "maintitle", "journal_title")
_SCALARS = (
    ("volume", ("volume",)),
    ("issue", ("number", "issue")),
    ("publisher", ("publisher", "institution", "school", "organization")),
    ("place", ("address", "location", "place")),
    ("edition", ("edition",)),
    ("doi", ("doi",)),
    ("pmid", ("pmid", "pubmed_id")),
    ("url", ("url", "link")),
    ("language", ("language", "langid")),
    ("abstract", ("abstract",)),
    ("pages", ("pages", "eid", "articleno", "article-number", "art_number")),
)
_KEYWORDS = ("keywords", "keyword", "author_keywords", "mendeley-tags")
#: What an entry takes from the one its `crossref` names, under the name it has there.
_INHERITED = {
    "booktitle": ("booktitle", "title"),
    "journal": ("journal", "journaltitle"),
    **{
        name: (name,)
        for name in (
            "publisher", "address", "location", "year", "date", "editor", "series", "volume",
            "isbn", "issn", "organization", "institution", "edition", "language", "month",
        )
    },
}  # fmt: skip


def parse_bibtex(text: str) -> Parsed:
    """Parse BibTeX text.

    An entry runs from its `@type{` to the brace that closes it; one that is never closed ends
    where the next begins on a line of its own, and is noted as a repair.
    """
    parsed = Parsed()
    starts = list(_START.finditer(text))
    strings = _strings(text, starts)
    entries: list[tuple[Draft, Tags, str]] = []
    line = 1
    counted = 0
    done = 0
    for at, match in enumerate(starts):
        limit = starts[at + 1].start() if at + 1 < len(starts) else len(text)
        kind = match[1].lower()
        line += text.count("\n", counted, match.start())
        counted = match.start()
        here = line + len(match[0]) - len(match[0].lstrip("\n")) if match[0][0] == "\n" else line
        if _LOOKS_LIKE_FIELD.search(text, done, match.start()):
            _outside(parsed, text[done : match.start()], here)
        if kind in NOT_ENTRIES:
            done = _close_of(text, match.end() - 1, limit)
            continue
        key, tags, done, reasons = _entry(text, match.end(), limit, strings)
        raw = text[match.start() : limit].strip()
        if not tags:
            parsed.reject(here, "an entry without any content", raw)
            continue
        draft: Draft = {"line": here, "key": key}
        parsed.drafts.append(draft)
        entries.append((draft, tags, kind))
        for reason in reasons:
            parsed.repair_last(here, reason, raw)
    if starts and _LOOKS_LIKE_FIELD.search(text, done):
        _outside(parsed, text[done:], line + text.count("\n", counted, done))
    _inherit(entries)
    for draft, tags, kind in entries:
        _fill(draft, tags, kind, parsed.missing)
    return parsed


def _outside(parsed: Parsed, raw: str, line: int) -> None:
    parsed.repair(None, line, "text outside any entry was left out", raw.strip())


def _strings(text: str, starts: list[re.Match[str]]) -> dict[str, str]:
    """Return what every @string stands for, wherever in the file it is."""
    strings: dict[str, str] = dict(_MONTHS)
    for at, match in enumerate(starts):
        if match[1].lower() == "string":
            limit = starts[at + 1].start() if at + 1 < len(starts) else len(text)
            for name, values in _fields(text, match.end(), limit, strings)[0].items():
                strings[name] = values[0]
    return strings


def _close_of(text: str, start: int, limit: int) -> int:
    """Return where the group opening at `start` is closed, or `limit`."""
    if text[start] == "(":
        end = text.find(")", start, limit)
        return end + 1 if end >= 0 else limit
    end = _brace_end(text, start, limit)
    return end + 1 if end >= 0 else limit


def _brace_end(text: str, start: int, limit: int) -> int:
    """Return the place of the brace that closes the one at `start`, or -1.

    BibTeX counts a brace after a backslash like any other; where that leaves the group open, the
    escaped ones are not counted.
    """
    for skip_escaped in (False, True):
        depth = 0
        for match in _BRACE.finditer(text, start, limit):
            sign = match[0]
            if len(sign) == 2:
                if skip_escaped:
                    continue
                sign = sign[1]
            depth += 1 if sign == "{" else -1
            if depth == 0:
                return match.end() - 1
    return -1


def _entry(
    text: str, start: int, limit: int, strings: dict[str, str]
) -> tuple[str | None, Tags, int, list[str]]:
    """Return key, fields, where the entry ends and what was mended."""
    key: str | None = None
    match = _KEY[text[start - 1]].match(text, start, limit)
    if match is not None and not _NO_KEY.match(match[1]):
        key = match[1].strip() or None
        start = match.end()
    elif match is not None and _DOI_LIKE.match(match[1].strip()):
        key, start = match[1].strip(), match.end()
    tags, end, reasons = _fields(text, start, limit, strings)
    if _UNCLOSED in reasons:
        # One brace too many makes a value swallow the fields after it, down to the last.
        cut, cut_end, cut_reasons = _fields(text, start, limit, strings, cut=True)
        if len(cut) > len(tags):
            return key, cut, cut_end, cut_reasons
    return key, tags, end, reasons


_DOI_LIKE = re.compile(r"\S*[/:]\S*$")
_UNCLOSED = "an entry without its closing brace"
_GOES_ON = "a quotation mark or brace within a value; read up to the next field"
_UNCLOSED_VALUE = "a value without its closing brace or quotation mark"


def _fields(
    text: str, start: int, limit: int, strings: dict[str, str], *, cut: bool = False
) -> tuple[Tags, int, list[str]]:
    """Return the fields, where they end and what was mended.

    With `cut`, a value ends where a line begins like another field, whatever its braces say.
    """
    tags: Tags = {}
    reasons: list[str] = []
    place = start
    begun, name = 0, ""
    match_field = _FIELD.match
    while True:
        match = match_field(text, place, limit)
        if match is not None:
            group = match.lastindex or 0
            value = match[group]
            if group == 4 and not value.isdigit():
                value = _macro(value, strings, reasons)
            place = match.end()
            name = match[1].rstrip().lower()
        else:
            named = _NAME.match(text, place, limit)
            if named is None:
                rest = text[place:limit].lstrip(" \t\n\r,")
                resumed = _NEXT_FIELD.search(text, place, limit)
                if beside := _FIELD_BESIDE.search(
                    text, place, resumed.start() if resumed else limit
                ):
                    resumed = beside
                if resumed is None or rest[:1] in ("}", ")"):
                    break
                if begun and text[place:limit].lstrip()[:1] != ",":
                    # The value goes on behind a quotation mark or brace that does not end it.
                    tags[name][-1] = _whole(text[begun : resumed.start()])
                    reasons.append(_GOES_ON)
                    begun = 0
                else:
                    reasons.append("part of the entry could not be read as fields")
                place = resumed.end() - len(resumed[0].lstrip(", \t\n"))
                continue
            value, place = _value(text, named.end(), limit, strings, reasons)
            name = named[1].rstrip().lower()
            match = named
        if cut and (resumed := _NEXT_FIELD.search(text, match.end(1), place)):
            said = text[match.end(1) : resumed.start()].partition("=")[2]
            value = said.strip().lstrip('{"').rstrip('}" \t\n,')
            place = resumed.start()
            reasons.append(_UNCLOSED_VALUE)
        value = value.strip()
        begun = match.end(1) if value else 0
        if value:
            if name in tags:
                tags[name].append(value)
            else:
                tags[name] = [value]
    while place < limit and text[place] in " \t\n\r,":
        place += 1
    if place < limit and text[place] in "})":
        return tags, place + 1, reasons
    if place < limit:
        reasons.append("part of the entry could not be read as fields")
    else:
        reasons.append(_UNCLOSED)
    # What follows the part that was read belongs to no other entry.
    return tags, limit, reasons


def _whole(said: str) -> str:
    """Return a value, of the text from its equals sign to the next field, without what is round it.

    EBSCO sets quotation marks within quotation marks, and R's bib2df loses the first of two braces.
    """
    said = said.partition("=")[2].strip().rstrip(", \t\n")
    if said[:1] == '"':
        return said[1:].removesuffix('"').rstrip()
    return said.removesuffix("}") if said.count("{") < said.count("}") else said


def _macro(name: str, strings: dict[str, str], reasons: list[str]) -> str:
    found = strings.get(name.lower())
    if found is None:
        if not name[0].isdigit():
            reasons.append(f"no @string says what {name[:60]} stands for")
        return name
    return found


def _value(
    text: str, place: int, limit: int, strings: dict[str, str], reasons: list[str]
) -> tuple[str, int]:
    """Read one value, of several parts joined by `#` where there are, however deeply nested."""
    parts: list[str] = []
    while True:
        sign = text[place : place + 1] if place < limit else ""
        if sign in ("{", '"') and sign:
            end = (_brace_end if sign == "{" else _quote_end)(text, place, limit)
            if end < 0:
                # Unclosed: it ends where the next field begins on a line of its own.
                resumed = _NEXT_FIELD.search(text, place, limit)
                end = resumed.start() if resumed else limit
                parts.append(text[place + 1 : end])
                if resumed:
                    reasons.append(_UNCLOSED_VALUE)
                return "".join(parts).rstrip("} \t\n,"), end
            parts.append(text[place + 1 : end])
            place = end + 1
        else:
            match = _BARE.match(text, place, limit)
            if match is None:
                return "".join(parts), place
            word = match[0]
            parts.append(word if word.isdigit() else _macro(word, strings, reasons))
            place = match.end()
        joined = _HASH.match(text, place, limit)
        if joined is None:
            return "".join(parts), place
        place = joined.end()


#: White space is bounded, lest a long run of it is gone through from each of its places.
_NEXT_FIELD = re.compile(r",?[ \t]{0,200}\n\s{0,200}[A-Za-z][\w-]*[ \t]*=[ \t]*(?=[{\"\d])")
#: The same on the line of the field before it, which has to be a name that is usual.
_FIELD_BESIDE = re.compile(
    r"(?<=[\"}])[ \t]{0,200},[ \t]{0,200}(?i:author|editor|title|year|date|month|journal|booktitle"
    r"|volume|number|pages|publisher|doi|url|issn|isbn|abstract|keywords|note|language|address)"
    r"[ \t]*=[ \t]*(?=[{\"\d])"
)
_HASH = re.compile(r"\s*#\s*")
_QUOTE = re.compile(r'\\?[{}"]')


def _quote_end(text: str, start: int, limit: int) -> int:
    depth = 0
    for match in _QUOTE.finditer(text, start + 1, limit):
        sign = match[0]
        if sign == '"' and depth <= 0:
            return match.start()
        if sign == "{":
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth < 0:
                # The entry's own closing brace: the quotation mark is missing.
                return -1
    return -1


def _inherit(entries: list[tuple[Draft, Tags, str]]) -> None:
    parents = {draft["key"].lower(): tags for draft, tags, _ in reversed(entries) if draft["key"]}
    for _, tags, _ in entries:
        for named in tags.get("crossref", ())[:1]:
            parent = parents.get(named.lower())
            if parent is None or parent is tags:
                continue
            for name, sources in _INHERITED.items():
                if name in tags or (name == "booktitle" and "journal" in tags):
                    continue
                for source in sources:
                    if source in parent:
                        tags[name] = list(parent[source])
                        break


#: Fields of titles and authors, which may be called what elsewhere says that there is nothing.
_NAMES = frozenset({"title", "author", "authors"})


def _fill(draft: Draft, tags: Tags, kind: str, missing: Counter[str]) -> None:
    """Turn an entry's fields into record columns."""
    named = drop_missing(tags, missing, _NAMES)
    found = BIBTEX_TYPES.get(kind) or csl_type(kind)
    draft["type"] = found or "document"
    if not is_canonical(kind):
        draft["extra_type"] = kind
    field = "author" if "author" in tags else "authors"
    authors = tags.pop(field, None)
    if authors:
        people = [name for value in authors for name in bibtex_names(value)]
        if people[-1:] == ["others"]:
            people.pop()
            tags[field] = authors
        draft["authors"] = people
    for name, values in tags.items():
        decode = unescape if name in _VERBATIM else decode_latex
        tags[name] = [decode(value) for value in values]
    title = take(tags, ("title",))
    subtitle = take(tags, ("subtitle",)) if title else None
    if title is not None:
        draft["title"] = f"{title}: {subtitle}" if subtitle else title
    for tag in ("year", "date", "issued", "early access date", "earlyaccessdate"):
        if tag in tags:
            draft["date"], draft["date_tag"] = take(tags, (tag,)), tag
            break
    container = take(tags, _CONTAINER)
    if container is not None:
        draft["container"] = container
    take_columns(draft, tags, _SCALARS)
    if "pages" in draft:
        draft["pages"] = re.sub(r"-{2,}", "-", draft["pages"])
    take_serial_numbers(draft, tags, ("isbn", "issn", "eissn"))
    keywords = [value for name in _KEYWORDS for value in tags.pop(name, ())]
    if keywords:
        draft["keywords"] = "; ".join(dict.fromkeys(keywords))
    if tags or named:
        draft["extra"] = left_over({**tags, **named})


def bibtex_names(value: str) -> list[str]:
    """Split an author field at its outermost `and`s and put family names first."""
    if "=" in value and _EXTENDED.search(value):
        return [
            name
            for part in _split_outside_braces(value)
            for name in ([_extended(part)] if _EXTENDED.match(part) else bibtex_names(part))
        ]
    if "{" not in value:
        return [
            surname_first(decode_latex(name) if "\\" in name or "~" in name else name)
            for name in map(clean, _AND.split(value))
            if name
        ]
    names = []
    for part in _split_outside_braces(value):
        part = clean(part)
        if not part:
            continue
        if part[0] == "{" and _brace_end(part, 0, len(part)) == len(part) - 1:
            # A name in braces of its own is one that must not be taken apart.
            inner = clean(decode_latex(part))
            names.append(inner)
        elif part[0] == "{" and part[1:2] != "\\" and " " in part and "," not in part:
            names.append(clean(decode_latex(part)))
        else:
            names.append(surname_first(clean(decode_latex(part))))
    return names


#: biblatex's extended name format, a name in parts: `family=Berg, given=Ada, prefix=van den`.
_EXTENDED = re.compile(r"(?:^|(?<=\sand\s))\s*\"?(?:family|given|prefix|suffix)(?:-i)?\s*=", re.I)
_NAME_PART = re.compile(
    r'[\s",]*+([\w-]+)\s*=\s*(?:' + _BALANCED + r'|"([^"]*)"|([^,"]*))', re.IGNORECASE
)


def _extended(name: str) -> str:
    parts: dict[str, str] = {}
    for match in _NAME_PART.finditer(name):
        parts[match[1].lower()] = clean(decode_latex(match[match.lastindex or 0]))
    prefix = parts.get("prefix", "")
    # "van den Berg", but "al-Hakim" and "d'Or".
    between = "" if prefix.endswith(("-", "'", "’")) else " "
    family = f"{prefix}{between}{parts.get('family', '')}".strip()
    given = parts.get("given") or parts.get("given-i")
    return ", ".join(filter(None, (family, given, parts.get("suffix"))))


def _split_outside_braces(value: str) -> list[str]:
    parts = []
    begin = 0
    for match in _AND.finditer(value):
        before = value[begin : match.start()]
        if before.count("{") - before.count("\\{") == before.count("}") - before.count("\\}"):
            parts.append(before)
            begin = match.end()
    parts.append(value[begin:])
    return parts
