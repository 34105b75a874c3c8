"""PubMed's XML, which is to be read as its own tagged text of the same works is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oso_analysis.errors import InputError
from oso_analysis.literature.readers import ReadResult, read_records

_HEAD = """<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" "p.dtd">
<PubmedArticleSet>
"""
_ARTICLE = """<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"
    ><PMID Version="1">12345678</PMID>
  <DateRevised><Year>2020</Year><Month>01</Month><Day>02</Day></DateRevised>
  <Article PubModel="Print-Electronic"><Journal>
    <ISSN IssnType="Electronic">1234-5679</ISSN>
    <JournalIssue CitedMedium="Internet"><Volume>61</Volume><Issue>2</Issue>
      <PubDate><Year>2012</Year><Month>Jun</Month></PubDate></JournalIssue>
    <Title>Journal of things &amp; more</Title><ISOAbbreviation>J Things</ISOAbbreviation></Journal>
    <ArticleTitle>On <i>E. coli</i> at p &lt; 0.05.</ArticleTitle>
    <Pagination><StartPage>323</StartPage><EndPage>329</EndPage><MedlinePgn>323-9</MedlinePgn>
    </Pagination>
    <ELocationID EIdType="doi" ValidYN="Y">10.1234/A.1</ELocationID>
    <Abstract><AbstractText Label="BACKGROUND" NlmCategory="BACKGROUND">One.</AbstractText>
      <AbstractText Label="METHODS">Two<sup>2</sup>.</AbstractText>
      <CopyrightInformation>Copyright them.</CopyrightInformation></Abstract>
    <AuthorList CompleteYN="Y">
      <Author ValidYN="Y"><LastName>Doe</LastName><ForeName>Ann B</ForeName>
        <Initials>AB</Initials><Suffix>Jr</Suffix>
        <AffiliationInfo><Affiliation>A place.</Affiliation></AffiliationInfo></Author>
      <Author ValidYN="Y"><CollectiveName>A Group</CollectiveName></Author>
      <Author ValidYN="Y"><LastName>Żak</LastName><Initials>E</Initials></Author></AuthorList>
    <Language>eng</Language>
    <PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType>
    </PublicationTypeList></Article>
  <MedlineJournalInfo><Country>England</Country><MedlineTA>J Things</MedlineTA></MedlineJournalInfo>
  <MeshHeadingList><MeshHeading><DescriptorName MajorTopicYN="N">Lung</DescriptorName>
    <QualifierName MajorTopicYN="Y">pathology</QualifierName></MeshHeading></MeshHeadingList>
  <KeywordList Owner="NOTNLM"><Keyword MajorTopicYN="N">things</Keyword></KeywordList>
  </MedlineCitation>
  <PubmedData><ArticleIdList><ArticleId IdType="pubmed">12345678</ArticleId>
    <ArticleId IdType="doi">10.1234/a.1</ArticleId><ArticleId IdType="pmc">PMC7</ArticleId>
    </ArticleIdList>
    <ReferenceList><Reference><Citation>Other 2001.</Citation><ArticleIdList>
      <ArticleId IdType="pubmed">999</ArticleId><ArticleId IdType="doi">10.9999/other</ArticleId>
    </ArticleIdList></Reference></ReferenceList></PubmedData></PubmedArticle>
"""
_TAGGED = """PMID- 12345678
IS  - 1234-5679 (Electronic)
VI  - 61
IP  - 2
DP  - 2012 Jun
TI  - On E. coli at p < 0.05.
PG  - 323-9
LID - 10.1234/A.1 [doi]
AB  - BACKGROUND: One. METHODS: Two2.
FAU - Doe, Ann B Jr
AU  - Doe AB Jr
CN  - A Group
FAU - Żak, E
AU  - Żak E
LA  - eng
PT  - Journal Article
PL  - England
TA  - J Things
JT  - Journal of things & more
OT  - things
MH  - Lung/*pathology
"""
_BOOK = """<PubmedBookArticle><BookDocument><PMID Version="1">20301295</PMID>
  <ArticleIdList><ArticleId IdType="bookaccession">NBK1116</ArticleId></ArticleIdList>
  <Book><Publisher><PublisherName>A University</PublisherName>
    <PublisherLocation>Seattle (WA)</PublisherLocation></Publisher>
    <BookTitle book="gene">The Book</BookTitle><PubDate><Year>1993</Year></PubDate>
    <AuthorList Type="editors"><Author><LastName>Editor</LastName><ForeName>Ed</ForeName></Author>
    </AuthorList></Book>
  <ArticleTitle book="gene" part="a">A Chapter</ArticleTitle><Language>eng</Language>
  <AuthorList Type="authors"><Author><LastName>Roe</LastName><ForeName>Bo</ForeName></Author>
  </AuthorList>
  <Abstract><AbstractText>Text.</AbstractText></Abstract></BookDocument></PubmedBookArticle>
"""


def _read(tmp_path: Path, text: str, name: str = "efetch.xml") -> ReadResult:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_records(path)


def test_an_article_is_read_as_in_tagged_text(tmp_path: Path) -> None:
    result = _read(tmp_path, _HEAD + _ARTICLE + "</PubmedArticleSet>\n")
    assert list(result.files["format"]) == ["pubmed-xml"]
    assert result.repairs.empty
    assert list(result.records["source_line"]) == [4]
    other = _read(tmp_path, _TAGGED, "a.nbib").records
    columns = result.records.columns.drop(["source_file", "source_line", "extra"])
    assert result.records[columns].equals(other[columns])
    extra = json.loads(result.records["extra"][0])
    assert extra["PMC"] == "PMC7"
    said = json.dumps(extra)
    assert all(text in said for text in ("A place.", "Other 2001.", "10.9999/other", "them"))


def test_a_book_and_what_it_is_part_of(tmp_path: Path) -> None:
    records = _read(tmp_path, f"{_HEAD}{_BOOK}{_ARTICLE}</PubmedArticleSet>").records
    book = records.iloc[0]
    assert (book["type"], book["title"], book["container"]) == ("chapter", "A Chapter", "The Book")
    assert (book["authors"], book["year"]) == ("Roe, Bo", 1993)
    assert (book["publisher"], book["place"]) == ("A University", "Seattle (WA)")
    assert "Ed" in book["extra"]
    assert len(records) == 2


def test_a_damaged_article_costs_no_other(tmp_path: Path) -> None:
    cut = _ARTICLE[: _ARTICLE.index("<Language>")]
    bare = _ARTICLE.replace("things &amp; more", "things & more")
    nothing = "<PubmedArticle></PubmedArticle>"
    result = _read(tmp_path, _HEAD + cut + bare + nothing + _ARTICLE)
    files = result.files.iloc[0]
    assert (files["n_markers"], files["n_accepted"], files["n_rejected"]) == (4, 3, 1)
    assert set(result.records["doi"]) == {"10.1234/a.1"}
    assert result.repairs["reason"].str.contains("cut short").sum() == 1
    assert result.repairs["reason"].str.contains("an ampersand").sum() == 1


def test_entities_are_not_declared(tmp_path: Path) -> None:
    head = _HEAD.replace('"p.dtd"', '"p.dtd" [<!ENTITY e "x">]')
    with pytest.raises(InputError, match="declares XML entities"):
        _read(tmp_path, head + _ARTICLE)


def test_an_empty_answer(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no entries, though it looks like PubMed XML"):
        _read(tmp_path, _HEAD + "</PubmedArticleSet>")


def test_the_authors_of_a_whole_book(tmp_path: Path) -> None:
    whole = _BOOK.replace('<ArticleTitle book="gene" part="a">A Chapter</ArticleTitle>', "")
    start, end = whole.index('<AuthorList Type="authors">'), whole.index("<Abstract>")
    whole = whole[:start] + whole[end:]
    record = _read(tmp_path, _HEAD + whole.replace('"editors"', '"authors"')).records.iloc[0]
    assert (record["title"], record["authors"], record["type"]) == (
        "The Book",
        "Editor, Ed",
        "book",
    )
    assert _read(tmp_path, _HEAD + whole).records["authors"].isna().all()
    both = _BOOK.replace('"editors"', '"authors"')
    assert list(_read(tmp_path, _HEAD + both).records["authors"]) == ["Roe, Bo"]


def test_numbers_that_are_not_valid_are_no_doi(tmp_path: Path) -> None:
    right = '<ELocationID EIdType="doi" ValidYN="Y">10.1234/A.1</ELocationID>'
    wrong = right.replace('"Y"', '"N"').replace("A.1", "wrong")
    record = _read(tmp_path, _HEAD + _ARTICLE.replace(right, wrong + right)).records.iloc[0]
    assert record["doi"] == "10.1234/a.1"
    assert "10.1234/wrong" in record["extra"]


def test_deleted_citations_are_named(tmp_path: Path) -> None:
    text = "<DeleteCitation><PMID>1</PMID>\n<PMID>2</PMID></DeleteCitation></PubmedArticleSet>"
    result = _read(tmp_path, _HEAD + _ARTICLE + text)
    assert len(result.records) == 1
    assert result.repairs["reason"].str.contains("deleted, which are no records: 2").any()


def test_a_title_of_another_format_may_quote_an_element(tmp_path: Path) -> None:
    title = "<title><![CDATA[On <PubmedArticle> tags]]></title>"
    text = f"<xml><records><record><titles>{title}</titles></record></records></xml>"
    result = _read(tmp_path, text)
    assert list(result.records["title"]) == ["On <PubmedArticle> tags"]
