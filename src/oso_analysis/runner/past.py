"""How earlier results were made, compared with what is there now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from oso_analysis.runner.inputs import Digests, changes, lock_files

__all__ = ["Past"]

#: How many causes of one notebook's run are spelt out.
_REASONS = 4
#: A parameter that is not named has the value its notebook declares.
_DEFAULT = object()


class Past:
    """Compares earlier results with what is there now.

    Parameters
    ----------
    root : Path
        The project.
    digests : Digests
        What its files are now.
    versions : mapping of str to str
        Package to the version that is installed now.
    """

    def __init__(self, root: Path, digests: Digests, versions: Mapping[str, str]) -> None:
        self._root = root
        self._digests = digests
        self._versions = versions

    def differences(self, entry: Mapping[str, Any]) -> list[str]:
        """Say in words what is not as it was for a result; nothing if it still holds.

        Parameters
        ----------
        entry : mapping
            `read`, each input's key to its digest, and `versions`, as `State` keeps them.
        """
        before: Mapping[str, str] = entry["versions"]
        installed_now = [
            f"{name} is {self._versions.get(name, 'gone')} instead of {before.get(name, 'absent')}"
            for name in sorted({*before, *self._versions})
            if before.get(name) != self._versions.get(name)
        ]
        locks = [name for name in lock_files(self._root) if name not in entry["read"]]
        # What a person edits comes first; packages come last.
        said = sorted(changes(entry["read"], self._digests), key=lambda s: s.startswith("package:"))
        return [*said, *(f"{name} has appeared" for name in locks), *installed_now]

    def reason(
        self,
        now: Mapping[str, Any],
        published: Mapping[str, Any] | None,
        results: Sequence[Mapping[str, Any]],
    ) -> str:
        """Say why a notebook runs.

        A person knows what is published, and what they did since; what was computed last may be
        something they have taken back.

        Parameters
        ----------
        now : mapping
            `cells`, the digest of the notebook's cells, and `parameters`.
        published : mapping or None
            The same of the result that is published, with its `read` and `versions`.
        results : sequence of mapping
            All that is known of these cells with these parameters; the nearest is compared if
            nothing is published.
        """
        if published is not None:
            said = [*_made_differently(now, published), *self.differences(published)]
            said = said or ["its result is no longer kept in .cache"]
        elif results:
            said = min(map(self.differences, results), key=len)
        else:
            return "there is no result yet for this notebook as it is now with these parameters"
        more = len(said) - _REASONS
        return "; ".join([*said[:_REASONS], *([f"{more} more"] if more > 0 else [])])


def _made_differently(now: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    said = [] if now["cells"] == before["cells"] else ["the notebook has changed"]
    old, new = before["parameters"], now["parameters"]
    names = [n for n in sorted({*old, *new}) if old.get(n, _DEFAULT) != new.get(n, _DEFAULT)]
    return said + [f"parameter {name} has changed" for name in names]
