"""LaTeX in BibTeX values, decoded by a table of our own: one pass, no macro engine."""

from __future__ import annotations

import re
import unicodedata

from oso_analysis.literature.readers.draft import words

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
#: Commands that only change how their argument looks.
_DROPPED = words(
    """emph textit textbf textsc textrm textsf texttt textup textnormal textsl textsuperscript
    textsubscript mathrm mathit mathbf mathsf mathcal ensuremath url mbox text enquote it bf
    em rm sf sc sl tt bfseries itshape scshape upshape normalfont relax protect noopsort
    underline hspace vphantom bibstring mkbibemph mkbibquote mathbb left right kern big
    upright textcyrillic cyrillic foreignlanguage uppercase MakeUppercase nocase cite"""
)
_LATEX = re.compile(
    r"\\(?:"
    r"([`'^\"~=.])\s*(?:\{\s*(\\[ij]|[^\W\d_])?\s*\}|(\\[ij](?![A-Za-z])|[^\W\d_]))"
    r"|([uvHtcdbkr])(?:\s+([^\W\d_])|\s*\{\s*(\\[ij]|[^\W\d_])?\s*\})"
    r"|([A-Za-z]+)\*?(?:\s*\{\}|[ \t\n]+|(?![A-Za-z]))"
    r"|(.)"
    r")"
    r"|(---?|``|''|[{}$~])",
    re.DOTALL,
)
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
        base = letter[-1:] if letter[:1] == "\\" else letter
        found = unicodedata.normalize("NFC", base + _COMBINING[accent])
        _LETTERS[key] = found
    return found


def _replace(match: re.Match[str]) -> str:
    group = match.lastindex
    if group == 9:
        return _TYPOGRAPHY[match[9]]
    if group in (2, 3):
        return _accented(match[1], match[group])
    if group in (5, 6):
        return _accented(match[4], match[group])
    if group == 7:
        name = match[7]
        if name in _SYMBOLS:
            # The space that ends a command is not part of the text: "\o re" is "øre".
            return _SYMBOLS[name]
        return "" if name in _DROPPED else match[0]
    if group == 8:
        return _ESCAPED.get(match[8], match[8])
    # An accent over nothing, "\'{}" or "\~{}", is the sign itself.
    return match[1] or match[4] or ""


def decode_latex(value: str) -> str:
    """Return the text a BibTeX value stands for; an unknown command stays as it is."""
    if _PLAIN.search(value) is None:
        return value
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
