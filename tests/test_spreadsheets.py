"""Tables as spreadsheet programs save them become the CSV that `data/` takes."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from oso_analysis.cli import main
from oso_analysis.consultation.readers.encodings import decode_table
from oso_analysis.errors import InputError
from oso_analysis.spreadsheets import to_csv

_TEXT = "name;n;note\r\nMüller;3;a, b\r\n;;\r\nZoë;-1;=1+1\r\n"
_CSV = 'name,n,note\nMüller,3,"a, b"\nZoë,-1,=1+1\n'


def _workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(
    "encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16", "cp850", "cp437", "mac_roman"]
)
def test_a_csv_is_mended_in_place(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(_TEXT.encode(encoding))
    assert to_csv(path) == (path, 2)
    assert path.read_bytes() == _CSV.encode()
    # What is right stays as it is.
    assert to_csv(path) == (path, 2)
    assert path.read_bytes() == _CSV.encode()


def test_a_filled_in_template_gives_its_data(tmp_path: Path) -> None:
    rows: list[list[object]] = [["name", "year", "note"], ["Müller", 2021, None]]
    path = _workbook(tmp_path / "t.xlsx", Data=rows, About=[["This is a table."]])
    written, n_rows = to_csv(path)
    assert (written.name, n_rows) == ("t.csv", 1)
    assert written.read_bytes() == "name,year,note\nMüller,2021,\n".encode()
    with pytest.raises(InputError, match=r"t\.csv: is there already; to replace it, name it"):
        to_csv(path)
    assert to_csv(path, written) == (written, 1)


def test_a_workbook_of_several_sheets_is_asked_about(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "t.xlsx", One=[["a"], ["1"]], Two=[["a"], ["2"]])
    with pytest.raises(InputError, match=r"several sheets \('One', 'Two'\); say which"):
        to_csv(path)
    with pytest.raises(InputError, match=r"did you mean 'Two'"):
        to_csv(path, sheet="tow")
    assert to_csv(path, sheet="Two")[0].read_text("utf-8") == "a\n2\n"


def test_what_cannot_be_read_is_refused_and_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "t.csv"
    path.write_text('a,b\n"open,1\n', "utf-8")
    assert main(["to-csv", str(path)]) == 2
    assert "is a quotation mark left open?" in capsys.readouterr().err
    assert path.read_text("utf-8") == 'a,b\n"open,1\n'
    assert main(["to-csv", str(tmp_path / "none.csv")]) == 2
    path.write_text("", "utf-8")
    assert main(["to-csv", str(path)]) == 2


def test_a_table_of_something_else_replaces_nothing(tmp_path: Path) -> None:
    path, target = tmp_path / "t.csv", tmp_path / "data" / "u.csv"
    target.parent.mkdir()
    path.write_text("name,year,note\na,1,\n", "utf-8")
    target.write_text("id,code\na,b\n", "utf-8")
    with pytest.raises(
        InputError, match=r"has the columns name, year, note, but .* id, code: they"
    ):
        to_csv(path, target)
    assert target.read_text("utf-8") == "id,code\na,b\n"
    target.write_text("Name,YEAR,No-te\nb,2,\n", "utf-8")
    assert to_csv(path, target) == (target, 1)
    # A column more or less is a table that has grown.
    target.write_text("name,year\nb,2\n", "utf-8")
    assert to_csv(path, target) == (target, 1)


@pytest.mark.parametrize("name", ["zotero.ris", "t.pdf", "t"])
def test_a_file_that_is_called_no_table_is_none(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("TY  - JOUR\nTI  - A, b\nER  - \n", "utf-8")
    with pytest.raises(InputError, match=r"is no table: its name ends in none of \.csv"):
        to_csv(path, tmp_path / "t.csv")
    assert [item.name for item in tmp_path.iterdir()] == [name]


def test_a_line_that_tells_the_delimiter_is_no_row(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('sep=;\na;b\n"1,5;x\n', "utf-8")
    with pytest.raises(InputError, match=r"t\.csv, row 3: .*is a quotation mark left open"):
        to_csv(path)
    path.write_text("sep=;\na;b\n1,5;x\n", "utf-8")
    assert to_csv(path) == (path, 1)
    assert path.read_text("utf-8") == 'a,b\n"1,5",x\n'


def test_a_table_open_in_excel_is_left_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(_TEXT.encode("cp1252"))

    def held(self: Path, target: Path) -> Path:
        raise PermissionError(13, "The process cannot access the file", str(target))

    monkeypatch.setattr(Path, "replace", held)
    assert main(["to-csv", str(path)]) == 1
    said = capsys.readouterr().err
    assert "cannot write t.csv: The process cannot access the file; close what is open" in said
    assert path.read_bytes() == _TEXT.encode("cp1252")
    assert [item.name for item in tmp_path.iterdir()] == ["t.csv"]


def test_the_command_says_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(_TEXT.encode("cp1252"))
    assert main(["to-csv", str(path)]) == 0
    assert capsys.readouterr().out == f"wrote {path}: 2 rows\n"


def test_a_formula_without_a_value_matters_in_the_sheet_that_is_written(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "t.xlsx", Data=[["a"], ["1"]], Helper=[["n"], ["=COUNTA(A1:A2)"]])
    assert to_csv(path)[0].read_text("utf-8") == "a\n1\n"
    with pytest.raises(InputError, match=r"'Helper!A'.*is a formula without a saved value"):
        to_csv(path, tmp_path / "u.csv", sheet="Helper")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("I don’t know – “yes”; 5 €, ‘z’, l’œuvre, Škoda", "cp1252"),
        ("Größe und Köln", "cp850"),
        ("Größe für Männer, Köln", "mac_roman"),
        ("São João é ótimo", "mac_roman"),
        ("¿Jardín aquí? ¡El niño está!", "cp850"),
        ("Łódź, piątek", "cp1250"),
        ("MÜLLER STRAßE", "mac_roman"),
    ],
)
def test_letters_are_read_for_what_they_are(text: str, encoding: str) -> None:
    assert decode_table(text.encode(encoding), "t.csv") == text


def test_letters_that_were_lost_are_not_written(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    raw = b"a,b\nM\xfcller \x81,1\nM\xf6ller \xfc\xe4\xf6,2\n"
    path.write_bytes(raw)
    with pytest.raises(InputError, match=r't\.csv, row 2: .*cannot be told; .*"CSV UTF-8"'):
        to_csv(path)
    assert path.read_bytes() == raw
    path.write_text("a,b\nM\ufffdller,1\n", "utf-8")
    with pytest.raises(InputError, match=r"row 2, column 'a': 'M\ufffdller' holds \ufffd, which"):
        to_csv(path)
