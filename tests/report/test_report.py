from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from conftest import Info, code, markdown, theme_figure, theme_table, works

from oso_analysis import exhibits
from oso_analysis.errors import RunError
from oso_analysis.files import safe_cell
from oso_analysis.report import build_report, citations
from oso_analysis.report.citations import apa_references, inlines_to_html, run_pandoc
from oso_analysis.report.markdown import resolve_links, slug, to_html


@pytest.fixture
def built(notebooks: list[Path], tmp_path: Path, info: Info) -> Path:
    out = tmp_path / "out"
    build_report(notebooks, out, info)  # type: ignore[arg-type]
    return out


def all_files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class Page(HTMLParser):
    """What a browser would find: ids, links, headings and attributes that fetch something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.fetches: list[str] = []
        self.levels: list[int] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "a" and str(found.get("href", "")).startswith("#"):
            self.targets.append(str(found["href"])[1:])
        if found.get("src"):
            self.fetches.append(str(found["src"]))
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))


def test_every_exhibit_gets_its_number_in_notebook_order(built: Path) -> None:
    record = json.loads((built / "exhibits.json").read_text(encoding="utf-8"))
    assert [(e["label"], e["id"]) for e in record["exhibits"]] == [
        ("Figure 1", "works-by-theme"),
        ("Table 1", "themes-first"),
        ("Table 2", "themes-table"),
    ]
    assert record["exhibits"][0]["n"] == 1239
    assert record["parameters"]["countries"] == ["GB", "IE"]
    for exhibit in record["exhibits"]:
        for file in exhibit["files"]:
            content = (built / file["path"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file["sha256"]
    assert "<dd>1 figure, 2 tables, " in (built / "index.html").read_text(encoding="utf-8")
    recorded = {file["path"] for e in record["exhibits"] for file in e["files"]}
    beside = {name for name in all_files(built) if name.startswith(("tables/", "figures/"))}
    assert recorded == beside


def test_the_page_is_whole_and_asks_for_nothing(built: Path) -> None:
    text = (built / "index.html").read_text(encoding="utf-8")
    page = Page(text)
    assert len(page.ids) == len(set(page.ids))
    assert set(page.targets) <= set(page.ids)
    assert page.fetches
    assert all(source.startswith("data:") for source in page.fetches)
    assert not {"script", "iframe", "object"} & {tag for tag, _ in page.tags}
    assert page.levels[0] == 1
    assert page.levels.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(page.levels, page.levels[1:], strict=False))
    assert all(a.get("alt") for tag, a in page.tags if tag == "img")
    assert all(a.get("scope") in {"col", "row"} for tag, a in page.tags if tag == "th")
    assert "secret_code" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert '<a href="#works-by-theme">Figure 1</a>' in text
    assert '<a href="#themes-first">Table 1</a>' in text
    assert '<a href="#works">the works</a>' in text
    assert "They cannot tell &lt;all&gt;." in text
    assert text.index("They cannot tell") < text.index('id="contents"')


def test_the_annex_lists_data_and_notebooks_and_says_what_was_hashed(built: Path) -> None:
    text = (built / "index.html").read_text(encoding="utf-8")
    annex = text[text.index('<h2 id="how-this-report-was-made">') :]
    assert "<td>abababababab</td>" in annex
    assert "<td>efefefefefef, without outputs</td>" in annex
    assert "oso-analysis notebooks digest" in annex
    # The package's own modules stand for themselves among the programs, with their version.
    assert "oso_analysis/x.py" not in text
    record = json.loads((built / "exhibits.json").read_text(encoding="utf-8"))
    assert "oso_analysis/x.py" in record["inputs"]


def test_csv_in_the_page_is_the_csv_beside_it(built: Path) -> None:
    text = (built / "index.html").read_text(encoding="utf-8")
    inside = re.findall(
        r'href="data:text/csv;charset=utf-8;base64,([^"]+)" download="([^"]+)"', text
    )
    assert len(inside) == 3
    for content, name in inside:
        folder = "figures" if "works-by-theme" in name else "tables"
        assert base64.b64decode(content) == (built / folder / name).read_bytes()
    rows = list(csv.reader(io.StringIO((built / "tables/02-themes-table.csv").read_text("utf-8"))))
    assert rows[0] == ["theme", "n_works", "percent_of_works"]
    assert rows[1] == ["Prevention", "1200", "96.8523"]
    assert rows[4] == ["'=HYPERLINK(1)", "", ""]


def test_same_notebooks_same_bytes(
    built: Path, notebooks: list[Path], tmp_path: Path, info: Info
) -> None:
    again = tmp_path / "elsewhere" / "again"
    build_report(list(reversed(notebooks)), again, info)  # type: ignore[arg-type]
    assert all_files(again) == all_files(built)


def test_everything_wrong_is_said_at_once_and_nothing_is_written(
    save: Callable[..., Path], tmp_path: Path, info: Info
) -> None:
    failed = code(theme_table("works-by-theme"))
    failed.outputs.append(
        nbformat.v4.new_output("error", ename="KeyError", evalue="'x'", traceback=[])
    )
    paths = [
        save("01_a.ipynb", markdown("# A\n\n[see](#works-by-themes)"), code(theme_figure())),
        save("02_b.ipynb", markdown("# B"), failed),
    ]
    broken = save("03_c.ipynb", markdown("# C"))
    broken.write_text("{", encoding="utf-8")
    with pytest.raises(RunError) as caught:
        build_report([*paths, broken], tmp_path / "out", info)  # type: ignore[arg-type]
    text = str(caught.value)
    assert (
        "'#works-by-themes', which is not in the report (did you mean '#works-by-theme'?)" in text
    )
    assert "02_b.ipynb: the id 'works-by-theme' is already used in 01_a.ipynb" in text
    assert "02_b.ipynb: a cell ended in KeyError: 'x'" in text
    assert "03_c.ipynb: cannot be read" in text
    assert not (tmp_path / "out").exists()


def test_references_are_set_in_apa_by_the_processor() -> None:
    entries = apa_references(exhibits.references(works()).items)
    assert [key for key, _ in entries] == ["w1", "w2"]
    html = [inlines_to_html(inlines) for _, inlines in entries]
    assert html[0] == "Home Office. (n.d.). <em>A report on policing</em>."
    assert html[1] == (
        "Seto, M. C., &amp; Hanson, R. K. (2011). Risk of &lt;online&gt; offending. "
        "<em>Sexual Abuse</em>, <em>23</em>(1), 124–145. "
        '<a href="https://doi.org/10.1177/1079063210369013">'
        "https://doi.org/10.1177/1079063210369013</a>"
    )
    assert apa_references([]) == []


def test_the_same_references_are_set_once_and_others_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[bytes] = []

    def spy(arguments: list[str], source: bytes, *, wants: str) -> bytes:
        asked.append(source)
        return run_pandoc(arguments, source, wants=wants)

    monkeypatch.setattr(citations, "run_pandoc", spy)
    items = [{"id": "once", "type": "book", "title": "Asked for twice"}]
    first = apa_references(items)
    first.clear()
    assert [key for key, _ in apa_references(items)] == ["once"]
    assert len(asked) == 1
    other = apa_references([{**items[0], "title": "Another title"}])
    assert inlines_to_html(other[0][1]) == "<em>Another title</em>. (n.d.)."
    assert len(asked) == 2


def test_another_pandoc_on_the_path_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "pandoc"
    other.write_text("#!/bin/sh\necho 'pandoc 99.9'\n", encoding="utf-8")
    other.chmod(0o755)
    monkeypatch.setenv("PYPANDOC_PANDOC", str(other))
    assert b"99.9" not in run_pandoc(["--version"], b"", wants="its version")
    monkeypatch.setattr("pypandoc.__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(RunError, match="the pandoc of pypandoc_binary is missing"):
        run_pandoc(["--version"], b"", wants="its version")


def test_the_style_is_the_project_of_its_authors_and_says_so() -> None:
    folder = Path(__file__).parents[2] / "src/oso_analysis/report/csl"
    style = (folder / "apa.csl").read_text(encoding="utf-8")
    assert "Brenton M. Wiernik" in style
    assert "creativecommons.org/licenses/by-sa/3.0" in style
    assert "by-sa/3.0" in (folder / "README.md").read_text(encoding="utf-8")


def test_links_in_code_stay_and_others_get_their_label() -> None:
    text = "`[a](#x)` and [a](#x) and [b](#y) and [c](https://z)"
    assert resolve_links(text, {"x": "Table 9"}) == (
        "`[a](#x)` and [Table 9](#x) and [b](#y) and [c](https://z)"
    )
    assert slug("Data, limits & more") == "data-limits-more"
    assert "<img" not in to_html("![p](https://x/y.png)", [], shift=2)
    assert (
        "javascript" not in to_html("[p](javascript:alert)", [], shift=2).split("href")[-1:][0][:12]
    )


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_text_cannot_become_a_formula(text: str) -> None:
    assert safe_cell(text) == "'" + text
    assert safe_cell(-1) == -1


def test_the_first_page_links_the_pages_beside_it(
    notebooks: list[Path], tmp_path: Path, info: Info
) -> None:
    for name, pages in (("with", [("evidence-map.html", "Map & more")]), ("without", [])):
        out = tmp_path / name
        told: list[list[str]] = []
        build_report(
            notebooks,
            out,
            info,  # type: ignore[arg-type]
            pages=pages,
            meanwhile=lambda out=out, told=told: told.append(sorted(all_files(out))),  # type: ignore[misc]
        )
        text = (out / "index.html").read_text(encoding="utf-8")
        linked = '<a href="evidence-map.html">Map &amp; more</a>' in text
        assert linked == bool(pages)
        # All but the PDF is there while the PDF is set.
        assert told == [[file for file in sorted(all_files(out)) if file != "report.pdf"]]
