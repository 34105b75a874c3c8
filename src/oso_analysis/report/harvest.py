"""Read executed notebooks and number what they hold."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from oso_analysis.errors import RunError, nearest
from oso_analysis.exhibits import EXHIBIT_MIME, PROSE_MIME, REFERENCES_MIME
from oso_analysis.report.markdown import find_headings, link_targets, resolve_links, slug
from oso_analysis.report.model import Block, Chapter, Heading, Numbered, Report, Text

__all__ = ["harvest"]


def harvest(executed: Sequence[Path]) -> Report:
    """Return the report that executed notebooks add up to.

    Parameters
    ----------
    executed : sequence of path
        Notebooks with their outputs; taken in the order of their file names.

    Returns
    -------
    Report
        Markdown cells, prose, exhibits and references in order; code and every other output (log
        lines, values shown in passing) are the notebook's own business and left out.

    Raises
    ------
    RunError
        All at once: notebooks that cannot be read, ended in an error or hold no exhibit, ids
        used twice, cross-references that point nowhere.
    """
    problems: list[str] = []
    chapters: list[Chapter] = []
    items: dict[str, Mapping[str, Any]] = {}
    counts = {"figure": 0, "table": 0}
    anchors: dict[str, str] = {}
    for number, path in enumerate(sorted(executed, key=lambda path: path.name), start=1):
        try:
            notebook = json.loads(path.read_text(encoding="utf-8"))
            parts = list(_parts(notebook, path.name, problems))
        except (OSError, ValueError, LookupError, TypeError) as error:
            problems.append(f"{path.name}: cannot be read ({type(error).__name__}: {error})")
            continue
        chapters.append(_chapter(number, path, parts, counts, anchors, items, problems))
    report = Report(tuple(chapters), tuple(items[key] for key in sorted(items)))
    report = _resolved(report, anchors, problems)
    if problems:
        raise RunError("the report cannot be assembled:\n  - " + "\n  - ".join(problems))
    return report


def _parts(
    notebook: Mapping[str, Any], name: str, problems: list[str]
) -> Iterator[str | dict[str, Any]]:
    """Yield Markdown as text and everything else as the output's data by media type."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            yield _joined(cell["source"])
            continue
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                problems.append(f"{name}: a cell ended in {output['ename']}: {output['evalue']}")
            data = output.get("data", {})
            if PROSE_MIME in data:
                yield str(data[PROSE_MIME]["markdown"])
            elif EXHIBIT_MIME in data or REFERENCES_MIME in data:
                yield data


def _joined(source: str | Sequence[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def _chapter(
    number: int,
    path: Path,
    parts: Sequence[str | dict[str, Any]],
    counts: dict[str, int],
    anchors: dict[str, str],
    items: dict[str, Mapping[str, Any]],
    problems: list[str],
) -> Chapter:
    name = re.sub(r"^\d+[_-]*", "", path.stem)
    title = ""
    blocks: list[Block] = []
    chapter_id = slug(name)
    _claim(chapter_id, path.name, anchors, problems)
    for part in parts:
        if isinstance(part, str):
            text = part.strip()
            if not title:
                title, text = _split_title(text)
            if text:
                blocks.append(_text(text, chapter_id, anchors))
        elif REFERENCES_MIME in part:
            for item in part[REFERENCES_MIME]["items"]:
                items.setdefault(str(item["id"]), item)
        else:
            record = part[EXHIBIT_MIME]
            counts[record["kind"]] += 1
            _claim(record["id"], path.name, anchors, problems)
            blocks.append(
                Numbered(
                    record=record,
                    number=counts[record["kind"]],
                    notebook=path.name,
                    png=base64.b64decode(_joined(part.get("image/png", ""))),
                    svg=_joined(part.get("image/svg+xml", "")),
                )
            )
    words = name.replace("_", " ").replace("-", " ")
    return Chapter(number, chapter_id, title or words.capitalize(), path.name, tuple(blocks))


def _split_title(markdown: str) -> tuple[str, str]:
    """Return the first line's title and the rest, or no title where the text starts otherwise."""
    first, _, rest = markdown.partition("\n")
    if not first.startswith("# "):
        return "", markdown
    return find_headings(first)[0][1], rest.strip()


def _claim(anchor: str, name: str, anchors: dict[str, str], problems: list[str]) -> None:
    if anchor in anchors:
        problems.append(f"{name}: the id {anchor!r} is already used in {anchors[anchor]}")
    anchors.setdefault(anchor, name)


def _text(markdown: str, chapter_id: str, anchors: dict[str, str]) -> Text:
    """Return a text with its headings; a heading's anchor names its chapter where it must."""
    headings = []
    for level, words in find_headings(markdown):
        anchor = slug(words)
        if anchor in anchors:
            anchor = f"{chapter_id}-{anchor}"
        base, copy = anchor, 2
        while anchor in anchors:
            anchor, copy = f"{base}-{copy}", copy + 1
        anchors[anchor] = chapter_id
        headings.append(Heading(max(level - 1, 1), anchor, words))
    return Text(markdown, tuple(headings))


def _resolved(report: Report, anchors: Mapping[str, str], problems: list[str]) -> Report:
    labels = {exhibit.id: exhibit.label for exhibit in report.exhibits}
    chapters = []
    for chapter in report.chapters:
        blocks: list[Block] = []
        for block in chapter.blocks:
            if isinstance(block, Text):
                problems += [
                    f"{chapter.notebook}: a cross-reference points to '#{target}', which is not in "
                    f"the report{_hint(target, anchors)}"
                    for target in link_targets(block.markdown)
                    if target not in anchors
                ]
                blocks.append(replace(block, markdown=resolve_links(block.markdown, labels)))
            else:
                blocks.append(block)
        chapters.append(replace(chapter, blocks=tuple(blocks)))
    return replace(report, chapters=tuple(chapters))


def _hint(target: str, anchors: Mapping[str, str]) -> str:
    near = nearest(target, anchors)
    return f" (did you mean '#{near}'?)" if near else ""
