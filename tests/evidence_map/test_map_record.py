"""What the notebook hands over is what the data say."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from map_records import INFO

from oso_analysis import exhibits
from oso_analysis.errors import InputError
from oso_analysis.evidence_map import render_evidence_map
from oso_analysis.exhibits import EVIDENCE_MAP_MIME, evidence_map
from oso_analysis.reliability import measure_reliability
from oso_analysis.review import Review
from oso_analysis.scope import Scope, scope_review
from oso_analysis.tables.themes import map_evidence


def material(record: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in record["materials"] if one["id"] == name)


def test_every_work_of_the_scope_is_there_once(record: dict[str, Any], scope: Scope) -> None:
    items = material(record, "works")["items"]
    assert sorted(item["id"] for item in items) == sorted(scope.works["work_id"])


def test_cells_are_those_of_the_printed_map(
    record: dict[str, Any], review: Review, scope: Scope
) -> None:
    counted = Counter(
        (theme, design)
        for item in material(record, "works")["items"]
        for theme in item["codes"]["theme"]
        for design in item["codes"]["design"]
    )
    table = map_evidence(scope.work_codes, scope.works["work_id"], review.codebook)
    printed = table[~table["theme"].isin(["total"]) & ~table["design"].isin(["total"])]
    expected = {
        (row.theme, row.design): row.n_works
        for row in printed.itertuples(index=False)
        if row.n_works
    }
    assert counted == expected


def test_every_item_has_a_code_of_every_facet(record: dict[str, Any]) -> None:
    for one in record["materials"]:
        for facet in one["facets"]:
            known = [code["code"] for code in facet["codes"]]
            assert len(known) == len(set(known))
            for item in one["items"]:
                codes = item["codes"][facet["id"]]
                assert codes
                assert codes == sorted(set(codes), key=known.index)
                assert "not_stated" not in codes or codes == ["not_stated"]


def test_works_without_a_country_are_not_stated(record: dict[str, Any], scope: Scope) -> None:
    codes = scope.work_codes
    stated = set(codes.loc[codes["facet"] == "country", "work_id"])
    found = {
        item["id"]
        for item in material(record, "works")["items"]
        if item["codes"]["country"] != ["not_stated"]
    }
    assert found == stated


def test_years_are_the_works_years_and_periods_hold_them(record: dict[str, Any]) -> None:
    for item in material(record, "works")["items"]:
        if "issued" not in item:
            assert item["codes"]["year"] == item["codes"]["period"] == ["not_stated"]
            continue
        year = item["issued"]["date-parts"][0][0]
        assert item["codes"]["year"] == [str(year)]
        assert item["codes"]["period"] == [str(year // 5 * 5)]


def test_segments_are_the_first_coders_own(record: dict[str, Any], data: Path) -> None:
    with (data / "consultation" / "segments.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["coder"] == "coder_1"]
    items = material(record, "segments")["items"]
    assert len(items) == len(rows)
    expected = Counter((row["theme"], row["kind"]) for row in rows)
    assert Counter((i["codes"]["theme"][0], i["codes"]["kind"][0]) for i in items) == expected
    solutions = [row["outcome"] or "not_stated" for row in rows if row["kind"] == "solution"]
    found = Counter(item["codes"]["outcome"][0] for item in items)
    assert found.pop("not_applicable") == sum(row["kind"] == "issue" for row in rows)
    assert found == Counter(solutions)
    texts = {(row["submission_id"], row["segment"]): row["paraphrase"] for row in rows}
    assert all(texts[tuple(item["id"].split("/"))] == item["paraphrase"] for item in items)


def test_the_order_of_rows_does_not_matter(review: Review, record: dict[str, Any]) -> None:
    kept = scope_review(review)
    parts = {
        "text": kept.text,
        "relevance": kept.relevance,
        "works": kept.works.iloc[::-1].reset_index(drop=True),
        "work_codes": kept.work_codes.iloc[::-1],
        "segments": kept.segments.iloc[::-1].reset_index(drop=True),
        "submissions": kept.submissions.iloc[::-1].reset_index(drop=True),
    }
    turned: Any = object.__new__(type("Turned", (Scope,), parts))
    again = evidence_map(review, turned, measure_reliability(review, n_draws=50))
    assert again.record == record


def test_an_empty_edition_has_an_empty_map(review: Review) -> None:
    scope = scope_review(review, year_to=1990)
    shown = exhibits.evidence_map(review, scope, measure_reliability(review, n_draws=50))
    assert repr(shown) == "Evidence map of 0 works and 0 segments: see the page evidence-map.html"


def test_unreliable_facets_say_so(record: dict[str, Any]) -> None:
    facets = {facet["id"]: facet for facet in material(record, "works")["facets"]}
    assert any("Mixed methods" in caveat for caveat in facets["design"]["caveats"])
    assert facets["year"]["caveats"] == []


def test_what_a_notebook_shows_and_stores(record: dict[str, Any]) -> None:
    bundle = exhibits.EvidenceMap(record)._repr_mimebundle_()
    assert bundle[EVIDENCE_MAP_MIME] == record
    sizes = [f"{len(material(record, name)['items'])} {name}" for name in ("works", "segments")]
    assert bundle["text/plain"].startswith(f"Evidence map of {' and '.join(sizes)}")


def test_with_a_disclosure_threshold_no_answer_is_on_the_page(
    review: Review, scope: Scope, record: dict[str, Any]
) -> None:
    reliability = measure_reliability(review, n_draws=50)
    shown = evidence_map(review, scope, reliability, disclosure_threshold=5)
    assert [one["id"] for one in shown.record["materials"]] == ["works"]
    assert shown.record["materials"][0] == record["materials"][0]
    page = render_evidence_map(shown.record, INFO)
    assert "The consultation is not on this page" in page
    answers = record["materials"][1]["items"]
    texts = {
        item[name] for item in answers for name in ("paraphrase", "source_url") if name in item
    }
    assert not [text for text in texts if text in page]


def test_arguments_in_another_order_are_named(review: Review, scope: Scope) -> None:
    agreement: Any = measure_reliability(review, n_draws=50)
    mixed: Any = (scope, review)
    with pytest.raises(InputError, match="column 'review': 'Scope' must be a review"):
        evidence_map(*mixed, agreement)
    with pytest.raises(InputError, match="column 'reliability': 'Review' must be measured"):
        evidence_map(review, scope, mixed[1])


def test_a_period_must_last_a_year(review: Review, scope: Scope) -> None:
    with pytest.raises(InputError, match="must be a whole number of at least 1"):
        evidence_map(review, scope, measure_reliability(review, n_draws=50), period_years=0)
