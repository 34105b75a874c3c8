from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pypdf
import pytest
import typst
from conftest import Info, code, markdown, theme_table, themes
from defusedxml import ElementTree
from markupsafe import escape

from oso_analysis.errors import RunError
from oso_analysis.imprint import Imprint
from oso_analysis.report import build_report, pdf
from oso_analysis.report.workbook import HEADER_ROW

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture
def built(notebooks: list[Path], tmp_path: Path, info: Info) -> Path:
    out = tmp_path / "out"
    build_report(notebooks, out, info)  # type: ignore[arg-type]
    return out


def word(built: Path, part: str = "word/document.xml"):
    with zipfile.ZipFile(built / "report.docx") as archive:
        return ElementTree.fromstring(archive.read(part))


def words(node) -> str:
    return "".join(text.text or "" for text in node.iter(W + "t")).replace("\xa0", " ")


def test_word_has_headings_captions_and_lists_that_word_finds(built: Path) -> None:
    body = word(built)
    styles: dict[str, list[str]] = {}
    for paragraph in body.iter(W + "p"):
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        if style is not None:
            styles.setdefault(style.get(W + "val"), []).append(words(paragraph))
    assert styles["Heading1"] == [
        "1 Scale of the problem",
        "2 More",
        "References",
        "How this report was made",
    ]
    assert styles["TableCaption"] == ["Table 1: Works by theme", "Table 2: Works by theme"]
    assert styles["ImageCaption"] == [
        "Figure 1: Most works are on prevention. A work may carry several themes."
    ]
    fields = [node.text or "" for node in body.iter(W + "instrText")]
    assert (
        sum(field.startswith("SEQ") or " SEQ " in field for field in fields)
        + len([s for s in body.iter(W + "fldSimple") if "SEQ" in s.get(W + "instr", "")])
        >= 3
    )
    assert sum("TOC" in field for field in fields) == 3
    text = words(body)
    assert "<script>alert(1)</script>" in text
    assert "secret_code" not in text


def test_word_tables_have_header_rows_and_pictures_alt_text(built: Path) -> None:
    body = word(built)
    tables = [table for table in body.iter(W + "tbl") if table.find(f".//{W}tblHeader") is not None]
    assert len(tables) >= 2
    cells = [[words(cell) for cell in row.iter(W + "tc")] for row in tables[0].iter(W + "tr")]
    assert cells[0] == ["Theme", "Works", "% of works"]
    assert cells[1] == ["Prevention", "1,200", "96.9"]
    alt = [node.get("descr") for node in body.iter() if node.tag.endswith("}docPr")]
    assert alt == ["Prevention 1,200 works, policing 34, not stated 5."]


def test_workbook_gives_back_the_numbers(built: Path, info: Info) -> None:
    sheets = pd.read_excel(
        built / "report.xlsx", sheet_name=None, header=HEADER_ROW - 1, engine="openpyxl"
    )
    assert list(sheets) == ["Contents", "Figure 1", "Table 1", "Table 2"]
    expected = themes()
    got = sheets["Table 2"]
    assert list(got.columns) == ["Theme", "Works", "% of works"]
    assert got["Works"].tolist()[:3] == expected["n_works"].tolist()[:3]
    assert got["% of works"].tolist()[:3] == expected["percent_of_works"].tolist()[:3]
    assert pd.isna(got["Works"][3])
    book = openpyxl.load_workbook(built / "report.xlsx")
    # A spreadsheet shows what the report prints; the cell keeps all digits.
    shown = [book["Table 2"].cell(HEADER_ROW + 1, column).number_format for column in (2, 3)]
    assert shown == ["#,##0", "0.0"]
    assert book["Table 2"].freeze_panes == f"A{HEADER_ROW + 1}"
    # Printed, it is as wide as a page, with the headings on each.
    assert book["Table 2"].print_title_rows == f"${HEADER_ROW}:${HEADER_ROW}"
    assert all(sheet.sheet_properties.pageSetUpPr.fitToPage for sheet in book)
    # What these data cannot tell is read without scrolling sideways.
    cells = [row[0] for row in book["Contents"].iter_rows(max_row=8) if row[0].value]
    [limit] = [cell for cell in cells if cell.value == info.limits[0]]
    assert limit.alignment.wrap_text
    assert any(limit.coordinate in merged for merged in book["Contents"].merged_cells.ranges)
    for sheet in book:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
    assert book["Table 2"].cell(HEADER_ROW + 4, 1).value == "'=HYPERLINK(1)"


def test_pdf_is_tagged_with_title_and_bookmarks(built: Path) -> None:
    content = (built / "report.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in content
    assert b"/Outlines" in content
    assert b"/CreationDate" not in content


def test_pdf_keeps_the_standard_of_accessible_documents(built: Path) -> None:
    reader = pypdf.PdfReader(built / "report.pdf")
    root = reader.root_object
    assert "pdfuaid" in root["/Metadata"].get_object().get_data().decode("utf-8")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/Lang"] == "en-GB"
    found = list(_structure(root["/StructTreeRoot"]))
    assert [item.get("/Alt") for item in found if item["/S"] == "/Figure"] == [
        "Prevention 1,200 works, policing 34, not stated 5."
    ]
    headers = [item for item in found if item["/S"] == "/TH"]
    assert headers
    assert all(item["/A"][0]["/Scope"] == "/Column" for item in headers)


def _structure(item: Any) -> Iterator[Any]:
    if isinstance(item, list):
        for part in item:
            yield from _structure(part.get_object())
    elif isinstance(item, dict):
        if "/S" in item:
            yield item
        yield from _structure(item.get("/K", []))


def test_a_pdf_that_cannot_keep_the_standard_is_made_all_the_same(
    save: Callable[..., Path], tmp_path: Path, info: Info
) -> None:
    chapter = save("01_levels.ipynb", markdown("# One\n\n#### Four, and no two or three"))
    build_report([chapter], tmp_path / "out", info)  # type: ignore[arg-type]
    root = pypdf.PdfReader(tmp_path / "out" / "report.pdf").root_object
    assert "/StructTreeRoot" in root
    assert "pdfuaid" not in root["/Metadata"].get_object().get_data().decode("utf-8")


def test_what_typst_cannot_set_at_all_is_said_in_its_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(main: Path, standards: list[Any]) -> bytes:
        raise typst.TypstError("PDF/UA-1 error: 1" if standards else "no such picture")

    monkeypatch.setattr(pdf, "_set", refuse)
    source = json.dumps({"pandoc-api-version": [1, 23], "meta": {}, "blocks": []}).encode()
    with pytest.raises(RunError, match="could not set the PDF: no such picture"):
        pdf.pdf_document(source, {})


def test_every_format_names_review_edition_and_authors(built: Path, info: Info) -> None:
    review, authors = info.imprint.title, info.imprint.author_names
    whole = f"{review} – {info.title}"

    page = (built / "index.html").read_text(encoding="utf-8")
    assert f"<title>{escape(whole)}</title>" in page
    assert f"<h1>{escape(review)}</h1>" in page
    assert f'<p class="edition">{escape(info.title)}</p>' in page
    assert f'<p class="authors">{escape(" · ".join(authors))}</p>' in page

    properties = pypdf.PdfReader(built / "report.pdf").metadata
    assert properties is not None
    assert (properties.title, properties.author) == (whole, ", ".join(authors))
    first = re.sub(r"\s+", " ", pypdf.PdfReader(built / "report.pdf").pages[0].extract_text())
    for line in (review, info.title, *authors, info.description):
        assert line in first

    core = word(built, "docProps/core.xml")
    texts = {node.tag.rpartition("}")[2]: node.text for node in core}
    assert (texts["title"], texts["creator"]) == (whole, "; ".join(authors))
    lines = [words(paragraph) for paragraph in word(built).iter(W + "p")]
    assert lines[:5] == [review, info.title, *authors, info.description]

    book = openpyxl.load_workbook(built / "report.xlsx")
    assert (book.properties.title, book.properties.creator) == (whole, "; ".join(authors))
    cells = [book["Contents"].cell(row, 1).value for row in range(1, 5)]
    assert cells == [review, info.title, " · ".join(authors), info.description]

    record = json.loads((built / "exhibits.json").read_text(encoding="utf-8"))["edition"]
    assert (record["review"], record["authors"]) == (review, authors)


def test_an_edition_called_as_its_review_is_named_once(
    notebooks: list[Path], tmp_path: Path, info: Info
) -> None:
    named = replace(info, imprint=Imprint(title=info.title))
    build_report(notebooks, tmp_path / "out", named)  # type: ignore[arg-type]
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert page.count(escape(info.title)) == 2  # title and heading
    assert 'class="edition"' not in page
    assert 'class="authors"' not in page
    lines = [words(paragraph) for paragraph in word(tmp_path / "out").iter(W + "p")]
    assert lines[:2] == [info.title, info.description]
    book = openpyxl.load_workbook(tmp_path / "out" / "report.xlsx")
    assert [book["Contents"].cell(row, 1).value for row in (1, 2)] == lines[:2]
    with zipfile.ZipFile(tmp_path / "out" / "report.xlsx") as archive:
        assert b"creator" not in archive.read("docProps/core.xml")
    properties = pypdf.PdfReader(tmp_path / "out" / "report.pdf").metadata
    assert properties is not None
    assert (properties.title, properties.author) == (info.title, None)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_pdf_numbers_exhibits_as_the_page_does(built: Path) -> None:
    done = subprocess.run(
        ["pdftotext", "-layout", str(built / "report.pdf"), "-"],
        capture_output=True,
        text=True,
        check=True,
    )
    text = re.sub(r"\s+", " ", done.stdout)
    # The table in running text, which stands before Table 2, must not take its number.
    assert "Table 2. Works by theme" in text
    assert "Table 3" not in text
    assert "Figure 1. Most works are on prevention" in text
    assert "Home Office. (n.d.). A report on policing." in text


def test_of_a_picture_in_the_text_its_words_stay_in_every_format(
    save: Callable[..., Path], tmp_path: Path, info: Info
) -> None:
    text = (
        '# Flow\n\nSee ![the *old* flow](https://a.b/c.png "T") and '
        "[![a badge](pic.png)](https://x.org)."
        "\n\n## Part ![of the flow](attachment:image.png)\n\n![](none.png)\n\nEnd of it."
    )
    out = tmp_path / "out"
    notebook = save("01_flow.ipynb", markdown(text), code(theme_table()))
    build_report([notebook], out, info)  # type: ignore[arg-type]
    page = re.sub(r"<[^>]*>", "", (out / "index.html").read_text(encoding="utf-8"))
    paper = "".join(page.extract_text() for page in pypdf.PdfReader(out / "report.pdf").pages)
    for shown in (page, words(word(out)), paper):
        shown = " ".join(shown.split())
        assert "See the old flow and a badge." in shown
        assert "Part of the flow" in shown
        assert "End of it." in shown
        assert ".png" not in shown
    assert 'href="https://a.b' not in (out / "index.html").read_text(encoding="utf-8")


def test_archives_carry_no_clock(built: Path) -> None:
    with zipfile.ZipFile(io.BytesIO((built / "report.xlsx").read_bytes())) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"1980-01-01T00:00:00Z" in archive.read("docProps/core.xml")
    assert b"1970-01-01T00:00:00Z" in ElementTree.tostring(word(built, "docProps/core.xml"))


@pytest.mark.parametrize("name", ["report.docx", "report.xlsx"])
def test_archives_depend_on_no_version_of_zlib(built: Path, name: str) -> None:
    with zipfile.ZipFile(built / name) as archive:
        kinds = {(entry.compress_type, entry.create_system) for entry in archive.infolist()}
    assert kinds == {(zipfile.ZIP_STORED, 0)}
