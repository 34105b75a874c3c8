"""A notebook's digest can be computed as the documentation tells, and not only by the program."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from oso_analysis.errors import InputError
from oso_analysis.notebooks import digest_notebooks

Command = Callable[..., int]


def as_documented(path: Path) -> str:
    """What docs/running.md says."""
    content = json.loads(path.read_bytes())
    cells = []
    for cell in content["cells"]:
        metadata = {
            key: value
            for key, value in cell["metadata"].items()
            if key not in {"papermill", "execution", "ExecuteTime"} and (key != "tags" or value)
        }
        source = "".join(cell["source"])
        cells.append(
            [cell["cell_type"], source, cell["id"], metadata, cell.get("attachments")],
        )
    metadata = {
        key: value
        for key, value in content["metadata"].items()
        if key not in {"kernelspec", "language_info", "papermill", "widgets"}
    }
    text = json.dumps([cells, metadata], sort_keys=True)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def test_the_digest_is_the_documented_one(root: Path) -> None:
    found = digest_notebooks(root)
    assert "notebooks/01_scale.ipynb" in found
    assert found == {name: as_documented(root / name) for name in found}


def test_what_is_no_notebook_is_refused(
    project: Path, command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "notebooks/03_none.ipynb").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"03_none\.ipynb: is not a readable notebook"):
        digest_notebooks(project)
    assert command("notebooks", "digest", "01_report") == 2
    assert "01_reports" in capsys.readouterr().err
