"""`oso-analysis verify`: whether a published edition is what its data and notebooks give."""

from __future__ import annotations

import argparse

from oso_analysis.cli.parsing import add_workers

__all__ = ["add_commands"]

_SHOWN = 20


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "verify",
        help="build an edition again and compare every file with the published one",
        description="Rebuild an edition in a temporary folder and compare every file with the "
        "published one, byte by byte. Exit status 1 if anything differs.",
    )
    parser.add_argument(
        "edition",
        nargs="?",
        metavar="EDITION",
        help="a published edition (default: that of editions.yaml)",
    )
    add_workers(parser)
    parser.set_defaults(handler=_verify)


def _verify(arguments: argparse.Namespace) -> int:
    from oso_analysis.project import find_root
    from oso_analysis.verify import verify_edition

    differences = verify_edition(
        find_root(), arguments.edition, jobs=arguments.jobs, engine=arguments.engine
    )
    if not differences:
        print("every file is the same")
        return 0
    print(f"{len(differences)} file(s) differ; the first difference in each:")
    for line in differences[:_SHOWN]:
        print(f"  {line}")
    if len(differences) > _SHOWN:
        print(f"  … and {len(differences) - _SHOWN} more")
    return 1
