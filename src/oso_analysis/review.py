"""A whole review: every table of `data/`, checked, and the frames derived from them.

Each part is read when it is first asked for, so a notebook depends on the files it uses and on no
others. What was made from the same bytes before, in this process, is not made again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from oso_analysis.codebook import Codebook, read_codebook
from oso_analysis.consistency import check_codebook, check_files, check_tables
from oso_analysis.display import Summarised, Summary, plural
from oso_analysis.errors import InputError, Problem, naming_files, nearest, require_kind
from oso_analysis.frames import distinct
from oso_analysis.imprint import check_imprint, read_report
from oso_analysis.literature.coding import code_works
from oso_analysis.literature.deduplicate import Deduplication, deduplicate
from oso_analysis.literature.readers import ReadResult, read_records
from oso_analysis.literature.screening import screen_works
from oso_analysis.literature.sources import Origins, assign_sources, find_origins, list_origins
from oso_analysis.project import CHECKED, find_root
from oso_analysis.schema import RECORDS, DataPackage, check_foreign_keys, load_table, read_package

__all__ = ["Review", "load_review", "open_review", "require_review"]

#: People's verdicts on which records are one work.
_DECISIONS = "duplicate_decisions"
#: Verdicts on works: two that contradict each other may name different records.
_ON_WORKS = ("screening_adjudication", "coding_adjudication")
#: Tables whose rows are held against one another only when they are joined.
_JOINED = (_DECISIONS, "screening", "coding", "coding_consensus", *_ON_WORKS)

_Made = TypeVar("_Made")
#: The last result of each part of each project, with a digest of what it was made from.
_kept: dict[tuple[Path, str], tuple[str, Any]] = {}


@dataclass(frozen=True, repr=False, eq=False)
class Review(Summarised):
    """Everything a notebook starts from.

    Attributes
    ----------
    root : Path
        The project's folder.
    package : DataPackage
        The description of the data, with its `limits`.
    codebook : Codebook
        The vocabulary.
    tables : mapping of str to pandas.DataFrame
        Every described table by resource name.

    Notes
    -----
    Tables, records and what is derived from them are read when they are first asked for.
    """

    root: Path
    package: DataPackage
    codebook: Codebook
    tables: Mapping[str, pd.DataFrame]
    _parts: _Parts

    @property
    def report(self) -> Mapping[str, Any]:
        """Facts about the report that the review analyses."""
        return self._parts.report

    @property
    def places(self) -> Mapping[str, str]:
        """Geography code to its printed name."""
        return self._parts.places

    @property
    def reading(self) -> ReadResult:
        """What was read from the search exports, with rejects and repairs."""
        return self._parts.reading

    @property
    def deduplication(self) -> Deduplication:
        """Which records are which works, why, and what is uncertain."""
        return self._parts.deduplication

    @property
    def work_screening(self) -> pd.DataFrame:
        """One row a work: `work_id, decision, exclusion_reason, n_records, n_screened_records`."""
        return self._parts.work_screening

    @property
    def work_codes(self) -> pd.DataFrame:
        """One row a work, facet and code."""
        return self._parts.work_codes

    @property
    def records(self) -> pd.DataFrame:
        """One row a bibliographic record."""
        return self.reading.records

    @property
    def work_ids(self) -> pd.DataFrame:
        """Each record's work: `record_id, work_id`."""
        return self.deduplication.work_ids

    @property
    def works(self) -> pd.DataFrame:
        """One row a publication, merged from its records."""
        return self.deduplication.works

    @property
    def record_sources(self) -> dict[str, str]:
        """Search (`source_file`) to its kind: `topic_search` or `completion`.

        The exports, and the names in tables of `records import` that the search log uses.
        """
        exports = self.package.exports
        kinds = {name: export.kind for name, export in exports.items()}
        return kinds | {name: exports[table].kind for name, table in self.origins.used.items()}

    @property
    def origins(self) -> Origins:
        """What those of the exports were made from that `records import` wrote."""
        return self._parts.origins

    @property
    def searches(self) -> pd.DataFrame:
        """One row a query of the search log."""
        return self.tables["searches"]

    @property
    def screening(self) -> pd.DataFrame:
        """One row a reviewer's decision on a record."""
        return self.tables["screening"]

    @property
    def coding(self) -> pd.DataFrame:
        """One row a code given to a record by a coder."""
        return self.tables["coding"]

    @property
    def submissions(self) -> pd.DataFrame:
        """One row a published submission."""
        return self.tables["submissions"]

    @property
    def relevance(self) -> pd.DataFrame:
        """One row a coder's verdict on a submission."""
        return self.tables["relevance"]

    @property
    def segments(self) -> pd.DataFrame:
        """One row a coded issue or possible solution."""
        return self.tables["segments"]

    @property
    def indicators(self) -> pd.DataFrame:
        """One row a published figure."""
        return self.tables["indicators"]

    @property
    def indicator_breaks(self) -> pd.DataFrame:
        """One row a change in how a series is collected."""
        return self.tables["indicator_breaks"]

    @property
    def _summary(self) -> Summary:
        decisions = self.work_screening["decision"].value_counts()
        codes, segments, figures = self.work_codes, self.segments, self.indicators
        relevant = self.relevance.loc[self.relevance["relevant"] == "yes", "submission_id"]
        rows = [
            (
                "records",
                len(self.records),
                f"read from {plural(len(self.reading.files), 'search export')}; "
                f"{len(self.reading.rejects):,} could not be read",
            ),
            (
                "works",
                len(self.works),
                f"publications behind them: {int(decisions.get('include', 0)):,} included, "
                f"{int(decisions.get('exclude', 0)):,} excluded, "
                f"{int(decisions.get('conflict', 0)):,} in conflict, "
                f"{int(decisions.get('not_screened', 0)):,} never screened",
            ),
            (
                "work_codes",
                len(codes),
                f"codes of {plural(codes['work_id'].nunique(), 'work')} "
                f"in {plural(codes['facet'].nunique(), 'facet')}",
            ),
            (
                "submissions",
                len(self.submissions),
                f"published submissions; {relevant.nunique():,} found relevant by a coder",
            ),
            (
                "segments",
                len(segments),
                f"coded in submissions, by {plural(segments['coder'].nunique(), 'coder')}",
            ),
            (
                "indicators",
                len(figures),
                f"published figures in {figures['indicator_id'].nunique():,} series",
            ),
        ]
        return Summary("Review", rows, self.package.limits)


def require_review(review: object) -> None:
    """Raise an InputError unless `review` is a `Review`."""
    require_kind("review", review, Review, "must be a review, as load_review() gives it")


def load_review(root: Path | str | None = None) -> Review:
    """Open the data of a project, all of it checked.

    Parameters
    ----------
    root : path-like, optional
        The project's folder or one inside it; by default the working directory.

    Returns
    -------
    Review
        Its tables are those of the files as they are now; loading again after a change reads only
        what has changed.

    Raises
    ------
    InputError
        Every problem of every file at once: broken contracts, unreadable records, files that
        nothing describes, and what tables say against each other (see `consistency`).

    Examples
    --------
    >>> import oso_analysis as oso
    >>> review = oso.load_review()
    >>> sorted(review.tables)[:3]
    ['coding', 'coding_adjudication', 'coding_consensus']
    >>> len(review.records) == int(review.works["n_records"].sum())
    True
    """
    folder = find_root(root)
    # Inside a run all data were checked before it began; reading all of them again would make
    # every notebook depend on every file.
    if os.environ.get(CHECKED) == str(folder):
        return _open(folder)
    review, problems = open_review(folder)
    if problems:
        raise InputError(problems)
    return review


def open_review(root: Path) -> tuple[Review, list[Problem]]:
    """Open the data of a project with all that is wrong with them, for who must look further.

    Parameters
    ----------
    root : Path
        The project's folder.

    Returns
    -------
    review : Review
        A part that is broken raises InputError when it is asked for.
    problems : list of Problem
        What `load_review` would raise.

    Raises
    ------
    InputError
        The description or the codebook cannot be used.
    """
    try:
        review = _open(root)
    except InputError as error:
        raise InputError([*error.problems, *check_files(root / "data")]) from None
    return review, review._parts.check()


def _open(folder: Path) -> Review:
    data = folder / "data"
    package = read_package(data)
    codebook = read_codebook(data / package["codebook"].paths[0])
    parts = _Parts(package, codebook)
    return Review(folder, package, codebook, _Tables(parts), parts)


class _Tables(Mapping[str, pd.DataFrame]):
    """The described tables by name, each read when it is asked for."""

    def __init__(self, parts: _Parts) -> None:
        self._parts = parts
        self._names = [name for name, item in parts.package.resources.items() if item.is_table]

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._names:
            hint = nearest(name, self._names)
            raise KeyError(f"{name!r} is no table" + (f"; did you mean {hint!r}?" if hint else ""))
        return self._parts.table(name)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._names))

    def __len__(self) -> int:
        return len(self._names)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)


class _Parts:
    """Reads and derives the parts of one review, each once.

    A part is kept for the whole process under a digest of the files it comes from. A review gets
    copies that share their memory, so that a change to one is seen nowhere else.
    """

    def __init__(self, package: DataPackage, codebook: Codebook) -> None:
        self.package = package
        self._codebook = codebook
        self._digests: dict[str, str] = {}
        self._own: dict[str, pd.DataFrame] = {}
        self._records = [export.path for export in package.exports.values()]

    # Parts

    def table(self, name: str) -> pd.DataFrame:
        if name not in self._own:
            frame, problems = self._loaded(name)
            if problems:
                raise InputError(problems)
            self._own[name] = frame.copy(deep=False)
        return self._own[name]

    @cached_property
    def places(self) -> dict[str, str]:
        geographies = self.table("geographies")
        return dict(zip(geographies["geography"], geographies["label"], strict=True))

    @cached_property
    def report(self) -> dict[str, Any]:
        return read_report(self.package.root / self.package["report"].paths[0])

    @cached_property
    def reading(self) -> ReadResult:
        if not self.origins.made_from:
            return self._as_read
        return assign_sources(self._as_read, self.origins.used)

    @cached_property
    def origins(self) -> Origins:
        made_from = list_origins(self._as_read)
        if not made_from:
            # No notebook depends on the log where it cannot matter.
            return Origins()
        # What is wrong with the log is told by itself.
        log, _ = self._loaded("searches")
        return find_origins(made_from, self.package.exports, distinct(log["records_file"]))

    @cached_property
    def _as_read(self) -> ReadResult:
        if not self._records:
            rule = f'describes no search export, which is a resource with the `role` "{RECORDS}"'
            raise InputError([Problem(rule, "datapackage.json")])
        return _shared(
            self._once(
                "records",
                self._digest(*self._records),
                lambda: read_records([self.package.root / path for path in self._records]),
            )
        )

    @property
    def records(self) -> pd.DataFrame:
        return self.reading.records

    @cached_property
    def deduplication(self) -> Deduplication:
        return _shared(
            self._once(
                "deduplication",
                self._works_digest,
                self._deduplicate,
            )
        )

    @cached_property
    def work_screening(self) -> pd.DataFrame:
        names = ("screening", "screening_adjudication")
        return self._once(
            "work_screening",
            self._works_digest + "".join(map(self._table_digest, names)),
            self._screen_works,
        ).copy(deep=False)

    @cached_property
    def work_codes(self) -> pd.DataFrame:
        names = ("coding", "coding_consensus", "coding_adjudication")
        return self._once(
            "work_codes",
            self._works_digest + "".join(map(self._table_digest, names)),
            self._code_works,
        ).copy(deep=False)

    # How parts are made; what is wrong names the files

    def _deduplicate(self) -> Deduplication:
        # Works do not depend on what the log calls the searches that found them.
        records = self._as_read.records
        with naming_files(decisions=self._file("duplicate_decisions")):
            return deduplicate(records, decisions=self.table("duplicate_decisions"))

    def _screen_works(self) -> pd.DataFrame:
        work_ids = self.deduplication.work_ids
        names = {"adjudication": "screening_adjudication", "screening": "screening"}
        with naming_files(**{own: self._file(name) for own, name in names.items()}):
            return screen_works(
                self.table("screening"),
                work_ids,
                self._codebook,
                adjudication=self.table("screening_adjudication"),
            )

    def _code_works(self) -> pd.DataFrame:
        work_ids = self.deduplication.work_ids
        names = ("coding", "coding_consensus", "coding_adjudication")
        with naming_files(**{name: self._file(name) for name in names}):
            return code_works(
                self.table("coding"),
                work_ids,
                self._codebook,
                consensus=self.table("coding_consensus"),
                adjudication=self.table("coding_adjudication"),
            )

    def _file(self, name: str) -> str:
        return self.package[name].paths[0]

    # Checking

    def check(self) -> list[Problem]:
        """Return every problem of every file, whatever is asked for later."""
        names = [name for name, item in self.package.resources.items() if item.is_table]
        report = self.package["report"].paths[0]
        tables = "".join(self._table_digest(name) for name in sorted(names))
        problems = self._once(
            "problems",
            tables + self._digest(report, *self._records),
            lambda: self._problems(sorted(names)),
        )
        return [*problems, *check_files(self.package.root)]

    def _problems(self, names: list[str]) -> list[Problem]:
        problems = list(check_codebook(self.package, self._codebook))
        tables: dict[str, pd.DataFrame] = {}
        broken = set()
        # Places come first, because other tables' codes are looked up in theirs.
        for name in sorted(names, key=lambda name: name != "geographies"):
            tables[name], found = self._loaded(name)
            problems += found
            broken |= {name} if found else set()
        # What a table that could not be read would hold is not known; that is told already.
        there = {name: table for name, table in tables.items() if name not in broken or len(table)}
        problems += check_foreign_keys(self.package, there)
        records = self._attempt("records", problems)
        self._attempt("report", problems)
        problems += check_imprint(self.package.descriptor)
        origins = None if records is None else self.origins
        problems += check_tables(self.package, tables, records, broken=broken, origins=origins)
        if records is not None:
            problems += self._joined_problems(problems)
        return list(dict.fromkeys(problems))

    def _joined_problems(self, told: list[Problem]) -> list[Problem]:
        """Return what shows when tables are joined, of the rows in which nothing is wrong alone."""
        found: list[Problem] = []
        wrong = _wrong_rows(told)
        if self._file(_DECISIONS) not in wrong:
            self._attempt("deduplication", found)
            wrong |= _wrong_rows(found)
        if not any(self._file(name) in wrong for name in _JOINED):
            self._attempt("work_screening", found)
            self._attempt("work_codes", found)
        # Of a verdict that could not be read nobody knows which records it makes one work.
        elif wrong.get(self._file(_DECISIONS), set()) <= set(self._loaded(_DECISIONS)[0].index):
            try:
                left = self._left(wrong)
            except InputError as error:
                # What is left of the verdicts contradicts itself.
                return [*found, *error.problems]
            for make in (left._screen_works, left._code_works):
                try:
                    make()
                except InputError as error:
                    found += error.problems
        return found

    def _left(self, wrong: Mapping[str, set[int | None]]) -> _Parts:
        """Return the parts as made of what is left of tables without the rows that are wrong.

        Of verdicts each sound row counts. Another table counts as a whole or not at all: with rows
        missing, it would seem that somebody screened or coded nothing.
        """
        left = _Parts(self.package, self._codebook)
        left._as_read = self._as_read
        unsure: set[str] = set()
        for name in _JOINED:
            table, bad = self._loaded(name)[0], wrong.get(self._file(name), set())
            sound = ~table.index.isin(list(bad))
            if name == _DECISIONS:
                named = table.loc[~sound, ["record_id_a", "record_id_b"]]
                unsure = {str(record) for record in named.stack()}
            elif name not in _ON_WORKS and bad:
                sound[:] = False
            left._own[name] = table[sound]
        verdicts_stand = self._file(_DECISIONS) not in wrong
        left.deduplication = self.deduplication if verdicts_stand else left._deduplicate()
        # Of which work the records of a wrong verdict are is not known before it is mended.
        ids = left.deduplication.work_ids
        works = ids.loc[ids["record_id"].isin(unsure), "work_id"]
        known = ids.loc[~ids["work_id"].isin(works), "record_id"]
        for name in _ON_WORKS:
            table = left._own[name]
            left._own[name] = table[table["record_id"].isin(known)]
        return left

    def _attempt(self, part: str, problems: list[Problem]) -> Any:
        try:
            return getattr(self, part)
        except InputError as error:
            problems += error.problems
            return None

    # What parts are made from

    def _loaded(self, name: str) -> tuple[pd.DataFrame, list[Problem]]:
        """Return a table as it could be read, and what is wrong with it."""

        def load() -> tuple[pd.DataFrame, list[Problem]]:
            places: dict[str, str] = {}
            if self._names_places(name):
                geographies, _ = self._loaded("geographies")
                named = geographies[["geography", "label"]].dropna()
                places = dict(zip(named["geography"], named["label"], strict=True))
            return load_table(self.package, name, self._codebook, extra_codes={"country": places})

        return self._once(f"table {name}", self._table_digest(name), load)

    def _names_places(self, name: str) -> bool:
        """Tell whether a table has codes by facet: `country` is one, whose codes are a table."""
        return "codesByFacet" in self.package[name].descriptor.get("schema", {})

    def _table_digest(self, name: str) -> str:
        names = (name, "geographies") if self._names_places(name) else (name,)
        files = [self.package[item].paths[0] for item in names]
        return self._digest("datapackage.json", self.package["codebook"].paths[0], *files)

    @property
    def _works_digest(self) -> str:
        return self._digest(*self._records) + self._table_digest("duplicate_decisions")

    def _digest(self, *paths: str) -> str:
        """Return a digest of the bytes of files of `data/`, by their names."""
        for path in paths:
            if path not in self._digests:
                content = (self.package.root / path).read_bytes()
                self._digests[path] = hashlib.sha256(content).hexdigest()
        whole = "\n".join(f"{path} {self._digests[path]}" for path in paths)
        return hashlib.sha256(whole.encode("utf-8")).hexdigest()

    def _once(self, part: str, digest: str, make: Callable[[], _Made]) -> _Made:
        known = _kept.get((self.package.root, part))
        if known is None or known[0] != digest:
            known = _kept[self.package.root, part] = (digest, make())
        made: _Made = known[1]
        return made


def _wrong_rows(problems: Iterable[Problem]) -> dict[str, set[int | None]]:
    """Return the rows in which something is wrong, by file; None for what has no row."""
    rows: dict[str, set[int | None]] = {}
    for item in problems:
        rows.setdefault(str(item.file), set()).add(item.row)
    return rows


_Frames = TypeVar("_Frames", ReadResult, Deduplication)


def _shared(result: _Frames) -> _Frames:
    """Return a copy of a result whose frames share their memory with the original's."""
    frames = {
        name: value.copy(deep=False)
        for name, value in vars(result).items()
        if isinstance(value, pd.DataFrame)
    }
    return replace(result, **frames)
