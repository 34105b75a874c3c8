"""The project's frame: one set of dependencies in three files, nothing of a machine in any file."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

#: Built-in tools of an environment, which pyproject.toml does not list.
_TOOLS = {"python", "pip"}
_NAME = re.compile(r"^([A-Za-z0-9_.-]+)(\[[^\]]*\])?\s*(.*)$")


def _split(requirement: str) -> tuple[str, str]:
    match = _NAME.match(requirement.split(";")[0].strip())
    assert match, requirement
    name = re.sub(r"[-_.]+", "-", match[1]).lower()
    return name, match[3].replace(" ", "")


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def direct(project: dict[str, Any]) -> dict[str, str]:
    """Direct dependencies, development tools included."""
    listed = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    return dict(_split(item) for item in listed)


def test_conda_environment_repeats_the_dependencies(root: Path, direct: dict[str, str]) -> None:
    environment = yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))
    assert environment["name"] == "oso-analysis"
    assert environment["channels"][0] == "conda-forge"
    listed: list[str] = []
    for item in environment["dependencies"]:
        listed += item["pip"] if isinstance(item, dict) else [item]
    conda = dict(_split(item) for item in listed if not item.startswith("-"))
    python = conda.pop("python")
    conda.pop("pip")
    assert python == ">=3.11"
    assert conda == direct
    # Conda, unlike pip, does not take a hyphen for an underscore; conda-forge spells these so.
    names = {item.split(">")[0] for item in listed}
    assert {"jupyter_client", "markdown-it-py", "charset-normalizer", "pytest-xdist"} <= names


def test_lock_pins_every_direct_dependency_with_hashes(root: Path, direct: dict[str, str]) -> None:
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    pinned = {_split(line)[0] for line in lock.splitlines() if re.match(r"[a-z0-9]", line)}
    assert set(direct) <= pinned
    assert "://" not in lock, "the lock must name no index"
    entries = re.split(r"\n(?=[a-z0-9])", lock)
    bare = [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry]
    assert not bare


def test_every_dependency_is_explained(root: Path, direct: dict[str, str]) -> None:
    page = (root / "docs/dependencies.md").read_text(encoding="utf-8")
    rows = page.partition("| name | why")[2].partition("\n\n")[0].splitlines()[2:]
    explained = [
        _split(name.replace("(development)", "").replace("(optional)", "").strip(" `"))[0]
        for row in rows
        for name in row.split("|")[1].split(",")
    ]
    assert len(explained) == len(set(explained)), "a dependency is explained twice"
    missing = set(direct) - set(explained)
    assert not missing


def test_no_file_names_a_machine_or_an_index(root: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, check=False
    ).stdout.decode()
    if not listed:
        pytest.skip("not a git checkout")
    words = ["/" + "work/", "pypi" + ".org", "python" + "hosted", "npmjs" + ".", "/" + "root/"]
    found = []
    for name in filter(None, listed.split("\0")):
        path = root / name
        if not path.is_file() or path.stat().st_size > 5_000_000:
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        found += [(name, word) for word in words if word in text]
    assert not found


#: Import names that differ from the distribution's.
_DISTRIBUTIONS = {
    "PIL": "pillow",
    "markdown_it": "markdown-it-py",
    "pypandoc": "pypandoc-binary",
    "yaml": "pyyaml",
}


def test_every_import_is_declared(root: Path, project: dict[str, Any]) -> None:
    optional = [item for extra in project["optional-dependencies"].values() for item in extra]
    declared = {_split(item)[0] for item in [*project["dependencies"], *optional]}
    found = set()
    for path in (root / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [item.name for item in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            found |= {name.partition(".")[0] for name in names}
    found -= {*sys.stdlib_module_names, "oso_analysis"}
    used = {_split(_DISTRIBUTIONS.get(name, name))[0] for name in found}
    assert used <= declared


def _workflow(root: Path, name: str) -> dict[str, Any]:
    text = (root / ".github/workflows" / name).read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def _commands(job: dict[str, Any]) -> str:
    return "\n".join(step["run"] for step in job["steps"] if "run" in step)


@pytest.mark.parametrize(
    ("job", "install"),
    [("lock", "--require-hashes -r requirements.lock"), ("conda", "environment.yml")],
)
def test_both_installs_are_tried_on_three_systems(root: Path, job: str, install: str) -> None:
    found = _workflow(root, "ci.yml")["jobs"][job]
    systems = {"ubuntu-latest", "macos-latest", "windows-latest"}
    assert set(found["strategy"]["matrix"]["os"]) == systems
    assert install in str(found["steps"])
    assert {"oso-analysis run", "pytest"} <= {
        line.removeprefix("python -m ") for line in _commands(found).splitlines()
    }


def test_a_pull_request_is_told_what_moved(root: Path) -> None:
    jobs = _workflow(root, "notebooks.yml")["jobs"]
    assert "oso-analysis notebooks check --summary what-moved.md" in _commands(jobs["check"])
    assert 'cat what-moved.md >> "$GITHUB_STEP_SUMMARY"' in _commands(jobs["check"])
    assert "gh pr comment" in _commands(jobs["comment"])
    # What runs the pull request's code may not write; what writes runs none of it.
    assert "permissions" not in jobs["check"]
    assert "checkout" not in str(jobs["comment"]["steps"])


def test_files_have_the_same_bytes_on_every_system(root: Path) -> None:
    """Text is read and written with its encoding said, and written with its line ends said."""
    unsaid = []
    for path in sorted((root / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            named = {item.arg for item in node.keywords}
            words = [str(item.value) for item in node.args if isinstance(item, ast.Constant)]
            said = "encoding" in named or any(word.startswith("utf") for word in words)
            wanted = {
                "read_text": said,
                "write_text": said and "newline" in named,
                "run": "shell" not in named,
                "system": False,
            }
            if not wanted.get(node.func.attr, True):
                unsaid.append(f"{path.relative_to(root).as_posix()}:{node.lineno}")
    assert unsaid == []
