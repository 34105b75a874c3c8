from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd
import pytest
import yaml

from oso_analysis.codebook import Codebook, read_codebook
from oso_analysis.errors import InputError, RunError
from oso_analysis.tables.prisma import (
    FlowStage,
    check_balance,
    count_prisma_flow,
    count_sources,
    edition_stage,
    list_unscreened,
)
from oso_analysis.tables.prisma_export import to_prisma2020_csv

FIXTURES = Path(__file__).parents[1] / "fixtures" / "literature"
CODEBOOK = read_codebook(FIXTURES / "codebook.yaml")
#: Ten records of six works; "extra.ris" is in no search log.
RECORDS = pd.DataFrame(
    {
        "record_id": list("abcdefghij"),
        "source_file": ["topic-one.ris"] * 5 + ["topic-two.csv"] * 3 + ["extra.ris"] * 2,
    }
)
WORK_IDS = pd.DataFrame(
    {
        "record_id": list("abcdefghij"),
        "work_id": ["w1", "w1", "w2", "w3", "w4", "w1", "w2", "w5", "w1", "w6"],
    }
)
SCREENED = pd.DataFrame(
    [
        ("w1", "include", None),
        ("w2", "include", None),
        ("w3", "exclude", "not_online"),
        ("w4", "exclude", None),
        ("w5", "conflict", None),
        ("w6", "not_screened", None),
    ],
    columns=["work_id", "decision", "exclusion_reason"],
)
SEARCHES = pd.DataFrame({"records_file": ["topic-one.ris", "topic-one.ris", "topic-two.csv"]})
FRAMES = (RECORDS, WORK_IDS, SCREENED, SEARCHES, CODEBOOK)


def numbers(flow: pd.DataFrame) -> dict[str, int]:
    return dict(zip(flow["box"], flow["n"], strict=True))


def test_hand_counted_flow() -> None:
    flow = count_prisma_flow(*FRAMES)
    assert numbers(flow) == {
        "searches": 8,
        "searches:topic-one.ris": 5,
        "searches:topic-two.csv": 3,
        "other_methods": 2,
        "other_methods:extra.ris": 2,
        "identified": 10,
        "duplicates": 4,
        "works": 6,
        "not_screened": 1,
        "screened": 5,
        "excluded": 2,
        "excluded:not_online": 1,
        "excluded:not_stated": 1,
        "conflict": 1,
        "included": 2,
        "included_records": 6,
    }
    units = dict(zip(flow["box"], flow["unit"], strict=True))
    assert (units["identified"], units["works"]) == ("records", "works")
    labels = dict(zip(flow["box"], flow["label"], strict=True))
    assert labels["searches:topic-one.ris"] == "Topic one"
    assert labels["excluded:not_stated"] == "Reason not stated"


def test_a_described_search_is_one_whether_it_is_logged_or_not() -> None:
    kinds = {"topic-one.ris": "completion", "extra.ris": "topic_search"}
    n = numbers(count_prisma_flow(*FRAMES, kinds=kinds))
    # Nothing says of which kind the third is, but the search log names it.
    assert (n["searches"], n["other_methods"]) == (5, 5)
    assert {"searches:extra.ris", "searches:topic-two.csv", "other_methods:topic-one.ris"} <= set(n)


def test_a_kind_of_search_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match=r"did you mean 'topic_search'"):
        count_prisma_flow(*FRAMES, kinds={"topic-one.ris": "topic-search"})


def test_unscreened_works_by_the_kind_of_search_that_found_them() -> None:
    decisions = dict.fromkeys(["w1", "w2", "w5", "w6"], "not_screened")
    screened = SCREENED.assign(decision=SCREENED["work_id"].map(decisions).fillna("include"))
    kinds = {"topic-one.ris": "topic_search", "topic-two.csv": "completion"}
    table = list_unscreened(RECORDS, WORK_IDS, screened, kinds)
    assert dict(zip(table["work_id"], table["kind"], strict=True)) == {
        "w1": "topic_search",
        "w2": "topic_search",
        "w5": "completion",
        "w6": "completion",
    }


def test_sources_of_one_file_name_are_told_apart() -> None:
    records = RECORDS.replace({"source_file": {"extra.ris": "april/topic-one.ris"}})
    flow = count_prisma_flow(records, *FRAMES[1:])
    labels = dict(zip(flow["box"], flow["label"], strict=True))
    assert labels["other_methods:april/topic-one.ris"] == "April/topic one"


def test_editions_and_later_stages_have_boxes_of_their_own() -> None:
    retrieval = FlowStage(
        box="not_retrieved",
        entering_label="Works sought",
        removed_label="Works not retrieved",
        removed=pd.DataFrame({"work_id": ["w1", "w4"], "reason": ["paywall", None]}),
    )
    edition = edition_stage(pd.DataFrame({"work_id": ["w2", "w1"], "reason": ["later"] * 2}))
    rejects = pd.DataFrame({"source_file": ["topic-one.ris"]})
    flow = count_prisma_flow(*FRAMES, rejects=rejects, later_stages=[retrieval, edition])
    n = numbers(flow)
    assert (n["identified"], n["unreadable"], n["searches:topic-one.ris"]) == (11, 1, 6)
    assert (n["before_not_retrieved"], n["not_retrieved"], n["not_retrieved:paywall"]) == (2, 1, 1)
    # w1 was gone already; w4 was excluded by screening
    assert (n["before_outside_edition"], n["outside_edition"]) == (1, 1)
    assert n["outside_edition:later"] == 1
    assert (n["included"], n["included_records"]) == (0, 0)
    labels = dict(zip(flow["box"], flow["label"], strict=True))
    assert labels["outside_edition:later"] == "After the edition's last year"
    rows = {row["data"]: row for row in csv.DictReader(io.StringIO(to_prisma2020_csv(flow)))}
    # one unit in one number: the work that is not screened has one record left
    assert rows["excluded_other"]["n"] == "2"
    assert rows["excluded_other"]["boxtext"] == (
        "Records removed for other reasons (records that could not be read: 1; "
        "works not yet screened, one record each: 1)"
    )
    assert rows["excluded_other"]["description"] == "Records removed for other reasons"
    assert rows["dbr_notretrieved_reports"]["n"] == "1"
    assert rows["dbr_excluded"]["n"] == "After the edition’s last year, 1"


def test_every_box_is_counted_again_in_plain_python() -> None:
    work_of = dict(zip(WORK_IDS["record_id"], WORK_IDS["work_id"], strict=True))
    decision = dict(zip(SCREENED["work_id"], SCREENED["decision"], strict=True))
    works = set(work_of.values())
    n = numbers(count_prisma_flow(*FRAMES))
    assert n["identified"] == len(work_of)
    assert n["duplicates"] == len(work_of) - len(works)
    assert n["screened"] == sum(decision[work] != "not_screened" for work in works)
    assert n["included_records"] == sum(decision[work] == "include" for work in work_of.values())


def test_a_flow_that_does_not_balance_names_the_boxes() -> None:
    with pytest.raises(RunError, match=r"identified \(10\) does not equal what leaves it \(dupl"):
        count_prisma_flow(RECORDS, WORK_IDS.iloc[1:], *FRAMES[2:])
    flow = count_prisma_flow(*FRAMES)
    flow.loc[flow["box"] == "excluded:not_online", "n"] = 5
    with pytest.raises(RunError, match=r"excluded \(2\) is not the sum of its parts"):
        check_balance(flow)
    flow.loc[flow["box"] == "searches", "n"] = 7
    with pytest.raises(RunError, match=r"identified \(10\) is not the sum of its sources"):
        check_balance(flow)


def test_removing_a_work_that_does_not_exist() -> None:
    stage = edition_stage(pd.DataFrame({"work_id": ["w7", "w1", "w1"], "reason": ["later"] * 3}))
    with pytest.raises(InputError) as error:
        count_prisma_flow(*FRAMES, later_stages=[stage])
    assert "'w7' is not a work" in str(error.value)
    assert "'w1' is removed twice" in str(error.value)


def test_independent_of_row_order() -> None:
    one = count_prisma_flow(*FRAMES)
    two = count_prisma_flow(*(frame.iloc[::-1] for frame in FRAMES[:4]), CODEBOOK)  # type: ignore[misc, union-attr]
    pd.testing.assert_frame_equal(one, two)


def test_what_each_source_contributed() -> None:
    table = count_sources(*FRAMES[:4])
    columns = ["source_label", "n_queries", "n_records", "n_works"]
    assert list(table[columns].itertuples(index=False, name=None)) == [
        ("Extra", 0, 2, 2),
        ("Topic one", 2, 5, 4),
        ("Topic two", 1, 3, 3),
        ("All sources", 3, 10, 6),
    ]
    assert list(table["n_works_only_here"]) == [1, 2, 1, 4]
    assert list(table["n_included_works"]) == [1, 2, 2, 2]


def test_template_of_the_r_package() -> None:
    rows = list(csv.DictReader(io.StringIO(to_prisma2020_csv(count_prisma_flow(*FRAMES)))))
    assert list(rows[0]) == [
        "data", "node", "box", "description", "boxtext", "tooltips", "url", "n",
    ]  # fmt: skip
    by_name = {row["data"]: row["n"] for row in rows}
    assert by_name["database_results"] == "10"
    assert by_name["database_specific_results"] == "Topic one, 5; Topic two, 3; Extra, 2"
    assert by_name["dbr_excluded"] == "0"
    # the package's own arithmetic: each box follows from the one before
    n = {name: int(value) for name, value in by_name.items() if value.isdigit()}
    removed = n["duplicates"] + n["excluded_automatic"] + n["excluded_other"]
    assert n["database_results"] - removed == n["records_screened"]
    assert n["records_screened"] - n["records_excluded"] == n["dbr_sought_reports"]
    assert n["dbr_sought_reports"] - n["dbr_notretrieved_reports"] == n["dbr_assessed"]
    assert n["dbr_assessed"] == n["new_studies"]
    excluded = next(row for row in rows if row["data"] == "records_excluded")
    assert excluded["boxtext"].split("\n") == [
        "Works excluded:",
        "No online element (n = 1)",
        "Reason not stated (n = 1)",
        "Works in conflict, awaiting",
        "adjudication (n = 1)",
        "In all",
    ]
    nobody = SCREENED.assign(decision="not_screened", exclusion_reason=None)
    flow = count_prisma_flow(RECORDS, WORK_IDS, nobody, SEARCHES, CODEBOOK)
    rows = list(csv.DictReader(io.StringIO(to_prisma2020_csv(flow))))
    assert next(r for r in rows if r["data"] == "records_excluded")["boxtext"] == "Works excluded"
    with pytest.raises(InputError, match="'identified' is missing from the flow"):
        to_prisma2020_csv(count_prisma_flow(*FRAMES).query("box != 'identified'"))


def test_the_r_package_can_draw_every_label() -> None:
    # It pastes texts into '…' and makes each ' a "; DiagrammeR runs "@@1" as R code; Graphviz takes
    # \\N for the box's own name. The package gives its boxes room for lines of 35 characters.
    reasons = [
        "Not about children's meals",
        '\'Grey\' and ("so called") "reports"',
        "C:\\new\\Notes \\",
        "see @@1\n[1]: stop('no')",
        "x@_{2} or y@^{3}, but a@b.org stays",
        "K" * 110,
    ]
    works = [f"w{at}" for at in range(len(reasons))]
    screened = pd.DataFrame({"work_id": works, "decision": "exclude", "exclusion_reason": reasons})
    records = pd.DataFrame({"record_id": works, "source_file": "one.ris"})
    ids = pd.DataFrame({"record_id": works, "work_id": works})
    names = {"one.ris": '=Anne\'s "search"; 2nd, ' + "M" * 80}
    flow = count_prisma_flow(records, ids, screened, SEARCHES, CODEBOOK, names=names)
    rows = {row["data"]: row for row in csv.DictReader(io.StringIO(to_prisma2020_csv(flow)))}
    texts = [row[column] for row in rows.values() for column in ("boxtext", "tooltips", "n")]
    assert [t for t in texts if set(t) & set("'\"\\")] == []
    assert [t for t in texts if "@@" in t or "@_" in t or "@^" in t] == []
    lines = rows["records_excluded"]["boxtext"].split("\n")
    assert max(len(line.partition(" (n = ")[0]) for line in lines) <= 35
    assert "Not about children’s meals (n = 1)" in lines
    assert "‘grey’ and (“so called”) “reports”" in " ".join(lines)
    assert "C:/new/notes / (n = 1)" in lines
    assert "a@b.org" in " ".join(lines)
    # A spreadsheet runs a text that begins with "="; an apostrophe before it would be drawn.
    (source,) = rows["database_specific_results"]["n"].split(";")
    assert source.startswith(" =Anne’s “search” 2nd MMM")
    assert source.endswith("M, 6")
    assert max(map(len, source.split())) <= 35


def staged(tmp_path: Path, **stages: str) -> Codebook:
    """Return the codebook with stages for some reasons for exclusion."""
    text = (FIXTURES / "codebook.yaml").read_text(encoding="utf-8")
    book = yaml.safe_load(text)
    for reason, stage in stages.items():
        book["exclusion_reasons"][reason] = {"label": reason.capitalize(), "stage": stage}
    path = tmp_path / "codebook.yaml"
    path.write_text(yaml.safe_dump(book, sort_keys=False), encoding="utf-8")
    return read_codebook(path)


#: Nine works of one record each, decided at four stages.
STAGED = pd.DataFrame(
    [
        ("w1", "include", None),
        ("w2", "exclude", "ranked_low"),
        ("w3", "exclude", "not_online"),
        ("w4", "exclude", None),
        ("w5", "exclude", "no_copy"),
        ("w6", "exclude", "no_copy"),
        ("w7", "exclude", "no_outcome"),
        ("w8", "conflict", None),
        ("w9", "not_screened", None),
    ],
    columns=["work_id", "decision", "exclusion_reason"],
)
STAGED_IDS = STAGED[["work_id"]].assign(record_id=STAGED["work_id"].str.replace("w", "r"))
STAGED_RECORDS = STAGED_IDS[["record_id"]].assign(source_file="topic-one.ris")


def test_a_reason_is_counted_at_the_stage_where_it_applies(tmp_path: Path) -> None:
    codebook = staged(
        tmp_path, ranked_low="automation", no_copy="retrieval", no_outcome="full_text"
    )
    flow = count_prisma_flow(STAGED_RECORDS, STAGED_IDS, STAGED, SEARCHES, codebook)
    counts = numbers(flow)
    assert {box: counts[box] for box in counts if ":" not in box} == {
        "searches": 9,
        "identified": 9,
        "duplicates": 0,
        "works": 9,
        "automation": 1,
        "not_screened": 1,
        "screened": 7,
        "excluded": 2,
        "conflict": 1,
        "before_not_retrieved": 4,
        "not_retrieved": 2,
        "before_ineligible": 2,
        "ineligible": 1,
        "included": 1,
        "included_records": 1,
    }
    assert counts["excluded:not_online"] == counts["excluded:not_stated"] == 1
    assert counts["ineligible:no_outcome"] == 1
    rows = {row["data"]: row for row in csv.DictReader(io.StringIO(to_prisma2020_csv(flow)))}
    told = {name: row["n"] for name, row in rows.items()}
    assert told["excluded_automatic"] == told["excluded_other"] == "1"
    assert (told["records_screened"], told["records_excluded"]) == ("7", "3")
    assert (told["dbr_sought_reports"], told["dbr_notretrieved_reports"]) == ("4", "2")
    assert (told["dbr_assessed"], told["dbr_excluded"]) == ("2", "No_outcome, 1")
    assert told["new_studies"] == "1"


def test_a_stage_that_removed_nothing_is_shown_and_one_without_reasons_is_not(
    tmp_path: Path,
) -> None:
    codebook = staged(tmp_path, no_outcome="full_text")
    works = STAGED[~STAGED["exclusion_reason"].isin(["ranked_low", "no_copy", "no_outcome"])]
    ids = STAGED_IDS[STAGED_IDS["work_id"].isin(works["work_id"])]
    records = STAGED_RECORDS[STAGED_RECORDS["record_id"].isin(ids["record_id"])]
    counts = numbers(count_prisma_flow(records, ids, works, SEARCHES, codebook))
    assert counts["before_ineligible"] == counts["included"] == 1
    assert counts["ineligible"] == 0
    assert "not_retrieved" not in counts


def test_a_stage_is_given_once(tmp_path: Path) -> None:
    codebook = staged(
        tmp_path, ranked_low="automation", no_copy="retrieval", no_outcome="full_text"
    )
    again = FlowStage("ineligible", "Read", "Out", pd.DataFrame(columns=["work_id", "reason"]))
    with pytest.raises(InputError, match="'ineligible' is a stage already"):
        count_prisma_flow(
            STAGED_RECORDS, STAGED_IDS, STAGED, SEARCHES, codebook, later_stages=[again]
        )
