"""The command line: one module a noun, each importing the library only when its command runs."""

from __future__ import annotations

import argparse
import errno
import importlib
import importlib.util
import io
import os
import sys
from collections.abc import Sequence

from oso_analysis.cli.parsing import Parser, add_verbs

__all__ = ["main"]

#: Modules of this folder in the order of the help text.
_MODULES = (
    "run",
    "lab",
    "verify",
    "diff",
    "evidence_map",
    "data",
    "records",
    "consultation",
    "privacy",
    "notebooks",
    "init",
)
_INTERRUPTED = 130
#: What a shell reports of a program whose reader has gone (128 and the signal's number).
_CUT_SHORT = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    0 is success; 1 a run that failed although its input was good; 2 bad input or usage; 130 an
    interruption by the user; 141 output cut short by who read it (`| head -1`).
    """
    for stream in (sys.stdout, sys.stderr):
        # A Windows console or a pipe may not know every letter; output must not end the program.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    parser = _parser()
    try:
        arguments = parser.parse_args(argv)
        status: int = arguments.handler(arguments)
        sys.stdout.flush()
    except OSError as error:
        if not _reader_gone(error):
            raise
        # What is still to be written goes nowhere, or it would be tried again at the very end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _CUT_SHORT
    except KeyboardInterrupt:
        print("interrupted; what was published is as it was", file=sys.stderr)
        return _INTERRUPTED
    except Exception as error:
        from oso_analysis.errors import OsoError

        if not isinstance(error, OsoError):
            raise
        print(f"oso-analysis: {error}", file=sys.stderr)
        return error.exit_code
    return status


def _reader_gone(error: OSError) -> bool:
    """Tell whether an error says that nobody reads the output any more."""
    # Windows calls a pipe without a reader an invalid argument, of no file.
    windows = os.name == "nt" and error.errno == errno.EINVAL and error.filename is None
    return isinstance(error, BrokenPipeError) or windows


def _parser() -> argparse.ArgumentParser:
    from oso_analysis import __version__

    parser = Parser(
        prog="oso-analysis",
        description="Tables, figures and reports on the management of online sex offending.",
        epilog="New here? `oso-analysis lab` opens a guided tour, `oso-analysis run` makes the "
        "report. `oso-analysis COMMAND --help` explains a command.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    subparsers = add_verbs(parser)
    for name in _MODULES:
        module = f"oso_analysis.cli.{name}"
        if importlib.util.find_spec(module) is not None:
            importlib.import_module(module).add_commands(subparsers)
    return parser
