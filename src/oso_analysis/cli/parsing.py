"""The parser of the command line: it lists what there is, and suggests what was meant."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from typing import Any

__all__ = ["Parser", "add_verbs", "add_workers", "positive"]


class Parser(argparse.ArgumentParser):
    """A parser whose complaint about a slip names the nearest right word."""

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        # Only a slip pays for the import.
        from oso_analysis.errors import nearest

        meant = nearest(value, action.choices)
        hint = f" (did you mean {meant!r}?)" if meant else ""
        listed = ", ".join(map(str, action.choices))
        raise argparse.ArgumentError(action, f"{value!r} is not one of {listed}{hint}")

    def parse_known_args(self, *arguments: Any, **options: Any) -> Any:
        """Parse as `argparse` does, and tell a word too many after a list what it may be."""
        found, rest = super().parse_known_args(*arguments, **options)
        lists = vars(found).get("parameter") or vars(found).get("grid")
        if lists and any(not word.startswith("-") for word in rest):
            from oso_analysis.editions import LIST_HINT

            self.error(f"unrecognized arguments: {' '.join(rest)} ({LIST_HINT})")
        return found, rest


def add_verbs(
    parser: argparse.ArgumentParser, *, title: str = "commands", metavar: str = "COMMAND"
) -> argparse._SubParsersAction[argparse.ArgumentParser]:
    """Give a parser its verbs; without one it answers with what there is, and status 2."""
    parser.set_defaults(handler=partial(_list_verbs, parser, metavar))
    return parser.add_subparsers(title=title, metavar=metavar)


def _list_verbs(parser: argparse.ArgumentParser, metavar: str, _: argparse.Namespace) -> int:
    parser.print_help(sys.stderr)
    print(f"\n{parser.prog}: name a {metavar.lower()} of these", file=sys.stderr)
    return 2


def add_workers(parser: argparse.ArgumentParser) -> None:
    """Let a verb that runs notebooks be told how many at a time, and in what kernels."""
    parser.add_argument(
        "--jobs",
        type=positive,
        default=os.cpu_count() or 1,
        metavar="N",
        help="how many notebooks to run at a time (default: one for each processor)",
    )
    parser.add_argument(
        "--engine",
        choices=("warm", "kernel"),
        default="warm",
        help="warm: kernels forked from a process that has the libraries loaded, where the system "
        "can (default); kernel: an ordinary kernel for each notebook",
    )


def positive(text: str) -> int:
    """Return a whole number of at least 1, as an option's value."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number, at least 1")
    return number
