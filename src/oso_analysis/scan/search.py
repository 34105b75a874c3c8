"""Looks for personal data in every text of files, and in their names."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from oso_analysis.errors import InputError, Problem, RunError
from oso_analysis.personal_data import Match, NameFinder, find_personal_data, mask
from oso_analysis.scan.markup import Text
from oso_analysis.scan.texts import LINES, MOST_BYTES, UnreadableError, texts_in

__all__ = [
    "FINDING_COLUMNS",
    "UNREADABLE",
    "require_clean",
    "require_none",
    "scan_bytes",
    "scan_paths",
]

FINDING_COLUMNS = ("file", "place", "kind", "excerpt")
#: Kind of finding for what could not be looked into; it fails a build like any other.
UNREADABLE = "not readable"

#: A longer text is hardly ever there twice, and is not worth remembering.
_SHORT_TEXT = 10_000
#: File, place, kind and masked excerpt of one finding.
_Row = tuple[str, str, str, str]
#: Findings that a message names: one name can stand in hundreds of places.
_MOST_LINES = 40
_SKIPPED_FOLDERS = frozenset({".git", ".venv", "__pycache__", ".ipynb_checkpoints"})
#: Put between texts that are looked at in one go. No pattern of `personal_data` reaches over it but
#: that of names, which can only find more; so texts that hold nothing together hold nothing each.
_APART = "\n\0\n"


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
    return _frame(_rows(content, name, _Search(confidential, allow)))


class _Search:
    """Finds personal data in a text, and remembers the short texts in which there is none.

    An edition says most of what it says several times: notebooks, page, tables, workbook.
    """

    def __init__(self, confidential: Sequence[str] | NameFinder, allow: Iterable[str]) -> None:
        names = confidential if isinstance(confidential, NameFinder) else NameFinder(confidential)
        self._find = partial(find_personal_data, names=names, allow=tuple(allow))
        self._clean: set[str] = set()

    def screen(self, texts: Iterable[str]) -> None:
        """Look at many texts in one go, which is quick where there is nothing in them."""
        short = {text for text in texts if len(text) <= _SHORT_TEXT} - self._clean
        if not self._find(_APART.join(sorted(short))):
            self._clean |= short

    def __call__(self, text: str) -> list[Match]:
        return [] if text in self._clean else self._find(text)


def _rows(content: bytes, name: str, search: _Search) -> Iterator[_Row]:
    for match in search(name):
        yield name, "file name", match.kind, mask(match.value)
    try:
        if len(content) > MOST_BYTES:
            raise UnreadableError("a file of more than 256 MiB")
        parts: list[Text] = []
        try:
            parts.extend(texts_in(content, Path(name).suffix.lower()))
        finally:
            # What could be read of a file that cannot be read whole is looked at all the same.
            yield from _matches(parts, name, search)
    except (UnreadableError, zlib.error) as error:
        yield name, "content", UNREADABLE, str(error)


def _matches(parts: Sequence[Text], name: str, search: _Search) -> Iterator[_Row]:
    search.screen(part.text for part in parts)
    for part in parts:
        for match in search(part.text):
            place = part.place
            if place == LINES:
                # What stands within a line was found there.
                if "\n" not in match.value:
                    continue
                place = f"line {1 + part.text.count(chr(10), 0, match.start)}"
            elif len(part.text) > 2_000 and not place.startswith("line"):
                place += f", character {match.start + 1:,}"
            yield name, place, match.kind, mask(match.value)


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
    search = _Search(confidential, allow)
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
    paths: Sequence[Path | str], *, confidential: Sequence[str] = (), allow: Iterable[str] = ()
) -> int:
    """Raise unless a scan finds nothing; return the number of files looked at.

    Parameters
    ----------
    paths, confidential, allow
        As for `scan_paths`.

    Raises
    ------
    RunError
        Naming the findings (the first forty, and how many more): file, place, kind and masked
        excerpt.
    InputError
        For paths that do not exist.
    """
    require_none(scan_paths(paths, confidential=confidential, allow=allow))
    return len(_files(paths))


def require_none(found: pd.DataFrame) -> None:
    """Raise if a scan found anything.

    Parameters
    ----------
    found : pandas.DataFrame
        As `scan_paths` returns it.

    Raises
    ------
    RunError
        As `require_clean`.
    """
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
