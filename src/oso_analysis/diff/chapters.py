"""The text of two editions' chapters, compared paragraph by paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from oso_analysis.diff.model import Part, Wording, wordings
from oso_analysis.diff.versions import Version
from oso_analysis.diff.wording import reference_changes
from oso_analysis.errors import RunError
from oso_analysis.report.harvest import harvest
from oso_analysis.report.markdown import resolve_links
from oso_analysis.report.model import Chapter, Report, Text

__all__ = ["chapter_name", "compare_chapters"]

#: The words of a link inside the report, and what stands behind them.
_INNER_LINK = re.compile(r"\[([^\]]*)\]\(#[^)\s]+\)")
#: What prose puts before a character that Markdown would read as markup.
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]<>#|~&])")


def compare_chapters(
    versions: tuple[Version, Version], records: tuple[Mapping[str, Any], Mapping[str, Any]]
) -> list[Part]:
    """Compare the text of every chapter, and the list of references.

    Parameters
    ----------
    versions : tuple of Version
    records : tuple of mapping
        Their `exhibits.json`.

    Raises
    ------
    InputError
        If a notebook is missing or cannot be read.
    """
    old, new = (_report(*pair) for pair in zip(versions, records, strict=True))
    # Both texts call an exhibit by one number: that it has another one is said once, of itself.
    labels = {exhibit.id: exhibit.label for report in (old, new) for exhibit in report.exhibits}
    first = {chapter.id: chapter for chapter in old.chapters}
    second = {chapter.id: chapter for chapter in new.chapters}
    order = [*second, *(key for key in first if key not in second)]
    found = [_compare(first.get(key), second.get(key), labels) for key in order]
    works = [Wording(text) for text in reference_changes(old.references, new.references)]
    if works:
        found.append(Part("references", "References", "changed", ("", ""), works))
    return found


def chapter_name(notebook: str) -> str:
    """Return what a notebook's chapter is called wherever it stands: its name without number."""
    return re.sub(r"^\d+[_-]*|\.ipynb$", "", notebook)


def _report(version: Version, record: Mapping[str, Any]) -> Report:
    # Looked at first: without one chapter, what is said of the others would mislead.
    for name in sorted({item.get("notebook", "") for item in record["exhibits"]} - {""}):
        version.read(f"notebooks/{name}")
    try:
        return harvest(sorted((version.folder / "notebooks").glob("*.ipynb")))
    except RunError as error:
        raise version.unusable(str(error)) from None


def _compare(old: Chapter | None, new: Chapter | None, labels: Mapping[str, str]) -> Part:
    known = new or old
    assert known is not None  # noqa: S101 - a chapter is in one of the two
    numbers = tuple(f"Chapter {part.number}" if part else "" for part in (old, new))
    found = Part(known.id, known.title, "same", (numbers[0], numbers[1]))
    if old is None or new is None:
        found.status = "gone" if new is None else "new"
        return found
    if old.title != new.title:
        found.words.append(Wording("title", old.title, new.title))
    before, after = (list(_paragraphs(chapter, labels)) for chapter in (old, new))
    found.words += wordings("text", before, after)
    found.status = "changed" if found.words else "same"
    return found


def _paragraphs(chapter: Chapter, labels: Mapping[str, str]) -> Iterator[str]:
    for block in chapter.blocks:
        if isinstance(block, Text):
            text = _INNER_LINK.sub(r"\1", resolve_links(block.markdown, labels))
            for part in re.split(r"\n\s*\n", _ESCAPED.sub(r"\1", text)):
                yield " ".join(part.split())
