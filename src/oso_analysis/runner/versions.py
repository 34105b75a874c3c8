"""Which versions of which packages a report is made with."""

from __future__ import annotations

import re
import sys
from functools import cache
from importlib import metadata

__all__ = ["direct_versions", "python_version", "versions"]

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_DISTRIBUTION = "oso-analysis"


def python_version() -> str:
    """Return Python's version without its patch number, which does not change results."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def versions() -> dict[str, str]:
    """Return the version of Python and of every installed package this one needs, by name.

    Packages needed by packages needed are in; optional extras are not.
    """
    found: dict[str, str] = {}
    waiting = [_DISTRIBUTION]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            found[name], needs = _read(name)
        except metadata.PackageNotFoundError:
            # Needed on another system or Python only.
            continue
        waiting += needs
    return {"python": python_version(), **dict(sorted(found.items()))}


def direct_versions() -> dict[str, str]:
    """Return the version of Python, of this package, and of what it names as its dependencies."""
    everything = versions()
    wanted = {"python", _DISTRIBUTION, *_read(_DISTRIBUTION)[1]}
    return {name: version for name, version in everything.items() if name in wanted}


@cache
def _read(name: str) -> tuple[str, tuple[str, ...]]:
    """Return the version of an installed package and the names of what it needs."""
    about = metadata.distribution(name).metadata
    names = []
    for requirement in about.get_all("Requires-Dist") or []:
        text, _, marker = requirement.partition(";")
        match = _NAME.match(text.strip())
        if match and "extra" not in marker:
            names.append(re.sub(r"[-_.]+", "-", match[0]).lower())
    return about["Version"], tuple(names)
