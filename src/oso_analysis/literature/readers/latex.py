"""LaTeX in BibTeX values, decoded by a table of our own: one pass, no macro engine."""

from __future__ import annotations

import re
import unicodedata

from oso_analysis.literature.readers.draft import pairs, words

__all__ = ["decode_latex", "unescape"]

_COMBINING = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "r": "\u030a",
    "H": "\u030b",
    "v": "\u030c",
    "d": "\u0323",
    "c": "\u0327",
    "k": "\u0328",
    "b": "\u0331",
    "t": "\u0361",
    "textcommabelow": "\u0326",
    # In formulas.
    "acute": "\u0301",
    "bar": "\u0304",
    "breve": "\u0306",
    "check": "\u030c",
    "ddot": "\u0308",
    "dot": "\u0307",
    "grave": "\u0300",
    "hat": "\u0302",
    "mathring": "\u030a",
    "overline": "\u0305",
    "tilde": "\u0303",
    "vec": "\u20d7",
    "widehat": "\u0302",
    "widetilde": "\u0303",
}
_SYMBOLS = {
    "AA": "Å",
    "AE": "Æ",
    "DH": "Ð",
    "DJ": "Đ",
    "L": "Ł",
    "NG": "Ŋ",
    "O": "Ø",
    "OE": "Œ",
    "P": "¶",
    "S": "§",
    "SS": "ẞ",
    "TH": "Þ",
    "aa": "å",
    "ae": "æ",
    "copyright": "©",
    "dag": "†",
    "ddag": "‡",
    "degree": "°",
    "dh": "ð",
    "dj": "đ",
    "dots": "…",
    "euro": "€",
    "geq": "≥",
    "guillemotleft": "«",
    "guillemotright": "»",
    "i": "i",
    "infty": "∞",
    "j": "j",
    "l": "ł",
    "ldots": "…",
    "leq": "≤",
    "lq": "‘",
    "ng": "ŋ",
    "o": "ø",
    "oe": "œ",
    "pm": "±",
    "pounds": "£",
    "quotedblbase": "„",
    "quotesinglbase": "‚",
    "rightarrow": "→",
    "rq": "’",
    "sim": "~",
    "ss": "ß",
    "textasciicircum": "^",
    "textasciigrave": "`",
    "textasciitilde": "~",
    "textbackslash": "\\",
    "textbar": "|",
    "textbullet": "•",
    "textcopyright": "©",
    "textdegree": "°",
    "textdollar": "$",
    "textellipsis": "…",
    "textemdash": "—",
    "textendash": "–",
    "textexclamdown": "¡",
    "textgreater": ">",
    "textless": "<",
    "textmu": "µ",
    "textperiodcentered": "·",
    "textpm": "±",
    "textquestiondown": "¿",
    "textquotedbl": '"',
    "textquotedblleft": "“",
    "textquotedblright": "”",
    "textquoteleft": "‘",
    "textquoteright": "’",
    "textquotesingle": "'",
    "textregistered": "®",
    "textsection": "§",
    "textsterling": "£",
    "texttimes": "×",
    "texttrademark": "™",
    "textunderscore": "_",
    "texteuro": "€",
    "th": "þ",
    "times": "×",
    "slash": "/",
    "textquotestraightbase": "‚",
    "textquotestraightdblbase": "„",
    "textordfeminine": "ª",
    "textordmasculine": "º",
    "textonehalf": "½",
    "cdot": "·",
    "neq": "≠",
    "approx": "≈",
    "beta": "β",
    "alpha": "α",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ε",
    "zeta": "ζ",
    "eta": "η",
    "theta": "θ",
    "kappa": "κ",
    "lambda": "λ",
    "mu": "μ",
    "nu": "ν",
    "xi": "ξ",
    "pi": "π",
    "rho": "ρ",
    "sigma": "σ",
    "tau": "τ",
    "phi": "φ",
    "chi": "χ",
    "psi": "ψ",
    "omega": "ω",
    "Delta": "Δ",
    "Gamma": "Γ",
    "Lambda": "Λ",
    "Omega": "Ω",
    "Phi": "Φ",
    "Pi": "Π",
    "Psi": "Ψ",
    "Sigma": "Σ",
    "Theta": "Θ",
}


#: Signs that are less common.
_SYMBOLS.update(
    pairs(
        """circ=∘ langle=⟨ rangle=⟩ le=≤ ge=≥ ne=≠ ll=≪ gg=≫ leqslant=≤ geqslant=≥ lesssim=≲
        gtrsim=≳ propto=∝ equiv=≡ simeq=≃ cong=≅ ell=ℓ prime=′ in=∈ notin=∉ subset=⊂ subseteq=⊆
        cup=∪ cap=∩ emptyset=∅ forall=∀ exists=∃ partial=∂ nabla=∇ sum=∑ prod=∏ int=∫ sqrt=√
        div=÷ mp=∓ ast=* star=⋆ bullet=• oplus=⊕ otimes=⊗ odot=⊙ perp=⊥ parallel=∥ angle=∠
        hbar=ħ to=→ leftarrow=← leftrightarrow=↔ Rightarrow=⇒ Leftarrow=⇐ Leftrightarrow=⇔
        uparrow=↑ downarrow=↓ textrightarrow=→ textleftarrow=← cdots=⋯ vdots=⋮ lbrace={ rbrace=}
        textbraceleft={ textbraceright=} backslash=\\ textpipe=ǀ textdoublepipe=ǁ
        textdoublebarpipe=ǂ textasciimacron=¯ textasciiacute=´ textasciidieresis=¨ textminus=−
        textasteriskcentered=* textperthousand=‰ textnumero=№ textonequarter=¼
        textthreequarters=¾ textonesuperior=¹ texttwosuperior=² textthreesuperior=³ textcent=¢
        textyen=¥ textbrokenbar=¦ textlnot=¬ textdiv=÷ textdagger=† textdaggerdbl=‡
        textparagraph=¶ guilsinglleft=‹ guilsinglright=› IJ=Ĳ ij=ĳ iota=ι upsilon=υ omicron=ο
        varepsilon=ε vartheta=ϑ varphi=φ varrho=ρ varsigma=ς Xi=Ξ Upsilon=Υ varGamma=Γ
        varDelta=Δ varOmega=Ω textalpha=α textbeta=β textgamma=γ textdelta=δ textkappa=κ
        textlambda=λ textomega=ω"""
    )
)
for _name, _letter in pairs(
    """A=а B=б V=в G=г D=д E=е YO=ё ZH=ж Z=з I=и ISHRT=й K=к L=л M=м N=н O=о P=п R=р S=с T=т U=у
    F=ф H=х C=ц CH=ч SH=ш SHCH=щ HRDSN=ъ ERY=ы SFTSN=ь EREV=э YU=ю YA=я"""
).items():
    _SYMBOLS |= {f"CYR{_name}": _letter.upper(), f"cyr{_name.lower()}": _letter}
#: Commands that print their name, with the space after it.
_NAMES = words("TeX LaTeX BibTeX log ln exp sin cos tan min max lim arg det")
_SPACES = words("quad qquad enspace thinspace newline linebreak par space")
#: Commands that only change how their argument looks.
_DROPPED = words(
    """emph textit textbf textsc textrm textsf texttt textup textnormal textsl textsuperscript
    textsubscript mathrm mathit mathbf mathsf mathcal ensuremath url mbox text enquote it bf
    em rm sf sc sl tt bfseries itshape scshape upshape normalfont relax protect noopsort cyrchar
    boldsymbol bm mathscr mathfrak mathtt text operatorname textmd null limits nolimits
    underline hspace vphantom bibstring mkbibemph mkbibquote mathbb left right kern big
    upright textcyrillic cyrillic foreignlanguage uppercase MakeUppercase nocase cite"""
)
_LATEX = re.compile(
    r"\\(?:"
    r"([`'^\"~=.])\s*(?:\{\s*(\\[ij]|[^\W\d_])?\s*\}|(\\[ij](?![A-Za-z])|[^\W\d_]))"
    r"|([uvHtcdbkr])(?:\s+([^\W\d_])|\s*\{\s*(\\[ij]|[^\W\d_])?\s*\})"
    r"|(textcommabelow|acute|bar|breve|check|d?dot|grave|(?:wide)?hat|mathring|overline"
    r"|(?:wide)?tilde|vec)(?![A-Za-z])\s*(?:\{\s*(\\[A-Za-z]+|[^\W_])\s*\}"
    r"|(\\[A-Za-z]+|[^\W_]))"
    r"|href\s*(\{[^{}]*\})"
    r"|([A-Za-z]+)\*?(?:\s*\{\}|[ \t\n]+|(?![A-Za-z]))"
    r"|(.)"
    r")"
    r"|(---?|``|''|[{}$~])"
    # A degree sign.
    r"|(\^(?:\{?\s*\\circ(?![A-Za-z])\s*\}?|\{?o\}?(?=\$)))",
    re.DOTALL,
)
#: Before what is lowered in a formula, as in CO$_{2}$.
_LOWERED = re.compile(r"(?<!\\)_(?=\{[^{}_]+\})|(?<=\$)_(?=[^\W_])")
_PLAIN = re.compile(r"[\\{}$~]|--|``|''")
_TYPOGRAPHY = {
    "---": "—",
    "--": "–",
    "``": "“",
    "''": "”",
    "{": "",
    "}": "",
    "$": "",
    "~": " ",
}
_ESCAPED = {"\\": " ", "-": "", "/": "", ",": " ", ";": " ", ":": " ", "!": "", "@": "", " ": " "}
_ESCAPED["\n"] = " "
_LETTERS: dict[tuple[str, str], str] = {}
_UNESCAPE = re.compile(
    r"\{?\\([_%&#${}~^])(?:\{\})?\}?|\\textasciitilde(?:\{\})?\s?|\{\$\\sim\$\}|[{}]"
)


def _accented(accent: str, letter: str) -> str:
    key = (accent, letter)
    found = _LETTERS.get(key)
    if found is None:
        base = _SYMBOLS[letter[1:]] if letter[:1] == "\\" else letter
        found = unicodedata.normalize("NFC", base + _COMBINING[accent])
        _LETTERS[key] = found
    return found


def _command(name: str, whole: str) -> str:
    if name in _SYMBOLS:
        # The space that ends a command is not part of the text: "\o re" is "øre".
        return _SYMBOLS[name]
    if name in _NAMES:
        return name + (" " if whole[-1].isspace() else "")
    if name in _SPACES:
        return " "
    return "" if name in _DROPPED else whole


def _replace(match: re.Match[str]) -> str:
    group = match.lastindex
    if group == 13:
        return _TYPOGRAPHY[match[13]]
    if group in (2, 3):
        return _accented(match[1], match[group])
    if group in (5, 6):
        return _accented(match[4], match[group])
    if group in (8, 9):
        known = match[group][0] != "\\" or match[group][1:] in _SYMBOLS
        return _accented(match[7], match[group]) if known else match[0]
    if group == 11:
        return _command(match[11], match[0])
    if group == 12:
        return _ESCAPED.get(match[12], match[12])
    if group == 14:
        return "°"
    if group == 10:
        return ""
    # An accent over nothing, "\'{}" or "\~{}", is the sign itself.
    return match[1] or match[4] or ""


def decode_latex(value: str) -> str:
    """Return the text a BibTeX value stands for; an unknown command stays as it is."""
    if _PLAIN.search(value) is None:
        return value
    # In an address the sign means itself, though a program took it for a formula.
    if ("$_" in value or "_{" in value) and ("://" not in value or " " in value):
        value = _LOWERED.sub("", value)
    return _LATEX.sub(_replace, value)


def unescape(value: str) -> str:
    """Undo the escapes in a URL, DOI or file name, whose other signs mean themselves."""
    if "\\" not in value and "{" not in value:
        return value

    def sign(match: re.Match[str]) -> str:
        if match[1] is not None:
            return match[1]
        return "" if match[0] in "{}" else "~"

    return _UNESCAPE.sub(sign, value)
