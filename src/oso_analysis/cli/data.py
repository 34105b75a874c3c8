"""`oso-analysis check` and `oso-analysis data-dictionary`: the data against their description."""

from __future__ import annotations

import argparse
from pathlib import Path

__all__ = ["add_commands"]


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the commands."""
    check = subparsers.add_parser(
        "check",
        help="check all data against their description",
        description="Read every file of data/ and say all that is wrong, with file, row, column, "
        "value and nearest legal value. Exit status 2 if anything is.",
    )
    check.set_defaults(handler=_check)
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


def _check(_arguments: argparse.Namespace) -> int:
    from oso_analysis.review import load_review

    review = load_review()
    for name, table in review.tables.items():
        print(f"{name}: {len(table):,} rows")
    rejected = len(review.reading.rejects)
    print(f"records: {len(review.records):,} accepted, {rejected:,} rejected")
    print(f"works: {len(review.works):,}")
    print("All data keep to their description.")
    return 0


def _dictionary(arguments: argparse.Namespace) -> int:
    from oso_analysis.codebook import read_codebook
    from oso_analysis.dictionary import render_dictionary
    from oso_analysis.project import find_root
    from oso_analysis.schema import read_package

    root = find_root()
    package = read_package(root / "data")
    codebook = read_codebook(root / "data" / package["codebook"].paths[0])
    output = arguments.output or root / "docs" / "data-dictionary.md"
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(render_dictionary(package, codebook), encoding="utf-8", newline="\n")
    print(f"wrote {output.name}")
    return 0
