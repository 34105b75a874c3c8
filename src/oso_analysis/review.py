"""A whole review in memory: every table of `data/`, checked, and the frames derived from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from oso_analysis.codebook import Codebook, read_codebook
from oso_analysis.display import Summarised, Summary, plural
from oso_analysis.errors import InputError, Problem
from oso_analysis.literature.coding import code_works
from oso_analysis.literature.deduplicate import Deduplication, deduplicate
from oso_analysis.literature.readers import ReadResult, read_records
from oso_analysis.literature.screening import screen_works
from oso_analysis.project import find_root
from oso_analysis.schema import DataPackage, check_foreign_keys, load_table, read_package

__all__ = ["Review", "load_review"]

#: Tables whose record_id must be a record of the search exports.
_REFER_TO_RECORDS = (
    "screening",
    "coding",
    "screening_adjudication",
    "coding_consensus",
    "coding_adjudication",
)


@dataclass(frozen=True, repr=False)
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
    report : mapping
        Facts about the report that the review analyses.
    places : dict of str to str
        Geography code to its printed name.
    tables : mapping of str to pandas.DataFrame
        Every described table by resource name.
    reading : ReadResult
        What was read from the search exports, with rejects and repairs.
    deduplication : Deduplication
        Which records are which works, why, and what is uncertain.
    work_screening : pandas.DataFrame
        One row a work: `work_id, decision, exclusion_reason, n_records, n_screened_records`.
    work_codes : pandas.DataFrame
        One row a work, facet and code.
    """

    root: Path
    package: DataPackage
    codebook: Codebook
    report: Mapping[str, Any]
    places: Mapping[str, str]
    tables: Mapping[str, pd.DataFrame]
    reading: ReadResult
    deduplication: Deduplication
    work_screening: pd.DataFrame
    work_codes: pd.DataFrame

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
        """Search export (file name) to the kind of search: `topic_search` or `completion`."""
        return {
            Path(item.paths[0]).name: str(item.descriptor.get("kind", "topic_search"))
            for item in self.package.resources.values()
            if item.descriptor.get("role") == "records"
        }

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
                f"issues and possible solutions, by {plural(segments['coder'].nunique(), 'coder')}",
            ),
            (
                "indicators",
                len(figures),
                f"published figures in {figures['indicator_id'].nunique():,} series",
            ),
        ]
        return Summary("Review", rows, self.package.limits)


def load_review(root: Path | str | None = None) -> Review:
    """Read, check and join all data of a project.

    Parameters
    ----------
    root : path-like, optional
        The project's folder or one inside it; by default the working directory.

    Returns
    -------
    Review

    Raises
    ------
    InputError
        Every problem of every file at once: broken contracts, unreadable records, references to
        rows that do not exist.
    """
    folder = find_root(root)
    data = folder / "data"
    package = read_package(data)
    codebook = read_codebook(data / package["codebook"].paths[0])
    problems: list[Problem] = []
    tables = _load_tables(package, codebook, problems)
    problems += check_foreign_keys(package, tables)
    files = [
        item for item in package.resources.values() if item.descriptor.get("role") == "records"
    ]
    reading = None
    try:
        reading = read_records([data / path for item in files for path in item.paths])
    except InputError as error:
        problems += error.problems
    if reading is not None:
        problems += _check_records(package, tables, reading.records)
    report = _read_report(data / package["report"].paths[0], problems)
    if problems or reading is None:
        raise InputError(problems)
    found = deduplicate(reading.records, decisions=tables["duplicate_decisions"])
    work_screening = screen_works(
        tables["screening"],
        found.work_ids,
        codebook,
        adjudication=tables["screening_adjudication"],
    )
    work_codes = code_works(
        tables["coding"],
        found.work_ids,
        codebook,
        consensus=tables["coding_consensus"],
        adjudication=tables["coding_adjudication"],
    )
    places = dict(zip(*(tables["geographies"][c] for c in ("geography", "label")), strict=True))
    return Review(
        folder,
        package,
        codebook,
        report,
        places,
        tables,
        reading,
        found,
        work_screening,
        work_codes,
    )


def _load_tables(
    package: DataPackage, codebook: Codebook, problems: list[Problem]
) -> dict[str, pd.DataFrame]:
    tables: dict[str, pd.DataFrame] = {}
    countries: list[str] = []
    # Places come first: `country` is a facet whose codes are that table's.
    names = sorted(package.resources, key=lambda name: name != "geographies")
    for name in names:
        if not package[name].is_table:
            continue
        table, found = load_table(package, name, codebook, extra_codes={"country": countries})
        problems += found
        tables[name] = table
        if name == "geographies":
            countries = table["geography"].dropna().tolist()
    return tables


def _check_records(
    package: DataPackage, tables: Mapping[str, pd.DataFrame], records: pd.DataFrame
) -> list[Problem]:
    known = set(records["record_id"])
    problems = []
    for name in _REFER_TO_RECORDS:
        given = tables[name]["record_id"].dropna().drop_duplicates()
        file = package[name].paths[0]
        problems += [
            Problem("is no record of the search exports", file, int(str(row)), "record_id", value)
            for row, value in given[~given.isin(known)].items()
        ]
    return problems


def _read_report(path: Path, problems: list[Problem]) -> dict[str, Any]:
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        problems.append(Problem(f"is not readable YAML ({type(error).__name__})", file=path.name))
        return {}
    if not isinstance(raw, dict):
        problems.append(Problem("must map names to facts", file=path.name))
        return {}
    return raw
