"""Assemble the report of one edition from its executed notebooks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oso_analysis.editions import EditionInfo

__all__ = ["build_report"]

#: The other formats in the same folder, as the page offers them.
DOWNLOADS = (
    ("report.docx", "Word"),
    ("report.pdf", "PDF"),
    ("report.xlsx", "Excel (all numbers)"),
)


def build_report(
    executed: Sequence[Path],
    out: Path,
    edition: EditionInfo,
    *,
    pages: Sequence[tuple[str, str]] = (),
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    """Write the report of one edition.

    Parameters
    ----------
    executed : sequence of path
        The edition's notebooks with their outputs, taken in the order of their file names.
    out : path
        Folder to write into, made if needed: `index.html`, `report.docx`, `report.pdf`,
        `report.xlsx`, `tables/<nn>-<id>.csv`, `figures/<nn>-<id>.csv|svg|png` and
        `exhibits.json`. Files of the same name are overwritten; the caller decides when the
        folder replaces an older report.
    edition : EditionInfo
        What the report says about itself.
    pages : sequence of (file name, words)
        Other pages in the folder, which the report's first page links to.
    meanwhile : callable, optional
        Called once, when all is written but the PDF, which takes longest to set.

    Raises
    ------
    RunError
        Notebooks that failed, cross-references that point nowhere, ids used twice, a citation
        processor or a typesetter that fails; nothing is written in these cases, except that the
        other formats are there where only the PDF cannot be set.
    """
    from oso_analysis.report.citations import apa_references
    from oso_analysis.report.document import cropped_pictures, documents
    from oso_analysis.report.files import write_exhibits, write_record
    from oso_analysis.report.harvest import harvest
    from oso_analysis.report.page import render_page
    from oso_analysis.report.pdf import pdf_document
    from oso_analysis.report.word import word_document
    from oso_analysis.report.workbook import workbook

    report = harvest(executed)
    # Pandoc is a program of its own and Typst holds no lock: they run beside each other and beside
    # what is done here.
    with ThreadPoolExecutor(max_workers=2) as pool:
        setting = pool.submit(apa_references, report.references)
        drawings = {suffix: cropped_pictures(report, suffix) for suffix in (".svg", ".png")}
        sheets = workbook(report, edition)
        # The PDF takes longest, and is begun before Word's document is written.
        sources = documents(report, edition, setting.result)
        pdf = pool.submit(pdf_document, next(sources), drawings[".svg"])
        title = edition.imprint.full_title(edition.title)
        word = pool.submit(word_document, next(sources), drawings[".png"], title)
        made = {
            "index.html": render_page(report, edition, setting.result(), DOWNLOADS, pages).encode(
                "utf-8"
            ),
            "report.xlsx": sheets,
            "report.docx": word.result(),
        }
        out.mkdir(parents=True, exist_ok=True)
        files = write_exhibits(report, out)
        write_record(report, edition, files, out)
        for name, content in made.items():
            (out / name).write_bytes(content)
        meanwhile()
        (out / "report.pdf").write_bytes(pdf.result())
