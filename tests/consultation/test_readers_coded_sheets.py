"""Coded spreadsheets: long and wide, and what Excel does to them."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oso_analysis.consultation.readers import merge_projects, read_coding_project
from oso_analysis.errors import InputError


def csv(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "coded.csv"
    path.write_bytes(text.encode(encoding))
    return path


def workbook(tmp_path: Path, *sheets: list[list[object]], merge: str = "") -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"Sheet{number}")
        for row in rows:
            sheet.append(row)
        if merge:
            sheet.merge_cells(merge)
    path = tmp_path / "coded.xlsx"
    book.save(path)
    return path


LONG = (
    "Respondent;Code;Coded by;Text;Sector\r\n"
    "Alpha;Prevention;ana;Lessons at school;ngo\r\n"
    "\r\n"
    "Alpha;Policing;ben;;ngo\r\n"
    'Béta;Prevention;ana;"Two\r\nlines; one cell";industry\r\n'
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_long_form_in_any_encoding(encoding: str, tmp_path: Path) -> None:
    found = read_coding_project(csv(tmp_path, LONG, encoding))
    rows = found.segments.set_index(["submission_id", "code"]).sort_index()
    assert rows["coder"].to_dict() == {
        ("Alpha", "Policing"): "ben",
        ("Alpha", "Prevention"): "ana",
        ("Béta", "Prevention"): "ana",
    }
    assert rows.loc[("Béta", "Prevention"), "text"].split() == ["Two", "lines;", "one", "cell"]
    assert pd.isna(rows.loc[("Alpha", "Policing"), "text"])
    assert found.submissions.set_index("submission_id")["Sector"].to_dict() == {
        "Alpha": "ngo",
        "Béta": "industry",
    }


WIDE = "respondent,country,Prevention,Policing,Helplines,Confidential\n"


def test_wide_form_marks_and_counts(tmp_path: Path) -> None:
    body = "Alpha,GB,1,x,2,yes\nBeta,IE,0,,0,no\nGamma,GB,Yes,No,TRUE,no\n"
    found = read_coding_project(csv(tmp_path, WIDE + body))
    assert Counter(zip(found.segments["submission_id"], found.segments["code"], strict=True)) == {
        ("Alpha", "Prevention"): 1,
        ("Alpha", "Policing"): 1,
        ("Alpha", "Helplines"): 2,
        ("Gamma", "Prevention"): 1,
        ("Gamma", "Helplines"): 1,
    }
    # a respondent without a code is a respondent all the same, and attributes stay attributes
    rows = found.submissions.set_index("submission_id")
    assert rows["country"].to_dict() == {"Alpha": "GB", "Beta": "IE", "Gamma": "GB"}
    assert rows["Confidential"].to_dict() == {"Alpha": "yes", "Beta": "no", "Gamma": "no"}
    assert found.segments["passage_id"].is_unique
    assert found.caveats == ("Columns read as codes: 'Prevention', 'Policing', 'Helplines'.",)


def test_cells_that_are_no_marks_are_all_named(tmp_path: Path) -> None:
    body = "".join(f"R{number},GB,1,0,1,no\n" for number in range(12))
    body += "Last,GB,maybe,200,1,no\n,GB,1,1,1,no\n"
    with pytest.raises(InputError) as caught:
        read_coding_project(csv(tmp_path, WIDE + body))
    found = {(item.row, item.column, item.value) for item in caught.value.problems}
    assert found == {
        (14, "Prevention", "maybe"),
        (14, "Policing", "200"),
        (15, "respondent", None),
    }
    assert "is neither a mark" in str(caught.value)


def test_measurements_are_not_counts(tmp_path: Path) -> None:
    body = "respondent,Staff,Prevention\nAlpha,40,1\nBeta,25,0\n"
    found = read_coding_project(csv(tmp_path, body))
    assert found.codes["path"].tolist() == ["Prevention"]
    assert found.submissions["Staff"].tolist() == ["40", "25"]


def test_a_respondent_in_two_rows_of_a_wide_table(tmp_path: Path) -> None:
    body = "respondent,Prevention\nAlpha,1\nBeta,0\nAlpha,1\n"
    with pytest.raises(InputError, match=r"row 4.*'Alpha' stands in two rows"):
        read_coding_project(csv(tmp_path, body))
    coded = "respondent,coder,Prevention\nAlpha,ana,1\nBeta,ana,0\nAlpha,ben,1\n"
    assert len(read_coding_project(csv(tmp_path, coded)).segments) == 2


def test_merged_headers_titles_and_blank_rows(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Coding of the consultation"],
        [],
        ["Respondent", "Themes", None, "Kinds"],
        [None, "Prevention", "Policing", "Issue"],
        ["Alpha", 1, None, "x"],
        [None, None, None, None],
        ["Beta", None, 1.0, None],
    ]
    found = read_coding_project(workbook(tmp_path, rows, merge="B3:C3"))
    assert set(found.segments["code"]) == {
        "Themes > Prevention",
        "Themes > Policing",
        "Kinds > Issue",
    }
    assert len(found.segments) == 3
    assert found.codes.set_index("path").loc["Themes > Policing", "parent"] == "Themes"


def test_formulas_are_read_as_their_saved_values(tmp_path: Path) -> None:
    rows: list[list[object]] = [["respondent", "code"], ["Alpha", "=CONCAT(1,2)"], ["=A2", "x"]]
    path = workbook(tmp_path, rows)
    with pytest.raises(InputError, match="is a formula without a saved value") as caught:
        read_coding_project(path)
    assert [(item.row, item.column) for item in caught.value.problems] == [
        (2, "Sheet1!B"),
        (3, "Sheet1!A"),
    ]


def test_excel_errors_dates_and_numbers(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["respondent", "code"],
        ["Alpha", "#N/A"],
        ["Beta", "#REF!"],
        ["C", "#SAFE"],
    ]
    with pytest.raises(InputError, match="is an Excel error") as caught:
        read_coding_project(workbook(tmp_path, rows))
    assert len(caught.value.problems) == 2
    rows = [["submission", "code", "received"], [7, 3.0, pd.Timestamp("2021-05-04")]]
    found = read_coding_project(workbook(tmp_path, rows))
    assert found.segments[["submission_id", "code"]].to_numpy().tolist() == [["7", "3"]]
    assert found.submissions["received"].tolist() == ["2021-05-04"]


def test_several_sheets(tmp_path: Path) -> None:
    long: list[list[object]] = [["document", "tag"], ["Alpha", "Prevention"]]
    notes: list[list[object]] = [["To do"], ["Ask Beta"]]
    found = read_coding_project(workbook(tmp_path, notes, long))
    assert len(found.segments) == 1
    assert found.caveats[1:] == ("Only sheet 'Sheet2' was read; not 'Sheet1'.",)
    with pytest.raises(InputError, match="has several sheets that hold codes"):
        read_coding_project(workbook(tmp_path, long, long))


def test_several_codes_in_one_cell_as_atlas_ti_writes_them(tmp_path: Path) -> None:
    body = (
        'ID,Document,Quotation Content,Codes\n1:1,Alpha,Words,"Prevention\nPolicing"\n1:2,Alpha,,\n'
    )
    found = read_coding_project(csv(tmp_path, body))
    assert found.segments["code"].tolist() == ["Prevention", "Policing"]
    assert found.segments["passage_id"].nunique() == 1
    assert found.caveats[1:] == ("1 row(s) of coded.csv carry no code.",)


def test_one_row_for_each_code_as_maxqda_writes_them(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        [
            "Color",
            "Document group",
            "Document name",
            "Code",
            "Beginning",
            "End",
            "Segment",
            "Author",
        ],
        ["\u25cf", "NGOs", "Alpha", "Themes\\Prevention", 3, 3, "Lessons at school", "ana"],
        ["\u25cf", "NGOs", "Alpha", "Kinds\\Issue", 3, 3, "Lessons at school", "ana"],
        ["\u25cf", "NGOs", "Alpha", "Kinds\\Issue", 3, 3, "Lessons at school", "ben"],
        ["\u25cf", "NGOs", "Alpha", "Kinds\\Issue", 9, 9, "Lessons at school", "ana"],
    ]
    found = read_coding_project(workbook(tmp_path, rows))
    passages = found.segments.groupby("passage_id")["code"].apply(sorted).tolist()
    assert sorted(passages) == [
        ["Kinds\\Issue"],
        ["Kinds\\Issue"],
        ["Kinds\\Issue", "Themes\\Prevention"],
    ]
    assert found.segments["text"].unique().tolist() == ["Lessons at school"]
    assert found.submissions["Document group"].tolist() == ["NGOs"]


def test_our_own_segments_are_long_form(data: Path) -> None:
    found = read_coding_project(data / "consultation" / "segments.csv")
    own = pd.read_csv(data / "consultation" / "segments.csv")
    assert len(found.segments) == len(own) * 2 + own["outcome"].notna().sum()
    assert found.segments["passage_id"].nunique() == len(own)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("code,text\nPrevention,Words\n", "none that says whose they are"),
        ("respondant,codde\nAlpha,Prevention\n", "neither long .* nor wide .*'respondant' ~"),
        ("respondent,code,\nAlpha,Prevention,more\n", "has no heading"),
        ("respondent,code,code\nAlpha,a,b\n", "is the heading of two columns"),
        ("respondent,code\n,Prevention\nAlpha,x\n,y\n", "is blank; every row needs"),
        ('respondent,code\nAlpha,"open\n', "is a quotation mark left open"),
    ],
)  # fmt: skip
def test_shapes_that_are_not_understood(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        read_coding_project(csv(tmp_path, text))


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_long_and_wide_tables_of_one_coding_agree(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    names = [f"R{number}" for number in range(1, data.draw(st.integers(2, 5)))]
    codes = [f"Code {letter}" for letter in "ABC"[: data.draw(st.integers(1, 3))]]
    cells = {
        (name, code): data.draw(st.integers(0, 3), label=f"{name} {code}")
        for name in names
        for code in codes
    }
    # each column needs one mark or blank to be told from a measurement
    cells |= {(names[0], code): 1 for code in codes}
    folder = tmp_path_factory.mktemp("tables")
    wide = [["respondent", *codes]]
    wide += [[name, *(cells[name, code] for code in codes)] for name in names]
    long = [["respondent", "code"]]
    long += [[name, code] for (name, code), times in cells.items() for _ in range(times)]
    shuffled = [long[0], *data.draw(st.permutations(long[1:]))]
    found = []
    for rows in (wide, long, shuffled):
        path = folder / "table.csv"
        path.write_text(
            "\n".join(",".join(map(str, row)) for row in rows), encoding="utf-8", newline=""
        )
        found.append(read_coding_project(path))
    counts = [
        Counter(zip(one.segments["submission_id"], one.segments["code"], strict=True))
        for one in found
    ]
    expected = Counter({key: times for key, times in cells.items() if times})
    assert counts == [expected] * 3
    pd.testing.assert_frame_equal(found[1].segments, found[2].segments)
    assert len(merge_projects(found).segments) == 3 * sum(expected.values())


def test_names_that_differ_in_capitals_alone_are_told_and_kept(tmp_path: Path) -> None:
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    paths[0].write_text("respondent,code\nCouncil Ä,Costs\nCouncil B,Staff\n", encoding="utf-8")
    paths[1].write_text("respondent,code\ncouncil A\u0308,costs\n", encoding="utf-8")
    one, other = map(read_coding_project, paths)
    assert not any("capitals" in caveat for caveat in (*one.caveats, *other.caveats))
    project = merge_projects([one, other])
    assert len(project.submissions) == 3
    notes = [caveat for caveat in project.caveats if "capitals" in caveat]
    assert [note.partition(": ")[2] for note in notes] == [
        "'Council Ä' and 'council A\u0308'",
        "'Costs' and 'costs'",
    ]
    assert merge_projects([project, other]).caveats.count(notes[1]) == 1


def with_formulas(path: Path, saved: dict[str, str]) -> Path:
    """Save values beside the formulas of a workbook's first sheet, as Excel does."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    for place, value in saved.items():
        pattern = rf'<c r="{place}"[^>]*>(<f>.*?</f>)<v ?/?>(?:</v>)?</c>'
        kept = rf'<c r="{place}" t="str">\1<v>{value}</v></c>'
        parts[sheet], n = re.subn(pattern, kept, parts[sheet])
        assert n == 1, place
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def test_a_formula_that_gave_an_empty_text_is_blank(tmp_path: Path) -> None:
    formula = '=IF(B2="x","y","")'
    rows: list[list[object]] = [["respondent", "code", "label"], ["Alpha", "x", formula]]
    rows.append(["Beta", "z", formula])
    path = with_formulas(workbook(tmp_path, rows), {"C2": "y", "C3": ""})
    found = read_coding_project(path)
    assert found.submissions["label"].fillna("").tolist() == ["y", ""]


def test_a_formula_without_a_value_matters_in_the_sheet_that_is_read(tmp_path: Path) -> None:
    long: list[list[object]] = [["document", "tag"], ["Alpha", "Prevention"]]
    helper: list[list[object]] = [["n"], ["=COUNTA(Sheet1!A2:A3)"], ["#REF!"]]
    assert len(read_coding_project(workbook(tmp_path, long, helper)).segments) == 1
    # Where no other sheet holds codes, they may be what the formulas would give.
    codes: list[list[object]] = [["code", "definition"], ["Prevention", "Before it happens."]]
    unsaved: list[list[object]] = [["document", "tag"], ["Alpha", "=A1"]]
    with pytest.raises(InputError, match=r"Sheet2!B.*is a formula without a saved value"):
        read_coding_project(workbook(tmp_path, codes, unsaved))
