"""Sentences stay true and grammatical whatever the numbers in them."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import oso_analysis
from oso_analysis import exhibits
from oso_analysis.exhibits import Exhibit, Prose
from oso_analysis.figures.style import note_text
from oso_analysis.tables.withheld import WITHHELD_WORD

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (1, "1 work speaks"),
        (2, "2 works speak"),
        (0, "0 works speak"),
        (-1, "−1 work speaks"),
        (-1.0, "−1 work speaks"),
        (-0.5, "−0.5 works speak"),
    ],
)
def test_nouns_and_verbs_follow_their_count(n: float, said: str) -> None:
    assert exhibits.say("{n:|work|works} {n:?speaks|speak}", n=n) == said


def test_a_word_follows_the_length_of_a_list() -> None:
    assert exhibits.say("{most} {most:?leads|lead}", most=["A"]) == "A leads"
    assert exhibits.say("{most} {most:?leads|lead}", most=["A", "B"]) == "A and B lead"


@pytest.mark.parametrize(
    "names",
    [
        pd.Series(["A", "B"], index=[7, 8]),
        pd.Series(["A", "B"], dtype="str").unique(),
        pd.Index(["A", "B"]),
        np.array(["A", "B"]),
        pd.Categorical(["A", "B"]),
    ],
)
def test_columns_of_frames_are_lists(names: Any) -> None:
    assert exhibits.say("{names} {names:?leads|lead}", names=names) == "A and B lead"
    assert exhibits.prose("{names}", names=names).values == {"names": ["A", "B"]}


def test_numbers_and_truths_of_frames_are_said_as_plain_ones() -> None:
    said = exhibits.say("{n} {yes}", n=np.int64(1200), yes=np.bool_(True))
    assert said == "1,200 yes"
    assert "2020-01-01" in exhibits.say("{d}", d=np.datetime64("2020-01-01", "ns"))


def test_the_first_text_is_told_that_has_all_its_values() -> None:
    texts = ("{most} leads with {n:+}.", "{n:+} in all.", "Nothing.")
    assert exhibits.say(*texts, most="A", n=3) == "A leads with 3."
    assert exhibits.say(*texts, most=None, n=3) == "3 in all."
    assert exhibits.say(*texts, most=[], n=3) == "3 in all."
    assert exhibits.say(*texts, most="A", n=0) == "Nothing."
    told = exhibits.prose(*texts, most=None, n=3)
    assert told.values == {"n": 3}


def test_a_paragraph_leaves_out_what_says_nothing() -> None:
    parts = [exhibits.prose("{a}.", a=1), exhibits.prose("{b:+}.", "", b=0), exhibits.prose("End.")]
    told = exhibits.paragraph(*parts)
    assert told.markdown == "1. End."
    assert told.values == {"a": 1}


def test_a_withheld_count_makes_a_sentence() -> None:
    text = "It holds {n:|work|works}. {n:|of them speaks|of them speak} up."
    assert exhibits.say(text, n=3) == "It holds 3 works. 3 of them speak up."
    assert exhibits.say(text, n=WITHHELD_WORD) == (
        "It holds a withheld number of works. A withheld number of them speak up."
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("In all: {n:|work|works}.", "In all: a withheld number of works."),
        ("**{n:|work|works}** count.", "**A withheld number of works** count."),
        ("One. *{n:|work|works}* count.", "One. *A withheld number of works* count."),
        ("**One.** {n:|work|works} count.", "**One.** A withheld number of works count."),
        ("It is “one.” {n:|work|works} count.", "It is “one.” A withheld number of works count."),
        ("There are\n{n:|work|works}.", "There are\na withheld number of works."),
        ("Here:\n\n- {n:|work|works}", "Here:\n\n- A withheld number of works"),
        ("Of them, **{n:|work|works}**.", "Of them, **a withheld number of works**."),
    ],
)
def test_a_withheld_count_is_capital_only_where_a_sentence_begins(text: str, told: str) -> None:
    assert exhibits.prose(text, n=WITHHELD_WORD).markdown == told


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_a_missing_count_makes_a_sentence(missing: object) -> None:
    text = "{n:|work is|works are} here: {n:|of them speaks|of them speak} and {n:?is|are} heard."
    assert exhibits.say(text, n=missing) == (
        "An unstated number of works are here: an unstated number of them speak and are heard."
    )


def test_an_empty_list_is_none() -> None:
    assert exhibits.say("{n:|work is|works are} here.", n=[]) == "No works are here."
    assert exhibits.say("Here {n:?is|are} {n:|work|works}.", n=[]) == "Here are no works."
    assert exhibits.say("{n:|of them speaks|of them speak}.", n=[]) == "None of them speak."


def test_each_name_of_a_list_has_its_own_quotation_marks() -> None:
    assert exhibits.say("{a:“”}.", a=["One", "Two and three"]) == "“One” and “Two and three”."
    assert exhibits.prose("{a:“”}.", a="a*b").markdown == r"“a\*b”."
    assert exhibits.say("{a:“”}.", a=None) == "not stated."


def test_only_prose_escapes_what_comes_from_data() -> None:
    assert exhibits.prose("{label}", label="a*b").markdown == r"a\*b"
    assert exhibits.say("{label}", label="a*b") == "a*b"


@pytest.mark.parametrize(
    ("unit", "one"),
    [
        ("breaks", "1 break"),
        ("series", "1 series"),
        ("published figures", "1 published figure"),
        ("publishing bodies", "1 publishing body"),
        ("themes of submissions", "1 theme of submissions"),
        ("works and 5 submissions", "1 work and 5 submissions"),
        ("case studies", "1 case study"),
        ("responses", "1 response"),
        ("services", "1 service"),
        ("analyses", "1 analyses"),
        ("theses of students", "1 theses of students"),
        ("addresses", "1 addresses"),
        ("matches", "1 matches"),
        ("press", "1 press"),
        ("corpus", "1 corpus"),
        ("analysis", "1 analysis"),
        ("species", "1 species"),
        ("people", "1 people"),
        ("", "1"),
    ],
)
def test_the_line_under_an_exhibit_counts_one_in_the_singular(unit: str, one: str) -> None:
    assert note_text(n=1, unit=unit, source="") == f"n = {one}"
    assert note_text(n=2, unit=unit, source="") == f"n = 2 {unit}".rstrip()


def shown(name: str, **parameters: Any) -> list[Prose | Exhibit]:
    """Run a notebook's cells with other parameters and return what they show."""
    names: dict[str, Any] = {}
    values = []
    for cell in json.loads((NOTEBOOKS / f"{name}.ipynb").read_text("utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, name, "exec"), names)  # noqa: S102
        if "parameters" in cell["metadata"].get("tags", []):
            names |= {key: value for key, value in parameters.items() if key in names}
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), name, "eval"), names)  # noqa: S307
            values += [value] if isinstance(value, Prose | Exhibit) else []
    return values


@pytest.mark.parametrize(
    "name",
    [
        "01_scale",
        "02_literature_search",
        "03_literature_themes",
        "04_challenges",
        "05_consultation_themes",
        "06_evidence_and_consultation",
        "07_coding_reliability",
    ],
)
def test_an_edition_without_anything_says_so(name: str) -> None:
    # Nothing in the data is about Iceland.
    values = shown(name, countries=["IS"], n_resamples=100)
    texts = [value.markdown if isinstance(value, Prose) else value.alt_text for value in values]
    silly = ("not stated %", "nan", "<NA>", "0 of the 0", "of not stated", "by 0 ", "with 0.", "(0")
    assert not [(text, what) for text in texts for what in silly if what in text]
    if name.startswith("06"):
        assert "excludes zero" not in " ".join(texts)


#: What small editions say: a chapter, its parameters, and words of its prose or alternative texts.
SMALL = [
    ("02_literature_search", {"countries": ["BY"]}, "The included work is of 2008."),
    ("02_literature_search", {"year_to": 2001}, "All included works are of 2001."),
    (
        "02_literature_search",
        {"year_to": 2003},
        "All included works state a year. The earliest is of 2001 and the latest of 2003; ",
    ),
    (
        "02_literature_search",
        {"countries": ["CA"], "themes": ["policing"]},
        "no count. Of those that state one, the earliest is of 2005 and the latest of 2024; the "
        "years with most of them, 1 each, are 2005, 2008 and 2024.",
    ),
    (
        "03_literature_themes",
        {"countries": ["BY"]},
        "The included work (scope of this edition: places: Belarus) speaks to International "
        "policy and Policing.",
    ),
    (
        "03_literature_themes",
        {"countries": ["BY"]},
        "No included work speaks to one issue area only.",
    ),
    (
        "03_literature_themes",
        {"year_to": 2001, "themes": ["policing"]},
        "1 of the 2 works speaks to one issue area only.",
    ),
    (
        "03_literature_themes",
        {"year_to": 2003},
        "the largest number (2, 50\N{NO-BREAK SPACE}%) speak to Policing, then International "
        "policy, Research and Multi-agency working (1 each); the smallest (0 each) to "
        "Internet industry, ",
    ),
    (
        "05_consultation_themes",
        {"countries": ["CA"], "themes": ["policing"]},
        "least often “Research” and “International collaboration” (0 each).",
    ),
    ("05_consultation_themes", {"countries": ["BY"]}, "No issue or possible solution was coded."),
]


def told_by(values: list[Prose | Exhibit]) -> str:
    texts = [value.markdown if isinstance(value, Prose) else value.alt_text for value in values]
    return "\n".join(texts)


@pytest.mark.parametrize(("name", "parameters", "words"), SMALL)
def test_a_small_edition_says_what_it_holds(
    name: str, parameters: dict[str, Any], words: str
) -> None:
    assert words in told_by(shown(name, **parameters))


@pytest.mark.parametrize("name", ["05_consultation_themes", "06_evidence_and_consultation"])
def test_nothing_is_described_that_is_not_drawn(name: str) -> None:
    told = told_by(shown(name, countries=["BY"], n_resamples=20))
    assert not [what for what in ("#paraphrases", "Bubbles", "Heat map", "Flow") if what in told]


@pytest.mark.parametrize("threshold", [None, 5])
def test_what_is_drawn_is_described(threshold: int | None) -> None:
    parameters = {"disclosure_threshold": threshold, "n_resamples": 20}
    assert "Bubbles" in told_by(shown("06_evidence_and_consultation", **parameters))
    assert "Heat map" in told_by(shown("05_consultation_themes", **parameters))


CODED_BY_BOTH = re.compile(r"\d submissions coded by both")


@pytest.mark.parametrize("threshold", [None, 5])
def test_notes_tell_how_far_coders_agree_on_answers_where_these_are_counted(
    threshold: int | None,
) -> None:
    parameters = {"disclosure_threshold": threshold, "n_resamples": 20}
    values = shown("05_consultation_themes", **parameters)
    values += shown("06_evidence_and_consultation", **parameters)
    notes = [text for one in values if isinstance(one, Exhibit) for text in one.caveats]
    weak = [text for text in notes if text.startswith("Coders agreed too little")]
    on_answers = [text for text in weak if "records coded by both" not in text]
    assert on_answers
    assert all(bool(CODED_BY_BOTH.search(text)) == (threshold is None) for text in on_answers)
    assert any("records coded by both" in text for text in weak)


def test_the_chapter_on_agreement_says_what_is_left_out_of_it() -> None:
    def sources(values: list[Prose | Exhibit]) -> set[str]:
        return {value.source for value in values if isinstance(value, Exhibit)}

    plain = shown("07_coding_reliability", n_resamples=20)
    assert "left out" not in told_by(plain)
    assert any("segments.csv" in source for source in sources(plain))
    strict = shown("07_coding_reliability", n_resamples=20, disclosure_threshold=5)
    assert "How far coders agree on the answers to consultations is left out" in told_by(strict)
    assert "single codes of works, and of reasons to exclude them" in told_by(strict)
    assert not any("consultation" in source for source in sources(strict))
    assert not any(
        "consultation" in str(value.record["data"]["rows"])
        for value in strict
        if isinstance(value, Exhibit)
    )


def test_works_that_wait_are_only_told_of_where_there_are_any(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "never screened" in told_by(shown("02_literature_search"))
    review = oso_analysis.load_review()
    decided = review.work_screening["decision"].replace("not_screened", "exclude")
    done = review.work_screening.assign(decision=decided)
    monkeypatch.setattr(type(review), "work_screening", property(lambda self: done))
    told = told_by(shown("02_literature_search"))
    assert "excluded at screening.\n" in told
    assert "never screened" not in told


def test_the_sentence_on_the_flow_adds_up_whatever_became_of_the_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    review = oso_analysis.load_review()
    waiting = review.work_screening["decision"] == "not_screened"
    decisions = review.work_screening["decision"].mask(~waiting & (review.works.index % 5 == 0))
    decisions = decisions.mask(decisions.isna() & (review.works.index % 2 == 0), "conflict")
    split = review.work_screening.assign(decision=decisions.fillna("not_screened"))
    monkeypatch.setattr(type(review), "work_screening", property(lambda self: split))
    (told,) = [
        value
        for value in shown("02_literature_search", year_to=2015)
        if isinstance(value, Prose) and "n_works" in value.values
    ]
    n = {name: value for name, value in told.values.items() if name != "scope"}
    assert min(n["n_outside"], n["n_conflict"], n["n_unscreened"], n["n_waiting"]) > 0
    assert n["n_works"] == sum(
        value for name, value in n.items() if name not in {"n_records", "n_rejected", "n_works"}
    )
    assert "outside this edition’s scope. " in told.markdown
    assert " await adjudication, because reviewers disagree. " in told.markdown
    assert " works have not been screened yet. " in told.markdown


def test_a_completion_search_is_only_told_of_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    review = oso_analysis.load_review()
    assert "known only from a completion search" in told_by(shown("02_literature_search"))
    searches = dict.fromkeys(review.record_sources, "topic_search")
    monkeypatch.setattr(type(review), "record_sources", property(lambda self: searches))
    told = told_by(shown("02_literature_search"))
    assert "8 works have not been screened yet." in told
    assert "completion" not in told


@pytest.mark.parametrize(
    ("themes", "words"),
    [
        # The issue areas of each of three works, by their place in the codebook.
        (
            ((0,), (1,), (0, 1)),
            ", 2 (67\N{NO-BREAK SPACE}%) speak to each of International policy and Internet "
            "industry; the smallest number (0 each) to Policing, Research, ",
        ),
        (
            ((0,), (1,), ()),
            ", 1 (33\N{NO-BREAK SPACE}%) speaks to each of International policy and Internet ",
        ),
        (
            ((1,), (1,), ()),
            ", 2 (67\N{NO-BREAK SPACE}%) speak to Internet industry; the smallest number (0 each) ",
        ),
        ((range(8), range(7), ()), ", 2 (67\N{NO-BREAK SPACE}%) speak to each of "),
        ((range(8), range(7), ()), "Barriers to change; the smallest number (1) to Prevention."),
        ((range(8),) * 3, "3 of the 3 included works (scope of this edition: "),
        ((range(8),) * 3, " speak to each of International policy, Internet industry, "),
        (((), (), ()), "No included work (scope of this edition: "),
    ],
)
def test_issue_areas_that_tie_are_told_of_each(
    themes: Sequence[Sequence[int]], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = oso_analysis.load_review()
    works = oso_analysis.scope_review(review, year_to=2001).works["work_id"]
    labels = list(review.codebook["theme"])
    rows = [
        (work, "theme", labels[at])
        for work, places in zip(works, themes, strict=True)
        for at in places
    ]
    others = review.work_codes[review.work_codes["facet"] != "theme"]
    coded = pd.concat(
        [others, pd.DataFrame(rows, columns=["work_id", "facet", "code"])], ignore_index=True
    )
    monkeypatch.setattr(type(review), "work_codes", property(lambda self: coded))
    told = told_by(shown("03_literature_themes", year_to=2001)[:1])
    assert words in told
