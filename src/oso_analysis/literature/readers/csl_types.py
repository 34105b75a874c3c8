"""Every producer's word for a kind of publication, and the CSL type it stands for."""

from __future__ import annotations

import re

from oso_analysis.literature.readers.draft import words

__all__ = ["BIBTEX_TYPES", "CSL_TYPES", "RIS_TYPES", "csl_type", "is_canonical"]

#: The type vocabulary of CSL 1.0.2.
CSL_TYPES = words(
    """article article-journal article-magazine article-newspaper bill book broadcast chapter
    classic collection dataset document entry entry-dictionary entry-encyclopedia event figure
    graphic hearing interview legal_case legislation manuscript map motion_picture
    musical_score pamphlet paper-conference patent performance periodical
    personal_communication post post-weblog regulation report review review-book software song
    speech standard thesis treaty webpage"""
)

#: RIS `TY` codes, those of EndNote and Zotero included.
RIS_TYPES = {
    "ABST": "article-journal",
    "ADVS": "motion_picture",
    "AGGR": "dataset",
    "ANCIENT": "classic",
    "ART": "graphic",
    "BILL": "bill",
    "BLOG": "post-weblog",
    "BOOK": "book",
    "CASE": "legal_case",
    "CHAP": "chapter",
    "CHART": "figure",
    "CLSWK": "classic",
    "COMP": "software",
    "CONF": "paper-conference",
    "CPAPER": "paper-conference",
    "CTLG": "book",
    "DATA": "dataset",
    "DBASE": "dataset",
    "DICT": "entry-dictionary",
    "EBOOK": "book",
    "ECHAP": "chapter",
    "EDBOOK": "book",
    "EJOUR": "article-journal",
    "ELEC": "webpage",
    "ENCYC": "entry-encyclopedia",
    "EQUA": "figure",
    "FIGURE": "figure",
    "GEN": "document",
    "GOVDOC": "report",
    "GRANT": "document",
    "GRNT": "document",
    "HEAR": "hearing",
    "ICOMM": "personal_communication",
    "INPR": "article-journal",
    "INTV": "interview",
    "JFULL": "periodical",
    "JOUR": "article-journal",
    "LEGAL": "legislation",
    "MANSCPT": "manuscript",
    "MAP": "map",
    "MGZN": "article-magazine",
    "MPCT": "motion_picture",
    "MULTI": "webpage",
    "MUSIC": "musical_score",
    "NEWS": "article-newspaper",
    "PAMP": "pamphlet",
    "PAT": "patent",
    "PCOMM": "personal_communication",
    "POD": "broadcast",
    "PREP": "article",
    "PRESS": "article-newspaper",
    "RADIO": "broadcast",
    "RPRT": "report",
    "SER": "book",
    "SLIDE": "speech",
    "SOUND": "song",
    "STAND": "standard",
    "STAT": "legislation",
    "STD": "standard",
    "THES": "thesis",
    "UNBILL": "bill",
    "UNPB": "manuscript",
    "UNPD": "manuscript",
    "VIDEO": "motion_picture",
    "WEB": "webpage",
}

#: BibTeX and biblatex entry types.
BIBTEX_TYPES = {
    "article": "article-journal",
    "artwork": "graphic",
    "audio": "song",
    "bill": "bill",
    "book": "book",
    "bookinbook": "chapter",
    "booklet": "pamphlet",
    "collection": "book",
    "conference": "paper-conference",
    "dataset": "dataset",
    "electronic": "webpage",
    "image": "graphic",
    "inbook": "chapter",
    "incollection": "chapter",
    "inproceedings": "paper-conference",
    "inreference": "entry-encyclopedia",
    "jurisdiction": "legal_case",
    "legislation": "legislation",
    "letter": "personal_communication",
    "manual": "report",
    "mastersthesis": "thesis",
    "misc": "document",
    "movie": "motion_picture",
    "music": "song",
    "mvbook": "book",
    "mvcollection": "book",
    "mvproceedings": "book",
    "mvreference": "book",
    "newspaper": "article-newspaper",
    "online": "webpage",
    "patent": "patent",
    "periodical": "periodical",
    "phdthesis": "thesis",
    "proceedings": "book",
    "reference": "book",
    "report": "report",
    "review": "review",
    "software": "software",
    "standard": "standard",
    "suppbook": "chapter",
    "suppcollection": "chapter",
    "techreport": "report",
    "thesis": "thesis",
    "unpublished": "manuscript",
    "video": "motion_picture",
    "www": "webpage",
}

#: Words for types in Zotero, EndNote, Scopus, Web of Science, PubMed, Rayyan, Covidence and
#: EPPI-Reviewer, with everything but letters taken out.
_WORDS = {
    "abstract": "article-journal",
    "aggregateddatabase": "dataset",
    "ancienttext": "classic",
    "article": "article-journal",
    "articleinpress": "article-journal",
    "articles": "article-journal",
    "artwork": "graphic",
    "attachment": "document",
    "audiorecording": "song",
    "audiovisualmaterial": "motion_picture",
    "bill": "bill",
    "blog": "post-weblog",
    "blogpost": "post-weblog",
    "book": "book",
    "bookchapter": "chapter",
    "bookreview": "review-book",
    "books": "book",
    "booksection": "chapter",
    "bookwhole": "book",
    "case": "legal_case",
    "catalog": "book",
    "chapter": "chapter",
    "chart": "figure",
    "chartortable": "figure",
    "classicalwork": "classic",
    "clinicalstudy": "article-journal",
    "clinicaltrial": "article-journal",
    "computerprogram": "software",
    "conference": "paper-conference",
    "conferenceabstract": "paper-conference",
    "conferencepaper": "paper-conference",
    "conferenceproceeding": "paper-conference",
    "conferenceproceedings": "paper-conference",
    "conferenceproceedingsarticle": "paper-conference",
    "conferencereview": "paper-conference",
    "correction": "article-journal",
    "datapaper": "article-journal",
    "dataset": "dataset",
    "datasets": "dataset",
    "dictionary": "entry-dictionary",
    "dictionaryentry": "entry-dictionary",
    "discussionpaper": "report",
    "dissertation": "thesis",
    "dissertations": "thesis",
    "dissertationsandtheses": "thesis",
    "dissertationsampamptheses": "thesis",
    "dissertationthesis": "thesis",
    "document": "document",
    "earlyaccess": "article-journal",
    "editedbook": "book",
    "editorial": "article-journal",
    "editorialmaterial": "article-journal",
    "electronicarticle": "article-journal",
    "electronicbook": "book",
    "electronicbooksection": "chapter",
    "email": "personal_communication",
    "encyclopedia": "entry-encyclopedia",
    "encyclopediaarticle": "entry-encyclopedia",
    "erratum": "article-journal",
    "figure": "figure",
    "film": "motion_picture",
    "filmorbroadcast": "motion_picture",
    "forumpost": "post",
    "generic": "document",
    "governmentdocument": "report",
    "governmentpublication": "report",
    "grant": "document",
    "hearing": "hearing",
    "inproceedings": "paper-conference",
    "instantmessage": "personal_communication",
    "internetarticle": "webpage",
    "interview": "interview",
    "journal": "article-journal",
    "journalarticle": "article-journal",
    "journalarticles": "article-journal",
    "legalruleorregulation": "regulation",
    "letter": "article-journal",
    "livingreferencework": "book",
    "livingreferenceworkentry": "entry-encyclopedia",
    "magazine": "article-magazine",
    "magazinearticle": "article-magazine",
    "magazines": "article-magazine",
    "manuscript": "manuscript",
    "map": "map",
    "meetingabstract": "paper-conference",
    "monograph": "book",
    "music": "musical_score",
    "newspaper": "article-newspaper",
    "newspaperarticle": "article-newspaper",
    "newspapers": "article-newspaper",
    "note": "article-journal",
    "onlinedatabase": "dataset",
    "onlinemultimedia": "webpage",
    "other": "document",
    "pamphlet": "pamphlet",
    "patent": "patent",
    "peerreview": "review",
    "periodical": "article-journal",
    "personalcommunication": "personal_communication",
    "podcast": "broadcast",
    "posted": "article",
    "postedcontent": "article",
    "preprint": "article",
    "presentation": "speech",
    "pressrelease": "article-newspaper",
    "proceedingspaper": "paper-conference",
    "proceedingsarticle": "paper-conference",
    "radiobroadcast": "broadcast",
    "referenceentry": "entry-encyclopedia",
    "referencework": "book",
    "referenceworkentry": "entry-encyclopedia",
    "report": "report",
    "reports": "report",
    "reportssection": "chapter",
    "retracted": "article-journal",
    "retraction": "article-journal",
    "review": "article-journal",
    "scholarlyjournal": "article-journal",
    "scholarlyjournals": "article-journal",
    "serial": "book",
    "serialbookmonograph": "book",
    "shortsurvey": "article-journal",
    "software": "software",
    "standard": "standard",
    "statute": "legislation",
    "thesis": "thesis",
    "theses": "thesis",
    "tradejournals": "article-magazine",
    "tvbroadcast": "broadcast",
    "unpublished": "manuscript",
    "unpublishedwork": "manuscript",
    "videorecording": "motion_picture",
    "web": "webpage",
    "webpage": "webpage",
    "website": "webpage",
    "workingpaper": "report",
    "workingpapers": "report",
}
#: IEEE Xplore's words, which begin with the publisher: "MIT Press eBook Chapters".
_OF_PUBLISHERS = {
    "conferences": "paper-conference",
    "journals": "article-journal",
    "magazines": "article-magazine",
    "standards": "standard",
    "earlyaccessarticles": "article-journal",
    "ebooks": "book",
    "ebookchapters": "chapter",
}
_OF_PUBLISHER = re.compile(
    r"\S.* (conferences|journals|magazines|standards|early access articles|ebooks"
    r"|ebook chapters)",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^a-z]")
_known: dict[str, str | None] = {}
#: The one word for each CSL type that needs no copy in `extra`, as nothing is lost by it.
_CANONICAL = words(
    """JOUR RPRT CHAP BOOK THES CPAPER CONF GEN LEGAL NEWS MGZN DATA PAT COMP BLOG HEAR STAND
    VIDEO article techreport report incollection book inproceedings thesis misc online patent
    dataset software unpublished journalarticle booksection conferencepaper generic webpage
    web newspaperarticle magazinearticle statute document blogpost bill case manuscript"""
)


def csl_type(word: str) -> str | None:
    """Return the CSL type that a producer's word stands for, or None where it is not known.

    Several words ("Article; Early Access") are tried in turn, and a qualified one
    ("Dissertations & Theses") as a whole first.
    """
    try:
        return _known[word]
    except KeyError:
        pass
    found = _look_up(word)
    if len(_known) < 10_000:
        _known[word] = found
    return found


def _look_up(word: str) -> str | None:
    bare = word.strip()
    if bare.lower() in CSL_TYPES:
        # "article" and "review" mean a journal article wherever CSL itself is not spoken.
        return _WORDS.get(bare.lower(), bare.lower())
    if bare.upper() in RIS_TYPES:
        return RIS_TYPES[bare.upper()]
    whole = _WORDS.get(_LETTERS.sub("", bare.lower()))
    if whole is not None:
        return whole
    if (named := _OF_PUBLISHER.fullmatch(bare)) is not None:
        return _OF_PUBLISHERS[named[1].lower().replace(" ", "")]
    for part in re.split(r"[;,|:/&(]| and ", bare):
        part_type = _WORDS.get(_LETTERS.sub("", part.lower()))
        if part_type is not None:
            return part_type
    return None


def is_canonical(word: str) -> bool:
    """Whether the CSL type alone brings `word` back, so that no copy of it is needed."""
    return word in _CANONICAL or _LETTERS.sub("", word.lower()) in _CANONICAL
