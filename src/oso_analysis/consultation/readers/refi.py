"""REFI-QDA projects (`.qdpx`) and codebooks (`.qdc`), in the dialects that tools write.

What the standard leaves open, and how it is read here:

- Element names count by namespace, never by prefix; foreign elements are passed over.
- NVivo lists each case as a code too and codes text to it: those codings say whose text it is.
- MAXQDA and Quirkos write cases without a name, one for each source: the source's name stands in.
- A case names its sources or single selections; a selection outweighs its source. A source that
  belongs to no case, or to several, is its own respondent.
- Any element that ends in "Selection" is a passage, in a text, a PDF's text, a picture, a film or
  a transcript; a coding that stands directly in a source covers the whole source.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from oso_analysis.consultation.readers.archive import Archive, parse_xml
from oso_analysis.consultation.readers.model import CodingProject, ProjectBuilder, as_whole
from oso_analysis.consultation.readers.offsets import SourceText, decode_text
from oso_analysis.consultation.readers.refi_respondents import (
    Case,
    Passage,
    Source,
    distinguish,
    settle,
)
from oso_analysis.consultation.refi_qda.names import is_qda_namespace, normalise_guid
from oso_analysis.errors import InputError, Problem

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["is_qda_root", "read_refi_archive", "read_refi_xml"]

_ENDS = ("from", "to")
_VALUES = ("TextValue", "BooleanValue", "IntegerValue", "FloatValue", "DateValue", "DateTimeValue")


def is_qda_root(root: Element) -> bool:
    """Tell whether an XML document is a REFI-QDA project or codebook."""
    uri, _, name = root.tag.rpartition("}")
    return name in ("Project", "CodeBook") and (not uri or is_qda_namespace(uri.lstrip("{")))


def read_refi_xml(root: Element, file: str) -> CodingProject:
    """Read a codebook (`.qdc`), or a bare `project.qde` without its archive."""
    return _Reader(root, file, None).read()


def read_refi_archive(archive: Archive) -> CodingProject:
    """Read a project exchange archive (`.qdpx`).

    Raises
    ------
    InputError
        No `project.qde` inside, more than one, or XML that is not a REFI-QDA project.
    """
    found = [name for name in archive.names if name.lower().endswith(".qde")]
    if len(found) != 1:
        rule = f"must hold one project.qde; it holds {len(found)}"
        raise InputError([Problem(rule, file=archive.file)])
    root = parse_xml(archive.read(found[0]), f"{archive.file}/{found[0]}")
    if not is_qda_root(root):
        rule = "is not a REFI-QDA project; its first element is"
        raise InputError([Problem(f"{rule} {root.tag}", file=f"{archive.file}/{found[0]}")])
    return _Reader(root, archive.file, archive, found[0]).read()


def _name(element: Element) -> str:
    uri, _, name = element.tag.rpartition("}")
    return name if not uri or is_qda_namespace(uri.lstrip("{")) else ""


def _children(element: Element, *names: str) -> Iterator[Element]:
    for child in element:
        if isinstance(child.tag, str) and _name(child) in names:
            yield child


def _text(element: Element, name: str) -> str:
    return " ".join(
        text for child in _children(element, name) if (text := "".join(child.itertext()).strip())
    )


def _targets(element: Element, *names: str) -> list[str]:
    return [normalise_guid(child.get("targetGUID")) for child in _children(element, *names)]


def _file_name(element: Element) -> str:
    """Return the name of a source's file, unless that is only a GUID."""
    for key in ("currentPath", "richTextPath", "plainTextPath", "path"):
        file = re.split(r"[/\\]", element.get(key) or "")[-1]
        if file and not re.fullmatch(r"\{?[0-9a-fA-F-]{32,36}\}?(\.\w+)?", file):
            return file
    return ""


class _Reader:
    """One pass over one project; the methods follow the order of the standard's elements."""

    def __init__(
        self, root: Element, file: str, archive: Archive | None, qde: str = "project.qde"
    ) -> None:
        self.root = root
        self.file = file
        self.archive = archive
        self.folder = qde.replace("\\", "/").rpartition("/")[0]
        self.users: dict[str, str] = {}
        self.variables: dict[str, str] = {}
        self.notes: dict[str, str] = {}
        self.paths: dict[str, str] = {}
        self.cases: list[Case] = []
        self.sources: list[Source] = []
        self.unseen: dict[str, int] = defaultdict(int)
        self.problems: list[Problem] = []
        name = root.get("name") or file.rpartition(".")[0] or file
        self.builder = ProjectBuilder(name, root.get("origin") or "REFI-QDA")

    def read(self) -> CodingProject:
        for users in _children(self.root, "Users"):
            for user in _children(users, "User"):
                guid = normalise_guid(user.get("guid"))
                self.users[guid] = user.get("name") or user.get("id") or f"user {guid[:8]}"
        for variables in _children(self.root, "Variables"):
            for variable in _children(variables, "Variable"):
                guid = normalise_guid(variable.get("guid"))
                self.variables[guid] = variable.get("name") or f"variable {guid[:8]}"
        for notes in _children(self.root, "Notes"):
            for note in _children(notes, "Note"):
                self.notes[normalise_guid(note.get("guid"))] = self._plain_text(note)
        for cases in _children(self.root, "Cases"):
            self.cases += [self._case(case) for case in _children(cases, "Case")]
        self._codes()
        for sources in _children(self.root, "Sources"):
            self.sources += [self._source(source) for source in sources if self._is_source(source)]
        self._mend_source_references()
        self._distinct_names()
        settle(
            self.builder,
            self.cases,
            self.sources,
            path_of=self._path,
            known_codes=frozenset(self.paths),
            sets=self._sets("MemberSource"),
        )
        if self.problems:
            raise InputError(self.problems)
        self._caveats()
        return self.builder.build()

    # --- codes ------------------------------------------------------------------------------

    def _codes(self) -> None:
        sets = self._sets("MemberCode")
        cases = {case.guid for case in self.cases if case.guid}
        books = [self.root] if _name(self.root) == "CodeBook" else _children(self.root, "CodeBook")
        # A stack rather than recursion; children are pushed in reverse to keep the file's order.
        stack = [
            (code, "")
            for book in books
            for codes in _children(book, "Codes")
            for code in _children(codes, "Code")
        ][::-1]
        while stack:
            code, parent = stack.pop()
            guid = normalise_guid(code.get("guid"))
            path = parent
            if guid not in cases:
                path = self.builder.add_code(
                    code.get("name") or "",
                    parent=parent,
                    guid=guid,
                    description=_text(code, "Description") or self._note_text(code),
                    codable=(code.get("isCodable") or "true").lower() not in ("false", "0"),
                    sets="; ".join(sets.get(guid, [])),
                )
                self.paths[guid] = path
            stack += [(child, path) for child in _children(code, "Code")][::-1]

    def _sets(self, member: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for sets in _children(self.root, "Sets"):
            for one in _children(sets, "Set"):
                for child in _children(one, member):
                    # The codebook schema says guid where the project schema says targetGUID.
                    guid = normalise_guid(child.get("targetGUID") or child.get("guid"))
                    found[guid].append(one.get("name") or "")
        return found

    # --- cases and sources ------------------------------------------------------------------

    def _case(self, case: Element) -> Case:
        return Case(
            guid=normalise_guid(case.get("guid")),
            name=(case.get("name") or "").strip(),
            description=_text(case, "Description"),
            variables=self._variables(case),
            sources=_targets(case, "SourceRef"),
            selections=_targets(case, "SelectionRef"),
            codes=_targets(case, "CodeRef"),
        )

    def _variables(self, element: Element) -> dict[str, str]:
        values: dict[str, str] = {}
        for value in _children(element, "VariableValue"):
            for guid in _targets(value, "VariableRef"):
                text = next((t for tag in _VALUES if (t := _text(value, tag))), "")
                if text:
                    values[self.variables.get(guid, f"variable {guid[:8]}")] = text
        return values

    def _is_source(self, element: Element) -> bool:
        return isinstance(element.tag, str) and _name(element).endswith("Source")

    def _source(self, element: Element) -> Source:
        guid = normalise_guid(element.get("guid"))
        transcripts = [child.get("name") or "" for child in _children(element, "Transcript")]
        name = (element.get("name") or next(filter(None, transcripts), "")).strip()
        name = name or _file_name(element) or f"source {guid[:8]}"
        source = Source(guid, name, _text(element, "Description"))
        source.variables = self._variables(element)
        self._read_container(element, source, _name(element))
        return source

    def _read_container(self, element: Element, source: Source, kind: str) -> None:
        for key in ("path", "richTextPath", "plainTextPath"):
            stem = (element.get(key) or "").rpartition("/")[2].rpartition(".")[0]
            source.files += [normalise_guid(stem)] if stem else []
        text = self._plain_text(element)
        source.texts.append(text)
        codings = list(_children(element, "Coding"))
        if codings:
            guid = normalise_guid(element.get("guid"))
            passage = Passage(guid, source.guid, self._codings(codings, element), whole=True)
            source.passages.append(passage)
        selections = [child for child in element if self._is_selection(child)]
        plain = [child for child in selections if child.get("startPosition") is not None]
        body = None
        if any(next(_children(child, "Coding"), None) is not None for child in plain):
            body = SourceText(
                text,
                [
                    (
                        self._integer(child, "startPosition"),
                        self._integer(child, "endPosition"),
                        child.get("name") or "",
                    )
                    for child in plain
                ],
                one_line_end="ATLAS" in self.builder.producer.upper(),
            )
        # Points of a transcript: its position in the film (ms) and in the text (characters).
        sync = {
            normalise_guid(point.get("guid")): (
                self._integer(point, "timeStamp"),
                self._integer(point, "position"),
            )
            for point in _children(element, "SyncPoint")
        }
        for child in selections:
            self._selection(child, source, kind, body=body, text=text, sync=sync)
        for child in _children(element, "Representation", "TextDescription", "Transcript"):
            self._read_container(child, source, _name(child))

    def _is_selection(self, element: Element) -> bool:
        return isinstance(element.tag, str) and _name(element).endswith("Selection")

    def _selection(
        self,
        element: Element,
        source: Source,
        kind: str,
        *,
        body: SourceText | None,
        text: str,
        sync: dict[str, tuple[int | None, int | None]],
    ) -> None:
        codings = list(_children(element, "Coding"))
        guid = normalise_guid(element.get("guid"))
        passage = Passage(guid, source.guid, self._codings(codings, element))
        if element.get("startPosition") is not None:
            passage.start = self._integer(element, "startPosition")
            passage.end = self._integer(element, "endPosition")
            if body is not None and passage.start is not None and passage.end is not None:
                passage.text = body.between(passage.start, passage.end)
            if codings and not passage.text:
                self.unseen["coded passage(s) whose text the file does not hold"] += 1
        elif element.get("begin") is not None:
            passage.start, passage.end = (
                self._integer(element, "begin"),
                self._integer(element, "end"),
            )
        corners = [element.get(key) for key in ("firstX", "firstY", "secondX", "secondY")]
        if None not in corners:
            x1, y1, x2, y2 = corners
            passage.location = f"{x1},{y1} to {x2},{y2}"
        if element.get("page") is not None:
            passage.location = f"page {element.get('page')}" + (
                f" at {passage.location}" if passage.location else ""
            )
        if element.get("fromSyncPoint"):
            ends = [sync.get(normalise_guid(element.get(f"{key}SyncPoint"))) for key in _ENDS]
            passage.start, passage.end = (end[0] if end else None for end in ends)
            if ends[0] and ends[1] and ends[0][1] is not None and ends[1][1] is not None:
                passage.text = text[ends[0][1] : ends[1][1]]
        notes = [_text(element, "Description"), self._note_text(element)]
        passage.note = " ".join(note for note in notes if note)
        for child in _children(element, "Representation"):
            passage.text = passage.text or self._plain_text(child)
        if not codings:
            self.unseen[f"{kind} selection(s) that carry no code"] += 1
        source.passages.append(passage)

    def _integer(self, element: Element, attribute: str) -> int | None:
        value = element.get(attribute)
        number = as_whole(value)
        if value is not None and number is None:
            rule = "must be a whole number"
            self.problems.append(Problem(rule, file=self.file, column=attribute, value=value))
        return number

    def _codings(self, codings: list[Element], holder: Element) -> list[tuple[str, str, str]]:
        found = []
        for coding in codings:
            user = next(
                (
                    guid
                    for element in (coding, holder)
                    for key in ("creatingUser", "modifyingUser")
                    if (guid := normalise_guid(element.get(key)))
                ),
                "",
            )
            coder = self.users.get(user, f"user {user[:8]}" if user else "")
            note = self._note_text(coding)
            found += [(guid, coder, note) for guid in _targets(coding, "CodeRef")]
        return found

    # --- texts ------------------------------------------------------------------------------

    def _note_text(self, element: Element) -> str:
        texts = [self.notes.get(guid, "") for guid in _targets(element, "NoteRef")]
        return " ".join(text for text in texts if text)

    def _plain_text(self, element: Element) -> str:
        for content in _children(element, "PlainTextContent"):
            return "".join(content.itertext())
        path = element.get("plainTextPath") or ""
        if not path:
            return ""
        scheme, _, name = path.rpartition("://")
        name = name.lstrip("/").replace("\\", "/")
        if ".." in name.split("/"):
            rule = "points outside the archive; the file was tampered with"
            self.problems.append(Problem(rule, file=self.file, value=path))
            return ""
        if scheme.lower() not in ("internal", "") or self.archive is None:
            self.unseen["text(s) kept outside the archive, so their passages show no text"] += 1
            return ""
        inside = f"{self.folder}/" if self.folder else ""
        for place in (f"{inside}sources/{name}", f"{inside}{name}"):
            if place in self.archive:
                return decode_text(self.archive.read(place))
        self.unseen["text(s) missing from the archive, so their passages show no text"] += 1
        return ""

    # --- whose passage it is ----------------------------------------------------------------

    def _mend_source_references(self) -> None:
        """Follow case references that name a source's file instead of the source.

        QualCoder gives each source a new GUID on export but lets its cases refer to the older one,
        under which it still ships the source's file.
        """
        known = {source.guid for source in self.sources}
        files = {name.rpartition("/")[2].rpartition(".")[0].lower(): name for name in self._files()}
        by_file = {guid: source.guid for source in self.sources for guid in source.files}
        by_text: dict[str, list[str]] = defaultdict(list)
        for source in self.sources:
            for text in filter(None, source.texts):
                by_text[text].append(source.guid)
        for case in self.cases:
            for index, guid in enumerate(case.sources):
                if guid in known:
                    continue
                same: list[str] = []
                if guid in files and files[guid].lower().endswith(".txt") and self.archive:
                    same = by_text.get(decode_text(self.archive.read(files[guid])), [])
                if guid in by_file:
                    case.sources[index] = by_file[guid]
                elif len(same) == 1:
                    case.sources[index] = same[0]
                else:
                    self.unseen["reference(s) from a case to a source that is not there"] += 1

    def _files(self) -> tuple[str, ...]:
        return self.archive.names if self.archive else ()

    def _distinct_names(self) -> None:
        """Tell respondents of one name apart by their GUID, in whatever order they stand."""
        names = {source.guid: source.name for source in self.sources}
        for case in self.cases:
            if not case.name:
                own = [names[guid] for guid in case.sources if guid in names]
                case.name = own[0] if len(own) == 1 else f"case {case.guid[:8]}"
        distinguish(self.cases)
        distinguish(self.sources)

    def _path(self, guid: str) -> str:
        if guid not in self.paths:
            self.paths[guid] = self.builder.add_code(f"(code not listed {guid[:8]})", guid=guid)
            self.unseen["code(s) in use that the project's codebook does not list"] += 1
        return self.paths[guid]

    def _caveats(self) -> None:
        for guid, name in self.users.items():
            self.builder.coders[name] = guid
        for what in sorted(self.unseen):
            self.builder.caveats.append(f"{self.unseen[what]} {what}.")
        for kept, label in (("Links", "links"), ("Graphs", "graphs")):
            for holder in _children(self.root, kept):
                self.builder.caveats.append(f"{len(holder)} {label} between items are not read.")
