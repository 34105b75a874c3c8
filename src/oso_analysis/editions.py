"""Editions: named sets of parameters, and the record of what one published report was made from.

Nothing here imports pandas or papermill, so that a run which finds all up to date answers at once.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from oso_analysis.errors import InputError, Problem, nearest
from oso_analysis.imprint import Imprint
from oso_analysis.yaml_file import read_yaml

__all__ = [
    "EDITIONS_FILE",
    "LIST_HINT",
    "NOTEBOOK_HASH",
    "PACKAGE_CODE",
    "THRESHOLD",
    "Edition",
    "EditionInfo",
    "Editions",
    "derive",
    "grid",
    "is_notebook",
    "read_editions",
    "scan_editions",
]

EDITIONS_FILE = "editions.yaml"
#: Where this package's own modules stand among an edition's inputs.
PACKAGE_CODE = "oso_analysis/"
#: What stands for a notebook among an edition's inputs, in words that say how to get it again.
NOTEBOOK_HASH = (
    "SHA-256 of its cells without outputs, as the command “oso-analysis notebooks digest” prints it"
)
#: Parameter by which notebooks withhold small counts of answers.
THRESHOLD = "disclosure_threshold"
#: PowerShell makes two words of a list without quotes, and the second looks like an edition's name.
LIST_HINT = 'a list after -p or --grid needs quotes: -p "countries=GB,US"'

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
#: Names that Windows keeps for devices, whatever follows a dot.
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_FIELDS = ("title", "description", "disclosure", "parameters")
#: Longest folder name spelt out in full; Windows refuses long paths.
_NAME_WIDTH = 80
#: Digits of a digest that tell two names apart: enough for the largest grid.
_MARK_WIDTH = 12


@dataclass(frozen=True)
class Edition:
    """One named set of parameters.

    Attributes
    ----------
    name : str
        Name of the edition and of its folder under `reports/`.
    title, description : str
        For the report's first page.
    parameters : mapping
        Only what differs from the notebooks' defaults.
    disclosure : str
        Why small counts of answers are or are not withheld in this edition; a report says what the
        parameter `disclosure_threshold` means in front of it. May be empty. Words that begin with
        "Off" are left out where there is a threshold.
    base : str
        The edition of `editions.yaml` that this one was derived from; empty if it stands there.
    changes : mapping
        The parameters that were changed to derive it, with their values.
    """

    name: str
    title: str
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    disclosure: str = ""
    base: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class EditionInfo:
    """What a report says about itself: everything it was made from, without clock or machine.

    Attributes
    ----------
    name, title, description : str
        As in `Edition`.
    parameters : mapping of str to Any
        Every parameter any notebook declares, with the value used; plain JSON values.
    disclosure : str
        How small counts are treated, in words.
    inputs : mapping of str to str
        Each file that was read to make the edition (notebooks, data, package code, lock file) as
        a path relative to the project with forward slashes, to the SHA-256 of its bytes; sorted.
        A notebook (`is_notebook`) has that of its cells without outputs (`NOTEBOOK_HASH`):
        storing fresh outputs in it changes nothing that is computed, so it must not change a
        report either.
    versions : mapping of str to str
        "python", this package and each package it depends on, to its version; sorted.
    limits : tuple of str
        What a reader must know about the data's limits, from the data's own description.
    date : str
        Date of the data, from the same place (ISO 8601); reports never carry the clock's.
    imprint : Imprint
        The review's title, its authors and licences.
    base, changes
        As in `Edition`.
    """

    name: str
    title: str
    description: str
    parameters: Mapping[str, Any]
    disclosure: str
    inputs: Mapping[str, str]
    versions: Mapping[str, str]
    limits: tuple[str, ...] = ()
    date: str = ""
    imprint: Imprint = field(default_factory=Imprint)
    base: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)


def is_notebook(path: str) -> bool:
    """Tell whether an edition's input is a notebook, which is hashed without its outputs."""
    return path.startswith("notebooks/") and path.endswith(".ipynb")


@dataclass(frozen=True)
class Editions:
    """All editions of a project, in the file's order, and the name of the default one."""

    default: str
    editions: Mapping[str, Edition]

    def select(self, names: Sequence[str] = (), *, every: bool = False) -> list[Edition]:
        """Return the editions named, all of them, or the default one.

        Raises
        ------
        InputError
            One problem for each unknown name, with the nearest edition.
        """
        if every:
            return list(self.editions.values())
        problems = [
            Problem(
                f"is not an edition; editions are {', '.join(self.editions)}",
                file=EDITIONS_FILE,
                value=name,
                nearest=nearest(name, self.editions),
            )
            for name in names
            if name not in self.editions
        ]
        if problems:
            raise InputError(problems)
        return [self.editions[name] for name in dict.fromkeys(names or (self.default,))]


def read_editions(root: Path) -> Editions:
    """Read `editions.yaml`.

    Parameter values are checked against the notebooks by `parameters.resolve`, not here.

    Raises
    ------
    InputError
        All problems at once: unreadable YAML, unknown or missing fields, bad names, a default
        that is not there.
    """
    editions, problems = scan_editions(root)
    if problems:
        raise InputError(problems)
    return editions


def scan_editions(root: Path) -> tuple[Editions, list[Problem]]:
    """Read what can be read of `editions.yaml`, and return what is wrong with the rest.

    Raises
    ------
    InputError
        If nothing can be read: no file, no readable YAML, no editions.
    """
    raw = read_yaml(root / EDITIONS_FILE)
    if not isinstance(raw, Mapping) or not isinstance(raw.get("editions"), Mapping):
        raise InputError(
            [Problem("must have `default` and `editions` at the top level", file=EDITIONS_FILE)]
        )
    problems = [
        Problem(
            "is not a field of the file; fields are default, editions",
            file=EDITIONS_FILE,
            column=str(key),
            nearest=nearest(key, ("default", "editions")),
        )
        for key in raw
        if key not in {"default", "editions"}
    ]
    editions: dict[str, Edition] = {}
    for name, spec in raw["editions"].items():
        edition = _edition(name, spec, problems)
        if edition is not None:
            editions[edition.name] = edition
    default = raw.get("default")
    if default not in raw["editions"]:
        problems.append(
            Problem(
                f"must name an edition; editions are {', '.join(map(str, raw['editions']))}",
                file=EDITIONS_FILE,
                column="default",
                value=default,
                nearest=nearest(default, raw["editions"]) if default else None,
            )
        )
    return Editions(str(default), MappingProxyType(editions)), problems


def _edition(name: object, spec: object, problems: list[Problem]) -> Edition | None:
    where = f"editions.{name}"
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        problems.append(
            Problem(
                "must be lower-case letters, digits, dots and hyphens, because it names a folder",
                file=EDITIONS_FILE,
                column="editions",
                value=name,
            )
        )
        return None
    if _DEVICE.fullmatch(name) or name.endswith("."):
        rule = "cannot name a folder on Windows, as a device's name or one that ends with a dot"
        problems.append(Problem(rule, file=EDITIONS_FILE, column="editions", value=name))
        return None
    if not isinstance(spec, Mapping):
        problems.append(Problem("must have a title", file=EDITIONS_FILE, column=where, value=spec))
        return None
    problems += [
        Problem(
            f"is not a field of an edition; fields are {', '.join(_FIELDS)}",
            file=EDITIONS_FILE,
            column=f"{where}.{key}",
            nearest=nearest(key, _FIELDS),
        )
        for key in spec
        if key not in _FIELDS
    ]
    texts: dict[str, str] = {}
    for key in ("title", "description", "disclosure"):
        value = spec.get(key)
        if key == "disclosure" and value is None:
            texts[key] = ""
        elif not isinstance(value, str) or not value.strip():
            problems.append(
                Problem("must be text", file=EDITIONS_FILE, column=f"{where}.{key}", value=value)
            )
        else:
            texts[key] = " ".join(value.split())
    parameters = spec.get("parameters", {})
    if not isinstance(parameters, Mapping) or not all(isinstance(key, str) for key in parameters):
        problems.append(
            Problem("must map parameter names to values", file=EDITIONS_FILE, column=where)
        )
        return None
    if len(texts) < 3:
        return None
    return Edition(
        name, texts["title"], texts["description"], dict(parameters), texts["disclosure"]
    )


def derive(edition: Edition, changes: Mapping[str, Any], *, free: Collection[str] = ()) -> Edition:
    """Return the edition that `edition` becomes when parameters are changed.

    It is an edition of its own, with a name (and so a folder) made from the changed values: what
    is published under the original's name never silently holds something else, and no two sets of
    values share a name. What the original says of small counts is not said of one with another
    threshold.

    Parameters
    ----------
    edition : Edition
        One of `editions.yaml`.
    changes : mapping
        Parameter to its new value; all that is changed, because names of editions derived in two
        steps would depend on the steps.
    free : collection of str, optional
        Parameters that take any text, not only legal values.
    """
    if not changes:
        return edition
    written_for = edition.parameters.get(THRESHOLD)
    other = changes.get(THRESHOLD, written_for) != written_for
    ordered = sorted(changes.items())
    suffix = "".join(f"--{name}={_short(value)}" for name, value in ordered)
    safe = re.sub(r"[^A-Za-z0-9._+=-]", "_", suffix)
    if (
        safe != suffix
        or suffix.endswith(".")
        or len(edition.name + suffix) > _NAME_WIDTH
        or not all(_is_plain(value, free=name in free) for name, value in ordered)
    ):
        # Two values must never share a folder because their odd characters were replaced or cut,
        # or because they are written alike.
        exact = json.dumps([edition.name, ordered])
        mark = hashlib.sha256(exact.encode("utf-8")).hexdigest()[:_MARK_WIDTH]
        room = _NAME_WIDTH - len(edition.name) - _MARK_WIDTH - 2
        safe = f"{safe[: max(room, 0)]}--{mark}"
    words = "; ".join(f"{name}: {_spoken(value)}" for name, value in ordered)
    return replace(
        edition,
        name=edition.name + safe,
        title=f"{edition.title} ({words})",
        description=f"{edition.description} Changed for this edition: {words}.",
        parameters={**edition.parameters, **changes},
        base=edition.name,
        changes=dict(changes),
        disclosure="" if other else edition.disclosure,
    )


def _short(value: object) -> str:
    if isinstance(value, list):
        return "+".join(map(str, value)) or "all"
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def _is_plain(value: object, *, free: bool) -> bool:
    """Tell whether no other value of the same parameter is written as `_short` writes this one."""
    text = _short(value)
    if free and text != text.lower():
        # Windows and macOS take names that differ in case for one; legal values never do.
        return False
    # These words stand for no value and for an empty list; two hyphens begin the next parameter.
    reserved = {"none", "all"} if value and isinstance(value, list) else {"none"}
    if (value is not None and text in reserved) or "--" in text:
        return False
    items = value if isinstance(value, list) else []
    return all(str(item) and "+" not in str(item) for item in items)


def _spoken(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "all"
    return "not set" if value is None else str(value)


def grid(
    edition: Edition,
    axes: Mapping[str, Sequence[Any]],
    changes: Mapping[str, Any] | None = None,
    *,
    free: Collection[str] = (),
) -> list[Edition]:
    """Return one edition for each combination of the values on `axes`, in the order given.

    `changes` are made to all of them; see `derive` for the rest.
    """
    names = list(axes)
    return [
        derive(edition, {**(changes or {}), **dict(zip(names, values, strict=True))}, free=free)
        for values in itertools.product(*axes.values())
    ]
