"""Every text in a file of any format, and where in the file it stands."""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

from oso_analysis.scan.markup import DATA_URI, Text, read_markup

__all__ = ["LINES", "MOST_BYTES", "UnreadableError", "texts_in"]

MOST_BYTES = 256 * 2**20
_MOST_MEMBERS = 10_000
_MOST_DEPTH = 4
_XML = frozenset({".svg", ".xml", ".rels", ".qde", ".qdc"})
_MARKUP = _XML | {".html", ".htm", ".xhtml", ".md"}
_JSON = frozenset({".json", ".ipynb", ".jsonld", ".geojson"})
_ENDINGS = {
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/jpeg": ".jpg",
    "text/html": ".html",
}
#: Place of a text whose findings are placed by its lines, if they run over the end of one.
LINES = "lines"
_BREAKS = re.compile(r"[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
_PRINTABLE = re.compile(rb"[\x20-\x7e\xa0-\xff]{6,}")


class UnreadableError(Exception):
    """Something that could not be looked into."""


def _markup(text: str, depth: int, ending: str = "") -> Iterator[Text]:
    yield from read_markup(text, is_xml=ending in _XML)
    for embedded in DATA_URI.finditer(text):
        yield from _encoded(embedded[2], embedded[1], "embedded " + embedded[1], depth)


def _encoded(data: str, mime: str, place: str, depth: int) -> Iterator[Text]:
    try:
        raw = base64.b64decode(data)
    except (binascii.Error, ValueError):
        yield Text(place, data)
        return
    for part in texts_in(raw, _ENDINGS.get(mime, ".bin"), depth + 1):
        yield Text(f"{place}, {part.place}", part.text)


def _json(text: str, depth: int) -> Iterator[Text]:
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        yield from _lines(text)
    else:
        yield from _values(parsed, depth)


def _values(parsed: Any, depth: int) -> list[Text]:
    """Return every text in parsed JSON."""
    texts: list[Text] = []

    def walk(value: Any, place: str, key: str) -> None:
        if isinstance(value, dict):
            for name, item in value.items():
                texts.append(Text(f"{place} key", str(name)))
                walk(item, f"{place}.{name}" if place else str(name), str(name))
        elif isinstance(value, list):
            if value and all(isinstance(item, str) for item in value) and key != "rows":
                # Notebooks store a text as its lines; a name may run over a line's end.
                walk("".join(value), place, key)
                if all(item.endswith("\n") for item in value[:-1]):
                    return
            for number, item in enumerate(value):
                # Most of what a notebook records is numbers.
                if isinstance(item, (str, dict, list)):
                    walk(item, f"{place}[{number}]", key)
        elif isinstance(value, str):
            if key.startswith("image/") and key != "image/svg+xml":
                texts.extend(_encoded(value, key, place, depth))
            elif value.lstrip().startswith("<") or "</" in value:
                parts = _markup(value, depth)
                texts.extend(Text(f"{place}, {part.place}", part.text) for part in parts)
            else:
                texts.append(Text(place, value))

    walk(parsed, "", "")
    return texts


def _lines(text: str) -> Iterator[Text]:
    lines = [unescape(line) if "&" in line else line for line in text.splitlines()]
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield Text(f"line {number}", line)
    if len(lines) > 1:
        # A name may run over a line's end; the text has as many lines as the file.
        yield Text(LINES, "\n".join([_BREAKS.sub(" ", line) for line in lines]))


def _png(raw: bytes) -> Iterator[Text]:
    place = 8
    while place + 12 <= len(raw):
        length, kind = struct.unpack(">I4s", raw[place : place + 8])
        body = raw[place + 8 : place + 8 + length]
        name = kind.decode("latin-1")
        if kind == b"tEXt":
            yield Text(f"{name} chunk", body.replace(b"\0", b": ").decode("latin-1"))
        elif kind in {b"zTXt", b"iTXt"}:
            yield Text(f"{name} chunk", _png_text(kind, body))
        elif kind == b"eXIf":
            yield from _strings(body, f"{name} chunk")
        place += 12 + length
    yield from _strings(raw[place:], "data after the picture")


def _png_text(kind: bytes, body: bytes) -> str:
    keyword, _, rest = body.partition(b"\0")
    if kind == b"zTXt":
        return f"{keyword.decode('latin-1')}: {_inflate(rest[1:]).decode('latin-1')}"
    compressed, rest = rest[:1] == b"\x01", rest[2:]
    language, _, rest = rest.partition(b"\0")
    translated, _, text = rest.partition(b"\0")
    text = _inflate(text) if compressed else text
    parts = (keyword, language, translated, text)
    return " ".join(part.decode("utf-8", "replace") for part in parts)


def _inflate(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, MOST_BYTES)
    except zlib.error as error:
        raise UnreadableError(f"a compressed text that is damaged ({error})") from None


def _strings(raw: bytes, place: str) -> Iterator[Text]:
    """Yield the readable runs of anything else, single-byte and UTF-16."""
    for found in _PRINTABLE.finditer(raw):
        yield Text(f"{place}, byte {found.start()}", found.group().decode("latin-1"))
    wide = raw.replace(b"\0", b"")
    if len(wide) <= 0.7 * len(raw):
        for found in _PRINTABLE.finditer(wide):
            yield Text(place, found.group().decode("latin-1"))


def _pdf(raw: bytes) -> Iterator[Text]:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        # PDFium takes the text of a page with large drawings a hundred times faster; everything
        # around the text it does not show.
        for number, page in enumerate(PdfDocument(raw), start=1):
            yield Text(f"page {number}", page.get_textpage().get_text_bounded())
        reader = PdfReader(io.BytesIO(raw))
        for name, value in (reader.metadata or {}).items():
            yield Text(f"metadata {name}", str(value))
        if reader.xmp_metadata is not None:
            yield from _strings(reader.xmp_metadata.stream.get_data(), "XMP metadata")
        for number, page in enumerate(reader.pages, start=1):
            for note in page.get("/Annots") or ():
                yield Text(f"page {number}, annotation", str(note.get_object()))
        for name, contents in reader.attachments.items():
            for content in contents:
                for part in texts_in(content, Path(name).suffix.lower(), 1):
                    yield Text(f"attachment {name}, {part.place}", part.text)
    except (PyPdfError, PdfiumError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableError(f"a PDF that is damaged or locked ({type(error).__name__})") from None


def _zip(raw: bytes, depth: int) -> Iterator[Text]:
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = archive.infolist()
            if len(members) > _MOST_MEMBERS:
                raise UnreadableError(f"an archive of more than {_MOST_MEMBERS:,} files")
            if archive.comment:
                yield from _strings(archive.comment, "archive comment")
            for member in members:
                total += member.file_size
                if total > MOST_BYTES:
                    raise UnreadableError("an archive that unpacks to more than 256 MiB")
                yield Text("name of a member", member.filename)
                if member.is_dir():
                    continue
                # Read no more than the archive says: it may say less than it holds.
                with archive.open(member) as stream:
                    content = stream.read(member.file_size + 1)
                if len(content) > member.file_size:
                    raise UnreadableError("an archive that says less than it holds")
                ending = Path(member.filename).suffix.lower()
                for part in texts_in(content, ending, depth + 1):
                    yield Text(f"{member.filename}, {part.place}", part.text)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError) as error:
        raise UnreadableError(f"an archive that is damaged or locked ({error})") from None


def _decode(raw: bytes) -> str | None:
    """Return a text file's text; None where it is no text."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    if b"\0" in raw[:8192]:
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def texts_in(raw: bytes, ending: str, depth: int = 0) -> Iterator[Text]:
    """Yield every text in a file's content, told by content first and by its ending then."""
    if depth > _MOST_DEPTH:
        raise UnreadableError("archives within archives too deep to follow")
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        yield from _png(raw)
    elif raw.startswith(b"PK\x03\x04"):
        yield from _zip(raw, depth)
    elif raw.startswith(b"%PDF-"):
        yield from _pdf(raw)
    elif raw.startswith(b"\x1f\x8b"):
        content = zlib.decompressobj(wbits=31).decompress(raw, MOST_BYTES)
        yield from texts_in(content, "", depth + 1)
    elif (text := _decode(raw)) is None or raw.startswith(b"\xff\xd8\xff"):
        yield from _strings(raw, "content")
    elif ending in _JSON:
        yield from _json(text, depth)
    elif ending in _MARKUP:
        yield from _markup(text, depth, ending)
    else:
        yield from _lines(text)
        for found in DATA_URI.finditer(text):
            yield from _encoded(found[2], found[1], "embedded " + found[1], depth)
