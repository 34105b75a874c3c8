"""Every number of the published prose is traced to an exhibit, and none is typed by hand."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from oso_analysis.codebook import read_codebook
from oso_analysis.exhibits import EXHIBIT_MIME, PROSE_MIME
from oso_analysis.rounding import rounded

Frames = Mapping[str, pd.DataFrame]
Trace = Callable[[Frames], Any]


def rows(id: str, **where: Any) -> Callable[[Frames], pd.DataFrame]:
    """The rows of an exhibit in which each column has a value."""

    def pick(x: Frames) -> pd.DataFrame:
        frame = x[id]
        for column, value in where.items():
            frame = frame[frame[column] == value]
        return frame

    return pick


def total(id: str, column: str, **where: Any) -> Trace:
    return lambda x: rows(id, **where)(x)[column].sum()


def only(id: str, column: str, **where: Any) -> Trace:
    return lambda x: rows(id, **where)(x)[column].item()


def count(id: str, test: Callable[[pd.DataFrame], pd.Series] | None = None) -> Trace:
    return lambda x: len(x[id]) if test is None else int(test(x[id]).sum())


def places(id: str, by: str, column: str, place: int, keep: Callable[..., Any] = lambda f: f):
    """The column of the row that stands at a place when its exhibit is ordered by another."""
    return lambda x: keep(x[id]).sort_values(by, kind="stable")[column].iloc[place]


def stated_years(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["year"].str.fullmatch(r"\d{4}") & (frame["n_works"] > 0)]


def themes(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[~frame["theme"].isin(["not_stated", "total"])]


def pairs(frame: pd.DataFrame) -> pd.DataFrame:
    order = {theme: place for place, theme in enumerate(frame["theme"].unique())}
    first, second = frame["theme"].map(order), frame["other_theme"].map(order)
    return frame[first < second]


def outcomes(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[~frame["outcome"].isin(["not_stated", "total"])]


def cells(frame: pd.DataFrame) -> pd.Series:
    return ~frame[["theme", "design"]].isin(["total", "not_stated"]).any(axis=1)


def raised(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["kind"] == "any"]


def informed(decision: str) -> Trace:
    return only("decisions-by-service", "n_works", practice_decision=decision, service="total")


FLOW, PLAIN, CODES = "prisma-flow", "works-by-theme", "agreement-by-code"
COMPARED = "themes-compared"

#: Value of a prose, by chapter and name, to what an exhibit says; several where several texts of
#: the chapter use the name for different things.
TRACES: dict[tuple[str, str], list[Trace]] = {
    ("01_scale", "n_figures"): [total("indicator-summary", "n_figures")],
    ("01_scale", "n_series"): [
        count("indicator-summary"),
        lambda x: x["indicator-conflicts"]["indicator_id"].nunique(),
    ],
    ("01_scale", "n_publishers"): [
        lambda x: x["indicator-summary"]["publisher"].str.split(" / ").explode().nunique()
    ],
    ("01_scale", "n_long"): [count("indicator-summary", lambda f: f["n_periods"] >= 3)],
    ("01_scale", "n_single"): [count("indicator-summary", lambda f: f["n_periods"] == 1)],
    ("01_scale", "n_short"): [count("indicator-summary", lambda f: f["n_periods"] < 3)],
    ("01_scale", "n_others"): [lambda x: len(x["indicator-summary"]) - 1],
    ("01_scale", "n_conflicting"): [count("indicator-conflicts")],
    ("01_scale", "n_periods"): [
        lambda x: len(x["indicator-conflicts"][["indicator_id", "period"]].drop_duplicates())
    ],
    ("02_literature_search", "n_records"): [only(FLOW, "n", box="identified")],
    ("02_literature_search", "n_rejected"): [
        lambda x: (
            only(FLOW, "n", box="identified")(x)
            - total("search-sources", "n_records")(
                {"search-sources": x["search-sources"].query("source_file != 'total'")}
            )
        )
    ],
    ("02_literature_search", "n_works"): [only(FLOW, "n", box="works")],
    ("02_literature_search", "n_included"): [only(FLOW, "n", box="included")],
    ("02_literature_search", "n_excluded"): [only(FLOW, "n", box="excluded")],
    ("02_literature_search", "n_waiting"): [only(FLOW, "n", box="not_screened")],
    ("02_literature_search", "n"): [only("works-by-year", "n_works", year="total")],
    ("02_literature_search", "undated"): [only("works-by-year", "n_works", year="not_stated")],
    ("02_literature_search", "first"): [places("works-by-year", "year", "year", 0, stated_years)],
    ("02_literature_search", "last"): [places("works-by-year", "year", "year", -1, stated_years)],
    ("02_literature_search", "peak"): [
        places("works-by-year", "n_works", "year", -1, stated_years)
    ],
    ("02_literature_search", "peak_n"): [
        places("works-by-year", "n_works", "n_works", -1, stated_years)
    ],
    ("03_literature_themes", "n"): [only(FLOW, "n", box="included")],
    ("03_literature_themes", "n_others"): [lambda x: only(FLOW, "n", box="included")(x) - 1],
    ("03_literature_themes", "most"): [places(PLAIN, "n_works", "theme_label", -1, themes)],
    ("03_literature_themes", "most_n"): [places(PLAIN, "n_works", "n_works", -1, themes)],
    ("03_literature_themes", "most_percent"): [
        places(PLAIN, "n_works", "percent_of_works", -1, themes)
    ],
    ("03_literature_themes", "second"): [places(PLAIN, "n_works", "theme_label", -2, themes)],
    ("03_literature_themes", "second_n"): [places(PLAIN, "n_works", "n_works", -2, themes)],
    ("03_literature_themes", "fewest"): [places(PLAIN, "n_works", "theme_label", 0, themes)],
    ("03_literature_themes", "fewest_n"): [places(PLAIN, "n_works", "n_works", 0, themes)],
    ("03_literature_themes", "n_cells"): [count("evidence-gap-map", cells)],
    ("03_literature_themes", "n_gaps"): [
        count("evidence-gap-map", lambda f: cells(f) & (f["n_works"] == 0))
    ],
    ("03_literature_themes", "n_filled"): [
        count("evidence-gap-map", lambda f: cells(f) & (f["n_works"] > 0))
    ],
    ("03_literature_themes", "single"): [total("theme-cooccurrence", "n_works_alone")],
    ("03_literature_themes", "n_pairs"): [lambda x: len(pairs(x["theme-cooccurrence"]))],
    ("03_literature_themes", "never"): [
        lambda x: int((pairs(x["theme-cooccurrence"])["n_works"] == 0).sum())
    ],
    ("03_literature_themes", "n_pair"): [
        places("theme-cooccurrence", "n_works", "n_works", -1, pairs)
    ],
    ("03_literature_themes", "one"): [
        places("theme-cooccurrence", "n_works", "theme_label", -1, pairs)
    ],
    ("03_literature_themes", "other"): [
        places("theme-cooccurrence", "n_works", "other_theme_label", -1, pairs)
    ],
    ("04_challenges", "n"): [only(FLOW, "n", box="included")],
    ("04_challenges", "prevention"): [informed("prevention")],
    ("04_challenges", "risk"): [informed("risk_management")],
    ("04_challenges", "treatment"): [informed("treatment")],
    ("04_challenges", "none"): [informed("none")],
    ("05_consultation_themes", "collected"): [
        only("submissions-flow", "n_submissions", stage="collected")
    ],
    ("05_consultation_themes", "respondents"): [
        only("submissions-flow", "n_respondents", stage="collected")
    ],
    ("05_consultation_themes", "relevant"): [
        only("submissions-flow", "n_submissions", stage="relevant"),
        only("submissions-flow", "n_submissions", stage="with_segments"),
    ],
    ("05_consultation_themes", "relevant_respondents"): [
        only("submissions-flow", "n_respondents", stage="relevant")
    ],
    ("05_consultation_themes", "several"): [count("repeat-respondents")],
    ("05_consultation_themes", "n_segments"): [total("issues-and-solutions", "n_segments")],
    ("05_consultation_themes", "issues"): [
        total("issues-and-solutions", "n_segments", kind="issue")
    ],
    ("05_consultation_themes", "solutions"): [
        total("issues-and-solutions", "n_segments", kind="solution"),
        total("solutions-by-outcome", "n_segments"),
    ],
    ("05_consultation_themes", "first"): [
        places("sectors-per-theme", "n_submissions", "theme_label", -1, raised)
    ],
    ("05_consultation_themes", "first_n"): [
        places("sectors-per-theme", "n_submissions", "n_submissions", -1, raised)
    ],
    ("05_consultation_themes", "first_percent"): [
        places(COMPARED, "n_submissions", "percent_of_submissions", -1)
    ],
    ("05_consultation_themes", "second"): [
        places("sectors-per-theme", "n_submissions", "theme_label", -2, raised)
    ],
    ("05_consultation_themes", "second_n"): [
        places("sectors-per-theme", "n_submissions", "n_submissions", -2, raised)
    ],
    ("05_consultation_themes", "last"): [
        places("sectors-per-theme", "n_submissions", "theme_label", 0, raised)
    ],
    ("05_consultation_themes", "last_n"): [
        places("sectors-per-theme", "n_submissions", "n_submissions", 0, raised)
    ],
    ("05_consultation_themes", "n_rows"): [
        count("sectors-per-theme", lambda f: (f["kind"] != "any") & (f["n_segments"] > 0))
    ],
    ("05_consultation_themes", "n_alone"): [
        count("sectors-per-theme", lambda f: (f["kind"] != "any") & (f["n_sectors"] == 1))
    ],
    ("05_consultation_themes", "coded"): [
        lambda x: outcomes(x["solutions-by-outcome"])["n_segments"].sum()
    ],
    ("05_consultation_themes", "most"): [
        places("solutions-by-outcome", "n_segments", "outcome_label", -1, outcomes)
    ],
    ("05_consultation_themes", "most_n"): [
        places("solutions-by-outcome", "n_segments", "n_segments", -1, outcomes)
    ],
    ("05_consultation_themes", "fewest"): [
        places("solutions-by-outcome", "n_segments", "outcome_label", 0, outcomes)
    ],
    ("05_consultation_themes", "fewest_n"): [
        places("solutions-by-outcome", "n_segments", "n_segments", 0, outcomes)
    ],
    ("06_evidence_and_consultation", "works"): [
        lambda x: x[COMPARED]["n_works_with_theme"].iloc[0]
    ],
    ("06_evidence_and_consultation", "submissions"): [
        lambda x: x[COMPARED]["n_submissions_with_theme"].iloc[0]
    ],
    ("06_evidence_and_consultation", "n_compared"): [
        count(COMPARED, lambda f: f["rank_difference"].notna())
    ],
    ("06_evidence_and_consultation", "clear"): [
        count(COMPARED, lambda f: (f["rank_difference_low"] > 0) | (f["rank_difference_high"] < 0))
    ],
    **{
        ("06_evidence_and_consultation", name): [places(COMPARED, "rank_difference", column, place)]
        for place, who in ((0, "studied"), (-1, "voiced"))
        for name, column in (
            (who, "theme_label"),
            (f"{who}_works", "percent_of_works"),
            (f"{who}_submissions", "percent_of_submissions"),
        )
    },
    ("07_coding_reliability", "screening"): [
        only("agreement-by-facet", "percent_agreement", material="screening", facet="decision")
    ],
    ("07_coding_reliability", "n_screened"): [
        only("agreement-by-facet", "n_units", material="screening", facet="decision")
    ],
    ("07_coding_reliability", "alpha"): [
        only("agreement-by-facet", "alpha", material="screening", facet="decision")
    ],
    ("07_coding_reliability", "n_codes"): [count(CODES, lambda f: f["alpha"].notna())],
    ("07_coding_reliability", "weak"): [count(CODES, lambda f: f["alpha"] < 0.667)],
}

#: Values no exhibit shows, each with the reason; those with a column are recounted from the file.
FILE = "data/indicators/indicators.csv"
UNTRACED = {
    ("01_scale", "exact"): "no exhibit lists all figures with their precision",
    ("01_scale", "rounded"): "no exhibit lists all figures with their precision",
    ("01_scale", "at_least"): "no exhibit lists all figures with their precision",
    ("01_scale", "publisher"): "no exhibit lists all figures with their kind of source",
    ("01_scale", "secondary"): "no exhibit lists all figures with their kind of source",
}
#: Words, not numbers: what the edition's scope is, and on what percentages are based.
WORDS = {"scope", "basis"}

NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


@pytest.fixture(scope="module")
def published(request: pytest.FixtureRequest) -> list[Path]:
    found = sorted((request.config.rootpath / "reports/update-2026/notebooks").glob("*.ipynb"))
    if not found:
        pytest.skip("no report is published here")
    return found


def outputs(path: Path, mime: str) -> list[dict[str, Any]]:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return [
        output["data"][mime]
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if mime in output.get("data", {})
    ]


@pytest.fixture(scope="module")
def frames(published: list[Path]) -> dict[str, pd.DataFrame]:
    return {
        record["id"]: pd.DataFrame(
            record["data"]["rows"], columns=[item["name"] for item in record["data"]["schema"]]
        )
        for path in published
        for record in outputs(path, EXHIBIT_MIME)
    }


def same(value: Any, found: Any) -> bool:
    if isinstance(value, list):
        return len(value) == 1 and same(value[0], found)
    if isinstance(value, int | float):
        return math.isclose(float(value), float(found), rel_tol=1e-9)
    return str(value) == str(found)


def test_every_value_of_the_prose_is_in_an_exhibit(
    published: list[Path], frames: dict[str, pd.DataFrame]
) -> None:
    wrong, seen = [], set()
    for path in published:
        for record in outputs(path, PROSE_MIME):
            for name, value in record["values"].items():
                key = (path.stem, name)
                seen.add(key)
                if name in WORDS or key in UNTRACED:
                    continue
                found = [trace(frames) for trace in TRACES.get(key, [])]
                if not any(same(value, one) for one in found):
                    wrong.append(f"{path.stem}: {name} = {value!r}, exhibits say {found}")
    assert not wrong, "\n".join(wrong)
    assert {*TRACES, *UNTRACED} <= seen, "these are no longer in the prose"


def test_values_that_no_exhibit_shows_are_recounted_from_the_data(
    published: list[Path], root: Path
) -> None:
    data = pd.read_csv(root / FILE, dtype=str)
    (said,) = [r["values"] for r in outputs(published[0], PROSE_MIME) if "exact" in r["values"]]
    for (_, name), reason in UNTRACED.items():
        column = "precision" if "precision" in reason else "source_kind"
        assert said[name] == (data[column] == name).sum()


def printed(value: Any) -> set[str]:
    """Every way in which prose prints a value."""
    if isinstance(value, list):
        return {text for item in value for text in printed(item)}
    if isinstance(value, str):
        return set(NUMBER.findall(value))
    # Not Python's rounding, which sends 6.5 to 6.
    rounds = {rounded(value, places) for places in range(3)}
    return {f"{value:,}", *rounds, *(text.replace(",", "") for text in rounds)}


#: Numbers that are not results: a threshold of the method.
TYPED_IN_PROSE = {"0.667"}


def test_no_number_in_the_prose_was_typed(published: list[Path]) -> None:
    for path in published:
        for record in outputs(path, PROSE_MIME):
            known = {text for value in record["values"].values() for text in printed(value)}
            typed = {*NUMBER.findall(record["markdown"])} - known - TYPED_IN_PROSE
            assert not typed, (path.stem, record["markdown"])


#: What a notebook's text may say in figures or number words, none of it counted from the data.
ALLOWED = (
    r"PRISMA 2020",  # the statement's name
    r"\b2019 report\b",  # the report this project renews
    r"below 0\.667",  # the threshold of the method
    r"\b1 for perfect agreement and 0 for\b",  # the scale of Krippendorff's alpha
    r"more than 100 %",  # arithmetic, not a result
    r"\beight issue areas, two kinds of evidence\b",  # literature and consultation
    r"\beight issue areas\b|\bfour outcomes\b",  # the report's own, held to the codebook below
    r"\bwhere two sources give\b|\bWhen two sources give\b",  # any pair of sources
    r"\bTwo of them worked independently\b",  # the design of the coding
)
#: Typed, and therefore held to an exhibit below.
SEARCHES = r"\bfive topic searches and a completion search\b"
FIGURES = re.compile(
    r"\d+|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?)\b",
    re.I,
)


def strip(text: str) -> str:
    text = re.sub(r"`[^`]*`|\]\([^)]*\)", " ", text)
    return re.sub("|".join([*ALLOWED, SEARCHES]), " ", text, flags=re.I)


def test_no_number_is_typed_into_the_text_of_a_notebook(root: Path) -> None:
    chapters = sorted((root / "notebooks").glob("0[1-9]_*.ipynb"))
    assert len(chapters) >= 7
    typed = []
    for path in chapters:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                found = FIGURES.findall(strip("".join(cell["source"])))
                typed += [(path.stem, word) for word in found]
    assert not typed


def test_a_typed_number_would_be_found() -> None:
    assert FIGURES.findall(strip("The eight issue areas hold 481 works in seven countries."))
    assert not FIGURES.findall(strip("The 2019 report names eight issue areas, see [it](#t-2)."))


def test_number_words_of_the_text_agree_with_codebook_and_data(
    frames: dict[str, pd.DataFrame], root: Path
) -> None:
    codebook = read_codebook(root / "data" / "codebook.yaml")
    assert len(codebook["theme"]) == 8
    assert len(codebook["outcome"]) == 4
    files = set(frames["search-sources"]["source_file"]) - {"total"}
    assert len(files - {"completion.ris"}) == 5
    assert "completion.ris" in files
