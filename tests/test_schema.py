"""The data contracts: every rule can fail, and all failures come at once."""

from __future__ import annotations

import copy
import csv
import json
import shutil
from pathlib import Path
from typing import Any

import frictionless
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oso_analysis.codebook import Codebook, read_codebook
from oso_analysis.consistency import check_files
from oso_analysis.dictionary import render_dictionary
from oso_analysis.errors import InputError
from oso_analysis.schema import check_foreign_keys, load_table, read_package

SCHEMA: dict[str, Any] = {
    "fields": [
        {"name": "id", "type": "string", "constraints": {"required": True, "unique": True}},
        {"name": "year", "type": "year", "constraints": {"minimum": 1990, "maximum": 2026}},
        {"name": "value", "type": "number"},
        {"name": "seen", "type": "date"},
        {"name": "decision", "codebook": "decision", "constraints": {"required": True}},
        {
            "name": "reason",
            "codebook": "exclusion_reason",
            "requiredWhen": {"decision": ["exclude"]},
            "onlyWhen": {"decision": ["exclude"]},
        },
        {"name": "url", "constraints": {"pattern": "https?://.+"}},
    ],
    "primaryKey": "id",
}
HEADER = "id,year,value,seen,decision,reason,url"


@pytest.fixture(scope="module")
def codebook(data: Path) -> Codebook:
    return read_codebook(data / "codebook.yaml")


def load(folder: Path, codebook: Codebook, text: str | bytes, **schema: Any) -> Any:
    raw = text.encode() if isinstance(text, str) else text
    (folder / "t.csv").write_bytes(raw)
    described = {"resources": [{"name": "t", "path": "t.csv", "schema": SCHEMA | schema}]}
    (folder / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")
    return load_table(read_package(folder), "t", codebook)


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        ({"name": ["t"], "path": "t.csv"}, "'resource 1, name': '[\"t\"]' must be a text"),
        ({"name": "t", "path": 3}, "'resource 1, path': '3' must be a path or a list of paths"),
        ({"name": "t", "path": [3]}, "'resource 1, path': '[3]' must be a path or a list"),
        ("t.csv", "'resource 1': '\"t.csv\"' must be an object with a name and a path"),
        ({"path": "t.csv", "schema": {"fields": ["id"]}}, "a list of fields, each an object"),
        ({"path": "t.csv", "schema": {"fields": [{"type": ["year"]}]}}, "its type a text"),
    ],
)
def test_a_resource_of_another_shape_is_told(
    resource: object, message: str, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_text("id\n")
    described = json.dumps({"resources": [resource]})
    (tmp_path / "datapackage.json").write_text(described, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_package(tmp_path)
    assert message in str(error.value)
    # What looks at the files besides leaves it at that.
    assert list(check_files(tmp_path)) == []


@pytest.mark.parametrize("descriptor", [[], "x", {"resources": {"name": "t"}}])
def test_a_descriptor_of_another_shape_is_told(descriptor: object, tmp_path: Path) -> None:
    (tmp_path / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    with pytest.raises(InputError, match="must be an object with a list of resources"):
        read_package(tmp_path)


def test_good_rows_become_typed_columns(tmp_path: Path, codebook: Codebook) -> None:
    table, problems = load(
        tmp_path, codebook, f"{HEADER}\na,2019,1.5,2019-06-21,include,,\nb,,,,exclude,not_online,"
    )
    assert problems == []
    assert table["year"].tolist()[0] == 2019
    assert table["year"].isna().tolist() == [False, True]
    assert [str(kind) for kind in table.dtypes] == [
        "str", "Int64", "float64", "str", "str", "str", "str",
    ]  # fmt: skip
    assert table.index.tolist() == [2, 3]


def test_every_rule_is_reported_in_one_pass(tmp_path: Path, codebook: Codebook) -> None:
    rows = [
        HEADER,
        "a,19,1.5,2019-06-21,include,,",
        "a,1980,x,2019-13-01,includ,,ftp://x",
        ",2027,,,exclude,,",
        "d,,,,include,not_online,",
        "e,,,,exclude,notonline,",
        "f,,",
    ]
    _, problems = load(tmp_path, codebook, "\n".join(rows))
    found = {(item.row, item.column, item.value, item.nearest) for item in problems}
    assert found == {
        (2, "year", "19", None),
        (3, "year", "1980", None),
        (3, "value", "x", None),
        (3, "seen", "2019-13-01", None),
        (3, "decision", "includ", "include"),
        (3, "url", "ftp://x", None),
        (3, "id", "a", None),
        (4, "id", None, None),
        (4, "year", "2027", None),
        (4, "reason", None, None),
        (5, "reason", "not_online", None),
        (6, "reason", "notonline", "not_online"),
        (7, None, None, None),
    }
    assert all(item.file == "t.csv" for item in problems)


def test_a_decimal_comma_is_answered_with_a_point(tmp_path: Path, codebook: Codebook) -> None:
    values = ["12,5", "-0,25", "1,2345", "1,250", "1.250,5"]
    rows = [f'{place},2019,"{value}",,include,,' for place, value in enumerate(values)]
    _, problems = load(tmp_path, codebook, "\n".join([HEADER, *rows]))
    assert [(item.value, item.nearest) for item in problems] == [
        ("12,5", "12.5"), ("-0,25", "-0.25"), ("1,2345", "1.2345"),
        # With three digits it may as well stand between thousands.
        ("1,250", None), ("1.250,5", None),
    ]  # fmt: skip


def test_a_row_pasted_twice_into_a_table_without_a_key_is_refused(
    tmp_path: Path, codebook: Codebook
) -> None:
    rows = "a,2019,1.5,,include,,\nb,2019,1.5,,include,,\n\na, 2019,1.5,,include,,\n"
    fields = [{**SCHEMA["fields"][0], "constraints": {}}, *SCHEMA["fields"][1:]]
    _, problems = load(tmp_path, codebook, f"{HEADER}\n{rows}", fields=fields, primaryKey=[])
    assert [str(problem) for problem in problems] == [
        "t.csv, row 5: repeats row 2 in every column; take one of the two out"
    ]
    _, problems = load(
        tmp_path, codebook, f"{HEADER}\n{rows}", fields=fields, primaryKey=[], repeats=True
    )
    assert problems == []


def test_a_code_is_suggested_by_its_printed_name(tmp_path: Path, codebook: Codebook) -> None:
    _, problems = load(tmp_path, codebook, f"{HEADER}\na,2019,,,exclude,Not online,\n")
    reasons = codebook["exclusion_reason"]
    assert [(item.column, item.nearest) for item in problems] == [("reason", "not_online")]
    assert "not_stated" not in reasons
    _, problems = load(tmp_path, codebook, f"{HEADER}\na,2019,,,exclude,not_stated,\n")
    assert [item.column for item in problems] == ["reason"]


def test_a_pattern_is_told_with_an_example(tmp_path: Path, codebook: Codebook) -> None:
    fields = [*SCHEMA["fields"][:-1], {**SCHEMA["fields"][-1], "example": "https://who.int"}]
    _, problems = load(tmp_path, codebook, f"{HEADER}\na,2019,,,include,,ftp://x", fields=fields)
    assert problems[0].rule == "must look like https://who.int (pattern https?://.+)"


def test_header_mistakes_name_the_nearest_column(tmp_path: Path, codebook: Codebook) -> None:
    _, problems = load(tmp_path, codebook, "id,yaer,value,seen,decision,reason,url,url\n")
    assert {(item.column, item.nearest) for item in problems} == {
        ("url", None),
        ("year", "yaer"),
        ("yaer", "year"),
    }


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "is empty"),
        (HEADER.replace(",", ";").encode(), "separated by semicolons"),
        (HEADER.replace(",", "\t").encode(), "separated by tabs"),
        (HEADER.encode() + b"\nCaf\xe9,,,,include,,", "is not UTF-8"),
        (HEADER.encode() + b"\nCaf\xe9,,,,include,,", "oso-analysis to-csv data/t.csv"),
        (HEADER.replace(",", ";").encode(), "oso-analysis to-csv data/t.csv"),
        (b"PK\x03\x04\xff\xfe", "is a workbook, not CSV; mend it with"),
        (HEADER.encode() + b"\na\0,,,,include,,", "NUL byte"),
        (HEADER.encode() + b'\n"a,,,,include,,', "is not readable CSV"),
    ],
)
def test_unreadable_files_say_what_to_do(
    tmp_path: Path, codebook: Codebook, raw: bytes, says: str
) -> None:
    _, problems = load(tmp_path, codebook, raw)
    assert any(says in str(item) for item in problems)


def test_byte_order_mark_and_windows_line_ends_are_harmless(
    tmp_path: Path, codebook: Codebook
) -> None:
    table, problems = load(
        tmp_path, codebook, b"\xef\xbb\xbf" + HEADER.encode() + b"\r\na,2019,,,include,,\r\n\r\n"
    )
    assert problems == []
    assert table["id"].tolist() == ["a"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["include", "exclude", "maybe", "Include", ""]), max_size=12))
def test_as_many_failures_as_bad_cells(
    tmp_path_factory: pytest.TempPathFactory, data: Path, decisions: list[str]
) -> None:
    schema = copy.deepcopy(SCHEMA)
    del schema["fields"][5]
    rows = [f"r{i},,,,{decision}," for i, decision in enumerate(decisions)]
    _, problems = load(
        tmp_path_factory.mktemp("t"),
        read_codebook(data / "codebook.yaml"),
        "\n".join([HEADER.replace(",reason", ""), *rows]),
        fields=schema["fields"],
    )
    bad = [i + 2 for i, decision in enumerate(decisions) if decision not in {"include", "exclude"}]
    assert [item.row for item in problems] == bad


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"path": "../t.csv"}, "must stay inside the folder"),
        ({"path": "tt.csv"}, "did you mean 't.csv'"),
        ({"path": []}, "has no path"),
        ({"schema": {"fields": [{"name": "a", "type": "sting"}]}}, "did you mean 'string'"),
    ],
)
def test_bad_descriptors_are_refused(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    (tmp_path / "t.csv").write_text("a\n", encoding="utf-8")
    resource = {"name": "t", "path": "t.csv"} | change
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": [resource]}), "utf-8")
    with pytest.raises(InputError, match=says):
        read_package(tmp_path)


def test_foreign_keys_name_the_nearest_key(data: Path, tmp_path: Path, codebook: Codebook) -> None:
    shutil.copytree(data, tmp_path / "data")
    path = tmp_path / "data/consultation/relevance.csv"
    path.write_text(path.read_text("utf-8").replace("uk-002,", "uk-0002,"), "utf-8")
    package = read_package(tmp_path / "data")
    tables = {name: load_table(package, name, codebook)[0] for name in ("relevance", "submissions")}
    (problem,) = check_foreign_keys(package, tables)
    assert (problem.row, problem.value, problem.nearest) == (3, "uk-0002", "uk-002")


def test_places_are_suggested_by_their_names(
    data: Path, tmp_path: Path, codebook: Codebook
) -> None:
    shutil.copytree(data, tmp_path / "data")
    path = tmp_path / "data/consultation/submissions.csv"
    path.write_text(path.read_text("utf-8").replace(",GB,", ",UK,", 1), "utf-8")
    package = read_package(tmp_path / "data")
    names = ("submissions", "geographies")
    tables = {name: load_table(package, name, codebook)[0] for name in names}
    (problem,) = check_foreign_keys(package, tables)
    assert (problem.value, problem.nearest) == ("UK", "GB")


def test_a_table_that_cannot_be_read_is_told_once(
    data: Path, tmp_path: Path, codebook: Codebook
) -> None:
    shutil.copytree(data, tmp_path / "data")
    path = tmp_path / "data/consultation/submissions.csv"
    path.write_text(path.read_text("utf-8").replace(",", ";"), "utf-8")
    package = read_package(tmp_path / "data")
    names = ("submissions", "relevance", "segments")
    tables = {name: load_table(package, name, codebook)[0] for name in names}
    assert [str(problem) for problem in check_foreign_keys(package, tables)] == [
        f"consultation/{name}.csv, column 'submission_id': names rows of submissions, which has "
        "none that could be read"
        for name in ("relevance", "segments")
    ]


def test_frictionless_agrees_that_the_data_are_valid(data: Path, codebook: Codebook) -> None:
    """An independent validator, with the codebook's codes written out as enumerations."""
    package = read_package(data)
    descriptor: Any = copy.deepcopy(dict(package.descriptor))
    tables = [item for item in descriptor["resources"] if "schema" in item]
    for item in tables:
        for field in item["schema"]["fields"]:
            if "codebook" in field:
                field.setdefault("constraints", {})["enum"] = list(codebook[field["codebook"]])
    descriptor["resources"] = tables
    report = frictionless.Package.from_descriptor(descriptor, basepath=str(data)).validate()
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "note"])
    assert report.stats["tasks"] == len(tables) > 8


def test_every_data_file_is_described(data: Path) -> None:
    described = {path for item in read_package(data).resources.values() for path in item.paths}
    there = {item.relative_to(data).as_posix() for item in data.rglob("*") if item.is_file()}
    assert there - described == {"datapackage.json", "PROVENANCE.md"}


def test_every_column_says_what_it_means(data: Path) -> None:
    for resource in read_package(data).resources.values():
        for key in ("title", "description", "origin", "licenses", "created"):
            assert resource.descriptor.get(key), (resource.name, key)
        for field in resource.fields:
            assert field.get("description"), (resource.name, field["name"])


def test_tables_have_the_rows_that_plain_csv_counts(data: Path, codebook: Codebook) -> None:
    package = read_package(data)
    for resource in package.resources.values():
        if resource.is_table:
            with (data / resource.paths[0]).open(encoding="utf-8-sig", newline="") as file:
                rows = sum(1 for _ in csv.DictReader(file))
            countries = {"country": {"GB": "United Kingdom"}}
            table, _ = load_table(package, resource.name, codebook, extra_codes=countries)
            assert len(table) == rows, resource.name


def test_data_dictionary_is_in_step(root: Path, data: Path, codebook: Codebook) -> None:
    page = (root / "docs/data-dictionary.md").read_text(encoding="utf-8")
    assert page == render_dictionary(read_package(data), codebook), (
        "docs/data-dictionary.md is out of date: run 'oso-analysis data-dictionary'"
    )


def test_empty_columns_that_a_spreadsheet_saved_are_told_with_their_cure(
    tmp_path: Path, codebook: Codebook
) -> None:
    _, problems = load(
        tmp_path, codebook, f"{HEADER},,\na,2019,1.5,2019-06-21,include,,,,\n,,,,,,,,\n"
    )
    assert [str(problem) for problem in problems] == [
        "t.csv, row 1: has 2 columns without a name; name what holds anything, else "
        "mend it with `oso-analysis to-csv data/t.csv`"
    ]
