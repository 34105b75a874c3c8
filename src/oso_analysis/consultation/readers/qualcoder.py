"""QualCoder's project: the database `data.qda` in a folder `name.qda`."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from oso_analysis.consultation.readers.databases import Tables
from oso_analysis.consultation.readers.model import CodingProject, ProjectBuilder, as_whole

__all__ = ["is_qualcoder", "read_qualcoder"]

_TABLES = frozenset({"source", "code_name", "code_cat", "code_text"})


def is_qualcoder(tables: Tables) -> bool:
    """Tell whether a database is QualCoder's."""
    return tables.names >= _TABLES


def read_qualcoder(tables: Tables, name: str) -> CodingProject:
    """Read the codings of texts, pictures, PDF pages and films.

    A case is a respondent and its attributes are columns; a coding belongs to the one case whose
    text it lies in, and a source in no case, or in several at that place, is its own respondent.
    Categories are codes that cannot be applied; sub-codes stand below their code.
    """
    builder = ProjectBuilder(name, "QualCoder")
    codes = _codes(tables, builder)
    sources = {row["id"]: str(row["name"]) for row in tables.rows("source", "id", "name")}
    cases = {row["caseid"]: str(row["name"]) for row in tables.rows("cases", "caseid", "name")}
    spans: dict[Any, set[tuple[int, int, Any]]] = defaultdict(set)
    for row in tables.rows("case_text", "caseid", "fid", "pos0", "pos1"):
        if row["caseid"] in cases and row["fid"] in sources:
            # 0 to 0 is how a picture or film as a whole is given to a case.
            spans[row["fid"]].add(
                (as_whole(row["pos0"]) or 0, as_whole(row["pos1"]) or 0, row["caseid"])
            )
    holders: dict[str, set[str]] = defaultdict(set)
    for fid, source in sources.items():
        for _, _, case in spans[fid]:
            holders[cases[case]].add(source)
        if not spans[fid]:
            holders[source].add(source)

    passages: list[tuple[str, dict[str, Any]]] = []
    for row in tables.rows(
        "code_text", "ctid", "cid", "fid", "pos0", "pos1", "seltext", "owner", "memo"
    ):
        row |= {
            "text": row["seltext"],
            "start": as_whole(row["pos0"]),
            "end": as_whole(row["pos1"]),
        }
        passages.append(("text", row | {"id": row["ctid"]}))
    for row in tables.rows(
        "code_image",
        "imid",
        "cid",
        "id",
        "x1",
        "y1",
        "width",
        "height",
        "owner",
        "memo",
        "pdf_page",
    ):
        corner = [as_whole(row[key]) or 0 for key in ("x1", "y1", "width", "height")]
        place = f"{corner[0]},{corner[1]} to {corner[0] + corner[2]},{corner[1] + corner[3]}"
        if row["pdf_page"] is not None:
            place = f"page {row['pdf_page']} at {place}"
        passages.append(("image", row | {"fid": row["id"], "id": row["imid"], "location": place}))
    for row in tables.rows("code_av", "avid", "cid", "id", "pos0", "pos1", "owner", "memo"):
        row |= {"start": as_whole(row["pos0"]), "end": as_whole(row["pos1"])}
        passages.append(("av", row | {"fid": row["id"], "id": row["avid"]}))

    lost = 0
    for kind, row in passages:
        if row["cid"] not in codes or row["fid"] not in sources:
            lost += 1
            continue
        source = sources[row["fid"]]
        case = _case(spans[row["fid"]], row.get("start"), row.get("end"), kind)
        submission = cases[case] if case is not None else source
        holders[submission].add(source)
        place = f"{row.get('start')}-{row.get('end')}{row.get('location', '')}"
        builder.add_segment(
            segment_id=f"{kind} {row['id']}",
            passage_id=f"{kind} {row['fid']}/{place}/{row['owner']}",
            submission_id=submission,
            coder=row["owner"],
            code=codes[row["cid"]],
            text=row.get("text"),
            note=row["memo"],
            source=source,
            start=row.get("start"),
            end=row.get("end"),
            location=row.get("location"),
        )
    if lost:
        builder.caveats.append(f"{lost} coding(s) point to a code or source that was deleted.")
    for submission in sorted({*holders, *cases.values()}):
        builder.add_submission(submission, sources="; ".join(sorted(holders[submission])))
    _attributes(tables, builder, cases, sources)
    return builder.build()


def _codes(tables: Tables, builder: ProjectBuilder) -> dict[Any, str]:
    categories = {
        row["catid"]: row for row in tables.rows("code_cat", "catid", "name", "memo", "supercatid")
    }
    names = {
        row["cid"]: row
        for row in tables.rows("code_name", "cid", "name", "memo", "catid", "supercid")
    }
    paths: dict[tuple[str, Any], str] = {}

    def path_of(kind: str, key: Any, below: frozenset[tuple[str, Any]]) -> str:
        # `below` stops a damaged database whose categories contain one another.
        rows = categories if kind == "category" else names
        if key not in rows or (kind, key) in below or len(below) > 100:
            return ""
        if (kind, key) not in paths:
            row = rows[key]
            inside = below | {(kind, key)}
            if kind == "category":
                parent = path_of("category", row["supercatid"], inside)
            elif row["supercid"] is not None:
                parent = path_of("code", row["supercid"], inside)
            else:
                parent = path_of("category", row["catid"], inside)
            paths[kind, key] = builder.add_code(
                str(row["name"]),
                parent=parent,
                guid=f"{kind} {key}",
                description=str(row["memo"] or ""),
                codable=kind == "code",
            )
        return paths[kind, key]

    for key in categories:
        path_of("category", key, frozenset())
    return {key: path_of("code", key, frozenset()) for key in names}


def _case(spans: set[tuple[int, int, Any]], start: int | None, end: int | None, kind: str) -> Any:
    whole = {case for a, b, case in spans if a == b == 0}
    if kind == "text" and start is not None and end is not None:
        inside = {case for a, b, case in spans if b > a and a <= start and end <= b}
        whole = inside or whole
    return next(iter(whole)) if len(whole) == 1 else None


def _attributes(
    tables: Tables, builder: ProjectBuilder, cases: dict[Any, str], sources: dict[Any, str]
) -> None:
    own = {"submission_id", "sources", "sets"}
    of_source: dict[str, list[str]] = defaultdict(list)
    for submission, found in builder.submissions.items():
        for source in str(found.get("sources", "")).split("; "):
            of_source[source].append(submission)
    for row in tables.rows("attribute", "name", "attr_type", "value", "id"):
        column = str(row["name"])
        if column in own:
            column = f"{column} (attribute)"
        holders = of_source.get(sources.get(row["id"], ""), [])
        if row["attr_type"] == "case":
            holders = [cases[row["id"]]] if row["id"] in cases else []
        for submission in holders:
            builder.add_submission(submission, **{column: row["value"]})
