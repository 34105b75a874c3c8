"""`oso-analysis evidence-map`: the interactive map of an edition's evidence as one page."""

from __future__ import annotations

import argparse
from pathlib import Path

__all__ = ["add_commands"]


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "evidence-map",
        help="write an edition's evidence map as one page, without running its notebooks",
        description="Write the interactive map of an edition's works and segments as one HTML file "
        "that opens anywhere, offline. `oso-analysis run` publishes the same page with the report.",
    )
    parser.add_argument(
        "edition", nargs="?", metavar="EDITION", help="default: the default edition"
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="file to write (default: evidence-map-EDITION.html in the current folder)",
    )
    parser.set_defaults(handler=_write)


def _write(arguments: argparse.Namespace) -> int:
    from oso_analysis.editions import read_editions
    from oso_analysis.evidence_map import build_evidence_map, save_page
    from oso_analysis.files import check_outputs
    from oso_analysis.project import find_root

    root = find_root()
    (edition,) = read_editions(root).select([arguments.edition] if arguments.edition else [])
    output = arguments.output or Path(f"evidence-map-{edition.name}.html")
    check_outputs({"--output": output})
    save_page(build_evidence_map(root, edition), output)
    print(f"{edition.name}: evidence map written to {output}")
    return 0
