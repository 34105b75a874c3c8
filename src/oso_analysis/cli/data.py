"""What can be done with the project's data: `check`, `to-csv`, `data-dictionary`, `prisma`."""

from __future__ import annotations

import argparse
from pathlib import Path

from oso_analysis.display import plural

__all__ = ["add_commands"]


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the commands."""
    check = subparsers.add_parser(
        "check",
        help="check all data against their description, and the project for what was forgotten",
        description="Read every file of data/ and say all that is wrong, with file, row, column, "
        "value and nearest legal value; then say what was forgotten in notebooks, editions, "
        "templates and pages, with what to do about it. Exit status 2 if anything is wrong.",
    )
    check.set_defaults(handler=_check)
    table = subparsers.add_parser(
        "to-csv",
        help="save a workbook, or a CSV as Excel saved it, as the CSV that data/ takes",
        description="Write a workbook's sheet, or a CSV with semicolons or in a Windows encoding, "
        "with commas and in UTF-8. A CSV is replaced by its mended self unless --output says where "
        "else to write.",
    )
    table.add_argument("file", type=Path, metavar="FILE", help="workbook (.xlsx) or text table")
    table.add_argument(
        "--output", type=Path, metavar="CSV", help="file to write (default: FILE, ending in .csv)"
    )
    table.add_argument(
        "--sheet", metavar="NAME", help="sheet of a workbook (default: the only one, or Data)"
    )
    table.set_defaults(handler=_to_csv)
    dictionary = subparsers.add_parser(
        "data-dictionary",
        help="render docs/data-dictionary.md from the description",
        description="Render the data dictionary from data/datapackage.json and the codebook.",
    )
    dictionary.add_argument(
        "--output",
        type=Path,
        default=None,
        help="file to write (default: docs/data-dictionary.md of the project)",
    )
    dictionary.set_defaults(handler=_dictionary)
    prisma = subparsers.add_parser(
        "prisma",
        help="write the flow of an edition as the PRISMA2020 R package takes it",
        description="Count the PRISMA 2020 flow of an edition and write it as the CSV template of "
        "the PRISMA2020 package and web application.",
    )
    prisma.add_argument(
        "edition", nargs="?", help="edition of editions.yaml (default: its default)"
    )
    prisma.add_argument("--output", type=Path, required=True, help="file to write")
    prisma.set_defaults(handler=_prisma)


def _check(_arguments: argparse.Namespace) -> int:
    from oso_analysis.errors import InputError
    from oso_analysis.inspection import inspect_project
    from oso_analysis.project import find_root
    from oso_analysis.review import load_review

    root = find_root()
    found = inspect_project(root)
    if found.problems:
        for note in found.notes:
            print(f"note: {note}")
        raise InputError(found.problems)
    review = load_review(root)
    for name, table in review.tables.items():
        print(f"{name}: {plural(len(table), 'row')}")
    rejected = len(review.reading.rejects)
    print(f"records: {len(review.records):,} accepted, {rejected:,} rejected")
    print(f"works: {len(review.works):,}")
    for note in found.notes:
        print(f"note: {note}")
    if found.notes:
        which = "the note above says" if len(found.notes) == 1 else "the notes above say"
        print(f"All data keep to their description; {which} what may have been forgotten.")
    else:
        print("All data keep to their description, and nothing was forgotten.")
    return 0


def _to_csv(arguments: argparse.Namespace) -> int:
    from oso_analysis.spreadsheets import to_csv

    path, n_rows = to_csv(arguments.file, arguments.output, sheet=arguments.sheet)
    print(f"wrote {path}: {plural(n_rows, 'row')}")
    return 0


def _dictionary(arguments: argparse.Namespace) -> int:
    from oso_analysis.codebook import read_codebook
    from oso_analysis.dictionary import render_dictionary
    from oso_analysis.files import check_outputs, from_here, write_whole
    from oso_analysis.project import find_root
    from oso_analysis.schema import read_package

    root = find_root()
    check_outputs({"--output": arguments.output})
    output = arguments.output or Path(from_here(root / "docs" / "data-dictionary.md"))
    package = read_package(root / "data")
    codebook = read_codebook(root / "data" / package["codebook"].paths[0])
    if arguments.output is None:
        (root / "docs").mkdir(exist_ok=True)
    write_whole(output, render_dictionary(package, codebook).encode("utf-8"))
    print(f"wrote {output}")
    return 0


def _prisma(arguments: argparse.Namespace) -> int:
    from oso_analysis.editions import read_editions
    from oso_analysis.files import check_outputs, write_whole
    from oso_analysis.labels import search_labels
    from oso_analysis.project import find_root
    from oso_analysis.review import load_review
    from oso_analysis.scope import SCOPE, scope_review
    from oso_analysis.tables.prisma import count_prisma_flow, edition_stage
    from oso_analysis.tables.prisma_export import to_prisma2020_csv

    root = find_root()
    check_outputs({"--output": arguments.output})
    names = [arguments.edition] if arguments.edition else []
    (edition,) = read_editions(root).select(names)
    review = load_review(root)
    scope = scope_review(
        review,
        **{name: edition.parameters[name] for name in SCOPE if name in edition.parameters},
    )
    flow = count_prisma_flow(
        review.records,
        review.work_ids,
        review.work_screening,
        review.searches,
        review.codebook,
        rejects=review.reading.rejects,
        later_stages=[edition_stage(scope.outside_works)] if len(scope.outside_works) else [],
        names=search_labels(review.package),
        kinds=review.record_sources,
    )
    write_whole(arguments.output, to_prisma2020_csv(flow).encode("utf-8"))
    print(f"wrote the flow of {edition.name} to {arguments.output}")
    return 0
