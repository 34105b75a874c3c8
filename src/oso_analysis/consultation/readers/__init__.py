"""Coding projects in: spreadsheets, REFI-QDA, Taguette and QualCoder, told apart by content."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from oso_analysis.consultation.readers.archive import Archive, parse_xml, read_bytes
from oso_analysis.consultation.readers.databases import (
    MAX_DATABASE,
    SQLITE_HEADER,
    Tables,
    open_database,
)
from oso_analysis.consultation.readers.grids import read_csv_grid, read_xlsx_grids
from oso_analysis.consultation.readers.model import (
    CODE_COLUMNS,
    SEGMENT_COLUMNS,
    CodingProject,
    ProjectBuilder,
)
from oso_analysis.consultation.readers.qualcoder import is_qualcoder, read_qualcoder
from oso_analysis.consultation.readers.refi import is_qda_root, read_refi_archive, read_refi_xml
from oso_analysis.consultation.readers.spreadsheets import read_grid, read_grids
from oso_analysis.consultation.readers.taguette import is_taguette, read_taguette
from oso_analysis.errors import InputError, Problem

__all__ = [
    "CODE_COLUMNS",
    "SEGMENT_COLUMNS",
    "CodingProject",
    "merge_projects",
    "read_coding_project",
]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SUPPORTED = (
    "CSV, XLSX, REFI-QDA (.qdpx, .qdc), Taguette's database (.sqlite3) and QualCoder's project "
    "(.qda) are read; NVivo, ATLAS.ti and MAXQDA export a REFI-QDA project"
)


def read_coding_project(path: Path | str) -> CodingProject:
    """Read one coding project, whatever tool it comes from.

    Parameters
    ----------
    path : path-like
        CSV or XLSX (long or wide), `.qdpx`, `.qdc`, Taguette's SQLite database, QualCoder's `.qda`
        folder, its `data.qda`, or either zipped. The file's content decides, not its name.

    Returns
    -------
    CodingProject
        Submissions, segments, codes and coders in one shape; see `CodingProject` for the columns.

    Raises
    ------
    InputError
        All problems at once: an unknown or damaged file, an unsafe or oversized archive, XML with
        entities, a table of no known shape.
    """
    path = Path(path)
    if path.is_dir():
        inside = path / "data.qda"
        if not inside.is_file():
            rule = f"is a folder without QualCoder's data.qda. {_SUPPORTED}"
            raise InputError([Problem(rule, file=path.name)])
        return _database(inside, f"{path.name}/data.qda", path.name)
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
    except OSError:
        return _unreadable(path)
    if head.startswith(SQLITE_HEADER):
        return _database(path, path.name, path.name)
    if head.startswith(b"PK"):
        return _zipped(path)
    if head.startswith(_OLE):
        rule = "is an old Excel file (.xls) or has a password; save it as .xlsx without one"
        raise InputError([Problem(rule, file=path.name)])
    text = head.decode(
        "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "ignore"
    )
    if text.lstrip().startswith("<"):
        root = parse_xml(read_bytes(path), path.name)
        if not is_qda_root(root):
            rule = f"is XML, but not REFI-QDA (its first element is {root.tag}). {_SUPPORTED}"
            raise InputError([Problem(rule, file=path.name)])
        return read_refi_xml(root, path.name)
    return read_grid(read_csv_grid(path))


def merge_projects(projects: Sequence[CodingProject]) -> CodingProject:
    """Put projects together, for instance one file a coder and a codebook.

    Respondents, codes and coders of one name are the same; where two files give a respondent
    different values for a column, both are kept, joined by "; ".

    Raises
    ------
    InputError
        No project at all.
    """
    import pandas as pd

    if not projects:
        raise InputError([Problem("at least one project is needed")])
    if len(projects) == 1:
        return projects[0]
    builder = ProjectBuilder(
        " + ".join(project.name for project in projects),
        " + ".join(dict.fromkeys(project.producer for project in projects)),
    )
    for number, project in enumerate(projects, start=1):
        for row in project.codes.fillna("").to_dict("records"):
            known = builder.codes.setdefault(str(row["path"]), {str(k): v for k, v in row.items()})
            known["description"] = known["description"] or row["description"]
        for row in project.coders.fillna("").to_dict("records"):
            builder.coders.setdefault(str(row["coder"]), str(row["guid"]))
        for row in project.submissions.to_dict("records"):
            values = {str(key): str(value) for key, value in row.items() if not pd.isna(value)}
            name = values.pop("submission_id")
            if values.get("respondent") == name:
                del values["respondent"]  # only the stand-in for a name that the file lacks
            have = builder.submissions.get(name, {})
            for key, value in values.items():
                stand_in = key == "respondent" and have.get(key) == name
                old = str(have[key]).split("; ") if have.get(key) and not stand_in else []
                values[key] = "; ".join(sorted({*old, value}))
            builder.add_submission(name, **values)
        for row in project.segments.astype("object").to_dict("records"):
            values = {str(key): value for key, value in row.items() if not pd.isna(value)}
            values["segment_id"] = f"{number}:{row['segment_id']}"
            values["passage_id"] = f"{number}:{row['passage_id']}"
            builder.add_segment(**values)
        builder.caveats += project.caveats
    return builder.build()


def _unreadable(path: Path) -> CodingProject:
    read_bytes(path)
    raise InputError([Problem("cannot be read", file=path.name)])


def _database(path: Path, file: str, name: str) -> CodingProject:
    with open_database(path, file) as tables:
        return _database_project(tables, file, name)


def _database_project(tables: Tables, file: str, name: str) -> CodingProject:
    if is_taguette(tables):
        return read_taguette(tables, file)
    if is_qualcoder(tables):
        return read_qualcoder(tables, name.removesuffix(".qda"))
    rule = f"is a SQLite database, but neither Taguette's nor QualCoder's. {_SUPPORTED}"
    raise InputError([Problem(rule, file=file)])


def _zipped(path: Path) -> CodingProject:
    with Archive(path) as archive:
        low = [name.lower() for name in archive.names]
        if any(name.endswith(".qde") for name in low):
            return read_refi_archive(archive)
        if "xl/workbook.xml" not in low:
            found = [name for name in archive.names if name.lower().endswith("data.qda")]
            if len(found) != 1:
                rule = f"is a ZIP archive that holds no coding project. {_SUPPORTED}"
                raise InputError([Problem(rule, file=path.name)])
            # SQLite reads files only: the copy's name is ours, and it is gone afterwards.
            with tempfile.TemporaryDirectory(prefix="oso-analysis-") as folder:
                copy = Path(folder) / "data.qda"
                copy.write_bytes(archive.read(found[0], min(MAX_DATABASE, 256 << 20)))
                return _database(copy, f"{path.name}/{found[0]}", path.stem)
    return read_grids(read_xlsx_grids(path), path.name)
