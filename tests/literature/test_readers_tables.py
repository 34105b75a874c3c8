"""Tables as databases, statistics programs and scripts write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from oso_analysis.errors import InputError
from oso_analysis.literature.readers import ReadResult, read_records


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
