"""Build a published edition again and say where the two differ, if they do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from oso_analysis.errors import RunError
from oso_analysis.verify.documents import in_pdf, in_picture, in_word_file, in_workbook
from oso_analysis.verify.texts import in_json, in_table, in_text, unlike_text

__all__ = ["compare_folders", "verify_edition"]

_DOCUMENTS: dict[str, Callable[[bytes, bytes], str]] = {
    "xlsx": in_workbook,
    "docx": in_word_file,
    "pdf": in_pdf,
    "png": in_picture,
}
_TEXTS: dict[str, Callable[[str, str], str]] = {
    "csv": in_table,
    "json": in_json,
    "ipynb": in_json,
}


def verify_edition(root: Path, name: str | None = None, *, jobs: int, engine: str) -> list[str]:
    """Rebuild an edition in a temporary folder and compare every file with the published one.

    Parameters
    ----------
    root : Path
        The project.
    name : str, optional
        The edition, one that was derived with changed parameters included; by default the default
        one.
    jobs, engine
        As for a run; neither changes the result.

    Returns
    -------
    list of str
        One line a difference, in words; empty if every file is the same.

    Raises
    ------
    InputError
        If the edition is unknown.
    RunError
        If it was never published, or cannot be rebuilt.
    """
    from oso_analysis.runner.build import Options, build_editions
    from oso_analysis.runner.command import select_published
    from oso_analysis.runner.workers import local_workers, scratch_folder

    edition = select_published(root, name)
    published = root / "reports" / (name or edition.name)
    if not published.is_dir():
        raise RunError(f"edition {edition.name} is not published; build it with `oso-analysis run`")
    with scratch_folder() as folder:
        options = Options(reports=folder, force=True, remember=False)
        (outcome,) = build_editions(
            root, [edition], options, partial(local_workers, jobs, engine, root)
        )
        if outcome.error is not None:
            raise outcome.error
        return compare_folders(published, folder / edition.name)


def compare_folders(published: Path, rebuilt: Path) -> list[str]:
    """Compare two editions' folders file by file; return one line in words for each difference."""
    before, after = _files(published), _files(rebuilt)
    lines = [f"{name} is published but was not made again" for name in sorted(before - after)]
    lines += [f"{name} was made again but is not published" for name in sorted(after - before)]
    # Tables come first: a number says more than the page that shows it.
    shared = sorted(before & after, key=lambda name: (not name.endswith(".csv"), name))
    for name in shared:
        old, new = (published / name).read_bytes(), (rebuilt / name).read_bytes()
        if old != new:
            lines.append(f"{name}: {_first_difference(name, old, new)}")
    return lines


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _first_difference(name: str, old: bytes, new: bytes) -> str:
    if not (old and new):
        return f"the {'rebuilt' if old else 'published'} file is empty"
    kind = name.rpartition(".")[2]
    if kind in _DOCUMENTS:
        return _DOCUMENTS[kind](old, new)
    not_text = unlike_text(old, new)
    return not_text or _TEXTS.get(kind, in_text)(old.decode("utf-8"), new.decode("utf-8"))
