"""From a file to text: what it is if it is no text, its encoding, and limits on its size."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from oso_analysis.errors import Problem
from oso_analysis.literature.readers.encodings import JIS_SHIFT, decode_bytes

__all__ = ["MAX_BYTES", "MAX_LINE", "Source", "open_source", "too_long_a_line"]

#: Larger files are refused: the table of their records would not fit an ordinary machine.
MAX_BYTES = 2 * 1024**3
#: Bytes in which a format and a table's header are looked for.
_HEAD = 2_000_000
_PIECE = 2**20
#: No line of a line-based export is near this long; a longer one is a damaged or hostile file.
MAX_LINE = 4_000_000

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: First bytes of files people pick by mistake, and what to do instead.
_NOT_TEXT = (
    (b"%PDF", "is a PDF document", "export the references from the reference manager instead"),
    *(
        (start, "is a workbook of Excel before 1995", "save it as .xlsx or CSV")
        for start in (b"\t\0\x04\0", b"\t\x02\x06\0", b"\t\x04\x06\0")
    ),
    (b"\x89PNG", "is a PNG picture", ""),
    (b"\xff\xd8\xff", "is a JPEG picture", ""),
    (b"GIF8", "is a GIF picture", ""),
    (b"\x1f\x8b", "is a gzip archive", "unpack it first"),
    (b"7z\xbc\xaf", "is a 7-Zip archive", "unpack it first"),
    (b"Rar!", "is a RAR archive", "unpack it first"),
    (b"SQLite format 3\0", "is a database", "export the references from its program instead"),
    (b"PAR1", "is a Parquet file", "save it as CSV"),
    (b"{\\rtf", "is a Rich Text document", "save it as plain text"),
    (b"\x7fELF", "is a program", ""),
    (b"MZ\x90", "is a program", ""),
)
#: How old workbooks begin: in a file of streams, and as a bare stream, which scripts write.
_OLD_WORKBOOK = (
    b"\xd0\xcf\x11\xe0",
    *(b"\x09\x08%b\0" % size for size in (b"\x06", b"\x08", b"\x10")),
)
_HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)


@dataclass(slots=True)
class Source:
    """One file as read: its text in UTF-8 (or, for a workbook, its bytes) and how it was decoded.

    Attributes
    ----------
    path : pathlib.Path
    name : str
        How the tables and messages call the file.
    data : bytes
        The text in UTF-8, without byte-order mark, every line ending turned into a line feed; of a
        workbook, the file.
    workbook : str
        "xlsx" or "xls" where the file is a workbook; else empty.
    encoding : str
    note : str
        What had to be mended to decode it; empty where nothing had.
    """

    path: Path
    name: str
    data: bytes = b""
    encoding: str = ""
    note: str = ""
    workbook: str = ""

    @property
    def text(self) -> str:
        """The whole text; for a large file a slow thing to have."""
        return self.data.decode("utf-8")

    @property
    def head(self) -> str:
        """The beginning of the text, or all of it where it begins with much blank."""
        start = self.data[:_HEAD].decode("utf-8", errors="ignore")
        return start if len(self.data) <= _HEAD or start[: _HEAD // 8].strip() else self.text


def open_source(path: Path, name: str) -> Source | Problem:
    """Return the file's text, or the one problem that keeps it from being read."""
    try:
        if path.is_dir():
            return Problem("is a folder; name the files in it", file=name)
        size = path.stat().st_size
        if size > MAX_BYTES:
            return Problem(
                f"has {size:,} bytes; files up to {MAX_BYTES:,} are read, split it", file=name
            )
        raw = path.read_bytes()
    except FileNotFoundError:
        return Problem("does not exist", file=name)
    except OSError as error:
        return Problem(f"cannot be opened ({error.strerror or error})", file=name)
    except ValueError:
        return Problem("is not a possible file name", file=name)
    if path.name.startswith("~$"):
        return Problem("is kept by Office beside a file that is open; leave it out", file=name)
    blank = b"\xef\xbb\xbf\xff\xfe \t\r\n\x0c\x1a\0"
    if not raw[:4096].strip(blank) and not raw.strip(blank):
        return Problem("is empty", file=name)
    return _text(raw, path, name)


def _text(raw: bytes, path: Path, name: str) -> Source | Problem:
    if raw.startswith(b"PK\x03\x04"):
        return _zip(raw, path, name)
    if raw.startswith(_OLD_WORKBOOK):
        return Source(path, name, data=raw, encoding="xls", workbook="xls")
    for magic, what, instead in _NOT_TEXT:
        if raw.startswith(magic):
            return Problem(f"{what}, not a bibliographic export{instead and '; ' + instead}", name)
    if _HTML.match(raw[:4096]):
        instead = "download the export file itself"
        if path.suffix.lower() in (".xls", ".xlsx", ".csv") and b"<table" in raw.lower():
            # CNKI and others call their tables so; spreadsheet programs open them all the same.
            instead = "open it in a spreadsheet program and save the table as .xlsx or CSV"
        return Problem(f"is a web page, not a bibliographic export; {instead}", name)
    encoding = None
    for bom, named in _BOMS:
        if raw.startswith(bom):
            raw, encoding = raw[len(bom) :], named
            break
    narrow = b"\0" not in raw and encoding in (None, "utf-8")
    if narrow and b"\r" in raw:
        # Windows line endings, in any encoding that is not two or four bytes wide.
        unix = raw.replace(b"\r\n", b"\n")
        raw = raw if b"\r" in unix else unix
    plain = narrow and b"\r" not in raw and raw[-1:] != b"\x1a" and JIS_SHIFT not in raw
    if plain and _is_utf8(raw):
        return Source(path, name, data=raw, encoding="utf-8")
    text, used, note = decode_bytes(raw, encoding)
    nul = text.find("\0")
    if nul >= 0:
        return Problem(
            "has NUL bytes, which no text has: the file is damaged or is not a text export",
            file=name,
            row=text.count("\n", 0, nul) + 1,
        )
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.rstrip("\x1a")
    raw = text.encode("utf-8", errors="replace")
    return Source(path, name, data=raw, encoding=used, note=note)


def _is_utf8(raw: bytes) -> bool:
    """Whether bytes are UTF-8, told piece by piece: a text of all of them is slow to make."""
    whole = memoryview(raw)
    start = 0
    try:
        while start < len(raw):
            piece = whole[start : start + _PIECE]
            start += codecs.utf_8_decode(piece, "strict", start + _PIECE >= len(raw))[1]
    except UnicodeDecodeError:
        return False
    return True


def _zip(raw: bytes, path: Path, name: str) -> Source | Problem:
    head = raw[:4096] + raw[-65536:]
    if b"xl/" in head or (b"[Content_Types].xml" in head and b"worksheets" in head):
        return Source(path, name, data=raw, encoding="xlsx", workbook="xlsx")
    if b"word/" in head:
        return Problem("is a Word document, not a bibliographic export", name)
    if b"ppt/" in head:
        return Problem("is a PowerPoint file, not a bibliographic export", name)
    if b"mimetypeapplication/vnd.oasis" in head:
        return Problem("is an OpenDocument file; save it as .xlsx or CSV", name)
    return Problem("is a ZIP archive; unpack it first", name)


def too_long_a_line(data: bytes, name: str) -> Problem | None:
    """Return a problem where a line is too long to be a line of a line-based export."""
    start = 0
    # Probing at strides shorter than the limit finds every overlong line without visiting others.
    while start + MAX_LINE < len(data):
        end = data.rfind(b"\n", start, start + MAX_LINE)
        if end < 0:
            return Problem(
                f"has a line of over {MAX_LINE:,} bytes: the file is damaged",
                file=name,
                row=data.count(b"\n", 0, start) + 1,
            )
        start = end + 1
    return None
