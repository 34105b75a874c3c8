"""Tables as coding tools and statistics programs write them, by their own headings."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from oso_analysis.cli import main
from oso_analysis.consultation.readers import CodingProject, read_coding_project
from oso_analysis.errors import InputError

#: Columns of submissions that are no attributes.
OWN = {"submission_id", "respondent", "sources", "sets"}


def read(tmp_path: Path, text: str) -> CodingProject:
    path = tmp_path / "coded.csv"
    path.write_bytes(text.encode("utf-8"))
    return read_coding_project(path)


def codings(project: CodingProject) -> Counter[tuple[str, str]]:
    rows = project.segments
    return Counter(zip(rows["submission_id"], rows["code"], strict=True))


@pytest.mark.parametrize("cells", ["1.0,0.0", "1.0,", "1,NA", "ja,nein", "oui,non", "sí,no"])
def test_marks_as_programs_and_people_write_them(cells: str, tmp_path: Path) -> None:
    found = read(tmp_path, f"respondent,Price,Quality\nA,{cells}\nB,1,1\n")
    assert codings(found) == {("A", "Price"): 1, ("B", "Price"): 1, ("B", "Quality"): 1}


QUALCODER = (
    "File,Coder,Coded,Id,Codename,Coded_Memo,Category\n"
    "A.docx,Ana,We cannot pay,ctid:1,Price,private,Theme\n"
    "A.docx,Ana,We cannot pay,ctid:2,Problem,,Kind\n"
    "A.docx,Ana,We cannot pay,ctid:7,Price,,Theme\n"
)


def test_qualcoder_numbers_codings_and_the_words_tell_passages(tmp_path: Path) -> None:
    found = read(tmp_path, QUALCODER)
    passages = found.segments.groupby("passage_id")["code"].apply(sorted).tolist()
    # The same code on the same words once more is another passage.
    assert sorted(passages) == [["Price"], ["Price", "Problem"]]
    assert set(found.submissions.columns) == OWN
    assert found.caveats[0].endswith("left out as details of the coding 'Category', 'Id'.")


def test_no_words_of_a_respondent_become_an_attribute(
    tmp_path: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = "It costs a great deal more than it did a year ago"
    (tmp_path / "coded.csv").write_text(
        f"respondent,code,What do you think?,Size,Quotation Name\nA,Price,{answer},small,It costs\n"
    )
    (tmp_path / "recode.csv").write_text("code,facet,value\nPrice,ignore,\n")
    out = tmp_path / "out"
    command = [
        *("consultation", "import", str(tmp_path / "coded.csv"), "--output-dir", str(out)),
        *("--codebook", str(data / "codebook.yaml"), "--recode", str(tmp_path / "recode.csv")),
    ]
    assert main(command) == 0
    attributes = (out / "attributes.csv").read_text("utf-8").replace("\r", "")
    assert attributes == "submission_id,attribute,value\nA,sources,A\nA,Size,small\n"
    assert not any(answer in path.read_text("utf-8") for path in out.iterdir())
    assert (
        "attributes of the respondent 'Size'; left out as free text, which may quote respondents "
        "'What do you think?', 'Quotation Name'."
    ) in capsys.readouterr().out
    wide = f"respondent,Remarks,Town,Price\nA,{answer},Bath,1\nB,{answer} or two,York,0\n"
    found = read(tmp_path, wide)
    assert "Remarks" not in found.submissions.columns
    assert found.submissions["Town"].tolist() == ["Bath", "York"]
    assert "which may quote respondents: 'Remarks'" in found.caveats[-1]


@pytest.mark.parametrize("heading", ["Code ", "code_", "Code"])
def test_codes_in_numbered_columns(heading: str, tmp_path: Path) -> None:
    body = f"ResponseId,answer,{heading}1,{heading}2\nA,too dear,price,12\nB,cold,quality,\n"
    found = read(tmp_path, body)
    assert codings(found) == {("A", "price"): 1, ("A", "12"): 1, ("B", "quality"): 1}
    assert found.segments["passage_id"].nunique() == 2
    assert found.segments["text"].tolist() == ["too dear", "too dear", "cold"]
    # Columns of marks are codes themselves, whatever they are called.
    marks = read(tmp_path, f"respondent,{heading}1,{heading}2\nA,1,\nB,0,x\n")
    assert codings(marks) == {("A", f"{heading}1".strip()): 1, ("B", f"{heading}2".strip()): 1}


def test_german_exports_of_maxqda_and_atlas_ti(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "Farbe;Kommentar;Dokumentgruppe;Dokumentname;Code;Anfang;Ende;Gewicht;Segment;Erstellt von;"
        "Erstellt am;Abdeckungsgrad %\n"
        "●;;Gruppe;Müller;Thema > Preis;3;3;0;Zu teuer;anna;01.02.2024;1,2\n"
        "●;ein Memo;Gruppe;Müller;Art > Problem;3;3;0;Zu teuer;anna;01.02.2024;1,2\n",
    )
    rows = found.segments
    assert rows["code"].tolist() == ["Thema > Preis", "Art > Problem"]
    assert rows["passage_id"].nunique() == 1
    assert (rows["coder"].iloc[0], rows["note"].iloc[1]) == ("anna", "ein Memo")
    assert found.submissions["Dokumentgruppe"].tolist() == ["Gruppe"]
    assert not {"Farbe", "Gewicht", "Erstellt am"} & set(found.submissions.columns)
    found = read(
        tmp_path,
        "ID;Referenz;Zitatname;Zitatinhalt;Dokument;Kodes;Kommentar;Dichte;Erstellt von\n"
        '1:1;¶ 3;Das;Das Essen;Müller;"Preis\nProblem";;0;anna\n',
    )
    assert codings(found) == {("Müller", "Preis"): 1, ("Müller", "Problem"): 1}
    assert set(found.submissions.columns) == OWN


def test_a_table_in_which_nothing_is_marked_is_no_wide_table(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has no mark in what .* columns of codes \('Densité'\)"):
        read(tmp_path, "Citation,Codes appliqués,Densité\nTrop cher,prix,0\nFroid,qualité,0\n")


DEDOOSE = (
    "Media Title,Excerpt Creator,Excerpt Copy,Codes Applied Combined,Resource Creator,"
    "Code: Price, old Applied,Code: Price, old Weight,Code: Quality Applied\n"
)


def test_dedoose_has_a_column_for_each_code(tmp_path: Path) -> None:
    head = DEDOOSE.replace("Code: Price, old Applied", '"Code: Price, old Applied"')
    head = head.replace("Code: Price, old Weight", '"Code: Price, old Weight"')
    body = 'One,anna,dear,"Price, old, Quality",anna,True,3,True\n'
    body += "One,anna,cold,Quality,x,False,,True\n"
    found = read(tmp_path, head + body)
    assert codings(found) == {("One", "Price, old"): 1, ("One", "Quality"): 2}
    assert found.segments["passage_id"].nunique() == 2
    assert set(found.submissions.columns) == OWN
    with pytest.raises(InputError, match=r"Combined'.*export the excerpts with a column for each"):
        read(tmp_path, 'Media Title,Codes Applied Combined\nOne,"Price, old"\n')


def test_names_of_rows_have_no_heading(tmp_path: Path) -> None:
    nvivo = read(tmp_path, ",A : Preis,B : Qualität\n1 : Müller,3,0\n2 : Schulze,0,1\n")
    assert codings(nvivo) == {("Müller", "Preis"): 3, ("Schulze", "Qualität"): 1}
    long = read(tmp_path, ',code,text\n"Müller",Preis,teuer\n"Schulze",Preis,dear\n')
    assert codings(long) == {("Müller", "Preis"): 1, ("Schulze", "Preis"): 1}
    numbered = read(tmp_path, ",document,code\n0,A,Price\n1,A,Quality\n")
    assert set(numbered.submissions.columns) == OWN
    for body in (",code\n1,Price\n2,Price\n", ",code\nA,Price\nA,Quality\n"):
        with pytest.raises(InputError, match=r"has no heading; .* call it respondent"):
            read(tmp_path, body)


def test_a_sub_theme_stands_below_its_theme(tmp_path: Path) -> None:
    found = read(tmp_path, "Participant,Quote,Theme,Sub-theme\nA,dear,Price,School\nB,cold,Heat,\n")
    assert codings(found) == {("A", "theme > Price > School"): 1, ("B", "theme > Heat"): 1}
    assert found.caveats == (
        "Columns of coded.csv: respondent 'Participant'; code 'Theme', 'Sub-theme'; text 'Quote'.",
    )
