"""One exhibit as a file, for a slide, a mail or a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from oso_analysis.errors import InputError, Problem, nearest
from oso_analysis.files import csv_text, write_whole

if TYPE_CHECKING:
    from oso_analysis.exhibits.model import Exhibit

__all__ = ["save_exhibit"]


def save_exhibit(exhibit: Exhibit, path: Path | str) -> Path:
    """Write a table or figure to a file; see `Exhibit.save`."""
    path = Path(path)
    kinds = ["csv"] if exhibit.picture is None else ["csv", "png", "svg"]
    kind = path.suffix.removeprefix(".").lower()
    if kind not in kinds:
        raise InputError(
            [
                Problem(
                    f"must end in {' or '.join('.' + item for item in kinds)}",
                    file=path.name,
                    nearest=path.stem + "." + (nearest(kind, kinds) or kinds[0]),
                )
            ],
            f"a {exhibit.kind} cannot be saved like this",
        )
    if kind == "csv":
        # The mark tells Excel on Windows that the file is UTF-8.
        names = [field["name"] for field in exhibit.schema]
        content = csv_text(names, exhibit.rows).encode("utf-8-sig")
    else:
        assert exhibit.picture is not None  # noqa: S101 - only pictures have these kinds
        content = exhibit.picture.png if kind == "png" else exhibit.picture.svg.encode("utf-8")
    write_whole(path, content)
    return path
