"""Which encoding a table was saved in, for files that do not say.

A table of a few rows holds too few letters to count which are usual. What shows the wrong encoding
is where its signs fall: "Grš§e" and "K”ln" put signs, or capitals, where no word has any.
"""

from __future__ import annotations

import unicodedata

from oso_analysis.errors import InputError, Problem
from oso_analysis.literature.readers.encodings import decode_bytes

__all__ = ["LOST", "decode_table"]

#: What stands for a byte that has no letter.
LOST = "\N{REPLACEMENT CHARACTER}"
#: What Excel saves in the west and the middle of Europe: "CSV (comma delimited)", "CSV (MS-DOS)"
#: and "CSV (Macintosh)". Where two make as much sense, the first.
_ENCODINGS = ("cp1252", "cp850", "mac_roman", "cp1250")
_NAMES = frozenset(name.replace("_", "-") for name in _ENCODINGS)
#: Signs that stand between letters in good texts: "don’t", "then—after", "z. B." without a break.
_JOINING = frozenset("’‘–—…\xa0\xad")
#: Signs that open something, and so follow no letter.
_OPENING = frozenset("„‚¿¡")
#: Signs, some of them letters by name, that stand by themselves.
_APART = frozenset("†‡‰ˆ˜¤ƒı")
#: Letters that western languages are full of: between two readings without a fault, they tell.
_COMMON = frozenset("äöüßéèêàâáíóúñçãõåøæ")
#: Signs of the categories of box drawings and mathematics that texts do hold.
_USUAL = frozenset("°±×÷©®™¬¦")


def decode_table(raw: bytes, file: str) -> str:
    """Return a table's text.

    Parameters
    ----------
    raw : bytes
        UTF-8 or UTF-16, with or without a byte-order mark, or an encoding of one byte a letter as
        spreadsheet programs save it.
    file : str
        What messages call it.

    Raises
    ------
    InputError
        Binary content, or a byte that has no letter in the encoding that fits the others best.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16", errors="replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
            lost = False  # a file that holds the sign for a lost letter was damaged before
        except UnicodeDecodeError:
            text = _without_mark(raw)
            lost = LOST in text
        if lost:
            row = text.count("\n", 0, text.index(LOST)) + 1
            rule = (
                "holds letters in an encoding that cannot be told; in the spreadsheet program, "
                'save it as "CSV UTF-8" or as .xlsx'
            )
            raise InputError([Problem(rule, file=file, row=row)])
    if "\x00" in text:
        raise InputError([Problem("holds binary data, not a table", file=file)])
    return text


def _without_mark(raw: bytes) -> str:
    text, encoding, _ = decode_bytes(raw, None)
    if encoding not in _NAMES:
        return text  # another script, UTF-16 without its mark, or UTF-8 with a stowaway
    texts = [raw.decode(name, errors="replace") for name in _ENCODINGS]
    return min(texts, key=_misfits)


def _misfits(text: str) -> tuple[int, int]:
    """Return how many signs beyond ASCII stand where none do, and how many letters are rare."""
    beyond = [(at, sign) for at, sign in enumerate(text) if sign > "\x7f"]
    wrong = sum(
        _is_misfit(sign, text[max(at - 1, 0) : at], text[at + 1 : at + 2]) for at, sign in beyond
    )
    return wrong, sum(sign.isalpha() and sign.lower() not in _COMMON for _, sign in beyond)


def _is_misfit(sign: str, before: str, after: str) -> bool:
    if sign in _APART:
        return before.isalpha() or after.isalpha()
    if unicodedata.category(sign) in ("Lu", "Ll"):
        if not unicodedata.name(sign).startswith("LATIN"):
            return True
        if sign.isupper():  # "MÅller", "cafÉ"
            return before.isalpha() and (before.islower() or after.islower())
        return sign != "ß" and before.isupper() and after.isupper()
    if sign in _OPENING:
        return before.isalpha()
    if sign == "·":  # Catalan joins two l with it
        return before.isalpha() and after.isalpha() and (before + after).lower() != "ll"
    if sign == LOST or (unicodedata.category(sign) in _NO_TEXT and sign not in _USUAL):
        return True
    return sign not in _JOINING and before.isalpha() and after.isalpha()


#: Box drawings, mathematics, accents without a letter, controls, and what no standard names.
_NO_TEXT = frozenset(("So", "Sm", "Sk", "Lm", "Cc", "Cn", "Co"))
