# ruff: noqa: SIM905 (lists of words read better as text)
"""Words that mean something to de-duplication whatever the subject of the review.

None of these lists is drawn from a collection of records: they are function words, words that any
publication may carry in its title, words that mark a text *about* another text, and the spellings
in which British and American English differ.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = [
    "BOOK_REVIEW",
    "CONTRAST",
    "DEGREES",
    "DESIGNATION",
    "GENERIC",
    "GREEK",
    "MARKERS",
    "MARKER_SIGNS",
    "MARKER_WORDS",
    "MEETING",
    "NUMBER_WORDS",
    "OPPOSITES",
    "ORGANISATION",
    "PARTICLES",
    "PARTS",
    "PARTY",
    "PART_WORDS",
    "PLACES",
    "ROMAN",
    "SERIAL",
    "STOP",
    "SUBMISSIONS",
    "UNTITLED",
    "Folding",
    "fold",
    "plain",
    "squeezed",
    "two_languages",
    "words_of",
]

#: Function words: left out of the title key, because exports and translators drop or swap them.
STOP = frozenset(
    """a an the of and or in on at by for from to with into onto upon about over under between among
    as is are was were be been being do does did how what which who whom whose why when where that
    this these those it its their his her our your my we they he she you i et al via per
    der die das des dem den ein eine einer eines und oder von vom zu zum zur im in am auf aus bei
    mit fur uber als
    le la les un une de du et ou en dans sur pour par aux au avec
    el los las del un una en con por para su sus
    il lo gli i uno di da dei della delle degli nel nella per con
    het een van voor met op te os as um uma do dos das em no na""".split()
)

#: Words so common in titles that sharing them says nothing about being the same work.
GENERIC = frozenset(
    """report reports study studies review reviews analysis analyses introduction editorial chapter
    annual paper papers article research letter letters editor editors conclusion conclusions
    foreword preface summary part volume edition section overview new case cases book abstract
    abstracts proceedings conference index contents news notes note systematic literature approach
    findings results discussion comment commentary reply response author authors erratum correction
    update updated final draft working discussion technical executive full evaluation evidence
    special issue supplement appendix annex background recommendations guide guidelines guidance
    handbook manual toolkit policy brief briefing strategy statement submission presentation poster
    ebook pdf online version print perspective perspectives issues future current trends""".split()
)

#: Function words by which two languages of one work's titles are told apart.
_LANGUAGES = {
    "en": frozenset("the of and in on for with from to a an is are among between".split()),
    "de": frozenset("der die das des dem den und von zur zum im mit fur auf ein eine bei".split()),
    "fr": frozenset("le la les des du et dans sur pour par aux au avec une chez".split()),
    "es": frozenset("el los las del y en con por para su sus una al".split()),
    "it": frozenset("il lo gli di dei della delle nel nella per con una e".split()),
    "pt": frozenset("o os as um uma do dos das em no na e para com".split()),
    "nl": frozenset("het een van voor met op te en de bij".split()),
}
#: Function words of English alone, and of the other languages but not of English.
_ENGLISH = frozenset("the of and for with from among between is are to by".split())
_FOREIGN = frozenset("de e y".split()).union(
    *(words for name, words in _LANGUAGES.items() if name != "en")
) - frozenset("in on a an o as do no".split())
#: Greek letters by the names that plainer databases write for them.
GREEK = dict(
    zip(
        "\u03b1\u03b2\u03b3\u03b4\u03b5\u03b6\u03b7\u03b8\u03b9\u03ba\u03bb\u03bc\u03bd\u03be\u03bf\u03c0\u03c1"
        "\u03c2\u03c3\u03c4\u03c5\u03c6\u03c7\u03c8\u03c9",
        """alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho
        sigma sigma tau upsilon phi chi psi omega""".split(),
        strict=True,
    )
)
#: Pairs of titles that differ in one of these words speak of different things.
CONTRAST = frozenset(
    """men women male males female females boys girls boy girl man woman adult adults adolescent
    adolescents child children youth juvenile juveniles infant infants elderly mothers fathers
    parents teachers students patients victims offenders perpetrators before after pre post positive
    negative acute chronic low high lower higher increase decrease increased decreased early late
    short long north south east west northern southern eastern western spring summer autumn winter
    fall january february march april may june july august september october november december
    qualitative quantitative rural urban online offline public private primary secondary tertiary
    upper left right with without not non type mice rats human humans animal animals
    interim final preliminary baseline midline endline""".split()
).union(GREEK.values())
#: Countries, parts of the world and their peoples: what a series of country reports differs in.
PLACES = frozenset(
    """afghanistan africa african albania algeria america american andorra angola arabia argentina
    armenia asia asian australia australian austria austrian azerbaijan bahamas bahrain bangladesh
    barbados belarus belgian belgium belize benin bhutan bolivia bosnia botswana brazil brazilian
    britain british brunei bulgaria burkina burundi cambodia cameroon canada canadian caribbean chad
    chile china chinese colombia comoros congo croatia cuba cyprus czechia danish denmark djibouti
    dominica dominican dutch ecuador egypt england english eritrea estonia eswatini ethiopia europe
    european fiji finland finnish france french gabon gambia georgia german germany ghana greece
    grenada guatemala guinea guyana haiti honduras hungary iceland india indian indonesia iran iraq
    ireland irish israel italian italy jamaica japan japanese jordan kazakhstan kenya kiribati korea
    korean kosovo kuwait kyrgyzstan laos latvia lebanon lesotho liberia libya liechtenstein
    lithuania luxembourg macedonia madagascar malawi malaysia maldives mali malta mauritania
    mauritius mexico micronesia moldova monaco mongolia montenegro morocco mozambique myanmar
    namibia nauru nepal netherlands nicaragua niger nigeria norway norwegian oman pakistan palau
    palestine panama papua paraguay peru philippine philippines poland polish portugal portuguese
    qatar romania russia russian rwanda samoa scotland scottish senegal serbia seychelles singapore
    slovakia slovenia somalia spain spanish sudan suriname sweden swedish swiss switzerland syria
    taiwan tajikistan tanzania thai thailand togo tonga tunisia turkey turkish turkmenistan tuvalu
    uganda ukraine uruguay usa uzbekistan vanuatu venezuela vietnam wales welsh yemen zambia
    zimbabwe""".split()
)
CONTRAST = CONTRAST | PLACES

#: Beginnings that make two like words opposites: hypotension is no spelling of hypertension.
OPPOSITES = (("hyper", "hypo"), ("intra", "inter"), ("micro", "macro"), ("pre", "post"),
             ("intra", "extra"), ("over", "under"), ("endo", "exo"), ("homo", "hetero"),
             ("mono", "poly"), ("un", ""), ("non", ""), ("in", ""), ("dis", ""), ("anti", ""),
             ("im", ""), ("ir", ""), ("a", ""), ("fe", ""))  # fmt: skip
#: Words that mark one number of a series: such works differ as soon as their years do.
SERIAL = frozenset(
    """annual yearly annually quarterly monthly biennial biannual weekly yearbook jahresbericht
    annuel anual jaarverslag""".split()
)

#: A text about another text (or a part of it) is a different work from that other text.
#: Order matters: a title's markers are a bit mask in this order.
MARKERS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        (
            "reply",
            r"^(?:re |(?:authors? |in |a )?(?:reply|response|rejoinder)(?: to\b| from\b|$))"
            r"|\b(?:authors? (?:reply|response)|a (?:reply|response|rejoinder) to)\b"
            r"|\b(?:reply|rejoinder)$",
        ),
        (
            "comment",
            r"^(?:an? |invited )?(?:comments?|commentary)(?: on\b| to\b|$)"
            r"|\b(?:an? |invited )(?:comment|commentary)(?: on\b|$)|\| comments?$",
        ),
        (
            "correction",
            r"^(?:erratum|errata|corrigend(?:um|a)|correction|addendum)\b"
            r"|\b(?:erratum|corrigendum)$"
            r"|\| (?:authors? |publishers? )?(?:corrections?|corrigenda|errata|addendum)$",
        ),
        (
            "retraction",
            r"^(?:retraction|withdrawal|notice of retraction|expression of concern)\b"
            r"|\| (?:retraction|withdrawal|expression of concern)(?: notice)?$",
        ),
        ("book review", r"^book reviews?\b|\bbook review$|^review of\b"),
        (
            "summary",
            r"^(?:executive |report |research )?summary\b"
            r"|\b(?:executive summary|summary report|key findings|summary)(?= \||$)",
        ),
        (
            "annex",
            r"^(?:annex(?:es)?|appendix|appendices|supplement(?:ary)?|supporting information)\b"
            r"|\b(?:annex(?:es)?|appendix|appendices)(?= \||$)",
        ),
        ("explanation", r"^explanatory (?:report|memorandum|notes?|statement)\b"),
        (
            "press release",
            r"^(?:press release|fact ?sheet)\b|\b(?:press release|fact ?sheet)(?= \||$)",
        ),
        (
            "protocol",
            r"\b(?:study|review|trial) protocol\b|^protocol (?:for|of)\b|\bprotocol$"
            r"|^(?:protocolo?|protocole|(?:studien)?protokoll) \|"
            r"|\bprotocol for an?\b",
        ),
    )
)

#: The bit of a review of a book (or, by its beginning alone, of a topic).
BOOK_REVIEW = 1 << [name for name, _ in MARKERS].index("book review")
#: The words of each marker, of which a title that has the marker has at least one.
_SIGNS = {
    "reply": "re reply response rejoinder",
    "comment": "comment comments commentary",
    "correction": "erratum errata corrigendum corrigenda correction corrections addendum",
    "retraction": "retraction withdrawal expression",
    "book review": "review reviews",
    "summary": "summary findings",
    "annex": "annex annexes appendix appendices supplement supplementary supporting",
    "explanation": "explanatory",
    "press release": "press fact factsheet",
    "protocol": "protocol protocolo protocole protokoll studienprotokoll",
}
#: Word to the bit mask of the markers it may belong to; saves trying the patterns of the others.
MARKER_SIGNS: dict[str, int] = {}
for _bit, (_marker, _) in enumerate(MARKERS):
    for _sign in _SIGNS[_marker].split():
        MARKER_SIGNS[_sign] = MARKER_SIGNS.get(_sign, 0) | 1 << _bit
#: A title without any of these words has no marker. "Corrections" alone may well be prisons.
MARKER_WORDS = (frozenset(MARKER_SIGNS) | {"notice"}) - {"corrections"}

#: Words after which a number tells one part of a whole from another.
PART_WORDS = frozenset(
    """part parts volume vol edition ed phase chapter section book number no issue wave stage step
    report paper series module stream round teil band partie tome volumen""".split()
)
#: Words whose number or letter names one of the parts that a work comes in.
PARTS = frozenset(
    "part parts volume vol phase wave module teil band partie tome volumen report".split()
)
#: What many parties hand in under one title, and how such a title begins.
SUBMISSIONS = frozenset(
    """submission submissions response responses comments letter testimony evidence statement
    feedback""".split()
)
PARTY = re.compile(
    r"\W*(?:(?:written|joint|supplementary|oral|further|our) )?"
    rf"(?:{'|'.join(sorted(SUBMISSIONS))})(?: \w+)? (?:to|on|for|of|from|by|regarding)\b"
)
#: Words that, with a number, name a report's place in a series of reports.
DESIGNATION = frozenset(
    """report reports paper papers series bulletin circular briefing research working discussion
    occasional technical""".split()
)
ROMAN = {
    "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9",
    "xi": "11", "xii": "12", "xiii": "13", "xiv": "14", "xv": "15", "xvi": "16",
}  # fmt: skip
NUMBER_WORDS = {
    "i": "1", "v": "5", "x": "10", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10", "first": "1",
    "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7",
    "eighth": "8", "ninth": "9", "tenth": "10",
}  # fmt: skip

#: What databases and catalogues write where there is no title, in plain lower-case words.
UNTITLED = frozenset(
    {
        *("no title", "no title available", "no title given", "no title provided"),
        *("no title found", "no title supplied", "not available", "title not available"),
        *("title unavailable", "title not given", "title not provided", "title not found"),
        *("title unknown", "unknown title", "missing title", "title missing", "without title"),
        *("untitled", "untitled document", "n a", "na", "nan", "null", "none", "unknown"),
        *("ohne titel", "kein titel", "titel nicht verfugbar", "titel unbekannt"),
        *("sans titre", "titre non disponible", "titre indisponible", "pas de titre"),
        *("sin titulo", "titulo no disponible", "sem titulo", "titulo nao disponivel"),
        *("senza titolo", "titolo non disponibile", "zonder titel", "geen titel", "utan titel"),
        *("uden titel", "uten tittel", "s n", "s t"),
    }
)

#: What stands in author fields and is no part of a name.
DEGREES = frozenset(
    """phd md edd msc ms ma ba bsc lcmhc med mph jd llm llb esq dr prof professor sir dame jr sr ii
    iii iv edited by eds ed editor editors et al with assistance the of and mr mrs ms psyd dphil
    frcpsych mba rn""".split()
)
PARTICLES = frozenset(
    """de del la las los van der den von zu zur da dos das do di du le el al bin ibn ter ten y
    e""".split()
)
#: A source with one of these words is a meeting, not a journal.
MEETING = frozenset(
    """conference conferences conf symposium symp workshop workshops congress colloquium meeting
    meetings""".split()
)
#: A name with one of these words is an organisation's.
ORGANISATION = frozenset(
    """association agency alliance authority board bureau center centre centres coalition college
    commission commissioner committee council department division ecpat europol federation force
    forum foundation fund government group home institute institution international interpol
    inquiry justice law ministry nations national network observatory office organisation
    organization parliament parliamentary police programme program project research royal school
    secretariat services society states trust unicef union united university unodc company inc ltd
    llc gmbh kommission ministerium universitat institut bundesamt consortium collaboration
    initiative global world europe european community foundation watch assembly congress senate
    house court academy unit team taskforce""".split()
)

_OUR = re.compile(r"(?<=[a-z]{2})our(?=$|s$|ed$|ing|al|ful|able|ite|hood|er|ism|ist)")
_ISE = re.compile(r"(?<=[a-z]{3})is(?=(?:e|ed|es|ing|ation|ations|er|ers)$)")
_DOUBLE = re.compile(r"(?<=[aeiou]l)l(?=(?:ed|ing|er|ers|or|ors)$)")
_SPELLINGS = {
    "defence": "defense", "offence": "offense", "offences": "offenses", "licence": "license",
    "programme": "program", "programmes": "programs", "practise": "practice",
    "practised": "practiced", "practising": "practicing", "judgement": "judgment",
    "judgements": "judgments", "centre": "center", "centres": "centers", "theatre": "theater",
    "metre": "meter", "metres": "meters", "litre": "liter", "litres": "liters",
    "fibre": "fiber", "fibres": "fibers", "grey": "gray", "tumour": "tumor", "tumours": "tumors",
    "sceptic": "skeptic", "sceptical": "skeptical", "ageing": "aging", "cheque": "check",
    "catalogue": "catalog", "catalogues": "catalogs", "dialogue": "dialog",
    "dialogues": "dialogs", "enrolment": "enrollment", "fulfil": "fulfill", "skilful": "skillful",
    "combatting": "combating", "analyse": "analyze", "analysed": "analyzed",
    "analysing": "analyzing", "paralyse": "paralyze", "mould": "mold", "plough": "plow",
    "sulphate": "sulfate", "sulphur": "sulfur", "aluminium": "aluminum", "cyber": "cyber",
}  # fmt: skip
_DIGRAPH = re.compile(r"(?<=[a-z])?(?:ae|oe)(?=[a-z]{2})")
#: Letters that Unicode decomposition leaves whole.
_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "ẞ": "ss",
        "ø": "o",
        "Ø": "O",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "Ð": "D",
        "þ": "th",
        "Þ": "Th",
        "ı": "i",
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "´": "'",
        "`": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "―": "-",
        "−": "-",
        "‐": "-",
        "‑": "-",
        "…": "...",
        "\u00ad": "",
        "\u200b": "",
        "\ufeff": "",
    }
)


_WORD = re.compile(r"[^\W_]+")
#: The ASCII characters, with a space for each that belongs to no word.
_ASCII = "".join(chr(code) if chr(code).isalnum() else " " for code in range(128))
#: The ASCII characters that belong to no word, as bytes.
_BETWEEN = bytes(code for code in range(128) if not chr(code).isalnum())


def words_of(text: str) -> list[str]:
    """Return the runs of letters and digits in `text`."""
    # Most text is ASCII, and two passes in C over it are faster than the pattern.
    return text.translate(_ASCII).split() if text.isascii() else _WORD.findall(text)


def squeezed(text: str) -> str:
    """Return the letters and digits of `text`, case folded, without what stands between them."""
    if text.isascii():
        return text.encode("ascii").translate(None, _BETWEEN).decode("ascii").lower()
    return "".join(_WORD.findall(text)).casefold()


def plain(text: str) -> str:
    """Return `text` without diacritics and with plain quotes and dashes, its case kept."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(letter for letter in text if not unicodedata.combining(letter))


def _language(title: str) -> str:
    """Return the language a title's function words speak for, "" where they say too little."""
    words = set(plain(title).lower().replace(":", " ").split())
    counts = sorted(((len(words & stop), name) for name, stop in _LANGUAGES.items()), reverse=True)
    return counts[0][1] if counts[0][0] > max(1, counts[1][0]) else ""


def two_languages(a: str, b: str) -> bool:
    """Return whether two titles are in different languages, as far as function words tell."""
    named = {_language(a), _language(b)} - {""}
    if len(named) == 2:
        return True
    words_a, words_b = (set(plain(title).lower().replace(":", " ").split()) for title in (a, b))
    return any(
        not one.isdisjoint(_ENGLISH)
        and other.isdisjoint(_ENGLISH)
        and not other.isdisjoint(_FOREIGN)
        for one, other in ((words_a, words_b), (words_b, words_a))
    )


GENERIC = GENERIC | SERIAL


def fold(word: str) -> str:
    """Return a lower-case word in American spelling, with single letters for ligatures."""
    if len(word) < 5 or not word.isascii():
        return word
    folded = _SPELLINGS.get(word, word)
    if folded == word:
        # Few words have the letters; looking for them is cheaper than a pattern.
        if "our" in folded:
            folded = _OUR.sub("or", folded)
        if "is" in folded:
            folded = _ISE.sub("iz", folded)
        if "ll" in folded:
            folded = _DOUBLE.sub("", folded)
        if "ae" in folded or "oe" in folded:
            folded = _DIGRAPH.sub("e", folded)
    return folded


class Folding(dict[str, str]):
    """Lower-case word to the one spelling kept for it; each word is worked out once."""

    def __missing__(self, word: str) -> str:
        """Fold a word."""
        folded = self[word] = fold(word)
        return folded
