"""Decisions out of screening tools' exports: counted by hand, by another way, and end to end.

All names and records are invented; the forms are those of exports found in public repositories.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from oso_analysis.cli import main
from oso_analysis.codebook import Codebook
from oso_analysis.errors import InputError
from oso_analysis.literature.decided import label_column, read_decisions
from oso_analysis.literature.decided_columns import TableColumns, table_columns
from oso_analysis.literature.readers import read_records, read_table
from oso_analysis.literature.reasons import known_reasons, match_reasons
from oso_analysis.literature.screening_exports import ScreeningResult, read_screening
from oso_analysis.scaffold import init_project

RAYYAN_HEAD = (
    "key,title,year,month,day,journal,issn,volume,issue,pages,authors,url,language,publisher,"
    "location,abstract,notes,doi,keywords,pubmed_id,pmc_id"
)
#: What the notes of an export hold, in the order of the records.
RAYYAN_NOTES = [
    'RAYYAN-INCLUSION: {"Anna"=>"Included", "Ben"=>"Included"} | RAYYAN-LABELS: a,b',
    'RAYYAN-INCLUSION: {"Anna"=>"Excluded", "Ben"=>"Excluded"} | RAYYAN-LABELS: a '
    "| RAYYAN-EXCLUSION-REASONS: no online element,foreign language "
    '| USER-NOTES: {"Ben"=>["not {this}", "one | two"]}',
    'L1 2020-01-02 | RAYYAN-INCLUSION: {"Anna"=>"Included", "Ben"=>"Excluded"} '
    "| RAYYAN-EXCLUSION-REASONS: not_offending",
    'RAYYAN-INCLUSION: {"Anna"=>"Maybe"}',
    'RAYYAN-INCLUSION: {"Anna"=>"Maybe", "Ben"=>"Excluded"}',
    "RAYYAN-LABELS: please look at this",
    "",
]


def rayyan_csv(path: Path, notes: list[str], keys: list[str] | None = None) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(RAYYAN_HEAD.split(","))
        for n, note in enumerate(notes, 1):
            row = dict.fromkeys(RAYYAN_HEAD.split(","), "")
            row |= {"key": keys[n - 1] if keys else f"rayyan-{n}", "title": f"Study {n}"}
            row |= {"year": "2020", "notes": note}
            writer.writerow(row.values())
    return path


def rayyan_ris(path: Path, notes: list[str]) -> Path:
    entries = [
        f"TY  - JOUR\nID  - rayyan-{n}\nTI  - Study {n}\nPY  - 2020\nN1  - {note}\nER  - \n"
        for n, note in enumerate(notes, 1)
    ]
    path.write_text("\n".join(entries), encoding="utf-8")
    return path


def rayyan_bib(path: Path, notes: list[str]) -> Path:
    entries = [
        f"@article{{rayyan-{n},\n  title={{Study {n}}},\n  year={{2020}},\n  note={{{note}}}\n}}\n"
        for n, note in enumerate(notes, 1)
    ]
    path.write_text("\n".join(entries), encoding="utf-8")
    return path


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def rows(result: ScreeningResult) -> list[tuple[str, str, str, str]]:
    frame = result.screening.astype(object).where(result.screening.notna(), "")
    return list(frame.itertuples(index=False, name=None))


def adds_up(result: ScreeningResult) -> None:
    assert result.n_records == len(result.read.records)
    assert result.n_decided + result.n_undecided + result.n_without == result.n_records
    people = result.reviewers
    counts = people[["n_include", "n_exclude", "n_undecided", "n_without"]]
    assert (counts.sum(axis=1) == result.n_records).all()
    assert people["n_include"].sum() + people["n_exclude"].sum() == len(result.screening)
    assert result.n_decided == result.screening["record_id"].nunique()


RAYYAN_ROWS = [
    ("rayyan-1", "reviewer_1", "include", ""),
    ("rayyan-1", "reviewer_2", "include", ""),
    ("rayyan-2", "reviewer_1", "exclude", "no online element,foreign language"),
    ("rayyan-2", "reviewer_2", "exclude", "no online element,foreign language"),
    ("rayyan-3", "reviewer_1", "include", ""),
    ("rayyan-3", "reviewer_2", "exclude", "not_offending"),
    ("rayyan-5", "reviewer_2", "exclude", ""),
]


@pytest.mark.parametrize("export", [rayyan_csv, rayyan_ris, rayyan_bib])
def test_rayyan_in_each_of_its_formats(tmp_path: Path, export) -> None:  # type: ignore[no-untyped-def]
    path = export(tmp_path / "articles", RAYYAN_NOTES)
    result = read_screening([path])
    assert rows(result) == RAYYAN_ROWS
    # Anna answered for five records, two of them "maybe"; Ben for four.
    assert result.reviewers.values.tolist() == [
        ["reviewer_1", "Anna", 2, 1, 2, 2],
        ["reviewer_2", "Ben", 1, 3, 0, 3],
    ]
    assert (result.n_records, result.n_decided, result.n_undecided) == (7, 4, 1)
    adds_up(result)
    assert set(result.screening["record_id"]) <= set(read_records(path).records["record_id"])


def test_rayyan_counted_another_way(tmp_path: Path) -> None:
    path = rayyan_csv(tmp_path / "articles.csv", RAYYAN_NOTES * 9)
    said = Counter(re.findall(r'=>""(Included|Excluded)""', path.read_text(encoding="utf-8")))
    found = Counter(read_screening([path]).screening["decision"])
    assert (found["include"], found["exclude"]) == (said["Included"], said["Excluded"]) == (27, 36)


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ('RAYYAN-INCLUSION: {"Anna"=>true, "ben.x"=>false}',
         {"Anna": "include", "ben.x": "exclude"}),
        ('RAYYAN-INCLUSION: {"Anna "=>"Undecided", "Ben"=>nil}',
         {"Anna": "undecided", "Ben": "undecided"}),
        ("RAYYAN-INCLUSION: {}", {}),
        # A reference manager's note.
        ("<p>RAYYAN-INCLUSION: {&quot;Anna&quot;=&gt;&quot;Maybe&quot;}</p>", {"Anna": "maybe"}),
        # Two projects, the second filled from the first's export: its decisions come last.
        ('RAYYAN-INCLUSION: {"Anna"=>"Included", "z1"=>"Included"} | RAYYAN-INCLUSION: '
         '{"Anna"=>"Excluded"} | RAYYAN-EXCLUSION-REASONS: wrong dose', {"Anna": "exclude"}),
        ('RAYYAN-INCLUSION: {"Anna"=>true} | RAYYAN-LABELS: x RAYYAN-INCLUSION: '
         '{"Ben"=>"Included"} | RAYYAN-LABELS: y', {"Ben": "include"}),
        # BibTeX without its braces.
        ('RAYYAN-INCLUSION: "Anna"=>"Included" | RAYYAN-LABELS: y', {"Anna": "include"}),
        (r'RAYYAN-INCLUSION: {"An \"A\" na"=>"Included"}', {'An "A" na': "include"}),
    ],
)  # fmt: skip
def test_dialects_of_rayyans_note(note: str, expected: dict[str, str]) -> None:
    told = read_decisions({"notes": note})
    assert {vote.reviewer: vote.decision for vote in told.votes} == expected
    assert not told.unread


@pytest.mark.parametrize(
    "note",
    [
        'RAYYAN-INCLUSION: {"Anna"=>"Included", "Ben"=>"Excl',
        'RAYYAN-INCLUSION: {"Anna"=>"Included"',
        'RAYYAN-INCLUSION: {"Anna"=>"Perhaps"}',
        'RAYYAN-INCLUSION: {"Anna"=>"Included" "Ben"=>"Excluded"}',
        'RAYYAN-INCLUSION: {" "=>"Included"}',
        "RAYYAN-INCLUSION: Included",
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, note: str) -> None:
    path = rayyan_csv(tmp_path / "articles.csv", [RAYYAN_NOTES[0], note])
    with pytest.raises(InputError) as caught:
        read_screening([path])
    (problem,) = caught.value.problems
    assert (problem.file, problem.row, problem.column) == ("articles.csv", 3, "notes")
    assert problem.value == note


NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1
).filter(lambda name: name.strip() and "RAYYAN-" not in name)
WORDS = {"Included": "include", "Excluded": "exclude", "Maybe": "maybe", "Undecided": "undecided"}


@example({"&quot;": "Excluded"}, "", "")
@given(
    st.dictionaries(NAMES, st.sampled_from(sorted(WORDS)), min_size=1),
    st.sampled_from(["", "L1 2020 | ", "a note: with {braces} | "]),
    st.sampled_from(["", " | RAYYAN-LABELS: a,b", ' | USER-NOTES: {"A"=>["b"]}']),
)
def test_what_rayyan_writes_is_read_back(said: dict[str, str], before: str, after: str) -> None:
    def ruby(name: str) -> str:
        return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'

    pairs = ", ".join(f'{ruby(name)}=>"{word}"' for name, word in said.items())
    told = read_decisions({"notes": f"{before}RAYYAN-INCLUSION: {{{pairs}}}{after}"})
    assert not told.unread
    expected = [(name.strip(), WORDS[word]) for name, word in said.items()]
    assert [(vote.reviewer, vote.decision) for vote in told.votes] == expected


@given(st.text())
def test_any_note_is_read_or_named(text: str) -> None:
    told = read_decisions({"notes": f"RAYYAN-INCLUSION: {text}"})
    assert told.n_screenings >= 1
    assert not (told.votes and told.unread)


ASREVIEW = {
    # v0: the label it was given or wrote, nothing where not seen.
    "v0.csv": "record_id,title,abstract,final_included\n1,A one,x,1\n2,B two,x,0\n3,C three,x,\n",
    "v1.csv": "title,abstract,included,ranking\nA one,x,1,1\nB two,x,0,3\nC three,x,-1,2\n",
    # v2: its own label counts, not the one that was imported.
    "v2.csv": "title,abstract,included,asreview_label,asreview_time,asreview_note\n"
    "A one,x,0,1,2025-01-01,\nB two,x,1,0.0,2025-01-01,\nC three,x,1,,,\n",
    "x.ris": "TY  - GEN\nTI  - A one\nN1  - ASReview_relevant\nN1  - ASReview_prior\nER  - \n\n"
    "TY  - GEN\nTI  - B two\nN1  - More. ASReview_irrelevant. More\nER  - \n\n"
    "TY  - GEN\nTI  - C three\nN1  - ASReview_not_seen\nN1  - ASReview_validate_relevant\nER  - \n",
    "zotero.ris": "TY  - GEN\nTI  - A one\nN1  - <p>ASReview_relevant</p>\nER  - \n\n"
    "TY  - GEN\nTI  - B two\nN1  - <p>ASReview_irrelevant</p>\nER  - \n\n"
    "TY  - GEN\nTI  - C three\nN1  - <p>ASReview_not_seen</p>\nER  - \n",
}  # fmt: skip


@pytest.mark.parametrize("name", ASREVIEW)
def test_asreview(tmp_path: Path, name: str) -> None:
    result = read_screening([write(tmp_path / name, ASREVIEW[name])])
    assert result.screening["decision"].tolist() == ["include", "exclude"]
    assert set(result.screening["reviewer"]) == {"reviewer_1"}
    assert (result.n_decided, result.n_undecided, result.n_without) == (2, 0, 1)
    assert result.reviewers["name"].isna().all()
    adds_up(result)


def test_asreview_as_a_workbook(tmp_path: Path) -> None:
    pd.DataFrame(
        {"title": ["A one", "B two", "C three"], "year": [2001, 2002, 2003],
         "asreview_label": [1, 0, None], "asreview_user_name": ["Anna", "Anna", None]}
    ).to_excel(tmp_path / "x.xlsx", index=False)  # fmt: skip
    result = read_screening([tmp_path / "x.xlsx"])
    assert result.screening["decision"].tolist() == ["include", "exclude"]
    assert result.reviewers["name"].tolist() == ["Anna"]


def test_asreviews_user_stands_in_a_note_of_its_own() -> None:
    notes = ["ASReview_relevant", 'asreview_user_name: "Anna"', 'asreview_time: "2025"']
    (vote,) = read_decisions({"N1": notes}).votes
    assert (vote.reviewer, vote.decision) == ("Anna", "include")


COVIDENCE = "Title,Authors,Published Year,Covidence #,Study,Notes,Tags\n"


def test_covidence_has_a_list_for_each_decision(tmp_path: Path) -> None:
    excluded = write(
        tmp_path / "excluded.csv",
        COVIDENCE
        + 'A one,"Doe, J.",2001,#11,Doe 2001,"Exclusion reason: Wrong  dose; Anna: too high; ",\n'
        "B two,,2002,#12,,,\n",
    )
    chosen = write(tmp_path / "included.csv", COVIDENCE + "C three,,2003,#13,,,\n")
    result = read_screening(included=[chosen], excluded=[excluded], reviewer="Anna")
    assert rows(result) == [
        ("#11", "reviewer_1", "exclude", "Wrong dose"),
        ("#12", "reviewer_1", "exclude", ""),
        ("#13", "reviewer_1", "include", ""),
    ]
    adds_up(result)
    # Without being told, only the reason says that it was excluded.
    result = read_screening([chosen, excluded])
    assert rows(result) == [("#11", "reviewer_1", "exclude", "Wrong dose")]
    assert result.n_without == 2
    with pytest.raises(InputError, match=r"excluded\.csv, row 2: '#11' is both included and excl"):
        read_screening(included=[excluded])
    with pytest.raises(InputError, match=r"excluded\.csv: is named as a list of both"):
        read_screening(included=[excluded], excluded=[excluded])


def test_any_table_with_a_column_of_decisions(tmp_path: Path) -> None:
    path = write(
        tmp_path / "t.csv",
        "key,title,year,Decision,Reviewer,Exclusion reason\na,A one,2001,Include,Ben,\n"
        "b,B two,2002,EXCLUDED,Ben,old\nc,C three,2003,unclear,Ben,\nd,D four,2004,,,\n",
    )
    result = read_screening([path])
    assert rows(result) == [
        ("a", "reviewer_1", "include", ""),
        ("b", "reviewer_1", "exclude", "old"),
    ]
    assert (result.n_undecided, result.n_without) == (1, 1)
    adds_up(result)
    write(path, path.read_text(encoding="utf-8").replace("unclear", "ask Carl"))
    with pytest.raises(InputError, match=r"t\.csv, row 4, column 'Decision': 'ask Carl' is no dec"):
        read_screening([path])


SHEET = (
    "Key,Title,Year,Reviewer 1,Screener B decision,Final decision,Reason for exclusion,Journal\n"
    "a,A one,2001,Include,Exclude,Exclude,old,J\nb,B two,2002,exclude,Exclude,Exclude,new,J\n"
    "c,C three,2003,Maybe,Include,Include,,J\nd,D four,2004,,,Include,,J\ne,E five,2005,,,,,J\n"
)


def test_reviewers_have_a_column_each_beside_what_they_agreed_on(tmp_path: Path) -> None:
    result = read_screening([write(tmp_path / "s.csv", SHEET)])
    assert rows(result) == [
        ("a", "reviewer_1", "include", ""),
        ("a", "reviewer_2", "exclude", "old"),
        ("b", "reviewer_1", "exclude", "new"),
        ("b", "reviewer_2", "exclude", "new"),
        ("c", "reviewer_2", "include", ""),
    ]
    # Reviewers of c do not contradict what was agreed on; of d nobody else has said anything.
    assert result.adjudication.fillna("").values.tolist() == [
        ["a", "exclude", "old", "", ""],
        ["d", "include", "", "", ""],
    ]
    # What was agreed on of d decides it, too.
    assert (result.n_decided, result.n_undecided, result.n_without) == (4, 0, 1)
    assert result.notes[0] == (
        "s.csv: 'Reviewer 1', 'Screener B decision' are read as one reviewer's decisions each, "
        "'Final decision' as what they agreed on"
    )
    slip = SHEET.replace("Maybe", "Inclued")
    with pytest.raises(InputError, match=r"row 4, column 'Reviewer 1': 'Inclued' .*'include'\?"):
        read_screening([write(tmp_path / "s.csv", slip)])


def test_columns_may_be_named_and_may_name_the_reviewers(tmp_path: Path) -> None:
    text = SHEET.replace("Reviewer 1", "ta_lb").replace("Screener B decision", "ta_ld")
    path = write(tmp_path / "s.csv", text)
    result = read_screening([path], columns=["TA LB", "ta_ld"], keep_names=True)
    assert set(result.screening["reviewer"]) == {"ta_lb", "ta_ld"}
    assert len(result.screening) == 5
    with pytest.raises(InputError, match=r"'ta_lp': is no column .* mean 'ta_lb'"):
        read_screening([path], columns=["ta_lp"])
    text = "Key,Title,Year,Journal,Authors,Reviewer 1,Decision 1,Reviewer 2,Decision 2,Reason 2\n"
    text += "a,A one,2001,J,Poe,Zoe,yes,Ann,no,old\nb,B two,2002,J,Poe,Zoe,no,Cy,no,new\n"
    path = write(tmp_path / "n.csv", text)
    result = read_screening([path], keep_names=True)
    assert sorted(rows(result)) == [
        ("a", "Ann", "exclude", "old"),
        ("a", "Zoe", "include", ""),
        ("b", "Cy", "exclude", "new"),
        ("b", "Zoe", "exclude", ""),
    ]


@pytest.mark.parametrize("key", ["Covidence #", "Language"])
def test_rows_of_further_reviewers_are_the_same_record(tmp_path: Path, key: str) -> None:
    """They became records of their own, so that two reviewers never met."""
    text = f"{key},Title,Year,Journal,Reviewer Name,Decision,Exclusion reason\n"
    text += "1,A one,2001,J,Anna,Include,\n1,A one,2001,J,Ben,Exclude,old\n"
    text += "2,B two,2002,J,Ben,Exclude,old\n2,B two,2002,J,Anna,Exclude,\n"
    # One reviewer's two rows are two sightings, whatever their names.
    text += "3,C three,2003,J,Anna,Include,\n3,C three,2003,J,Anna,Exclude,new\n"
    result = read_screening([write(tmp_path / "l.csv", text)], keep_names=True)
    said: dict[str, set[tuple[str, str, str]]] = {}
    for record, *vote in rows(result):
        said.setdefault(record, set()).add(tuple(vote))  # type: ignore[arg-type]
    assert sorted(map(sorted, said.values())) == [
        [("Anna", "exclude", ""), ("Ben", "exclude", "old")],
        [("Anna", "exclude", "new")],
        [("Anna", "include", "")],
        [("Anna", "include", ""), ("Ben", "exclude", "old")],
    ]
    assert result.n_records == result.n_decided == 4
    counts = result.reviewers[["n_include", "n_exclude", "n_undecided", "n_without"]]
    assert counts.sum(axis=1).eq(4).all()
    assert result.notes[0].startswith("2 rows by a further reviewer of the same record")


def test_what_was_agreed_on_is_written_where_a_project_has_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = write(tmp_path / "s.csv", SHEET), tmp_path / "out.csv"
    command = ["records", "screening", str(path), "--output", str(out)]
    assert main(command) == 0
    assert "2 records with a decision agreed on that differs" in capsys.readouterr().out
    assert main([*command, "--adjudication", str(tmp_path / "a.csv")]) == 0
    assert (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines() == [
        "record_id,decision,exclusion_reason,decided_by,note",
        "a,exclude,old,,",
        "d,include,,,",
    ]
    assert main([*command, "--adjudication", str(out)]) == 2


def test_headings_that_may_mean_anything_need_decisions_spelt_out(tmp_path: Path) -> None:
    """Whether reviewers agreed was read as what they agreed on, and flags as reviewers."""
    head = "Key,Title,Year,Journal,Authors,"
    text = head + "Reviewer 1,Reviewer 2,{}\na,A,2001,J,P,include,exclude,{}\n"
    text += "b,B,2002,J,P,exclude,exclude,{}\n"
    for heading, cells in (("Agreed", ("No", "Yes")), ("Consensus", ("talk to Ann", "fine"))):
        result = read_screening([write(tmp_path / "s.csv", text.format(heading, *cells))])
        assert result.adjudication.empty
        assert result.notes[0].endswith("each, and no column as what they agreed on")
    result = read_screening([write(tmp_path / "s.csv", text.format("Consensus", "include", ""))])
    assert result.adjudication["decision"].tolist() == ["include"]
    for flags in ("R1,R2,R3", "Reviewer 1,Reviewer 2,Reviewer 3"):
        text = head + f"{flags},Included\n"
        text += "a,A,2001,J,P,0,2,3,yes\nb,B,2002,J,P,5,3,1,no\nc,C,2003,J,P,4,0,2,no\n"
        result = read_screening([write(tmp_path / "s.csv", text)])
        assert [row[2] for row in rows(result)] == ["include", "exclude", "exclude"]
        assert result.adjudication.empty
    text = head + "R1,R2,Included\na,A,2001,J,P,0,1,yes\nb,B,2002,J,P,1,0,no\n"
    result = read_screening([write(tmp_path / "s.csv", text)])
    assert [row[1:3] for row in rows(result)] == [
        ("reviewer_1", "include"),
        ("reviewer_1", "exclude"),
    ]


def test_two_publications_of_one_title_are_two_records(tmp_path: Path) -> None:
    """Two editorials whose keys end in numbers were one record with two reviewers."""
    head = "Key,Title,Year,Journal,Pages,Reviewer,Decision\n"
    for second in ("ed-2,Editorial,2001,J,9", "ed-2,Editorial,2001,J,1", "ed,Editorial,2001,J,9"):
        text = head + f"ed,Editorial,2001,J,1,Anna,include\n{second},Ben,exclude\n"
        result = read_screening([write(tmp_path / "s.csv", text)], keep_names=True)
        assert result.n_records == 2, second
        assert result.screening["record_id"].is_unique
    # Rayyan's entries hold all that reviewers said: what is there twice was found twice.
    entries = [
        f'TY  - JOUR\nTI  - Editorial\nPY  - 2001\nN1  - RAYYAN-INCLUSION: {{"{who}"=>"Included"}}'
        for who in ("Anna", "Ben")
    ]
    ris = write(tmp_path / "r.ris", "\nER  - \n".join([*entries, ""]))
    assert read_screening([ris]).n_records == 2
    text = head + "ed,Editorial,2001,J,1,Anna,include\ned,Editorial,2001,J,1,Ben,exclude\n"
    assert read_screening([write(tmp_path / "s.csv", text)]).n_records == 1


def test_a_column_that_nobody_has_filled_in_is_named(tmp_path: Path) -> None:
    text = "Key,Title,Year,Journal,Ann,Ben\na,A,2001,J,include,\n"
    with pytest.raises(InputError, match=r"column 'Ben': is no column .*, or an empty one"):
        read_screening([write(tmp_path / "s.csv", text)], columns=["Ann", "Ben"])


def test_what_records_import_wrote_says_the_same(tmp_path: Path) -> None:
    path = rayyan_csv(tmp_path / "articles.csv", RAYYAN_NOTES)
    assert main(["records", "import", str(path), "--output", str(tmp_path / "records.csv")]) == 0
    assert rows(read_screening([tmp_path / "records.csv"])) == RAYYAN_ROWS


def test_reviewers_are_not_named_unless_asked(tmp_path: Path) -> None:
    notes = ['RAYYAN-INCLUSION: {"Anna"=>"Included", "Zoe"=>"Included"}']
    notes += ['RAYYAN-INCLUSION: {"Zoe"=>"Maybe"}']
    path = rayyan_csv(tmp_path / "articles.csv", notes)
    # Zoe answered for more records: she is the first reviewer, whose decisions count.
    assert read_screening([path]).reviewers["name"].tolist() == ["Zoe", "Anna"]
    named = read_screening([path], keep_names=True)
    assert [row[1] for row in rows(named)] == ["Anna", "Zoe"]
    label = write(tmp_path / "label.csv", "title,year,included\nA one,2001,1\n")
    with pytest.raises(InputError, match="say who it was with --reviewer"):
        read_screening([label], keep_names=True)
    assert rows(read_screening([label], keep_names=True, reviewer="Ben"))[0][1] == "Ben"


def test_roles_are_kept(tmp_path: Path) -> None:
    text = "key,title,year,decision,reviewer\na,A one,2001,include,reviewer_2\n"
    text += "b,B two,2002,exclude,Ben\nc,C three,2003,exclude,reviewer_2\n"
    result = read_screening([write(tmp_path / "t.csv", text)])
    assert [row[:2] for row in rows(result)] == [
        ("a", "reviewer_2"), ("b", "reviewer_1"), ("c", "reviewer_2")
    ]  # fmt: skip


def test_maybe_is_what_the_review_means_by_it(tmp_path: Path) -> None:
    path = rayyan_csv(tmp_path / "articles.csv", RAYYAN_NOTES)
    result = read_screening([path], maybe="include")
    assert ("rayyan-4", "reviewer_1", "include", "") in rows(result)
    assert result.n_undecided == 0
    adds_up(result)
    with pytest.raises(InputError, match="maybe"):
        read_screening([path], maybe="perhaps")


def test_a_reviewer_has_one_decision_on_a_record(tmp_path: Path) -> None:
    note = 'RAYYAN-INCLUSION: {"Anna"=>"Included", "Anna "=>"Excluded"}'
    path = rayyan_csv(tmp_path / "articles.csv", [note])
    with pytest.raises(InputError, match=r"articles\.csv, row 2: 'rayyan-1' is both .* by Anna"):
        read_screening([path])
    note = 'RAYYAN-INCLUSION: {"Anna"=>"Undecided", "Anna "=>"Excluded", " Anna"=>"Excluded"}'
    (row,) = rows(read_screening([rayyan_csv(path, [note])]))
    assert row[2] == "exclude"


def test_reasons_become_codes_of_the_codebook(tmp_path: Path, small_codebook: Codebook) -> None:
    notes = [*RAYYAN_NOTES, 'RAYYAN-INCLUSION: {"Ben"=>"Excluded"} | RAYYAN-EXCLUSION-REASONS: off']
    notes += ['RAYYAN-INCLUSION: {"Ben"=>"Included"} | RAYYAN-EXCLUSION-REASONS: off']
    result = read_screening([rayyan_csv(tmp_path / "a.csv", notes)], codebook=small_codebook)
    reasons = [row[3] for row in rows(result) if row[2] == "exclude"]
    assert reasons == ["not_online", "not_online", "not_offending", "", "off"]
    assert [note.partition(":")[0] for note in result.notes] == [
        "2 rows with several reasons",
        "'foreign language', in 2 rows, is no reason in the codebook",
        "'off', in 1 row, is no reason in the codebook",
        "1 row without a reason for the exclusion, which a project's screening.csv must have",
        "1 record with a reason for exclusion, and excluded by nobody",
    ]


def test_which_reason_counts(small_codebook: Codebook) -> None:
    known = known_reasons(small_codebook["exclusion_reason"]) | {"old,and small": "not_online"}
    assert known["not online"] == known["no online element"] == "not_online"
    too_little = "Too little   bibliographic information"
    assert match_reasons(f"{too_little}; NOT_OFFENDING", known) == (
        ["not_offending", "insufficient_metadata"], []
    )  # fmt: skip
    assert match_reasons("Old , and small,wrong,wrong,", known) == (["not_online"], ["wrong"])


def test_earlier_screenings_are_told(tmp_path: Path) -> None:
    twice = f"{RAYYAN_NOTES[0]} | {RAYYAN_NOTES[1]}"
    result = read_screening([rayyan_csv(tmp_path / "a.csv", [twice, RAYYAN_NOTES[0]])])
    assert result.notes[0] == (
        "1 record with the decisions of more than one screening in Rayyan's note: the last counts; "
        "1 record with those of one, which counts"
    )
    assert "screening" in repr(result)


def test_a_file_without_decisions_is_no_screening(tmp_path: Path) -> None:
    path = rayyan_csv(tmp_path / "a.csv", ["", "RAYYAN-LABELS: x", 'RAYYAN-INCLUSION: {"A"=>nil}'])
    with pytest.raises(InputError, match=r"a\.csv: no entry says what was decided"):
        read_screening([path])
    frame = read_records(path).records.assign(extra="{broken")
    frame.to_csv(tmp_path / "r.csv", index=False)
    with pytest.raises(InputError, match="column 'extra'"):
        read_screening([tmp_path / "r.csv"])


def test_what_only_looks_like_reviewers_columns_is_none() -> None:
    cells = {"Answer 1": "yes", "Decision A": "yes", "Reviewer 1": "Ann", "R 2": "good"}
    assert table_columns([cells], None) == TableColumns()
    assert table_columns([cells | {"included": "1"}], "included") == TableColumns("included")
    both = {"Reviewer 1": "Ann", "Vote of reviewer 1": "no", "Rev B inclusion": "maybe"}
    (one, two) = table_columns([both], None).reviewers
    assert (one.heading, one.names, two.name) == ("Vote of reviewer 1", "Reviewer 1", "reviewer_2")


def test_labels_of_a_table() -> None:
    assert label_column(["Included", "Decision"]) == "Decision"
    assert label_column(["notes", "label", "inclusion"]) is None


# -------------------------------------------------------------------------------- The command line


def test_the_command_says_what_it_took(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = rayyan_csv(tmp_path / "articles.csv", RAYYAN_NOTES)
    out = tmp_path / "screening.csv"
    assert main(["records", "screening", str(path), "--output", str(out)]) == 0
    said = capsys.readouterr().out
    assert "articles.csv: CSV, utf-8; 7 entries, 7 accepted" in said
    assert "7 records: 4 decided, 1 undecided, 2 without any answer" in said
    assert "reviewer_1 (Anna): 2 included, 1 excluded, 2 undecided, 2 without an answer" in said
    assert f"wrote {out}: 7 decisions" in said
    text = out.read_text(encoding="utf-8")
    assert text.startswith("record_id,reviewer,decision,exclusion_reason\nrayyan-1,reviewer_1,incl")
    assert "Anna" not in text
    assert main(["records", "screening", "--output", str(path), "--included", str(path)]) == 2
    assert "is read or written already" in capsys.readouterr().err


def test_nothing_is_written_where_a_decision_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = rayyan_csv(tmp_path / "a.csv", ['RAYYAN-INCLUSION: {"Anna"=>"Inclu'])
    out = tmp_path / "screening.csv"
    assert main(["records", "screening", str(path), "--output", str(out)]) == 2
    assert "a.csv, row 2, column 'notes': 'RAYYAN-INCLUSION: " in capsys.readouterr().err
    assert not out.exists()
    assert main(["records", "screening", "--output", str(out)]) == 2


def test_no_cell_runs_in_a_spreadsheet(tmp_path: Path) -> None:
    note = 'RAYYAN-INCLUSION: {"@me"=>"Excluded"} | RAYYAN-EXCLUSION-REASONS: =1+1'
    path = rayyan_csv(tmp_path / "a.csv", [note], keys=["=key"])
    out = tmp_path / "s.csv"
    assert main(["records", "screening", str(path), "--keep-names", "--output", str(out)]) == 0
    assert out.read_text(encoding="utf-8").splitlines()[1] == "'=key,'@me,exclude,'=1+1"
    assert read_table(out).iloc[0].tolist() == ["=key", "@me", "exclude", "=1+1"]


def test_a_project_takes_what_was_screened_in_rayyan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sample's own decisions, told by Rayyan, come out as the table they were."""
    folder = init_project(tmp_path / "meals", outputs=False)
    monkeypatch.chdir(folder)
    main(["check"])
    before = capsys.readouterr()
    data = folder / "data" / "literature"
    records = read_records(sorted((data / "records").iterdir())).records
    table = pd.read_csv(data / "screening.csv", dtype="str", keep_default_na=False)
    labels = {"not_school_meals": "not about school meals"}
    labels["no_findings_or_policy"] = "Neither  findings nor policy"
    people = {"reviewer_1": "Zoe", "reviewer_2": "Anna"}
    words = {"include": "Included", "exclude": "Excluded"}

    def note(record: str) -> str:
        said = table[table["record_id"] == record]
        pairs = ", ".join(
            f'"{people[who]}"=>"{words[what]}"'
            for who, what in zip(said["reviewer"], said["decision"], strict=True)
        )
        why = ",".join(labels[code] for code in sorted(set(said["exclusion_reason"]) - {""}))
        text = f"RAYYAN-INCLUSION: {{{pairs}}}" if pairs else ""
        return text + (f" | RAYYAN-EXCLUSION-REASONS: {why}" if why else "")

    with (folder / "articles.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["key", "title", "year", "authors", "journal", "doi", "notes"])
        fields = records[["record_id", "title", "year", "authors", "container", "doi"]]
        for row in fields.astype(object).where(fields.notna(), "").itertuples(index=False):
            writer.writerow([*row, note(row[0])])
    for path in list((data / "records").iterdir()):
        path.unlink()
    (folder / "articles.csv").rename(data / "records" / "articles.csv")
    package = json.loads((folder / "data" / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"] = [
        item for item in package["resources"] if item["name"] != "records_register"
    ]
    for item in package["resources"]:
        if item["name"] == "records_database":
            item |= {"path": "literature/records/articles.csv", "format": "csv"}
    (folder / "data" / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    write(data / "searches.csv", "records_file,query,records_kept\narticles.csv,meals,45\n")

    command = ["records", "screening", "data/literature/records/articles.csv"]
    command += ["--codebook", "data/codebook.yaml", "--output", "screening.csv"]
    assert main(command) == 0
    assert "note:" not in capsys.readouterr().out
    new = pd.read_csv("screening.csv", dtype="str", keep_default_na=False)
    keys = ["record_id", "reviewer"]
    pd.testing.assert_frame_equal(
        new.sort_values(keys, ignore_index=True), table.sort_values(keys, ignore_index=True)
    )
    assert main(["to-csv", "screening.csv", "--output", "data/literature/screening.csv"]) == 0
    assert main(["data-dictionary"]) == 0
    capsys.readouterr()
    main(["check"])
    after = capsys.readouterr()
    # Nothing but that the new project's notebooks were not run yet, as before.
    assert after.err == before.err
    assert after.out == before.out
