"""From files to the finished table: decode, recognise, parse, prove, normalise."""

from __future__ import annotations

import gc
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from oso_analysis.display import Summarised, Summary
from oso_analysis.errors import InputError, Problem, RunError, require_kind
from oso_analysis.files import short_names
from oso_analysis.literature.readers.bibtex import parse_bibtex
from oso_analysis.literature.readers.csl import parse_csl
from oso_analysis.literature.readers.decode import Source, open_source, too_long_a_line
from oso_analysis.literature.readers.draft import RECORD_COLUMNS, Parsed, shown
from oso_analysis.literature.readers.embase import parse_embase
from oso_analysis.literature.readers.endnote import declares_entities, parse_endnote
from oso_analysis.literature.readers.finish import finish
from oso_analysis.literature.readers.markers import (
    count_endnote,
    count_markers,
    count_pubmed,
    count_table,
    count_zotero_rdf,
    scan_json,
)
from oso_analysis.literature.readers.medline import parse_medline
from oso_analysis.literature.readers.pubmed_xml import parse_pubmed
from oso_analysis.literature.readers.record_ids import Entries, record_ids
from oso_analysis.literature.readers.ris import parse_ris
from oso_analysis.literature.readers.sniff import FORMATS, foreign_xml, made_for_people, sniff
from oso_analysis.literature.readers.tabular import header_of, parse_table
from oso_analysis.literature.readers.tagged import (
    parse_noteexpress,
    parse_refer,
    parse_refworks,
)
from oso_analysis.literature.readers.text import clean
from oso_analysis.literature.readers.wos import parse_wos
from oso_analysis.literature.readers.xls import read_old_workbook
from oso_analysis.literature.readers.xlsx import read_workbook
from oso_analysis.literature.readers.zotero_rdf import BrokenXMLError, parse_zotero_rdf

__all__ = ["ReadResult", "read_records"]

_REJECTS = ("source_file", "source_line", "reason", "raw")
_REPAIRS = ("record_id", *_REJECTS)
_FILES = ("file", "format", "encoding", "n_markers", "n_accepted", "n_rejected", "n_repaired")
_NUMBERS = ("source_line", "year")
_WHOLE = re.compile(r"\s*(\d{1,9})(?:\.0*)?\s*")
_ONE_PER_LINE = frozenset(FORMATS) - {
    "csl-json",
    "endnote-xml",
    "pubmed-xml",
    "xls",
    "xlsx",
    "zotero-rdf",
}
_PARSERS: dict[str, Callable[[str], Parsed]] = {
    "ris": parse_ris,
    "bibtex": parse_bibtex,
    "medline": parse_medline,
    "wos": parse_wos,
    "embase": parse_embase,
    "refer": parse_refer,
    "refworks": parse_refworks,
    "noteexpress": parse_noteexpress,
}
#: What reads entries of XML, and what counts them.
_XML: dict[str, tuple[Callable[[bytes], Parsed], Callable[[bytes], int]]] = {
    "endnote-xml": (parse_endnote, count_endnote),
    "pubmed-xml": (parse_pubmed, count_pubmed),
    "zotero-rdf": (parse_zotero_rdf, count_zotero_rdf),
}


@dataclass(frozen=True, repr=False)
class ReadResult(Summarised):
    """What was read.

    Attributes
    ----------
    records : pandas.DataFrame
        One row an accepted entry, the columns of `records` in docs/architecture.md.
    rejects : pandas.DataFrame
        One row an entry that could not be read: `source_file, source_line, reason, raw`.
    repairs : pandas.DataFrame
        One row a thing mended: `record_id, source_file, source_line, reason, raw`; `record_id`
        is missing where it concerns the whole file or text between entries.
    files : pandas.DataFrame
        One row a file: `file, format, encoding, n_markers, n_accepted, n_rejected, n_repaired`;
        `n_markers` is the independent count, and equals `n_accepted` plus `n_rejected`;
        `n_repaired` counts the file's accepted entries with at least one repair.
    """

    records: pd.DataFrame
    rejects: pd.DataFrame
    repairs: pd.DataFrame
    files: pd.DataFrame

    @property
    def placed(self) -> pd.Series:
        """The file in which each record stands: records are in the order of the files.

        In a table that `records import` wrote, `source_file` is the export it was made from.
        """
        placed = self.files["file"].repeat(self.files["n_accepted"].tolist())
        return placed.astype("str").set_axis(self.records.index)

    @property
    def _summary(self) -> Summary:
        markers = int(self.files["n_markers"].sum())
        formats = ", ".join(sorted(set(self.files["format"].astype("str"))))
        rows = [
            ("records", len(self.records), f"accepted, of {markers:,} found in the files"),
            ("rejects", len(self.rejects), "entries that could not be read, with the reason"),
            ("repairs", len(self.repairs), "things mended, with the reason"),
            ("files", len(self.files), f"formats: {formats}"),
        ]
        return Summary("Records read", rows)


@dataclass(slots=True)
class _File:
    source: Source
    format: str
    parsed: Parsed
    markers: int


def read_records(paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> ReadResult:
    """Read bibliographic exports of any supported format into one table.

    The format is recognised by content, whatever the file is called: RIS, BibTeX, CSL-JSON and
    what the programming interfaces of databases answer, EndNote XML, PubMed nbib (MEDLINE) and XML,
    Zotero RDF, tagged text of Web of Science, EndNote, RefWorks and NoteExpress, CSV, TSV and Excel
    tables.

    Parameters
    ----------
    paths : path-like or iterable of path-like
        The files, in any order.

    Returns
    -------
    ReadResult
        Records in the order of the files as sorted by name, and within a file as they stand
        there. `record_id` is the export's own key (RIS `ID`, BibTeX key, CSL `id`, EndNote
        `accession-num`, the key column of a table) where no other entry read has it, or all that
        have it are of one publication and it is the first; else `<file name>-<fingerprint>`,
        which depends on the title and the DOI or year, with a row in `repairs`. `authors` is
        `Family, Given; Family, Given`; names as the export had them are in `extra` wherever
        more than spacing was changed. `year` is missing where no date field holds a year from
        1400 to 2099. `doi` is lower case without a resolver's address.

    Raises
    ------
    InputError
        With one problem for every file that cannot be read at all: missing, empty, binary, of
        no known format, with XML entity declarations, NUL bytes or an impossibly long line.
    RunError
        Where accepted and rejected entries do not add up to the independent count; an error
        in this package, raised lest an entry be lost unnoticed.

    Examples
    --------
    >>> import oso_analysis as oso
    >>> result = oso.read_records("data/literature/records/solicitation.json")
    >>> result.files["format"].tolist()
    ['csl-json']
    >>> counts = result.files.iloc[0]
    >>> bool(counts["n_markers"] == counts["n_accepted"] + counts["n_rejected"])
    True
    """
    if isinstance(paths, (str, os.PathLike)):
        paths = [paths]
    require_kind("paths", paths, Iterable, "must be the path of a file, or a list of paths")
    paths = list(paths)
    for path in paths:
        require_kind("paths", path, (str, os.PathLike), "must be paths of files")
    given = [Path(path) for path in paths]
    named = _named(given)
    times = Counter(path.resolve() for path in given)
    # Parsing makes millions of small objects, none of them in cycles; letting the collector visit
    # them again and again would double the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        files = _read_all(named)
        for file in files:
            named_times = times[file.source.path.resolve()]
            if named_times > 1:
                file.parsed.repair(None, 1, f"is named {named_times} times and read once", "")
        return _assemble(files)
    finally:
        if collecting:
            gc.enable()


def _read_all(named: Iterable[tuple[Path, str]]) -> list[_File]:
    files: list[_File] = []
    problems: list[Problem] = []
    for path, name in named:
        found = _read(path, name)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            files.append(found)
    if problems:
        raise InputError(problems, f"{len(problems)} file(s) cannot be read")
    return files


def _named(paths: Sequence[Path]) -> list[tuple[Path, str]]:
    """Pair each path with the shortest name that no other path has."""
    if not paths:
        raise InputError([Problem("name at least one file to read")])
    # A file given twice, by whatever path, is read once: its records are no duplicates.
    first = {name: path for path, name in reversed(short_names(paths).items())}
    return [(path, name) for name, path in sorted(first.items())]


def _read(path: Path, name: str) -> _File | Problem:
    source = open_source(path, name)
    if isinstance(source, Problem):
        return source
    if source.workbook:
        read = read_workbook if source.workbook == "xlsx" else read_old_workbook
        result = read(source.data, name)
        return result if isinstance(result, Problem) else _proved(source, source.workbook, *result)
    head = source.head
    format = sniff(head)
    if format is None and (foreign := foreign_xml(head.lstrip())):
        return Problem(f"is {foreign}; export the references as RIS, BibTeX or CSV instead", name)
    if format is None and (said := made_for_people(head)):
        return Problem(said, name)
    if format is None:
        return Problem(
            f"is in no format that is read: {', '.join(FORMATS.values())}",
            file=name,
            value=clean(head[:60]),
        )
    if format in _ONE_PER_LINE and (problem := too_long_a_line(source.data, name)):
        return problem
    if format in ("csv", "tsv"):
        header = header_of(head)
        assert header is not None  # noqa: S101
        parsed = parse_table(source.data, header)
        markers = count_table(source.data, head)
    elif format == "csl-json":
        # The scan says on which lines the items begin, which a JSON parser cannot.
        starts = scan_json(source.data)
        parsed = parse_csl(source.data, starts)
        markers = len(starts)
    elif format in _XML:
        if line := declares_entities(source.data):
            return Problem(
                "declares XML entities, which no export needs and attacks use", file=name, row=line
            )
        try:
            parsed = _XML[format][0](source.data)
        except BrokenXMLError as error:
            return Problem(str(error), file=name, row=error.line)
        markers = _XML[format][1](source.data)
    else:
        text = source.text
        parsed = _PARSERS[format](text)
        markers = count_markers(text, format, source.data)
    if markers == 0:
        return _none(name, format)
    return _proved(source, format, parsed, markers)


def _none(name: str, format: str) -> Problem:
    return Problem(f"has no entries, though it looks like {FORMATS[format]}", file=name)


def _proved(source: Source, format: str, parsed: Parsed, markers: int) -> _File:
    """Return the file read once its entries add up to the independent count."""
    if parsed.n_accepted + len(parsed.rejects) != markers:
        raise RunError(
            f"{source.name}: {markers} entry markers, but {parsed.n_accepted} entries accepted "
            f"and {len(parsed.rejects)} rejected; nothing is returned, lest one be lost"
        )
    if parsed.missing:
        reason = f"values that say no more than NA are read as empty: {parsed.missing.total()}"
        said = ", ".join(f"{name} {count}" for name, count in sorted(parsed.missing.items()))
        parsed.repair(None, 1, reason, said)
    source.data = b""
    return _File(source, format, parsed, markers)


def _assemble(files: Sequence[_File]) -> ReadResult:
    finished = [_finished(file) for file in files]
    ids = record_ids(
        [
            Entries(file.source.name, _keys(file.parsed), columns, exported=file.parsed.verbatim)
            for file, (columns, _) in zip(files, finished, strict=True)
        ]
    )
    records: dict[str, list[Any]] = {column: [] for column in RECORD_COLUMNS}
    repairs: list[tuple[Any, ...]] = []
    rejects: list[tuple[Any, ...]] = []
    summary = []
    for file, (columns, mended), own in zip(files, finished, ids, strict=True):
        name = file.source.name
        parsed = file.parsed
        repaired: set[int] = set()
        if file.source.note:
            repairs.append((None, name, 1, file.source.note, ""))
        lines = parsed.column("line")
        for place, line, reason, raw in parsed.repairs:
            if place is not None:
                repaired.add(place)
            repairs.append((None if place is None else own.ids[place], name, line, reason, raw))
        if own.n_without_key:
            reason = (
                f"{own.n_without_key} of {len(lines)} entries have no key and are named by file, "
                "title and DOI or year"
            )
            repairs.append((None, name, 1, reason, ""))
        for at, reason, key in own.renamed:
            repairs.append((own.ids[at], name, lines[at], reason, key))
            repaired.add(at)
        for at, reason, raw in mended:
            repairs.append((own.ids[at], name, lines[at], reason, shown(raw)))
            repaired.add(at)
        columns["record_id"] = own.ids
        for column in RECORD_COLUMNS:
            records[column] += columns[column]
        rejects += [(name, *reject) for reject in parsed.rejects]
        summary.append(
            (name, file.format, file.source.encoding, file.markers, len(lines),
             len(parsed.rejects), len(repaired))
        )  # fmt: skip
    return ReadResult(
        records=_frame(records),
        rejects=_small(rejects, _REJECTS, ("source_line",)),
        repairs=_small(repairs, _REPAIRS, ("source_line",)),
        files=_small(summary, _FILES, _FILES[3:]),
    )


def _finished(file: _File) -> tuple[dict[str, list[Any]], list[tuple[int, str, str]]]:
    """Return the record columns but the ids, and what had to be mended; see `finish`."""
    parsed = file.parsed
    if not parsed.verbatim:
        columns, mended = finish(parsed)
        columns["source_file"] = [file.source.name] * len(columns["source_line"])
        return columns, mended
    columns = {name: [cell or None for cell in parsed.column(name)] for name in RECORD_COLUMNS}
    mended = []
    for name in _NUMBERS:
        for at, cell in enumerate(columns[name]):
            # A table of ours may have been through a spreadsheet, or other hands.
            number = _WHOLE.fullmatch(cell) if cell else None
            columns[name][at] = int(number[1]) if number else None
            if cell and not number:
                mended.append((at, f"no whole number in {name}; left empty", cell))
    return columns, mended


def _keys(parsed: Parsed) -> list[str]:
    column = parsed.column("record_id" if parsed.verbatim else "key")
    return [clean(str(key)) if key else "" for key in column]


def _frame(columns: dict[str, list[Any]]) -> pd.DataFrame:
    frame = {}
    for name, values in columns.items():
        if name in _NUMBERS:
            numbers = pd.Series(np.array(values, dtype=np.float64))
            frame[name] = numbers.astype("Int64")
        elif any(values):
            frame[name] = pd.Series(values, dtype="str")
        else:
            # Many columns of most exports are empty; one missing cell repeated is made at once.
            frame[name] = pd.Series(np.nan, index=range(len(values)), dtype="str")
    return pd.DataFrame(frame)


def _small(
    rows: list[tuple[Any, ...]], names: Sequence[str], numbers: Sequence[str]
) -> pd.DataFrame:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pd.DataFrame(
        {
            name: pd.Series(list(values), dtype=np.int64 if name in numbers else "str")
            for name, values in zip(names, columns, strict=True)
        }
    )
