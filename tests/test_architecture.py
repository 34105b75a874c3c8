"""The floors hold: every module imports only from floors below it (docs/architecture.md)."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

#: First part of a module's name below the package, to its floor.
FLOORS = {
    "errors": 0, "codebook": 0, "schema": 0, "project": 0, "dictionary": 0, "labels": 0,
    "display": 0, "files": 0, "frames": 0, "lazy": 0, "slips": 0, "yaml_file": 0, "delimited": 0,
    "declared": 0, "shapes": 0, "rounding": 0,
    "literature": 1, "consultation": 1, "indicators": 1, "review": 1, "scope": 1, "spreadsheets": 1,
    "people": 1, "consistency": 1, "imprint": 1,
    "tables": 2, "agreement": 2, "disclosure": 2, "reliability": 2, "personal_data": 2,
    "figures": 3,
    "exhibits": 4, "explorer": 4,
    "parameters": 5, "legal_values": 5, "editions": 5, "thresholds": 5, "runner": 5, "report": 5,
    "evidence_map": 5,
    "verify": 5, "diff": 5, "scan": 5, "notebooks": 5, "scaffold": 5, "inspection": 5,
    "omissions": 5,
    "cli": 6, "__main__": 6,
}  # fmt: skip
#: What the library of floors 0 to 4 must never import.
BANNED = {"papermill", "nbclient", "nbformat", "jupyter", "jupyter_client", "IPython", "ipykernel"}
PACKAGE = "oso_analysis"


def _modules(root: Path) -> Iterator[tuple[str, str, Path]]:
    base = root / "src" / PACKAGE
    for path in sorted(base.rglob("*.py")):
        parts = path.relative_to(base).with_suffix("").parts
        if parts != ("__init__",):
            yield parts[0], ".".join(parts), path


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (item.name for item in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: import by full name"
            if node.module == PACKAGE:
                yield from (f"{PACKAGE}.{item.name}" for item in node.names)
            elif node.module:
                yield node.module


def test_every_room_has_a_floor(root: Path) -> None:
    rooms = {room for room, _, _ in _modules(root)}
    assert rooms <= set(FLOORS), f"no floor for {sorted(rooms - set(FLOORS))}"


def test_the_documents_say_each_room_and_its_floor_once(root: Path) -> None:
    text = (root / "docs/architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d) \|([^|]*)\|", text, re.MULTILINE)
    assert [int(floor) for floor, _ in rows] == sorted(set(FLOORS.values()), reverse=True)
    told = [
        (room, int(floor))
        for floor, rooms in rows
        for room in re.findall(r"`(\w+)(?:/|\.py)`", rooms)
    ]
    assert sorted(told) == sorted(FLOORS.items())


def test_imports_point_down(root: Path) -> None:
    wrong = []
    for room, module, path in _modules(root):
        for name in _imports(path):
            head, _, rest = name.partition(".")
            target = rest.partition(".")[0]
            if head == PACKAGE and target in FLOORS and FLOORS[target] > FLOORS[room]:
                wrong.append(f"{module} (floor {FLOORS[room]}) imports {name}")
            if head in BANNED and FLOORS[room] <= 4:
                wrong.append(f"{module} (floor {FLOORS[room]}) imports {name}")
            if head == "matplotlib" and FLOORS[room] <= 2:
                wrong.append(f"{module} (floor {FLOORS[room]}) imports {name}")
    assert not wrong


def _code_lines(path: Path) -> int:
    """Lines that are neither blank, comment nor docstring."""
    source = path.read_text(encoding="utf-8")
    prose: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        body = getattr(node, "body", None)
        first = body[0] if isinstance(body, list) and body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            prose.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    lines = enumerate(source.splitlines(), start=1)
    return sum(n not in prose and bool(x.strip()) and x.lstrip()[0] != "#" for n, x in lines)


def test_modules_stay_small(root: Path) -> None:
    sizes = {module: _code_lines(path) for _, module, path in _modules(root)}
    assert not {module: size for module, size in sizes.items() if size > 400}


@pytest.mark.parametrize("heavy", ["matplotlib", "scipy", "papermill", "openpyxl"])
def test_importing_the_library_stays_light(heavy: str) -> None:
    code = f"import sys, oso_analysis; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_planning_a_run_needs_no_pandas() -> None:
    code = (
        "import sys\n"
        "from oso_analysis.editions import Edition\n"
        "from oso_analysis.thresholds import disclosure_words\n"
        "words = disclosure_words(Edition('a', 'A', '', {}), {'disclosure_threshold': 5})\n"
        "assert '5' in words, words\n"
        "sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
