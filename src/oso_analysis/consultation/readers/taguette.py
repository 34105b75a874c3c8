"""Taguette's database (`taguette.sqlite3` or a project exported from it)."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from oso_analysis.consultation.readers.databases import Tables
from oso_analysis.consultation.readers.model import CodingProject, ProjectBuilder, as_whole
from oso_analysis.errors import InputError, Problem

__all__ = ["is_taguette", "read_taguette"]

_TABLES = frozenset({"projects", "documents", "highlights", "tags", "highlight_tags"})


def is_taguette(tables: Tables) -> bool:
    """Tell whether a database is Taguette's."""
    return tables.names >= _TABLES


def read_taguette(tables: Tables, file: str) -> CodingProject:
    """Read every highlight of the one project in the database.

    A document is a respondent, a tag a code. Taguette keeps no author with a highlight; its command
    log says who added it and is read for the coder. `start` and `end` are Taguette's own byte
    positions. Highlights without a tag are counted in the caveats.

    Raises
    ------
    InputError
        No project in the database, or several: then each has to be exported from Taguette by
        itself ("Export this project").
    """
    projects = tables.rows("projects", "id", "name")
    if len(projects) != 1:
        names = ", ".join(repr(project["name"]) for project in projects) or "none"
        rule = f"must hold one project; it holds {names}. Export the one you mean from Taguette"
        raise InputError([Problem(rule, file=file)])
    builder = ProjectBuilder(str(projects[0]["name"]), "Taguette")
    codes = {
        tag["id"]: builder.add_code(
            str(tag["path"]), guid=f"tag {tag['id']}", description=str(tag["description"] or "")
        )
        for tag in tables.rows("tags", "id", "path", "description")
    }
    documents = _document_names(tables.rows("documents", "id", "name", "description"))
    for identifier, (name, description) in documents.items():
        builder.add_submission(name, sources=name, description=description)
        del identifier
    coders = _coders(tables.rows("commands", "id", "user_login", "payload"))
    tags: dict[Any, list[Any]] = {}
    for link in tables.rows("highlight_tags", "highlight_id", "tag_id"):
        tags.setdefault(link["highlight_id"], []).append(link["tag_id"])
    untagged = 0
    for row in tables.rows(
        "highlights", "id", "document_id", "start_offset", "end_offset", "snippet"
    ):
        found = sorted(tag for tag in tags.get(row["id"], []) if tag in codes)
        untagged += not found
        document = documents.get(row["document_id"], (f"document {row['document_id']}", ""))[0]
        builder.add_submission(document, sources=document)
        for tag in found:
            builder.add_segment(
                segment_id=f"{row['id']}/{tag}",
                passage_id=str(row["id"]),
                submission_id=document,
                coder=coders.get(row["id"]),
                code=codes[tag],
                text=_plain(str(row["snippet"] or "")),
                source=document,
                start=as_whole(row["start_offset"]),
                end=as_whole(row["end_offset"]),
            )
    if untagged:
        builder.caveats.append(f"{untagged} highlight(s) carry no tag.")
    return builder.build()


def _document_names(rows: list[dict[str, Any]]) -> dict[Any, tuple[str, str]]:
    names = [row["name"] for row in rows]
    return {
        row["id"]: (
            str(row["name"])
            if names.count(row["name"]) == 1
            else f"{row['name']} (document {row['id']})",
            str(row["description"] or ""),
        )
        for row in rows
    }


def _coders(commands: list[dict[str, Any]]) -> dict[Any, str]:
    """Return highlight to the login that first added it; later edits do not change the author."""
    coders: dict[Any, str] = {}
    for command in sorted(commands, key=lambda row: row["id"] or 0):
        try:
            payload = json.loads(command["payload"])
        except (TypeError, ValueError):
            continue
        if isinstance(payload, dict) and payload.get("type") == "highlight_add":
            coders.setdefault(payload.get("highlight_id"), str(command["user_login"]))
    return coders


def _plain(snippet: str) -> str:
    """Return a highlight's text: its snippet is a piece of the document's HTML."""
    text = re.sub(r"<br\s*/?>|</(?:p|div|li|h[1-6]|tr)>", "\n", snippet, flags=re.IGNORECASE)
    return html.unescape(re.sub(r"<[^>]*>", "", text)).strip()
