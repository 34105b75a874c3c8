"""Each producer's dialect read as its database meant it, and nothing lost."""

from __future__ import annotations

import codecs
import csv
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from oso_analysis.errors import InputError
from oso_analysis.literature.readers import count_markers, read_records, write_table
from oso_analysis.literature.readers.abroad import ABROAD
from oso_analysis.literature.readers.columns import SYNONYMS
from oso_analysis.literature.readers.draft import RECORD_COLUMNS
from oso_analysis.literature.readers.latex import decode_latex
from oso_analysis.literature.readers.names import normalise_authors
from oso_analysis.literature.readers.sniff import sniff
from oso_analysis.literature.readers.text import clean_doi, find_year, split_serial_number
from oso_analysis.literature.readers.xlsx import _count

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "readers"
REAL = ROOT / "data" / "literature"


def rows(*names: str) -> list[dict[str, Any]]:
    """Read fixtures and return their records, missing cells left out."""
    records = read_records([FIXTURES / name for name in names]).records
    return [
        {name: value for name, value in row.items() if not pd.isna(value)}
        for row in records.to_dict("records")
    ]


def write(folder: Path, data: str | bytes, name: str = "export.txt") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


# ------------------------------------------------------------------ the project's own exports


def test_all_990_real_records_are_accepted_under_their_own_keys() -> None:
    result = read_records((REAL / "records").iterdir())
    assert list(result.files["n_accepted"]) == [188, 73, 193, 211, 162, 163]
    assert result.files["n_markers"].sum() == 990
    assert result.rejects.empty
    assert result.repairs.empty
    with (REAL / "screening.csv").open(encoding="utf-8") as file:
        screened = {row["record_id"] for row in csv.DictReader(file)}
    assert screened <= set(result.records["record_id"])
    assert tuple(result.records.columns) == RECORD_COLUMNS
    texts = result.records.drop(columns=["source_line", "year"])
    assert set(texts.dtypes.astype("str")) == {"str"}
    assert str(result.records["year"].dtype) == "Int64"
    assert not texts.eq("").any().any()


def test_real_titles_and_years_agree_with_a_count_by_hand() -> None:
    records = read_records((REAL / "records").iterdir()).records
    ris = [(REAL / "records" / name).read_text("utf-8") for name in
           ("characteristics.ris", "completion.ris")]  # fmt: skip
    bib = (REAL / "records" / "risk-and-treatment.bib").read_text("utf-8")
    items = json.loads((REAL / "records" / "solicitation.json").read_text("utf-8"))
    xml = (REAL / "records" / "prevention-and-industry.xml").read_text("utf-8")
    with (REAL / "records" / "policing-and-law.csv").open(encoding="utf-8-sig") as file:
        table = list(csv.DictReader(file))
    titles = sum(len(re.findall(r"^TI  - \S", text, re.M)) for text in ris)
    titles += len(re.findall(r"^  title = ", bib, re.M)) + xml.count("<title>")
    titles += sum("title" in item for item in items) + sum(bool(row["Title"]) for row in table)
    years = sum(len(re.findall(r"^PY  - \d{4}", text, re.M)) for text in ris)
    years += len(re.findall(r"^  year = ", bib, re.M)) + xml.count("<year>")
    years += sum("issued" in item for item in items)
    years += sum(bool(row["Publication Year"]) for row in table)
    assert records["title"].notna().sum() == titles
    assert records["year"].notna().sum() == years


@pytest.mark.parametrize("extra", [[], sorted(FIXTURES.iterdir())], ids=["real", "dialects"])
def test_a_written_table_reads_back_identically(extra: list[Path], tmp_path: Path) -> None:
    first = read_records(extra or (REAL / "records").iterdir()).records
    again = read_records(write_table(first, tmp_path / "records.csv"))
    pd.testing.assert_frame_equal(again.records, first)
    assert again.repairs.empty


def test_order_of_files_and_their_folder_change_nothing(tmp_path: Path) -> None:
    files = sorted(FIXTURES.iterdir())
    moved = [write(tmp_path, path.read_bytes(), path.name) for path in reversed(files)]
    pd.testing.assert_frame_equal(read_records(files).records, read_records(moved).records)


# ------------------------------------------------------------------------------------- dialects


def test_zotero_ris() -> None:
    article, report = rows("zotero.ris")
    assert article["title"] == "Measuring what treatment changes: a follow-up study"
    assert article["authors"] == "Åkerman, Britta; O'Neill, Sean P."
    assert article["abstract"] == "Background: first line. Second line of the same abstract."
    assert (article["year"], article["doi"]) == (2019, "10.1234/jis.2019.001")
    assert (article["pages"], article["issn"]) == ("101-118", "1234-5678")
    assert article["keywords"] == "Evaluation; Treatment"
    assert json.loads(article["extra"])["DA"] == "2019/03/12/"
    assert (report["type"], report["isbn"]) == ("report", "978-3-16-148410-0")
    assert report["place"] == "Oslo"


def test_scopus_and_web_of_science_ris_keep_their_first_record_despite_the_mark() -> None:
    assert [row["year"] for row in rows("scopus.ris")] == [2021, 2018]
    first, second = rows("web-of-science.ris")
    assert first["issn"] == "1111-2222; 1111-2230"
    assert second["type"] == "chapter"
    assert rows("scopus.ris")[1]["container"] == "Proc. Invented Conf. Inf. Syst."
    assert rows("scopus.ris")[0]["pages"] == "100234"


def test_endnote_ris_with_continuation_lines() -> None:
    article, thesis = rows("endnote.ris")
    assert article["keywords"] == "Adult; *Internet; Humans"
    assert "edition" not in article
    assert json.loads(article["extra"])["N1"].split("\n")[0] == "1552-6933"
    assert thesis["type"] == "thesis"
    assert "year" not in thesis


def test_proquest_ebsco_and_ovid_ris() -> None:
    (proquest,) = rows("proquest.ris")
    assert (proquest["year"], proquest["container"]) == (2020, "Policing Invented")
    (ebsco,) = rows("ebsco.ris")
    assert ebsco["record_id"] == "2014-12345-001"
    assert (ebsco["abstract"], ebsco["doi"]) == ("An abstract in N2.", "10.1037/inv0000001")
    ovid = rows("ovid.ris")
    assert ovid[0]["authors"] == "Rossi, M.; Bianchi, G.; De Luca, P."
    assert ovid[1]["title"] == "Second record"


def test_odd_ris_is_mended_and_said_so() -> None:
    result = read_records(FIXTURES / "odd.ris")
    assert list(result.records["title"]) == [
        "Odd spacing of tags",
        "No closing line",
        "Twice the same key",
        "Twice the same key, again",
        "An entry that lost its first line",
    ]
    assert list(result.rejects["reason"]) == ["an entry without any content"]
    assert list(result.rejects["source_line"]) == [25]
    said = " | ".join(result.repairs["reason"])
    for words in ("without its ER line", "without its TY line", "not unique", "no possible year"):
        assert words in said
    (file,) = result.files.to_dict("records")
    assert (file["n_markers"], file["n_accepted"], file["n_rejected"]) == (6, 5, 1)
    assert file["n_repaired"] == 4


def test_bibtex_of_zotero_scopus_and_web_of_science() -> None:
    article, thesis = rows("zotero.bib")
    assert article["title"] == "Measuring What Treatment Changes: A follow-up"
    assert article["authors"] == (
        "Åkerman, Britta; O'Neill, Seán P.; Invented Safety Commission; van der Berg, Kaša"
    )
    assert article["abstract"] == "Costs rose by 5%; >50 people took part – mostly adults."
    assert article["url"] == "https://example.org/a_b?x=1&y=2"
    assert (article["pages"], article["doi"]) == ("101-118", "10.1234/jis_2019")
    assert thesis["publisher"] == "University of Nowhere"
    assert rows("scopus.bib")[0]["record_id"] == "Garcia2021"
    assert rows("web-of-science.bib")[0]["abstract"] == "This paper argues over two lines."


def test_bibtex_strings_inheritance_and_broken_entries() -> None:
    found = {row["record_id"]: row for row in rows("dialects.bib")}
    assert len(found) == 10
    first = found["paren1"]
    assert first["authors"] == "Müller, Jörg; López García, María; Øverland, Nils; Nowak, Łukasz"
    assert first["title"] == "The big “question”: does it work? — Yes"
    assert first["container"] == "Journal of Invented Studies"
    assert first["publisher"] == "Invented Press and Sons"
    assert found["child1"]["container"] == "Proceedings of the Invented Conference"
    assert found["child1"]["year"] == 2010
    assert found["biblatex1"]["year"] == 2021
    assert found["biblatex1"]["url"] == "https://example.org/~ana/page"
    assert found["missingcomma"]["year"] == 2011
    assert found["unclosed"]["authors"] == "Lost, Brace"
    assert found["after"]["title"] == "After the broken one"


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"M{\"u}ller", "Müller"),
        (r"M\"uller", "Müller"),
        (r"Garc{\'\i}a", "García"),
        (r"{\v{S}}koda \v Skoda", "Škoda Škoda"),
        (r"{\O}verl{\aa}nd \o re", "Øverlånd øre"),
        (r"Erd\H{o}s, \c{c}a, \k{a}", "Erdős, ça, ą"),
        (r"\'{E}cole \^{\i}le", "École île"),
        (r"5\% \& more \_ \$", "5% & more _ $"),
        ("1--2 --- x", "1–2 — x"),
        (r"\textit{in} {\em the} \emph{text}", "in the text"),
        (r"$\alpha$-level {\ss}", "α-level ß"),
        (r"\unknown{x}", r"\unknownx"),
        ("plain, already — decoded é", "plain, already — decoded é"),
    ],
)
def test_latex(latex: str, text: str) -> None:
    assert decode_latex(latex) == text


def test_csl_json_in_every_layout() -> None:
    article, page = rows("zotero.json")
    assert article["authors"] == (
        "van der Berg, Kaša; Invented Safety Commission; King, Martin Luther, Jr."
    )
    assert article["title"] == "Measuring what treatment changes"
    assert (article["year"], article["volume"], article["source_line"]) == (2019, "12", 2)
    assert (page["record_id"], page["year"], page["source_line"]) == ("2", 2018, 19)
    assert [row["record_id"] for row in rows("items.json")] == ["a1", "a2"]
    assert [row["source_line"] for row in rows("lines.jsonl")] == [1, 2]


def test_csl_json_cut_in_half_loses_at_most_one(tmp_path: Path) -> None:
    text = (REAL / "records" / "solicitation.json").read_text("utf-8")
    cut = text[: len(text) // 2]
    result = read_records(write(tmp_path, cut))
    (file,) = result.files.to_dict("records")
    assert file["n_markers"] == cut.count('"id"')
    whole = read_records(REAL / "records" / "solicitation.json").records
    got = result.records.iloc[: file["n_markers"] - 1]
    assert list(got["title"].fillna("")) == list(whole["title"].fillna("")[: len(got)])


def test_endnote_xml_of_endnote_mendeley_and_with_namespaces() -> None:
    article, thesis = rows("endnote.xml")
    assert article["record_id"] == "18299999"
    assert article["title"] == "The Internet and assessment: a review & more"
    assert article["keywords"] == "Adult; Humans"
    assert thesis["title"] == "R&D without an entity"
    assert thesis["type"] == "thesis"
    (mendeley,) = rows("mendeley.xml")
    assert (mendeley["issue"], mendeley["doi"]) == ("1", "10.5555/mend.1")
    assert rows("namespaced.xml")[0]["authors"] == "Prefixed, Pat"


def test_endnote_xml_cut_in_half_keeps_what_came_before(tmp_path: Path) -> None:
    data = (REAL / "records" / "prevention-and-industry.xml").read_bytes()
    cut = data[: len(data) // 2]
    result = read_records(write(tmp_path, cut))
    (file,) = result.files.to_dict("records")
    assert file["n_markers"] == cut.count(b"<record>")
    assert file["n_accepted"] >= file["n_markers"] - 1


def test_pubmed() -> None:
    article, chapter = rows("pubmed.nbib")
    assert article["authors"] == "Beech, Anthony R; Invented Study Group; Elliott, Ian A"
    assert article["title"].endswith("that goes on to a second line.")
    assert (article["doi"], article["pmid"]) == ("10.5555/endnote.1", "18299999")
    assert article["issn"] == "0306-624X; 1552-6933"
    assert (chapter["type"], chapter["container"]) == ("chapter", "Invented Handbook")


def test_web_of_science_text_and_table() -> None:
    article, paper = rows("web-of-science.txt")
    assert article["authors"] == "Larsen, Per; Nyberg, Karin"
    assert article["title"] == "Prevention before detection: a title over two lines"
    assert len(json.loads(article["extra"])["CR"]) == 2
    assert (paper["type"], paper["pages"]) == ("paper-conference", "17")
    (row,) = rows("web-of-science.tsv")
    assert row["record_id"] == article["record_id"]
    assert row["abstract"] == 'This "paper" argues'
    assert row["issn"] == "1111-2222; 1111-2230"


def test_tables_of_databases_and_screening_tools() -> None:
    article, report = rows("zotero.csv")
    assert article["abstract"] == "First line. Second line, with a comma."
    assert (article["source_line"], report["source_line"]) == (2, 4)
    assert report["type"] == "report"
    scopus = rows("scopus.csv")
    assert scopus[0]["authors"] == "García-López, María; Smith, John A."
    assert "abstract" not in scopus[1]
    old, nameless = rows("scopus-old.csv")
    assert old["authors"] == "Smith, J.A.; van der Berg, K.; O'Neill, S.P."
    assert "authors" not in nameless
    rayyan = rows("rayyan.csv")
    assert rayyan[0]["authors"] == "Müller, Jörg; Rossi, Maria"
    assert rayyan[1]["authors"] == "Smith, J.; Doe, A. B."
    assert rayyan[1]["pmid"] == "30000001"
    assert rows("covidence.csv")[0]["record_id"] == "#12"
    eppi = rows("eppi.tsv")
    assert (eppi[0]["container"], eppi[0]["issn"]) == ("Invented Support", "1234-5678")
    assert eppi[1]["publisher"] == "University of Oslo"
    assert rows("pubmed.csv")[0]["authors"] == "Beech, AR; Elliott, IA; Birgden, A."
    assert rows("embase.csv")[0]["pages"] == "5-9"


def test_an_unknown_column_is_named_with_the_nearest_and_kept(tmp_path: Path) -> None:
    path = write(tmp_path, 'Tittle,Author,Year\nEin Titel,"A, B",2001\n', "a.csv")
    result = read_records(path)
    assert result.repairs["reason"].str.contains("'Tittle' is not recognised").any()
    assert result.repairs["reason"].str.contains("nearest known is 'Title'").any()
    assert json.loads(result.records["extra"][0]) == {"Tittle": "Ein Titel"}


def test_ragged_rows_are_kept_and_named(tmp_path: Path) -> None:
    path = write(tmp_path, "Title,Author,Year\na,b,2001,spare\nonly a title\n\n,,\nc,d,2002\n")
    result = read_records(path)
    assert list(result.records["title"]) == ["a", "only a title", "c"]
    assert json.loads(result.records["extra"][0])["(no heading)"] == ["spare"]
    assert result.repairs["reason"].str.contains("cells under 3 headings").sum() == 2


def test_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["My export"])
    sheet.append([])
    sheet.append(["Title", "Authors", "Publication Year", "DOI"])
    sheet.append(["A", "Smith, J.; Doe, A.", 2001, "10.1234/A"])
    sheet.append([None, None, None, None])
    sheet.append(["B", None, 2002.0, None])
    book.create_sheet("Notes").append(["nothing here"])
    path = tmp_path / "export.xlsx"
    book.save(path)
    result = read_records(path)
    assert list(result.records["title"]) == ["A", "B"]
    assert list(result.records["year"]) == [2001, 2002]
    assert list(result.records["source_line"]) == [4, 6]
    assert result.files["n_markers"][0] == 2
    assert result.repairs["reason"].str.contains("sheet 'Notes' has no recognised header").any()
    # Cells that are not there at a row's end are nothing to mend.
    assert not result.repairs["reason"].str.contains("cells under").any()
    assert result.files["n_repaired"][0] == 0


def test_signs_and_formulas_of_workbooks(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Title", "Authors", "Abstract", "DOI"])
    sheet.append(["A_x000D_\nB", "Doe, A.", "x_x005F_x000D_y z_x0007_", "10.1234/a"])
    sheet.append(["C", "Doe, A.", "my_xlsx_file", '=HYPERLINK("https://doi.org/10.1234/c", "c")'])
    path = tmp_path / "export.xlsx"
    book.save(path)
    result = read_records(path)
    assert list(result.records["title"]) == ["A B", "C"]
    assert list(result.records["abstract"]) == ["x_x000D_y z", "my_xlsx_file"]
    assert result.records["doi"].isna().tolist() == [False, True]
    unsaved = result.repairs["reason"].str.contains("without a result, whose cells .* empty: 1;")
    assert unsaved.sum() == 1


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_rows_of_a_sheet_are_counted_without_the_library(prefix: str) -> None:
    def tag(name: str, content: str, attributes: str = "") -> str:
        return f"<{prefix}{name}{attributes}>{content}</{prefix}{name}>"

    cell = tag("c", tag("v", "1"))
    rows = [
        tag("row", cell, ' spans="1:2" r="1"'),
        tag("row", cell, ' r="4"'),
        f'<{prefix}row r="5"/>',
        tag("row", tag("c", tag("v", "")), ' r="6"'),
        tag("row", tag("c", tag("is", tag("t", "a", ' xml:space="preserve"')), ' t="inlineStr"')),
        tag("row", tag("c", "")),
    ]
    xml = tag("sheetData", "\n".join(rows)).encode()
    assert [_count(xml, header) for header in (0, 1, 4, 6, 7)] == [3, 2, 1, 1, 0]


# ------------------------------------------------------------------------------------ encodings


@pytest.mark.parametrize(
    ("codec", "named", "mark"),
    [
        ("utf-8", "utf-8", codecs.BOM_UTF8),
        ("utf-16-le", "utf-16", codecs.BOM_UTF16_LE),
        ("utf-16-be", "utf-16", codecs.BOM_UTF16_BE),
        ("utf-16-le", "utf-16", b""),
        ("utf-16-be", "utf-16", b""),
        ("utf-32-le", "utf-32", codecs.BOM_UTF32_LE),
        ("cp1252", "cp1252", b""),
        ("mac-roman", "mac-roman", b""),
    ],
)
def test_encodings_are_recognised_and_named(
    codec: str, named: str, mark: bytes, tmp_path: Path
) -> None:
    text = "TY  - JOUR\r\nTI  - “Évaluation”: l’été à Malmö\r\nAU  - Müller, Jörg\r\nER  - \r\n"
    result = read_records(write(tmp_path, mark + text.encode(codec)))
    assert result.records["title"][0] == "“Évaluation”: l’été à Malmö"
    assert result.records["authors"][0] == "Müller, Jörg"
    assert result.files["encoding"][0] == named
    assert result.repairs["reason"].str.contains(f"decoded from {named}").any() == (
        named != "utf-8"
    )


def test_cyrillic_in_a_windows_encoding(tmp_path: Path) -> None:
    text = "TY  - JOUR\nTI  - Профилактика преступлений против детей в интернете\nER  - \n" * 3
    assert (
        "Профилактика" in read_records(write(tmp_path, text.encode("cp1251"))).records["title"][0]
    )


def test_a_stray_byte_in_utf_8_is_mended(tmp_path: Path) -> None:
    data = "TY  - JOUR\nTI  - Malmö och Åbo\nAU  - X\x00\nER  - \n".encode().replace(b"\0", b"\xe9")
    result = read_records(write(tmp_path, data))
    assert result.records["authors"][0] == "Xé"
    assert result.repairs["reason"].str.contains("not UTF-8 read as Windows-1252").any()


# --------------------------------------------------------------------------- what is not an export


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \r\n", "is empty"),
        (b"%PDF-1.7\n...", "is a PDF document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is a damaged .xls workbook"),
        (b"\x1f\x8b\x08", "is a gzip archive"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "is a web page"),
        (b"TY  - JOUR\nTI  - a\0b\nER  - \n", "NUL bytes"),
        (b"Dear reader,\nthis is a letter.\n", "is in no format that is read"),
        (b"TY  - JOUR\nTI  - " + b"x" * 5_000_000 + b"\nER  - \n", "line of over"),
        (b"x" * 5_000_000, "is in no format that is read"),
        (b"[]", "has no entries"),
        (b"<xml><records></records></xml>", "has no entries"),
        (b"Title,Authors,Year\n", "has no entries"),
        (b"PK\x03\x04broken", "is a ZIP archive"),
    ],
)
def test_what_cannot_be_read_is_named(data: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words):
        read_records(write(tmp_path, data))


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.txt", "1. J Test. 2024 Mar;14(3):1-5. doi: 10.1234/a.\n\nA title.\n\nDoe A(1).\n\n"
         "PMID: 123456\n", "save the search in the format PubMed"),
        ("a.txt", "1: Doe A. A title. J Test. 2001;1:2-3. PubMed PMID: 123456.\n", "format PubMed"),
        ("a.txt", "<1>\nUnique Identifier\n  123456\nTitle\n  A title.\n", "export as RIS"),
        ("a.html", '<table><tr><td>FN</td><td>Web of Science</td></tr><td valign="top">PT </td>',
         "export as plain text"),
        ("a.xls", "<html><body><table><tr><td>Title</td></tr></table>", "save the table as .xlsx"),
    ],
)  # fmt: skip
def test_lists_for_people_are_named_with_what_to_export(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_records(path)


def test_xml_bombs_are_refused(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = (
        f'<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY e0 "ha">{entities}]>'
        "<xml><records><record><titles><title>&e11;</title></titles></record></records></xml>"
    )
    with pytest.raises(InputError, match="declares XML entities"):
        read_records(write(tmp_path, bomb))
    outside = (
        '<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml><records><record>'
        "<titles><title>&e;x</title></titles></record></records></xml>"
    )
    assert read_records(write(tmp_path, outside)).records["title"][0] == "&e;x"


def test_archives_and_documents_are_named(tmp_path: Path) -> None:
    for inside, words in (("word/document.xml", "Word document"), ("a.ris", "ZIP archive")):
        path = tmp_path / "x.bin"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(inside, "x")
        with pytest.raises(InputError, match=words):
            read_records(path)


def test_all_files_problems_at_once(tmp_path: Path) -> None:
    good = FIXTURES / "zotero.ris"
    with pytest.raises(InputError) as caught:
        read_records([good, tmp_path, tmp_path / "missing.ris", write(tmp_path, b"")])
    rules = " | ".join(problem.rule for problem in caught.value.problems)
    assert len(caught.value.problems) == 3
    assert all(words in rules for words in ("is a folder", "does not exist", "is empty"))


def test_a_deep_or_strange_json_is_answered(tmp_path: Path) -> None:
    for data in ("[" * 100_000, '{"a":' * 50_000, '[{"id": 1, "title": "\\ud800x"}]', "[1, 2]"):
        try:
            result = read_records(write(tmp_path, data))
        except InputError:
            continue
        assert len(result.records) + len(result.rejects) == 1


# -------------------------------------------------------------------------------- ids and values


def test_ids_stay_unique_whatever_files_share(tmp_path: Path) -> None:
    entry = "TY  - JOUR\nID  - {}\nTI  - {}\nER  - \n"
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first = write(tmp_path / "one", entry.format("k", "a") + entry.format("own", "b"), "x.ris")
    second = write(tmp_path / "two", entry.format("k", "c") + entry.format("x-1", "d"), "x.ris")
    result = read_records([first, second])
    assert list(result.records["source_file"].unique()) == ["one/x.ris", "two/x.ris"]
    assert result.records["record_id"].is_unique
    assert {"own", "x-1"} <= set(result.records["record_id"])
    assert result.repairs["reason"].str.contains("key 'k' is not unique").sum() == 2


@pytest.mark.parametrize(
    ("given", "doi"),
    [
        ("https://doi.org/10.1000/ABC.1", "10.1000/abc.1"),
        ("doi:10.1000/abc(1)2.", "10.1000/abc(1)2"),
        ("(10.1000/abc)", "10.1000/abc"),
        ("http://dx.doi.org/10.1002%2F(SICI)1", "10.1002/(sici)1"),
        ("10.1000/a;", "10.1000/a"),
        ("not a doi", None),
        ("10.1000/", None),
    ],
)
def test_dois(given: str, doi: str | None) -> None:
    assert clean_doi(given) == doi


@pytest.mark.parametrize(
    ("date", "year"),
    [
        ("2019/03/12/", 2019),
        ("Mar-Apr 2015", 2015),
        ("2015-2016", 2015),
        ("20190312", 2019),
        ("c1998.", 1998),
        ("in press", None),
        ("0203", None),
        ("12345", None),
        ("2987", None),
    ],
)
def test_years(date: str, year: int | None) -> None:
    assert find_year(date) == year


@pytest.mark.parametrize(
    ("given", "authors"),
    [
        (["Kelly M. Babchishin • R. Karl Hanson"], "Kelly M. Babchishin; R. Karl Hanson"),
        (["JANIS WOLAK", "J.D.", "AND KIMBERLY MITCHELL", "Ph.D."],
         "Janis Wolak; Kimberly Mitchell"),
        (["Tenbergen, Gilian PhD", "Martinez-Dettamanti, Meg MS, LCMHC"],
         "Tenbergen, Gilian; Martinez-Dettamanti, Meg"),
        (["Smith, MA", "Jones, BA"], "Smith, MA; Jones, BA"),
        (["King, Martin Luther, Jr."], "King, Martin Luther, Jr."),
        (["UNITED NATIONS OFFICE ON DRUGS AND CRIME"],
         "UNITED NATIONS OFFICE ON DRUGS AND CRIME"),
        (["Department of Health and Human Services"], "Department of Health and Human Services"),
        (["Australian Communications Media Authority (ACMA) & Office of the Children’s eSafety "
          "Commissioner"],
         "Australian Communications Media Authority (ACMA) & Office of the Children’s eSafety "
         "Commissioner"),
        (["Smith, J., Doe, A."], "Smith, J.; Doe, A."),
        (["ECPAT UK"], "ECPAT UK"),
        (["Beech AR", "van der Berg K."], "Beech, AR; van der Berg, K."),
        (["Smith, John, et al."], "Smith, John"),
        (["DUMITRIU, Claudia Gabriela"], "Dumitriu, Claudia Gabriela"),
    ],
)  # fmt: skip
def test_authors(given: list[str], authors: str) -> None:
    found, changed = normalise_authors(given)
    assert found == authors
    lost = [name for name in given if not set(re.findall(r"\w+", name)) <= set(
        re.findall(r"\w+", found))]  # fmt: skip
    assert changed or not lost


def test_serial_numbers() -> None:
    assert split_serial_number("0306-624X (Print) 03066241") == (
        None, "0306-624X; 0306-6241", False
    )  # fmt: skip
    assert split_serial_number("978-3-16-148410-0") == ("978-3-16-148410-0", None, True)
    assert split_serial_number("Report 5") == (None, None, False)


def test_the_count_of_markers_is_no_parser_of_its_own() -> None:
    assert count_markers("TY  - JOUR\nER  -\nTY  - BOOK\nTI  - x", "ris") == 2
    swapped = "TY  - JOUR\nTI  - a\nER  - TY  - JOUR\nTI  - b\nTY  - BOOK\nER  - \n"
    assert count_markers(swapped, "ris") == 3
    assert count_markers("@book{a,}\n@comment{x}\n@string{b={c}}\n@misc{d}", "bibtex") == 2
    assert count_markers('[{"a": "{"}, {"b": {"c": 1}}]', "csl-json") == 2
    assert count_markers("<xml><record></record><record/></xml>", "endnote-xml") == 2
    assert count_markers('Title,Year\n"a\nb",1\n\nc,2\n', "csv") == 2
    assert count_markers("PMID- 1\nTI  - x\n\nPMID- 2\n", "medline") == 2
    assert count_markers("FN x\nPT J\nTI a\nER\n\nPT J\nTI b\nER\nEF", "wos") == 2


def test_elements_nested_beyond_reason_are_rejected(tmp_path: Path) -> None:
    deep = "<a>" * 50_000 + "</a>" * 50_000
    good = "<record><titles><title>T</title></titles></record>"
    text = f"<xml><records><record>{deep}</record>{good}</records></xml>"
    result = read_records(write(tmp_path, text))
    assert list(result.rejects["reason"]) == ["an entry whose elements are nested too deeply"]
    assert list(result.records["title"]) == ["T"]


def test_records_are_told_apart_though_a_comment_spans_two(tmp_path: Path) -> None:
    title = "<titles><title>{}</title></titles>"
    entries = [title.format("a<!-- "), "-->" + title.format("b"), title.format("c")]
    text = "".join(f"<record>{entry}</record>" for entry in entries)
    result = read_records(write(tmp_path, f"<xml><records>{text}</records></xml>"))
    assert list(result.files["n_markers"]) == [3]
    assert list(result.records["title"])[1:] == ["b", "c"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("TY  - JOUR\nAB  - a{}\nER  - \n", "\nmore"),
        ("TY  - JOUR\nTI  - a\nER  - \n{}", "loose\nER  - \n"),
        ("PMID- 1\nAB  - a{}\n", "\n      more"),
        ("PT J\nAB a{}\nER\n\nEF", "\n   more"),
        ("@misc{{k, title = {{a}}}}\n{}@misc{{l, title = {{b}}}}", "\n"),
        ("@misc{{k{}l, title = {{a}}}}", " "),
        ("@misc{{k, title{}= {{a}}}}", " "),
    ],
    ids=["RIS", "RIS after", "MEDLINE", "Web of Science", "BibTeX", "BibTeX key", "BibTeX name"],
)
def test_a_damaged_entry_of_very_many_lines_is_read(text: str, lines: str, tmp_path: Path) -> None:
    # Time once grew with the square of the lines: these took minutes each.
    files = read_records(write(tmp_path, text.format(lines * 200_000))).files
    assert files["n_markers"].iloc[0] >= 1
    assert files["n_accepted"].iloc[0] + files["n_rejected"].iloc[0] == files["n_markers"].iloc[0]


def test_numbers_of_more_than_64_bits_keep_their_digits(tmp_path: Path) -> None:
    item = '{"id": 12345678901234567890123, "title": "T", "volume": 98765432109876543210}'
    records = read_records(write(tmp_path, f"[{item}]")).records
    assert records.loc[0, "record_id"] == "12345678901234567890123"
    assert records.loc[0, "volume"] == "98765432109876543210"


def test_blank_lines_before_a_header_do_not_hide_it(tmp_path: Path) -> None:
    result = read_records(write(tmp_path, "\n \n" * 20 + "Title,Year\nA,2001\n"))
    assert list(result.records["title"]) == ["A"]
    assert list(result.records["source_line"]) == [42]


def test_a_row_of_many_more_delimiters_than_headings_is_blank(tmp_path: Path) -> None:
    blank = "," * 300
    result = read_records(write(tmp_path, f'Title,Year\nA,2001\n{blank}\n"B\nC",2002\n{blank}\n'))
    assert list(result.records["title"]) == ["A", "B C"]
    assert list(result.files["n_markers"]) == [2]
    assert result.repairs["reason"].str.contains("cells under").sum() == 0


@pytest.mark.parametrize("path", sorted(FIXTURES.iterdir()), ids=lambda path: path.name)
def test_formats_are_told_by_content(path: Path, tmp_path: Path) -> None:
    renamed = tmp_path / "export.dat"
    renamed.write_bytes(path.read_bytes())
    assert read_records(renamed).files["format"][0] == read_records(path).files["format"][0]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('<collection xmlns="http://www.loc.gov/MARC21/slim"><record><leader>0</leader>'
         '<datafield tag="245"/></record></collection>', "MARC XML"),
        ('<modsCollection xmlns="http://www.loc.gov/mods/v3"><mods></mods></modsCollection>',
         "MODS XML"),
        ('<?xml version="1.0"?>\n<responseWrapper><hitCount>1</hitCount>', "Europe PMC's XML"),
        ('<records>\n<rec resultID="1">\n', "EBSCO's XML"),
        ('<rdf:RDF xmlns:rdf="x">', "RDF"),
        ("<OAI-PMH><ListRecords><record><header/></record>", "an answer of a repository"),
    ],
)  # fmt: skip
def test_xml_of_others_is_called_what_it_is(text: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"is {what}; export the references as RIS"):
        read_records(write(tmp_path, text))


def test_prose_is_no_format() -> None:
    assert sniff("Title of a letter, by its authors\nDear all,\n") is None


def test_the_documentation_names_every_heading() -> None:
    text = (ROOT / "docs" / "reading-records.md").read_text("utf-8")
    for column, headings in (*SYNONYMS.items(), *ABROAD.items()):
        assert f"| `{column}` | {', '.join(headings)} |" in text


@pytest.mark.parametrize(
    ("codec", "title"),
    [
        ("gb18030", "儿童网络安全与预防研究的综述"),
        ("euc_kr", "온라인 아동 보호 정책에 관한 연구"),
        ("shift_jis", "オンラインにおける子どもの保護に関する研究"),
        ("euc_jp", "オンラインにおける子どもの保護に関する研究"),
    ],
)
def test_east_asian_encodings(codec: str, title: str, tmp_path: Path) -> None:
    data = f"@article{{a,\n title = {{{title}}},\n year = 2001\n}}\n".encode(codec)
    assert read_records(write(tmp_path, data)).records["title"][0] == title


def test_lines_after_an_entry_stay_with_it(tmp_path: Path) -> None:
    entry = "{n}.\nTY  - JOUR\nT1  - Title {n}\nSP  - No\nEP  - Specified\nER  -\nNL  - J Inv\n\n"
    link = "Link to the full text: https://example.org\n\n"
    result = read_records(write(tmp_path, entry.format(n=1) + link + entry.format(n=2)))
    assert list(result.records["title"]) == ["Title 1", "Title 2"]
    assert result.records["pages"].isna().all()
    kept = json.loads(result.records["extra"][0])
    assert kept["(after the entry)"] == [f"NL  - J Inv\n{link.strip()}\n2."]


def test_embase_cell_with_everything_in_it(tmp_path: Path) -> None:
    text = (
        'Title,Author Names,Source\nA,"Liu R., Adler D.G.","Invented J (2014) 3:2 (15-60). Date"\n'
    )
    (row,) = read_records(write(tmp_path, text)).records.to_dict("records")
    assert (row["container"], row["year"], row["volume"]) == ("Invented J", 2014, "3")
    assert (row["issue"], row["pages"]) == ("2", "15-60")
    assert row["authors"] == "Liu, R.; Adler, D.G."


def test_json_that_is_no_bibliography_is_rejected(tmp_path: Path) -> None:
    result = read_records(write(tmp_path, '[{"name": "x"}, {"title": "y"}]'))
    assert list(result.records["title"]) == ["y"]
    assert list(result.rejects["reason"]) == ["an object that is no CSL-JSON item"]


@pytest.mark.parametrize(
    "text",
    [
        '[{"id": "a", "title": "' + "x" * 5_000_000 + '"}, {"id": "b", "title": "kept"}]',
        '[{"id": "a", "title": "' + "x" * 5_000_000 + '"}, {"id": "b", "title": "kept"}',
        "<xml><records><record><titles><title>" + "x" * 5_000_000 + "</title></titles></record>"
        "<record><titles><title>kept</title></titles></record></records></xml>",
    ],
    ids=["json", "broken json", "xml"],
)
def test_an_entry_of_millions_of_characters_is_rejected_alone(text: str, tmp_path: Path) -> None:
    result = read_records(write(tmp_path, text))
    assert list(result.records["title"]) == ["kept"]
    assert result.rejects["reason"][0].endswith("of over 4,000,000 characters")
    assert len(result.rejects["raw"][0]) < 5_000
