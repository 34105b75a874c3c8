"""Mark-up within text: tags of HTML, JATS and MathML, what is LaTeX between them, entities."""

from __future__ import annotations

import html
import re
from html.entities import html5

from oso_analysis.literature.readers.draft import pairs, words
from oso_analysis.literature.readers.latex import decode_latex
from oso_analysis.literature.readers.text import clean

__all__ = ["clean_markup", "decode_entities"]

#: A name and nothing else, or attributes with their values: `a <b and c> d` is no mark-up.
_TAG = re.compile(
    r"<(?:/\s*([a-z][\w:-]*)|([a-z][\w:-]*)(?:\s+[\w:-]+\s*=[^<>]*)?\s*/?)\s*>", re.IGNORECASE
)
_INLINE = words(
    """a abbr alternatives b bold del em ext-link fn font formula i inf inline-formula
    inline-graphic ins it italic math mfenced mfrac mi mn mo monospace mover mrow mspace msqrt
    mstyle msub msubsup msup mtable mtd mtext mtr munder munderover named-content overline roman
    sans-serif sc scp semantics span strike strong styled-content sub sup tex tex-math tt u
    underline xref"""
)
#: Elements that readers see apart from what comes before and after.
_BLOCKS = words(
    """abstract abstracttext blockquote br copyrightinformation dd disp-formula div dl dt h1 h2
    h3 h4 h5 h6 li list list-item ol p sec td title tr ul"""
)
_PREFIXES = words("jats mml m ce xhtml")
#: PubMed has the headings of an abstract as attributes.
_LABEL = re.compile(r"\bLabel\s*=\s*[\"'”“]([^\"'”“<>]+)", re.IGNORECASE)
#: As R on Windows writes what the code page of the computer lacks.
_R_SIGN = re.compile(r"<U\+([0-9A-F]{4}|000[0-9A-F]{5})>")
_TEX = re.compile(r"<tex-math\b[^<>]*>([^<>]*)</tex-math>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,24}\d{0,2});", re.IGNORECASE)
#: The Greek letters of ISO 8879, which HTML calls otherwise.
_GREEK = pairs(
    """agr=α bgr=β ggr=γ dgr=δ egr=ε zgr=ζ eegr=η thgr=θ igr=ι kgr=κ lgr=λ mgr=μ ngr=ν xgr=ξ
    ogr=ο pgr=π rgr=ρ sfgr=ς sgr=σ tgr=τ ugr=υ phgr=φ khgr=χ psgr=ψ ohgr=ω"""
)
#: How often text is decoded: each program it went through may have encoded it once more.
_TIMES_ENCODED = 3


def clean_markup(value: str) -> str:
    """Return text without tags, entities decoded and whitespace collapsed."""
    if "<" in value:
        value = _without_tags(value)
    if "&" in value and ";" in value:
        decoded = decode_entities(value)
        if decoded != value:
            value = _without_tags(decoded) if "<" in decoded else decoded
    return clean(value)


def decode_entities(value: str) -> str:
    """Put the characters for entities of HTML and ISO 8879, those encoded twice as well."""
    for _ in range(_TIMES_ENCODED):
        decoded = _ENTITY.sub(_character, value)
        if decoded == value:
            break
        value = decoded
    return value


def _without_tags(value: str) -> str:
    if "<tex-math" in value:
        value = _TEX.sub(lambda match: decode_latex(match[1]), value)
    if "<U+" in value:
        value = _R_SIGN.sub(lambda match: html.unescape(f"&#x{match[1]};"), value)
    return _TAG.sub(_between, value)


def _between(tag: re.Match[str]) -> str:
    """Return what stands in the text for a tag: nothing, a space, or what is no tag at all."""
    prefix, _, name = (tag[1] or tag[2]).lower().rpartition(":")
    if prefix and prefix not in _PREFIXES:
        return tag[0]
    if name in _BLOCKS:
        label = _LABEL.search(tag[0])
        return f" {label[1]}: " if label else " "
    return "" if prefix or name in _INLINE else tag[0]


def _character(match: re.Match[str]) -> str:
    """Return what one entity stands for, or the entity where it is not known."""
    entity = match[0]
    name = entity[1:-1]
    if name[0] == "#":
        return html.unescape(entity)
    if (found := html5.get(f"{name};")) is not None:
        return found
    if (letter := _GREEK.get(name.lower())) is not None:
        return letter if name.islower() else letter.upper()
    # Databases that once wrote everything in capitals wrote entities so.
    return html5.get(f"{name.lower()};", entity)
