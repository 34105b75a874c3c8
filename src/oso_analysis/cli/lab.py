"""`oso-analysis lab`: open JupyterLab on the guided tour."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

__all__ = ["add_commands", "lab_command", "lab_environment"]

#: Where JupyterLab opens.
START = "notebooks/00_start_here.ipynb"
#: Defaults for JupyterLab's settings; what a user has set for themselves comes after them.
_SETTINGS = Path(__file__).with_name("jupyter")


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser(
        "lab",
        help="open JupyterLab on the guided tour",
        description=f"Open JupyterLab on {START}, with this environment's Python. Options that "
        "follow are JupyterLab's own, such as --no-browser or --port 8890. Stop it with Ctrl+C.",
        usage="oso-analysis lab [-h] [JUPYTERLAB OPTION ...]",
        add_help=False,
        # No character begins an option here, so that every option is handed on.
        prefix_chars="\0",
    )
    parser.add_argument(
        "options", nargs="*", metavar="JUPYTERLAB OPTION", help="handed on to JupyterLab"
    )
    parser.set_defaults(handler=lambda arguments: _lab(arguments, parser))


def lab_command(root: str, start: str, options: list[str]) -> list[str]:
    """Return the command that starts JupyterLab in a project; it looks nothing up online."""
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/{start}" if start else "--LabApp.default_url=/lab",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=None",
        *options,
    ]


def lab_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment that JupyterLab, its terminals and its kernels get.

    A terminal opened in JupyterLab must find `oso-analysis` although nobody activated anything, and
    the first thing a newcomer sees must be the tour and not a question about Jupyter's news.
    """

    def first(folder: str | Path, name: str) -> str:
        there = environment.get(name)
        return f"{folder}{os.pathsep}{there}" if there else str(folder)

    return {
        **environment,
        "PATH": first(sysconfig.get_path("scripts"), "PATH"),
        "JUPYTER_CONFIG_PATH": first(_SETTINGS, "JUPYTER_CONFIG_PATH"),
    }


def _lab(arguments: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    from oso_analysis.project import find_root

    if {"-h", "--help"} & set(arguments.options):
        parser.print_help()
        return 0
    root = find_root()
    start = START if (root / START).is_file() else ""
    command = lab_command(str(root), start, arguments.options)
    return subprocess.call(command, cwd=root, env=lab_environment(os.environ))
