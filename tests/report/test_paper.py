"""What a reader of the Word document and of the PDF meets on paper."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from conftest import Info, code, markdown, theme_figure, theme_table
from defusedxml import ElementTree
from pypdfium2 import PdfDocument

from oso_analysis import exhibits
from oso_analysis.report import build_report, model
from oso_analysis.report.table_layout import SIZES, breakable, lay_out
from oso_analysis.report.workbook import HEADER_ROW

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SENTENCE = "A record of what was said at some length in one of the published submissions"
ADDRESS = "https://www.example.org/a-long-folder-name/another%20one/page.html?query=words&more=yes"


def wide_table(id: str, columns: int = 12) -> exhibits.Exhibit:
    frame = pd.DataFrame({"theme": ["Prevention", "Multi-agency working"]})
    for number in range(1, columns - 2):
        frame[f"n_submissions_{number}"] = [1000 + number, number]
    frame["text"] = SENTENCE
    frame["source"] = ADDRESS
    return exhibits.table(
        frame, id=id, title=f"Wide {id}", counting_unit="works", n=2, source="coding.csv"
    )


@pytest.fixture
def built(save: Callable[..., Path], tmp_path: Path, info: Info) -> Path:
    path = save(
        "01_wide.ipynb",
        markdown("# Wide\n\nUpright."),
        code(theme_figure()),
        markdown("## Words with the table"),
        code(wide_table("first-wide")),
        markdown("## Words between"),
        code(wide_table("second-wide")),
        markdown("## Upright again"),
        code(theme_table("x" * 45)),
    )
    build_report([path], tmp_path / "out", info)  # type: ignore[arg-type]
    return tmp_path / "out"


def body(built: Path):
    with zipfile.ZipFile(built / "report.docx") as archive:
        return ElementTree.fromstring(archive.read("word/document.xml"))


def said(node) -> str:
    return "".join(text.text or "" for text in node.iter(W + "t")).replace("\xa0", " ")


def test_the_lists_of_the_word_document_are_full_before_word_opens_it(built: Path) -> None:
    document = body(built)
    listed: dict[str, list[str]] = {}
    anchors = []
    for paragraph in document.iter(W + "p"):
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        name = "" if style is None else style.get(W + "val")
        if name in {"TOC1", "TOC2", "TableofFigures"}:
            listed.setdefault(name, []).append(said(paragraph))
            anchors += [link.get(W + "anchor") for link in paragraph.iter(W + "hyperlink")]
    assert listed["TOC1"] == ["1 Wide", "How this report was made"]
    assert listed["TOC2"][:3] == ["Words with the table", "Words between", "Upright again"]
    assert listed["TableofFigures"] == [
        "Figure 1: Most works are on prevention",
        "Table 1: Wide first-wide",
        "Table 2: Wide second-wide",
        "Table 3: Works by theme",
    ]
    bookmarks = {mark.get(W + "name") for mark in document.iter(W + "bookmarkStart")}
    assert len(anchors) == sum(map(len, listed.values()))
    assert set(anchors) <= bookmarks
    marks = [mark.get(W + "fldCharType") for mark in document.iter(W + "fldChar")]
    assert marks == ["begin", "separate", "end"] * 3


def test_wide_tables_of_the_word_document_lie_across_and_fill_their_page(built: Path) -> None:
    document = body(built)
    sections: list[tuple[str, list[int], str]] = []
    widths: list[int] = []
    text = ""
    for element in document.find(W + "body"):
        if element.tag == W + "tbl":
            widths.append(sum(int(c.get(W + "w")) for c in element.iter(W + "gridCol")))
        text += said(element)
        for section in element.iter(W + "sectPr"):
            page = section.find(W + "pgSz")
            assert section.find(W + "footerReference") is not None
            sections.append((page.get(W + "orient", "portrait"), widths, text))
            widths, text = [], ""
    assert [kind for kind, _, _ in sections] == ["portrait", "landscape", "portrait"]
    across = sections[1]
    assert across[2].startswith("Words with the table")
    assert "Words between" in across[2]
    assert "Upright again" not in across[2]
    assert across[1] == [pytest.approx(14570, abs=30)] * 2
    assert max(sections[0][1] + sections[2][1]) <= 9638


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_a_long_table_is_printed_in_part_and_kept_whole_in_the_files(
    save: Callable[..., Path], tmp_path: Path, info: Info, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "MOST_ROWS", 50)

    def listed(id: str, n: int) -> exhibits.Exhibit:
        frame = pd.DataFrame({"work": [f"{id}-{at:04d}" for at in range(n)], "n_records": 1})
        return exhibits.table(
            frame, id=id, title=f"All of {id}", counting_unit="works", n=n, source="screening.csv"
        )

    path = save("01_long.ipynb", markdown("# Long"), code(listed("all", 50), listed("cut", 1051)))
    out = tmp_path / "out"
    build_report([path], out, info)  # type: ignore[arg-type]
    line = (
        "Only the first 50 of 1,051 rows are printed; all of them are in tables/02-cut.csv and on "
        "the sheet “Table 2” of report.xlsx."
    )
    text = said(body(out))
    page = (out / "index.html").read_text("utf-8")
    shown = subprocess.run(
        ["pdftotext", "-layout", str(out / "report.pdf"), "-"], capture_output=True, check=True
    ).stdout.decode("utf-8")
    for printed in (text, page, " ".join(shown.split())):
        assert printed.count(line) == 1
        assert "all-0049" in printed
        assert "cut-0049" in printed
        assert "cut-0050" not in printed
    assert 'href="tables/02-cut.csv" download="02-cut.csv"' in page
    assert (out / "tables/02-cut.csv").read_text("utf-8").count("cut-") == 1051
    sheets = pd.read_excel(out / "report.xlsx", sheet_name=None, header=HEADER_ROW - 1)
    assert len(sheets["Table 2"]) == 1051


def test_the_published_tables_are_far_from_being_cut(root: Path) -> None:
    for folder in ("tables", "figures"):
        for path in sorted((root / "reports/update-2026" / folder).glob("*.csv")):
            assert len(pd.read_csv(path)) * 3 < model.MOST_ROWS


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_wide_tables_of_the_pdf_lie_across(built: Path) -> None:
    done = subprocess.run(
        ["pdfinfo", "-f", "1", "-l", "99", str(built / "report.pdf")],
        capture_output=True,
        text=True,
        check=True,
    )
    sizes = re.findall(r"size:\s+([\d.]+) x ([\d.]+)", done.stdout)
    turned = [float(width) > float(height) for width, height in sizes]
    assert True in turned
    assert not turned[0]
    assert not turned[-1]


@pytest.mark.parametrize("columns", [3, 8, 12, 17])
def test_no_column_is_narrower_than_its_longest_word(columns: int) -> None:
    pillow = pytest.importorskip("PIL.ImageFont")
    import matplotlib

    font = Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf"
    table = wide_table("x", columns).printed
    layout = lay_out(table)
    assert layout.size in SIZES
    assert layout.across == (columns > 8)
    room = 728.5 if layout.across else 481.9
    # DejaVu Sans is a seventh wider than the types the report is set in.
    ruler = pillow.truetype(str(font), 100)
    for index, share in enumerate(layout.widths):
        texts = {table.headings[index], *(row[index] for row in table.rows)}
        words = [piece for text in texts for piece in re.split(r"[\s\u200b]", breakable(text))]
        longest = max(ruler.getlength(word) for word in words) / 100 * layout.size / 1.14
        assert longest <= share * room - 6


def test_an_address_can_be_broken_and_stays_whole_as_a_link(built: Path) -> None:
    assert breakable("Multi-agency working") == "Multi-agency working"
    assert breakable(ADDRESS).replace("\u200b", "") == ADDRESS
    with zipfile.ZipFile(built / "report.docx") as archive:
        relations = archive.read("word/_rels/document.xml.rels").decode()
    assert ADDRESS.replace("&", "&amp;") in relations


def test_what_stands_below_a_drawing_is_never_on_the_next_page(
    save: Callable[..., Path], tmp_path: Path, info: Info
) -> None:
    # A drawing in each chapter, ever lower on its page.
    paths = [
        save(
            f"{number}_lower-{number}.ipynb",
            markdown("# Lower\n\n" + "- Word\n" * number),
            code(theme_figure(f"figure-{number}")),
        )
        for number in range(30, 42)
    ]
    build_report(paths, tmp_path / "out", info)  # type: ignore[arg-type]
    pages = [
        page.get_textpage().get_text_bounded().split()
        for page in PdfDocument(tmp_path / "out" / "report.pdf")
    ]
    begun = [" ".join(words[:2]) for words in pages]
    # Some drawings stand beside their text, others had to go on to the next page.
    assert 0 < sum(begin.startswith("Figure") for begin in begun[4:]) < len(paths)
    assert not {"n =", "Note: Coded"} & set(begun)
