"""`oso-analysis records import` and `records deduplicate`, as an analyst would call them."""

from __future__ import annotations

import csv
import warnings
from pathlib import Path

import pandas as pd
import pytest

from oso_analysis.cli import main
from oso_analysis.errors import RunError
from oso_analysis.literature.readers import read_records, read_table, write_table

FIXTURES = Path(__file__).parents[1] / "fixtures" / "readers"


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_import_says_what_was_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, rejects, repairs = (tmp_path / f"{name}.csv" for name in ("records", "rejects", "repairs"))
    status = main(
        ["records", "import", str(FIXTURES / "odd.ris"), str(FIXTURES / "zotero.bib"),
         "--output", str(out), "--rejects", str(rejects), "--repairs", str(repairs)]
    )  # fmt: skip
    said = capsys.readouterr().out
    assert status == 0
    assert "odd.ris: RIS, utf-8; 6 entries, 5 accepted, 1 rejected, 4 repaired" in said
    assert "zotero.bib: BibTeX, utf-8; 2 entries, 2 accepted, 0 rejected, 0 repaired" in said
    assert len(table(out)) == 7
    assert [row["source_line"] for row in table(rejects)] == ["25"]
    assert len(table(repairs)) == 7
    assert not list(tmp_path.glob(".*"))


def test_a_file_named_twice_is_read_once_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, path = tmp_path / "records.csv", FIXTURES / "zotero.bib"
    by_detour = FIXTURES / ".." / FIXTURES.name / path.name
    files = [str(path), str(path), str(by_detour)]
    assert main(["records", "import", *files, "--output", str(out)]) == 0
    assert "zotero.bib, line 1: is named 3 times and read once" in capsys.readouterr().out
    assert len(table(out)) == 2


def test_deduplicate_writes_one_work_for_one_article(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    works, review, merges = (tmp_path / f"{name}.csv" for name in ("works", "review", "merges"))
    files = [str(FIXTURES / name) for name in ("web-of-science.ris", "web-of-science.bib",
             "web-of-science.txt", "zotero.ris")]  # fmt: skip
    status = main(
        ["records", "deduplicate", *files, "--output", str(works), "--review", str(review),
         "--merges", str(merges)]
    )  # fmt: skip
    assert status == 0
    assert works.read_text("utf-8").partition("\n")[0] == "record_id,work_id"
    found = {row["record_id"]: row["work_id"] for row in table(works)}
    ids = read_records([Path(name) for name in files]).records
    same = ids[ids["doi"] == "10.5555/ijp.2020.5.1"]["record_id"]
    assert len(same) == 3
    assert len({found[name] for name in same}) == 1
    assert len(found) == len(ids)
    assert "records of" in capsys.readouterr().out


def test_decisions_are_honoured_as_a_spreadsheet_saved_them(tmp_path: Path) -> None:
    works = tmp_path / "works.csv"
    decisions = tmp_path / "decisions.csv"
    first, second = read_records(FIXTURES / "zotero.ris").records["record_id"]
    decisions.write_bytes(
        f"\ufeffrecord_id_a;record_id_b;verdict;reason\r\n{first};{second};same;tést\r\n".encode()
    )
    main(
        ["records", "deduplicate", str(FIXTURES / "zotero.ris"), "--output", str(works),
         "--decisions", str(decisions)]
    )  # fmt: skip
    assert len({row["work_id"] for row in table(works)}) == 1


def test_the_list_of_uncertain_pairs_can_be_filled_in_bit_by_bit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    works, decisions = tmp_path / "works.csv", tmp_path / "review.csv"
    first, second = read_records(FIXTURES / "zotero.ris").records["record_id"]
    decisions.write_text(
        f"record_id_a,record_id_b,score,verdict\n{first},{second},3,same\n"
        f"{first},other-1,2,\n{second},other-2,2, \n",
        encoding="utf-8",
    )
    words = ["records", "deduplicate", str(FIXTURES / "zotero.ris"), "--output", str(works)]
    assert main([*words, "--decisions", str(decisions)]) == 0
    said = capsys.readouterr().out
    assert f"{decisions}: 2 rows without a verdict" in said
    assert "no longer applies" not in said
    assert len({row["work_id"] for row in table(works)}) == 1


def test_a_wrong_verdict_is_found_in_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decisions = tmp_path / "verdicts.csv"
    decisions.write_text("record_id_a,record_id_b,verdict\na,b,diferent\n", encoding="utf-8")
    export = FIXTURES / "zotero.csv"
    words = ["records", "deduplicate", str(export), "--output", str(tmp_path / "works.csv")]
    assert main([*words, "--decisions", str(decisions)]) == 2
    said = capsys.readouterr().err
    assert f"{decisions}, row 2, column 'verdict': 'diferent' must be one of same" in said
    assert "did you mean 'different'" in said


def test_rows_are_counted_as_the_file_has_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decisions = tmp_path / "verdicts.csv"
    # Blank rows, and the empty columns at the end that Excel saves.
    decisions.write_text(
        "record_id_a,record_id_b,verdict,,\n,,,,\n\nzotero-1,zotero-2,same,,\n,,,,\na,b,sane,,\n",
        encoding="utf-8",
    )
    words = ["records", "deduplicate", str(FIXTURES / "zotero.ris")]
    words += ["--output", str(tmp_path / "works.csv"), "--decisions", str(decisions)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert main(words) == 2
    assert f"{decisions}, row 6, column 'verdict': 'sane' must be" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("record_id_a,record_id_b\na,b\n", "column 'verdict': is needed by {file}"),
        ("record_id_a,record_id_b,verdict\na,b,same,x\n", "row 1, column 'number 4': has cells"),
        ("record_id_a,record_id_b,verdict,verdict\na,b,same,x\n", "stands twice in the header"),
        ("", "{file}: holds no rows"),
    ],
)
def test_decisions_that_are_no_table_are_found_in_their_file(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decisions = tmp_path / "verdicts.csv"
    decisions.write_text(text, encoding="utf-8")
    words = ["records", "deduplicate", str(FIXTURES / "zotero.ris")]
    words += ["--output", str(tmp_path / "works.csv"), "--decisions", str(decisions)]
    assert main(words) == 2
    assert said.format(file=decisions) in capsys.readouterr().err


def test_bad_input_is_answered_with_all_problems_and_no_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "records.csv"
    empty = tmp_path / "empty.ris"
    empty.write_bytes(b"")
    status = main(["records", "import", str(empty), str(tmp_path / "no.bib"), "--output", str(out)])
    said = capsys.readouterr().err
    assert status == 2
    assert "empty.ris: is empty" in said
    assert "no.bib: does not exist" in said
    assert "Traceback" not in said
    assert not out.exists()


def test_an_output_never_overwrites_an_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.ris"
    path.write_bytes((FIXTURES / "zotero.ris").read_bytes())
    before = path.read_bytes()
    assert main(["records", "import", str(path), "--output", str(path)]) == 2
    assert main(["records", "import", str(path), "--output", str(tmp_path / "no" / "b.csv")]) == 2
    assert "choose another file" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_formulas_are_disarmed_and_come_back(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"a": pd.Series(["=1+1", "'=x", "plain", None, "-5", "@x"], dtype="str"), "n": range(-3, 3)}
    )
    path = write_table(frame, tmp_path / "a.csv")
    written = [row["a"] for row in table(path)]
    assert written == ["'=1+1", "''=x", "plain", "", "'-5", "'@x"]
    assert [row["n"] for row in table(path)] == ["-3", "-2", "-1", "0", "1", "2"]
    pd.testing.assert_series_equal(read_table(path)["a"], frame["a"])


def test_a_table_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(RunError, match="cannot be written"):
        write_table(pd.DataFrame({"a": [1]}), tmp_path / "taken")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
