"""Differences between editions, checked by hand on small folders."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from oso_analysis.diff import Move, compare_editions, open_edition, render_html
from oso_analysis.errors import InputError, RunError


def exhibit(
    identity: str, number: int, table: str, *, n: int = 3, **changes: Any
) -> dict[str, Any]:
    return {
        "id": identity,
        "label": f"Table {number}",
        "title": "Works <by> year",
        "caption": "",
        "counting_unit": "works",
        "n": n,
        "source": "data",
        "caveats": [],
        "files": [{"path": f"{identity}.csv"}],
        "_table": table,
        **changes,
    }


def edition(folder: Path, exhibits: list[dict[str, Any]], **parameters: Any) -> Path:
    folder.mkdir(parents=True)
    for item in exhibits:
        (folder / f"{item['id']}.csv").write_text(item.pop("_table"), encoding="utf-8")
        for file in item["files"]:
            if file["path"].endswith(".svg"):
                (folder / file["path"]).write_text(f"<svg>{folder.name}</svg>", encoding="utf-8")
    record = {
        "edition": {"name": folder.name, "title": folder.name},
        "parameters": parameters,
        "inputs": {"data/a.csv": folder.name},
        "exhibits": exhibits,
    }
    (folder / "exhibits.json").write_text(json.dumps(record), encoding="utf-8")
    return folder


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    old = "year,type,n_works\n2018,report,10\n2019,report,4\n2019,book,0\n"
    new = "year,type,n_works\n2019,book,2\n2019,report,5\n2020,report,1\n"
    drawn = {"files": [{"path": "drawn.csv"}, {"path": "drawn.svg"}]}
    return (
        edition(
            tmp_path / "reports/old",
            [
                exhibit("works-by-year", 1, old, n=14),
                exhibit("gone", 2, "a\nx\n"),
                exhibit("same", 3, "a\nx\n"),
                exhibit("drawn", 4, "a\nx\n", **drawn),
            ],
            year_to=2019,
        ),
        edition(
            tmp_path / "reports/new",
            [
                exhibit("works-by-year", 2, new, n=8),
                exhibit("fresh", 1, "a\nx\n"),
                exhibit("same", 3, "a\nx\n"),
                exhibit("drawn", 4, "a\nx\n", **drawn),
            ],
            year_to=None,
        ),
    )


def test_numbers_rows_and_exhibits(pair: tuple[Path, Path]) -> None:
    text = str(compare_editions(*pair))
    assert text.split("\n") == [
        "old → new: 5 exhibits, 2 changed, 1 new, 1 gone, 1 same",
        "  parameter year_to: 2019 → nothing",
        "  input data/a.csv: changed",
        "",
        "Table 1 → Table 2: Works <by> year [works-by-year]",
        "  n · works: 14 → 8 (−6, −42.9 %)",
        "  2019 · book · n_works: 0 → 2 (+2)",
        "  2019 · report · n_works: 4 → 5 (+1, +25.0 %)",
        "  row gone: 2018 · report",
        "  row new: 2020 · report",
        "",
        "Table 1: Works <by> year [fresh] (new)",
        "",
        "Table 4: Works <by> year [drawn]",
        "  the numbers are the same; the drawing is not",
        "",
        "Table 2: Works <by> year [gone] (gone)",
    ]


def test_an_edition_is_the_same_as_itself(pair: tuple[Path, Path]) -> None:
    assert {item.status for item in compare_editions(pair[0], pair[0]).exhibits} == {"same"}


def test_the_page_needs_nothing_else_and_escapes_all(pair: tuple[Path, Path]) -> None:
    page = render_html(compare_editions(*pair))
    assert "Works &lt;by&gt; year" in page
    assert "<by>" not in page
    assert "http" not in page
    assert "<script" not in page
    assert page.count("data:image/svg+xml;base64,") == 2


def test_equal_labels_lose_no_row(tmp_path: Path) -> None:
    old = edition(tmp_path / "a", [exhibit("t", 1, "name,n\nx,1\nx,2\n")])
    new = edition(tmp_path / "b", [exhibit("t", 1, "name,n\nx,1\nx,3\n")])
    (item,) = compare_editions(old, new).exhibits
    assert [(move.row, move.before, move.after) for move in item.moves] == [("x · (2)", "2", "3")]


def test_a_row_is_the_same_when_its_note_changes_and_is_named_in_words(tmp_path: Path) -> None:
    table = (
        "rank,theme,theme_label,percent_of_works,n_works,note\n"
        "1,cost,Cost,{},{},{}\n2,waste,Food waste,12.5,1,\n"
    )
    old = edition(tmp_path / "a", [exhibit("t", 1, table.format("62.37006237", "8", "few coded"))])
    new = edition(tmp_path / "b", [exhibit("t", 1, table.format("63.1", "9", "fewer coded"))])
    assert str(compare_editions(old, new)).split("\n")[-4:] == [
        "Table 1: Works <by> year [t]",
        "  Cost · n_works: 8 → 9 (+1, +12.5 %)",
        "  Cost · note: few coded → fewer coded",
        "  Cost · percent_of_works: 62.37 → 63.1 (+0.73, +1.2 %)",
    ]


@pytest.mark.parametrize(
    ("before", "after", "shown", "change"),
    [
        ("0.6237006237", "0.9463722397", ("0.624", "0.946"), "+0.323, +51.7 %"),
        ("0.50001", "0.50002", ("0.50001", "0.50002"), "+1e−05, +0.0 %"),
        ("12000000", "13000000", ("12000000", "13000000"), "+1,000,000, +8.3 %"),
        ("2019", "2022", ("2019", "2022"), "+3, +0.1 %"),
        ("", "x", ("", "x"), ""),
    ],
)
def test_numbers_are_rounded_unless_that_hides_what_moved(
    before: str, after: str, shown: tuple[str, str], change: str
) -> None:
    move = Move("row", "column", before, after)
    assert (move.shown, move.change) == (shown, change)


def test_years_move_by_years_alone() -> None:
    assert Move("year_to", "", "2012", "2016").change == "+4"
    assert Move("Meals", "latest_period", "2023", "2015").change == "−8"
    assert Move("2012", "n_works", "2012", "2016").change == "+4, +0.2 %"
    assert Move("Meals", "n_periods", "10", "15").change == "+5, +50.0 %"


def test_long_differences_are_cut_on_the_screen_and_folded_on_the_page(tmp_path: Path) -> None:
    head = "name,n\n"
    old = edition(tmp_path / "a", [exhibit("t", 1, head + "".join(f"r{i},1\n" for i in range(30)))])
    new = edition(tmp_path / "b", [exhibit("t", 1, head + "".join(f"r{i},2\n" for i in range(30)))])
    found = compare_editions(old, new)
    assert str(found).count("1 → 2") == 30
    assert found.text(12).count("1 → 2") == 11
    assert found.text(12).endswith("  … and 19 more")
    page = render_html(found)
    assert "<details><summary>values moved: 30</summary>" in page
    assert '<a href="#t">' in page
    assert '<section id="t">' in page


def test_a_version_of_git_can_be_compared(pair: tuple[Path, Path]) -> None:
    root = pair[0].parents[1]
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "Publish"]):
        subprocess.run([*git, *words], cwd=root, check=True)
    (pair[0] / "gone.csv").write_text("a\nx\ny\n", encoding="utf-8")
    # The second is what a Windows shell completes.
    for name in ("HEAD:reports/old", "HEAD:reports\\old"):
        with open_edition(root / "reports", name) as before:
            found = compare_editions(before, pair[0])
        assert [item.rows_new for item in found.exhibits if item.status == "changed"] == [["y"]]


def test_without_git_it_is_said_so(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with (
        pytest.raises(RunError, match="git is not installed, so HEAD:reports/old cannot be read"),
        open_edition(pair[0].parent, "HEAD:reports/old"),
    ):
        pass


def test_an_unknown_edition_is_refused(pair: tuple[Path, Path]) -> None:
    with (
        pytest.raises(InputError, match=r"published are new, old \(did you mean 'old'\?\)"),
        open_edition(pair[0].parent, "odl"),
    ):
        pass
    with (
        pytest.raises(InputError, match="is no edition in git"),
        open_edition(pair[0].parent, "HEAD:reports/old"),
    ):
        pass
