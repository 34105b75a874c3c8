"""The vocabulary of a review: every code, its label and its definition.

The codebook is data (`data/codebook.yaml`), not code: another review brings its own. Each facet is
an ordered mapping from code to `Code`, in the codebook's order, which is the order used in every
table and figure unless a count says otherwise.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import Any

from oso_analysis.errors import InputError, Problem, listed, nearest, nearest_code, require_kind
from oso_analysis.yaml_file import RowOf, read_yaml_rows

__all__ = [
    "FAMILIES",
    "LATER_STAGES",
    "NOT_STATED",
    "NOT_STATED_LABEL",
    "STAGES",
    "WITHHELD",
    "Code",
    "Codebook",
    "Facet",
    "read_codebook",
    "require_codebook",
]

#: The code and the label that stand wherever a value is missing; missing never means "none".
NOT_STATED = "not_stated"
NOT_STATED_LABEL = "Not stated"
#: What stands for a figure withheld by disclosure control, in frames for print, data and drawings
#: alike; the Government Statistical Service's shorthand for "confidential".
WITHHELD = "[c]"

#: Facet of `coding.csv` (singular) to the codebook's list that defines it (plural).
FACETS = MappingProxyType(
    {
        "theme": "themes",
        "behaviour": "behaviours",
        "design": "designs",
        "population": "populations",
        "sector": "sectors",
        "practice_decision": "practice_decisions",
        "outcome": "outcomes",
        "kind": "segment_kinds",
        "respondent_sector": "respondent_sectors",
        "decision": "screening_decisions",
        "exclusion_reason": "exclusion_reasons",
    }
)
#: Families of designs: tables and figures of the strength of evidence are made from them.
FAMILIES = ("review", "quantitative", "qualitative", "mixed", "analysis", "not stated")
#: Where a reason for exclusion takes a work out of the PRISMA flow, in the order of the flow; one
#: without a `stage` applies at screening.
STAGES = ("automation", "screening", "retrieval", "full_text")
#: Those that a work reaches which its titles and abstracts did not exclude.
LATER_STAGES = STAGES[2:]
_CODE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Code:
    """One term: `code` in the data, `label` in print, `definition` in the annex."""

    code: str
    label: str
    definition: str = ""
    #: Further attributes as the codebook gives them: `family`, `service`, `stage`,
    #: `report_wording`.
    attributes: Mapping[str, Any] = field(default_factory=dict)
    #: Where it stands in the codebook's file, for messages.
    row: int | None = field(default=None, compare=False, repr=False)


class Facet(Mapping[str, Code]):
    """The ordered codes of one facet; ``facet["prevention"].label``.

    Tab completion in Jupyter lists the codes; a wrong code is answered with the nearest right one.
    """

    def __init__(self, name: str, codes: Mapping[str, Code]) -> None:
        self.name = name
        self._codes = dict(codes)

    def __getitem__(self, code: str) -> Code:
        if code in self:
            return self._codes[code]
        raise InputError(
            [
                Problem(
                    rule=f"is not a code of {self.name}; codes are {', '.join(self._codes)}",
                    value=repr(code) if code is None else code,
                    nearest=nearest_code(code, self.names),
                )
            ]
        )

    def __contains__(self, code: object) -> bool:
        # What is no text, a list of codes say, cannot even be looked up.
        return isinstance(code, str) and code in self._codes

    def __iter__(self) -> Iterator[str]:
        return iter(self._codes)

    def __len__(self) -> int:
        return len(self._codes)

    def __repr__(self) -> str:
        return f"<{self.name}: {', '.join(self._codes)}>"

    def _repr_html_(self) -> str:
        return _html(
            self.name, [(code, item.label, item.definition) for code, item in self.items()]
        )

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._codes)

    @property
    def names(self) -> dict[str, str]:
        """Code to printed name: what may stand in the data."""
        return {code: item.label for code, item in self._codes.items()}

    @property
    def labels(self) -> dict[str, str]:
        """Code to label, in the codebook's order, ending with "not stated"."""
        return {code: item.label for code, item in self._codes.items()} | {
            NOT_STATED: NOT_STATED_LABEL
        }

    def attribute(self, name: str) -> dict[str, Any]:
        """Return code to the value of one further attribute (None where the codebook has none)."""
        return {code: item.attributes.get(name) for code, item in self._codes.items()}


@dataclass(frozen=True, repr=False)
class Codebook:
    """All facets of one review; ``codebook["theme"]["prevention"].label``."""

    facets: Mapping[str, Facet]

    def __getitem__(self, facet: str) -> Facet:
        """Return a facet by its name in the data (singular)."""
        if facet not in self:
            raise InputError(
                [
                    Problem(
                        rule=f"is not a facet; facets are {', '.join(self.facets)}",
                        value=repr(facet) if facet is None else facet,
                        nearest=nearest(facet, self.facets),
                    )
                ]
            )
        return self.facets[facet]

    def __contains__(self, facet: object) -> bool:
        """Tell whether the codebook defines a facet."""
        return isinstance(facet, str) and facet in self.facets

    def __repr__(self) -> str:
        """Return the facets with how many codes each has."""
        return "\n".join(["Codebook", *(f"  {n}: {len(f)} codes" for n, f in self.facets.items())])

    def _repr_html_(self) -> str:
        rows = [
            (name, f"{len(facet)} codes", ", ".join(facet)) for name, facet in self.facets.items()
        ]
        return _html("Codebook", rows)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.facets)


def _html(title: str, rows: list[tuple[str, str, str]]) -> str:
    lines = "".join(
        f"<tr><td style='text-align:left'><code>{escape(name)}</code></td>"
        f'<td style="text-align:left">{escape(label)}</td>'
        f'<td style="text-align:left">{escape(more)}</td></tr>'
        for name, label, more in rows
    )
    return f"<table><caption>{escape(title)}</caption>{lines}</table>"


def _codes(
    facet: str, items: Iterable[tuple[tuple[Any, ...], Any, Any]], file: str, row_of: RowOf
) -> tuple[list[Code], list[Problem]]:
    """Return the codes of one list that can be read, and what is wrong with any of them.

    `items` gives each code's way in the file, for its row, the code itself and what is said of it.
    """
    codes: list[Code] = []
    problems: list[Problem] = []
    by_label = {_plain(NOT_STATED_LABEL): NOT_STATED}
    for way, code, spec in items:
        row = row_of(*way)
        if not isinstance(code, str):
            # YAML reads a bare `no` or `2019` as something other than text.
            problems.append(Problem(f"must be text; quote it in {facet}", file, row, facet, code))
            continue
        column = f"{facet}.{code}"
        if not _CODE.fullmatch(code):
            rule = "is no code, which is made of letters without accents, digits, _ and -; its "
            rule += "label is free"
            problems.append(Problem(rule, file, row, facet, code, _spelt(code)))
        spec = spec or {}
        if not isinstance(spec, Mapping):
            problems.append(Problem("must have a label", file, row, column, spec))
            continue
        label = spec.get("label", code.replace("_", " ").capitalize())
        if isinstance(label, Mapping | list | None) or not str(label).strip():
            place = row_of(*way, "label") or row
            problems.append(Problem("must have a label", file, place, column, label))
            continue
        first = by_label.setdefault(_plain(label), code)
        if first != code or first in {item.code for item in codes}:
            # Two rows of one name in every table, which no reader can tell apart.
            rule = f"is the label of {first!r} already; labels differ, so that rows can be told"
            rule += " apart"
            place = row_of(*way, "label") or row
            problems.append(Problem(rule, file, place, f"{column}.label", label))
        if facet == "designs":
            problems += _family(spec.get("family"), column, file, row_of(*way, "family") or row)
        if facet == "exclusion_reasons":
            problems += _stage(spec, column, file, partial(row_of, *way))
        further = {key: value for key, value in spec.items() if key not in {"label", "definition"}}
        codes.append(Code(code, str(label), str(spec.get("definition") or ""), further, row))
    return codes, problems


def _family(family: object, column: str, file: str, row: int | None) -> Iterator[Problem]:
    """Yield what is wrong with a design's family: a slip in it would lose its works to no table."""
    if family is None:
        rule = f"must have a `family`: {listed(FAMILIES)}"
        yield Problem(rule, file, row, column)
    elif _plain(str(family).replace("_", " ")) not in FAMILIES:
        rule = f"is not a family of designs; families are {listed(FAMILIES)}"
        yield Problem(rule, file, row, f"{column}.family", family, nearest(family, FAMILIES))


def _stage(spec: Mapping[str, Any], column: str, file: str, row_of: RowOf) -> Iterator[Problem]:
    """Yield what is wrong with a reason's stage: a slip in it would count works at screening.

    A codebook may have attributes of its own, so that only what holds a stage is a slip for one.
    """
    for key, value in spec.items():
        meant = nearest(key, ["stage", "label", "definition"])
        told = isinstance(value, str) and nearest(value, STAGES)
        if key != "stage" and meant == "stage" and told:
            rule = "is nothing that a reason for exclusion has"
            yield Problem(rule, file, row_of(key), column, key, meant)
    if "stage" in spec and spec["stage"] not in STAGES:
        rule = f"is not a stage of screening; stages are {listed(STAGES)}"
        value = spec["stage"]
        yield Problem(rule, file, row_of("stage"), f"{column}.stage", value, nearest(value, STAGES))


def _plain(text: object) -> str:
    return " ".join(str(text).split()).casefold()


def _spelt(code: str) -> str | None:
    """Return a code as it could be spelt: without accents, spaces and signs."""
    bare = unicodedata.normalize("NFKD", code).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "_", bare.casefold()).strip("_") or None


def require_codebook(codebook: object) -> None:
    """Raise an InputError unless `codebook` is a `Codebook`: what counts takes one by place."""
    rule = "must be the codebook, such as review.codebook"
    require_kind("codebook", codebook, Codebook, rule)


def read_codebook(path: Path | str) -> Codebook:
    """Read a codebook.

    Parameters
    ----------
    path : path-like
        YAML; each list named in `FACETS` maps a code to its label and definition, or is a plain
        sequence of codes.

    Returns
    -------
    Codebook

    Raises
    ------
    InputError
        All problems at once, each with its row: unreadable YAML, a code given twice, unknown or
        missing lists, codes that are not text or hold other signs than letters, digits and ``_``,
        labels that are missing or that two codes of one list share (case and spaces do not tell
        them apart, and "Not stated" is the label of what is missing), designs without a family or
        with one that is not in `FAMILIES`, a reason's stage that is not in `STAGES`.

    Examples
    --------
    >>> codebook = read_codebook("data/codebook.yaml")
    >>> codebook["theme"]["policing"].label
    'Policing'
    >>> list(codebook["kind"])
    ['issue', 'solution']
    """
    require_kind("path", path, (str, os.PathLike), "must be the path of a codebook's file")
    path = Path(path)
    file = path.name
    raw, row_of = read_yaml_rows(path)
    if not isinstance(raw, Mapping):
        raise InputError([Problem("must map list names to codes", file=file)])
    problems: list[Problem] = []
    known = {*FACETS.values(), "version"}
    problems += [
        Problem(
            "is not a list this package knows", file, row_of(key), key, nearest=nearest(key, known)
        )
        for key in raw
        if key not in known
    ]
    facets: dict[str, Facet] = {}
    for name, plural in FACETS.items():
        spec = raw.get(plural)
        if not isinstance(spec, Mapping | list) or not spec:
            rule = "must be a non-empty list of codes"
            problems.append(Problem(rule, file, row_of(plural), plural))
            continue
        if isinstance(spec, Mapping):
            items = [((plural, code), code, item) for code, item in spec.items()]
        else:
            items = [((plural, place), code, None) for place, code in enumerate(spec)]
        codes, found = _codes(plural, items, file, row_of)
        problems += found
        facets[name] = Facet(name, {item.code: item for item in codes})
    if problems:
        raise InputError(problems)
    return Codebook(MappingProxyType(facets))
