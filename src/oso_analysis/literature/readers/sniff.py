"""Which format a file is in, told from its content alone."""

from __future__ import annotations

import re

__all__ = ["FORMATS", "sniff"]

#: Formats read, by the name used in the table of files.
FORMATS = {
    "ris": "RIS",
    "bibtex": "BibTeX",
    "csl-json": "CSL-JSON",
    "endnote-xml": "EndNote XML",
    "medline": "PubMed nbib / MEDLINE",
    "wos": "Web of Science tagged text",
    "csv": "CSV",
    "tsv": "TSV",
    "xlsx": "Excel workbook",
}

_HEAD = 200_000
_RIS = re.compile(r"^[ \t]*TY[ \t]{0,4}-", re.MULTILINE)
_RIS_LOOSE = re.compile(r"^[A-Z][A-Z0-9]  - ?\S", re.MULTILINE)
_BIBTEX = re.compile(r"(?:^|\})[ \t]*@[ \t]*[A-Za-z]\w*[ \t]*[{(]", re.MULTILINE)
_MEDLINE = re.compile(
    r"^(?:PMID|OWN |STAT|DCOM|EDAT|MHDA|CRDT|PHST|LID |DEP |JT  )- ", re.MULTILINE
)
_WOS = re.compile(r"^(?:FN|VR|PT|AU|AF|TI|SO|UT|ER|EF)(?: |$)", re.MULTILINE)
_XML = re.compile(r"\s*<(?:\?xml|!--|!DOCTYPE|[A-Za-z_])")
_RECORD = re.compile(r"<(?:[\w.-]+:)?record(?=[\s>/])")
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
        return "endnote-xml" if _ENDNOTE.search(head) else None
    counts = {
        "ris": len(_RIS.findall(head)) * 4 + len(_RIS_LOOSE.findall(head)),
        "bibtex": len(_BIBTEX.findall(head)) * 4,
        "medline": len(_MEDLINE.findall(head)) * 3,
        "wos": len(_WOS.findall(head)),
    }
    best = max(counts, key=lambda name: counts[name])
    table = _table(head)
    if table and not (counts[best] and head.lstrip("%").startswith("@")) and counts[best] < 6:
        return table
    if counts[best]:
        if best == "wos" and not re.search(r"^(?:PT |FN |ER$|EF$)", head, re.MULTILINE):
            return table
        return best
    return table


def _table(head: str) -> str | None:
    """Return "csv" or "tsv" where the first line reads as a header of known columns."""
    from oso_analysis.literature.readers.tabular import header_of

    found = header_of(head)
    if found is None:
        return None
    return "tsv" if found.delimiter == "\t" else "csv"
