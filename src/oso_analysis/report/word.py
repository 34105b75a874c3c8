"""The report as a Word document: real styles, headings, tables, captions and contents."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from oso_analysis.report.archives import rewritten
from oso_analysis.report.citations import Reference, run_pandoc
from oso_analysis.report.document import document, write_pictures

if TYPE_CHECKING:
    from oso_analysis.editions import EditionInfo
    from oso_analysis.report.model import Report

__all__ = ["word_document"]

#: Styles that pandoc's own template lacks: a table's cells, and the note under an exhibit.
_STYLES = (
    '<w:style w:type="paragraph" w:customStyle="1" w:styleId="TableText">'
    '<w:name w:val="Table Text"/><w:basedOn w:val="Normal"/><w:qFormat/>'
    '<w:pPr><w:spacing w:before="20" w:after="20"/></w:pPr>'
    '<w:rPr><w:sz w:val="15"/><w:szCs w:val="15"/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:customStyle="1" w:styleId="ExhibitNote">'
    '<w:name w:val="Exhibit Note"/><w:basedOn w:val="Normal"/><w:qFormat/>'
    '<w:pPr><w:spacing w:before="40" w:after="120"/></w:pPr>'
    '<w:rPr><w:color w:val="59616A"/><w:sz w:val="17"/><w:szCs w:val="17"/></w:rPr></w:style>'
)
#: A4 with margins of 20 mm, in twentieths of a point.
_PAGE = (
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1247" '
    'w:left="1134" w:header="567" w:footer="567" w:gutter="0"/>'
)


def word_document(report: Report, edition: EditionInfo, references: Sequence[Reference]) -> bytes:
    """Return the report as DOCX; captions are SEQ fields, so Word's own lists find them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_pictures(report, folder, ".png")
        (folder / "reference.docx").write_bytes(_reference_document())
        return run_pandoc(
            [
                "--from=json",
                "--to=docx+native_numbering",
                "--toc",
                "--toc-depth=2",
                "--lof",
                "--lot",
                f"--resource-path={folder}",
                f"--reference-doc={folder / 'reference.docx'}",
                "--output=-",
            ],
            document(report, edition, references, pictures=".png"),
            wants="the Word document",
        )


def _reference_document() -> bytes:
    """Return pandoc's own template with A4 pages and the two styles added."""
    arguments = ["--print-default-data-file=reference.docx"]
    template = run_pandoc(arguments, b"", wants="the Word template")
    return rewritten(template, _house_style)


def _house_style(name: str, content: bytes) -> bytes:
    if name == "word/styles.xml":
        return content.replace(b"</w:styles>", _STYLES.encode() + b"</w:styles>")
    if name == "word/document.xml":
        content = re.sub(rb"<w:pgSz[^>]*/>|<w:pgMar[^>]*/>", b"", content)
        content = re.sub(rb"<w:sectPr([^>]*)/>", rb"<w:sectPr\1></w:sectPr>", content)
        return content.replace(b"</w:sectPr>", _PAGE.encode() + b"</w:sectPr>")
    return content
