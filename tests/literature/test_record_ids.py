"""Ids of records: what was decided about one stays with its publication when searches go on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oso_analysis.literature.deduplicate import deduplicate
from oso_analysis.literature.readers import read_records, write_table
from oso_analysis.literature.readers.record_ids import Entries, record_ids

ANNUAL, YEARLY, CLUBS, WASTE = (
    "Annual cost of universal lunches in Estonia",
    "Cost of universal lunches in Estonia per year",
    "Breakfast clubs and teenage cognition",
    "Plate waste after a menu reform",
)


def ris(path: Path, *titles: str, key: str = "") -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        "".join(
            f"TY  - JOUR\nTI  - {title}\nPY  - 2024\n{f'ID  - {key}' if key else ''}\nER  - \n"
            for title in titles
        ),
        encoding="utf-8",
    )
    return path


def titled(*files: Path) -> dict[str, str]:
    records = read_records(files).records
    assert records["record_id"].is_unique
    return dict(zip(records["record_id"], records["title"], strict=True))


def same(*ids: str) -> pd.DataFrame:
    return pd.DataFrame({"record_id_a": [ids[0]], "record_id_b": [ids[1]], "verdict": ["same"]})


@pytest.mark.parametrize("later", ["april/scopus.ris", "zzz/scopus.ris", "april/scopus.txt"])
def test_a_later_export_of_the_same_name_takes_no_ids(tmp_path: Path, later: str) -> None:
    old = ris(tmp_path / "initial/scopus.ris", ANNUAL, YEARLY)
    ids = list(titled(old))
    new = ris(tmp_path / later, CLUBS, WASTE)
    assert {name: title for name, title in titled(old, new).items() if name in ids} == {
        ids[0]: ANNUAL,
        ids[1]: YEARLY,
    }
    found = deduplicate(read_records([old, new]).records, decisions=same(*ids))
    assert sorted(found.works["title"]) in (
        sorted([ANNUAL, CLUBS, WASTE]),
        sorted([YEARLY, CLUBS, WASTE]),
    )


def test_an_export_made_anew_gives_its_records_the_same_ids(tmp_path: Path) -> None:
    before = titled(ris(tmp_path / "scopus.ris", ANNUAL, YEARLY))
    after = titled(ris(tmp_path / "scopus.ris", CLUBS, YEARLY, WASTE, ANNUAL.upper() + "."))
    assert {name: title for name, title in after.items() if name in before} == {
        name: title if title == YEARLY else ANNUAL.upper() + "." for name, title in before.items()
    }


def test_a_repeated_search_leaves_the_key_with_its_publication(tmp_path: Path) -> None:
    entry = "PMID- {}\nOWN - NLM\nTI  - {}\nDP  - 2024\n\n"
    first = tmp_path / "pubmed.nbib"
    first.write_text(entry.format(33500001, ANNUAL) + entry.format(33500002, CLUBS), "utf-8")
    for name in ("another.nbib", "pubmed_update.nbib"):
        second = tmp_path / name
        second.write_text(
            entry.format(33500001, ANNUAL) + entry.format(33500003, WASTE), encoding="utf-8"
        )
        result = read_records([first, second])
        ids = dict(zip(result.records["record_id"], result.records["title"], strict=True))
        assert [ids[key] for key in ("33500001", "33500002", "33500003")] == [ANNUAL, CLUBS, WASTE]
        (other,) = set(ids) - {"33500001", "33500002", "33500003"}
        assert ids[other] == ANNUAL
        (said,) = result.repairs.to_dict("records")
        assert said["record_id"] == other
        assert said["raw"] == "33500001"
        assert said["reason"] == f"key '33500001' is not unique; the record is called {other!r}"


def test_a_key_of_two_publications_is_nobodys_id(tmp_path: Path) -> None:
    files = [
        ris(tmp_path / "one.ris", ANNUAL, key="Smith2024"),
        ris(tmp_path / "two.ris", CLUBS, key="Smith2024"),
    ]
    assert [name.split("-")[0] for name in titled(*files)] == ["one", "two"]
    assert read_records(files).repairs["raw"].tolist() == ["Smith2024", "Smith2024"]


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        ({"doi": "10.1/a"}, {"doi": "10.1/a", "title": "Other"}, True),
        ({"doi": "10.1/a"}, {"doi": "10.1/b"}, False),
        ({"pmid": "1"}, {"pmid": "2"}, False),
        ({"year": 2023}, {"year": 2024}, True),
        ({"year": 2022}, {"year": 2024}, False),
        ({"title": "A  title: one"}, {"title": "A title - ONE."}, True),
        ({"title": None}, {"title": None}, False),
        ({"authors": "Smith, A"}, {"authors": "Jones, B"}, False),
        ({"container": "X", "volume": "3"}, {"container": "X", "volume": "88"}, False),
        ({"container": "X"}, {"container": "X", "volume": "88"}, True),
    ],
)
def test_what_makes_two_entries_of_one_key_one_publication(
    first: dict[str, object], second: dict[str, object], kept: bool
) -> None:
    files = [entries("a", ["k"], [first]), entries("b", ["k"], [second])]
    one, two = record_ids(files)
    assert (one.ids == ["k"]) is kept
    assert two.ids[0].startswith("b-")


def entries(
    file: str, keys: Sequence[str], said: Sequence[dict[str, object]], *, exported: bool = False
) -> Entries:
    names = ("title", "authors", "year", "container", "volume", "issue", "pages", "url", "doi",
             "pmid", "abstract", "extra")  # fmt: skip
    filled = [{"title": "A title", **entry} for entry in said]
    return Entries(
        file, keys, {name: [one.get(name) for one in filled] for name in names}, exported=exported
    )


def test_a_table_of_ours_is_read_back_as_it_was_beside_an_update(tmp_path: Path) -> None:
    old = ris(tmp_path / "scopus.ris", ANNUAL, YEARLY)
    result = read_records(old)
    table = tmp_path / "zz.csv"
    write_table(result.records, table)
    update = ris(tmp_path / "a/scopus.ris", ANNUAL, CLUBS)
    both = read_records([table, update]).records
    of_table = both[both["source_file"] == "scopus.ris"]
    assert of_table["record_id"].tolist()[-2:] == result.records["record_id"].tolist()
    assert both["record_id"].is_unique
    # Whatever another export calls its own, an id given before is kept.
    other = ris(tmp_path / "b.ris", WASTE, key=result.records["record_id"][0])
    again = read_records([table, other]).records
    assert again.loc[again["title"] == ANNUAL, "record_id"].tolist() == [
        result.records["record_id"][0]
    ]


def test_one_id_in_two_tables_of_ours_is_kept_where_both_mean_one_publication() -> None:
    for second, kept in (({"title": "Other"}, False), ({"title": "A TITLE"}, True)):
        one, two = record_ids(
            [
                entries("a.csv", ["1"], [{}], exported=True),
                entries("b.csv", ["1"], [second], exported=True),
            ]
        )
        assert (one.ids == ["1"]) is kept
        assert two.ids[0].startswith("b-")


def test_editorials_are_told_apart_by_all_they_say_never_by_their_order() -> None:
    said: list[dict[str, object]] = [
        {"title": "Editorial", "year": 2020, "container": name, "volume": str(volume)}
        for volume, name in enumerate(("X", "Y", "Z"))
    ]
    (forward,) = record_ids([entries("a", ["", "", ""], said)])
    (backward,) = record_ids([entries("a", ["", "", ""], said[::-1])])
    assert forward.ids == backward.ids[::-1]
    # The same thing twice has the name it had, and one more.
    (twice,) = record_ids([entries("a", ["", ""], [said[0], said[0]])])
    (once,) = record_ids([entries("a", [""], said[:1])])
    assert twice.ids == [once.ids[0], f"{once.ids[0]}-2"]
    assert once.ids[0] not in forward.ids


def test_many_entries_without_a_title_are_named_at_once() -> None:
    (found,) = record_ids([entries("a", [""] * 30_000, [{"title": "Untitled"}] * 30_000)])
    assert len(set(found.ids)) == 30_000


def test_numbers_of_a_table_of_ours_may_have_been_through_a_spreadsheet(tmp_path: Path) -> None:
    table = tmp_path / "records.csv"
    write_table(read_records(ris(tmp_path / "a.ris", ANNUAL, CLUBS, WASTE)).records, table)
    lines = table.read_text("utf-8").split("\n")
    lines[1] = lines[1].replace(",2024,", ",2024.0,")
    lines[2] = lines[2].replace(",2024,", ",in press,")
    table.write_text("\n".join(lines), encoding="utf-8")
    result = read_records(table)
    assert result.records["year"].tolist() == [2024, pd.NA, 2024]
    assert result.repairs[["source_line", "reason", "raw"]].to_numpy().tolist() == [
        [3, "no whole number in year; left empty", "in press"]
    ]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a.ris", "a.csv", "x/a.ris", "b.ris"]),
            st.sampled_from(["", "", "k", "l", "a-x"]),
            st.sampled_from(["One", "Two", "", "\ud800"]),
            st.sampled_from([None, 2020, 2024]),
        ),
        max_size=12,
    )
)
def test_ids_are_unique_and_entries_that_go_leave_no_other_publication_in_their_place(
    said: list[tuple[str, str, str, int | None]],
) -> None:
    def ids(of: Sequence[tuple[str, str, str, int | None]]) -> dict[str, tuple[str, int | None]]:
        files = sorted({entry[0] for entry in of})
        own = [[entry for entry in of if entry[0] == file] for file in files]
        found = record_ids(
            [
                entries(
                    file,
                    [key for _, key, _, _ in each],
                    [{"title": title or None, "year": year} for _, _, title, year in each],
                )
                for file, each in zip(files, own, strict=True)
            ]
        )
        names = [name for one in found for name in one.ids]
        assert len(set(names)) == len(names) == len(of)
        told = [(title, year) for each in own for _, _, title, year in each]
        return dict(zip(names, told, strict=True))

    whole = ids(said)
    for at in range(len(said)):
        fewer = ids(said[:at] + said[at + 1 :])
        for name in fewer.keys() & whole.keys():
            titles = fewer[name][0], whole[name][0]
            # A key alone says little: whose it is, is decided among those that have it.
            assert titles[0] == titles[1] or name in ("k", "l", "a-x")
