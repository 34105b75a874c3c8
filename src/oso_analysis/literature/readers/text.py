"""Single values: whitespace, DOIs, years, page ranges, identifiers."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import unquote

__all__ = [
    "DOI_RESOLVER",
    "NO_ADDRESS",
    "NO_TITLE",
    "PAGE_ENDINGS",
    "clean",
    "clean_doi",
    "find_doi",
    "find_pmid",
    "find_year",
    "first_address",
    "is_issn",
    "is_pmid",
    "join_numbers",
    "join_pages",
    "split_serial_number",
    "without_view",
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
    *(".short", ".long", ".abstract", ".abstract.pdf"),
    *(".full", ".full.pdf", ".full.pdf+html", ".full-text", ".full.html"),
    *("/full", "/fulltext", "/abstract", "/pdf", "/epdf", "/html", "/full/html", "/full/pdf"),
    "/meta",
)
#: The same with a place on the page or a question to the site behind it. A DOI itself may have
#: these signs, as Wiley's old ones have at their ends.
_VIEW = re.compile(rf"(?:{'|'.join(map(re.escape, PAGE_ENDINGS))})(?:[#?]\S*)?$")
#: bioRxiv's and medRxiv's addresses have the version too, which the DOI has not.
_VERSION = re.compile(r"(10\.1101/(?:\d{4}\.\d\d\.\d\d\.)?\d{6,})v[1-9]")
_YEAR = re.compile(r"(?<!\d)(1[4-9]\d\d|20\d\d)(?!\d)")
_COMPACT_DATE = re.compile(r"(?<!\d)(1[4-9]\d\d|20\d\d)(?:0[0-9]|1[0-2])(?:[0-2]\d|3[01])(?!\d)")
_ISSN = re.compile(r"(?<![\dXx-])(\d{4})-?(\d{3}[\dXx])(?![\dXx-])")
_ONE_ISSN = re.compile(r"\d{4}-\d{3}[\dX]")
_ISBN = re.compile(r"(?<![\dXx])(?:97[89][- ]?)?\d(?:[- ]?\d){8}[- ]?[\dXx](?![\dXx])")
_LABEL = r"(?:PubMed|PMID|MEDLINE)(?:[ _-]?(?:ID|no|number)\b)?"
_EUROPE = r"europepmc\.org/\w{1,20}/MED/"
_NUMBER = "0*([1-9][0-9]{0,7})"
#: PubMed numbers and nothing else: bare, with their label, or as an address of PubMed's. Only the
#: ten digits count, which `\d` has more of; a comma between groups of three makes no list.
_PMID = re.compile(
    rf"[\s(\[]*+(?:{_LABEL}[\s:#=.]*|\S{{0,100}}pubmed\S{{0,100}}/"
    rf"|(?:https?://)?(?:[\w-]{{1,40}}\.){{0,6}}(?:nih\.gov/|{_EUROPE}))?"
    rf"{_NUMBER}(?:\.0)?(?:\s*[\[(](?:PubMed|PMID|MEDLINE)\b[^\])]*[\])]|/?[?#]\S*)?"
    r"(?P<others>(?:\s*[;|]\s*(?:PMC)?[0-9]{1,8}|(?:\s*,\s*|\s+)(?:PMC)?[0-9]{4,8})*)[\s.,;:)\]/]*",
    re.IGNORECASE,
)
_LABELLED_PMID = re.compile(
    rf"(?:\b(?:(?:PubMed|PMID)(?:[ _-]ID)?[:\s]|MEDLINE:)\s*|nih\.gov/(?:pubmed/)?|{_EUROPE})"
    rf"{_NUMBER}(?!\w)",
    re.IGNORECASE,
)


def clean(value: str) -> str:
    """Collapse whitespace and drop invisible characters; the rest stays as it was."""
    if _UNTIDY.search(value) is None:
        return value
    return " ".join(_INVISIBLE.sub("", value).split())


def first_address(values: Iterable[str]) -> str | None:
    """Return the address to be taken of several: the first of the web, else the first of any kind.

    None where there is none but what EndNote and Web of Science open by themselves.
    """
    others = [value for value in values if not value.startswith(NO_ADDRESS)]
    web = (value for value in others if value[:4].lower() == "http")
    return next(web, others[0] if others else None)


def clean_doi(value: str) -> str | None:
    """Return the first DOI in `value`, lower case and bare, or None where there is none."""
    return find_doi(value)[0]


def find_doi(value: str) -> tuple[str | None, bool]:
    """Return the DOI as `clean_doi` does, and whether the ending of an address was cut from it."""
    if "%2" in value or "%3" in value:
        value = unquote(value)
    if "&" in value:
        value = html.unescape(value)
    found = _DOI.search(value)
    if found is None:
        return None, False
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
    bare = without_view(doi)
    return (bare if not bare.endswith("/") else None), bare != doi


def without_view(doi: str) -> str:
    """Return a DOI without what names a view of its page, where more than its prefix is left.

    Examples
    --------
    >>> without_view("10.1111/abc.12/full#b12")
    '10.1111/abc.12'
    >>> without_view("10.1101/2020.01.01.123456v1.full")
    '10.1101/2020.01.01.123456'
    """
    # Most have none of this, which is told at a tenth of the cost.
    if not (doi.endswith(PAGE_ENDINGS) or "#" in doi or "?" in doi):
        return doi
    view = _VIEW.search(doi)
    if view is None:
        return doi
    rest = doi[: view.start()]
    if version := _VERSION.fullmatch(rest):
        return version[1]
    return rest if _DOI.fullmatch(rest) else doi


def is_pmid(value: str) -> bool:
    """Whether `value` is a PubMed number and nothing else, not even its label."""
    return len(value) < 9 and value.isdigit() and value.isascii() and value[0] != "0"


def find_pmid(value: str) -> tuple[str | None, bool]:
    """Return the first PubMed number in `value`, and whether `value` says no more than that.

    Other numbers beside it, as those of Embase in Cochrane's exports, are none of PubMed's.

    Examples
    --------
    >>> find_pmid("PubMed ID: 28697043"), find_pmid("28697043; 28697044"), find_pmid("EMBASE 6")
    (('28697043', True), ('28697043', False), (None, False))
    """
    whole = _PMID.fullmatch(value)
    found = whole or _LABELLED_PMID.search(value)
    return (found[1] if found else None), whole is not None and not whole["others"]


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


def join_numbers(have: str | None, more: str | None) -> str | None:
    """Return the numbers of two values as `split_serial_number` has them, each once."""
    if not have or not more:
        return have or more or None
    return "; ".join(dict.fromkeys([*have.split("; "), *more.split("; ")]))


def is_issn(value: str) -> bool:
    """Whether `value` is one ISSN with its hyphen and nothing else."""
    return len(value) == 9 and _ONE_ISSN.fullmatch(value) is not None


def split_serial_number(value: str) -> tuple[str | None, str | None, bool]:
    """Tell the ISBNs and ISSNs in one value apart.

    Returns
    -------
    isbn, issn : str or None
        Several joined by "; "; an ISSN with its hyphen, an ISBN as written.
    whole : bool
        False where `value` says more than these numbers, or has none.
    """
    if is_issn(value):
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
