"""`oso-analysis consultation import` and `consultation export`: coding projects in and out."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from oso_analysis.cli.parsing import add_verbs

if TYPE_CHECKING:
    import pandas as pd

    from oso_analysis.codebook import Codebook
    from oso_analysis.consultation.readers import CodingProject
    from oso_analysis.consultation.recode import Recoded

__all__ = ["add_commands"]

_FILES = (
    "REFI-QDA (.qdpx, .qdc) of NVivo, ATLAS.ti, MAXQDA and others, Taguette's database, "
    "QualCoder's .qda, CSV or XLSX; recognised by content"
)

#: What an import writes.
_TABLES = (
    "submissions.csv",
    "segments.csv",
    "segment-facets.csv",
    "attributes.csv",
    "codes.csv",
    "codings.csv",
    "unmapped-codes.csv",
    "unused-mappings.csv",
)


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the commands."""
    consultation = subparsers.add_parser(
        "consultation",
        help="bring coding projects in and carry our own coding out",
        description="Read the coding of a consultation from the tool it was made in, or export "
        "ours to one.",
    )
    verbs = add_verbs(consultation)
    reader = verbs.add_parser(
        "import",
        help="read coding projects into submissions and segments",
        description="Read coding projects and map their codes to the codebook. Without --recode, "
        "a draft of the recode table is written for you to complete.",
    )
    reader.add_argument("files", nargs="+", type=Path, metavar="FILE", help=_FILES)
    reader.add_argument(
        "--codebook", type=Path, required=True, metavar="YAML", help="the review's codebook"
    )
    reader.add_argument(
        "--recode",
        type=Path,
        metavar="TABLE",
        help="CSV or XLSX with columns code, facet, value",
    )
    reader.add_argument(
        "--output-dir",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="where tables are written; made if it is not there",
    )
    reader.add_argument(
        "--unmapped",
        choices=("error", "keep"),
        default="error",
        help="stop at codes without a mapping, or go on and list them (default: %(default)s)",
    )
    reader.add_argument(
        "--paraphrase",
        choices=("note", "text", "none"),
        default="note",
        help="what becomes the paraphrase: the coder's comment, the passage itself (a quotation; "
        "not for confidential answers), or nothing (default: %(default)s)",
    )
    reader.set_defaults(handler=_import)
    writer = verbs.add_parser(
        "export",
        help="write our coding as a REFI-QDA project and codebook",
        description="Write the submissions and segments of a review as a REFI-QDA project that "
        "coding tools import, its codebook, or both.",
    )
    writer.add_argument("--qdpx", type=Path, metavar="FILE", help="project to write")
    writer.add_argument("--qdc", type=Path, metavar="FILE", help="codebook to write")
    writer.add_argument(
        "--data",
        type=Path,
        default=Path("data"),
        metavar="FOLDER",
        help="folder with datapackage.json and codebook.yaml (default: %(default)s)",
    )
    writer.set_defaults(handler=_export)


def _import(arguments: argparse.Namespace) -> int:
    from oso_analysis.codebook import read_codebook
    from oso_analysis.consultation.readers import merge_projects, read_coding_project
    from oso_analysis.consultation.recode import recode
    from oso_analysis.consultation.recode_table import draft_recode_table, read_recode_table
    from oso_analysis.errors import InputError, Problem
    from oso_analysis.files import check_output_folder, matching_paths

    arguments.files = matching_paths(arguments.files)
    folder: Path = arguments.output_dir
    inputs = [*arguments.files, arguments.codebook, arguments.recode]
    check_output_folder("--output-dir", folder, _TABLES, inputs=inputs)
    problems: list[Problem] = []
    projects: list[CodingProject] = []
    for path in arguments.files:
        try:
            projects.append(read_coding_project(path))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    codebook = read_codebook(arguments.codebook)
    project = merge_projects(projects)
    _describe(project)
    if arguments.recode is None:
        draft = folder / "recode-draft.csv"
        if draft.exists():
            rule = "is there already and may hold your work; give it with --recode or delete it"
            raise InputError([Problem(rule, file=draft.name)])
        _write({draft: draft_recode_table(project.codes, codebook)})
        print(f"wrote {draft}: complete its columns facet and value, then import with --recode")
        return 0
    table = read_recode_table(arguments.recode, codebook)
    result = recode(
        project.segments,
        table,
        codebook,
        unmapped=arguments.unmapped,
        paraphrase=arguments.paraphrase,
    )
    _report(result)
    _write(_tables(folder, project, result, codebook))
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from oso_analysis.codebook import read_codebook
    from oso_analysis.consultation.refi_qda import export_qdc, export_qdpx
    from oso_analysis.errors import InputError, Problem
    from oso_analysis.files import check_outputs
    from oso_analysis.schema import load_table, read_package

    if arguments.qdpx is None and arguments.qdc is None:
        raise InputError([Problem("say what to write: --qdpx FILE, --qdc FILE or both")])
    check_outputs({"--qdpx": arguments.qdpx, "--qdc": arguments.qdc})
    codebook = read_codebook(arguments.data / "codebook.yaml")
    if arguments.qdpx is not None:
        package = read_package(arguments.data / "datapackage.json")
        submissions, problems = load_table(package, "submissions", codebook)
        segments, more = load_table(package, "segments", codebook)
        if problems or more:
            raise InputError([*problems, *more])
        export_qdpx(submissions, segments, codebook, arguments.qdpx)
        print(
            f"wrote {arguments.qdpx}: {len(submissions)} submissions, {len(segments)} segments, "
            f"{segments['coder'].nunique()} coders"
        )
    if arguments.qdc is not None:
        export_qdc(codebook, arguments.qdc)
        print(f"wrote {arguments.qdc}")
    return 0


def _describe(project: CodingProject) -> None:
    coders = ", ".join(project.coders["coder"]) or "none named"
    print(f"{project.name} ({project.producer})")
    print(
        f"  {len(project.submissions)} respondents, {len(project.codes)} codes, "
        f"{len(project.segments)} codings, coders: {coders}"
    )
    for caveat in project.caveats:
        print(f"  note: {caveat}")


def _report(result: Recoded) -> None:
    segments = result.segments
    print(f"  {len(segments)} segments in {segments['submission_id'].nunique()} submissions")
    for row in result.unmapped.to_dict("records"):
        print(f"  no mapping: {row['code']!r} ({row['n_codings']} codings left out)")
    for row in result.ignored.to_dict("records"):
        print(f"  left out as the table says: {row['code']!r} ({row['n_codings']} codings)")
    for row in result.unused.to_dict("records"):
        print(f"  mapping never used: row {row['row']}, {row['code']!r} to {row['facet']}")


def _tables(
    folder: Path, project: CodingProject, result: Recoded, codebook: Codebook
) -> dict[Path, pd.DataFrame]:
    from oso_analysis.consultation.recode_respondents import recode_respondents

    submissions, attributes = recode_respondents(project.submissions, codebook)
    codings = project.segments.drop(columns=["text", "note"])
    tables = (
        *(submissions, result.segments, result.facets, attributes),
        *(project.codes, codings, result.unmapped, result.unused),
    )
    return {folder / name: table for name, table in zip(_TABLES, tables, strict=True)}


def _write(tables: dict[Path, pd.DataFrame]) -> None:
    from oso_analysis.errors import RunError
    from oso_analysis.literature.readers.write import write_table

    for path, table in tables.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(f"{path.parent} cannot be made: {error.strerror or error}") from error
        write_table(table, path)
