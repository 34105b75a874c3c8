"""The report as one self-contained page: no script, no request, nothing outside the file."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from oso_analysis.display import plural
from oso_analysis.exhibits.printed import html_table
from oso_analysis.figures.rendering import crop_svg
from oso_analysis.report.annex import HASHES, input_rows, parameter_rows, version_rows
from oso_analysis.report.citations import Reference, inlines_to_html
from oso_analysis.report.files import csv_text
from oso_analysis.report.markdown import to_html
from oso_analysis.report.model import Numbered, Report, Text

if TYPE_CHECKING:
    from oso_analysis.editions import EditionInfo

__all__ = ["render_page"]

#: A table longer than this gets a window of its own on the screen; paper shows all its rows.
_LONG = 30
#: A table with more columns is set smaller and closer.
_MANY = 6
_POINTS_TO_PIXELS = 96 / 72


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("oso_analysis.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["thousands"] = lambda value: f"{value:,}"
    environment.filters["plural"] = plural
    return environment


def render_page(
    report: Report,
    edition: EditionInfo,
    references: Sequence[Reference],
    downloads: Sequence[tuple[str, str]] = (),
    pages: Sequence[tuple[str, str]] = (),
) -> str:
    """Return `index.html`.

    Parameters
    ----------
    report : Report
    edition : EditionInfo
    references : sequence of Reference
    downloads : sequence of (file name, words)
        Other formats of the report in the same folder.
    pages : sequence of (file name, words)
        Other pages in the same folder.
    """
    chapters = [
        {
            "chapter": chapter,
            "blocks": [_block(block) for block in chapter.blocks],
        }
        for chapter in report.chapters
    ]
    title, below = edition.imprint.headings(edition.title)
    return (
        _environment()
        .get_template("index.html.j2")
        .render(
            edition=edition,
            title=title,
            below=below,
            full_title=edition.imprint.full_title(edition.title),
            report=report,
            chapters=chapters,
            references=[(key, inlines_to_html(inlines)) for key, inlines in references],
            downloads=downloads,
            pages=pages,
            parameters=parameter_rows(edition),
            inputs=input_rows(edition),
            hashes=HASHES,
            versions=version_rows(edition),
        )
    )


def _block(block: Text | Numbered) -> dict[str, Any]:
    # The template passes on `html`, `table` and the references as they are: what made them escapes.
    if isinstance(block, Text):
        return {"kind": "text", "html": to_html(block.markdown, block.headings, shift=2)}
    table = block.printed
    view: dict[str, Any] = {
        "kind": "figure" if block.is_figure else "table",
        "exhibit": block,
        "table": html_table(table, mark_long_text=True),
        "long": len(table.rows) > _LONG,
        "many": len(table.headings) > _MANY,
        # The page carries what it prints; of a longer table, the file beside it has the rest.
        "csv": f"{block.stem}.csv"
        if block.not_printed
        else _data_url("text/csv;charset=utf-8", csv_text(block).encode("utf-8")),
        "csv_name": block.stem.rpartition("/")[2] + ".csv",
    }
    if block.is_figure:
        bands = block.record.get("bands", {"top": 0.0, "bottom": 0.0})
        drawing = crop_svg(block.svg, bands["top"], bands["bottom"])
        view["image"] = _data_url("image/svg+xml", drawing.encode("utf-8"))
        view["width"], view["height"] = _size(drawing)
    return view


def _data_url(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"


def _size(svg: str) -> tuple[int, int]:
    box = re.search(r'viewBox="([^"]*)"', svg)
    if box is None:
        return 640, 400
    width, height = (float(part) * _POINTS_TO_PIXELS for part in box.group(1).split()[2:])
    return round(width), round(height)
