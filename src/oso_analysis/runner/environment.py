"""The environment of every kernel and worker, which keeps a machine's habits out of reports."""

from __future__ import annotations

import importlib.util
import os
import sys
from functools import cache
from pathlib import Path

__all__ = ["TRACE", "hermetic"]

#: Names the file to which a kernel writes what it opened.
TRACE = "OSO_ANALYSIS_TRACE"

#: Settings of a person or machine that change what a notebook shows.
_DROPPED = (
    "PYTHON",
    "PYTEST",
    "IPYTHON",
    "IPYKERNEL",
    "JUPYTER",
    "JPY",
    "MPL",
    "MATPLOTLIB",
    "LC_",
    "OSO_",
)
_DROPPED_NAMES = frozenset({"LANG", "LANGUAGE", "TZ", "COLUMNS", "LINES", "TERM", "NO_COLOR"})
#: What Python needs to find the same packages, and Matplotlib its font cache.
_KEPT = frozenset({"PYTHONPATH", "PYTHONHOME", "PYTHONPYCACHEPREFIX", "MPLCONFIGDIR"})


def hermetic(scratch: Path) -> dict[str, str]:
    """Return the environment for kernels and workers.

    Time zone, locale, hash seed, terminal width, IPython profile, Matplotlib style and the number
    of linear-algebra threads are fixed: the last digits of a sum may depend on the threads.
    `scratch` takes the IPython folder, so that start-up files of a person's own profile never run.
    """
    env = {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT
        or (name.upper() not in _DROPPED_NAMES and not name.upper().startswith(_DROPPED))
    }
    env |= {
        "IPYTHONDIR": str(scratch / "ipython"),
        "JUPYTER_PLATFORM_DIRS": "1",
        "LC_ALL": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "TERM": "dumb",
        "TZ": "UTC",
    }
    style = _default_style()
    if style:
        env["MATPLOTLIBRC"] = style
    if sys.platform == "win32":
        # Windows has neither this locale nor these time zones; UTF-8 mode does what is needed.
        del env["LC_ALL"], env["TZ"]
    return env


@cache
def _default_style() -> str | None:
    """Return Matplotlib's own style file, without importing Matplotlib."""
    spec = importlib.util.find_spec("matplotlib")
    if spec is None or spec.origin is None:
        return None
    style = Path(spec.origin).with_name("mpl-data") / "matplotlibrc"
    return str(style) if style.is_file() else None
