"""The report as a PDF: tagged, with bookmarks, set by Typst."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from oso_analysis.errors import RunError
from oso_analysis.report.citations import run_pandoc
from oso_analysis.report.document import write_pictures

__all__ = ["pdf_document"]


def pdf_document(source: bytes, pictures: Mapping[str, bytes]) -> bytes:
    """Return the report as PDF.

    Parameters
    ----------
    source : bytes
        The report with drawings as SVG, as `document.documents` makes it.
    pictures : mapping of str to bytes
        The drawings, as `document.cropped_pictures` makes them.

    Raises
    ------
    RunError
        If Typst cannot set it, with Typst's words.
    """
    import typst

    template = files("oso_analysis.report") / "templates" / "report.typ"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_pictures(pictures, folder)
        (folder / "template.typ").write_bytes(template.read_bytes())
        setting = run_pandoc(
            ["--from=json", "--to=typst", "--standalone", f"--template={folder / 'template.typ'}"],
            source,
            wants="the PDF",
        )
        main = folder / "main.typ"
        main.write_bytes(setting)
        try:
            # No clock, and no fonts of the machine's own: the same bytes anywhere.
            return bytes(
                typst.compile(
                    str(main),
                    root=str(folder),
                    timestamp=0,
                    ignore_system_fonts=True,
                    font_paths=[str(_fonts())],
                )
            )
        except typst.TypstError as error:
            raise RunError(f"Typst could not set the PDF: {error}") from error


def _fonts() -> Path:
    """Return Matplotlib's fonts, for letters that Typst's own lack."""
    from matplotlib import get_data_path

    return Path(get_data_path(), "fonts", "ttf")
