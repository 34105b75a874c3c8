"""An edition is rebuilt to the same bytes wherever, whenever and by whomever."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from oso_analysis.report.archives import rewritten
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


def test_an_edition_of_a_changed_parameter_is_verified_too(
    project: Path, command: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "to-2019--countries=GB--year_to=2018"
    assert command("run", "to-2019", "-p", "countries=GB", "--grid", "year_to=2018") == 0
    assert command("verify", name) == 0
    assert capsys.readouterr().out.endswith("every file is the same\n")
    # The crate names a command that builds the very same edition.
    crate = json.loads((project / "reports" / name / "ro-crate-metadata.json").read_bytes())
    (action,) = [item for item in crate["@graph"] if item["@id"] == "#run"]
    assert action["description"] == "oso-analysis run to-2019 -p countries=GB -p year_to=2018"
    before = tree_digests(project / "reports" / name)
    assert command(*action["description"].split()[1:], "--force") == 0
    assert tree_digests(project / "reports" / name) == before
    data = project / "data/reports.csv"
    data.write_text(data.read_text(encoding="utf-8").replace("2018,10", "2018,11"))
    assert command("verify", name) == 1
    assert "column 'n_reports': published 10, rebuilt 11" in capsys.readouterr().out


def test_what_cannot_be_verified_is_said(
    project: Path, command: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("verify", "to-2019--year_to=2018") == 2
    assert "is not an edition" in capsys.readouterr().err
    folder = project / "reports" / "old--year_to=2018"
    folder.mkdir(parents=True)
    (folder / "exhibits.json").write_text('{"edition": {"name": "old"}}', encoding="utf-8")
    assert command("verify", folder.name) == 1
    assert "does not say what the edition was derived from" in capsys.readouterr().err
    gone = {"derived_from": "everything", "changes": {"yearto": 2018}}
    (folder / "exhibits.json").write_text(json.dumps({"edition": gone}), encoding="utf-8")
    assert command("verify", folder.name) == 2
    assert "did you mean 'year_to'?" in capsys.readouterr().err


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


TABLE = "name,n,m\na,1,2\nb,3,4\nc,5,6\n"
LINES = "".join(f"line {number}\n" for number in range(1, 201))


def compared(tmp_path: Path, name: str, old: bytes, new: bytes) -> str:
    """Return what is said of one file's two contents."""
    for folder, content in (("old", old), ("new", new)):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_bytes(content)
    (line,) = compare_folders(tmp_path / "old", tmp_path / "new")
    assert line.startswith(f"{name}: ")
    assert "\n" not in line
    return line.removeprefix(f"{name}: ")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (TABLE.replace("1", "7"), TABLE, "row 2 (a), column 'n': published 7, rebuilt 1"),
        (TABLE.replace("b,", ","), TABLE, "row 3, column 'name': published nothing, rebuilt 'b'"),
        (TABLE.replace("3", "3 "), TABLE, "row 3 (b), column 'n': published '3 ', rebuilt '3'"),
        (TABLE.replace("b,3,4\n", ""), TABLE, "row 3 is missing from the published file: b, 3, 4"),
        (TABLE, TABLE.replace("b,3,4\n", ""), "row 3 is in the published file only: b, 3, 4"),
        (TABLE[:9], TABLE, "row 2 is missing from the published file: a, 1, 2 and 2 rows after it"),
        (
            "name,n,m\nb,3,4\na,1,2\nc,5,6\n",
            TABLE,
            "the same rows in another order, from row 2 on",
        ),
        (
            TABLE.replace("4", "4,boo"),
            TABLE,
            "row 3 (b) has an extra cell in the published file: 'boo'",
        ),
        (
            TABLE.replace(",4", ""),
            TABLE,
            "row 3 (b) lacks column 'm' in the published file: rebuilt '4'",
        ),
        (
            "name,n\na,1\nb,3\nc,5\n",
            TABLE,
            "column 'm' is missing from the published file",
        ),
        (TABLE, "name,n\na,1\nb,3\nc,5\n", "column 'm' is in the published file only"),
        (TABLE, TABLE.replace("n,m", "n,k"), "the name of column 3: published 'm', rebuilt 'k'"),
        (
            TABLE.replace("3", '"3"'),
            TABLE,
            "the same values, quoted otherwise: line 3: published 'b,\"3\",4', rebuilt 'b,3,4'",
        ),
        (
            TABLE.replace("\n", "\r\n"),
            TABLE,
            "the same text, but the line ends differ: published CRLF, rebuilt LF",
        ),
        (
            TABLE[:-1],
            TABLE,
            "the same text, but the published file lacks the line end after its last line",
        ),
        (
            "\ufeff" + TABLE,
            TABLE,
            "the same text, but only the published file begins with a byte order mark",
        ),
        ("", TABLE, "the published file is empty"),
    ],
)
def test_differences_of_tables_in_words(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert compared(tmp_path, "a.csv", old.encode(), new.encode()) == said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('{"a": {"b": 1}}', '{"a": {"b": 2}}', "a.b: published 1, rebuilt 2"),
        ('{"a": {"n": 236.0}}', '{"a": {"n": 236}}', "a.n: published 236.0, rebuilt 236"),
        ('{"a": true}', '{"a": 1}', "a: published True, rebuilt 1"),
        ('{"a": [{"id": "x", "n": 1}]}', '{"a": [{"id": "x", "n": 2}]}', "a.x.n: published 1, "
            "rebuilt 2"),
        ('{"a": 1, "b": 2}', '{"a": 1}', "b: only published has it"),
        ('{"a": {}}', '{"a": {"b": 1}}', "a.b: only rebuilt has it"),
        ('{"a": [1]}', '{"a": [1, 2, 3]}', "a: only rebuilt has 2 and 1 after it"),
        ('{"a": 1, "b": 2}', '{"b": 2, "a": 1}', "the top: the same entries in another order"),
        (
            '{"a": 1}',
            '{"a":1}',
            "the same values, written otherwise: line 1: published '{\"a\": 1}', "
            "rebuilt '{\"a\":1}'",
        ),
        (
            '{"a": "' + "x" * 90 + 'one"}',
            '{"a": "' + "x" * 90 + 'two"}',
            f"a: published …{'x' * 20}one', rebuilt …{'x' * 20}two'",
        ),
        ("", '{"a": 1}', "the published file is empty"),
        (
            '{"a": 1',
            '{"a": 1}',
            "the published file is damaged, it cannot be read as JSON (Expecting ',' delimiter: "
            "line 1 column 8 (char 7))",
        ),
    ],
)  # fmt: skip
def test_differences_of_records_in_words(tmp_path: Path, old: str, new: str, said: str) -> None:
    for name in ("a.json", "a.ipynb"):
        (tmp_path / name).mkdir()
        assert compared(tmp_path / name, name, old.encode(), new.encode()) == said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("one\ntwo\n", "one\ntoo\n", "line 2: published 'two', rebuilt 'too'"),
        (
            LINES.replace("line 100\n", ""),
            LINES,
            "line 100 is missing from the published file: 'line 100'",
        ),
        (
            LINES,
            LINES.replace("line 100\n", ""),
            "line 100 is in the published file only: 'line 100'",
        ),
        (
            LINES.replace("line 1\n", ""),
            LINES,
            "line 1 is missing from the published file: 'line 1'",
        ),
        (
            LINES,
            LINES.replace("line 199\nline 200\n", ""),
            "line 199 is in the published file only: 'line 199' and 1 line after it",
        ),
        (
            "one\n",
            "one\r\n",
            "the same text, but the line ends differ: published LF, rebuilt CRLF",
        ),
        (
            "one\r\ntwo\n",
            "one\ntwo\r\n",
            "the same text, but some line ends differ",
        ),
    ],
)
def test_differences_of_texts_in_words(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert compared(tmp_path, "a.html", old.encode(), new.encode()) == said


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.html", "a.other"])
def test_what_is_no_text_is_said_to_be_none(tmp_path: Path, name: str) -> None:
    assert compared(tmp_path, name, "name\n".encode("utf-16"), b"name\n") == (
        "the published file is not UTF-8 text (byte 0xff at place 1)"
    )
    assert compared(tmp_path, name, b"name\n", b"na\xfc\n") == (
        "the rebuilt file is not UTF-8 text (byte 0xfc at place 3)"
    )


def workbook(title: str = "Table 4", **cells: object) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for place, value in cells.items():
        sheet[place] = value
    out = io.BytesIO()
    book.save(out)
    times = re.compile(rb"\d+-\d+-\d+T[\d:]+")
    return rewritten(out.getvalue(), lambda _, text: times.sub(b"1980-01-01T00:00:00", text))


def test_a_cell_of_a_workbook_is_named_with_both_values(tmp_path: Path) -> None:
    new = workbook(A1="Works", B2=236)
    for old, said in (
        (workbook(A1="Works", B2=237), "sheet 'Table 4', cell B2: published 237, rebuilt 236"),
        (workbook(A1="Works"), "sheet 'Table 4', cell B2: published nothing, rebuilt 236"),
        (workbook(A1="Works", B2="236"), "sheet 'Table 4', cell B2: published '236', rebuilt 236"),
        (workbook("Table 5", A1="Works"), "the sheets: published ['Table 5'], rebuilt ['Table 4']"),
    ):
        assert compared(tmp_path, "a.xlsx", old, new) == said
    styles = rewritten(
        new, lambda name, content: content + b" " if name == "xl/styles.xml" else content
    )
    assert compared(tmp_path, "a.xlsx", styles, new) == (
        "every cell is the same; its part xl/styles.xml: differs"
    )
    said = compared(tmp_path, "a.xlsx", new[:500], new)
    assert said.startswith("the published file is damaged, it cannot be read as an Excel workbook")


def word_file(*paragraphs: str, picture: bytes = b"") -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        xml = f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'
        archive.writestr(zipfile.ZipInfo("word/document.xml"), xml)
        archive.writestr(zipfile.ZipInfo("word/media/1.png"), picture)
    return out.getvalue()


def png(*dots: tuple[int, int], note: str = "") -> bytes:
    image = Image.new("RGB", (10, 10), (255, 255, 255))
    for dot in dots:
        image.putpixel(dot, (0, 0, 0))
    told = PngInfo()
    told.add_text("note", note)
    out = io.BytesIO()
    image.save(out, "PNG", pnginfo=told)
    return out.getvalue()


def test_a_paragraph_or_a_part_of_a_word_file_is_named(tmp_path: Path) -> None:
    new = word_file("One", "Two works", picture=png())
    for old, said in (
        (
            word_file("One", "Ten works", picture=png()),
            "paragraph 2: published 'Ten works', rebuilt 'Two works'",
        ),
        (word_file("One"), "a paragraph is missing from the published file: 'Two works'"),
        (
            word_file("One", "Two works", picture=png((2, 3))),
            "every paragraph reads the same; its part word/media/1.png: the drawing differs in 1 "
            "of 100 pixels (1 %), by up to 255 of 255, between (2, 3) and (2, 3)",
        ),
        (
            rewritten(new, lambda _, content: content),
            "every paragraph reads the same; only the archive around it is packed otherwise",
        ),
    ):
        assert compared(tmp_path, "a.docx", old, new) == said
    said = compared(tmp_path, "a.docx", b"no archive", new)
    assert said.startswith("the published file is damaged, it cannot be read as a Word file")


def pdf(*texts: str, width: int = 300) -> bytes:
    """Return a PDF of a page a text, drawn by the fonts every reader has."""
    fonts = "/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
    kids = " ".join(f"{3 + 2 * number} 0 R" for number in range(len(texts)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(texts)} >>",
    ]
    for number, text in enumerate(texts):
        drawn = f"BT /F1 18 Tf 20 50 Td ({text}) Tj ET 20 20 {width - 290} 5 re f"
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 100] /Resources << {fonts} >> "
            f"/Contents {4 + 2 * number} 0 R >>",
            f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        ]
    out = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    return (
        out
        + (
            f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer << /Size {size} /Root 1 0 R >>\n"
            f"startxref\n{len(out)}\n%%EOF\n"
        ).encode()
    )


def test_a_page_of_a_pdf_is_named_with_its_words(tmp_path: Path) -> None:
    new = pdf("First page", "Two works")
    for old, said in (
        (pdf("First page", "Ten works"), "page 2: published 'Ten works', rebuilt 'Two works'"),
        (pdf("First page"), "published has 1 pages, rebuilt 2; these begin the same"),
        (new + b"%\n", "every page reads and looks the same; only inner bytes differ"),
    ):
        assert compared(tmp_path, "a.pdf", old, new) == said
    said = compared(tmp_path, "a.pdf", pdf("First page", "Two works", width=310), new)
    assert said.startswith("page 1 reads the same, but the drawing differs in ")
    said = compared(tmp_path, "a.pdf", new[:50], new)
    assert said.startswith("the published file is damaged, it cannot be read as a PDF")


def test_pixels_or_only_the_metadata_of_a_picture_differ(tmp_path: Path) -> None:
    assert compared(tmp_path, "a.png", png((2, 3)), png()) == (
        "the drawing differs in 1 of 100 pixels (1 %), by up to 255 of 255, between (2, 3) and "
        "(2, 3)"
    )
    assert compared(tmp_path, "a.png", png(note="x"), png()) == (
        "every pixel is the same; only metadata or packing differs"
    )
    for damaged in (png()[:40], b"no picture"):
        assert compared(tmp_path, "a.png", damaged, png()) == (
            "the published picture is damaged, it cannot be read"
        )


def test_a_damaged_file_hides_no_other_difference(tmp_path: Path) -> None:
    for folder, record in (("old", ""), ("new", "{}")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "exhibits.json").write_text(record)
        (tmp_path / folder / "index.html").write_text(folder)
    assert compare_folders(tmp_path / "old", tmp_path / "new") == [
        "exhibits.json: the published file is empty",
        "index.html: line 1: published 'old', rebuilt 'new'",
    ]


def test_missing_and_additional_files(tmp_path: Path) -> None:
    for folder, name in (("old", "a.csv"), ("new", "b.csv")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(b"\xff")
    assert compare_folders(tmp_path / "old", tmp_path / "new") == [
        "a.csv is published but was not made again",
        "b.csv was made again but is not published",
    ]
