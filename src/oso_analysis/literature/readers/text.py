"""Single values: whitespace, DOIs, years, page ranges, identifiers."""

from __future__ import annotations

import html
import re
import unicodedata
from urllib.parse import unquote

__all__ = [
    "DOI_RESOLVER",
    "NO_ADDRESS",
    "NO_TITLE",
    "PAGE_ENDINGS",
    "clean",
    "clean_doi",
    "find_pmid",
    "find_year",
    "join_pages",
    "split_serial_number",
]

#: What an address begins with that leads to a DOI; a pattern, without regard to case.
DOI_RESOLVER = r"https?://(?:dx\.)?doi\.org/"
#: How what EndNote and Web of Science open by themselves begins; no browser does.
NO_ADDRESS = ("internal-pdf://", "<Go to ISI>")
#: What databases write for want of a title; a work may be called "No title" without more.
NO_TITLE = re.compile(
    r"\[?(?:no title|title not) (?:available|captured|found|given|provided|supplied)\.?\]?\.?"
    r"|\[(?:no title|not available|in process citation)\.?\]\.?",
    re.IGNORECASE,
)
_UNTIDY = re.compile(r"[\t\n\x0b\x0c\r\x1c-\x1f\x85\xa0\u2028\u2029\u200b\u2060\ufeff]|  |^ | $")
_INVISIBLE = re.compile(r"[\u200b\u2060\ufeff]")
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+")
#: What publishers' addresses have after the DOI, for one view of the page; no DOI ends so.
PAGE_ENDINGS = (
    *(".short", ".abstract", ".full", ".full.pdf", ".full-text", ".full.html"),
    *("/full", "/abstract", "/pdf", "/epdf", "/html", "/full/html", "/full/pdf"),
)
_YEAR = re.compile(r"(?<!\d)(1[4-9]\d\d|20\d\d)(?!\d)")
_COMPACT_DATE = re.compile(r"(?<!\d)(1[4-9]\d\d|20\d\d)(?:0[0-9]|1[0-2])(?:[0-2]\d|3[01])(?!\d)")
_ISSN = re.compile(r"(?<![\dXx-])(\d{4})-?(\d{3}[\dXx])(?![\dXx-])")
_ONE_ISSN = re.compile(r"\d{4}-\d{3}[\dX]")
_ISBN = re.compile(r"(?<![\dXx])(?:97[89][- ]?)?\d(?:[- ]?\d){8}[- ]?[\dXx](?![\dXx])")
#: A PubMed number alone: bare, with its label, or as an address of PubMed's.
_PMID = re.compile(
    r"(?:(?:PubMed|PMID)[:\s]*|https?://(?:\w+\.)*nih\.gov/(?:pubmed/)?)?(\d{1,8})(?: \[PMID\]|/)?",
    re.IGNORECASE,
)
_LABELLED_PMID = re.compile(
    r"(?:\b(?:PubMed|PMID)[:\s]\s*|nih\.gov/(?:pubmed/)?)(\d{1,8})(?!\w)", re.IGNORECASE
)


def clean(value: str) -> str:
    """Collapse whitespace and drop invisible characters; the rest stays as it was."""
    if _UNTIDY.search(value) is None:
        return value
    return " ".join(_INVISIBLE.sub("", value).split())


def clean_doi(value: str) -> str | None:
    """Return the first DOI in `value`, lower case and bare, or None where there is none."""
    if "%2" in value or "%3" in value:
        value = unquote(value)
    if "&" in value:
        value = html.unescape(value)
    found = _DOI.search(value)
    if found is None:
        return None
    doi = found.group().lower()
    while doi:
        last = doi[-1]
        if (
            last in ".,;:'\"*>]}’”"
            or (last == ")" and doi.count("(") < doi.count(")"))
            or unicodedata.category(last) in ("Cf", "Cc")
        ):
            doi = doi[:-1]
        else:
            break
    doi = _without_ending(doi)
    return doi if not doi.endswith("/") else None


def _without_ending(doi: str) -> str:
    """Return a DOI without what names a view of its page, where more than its prefix is left."""
    if doi.endswith(PAGE_ENDINGS):
        ending = max((one for one in PAGE_ENDINGS if doi.endswith(one)), key=len)
        rest = doi.removesuffix(ending)
        return rest if _DOI.fullmatch(rest) else doi
    return doi


def find_pmid(value: str) -> tuple[str | None, bool]:
    """Return the PubMed number in `value`, and whether `value` says no more than that.

    Other numbers beside it, as those of Embase in Cochrane's exports, are none of PubMed's.
    """
    whole = _PMID.fullmatch(value)
    found = whole or _LABELLED_PMID.search(value)
    return (found[1] if found else None), whole is not None


def find_year(value: str) -> int | None:
    """Return the first four-digit year between 1400 and 2099 in a date however written."""
    found = _YEAR.search(value) or _COMPACT_DATE.search(value)
    return int(found.group(1)) if found else None


def join_pages(first: str | None, last: str | None) -> str | None:
    """Return `first-last`, or whichever of the two there is."""
    if first is None or last is None:
        return first if first is not None else last
    if first == last or first.endswith(f"-{last}") or first.endswith(f"–{last}"):
        return first
    if last.startswith(f"{first}-") or last.startswith(f"{first}–"):
        return last
    return f"{first}-{last}"


def split_serial_number(value: str) -> tuple[str | None, str | None, bool]:
    """Tell the ISBNs and ISSNs in one value apart.

    Returns
    -------
    isbn, issn : str or None
        Several joined by "; "; an ISSN with its hyphen, an ISBN as written.
    whole : bool
        False where `value` says more than these numbers, or has none.
    """
    if len(value) == 9 and _ONE_ISSN.fullmatch(value):
        return None, value, True
    rest = value
    isbns: list[str] = []
    issns: list[str] = []
    for found in _ISBN.finditer(value):
        number = found.group().strip()
        if len(re.sub(r"[- ]", "", number)) in (10, 13) and number not in isbns:
            isbns.append(number)
            rest = rest.replace(number, " ", 1)
    for match in _ISSN.finditer(rest):
        number = f"{match.group(1)}-{match.group(2).upper()}"
        if number not in issns:
            issns.append(number)
    rest = _ISSN.sub(" ", rest)
    return "; ".join(isbns) or None, "; ".join(issns) or None, not rest.strip(" ,;/|.")
