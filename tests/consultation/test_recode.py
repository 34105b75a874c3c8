"""Recoding: each rule on a case counted by hand, and both leftovers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oso_analysis.codebook import Codebook, read_codebook
from oso_analysis.consultation.recode import recode
from oso_analysis.consultation.recode_respondents import recode_respondents
from oso_analysis.consultation.recode_table import draft_recode_table, read_recode_table
from oso_analysis.errors import InputError


@pytest.fixture(scope="module")
def codebook(data: Path) -> Codebook:
    return read_codebook(data / "codebook.yaml")


def codings(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """Rows of (submission, coder, passage, code)."""
    frame = pd.DataFrame(rows, columns=["submission_id", "coder", "passage_id", "code"])
    frame["coder"] = frame["coder"].where(frame["coder"] != "")
    frame["text"] = "words " + frame["passage_id"]
    frame["note"] = "note " + frame["passage_id"]
    return frame.assign(source=frame["submission_id"], start=pd.NA)


def table(text: str) -> pd.DataFrame:
    rows = [line.split(",") for line in text.split()]
    return pd.DataFrame(rows, columns=["code", "facet", "value"])


TABLE = table(
    """prev,theme,prevention pol,theme,policing iss,kind,issue sol,kind,solution
    O1,outcome,O1 helpline,theme,multi_agency helpline,kind,solution helpline,outcome,O4
    hello,ignore, men,population,convicted_offenders"""
)


def counts(frame: pd.DataFrame) -> Counter[tuple[str, ...]]:
    columns = ["submission_id", "coder", "theme", "kind", "outcome"]
    return Counter(map(tuple, frame[columns].fillna("-").to_numpy().tolist()))


def test_codes_of_one_passage_and_coder_are_read_together(codebook: Codebook) -> None:
    rows = codings(
        ("A", "ana", "1", "prev"), ("A", "ana", "1", "iss"),
        ("A", "ana", "2", "prev"), ("A", "ana", "2", "sol"), ("A", "ana", "2", "O1"),
        ("A", "ben", "2", "pol"), ("A", "ben", "2", "iss"),
        ("A", "ana", "10", "helpline"),
        ("B", "ana", "3", "prev"), ("B", "ana", "3", "pol"), ("B", "ana", "3", "iss"),
        ("B", "", "4", "prev"), ("B", "", "4", "iss"), ("B", "", "4", "sol"),
        ("B", "ana", "5", "hello"),
    )  # fmt: skip
    result = recode(rows, TABLE, codebook)
    assert counts(result.segments) == {
        ("A", "ana", "prevention", "issue", "-"): 1,
        ("A", "ana", "prevention", "solution", "O1"): 1,
        ("A", "ben", "policing", "issue", "-"): 1,
        ("A", "ana", "multi_agency", "solution", "O4"): 1,
        ("B", "ana", "prevention", "issue", "-"): 1,
        ("B", "ana", "policing", "issue", "-"): 1,
        ("B", "not_stated", "prevention", "issue", "-"): 1,
        ("B", "not_stated", "prevention", "solution", "-"): 1,
    }
    columns = ["submission_id", "coder", "segment", "theme", "kind", "outcome", "paraphrase"]
    assert list(result.segments.columns) == columns
    assert result.segments["segment"].dtype == "Int64"
    ana = result.segments[(result.segments.submission_id == "A") & (result.segments.coder == "ana")]
    assert ana["segment"].tolist() == [1, 2, 3]
    assert ana["paraphrase"].tolist() == ["note 1", "note 2", "note 10"]
    assert result.ignored.to_numpy().tolist() == [["hello", 1, 1]]
    assert result.unused["code"].tolist() == ["men"]
    assert result.unmapped.empty


def test_further_facets_and_the_star_row(codebook: Codebook) -> None:
    rows = codings(("A", "ana", "1", "prev"), ("A", "ana", "1", "men"), ("A", "ana", "2", "sol"))
    extra = table("*,kind,issue *,theme,research *,outcome,O1")
    result = recode(rows, pd.concat([TABLE, extra]), codebook)
    assert counts(result.segments) == {
        ("A", "ana", "prevention", "issue", "-"): 1,
        ("A", "ana", "research", "solution", "O1"): 1,
    }
    assert result.facets.to_numpy().tolist() == [
        ["A", "ana", 1, "population", "convicted_offenders"]
    ]
    assert "*" not in set(result.unused["code"])
    unused = recode(rows.iloc[[2]], pd.concat([TABLE, extra]), codebook).unused
    assert unused.loc[unused["code"] == "*", "facet"].tolist() == ["kind"]


def test_codes_without_a_mapping_stop_or_are_listed(codebook: Codebook) -> None:
    rows = codings(("A", "ana", "1", "prevv"), ("A", "ana", "1", "iss"), ("B", "ana", "2", "prevv"))
    with pytest.raises(InputError, match=r"'prevv' has no row .*did you mean 'prev'") as caught:
        recode(rows, TABLE, codebook)
    assert len(caught.value.problems) == 1
    kept = recode(rows, TABLE, codebook, unmapped="keep")
    assert kept.unmapped.to_numpy().tolist() == [["prevv", 2, 2]]
    assert kept.segments.empty
    with pytest.raises(InputError, match="illegal value for unmapped"):
        recode(rows, TABLE, codebook, unmapped="drop")


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        (["prev"], "say nothing of the kind"),
        (["sol"], "say nothing of the theme"),
        (["prev", "pol", "iss", "sol"], "leave open which theme is issue and which solution"),
        (["prev", "iss", "O1"], "give an outcome to a segment that is no solution"),
        (["O1", "O2", "prev", "sol"], r"give one solution several outcomes \(O1, O2\)"),
    ],
)
def test_passages_that_can_be_read_in_two_ways(
    codes: list[str], message: str, codebook: Codebook
) -> None:
    rows = [("A", "ana", "1", code) for code in codes] + [("B", "ana", "2", code) for code in codes]
    extra = table("O2,outcome,O2")
    with pytest.raises(InputError, match=message) as caught:
        recode(codings(*rows), pd.concat([TABLE, extra]), codebook)
    # each combination once, with its number of passages
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].value == " + ".join(sorted(codes))
    assert "(2 passage(s))" in str(caught.value)


def test_paths_names_and_what_excel_does_to_them(codebook: Codebook) -> None:
    rows = codings(
        ("A", "ana", "1", "Themes > Prevention"),
        ("A", "ana", "1", "Kinds > Issue"),
        ("A", "ana", "2", "Old > Prevention"),
        ("A", "ana", "2", "Kinds > Issue"),
    )
    full = "themes>prevention,theme,prevention Old>Prevention,theme,research ISSUE,kind,issue"
    result = recode(rows, table(full), codebook)
    assert result.segments["theme"].tolist() == ["prevention", "research"]
    with pytest.raises(InputError, match="is the name of 2 codes; give the path"):
        recode(rows, table("Prevention,theme,prevention Issue,kind,issue"), codebook)


def test_codes_that_a_spreadsheet_would_calculate(codebook: Codebook, tmp_path: Path) -> None:
    rows = codings(("A", "ana", "1", "- other"), ("A", "ana", "2", "=1+1"))
    path = tmp_path / "recode.csv"
    lines = ["code,facet,value", "'- other,theme,research", "'=1+1,theme,policing", "*,kind,issue"]
    path.write_text("\n".join(lines), encoding="utf-8")
    result = recode(rows, read_recode_table(path, codebook), codebook)
    assert result.segments["theme"].tolist() == ["research", "policing"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_tables_are_checked_whole(kind: str, codebook: Codebook, tmp_path: Path) -> None:
    rows = [
        ["Code", "Facet", "Value", "Note"],
        ["a", "theme", "preventoin", ""],
        ["b", "themes", "prevention", ""],
        ["", "theme", "prevention", ""],
        ["c", "kind", "issue", ""],
        ["c", "kind", "solution", ""],
        ["d", "ignore", "", ""],
        ["d", "theme", "research", ""],
        ["e", "ignore", "why", ""],
        ["f", "theme", "", ""],
        ["g", "", "", "left open"],
        ["h", "", "prevention", ""],
    ]
    path = tmp_path / f"recode.{kind}"
    if kind == "csv":
        path.write_text("\r\n".join(";".join(row) for row in rows), encoding="cp1252")
    else:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
    with pytest.raises(InputError) as caught:
        read_recode_table(path, codebook)
    found = [(item.row, item.column) for item in caught.value.problems]
    assert found == [
        (2, "value"), (3, "facet"), (4, "code"), (6, "value"), (9, "value"), (10, "value"),
        (12, "facet"), (None, "code"),
    ]  # fmt: skip
    text = str(caught.value)
    assert "did you mean 'prevention'" in text
    assert "did you mean 'theme'" in text
    assert "has two kinds: issue and" in text
    assert "is both ignored and mapped" in text


def test_a_label_is_answered_with_its_code(codebook: Codebook, tmp_path: Path) -> None:
    path = tmp_path / "recode.csv"
    path.write_text("code,facet,value\nA,theme,internet INDUSTRY\nB,kind,Possible solution\n")
    with pytest.raises(InputError) as caught:
        read_recode_table(path, codebook)
    assert [item.nearest for item in caught.value.problems] == ["internet_industry", "solution"]


def test_a_good_table_keeps_its_row_numbers(codebook: Codebook, tmp_path: Path) -> None:
    path = tmp_path / "recode.csv"
    path.write_text("code,facet,value\n\na,theme,prevention\nb,,\n", encoding="utf-8-sig")
    found = read_recode_table(path, codebook)
    assert found.to_numpy().tolist() == [[3, "a", "theme", "prevention"]]
    path.write_text("codes,facet,value\na,theme,prevention\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"column 'code': is needed by recode\.csv"):
        read_recode_table(path, codebook)


def test_the_draft_fills_in_only_what_is_certain(codebook: Codebook) -> None:
    paths = ["Theme", "Theme > Prevention", "Theme > Research", "Outcome > Research", "Research",
             "theme.policing", "Helplines", "O2"]  # fmt: skip
    codes = pd.DataFrame({"path": paths})
    codes["name"] = codes["path"].str.rsplit(" > ").str[-1]
    codes["parent"] = (
        codes["path"].str.rsplit(" > ", n=1).str[0].where(codes.path != codes.name, "")
    )
    codes["codable"] = ["no"] + ["yes"] * 7
    draft = draft_recode_table(codes, codebook).set_index("code")
    assert "Theme" not in draft.index
    assert draft[["facet", "value"]].agg(" ".join, axis=1).to_dict() == {
        "Theme > Prevention": "theme prevention",
        "Theme > Research": "theme research",
        "Outcome > Research": "outcome O3",
        "Research": " ",  # a theme and an outcome: a person must say which
        "theme.policing": "theme policing",
        "Helplines": " ",
        "O2": "outcome O2",
    }


def test_respondents_fit_the_reviews_columns(codebook: Codebook) -> None:
    found = pd.DataFrame(
        {
            "submission_id": ["b", "a"],
            "Held by": ["Parliament", None],
            "YEAR": ["2021", "about 2020"],
            "respondent sector": ["Child-protection NGO", "Choir"],
            "Staff": ["4", None],
        }
    )
    submissions, attributes = recode_respondents(found, codebook)
    assert submissions["submission_id"].tolist() == ["a", "b"]
    assert submissions["year"].tolist() == [pd.NA, 2021]
    assert submissions.loc[1, ["held_by", "respondent_sector"]].tolist() == [
        "Parliament",
        "child_protection_ngo",
    ]
    assert attributes.to_numpy().tolist() == [
        ["a", "YEAR", "about 2020"],
        ["a", "respondent sector", "Choir"],
        ["b", "Staff", "4"],
    ]


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_every_coding_is_a_segment_or_a_leftover(data: st.DataObject, codebook: Codebook) -> None:
    themes = list(codebook["theme"])
    kinds = list(codebook["kind"])
    full = {f"{theme} {kind}": (theme, kind) for theme in themes for kind in kinds}
    rows = data.draw(
        st.lists(
            st.tuples(
                st.sampled_from("ABC"),
                st.sampled_from(["ana", "ben"]),
                st.integers(0, 20).map(str),
                st.sampled_from([*full, "skip", "unknown"]),
            ),
            min_size=1,
            max_size=30,
            unique=True,
        )
    )
    lines = [(code, "theme", theme) for code, (theme, _) in full.items()]
    lines += [(code, "kind", kind) for code, (_, kind) in full.items()]
    mapping = pd.DataFrame([*lines, ("skip", "ignore", None)], columns=["code", "facet", "value"])
    result = recode(codings(*rows), mapping, codebook, unmapped="keep")
    # the same by plain Python: each code says both theme and kind
    expected = Counter((s, c, *full[code], "-") for s, c, _, code in rows if code in full)
    assert counts(result.segments) == expected
    left = result.unmapped["n_codings"].sum() + result.ignored["n_codings"].sum()
    assert len(result.segments) + left == len(rows)
    used = {code for *_, code in rows}
    assert set(result.unused["code"]) == (set(full) | {"skip"}) - used
    key = ["submission_id", "coder", "segment"]
    assert not result.segments.duplicated(key).any()
    again = recode(codings(*data.draw(st.permutations(rows))), mapping, codebook, unmapped="keep")
    pd.testing.assert_frame_equal(again.segments, result.segments)
