"""Tables as databases, statistics programs and scripts write them."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from oso_analysis.errors import InputError
from oso_analysis.literature.readers import ReadResult, read_records, write_table


def read(folder: Path, text: str) -> ReadResult:
    path = folder / "export.txt"
    path.write_text(text, encoding="utf-8")
    return read_records(path)


def rows(result: ReadResult) -> list[dict[str, Any]]:
    """Return the records read, missing cells left out and `extra` as a dict."""
    found = []
    for row in result.records.to_dict("records"):
        has = {name: value for name, value in row.items() if not pd.isna(value)}
        has["extra"] = json.loads(has.get("extra", "{}"))
        found.append(has)
    return found


# ------------------------------------------------------------------------------- what is a table


@pytest.mark.parametrize(
    "text",
    [
        "<8>\nAuthor\n  Kohler, Lars\nTitle\n  Cloud water\nSource\n  Inv. J. 3:1-2, 2001.\n",
        "Title\n  Cloud water\nSource\n  Inv. J. 3:1-2, 2001.\n",
        "Title\n<8>\nCloud water\n",
        "A report\non several lines\nTitle\nand so on\n",
    ],
)
def test_a_label_between_lines_of_text_heads_no_table(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="in no format that is read"):
        read(tmp_path, text)


def test_one_known_heading_on_the_first_line_heads_a_table(tmp_path: Path) -> None:
    result = read(tmp_path, "\n\nDOI\n10.1234/a\n10.1234/b\n")
    assert list(result.records["doi"]) == ["10.1234/a", "10.1234/b"]


def test_many_columns_of_its_own_do_not_hide_what_a_table_is(tmp_path: Path) -> None:
    own = ",".join(f"q{number}" for number in range(30))
    (row,) = rows(
        read(tmp_path, f"title,abstract,authors,link,date,{own}\nA,B,C,http://a.b,2001\n")
    )
    assert (row["title"], row["year"]) == ("A", 2001)


def test_columns_without_a_heading_do_not_hide_what_a_table_is(tmp_path: Path) -> None:
    blank = "," * 16
    result = read(tmp_path, f"Cites,Authors,Title,Year,Source{blank}\n1,B,A,1979,Inv. J.{blank}\n")
    (row,) = rows(result)
    assert (row["title"], row["container"], row["extra"]) == ("A", "Inv. J.", {"Cites": "1"})


# ------------------------------------------------------------------------- databases' own headings


BIBLIOMETRIX = [
    ["", "AU", "DE", "ID", "DT", "DI", "SN", "SO", "LA", "DB", "TI", "VL", "PY", "TC", "SR_FULL"],
    ["LEE A, 2022", "LEE A;ROE B", "SALT", "COST BENEFIT", "ARTICLE", "10.1000/A.1", "0167-7187",
     "INVENTED JOURNAL", "ENGLISH", "SCOPUS", "SALT ROADS", "82", "2022", "0", "LEE A, 2022"],
]  # fmt: skip


@pytest.mark.parametrize("workbook", [False, True])
def test_bibliometrix(workbook: bool, tmp_path: Path) -> None:
    if workbook:
        path = tmp_path / "export.xlsx"
        pd.DataFrame(BIBLIOMETRIX[1:], columns=BIBLIOMETRIX[0]).to_excel(path, index=False)
        result = read_records(path)
    else:
        lines = [",".join(f'"{cell}"' for cell in line) for line in BIBLIOMETRIX]
        result = read(tmp_path, "\n".join(lines))
    (row,) = rows(result)
    assert (row["title"], row["authors"]) == ("SALT ROADS", "LEE A; ROE B")
    assert (row["container"], row["issn"]) == ("INVENTED JOURNAL", "0167-7187")
    assert (row["doi"], row["year"], row["volume"]) == ("10.1000/a.1", 2022, "82")
    assert (row["type"], row["keywords"]) == ("article-journal", "SALT")
    assert row["extra"]["ID"] == "COST BENEFIT"
    assert "COST" not in row["record_id"]
    assert not result.repairs["reason"].str.contains("not recognised").any()


EMBASE = """"TITLE","Salt roads"
"AUTHOR NAMES","Lee A.","Roe B."
"SOURCE","Invented Geography (2024) 21 Article Number: 1. Date of Publication: 1 Feb 2024"
"SOURCE TITLE","Invented Geography"
"PUBLICATION YEAR","2024"
"PUBLICATION TYPE","Article"
"ABSTRACT","He said ""salt"",
and more."
"AUTHOR KEYWORDS","salt","roads"
"MEDLINE PMID","123 (http://www.ncbi.nlm.nih.gov/pubmed/123)"
"PUI","L2"

"TITLE",""

"TITLE","Cut short
"DOI","10.1000/b"

"TITLE","Sea roads"
"DOI","10.1000/c"
"""


def test_embase_with_fields_by_row(tmp_path: Path) -> None:
    result = read(tmp_path, EMBASE)
    first, second, third = rows(result)
    assert (first["title"], first["authors"]) == ("Salt roads", "Lee, A.; Roe, B.")
    assert (first["container"], first["year"]) == ("Invented Geography", 2024)
    assert first["abstract"] == 'He said "salt", and more.'
    assert (first["keywords"], first["pmid"], first["type"]) == (
        "salt; roads", "123", "article-journal",
    )  # fmt: skip
    assert set(first["extra"]) == {"SOURCE", "PUI", "pmid"}
    assert second["title"].startswith("Cut short")
    assert (third["title"], third["doi"], third["source_line"]) == ("Sea roads", "10.1000/c", 18)
    assert list(result.files["format"]) == ["embase"]
    counts = result.files[["n_markers", "n_accepted", "n_rejected"]]
    assert counts.to_numpy().tolist() == [[4, 3, 1]]
    assert not result.repairs["reason"].str.contains("not recognised").any()


def test_a_table_with_headings_in_capitals_has_no_fields_by_row(tmp_path: Path) -> None:
    result = read(tmp_path, '"TITLE","AUTHOR NAMES","DOI"\n"DNA","Lee A.","10.1000/a"\n')
    assert list(result.records["title"]) == ["DNA"]


@pytest.mark.parametrize(
    "text",
    [
        '"TITLE","GROUP","INCLUDE"\n"ABC","X","yes"\n"A second title","Y","no"\n',
        '"TITLE","Notes"\n"HIV AND AIDS","X"\n',
        '"TITLE","Notes","INCLUDE"\n"SOURCE","X","yes"\n',
    ],
)
def test_a_title_in_capitals_is_no_field_of_embase(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="in no format that is read"):
        read(tmp_path, text)


def test_embase_below_a_line_and_an_empty_title(tmp_path: Path) -> None:
    text = '"Query: salt"\n\n"TITLE",""\n"DOI","10.1000/z"\n\n"TITLE","Abstracts"\n"PUI","L2"\n'
    result = read(tmp_path, text)
    first, second = rows(result)
    assert (first["doi"], first["source_line"]) == ("10.1000/z", 3)
    assert (second["title"], second["extra"]) == ("Abstracts", {"PUI": "L2"})
    assert list(result.files["format"]) == ["embase"]
    left_out = result.repairs["reason"].eq("text outside any entry was left out")
    assert list(result.repairs.loc[left_out, "raw"]) == ['"Query: salt"']
    result = read(tmp_path, '"TITLE",""\n\n' + EMBASE)
    assert list(result.files[["n_accepted", "n_rejected"]].iloc[0]) == [3, 2]


def test_tags_of_ris_head_columns(tmp_path: Path) -> None:
    (row,) = rows(read(tmp_path, "TI,AU,PY,T2,SP,EP,DO\nA,B,2001,Inv. J.,1,9,10.1000/a\n"))
    assert (row["container"], row["pages"], row["doi"]) == ("Inv. J.", "1-9", "10.1000/a")
    (row,) = rows(read(tmp_path, "in\tT1\tA1\tY1\nn\tA\tB, C;D, E\t2018/01//\n"))
    assert (row["title"], row["authors"], row["year"]) == ("A", "B, C; D, E", 2018)


def test_springerlink(tmp_path: Path) -> None:
    result = read(
        tmp_path,
        "Item Title,Publication Title,Book Series Title,Journal Volume,Journal Issue,Item DOI,"
        "Authors,Publication Year,URL,Content Type\n"
        '"Ice","Invented Frost","","9","1","10.1007/x1","Jane DoeJohn Smith","2022","http://a.b/1",'
        '"Article"\n'
        '"Snow","Invented Winters","Series","","","10.1007/x2","Jane Doe","2021","http://a.b/2",'
        '"Living reference work entry"\n',
    )
    article, entry = rows(result)
    assert (article["doi"], article["volume"], article["issue"]) == ("10.1007/x1", "9", "1")
    assert (article["title"], article["container"]) == ("Ice", "Invented Frost")
    assert (article["type"], article["authors"]) == ("article-journal", "Jane DoeJohn Smith")
    assert (entry["type"], entry["url"]) == ("entry-encyclopedia", "http://a.b/2")
    assert entry["extra"]["Book Series Title"] == "Series"
    assert not result.repairs["reason"].str.contains("not recognised").any()


IEEE = (
    "Document Title,Authors,Author Affiliations,Publication Title,Date Added To Xplore,"
    "Publication Year,Volume,Issue,Start Page,End Page,Abstract,ISSN,ISBNs,DOI,"
    "Funding Information,PDF Link,Author Keywords,IEEE Terms,INSPEC Controlled Terms,"
    "INSPEC Non-Controlled Terms,Mesh_Terms,Article Citation Count,Patent Citation Count,"
    "Reference Count,License,Online Date,Issue Date,Meeting Date,Publisher,Document Identifier"
)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("IEEE Conferences", "paper-conference"),
        ("IET Conferences", "paper-conference"),
        ("IEEE Journals", "article-journal"),
        ("IEEE Early Access Articles", "article-journal"),
        ("IEEE Magazines", "article-magazine"),
        ("IEEE Standards", "standard"),
        ("MIT Press eBook Chapters", "chapter"),
        ("Invented Leaflets", "document"),
    ],
)
def test_ieee_xplore(word: str, kind: str, tmp_path: Path) -> None:
    cells = {"Document Title": "Tides", "PDF Link": "http://a.b/1", "Document Identifier": word}
    cells |= {"IEEE Terms": "Sea;Moon", "Start Page": "3", "End Page": "9"}
    line = ",".join(cells.get(name, "") for name in IEEE.split(","))
    result = read(tmp_path, f"{IEEE}\n{line}\n")
    (row,) = rows(result)
    assert (row["type"], row["pages"], row["url"]) == (kind, "3-9", "http://a.b/1")
    assert row["extra"] == {"IEEE Terms": "Sea;Moon", "type": word}
    assert not result.repairs["reason"].str.contains("not recognised").any()


def test_openalex(tmp_path: Path) -> None:
    names = (
        "id,abstract,authorships.author.display_name,authorships.countries,display_name,doi,"
        "ids.pmid,language,primary_location.source.display_name,"
        "primary_location.source.host_organization_name,primary_location.source.issn_l,"
        "biblio.volume,biblio.issue,biblio.first_page,biblio.last_page,keywords.display_name,"
        "cited_by_count,publication_date,publication_year,type,fwci,is_retracted,topics.id"
    )
    result = read(
        tmp_path,
        f"{names}\nhttps://openalex.org/W1,Said here.,Ann Lee|Bo Åkerman,SE|NO,Salt roads,"
        "https://doi.org/10.1234/S1,https://pubmed.ncbi.nlm.nih.gov/123456,en,Invented Geography,"
        "Invented Press,1234-5678,7,2,11,19,Salt|Roads,3,2020-01-06,2020,"
        "book-chapter,1.5,False,T1\n",
    )
    (row,) = rows(result)
    assert row["record_id"] == "https://openalex.org/W1"
    assert (row["title"], row["authors"]) == ("Salt roads", "Ann Lee; Bo Åkerman")
    assert (row["container"], row["publisher"]) == ("Invented Geography", "Invented Press")
    assert (row["volume"], row["issue"], row["pages"]) == ("7", "2", "11-19")
    assert (row["doi"], row["pmid"], row["issn"]) == ("10.1234/s1", "123456", "1234-5678")
    assert (row["type"], row["year"], row["keywords"]) == ("chapter", 2020, "Salt; Roads")
    assert row["extra"]["authorships.countries"] == "SE|NO"
    assert result.repairs.empty


def test_known_headings_of_other_databases_need_no_remark(tmp_path: Path) -> None:
    names = "Title,Book Author Full Names,Funding Text,Funding Text 12,Access Type,Book DOI,Funding"
    result = read(tmp_path, f'{names}\nA,"Lee, Ann",f1,f12,open,10.1234/b,X\n')
    (row,) = rows(result)
    assert (row["authors"], row["doi"]) == ("Lee, Ann", "10.1234/b")
    assert row["extra"]["Funding Text 12"] == "f12"
    assert not result.repairs["reason"].str.contains("not recognised").any()


def test_the_first_of_several_addresses_is_taken_and_all_are_kept(tmp_path: Path) -> None:
    both = "https://a.b/1.pdf https://a.b/2"
    archived = "https://web.example.org/2001/http://a.b"
    result = read(tmp_path, f"Title,Source URLs\nA,{both}\nB,{archived}\n")
    first, second = rows(result)
    assert (first["url"], first["extra"]["url"]) == ("https://a.b/1.pdf", both)
    assert second["url"] == archived


# ------------------------------------------------------------- as R, pandas and spreadsheets write


@pytest.mark.parametrize("sign", ["NA", "nan", "NaN", "<NA>", "NULL", "null", "None", "#N/A"])
def test_a_cell_that_says_it_has_nothing_has_nothing(sign: str, tmp_path: Path) -> None:
    names = "Key,Title,Authors,Journal,Abbreviated source title,PMID,Abstract,DOI,Year,Note"
    line = ",".join([sign] * 4 + ["Inv. J."] + [sign] * 5)
    result = read(tmp_path, f'{names}\n{line}\nk,{sign} of all,"{sign}, B.",J,J,1,x,,2001,\n')
    first, second = rows(result)
    assert first["container"] == "Inv. J."
    assert not {"title", "authors", "pmid", "abstract", "doi", "year"} & set(first)
    # A work may be called so, and what a column of no meaning known says is not judged.
    assert first["extra"] == {"Title": sign, "Note": sign}
    assert (second["title"], second["abstract"]) == (f"{sign} of all", "x")
    assert list(result.repairs["reason"]) == [
        "1 of 2 entries have no key and are named by file, title and DOI or year"
    ]


def test_tables_of_records_keep_every_cell_that_was_written(tmp_path: Path) -> None:
    first = read(tmp_path, "Title,Authors,Volume,Abstract\nA,B,1,x\n").records
    first.loc[0, ["title", "volume", "abstract"]] = ["NA", "12.0", "None"]
    again = read_records(write_table(first, tmp_path / "records.csv")).records
    pd.testing.assert_frame_equal(again, first)


def test_whole_numbers_have_no_decimals(tmp_path: Path) -> None:
    names = "Title,PMID,Year,Volume,Issue,Start Page,End Page,Edition"
    line = "Release 2.0,39176482.0,2019.0,12.0,3.0,1.0,9.0,2.0"
    first, second = rows(read(tmp_path, f"{names}\n{line}\nB,x.0,2001,1.05,S.0,10.0,19.0,\n"))
    assert (first["pmid"], first["year"], first["title"]) == ("39176482", 2019, "Release 2.0")
    assert (first["volume"], first["issue"], first["pages"]) == ("12", "3", "1-9")
    assert (first["edition"], first["extra"]) == ("2.0", {})
    assert (second["volume"], second["issue"]) == ("1.05", "S.0")
    assert second["extra"] == {"pmid": "x.0"}


def test_an_abstract_of_ris_may_say_there_is_none(tmp_path: Path) -> None:
    (row,) = rows(read(tmp_path, "TY  - JOUR\nTI  - A\nAB  - N/A\nER  - \n"))
    assert "abstract" not in row
    assert row["extra"]["abstract"] == "N/A"


@pytest.mark.parametrize("sign", ["NA", "null", "None"])
def test_tags_that_say_they_have_nothing_have_nothing(sign: str, tmp_path: Path) -> None:
    names = "AU PY T2 VL IS SP DO AB PM ID N1"
    tags = "".join(f"{name}  - {sign}\n" for name in names.split())
    result = read(tmp_path, f"TY  - JOUR\nTI  - Growth\nJO  - Inv. J.\n{tags}ER  - \n")
    (row,) = rows(result)
    assert set(row) == {
        "record_id", "source_file", "source_line", "type", "title", "container", "extra",
    }  # fmt: skip
    assert row["container"] == "Inv. J."
    assert row["extra"] == {"AU": sign}
    repairs = result.repairs[result.repairs["reason"].str.contains("NA")]
    assert list(repairs["reason"]) == ["values that say no more than NA are read as empty: 11"]
    assert repairs["raw"].iloc[0].startswith("AB 1, AU 1, DO 1")


def test_an_author_or_a_title_may_be_called_na(tmp_path: Path) -> None:
    lines = "TI  - NA\nAU  - NA\nAU  - Na, Li\n", "TI  - Na\nAU  - Na\n"
    text = "".join(f"TY  - JOUR\n{line}ER  - \n" for line in lines)
    first, second = rows(read(tmp_path, text))
    assert (first.get("title"), first["authors"]) == (None, "NA; Na, Li")
    assert first["extra"] == {"TI": "NA"}
    assert (second["title"], second["authors"], second["extra"]) == ("Na", "Na", {})


def test_an_entry_of_nothing_but_na_is_one(tmp_path: Path) -> None:
    result = read(tmp_path, "TY  - JOUR\nTI  - NA\nVL  - NA\nER  - \n")
    assert rows(result)[0]["extra"] == {"TI": "NA"}
    assert list(result.files["n_accepted"]) == [1]


def test_bibtex_that_r_wrote(tmp_path: Path) -> None:
    text = """@article{a,
  title = {Growth of grass}, author = {NA}, authors = {Lee, Ann and Roe, Bo}, year = {2010},
  journal = {NA}, volume = {NA}, pages = NA, pmid = {NA}, issn = {NA}, publisher = {NA}
}
@article{b,
  title = {Others}, author = {Lee, Ann}, authors = {Lee, Ann and Roe, Bo}
}"""
    first, second = rows(read(tmp_path, text))
    assert not {"container", "volume", "pages", "pmid", "issn", "publisher"} & set(first)
    assert first["authors"] == "Lee, Ann; Roe, Bo"
    assert first["extra"] == {"author": "NA"}
    assert (second["authors"], second["extra"]) == ("Lee, Ann", {"authors": "Lee, Ann and Roe, Bo"})


@pytest.mark.parametrize(
    "said", ["[No title available]", "[Not Available].", "No title captured", "[No Title]."]
)
def test_a_title_may_say_there_is_none(said: str, tmp_path: Path) -> None:
    (row,) = rows(read(tmp_path, f"Title,Year\n{said},2001\n"))
    assert "title" not in row
    assert row["extra"] == {"title": said}


@pytest.mark.parametrize("said", ["No title", "Not available", "No title available in print"])
def test_a_work_may_be_called_like_want_of_a_title(said: str, tmp_path: Path) -> None:
    assert rows(read(tmp_path, f"Title,Year\n{said},2001\n"))[0]["title"] == said


def test_pubmed_has_the_title_in_the_original_language(tmp_path: Path) -> None:
    entry = "PMID- {n}\nTI  - [Not Available].\nFAU - Lee, Ann\n{more}\n\n"
    text = entry.format(n=1, more="TT  - Un titre.") + entry.format(n=2, more="DP  - 1998")
    first, second = rows(read(tmp_path, text))
    assert (first["title"], first["extra"]) == ("Un titre.", {"TI": "[Not Available]."})
    assert "title" not in second
    assert second["extra"] == {"title": "[Not Available]."}


# ----------------------------------------------------------- headings that go by their neighbours


def test_a_database_is_no_journal(tmp_path: Path) -> None:
    names = "Title,Year,Source title,Conference name,Document Type,Source,EID"
    lines = (
        "A,2021,,23rd Invented Workshop,Conference paper,Scopus,2-s2.0-1",
        "B,2021,Inv. J.,,Article,Scopus,2-s2.0-2",
        "C,2021,,,Article,Scopus,2-s2.0-3",
    )
    first, second, third = rows(read(tmp_path, "\n".join([names, *lines])))
    assert (first["container"], second["container"]) == ("23rd Invented Workshop", "Inv. J.")
    assert "container" not in third
    assert [row["extra"]["Source"] for row in (first, second, third)] == ["Scopus"] * 3


def test_a_source_alone_is_a_journal_unless_it_names_a_database(tmp_path: Path) -> None:
    text = "Title,Year,Source\nA,2001,Inv. J.\nB,2002,Web of Science\n"
    first, second = rows(read(tmp_path, text))
    assert (first["container"], first["extra"]) == ("Inv. J.", {})
    assert "container" not in second
    assert second["extra"] == {"Source": "Web of Science"}


@pytest.mark.parametrize(
    "said",
    [
        *("PubMed, Embase", "PubMed/MEDLINE", "Ovid MEDLINE", "MEDLINE (Ovid)", "APA PsycInfo"),
        *("CENTRAL", "Scopus; Web of Science & ERIC", "Ovid MEDLINE(R)", "CINAHL via EBSCOhost"),
        *("Web of Science (Core Collection)", "MEDLINE [Ovid], APA PsycInfo | Cochrane CENTRAL"),
    ],
)
def test_databases_in_combination_are_no_journal(said: str, tmp_path: Path) -> None:
    (row,) = rows(read(tmp_path, f'Title,Year,Source\nA,2001,"{said}"\n'))
    assert "container" not in row
    assert row["extra"] == {"Source": said}


@pytest.mark.parametrize(
    "said", ["Central European History", "JAMA (Chicago)", "Ovid", "Eric & Co", "R"]
)
def test_a_journal_may_have_words_of_databases(said: str, tmp_path: Path) -> None:
    (row,) = rows(read(tmp_path, f'Title,Year,Source\nA,2001,"{said}"\n'))
    assert row["container"] == said


@pytest.mark.parametrize(
    "heading", ["Book Title", "Alternate Title 1", "Secondary Title", "Container Title"]
)
def test_a_source_stands_in_where_an_entry_has_no_other_container(
    heading: str, tmp_path: Path
) -> None:
    text = f"Title,Year,{heading},Source\nA,2001,,Inv. J.\nB,2002,Inv. Book,Inv. S.\nC,2003,,ERIC\n"
    first, second, third = rows(read(tmp_path, text))
    assert (first["container"], first["extra"]) == ("Inv. J.", {})
    assert (second["container"], second["extra"]) == ("Inv. Book", {"Source": "Inv. S."})
    assert "container" not in third
    assert third["extra"] == {"Source": "ERIC"}


def test_an_abbreviation_of_the_journal_comes_before_a_source(tmp_path: Path) -> None:
    text = "Title,Year,Source,Journal Abbreviation\nA,2001,Hand search,Inv. J.\n"
    (row,) = rows(read(tmp_path, text))
    assert (row["container"], row["extra"]) == ("Inv. J.", {"Source": "Hand search"})


@pytest.mark.parametrize("heading", ["No.", "Number"])
def test_numbers_of_rows_beside_volumes_are_no_issues(heading: str, tmp_path: Path) -> None:
    names = f"{heading},Title,Authors,Journal,Volume,Year"
    first, second = rows(read(tmp_path, f"{names}\n1,A,B,J,3,2001\n5,C,D,J,4,2002\n"))
    assert "issue" not in first
    assert second["extra"] == {heading: "5"}
    names = f"Title,{heading},Volume,Year"
    first, second = rows(read(tmp_path, f"{names}\nA,1,3,2001\nB,2,4,2002\n"))
    assert "issue" not in first
    assert second["extra"] == {heading: "2"}
    first, second = rows(read(tmp_path, f"{names}\nA,1,3,2001\nB,3,4,2002\n"))
    assert (first["issue"], second["issue"]) == ("1", "3")


@pytest.mark.parametrize("heading", ["No.", "Number", "no"])
def test_numbers_of_rows_are_no_issues(heading: str, tmp_path: Path) -> None:
    (row,) = rows(read(tmp_path, f"{heading},Title,Authors,Year\n7,A,B,2001\n"))
    assert "issue" not in row
    assert row["extra"] == {heading: "7"}
    (row,) = rows(read(tmp_path, f"Title,Year,Volume,{heading}\nA,2001,3,7\n"))
    assert row["issue"] == "7"
    (row,) = rows(read(tmp_path, f"{heading},Title,Year,Volume,Issue\n7,A,2001,3,\n"))
    assert "issue" not in row


def test_the_first_author_stands_for_all_where_no_others_are_named(tmp_path: Path) -> None:
    (row,) = rows(read(tmp_path, 'Title,First Author,Year\nA,"Lee, Ann",2001\n'))
    assert (row["authors"], row["extra"]) == ("Lee, Ann", {})
    (row,) = rows(read(tmp_path, "Title,First Author,Authors\nA,Lee A,\n"))
    assert "authors" not in row
    assert row["extra"] == {"First Author": "Lee A"}


def test_the_date_of_publication_is_the_year_where_no_other_date_is(tmp_path: Path) -> None:
    (row,) = rows(read(tmp_path, "PMID,Title,Date of Publication\n1,A,2014 Mar 5\n"))
    assert (row["year"], row["extra"]) == (2014, {"Date of Publication": "2014 Mar 5"})
    (row,) = rows(read(tmp_path, "Title,Publication Year,Date of Publication\nA,,5 Mar 2014\n"))
    assert "year" not in row


@pytest.mark.parametrize(
    ("cell", "number", "extra"),
    [
        ("PUBMED 28697043", "28697043", {}),
        ("PMID: 28697043", "28697043", {}),
        ("https://pubmed.ncbi.nlm.nih.gov/28697043/", "28697043", {}),
        ("MEDLINE:28697043", "28697043", {}),
        ("PubMed ID: 28697043", "28697043", {}),
        ("PMID28697043.", "28697043", {}),
        ("28697043 [pubmed]", "28697043", {}),
        ("https://europepmc.org/article/MED/28697043", "28697043", {}),
        ("28697043; 28697044", "28697043", {"pmid": "28697043; 28697044"}),
        ("28697043, PMC5523115", "28697043", {"pmid": "28697043, PMC5523115"}),
        ("28,697,043", None, {"pmid": "28,697,043"}),
        ("0", None, {"pmid": "0"}),
        ("２８697043", None, {"pmid": "２８697043"}),
        ("PUBMED 28697043,EMBASE 6", "28697043", {"pmid": "PUBMED 28697043,EMBASE 6"}),
        ("EMBASE 617305812", None, {"pmid": "EMBASE 617305812"}),
        ("617305812", None, {"pmid": "617305812"}),
        ("PMC7", None, {"pmid": "PMC7"}),
    ],
)
def test_a_pubmed_number_is_digits(
    cell: str, number: str | None, extra: dict[str, str], tmp_path: Path
) -> None:
    names = "CENTRAL ID,Title,Source,PubMed ID,Embase ID,CTgov ID,Cochrane Review Group Code"
    result = read(tmp_path, f'{names}\nCN-1,A,Inv. J.,"{cell}",EMBASE 6,,\n')
    (row,) = rows(result)
    assert row.get("pmid") == number
    assert row["extra"] == {"CENTRAL ID": "CN-1", "Embase ID": "EMBASE 6", **extra}
    noted = ["not a PubMed number; kept in extra"] if number is None else []
    assert [reason for reason in result.repairs["reason"] if "no key" not in reason] == noted


# ------------------------------------------------------------------------------ single values


@pytest.mark.parametrize(
    "ending",
    [
        *(".short", ".abstract", ".full", ".full.pdf", "/full", "/epdf", "/full/html", "/pdf."),
        *(".long", "/fulltext", ".full.pdf+html", ".abstract.pdf", "/full#B12", ".full?sid=1#a"),
        "/meta",
    ],
)
def test_a_view_of_a_page_is_no_part_of_a_doi(ending: str, tmp_path: Path) -> None:
    result = read(tmp_path, f"Title,DOI\nA,10.1638/2011-0152.1{ending}\n")
    (row,) = rows(result)
    assert row["doi"] == "10.1638/2011-0152.1"
    assert row["extra"] == {"doi": f"10.1638/2011-0152.1{ending}"}
    assert result.repairs["reason"].str.contains("ending of an address").sum() == 1


def test_a_view_of_a_preprint_has_its_version(tmp_path: Path) -> None:
    dois = [
        "10.1101/2020.01.01.123456v1.full",
        "10.1101/123456v2.full.pdf",
        "10.1000/123456v1.full",
    ]
    result = read(tmp_path, "\n".join(["Title,DOI", *(f"A{doi},{doi}" for doi in dois)]))
    assert list(result.records["doi"]) == [
        "10.1101/2020.01.01.123456", "10.1101/123456", "10.1000/123456v1",
    ]  # fmt: skip
    assert [row["extra"]["doi"] for row in rows(result)] == dois


@pytest.mark.parametrize(
    "doi",
    [
        "10.1002/x.3.0.co;2-#",
        "10.1101/2020.01.01.123456v1",
        "10.1000/full",
        "10.1000/x.fullness",
        "10.1000/abstract.1",
        "10.1000/am2012-abstract",
    ],
)
def test_a_doi_may_have_such_words(doi: str, tmp_path: Path) -> None:
    (row,) = rows(read(tmp_path, f"Title,DOI\nA,{doi}\n"))
    assert (row["doi"], row["extra"]) == (doi, {})


@pytest.mark.parametrize(
    ("names", "cells"),
    [("isbn", "1432-1246"), ("issn,isbn", "1432-1246,1432-1246")],
)
def test_an_issn_is_one_wherever_it_stands(names: str, cells: str, tmp_path: Path) -> None:
    (row,) = rows(read(tmp_path, f"title,authors,{names}\nA,B,{cells}\n"))
    assert (row["issn"], row["extra"]) == ("1432-1246", {})
    assert "isbn" not in row


def test_serial_numbers_of_both_kinds_in_one_column(tmp_path: Path) -> None:
    text = 'Title,ISBN,ISSN\nA,"9780306406157 (print), 1432-1246",1111-2222\n'
    (row,) = rows(read(tmp_path, text))
    assert (row["isbn"], row["issn"]) == ("9780306406157", "1432-1246; 1111-2222")
    assert row["extra"] == {"isbn": "9780306406157 (print), 1432-1246"}
    item = '[{"id": "a", "title": "T", "ISBN": "1432-1246", "ISSN": "1111-2222"}]'
    (row,) = rows(read(tmp_path, item))
    assert (row.get("isbn"), row["issn"], row["extra"]) == (None, "1432-1246; 1111-2222", {})


def test_lens_writes_null_for_a_given_name_it_lacks(tmp_path: Path) -> None:
    names = "Ann Lee; null Roe; Th. Nullmeier"
    (row,) = rows(read(tmp_path, f"Lens ID,Title,Author/s\n1,A,{names}\n"))
    assert row["authors"] == "Ann Lee; Roe; Th. Nullmeier"
    assert row["extra"]["authors"] == names


def test_what_only_a_program_opens_is_no_address(tmp_path: Path) -> None:
    xml = (
        "<xml><records><record><titles><title>A</title></titles><urls><related-urls>"
        "<url>&lt;Go to ISI&gt;://WOS:1</url>{}</related-urls><pdf-urls>"
        "<url>internal-pdf://1/a.pdf</url></pdf-urls></urls></record></records></xml>"
    )
    (row,) = rows(read(tmp_path, xml.format("<url>https://a.example</url>")))
    assert row["url"] == "https://a.example"
    assert set(row["extra"]) == {"urls/related-urls/url", "urls/pdf-urls/url"}
    (row,) = rows(read(tmp_path, xml.format("")))
    assert "url" not in row
    assert set(row["extra"]) == {"urls/related-urls/url", "urls/pdf-urls/url"}
    lines = "UR  - <Go to ISI>://WOS:1\nUR  - https://a.example\n"
    (row,) = rows(read(tmp_path, f"TY  - JOUR\nTI  - A\n{lines}ER  - \n"))
    assert (row["url"], row["extra"]) == ("https://a.example", {"UR": "<Go to ISI>://WOS:1"})
    (row,) = rows(read(tmp_path, "TY  - JOUR\nTI  - A\nUR  - <Go to ISI>://WOS:1\nER  - \n"))
    assert "url" not in row
    assert row["extra"] == {"url": "<Go to ISI>://WOS:1"}


# ----------------------------------------------------------------------- headings of rarer tools


def test_refworks_writes_its_headings_backwards(tmp_path: Path) -> None:
    heading = (
        'Reference Type,"Authors, Primary",Title Primary,Periodical Full,Start Page,Other Pages'
    )
    (row,) = rows(read(tmp_path, f'{heading}\nJournal Article,"Roe,Ann;Doe,Jo",A,J Ex,71,93\n'))
    assert (row["title"], row["authors"]) == ("A", "Roe, Ann; Doe, Jo")
    assert (row["container"], row["pages"]) == ("J Ex", "71-93")


def test_taylor_and_francis_set_a_letter_before_pages(tmp_path: Path) -> None:
    heading = (
        "Article title,Authors,Journal title,Volume,Issue,Pages,Volume year,Published online date"
    )
    (row,) = rows(read(tmp_path, f"{heading}\nA,Ann Roe,J Ex,30,2,p148 - p162,2014,30-May-2013\n"))
    assert (row["year"], row["pages"]) == (2014, "148-162")
    assert row["extra"]["pages"] == "p148 - p162"


@pytest.mark.parametrize(
    ("headings", "cells"),
    [
        ("Titel;Autor;Jahr ermittelt;Zeitschrift/Zeitung;Band;Nummer;Seiten von–bis;DOI",
         "A;Roe, Ann;2014;J Ex;3;2;1–9;10.1000/a"),
        ("Titre;Auteur;Année;Périodique;Volume;Numéro;Classement des pages;Nom DOI",
         "A;Roe, Ann;2014;J Ex;3;2;1-9;10.1000/a"),
        ("Título;Autores;Año de publicación;Revista;Volumen;Número;Páginas;DOI",
         "A;Roe, Ann;2014;J Ex;3;2;1-9;10.1000/a"),
        ("Title-题名;Author-作者;Year-年;Source-文献来源;Volume-卷;Period-期;Page-页码;DOI-DOI",
         "A;Roe, Ann;2014;J Ex;3;2;1-9;10.1000/a"),
        ("ID;Title;Authors;Publication year;Journal;Volume number;Issue number;Pages;DOI",
         "7;A;Roe, Ann;2014;J Ex;3;2;1-9;10.1000/a"),
        ("Title;Author;Year;Periodical;Volume;Number;Page range;DOI name",
         "A;Roe, Ann;2014;J Ex;3;2;1 - 9;10.1000/a"),
    ],
)  # fmt: skip
def test_headings_of_citavi_lilacs_and_cnki(headings: str, cells: str, tmp_path: Path) -> None:
    (row,) = rows(read(tmp_path, f"{headings}\n{cells}\n"))
    assert (row["title"], row["authors"], row["year"]) == ("A", "Roe, Ann", 2014)
    assert (row["container"], row["volume"], row["issue"]) == ("J Ex", "3", "2")
    assert (row["pages"], row["doi"]) == ("1-9", "10.1000/a")


def test_funding_texts_without_a_heading_shift_nothing(tmp_path: Path) -> None:
    heading = "Title,Funding Text 1,ISSN,ISBN,PubMed ID,Document Type,EID"
    plain = "A,Thanks,12345679,,1234,Article,2-s2.0-1"
    longer = "B,Thanks,More thanks,12345679,,1235,Review,2-s2.0-2"
    result = read(tmp_path, f"{heading}\n{plain}\n{longer}\n")
    first, second = rows(result)
    assert (first["issn"], first["pmid"], first["record_id"]) == ("1234-5679", "1234", "2-s2.0-1")
    assert (second["issn"], second["pmid"], second["record_id"]) == (
        "1234-5679",
        "1235",
        "2-s2.0-2",
    )
    assert second["extra"]["(no heading)"] == ["More thanks"]
    assert "isbn" not in second
    assert result.repairs["reason"].tolist() == [
        "a row of 8 cells under 7 headings; the rest kept in extra"
    ]


def test_a_row_of_scopus_that_has_too_much_before_its_funding_texts_is_left_as_it_is(
    tmp_path: Path,
) -> None:
    heading = "Title,Year,Funding Text 1,Abstract,EID"
    shifted = "B,2002,Thanks,More thanks,Abs,2-s2.0-2"
    broken = "C, a title,2003,Thanks,Abs,2-s2.0-3"
    result = read(tmp_path, f"{heading}\nA,2001,Thanks,Abs,2-s2.0-1\n{shifted}\n{broken}\n")
    assert result.records["abstract"].tolist() == ["Abs", "Abs", "Thanks"]
    raw = result.repairs.loc[result.repairs["reason"].str.startswith("a row of"), "raw"]
    assert raw.tolist() == [shifted, broken]


@pytest.mark.parametrize(
    ("heading", "publisher"),
    [("Title,Authors,Year,Editorial", None), ("Título,Autor,Año,Editorial", "yes")],
)
def test_editorial_is_a_publisher_in_spanish(
    heading: str, publisher: str | None, tmp_path: Path
) -> None:
    (row,) = rows(read(tmp_path, f"{heading}\nA,B,2001,yes\n"))
    assert row.get("publisher") == publisher
    assert row["extra"].get("Editorial") == (None if publisher else "yes")


def test_a_title_and_a_number_head_a_table_whatever_else_it_has(tmp_path: Path) -> None:
    own = ",".join(f"q{number}" for number in range(30))
    (row,) = rows(read(tmp_path, f"Titles,DOIs,{own}\nA,10.1000/a\n"))
    assert (row["title"], row["doi"]) == ("A", "10.1000/a")


def test_json_with_the_names_of_columns_is_read_as_a_table(tmp_path: Path) -> None:
    items = [
        {"title": "A", "authors": ["J Smith", "A Doe"], "year": 2001, "source": "J Ex",
         "doi": "10.1000/a", "startpage": "4", "endpage": "9", "cites": 12},
        {"title": None, "authors": [], "year": None},
        {"title": "B", "authors": [{"authorId": "1", "name": "J Smith"}], "year": 2002},
    ]  # fmt: skip
    result = read(tmp_path, json.dumps(items, indent=1))
    first, second = rows(result)
    assert (first["authors"], first["year"]) == ("J Smith; A Doe", 2001)
    assert (first["container"], first["doi"], first["pages"]) == ("J Ex", "10.1000/a", "4-9")
    assert (second["title"], second["authors"]) == ("B", "J Smith")
    assert result.rejects["reason"].tolist() == ["an item without any content"]


def test_xml_broken_into_lines_is_read_as_it_was(tmp_path: Path) -> None:
    style = '<style face="bold"\nfont="default" size="100%">'
    result = read(
        tmp_path,
        "<xml><records><record><contributors><authors><author>"
        f"{style}Chapman,\nA. G.</style></author></authors></contributors>"
        f"<titles><title>{style}A\ntitle</style></title></titles></record>\n"
        f"<record><titles><title>{style}B</style></title></titles></record></records></xml>",
    )
    first, second = rows(result)
    assert (first["authors"], first["title"]) == ("Chapman, A. G.", "A title")
    assert second["source_line"] == 6
    assert not result.repairs["reason"].str.contains("unbalanced").any()


def workbook_of(path: Path, cells: str, shared: str = "") -> ReadResult:
    """Read a workbook of two works and, between them, a row of the given XML of cells."""
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["Title", "Year"], ["First", 2001], ["between"], ["Second", 2002]):
        book.active.append(row)
    plain = path / "plain.xlsx"
    book.save(plain)
    changed = path / "changed.xlsx"
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if name.endswith("sheet1.xml"):
                text = re.sub('(<row r="3"[^>]*>).*?</row>', rf"\1{cells}</row>", text)
            if name == "[Content_Types].xml" and "sharedStrings" not in text:
                kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
                part = f'PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"'
                text = text.replace("</Types>", f"<Override {part}/></Types>")
            if not name.endswith("sharedStrings.xml"):
                new.writestr(name, text)
        space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        new.writestr("xl/sharedStrings.xml", f'<sst xmlns="{space}">{shared}</sst>')
    result = read_records(changed)
    counts = result.files.iloc[0]
    assert counts["n_markers"] == counts["n_accepted"] + counts["n_rejected"]
    return result


def test_a_row_of_a_workbook_with_signs_that_no_text_has_is_rejected(tmp_path: Path) -> None:
    cell = '<c r="A3" t="inlineStr"><is><t>_x0001_</t></is></c>'
    assert workbook_of(tmp_path, cell).rejects["reason"].tolist() == ["a row of blanks"]


def test_a_row_of_a_workbook_with_a_shared_empty_text_is_none(tmp_path: Path) -> None:
    result = workbook_of(tmp_path, '<c r="A3" t="s"><v>0</v></c>', "<si><t></t></si>")
    assert result.records["title"].tolist() == ["First", "Second"]
    assert result.rejects.empty


@pytest.mark.parametrize(
    ("cell", "remarks"),
    [
        ('<c r="B3" t="str"><f>IF(1=2,1,"")</f><v></v></c>', 0),
        ('<c r="B3"><f>1+2000</f><v>2001</v></c>', 0),
        ('<c r="B3"><f>1+2000</f><v></v></c>', 1),
        ('<c r="B3" t="str"><f>1+2000</f></c>', 1),
    ],
)
def test_a_formula_whose_result_is_an_empty_text_has_one(
    cell: str, remarks: int, tmp_path: Path
) -> None:
    title = '<c r="A3" t="inlineStr"><is><t>A title</t></is></c>'
    reasons = workbook_of(tmp_path, title + cell).repairs["reason"]
    assert reasons.str.startswith("formulas of sheet").sum() == remarks
