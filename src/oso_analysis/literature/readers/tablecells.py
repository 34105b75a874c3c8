"""From the cells of a table to what its entries have, a column at a time.

An entry takes what it has in the order of the steps here, so that what a table says twice is taken
from the preferred column and the rest is kept in `extra`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from oso_analysis.literature.readers.columns import NUMBERS, bare, rank_of
from oso_analysis.literature.readers.csl_types import csl_type, is_canonical
from oso_analysis.literature.readers.draft import MISSING, words
from oso_analysis.literature.readers.markup import decode_entities
from oso_analysis.literature.readers.names import pair_up
from oso_analysis.literature.readers.text import (
    is_pmid,
    join_numbers,
    join_pages,
    split_serial_number,
)
from oso_analysis.literature.readers.wos import PUBLICATION_TYPES

__all__ = ["fill"]

_LONGEST_MISSING = max(map(len, MISSING))
#: Columns of whole numbers, which pandas writes as "12.0" where a cell of the column is missing.
_WHOLE = frozenset({"pmid", "date", "volume", "issue", "first_page", "last_page"})

Columns = dict[str, list[Any]]
Extras = list[dict[str, Any]]


def fill(
    table: Sequence[Sequence[str]], names: Sequence[str], targets: Sequence[str | None]
) -> Columns:
    """Return what the entries of a table have, by name.

    Parameters
    ----------
    table : sequence of sequence of str
        The table's columns.
    names : sequence of str
        Their headings.
    targets : sequence of str or None
        What each heading stands for; empty or None where it goes to `extra`.

    Returns
    -------
    dict of str to list
        Of equal length; None or empty where an entry has nothing, and a dict each in `extra`.
    """
    count = len(table[0])
    extras: Extras = [{} for _ in range(count)]
    columns: Columns = {"extra": extras}
    places: dict[str, list[tuple[int, int]]] = {}
    kept = []
    cells: dict[int, list[str]] = {}
    for at, (name, target) in enumerate(zip(names, targets, strict=True)):
        if not any(table[at]):
            continue
        if target == "issue" and bare(name) in NUMBERS and _counts_rows(table[at]):
            target = ""
        if target:
            cells[at] = _without_missing(table[at], extras, name if target == "title" else "")
            if target in _WHOLE:
                _drop_decimals(cells[at])
            elif target == "container" and bare(name) == "source":
                _without_databases(cells[at], extras, name)
            places.setdefault(target, []).append((rank_of(target, name), at))
        else:
            kept.append(at)
    for column, ranked in places.items():
        _choose(columns, column, [(names[at], cells[at]) for _, at in sorted(ranked)])
    for at in kept:
        name = names[at] or f"(column {at + 1})"
        for extra, cell in zip(extras, table[at], strict=True):
            if cell and (value := cell.strip()):
                extra[name] = value
    if "UI" in names and "DB" in names:
        _medline_numbers(columns)
    _types(columns)
    _addresses(columns)
    # Only Ovid's citations stand in a column of that name, and journals may be called likewise.
    _split_sources(columns, ovid=not {"so", "source"}.isdisjoint(map(bare, names)))
    _lists(columns)
    _authors(columns)
    _pages(columns)
    _serial_numbers(columns)
    return columns


def _without_missing(column: Sequence[str], extras: Extras, keep: str) -> list[str]:
    """Return the cells without spaces around them, those that say they have nothing empty.

    A work may be called so: where `keep` is the heading of titles, `extra` has a copy.
    """
    cells = list(map(str.strip, column))
    if MISSING.isdisjoint([cell for cell in cells if len(cell) <= _LONGEST_MISSING]):
        return cells
    for at, cell in enumerate(cells):
        if cell in MISSING:
            cells[at] = ""
            if keep:
                extras[at][keep] = cell
    return cells


def _counts_rows(column: Sequence[str]) -> bool:
    """Whether the cells are 1, 2, 3 and so on: the numbers of the rows, and no issues."""
    return len(column) > 1 and all(
        cell.strip().removesuffix(".0").rstrip(".") == str(number)
        for number, cell in enumerate(column, 1)
    )


#: What a column "Source" says where it names the database searched; no journal is called so.
_DATABASES = words(
    """academicsearchcomplete academicsearchpremier academicsearchultimate acmdigitallibrary
    assia cababstracts cabdirect central cinahl cinahlcomplete cinahlplus cinahlultimate
    clinicaltrialsgov cochrane cochranecentral cochranelibrary
    cochranecentralregisterofcontrolledtrials crossref ebsco ebscohost embase eric europepmc
    googlescholar heinonline ieeexplore jstor lilacs medline nexis openalex pmc proquest
    proquestcentral proquestdissertations proquestdissertationsandtheses psychinfo psycarticles
    psycextra psycinfo psyndex pubmed pubmedcentral sciencedirect scielo scopus semanticscholar
    socindex sociologicalabstracts springerlink webofscience webofsciencecorecollection westlaw
    wos wosc worldcat"""
)
#: Who offers a database, and which part of it; beside its name these say no more.
_OFFERS = words("""apa clarivate corecollection ebsco ebscohost elsevier nlm ovid proquest r via""")
_BETWEEN = re.compile(r"[,;/&|+:()\[\]®]|\s[-–—]\s|\b(?:and|via)\b", re.IGNORECASE)
#: Longer than any list of the databases of one search.
_LONGEST_LIST = 300


def _names_databases(cell: str) -> bool:
    """Whether a cell names databases and nothing else, however put together."""
    if len(cell) > _LONGEST_LIST:
        return False
    parts = [part for part in _BETWEEN.split(cell) if bare(part)]
    named = [_names_database(part) for part in parts]
    return any(named) and all(
        is_one or bare(part) in _OFFERS for part, is_one in zip(parts, named, strict=True)
    )


def _names_database(part: str) -> bool:
    """Whether one part of a cell is the name of a database, its provider before or behind it."""
    if bare(part) in _DATABASES:
        return True
    rest = [word for word in part.split() if bare(word) not in _OFFERS]
    return bare("".join(rest)) in _DATABASES


def _without_databases(cells: list[str], extras: Extras, name: str) -> None:
    """Move the names of databases from a column that may have journals to `extra`."""
    known = {cell: _names_databases(cell) for cell in set(cells) if cell}
    for at, cell in enumerate(cells):
        if cell and known[cell]:
            cells[at] = ""
            extras[at][name] = cell


def _drop_decimals(cells: list[str]) -> None:
    """Make "12.0" what it was before pandas read the column as numbers."""
    if ".0\0" not in "\0".join([*cells, ""]):
        return
    for at, cell in enumerate(cells):
        if cell.endswith(".0") and cell[:-2].isdecimal():
            cells[at] = cell[:-2]


def _choose(columns: Columns, column: str, sources: list[tuple[str, list[Any]]]) -> None:
    """Take the first of the sources that has something; what others say besides is kept."""
    (name, chosen), *others = sources
    columns[column] = chosen
    tags = [name] * len(chosen)
    if column == "date":
        columns["date_tag"] = tags
    for name, cells in others:
        for at, (have, value) in enumerate(zip(chosen, cells, strict=True)):
            if not value:
                continue
            if not have:
                chosen[at] = value
                tags[at] = name
            elif column in ("isbn", "issn"):
                chosen[at] = f"{have}; {value}"
            elif value != have:
                columns["extra"][at][name] = value


def _medline_numbers(columns: Columns) -> None:
    """Take Ovid's own number for an entry as PubMed's, where it is of that database."""
    keys = columns.get("key") or ()
    for at, key in enumerate(keys):
        if key and is_pmid(key) and "MEDLINE" in str(columns["extra"][at].get("DB", "")):
            _set(columns, "pmid", at, key)


def _types(columns: Columns) -> None:
    words = columns.get("type")
    if not words:
        return
    kinds = {
        word: (csl_type(word) or PUBLICATION_TYPES.get(word) if word else None) or "document"
        for word in set(words)
    }
    columns["type"] = [kinds[word] for word in words]
    said = {
        word: word if word and (kind == "document" or not is_canonical(word)) else None
        for word, kind in kinds.items()
    }
    columns["extra_type"] = [said[word] for word in words]


def _addresses(columns: Columns) -> None:
    """Keep the first of several addresses in a cell."""
    for at, url in enumerate(columns.get("url", ())):
        if url and url.find("http", 4) > 0:
            first, *others = url.split()
            if any(other.startswith("http") for other in others):
                columns["extra"][at]["url"] = url
                columns["url"][at] = first.rstrip(";,|")


#: Embase puts everything into one cell: "Journal (2014) 3:3 (152-160). Date of Publication: …".
_SOURCE = re.compile(
    r"(?P<container>.+?) \((?P<date>\d{4})\) (?P<volume>[^:() ]+)(?::(?P<issue>[^() ]+))?"
    r"(?: (?:Article Number: \S+ )?\((?P<pages>[^()]*)\))?"
)
#: Ovid likewise: "Journal. 21 (2) (pp 160-167), 2018. Date …" or "Journal. 12(3):160-7, 2018 Jan."
_OVID_SOURCE = re.compile(
    r"(?P<container>[^\n]+?)\. (?:Conference: [^\n]+?\. Conference Publication: \([^()]*\)\. )?"
    r"(?:(?P<volume>(?=[\w-]*\d)[\w-]+)(?=[ (:,]))? ?(?:\((?P<issue>(?!pp |no pag)[^()]*)\))?"
    r"(?: ?\((?:pp (?P<pages>[^()]*)|no pagination)\)|:(?P<run>[\w.+-]+))?(?:, (?P<date>\d{4})\b|$)"
)
_LONGEST_SOURCE = 1000


def _split_sources(columns: Columns, *, ovid: bool) -> None:
    dates = columns.get("date")
    for at, container in enumerate(columns.get("container", ())):
        if not container or (dates and dates[at]):
            continue
        match = _SOURCE.match(container)
        if match is None and ovid and len(container) < _LONGEST_SOURCE:
            match = _OVID_SOURCE.match(container)
        said = match.groupdict() if match else {}
        said["pages"] = said.get("pages") or said.pop("run", None)
        if match is None or not (said["date"] or said["pages"]):
            continue
        columns["extra"][at]["source"] = container
        for column, value in {**said, "date_tag": "source"}.items():
            if value:
                _set(columns, column, at, value)


def _set(columns: Columns, column: str, at: int, value: Any) -> None:
    """Set what one entry has, though the table may have no such column."""
    if not columns.get(column):
        columns[column] = [None] * len(columns["extra"])
    columns[column][at] = value


#: Items of a list as Python prints it, in tables written by scripts.
_LISTED = re.compile(r"(?<=['\"])(?!, )[^'\"]+(?:\\?'[^'\",]+)*(?=['\"][,\]])")
#: Longer pieces between blank lines are no names or keywords.
_LONGEST_NAME = 100


def _lists(columns: Columns) -> None:
    """Put semicolons between items that a program listed in its own way."""
    for column in ("authors", "keywords"):
        values = columns.get(column, [])
        for at, value in enumerate(values):
            if value and "|" in value and ";" not in value:
                values[at] = "; ".join(filter(None, map(str.strip, value.split("|"))))
            elif value and "\n\n" in value and ";" not in value:
                # Ovid sets a blank line between names.
                names = [name for name in map(str.strip, value.split("\n\n")) if name]
                if max(map(len, names), default=0) < _LONGEST_NAME:
                    values[at] = "; ".join(names)
            elif value and value[0] == "[" and value[1:2] in ("'", '"') and value[-1] == "]":
                values[at] = "; ".join(_LISTED.findall(value)).replace("\\'", "'")


def _authors(columns: Columns) -> None:
    values = columns.get("authors", [])
    for at, names in enumerate(values):
        if not names:
            continue
        if "&" in names:
            # The semicolon of an entity ends no name.
            names = decode_entities(names)
        pieces = [piece for piece in map(str.strip, names.split(";")) if piece]
        if "," not in names and len(pieces) > 1:
            pairs = pair_up(pieces)
            if pairs != pieces:
                columns["extra"][at]["authors"] = names
                pieces = pairs
        if "null" in names and (people := list(map(_without_null, pieces))) != pieces:
            columns["extra"][at]["authors"] = names
            pieces = [person for person in people if person]
        values[at] = pieces


def _without_null(name: str) -> str:
    """Return a name without "null", which Lens has in place of a given name it lacks."""
    family, _, given = name.partition(", ")
    if given == "null":
        return family
    return "" if name == "null" else name.removeprefix("null ").removesuffix(" null")


#: Taylor & Francis write "p148 - p162"; one page with the letter may be a number of an article.
_LETTERED = re.compile(r"p([\divxlc]+) ?- ?p([\divxlc]+)")


def _pages(columns: Columns) -> None:
    for at, said in enumerate(columns.get("pages") or ()):
        if said and said[0] == "p" and (found := _LETTERED.fullmatch(said)):
            columns["pages"][at] = f"{found[1]}-{found[2]}"
            columns["extra"][at]["pages"] = said
    parts = [columns.pop(name, None) for name in ("first_page", "last_page", "article_number")]
    if not any(parts):
        return
    whole = columns.get("pages") or [None] * len(columns["extra"])
    first, last, numbers = (part or [None] * len(whole) for part in parts)
    columns["pages"] = whole
    for at, extra in enumerate(columns["extra"]):
        pages = join_pages(first[at] or None, last[at] or None)
        number = numbers[at]
        if not whole[at]:
            if pages is not None:
                whole[at] = pages
            elif number:
                whole[at], number = number, None
        elif pages is not None and pages != whole[at]:
            extra["pages"] = pages
        if number:
            extra["article_number"] = number


def _serial_numbers(columns: Columns) -> None:
    """Sort ISBNs and ISSNs into their columns, wherever they stand; what says more is kept."""
    fields = {name: columns.pop(name, None) for name in ("isbn", "issn", "serial")}
    for name, values in fields.items():
        for at, value in enumerate(values or ()):
            if value:
                isbn, issn, whole = split_serial_number(value)
                for column, numbers in (("isbn", isbn), ("issn", issn)):
                    if numbers:
                        have = columns[column][at] if columns.get(column) else None
                        _set(columns, column, at, join_numbers(have, numbers))
                if not whole:
                    columns["extra"][at][name] = value
