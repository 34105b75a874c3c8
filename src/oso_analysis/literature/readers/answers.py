"""JSON as programming interfaces answer: turned into the columns a table of the same has.

OpenAlex, Semantic Scholar, Europe PMC and Zotero write items of their own. What has a column is
taken from where it stands; every other member of an item stays as it is, and goes to `extra`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from oso_analysis.literature.readers.csl_types import csl_type
from oso_analysis.literature.readers.draft import words

__all__ = ["ITEM_LISTS", "NO_REFERENCES", "WRAPPERS", "are_works", "flatten", "inner_items",
           "is_attachment"]  # fmt: skip

#: Names of the lists in which answers have their items, and of what they may stand in.
ITEM_LISTS = ("items", "results", "result", "data")
WRAPPERS = ("message", "resultList")
#: Zotero's items that are files, notes and marks in them, and no references.
NO_REFERENCES = ("attachment", "note", "annotation")
Item = dict[str, Any]


def inner_items(data: Item) -> list[Any] | None:
    """Return the list of items in an answer, or None where it has none.

    The first member of one of the names decides, as for the scan that parses nothing.
    """
    for name, value in data.items():
        if name in WRAPPERS and isinstance(value, dict):
            data = value
            break
        if name in WRAPPERS:
            return None
        if name in ITEM_LISTS:
            break
    name = next((name for name in data if name in ITEM_LISTS), "")
    value = data.get(name)
    if not isinstance(value, list) or (value and not isinstance(value[0], dict)):
        return None
    if name != ITEM_LISTS[0] and not (value and are_works(value[0])):
        return None
    return value


#: Members that only works have, and those that other things have too: films have titles and years.
_SURE = words(
    """abstractinvertedindex authorships authorstring doi externalids itemtype paperid pmcid pmid"""
)
_LIKELY = words(
    """abstract abstracttext author authors containertitle creators datepublished issn journal
    journaltitle keywords pages publicationdate publicationyear publisher pubyear venue volume year
    yearpublished"""
)


def are_works(names: Iterable[str]) -> bool:
    """Whether a list under a name that lists of anything have is one of works.

    Parameters
    ----------
    names : iterable of str
        What the members of its first item are called.
    """
    said = {re.sub(r"[\W_]", "", name).lower() for name in names}
    if "title" in said:
        return not said.isdisjoint(_SURE) or len(said & _LIKELY) > 1
    # OpenAlex calls its authors, journals and institutions by a display name too.
    return "displayname" in said and not said.isdisjoint({"authorships", "abstractinvertedindex"})


def flatten(items: Sequence[Item], whole: Sequence[Item]) -> list[Item] | None:
    """Return the items by the headings of tables, or None where they are of no known interface.

    Attachments and notes of Zotero's, which are no references, are empty. What they are is told
    from those that are `whole`: one that is cut off may have nothing left that shows it.
    """
    sample = (whole or items)[:_SAMPLE]
    for signs, column_of in _KINDS:
        if sample and all(not signs.isdisjoint(item) for item in sample):
            return [column_of(item) for item in items]
    if sample and all(map(_is_zotero, sample)):
        return [{} if is_attachment(item) else _of_zotero(item) for item in items]
    return None


#: How many items are looked at for what they are.
_SAMPLE = 5


def is_attachment(item: Item) -> bool:
    """Whether an item of Zotero's is a file, a note or a mark in one."""
    data = item.get("data", item)
    return isinstance(data, dict) and data.get("itemType") in NO_REFERENCES


def _is_zotero(item: Item) -> bool:
    data = item.get("data", item)
    return isinstance(data, dict) and isinstance(data.get("itemType"), str) and "version" in data


def _at(value: Any, path: str) -> Any:
    """Return what stands at a path of names, of every item of a list."""
    for name in path.split("."):
        if isinstance(value, list):
            value = [one.get(name) for one in value if isinstance(one, dict)]
        else:
            value = value.get(name) if isinstance(value, dict) else None
    return [one for one in value if one] if isinstance(value, list) else value


def _taken(item: Item, paths: Iterable[tuple[str, str]], whole: Iterable[str]) -> Item:
    """Return an item with what stands at some paths under headings.

    Of the members `whole`, whose names are those of columns, the rest is under the paths to it.
    """
    flat = {name: value for name, value in item.items() if name not in whole}
    found = {path: _at(item, path) for _, path in paths}
    headings = {heading: found[path] for heading, path in paths if found[path]}
    taken = {path for heading, path in paths if found[path] == headings.get(heading)}
    for name in whole:
        for path in dict.fromkeys(_ends(item.get(name), name)):
            if path not in taken:
                flat[path] = _at(item, path) or item[name]
    return {**flat, **headings}


def _ends(value: Any, path: str) -> Iterator[str]:
    """Yield the path to every value that is neither empty nor made of others."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _ends(one, f"{path}.{name}")
    elif isinstance(value, list):
        for one in value:
            yield from _ends(one, path)
    elif value not in (None, ""):
        yield path


_OPENALEX = (
    ("Authors", "authorships.author.display_name"),
    ("Journal", "host_venue.display_name"),
    ("Journal", "primary_location.source.display_name"),
    ("Publisher", "host_venue.publisher"),
    ("Publisher", "primary_location.source.host_organization_name"),
    ("ISSN", "host_venue.issn"),
    ("ISSN", "primary_location.source.issn"),
    ("URL", "primary_location.landing_page_url"),
    ("PMID", "ids.pmid"),
    ("Keywords", "keywords.keyword"),
    ("Keywords", "keywords.display_name"),
    ("Volume", "biblio.volume"),
    ("Issue", "biblio.issue"),
    ("Start Page", "biblio.first_page"),
    ("End Page", "biblio.last_page"),
)


def _of_openalex(item: Item) -> Item:
    flat = _taken(item, _OPENALEX, ("biblio", "keywords"))
    index = item.get("abstract_inverted_index")
    places = [
        (place, word)
        for word, found in (index.items() if isinstance(index, dict) else ())
        for place in (found if isinstance(found, list) else ())
        if type(place) is int
    ]
    if places:
        flat["abstract"] = " ".join(word for _, word in sorted(places))
        del flat["abstract_inverted_index"]
    if flat.get("type") in ("article", "journal-article"):
        # What CSL calls so is a preprint, which OpenAlex calls that.
        flat["type"] = "journal article"
    return flat


_SCHOLAR = (
    ("Authors", "authors.name"),
    ("DOI", "externalIds.DOI"),
    ("PMID", "externalIds.PubMed"),
    ("Journal", "journal.name"),
    ("Volume", "journal.volume"),
    ("Pages", "journal.pages"),
)


def _of_scholar(item: Item) -> Item:
    flat = _taken(item, _SCHOLAR, ("authors", "journal"))
    said = item.get("publicationTypes")
    kinds = [str(one) for one in said] if isinstance(said, list) else []
    if kinds:
        # Most works are of several, and "Review" or "Study" say the least of what they are.
        telling = [kind for kind in kinds if kind not in _SCHOLAR_LEAST]
        known = (_SCHOLAR_TYPES.get(kind) or (csl_type(kind) and kind) for kind in telling)
        least = kinds[0] if telling == kinds else _SCHOLAR_TYPES["JournalArticle"]
        flat["Publication Type"] = next(filter(None, known), least)
    return {"key": item.get("paperId"), **flat}


_SCHOLAR_TYPES = {
    "JournalArticle": "journal article",
    "Conference": "conference paper",
    "BookSection": "book chapter",
}
_SCHOLAR_LEAST = frozenset({"Review", "LettersAndComments"})

_EUROPE = (
    ("Journal", "journalTitle"),
    ("Journal", "journalInfo.journal.title"),
    ("Volume", "journalVolume"),
    ("Volume", "journalInfo.volume"),
    ("Issue", "journalInfo.issue"),
    ("ISSN", "journalIssn"),
    ("ISSN", "journalInfo.journal.issn"),
    ("eISSN", "journalInfo.journal.essn"),
    ("Pages", "pageInfo"),
    ("Abstract", "abstractText"),
    ("Year", "pubYear"),
    ("Keywords", "keywordList.keyword"),
    ("Publisher", "bookOrReportDetails.publisher"),
    ("ISBN", "bookOrReportDetails.isbn13"),
)
_EUROPE_OWN = tuple(path for _, path in _EUROPE if "." not in path)


def _of_europe(item: Item) -> Item:
    flat = _taken(item, _EUROPE, _EUROPE_OWN)
    people = _dicts(_at(item, "authorList.author"))
    names = [_joined(one, "lastName", "firstName") for one in people]
    said = item.get("authorString")
    if any(names):
        flat["Authors"] = [name for name in names if name]
    elif isinstance(said, str):
        flat["Authors"] = said.rstrip(".").replace(", ", "; ")
    kinds = _at(item, "pubTypeList.pubType") or item.get("pubType")
    kinds = [str(one) for one in kinds] if isinstance(kinds, list) else str(kinds or "").split(";")
    kinds = [kind.strip() for kind in kinds]
    flat["Publication Type"] = next(filter(csl_type, kinds), kinds[0] if kinds else None)
    if item.get("source") == "PPR":
        flat["Publication Type"] = "preprint"
    # It names the collection, and is no journal.
    flat["Database Name"] = flat.pop("source", None)
    return flat


def _dicts(value: Any) -> list[Item]:
    """Return the objects in a list, or what should have been one."""
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, dict)]


def _joined(person: Item, family: str, given: str) -> str:
    parts = [person.get(family), person.get(given)]
    whole = person.get("collectiveName") or person.get("name") or person.get("fullName")
    return ", ".join(str(part) for part in parts if part) or str(whole or "")


def _of_zotero(item: Item) -> Item:
    data = item.get("data")
    if not isinstance(data, dict):
        data = item
    names: dict[str, list[str]] = {}
    for one in _dicts(data.get("creators")):
        said = _joined(one, "lastName", "firstName")
        names.setdefault(str(one.get("creatorType")), []).append(said)
    first = next((kind for kind in _ZOTERO_AUTHORS if kind in names), None)
    flat = {name: value for name, value in data.items() if name not in ("creators", "tags")}
    for path in _ZOTERO_CONTAINERS:
        if data.get(path):
            flat["Publication Title"] = flat.pop(path)
            break
    return {
        **flat,
        "Title": next((flat.pop(name) for name in _ZOTERO_TITLES if flat.get(name)), None),
        "Author": names.pop(first) if first else None,
        "Manual Tags": _at(data, "tags.tag"),
        **{kind: people for kind, people in names.items() if kind != first},
    }


_ZOTERO_AUTHORS = (
    "author",
    "inventor",
    "artist",
    "director",
    "presenter",
    "programmer",
    "podcaster",
)
_ZOTERO_TITLES = ("title", "caseName", "nameOfAct", "subject")
_ZOTERO_CONTAINERS = (
    *("publicationTitle", "bookTitle", "proceedingsTitle", "websiteTitle", "encyclopediaTitle"),
    *("dictionaryTitle", "blogTitle", "conferenceName", "forumTitle", "programTitle"),
)
_KINDS: tuple[tuple[frozenset[str], Callable[[Item], Item]], ...] = (
    (frozenset({"authorships", "abstract_inverted_index", "host_venue"}), _of_openalex),
    (frozenset({"paperId"}), _of_scholar),
    (frozenset({"authorString", "pubTypeList", "journalInfo"}), _of_europe),
)
