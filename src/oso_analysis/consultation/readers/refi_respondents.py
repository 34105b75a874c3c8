"""Whose words a passage of a REFI-QDA project is.

The standard offers cases, and each tool uses them in its own way; see the module `refi`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from oso_analysis.consultation.readers.model import ProjectBuilder

__all__ = ["Case", "Passage", "Source", "distinguish", "settle"]


@dataclass
class Passage:
    """One selection, or a whole source, with its codings."""

    guid: str
    source: str
    codings: list[tuple[str, str, str]]  # guid of the code, coder, note of the coding
    note: str = ""
    text: str = ""
    start: int | None = None
    end: int | None = None
    location: str = ""
    whole: bool = False


@dataclass
class Case:
    """A case as the file lists it; sources, selections and codes are GUIDs."""

    guid: str
    name: str
    description: str
    variables: dict[str, str]
    sources: list[str]
    selections: list[str]
    codes: list[str]


@dataclass
class Source:
    """A text, PDF, picture or film with its passages.

    `texts` and `files` are its plain texts and the GUIDs in the names of its files.
    """

    guid: str
    name: str
    description: str
    variables: dict[str, str] = field(default_factory=dict)
    passages: list[Passage] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def distinguish(items: Sequence[Case] | Sequence[Source]) -> None:
    """Give items of one name their GUID as well, whatever order they stand in."""
    count = Counter(item.name for item in items)
    for item in items:
        if count[item.name] > 1:
            item.name = f"{item.name} ({item.guid[:8]})"


def settle(
    builder: ProjectBuilder,
    cases: Sequence[Case],
    sources: Sequence[Source],
    *,
    path_of: Callable[[str], str],
    known_codes: frozenset[str],
    sets: Mapping[str, Sequence[str]],
) -> None:
    """Add every respondent and every coding to `builder`.

    Parameters
    ----------
    builder : ProjectBuilder
        Takes submissions, segments and caveats.
    cases, sources : sequences
        With distinct names.
    path_of : callable
        Code's GUID to its path.
    known_codes : frozenset of str
        GUIDs of codes proper; a coding with a case's GUID instead assigns text to that case.
    sets : mapping
        Source's GUID to the names of the sets (document groups) it belongs to.
    """
    by_source: dict[str, list[Case]] = defaultdict(list)
    by_selection: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        for guid in dict.fromkeys(case.sources):
            by_source[guid].append(case)
        for guid in dict.fromkeys(case.selections):
            by_selection[guid].append(case)
    by_guid = {case.guid: case for case in cases if case.guid not in known_codes}
    spans = _coded_to_cases(sources, by_guid, by_source)
    for source in sources:
        holders = by_source.get(source.guid, [])
        if len(holders) > 1:
            builder.caveats.append(
                f"Source {source.name!r} belongs to {len(holders)} cases; passages that no case "
                "names are counted under the source itself."
            )
        names = {case.name for case in holders}
        for passage in source.passages:
            own = (
                by_selection.get(passage.guid, [])
                or _cases_at(spans[source.guid], passage)
                or holders
            )
            name = own[0].name if len(own) == 1 else source.name
            if _add_codings(builder, passage, source, name, path_of):
                names.add(name)
        for name in sorted(names) or [source.name]:
            builder.add_submission(name)
            _append(builder, name, "sources", source.name)
            for label in sets.get(source.guid, []):
                _append(builder, name, "sets", label)
            for variable, value in _attributes(source.variables).items():
                _append(builder, name, variable, value)
    for case in cases:
        values: dict[str, object] = {**_attributes(case.variables)}
        builder.add_submission(case.name, description=case.description, **values)
        for guid in case.codes:
            builder.add_segment(
                segment_id=f"{case.guid}/{guid}",
                passage_id=case.guid,
                submission_id=case.name,
                code=path_of(guid),
            )


def _coded_to_cases(
    sources: Sequence[Source], by_guid: Mapping[str, Case], by_source: dict[str, list[Case]]
) -> dict[str, list[tuple[int, int, Case]]]:
    """Take NVivo's codings to case nodes out of the codings: they say whose text it is."""
    spans: dict[str, list[tuple[int, int, Case]]] = defaultdict(list)
    for source in sources:
        for passage in source.passages:
            for guid in [guid for guid, _, _ in passage.codings if guid in by_guid]:
                case = by_guid[guid]
                if passage.whole and case not in by_source[source.guid]:
                    by_source[source.guid].append(case)
                elif passage.start is not None and passage.end is not None:
                    spans[source.guid].append((passage.start, passage.end, case))
            passage.codings = [coding for coding in passage.codings if coding[0] not in by_guid]
    return spans


def _cases_at(spans: Sequence[tuple[int, int, Case]], passage: Passage) -> list[Case]:
    """Return the cases to which the text around a passage was coded, each once."""
    if passage.start is None or passage.end is None:
        return []
    found = {
        case.guid: case
        for start, end, case in spans
        if start <= passage.start and passage.end <= end
    }
    return list(found.values())


def _add_codings(
    builder: ProjectBuilder,
    passage: Passage,
    source: Source,
    submission: str,
    path_of: Callable[[str], str],
) -> bool:
    passage_id = passage.guid
    placed = passage.start is not None or bool(passage.location)
    if len(passage.codings) == 1 and placed and not passage.whole:
        # MAXQDA and QualCoder write one selection for each code: the same place is one passage.
        place = f"{passage.start}-{passage.end} {passage.location}"
        passage_id = f"{passage.source}/{place.strip()}"
    for number, (code, coder, note) in enumerate(passage.codings, start=1):
        notes = [text for text in (passage.note, note) if text]
        builder.add_segment(
            segment_id=f"{passage.guid}/{number}",
            passage_id=passage_id,
            submission_id=submission,
            coder=coder,
            code=path_of(code),
            text=passage.text.strip(),
            note=" ".join(dict.fromkeys(notes)),
            source=source.name,
            start=passage.start,
            end=passage.end,
            location=passage.location,
        )
    return bool(passage.codings)


def _append(builder: ProjectBuilder, submission: str, column: str, value: str) -> None:
    row = builder.submissions[submission]
    have = str(row[column]).split("; ") if row.get(column) else []
    if column == "respondent" and have == [submission]:
        have = []
    if value and value not in have:
        row[column] = "; ".join([*have, value])


def _attributes(variables: Mapping[str, str]) -> dict[str, str]:
    """Return a respondent's variables under names that do not hide the frame's own columns."""
    own = {"submission_id", "sources", "sets", "description"}
    return {
        (f"{name} (variable)" if name in own else name): value for name, value in variables.items()
    }
