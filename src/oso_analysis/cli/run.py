"""`oso-analysis run`: build editions."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from oso_analysis.cli.parsing import add_workers, positive

if TYPE_CHECKING:
    from oso_analysis.runner.build import Outcome

__all__ = ["add_commands"]


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "run",
        help="build editions: run the notebooks, assemble and publish the report",
        description="Bring editions up to date in reports/<edition>/. Only what depends on "
        "something that changed is run; the published report is replaced in one step at the end.",
    )
    parser.add_argument(
        "editions",
        nargs="*",
        metavar="EDITION",
        help="editions of editions.yaml (default: its default)",
    )
    parser.add_argument("--all", action="store_true", help="build every edition of editions.yaml")
    parser.add_argument(
        *("-p", "--parameter"),
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="change a parameter; makes an edition of its own, named after the change; a list in "
        'quotes: "countries=GB,US"',
    )
    parser.add_argument(
        "--grid",
        action="append",
        default=[],
        metavar="NAME=VALUES",
        help='one edition for each value (year_to=2010..2026 or, in quotes, "countries=GB,US"); '
        "with several --grid, for each combination",
    )
    add_workers(parser)
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="run on the Dask cluster whose scheduler is at ADDRESS (tcp://…) instead of here",
    )
    parser.add_argument(
        "--timeout", type=positive, metavar="SECONDS", help="longest time one cell may take"
    )
    parser.add_argument("--force", action="store_true", help="run everything, changed or not")
    parser.add_argument(
        "--explain",
        action="store_true",
        help="also say for each notebook why it runs or not; what must run is run and published",
    )
    parser.set_defaults(handler=_run)


def _run(arguments: argparse.Namespace) -> int:
    from oso_analysis.files import from_here
    from oso_analysis.project import find_root

    root = find_root()
    plain = not (arguments.parameter or arguments.grid or arguments.force or arguments.explain)
    if plain:
        from oso_analysis.runner.quick import up_to_date

        current = up_to_date(root, root / "reports", arguments.editions, every=arguments.all)
        for name in current:
            print(f"{name}: all is up to date")
        if current:
            return 0
    from oso_analysis.runner.command import run

    outcomes = run(
        root,
        arguments.editions,
        every=arguments.all,
        parameters=arguments.parameter,
        axes=arguments.grid,
        jobs=arguments.jobs,
        engine=arguments.engine,
        force=arguments.force,
        explain=arguments.explain,
        timeout=arguments.timeout,
        scheduler=arguments.scheduler,
    )
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    if len(outcomes) == 1 and outcomes[0].assembled and not failed:
        # A terminal shows where to look next; seven lines of progress do not.
        page = root / "reports" / outcomes[0].edition.name / "index.html"
        print(f"open {from_here(page)}")
    if len(outcomes) > 1:
        print(_closing_line(outcomes))
    if len(failed) > 1:
        # One failure in full is enough to mend; the table says where else to look.
        width = max(len(outcome.edition.name) for outcome in failed)
        print("failed:", file=sys.stderr)
        for outcome in failed:
            first = str(outcome.error).split("\n")[0].rstrip(":")
            print(f"  {outcome.edition.name:{width}}  {first}", file=sys.stderr)
    if failed:
        print(f"oso-analysis: {failed[0].edition.name}: {failed[0].error}", file=sys.stderr)
    return 1 if failed else 0


def _closing_line(outcomes: Sequence[Outcome]) -> str:
    published = sum(outcome.assembled for outcome in outcomes)
    current = sum(outcome.error is None for outcome in outcomes) - published
    every = f"of {len(outcomes)} editions"
    if not current:
        return f"{published} {every} published"
    if not published:
        return f"{current} {every} up to date"
    return f"{published} {every} published, {current} up to date"
