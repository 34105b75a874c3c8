"""Markdown of notebooks: headings, cross-references, and safe HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from oso_analysis.report.model import Heading

__all__ = ["find_headings", "link_targets", "resolve_links", "slug", "to_html"]

#: Code spans are skipped; then ``[words](#anchor)``.
_LINK = re.compile(r"(?P<ticks>`+).+?(?P=ticks)|\[(?P<words>[^\]]*)\]\(#(?P<id>[^)\s]+)\)", re.S)


def _parser() -> MarkdownIt:
    # No raw HTML and no pictures from elsewhere: the page must stay safe and self-contained.
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _parse(parser: MarkdownIt, markdown: str) -> list[Token]:
    """Return the tokens of a text, with a picture's alternative text where it would stand."""
    tokens = parser.parse(markdown)
    for token in tokens:
        token.children = token.children and _words_only(token.children)
    return tokens


def _words_only(tokens: Sequence[Token]) -> list[Token]:
    return [
        inner
        for token in tokens
        for inner in (_words_only(token.children or []) if token.type == "image" else [token])
    ]


def slug(text: str) -> str:
    """Return words as an anchor: ``Data limits`` becomes ``data-limits``."""
    return "-".join(re.findall(r"[a-z0-9]+", text.lower())) or "section"


def _plain(inline: Token) -> str:
    words = [
        child.content or (" " if "break" in child.type else "") for child in inline.children or []
    ]
    return "".join(words).strip()


def find_headings(markdown: str) -> list[tuple[int, str]]:
    """Return (level, text) of each heading, in order."""
    tokens = _parse(_parser(), markdown)
    return [
        (int(token.tag[1]), _plain(tokens[index + 1]))
        for index, token in enumerate(tokens)
        if token.type == "heading_open"
    ]


def link_targets(markdown: str) -> list[str]:
    """Return the anchors that the text's internal links point to."""
    return [match["id"] for match in _LINK.finditer(markdown) if match["id"]]


def resolve_links(markdown: str, labels: Mapping[str, str]) -> str:
    """Give each link to an exhibit the exhibit's label as its words.

    Parameters
    ----------
    markdown : str
    labels : mapping
        Exhibit id to label ("Figure 3").
    """

    def label(match: re.Match[str]) -> str:
        target = match["id"]
        if target is None or target not in labels:
            return match.group()
        return f"[{labels[target]}](#{target})"

    return _LINK.sub(label, markdown)


def to_html(markdown: str, headings: Sequence[Heading], *, shift: int) -> str:
    """Return the text as HTML, all escaped.

    Parameters
    ----------
    markdown : str
    headings : sequence of Heading
        The headings of the text in order; their level and anchor are used.
    shift : int
        Added to a heading's level (a section becomes ``<h3>`` with 2).
    """
    parser = _parser()
    tokens = _parse(parser, markdown)
    upcoming = iter(headings)
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            heading = next(upcoming)
            tag = f"h{min(heading.level + shift, 6)}"
            token.tag = tag
            tokens[index + 2].tag = tag
            token.attrSet("id", heading.id)
        elif token.type == "th_open":
            token.attrSet("scope", "col")
    parser.add_render_rule("table_open", _open_table)
    parser.add_render_rule("table_close", _close_table)
    return str(parser.renderer.render(tokens, parser.options, {}))


def _open_table(*_: Any) -> str:
    return '<div class="scroll" tabindex="0" role="region" aria-label="Table in the text"><table>'


def _close_table(*_: Any) -> str:
    return "</table></div>"
