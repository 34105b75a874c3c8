"""The text of a table, whatever encoding a spreadsheet program saved it in."""

from __future__ import annotations

from oso_analysis.errors import InputError, Problem
from oso_analysis.literature.readers.encodings import decode_bytes

__all__ = ["LOST", "decode_table"]

#: What stands for a byte that has no letter.
LOST = "\N{REPLACEMENT CHARACTER}"


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
            text, _, _ = decode_bytes(raw, None)
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
