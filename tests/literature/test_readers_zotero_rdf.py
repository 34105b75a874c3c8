"""Zotero's RDF, in which a journal stands beside its article or in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oso_analysis.errors import InputError
from oso_analysis.literature.readers import ReadResult, read_records

_HEAD = """<rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:z="http://www.zotero.org/namespaces/export#"
 xmlns:dcterms="http://purl.org/dc/terms/" xmlns:bib="http://purl.org/net/biblio#"
 xmlns:foaf="http://xmlns.com/foaf/0.1/" xmlns:link="http://purl.org/rss/1.0/modules/link/"
 xmlns:vcard="http://nwalsh.com/rdf/vCard#" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:prism="http://prismstandard.org/namespaces/1.2/basic/">
"""
_ITEMS = """    <bib:Article rdf:about="https://example.org/a">
        <z:itemType>journalArticle</z:itemType>
        <dcterms:isPartOf rdf:resource="urn:issn:1234-5679"/>
        <bib:authors><rdf:Seq><rdf:li><foaf:Person><foaf:surname>Doe</foaf:surname>
            <foaf:givenName>Ann</foaf:givenName></foaf:Person></rdf:li>
            <rdf:li><foaf:Person><foaf:surname>A Group</foaf:surname></foaf:Person></rdf:li>
            </rdf:Seq></bib:authors>
        <link:link rdf:resource="#item_2"/>
        <dc:title>A title &amp; more</dc:title>
        <dcterms:abstract>We.</dcterms:abstract>
        <dc:date>2021-05-01</dc:date>
        <dc:subject>one</dc:subject>
        <dc:subject><z:AutomaticTag><rdf:value>two</rdf:value></z:AutomaticTag></dc:subject>
        <dc:identifier><dcterms:URI><rdf:value>https://example.org/a</rdf:value></dcterms:URI>
        </dc:identifier>
        <bib:pages>1-9</bib:pages>
        <z:libraryCatalog>A Catalogue</z:libraryCatalog>
    </bib:Article>
    <bib:Journal rdf:about="urn:issn:1234-5679">
        <prism:volume>4</prism:volume>
        <dc:title>Journal</dc:title>
        <dc:identifier>DOI 10.1234/A</dc:identifier>
        <prism:number>2</prism:number>
        <dc:identifier>ISSN 1234-5679</dc:identifier>
    </bib:Journal>
    <z:Attachment rdf:about="#item_2">
        <z:itemType>attachment</z:itemType>
        <dc:title>Full text</dc:title>
    </z:Attachment>
    <bib:Memo rdf:about="#item_3"><rdf:value>a note</rdf:value></bib:Memo>
    <bib:BookSection rdf:about="#item_4">
        <z:itemType>bookSection</z:itemType>
        <dcterms:isPartOf><bib:Book><dcterms:isPartOf/>
            <dc:identifier>ISBN 978-3-16-148410-0</dc:identifier><dc:title>The Book</dc:title>
        </bib:Book></dcterms:isPartOf>
        <dcterms:isPartOf><bib:Series><dc:title>The Series</dc:title></bib:Series>
        </dcterms:isPartOf>
        <dc:publisher><foaf:Organization><vcard:adr><vcard:Address>
            <vcard:locality>Place</vcard:locality></vcard:Address></vcard:adr>
            <foaf:name>A House</foaf:name></foaf:Organization></dc:publisher>
        <bib:editors><rdf:Seq><rdf:li><foaf:Person><foaf:surname>Ed</foaf:surname>
            </foaf:Person></rdf:li></rdf:Seq></bib:editors>
        <bib:authors><rdf:Seq><rdf:li><foaf:Person><foaf:surname>Roe</foaf:surname>
            <foaf:givenName>Bo</foaf:givenName></foaf:Person></rdf:li></rdf:Seq></bib:authors>
        <dc:title>A chapter</dc:title>
    </bib:BookSection>
"""


def _read(tmp_path: Path, text: str) -> ReadResult:
    path = tmp_path / "library.rdf"
    path.write_text(text, encoding="utf-8")
    return read_records(path)


def test_items_and_what_they_are_in(tmp_path: Path) -> None:
    result = _read(tmp_path, f"{_HEAD}{_ITEMS}</rdf:RDF>")
    article, chapter = (row for _, row in result.records.iterrows())
    assert list(result.files["format"]) == ["zotero-rdf"]
    assert (article["title"], article["authors"]) == ("A title & more", "Doe, Ann; A Group")
    assert (article["container"], article["volume"], article["issue"]) == ("Journal", "4", "2")
    assert (article["doi"], article["issn"], article["year"]) == ("10.1234/a", "1234-5679", 2021)
    assert (article["url"], article["keywords"]) == ("https://example.org/a", "one; two")
    assert (article["type"], article["pages"]) == ("article-journal", "1-9")
    assert article["source_line"] == _HEAD.count("\n") + 1
    assert json.loads(article["extra"])["libraryCatalog"] == "A Catalogue"
    assert (chapter["container"], chapter["isbn"]) == ("The Book", "978-3-16-148410-0")
    assert (chapter["publisher"], chapter["place"]) == ("A House", "Place")
    assert (chapter["type"], chapter["authors"]) == ("chapter", "Roe, Bo")
    assert json.loads(chapter["extra"]) == {"series": "The Series", "editors": "Ed"}
    left_out = result.repairs["reason"].str.contains("no references: 2")
    assert left_out.sum() == 1


def test_types_where_no_program_puts_them_are_told(tmp_path: Path) -> None:
    twice = _ITEMS.replace(
        "<dc:title>A chapter", "<z:itemType>book</z:itemType><dc:title>A chapter"
    )
    inner = twice.replace("<bib:Series>", "<bib:Series><z:itemType>book</z:itemType>")
    result = _read(tmp_path, f"{_HEAD}{inner}</rdf:RDF>")
    assert result.files["n_markers"][0] == 4
    assert list(result.records["title"]) == ["A title & more", "A chapter", "The Series"]
    assert list(result.rejects["raw"]) == ["book"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (_HEAD + _ITEMS, "row 54: is damaged XML"),
        (f"{_HEAD}{_ITEMS}{'<a>' * 200}{'</a>' * 200}</rdf:RDF>", "is nested too deeply"),
        (f"{_HEAD}</rdf:RDF>", "has no entries, though it looks like Zotero RDF"),
        (f'<!DOCTYPE x [<!ENTITY e "x">]>\n{_HEAD}{_ITEMS}</rdf:RDF>', "declares XML entities"),
        (_HEAD.replace("zotero", "example") + _ITEMS + "</rdf:RDF>", "is RDF; export"),
    ],
)
def test_what_is_answered_instead(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        _read(tmp_path, text)


def test_old_encodings_with_long_lines_are_told_at_once(tmp_path: Path) -> None:
    # A pattern that began at each of these letters would take minutes.
    path = tmp_path / "a.csv"
    path.write_bytes(b"Title,Abstract,Year\nCaf\xe9," + b"x" * 900_000 + b",2001\n")
    assert list(read_records(path).records["title"]) == ["Café"]


@pytest.mark.parametrize(
    "text",
    [
        _HEAD + "<!-- <z:itemType>book</z:itemType> -->" + _ITEMS,
        _HEAD + _ITEMS.replace("We.", "<![CDATA[<z:itemType>book</z:itemType>]]>"),
        _HEAD + _ITEMS.replace("<z:itemType>book", '<z:itemType rdf:datatype="x">book'),
    ],
)
def test_only_elements_are_counted(tmp_path: Path, text: str) -> None:
    assert len(_read(tmp_path, text + "</rdf:RDF>").records) == 2


def test_editors_are_no_authors_and_no_item_is_in_itself(tmp_path: Path) -> None:
    item = """<bib:Book rdf:about="#a"><z:itemType>book</z:itemType><dc:title>T</dc:title>
        <dcterms:isPartOf rdf:resource="#a"/><bib:editors><rdf:Seq><rdf:li><foaf:Person>
        <foaf:surname>Roe</foaf:surname></foaf:Person></rdf:li></rdf:Seq></bib:editors></bib:Book>
    """
    record = _read(tmp_path, f"{_HEAD}{item}</rdf:RDF>").records.iloc[0]
    assert record[["authors", "container"]].isna().all()
    assert json.loads(record["extra"]) == {"editors": "Roe"}


def test_the_rdf_of_the_bibliographic_ontology_is_named(tmp_path: Path) -> None:
    head = _HEAD.replace("http://purl.org/net/biblio#", "http://purl.org/ontology/bibo/")
    with pytest.raises(InputError, match="is RDF; export the references"):
        _read(tmp_path, head + "<bib:Book><dc:title>T</dc:title></bib:Book></rdf:RDF>")
