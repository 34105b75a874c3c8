"""The files beside a report: each exhibit's data and picture, and the record of them all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from oso_analysis.editions import NOTEBOOK_HASH
from oso_analysis.files import csv_text as table_csv
from oso_analysis.report.model import Numbered, Report

if TYPE_CHECKING:
    from oso_analysis.editions import EditionInfo

__all__ = ["csv_text", "write_exhibits", "write_record"]


def csv_text(exhibit: Numbered) -> str:
    """Return the exhibit's data as CSV: machine names, full precision, missing as empty."""
    data = exhibit.record["data"]
    return table_csv([field["name"] for field in data["schema"]], data["rows"])


def write_exhibits(report: Report, out: Path) -> dict[str, list[dict[str, str]]]:
    """Write each exhibit's files; return path, media type and SHA-256 of each, by exhibit id."""
    written: dict[str, list[dict[str, str]]] = {}
    for exhibit in report.exhibits:
        files = {".csv": ("text/csv", csv_text(exhibit).encode("utf-8"))}
        if exhibit.is_figure:
            files[".svg"] = ("image/svg+xml", exhibit.svg.encode("utf-8"))
            files[".png"] = ("image/png", exhibit.png)
        for suffix, (media_type, content) in files.items():
            path = out / (exhibit.stem + suffix)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            written.setdefault(exhibit.id, []).append(
                {
                    "path": exhibit.stem + suffix,
                    "media_type": media_type,
                    "sha256": hashlib.sha256(content).hexdigest(),
                }
            )
    return written


def write_record(
    report: Report,
    edition: EditionInfo,
    files: Mapping[str, list[dict[str, str]]],
    out: Path,
) -> None:
    """Write `exhibits.json`: what the report was made from, and each exhibit's whole record."""
    record = {
        "edition": {
            "name": edition.name,
            "title": edition.title,
            "review": edition.imprint.title,
            "authors": edition.imprint.author_names,
            "description": edition.description,
            "disclosure": edition.disclosure,
            "limits": list(edition.limits),
            "derived_from": edition.base or None,
            "changes": dict(edition.changes),
        },
        "parameters": dict(edition.parameters),
        "hashes": {"notebook": NOTEBOOK_HASH, "other": "SHA-256 of its bytes"},
        "inputs": dict(edition.inputs),
        "versions": dict(edition.versions),
        "exhibits": [
            {
                "id": exhibit.id,
                "number": exhibit.number,
                "label": exhibit.label,
                **{
                    key: exhibit.record[key]
                    for key in (
                        "kind",
                        "title",
                        "caption",
                        "alt_text",
                        "counting_unit",
                        "n",
                        "source",
                        "caveats",
                        "columns",
                    )
                },
                "notebook": exhibit.notebook,
                "files": files[exhibit.id],
            }
            for exhibit in report.exhibits
        ],
    }
    text = json.dumps(record, ensure_ascii=False, indent=2) + "\n"
    (out / "exhibits.json").write_text(text, encoding="utf-8", newline="\n")
