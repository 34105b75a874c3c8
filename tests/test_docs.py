"""The documentation is true: links lead somewhere, commands parse, examples run, it builds."""

from __future__ import annotations

import ast
import importlib
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import oso_analysis.review
from oso_analysis.cli import _parser
from oso_analysis.review import Review, load_review

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(
    [
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
        *(ROOT / "docs").rglob("*.md"),
    ]
)
_FENCE = re.compile(r"^```\{?([\w-]*)\}?[^\n]*\n(.*?)^```\s*$", re.M | re.S)
_LINK = re.compile(r"(?<!!)\[[^\]\[]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
#: What guides for readers of a single function leave to the reader's own data.
_GIVEN = {
    "docs/deduplication.md": """
import pandas as pd
records = read_records(["scopus.ris"]).records
pd.DataFrame({"record_id_a": [], "record_id_b": [], "verdict": []}, dtype="str").to_csv(
    "decisions.csv", index=False
)
""",
}
#: Fragments that need a cluster or a whole consultation; their imports and syntax are checked.
_FRAGMENTS = ("dask.dataframe", "by_theme_and_sector", "scheduler=")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _blocks(path: Path, *languages: str) -> Iterator[str]:
    for language, body in _FENCE.findall(path.read_text(encoding="utf-8")):
        if language in languages:
            yield body


def _prose(path: Path) -> str:
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def _anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+\s+(.+?)\s*$", _prose(path), re.M)
    plain = [re.sub(r"[`*]|\]\([^)]*\)|\[", "", text).lower() for text in headings]
    return {re.sub(r"[^\w\- ]", "", text).strip().replace(" ", "-") for text in plain}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for groups in _LINK.findall(re.sub(r"`[^`]*`", "", _prose(page))):
        target = next(filter(None, groups))
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        if not there.exists() or (anchor and anchor not in _anchors(there)):
            broken.append(target)
    assert not broken


def _commands() -> Iterator[tuple[str, str]]:
    """Every command line of the pages and of the guided tour, with where it stands."""
    texts = {_name(page): page.read_text(encoding="utf-8") for page in PAGES}
    tour = json.loads((ROOT / "notebooks/00_start_here.ipynb").read_text(encoding="utf-8"))
    told = ["".join(cell["source"]) for cell in tour["cells"] if cell["cell_type"] == "markdown"]
    texts["notebooks/00_start_here.ipynb"] = "\n\n".join(told)
    for name, text in texts.items():
        for language, body in _FENCE.findall(text):
            if language in ("console", "shell", "bash", ""):
                for line in body.replace("\\\n", " ").splitlines():
                    command = line.partition(" #")[0].strip().removeprefix("$ ")
                    if re.match(r"[a-z][\w.-]* ?", command) and "──" not in command:
                        yield name, command
        for inline in re.findall(r"`(oso-analysis [^`]+)`", _FENCE.sub("", text)):
            yield name, " ".join(inline.split())


COMMANDS = sorted(set(_commands()))
#: What the pages start besides our own command; files and targets they name must be there.
_OTHERS = {
    *("source", "mkdir", "make", "git"),
    *("pytest", "python", "conda", "pip", "pre-commit", "dask"),
}


def _edition_names() -> set[str]:
    names = set(yaml.safe_load((ROOT / "editions.yaml").read_text(encoding="utf-8"))["editions"])
    for page in PAGES:
        for body in _blocks(page, "yaml"):
            names |= set(re.findall(r"^  ([a-z0-9-]+):$", body, re.M))
    return names


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_commands_are_real(page: str, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    # Square brackets mark what may be left out: it must be right when it is given.
    words = shlex.split(re.sub(r"[\[\]]", "", command.replace("[dask]", "")))
    if words[0] != "oso-analysis":
        assert words[0] in _OTHERS
        if words[0] == "make":
            makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
            assert all(re.search(rf"^{word}:", makefile, re.M) for word in words[1:])
        named = [word for word in words[1:] if word.endswith((".py", ".yml", ".lock"))]
        assert all((ROOT / word).exists() for word in named)
        return
    # What stands for the reader's own: FILE…, N, an option named without its value.
    words = [{"N": "2"}.get(word, word.rstrip("…")) for word in words if word not in ("…", "...")]
    open_ended = command.endswith("…")
    try:
        arguments = _parser().parse_args(words[1:])
    except SystemExit as stop:
        status, said = stop.code, capsys.readouterr().err
    else:
        status, said = None, ""
    if status is not None:
        assert status == 0 or (open_ended and "required" in said), said
        return
    if words[1] == "run" and "<" not in command and "NAME" not in command:
        assert set(arguments.editions) <= _edition_names() | {"EDITION"}


def _examples() -> list[Path]:
    return [page for page in PAGES if any(True for _ in _blocks(page, "python"))]


@pytest.fixture(scope="module")
def review() -> Review:
    return load_review(ROOT)


@pytest.fixture
def project(tmp_path: Path, review: Review, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project to work in, its data already read, with a reader's two exports."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    records = ROOT / "data/literature/records"
    shutil.copy(records / "characteristics.ris", tmp_path / "scopus.ris")
    shutil.copy(records / "policing-and-law.csv", tmp_path / "zotero.csv")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(oso_analysis.review, "load_review", lambda _=None: review)
    return tmp_path


def _imports_hold(block: str) -> None:
    for node in ast.walk(ast.parse(block)):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("oso_analysis"):
            module = importlib.import_module(str(node.module))
            assert all(hasattr(module, item.name) for item in node.names)


@pytest.mark.parametrize("page", _examples(), ids=_name)
def test_python_examples_run(page: Path, project: Path) -> None:
    names: dict[str, Any] = {}
    for number, block in enumerate(_blocks(page, "python")):
        _imports_hold(block)
        if not any(mark in block for mark in _FRAGMENTS):
            exec(compile(block, f"{page.name}, example {number + 1}", "exec"), names)  # noqa: S102
        if number == 0 and _name(page) in _GIVEN:
            exec(_GIVEN[_name(page)], names)  # noqa: S102


CHAPTERS = sorted((ROOT / "notebooks").glob("0[0-7]_*.ipynb"))


def test_messages_name_no_page_that_a_new_project_lacks() -> None:
    """What `init` makes has no docs but its data dictionary; what is said must be said in full."""
    named = []
    for path in sorted((ROOT / "src").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        prose = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        named += [
            f"{path.name}, line {node.lineno}: {page}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in prose
            for page in re.findall(r"docs/[\w/-]+\.md", node.value)
            if page != "docs/data-dictionary.md"
        ]
    assert not named


@pytest.mark.parametrize("notebook", CHAPTERS, ids=lambda path: path.stem)
def test_each_notebook_has_a_tutorial_that_names_its_exhibits(notebook: Path) -> None:
    page = ROOT / "docs/tutorials" / f"{notebook.stem}.md"
    text = page.read_text(encoding="utf-8")
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    source = "\n".join("".join(cell["source"]) for cell in cells)
    exhibits = set(re.findall(r'^\s*id="([a-z0-9-]+)"', source, re.M))
    if notebook.name.startswith("00_"):
        return
    told = set(re.findall(r"`([a-z-]+)`", text))
    assert exhibits <= told
    assert not {name for name in told - exhibits if "-" in name}
    parameters = set(re.findall(r"^(\w+): .* = .*  # ", source, re.M))
    assert all(name in parameters for name in re.findall(r"(?:Set|Change|Another) `(\w+)`", text))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documentation as `make docs` builds it: every warning is an error."""
    out = tmp_path_factory.mktemp("site")
    command = ["-W", "--keep-going", "-q", "-b", "html", "-d", str(out / "trees")]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *command, str(ROOT / "docs"), str(out / "html")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return out / "html"


def test_the_site_needs_nothing_from_outside(site: Path) -> None:
    fetched = re.compile(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=\"(?:https?:)?//[^\"]+\"")
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 20
    found = [hit for page in pages for hit in fetched.findall(page.read_text(encoding="utf-8"))]
    assert not found
    styles = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    assert not [hit for text in styles for hit in re.findall(r"url\(\"?https?:[^)]+\)", text)]


def test_every_link_of_the_site_leads_to_a_page_of_it(site: Path) -> None:
    broken = []
    ids = {
        page: set(re.findall(r'\bid="([^"]+)"', page.read_text(encoding="utf-8")))
        for page in site.rglob("*.html")
    }
    for page in ids:
        for target in re.findall(r'<a\b[^>]*href="([^"]+)"', page.read_text(encoding="utf-8")):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            there = (page.parent / file).resolve() if file else page
            if not there.exists() or (anchor and there in ids and anchor not in ids[there]):
                broken.append((page.name, target))
    assert not broken


def test_every_public_function_of_the_rooms_is_on_a_page(site: Path) -> None:
    import oso_analysis as oso

    text = "\n".join(path.read_text(encoding="utf-8") for path in (site / "api").glob("*.html"))
    rooms = {"tables": oso.tables, "figures": oso.figures}
    missing = [
        f"{room}.{name}"
        for room, module in rooms.items()
        for name in module.__all__
        if f'id="{getattr(module, name).__module__}.{name}"' not in text
    ]
    assert not missing
