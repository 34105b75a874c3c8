"""The report as a PDF: tagged, with bookmarks, set by Typst."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from oso_analysis.errors import RunError
from oso_analysis.report.citations import Reference, run_pandoc
from oso_analysis.report.document import cropped_pictures, document, write_pictures

if TYPE_CHECKING:
    from oso_analysis.editions import EditionInfo
    from oso_analysis.report.model import Report

__all__ = ["pdf_document"]


def pdf_document(report: Report, edition: EditionInfo, references: Sequence[Reference]) -> bytes:
    """Return the report as PDF.

    Raises
    ------
    RunError
        If Typst cannot set it, with Typst's words.
    """
    import typst

    source = document(report, edition, references, pictures=".svg")
    template = files("oso_analysis.report") / "templates" / "report.typ"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_pictures(cropped_pictures(report, ".svg"), folder)
        (folder / "template.typ").write_bytes(template.read_bytes())
        setting = run_pandoc(
            ["--from=json", "--to=typst", "--standalone", f"--template={folder / 'template.typ'}"],
            source,
            wants="the PDF",
        )
        main = folder / "main.typ"
        main.write_bytes(setting)
        try:
            # No clock: the same report is the same bytes on any day.
            return bytes(typst.compile(str(main), root=str(folder), timestamp=0))
        except typst.TypstError as error:
            raise RunError(f"Typst could not set the PDF: {error}") from error
