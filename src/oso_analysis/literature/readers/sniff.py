"""Which format a file is in, told from its content alone."""

from __future__ import annotations

import re

from oso_analysis.literature.readers.tagged import OPENINGS

__all__ = ["FORMATS", "foreign_xml", "made_for_people", "sniff"]

#: Formats read, by the name used in the table of files.
FORMATS = {
    "ris": "RIS",
    "bibtex": "BibTeX",
    "csl-json": "CSL-JSON",
    "endnote-xml": "EndNote XML",
    "zotero-rdf": "Zotero RDF",
    "medline": "PubMed nbib / MEDLINE",
    "pubmed-xml": "PubMed XML",
    "wos": "Web of Science tagged text",
    "refer": "EndNote tagged text",
    "refworks": "RefWorks tagged text",
    "noteexpress": "NoteExpress tagged text",
    "csv": "CSV",
    "embase": "Embase CSV with fields by row",
    "tsv": "TSV",
    "xlsx": "Excel workbook",
    "xls": "Excel workbook of 2003 or before",
}

_HEAD = 200_000
_RIS = re.compile(r"^[ \t]*TY(?:[ \t]{1,4}-|-(?=[ \t\n]|\Z))", re.MULTILINE)
_RIS_LOOSE = re.compile(r"^[A-Z][A-Z0-9]  - ?\S", re.MULTILINE)
_BIBTEX = re.compile(r"(?:^|\})[ \t]*@[ \t]*[A-Za-z]\w*\s*[{(]", re.MULTILINE)
_MEDLINE = re.compile(r"^PMID-", re.MULTILINE)
_MEDLINE_LOOSE = re.compile(
    r"^(?:OWN |STAT|DCOM|EDAT|MHDA|CRDT|PHST|LID |FAU |JT  )-", re.MULTILINE
)
_WOS = re.compile(r"^(?:PT [A-Z]$|FN .|EF$)", re.MULTILINE)
_WOS_LOOSE = re.compile(r"^(?:AU|AF|TI|SO|UT|ER|DI|PY|VL|DT)(?: |$)", re.MULTILINE)
_PATTERNS = {"ris": _RIS, "bibtex": _BIBTEX, "medline": _MEDLINE, "wos": _WOS}
#: Lines that must stand beside those of the rarer formats, which alone may be found in other text:
#: how many different ones, and which.
_BESIDE = {
    "refer": (1, re.compile(r"^%([TA])[ \t]+\S", re.MULTILINE)),
    "refworks": (2, re.compile(r"^(T1|A1|JF|YR|SR|ID|UL)[ \t]+\S", re.MULTILINE)),
    "noteexpress": (1, re.compile(r"^\{(Title|Author)\}:", re.MULTILINE)),
}
_WORDS = {"refer": "\n%0", "refworks": "\nRT ", "noteexpress": "\n{Reference Type}:"}
_LOOSE = {"medline": _MEDLINE_LOOSE, "ris": _RIS_LOOSE, "wos": _WOS_LOOSE}
#: Comments of TeX begin with the sign of EndNote's tags, so that two of these are too few.
_REFER_LOOSE = re.compile(r"^%([ABDIJKTVX8])[ \t]+\S", re.MULTILINE)
_XML = re.compile(r"\s*<(?:\?xml|!--|!DOCTYPE|[A-Za-z_])")
#: XML of references that is not EndNote's: what an element or address in it shows it to be.
_FOREIGN = {
    name: re.compile(pattern)
    for name, pattern in {
        "MARC XML": r"<(?:[\w.-]+:)?(?:datafield|controlfield)\s+[^>]*\btag=|MARC21/slim",
        "MODS XML": r"<(?:[\w.-]+:)?mods(?:Collection)?(?=[\s>])",
        "Europe PMC's XML": r"<responseWrapper(?=[\s>])",
        "Excel's XML of 2003": r"<(?:\w+:)?Workbook\s[^>]*urn:schemas-microsoft-com:office",
        "BibTeXML": r"<bibtex:(?:file|entry)\b",
        "EBSCO's XML": r"<rec\s+resultID=",
        "Citavi's XML": r"<CitaviExchangeData(?=[\s>])",
        "Word's XML of sources": r"<(?:b:)?Sources\s[^>]*bibliography",
        "RDF": r"<rdf:RDF(?=[\s>])",
        "an answer of a repository": r"<(?:[\w.-]+:)?OAI-PMH(?=[\s>])",
        "an Atom feed": r"<feed\s[^>]*www\.w3\.org/2005/Atom",
        "TEI XML": r"<(?:TEI|teiCorpus)(?=[\s>])",
        "Journal Article Tag Suite XML": r"<article\s[^>]*(?:dtd-version|article-type)=",
    }.items()
}
_PUBMED = re.compile(r"<Pubmed(?:Book)?Article(?:Set)?(?=[\s>])")
_OTHER_RDF = "purl.org/ontology/bibo/"
_RECORD = re.compile(r"<(?:[\w.-]+:)?record(?=[\s>/])")
_ZOTERO_RDF = re.compile(r"<(?:\w+:)?RDF\s[^>]*www\.zotero\.org/namespaces/export")
_ENDNOTE = re.compile(r"<(?:[\w.-]+:)?(?:xml|records|record|ref-type|contributors)(?=[\s>/])")


def sniff(text: str) -> str | None:
    """Return the name of the format `text` is in, or None where it is none of `FORMATS`."""
    head = text[:_HEAD].lstrip()
    if not head:
        head = text.lstrip()[:_HEAD]
    first = head[:1]
    if first in "[{" and re.match(r"[\[{]\s*(?:[\[{\"\]}]|$)", head):
        return "csl-json"
    if first == "<" and _XML.match(head):
        if "<Pubmed" in head and (pubmed := _PUBMED.search(head)):
            # A title of EndNote's may quote such an element.
            quoted = _RECORD.search(head, 0, pubmed.start())
            return "endnote-xml" if quoted else "pubmed-xml"
        if "zotero.org/namespaces/export" in head and _ZOTERO_RDF.search(head):
            # Zotero's other RDF, of the Bibliographic Ontology, has its namespace too.
            return None if _OTHER_RDF in head and "itemType>" not in head else "zotero-rdf"
        return "endnote-xml" if _ENDNOTE.search(head) and not foreign_xml(head) else None
    counts = {name: len(pattern.findall(head)) for name, pattern in _PATTERNS.items()}
    best = max(counts, key=lambda name: counts[name])
    if counts[best] == 0 and _is_embase(head):
        # Before tables: a work may be called "Abstracts", and its line reads as a header.
        return "embase"
    table, line = _table(text)
    rarer = _rarer(head, counts[best])
    if rarer and not (table and line <= _line_of(OPENINGS[rarer], text)):
        return rarer
    if table and (counts[best] == 0 or not _opens(best, head)):
        return table
    if counts[best]:
        return best
    # Entries that have lost the line they should begin with.
    for name, pattern in _LOOSE.items():
        if len(pattern.findall(head)) >= 2:
            return name
    if {"T"} < (tags := set(_REFER_LOOSE.findall(head))) and len(tags) >= 3:
        return "refer"
    return table


def foreign_xml(text: str) -> str | None:
    """Return what XML that is not read is called, None where it is not known or no XML.

    Libraries call an entry `<record>` as EndNote does, and would be read as entries of nothing.
    """
    if not _XML.match(text):
        return None
    head = text[:_HEAD]
    return next((name for name, pattern in _FOREIGN.items() if pattern.search(head)), None)


#: Text written for people to read, by what shows it to be, and what its maker exports instead.
_FOR_PEOPLE = (
    (
        re.compile(r"^PMID: \d+(?:  ?\[|\s*$)|^\d+: .{0,500}PubMed PMID: \d", re.MULTILINE),
        re.compile(r"^1[.:] ", re.MULTILINE),
        "is PubMed's list for people to read; save the search in the format PubMed instead",
    ),
    (
        re.compile(r"^<1>\s*$", re.MULTILINE),
        re.compile(r"^(?:Unique Identifier|Accession Number|Title)\s*$", re.MULTILINE),
        "is Ovid's list for people to read; export as RIS, or as an Excel sheet, instead",
    ),
    (
        re.compile(r"<td[^>]*>(?:FN|PT) ?</td>"),
        re.compile(r"Web of Science"),
        "is Web of Science's page of records; export as plain text, RIS or Excel instead",
    ),
)


def made_for_people(text: str) -> str | None:
    """Return what a text that is read by people alone is, and what to export instead."""
    head = text[:_HEAD]
    return next(
        (
            said
            for sign, other, said in _FOR_PEOPLE
            if sign.search(head) is not None and other.search(head) is not None
        ),
        None,
    )


def _is_embase(head: str) -> bool:
    if '"TITLE","' not in head:
        return False
    from oso_analysis.literature.readers.embase import looks_like_embase

    return looks_like_embase(head)


def _opens(format: str, head: str) -> bool:
    """Whether the first entry comes before anything that could be the header of a table."""
    first_line = head.partition("\n")[0]
    return _PATTERNS[format].search(first_line) is not None or not re.search(r"[,;\t|]", first_line)


def _rarer(head: str, usual: int) -> str | None:
    """Return the rarer format of more entries than the usual formats have, and before any of them.

    Its signs may stand in other text: abstracts on radiotherapy and imaging have lines with "RT"
    and "T1", comments of TeX begin with the sign of EndNote's tags.
    """
    after = f"\n{head}"
    for name, opening in OPENINGS.items():
        # A word is found much faster than a line.
        first = opening.search(head) if _WORDS[name] in after else None
        if first is None:
            continue
        many, beside = _BESIDE[name]
        if (
            len(set(beside.findall(head))) >= many
            and len(opening.findall(head)) > usual
            and not (
                usual and any(one.search(head, 0, first.start()) for one in _PATTERNS.values())
            )
        ):
            return name
    return None


def _line_of(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.search(text)
    return 1 + text.count("\n", 0, found.start()) if found else 0


def _table(text: str) -> tuple[str | None, int]:
    """Return "csv" or "tsv" and the line of its header, where one reads as known columns."""
    from oso_analysis.literature.readers.tabular import header_of

    found = header_of(text)
    if found is None:
        return None, 0
    return "tsv" if found.delimiter == "\t" else "csv", found.line
