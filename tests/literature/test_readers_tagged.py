"""Tagged text of EndNote, RefWorks and NoteExpress, as CNKI and Google Scholar write it too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from oso_analysis.errors import InputError
from oso_analysis.literature.readers import read_records

FIXTURES = Path(__file__).parents[1] / "fixtures" / "readers"


def rows(path: Path) -> list[dict[str, Any]]:
    """Return the records of a file, missing cells left out."""
    result = read_records(path)
    counts = result.files.iloc[0]
    assert counts["n_markers"] == counts["n_accepted"] + counts["n_rejected"]
    return [
        {name: value for name, value in row.items() if not pd.isna(value)}
        for row in result.records.to_dict("records")
    ]


def test_endnote_tagged_text() -> None:
    article, chapter, unopened = rows(FIXTURES / "endnote.enw")
    assert article["type"] == "article-journal"
    assert article["title"] == "A title above the line that opens the entry"
    assert article["authors"] == "Writer, Ann; Author, Bob"
    assert (article["year"], article["volume"], article["issue"]) == (2021, "45", "3")
    assert article["container"] == "Journal of Examples"
    assert article["pages"] == "1309-1348"
    assert article["abstract"] == "The first paragraph. The second paragraph."
    assert article["keywords"] == "one; two"
    assert article["extra"] == '{"%8":"September 1, 2021"}'
    assert chapter["type"] == "chapter"
    assert chapter["keywords"] == "例子; 示例"
    assert chapter["isbn"] == "978-0-306-40615-7"
    assert chapter["doi"] == "10.1000/example.1"
    assert (chapter["publisher"], chapter["place"], chapter["edition"]) == ("Press", "Town", "2nd")
    assert chapter["extra"] == '{"%+":"示例大学;","%~":"A database"}'
    assert (unopened["type"], unopened["year"]) == ("document", 1891)
    assert unopened["source_line"] == 33


def test_refworks_tagged_text() -> None:
    article, chapter = rows(FIXTURES / "refworks.txt")
    assert article["record_id"] == "94"
    assert article["pages"] == "337-367"
    assert article["doi"] == "10.1000/example.2"
    assert article["abstract"].endswith("RT was given to all of the patients, and nothing else.")
    assert article["keywords"] == "one; two"
    assert chapter["type"] == "chapter"
    assert chapter["authors"] == "王伟; 李娜"
    assert (chapter["pages"], chapter["volume"]) == ("1-12", "7")
    legend = read_records(FIXTURES / "refworks.txt").repairs.iloc[0]
    assert legend["reason"] == "text outside any entry was left out"


def test_noteexpress_tagged_text() -> None:
    article, thesis = rows(FIXTURES / "noteexpress.net")
    assert article["authors"] == "王伟; 李娜"
    assert article["abstract"] == "第一段。 第二段。"
    assert (article["issue"], article["pages"], article["issn"]) == ("02", "7-12", "1234-5679")
    assert (thesis["type"], thesis["publisher"], thesis["year"]) == ("thesis", "示例大学", 2018)


@pytest.mark.parametrize(
    ("text", "format"),
    [
        ("%0 Book\n%A Nobody\n%A Somebody\n", "refer"),
        ("% Encoding: UTF-8\n@article{a,\n title = {%T is a tag},\n}\n", "bibtex"),
        ("TY  - JOUR\nTI  - a\nAB  - b\nRT Journal\nT1 c\nER  - \n", "ris"),
        ("TY  - JOUR\nTI  - a\nAB  - b\nRT Alone\nRT Only\nT1 c\nYR 1\nER  - \n", "ris"),
        ("PMID- 1\nTI  - a\nAB  - b\n%0 \n%A c\n%0 \n", "medline"),
        ("%0\tTitle\tYear\tDOI\n%T\ta\t2001\t\n%A\tb\t2001\t\n%0\tc\t2001\t\n", "tsv"),
        ("{Reference Type}:,Title,Year\n{Title}:,a,2001\n", "csv"),
        ('Results\nTitle,Year,Abstract\nA,2001,"b\nRT Planning\nT1 c\nYR 1"\nB,2002,c\n', "csv"),
    ],
)
def test_the_format_is_told_from_what_most_lines_are(
    text: str, format: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf-8")
    assert read_records(path).files["format"].tolist() == [format]


def test_an_entry_of_nothing_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "a.enw"
    path.write_text("%0 Book\n%0 Thesis\n%T A title\n", encoding="utf-8")
    result = read_records(path)
    assert result.rejects["reason"].tolist() == ["an entry without any content"]
    assert result.records["type"].tolist() == ["thesis"]


@pytest.mark.parametrize(
    "text",
    ["Notes\n\nRT Radiotherapy\nT1 weighted images\n", "%A note on\n%T his\n\\begin{document}\n"],
)
def test_other_text_is_no_tagged_text(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="no format that is read"):
        read_records(path)


@pytest.mark.parametrize(
    "text",
    [
        "TY  - JOUR\nTI  - T\nUR  - file:///a.pdf\nUR  - https://example.org/a\nER  - \n",
        "TY  - JOUR\nTI  - T\nUR  - internal-pdf://1/a.pdf\nUR  - HTTPS://example.org/a\nER  - \n",
        "%0 Journal Article\n%T T\n%A Doe, A\n%U file:///a.pdf\n%U https://example.org/a\n",
        "<xml><records><record><ref-type>17</ref-type><titles><title>T</title></titles>"
        "<urls><web-urls><url>file:///a.pdf</url></web-urls><related-urls>"
        "<url>https://example.org/a</url></related-urls></urls></record></records></xml>",
    ],
)
def test_one_rule_takes_an_address_of_several(tmp_path: Path, text: str) -> None:
    path = tmp_path / "export.txt"
    path.write_text(text, encoding="utf-8")
    record = read_records(path).records.iloc[0]
    assert record["url"].lower() == "https://example.org/a"
    assert "a.pdf" in record["extra"]
