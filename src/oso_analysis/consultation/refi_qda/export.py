"""Our own coding as a REFI-QDA project (`.qdpx`) and codebook (`.qdc`).

Each submission is a case with its columns as variables, and a text source made of its segments, one
paragraph each; the paragraph is a selection that carries the segment's theme, kind and outcome by
its coder. The submissions' own words are not in the data and so not in the export.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import (
    Element,
    ElementTree,
    SubElement,
    indent,
)

from oso_analysis.codebook import Codebook
from oso_analysis.consultation.refi_qda.names import CODEBOOK_NAMESPACE, PROJECT_NAMESPACE
from oso_analysis.errors import InputError, Problem, nearest, require_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["NO_PARAPHRASE", "NO_SEGMENT", "export_qdc", "export_qdpx"]

#: The paragraph of a segment whose coder wrote no paraphrase; a selection needs some text.
NO_PARAPHRASE = "[paraphrase not recorded]"
#: The text of a submission in which nothing was coded.
NO_SEGMENT = "[no segment coded]"

#: Facets of a segment, in the order in which they stand in the codebook and on each selection.
_FACETS = ("theme", "kind", "outcome")
_ORIGIN = "oso-analysis"
_GUIDS = uuid5(NAMESPACE_URL, "urn:oso-analysis:refi-qda")
# XML 1.0 has no way to write these; tools refuse the whole file.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def export_qdc(codebook: Codebook, path: Path | str) -> None:
    """Write the themes, kinds and outcomes as a REFI-QDA codebook.

    Parameters
    ----------
    codebook : Codebook
        Its `theme`, `kind` and `outcome` facets become folders, their codes the codes in them;
        names are the labels, descriptions the definitions.
    path : path-like
        The `.qdc` file. The same codebook gives the same bytes.

    Raises
    ------
    InputError
        `path` does not end in `.qdc`.
    """
    path = _checked(path, ".qdc")
    root = Element("CodeBook", {"xmlns": CODEBOOK_NAMESPACE, "origin": _ORIGIN})
    _add_codes(root, codebook)
    _replace(path, _xml(root))


def export_qdpx(
    submissions: pd.DataFrame,
    segments: pd.DataFrame,
    codebook: Codebook,
    path: Path | str,
    *,
    name: str = "Consultation",
) -> None:
    """Write a coded consultation as a REFI-QDA project that NVivo, ATLAS.ti and the like import.

    Parameters
    ----------
    submissions : pandas.DataFrame
        `submission_id` and any further columns, which become the cases' variables.
    segments : pandas.DataFrame
        `submission_id, coder, segment, theme, kind, outcome, paraphrase`; a segment without a
        paraphrase is written as `NO_PARAPHRASE`, so that it keeps its codes.
    codebook : Codebook
        The labels and definitions of the codes.
    path : path-like
        The `.qdpx` file. The same input, in whatever row order, gives the same bytes: GUIDs are
        derived from the keys, no date is written, and members are stored uncompressed, because
        compressors differ between systems.
    name : str
        The project's name in the tool.

    Raises
    ------
    InputError
        Missing columns, a repeated key, a segment without its submission or with a code that the
        codebook does not define, or a `path` that does not end in `.qdpx`.
    """
    path = _checked(path, ".qdpx")
    require_columns(submissions, ["submission_id"], where="export_qdpx (submissions)")
    columns = ["submission_id", "coder", "segment", *_FACETS, "paraphrase"]
    require_columns(segments, columns, where="export_qdpx (segments)")
    _check(submissions, segments, codebook)
    submissions = submissions.sort_values("submission_id")
    segments = segments.sort_values(["submission_id", "coder", "segment"])

    root = Element("Project", {"xmlns": PROJECT_NAMESPACE, "name": _clean(name), "origin": _ORIGIN})
    coders = sorted(segments["coder"].unique())
    if coders:
        users = SubElement(root, "Users")
        for coder in coders:
            SubElement(users, "User", {"guid": _guid("user", coder), "name": _clean(coder)})
    _add_codes(SubElement(root, "CodeBook"), codebook)
    _add_cases(root, submissions)
    sources = _add_sources(root, submissions, segments)
    members = [("project.qde", _xml(root)), *sources]
    _replace(path, _zip(members))


def _checked(path: Path | str, suffix: str) -> Path:
    path = Path(path)
    if path.suffix.lower() != suffix:
        raise InputError([Problem(f"must end in {suffix}", file=path.name)])
    return path


def _check(submissions: pd.DataFrame, segments: pd.DataFrame, codebook: Codebook) -> None:
    problems = [
        Problem("is in the submissions twice", column="submission_id", value=value)
        for value in submissions.loc[submissions["submission_id"].duplicated(), "submission_id"]
    ]
    key = ["submission_id", "coder", "segment"]
    problems += [
        Problem("is in the segments twice", column=", ".join(key), value="/".join(map(str, row)))
        for row in segments.loc[segments.duplicated(key), key].itertuples(index=False)
    ]
    known = set(submissions["submission_id"])
    problems += [
        Problem(
            "is not among the submissions",
            column="submission_id",
            value=value,
            nearest=nearest(value, known),
        )
        for value in sorted(set(segments["submission_id"]) - known)
    ]
    for facet in _FACETS:
        problems += [
            Problem(
                f"is not a code of {facet}",
                column=facet,
                value=value,
                nearest=nearest(value, codebook[facet]),
            )
            for value in sorted(segments[facet].dropna().unique())
            if value not in codebook[facet]
        ]
    if problems:
        raise InputError(problems)


def _guid(kind: str, *key: object) -> str:
    return str(uuid5(_GUIDS, "\x1f".join([kind, *map(str, key)])))


def _clean(value: object) -> str:
    return _NOT_XML.sub("\ufffd", str(value).replace("\r\n", "\n").replace("\r", "\n"))


def _add_codes(book: Element, codebook: Codebook) -> None:
    codes = SubElement(book, "Codes")
    for facet in _FACETS:
        # A folder groups codes and cannot be applied itself.
        attributes = {"guid": _guid("facet", facet), "name": facet.capitalize()}
        folder = SubElement(codes, "Code", attributes | {"isCodable": "false"})
        labels = [item.label for item in codebook[facet].values()]
        for code, item in codebook[facet].items():
            # Two codes of one label would be one code after the next import.
            label = item.label if labels.count(item.label) == 1 else f"{item.label} ({code})"
            attributes = {"guid": _guid("code", facet, code), "name": _clean(label)}
            element = SubElement(folder, "Code", attributes | {"isCodable": "true"})
            if item.definition:
                SubElement(element, "Description").text = _clean(item.definition)


def _add_cases(root: Element, submissions: pd.DataFrame) -> None:
    import pandas as pd

    columns = [str(column) for column in submissions.columns if column != "submission_id"]
    if columns and len(submissions):
        variables = SubElement(root, "Variables")
        for column in columns:
            whole = pd.api.types.is_integer_dtype(submissions[column])
            attributes = {"guid": _guid("variable", column), "name": _clean(column)}
            attributes["typeOfVariable"] = "Integer" if whole else "Text"
            SubElement(variables, "Variable", attributes)
    if not len(submissions):
        return
    cases = SubElement(root, "Cases")
    for row in submissions.to_dict("records"):
        submission = row["submission_id"]
        attributes = {"guid": _guid("case", submission), "name": _clean(submission)}
        case = SubElement(cases, "Case", attributes)
        for column in columns:
            if pd.isna(row[column]):
                continue
            value = SubElement(case, "VariableValue")
            SubElement(value, "VariableRef", {"targetGUID": _guid("variable", column)})
            whole = pd.api.types.is_integer_dtype(submissions[column])
            SubElement(value, "IntegerValue" if whole else "TextValue").text = _clean(row[column])
        SubElement(case, "SourceRef", {"targetGUID": _guid("source", submission)})


def _add_sources(
    root: Element, submissions: pd.DataFrame, segments: pd.DataFrame
) -> list[tuple[str, bytes]]:
    import pandas as pd

    members: list[tuple[str, bytes]] = []
    if not len(submissions):
        return members
    sources = SubElement(root, "Sources")
    groups: dict[Any, list[dict[Any, Any]]] = {}
    for row in segments.to_dict("records"):
        groups.setdefault(row["submission_id"], []).append(row)
    for submission in submissions["submission_id"]:
        source_guid = _guid("source", submission)
        file = f"{_guid('text', submission)}.txt"
        source = SubElement(
            sources,
            "TextSource",
            {
                "guid": source_guid,
                "name": _clean(submission),
                "plainTextPath": f"internal://{file}",
            },
        )
        text = ""
        for row in groups.get(submission, []):
            key = (submission, row["coder"], row["segment"])
            written = not pd.isna(row["paraphrase"])
            paragraph = " ".join(_clean(row["paraphrase"]).split()) if written else NO_PARAPHRASE
            start, end = len(text), len(text) + len(paragraph)
            selection = SubElement(
                source,
                "PlainTextSelection",
                {
                    "guid": _guid("selection", *key),
                    "name": _clean(f"{submission} {row['coder']} segment {row['segment']}"),
                    "startPosition": str(start),
                    "endPosition": str(end),
                    "creatingUser": _guid("user", row["coder"]),
                },
            )
            if written:
                # As the comment too: there importers look for a coder's own words.
                SubElement(selection, "Description").text = _clean(row["paraphrase"])
            for facet in _FACETS:
                if pd.isna(row[facet]):
                    continue
                attributes = {"guid": _guid("coding", *key, facet)}
                attributes["creatingUser"] = _guid("user", row["coder"])
                coding = SubElement(selection, "Coding", attributes)
                SubElement(coding, "CodeRef", {"targetGUID": _guid("code", facet, row[facet])})
            text += paragraph + "\n"
        members.append((f"sources/{file}", (text or NO_SEGMENT + "\n").encode()))
    return sorted(members)


def _xml(root: Element) -> bytes:
    indent(root)
    stream = io.BytesIO()
    ElementTree(root).write(stream, encoding="utf-8", xml_declaration=True)
    return stream.getvalue() + b"\n"


def _zip(members: list[tuple[str, bytes]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.create_system = 3  # otherwise Windows and Linux write different bytes
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)
    return stream.getvalue()


def _replace(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
