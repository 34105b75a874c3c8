"""What the annex of every format lists: parameters, inputs and versions as printed rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oso_analysis.editions import NOTEBOOK_HASH, PACKAGE_CODE, is_notebook

if TYPE_CHECKING:
    from oso_analysis.editions import EditionInfo

__all__ = ["HASHES", "HASH_SHOWN", "input_rows", "parameter_rows", "version_rows"]

#: Digits of a SHA-256 that are printed; `exhibits.json` holds all of them.
HASH_SHOWN = 12
#: What the rows of inputs hold.
HASHES = (
    f"What stands for a notebook is the {NOTEBOOK_HASH}: the outputs stored in it are no input. "
    "What stands for any other file is the SHA-256 of its bytes."
)


def parameter_rows(edition: EditionInfo) -> list[tuple[str, str]]:
    """Return each parameter and its value in words."""
    return [(name, _spoken(value)) for name, value in sorted(edition.parameters.items())]


def input_rows(edition: EditionInfo) -> list[tuple[str, str]]:
    """Return each input that is not the package's own code, and the head of its SHA-256."""
    return [
        (path, digest[:HASH_SHOWN] + (", without outputs" if is_notebook(path) else ""))
        for path, digest in sorted(edition.inputs.items())
        if not path.startswith(PACKAGE_CODE)
    ]


def version_rows(edition: EditionInfo) -> list[tuple[str, str]]:
    """Return each package and its version, Python first."""
    first = sorted(edition.versions.items(), key=lambda item: (item[0] != "python", item[0]))
    return [("Python" if name == "python" else name, version) for name, version in first]


def _spoken(value: Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "all"
    return str(value)
