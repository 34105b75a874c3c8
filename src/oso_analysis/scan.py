"""Looks for personal data in every output: text, attributes, metadata, archives and file names."""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple
from xml.parsers import expat

import pandas as pd

from oso_analysis.errors import InputError, Problem, RunError
from oso_analysis.personal_data import Match, NameFinder, find_personal_data, mask

__all__ = ["FINDING_COLUMNS", "UNREADABLE", "require_clean", "scan_bytes", "scan_paths"]

FINDING_COLUMNS = ("file", "place", "kind", "excerpt")
#: Kind of finding for what could not be looked into; it fails a build like any other.
UNREADABLE = "not readable"

_MOST_BYTES = 256 * 2**20
#: A longer text is hardly ever there twice, and is not worth remembering.
_SHORT_TEXT = 10_000
#: File, place, kind and masked excerpt of one finding.
_Row = tuple[str, str, str, str]
#: Findings that a message names: one name can stand in hundreds of places.
_MOST_LINES = 40
_MOST_MEMBERS = 10_000
_MOST_DEPTH = 4
_MARKUP = frozenset({".html", ".htm", ".svg", ".xml", ".xhtml", ".rels", ".qde", ".qdc", ".md"})
_JSON = frozenset({".json", ".ipynb", ".jsonld", ".geojson"})
_SKIPPED_FOLDERS = frozenset({".git", ".venv", "__pycache__", ".ipynb_checkpoints"})
_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "em",
        "font",
        "i",
        "mark",
        "r",
        "rpr",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "t",
        "tspan",
        "u",
    ]
)
_OFFICE_BREAKS = frozenset(["w:p", "w:tc", "w:br", "w:cr", "w:tab", "a:p", "a:br"])
_DATA_URI = re.compile(r"data:([\w/+.-]+)(?:;[\w=-]+)*;base64,([A-Za-z0-9+/=\s]+)")
_ENDINGS = {
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/jpeg": ".jpg",
    "text/html": ".html",
}
#: Attributes that hold drawing instructions: numbers only, and a great many.
_DRAWN = frozenset({"d", "points", "transform", "viewbox", "style"})
_PRINTABLE = re.compile(rb"[\x20-\x7e\xa0-\xff]{6,}")


class _Text(NamedTuple):
    """A text to look at, and where in the file it stands."""

    place: str
    text: str


class _UnreadableError(Exception):
    """Something that could not be looked into."""


@lru_cache(maxsize=256)
def _runs_on(tag: str) -> bool:
    """Tell whether text runs on across a tag, so that it may split a name or a number."""
    if tag.startswith(("w:", "a:")):
        # Office files cut a sentence into runs wherever its spelling was checked.
        return tag not in _OFFICE_BREAKS
    return tag in _INLINE


class _Found:
    """What a page or an XML file says.

    Its text is one, so that tags do not split a name. Attributes, comments and the like stand
    beside it, each once: drawings repeat theirs ten thousand times.
    """

    def __init__(self) -> None:
        self._words: list[str] = []
        self._rest: dict[str, dict[str, None]] = {}
        self._values: dict[tuple[str, str], dict[str, None]] = {}
        self.say = self._words.append

    def start(self, tag: str, attributes: Iterable[tuple[str, str | None]]) -> None:
        if not _runs_on(tag):
            self.say(" ")
        for name, value in attributes:
            if value and name not in _DRAWN:
                self._values.setdefault((tag, name), {})[value] = None

    def end(self, tag: str) -> None:
        if not _runs_on(tag):
            self.say(" ")

    def add(self, place: str, text: str) -> None:
        self._rest.setdefault(place, {})[text] = None

    def texts(self) -> Iterator[_Text]:
        yield _Text("text", "".join(self._words))
        for (tag, name), values in self._values.items():
            for value in values:
                yield _Text(f"attribute {name} of <{tag}>", _left_encoded(value))
        for place, texts in self._rest.items():
            for text in texts:
                yield _Text(place, text)


def _left_encoded(value: str) -> str:
    """Return an attribute without what it holds encoded, which is looked at decoded."""
    address = _DATA_URI.fullmatch(value) if value.startswith("data:") else None
    return value if address is None or not _is_exact(address[2]) else value[: address.start(2)]


def _is_exact(data: str) -> bool:
    """Tell whether decoding loses nothing, so that nothing can hide in how it is encoded."""
    try:
        return base64.b64encode(base64.b64decode(data)).decode("ascii") == data
    except (binascii.Error, ValueError):
        return False


class _Page(HTMLParser):
    """Reads a page into what it says, forgiving of all mistakes."""

    def __init__(self, found: _Found) -> None:
        super().__init__(convert_charrefs=True)
        self.found = found

    def handle_data(self, data: str) -> None:
        self.found.say(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.start(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self.found.end(tag)

    def handle_comment(self, data: str) -> None:
        self.found.add("comment", data)

    def handle_decl(self, decl: str) -> None:
        self.found.add("declaration", decl)

    def handle_pi(self, data: str) -> None:
        self.found.add("processing instruction", data)

    def unknown_decl(self, data: str) -> None:
        self.found.say(data)


def _xml(text: str) -> _Found | None:
    """Return what an XML file says; None where it is not one, or declares entities of its own.

    Ten times as fast as reading it as a page.
    """
    found = _Found()
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def start(tag: str, attributes: dict[str, str]) -> None:
        found.start(tag.lower(), ((name.lower(), value) for name, value in attributes.items()))

    def declared(name: str, system: str | None, public: str | None, inside: bool) -> None:
        if inside:
            raise ValueError("declarations of its own")
        found.add("declaration", " ".join(filter(None, ("DOCTYPE", name, public, system))))

    def instruction(target: str, data: str) -> None:
        found.add("processing instruction", f"{target} {data}")

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda tag: found.end(tag.lower())
    parser.CharacterDataHandler = found.say
    parser.CommentHandler = lambda data: found.add("comment", data)
    parser.ProcessingInstructionHandler = instruction
    parser.StartDoctypeDeclHandler = declared
    parser.XmlDeclHandler = lambda version, encoding, _: instruction("xml", f"{version} {encoding}")
    try:
        parser.Parse(text.strip(), True)
    except (expat.ExpatError, ValueError):
        return None
    return found


def _markup(text: str, depth: int) -> Iterator[_Text]:
    found = _xml(text) if text.lstrip().startswith(("<?xml", "<svg")) else None
    if found is None:
        found = _Found()
        page = _Page(found)
        page.feed(text)
        page.close()
    yield from found.texts()
    for embedded in _DATA_URI.finditer(text):
        yield from _encoded(embedded[2], embedded[1], "embedded " + embedded[1], depth)


def _encoded(data: str, mime: str, place: str, depth: int) -> Iterator[_Text]:
    try:
        raw = base64.b64decode(data)
    except (binascii.Error, ValueError):
        yield _Text(place, data)
        return
    for part in _texts(raw, _ENDINGS.get(mime, ".bin"), depth + 1):
        yield _Text(f"{place}, {part.place}", part.text)


def _json(text: str, depth: int) -> Iterator[_Text]:
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        yield from _lines(text)
    else:
        yield from _values(parsed, depth)


def _values(parsed: Any, depth: int) -> list[_Text]:
    """Return every text in parsed JSON."""
    texts: list[_Text] = []

    def walk(value: Any, place: str, key: str) -> None:
        if isinstance(value, dict):
            for name, item in value.items():
                texts.append(_Text(f"{place} key", str(name)))
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
                texts.extend(_Text(f"{place}, {part.place}", part.text) for part in parts)
            else:
                texts.append(_Text(place, value))

    walk(parsed, "", "")
    return texts


def _lines(text: str) -> Iterator[_Text]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield _Text(f"line {number}", unescape(line) if "&" in line else line)


def _png(raw: bytes) -> Iterator[_Text]:
    place = 8
    while place + 12 <= len(raw):
        length, kind = struct.unpack(">I4s", raw[place : place + 8])
        body = raw[place + 8 : place + 8 + length]
        name = kind.decode("latin-1")
        if kind == b"tEXt":
            yield _Text(f"{name} chunk", body.replace(b"\0", b": ").decode("latin-1"))
        elif kind in {b"zTXt", b"iTXt"}:
            yield _Text(f"{name} chunk", _png_text(kind, body))
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
        return zlib.decompressobj().decompress(data, _MOST_BYTES)
    except zlib.error as error:
        raise _UnreadableError(f"a compressed text that is damaged ({error})") from None


def _strings(raw: bytes, place: str) -> Iterator[_Text]:
    """Yield the readable runs of anything else, single-byte and UTF-16."""
    for found in _PRINTABLE.finditer(raw):
        yield _Text(f"{place}, byte {found.start()}", found.group().decode("latin-1"))
    wide = raw.replace(b"\0", b"")
    if len(wide) <= 0.7 * len(raw):
        for found in _PRINTABLE.finditer(wide):
            yield _Text(place, found.group().decode("latin-1"))


def _pdf(raw: bytes) -> Iterator[_Text]:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        # PDFium takes the text of a page with large drawings a hundred times faster; everything
        # around the text it does not show.
        for number, page in enumerate(PdfDocument(raw), start=1):
            yield _Text(f"page {number}", page.get_textpage().get_text_bounded())
        reader = PdfReader(io.BytesIO(raw))
        for name, value in (reader.metadata or {}).items():
            yield _Text(f"metadata {name}", str(value))
        if reader.xmp_metadata is not None:
            yield from _strings(reader.xmp_metadata.stream.get_data(), "XMP metadata")
        for number, page in enumerate(reader.pages, start=1):
            for note in page.get("/Annots") or ():
                yield _Text(f"page {number}, annotation", str(note.get_object()))
        for name, contents in reader.attachments.items():
            for content in contents:
                for part in _texts(content, Path(name).suffix.lower(), 1):
                    yield _Text(f"attachment {name}, {part.place}", part.text)
    except (PyPdfError, PdfiumError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _UnreadableError(
            f"a PDF that is damaged or locked ({type(error).__name__})"
        ) from None


def _zip(raw: bytes, depth: int) -> Iterator[_Text]:
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = archive.infolist()
            if len(members) > _MOST_MEMBERS:
                raise _UnreadableError(f"an archive of more than {_MOST_MEMBERS:,} files")
            if archive.comment:
                yield from _strings(archive.comment, "archive comment")
            for member in members:
                total += member.file_size
                if total > _MOST_BYTES:
                    raise _UnreadableError("an archive that unpacks to more than 256 MiB")
                yield _Text("name of a member", member.filename)
                if member.is_dir():
                    continue
                # Read no more than the archive says: it may say less than it holds.
                with archive.open(member) as stream:
                    content = stream.read(member.file_size + 1)
                if len(content) > member.file_size:
                    raise _UnreadableError("an archive that says less than it holds")
                ending = Path(member.filename).suffix.lower()
                for part in _texts(content, ending, depth + 1):
                    yield _Text(f"{member.filename}, {part.place}", part.text)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError) as error:
        raise _UnreadableError(f"an archive that is damaged or locked ({error})") from None


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


def _texts(raw: bytes, ending: str, depth: int = 0) -> Iterator[_Text]:
    """Yield every text in a file's content, told by content first and by its ending then."""
    if depth > _MOST_DEPTH:
        raise _UnreadableError("archives within archives too deep to follow")
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        yield from _png(raw)
    elif raw.startswith(b"PK\x03\x04"):
        yield from _zip(raw, depth)
    elif raw.startswith(b"%PDF-"):
        yield from _pdf(raw)
    elif raw.startswith(b"\x1f\x8b"):
        content = zlib.decompressobj(wbits=31).decompress(raw, _MOST_BYTES)
        yield from _texts(content, "", depth + 1)
    elif (text := _decode(raw)) is None or raw.startswith(b"\xff\xd8\xff"):
        yield from _strings(raw, "content")
    elif ending in _JSON:
        yield from _json(text, depth)
    elif ending in _MARKUP:
        yield from _markup(text, depth)
    else:
        yield from _lines(text)
        for found in _DATA_URI.finditer(text):
            yield from _encoded(found[2], found[1], "embedded " + found[1], depth)


def scan_bytes(
    content: bytes,
    name: str,
    *,
    confidential: Sequence[str] | NameFinder = (),
    allow: Iterable[str] = (),
) -> pd.DataFrame:
    """Look for personal data in the content and the name of one file.

    Parameters
    ----------
    content : bytes
    name : str
        File name; its ending tells text formats apart.
    confidential : sequence of str or NameFinder
        Respondents who must not be named.
    allow : iterable of str
        Exact findings that may stand.

    Returns
    -------
    pandas.DataFrame
        One row a finding: ``file, place, kind, excerpt``, all ``str``; the excerpt is masked. The
        same finding in two views of one text (a page's source and its text) is one row.
    """
    return _frame(_rows(content, name, _search(confidential, allow)))


def _search(
    confidential: Sequence[str] | NameFinder, allow: Iterable[str]
) -> Callable[[str], list[Match]]:
    """Return what finds personal data in a text, and remembers what it found in short ones.

    An edition says most of what it says several times: notebooks, page, tables, workbook.
    """
    names = confidential if isinstance(confidential, NameFinder) else NameFinder(confidential)
    find = partial(find_personal_data, names=names, allow=tuple(allow))
    remembered = lru_cache(maxsize=None)(find)
    return lambda text: (remembered if len(text) <= _SHORT_TEXT else find)(text)


def _rows(content: bytes, name: str, search: Callable[[str], list[Match]]) -> Iterator[_Row]:
    for match in search(name):
        yield name, "file name", match.kind, mask(match.value)
    try:
        if len(content) > _MOST_BYTES:
            raise _UnreadableError("a file of more than 256 MiB")
        for part in _texts(content, Path(name).suffix.lower()):
            for match in search(part.text):
                place = part.place
                if len(part.text) > 2_000 and not place.startswith("line"):
                    place += f", character {match.start + 1:,}"
                yield name, place, match.kind, mask(match.value)
    except (_UnreadableError, zlib.error) as error:
        yield name, "content", UNREADABLE, str(error)


def _frame(rows: Iterable[_Row]) -> pd.DataFrame:
    return pd.DataFrame(list(dict.fromkeys(rows)), columns=list(FINDING_COLUMNS)).astype("str")


def _files(paths: Sequence[Path | str]) -> list[tuple[Path, str]]:
    found: dict[str, Path] = {}
    problems = []
    for given in map(Path, paths):
        if given.is_file():
            found[given.as_posix()] = given
        elif given.is_dir():
            for path in sorted(given.rglob("*")):
                if path.is_file() and not _SKIPPED_FOLDERS & set(path.relative_to(given).parts):
                    found[path.as_posix()] = path
        else:
            problems.append(Problem("does not exist", file=given.as_posix()))
    if problems:
        raise InputError(problems)
    return [(path, name) for name, path in found.items()]


def scan_paths(
    paths: Sequence[Path | str],
    *,
    confidential: Sequence[str] = (),
    allow: Iterable[str] = (),
    relative_to: Path | None = None,
) -> pd.DataFrame:
    """Look for personal data in files and in all files of folders.

    Parameters
    ----------
    paths : sequence of path-like
        Files and folders. Text and tables, JSON and notebooks with their pictures, HTML, SVG and
        XML with attributes and comments, PNG text chunks, ZIP archives and the formats made of
        them (DOCX, XLSX, QDPX), PDF with metadata; the readable runs of anything else.
    confidential : sequence of str
        Respondents who must not be named: whole words; case, accents and spacing do not matter.
    allow : iterable of str
        Exact findings that may stand, such as the team's own address.
    relative_to : Path, optional
        Folder above all of them; files are then named, and their names looked at, from there.

    Returns
    -------
    pandas.DataFrame
        One row a finding: ``file`` (as given, or from `relative_to`), ``place``, ``kind`` (e-mail
        address, telephone number, confidential respondent, or not readable), ``excerpt`` (masked).
        Empty when clean.

    Raises
    ------
    InputError
        For paths that do not exist.

    Notes
    -----
    Lettering that a picture holds only as pixels or outlines cannot be read; the figure's data and
    alternative text, which say the same, can.
    """
    search = _search(confidential, allow)
    rows: list[_Row] = []
    for path, given in _files(paths):
        name = given if relative_to is None else path.relative_to(relative_to).as_posix()
        try:
            content = path.read_bytes()
        except OSError as error:
            rows.append((name, "content", UNREADABLE, error.strerror or "I/O error"))
            continue
        rows += _rows(content, name, search)
    return _frame(rows)


def require_clean(
    paths: Sequence[Path | str],
    *,
    confidential: Sequence[str] = (),
    allow: Iterable[str] = (),
    relative_to: Path | None = None,
) -> int:
    """Raise unless a scan finds nothing; return the number of files looked at.

    Parameters
    ----------
    paths, confidential, allow, relative_to
        As for `scan_paths`.

    Raises
    ------
    RunError
        Naming the findings (the first forty, and how many more): file, place, kind and masked
        excerpt.
    InputError
        For paths that do not exist.
    """
    found = scan_paths(paths, confidential=confidential, allow=allow, relative_to=relative_to)
    if len(found):
        lines = [
            f"  - {row.file}, {row.place}: {row.kind} {row.excerpt}"
            for row in found.head(_MOST_LINES).itertuples()
        ]
        if len(found) > _MOST_LINES:
            lines.append(f"  … and {len(found) - _MOST_LINES:,} more")
        raise RunError(
            "\n".join(
                [f"{len(found)} finding(s) of personal data; nothing may be released:", *lines]
            )
        )
    return len(_files(paths))
