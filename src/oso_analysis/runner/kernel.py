"""An ordinary IPython kernel that notes what it reads; ``python -m oso_analysis.runner.kernel``."""

from __future__ import annotations

import importlib
import os
import sys

#: Imported before a kernel listens, here and in the template of forked kernels alike, so that both
#: name the same inputs.
PRELOADED = "oso_analysis.review"


def show_tables_as_notebooks_do() -> None:
    """Let pandas, imported before the kernel, not fit tables to a terminal that is not there."""
    pandas = sys.modules.get("pandas")
    if pandas is not None:
        pandas.set_option("display.max_columns", 20)


def main() -> None:
    """Start the kernel as `ipykernel_launcher` does, after listening has begun."""
    # The folder a program is started from is no place for imports while the kernel loads.
    if sys.path and sys.path[0] in {"", os.getcwd()}:  # noqa: PTH109
        del sys.path[0]
    from oso_analysis.runner.environment import TRACE
    from oso_analysis.runner.tracing import trace

    importlib.import_module(PRELOADED)
    show_tables_as_notebooks_do()
    target = os.environ.pop(TRACE, None)
    if target:
        trace(target)
    from ipykernel import kernelapp

    kernelapp.launch_new_instance()


if __name__ == "__main__":
    main()
