"""Each hand-made hard case, told in plain words in the fixture, comes out as a librarian would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from oso_analysis.literature.deduplicate import deduplicate

FIXTURES = Path(__file__).parents[1] / "fixtures" / "deduplicate"
CASES = yaml.safe_load((FIXTURES / "cases.yaml").read_text(encoding="utf-8"))
COLUMNS = ("type", "title", "authors", "year", "container", "volume", "issue", "pages", "publisher",
           "edition", "doi", "pmid", "url", "abstract")  # fmt: skip


def frame(case: dict[str, Any]) -> pd.DataFrame:
    """Return the case's two records as a records frame."""
    rows = [
        {"type": "article-journal"} | case[side] | {"record_id": f"{case['id']}-{side}"}
        for side in ("a", "b")
    ]
    table = pd.DataFrame(rows).reindex(columns=["record_id", *COLUMNS])
    return table.astype({"year": "Int64"})


def test_case_ids_are_unique() -> None:
    ids = [case["id"] for case in CASES]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    result = deduplicate(frame(case))
    why = result.merges["reason"].tolist() or result.review["reason"].tolist()
    assert (len(result.works) == 1) is case["same"], f"{case['note']} Evidence: {why}"


def test_all_cases_in_one_table_come_out_as_they_do_alone() -> None:
    table = pd.concat([frame(case) for case in CASES], ignore_index=True)
    ids = deduplicate(table).work_ids.set_index("record_id")["work_id"]
    # Cases may share titles on purpose, so only the two records of one case are compared.
    wrong = [
        case["id"]
        for case in CASES
        if (ids[f"{case['id']}-a"] == ids[f"{case['id']}-b"]) is not case["same"]
    ]
    assert not wrong
