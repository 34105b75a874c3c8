"""Start a project: example data, codebook, editions, notebooks, templates; it runs as it is."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from oso_analysis.errors import InputError, Problem, RunError
from oso_analysis.scaffold.templates import write_templates

__all__ = ["init_project", "shipped_files"]

#: Files kept under another name in the package, because tools would act on them there.
_NAMES = {
    "gitignore": ".gitignore",
    "gitattributes": ".gitattributes",
    "test_project.txt": "tests/test_project.py",
}
_TITLED = ("README.md", "data/report/report.yaml")


def init_project(
    path: Path, *, title: str = "A new review", outputs: bool = True, jobs: int = 1
) -> Path:
    """Make a project in an empty or new folder.

    Parameters
    ----------
    path : Path
        Where.
    title : str, optional
        Title of the report that the project will make.
    outputs : bool, default True
        Whether to run the notebooks and store their outputs, which takes some seconds.
    jobs : int, optional
        How many notebooks to run at a time.

    Returns
    -------
    Path
        The project's folder. If anything fails, it is as it was before.

    Raises
    ------
    InputError
        A folder that holds something, a file in its place, an empty title.
    RunError
        If it cannot be written.
    """
    path = Path(path).absolute()
    problems = []
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        what = "is not empty" if path.is_dir() else "is a file"
        problems.append(Problem(f"{what}; name a folder that is new or empty", value=path.name))
    title = " ".join(title.split())
    if not title:
        problems.append(Problem("must not be empty", column="--title"))
    if problems:
        raise InputError(problems)
    new = not path.exists()
    moved: list[Path] = []
    try:
        path.mkdir(parents=True, exist_ok=True)
        # Inside, because the folder may be the one somebody stands in: it must stay the same one.
        with tempfile.TemporaryDirectory(prefix=".new-review-", dir=path) as scratch:
            draft = Path(scratch)
            _fill(draft, title)
            if outputs:
                from oso_analysis.notebooks import refresh_notebooks

                refresh_notebooks(draft, jobs=jobs)
                for left in (".cache", "exports"):
                    shutil.rmtree(draft / left, ignore_errors=True)
            # The data come last: until they are there, it is no project to any command.
            for item in sorted(draft.iterdir(), key=lambda item: (item.name == "data", item.name)):
                target = path / item.name
                item.replace(target)
                moved.append(target)
    except BaseException as error:
        for item in moved:
            shutil.rmtree(item) if item.is_dir() else item.unlink()
        if new and path.is_dir():
            path.rmdir()
        if isinstance(error, OSError):
            reason = error.strerror or str(error)
            raise RunError(f"cannot write {path.name}: {reason}") from error
        raise
    return path


def _fill(draft: Path, title: str) -> None:
    from oso_analysis.codebook import read_codebook
    from oso_analysis.dictionary import render_dictionary
    from oso_analysis.schema import read_package

    for name, content in shipped_files():
        target = draft / _NAMES.get(name, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        if name in _TITLED:
            # JSON's quotes are YAML's too, so no title can break the file.
            shown = json.dumps(title, ensure_ascii=False) if name.endswith(".yaml") else title
            content = content.replace(b"TITLE", shown.encode("utf-8"))
        target.write_bytes(content)
    descriptor = draft / "data" / "datapackage.json"
    package = json.loads(descriptor.read_text(encoding="utf-8"))
    # The facts about the report have the title, and one place is enough to change it in.
    del package["title"]
    text = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    descriptor.write_text(text, encoding="utf-8", newline="\n")
    described = read_package(draft / "data")
    page = render_dictionary(described, read_codebook(draft / "data" / "codebook.yaml"))
    (draft / "docs").mkdir()
    (draft / "docs" / "data-dictionary.md").write_text(page, encoding="utf-8", newline="\n")
    write_templates(draft)


def shipped_files() -> Iterator[tuple[str, bytes]]:
    """Yield the files of a new project that the package carries, with their paths."""

    def walk(folder: Traversable, place: str) -> Iterator[tuple[str, bytes]]:
        for item in sorted(folder.iterdir(), key=lambda item: item.name):
            if item.is_dir():
                if item.name != "__pycache__":
                    yield from walk(item, f"{place}{item.name}/")
            else:
                yield f"{place}{item.name}", item.read_bytes()

    yield from walk(files("oso_analysis.scaffold").joinpath("project"), "")
