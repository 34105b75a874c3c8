"""The report as a Word document: real styles, headings, tables, captions and contents."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from oso_analysis.report.archives import rewritten
from oso_analysis.report.citations import run_pandoc
from oso_analysis.report.document import write_pictures
from oso_analysis.report.word_xml import ADDED_PARTS, PAGE, finish_part, styles_xml

__all__ = ["word_document"]


def word_document(source: bytes, pictures: Mapping[str, bytes], title: str) -> bytes:
    """Return the report as DOCX; captions are SEQ fields, so Word's own lists find them.

    Parameters
    ----------
    source : bytes
        The report with drawings as PNG, as `document.documents` makes it.
    pictures : mapping of str to bytes
        The drawings, as `document.cropped_pictures` makes them.
    title : str
        For the document's properties; pandoc knows the first line of the first page only.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_pictures(pictures, folder)
        (folder / "reference.docx").write_bytes(_reference_document())
        made = run_pandoc(
            [
                "--from=json",
                "--to=docx+native_numbering",
                f"--resource-path={folder}",
                f"--reference-doc={folder / 'reference.docx'}",
                "--output=-",
            ],
            source,
            wants="the Word document",
        )
    return rewritten(
        made, lambda name, part: finish_part(name, _titled(name, part, title)), ADDED_PARTS
    )


def _titled(name: str, content: bytes, title: str) -> bytes:
    if name != "docProps/core.xml":
        return content
    told = f"<dc:title>{escape(title)}</dc:title>".encode()
    return re.sub(rb"<dc:title>.*?</dc:title>", lambda _: told, content, count=1, flags=re.S)


def _reference_document() -> bytes:
    """Return pandoc's own template with A4 pages, a type that every machine has, and styles."""
    arguments = ["--print-default-data-file=reference.docx"]
    template = run_pandoc(arguments, b"", wants="the Word template")
    return rewritten(template, _house_style)


def _house_style(name: str, content: bytes) -> bytes:
    if name == "word/styles.xml":
        text = content.decode("utf-8").replace("</w:styles>", styles_xml() + "</w:styles>")
        # Chapters begin on a new page, and many columns need narrow margins in their cells.
        text = re.sub(
            r'(w:styleId="Heading1".*?<w:pPr>)',
            r"\1<w:pageBreakBefore/>",
            text,
            count=1,
            flags=re.S,
        )
        text = re.sub(r'(<w:(?:left|right) w:w=")108(")', r"\g<1>60\2", text)
        return text.encode("utf-8")
    if name == "word/theme/theme1.xml":
        return re.sub(
            rb'(<a:latin typeface=")Aptos[^"]*("[^>]*?)( panose="[^"]*")', rb"\1Arial\2", content
        )
    if name == "word/document.xml":
        content = re.sub(rb"<w:pgSz[^>]*/>|<w:pgMar[^>]*/>", b"", content)
        content = re.sub(rb"<w:sectPr([^>]*)/>", rb"<w:sectPr\1></w:sectPr>", content)
        return content.replace(b"</w:sectPr>", PAGE.encode() + b"</w:sectPr>")
    return content
