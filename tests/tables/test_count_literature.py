from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from oso_analysis.errors import InputError
from oso_analysis.tables.literature import (
    count_countries,
    count_fields,
    count_languages,
    count_types,
    count_venues,
    count_years,
)

FIXTURES = Path(__file__).parents[1] / "fixtures" / "literature"
WORKS = pd.read_csv(FIXTURES / "works.csv", dtype={"year": "Int64"})
CODES = pd.read_csv(FIXTURES / "work_codes.csv", dtype="str")
BASE = ["w1", "w2", "w3", "w4", "w5"]


def cells(table: pd.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    return list(table[list(columns)].itertuples(index=False, name=None))


def test_years_list_every_year_and_close() -> None:
    table = count_years(WORKS, BASE)
    assert cells(table, "year", "n_works") == [
        ("2010", 1),
        ("2011", 0),
        ("2012", 2),
        ("2013", 0),
        ("2014", 1),
        ("not_stated", 1),
        ("total", 5),
    ]
    assert count_years(WORKS, []).to_dict("list")["year"] == ["total"]


def test_years_same_as_plain_python() -> None:
    with (FIXTURES / "works.csv").open(encoding="utf-8") as lines:
        plain = Counter(row["year"] or "not_stated" for row in csv.DictReader(lines))
    table = count_years(WORKS, list(WORKS["work_id"]))
    counted = {year: n for year, n in cells(table, "year", "n_works") if n and year != "total"}
    assert counted == plain


def test_types_by_size() -> None:
    assert cells(count_types(WORKS, BASE), "type_label", "n_works") == [
        ("Journal article", 2),
        ("Legal brief", 1),
        ("Report", 1),
        ("Thesis", 1),
        ("All works", 5),
    ]


def test_languages_without_region() -> None:
    assert cells(count_languages(WORKS, BASE), "language_label", "n_works") == [
        ("English", 3),
        ("German", 1),
        ("Not stated", 1),
        ("All works", 5),
    ]


def test_venues_join_spellings_and_close() -> None:
    table = count_venues(WORKS, BASE, top=1)
    assert cells(table, "venue", "venue_label", "n_works") == [
        ("child abuse and neglect", "Child Abuse & Neglect", 2),
        ("other", "Other (1 venue)", 2),
        ("not_stated", "Not stated", 1),
        ("total", "All works", 5),
    ]
    full = count_venues(WORKS, BASE)
    assert "other" not in set(full["venue"])
    assert full.loc[full["venue"] != "total", "n_works"].sum() == 5
    with pytest.raises(InputError, match="must be a whole number of at least 1"):
        count_venues(WORKS, BASE, top=0)


def test_countries_state_both_bases() -> None:
    table = count_countries(CODES, BASE, {"GB": "United Kingdom", "US": "United States"})
    assert cells(table, "country_label", "n_works", "percent_of_works") == [
        ("United Kingdom", 2, 40.0),
        ("United States", 2, 40.0),
        ("Not stated", 2, 40.0),
        ("All works", 5, 100.0),
    ]
    assert table["percent_of_stated_works"].iloc[0] == pytest.approx(200 / 3)


def test_fields_by_source_and_in_all() -> None:
    records = pd.DataFrame(
        {
            "source_file": ["a.ris", "a.ris", "b.bib"],
            "title": ["x", "y", None],
            "doi": [None, "10.1/z", None],
        }
    )
    table = count_fields(records, {"title": "Title", "doi": "DOI"})
    assert cells(table, "source_file", "field", "n_records", "n_with_field") == [
        ("a.ris", "title", 2, 2),
        ("a.ris", "doi", 2, 1),
        ("b.bib", "title", 1, 0),
        ("b.bib", "doi", 1, 0),
        ("total", "title", 3, 2),
        ("total", "doi", 3, 1),
    ]
    assert table["percent_of_records"].iloc[1] == 50
    parts = table[table["source_file"] != "total"].groupby("field")["n_with_field"].sum()
    assert dict(parts) == {"title": 2, "doi": 1}
    with pytest.raises(InputError, match="column 'doi'"):
        count_fields(records.drop(columns="doi"), {"doi": "DOI"})
