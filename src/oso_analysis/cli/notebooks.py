"""`oso-analysis notebooks`: check what moved, store fresh outputs, start new ones, tell digests."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from oso_analysis.cli.parsing import add_verbs, add_workers

__all__ = ["add_commands"]


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the commands."""
    parser = subparsers.add_parser(
        "notebooks",
        help="check notebooks against their stored outputs, refresh them, start a new one",
        description="Edit notebooks safely. Notebooks are run with the defaults they declare.",
    )
    verbs = add_verbs(parser, title="verbs", metavar="VERB")
    check = verbs.add_parser(
        "check",
        help="run notebooks again and say what moved",
        description="Run notebooks again and compare with their stored outputs: numbers behind "
        "tables and figures, drawings, texts. Exit status 1 if anything moved or failed. Nothing "
        "is written.",
    )
    _common(check)
    check.add_argument(
        "--tolerance",
        type=_fraction,
        default=1e-9,
        metavar="X",
        help="largest relative difference of two numbers that are the same (default: 1e-9)",
    )
    check.add_argument(
        "--pixel-tolerance",
        type=_level,
        default=8,
        metavar="N",
        help="largest difference of two pixels that are the same, of 255 (default: 8)",
    )
    check.add_argument(
        "--summary", type=Path, metavar="FILE", help="add the result to FILE as Markdown"
    )
    check.set_defaults(handler=_check)
    refresh = verbs.add_parser(
        "refresh",
        help="run notebooks and store their outputs",
        description="Run notebooks and store their outputs in place, without anything that "
        "differs from run to run. A notebook that fails is left as it was.",
    )
    _common(refresh)
    refresh.set_defaults(handler=_refresh)
    digest = verbs.add_parser(
        "digest",
        help="print the digests that reports give for notebooks",
        description="Print the SHA-256 of each notebook's cells without outputs, as a report's "
        "annex, exhibits.json and ro-crate-metadata.json give it. Storing fresh outputs does not "
        "change it; any other edit does.",
    )
    _names(digest)
    digest.set_defaults(handler=_digest)
    new = verbs.add_parser(
        "new",
        help="start a notebook from the template",
        description="Make a notebook that has parameters, scope, text with numbers, a figure and "
        "sources in place, run it and store its outputs.",
    )
    new.add_argument("name", metavar="NAME", help="such as school_meals or 08_school_meals")
    new.add_argument("--title", required=True, help="the chapter's heading")
    new.set_defaults(handler=_new)


def _common(parser: argparse.ArgumentParser) -> None:
    _names(parser)
    add_workers(parser)


def _names(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="notebooks (default: all)")


def _fraction(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError("must be at least 0 and less than 1")
    return value


def _level(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 255:
        raise argparse.ArgumentTypeError("must be from 0 to 255")
    return number


def _check(arguments: argparse.Namespace) -> int:
    from oso_analysis.files import check_outputs
    from oso_analysis.notebooks import Tolerance, check_notebooks, summarise
    from oso_analysis.project import find_root

    check_outputs({"--summary": arguments.summary})
    checks = check_notebooks(
        find_root(),
        arguments.names,
        tolerance=Tolerance(arguments.tolerance, arguments.pixel_tolerance),
        jobs=arguments.jobs,
        engine=arguments.engine,
    )
    for check in checks:
        print(check)
    if arguments.summary is not None:
        # Added, not replaced: several steps of a workflow share one summary.
        with arguments.summary.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(summarise(checks))
    moved = [check for check in checks if not check.good]
    if moved:
        names = " ".join(check.name.removesuffix(".ipynb") for check in moved)
        print(
            f"{len(moved)} of {len(checks)} notebooks do not show what is stored. If that is "
            f"what you meant: oso-analysis notebooks refresh {names}",
            file=sys.stderr,
        )
    return 1 if moved else 0


def _refresh(arguments: argparse.Namespace) -> int:
    from oso_analysis.notebooks import refresh_notebooks
    from oso_analysis.project import find_root

    stored = refresh_notebooks(
        find_root(), arguments.names, jobs=arguments.jobs, engine=arguments.engine
    )
    for name, changed in stored:
        print(f"{name}: {'stored' if changed else 'unchanged'}")
    return 0


def _digest(arguments: argparse.Namespace) -> int:
    from oso_analysis.notebooks import digest_notebooks
    from oso_analysis.project import find_root

    for path, digest in digest_notebooks(find_root(), arguments.names).items():
        # As sha256sum prints it.
        print(f"{digest}  {path}")
    return 0


def _new(arguments: argparse.Namespace) -> int:
    from oso_analysis.files import from_here
    from oso_analysis.notebooks import new_notebook
    from oso_analysis.project import find_root

    path = new_notebook(find_root(), arguments.name, title=arguments.title)
    print(f"made {from_here(path)}; open it in JupyterLab and make it yours")
    return 0
