"""Workbooks of the format before .xlsx, which Web of Science and Ovid write still."""

from __future__ import annotations

import contextlib
import json
import random
import struct
from pathlib import Path

import openpyxl
import pytest
from literature.old_workbooks import Day, Error, Formula, in_a_file, record, stream

from oso_analysis.cli import main
from oso_analysis.errors import InputError
from oso_analysis.literature.readers import read_records

_HEAD = ["Publication Type", "Authors", "Article Title", "Source Title", "Publication Year", "DOI"]
_ROWS = [
    _HEAD,
    ["J", "Doe, Ann; Roe, Bo", "A title", "A JOURNAL", 2001.0, "10.1234/A"],
    ["C", "Żak, Ewa", "Ein Café", "PROCEEDINGS", 2002.0, ""],
]


def _write(tmp_path: Path, data: bytes, name: str = "savedrecs.xls") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def _problem(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_records(path)
    return "\n".join(map(str, caught.value.problems))


@pytest.mark.parametrize("wrapped", [True, False])
def test_web_of_science(tmp_path: Path, wrapped: bool) -> None:
    data = stream({"savedrecs": _ROWS})
    result = read_records(_write(tmp_path, in_a_file(data) if wrapped else data))
    records = result.records
    assert list(records["title"]) == ["A title", "Ein Café"]
    assert list(records["authors"]) == ["Doe, Ann; Roe, Bo", "Żak, Ewa"]
    assert list(records["year"]) == [2001, 2002]
    # The letters of publication types say more than nothing where there is no other type.
    assert list(records["type"]) == ["article-journal", "paper-conference"]
    assert list(records["source_line"]) == [2, 3]
    assert result.files["format"][0] == "xls"
    assert result.files["n_markers"][0] == 2


def test_kinds_of_cells(tmp_path: Path) -> None:
    rows = [
        ["Title", "Authors", "Date Published", "Volume", "Issue", "Pages", "Notes", "DOI"],
        ["A", "Doe, A.", Day(36892.0), 12.0, 1.5, Error(42), True, Formula("10.1234/a")],
        ["B", "Doe, A.", Day(36892.5), Error(23), None, "", False, Formula(None)],
        ["C", "Doe, A.", Day(1e9), Formula(3.0), None, "1-2", "", Formula("")],
    ]
    result = read_records(_write(tmp_path, stream({"a": rows})))
    records = result.records
    assert list(records["year"].fillna(0)) == [2001, 2001, 0]
    assert list(records["volume"]) == ["12", "#REF!", "3"]
    assert records["issue"][0] == "1.5"
    assert records["pages"].isna().tolist() == [True, True, False]
    assert records["doi"].fillna("").tolist() == ["10.1234/a", "", ""]
    assert [json.loads(extra).get("Notes") for extra in records["extra"]][:2] == ["True", "False"]
    reasons = result.repairs["reason"]
    assert reasons.str.contains("formulas of sheet 'a' without a result.* empty: 1;").sum() == 1


def test_rows_without_content_are_no_records(tmp_path: Path) -> None:
    rows = [*_ROWS, ["", None, "", "", None, ""], [None], [" "], [None, Formula(None)]]
    result = read_records(_write(tmp_path, stream({"a": rows, "b": [["nothing here"]], "c": []})))
    assert len(result.records) == 2
    assert result.files["n_markers"][0] == 3
    assert list(result.rejects["reason"]) == ["a row of blanks"]
    assert result.repairs["reason"].str.contains("sheet 'b' has no recognised header").sum() == 1


def test_hidden_sheets_are_read_like_others(tmp_path: Path) -> None:
    data = stream({"a": _ROWS, "b": [_HEAD, ["J", "Roe, B.", "Z", "J", 2003.0]]}, hidden=["b"])
    assert list(read_records(_write(tmp_path, data)).records["title"])[-1] == "Z"
    book = openpyxl.Workbook()
    book.active.append(["Title", "Authors", "Year"])
    hidden = book.create_sheet("b")
    hidden.sheet_state = "hidden"
    for row in (["Title", "Authors", "Year"], ["Z", "Roe, B.", 2003]):
        hidden.append(row)
    book.save(tmp_path / "a.xlsx")
    assert list(read_records(tmp_path / "a.xlsx").records["title"]) == ["Z"]


def test_citation_report_of_web_of_science(tmp_path: Path) -> None:
    title = ["Title", "Authors", "Source Title", "Publication Year", "Volume", "Issue",
             "Beginning Page", "Ending Page", "Article Number", "DOI", "Total Citations",
             "Average per Year", "1999", "2000"]  # fmt: skip
    row = ["T", "Doe, A.", "J", 1999.0, 4.0, 2.0, 17.0, 30.0, "", "10.1234/b", 5.0, 2.5, 1.0, 4.0]
    rows = [["TOPIC: (t)"], ["Timespan=1999"], *[[]] * 20, ["Results found", 1.0], [], title, row]
    result = read_records(_write(tmp_path, stream({"savedrecs": rows})))
    assert result.records["pages"][0] == "17-30"
    assert json.loads(result.records["extra"][0])["2000"] == "4"
    reasons = list(result.repairs["reason"][result.repairs["record_id"].isna()])
    assert "columns headed by a year are kept in extra: 2" in reasons
    assert not [reason for reason in reasons if "not recognised" in reason]


def test_ovid(tmp_path: Path) -> None:
    medline = [
        ["Copyright (c) 2000-2022 Ovid Technologies, Inc."],
        ["ORN", "VN", "DB", "UI", "TI", "AU", "NJ", "DO", "DP", "XL"],
        [1.0, "Ovid Technologies", "Ovid MEDLINE(R)", 27526138.0, "T", "Doe AB\n\nRoe C", "Heart",
         "https://dx.doi.org/10.1234/c", "2016 Nov 01", "Find Full Text"],
    ]  # fmt: skip
    embase = [
        ["Copyright (c) 2000-2022 Ovid Technologies, Inc."],
        ["ORN", "DB", "TI", "SO", "AU", "KW"],
        [1.0, "Embase", "T", "Brain Stim. 21 (2) (pp 160-167), 2018. Date of Publication: 2018.",
         "Doe A.B.", "one\n\ntwo"],
        [2.0, "Embase", "T", "Brain Stim. (no pagination), 2019.", "Doe A.B.", ""],
        [3.0, "Embase", "T", "J. Heart. 12(3):1-9, 2010 Jan.", "Doe A.B.", ""],
    ]  # fmt: skip
    labels = [["AU", "Author(s)"], ["TI", "Title"]]
    for name, rows in (("a.xls", medline), ("b.xls", embase)):
        _write(tmp_path, stream({"citations": rows, "labels": labels}), name)
    records = read_records([tmp_path / "a.xls", tmp_path / "b.xls"]).records
    first = records.iloc[0]
    assert (first["authors"], first["pmid"], first["year"]) == ("Doe, AB; Roe, C", "27526138", 2016)
    assert first["container"] == "Heart"
    others = records.iloc[1:]
    assert list(others["container"]) == ["Brain Stim", "Brain Stim", "J. Heart"]
    assert list(others["year"]) == [2018, 2019, 2010]
    assert list(others["pages"].fillna("")) == ["160-167", "", "1-9"]
    assert list(others["volume"].fillna("")) == ["21", "", "12"]
    assert others["keywords"].iloc[0] == "one; two"
    assert others["pmid"].isna().all()


def test_what_is_no_workbook_is_named(tmp_path: Path) -> None:
    locked = stream({"a": _ROWS}, before=record(0x2F, struct.pack("<HHH", 0, 1, 1)))
    assert "with a password" in _problem(_write(tmp_path, in_a_file(locked)))
    for name, said in {
        "WordDocument": "an old Word document",
        "PowerPoint Document": "an old PowerPoint file",
        "EncryptedPackage": "with a password",
        "Something": "a damaged .xls workbook, or none at all",
    }.items():
        assert said in _problem(_write(tmp_path, in_a_file(b"content", name)))
    empty = stream({"a": [["nothing", "here"]]})
    assert "without a row of recognised column headings" in _problem(_write(tmp_path, empty))


def test_no_part_of_a_workbook_is_read_as_the_whole(tmp_path: Path) -> None:
    rows = [_HEAD, *([f"J{n}", "Doe, A.", f"Title {n}", "J", 2001.0, ""] for n in range(300))]
    bare = stream({"a": rows})
    for whole in (bare, in_a_file(bare)[: 1024 + 512 + len(bare)]):
        for percent in range(1, 100, 7):
            cut = whole[: len(whole) * percent // 100]
            assert _problem(_write(tmp_path, cut)), percent


def test_damage_is_answered_and_never_a_traceback(tmp_path: Path) -> None:
    whole = in_a_file(stream({"a": _ROWS, "b": _ROWS}))
    dice = random.Random(1)
    for _ in range(150):
        data = bytearray(whole)
        for _ in range(dice.randint(1, 4)):
            data[dice.randrange(4000)] = dice.randrange(256)
        path = _write(tmp_path, bytes(data))
        # What an error says is shown; anything else than one of what is given fails.
        with contextlib.suppress(InputError):
            read_records(path)


def test_a_cell_far_out_takes_no_room(tmp_path: Path) -> None:
    far = record(0x203, struct.pack("<HHHd", 65535, 255, 0, 1.0))
    data = stream({"a": _ROWS})
    at = data.rindex(record(0x0A, b""))
    result = read_records(_write(tmp_path, data[:at] + far + data[at:]))
    assert len(result.records) == 3


def test_the_command_answers_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _write(tmp_path, in_a_file(stream({"a": _ROWS}))[:2000])
    output = tmp_path / "records.csv"
    assert main(["records", "import", str(path), "--output", str(output)]) == 2
    said = capsys.readouterr().err
    assert "savedrecs.xls" in said
    assert "Traceback" not in said
    assert not output.exists()


def test_what_office_keeps_beside_an_open_file(tmp_path: Path) -> None:
    path = _write(tmp_path, b"\x03Ann" + b"\0" * 161, "~$export.xlsx")
    assert "leave it out" in _problem(path)


def test_a_workbook_may_speak_of_other_documents(tmp_path: Path) -> None:
    rows = [_HEAD, ["J", "Doe, A.", "WordDocument – ж EncryptedPackage", "J", 2001.0]]
    records = read_records(_write(tmp_path, in_a_file(stream({"a": rows})))).records
    assert list(records["title"]) == ["WordDocument – ж EncryptedPackage"]


def test_a_formula_may_give_a_text_of_no_letters(tmp_path: Path) -> None:
    data = stream({"a": _ROWS})
    at = data.rindex(record(0x0A, b""))
    given = struct.pack("<HHHBxxxxxHHIH", 3, 0, 0, 0, 0xFFFF, 0, 0, 0)
    formula = record(0x06, given) + record(0x207, struct.pack("<HB", 0, 0))
    result = read_records(_write(tmp_path, data[:at] + formula + data[at:]))
    assert result.files["n_markers"][0] == 2


def test_workbooks_that_are_older_still_are_named(tmp_path: Path) -> None:
    data = bytes.fromhex("0900040002000a002b00020001002800")
    assert "is a workbook of Excel before 1995" in _problem(_write(tmp_path, data))


@pytest.mark.parametrize(("heading", "split"), [("Source", True), ("Conference Title", False)])
def test_only_sources_are_taken_apart(tmp_path: Path, heading: str, split: bool) -> None:
    said = "Proceedings of the 3rd Conf. 2019, 2020 Berlin"
    rows = [["Title", "Authors", heading], ["T", "Doe, A.", said]]
    record = read_records(_write(tmp_path, stream({"a": rows}))).records.iloc[0]
    assert (record["container"] != said) == split
