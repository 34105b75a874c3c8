"""Tags and names that one dialect uses unlike the others, each as its producer means it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from oso_analysis.literature.readers import ReadResult, read_records
from oso_analysis.literature.readers.bibtex import bibtex_names
from oso_analysis.literature.readers.encodings import decode_bytes
from oso_analysis.literature.readers.names import normalise_authors


def read(folder: Path, text: str, name: str) -> ReadResult:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="\n")
    return read_records(path)


def one(result: ReadResult) -> dict[str, Any]:
    """Return the only record, missing cells left out."""
    (row,) = result.records.to_dict("records")
    return {name: value for name, value in row.items() if not pd.isna(value)}


def ris(folder: Path, *lines: str) -> dict[str, Any]:
    return one(read(folder, "\n".join(["TY  - JOUR", "TI  - Title", *lines, "ER  - "]), "a.ris"))


# --------------------------------------------------------------------------------------- RIS


@pytest.mark.parametrize("again", ["TITLE.", "Title", "title"])
def test_the_title_said_again_is_no_journal_where_there_is_one(again: str, tmp_path: Path) -> None:
    record = ris(tmp_path, f"T2  - {again}", "JA  - J. Examples")
    assert record["container"] == "J. Examples"
    assert (f'"T2":"{again}"' in record.get("extra", "")) == (again != "Title")
    assert ris(tmp_path, "T2  - Titles", "JA  - J. Examples")["container"] == "Titles"
    assert ris(tmp_path, f"T2  - {again}")["container"] == again


@pytest.mark.parametrize(
    ("first", "last", "pages"), [(":2380", "", ":2380"), (":1", ":9", "1-9"), ("e1:3", "", "e1:3")]
)
def test_a_colon_before_pages_is_left_out(
    first: str, last: str, pages: str, tmp_path: Path
) -> None:
    assert ris(tmp_path, f"SP  - {first}", f"EP  - {last}")["pages"] == pages.removeprefix(":")


def test_a_meeting_is_no_volume(tmp_path: Path) -> None:
    said = "Conference: 2016 Annual Meeting of Examples. United States. 171"
    record = ris(tmp_path, f"VL  - {said}")
    assert "volume" not in record
    assert f'"volume":"{said}"' in record["extra"]
    volume = "Volume 2A: Proceedings of the 2016 Conference"
    assert ris(tmp_path, f"VL  - {volume}")["volume"] == volume


@pytest.mark.parametrize("day", ["2018/04/10", "2015-6-3", "2015/06", "20180327"])
def test_a_day_is_no_edition(day: str, tmp_path: Path) -> None:
    record = ris(tmp_path, f"ET  - {day}", "N1  - Note")
    assert "edition" not in record
    assert f'"edition":"{day}"' in record["extra"]


@pytest.mark.parametrize("said", ["2", "2018", "3rd ed., 2018", "2018-19", "1/2", "20189999"])
def test_an_edition_with_a_year_is_one(said: str, tmp_path: Path) -> None:
    assert ris(tmp_path, f"ET  - {said}")["edition"] == said


@pytest.mark.parametrize(
    ("said", "issue"), [("3", "3"), ("Suppl. 2", "Suppl. 2"), ("12-13", "12-13")]
)
def test_a_short_cp_is_an_issue(said: str, issue: str, tmp_path: Path) -> None:
    assert ris(tmp_path, f"CP  - {said}")["issue"] == issue


@pytest.mark.parametrize("said", ["3rd National Conference on Practice", "Conference 2019"])
def test_a_cp_that_names_a_conference_is_no_issue(said: str, tmp_path: Path) -> None:
    record = ris(tmp_path, f"CP  - {said}", "VL  - 4")
    assert "issue" not in record
    assert record["extra"] == f'{{"CP":"{said}"}}'


def test_web_of_science_ris_names_publisher_place_and_early_access(tmp_path: Path) -> None:
    record = ris(tmp_path, "PU  - WILEY", "PI  - HOBOKEN", "C6  - JUL 2022")
    assert (record["publisher"], record["place"], record["year"]) == ("WILEY", "HOBOKEN", 2022)


def test_the_date_of_publication_comes_before_early_access(tmp_path: Path) -> None:
    record = ris(tmp_path, "C6  - NOV 2021", "PY  - 2022")
    assert record["year"] == 2022
    assert '"C6":"NOV 2021"' in record["extra"]


def test_a_c6_that_is_no_date_says_no_year(tmp_path: Path) -> None:
    record = ris(tmp_path, "C6  - PMC2021447")
    assert "year" not in record
    assert record["extra"] == '{"C6":"PMC2021447"}'


def test_identifiers_in_tags_of_ones_own(tmp_path: Path) -> None:
    record = ris(tmp_path, "L3  - 10.1007/s10899-1", "U1  - 123456 [PMID]", "U1  - PMC7 [PMCID]")
    assert (record["doi"], record["pmid"]) == ("10.1007/s10899-1", "123456")
    assert record["extra"] == '{"U1":"PMC7 [PMCID]"}'
    record = ris(tmp_path, "L3  - internal-pdf://a.pdf", "U1  - 99", "DO  - 10.1000/a")
    assert record["doi"] == "10.1000/a"
    assert "pmid" not in record


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("PUBMED 28697043,EMBASE 617305812", "28697043"),
        ("PUBMED 28697043", "28697043"),
        ("EMBASE 617305812", None),
        ("CTgov NCT00392093", None),
    ],
)
def test_cochrane_writes_the_numbers_of_other_databases_in_c3(
    said: str, number: str | None, tmp_path: Path
) -> None:
    record = ris(tmp_path, f"C3  -  {said}", "VL  -  24")
    assert record.get("pmid") == number
    assert "container" not in record
    assert record["extra"] == f'{{"C3":"{said}"}}'


def test_proceedings_named_in_c3_are_the_container(tmp_path: Path) -> None:
    record = ris(tmp_path, "C3  - Embase and PubMed 2019 Workshop")
    assert record["container"] == "Embase and PubMed 2019 Workshop"


def test_addresses_on_lines_of_their_own(tmp_path: Path) -> None:
    record = ris(tmp_path, "UR  - https://a.example/1", "https://b.example/2", "UR  - https://c")
    assert record["url"] == "https://a.example/1"
    assert record["extra"] == '{"UR":["https://b.example/2","https://c"]}'
    # Web of Science's own address opens nothing.
    record = ris(tmp_path, "UR  - <Go to ISI>://WOS:1", "https://a.example/1")
    assert record["url"] == "https://a.example/1"
    assert record["extra"] == '{"UR":"<Go to ISI>://WOS:1"}'


@pytest.mark.parametrize(
    ("note", "found"),
    [
        ("PMID: 35319117", {"pmid": "35319117"}),
        ("Accession Number: 2020-98-001. PMID: 33343428 Partial author list", {"pmid": "33343428"}),
        ("Read twice", {}),
        ("Erratum in: PMID: 35389171", {}),
        ("PMID: 353191171234", {}),
        ("DOI: https://doi.org/10.1000/A.b", {"doi": "10.1000/a.b"}),
        ("DOI: none", {}),
    ],
)
def test_identifiers_said_in_a_note(note: str, found: dict[str, str], tmp_path: Path) -> None:
    record = ris(tmp_path, f"N1  - {note}")
    assert {name: record[name] for name in ("doi", "pmid") if name in record} == found
    assert note in record["extra"]
    # The entry's own field comes first.
    assert ris(tmp_path, f"N1  - {note}", "DO  - 10.1000/own", "PM  - 1")["doi"] == "10.1000/own"


@pytest.mark.parametrize("between", ["\n", " "])
def test_zoteros_extra_names_identifiers(between: str, tmp_path: Path) -> None:
    extra = between.join(["Place: GB", "DOI: 10.1000/a", "PMID: 12", "PMCID: PMC7"])
    text = f'"Item Type","Title","Extra"\n"report","A title","{extra}"\n'
    record = one(read(tmp_path, text, "a.csv"))
    assert (record["doi"], record["pmid"]) == ("10.1000/a", "12")


# ------------------------------------------------------------------------------------ BibTeX


def test_names_in_parts() -> None:
    value = (
        "family=Berg, given=Ada, prefix=van den, useprefix=true and Li, Yi and "
        "family={Hakim}, given=Tarek, prefix=al-, suffix=Jr. and {Group and Partners}"
    )
    assert bibtex_names(value) == [
        "van den Berg, Ada",
        "Li, Yi",
        "al-Hakim, Tarek, Jr.",
        "Group and Partners",
    ]


def test_a_key_in_braces_may_have_parentheses(tmp_path: Path) -> None:
    result = read(tmp_path, "@online{Body(2022)Notes,\n title = {Notes},\n}\n", "a.bib")
    assert one(result)["record_id"] == "Body(2022)Notes"
    assert result.rejects.empty
    assert result.repairs.empty


def test_one_brace_too_many_swallows_no_other_field(tmp_path: Path) -> None:
    text = """@article{a,
 title = {A {B} C},
 publisher = {Taylor {{\\&} Francis},
 journal = {Notes {D}},
 doi = {10.1000/a},
 year = 2011,
}
@article{b,
 title = {Next},
}
"""
    result = read(tmp_path, text, "a.bib")
    first = result.records.iloc[0]
    assert first[["title", "publisher", "container", "doi", "year"]].tolist() == [
        "A B C", "Taylor & Francis", "Notes D", "10.1000/a", 2011,
    ]  # fmt: skip
    assert result.repairs["reason"].tolist() == [
        "a value without its closing brace or quotation mark"
    ]


def test_early_access_and_pubmed_numbers_of_databases(tmp_path: Path) -> None:
    text = (
        "@article{a, title={A}, Early Access Date = {{NOV 2019}}, pubmed_id={123},"
        " issn={0306-624X}, EISSN={1552-6933}}"
    )
    record = one(read(tmp_path, text, "a.bib"))
    assert (record["year"], record["pmid"]) == (2019, "123")
    assert record["issn"] == "0306-624X; 1552-6933"


# ------------------------------------------------------------------ Web of Science, MEDLINE


def test_web_of_science_early_access_pages_and_addresses(tmp_path: Path) -> None:
    text = (
        "FN Clarivate\nVR 1.0\nPT J\nAU Still, Ann N. (ann@uni.example)\nTI Title\nPS 162-164\n"
        "EA JAN\nEY 2019\nUT WOS:1\nER\n\nEF\n"
    )
    result = read(tmp_path, text, "a.txt")
    record = one(result)
    assert (record["year"], record["pages"]) == (2019, "162-164")
    assert record["authors"] == "Still, Ann N."
    assert "ann@uni.example" in record["extra"]
    assert result.repairs.empty


def test_tags_of_other_databases_end_the_one_before(tmp_path: Path) -> None:
    text = (
        "FN Clarivate\nVR 1.0\nPT J\nTI Title\nBP 31\nEP 34\n"
        "EC Pediatrics; Health Policy &\n   Services\nQQ What is\n   new\nQQ Again\nER\n\n"
        "PT J\nTI Next\nQQ More\nER\n\nEF\n"
    )
    result = read(tmp_path, text, "a.txt")
    first, second = result.records.to_dict("records")
    assert first["pages"] == "31-34"
    assert first["extra"] == (
        '{"EC":"Pediatrics; Health Policy & Services","QQ":["What is new","Again"]}'
    )
    assert second["extra"] == '{"QQ":"More"}'
    reasons = [reason for reason in result.repairs["reason"] if "no key" not in reason]
    assert reasons == ["tag 'QQ' is not known and kept in extra"]


def test_lines_that_lost_their_spaces_go_on_with_the_tag(tmp_path: Path) -> None:
    text = "FN X\nVR 1.0\nPT J\nTI Learning with\nQQ machines\nAB On\nAI systems\nER\n\nEF\n"
    record = one(read(tmp_path, text, "a.txt"))
    assert (record["title"], record["abstract"]) == ("Learning with QQ machines", "On AI systems")


def test_each_entry_shows_whether_its_lines_go_on_indented(tmp_path: Path) -> None:
    text = (
        "FN X\nVR 1.0\nPT J\nTI Learning\nAB On\n   machines\nQQ New\nER\n\n"
        "PT J\nTI Next\nAB All of the\nsystems that use\nAI or\nML now\nER\n\n"
        "PT J\nTI Short\nQQ More\nER\n\nPT J\nTI Learning by\nAI systems\nER\n\nEF\n"
    )
    result = read(tmp_path, text, "a.txt")
    records = result.records
    assert list(records["title"]) == ["Learning", "Next", "Short", "Learning by AI systems"]
    assert records["abstract"][1] == "All of the systems that use AI or ML now"
    assert list(records["extra"].dropna()) == ['{"QQ":"New"}', '{"QQ":"More"}']
    reasons = [reason for reason in result.repairs["reason"] if "no key" not in reason]
    assert reasons == ["tag 'QQ' is not known and kept in extra"]


def test_a_doi_named_before_it(tmp_path: Path) -> None:
    text = "PMID- 7\nTI  - Title\nAID - doi:10.1016/j.cpr.2005.02.002\nAID - S02(05)1 [pii]\n"
    record = one(read(tmp_path, text, "a.nbib"))
    assert record["doi"] == "10.1016/j.cpr.2005.02.002"
    assert record["extra"] == '{"AID":"S02(05)1 [pii]"}'


def test_eric(tmp_path: Path) -> None:
    text = (
        "OWN - ERIC\nTI  - From here\nAU  - Hart, Ann\nJT  - Notes\n"
        "AB  - Words\n      go on.\n"
        "ISSN - ISSN-1042-1629\nAID - http://dx.doi.org/10.1007/s11423-1\nOID - EJ1\nDP  - 2019\n"
        "PT  - Journal Articles\n\n"
        "OWN - ERIC\nTI  - To there\nOID - ED2\nDP  - 2017\nPT  - Reports - Research\n"
    )
    result = read(tmp_path, text, "a.nbib")
    records = result.records
    assert records["record_id"].tolist() == ["EJ1", "ED2"]
    assert records["type"].tolist() == ["article-journal", "report"]
    assert records.loc[0, ["issn", "doi", "abstract"]].tolist() == [
        "1042-1629", "10.1007/s11423-1", "Words go on.",
    ]  # fmt: skip
    assert result.repairs.empty


# -------------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("given", "authors"),
    [
        # Four or five capitals are initials beside a family name in small letters.
        (["Talaat, WIAW"], "Talaat, WIAW"),
        (["CASTOE, TODD A."], "Castoe, Todd A."),
        (["Castoe, ROBERT"], "Castoe, Robert"),
        # One name of several stays one.
        (["Kinter III, James L", "Smith, A"], "Kinter III, James L; Smith, A"),
        (["Kinter III, James L"], "Kinter III, James L"),
        (["Fonseca C., Efraín R.", "Smith, A"], "Fonseca C., Efraín R.; Smith, A"),
        (["Smith J., Doe A."], "Smith, J.; Doe, A."),
        # Names that organisations carry as well, or of another shape, among others.
        (["Ward E., Press F., Court M.M., Fox D."], "Ward, E.; Press F.; Court M.M.; Fox, D."),
        (["Roe J., van’t Hof P., Doe A., Petersen Jø.H., Lee K., Gray B., Known Consortium, "
          "Fox L."],
         "Roe, J.; van’t Hof, P.; Doe, A.; Petersen Jø.H.; Lee, K.; Gray, B.; Known Consortium; "
         "Fox, L."),
        (["Smith J., Doe A., London, Paris"], "Smith J., Doe A., London, Paris"),
        (["Department of Health, Home Office, Police"],
         "Department of Health, Home Office, Police"),
        (["Roe, M and Cardil, A and de-Miguel, S"], "Roe, M; Cardil, A; de-Miguel, S"),
        (["Roe, M and van het Bolscher, M"], "Roe, M; van het Bolscher, M"),
    ],
)  # fmt: skip
def test_names(given: list[str], authors: str) -> None:
    assert normalise_authors(given)[0] == authors


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "I don’t know"),
        ("cp1252", "Children’s rights – a study"),
        ("cp1252", "The “risk” of harm"),
        ("cp1252", "doctor–patient"),
        ("cp1252", "it’s the child’s “best” interest… or not"),
        ("cp1252", "Müllers Straße „gut“"),
        ("cp1252", "¿Qué es la niñez?"),
        ("mac_roman", "información sobre el país y la niñez"),
        ("mac_roman", "El niño"),
        ("mac_roman", "L’étude de la sécurité d’un réseau"),
        ("cp850", "información sobre el país"),
        ("cp850", "L'étude: café"),
        ("cp1250", "Příliš žluťoučký kůň"),
    ],
)
def test_signs_tell_the_encoding_as_letters_do(encoding: str, text: str) -> None:
    assert decode_bytes(text.encode(encoding), None)[0] == text


@pytest.mark.parametrize(
    ("said", "pages"),
    [
        ("52--58", "52-58"),
        ("1 - 10", "1-10"),
        ("e1–e9", "e1-e9"),
        ("343--", "343--"),
        ("4-+", "4-+"),
    ],
)
def test_one_hyphen_stands_between_pages(said: str, pages: str, tmp_path: Path) -> None:
    assert ris(tmp_path, f"SP  - {said}")["pages"] == pages


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1254", "Yıldız, Ayşe: Türkiye’de eğitim çalışmaları üzerine bir inceleme"),
        ("cp1254", "Ayşe Çelik, Gülşah"),
        ("cp1252", "Sigurðsson, Þór: Það sem við vitum um börn og öryggi þeirra"),
        ("cp1250", "Kovács, Győző: A gyermekek biztonsága: szűrőprogramok és szülők"),
        ("cp1252", "A regulação das relações e das ações à distância: visões, não opções"),
        ("cp1252", "Août 1914 : l’évolution sûre et dûment établie"),
        ("iso8859_2", "Wiśniewska: Bezpieczeństwo dzieci w internecie, przegląd badań"),
        ("cp932", "看護学生の倫理教育 山田太郎 日本看護研究学会雑誌"),
        ("euc_jp", "看護学生の倫理教育 山田太郎 日本看護研究学会雑誌"),
        ("iso2022_jp", "看護学生の倫理教育"),
        ("gb18030", "看护学生伦理教育的研究 王伟"),
        ("cp1255", "בטיחות ילדים ברשת האינטרנט"),
        ("cp1251", "Цифровая трансформация образования"),
    ],
)
def test_encodings_that_share_their_letters_are_told_apart(
    encoding: str, text: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.ris"
    path.write_bytes(f"TY  - JOUR\nTI  - {text}\nER  - \n".encode(encoding))
    assert read_records(path).records["title"].tolist() == [text]


@pytest.mark.parametrize("one", ["Kõiv, Tõnis", "Le coût", "Põder, A."])
def test_one_word_does_not_make_spanish_names_hungarian(one: str) -> None:
    text = "García, María; Gómez, Andrés: ¿Qué saben los niños? Una revisión\n" * 20 + one
    assert decode_bytes(text.encode("cp1252"), None)[:2] == (text, "cp1252")
    few = "Le coût de la sûreté, por García, María; Gómez, Andrés"
    assert decode_bytes(few.encode("cp1252"), None)[0] == few


def test_the_sign_of_jis_in_other_text_is_no_jis() -> None:
    text = "Müller \x1b$B"
    assert decode_bytes(text.encode(), None) == (text, "utf-8", "")


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ('"On the "relaxed" rule, and others",', "On the “relaxed” rule, and others"),
        ('"On the "relaxed" rule"', "On the “relaxed” rule"),
        ("{The} {Second} {Brace} is lost}, here},", "The Second Brace is lost, here"),
    ],
)
def test_a_value_goes_on_behind_a_mark_that_does_not_end_it(
    said: str, title: str, tmp_path: Path
) -> None:
    result = read(tmp_path, f"@article{{a,\n title = {said}\n year = {{2001}}\n}}\n", "a.bib")
    record = one(result)
    assert record["title"].replace('"', "") == title.replace("“", "").replace("”", "")
    assert record["year"] == 2001
    assert result.repairs["reason"].tolist() == [
        "a quotation mark or brace within a value; read up to the next field"
    ]


@pytest.mark.parametrize(
    ("entry", "title"),
    [
        ('title = "A "q" b", year = {2001}, doi = {10.1000/x},\n note = {n}', 'A "q" b'),
        ('title="A "q" b", year=2001, doi={10.1000/x}', 'A "q" b'),
        ("title={A} more}, year=2001, doi={10.1000/x}", "A more"),
    ],
)
def test_a_mark_within_a_value_takes_no_field_of_its_line(
    entry: str, title: str, tmp_path: Path
) -> None:
    text = f"@article{{a, {entry}}}\n@book{{b, title={{Next}}}}\n"
    first, second = read(tmp_path, text, "a.bib").records.to_dict("records")
    assert (first["title"], first["year"], first["doi"]) == (title, 2001, "10.1000/x")
    assert second["title"] == "Next"


# ---------------------------------------------------------------------------------------- JSON


CROSSREF = Path(__file__).parents[1] / "fixtures" / "readers" / "crossref.json"


def test_an_answer_of_crossref_is_a_list_of_its_items(tmp_path: Path) -> None:
    records = read_records(CROSSREF).records
    assert records["doi"].tolist() == [f"10.1000/example.{n}" for n in (1, 2, 3)]
    assert records["title"].tolist()[1] == "A second title {with a brace"
    assert records["container"].tolist() == ["Journal of Examples"] * 3
    assert records["year"].tolist() == [2021, 2022, 2023]
    work = {**json.loads(CROSSREF.read_text()), "message-type": "work"}
    work["message"] = work["message"]["items"][0]
    assert read(tmp_path, json.dumps(work), "a.json").records["title"].tolist() == ["A first title"]


def test_an_answer_of_crossref_that_is_cut_off_loses_no_item_but_the_last(tmp_path: Path) -> None:
    text = CROSSREF.read_text()
    for end in range(text.index('{"indexed"') + 12, len(text), 31):
        path = tmp_path / "cut.json"
        path.write_text(text[:end])
        (counts,) = read_records(path).files.to_dict("records")
        assert counts["n_markers"] == text[:end].count('{"indexed"')
        assert counts["n_rejected"] <= 1


@pytest.mark.parametrize(
    ("said", "accepted"),
    [
        ('{"meta": {"x": [1]}, "items": [{"title": "a"}, {"title": "b"}]}', 2),
        ('{"items": [{"title": "a"}], "meta": {"a": {"b": 1}}}', 1),
        ('{"meta": [[[[[[[[0]]]]]]]], "items": [{"title": "a"}, {"title": "b"}]}', 0),
    ],
)
def test_what_stands_beside_a_list_of_items_is_none(
    said: str, accepted: int, tmp_path: Path
) -> None:
    path = tmp_path / "a.json"
    path.write_text(said)
    (counts,) = read_records(path).files.to_dict("records")
    assert (counts["n_accepted"], counts["n_rejected"]) == (accepted, int(accepted == 0))


def test_json_with_the_names_of_columns_is_a_table_when_cut_off_or_one_item_a_line(
    tmp_path: Path,
) -> None:
    works = [{"Title": f"Work {n}", "Authors": ["A. Roe"], "Year": 2000 + n} for n in range(4)]
    cut = json.dumps(works)[:-20]
    by_line = "\n".join(map(json.dumps, works))
    for said in (cut, by_line):
        result = read(tmp_path, said, "a.json")
        assert result.records["title"].tolist() == [f"Work {n}" for n in range(4)]
        assert result.records["year"].tolist()[:3] == [2000, 2001, 2002]
    (repair,) = read(tmp_path, cut, "a.json").repairs.query("reason.str.startswith('an item')")[
        "record_id"
    ]
    assert repair == read(tmp_path, cut, "a.json").records["record_id"].iloc[3]
