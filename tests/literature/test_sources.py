"""A table that `records import` wrote, as an export of a project: whose search its records are."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from oso_analysis.cli import main
from oso_analysis.errors import InputError
from oso_analysis.labels import search_labels
from oso_analysis.literature.readers import ReadResult, read_records
from oso_analysis.literature.sources import assign_sources, find_origins, list_origins
from oso_analysis.omissions import list_omissions
from oso_analysis.review import load_review
from oso_analysis.scaffold import init_project
from oso_analysis.tables.prisma import count_prisma_flow, count_sources

#: Three and two entries; the first of each is one work: five records of four works.
EXPORTS = {
    "scopus.ris": [("s1", "Lunches for all", 2019), ("s2", "Milk", 2020), ("s3", "Fruit", 2021)],
    "wos.ris": [("w1", "Lunches for all", 2019), ("w2", "Kitchen gardens of schools", 2022)],
}
RECORDS = "data/literature/records"


def ris(entries: list[tuple[str, str, int]]) -> str:
    return "".join(
        f"TY  - JOUR\nID  - {key}\nTI  - {title}\nAU  - Doe, Jane\nT2  - Meals\nVL  - 3\n"
        f"SP  - 1\nEP  - 9\nPY  - {year}\nER  - \n"
        for key, title, year in entries
    )


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two exports and the table made from them."""
    folder = tmp_path_factory.mktemp("exports")
    for name, entries in EXPORTS.items():
        (folder / name).write_text(ris(entries), "utf-8")
    paths = [str(folder / name) for name in EXPORTS]
    assert main(["records", "import", *paths, "--output", str(folder / "records.csv")]) == 0
    return folder


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory, exports: Path) -> Path:
    """A project whose one export is the table; two of its works are screened."""
    root = init_project(tmp_path_factory.mktemp("sources") / "meals", outputs=False)
    for table in (root / "data/literature").glob("*.csv"):
        table.write_text(table.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    for export in (root / RECORDS).iterdir():
        export.unlink()
    change(root, lambda resources: [item for item in resources if item.get("role") != "records"])
    with (root / "data/literature/screening.csv").open("a", encoding="utf-8") as file:
        file.write("s1,reviewer_1,include,\ns2,reviewer_1,exclude,not_school_meals\n")
    place(root, exports / "records.csv", kind="topic_search", title="Records: both databases")
    return root


@pytest.fixture
def project(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "meals"))


def change(root: Path, edit: Callable[[list[dict[str, object]]], list[dict[str, object]]]) -> None:
    path = root / "data/datapackage.json"
    package = json.loads(path.read_text("utf-8"))
    package["resources"] = edit(package["resources"])
    path.write_text(json.dumps(package), "utf-8")


def place(root: Path, file: Path, name: str | None = None, **own: str) -> None:
    """Put an export into the project and describe it."""
    name = name or file.name
    shutil.copy(file, root / RECORDS / name)
    item = {"name": name, "path": f"literature/records/{name}", "role": "records", **own}
    change(root, lambda resources: [*resources, item])


def log(root: Path, *rows: str) -> None:
    with (root / "data/literature/searches.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"{row}\n" for row in rows)


def edit_table(root: Path, edit: Callable[[str], str]) -> None:
    path = root / RECORDS / "records.csv"
    text = path.read_text("utf-8")
    assert edit(text) != text
    path.write_text(edit(text), "utf-8")


def flow(root: Path) -> dict[str, int]:
    review = load_review(root)
    counted = count_prisma_flow(
        review.records,
        review.work_ids,
        review.work_screening,
        review.searches,
        review.codebook,
        rejects=review.reading.rejects,
        names=search_labels(review.package),
        kinds=review.record_sources,
    )
    return dict(zip(counted["box"], counted["n"], strict=True))


def identified(root: Path) -> dict[str, int]:
    """Return the boxes above the records identified."""
    return {box: n for box, n in flow(root).items() if box.startswith(("searches", "other"))}


def queries(root: Path) -> dict[str, tuple[int, int]]:
    """Return the queries and records of each source."""
    review = load_review(root)
    table = count_sources(review.records, review.work_ids, review.work_screening, review.searches)
    counts = zip(table["n_queries"].tolist(), table["n_records"].tolist(), strict=True)
    return dict(zip(table["source_file"], counts, strict=True))


def notes(root: Path) -> list[str]:
    """Return what is noted of searches and exports."""
    said = [str(note) for note in list_omissions(load_review(root))]
    return [note for note in said if "searches.csv" in note or "records.csv" in note]


def refused(root: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        load_review(root)
    return [str(problem) for problem in caught.value.problems]


#: What happens to the works, whatever the log names: counted by hand.
BELOW = {
    "identified": 5,
    "duplicates": 1,
    "works": 4,
    "not_screened": 2,
    "screened": 2,
    "excluded": 1,
    "excluded:not_school_meals": 1,
    "included": 1,
    "included_records": 2,
}
BY_TABLE = {"searches": 5, "searches:records.csv": 5}
BY_EXPORT = {"searches": 5, "searches:scopus.ris": 3, "searches:wos.ris": 2}


@pytest.mark.parametrize(
    ("rows", "boxes", "asked"),
    [
        (["records.csv,lunch,5"], BY_TABLE, {"records.csv": (1, 5), "total": (1, 5)}),
        (
            ["scopus.ris,lunch,2", "scopus.ris,milk,1", "wos.ris,lunch,2"],
            BY_EXPORT,
            {"scopus.ris": (2, 3), "wos.ris": (1, 2), "total": (3, 5)},
        ),
    ],
    ids=["the table", "what it was made from"],
)
def test_records_go_by_the_names_that_the_log_uses(
    project: Path, rows: list[str], boxes: dict[str, int], asked: dict[str, tuple[int, int]]
) -> None:
    log(project, *rows)
    assert flow(project) == boxes | BELOW
    assert queries(project) == asked
    assert not notes(project)


def test_a_search_that_the_log_names_alone_leaves_the_other_to_be_noted(project: Path) -> None:
    log(project, "scopus.ris,lunch,3")
    assert identified(project) == BY_EXPORT
    (note,) = notes(project)
    assert "'wos.ris' is in no row" in note


def test_without_a_log_records_go_by_the_table_and_what_it_was_made_from_is_told(
    project: Path,
) -> None:
    assert identified(project) == BY_TABLE
    (note,) = notes(project)
    assert "'records.csv' is in no row" in note
    assert note.endswith("rows may name what it was made from instead: scopus.ris, wos.ris")


def test_the_log_names_the_table_or_what_it_was_made_from(project: Path) -> None:
    log(project, "records.csv,lunch,5", "wos.ris,lunch,2", "wos.ris,milk,0")
    (problem,) = refused(project)
    assert problem.startswith(
        "literature/searches.csv, row 3, column 'records_file': 'wos.ris' is named as well as the "
        "table 'records.csv'"
    )


@pytest.mark.parametrize(("mistyped", "meant"), [("scpus.ris", "scopus"), ("WoS.ris", "wos")])
def test_a_mistyped_origin_is_answered_with_the_nearest(
    project: Path, mistyped: str, meant: str
) -> None:
    log(project, f"{mistyped},lunch,3")
    (problem,) = refused(project)
    assert problem.endswith(f"(did you mean '{meant}.ris'?)")


@pytest.mark.parametrize("row", ["records.csv,lunch,5", "scopus.ris,lunch,3"])
def test_the_kind_is_the_tables(project: Path, row: str) -> None:
    change(
        project,
        lambda items: [i | {"kind": "completion"} if "role" in i else i for i in items],
    )
    log(project, row)
    n = identified(project)
    assert "searches" not in n
    assert n["other_methods"] == 5


def test_an_export_in_two_tables_is_named_by_them(project: Path, exports: Path) -> None:
    place(project, exports / "records.csv", "april.csv")
    log(project, "wos.ris,lunch,2")
    (problem,) = refused(project)
    assert problem.endswith(
        "is the name of an export that several tables were made from; write 'april.csv' or "
        "'records.csv'"
    )
    text = (project / "data/literature/searches.csv").read_text("utf-8")
    text = text.replace("wos.ris,lunch,2", "april.csv,lunch,5\nrecords.csv,lunch,5")
    (project / "data/literature/searches.csv").write_text(text, "utf-8")
    assert identified(project) == {
        "searches": 10,
        "searches:april.csv": 5,
        "searches:records.csv": 5,
    }


def test_a_name_of_an_export_of_the_project_is_that_export(project: Path, exports: Path) -> None:
    place(project, exports / "wos.ris", kind="completion")
    log(project, "records.csv,lunch,5", "wos.ris,lunch,2")
    assert identified(project) == BY_TABLE | {"other_methods": 2, "other_methods:wos.ris": 2}
    assert [note for note in notes(project) if "also an export here" in note]


def test_a_record_that_names_no_export_counts_under_its_table(project: Path) -> None:
    # One of the first export's records, and a row that is none.
    edit_table(project, lambda text: text.replace("s1,scopus.ris", "s1,") + "x,y\n")
    log(project, "scopus.ris,lunch,2", "wos.ris,lunch,2")
    assert flow(project) == BELOW | {
        "searches": 6,
        "searches:records.csv": 2,
        "searches:scopus.ris": 2,
        "searches:wos.ris": 2,
        "identified": 6,
        "unreadable": 1,
    }
    said = notes(project)
    assert len(said) == 2
    assert any("has 1 record where it is blank" in note for note in said)


def test_a_table_without_any_export_counts_under_its_own_name(project: Path) -> None:
    edit_table(project, lambda text: text.replace(",scopus.ris,", ",,").replace(",wos.ris,", ",,"))
    log(project, "records.csv,lunch,5")
    assert identified(project) == BY_TABLE
    assert not notes(project)


def test_a_line_of_another_file_is_not_told_as_one_of_the_table(exports: Path) -> None:
    reading = read_records([exports / "records.csv"])
    assert list_origins(reading) == {"records.csv": ("scopus.ris", "wos.ris")}
    by_export = assign_sources(reading, ["scopus.ris", "wos.ris"])
    assert by_export.records["source_line"].tolist() == reading.records["source_line"].tolist()
    by_table = assign_sources(reading, [])
    assert set(by_table.records["source_file"]) == {"records.csv"}
    assert by_table.records["source_line"].isna().all()
    # What was read stays as it was.
    assert set(reading.records["source_file"]) == set(EXPORTS)


def test_exports_that_are_no_tables_of_ours_stay_as_they_are(exports: Path) -> None:
    reading = read_records([exports / name for name in EXPORTS])
    assert list_origins(reading) == {}
    pd.testing.assert_frame_equal(assign_sources(reading, []).records, reading.records)


def test_what_was_read_of_no_file_has_no_origins() -> None:
    empty = pd.DataFrame({"source_file": [], "file": []}, dtype="str")
    files = empty.assign(n_accepted=pd.Series([], dtype="int64"))
    assert list_origins(ReadResult(empty, empty, empty, files)) == {}
    assert find_origins({}, [], []).used == {}
