"""The report as a pandoc document, from which Word and PDF are made."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oso_analysis.errors import RunError
from oso_analysis.exhibits.printed import PrintedTable
from oso_analysis.figures.rendering import crop_png, crop_svg
from oso_analysis.report.annex import HASHES, input_rows, parameter_rows, version_rows
from oso_analysis.report.citations import Reference, run_pandoc
from oso_analysis.report.markdown import slug
from oso_analysis.report.model import Block, Heading, Numbered, Report, Text
from oso_analysis.report.table_layout import breakable, lay_out
from oso_analysis.report.word_xml import CONTENTS_DEPTH, contents_xml, section_xml, table_style

if TYPE_CHECKING:
    from oso_analysis.editions import EditionInfo

__all__ = ["cropped_pictures", "documents", "write_pictures"]

Node = dict[str, Any]
_API_VERSION = [1, 23, 1]
_MARK = "osoblock"
#: Text in front of a table that lies across the page joins it there if it is no longer.
_SHORT_TEXT = 900
#: Height of a drawing on a page at most, as a share of the text's width.
_TALLEST = 1.22
_NO_ATTRIBUTES: list[Any] = ["", [], []]


def cropped_pictures(report: Report, suffix: str) -> dict[str, bytes]:
    """Return each figure's drawing, without its title and note, as ``<id>.png`` or ``<id>.svg``."""
    made = {}
    for figure in report.figures:
        bands = figure.record["bands"]
        if suffix == ".png":
            content = crop_png(figure.png, bands["top"], bands["bottom"])
        else:
            content = crop_svg(figure.svg, bands["top"], bands["bottom"]).encode("utf-8")
        made[figure.id + suffix] = content
    return made


def write_pictures(pictures: Mapping[str, bytes], folder: Path) -> None:
    """Write drawings where the typesetter looks for them."""
    for name, content in pictures.items():
        (folder / name).write_bytes(content)


def documents(
    report: Report, edition: EditionInfo, references: Callable[[], Sequence[Reference]]
) -> Iterator[bytes]:
    """Yield the report as pandoc's JSON: with drawings as SVG for Typst, then as PNG for Word.

    Parameters
    ----------
    report : Report
    edition : EditionInfo
    references : callable
        Returns the references; called when all else is set, as they take long.

    Yields
    ------
    bytes
        The same report both times, with drawings as `cropped_pictures` makes them. Chapters are
        level-1 headings. Exhibits are pandoc tables and figures with their title as caption; the
        writer numbers them, in the order that gave them their numbers.
    """
    differences = _Differences([], [])
    whole = _document(report, edition, references, differences)
    for suffix in (".svg", ".png"):
        for figure, target in differences.drawings:
            target[0] = figure + suffix
        if suffix == ".png":
            for style, blocks in differences.cells:
                blocks[:] = [_styled(style, [{"t": "Para", "c": blocks[0]["c"]}])]
        text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
        yield text.encode("utf-8")


@dataclass(frozen=True)
class _Differences:
    """What Word's document has otherwise than Typst's, where it stands in the one they share.

    Attributes
    ----------
    drawings : list of (str, list of str)
        Each figure's id and the target of its drawing.
    cells : list of (str, list of dict)
        The style that each cell of a table takes in Word, and its one block. Typst knows no styles,
        and a block in every cell would make a quarter of its work.
    """

    drawings: list[tuple[str, list[str]]]
    cells: list[tuple[str, list[Node]]]


def _document(
    report: Report,
    edition: EditionInfo,
    references: Callable[[], Sequence[Reference]],
    differences: _Differences,
) -> Node:
    texts = iter(_parsed([block for block in _blocks(report) if isinstance(block, Text)]))
    body: list[Node] = []
    for chapter in report.chapters:
        body.append(_heading(1, f"{chapter.number} {chapter.title}", chapter.id))
        for across, blocks in groupby(_sides(chapter.blocks), key=itemgetter(0)):
            set_blocks: list[Node] = []
            for _, block in blocks:
                set_blocks += (
                    next(texts) if isinstance(block, Text) else _exhibit(block, differences)
                )
            body += _turned(set_blocks) if across else set_blocks
    annex = _annex(edition, differences)
    if entries := [{"t": "Para", "c": inlines} for _, inlines in references()]:
        body.append(_heading(1, "References", "references"))
        body.append(_styled("Bibliography", entries))
    body += annex
    exhibits = [
        [(block.label, block.title, block.id) for block in group]
        for group in (report.figures, report.tables)
    ]
    contents = [
        _raw("typst", "#report-contents()"),
        _raw("openxml", contents_xml(_outline(body), *exhibits)),
    ]
    return {
        "pandoc-api-version": _API_VERSION,
        "meta": _meta(edition),
        "blocks": [*_front(edition), *contents, *body],
    }


def _meta(edition: EditionInfo) -> dict[str, Node]:
    """Return what stands on the first page, and what Typst writes into the PDF's properties."""
    title, below = edition.imprint.headings(edition.title)
    authors = edition.imprint.author_names
    # Typst's strings are escaped as JSON's are; its writer would mark the words up.
    shown = json.dumps(edition.imprint.full_title(edition.title), ensure_ascii=False)
    names = "".join(f"{json.dumps(name, ensure_ascii=False)}, " for name in authors)
    properties = f"#set document(title: {shown}, author: ({names}), date: none)"
    meta: dict[str, Node] = {
        "title": {"t": "MetaInlines", "c": _words(title)},
        "author": {
            "t": "MetaList",
            "c": [{"t": "MetaInlines", "c": _words(name)} for name in authors],
        },
        "lang": {"t": "MetaString", "c": "en-GB"},
        "properties": {"t": "MetaBlocks", "c": [_raw("typst", properties)]},
    }
    if below:
        meta["subtitle"] = {"t": "MetaInlines", "c": _words(below)}
    return meta


def _blocks(report: Report) -> Iterator[Text | Numbered]:
    for chapter in report.chapters:
        yield from chapter.blocks


def _sides(blocks: Sequence[Block]) -> Iterator[tuple[bool, Block]]:
    """Yield each block and whether it lies across the page.

    Short text between an exhibit and a table that lies across lies with it, so that no page holds
    a few lines only; what opens a chapter stays upright with its title.
    """
    across = [
        isinstance(block, Numbered) and not block.is_figure and lay_out(block.printed).across
        for block in blocks
    ]
    places = [index for index, block in enumerate(blocks) if isinstance(block, Numbered)]
    for first, second in pairwise(places):
        between = blocks[first + 1 : second]
        length = sum(len(block.markdown) for block in between if isinstance(block, Text))
        if across[second] and length <= _SHORT_TEXT:
            across[first + 1 : second] = [True] * len(between)
    yield from zip(across, blocks, strict=True)


def _turned(blocks: list[Node]) -> list[Node]:
    """Return blocks set on pages turned on their side, in Typst's words and in Word's."""
    return [
        _raw("openxml", section_xml(across=False)),
        _raw("typst", "#page(flipped: true)["),
        *blocks,
        _raw("typst", "]"),
        _raw("openxml", section_xml(across=True)),
    ]


def _outline(blocks: Sequence[Node]) -> Iterator[tuple[int, str, str]]:
    """Yield level, words and anchor of the headings that the contents list."""
    for block in blocks:
        if block["t"] == "Header" and block["c"][0] <= CONTENTS_DEPTH:
            level, attributes, inlines = block["c"]
            yield level, "".join(_spoken(inlines)), attributes[0]


def _spoken(inlines: Any) -> Iterator[str]:
    for node in inlines:
        if node["t"] in {"Str", "Code"}:
            yield node["c"] if node["t"] == "Str" else node["c"][1]
        elif node["t"] in {"Space", "SoftBreak", "LineBreak"}:
            yield " "
        elif isinstance(node.get("c"), list):
            inner = [part for part in node["c"] if isinstance(part, list)]
            yield from _spoken(inner[-1] if inner else node["c"])


def _parsed(texts: Sequence[Text]) -> list[list[Node]]:
    """Return the pandoc blocks of each text, read in one go."""
    # Raw HTML is kept as the text it is, as on the page.
    source = f"\n\n{_MARK}\n\n".join(text.markdown for text in texts)
    arguments = ["--from=commonmark+pipe_tables", "--to=json"]
    read = json.loads(run_pandoc(arguments, source.encode("utf-8"), wants="the text"))["blocks"]
    mark = {"t": "Para", "c": [{"t": "Str", "c": _MARK}]}
    parts: list[list[Node]] = [[]]
    for block in read:
        if block == mark:
            parts.append([])
        else:
            parts[-1].append(block)
    if texts and len(parts) != len(texts):
        raise RunError("the text of the notebooks cannot be split: is a code fence left open?")
    for text, part in zip(texts, parts, strict=False):
        _mend(part, iter(text.headings))
    return parts


def _mend(nodes: Any, headings: Iterator[Heading]) -> None:
    """Give headings their level and anchor; turn raw HTML and pictures into the words they have."""
    if isinstance(nodes, list):
        # A page asks for nothing from elsewhere, and the typesetter finds no file there.
        while any(map(_is_image, nodes)):
            nodes[:] = [
                inner for node in nodes for inner in (node["c"][1] if _is_image(node) else [node])
            ]
        for node in nodes:
            _mend(node, headings)
    elif isinstance(nodes, dict):
        if nodes.get("t") == "Header":
            heading = next(headings)
            nodes["c"][0] = heading.level + 1
            nodes["c"][1] = [heading.id, [], []]
            _mend(nodes["c"][2], headings)
        elif nodes.get("t") == "RawInline":
            nodes["t"], nodes["c"] = "Str", nodes["c"][1]
        elif nodes.get("t") == "RawBlock":
            nodes["t"], nodes["c"] = "Para", _words(nodes["c"][1])
        else:
            _mend(nodes.get("c"), headings)


def _is_image(node: Any) -> bool:
    return isinstance(node, dict) and node.get("t") == "Image"


def _raw(format: str, text: str) -> Node:
    return {"t": "RawBlock", "c": [format, text]}


def _words(text: str) -> list[Node]:
    nodes: list[Node] = []
    for word in text.split():
        nodes += [{"t": "Str", "c": word}, {"t": "Space"}]
    return nodes[:-1]


def _para(text: str) -> Node:
    return {"t": "Para", "c": _words(text)}


def _heading(level: int, text: str, anchor: str) -> Node:
    return {"t": "Header", "c": [level, [anchor, [], []], _words(text)]}


def _styled(style: str, blocks: list[Node]) -> Node:
    return {"t": "Div", "c": [["", [], [["custom-style", style]]], blocks]}


def _front(edition: EditionInfo) -> Iterator[Node]:
    if edition.description:
        yield _raw("typst", "#[#set text(size: 13pt)")
        yield _styled("Front Lead", [_para(edition.description)])
        yield _raw("typst", "]#v(4mm)")
    if edition.limits:
        yield _styled("Front Heading", [_strong("What these data can and cannot tell")])
        yield {"t": "BulletList", "c": [[_para(limit)] for limit in edition.limits]}
    if edition.disclosure:
        yield _para(f"Small counts: {edition.disclosure}")


def _strong(text: str) -> Node:
    return {"t": "Para", "c": [{"t": "Strong", "c": _words(text)}]}


def _caption(exhibit: Numbered) -> list[Any]:
    text = exhibit.title if not exhibit.caption else f"{exhibit.title}. {exhibit.caption}"
    return [None, [{"t": "Plain", "c": _words(text.replace("..", "."))}]]


def _exhibit(exhibit: Numbered, differences: _Differences) -> list[Node]:
    lines = exhibit.notes if exhibit.is_figure else [exhibit.not_printed, *exhibit.notes]
    notes = _styled("Exhibit Note", [_para(line) for line in lines if line])
    notes["c"][0][2].append(["typst:breakable", "false"])
    if not exhibit.is_figure:
        table = _table(exhibit.printed, differences, exhibit.id, _caption(exhibit))
        return [*table, notes]
    alt_text = str(exhibit.record["alt_text"])
    target = ["", ""]
    differences.drawings.append((exhibit.id, target))
    image = {
        "t": "Image",
        "c": [
            ["", [], [["alt", alt_text], ["width", _picture_width(exhibit)]]],
            _words(alt_text),
            target,
        ],
    }
    body = [{"t": "Plain", "c": [image]}]
    # Pandoc drops a figure's alternative text on the way to Typst, so it is set around the figure.
    return [
        _raw("typst", f"#[#set image(alt: {_typst_text(alt_text)})"),
        {"t": "Figure", "c": [[exhibit.id, [], []], _caption(exhibit), body]},
        _raw("typst", "]"),
        notes,
    ]


def _typst_text(text: str) -> str:
    inner = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"'


def _picture_width(figure: Numbered) -> str:
    """Return the drawing's width as a share of the text's, so that none is taller than a page."""
    box = re.search(r'viewBox="([^"]*)"', figure.svg)
    if box is None:
        return "100%"
    width, height = (float(part) for part in box.group(1).split()[2:])
    bands = figure.record["bands"]
    height *= 1 - bands["top"] - bands["bottom"]
    return f"{100 * min(1.0, _TALLEST * width / height):.1f}%"


def _table(
    table: PrintedTable,
    differences: _Differences,
    anchor: str = "",
    caption: list[Any] | None = None,
) -> Iterator[Node]:
    layout = lay_out(table)
    style = table_style(layout.size)

    def cell(text: str) -> list[Any]:
        blocks = [{"t": "Plain", "c": _cell_words(text)}] if text else []
        if blocks:
            differences.cells.append((style, blocks))
        return [_NO_ATTRIBUTES, {"t": "AlignDefault"}, 1, 1, blocks]

    def row(texts: Sequence[str]) -> list[Any]:
        return [_NO_ATTRIBUTES, [cell(text) for text in texts]]

    columns = [
        [{"t": "AlignRight" if numeric else "AlignLeft"}, {"t": "ColWidth", "c": width}]
        for numeric, width in zip(table.numeric, layout.widths, strict=True)
    ]
    head_columns = 1 if table.row_headers else 0
    yield _raw("typst", f"#[#show table: set text(size: {layout.size}pt)")
    yield {
        "t": "Table",
        "c": [
            [anchor, [], []],
            caption or [None, []],
            columns,
            [_NO_ATTRIBUTES, [row(table.headings)]],
            [[_NO_ATTRIBUTES, head_columns, [], [row(cells) for cells in table.rows]]],
            [_NO_ATTRIBUTES, []],
        ],
    }
    yield _raw("typst", "]")


def _cell_words(text: str) -> list[Node]:
    """Return a cell's words; an address is a link, whatever breaks its long word takes."""
    words = _words(breakable(text))
    if text.startswith(("https://", "http://")) and " " not in text:
        return [{"t": "Link", "c": [_NO_ATTRIBUTES, words, [text, ""]]}]
    return words


def _annex(edition: EditionInfo, differences: _Differences) -> Iterator[Node]:
    yield _heading(1, "How this report was made", "how-this-report-was-made")
    yield _para(
        "Every table and figure was computed by the notebooks from the data files below, with "
        "these parameters. References are set in APA style, 7th edition, by a style of the "
        "Citation Style Language project (https://citationstyles.org/)."
    )
    parts = (
        ("Parameters", "", ("Parameter", "Value"), parameter_rows(edition)),
        ("Data and notebooks", HASHES, ("File", "SHA-256 (first 12 digits)"), input_rows(edition)),
        ("Programs", "", ("Package", "Version"), version_rows(edition)),
    )
    for words, note, headings, rows in parts:
        if rows:
            yield _heading(2, words, slug(words))
            if note:
                yield _para(note)
            printed = PrintedTable(headings, (False, False), tuple(rows), True, False)
            yield from _table(printed, differences)
