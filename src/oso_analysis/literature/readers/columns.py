"""The columns of spreadsheets and CSV files: which heading stands for which record column.

Headings are compared without case, spaces and punctuation. `SYNONYMS` lists, for each record
column, the headings that stand for it, the one to be preferred first, `abroad.ABROAD` those in
other languages; `KEPT` lists headings that are known and have no column, so that they go to `extra`
without a remark.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from oso_analysis.literature.readers.abroad import ABROAD
from oso_analysis.literature.readers.draft import words

__all__ = ["KEPT", "NUMBERS", "SYNONYMS", "bare", "known_headings", "target_of", "targets_of"]

#: Record column (or `key`, `date`, `first_page`, `last_page`, `serial`) and its headings.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "key": (
        "Key", "EID", "UT (Unique WOS ID)", "Unique WOS ID", "UT", "Covidence #", "Covidence ID",
        "Item ID", "ItemId", "Record ID", "Accession Number", "StoreId", "Lens ID",
        "UT (Unique ID)", "Publication ID", "Article ID", "Citation key", "BibTeX key",
        "Reference ID", "ID",
    ),
    "type": (
        "Item Type", "Document Type", "Publication Type", "Reference Type", "Type of reference",
        "TypeName", "Type Name", "PubType", "Pub Type", "Entry Type", "DocType", "documentType",
        "Type of work", "Type of publication", "Source type", "DT", "Type", "Content Type",
        "Document Identifier",
    ),
    "title": (
        "Title", "Article Title", "Document Title", "Primary Title", "Publication Title (full)",
        "Item Title", "Study Title", "Paper Title", "Work Title", "TI", "T1", "Display Name",
        "Title Primary", "Titles", "Article Title - SciELO", "Article Title - Chinese",
        "Article Title - Russian",
    ),
    "authors": (
        "Author full names", "Author Full Name", "AF", "Author", "Authors", "Author(s)",
        "Authors/Creators", "Author/s", "Author Names", "AU", "Creator", "Creators", "By",
        "Primary Authors", "First Authors", "Group Authors", "Book Author Full Names",
        "Book Authors", "Inventors", "authorships.author.display_name", "Authors, Primary",
        "Author, editor or organization",
    ),
    "date": (
        "Publication Year", "Published Year", "Year", "PubYear", "Year of Publication", "Pub Year",
        "Year Published", "PY", "Publication Date", "Date", "Date Published", "Published",
        "Pub Date", "Issued", "Book Year", "Early Access Date", "Cover Date", "Year derived",
        "Volume year", "Published online date", "Publish Date",
    ),
    "container": (
        "Publication Title", "Source title", "Journal", "Journal Title", "Journal/Book",
        "Journal Name", "Alternate Title 1", "Source Title (full)", "Parent Title",
        "ParentTitle", "Secondary Title",
        "pubtitle", "Book Title", "Container Title", "Periodical", "SO",
        "Proceedings Title", "Conference Title", "Conference Name", "Journal Abbreviation",
        "Abbreviated Source Title", "Journal ISO Abbreviation",
        "primary_location.source.display_name", "Periodical Full", "Title Secondary", "Venue",
        "Periodical Abbrev", "Source Title - Korean", "Source Title - Arabic", "Source",
    ),
    "volume": (
        "Volume", "Vol", "Vol.", "VL", "Journal Volume", "Volume Number", "biblio.volume",
    ),
    "issue": (
        "Issue", "Issue Number", "No.", "IS", "Journal Issue", "Number", "biblio.issue",
    ),
    "pages": (
        "Pages", "Page", "Page range", "Pagination", "Page numbers", "Page(s)",
    ),
    "first_page": (
        "Page start", "Start Page", "StartPage", "First Page", "BP", "biblio.first_page",
        "Beginning Page",
    ),
    "last_page": (
        "Page end", "End Page", "EndPage", "Last Page", "EP", "biblio.last_page", "Other Pages",
        "Ending Page",
    ),
    "article_number": ("Art. No.", "Article Number", "Article No.", "AR"),
    "publisher": (
        "Publisher", "Institution", "Publisher Name", "University", "PU", "Publisher/Institution",
        "primary_location.source.host_organization_name",
    ),
    "place": (
        "Place", "Place of Publication", "Place Published",
        "placeOfPublication", "Publisher City", "City",
        "Location", "Publisher Location", "PI", "Publisher Address", "Country of publication",
    ),
    "edition": ("Edition",),
    "doi": (
        "DOI", "DOI Link", "DI", "Digital Object Identifier", "Item DOI", "ids.doi", "Book DOI",
        "D2", "DOI name", "DOIs",
    ),
    "isbn": ("ISBN", "ISBNs", "BN"),
    "issn": ("ISSN", "ISSNs", "SN", "eISSN", "EI", "Print ISSN", "Electronic ISSN",
        "primary_location.source.issn_l", "primary_location.source.issn"),
    "serial": ("Standard Number", "StandardNumber", "Standard Number (ISBN/ISSN)",
        "ISBN/ISSN", "ISSN/ISBN"),
    "pmid": ("PMID", "PubMed ID", "pubmed_id", "Pubmed Id", "PubMedID", "PM", "Medline ID",
        "Medline PMID",        "ids.pmid"),
    "url": (
        "Url", "URL", "Link", "URLs", "DocumentURL", "Document URL", "ArticleURL", "PLink",
        "Source URLs", "External URL", "Web address", "Web link", "Links", "Permalink",
        "primary_location.landing_page_url", "PDF Link", "Online address",
    ),
    "language": ("Language", "Language of Original Document", "Language of Article",
        "LA", "Languages"),
    "abstract": ("Abstract", "Abstract Note", "AB", "Summary", "Abstracts", "Notes Abstract",
        "Abstract - English Transliteration", "Abstract - Foreign", "Abstract - Korean"),
    "keywords": (
        "Author Keywords", "Keywords", "Manual Tags", "Keyword", "Tags", "DE", "Subject Terms",
        "Subjects", "identifierKeywords", "Index Keywords", "Automatic Tags", "Keywords Plus",
        "MeSH Terms", "Subject", "keywords.display_name", "Descriptor(s)", "Keyword(s)",
    ),
}  # fmt: skip

#: Headings that the producers write and that have no column of their own.
KEPT: tuple[str, ...] = tuple(
    heading.strip()
    for heading in """
    Date Added|Date Modified|Access Date|Num Pages|Number Of Volumes|Short Title|Series|
    Series Number|Series Text|Series Title|Rights|Archive|Archive Location|Library Catalog|
    Call Number|Extra|Notes|File Attachments|Link Attachments|Editor|Series Editor|Translator|
    Contributor|Attorney Agent|Book Author|Cast Member|Commenter|Composer|Cosponsor|Counsel|
    Interviewer|Producer|Recipient|Reviewed Author|Scriptwriter|Words By|Guest|
    Running Time|Scale|Medium|Artwork Size|Filing Date|Application Number|Assignee|
    Issuing Authority|Country|Alternate Title 2|Alternate Title 3|File Attachments 2|Note|
    Secondary Authors|Tertiary Authors|Author Address|Name of Database|Database Provider|
    Original Title|Original Abstract|Copyright|Open URL Link|Clinical Trial Numbers|
    Drug Manufacturer|Drug Tradenames|Device Manufacturer|Device Tradenames|Emtree Drug Index Terms|
    Emtree Medical Index Terms|Emtree Drug Index Terms (Major Focus)|
    Emtree Medical Index Terms (Major Focus)|Meeting Name|Court|References|Reporter|
    Legal Status|Priority Numbers|Programming Language|Version|System|Code|Code Number|Section|
    Session|Committee|History|Legislative Body|Author(s) ID|Page count|Cited by|Affiliations|
    Authors with affiliations|Molecular Sequence Numbers|Chemicals/CAS|Tradenames|Manufacturers|
    Funding Details|Funding Texts|Funding Text|Access Type|
    Correspondence Address|Editors|Sponsors|Conference date|Conference location|
    Conference code|CODEN|Publication Stage|Open Access|Book Editors|Book Group Authors|
    Researcher Ids|ORCIDs|Book Series Title|Book Series Subtitle|Conference Sponsor|
    Conference Host|Addresses|Reprint Addresses|Email Addresses|Funding Orgs|
    Funding Name Preferred|
    Cited References|Cited Reference Count|Times Cited, WoS Core|Times Cited, All Databases|
    180 Day Usage Count|Since 2013 Usage Count|Publication Type Code|Part Number|Supplement|
    Special Issue|Meeting Abstract|Number of Pages|WoS Categories|Web of Science Index|
    Research Areas|IDS Number|Open Access Designations|Highly Cited Status|Hot Paper Status|
    Date of Export|Web of Science Record|Journal Abbreviation (29)|Month|Day|pmc_id|PMCID|PMC ID|
    Published Month|Ref|Study|Reviewer|Inclusion|Exclusion Reason|Exclusion Reasons|Labels|Decision|
    Citation|First Author|Create Date|NIHMS ID|Availability|Comments|Old Item ID|OldItemId|
    Sourced from|Imported From|Included|Master Item ID|Duplicate|Item status|Users notes|
    customizations|
    ArticleType|AuthorAffiliation|companies|copyright|entryDate|languageOfSummary|classification|
    classificationCodes|majorClassificationCodes|startPage|subjectTerms|subjects|FindACopy|Database|
    digitalObjectIdentifier|notes|placeOfPublication|pubdate|Provider|Subtitle|Doctype Code|
    Cites|CitesURL|GSRank|QueryDate|CitationURL|ECC|CitesPerYear|CitesPerAuthor|AuthorCount|Age|
    FullTextURL|RelatedURL|Rank|Publication Year (online)|Publication Date (online)|
    Publication Date (print)|Anthology title|MeSH terms|Mesh|Funder|Funders|Dimensions URL|
    Times cited|Altmetric|Source Country|Country of Publication|
    Author Affiliations|Date Added To Xplore|Online Date|Issue Date|Meeting Date|
    Funding Information|IEEE Terms|INSPEC Controlled Terms|INSPEC Non-Controlled Terms|Mesh_Terms|
    Article Citation Count|Patent Citation Count|Reference Count|License|Copyright Year|
    Fields of Study|Chemicals|Funding|Microsoft Academic ID|Citing Patents Count|
    Citing Works Count|Is Open Access|Open Access License|Open Access Colour|
    Abstract inverted index|Apc list|Apc paid|Cited by count|Corresponding author ids|
    Corresponding institution ids|Countries distinct count|Counts by year|Created date|
    Fulltext origin|Fwci|Has abstract|Has content|Has fulltext|Indexed in|
    Institution assertions|Institutions distinct count|Is paratext|Is retracted|Is xpac|
    Locations count|Referenced works|Referenced works count|Related works|Related works count|
    Relevance score|Type crossref|Updated date|
    Author/Address|Authors, Secondary|Authors, Tertiary|Authors, Quaternary|Authors, Quinary|
    Title, Tertiary|Personal Notes|Sub file/Database|Original Foreign Title|Data Source|
    Identifying Phrase|Retrieved Date|Shortened Title|Classification|Publication Country|
    Categories|Groups|Locations|Year of online publication|
    CENTRAL ID|Embase ID|CTgov ID|CINAHL ID|ICTRP ID|Database Name|Cochrane Review Group Code|
    SR_FULL|AU_UN|AU_UN_NR|AU1_UN|AU_CO|AU1_CO|chemicals_cas|page_count|
    Embase Classifications|Embase Accession Number|Full Text Link|AiP/IP Entry Date|
    Full Record Entry Date|
    Corporate Authors|Total Citations|Average per Year|Author - Arabic|Patent Number|
    Grant Principal Investigator|Grant Co Principal Investigator|Patent Assignee|Version History|
    License Name|License URI|License Description|Times Cited, CSCD|Times Cited, RSCI|
    Times Cited, ARCI|Times Cited, BCI|Times Cited, SCIELO|Grant Number|No of References|Advisor|
    Committee Member|Degree Name|Institution Address|Dissertation and Thesis Subjects|Indexed Date|
    PUI|Date of Publication|Imported ID|Parent author(s)|Author addresses|Emtree terms|
    PT|BA|BE|GP|BF|CA|SE|BS|CT|CY|CL|SP|HO|ID|C1|C3|RP|EM|RI|OI|FU|FP|FX|CR|NR|TC|Z9|U1|U2|J9|JI|
    PD|PN|SU|SI|MA|EA|PG|WC|WE|SC|GA|OA|HC|HP|DA|PA
    """.replace("\n", "").split("|")
)

_NOT_WORD = re.compile(r"[\W_]+")
#: Tab-delimited Web of Science files head their columns with tags, where some mean other things.
_WOS_ONLY = words(
    """TI AF AU PY SO VL IS BP EP AR PU PI DI BN SN EI PM LA AB DE UT DT SE ID SP T1 D2"""
)


def bare(heading: str) -> str:
    """Return a heading as headings are compared: lower case, letters and digits only."""
    return _NOT_WORD.sub("", heading).lower().lstrip("\ufeff")


_TARGETS = {bare(KEPT_HEADING): "" for KEPT_HEADING in KEPT}
_TARGETS.update(
    {
        bare(heading): column
        for column, headings in SYNONYMS.items()
        for heading in headings
        if heading not in _WOS_ONLY or heading == "ID"
    }
)
_TAGS = {
    heading: column
    for column, headings in SYNONYMS.items()
    for heading in headings
    if heading in _WOS_ONLY and heading != "ID"
}
_TARGETS.update(
    {
        heading: column
        for column, headings in ABROAD.items()
        for heading in map(bare, headings)
        if heading not in _TARGETS
    }
)
#: All headings of each column, those in other languages last.
_HEADINGS = {column: (*names, *ABROAD.get(column, ())) for column, names in SYNONYMS.items()}
_ORDER = {
    (column, bare(heading)): rank
    for column, headings in _HEADINGS.items()
    for rank, heading in reversed(list(enumerate(headings)))
}

#: Headings with a number after them, and OpenAlex's: the path to a value in its own records.
_KEPT_LIKE = re.compile(
    r"\s*(?:funding.text.\d+|(?:apc_list|apc_paid|authorships|awards|best_oa_location|biblio"
    r"|cited_by_percentile_year|citation_normalized_percentile|concepts|counts_by_year|funders"
    r"|grants|ids|institution_assertions|institutions|keywords|locations|mesh|open_access"
    r"|primary_location|primary_topic|sustainable_development_goals|topics)\.[a-z_.]+)\s*",
    re.IGNORECASE,
)

#: Tables whose headings are RIS tags, as tools that read RIS write them.
_RIS_TAGS = {
    "TY": "type", "TI": "title", "T1": "title", "AU": "authors", "A1": "authors", "PY": "date",
    "Y1": "date", "DA": "date", "JO": "container", "JF": "container", "T2": "container",
    "VL": "volume", "IS": "issue", "SP": "first_page", "EP": "last_page", "SN": "serial",
    "UR": "url", "DO": "doi", "AB": "abstract", "N2": "abstract", "KW": "keywords",
    "PB": "publisher", "CY": "place", "LA": "language", "ET": "edition", "ID": "key",
}  # fmt: skip
#: Ovid's labels of fields; `UI` is also the PubMed number where the database is MEDLINE.
_OVID_TAGS = {
    "UI": "key", "AN": "key", "TI": "title", "AU": "authors", "YR": "date", "PY": "date",
    "DP": "date", "JN": "container", "NJ": "container", "BT": "container", "JA": "container",
    "VO": "volume", "VI": "volume", "IP": "issue", "PG": "pages", "PB": "publisher", "DO": "doi",
    "IB": "isbn", "IS": "issn", "UR": "url", "LG": "language", "AB": "abstract",
    "KW": "keywords", "MH": "keywords", "PT": "type", "SO": "container",
}  # fmt: skip


def target_of(heading: str, *, tags: str) -> str | None:
    """Return what a heading stands for: a column, "" for `extra`, or None where it is unknown.

    Parameters
    ----------
    heading : str
    tags : str
        "wos", "ris" or "ovid" where the file heads its columns with tags of that kind; else empty.
    """
    if tags == "ovid" and heading.strip().isupper() and len(heading.strip()) <= 3:
        return _OVID_TAGS.get(heading.strip(), "")
    if tags and len(heading.strip()) == 2:
        return (_TAGS if tags == "wos" else _RIS_TAGS).get(heading.strip(), "")
    target = _TARGETS.get(bare(heading))
    return "" if target is None and _KEPT_LIKE.fullmatch(heading) else target


#: Headings that stand for a column only where it has no other, though elsewhere they are kept.
_FOR_WANT = {"firstauthor": "authors", "dateofpublication": "date"}
#: Headings in other languages that are English words for something else.
_FALSE_FRIENDS = words("editorial")
_ABROAD = frozenset(heading for names in ABROAD.values() for heading in map(bare, names)) - {
    bare(name) for names in SYNONYMS.values() for name in names
}
#: Headings of an issue that as often number the rows.
NUMBERS = words("""no number nummer numéro numero número""")
#: Headings of journals, beside which "Source" is none; other containers some entries lack.
_JOURNALS = words(
    """publicationtitle sourcetitle journal journaltitle journalbook journalname sourcetitlefull
    parenttitle pubtitle periodical periodicalfull periodicalabbrev so"""
)


def targets_of(names: Sequence[str], *, tags: str) -> list[str | None]:
    """Return what the headings of a table stand for, each beside the others; see `target_of`.

    "Source" is a journal where no other heading is one, else mostly the database; "No." and
    "Number" are issues beside volumes only and never first of all, where they number the rows (as
    their values may show as well); "First Author" stands for authors, and "Date of
    Publication" for the year, where no other heading does. "Editorial" is a publisher beside other
    words of its language.
    """
    targets = [target_of(name, tags=tags) for name in names]
    if tags == "ovid" and not {"JN", "NJ"}.isdisjoint(names):
        # Where the journal stands alone, its citation is only that.
        targets = ["" if name == "SO" else to for name, to in zip(names, targets, strict=True)]
    headings = [bare(name) for name in names]
    given = {(target, heading) for target, heading in zip(targets, headings, strict=True)}
    columns = {target for target, _ in given}
    kept: set[str] = set()
    if not _JOURNALS.isdisjoint(headings):
        kept.add("source")
    if "volume" not in columns or any(
        target == "issue" and heading not in NUMBERS for target, heading in given
    ):
        kept |= NUMBERS
    if _ABROAD.isdisjoint(set(headings) - _FALSE_FRIENDS):
        kept |= _FALSE_FRIENDS
    first = next((at for at, heading in enumerate(headings) if heading), 0)
    for at, heading in enumerate(headings):
        if heading in kept or (at == first and heading in NUMBERS):
            targets[at] = ""
        elif (column := _FOR_WANT.get(heading)) and column not in columns:
            targets[at] = column
    return targets


def rank_of(column: str, heading: str) -> int:
    """Return how much a heading is preferred for `column`; lower comes first."""
    return _ORDER.get((column, bare(heading)), 99)


def known_headings() -> list[str]:
    """Return every heading there is a rule for but two-letter tags, which are like anything."""
    known = {name for names in _HEADINGS.values() for name in names} | set(KEPT)
    return sorted(name for name in known if len(name) > 2)
