"""Languages as exports write them, as one code each: ``eng``, ``English``, ``en-GB`` are ``en``.

PubMed writes ISO 639-2 codes, Scopus and Web of Science English names, reference managers whatever
their users typed; counted as they stand, one language is several.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

__all__ = ["LANGUAGE_LABELS", "SEVERAL", "language_code", "language_codes"]

#: ISO 639-2 has a code for what is in several languages.
SEVERAL = "mul"
#: What an export writes for nothing; ISO 639-2 has codes for "undetermined" and "no linguistic
#: content".
_NOT_STATED = frozenset(
    {"und", "undetermined", "zxx", "n/a", "na", "none", "not stated", "unknown", "unspecified"}
)
#: ISO 639-1 code and the 639-2 (both forms) and 639-3 codes of the same language; English name, own
#: name, names in German, French and Spanish, other names. From the Unicode CLDR, which also says
#: which codes are the same.
_TABLE = """
en eng | English | Englisch | anglais | inglés
ar ara arb | Arabic | العربية | Arabisch | arabe | árabe
af afr | Afrikaans | afrikáans
am amh | Amharic | አማርኛ | Amharisch | amharique | amárico
az aze azj | Azerbaijani | azərbaycan | Aserbaidschanisch | azerbaïdjanais | azerbaiyano
be bel | Belarusian | беларуская | Belarussisch | biélorusse | bielorruso | Byelorussian
bg bul | Bulgarian | български | Bulgarisch | bulgare | búlgaro
bn ben | Bengali | Bangla | বাংলা | Bengalisch | bengalí
bs bos | Bosnian | bosanski | Bosnisch | bosniaque | bosnio
ca cat | Catalan | català | Katalanisch | catalán
cs ces cze | Czech | čeština | Tschechisch | tchèque | checo | český
cy cym wel | Welsh | Cymraeg | Walisisch | gallois | galés
da dan | Danish | dansk | Dänisch | danois | danés
de deu ger | German | Deutsch | allemand | alemán
el ell gre | Greek | Ελληνικά | Griechisch | grec | griego | Modern Greek
es spa | Spanish | español | Spanisch | espagnol | Castilian | castellano
et ekk est | Estonian | eesti | Estnisch | estonien | estonio
eu baq eus | Basque | euskara | Baskisch | euskera
fa fas per pes | Persian | فارسی | Persisch | persan | persa | Farsi
fi fin | Finnish | suomi | Finnisch | finnois | finés
fr fra fre | French | français | Französisch | francés
ga gle | Irish | Gaeilge | Irisch | irlandais | irlandés | Irish Gaelic
gl glg | Galician | galego | Galicisch | galicien | gallego
gu guj | Gujarati | ગુજરાતી | goudjarati | guyaratí
he heb | Hebrew | עברית | Hebräisch | hébreu | hebreo | Ivrit
hi hin | Hindi | हिन्दी
hr hrv scr | Croatian | hrvatski | Kroatisch | croate | croata
hu hun | Hungarian | magyar | Ungarisch | hongrois | húngaro
hy arm hye | Armenian | հայերեն | Armenisch | arménien | armenio
id ind | Indonesian | Indonesia | Indonesisch | indonésien | indonesio | Bahasa Indonesia
is ice isl | Icelandic | íslenska | Isländisch | islandais | islandés
it ita | Italian | italiano | Italienisch | italien
ja jpn | Japanese | 日本語 | Japanisch | japonais | japonés
ka geo kat | Georgian | ქართული | Georgisch | géorgien | georgiano
kk kaz | Kazakh | қазақ тілі | Kasachisch | kazajo
km khm | Khmer | ខ្មែរ | jemer
ko kor | Korean | 한국어 | Koreanisch | coréen | coreano
ku kmr kur | Kurdish | kurdî | Kurdisch | kurde | kurdo
la lat | Latin | Latina | Latein | latín
lb ltz | Luxembourgish | Lëtzebuergesch | Luxemburgisch | luxembourgeois | luxemburgués
lt lit | Lithuanian | lietuvių | Litauisch | lituanien | lituano
lv lav lvs | Latvian | latviešu | Lettisch | letton | letón
mk mac mkd | Macedonian | македонски | Mazedonisch | macédonien | macedonio
ml mal | Malayalam | മലയാളം | malayálam
mn mon khk | Mongolian | монгол | Mongolisch | mongol
mr mar | Marathi | मराठी | maratí
ms may msa zsm | Malay | Melayu | Malaiisch | malais | malayo | Bahasa Melayu
mt mlt | Maltese | Malti | Maltesisch | maltais | maltés
my bur mya | Burmese | မြန်မာ | Birmanisch | birman | birmano
nb nob | Norwegian Bokmål | norsk bokmål | norvégien bokmål | Bokmål
ne nep npi | Nepali | नेपाली | Nepalesisch | népalais | nepalí
nl dut nld | Dutch | Nederlands | Niederländisch | néerlandais | neerlandés | Flemish | Vlaams
nn nno | Norwegian Nynorsk | norsk nynorsk | norvégien nynorsk | Nynorsk
no nor | Norwegian | norsk | Norwegisch | norvégien | noruego
pa pan | Punjabi | ਪੰਜਾਬੀ | pendjabi | punyabí | Panjabi
pl pol | Polish | polski | Polnisch | polonais | polaco
ps pbu pus | Pashto | پښتو | Paschtu | pachto | pastún | Pushto
pt por | Portuguese | português | Portugiesisch | portugais | portugués
ro ron rum mol | Romanian | română | Rumänisch | roumain | rumano | Moldavian | Moldovan
ru rus | Russian | русский | Russisch | russe | ruso
sk slk slo | Slovak | slovenčina | Slowakisch | slovaque | eslovaco
sl slv | Slovenian | slovenščina | Slowenisch | slovène | esloveno | Slovene
so som | Somali | Soomaali | somalí
sq alb als sqi | Albanian | shqip | Albanisch | albanais | albanés
sr srp scc | Serbian | српски | Serbisch | serbe | serbio | srpski
sv swe | Swedish | svenska | Schwedisch | suédois | sueco
sw swa swh | Swahili | Kiswahili | Suaheli | suajili
ta tam | Tamil | தமிழ் | tamoul
te tel | Telugu | తెలుగు | télougou
th tha | Thai | ไทย | Thailändisch | thaï | tailandés
tl tgl | Tagalog | tagalo | Filipino
tr tur | Turkish | Türkçe | Türkisch | turc | turco
uk ukr | Ukrainian | українська | Ukrainisch | ukrainien | ucraniano
ur urd | Urdu | اردو | ourdou
uz uzb uzn | Uzbek | o‘zbek | Usbekisch | ouzbek | uzbeko
vi vie | Vietnamese | Tiếng Việt | Vietnamesisch | vietnamien | vietnamita
yo yor | Yoruba | Èdè Yorùbá
zh chi cmn zho | Chinese | 中文 | Chinesisch | chinois | chino | Mandarin
zu zul | Zulu | isiZulu | zoulou | zulú
"""
_LANGUAGES = [line.split(" | ") for line in _TABLE.strip().splitlines()]
#: Code to English name, for the languages a review is likely to meet.
LANGUAGE_LABELS = {codes.split()[0]: names[0] for codes, *names in _LANGUAGES} | {
    SEVERAL: "Several languages"
}
#: A code with the region, script or variety that BCP 47 puts after it.
_TAG = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{2,8})+")
#: What stands between the languages of one work: signs, and words unless they are the code of one
#: ("et" is Estonian, and French for "and").
_SIGNS = re.compile(r"[;,/|&+]")
_WORDS = re.compile(r"\b(?:and|und|et|y)\b", re.IGNORECASE)
#: Length of ISO 639-2 codes, which alone stand in a row without a sign between them.
_LETTERS = 3
#: What is said of a language and makes no other of it.
_QUALIFIERS = frozenset(
    """- american ancient brazilian british canadian european language middle modern old simplified
    standard traditional uk us usa""".split()  # noqa: SIM905 - words read better as text
)
#: What is in another language than the work.
_OTHER_TEXTS = frozenset({"abstract", "abstracts", "summary", "summaries"})
#: No value that names languages is longer.
_LONGEST = 200


def _key(text: str) -> str:
    """Return what the spellings of one name share: case, accents and brackets do not count."""
    bare = re.sub(r"[(\[][^()\[\]]*[)\]]", " ", text)
    letters = unicodedata.normalize("NFKD", bare.casefold())
    # Marks are letters in some scripts; only those on Latin letters can be left out.
    letters = re.sub(r"(?<=[a-z])[\u0300-\u036f]+", "", letters)
    return unicodedata.normalize("NFKC", " ".join(letters.split()).strip(" .:"))


_CODES = {
    _key(spelling): codes.split()[0]
    for codes, *names in _LANGUAGES
    for spelling in (*names, *codes.split())
} | {SEVERAL: SEVERAL, **dict.fromkeys(("multiple", "multiple languages", "multilingual"), SEVERAL)}


def language_codes(text: str) -> tuple[str, ...]:
    """Return the languages that a value names, in its order.

    Parameters
    ----------
    text : str
        ISO 639-1, 639-2 or 639-3 codes, with or without a region; names in English, in the
        language itself, in German, French or Spanish; several of them together.

    Returns
    -------
    tuple of str
        ISO 639-1 codes, each once. What is not known is kept as it is but for its case; a value
        that says that the language is not known gives nothing.

    Examples
    --------
    >>> language_codes("eng"), language_codes("Français"), language_codes("en-GB")
    (('en',), ('fr',), ('en',))
    >>> language_codes("English; ger"), language_codes("Sorbian"), language_codes("und")
    (('en', 'de'), ('sorbian',), ())
    """
    return _read(text)


def language_code(text: str) -> str | None:
    """Return the one language that a value names, `SEVERAL` for more, None for none.

    Examples
    --------
    >>> language_code("Deutsch"), language_code("eng, fre"), language_code("und")
    ('de', 'mul', None)
    """
    codes = language_codes(text)
    return (codes[0] if len(codes) == 1 else SEVERAL) if codes else None


@cache
def _read(text: str) -> tuple[str, ...]:
    text = text[:_LONGEST]
    whole = _one(_key(text))
    words = whole.split()
    if all(len(word) == _LETTERS and word in _CODES for word in words):
        found = [_CODES[word] for word in words]
    elif whole in LANGUAGE_LABELS or whole in _NOT_STATED:
        found = [whole]
    else:
        found = [code for part in _SIGNS.split(text) for code in _of_part(part)]
        if not any(code in LANGUAGE_LABELS for code in found):
            found = [whole]
    return tuple(code for code in dict.fromkeys(found) if code and code not in _NOT_STATED)


def _of_part(part: str) -> list[str]:
    """Return the languages between two signs, of which words may tell several apart."""
    whole = _one(_key(part))
    pieces = [whole] if whole in _CODES else [_one(_key(piece)) for piece in _WORDS.split(part)]
    if not any(piece in LANGUAGE_LABELS for piece in pieces):
        pieces = [whole]
    return [piece for piece in pieces if _OTHER_TEXTS.isdisjoint(piece.split())]


def _one(key: str) -> str:
    """Return the code of one language, the key itself where it is not known."""
    tag = _TAG.fullmatch(key)
    if key not in _CODES and tag is not None:
        return _CODES.get(tag.group(1), tag.group(1))
    if key not in _CODES:
        bare = " ".join(word for word in key.split() if word not in _QUALIFIERS)
        return _CODES.get(bare, key if bare else "")
    return _CODES[key]
