"""What a report says of itself as a publication: its title, who made it, and under which licence.

All of it is the project's to say: licences, title and contributors in the description of its data
(https://specs.frictionlessdata.io/data-package/), else title and authors in the facts about its
report, which may be those of an older report that the project analyses. What a project does not say
is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oso_analysis.errors import InputError, Problem
from oso_analysis.yaml_file import read_yaml_rows

__all__ = ["Agent", "Imprint", "Licence", "check_imprint", "read_imprint", "read_report"]

_DESCRIPTION = "datapackage.json"
#: Where one title can be a part of another: "Youth homelessness: Update 2026".
_PARTS = re.compile(r"[:;–—|()]|\s-\s")


@dataclass(frozen=True)
class Agent:
    """A person or an organisation."""

    name: str
    is_organisation: bool = False
    #: Web address; may be empty.
    url: str = ""


@dataclass(frozen=True)
class Licence:
    """Terms of use: a name, and where they can be read; one of the two may be empty."""

    name: str
    url: str = ""


@dataclass(frozen=True)
class Imprint:
    """What the reports of a project say of themselves; empty is what the project does not say.

    Attributes
    ----------
    title : str
        Title of the review, which all its editions share.
    authors, publishers : tuple of Agent
    licences : tuple of Licence
        Of data and reports.
    """

    title: str = ""
    authors: tuple[Agent, ...] = ()
    publishers: tuple[Agent, ...] = ()
    licences: tuple[Licence, ...] = ()

    @property
    def author_names(self) -> list[str]:
        """The authors' names, in order."""
        return [author.name for author in self.authors]

    def headings(self, edition: str) -> tuple[str, str]:
        """Return what stands above an edition's report, and the line below it.

        Parameters
        ----------
        edition : str
            The edition's title.

        Returns
        -------
        heading, below : str
            The review's title and the edition's. Where one holds the other as a part of its own,
            it stands alone and the line below is empty, so that nothing is said twice.

        Examples
        --------
        >>> Imprint("School meals").headings("To 2019")
        ('School meals', 'To 2019')
        >>> Imprint("School meals").headings("School meals: to 2019")
        ('School meals: to 2019', '')
        """
        review, own = _plain(self.title), _plain(edition)
        if not review or re.search(rf"(?<!\w){re.escape(review)}(?!\w)", own):
            return edition, ""
        if own in {_plain(part) for part in _PARTS.split(self.title)}:
            return self.title, ""
        return self.title, edition

    def full_title(self, edition: str) -> str:
        """Return review and edition on one line, for the properties of a document.

        Examples
        --------
        >>> Imprint("School meals").full_title("To 2019")
        'School meals – To 2019'
        """
        return " – ".join(part for part in self.headings(edition) if part)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def read_report(path: Path) -> dict[str, Any]:
    """Read the facts about a review's report.

    Parameters
    ----------
    path : Path
        YAML that maps names to facts; `title` is text and `authors` a list of names, where given.

    Raises
    ------
    InputError
        All problems at once, each with its row.
    """
    raw, row_of = read_yaml_rows(path)
    file = path.name
    if not isinstance(raw, dict):
        raise InputError([Problem("must map names to facts", file=file)])
    problems = []
    title, authors = raw.get("title"), raw.get("authors")
    if "title" in raw and not _is_text(title):
        rule = "must be text, in quotation marks where it looks like a number or a list"
        problems.append(Problem(rule, file, row_of("title"), "title", _shown(title)))
    if authors is not None and not isinstance(authors, list):
        rule = f"must be a list of names, such as [{authors!r}]" if _is_text(authors) else (
            "must be a list of names"
        )  # fmt: skip
        problems.append(Problem(rule, file, row_of("authors"), "authors", _shown(authors)))
    elif authors:
        problems += [
            Problem(
                "must be a name as text", file, row_of("authors", place), "authors", _shown(name)
            )
            for place, name in enumerate(authors)
            if not _is_text(name)
        ]
    if problems:
        raise InputError(problems)
    return raw


def check_imprint(descriptor: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the licences and contributors in a description of data."""
    for key, wanted in (("licenses", ("name", "path")), ("contributors", ("title",))):
        items = descriptor.get(key) or []
        if not isinstance(items, list):
            yield Problem("must be a list", file=_DESCRIPTION, column=key, value=_shown(items))
            continue
        for place, item in enumerate(items):
            known = isinstance(item, dict) and any(_is_text(item.get(name)) for name in wanted)
            if not known:
                rule = f"must have a {' or a '.join(f'`{name}`' for name in wanted)}"
                yield Problem(rule, file=_DESCRIPTION, column=f"{key}[{place}]", value=_shown(item))
            elif key == "contributors" and _roles(item) is None:
                rule = "must have one role, such as author, or a list of roles"
                yield Problem(rule, file=_DESCRIPTION, column=f"{key}[{place}]", value=_shown(item))


def read_imprint(data: Path, descriptor: Mapping[str, Any]) -> Imprint:
    """Return what a project says of its reports.

    Parameters
    ----------
    data : Path
        The folder with the description of the data.
    descriptor : mapping
        That description. Its `licenses` are the report's; its `title`, and its `contributors` with
        the role "author" or "publisher", come before title and authors of the facts about the
        report. A contributor whose `organization` is its own name is one.

    Returns
    -------
    Imprint
        Of what can be read: what is wrong is said by `read_report` and `check_imprint`.
    """
    facts = _facts(data, descriptor)
    authors = _contributors(descriptor, "author") or tuple(
        Agent(_tidy(name)) for name in facts.get("authors") or ()
    )
    return Imprint(
        title=_tidy(descriptor.get("title") or facts.get("title", "")),
        authors=authors,
        publishers=_contributors(descriptor, "publisher"),
        licences=tuple(
            Licence(_tidy(item.get("title") or item.get("name") or url), url)
            for item in _items(descriptor, "licenses")
            for url in [_web(item.get("path"))]
            if item.get("title") or item.get("name") or url
        ),
    )


def _facts(data: Path, descriptor: Mapping[str, Any]) -> dict[str, Any]:
    for resource in _items(descriptor, "resources"):
        path = resource.get("path")
        if resource.get("name") == "report" and isinstance(path, str):
            try:
                return read_report(data / path)
            except InputError:
                break
    return {}


def _contributors(descriptor: Mapping[str, Any], role: str) -> tuple[Agent, ...]:
    return tuple(
        Agent(
            _tidy(item["title"]), item.get("organization") == item["title"], _web(item.get("path"))
        )
        for item in _items(descriptor, "contributors")
        if _is_text(item.get("title")) and role in (_roles(item) or ())
    )


def _roles(contributor: Mapping[str, Any]) -> list[str] | None:
    """Return a contributor's roles in small letters; None where they are no texts."""
    found = []
    # The first version of the specification has one `role`, the second a list of `roles`.
    for key in ("role", "roles"):
        said = contributor.get(key)
        found += said if isinstance(said, list) else [] if said is None else [said]
    return [role.strip().casefold() for role in found] if all(map(_is_text, found)) else None


def _items(descriptor: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    items = descriptor.get(key)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _shown(value: object) -> str | None:
    """Return a value for a message: problems are kept in sets, which take no lists."""
    return None if value is None else str(value)


def _tidy(text: object) -> str:
    return " ".join(str(text).split())


def _web(path: object) -> str:
    return path if isinstance(path, str) and path.startswith(("https://", "http://")) else ""
