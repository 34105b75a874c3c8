"""An edition is rebuilt to the same bytes wherever, whenever and by whomever."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from oso_analysis.runner.state import tree_digests
from oso_analysis.verify import compare_folders

Run = Callable[..., int]


def rebuild(project: Path, jobs: str = "1", **environment: str) -> dict[str, str]:
    words = ["run", "--force", "--jobs", jobs]
    code = f"import sys; from oso_analysis.cli import main; sys.exit(main({words}))"
    env = {**os.environ, **environment}
    subprocess.run([sys.executable, "-c", code], cwd=project, env=env, check=True)
    return tree_digests(project / "reports/everything")


def test_verify_says_that_all_is_the_same_or_which_number_is_not(
    project: Path, command: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("verify") == 1
    assert "edition everything is not published" in capsys.readouterr().err
    assert command("run") == 0
    assert command("verify") == 0
    assert capsys.readouterr().out.endswith("every file is the same\n")
    data = project / "data/reports.csv"
    data.write_text(data.read_text(encoding="utf-8").replace("2019,12", "2019,13"))
    assert command("verify") == 1
    assert (
        "tables/01-reports-by-year.csv: row 3 (2019), column 'n_reports': published 12, rebuilt 13"
        in capsys.readouterr().out
    )


def test_same_bytes_everywhere(project: Path, tmp_path: Path) -> None:
    """Another folder, time zone, locale, hash seed, home, number of jobs: each, then all."""
    first = rebuild(project)
    home = tmp_path / "home"
    (home / ".ipython/profile_default/startup").mkdir(parents=True)
    startup = home / ".ipython/profile_default/startup/00.py"
    startup.write_text("import pandas; pandas.set_option('display.max_rows', 1)\n")
    (home / ".config/matplotlib").mkdir(parents=True)
    (home / ".config/matplotlib/matplotlibrc").write_text("font.size: 30\n")
    changes = {
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "de_DE.UTF-8",
        "PYTHONHASHSEED": "123",
        "HOME": str(home),
        "COLUMNS": "40",
        "PYTHONOPTIMIZE": "1",
        "MPLBACKEND": "svg",
    }
    for number, (name, value) in enumerate(changes.items()):
        other = tmp_path / f"other folder {number} ü"
        shutil.copytree(project, other, ignore=shutil.ignore_patterns("reports", ".cache"))
        assert rebuild(other, **{name: value}) == first, name
    other = tmp_path / "deep" / "er"
    shutil.copytree(project, other, ignore=shutil.ignore_patterns("reports", ".cache"))
    assert rebuild(other, jobs="3", **changes) == first


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("a.csv", "x,y\n1,2\n", "x,y\n1,2\n3,4\n", "a.csv: published 1 rows, rebuilt 2"),
        ("a.csv", "x,y\n", "x,z\n", "a.csv: the columns are [['x', 'z']] instead of [['x', 'y']]"),
        ("a.json", '{"a": {"b": 1}}', '{"a": {"b": 2}}', "a.json: a.b: published 1, rebuilt 2"),
        ("a.json", '{"a": 1}', '{"a":1}', "a.json: written differently"),
        ("a.json", '{"a": 1}', '{"b": 1}', "a.json: the top has other entries"),
        ("a.html", "one\ntwo\n", "one\ntoo\n", "a.html: line 2: published 'two', rebuilt 'too'"),
        ("a.html", "one\n", "one\r\n", "a.html: line ends differ"),
    ],
)
def test_differences_in_words(tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    for folder, text in (("old", old), ("new", new)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text, encoding="utf-8", newline="")
    assert compare_folders(tmp_path / "old", tmp_path / "new") == [said]


def test_missing_and_additional_files(tmp_path: Path) -> None:
    for folder, name in (("old", "a.csv"), ("new", "b.csv")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(b"\xff")
    assert compare_folders(tmp_path / "old", tmp_path / "new") == [
        "a.csv is published but was not made again",
        "b.csv was made again but is not published",
    ]
