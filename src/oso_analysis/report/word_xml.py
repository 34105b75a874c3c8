"""What the Word document has beyond pandoc's: filled lists, turned pages, page numbers, styles."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from oso_analysis.report.table_layout import SIZES

__all__ = [
    "ADDED_PARTS",
    "CONTENTS_DEPTH",
    "PAGE",
    "contents_xml",
    "finish_part",
    "section_xml",
    "styles_xml",
    "table_style",
]

#: Levels of headings that the contents list.
CONTENTS_DEPTH = 2
#: A4 and its margins of 20 mm, in twentieths of a point.
_SHORT, _LONG, _MARGIN = 11906, 16838, 1134
_MARGINS = (
    f'<w:pgMar w:top="{_MARGIN}" w:right="{_MARGIN}" w:bottom="1247" w:left="{_MARGIN}" '
    'w:header="567" w:footer="567" w:gutter="0"/>'
)
#: The page upright, and turned on its side.
PAGE = f'<w:pgSz w:w="{_SHORT}" w:h="{_LONG}"/>{_MARGINS}'
_TURNED = f'<w:pgSz w:w="{_LONG}" w:h="{_SHORT}" w:orient="landscape"/>{_MARGINS}'
_FOOTER_ID = "rIdPageNumber"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_FOOTER_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"

#: Parts of the archive that pandoc does not write.
ADDED_PARTS = {
    "word/footer1.xml": (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<w:ftr xmlns:w="{_W}"><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>'
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        '<w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:ftr>'
    ).encode()
}


def _style(name: str, properties: str, run: str = "", *, custom: bool = True) -> str:
    identifier = re.sub(r"\W", "", name)
    mark = ' w:customStyle="1"' if custom else ""
    return (
        f'<w:style w:type="paragraph"{mark} w:styleId="{identifier}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>{properties}</w:pPr>'
        f"<w:rPr>{run}</w:rPr></w:style>"
    )


def _type_size(points: float) -> str:
    return f'<w:sz w:val="{round(2 * points)}"/><w:szCs w:val="{round(2 * points)}"/>'


def table_style(size: float) -> str:
    """Return the name of the style of a table's cells in a type size."""
    return "Table Text" if size == SIZES[0] else f"Table Text {size:g}".replace(".", "-")


def styles_xml() -> str:
    """Return the styles that pandoc's own template lacks."""
    tab = f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{_SHORT - 2 * _MARGIN}"/></w:tabs>'
    grey = '<w:color w:val="59616A"/>'
    cells = '<w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/>'
    return "".join(
        [
            *(_style(table_style(size), cells, _type_size(size)) for size in SIZES),
            _style(
                "Exhibit Note", '<w:spacing w:before="40" w:after="120"/>', grey + _type_size(8.5)
            ),
            # Under title, edition and authors, which stand in the middle too.
            _style(
                "Front Lead",
                '<w:spacing w:before="200" w:after="320"/><w:jc w:val="center"/>',
                _type_size(13),
            ),
            _style("TOC 1", f'{tab}<w:spacing w:before="80" w:after="20"/>', custom=False),
            _style(
                "TOC 2",
                f'{tab}<w:spacing w:before="0" w:after="20"/><w:ind w:left="284"/>',
                _type_size(10),
                custom=False,
            ),
            _style(
                "Table of Figures",
                f'{tab}<w:spacing w:before="0" w:after="40"/><w:ind w:left="1134" w:right="567" '
                'w:hanging="1134"/>',
                _type_size(10),
                custom=False,
            ),
            _style("Footer", '<w:jc w:val="center"/>', grey + _type_size(9), custom=False),
        ]
    )


def section_xml(*, across: bool) -> str:
    """Return the end of a section whose pages are upright or lie across."""
    # The paragraph that carries it is as good as invisible, so that it never takes a page.
    return (
        '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
        f"<w:sectPr>{_TURNED if across else PAGE}</w:sectPr>"
        '<w:rPr><w:sz w:val="2"/></w:rPr></w:pPr></w:p>'
    )


def contents_xml(
    headings: Iterable[tuple[int, str, str]],
    figures: Sequence[tuple[str, str, str]],
    tables: Sequence[tuple[str, str, str]],
) -> str:
    """Return contents, list of figures and list of tables as fields that hold their entries.

    Word adds the page numbers when it brings the fields up to date on opening; until it has, and
    in programs that never do, every entry is there and leads to its place.

    Parameters
    ----------
    headings : iterable of (level, words, anchor)
    figures, tables : sequence of (label, title, anchor)
    """
    entries = [(f"TOC{level}", words, "", anchor) for level, words, anchor in headings]
    lists = [("Contents", f'TOC \\o "1-{CONTENTS_DEPTH}" \\h \\z \\u', entries)]
    for words, sequence, exhibits in (("Figures", "Figure", figures), ("Tables", "Table", tables)):
        if exhibits:
            named = [("TableofFigures", title, label, anchor) for label, title, anchor in exhibits]
            lists.append((words, f'TOC \\h \\z \\c "{sequence}"', named))
    return "".join(_list(words, field, rows) for words, field, rows in lists)


def _list(words: str, field: str, rows: Sequence[tuple[str, str, str, str]]) -> str:
    start = (
        '<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve">{escape(field)}</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    paragraphs = []
    for index, (style, text, label, anchor) in enumerate(rows):
        name = _bookmark(anchor)
        closing = end if index == len(rows) - 1 else ""
        shown = f"{label}: {text}" if label else text
        paragraphs.append(
            f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{start if index == 0 else ""}'
            f'<w:hyperlink w:anchor="{name}" w:history="1"><w:r><w:t xml:space="preserve">'
            f"{escape(shown)}</w:t></w:r></w:hyperlink>{closing}</w:p>"
        )
    heading = (
        f'<w:p><w:pPr><w:pStyle w:val="TOCHeading"/></w:pPr><w:r><w:t>{words}</w:t></w:r></w:p>'
    )
    return heading + "".join(paragraphs)


def _bookmark(anchor: str) -> str:
    """Return the bookmark that pandoc makes of an anchor: Word takes no more than 40 letters."""
    if anchor[:1].isalpha() and len(anchor) <= 40:
        return anchor
    return "X" + hashlib.sha1(anchor.encode(), usedforsecurity=False).hexdigest()[1:]


def finish_part(name: str, content: bytes) -> bytes:
    """Return a part of pandoc's archive with page numbers, and tables as wide as their pages."""
    if name == "[Content_Types].xml":
        part = f'<Override PartName="/word/footer1.xml" ContentType="{_FOOTER_TYPE}"/></Types>'
        return content.replace(b"</Types>", part.encode())
    if name == "word/_rels/document.xml.rels":
        part = (
            f'<Relationship Id="{_FOOTER_ID}" Type="{_OFFICE}/footer" Target="footer1.xml"/>'
            "</Relationships>"
        )
        return content.replace(b"</Relationships>", part.encode())
    if name == "word/document.xml":
        text = _scaled_grids(content.decode("utf-8"))
        footer = f'<w:footerReference w:type="default" r:id="{_FOOTER_ID}"/>'
        return re.sub(r"<w:sectPr>", "<w:sectPr>" + footer, text).encode("utf-8")
    return content


def _scaled_grids(text: str) -> str:
    """Give each table's grid the width of its page, which pandoc does not know."""
    sections = re.split(r"(?<=</w:sectPr>)", text)
    for index, section in enumerate(sections):
        width = (_LONG if 'w:orient="landscape"' in section else _SHORT) - 2 * _MARGIN
        sections[index] = re.sub(
            r"<w:tblGrid>.*?</w:tblGrid>",
            lambda grid, width=width: _grid(grid.group(), width),
            section,
            flags=re.S,
        )
    return "".join(sections)


#: What pandoc takes for the width of a page.
_PANDOC_WIDTH = 7920


def _grid(grid: str, width: int) -> str:
    return re.sub(
        r'w:w="(\d+)"',
        lambda found: f'w:w="{int(found.group(1)) * width // _PANDOC_WIDTH}"',
        grid,
    )
