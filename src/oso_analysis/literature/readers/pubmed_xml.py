"""PubMed's XML, as its programming interface gives it: the tags of MEDLINE under longer names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from oso_analysis.literature.readers.draft import Draft, Parsed, Tags
from oso_analysis.literature.readers.medline import draft_of
from oso_analysis.literature.readers.xmlchunks import gather, read_chunk

__all__ = ["parse_pubmed"]

_START = re.compile(rb"<Pubmed(Book)?Article(?=[\s>/])")
_END = {kind: b"</Pubmed%bArticle>" % kind for kind in (b"", b"Book")}
_DELETIONS = re.compile(rb"<DeleteCitation(?=[\s>]).*?(?:</DeleteCitation>|\Z)", re.DOTALL)
_DELETED = re.compile(rb"<PMID(?=[\s>])")
#: Paths whose texts are the values of a tag, under what encloses all of an entry.
_TEXTS = (
    ("PMID", "PMID"),
    ("TI", "Article/ArticleTitle"), ("TI", "ArticleTitle"),
    ("TT", "Article/VernacularTitle"), ("TT", "VernacularTitle"),
    ("BTI", "Book/BookTitle"),
    ("CTI", "Book/CollectionTitle"),
    ("JT", "Article/Journal/Title"),
    ("TA", "MedlineJournalInfo/MedlineTA"), ("TA", "Article/Journal/ISOAbbreviation"),
    ("VI", "Article/Journal/JournalIssue/Volume"), ("VI", "Book/Volume"),
    ("IP", "Article/Journal/JournalIssue/Issue"),
    ("PB", "Book/Publisher/PublisherName"),
    ("PL", "Book/Publisher/PublisherLocation"), ("PL", "MedlineJournalInfo/Country"),
    ("EN", "Book/Edition"),
    ("IS", "Article/Journal/ISSN"), ("IS", "MedlineJournalInfo/ISSNLinking"),
    ("ISBN", "Book/Isbn"),
    ("LA", "Article/Language"), ("LA", "Language"),
    ("PT", "Article/PublicationTypeList/PublicationType"), ("PT", "PublicationType"),
    ("OT", "KeywordList/Keyword"),
)  # fmt: skip
#: Abstracts, in parts with headings of their own.
_ABSTRACTS = (("AB", "Article/Abstract"), ("AB", "Abstract"), ("OAB", "OtherAbstract"))
_DATES = (
    ("DP", "Article/Journal/JournalIssue/PubDate"),
    ("DP", "Book/PubDate"),
    ("DEP", "Article/ArticleDate"),
    ("DCOM", "DateCompleted"),
    ("LR", "DateRevised"),
)
_AUTHORS = ("Article/AuthorList", "AuthorList", "Book/AuthorList")


def parse_pubmed(data: bytes) -> Parsed:
    """Parse PubMed's XML in UTF-8.

    Each article is cut out before anything is parsed, so that a damaged one costs no other and no
    document type declaration is ever seen by the parser. What it has is put under the tags of
    MEDLINE's own format, so that both are read alike.
    """
    parsed = Parsed()
    if deleted := len(_DELETED.findall(b"".join(_DELETIONS.findall(data)))):
        reason = f"citations that PubMed names as deleted, which are no records: {deleted}"
        parsed.repair(None, 1, reason, "")
    starts = list(_START.finditer(data))
    line = 1
    counted = 0
    limits = [*(start.start() for start in starts), len(data)][1:]
    for start, limit in zip(starts, limits, strict=True):
        line += data.count(b"\n", counted, start.start())
        counted = start.start()
        closing = _END[start[1] or b""]
        end = data.find(closing, start.start(), limit)
        closed = end >= 0
        raw = data[start.start() : end + len(closing) if closed else limit]
        read_chunk(parsed, raw, line, _draft, closed=closed)
    return parsed


def _draft(root: Element) -> Draft | None:
    tags: Tags = {}
    order: list[str] = []
    for part in root:
        if part.tag in ("MedlineCitation", "BookDocument"):
            _cite(part, tags, order)
        _number(part, tags)
    # What has no tag here goes to `extra` under the path to it.
    gather(root, "", tags)
    return draft_of(tags, order)


def _cite(part: Element, tags: Tags, order: list[str]) -> None:
    for tag, path in _TEXTS:
        for element in _taken(part, path):
            _add(tags, tag, "".join(element.itertext()))
    for tag, path in _ABSTRACTS:
        for element in part.findall(path):
            said = [_labelled(text) for text in _taken(element, "AbstractText")]
            _add(tags, tag, " ".join(filter(None, said)))
    for tag, path in _DATES:
        for element in _taken(part, path):
            _add(tags, tag, " ".join(piece.strip() for piece in element.itertext()))
    for path in _AUTHORS:
        for people in part.findall(path):
            # Those of the book are no authors of a chapter.
            if people.get("Type", "authors") == "authors" and not (order and path[0] == "B"):
                _name(people, tags, order)
    for element in _taken(part, "Article/Pagination"):
        _add(tags, "PG", _pages(element))
    for path in ("Article/ELocationID", "ELocationID"):
        for element in _taken(part, path):
            wrong = " (not valid)" if element.get("ValidYN") == "N" else ""
            _add(tags, "LID", f"{element.text or ''} [{element.get('EIdType', '')}{wrong}]")
    for heading in _taken(part, "MeshHeadingList/MeshHeading"):
        words = (f"{'*' * (word.get('MajorTopicYN') == 'Y')}{word.text or ''}" for word in heading)
        _add(tags, "MH", "/".join(words))


def _number(part: Element, tags: Tags) -> None:
    """Take the numbers of the entry itself; the works that it cites have theirs deeper down."""
    for element in _taken(part, "ArticleIdList/ArticleId"):
        kind, value = element.get("IdType", ""), (element.text or "").strip()
        if kind in ("doi", "pii"):
            _add(tags, "AID", f"{value} [{kind}]")
        elif kind in ("pmc", "mid"):
            _add(tags, kind.upper(), value)
        elif kind != "pubmed" or value not in tags.get("PMID", ()):
            _add(tags, "AID", f"{value} [{kind}]")
    for element in _taken(part, "History/PubMedPubDate"):
        date = "/".join((piece.text or "").strip() for piece in element)
        _add(tags, "PHST", f"{date} [{element.get('PubStatus', '')}]")


def _taken(part: Element, path: str) -> Iterator[Element]:
    """Yield the elements at a path, which then are no longer there."""
    above, _, name = path.rpartition("/")
    for parent in part.findall(above) if above else [part]:
        for element in parent.findall(name):
            parent.remove(element)
            yield element


def _add(tags: Tags, tag: str, value: str) -> None:
    value = " ".join(value.split())
    if value and value not in tags.get(tag, ()):
        tags.setdefault(tag, []).append(value)


def _labelled(text: Element) -> str:
    said = "".join(text.itertext()).strip()
    label = text.get("Label", "")
    return f"{label}: {said}" if label and said else said


def _name(people: Element, tags: Tags, order: list[str]) -> None:
    for person in people.findall("Author"):
        parts = {
            name: " ".join("".join(element.itertext()).split())
            for name in ("LastName", "ForeName", "Initials", "Suffix", "CollectiveName")
            for element in _taken(person, name)
        }
        family, group = parts.get("LastName"), parts.get("CollectiveName")
        given = _joined((parts.get("ForeName") or parts.get("Initials"), parts.get("Suffix")))
        if family or given:
            tags.setdefault("FAU", []).append(
                f"{family}, {given}" if family and given else family or given
            )
            order.append("FAU")
        if group:
            tags.setdefault("CN", []).append(group)
            order.append("CN")


def _joined(parts: Iterable[str | None]) -> str:
    return " ".join(part for part in parts if part)


def _pages(element: Element) -> str:
    said = {child.tag: (child.text or "").strip() for child in element}
    if whole := said.get("MedlinePgn"):
        return whole
    return "-".join(filter(None, (said.get("StartPage"), said.get("EndPage"))))
