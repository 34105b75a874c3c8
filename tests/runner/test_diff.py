"""Differences between editions, checked by hand on small folders."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from oso_analysis import diff
from oso_analysis.diff import EditionDiff, Move, Version, open_edition, render_html
from oso_analysis.errors import InputError, RunError


def compare_editions(before: Path, after: Path) -> EditionDiff:
    return diff.compare_editions(Version(before), Version(after))


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


def edition(
    folder: Path,
    exhibits: list[dict[str, Any]],
    chapters: dict[str, str] | None = None,
    **parameters: Any,
) -> Path:
    folder.mkdir(parents=True)
    for name, text in (chapters or {}).items():
        (folder / "notebooks").mkdir(exist_ok=True)
        cells = [{"cell_type": "markdown", "source": text}]
        (folder / f"notebooks/{name}.ipynb").write_text(json.dumps({"cells": cells}))
    for item in exhibits:
        (folder / f"{item['id']}.csv").write_text(item.pop("_table"), encoding="utf-8")
        for file in item["files"]:
            if file["path"].endswith(".svg"):
                (folder / file["path"]).write_text(f"<svg>{folder.name}</svg>", encoding="utf-8")
    record = {
        "edition": {"name": folder.name, "title": "An edition"},
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
        "  the rows stand in another order",
        "  works · n: 14 → 8 (−6, −42.9 %)",
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


def test_at_a_glance_counts_words_and_says_nothing_where_there_is_none(
    pair: tuple[Path, Path],
) -> None:
    page = render_html(compare_editions(*pair))
    parameters = page[page.index("<h2>Parameters") : page.index("<h2>Inputs")]
    assert '<td class="number">2019</td><td class="number">nothing</td>' in parameters
    assert "1 is new, 1 is gone" in page
    glance = page[page.index("<h2>At a glance") : page.index("<section")]
    rows = {part.split('"')[0]: part for part in glance.split('href="#')[1:]}
    numbers = {
        name: [cell.split("<")[0] for cell in row.split('class="number">')[1:]]
        for name, row in rows.items()
    }
    assert numbers == {
        "works-by-year": ["3", "1", "1", "1"],
        "fresh": ["–"] * 4,
        "drawn": ["0", "0", "0", "1"],
        "gone": ["–"] * 4,
    }


@pytest.mark.browser
def test_the_page_fits_a_narrow_window(
    chapters: tuple[Path, Path], pair: tuple[Path, Path], browser: Any, tmp_path: Path
) -> None:
    for number, editions in enumerate((chapters, pair)):
        page = tmp_path / f"{number}.html"
        page.write_text(render_html(compare_editions(*editions)), encoding="utf-8")
        tab = browser.new_page(viewport={"width": 320, "height": 700})
        tab.goto(page.as_uri())
        assert tab.evaluate("document.documentElement.scrollWidth") == 320
        # All is in a landmark, and no two that scroll are of one name.
        assert tab.evaluate("[...document.body.children].map(e => e.tagName)") == ["MAIN"]
        names = tab.locator("[role=region]").evaluate_all("all => all.map(e => e.ariaLabel)")
        assert len(names) == len(set(names)) > 0
        tab.close()


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
        "  Cost · percent_of_works: 62.37 → 63.1 (+0.73 percentage points)",
    ]


@pytest.mark.parametrize(
    ("before", "after", "shown", "change"),
    [
        ("0.6237006237", "0.9463722397", ("0.624", "0.946"), "+0.323, +51.7 %"),
        ("0.50001", "0.50002", ("0.50001", "0.50002"), "+1e−05, +0.0 %"),
        ("12000000", "13000000", ("12000000", "13000000"), "+1,000,000, +8.3 %"),
        ("0.0625", "8.0625", ("0.063", "8.063"), "+8, +12,800.0 %"),
        ("2019", "2022", ("2019", "2022"), "+3, +0.1 %"),
        ("", "x", ("nothing", "x"), ""),
    ],
)
def test_numbers_are_rounded_unless_that_hides_what_moved(
    before: str, after: str, shown: tuple[str, str], change: str
) -> None:
    move = Move("row", "n_works", before, after)
    assert (move.shown, move.change) == (shown, change)


@pytest.mark.parametrize(
    ("column", "before", "after", "change"),
    [
        ("n_works", "2012", "2016", "+4, +0.2 %"),
        ("n", "10", "15", "+5, +50.0 %"),
        ("n", "80", "81", "+1, +1.3 %"),
        ("n", "80", "79", "−1, −1.3 %"),
        ("n_periods", "10", "15", "+5, +50.0 %"),
        ("value", "100", "150", "+50, +50.0 %"),
        ("percent_of_works", "50", "55", "+5 percentage points"),
        ("percent_difference_low", "-1.5", "1.5", "+3 percentage points"),
        ("rank_works", "3.0", "5.0", "+2"),
        ("rank_difference", "-1", "3", "+4"),
        ("n_works_difference", "2", "3", "+1"),
        ("alpha_low", "0.5", "0.6", "+0.1"),
        ("kappa", "0.5", "0.6", "+0.1"),
        ("latest_period", "2023", "2015", "−8"),
        ("", "2012", "2016", "+4"),
    ],
)
def test_only_what_is_counted_moves_by_percent(
    column: str, before: str, after: str, change: str
) -> None:
    assert Move("row", column, before, after).change == change


def changed(tmp_path: Path, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return what is said of one exhibit of two versions."""
    table = "theme,n_queries,n_works\ncost,1,2\nwaste,3,4\n"
    before = edition(tmp_path / "a", [{**exhibit("t", 1, table), **old}])
    after = edition(tmp_path / "b", [{**exhibit("t", 1, table), **new}])
    (item,) = compare_editions(before, after).exhibits
    assert item.status == ("changed" if item.lines else "same")
    return item.lines


HEADINGS = [["theme", "Theme"], ["n_queries", "Queries"], ["n_works", "Works"]]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            {"columns": HEADINGS},
            {"columns": [["theme", "Theme"], ["n_queries", None], ["n_works", "With abstract"]]},
            [
                "column no longer printed: n_queries (“Queries”)",
                "heading of column n_works: “Works” → “With abstract”",
            ],
        ),
        (
            {"columns": [["n_queries", None]]},
            {},
            ["column printed now: n_queries (“Queries”)"],
        ),
        # What no heading was given for is printed under its own name.
        ({"columns": HEADINGS}, {"columns": []}, []),
        (
            {"columns": HEADINGS},
            {"columns": [HEADINGS[0], HEADINGS[2], HEADINGS[1]]},
            ["order of the columns: “theme, n_queries, n_works” → “theme, n_works, n_queries”"],
        ),
        (
            {},
            {"_table": "theme,n_queries,n_files\ncost,1,2\nwaste,3,4\n"},
            ["column gone: n_works (“Works”)", "column new: n_files (“Files”)"],
        ),
        (
            {},
            {"_table": "theme,n_queries,n_works\nwaste,3,4\ncost,1,2\n"},
            ["the rows stand in another order"],
        ),
        ({"alt_text": "Bars."}, {"alt_text": "Dots."}, ["alternative text: “Bars.” → “Dots.”"]),
        ({"kind": "table"}, {"kind": "figure"}, ["kind: “table” → “figure”"]),
        ({"caveats": ["A.", "B."]}, {"caveats": ["B.", "C."]}, ["caveat: “A.” → nothing",
            "caveat: nothing → “C.”"]),
        ({"caption": ""}, {"caption": "Read it so."}, ["caption: nothing → “Read it so.”"]),
    ],
)  # fmt: skip
def test_all_that_is_printed_is_compared(
    tmp_path: Path, old: dict[str, Any], new: dict[str, Any], said: list[str]
) -> None:
    assert changed(tmp_path, old, new) == said


def test_long_words_are_cut_around_what_changed(tmp_path: Path) -> None:
    lead, tail = "before " * 50, " after" * 50
    (line,) = changed(tmp_path, {"caption": f"{lead}one{tail}"}, {"caption": f"{lead}other{tail}"})
    assert "before one after" in line
    assert "before other after" in line
    assert len(line) < 400


def test_a_drawing_is_compared_although_words_under_it_changed(tmp_path: Path) -> None:
    drawn = {"files": [{"path": "t.csv"}, {"path": "t.svg"}]}
    assert changed(tmp_path, drawn, {**drawn, "caption": "x"}) == [
        "caption: nothing → “x”",
        "the numbers are the same; the drawing is not",
    ]


def test_what_has_another_number_only_is_said_in_one_line(tmp_path: Path) -> None:
    items = [("a", 1), ("b", 2), ("c", 3)]
    old = edition(tmp_path / "old", [exhibit(name, number, "x\n") for name, number in items])
    moved = [("new", 1), ("a", 2), ("b", 3), ("c", 4)]
    new = edition(tmp_path / "new", [exhibit(name, number, "x\n") for name, number in moved])
    found = compare_editions(old, new)
    assert found.text().split("\n")[:2] == [
        "old → new: 4 exhibits, 0 changed, 1 new, 0 gone, 3 same",
        "  renumbered only: Table 1 → Table 2 [a], Table 2 → Table 3 [b], Table 3 → Table 4 [c]",
    ]
    assert "<li>Table 3 → Table 4 [c]</li>" in render_html(found)


@pytest.fixture
def chapters(tmp_path: Path) -> tuple[Path, Path]:
    """Two editions whose exhibits are the same, and whose chapters are not."""
    text = "# Themes\n\nThe first paragraph.\n\nAs [it](#search) shows, *few* works."
    old = {"01_search": "# Search\n\nAll.", "02_themes": text, "03_end": "# End\n\nOver."}
    new = {
        "01_themes": text.replace("Themes", "Issues").replace("*few*", "*most*"),
        "02_search": "# Search\n\nAll.",
        "03_more": "# More\n\nMore.",
    }
    return (
        edition(tmp_path / "old", [exhibit("t", 1, "x\n", notebook="02_themes.ipynb")], old),
        edition(tmp_path / "new", [exhibit("t", 1, "x\n", notebook="01_themes.ipynb")], new),
    )


def test_what_a_chapter_says_is_compared(chapters: tuple[Path, Path]) -> None:
    assert str(compare_editions(*chapters)).split("\n") == [
        "old → new: 1 exhibits, 0 changed, 0 new, 0 gone, 1 same",
        "  texts: 4 chapters, 1 changed, 1 new, 1 gone, 1 same",
        "  renumbered only: Chapter 1 → Chapter 2 [search]",
        "  input data/a.csv: changed",
        "",
        "Chapter 2 → Chapter 1: Issues [themes]",
        "  title: “Themes” → “Issues”",
        "  text: “As it shows, *few* works.” → “As it shows, *most* works.”",
        "",
        "Chapter 3: More [more] (new)",
        "",
        "Chapter 3: End [end] (gone)",
    ]


def test_the_page_shows_whole_paragraphs_with_the_changed_words_marked(
    chapters: tuple[Path, Path],
) -> None:
    page = render_html(compare_editions(*chapters))
    assert "<td>As it shows, <del>*few*</del> works.</td>" in page
    assert "<td>As it shows, <ins>*most*</ins> works.</td>" in page
    assert '<a href="#chapter-themes">' in page
    assert '<section id="chapter-themes">' in page


def test_what_an_edition_says_of_itself_and_its_programs_are_compared(tmp_path: Path) -> None:
    folders = [edition(tmp_path / name, [exhibit("t", 1, "x\n")]) for name in ("a", "b")]
    record = json.loads((folders[1] / "exhibits.json").read_text())
    record["edition"] |= {"title": "Another", "limits": ["Few coders."]}
    record["versions"] = {"python": "3.11"}
    (folders[1] / "exhibits.json").write_text(json.dumps(record))
    assert str(compare_editions(*folders)).split("\n")[1:] == [
        "  edition's title: “An edition” → “Another”",
        "  edition's limit: nothing → “Few coders.”",
        "  input data/a.csv: changed",
        "  program python: nothing → “3.11”",
    ]


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
    (pair[0] / "drawn.svg").write_text("<svg/>", encoding="utf-8")
    # The second is what a Windows shell completes.
    for name in ("HEAD:reports/old", "HEAD:reports\\old"):
        with open_edition(root / "reports", name) as before:
            found = diff.compare_editions(before, Version(pair[0], "old"))
            page = render_html(found)
        commit = subprocess.run(
            [*git, "rev-parse", "HEAD"], cwd=root, check=True, capture_output=True, text=True
        ).stdout
        # Both are the edition "old": only what was asked for tells them apart.
        assert found.names == (f"{name} (commit {commit[:12]})", "old")
        assert f"<h1>What changed from {found.names[0]} to old</h1>" in page
        assert f"<title>{found.names[0]} → old</title>" in page
        assert f'alt="Works &lt;by&gt; year, as in {found.names[0]}"' in page
        assert "“An edition”, exhibits.json with SHA-256 " in page
        assert [item.rows_new for item in found.exhibits if item.id == "gone"] == [["y"]]


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


def test_two_versions_never_go_by_one_name(tmp_path: Path) -> None:
    one, other = (edition(tmp_path / name / "e", [exhibit("t", 1, "x\n")]) for name in "ab")
    assert compare_editions(one, other).names == (str(one), str(other))
    same = Version(one, "e"), Version(other, "e")
    assert diff.compare_editions(*same).names == ("e (before)", "e (after)")


def damaged(folder: Path, path: str, content: bytes | None) -> None:
    (folder / path).unlink()
    if content is not None:
        (folder / path).write_bytes(content)


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        ("drawn.csv", None, "old: drawn.csv is missing, so the edition is not whole"),
        ("drawn.svg", None, "old: drawn.svg is missing, so the edition is not whole"),
        ("drawn.csv", "a\n".encode("utf-16"), "old: drawn.csv is not UTF-8 text"),
        ("drawn.csv", b'a\n"x"y\n', "old: drawn.csv is no table"),
        ("exhibits.json", b"", "old: exhibits.json cannot be read as JSON"),
        ("exhibits.json", b"\xff\xfe", "old: exhibits.json is not UTF-8 text"),
        ("exhibits.json", b"[]", "not the record of an edition: it has no named entries"),
        ("exhibits.json", b"{}", "it lacks edition, parameters, inputs, exhibits"),
    ],
)
def test_an_edition_that_is_not_whole_is_told_in_words(
    pair: tuple[Path, Path], path: str, content: bytes | None, said: str
) -> None:
    damaged(pair[0], path, content)
    with pytest.raises(InputError, match=said):
        compare_editions(*pair)


def test_a_cell_may_be_of_any_length(pair: tuple[Path, Path]) -> None:
    damaged(pair[0], "drawn.csv", b"a\n" + b"x" * 200_000)
    assert compare_editions(*pair).exhibits


def test_a_record_without_its_parts_is_told_in_words(pair: tuple[Path, Path]) -> None:
    record = json.loads((pair[0] / "exhibits.json").read_text())
    for change, said in (
        ({"label": None}, "exhibit 1 lacks label"),
        ({"files": [{}]}, "a file of exhibit 1 lacks path"),
        ({"columns": ["a"]}, "the columns of exhibit 1 are no pairs of name and heading"),
        ({"columns": [[None, "A"]]}, "the columns of exhibit 1 are no pairs"),
        ({"columns": None}, "columns of exhibit 1 must be a list"),
        ({"caveats": None}, "caveats of exhibit 1 must be a list"),
        ({"files": None}, "exhibit 1 lacks files"),
        ({"files": [None]}, "a file of exhibit 1 has no named entries"),
        ({"notebook": None}, "notebook of exhibit 1 must be a text"),
    ):
        broken = {**record, "exhibits": [{**record["exhibits"][0], **change}]}
        (pair[0] / "exhibits.json").write_text(json.dumps(broken))
        with pytest.raises(InputError, match=said):
            compare_editions(*pair)


def test_nothing_in_a_record_that_is_damaged_ends_in_a_stack(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from oso_analysis.cli import main

    root = pair[0].parents[1]
    (root / "data").mkdir()
    (root / "data/datapackage.json").write_text("{}")
    monkeypatch.chdir(root)
    path = pair[0] / "exhibits.json"
    sound = json.loads(path.read_text())
    sound["exhibits"][0] |= {"columns": [["year", "Year"]], "notebook": "", "kind": "table"}
    sound |= {"versions": {"python": "3.11"}}
    sound["edition"] |= {"limits": ["None."], "authors": ["A"]}
    for place in places(sound):
        path.write_text(json.dumps(without(sound, place)))
        status = main(["diff", "old", "new"])
        said = capsys.readouterr()
        # What is only shown may be missing; what is worked with is told of.
        assert status in {0, 2}, place
        assert status == 0 or said.err.startswith("oso-analysis: an edition cannot be compared:")
    path.write_text(json.dumps({**sound, "exhibits": None}))
    assert main(["diff", "old", "new"]) == 2
    assert "old: exhibits.json is not the record of an edition: it lacks exhibits" in (
        capsys.readouterr().err
    )


def places(value: Any) -> list[list[Any]]:
    """Return the way to everything in a record."""
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return [way for key, item in items for way in ([key], *([key, *on] for on in places(item)))]


def without(record: Any, place: list[Any]) -> Any:
    """Return a record with null in one place."""
    copy = json.loads(json.dumps(record))
    at = copy
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = None
    return copy


def test_a_missing_or_damaged_notebook_is_named(chapters: tuple[Path, Path]) -> None:
    damaged(chapters[0], "notebooks/03_end.ipynb", b"{")
    with pytest.raises(InputError, match=r"old: .*\n.*03_end\.ipynb: cannot be read"):
        compare_editions(*chapters)
    damaged(chapters[0], "notebooks/02_themes.ipynb", None)
    with pytest.raises(InputError, match=r"old: notebooks/02_themes\.ipynb is missing"):
        compare_editions(*chapters)


def test_differences_are_the_result_and_no_failure(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from oso_analysis.cli import main

    root = pair[0].parents[1]
    (root / "data").mkdir()
    (root / "data/datapackage.json").write_text("{}")
    monkeypatch.chdir(root)
    assert main(["diff", "old", "new"]) == 0
    assert "2 changed" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["diff", "--help"])
    assert "exit status 0 either way" in " ".join(capsys.readouterr().out.split())
