"""An edition that holds personal data is not published, and the last good one stays."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from oso_analysis import scan
from oso_analysis.errors import RunError
from oso_analysis.runner.inputs import Digests
from oso_analysis.runner.release import CONFIDENTIAL, Release, confidential_names
from oso_analysis.runner.state import tree_digests

Run = Callable[..., int]

#: Digests of all that decides whether a file is clean, as an edition's record holds them.
_KEYS = [
    CONFIDENTIAL.as_posix(),
    *(
        f"package:{name}"
        for name in (
            *("scan/markup.py", "scan/search.py", "scan/texts.py"),
            *("personal_data.py", "runner/release.py"),
        )
    ),
]


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    os.utime(path, (1, 1))


def _list(project: Path, *names: str) -> None:
    path = project / CONFIDENTIAL
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["respondent,note", *names]) + "\n", encoding="utf-8")
    os.utime(path, (1, 1))


def test_a_build_fails_and_the_last_report_stays(
    project: Path, command: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("run") == 0
    (folder,) = [path for path in (project / "reports").iterdir() if path.is_dir()]
    good = tree_digests(folder)
    notebook = project / "notebooks" / "02_submissions.ipynb"
    _edit(notebook, "Bars, one a country.", "Ask jane.doe@example.org or +44 20 7946 0958.")
    capsys.readouterr()
    assert command("run") == 1
    said = capsys.readouterr().err
    assert "notebooks/02_submissions.ipynb" in said
    assert "exhibits.json" in said
    assert "e-mail address" in said
    assert "telephone number" in said
    assert "jane.doe" not in said
    assert "7946" not in said
    assert str(project) not in said
    assert tree_digests(folder) == good
    assert not any(path.suffix == ".new" for path in (project / "reports").iterdir())
    _edit(notebook, "Ask jane.doe@example.org or +44 20 7946 0958.", "Bars, one a country.")
    assert command("run") == 0
    # A respondent is named confidential later: the published report is looked at again.
    _edit(project / "data" / "reports.csv", "2018,10", "2018,11")
    _list(project, "Submissions by Country,given in confidence")
    assert command("run") == 1
    assert "confidential respondent" in capsys.readouterr().err
    assert tree_digests(folder) == good


def test_confidential_respondents_are_known_by_their_own_name_too(project: Path) -> None:
    assert confidential_names(project) == []
    _list(project, '"The Harbour Trust (with Quay and Pier)",', "Lantern House,asked us")
    assert confidential_names(project) == [
        "Lantern House",
        "The Harbour Trust (with Quay and Pier)",
        "harbour trust",
        "lantern house",
    ]


@pytest.fixture
def looked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files of the staged edition that were looked at, in order."""
    names: list[str] = []
    original = scan.scan_paths

    def spy(paths: Sequence[str], **options: Any) -> pd.DataFrame:
        names.extend(Path(path).relative_to(tmp_path / "staged").as_posix() for path in paths)
        return original(paths, **options)

    monkeypatch.setattr(scan, "scan_paths", spy)
    return names


def test_only_what_is_new_is_looked_at(project: Path, tmp_path: Path, looked: list[str]) -> None:
    out = tmp_path / "staged"
    out.mkdir()
    (out / "a.csv").write_text("year\n2019\n", encoding="utf-8")
    (out / "b.csv").write_text("year\n2020\n", encoding="utf-8")
    Release(project, out, {}).require()
    assert looked == ["a.csv", "b.csv"]
    digests = Digests(project)
    record = {
        "assembled_from": {key: digests[key] for key in _KEYS},
        "outputs": tree_digests(out),
    }
    (out / "b.csv").write_text("year\n2021\n", encoding="utf-8")
    looked.clear()
    Release(project, out, record).require()
    assert looked == ["b.csv"]
    looked.clear()
    _list(project, "Lantern House,")
    (out / "a.csv").write_text("year\n2019\nLantern house\n", encoding="utf-8")
    with pytest.raises(RunError, match=r"a\.csv, line 3: confidential respondent La…"):
        Release(project, out, record).require()
    assert looked == ["a.csv", "b.csv"]
    assert not out.exists()


class _Helper:
    """Stands for another process and notes what it is asked to look at."""

    def __init__(self) -> None:
        self.looked: list[str] = []

    def call(self, function: Callable[[Any], Any], argument: Any) -> Any:
        self.looked += [Path(path).name for path in argument.files]
        return function(argument)


@pytest.mark.parametrize("where", ["early.csv", "late.csv", "later.csv"])
def test_a_helper_takes_a_part_and_everything_is_looked_at_once(
    project: Path, tmp_path: Path, looked: list[str], where: str
) -> None:
    out = tmp_path / "staged"
    out.mkdir()
    text = dict.fromkeys(("early.csv", "late.csv", "later.csv"), "year\n2019\n")
    text[where] += "jane.doe@example.org\n"
    helper = _Helper()
    release = Release(project, out, {}, helper)  # type: ignore[arg-type]
    (out / "early.csv").write_text(text["early.csv"], encoding="utf-8")
    release.begin()
    for name in ("late.csv", "later.csv"):
        (out / name).write_text(text[name], encoding="utf-8")
    with pytest.raises(RunError, match=rf"{where}, line 3: e-mail address ja…"):
        release.require()
    assert sorted(looked) == ["early.csv", "late.csv", "later.csv"]
    assert len(helper.looked) == 2
    assert "early.csv" in helper.looked
    assert not out.exists()


def test_an_edition_prints_no_count_that_it_says_it_withholds(
    project: Path, command: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = project / "notebooks" / "02_submissions.ipynb"
    style = 'style: str = \\"plain\\"'
    declared = "disclosure_threshold: int | None = None  # Smallest count. [2..50]\\n"
    _edit(notebook, style, declared + style)
    assert command("run") == 0
    (folder,) = [path for path in (project / "reports").iterdir() if path.is_dir()]
    assert command("run", "-p", "disclosure_threshold=3") == 1
    said = capsys.readouterr().err
    assert "counts of answers below 3 are withheld, but not in every exhibit" in said
    place = "notebooks/02_submissions.ipynb: Figure 1, 'submissions-by-country', column"
    assert f"{place} 'n_submissions': 3 counts from 1 to 2" in said
    assert "`told.table(…)`" in said
    assert [path.name for path in (project / "reports").iterdir() if path.is_dir()] == [folder.name]
    # What is withheld is marked, and passes.
    counted = 'rename(\\"n_submissions\\").reset_index()'
    mark = 'counted = counted.assign(n_submissions=\\"[c]\\")'
    _edit(notebook, counted, f"{counted}\\n{mark}")
    _edit(notebook, 'counted[\\"n_submissions\\"])', "[0] * len(counted))")
    assert command("run", "-p", "disclosure_threshold=3") == 0
    # Nor does it tell how far coders agree on answers, from which counts can be worked out.
    unit = 'counting_unit=\\"submissions\\",'
    said_so = "Too little (0.00), 49 submissions coded by both."
    _edit(notebook, unit, f'{unit} caveats=[\\"{said_so}\\"],')
    assert command("run", "-p", "disclosure_threshold=3") == 1
    said = capsys.readouterr().err
    assert "'submissions-by-country', caveats: how far coders agree on answers" in said
    assert "measure_reliability(review, disclosure_threshold=disclosure_threshold)" in said
