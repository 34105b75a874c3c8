"""`oso-analysis init` and `templates`: a project for another review, and its empty tables."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

__all__ = ["add_commands"]


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the commands."""
    init = subparsers.add_parser(
        "init",
        help="start a project of the same shape for another review",
        description="Make a project in a new or empty folder: invented example data, codebook, "
        "data templates, editions and notebooks. It runs as it is.",
    )
    init.add_argument("path", type=Path, metavar="PATH", help="a new or empty folder")
    init.add_argument("--title", default="A new review", help="title of the report")
    init.add_argument(
        "--no-outputs",
        action="store_true",
        help="leave the notebooks without outputs (`oso-analysis notebooks refresh` makes them)",
    )
    init.set_defaults(handler=_init)
    templates = subparsers.add_parser(
        "templates",
        help="make the empty data tables anew from description and codebook",
        description="Write templates/: each table of data/ without rows, as CSV and as a workbook "
        "with drop-downs from the codebook.",
    )
    templates.set_defaults(handler=_templates)


def _init(arguments: argparse.Namespace) -> int:
    from oso_analysis.scaffold import init_project

    path = init_project(
        arguments.path,
        title=arguments.title,
        outputs=not arguments.no_outputs,
        jobs=os.cpu_count() or 1,
    )
    print(f"made {path.name}; next:")
    if path != Path.cwd():
        print(f'  cd "{arguments.path}"')
    print("  oso-analysis run")
    print("  oso-analysis check")
    print("README.md there says how to make it yours.")
    return 0


def _templates(_arguments: argparse.Namespace) -> int:
    from oso_analysis.project import find_root
    from oso_analysis.scaffold import write_templates

    written = write_templates(find_root())
    print(f"wrote {len(written)} of the templates" if written else "all templates are up to date")
    return 0
