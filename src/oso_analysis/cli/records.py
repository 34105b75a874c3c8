"""`oso-analysis records import`, `deduplicate` and `screening`: anybody's exports, one table."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from oso_analysis.cli.parsing import add_verbs

if TYPE_CHECKING:
    import pandas as pd

    from oso_analysis.literature.readers import ReadResult

__all__ = ["add_commands"]

#: Where `records screening` takes files from.
_LISTS = ("files", "included", "excluded")


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the commands."""
    records = subparsers.add_parser(
        "records",
        help="read bibliographic exports, find duplicates and decisions in them",
        description="Read bibliographic exports of any database or reference manager, find the "
        "records that describe one work, and take out of a screening tool's who decided what.",
    )
    verbs = add_verbs(records)
    about = argparse.ArgumentParser(add_help=False)
    about.add_argument(
        "--rejects", type=Path, metavar="CSV", help="write the entries that could not be read"
    )
    about.add_argument("--repairs", type=Path, metavar="CSV", help="write what had to be mended")
    files = argparse.ArgumentParser(add_help=False, parents=[about])
    files.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="exports in any of the formats: RIS, BibTeX, CSL-JSON and what the programming "
        "interfaces of databases answer, EndNote XML, PubMed nbib and XML, Zotero RDF, "
        "text of Web of Science, EndNote, RefWorks and NoteExpress, CSV, TSV, Excel; recognised by "
        "content; *.ris stands for all of that name",
    )
    reader = verbs.add_parser(
        "import",
        parents=[files],
        help="read exports into one table",
        description="Read exports into one table of records. Every entry of every file is "
        "accepted or rejected, and the counts are printed.",
    )
    reader.add_argument(
        "--output", type=Path, required=True, metavar="CSV", help="table of records to write"
    )
    reader.set_defaults(handler=_import)
    finder = verbs.add_parser(
        "deduplicate",
        parents=[files],
        help="find the records that describe one work",
        description="Read exports, or a table that `records import` wrote, and say which records "
        "describe one work.",
    )
    finder.add_argument(
        "--output",
        type=Path,
        required=True,
        metavar="CSV",
        help="table to write: record_id, work_id",
    )
    finder.add_argument(
        "--review", type=Path, metavar="CSV", help="write the uncertain pairs, to be decided"
    )
    finder.add_argument(
        "--merges", type=Path, metavar="CSV", help="write every merge with its reason"
    )
    finder.add_argument(
        "--works", type=Path, metavar="CSV", help="write one merged row for each work"
    )
    finder.add_argument(
        "--decisions",
        type=Path,
        metavar="CSV",
        help="people's verdicts to honour: record_id_a, record_id_b, verdict (same or different; "
        "blank where nothing is decided yet)",
    )
    finder.set_defaults(handler=_deduplicate)
    _add_screening(verbs, about)


def _add_screening(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], about: argparse.ArgumentParser
) -> None:
    screening = verbs.add_parser(
        "screening",
        parents=[about],
        help="take the decisions out of a screening tool's exports",
        description="Read the exports of Rayyan, ASReview or Covidence, or tables with a column of "
        "decisions, and write who decided what about each record: a project's screening.csv.",
    )
    screening.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="exports whose entries say what was decided, in any of the formats that `records "
        "import` reads",
    )
    for decision in ("included", "excluded"):
        screening.add_argument(
            f"--{decision}",
            nargs="+",
            type=Path,
            default=[],
            metavar="FILE",
            help=f"exports all of whose records were {decision}, such as Covidence's lists",
        )
    screening.add_argument(
        "--reviewer", metavar="NAME", help="who decided where the exports do not say"
    )
    screening.add_argument(
        "--columns",
        nargs="+",
        default=[],
        metavar="HEADING",
        help="columns that hold one reviewer's decisions each, where their headings do not say so",
    )
    screening.add_argument(
        "--keep-names",
        action="store_true",
        help="call reviewers by their names instead of reviewer_1, reviewer_2 …; not for data "
        "that are published",
    )
    screening.add_argument(
        "--maybe",
        choices=("undecided", "include", "exclude"),
        default="undecided",
        help="what the answer 'maybe' is (default: %(default)s, which gives no row)",
    )
    screening.add_argument(
        "--codebook",
        type=Path,
        metavar="YAML",
        help="codebook whose exclusion reasons to write for those that are called so",
    )
    screening.add_argument(
        "--output",
        type=Path,
        required=True,
        metavar="CSV",
        help="table to write: record_id, reviewer, decision, exclusion_reason",
    )
    screening.add_argument(
        "--adjudication",
        type=Path,
        metavar="CSV",
        help="write what reviewers agreed on where their decisions differ from it: a project's "
        "screening_adjudication.csv",
    )
    screening.set_defaults(handler=_screening)


def _read(arguments: argparse.Namespace) -> ReadResult:
    from oso_analysis.literature.readers import read_records

    result = read_records(arguments.files)
    _tell(result, arguments)
    return result


def _tell(result: ReadResult, arguments: argparse.Namespace) -> None:
    """Print what was read and write the tables about it that were asked for."""
    from oso_analysis.literature.readers import write_table
    from oso_analysis.literature.readers.sniff import FORMATS

    for file in result.files.to_dict("records"):
        print(
            f"{file['file']}: {FORMATS[file['format']]}, {file['encoding']}; "
            f"{file['n_markers']:,} entries, {file['n_accepted']:,} accepted, "
            f"{file['n_rejected']:,} rejected, {file['n_repaired']:,} repaired"
        )
    notes = result.repairs[result.repairs["record_id"].isna()]
    for note in notes.to_dict("records"):
        print(f"  {note['source_file']}, line {note['source_line']}: {note['reason']}")
    for table, path in ((result.rejects, arguments.rejects), (result.repairs, arguments.repairs)):
        if path is not None:
            write_table(table, path)
            print(f"wrote {path}: {len(table):,} rows")
    if arguments.rejects is None and len(result.rejects):
        print("name a file with --rejects to see the rejected entries")


def _import(arguments: argparse.Namespace) -> int:
    from oso_analysis.files import check_outputs, matching_paths
    from oso_analysis.literature.readers import write_table

    arguments.files = matching_paths(arguments.files)
    check_outputs(_outputs(arguments, "output", "rejects", "repairs"), inputs=arguments.files)
    result = _read(arguments)
    write_table(result.records, arguments.output)
    print(f"wrote {arguments.output}: {len(result.records):,} records")
    return 0


def _deduplicate(arguments: argparse.Namespace) -> int:
    from oso_analysis.display import plural
    from oso_analysis.errors import naming_files
    from oso_analysis.files import check_outputs, matching_paths
    from oso_analysis.literature.deduplicate import deduplicate
    from oso_analysis.literature.readers import write_table

    arguments.files = matching_paths(arguments.files)
    names = ("output", "review", "merges", "works", "rejects", "repairs")
    check_outputs(_outputs(arguments, *names), inputs=[*arguments.files, arguments.decisions])
    decisions = _decisions(arguments.decisions) if arguments.decisions is not None else None
    result = _read(arguments)
    with naming_files(decisions=str(arguments.decisions)):
        found = deduplicate(result.records, decisions=decisions)
    for table, path in (
        (found.review, arguments.review),
        (found.merges, arguments.merges),
        (found.works, arguments.works),
    ):
        if path is not None:
            write_table(table, path)
            print(f"wrote {path}: {len(table):,} rows")
    work_ids = found.work_ids[["record_id", "work_id"]]
    write_table(work_ids, arguments.output)
    print(
        f"wrote {arguments.output}: {len(work_ids):,} records of "
        f"{work_ids['work_id'].nunique():,} works"
    )
    undecided = 0 if decisions is None else int(decisions["verdict"].isna().sum())
    if undecided:
        print(
            f"{arguments.decisions}: {plural(undecided, 'row')} without a verdict, not decided yet"
        )
    if len(found.review):
        also = "" if arguments.review else "; name a file with --review to see them"
        print(f"{len(found.review):,} uncertain pairs are left apart{also}")
    for stale in found.stale_decisions.to_dict("records"):
        print(
            f"decision no longer applies: {stale['record_id_a']} and {stale['record_id_b']}, "
            f"{stale['verdict']}: {stale['why']}"
        )
    return 0


def _screening(arguments: argparse.Namespace) -> int:
    from oso_analysis.codebook import read_codebook
    from oso_analysis.display import plural
    from oso_analysis.files import check_outputs, matching_paths
    from oso_analysis.literature.readers import write_table
    from oso_analysis.literature.screening_exports import read_screening

    given = {name: matching_paths(getattr(arguments, name)) for name in _LISTS}
    inputs = [path for paths in given.values() for path in paths]
    check_outputs(
        _outputs(arguments, "output", "adjudication", "rejects", "repairs"),
        inputs=[*inputs, arguments.codebook],
    )
    result = read_screening(
        given["files"],
        included=given["included"],
        excluded=given["excluded"],
        reviewer=arguments.reviewer,
        columns=arguments.columns,
        maybe=arguments.maybe,
        keep_names=arguments.keep_names,
        codebook=read_codebook(arguments.codebook) if arguments.codebook else None,
    )
    _tell(result.read, arguments)
    print(
        f"{result.n_records:,} records: {result.n_decided:,} decided, {result.n_undecided:,} "
        f"undecided, {result.n_without:,} without any answer"
    )
    for person in result.reviewers.astype(object).to_dict("records"):
        name = person["name"] if isinstance(person["name"], str) else "not named in the exports"
        print(
            f"  {person['reviewer']}"
            + (f" ({name})" if name != person["reviewer"] else "")
            + f": {person['n_include']:,} included, {person['n_exclude']:,} excluded, "
            f"{person['n_undecided']:,} undecided, {person['n_without']:,} without an answer"
        )
    for note in result.notes:
        print(f"  note: {note}")
    write_table(result.screening, arguments.output)
    print(f"wrote {arguments.output}: {len(result.screening):,} decisions")
    agreed = len(result.adjudication)
    if arguments.adjudication is not None:
        write_table(result.adjudication, arguments.adjudication)
        print(f"wrote {arguments.adjudication}: {agreed:,} decisions")
    elif agreed:
        print(
            f"{plural(agreed, 'record')} with a decision agreed on that differs from what "
            "reviewers decided; name a file with --adjudication, without which it does not count"
        )
    return 0


def _outputs(arguments: argparse.Namespace, *names: str) -> dict[str, Path | None]:
    return {f"--{name}": getattr(arguments, name) for name in names}


def _decisions(path: Path) -> pd.DataFrame:
    """Read people's verdicts, as a spreadsheet program may have saved them."""
    from oso_analysis.errors import require_columns
    from oso_analysis.literature.deduplicate.decisions import COLUMNS
    from oso_analysis.spreadsheets import read_rows

    frame = read_rows(path, file=str(path))
    require_columns(frame, COLUMNS, where=str(path))
    return frame
