"""The report as a PDF: accessible (PDF/UA-1), with bookmarks, set by Typst."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from oso_analysis.errors import RunError
from oso_analysis.report.citations import run_pandoc
from oso_analysis.report.document import write_pictures

__all__ = ["pdf_document"]

#: The standard of accessible PDF as Typst's option has it, and as its messages do.
_ACCESSIBLE = "ua-1"
_ACCESSIBLE_NAME = "PDF/UA-1"


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
            try:
                return _set(main, [_ACCESSIBLE])
            except typst.TypstError as error:
                if _ACCESSIBLE_NAME not in str(error):
                    raise
                # A heading of a chapter's own that skips a level, say: the PDF is tagged all the
                # same, and only does not claim to keep the standard.
                return _set(main, [])
        except typst.TypstError as error:
            raise RunError(f"Typst could not set the PDF: {error}") from error


def _set(main: Path, standards: list[Any]) -> bytes:
    import typst

    # No clock, and no fonts of the machine's own: the same bytes anywhere.
    return bytes(
        typst.compile(
            str(main),
            root=str(main.parent),
            timestamp=0,
            ignore_system_fonts=True,
            font_paths=[str(_fonts())],
            pdf_standards=standards,
        )
    )


def _fonts() -> Path:
    """Return Matplotlib's fonts, for letters that Typst's own lack."""
    from matplotlib import get_data_path

    return Path(get_data_path(), "fonts", "ttf")
