"""Web of Science tagged text: two-letter tags, `PT` to `ER`, continuation lines indented."""

from __future__ import annotations

import re

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
from oso_analysis.literature.readers.text import join_pages

__all__ = ["KNOWN_TAGS", "PUBLICATION_TYPES", "parse_wos"]

#: Field tags of the Web of Science databases and of ProQuest's and CAB's exports in their manner.
KNOWN_TAGS = words(
    """AB AD AE AF AH AK AN AR AU AV BA BD BE BF BH BN BP BS C1 C2 C3 CA CC CH CI CL CN CP CR CT CU
    CY D2 DA DE DG DI DN DS DT EA EC ED EF EI EL EM EP ER ES EY FD FN FP FS FT FU FX GA GC GE GI GN
    GP HC HO HP IA ID IE IO IP IS J9 JC JI LA LI LS LT MA MC ME MI MN MQ MS NM NO NP NR NT OA OI OR
    P1 P2 PA PC PD PE PG PI PM PN PR PS PT PU PV PY RF RG RI RP SA SC SD SE SI SN SO SP SS ST SU TA
    TC TF TI TL TM TN TR TS U1 U2 UR UT VL VN VR WC WE WP X1 X4 X5 Y1 Y4 Y5 Z1 Z2 Z3 Z4 Z5 Z6 Z7 Z8
    Z9 ZA ZB ZR ZS"""
)
#: What a line with a tag begins with; a tag may stand alone.
_LINE_TAGS = {tag + sign: tag for tag in KNOWN_TAGS for sign in (" ", "\t", "")}
_ANY_TAG = re.compile(r"[A-Z][A-Z0-9](?= |$)")
_STRUCTURE = frozenset({"PT", "ER", "FN", "VR", "EF"})
#: Tags whose every line is a value of its own; the lines of others are wrapped text.
_LISTS = words("AU AF BA BF BE CA CR C1 C3 ED GP OI RI")
PUBLICATION_TYPES = {
    "J": "article-journal",
    "B": "book",
    "S": "chapter",
    "P": "patent",
    "C": "paper-conference",
    "D": "dataset",
}
_SCALARS = (
    ("title", ("TI",)),
    ("container", ("SO", "JI", "J9")),
    ("volume", ("VL",)),
    ("issue", ("IS",)),
    ("publisher", ("PU",)),
    ("place", ("PI",)),
    ("doi", ("DI", "D2")),
    ("pmid", ("PM",)),
    ("url", ("UR",)),
    ("language", ("LA",)),
    ("abstract", ("AB",)),
    ("keywords", ("DE", "ID")),
)


def parse_wos(text: str) -> Parsed:
    """Parse Web of Science tagged text; an entry runs from its `PT` line to its `ER` line.

    Where an entry sets continuation lines apart by spaces, a line of it that begins with a tag not
    known goes on with nothing: it is one more tag, which is noted.
    """
    parsed = Parsed()
    lines = text.split("\n")
    places: frozenset[int] | None = None
    unknown: set[str] = set()
    tags: Tags = {}
    start = 0
    open_entry = False
    tag = ""
    values: list[str] = []
    more: list[str] = []
    for number, line in enumerate(lines, 1):
        said = _LINE_TAGS.get(line[:3])
        if said is None and open_entry and _ANY_TAG.match(line):
            if places is None:
                places = _unknown_tags(lines)
            if number in places:
                said = line[:2]
                if said not in unknown:
                    unknown.add(said)
                    reason = f"tag {said!r} is not known and kept in extra"
                    parsed.repair(None, number, reason, line)
        if said is not None:
            if more:
                go_on(values, more)
                more = []
            tag = said
            value = line[3:].strip()
            if tag not in _STRUCTURE:
                if not open_entry:
                    if not value:
                        tag = ""
                        continue
                    tags, start, open_entry = {}, number, True
                if tag not in tags:
                    tags[tag] = values = [value]
                else:
                    values = tags[tag]
                    if value:
                        values.append(value)
            elif tag == "PT":
                if open_entry:
                    _close(parsed, tags, start, lines, number - 1, ended=False)
                tags = {"PT": (values := [value])}
                start, open_entry = number, True
            else:
                if tag == "ER" and open_entry:
                    _close(parsed, tags, start, lines, number, ended=True)
                elif tag == "ER":
                    reason = "an ER line that ends no entry was left out"
                    parsed.repair(None, number, reason, line)
                open_entry = open_entry and tag != "ER"
                tag = ""
        elif not line or line.isspace():
            continue
        elif open_entry and tag:
            if tag in _LISTS:
                values.append(line.strip())
            else:
                # Joined all at once further on, lest a long value take long.
                more.append(line.strip())
        else:
            parsed.repair(None, number, "text outside any entry was left out", line)
    if more:
        go_on(values, more)
    if open_entry:
        _close(parsed, tags, start, lines, len(lines), ended=False)
    return parsed


def _unknown_tags(lines: list[str]) -> frozenset[int]:
    """Return which lines, counted from 1, begin with a tag that is not known.

    In an entry that indents what goes on, all that look like one do; in one that has lines going
    on without, none does. Exports of both kinds are joined into one file, so each entry shows its
    own manner, and one that shows none has the tags that others were seen to have.
    """
    places: list[int] = []
    unsure: list[int] = []
    found: list[int] = []
    is_indented = is_bare = False
    for number, line in enumerate([*lines, "ER"], 1):
        said = _LINE_TAGS.get(line[:3])
        if said in _STRUCTURE:
            if not is_bare:
                (places if is_indented else unsure).extend(found)
            found, is_indented, is_bare = [], False, False
        elif said is not None or not line or line.isspace():
            continue
        elif line[0].isspace():
            is_indented = True
        elif _ANY_TAG.match(line):
            found.append(number)
        else:
            is_bare = True
    tags = {lines[number - 1][:2] for number in places}
    places += [number for number in unsure if lines[number - 1][:2] in tags]
    return frozenset(places)


def _close(
    parsed: Parsed, tags: Tags, start: int, lines: list[str], end: int, *, ended: bool
) -> None:
    has_type = "PT" in tags
    kind = (tags.pop("PT", None) or [""])[0]
    drop_blank(tags)
    if not tags:
        reason = "an entry without any content"
        parsed.reject(start, reason, "\n".join(lines[start - 1 : end]))
        return
    draft = _draft(tags, kind)
    draft["line"] = start
    parsed.drafts.append(draft)
    if not has_type:
        raw = "\n".join(lines[start - 1 : end])
        parsed.repair_last(start, "an entry without its PT line", raw)
    if not ended:
        raw = "\n".join(lines[start - 1 : end])
        parsed.repair_last(start, "an entry without its ER line", raw)


def _draft(tags: Tags, kind: str) -> Draft:
    draft: Draft = {"key": take(tags, ("UT",))}
    said = take(tags, ("DT",)) or ""
    draft["type"] = csl_type(said) or PUBLICATION_TYPES.get(kind) or "document"
    if said and not is_canonical(said):
        draft["extra_type"] = said
    for name in ("AF", "AU", "BF", "BA"):
        if name in tags:
            draft["authors"] = tags.pop(name)
            break
    groups = [*tags.pop("CA", ()), *tags.pop("GP", ())]
    if groups:
        draft["authors"] = [*draft.get("authors", ()), *groups]
    take_columns(draft, tags, _SCALARS)
    if "EY" in tags and "EA" in tags and not tags["EA"][0][-4:].isdigit():
        # Early access in two tags, the month and the year.
        tags["EA"][0] += f" {take(tags, ('EY',))}"
    for name in ("PY", "Y1", "EA", "EY", "PD"):
        if name in tags:
            draft["date"], draft["date_tag"] = take(tags, (name,)), name
            break
    pages = join_pages(take(tags, ("BP",)), take(tags, ("EP",)))
    draft["pages"] = pages if pages is not None else take(tags, ("AR", "PS"))
    take_serial_numbers(draft, tags, ("SN", "EI", "BN"))
    if tags:
        draft["extra"] = left_over(tags)
    return draft
