"""The differences as one page that needs no other file and runs no script."""

from __future__ import annotations

import base64
import difflib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape

from oso_analysis.diff.model import SHOWN, Difference, EditionDiff, Move, Part, Wording
from oso_analysis.display import plural

__all__ = ["render_html"]

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem;
  overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; }
h2 { border-top: 1px solid #767676; font-size: 1.1rem; margin-top: 2rem; padding-top: 1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; overflow-wrap: normal; }
th, td { border-bottom: 1px solid #c8c8c8; padding: .2rem .8rem .2rem 0; text-align: left;
  vertical-align: top; }
td.number { font-variant-numeric: tabular-nums; text-align: right; }
.words { table-layout: fixed; width: 100%; }
.words th:first-child { width: 9rem; }
@media (max-width: 40rem) {
  .words thead { display: none; }
  .words :is(table, tbody, tr, th, td) { border: 0; display: block; }
  .words td:nth-child(2)::before { content: "before: "; }
  .words td:nth-child(3)::before { content: "after: "; }
}
del { background: #ffe3df; }
ins { background: #dcf3e0; }
.pair { display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); }
.pair img { border: 1px solid #c8c8c8; width: 100%; }
figure { margin: 0; }
summary { cursor: pointer; padding: .3rem 0; }
"""


def render_html(difference: EditionDiff) -> str:
    """Return the differences as one page that needs no other file and runs no script."""
    before, after = (escape(name) for name in difference.names)
    one, other = (escape(text) for text in difference.described)
    same = [item for item in difference.parts if item.status == "same"]
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{before} → {after}</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>What changed from {before} to {after}</h1>",
        f"<ul><li>before: {one}</li><li>after: {other}</li></ul>",
        _counted("exhibit", difference.exhibits),
    ]
    if difference.numbered:
        parts.append(_counted("chapter", difference.numbered))
    if difference.facts:
        parts += ["<h2>The edition</h2>", _words(difference.facts, "The edition")]
    if difference.parameters:
        parts += ["<h2>Parameters</h2>", _moves_table(difference.parameters, "Parameters")]
    if difference.inputs:
        items = [f"{move.row}: {move.column}" for move in difference.inputs]
        parts += ["<h2>Inputs</h2>", _folded("inputs", items, _listed(items))]
    if difference.programs:
        names = [str(item) for item in difference.programs]
        parts += ["<h2>Programs</h2>", _folded("programs", names, _listed(names))]
    if difference.renumbered:
        parts += ["<h2>Renumbered only</h2>", _listed(difference.renumbered)]
    if difference.differing:
        parts.append(_overview(difference.differing))
    parts += [_section(item, difference.names) for item in difference.differing]
    if same:
        parts += ["<h2>The same in both</h2>", _listed(item.heading for item in same)]
    return "\n".join([*parts, "</main></body></html>"]) + "\n"


def _counted(noun: str, items: Sequence[Part]) -> str:
    counts = Counter(item.status for item in items)
    changed = plural(counts["changed"], noun)
    told = {"new": "new", "gone": "gone", "same": "the same"}
    rest = [
        f"{counts[status]} {'is' if counts[status] == 1 else 'are'} {words}"
        for status, words in told.items()
    ]
    return f"<p>{changed} changed, {', '.join(rest)}.</p>"


def _anchor(item: Part) -> str:
    # A chapter may be called as an exhibit of the other edition is.
    return escape(item.id if isinstance(item, Difference) else f"chapter-{item.id}", quote=True)


def _overview(items: Sequence[Part]) -> str:
    """Return what differs at a glance, each exhibit and chapter a link to its section."""
    rows = []
    for item in items:
        link = f'<a href="#{_anchor(item)}">{escape(item.heading)}</a>'
        if isinstance(item, Difference):
            counts = [len(part) for part in (item.moves, item.rows_gone, item.rows_new, item.words)]
        else:
            counts = [0, 0, 0, len(item.words)]
        # Nothing in what came or went as a whole is counted.
        cells = [f"{count:,}" if item.status == "changed" else "–" for count in counts]
        numbers = "".join(f'<td class="number">{cell}</td>' for cell in cells)
        rows.append(f"<tr><td>{link}</td>{numbers}</tr>")
    names = ("where", "values moved", "rows gone", "rows new", "words, columns, drawing")
    return f"<h2>At a glance</h2>{_table('At a glance', names, rows)}"


def _section(item: Part, names: tuple[str, str]) -> str:
    parts = [
        f'<section id="{_anchor(item)}"><h2>{escape(item.heading)}</h2>',
        _words(item.words, item.heading),
    ]
    if isinstance(item, Difference):
        parts += [_pair(item, names), _numbers(item)]
    return "\n".join([*(part for part in parts if part), "</section>"])


def _pair(item: Difference, names: tuple[str, str]) -> str:
    parts = []
    for name, drawing in zip(names, item.figures, strict=True):
        if drawing is not None:
            # As an image a drawing cannot run anything or reach for other files.
            data = base64.b64encode(drawing).decode("ascii")
            parts.append(
                f"<figure><figcaption>{escape(name)}</figcaption>"
                f'<img alt="{escape(f"{item.title}, as in {name}", quote=True)}" '
                f'src="data:image/svg+xml;base64,{data}"></figure>'
            )
    return "\n".join(['<div class="pair">', *parts, "</div>"]) if parts else ""


def _numbers(item: Difference) -> str:
    parts = []
    if item.moves:
        parts.append(_folded("values moved", item.moves, _moves_table(item.moves, item.heading)))
    for name, rows in (("rows gone", item.rows_gone), ("rows new", item.rows_new)):
        if rows:
            parts.append(_folded(name, rows, _listed(rows)))
    return "\n".join(parts)


def _folded(name: str, found: Sequence[object], body: str) -> str:
    unfolded = " open" if len(found) <= SHOWN else ""
    return f"<details{unfolded}><summary>{name}: {len(found):,}</summary>{body}</details>"


def _listed(texts: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"


def _words(found: Sequence[Wording], heading: str) -> str:
    """Return sentences as a list and texts beside each other, what is not shared marked."""
    sentences = [item.place for item in found if item.is_sentence]
    rows = []
    for item in found:
        if not item.is_sentence:
            one, other = _marked(item.before, item.after)
            rows.append(
                f'<tr><th scope="row">{escape(item.place)}</th><td>{one}</td><td>{other}</td></tr>'
            )
    parts = [_listed(sentences)] if sentences else []
    if rows:
        parts.append(_table(f"Words: {heading}", ("what", "before", "after"), rows, "words"))
    return "\n".join(parts)


def _marked(before: str, after: str) -> tuple[str, str]:
    """Return two texts as HTML, the words that only one has marked."""
    # Spaces are kept as words, so that nothing of either text is lost.
    one, other = (re.split(r"(\s+)", text) for text in (before, after))
    old, new = [], []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, one, other, False).get_opcodes():
        gone, come = escape("".join(one[a:b])), escape("".join(other[c:d]))
        old.append(gone if kind == "equal" or not gone else f"<del>{gone}</del>")
        new.append(come if kind == "equal" or not come else f"<ins>{come}</ins>")
    return "".join(old) if before else "nothing", "".join(new) if after else "nothing"


def _moves_table(moves: Sequence[Move], heading: str) -> str:
    rows = [
        f"<tr><td>{escape(move.row)}</td><td>{escape(move.column)}</td>"
        f'<td class="number">{escape(move.shown[0])}</td>'
        f'<td class="number">{escape(move.shown[1])}</td>'
        f'<td class="number">{escape(move.change)}</td></tr>'
        for move in moves
    ]
    return _table(f"Values: {heading}", ("row", "column", "before", "after", "change"), rows)


def _table(label: str, names: Sequence[str], rows: Iterable[str], style: str = "") -> str:
    """Return a table that scrolls by itself where the window is narrow, also by keyboard."""
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    kind = f' class="{style}"' if style else ""
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(label, quote=True)}">'
        f"<table{kind}>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )
