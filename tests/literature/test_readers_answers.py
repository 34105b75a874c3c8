"""JSON as programming interfaces answer, which has items of its own kind in a list within."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from oso_analysis.literature.readers import ReadResult, read_records

_OPENALEX = {
    "id": "https://openalex.org/W1",
    "doi": "https://doi.org/10.1234/A",
    "title": "A title",
    "display_name": "A title",
    "publication_year": 2021,
    "publication_date": "2021-05-01",
    "ids": {"pmid": "https://pubmed.ncbi.nlm.nih.gov/123456"},
    "language": "en",
    "type": "article",
    "primary_location": {
        "landing_page_url": "https://doi.org/10.1234/a",
        "source": {"display_name": "Journal", "issn": ["1234-5679", "2345-6780"],
                   "host_organization_name": "A House"},
    },
    "authorships": [
        {"author": {"id": "https://openalex.org/A1", "display_name": "Ann Doe"}, "countries": []},
        {"author": {"id": "https://openalex.org/A2", "display_name": "Bo Roe"}},
    ],
    "biblio": {"volume": "4", "issue": None, "first_page": "1", "last_page": "9"},
    "keywords": [{"id": "k", "display_name": "things", "score": 0.5}],
    "abstract_inverted_index": {"We": [0, 2], "and": [1]},
    "referenced_works": ["https://openalex.org/W9"],
}  # fmt: skip
_SCHOLAR = {
    "paperId": "abc", "externalIds": {"DOI": "10.1234/a", "PubMed": "123456", "CorpusId": 7},
    "url": "https://www.semanticscholar.org/paper/abc", "title": "A title", "abstract": "We.",
    "venue": "Venue", "year": 2021, "publicationTypes": ["JournalArticle", "Review"],
    "publicationDate": "2021-05-01", "journal": {"name": "Journal", "volume": "4", "pages": "1-9"},
    "authors": [{"authorId": "1", "name": "Ann Doe"}, {"authorId": "2", "name": "Bo Roe"}],
}  # fmt: skip
_EUROPE = {
    "id": "123456", "source": "MED", "pmid": "123456", "doi": "10.1234/a", "title": "A title",
    "authorString": "Doe A, Roe B.",
    "authorList": {"author": [{"fullName": "Doe A", "firstName": "Ann", "lastName": "Doe"},
                              {"collectiveName": "A Group"}]},
    "journalInfo": {"issue": "2", "volume": "4", "yearOfPublication": 2021,
                    "journal": {"title": "Journal", "issn": "1234-5679", "essn": "2345-6780"}},
    "pubYear": "2021", "pageInfo": "1-9", "abstractText": "We.", "language": "eng",
    "pubTypeList": {"pubType": ["research-article", "Journal Article"]},
    "keywordList": {"keyword": ["one", "two"]},
}  # fmt: skip
_ZOTERO = {
    "key": "ABCD2345", "version": 7, "library": {"type": "user", "id": 1}, "links": {},
    "meta": {"creatorSummary": "Doe"},
    "data": {"key": "ABCD2345", "version": 7, "itemType": "journalArticle", "title": "A title",
             "creators": [{"creatorType": "author", "firstName": "Ann", "lastName": "Doe"},
                          {"creatorType": "editor", "name": "An Office"}],
             "abstractNote": "We.", "publicationTitle": "Journal", "volume": "4", "issue": "",
             "pages": "1-9", "date": "2021-05-01", "DOI": "10.1234/a", "ISSN": "1234-5679",
             "tags": [{"tag": "one"}, {"tag": "two"}], "collections": []},
}  # fmt: skip
_NOTE = {"key": "N", "version": 7, "data": {"key": "N", "version": 7, "itemType": "note"}}


def _read(tmp_path: Path, text: str) -> ReadResult:
    path = tmp_path / "answer.json"
    path.write_text(text, encoding="utf-8")
    return read_records(path)


@pytest.mark.parametrize(
    ("answer", "authors", "key"),
    [
        ({"meta": {"count": 1}, "results": [_OPENALEX], "group_by": []}, "Ann Doe; Bo Roe", "W1"),
        (_OPENALEX, "Ann Doe; Bo Roe", "W1"),
        ({"total": 1, "offset": 0, "data": [_SCHOLAR]}, "Ann Doe; Bo Roe", "abc"),
        (
            {"version": "6.9", "hitCount": 1, "request": {"queryString": "a \"[{\\"},
             "resultList": {"result": [_EUROPE]}},
            "Doe, Ann; A Group", "123456",
        ),
        ([_ZOTERO], "Doe, Ann", "ABCD2345"),
    ],
)  # fmt: skip
def test_what_an_item_has(tmp_path: Path, answer: Any, authors: str, key: str) -> None:
    result = _read(tmp_path, json.dumps(answer, indent=1))
    record = result.records.iloc[0]
    assert len(result.records) == result.files["n_markers"][0] == 1
    assert (record["authors"], record["title"], record["year"]) == (authors, "A title", 2021)
    assert (record["container"], record["volume"], record["pages"]) == ("Journal", "4", "1-9")
    assert (record["doi"], record["type"]) == ("10.1234/a", "article-journal")
    assert record["record_id"].endswith(key)
    assert record["abstract"].startswith("We")
    assert "not recognised" not in " ".join(result.repairs["reason"])


def test_what_each_interface_says_besides(tmp_path: Path) -> None:
    openalex = _read(tmp_path, json.dumps([_OPENALEX])).records.iloc[0]
    assert (openalex["abstract"], openalex["keywords"]) == ("We and We", "things")
    assert (openalex["pmid"], openalex["issn"]) == ("123456", "1234-5679; 2345-6780")
    assert openalex["publisher"] == "A House"
    assert "https://openalex.org/W9" in openalex["extra"]
    assert _read(tmp_path, json.dumps([_SCHOLAR])).records["pmid"][0] == "123456"
    europe = _read(tmp_path, json.dumps([_EUROPE])).records.iloc[0]
    assert (europe["issn"], europe["keywords"]) == ("1234-5679; 2345-6780", "one; two")
    zotero = _read(tmp_path, json.dumps([_ZOTERO])).records.iloc[0]
    assert zotero["keywords"] == "one; two"
    assert "An Office" in zotero["extra"]


def test_europe_pmc_without_details(tmp_path: Path) -> None:
    lite = {"id": "PPR1", "source": "PPR", "title": "T", "authorString": "Doe A, Roe B.",
            "journalTitle": "J", "pubYear": "2020", "pubType": "preprint"}  # fmt: skip
    record = _read(tmp_path, json.dumps({"resultList": {"result": [lite]}})).records.iloc[0]
    assert (record["authors"], record["type"]) == ("Doe, A; Roe, B", "article")
    assert record["container"] == "J"


def test_notes_and_attachments_are_no_references(tmp_path: Path) -> None:
    result = _read(tmp_path, json.dumps([_ZOTERO, _NOTE]))
    assert len(result.records) == 1
    assert list(result.rejects["reason"]) == ["an attachment or note"]


def test_one_item_a_line(tmp_path: Path) -> None:
    lines = [json.dumps(_OPENALEX | {"id": f"https://openalex.org/W{n}"}) for n in range(4)]
    result = _read(tmp_path, "\n".join(lines))
    assert list(result.records["source_line"]) == [1, 2, 3, 4]


@pytest.mark.parametrize("layout", ["lines", "list", "answer"])
def test_an_answer_cut_off_has_no_records_of_its_authors(tmp_path: Path, layout: str) -> None:
    items = [_OPENALEX | {"id": f"https://openalex.org/W{n}"} for n in range(3)]
    text = {
        "lines": "\n".join(map(json.dumps, items)),
        "list": json.dumps(items),
        "answer": json.dumps({"meta": {}, "results": items}),
    }[layout]
    for cut in range(len(text) - 1200, len(text), 97):
        result = _read(tmp_path, text[:cut])
        assert set(result.records["title"].dropna()) == {"A title"}
        assert set(result.records["authors"].dropna()) <= {"Ann Doe; Bo Roe", "Ann Doe"}
        assert result.files["n_markers"][0] <= 3


def test_a_lone_item_may_have_a_list_of_data(tmp_path: Path) -> None:
    item = {"id": "a", "type": "dataset", "title": "T", "data": [1, 2], "DOI": "10.1234/b"}
    assert _read(tmp_path, json.dumps(item)).records["title"][0] == "T"


@pytest.mark.parametrize("name", ["data", "results"])
def test_lists_of_anything_are_no_records(tmp_path: Path, name: str) -> None:
    text = json.dumps({name: [{"id": 1, "label": "x"}, {"id": 2, "author": "y"}]})
    result = _read(tmp_path, text)
    assert result.records.empty
    assert len(result.rejects) == 1
    works = json.dumps({name: [{"Author": "Doe A", "Year": "2014", "Title": "T"}] * 2})
    assert list(_read(tmp_path, works).records["year"]) == [2014, 2014]


@pytest.mark.parametrize(
    "answer",
    [
        {"results": [{"id": "https://openalex.org/A1", "display_name": "Ann"}] * 2},
        {"results": [{"id": "https://openalex.org/S1", "display_name": "J", "issn": ["1234-5679"],
                      "publisher": "P", "type": "journal"}] * 2},
        {"results": [{"title": "A film", "year": "1999", "director": "X"}, {"title": "B"}]},
        {"data": [{"id": 1, "title": "Plumber", "location": "Bern", "url": "https://e.org"}] * 2},
        {"data": [{"id": 1, "label": "x", "in": {"title": "y", "doi": "10.1234/a"}}] * 3},
        {"name": "a-package", "version": "1.0.0", "author": "Ann"},
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}}]},
        [{"id": "https://openalex.org/I1", "display_name": "An Office", "type": "education"}],
        {"items": [{"kind": "books#volume", "id": "a", "volumeInfo": {"title": "T"}}]},
    ],
)  # fmt: skip
def test_what_is_no_work_is_no_record(tmp_path: Path, answer: Any) -> None:
    result = _read(tmp_path, json.dumps(answer))
    assert result.records.empty
    assert set(result.rejects["reason"]) == {"an object that is no CSL-JSON item"}


@pytest.mark.parametrize(
    "item",
    [
        {"paperId": "a", "title": "T"},
        {"id": "https://openalex.org/W1", "display_name": "T", "authorships": []},
        {"title": "T", "doi": "10.1234/a", "other": {"list": [1]}},
        {"title": "T", "authors": ["Ann Doe"], "year": 2020},
    ],
)
def test_works_with_few_members_are_records(tmp_path: Path, item: dict[str, Any]) -> None:
    result = _read(tmp_path, json.dumps({"total": 2, "data": [item, item]}))
    assert list(result.records["title"]) == ["T", "T"]


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, ["x"], [[]], [{"a": 1}], {"a": [{}]}])
@pytest.mark.parametrize(
    ("item", "names"),
    [
        (_OPENALEX, ["authorships", "biblio", "keywords", "ids", "abstract_inverted_index"]),
        (_SCHOLAR, ["authors", "journal", "externalIds", "publicationTypes"]),
        (_EUROPE, ["authorList", "journalInfo", "pubTypeList", "keywordList", "pageInfo"]),
        (_EUROPE | {"authorList": {"author": 1}}, ["authorString"]),
        (_ZOTERO["data"], ["creators", "tags", "publicationTitle"]),
    ],
)
def test_members_of_an_unexpected_kind_cost_no_record(
    tmp_path: Path, item: dict[str, Any], names: list[str], value: Any
) -> None:
    for name in names:
        record = _read(tmp_path, json.dumps([item | {name: value}, item])).records.iloc[0]
        assert record["title"] == "A title"


def test_nothing_an_item_says_is_lost(tmp_path: Path) -> None:
    words = _OPENALEX | {"keywords": ["one", "two"], "biblio": {"volume": "4", "part": "B"}}
    record = _read(tmp_path, json.dumps([words])).records.iloc[0]
    assert (record["keywords"], json.loads(record["extra"])["biblio.part"]) == ("one; two", "B")
    old = _OPENALEX | {"keywords": [{"keyword": "one", "score": 1}]}
    assert _read(tmp_path, json.dumps([old])).records["keywords"][0] == "one"
    odd = _OPENALEX | {"abstract_inverted_index": {"We": "0"}}
    assert "We" in _read(tmp_path, json.dumps([odd])).records["extra"][0]
    scholar = json.loads(_read(tmp_path, json.dumps([_SCHOLAR])).records["extra"][0])
    assert scholar["authors.authorId"] == "1; 2"


@pytest.mark.parametrize(
    ("kinds", "kind"),
    [
        (["CaseReport", "JournalArticle"], "article-journal"),
        (["Review", "Conference"], "paper-conference"),
        (["Review"], "article-journal"),
        (["Study", "Review"], "article-journal"),
        (["Study"], "document"),
    ],
)
def test_the_most_telling_type_counts(tmp_path: Path, kinds: list[str], kind: str) -> None:
    item = _SCHOLAR | {"publicationTypes": kinds}
    assert _read(tmp_path, json.dumps([item])).records["type"][0] == kind


def test_editors_are_no_authors(tmp_path: Path) -> None:
    editor = {"creatorType": "editor", "firstName": "Ed", "lastName": "Roe"}
    item = _ZOTERO["data"] | {"itemType": "book", "creators": [editor]}
    record = _read(tmp_path, json.dumps([item])).records.iloc[0]
    assert record["authors"] != record["authors"]
    assert json.loads(record["extra"])["editor"] == "Roe, Ed"


@pytest.mark.parametrize("layout", ["lines", "list"])
@pytest.mark.parametrize(
    "item", [_OPENALEX, _SCHOLAR, _EUROPE, _ZOTERO], ids=lambda item: len(item)
)
def test_wherever_it_is_cut_off_whole_items_are_read(
    tmp_path: Path, item: dict[str, Any], layout: str
) -> None:
    first = json.dumps(item)
    text = f"{first}\n{first}" if layout == "lines" else f"[{first}, {first}]"
    authors = _read(tmp_path, text).records["authors"][0]
    for cut in range(len(first) + 3, len(text), 23):
        records = _read(tmp_path, text[:cut]).records
        assert (records["title"][0], records["authors"][0]) == ("A title", authors), text[:cut]
