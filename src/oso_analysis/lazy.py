"""Names that are imported when they are first asked for, so that `import oso_analysis` is cheap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["lazy_names"]


def lazy_names(
    package: str, homes: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return the `__getattr__` and `__dir__` of a package whose names live in its modules.

    Parameters
    ----------
    package : str
        The package's full name.
    homes : mapping
        Name to the full name of the module that defines it. The modules directly in the package
        are names too.

    Returns
    -------
    tuple of callables
        A name that is not there is answered with the nearest one that is.
    """
    modules = {home for home in homes.values() if home.rpartition(".")[0] == package}
    rooms = {home.rpartition(".")[2] for home in modules} - set(homes)

    def get(name: str) -> Any:
        if name in rooms or homes.get(name) == f"{package}.{name}":
            return import_module(f"{package}.{name}")
        if name in homes:
            return getattr(import_module(homes[name]), name)
        if name.startswith("__"):
            # What Python and IPython ask every module for is no slip of a user's.
            raise AttributeError(f"{package} has no {name!r}")
        from oso_analysis.errors import nearest

        hint = nearest(name, [*homes, *rooms])
        # Named without the object, so that Python does not add the same suggestion once more.
        raise AttributeError(
            f"{package} has no {name!r}" + (f"; did you mean {hint!r}?" if hint else ""), name=name
        )

    def names() -> list[str]:
        return sorted({*homes, *rooms})

    return get, names
