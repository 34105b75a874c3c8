"""`oso-analysis diff`: what changed between two editions, or two versions of one."""

from __future__ import annotations

import argparse
from pathlib import Path

__all__ = ["add_commands"]


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "diff",
        help="what changed between two editions, exhibit by exhibit",
        description="Compare two published editions: numbers that moved and by how much, rows that "
        "came and went, headings, captions, chapters and whatever else a reader sees; figures side "
        "by side. An edition is given by its name, the path of its folder, or as "
        "REVISION:reports/NAME of git. What differs is the result: exit status 0 either way.",
    )
    parser.add_argument("before", metavar="A", help="the edition before, such as report-2019")
    parser.add_argument("after", metavar="B", help="the edition after, such as update-2026")
    parser.add_argument(
        "--all", action="store_true", help="show every line, not the first of each exhibit"
    )
    parser.add_argument(
        "--html", type=Path, metavar="FILE", help="also write a page that needs no other file"
    )
    parser.set_defaults(handler=_diff)


def _diff(arguments: argparse.Namespace) -> int:
    from oso_analysis.diff import SHOWN, compare_editions, open_edition, render_html
    from oso_analysis.files import check_outputs, write_whole
    from oso_analysis.project import find_root

    reports = find_root() / "reports"
    check_outputs({"--html": arguments.html})
    with (
        open_edition(reports, arguments.before) as before,
        open_edition(reports, arguments.after) as after,
    ):
        difference = compare_editions(before, after)
        text = difference.text(None if arguments.all else SHOWN)
        print(text)
        if "\n  … and " in text:
            print("\nEvery line: --all; figures side by side: --html FILE")
        if arguments.html:
            write_whole(arguments.html, render_html(difference).encode("utf-8"))
            print(f"wrote {arguments.html}")
    return 0
