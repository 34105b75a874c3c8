"""The page in a real browser: what it counts, lists, saves and remembers, and how it is reached."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from map_records import hand_record

from oso_analysis.literature.readers import read_records

pytestmark = pytest.mark.browser

Open = Callable[..., Any]
WORKS, SEGMENTS = hand_record()["materials"]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

_READ_GRID = """() => [...document.querySelectorAll('.grid tbody tr')].map(row => [
  row.querySelector('th').innerText,
  ...[...row.querySelectorAll('td button .n')].map(n => Number(n.innerText.replaceAll(',', ''))),
])"""


def wait_until(page: Any, condition: str) -> None:
    # Not `wait_for_function`: the page's policy forbids the evaluation it polls with.
    for _ in range(100):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"never came true: {condition}")


def grid(page: Any) -> list[list[Any]]:
    return list(page.evaluate(_READ_GRID))


def recount(
    material: dict[str, Any],
    rows: str,
    columns: str | None,
    *,
    key: str = "id",
    keep: Callable[[dict[str, Any]], bool] = lambda item: True,
) -> list[list[Any]]:
    """Count in sets, cell by cell, what the page counts in arrays."""
    facets = {facet["id"]: facet["codes"] for facet in material["facets"]}
    items = [item for item in material["items"] if keep(item)]

    def count(row: str | None, column: str | None) -> int:
        return len(
            {
                item[key]
                for item in items
                if (row is None or row in item["codes"][rows])
                and (column is None or column in item["codes"][columns])
            }
        )

    heads = [*((code["code"], code["label"]) for code in facets[rows]), (None, "All")]
    listed = [*(code["code"] for code in facets[columns])] if columns else []
    return [[label, *(count(row, one) for one in [*listed, None])] for row, label in heads]


def choose(page: Any, **choices: str) -> None:
    for name, value in choices.items():
        page.select_option(f"#{name}", value)


def cell(page: Any, row: int, column: int) -> Any:
    return page.locator(f'.grid button[data-row="{row}"][data-column="{column}"]')


def same(found: list[list[Any]], expected: list[list[Any]]) -> bool:
    return [row[1:] for row in found] == [row[1:] for row in expected] and all(
        one[0].startswith(other[0]) for one, other in zip(found, expected, strict=True)
    )


# What it counts


def test_hand_counted_cells(open_page: Open) -> None:
    page = open_page("hand")
    assert page.inner_text("#grid-heading") == "Works by issue area and design"
    assert grid(page) == [
        ["Policing", 2, 0, 0, 1, 3],
        ["Prevention", 2, 2, 0, 0, 4],
        ["Not stated", 0, 0, 0, 0, 0],
        ["All works", 3, 2, 0, 1, 6],
    ]
    assert "n = 6 works selected of 6 in this edition" in page.inner_text(".notes")
    assert "cells add up to more than n" in page.inner_text(".notes")
    assert "Coders agreed too little on Policing." in page.inner_text(".notes")


def check_pairs(page: Any, literature: dict[str, Any], pairs: list[tuple[str, str]]) -> None:
    for rows, columns in pairs:
        page.evaluate(f"location.hash = 'tab=works&rows={rows}&cols={columns}'")
        wait_until(
            page,
            f"document.querySelector('#rows').value === '{rows}' && "
            f"document.querySelector('#cols').value === '{columns}'",
        )
        assert same(grid(page), recount(literature, rows, columns)), (rows, columns)


def test_themes_by_every_facet_as_an_independent_recount(
    open_page: Open, record: dict[str, Any]
) -> None:
    literature = record["materials"][0]
    pairs = [("theme", facet["id"]) for facet in literature["facets"]]
    check_pairs(open_page("real"), literature, pairs)


@pytest.mark.slow
def test_every_pair_of_facets_as_an_independent_recount(
    open_page: Open, record: dict[str, Any]
) -> None:
    literature = record["materials"][0]
    names = [facet["id"] for facet in literature["facets"]]
    check_pairs(open_page("real"), literature, [(one, other) for one in names for other in names])


def test_segments_submissions_and_respondents_are_counted_apart(open_page: Open) -> None:
    page = open_page("hand")
    page.click("#tab-segments")
    for unit, key in (
        ("segments", "id"),
        ("submissions", "submission_id"),
        ("respondents", "respondent_id"),
    ):
        choose(page, unit=unit)
        for columns in ("respondent_sector", "kind", "outcome"):
            choose(page, cols=columns)
            assert same(grid(page), recount(SEGMENTS, "theme", columns, key=key)), (unit, columns)
    assert page.inner_text("#grid-heading") == "Respondents by issue area and outcome served"
    assert "n = 2 respondents selected of 2" in page.inner_text(".notes")
    assert "4 segments (from 3 submissions by 2 respondents)." in page.inner_text(".summary")


def test_real_segments_by_every_facet(open_page: Open, record: dict[str, Any]) -> None:
    page = open_page("real", "#tab=segments&unit=submissions")
    consultation = record["materials"][1]
    for columns in ("respondent_sector", "kind", "outcome", "country"):
        choose(page, cols=columns)
        expected = recount(consultation, "theme", columns, key="submission_id")
        assert same(grid(page), expected), columns


def test_one_facet_alone_is_drawn_as_bars(open_page: Open) -> None:
    page = open_page("hand")
    choose(page, rows="country", cols="")
    assert same(grid(page), recount(WORKS, "country", None))
    assert page.locator(".grid .bar").count() == 3
    page.check("#largest")
    assert [row[0] for row in grid(page)] == ["United Kingdom", "Canada", "Not stated", "All works"]


def test_gaps_are_marked_and_named(open_page: Open) -> None:
    page = open_page("hand")
    gaps = page.locator(".grid td.gap button").evaluate_all(
        "buttons => buttons.map(button => button.getAttribute('aria-label'))"
    )
    assert gaps == [
        "0 works: Policing, Review",
        "0 works: Policing, Theory",
        "0 works: Prevention, Theory",
    ]
    assert "gap: no work selected has both codes" in page.inner_text(".legend")


def test_a_split_says_its_parts(open_page: Open) -> None:
    page = open_page("hand")
    choose(page, split="behaviour")
    label = cell(page, 0, 3).get_attribute("aria-label")
    assert label == "1 work: Policing, Not stated. By behaviour: CSEM 1, Solicitation 1"
    cell(page, 0, 3).hover()
    assert page.inner_text(".readout") == f"{label}."
    assert page.locator(".legend .part").count() == 3


def test_the_chosen_tab_is_legible_under_the_pointer(open_page: Open) -> None:
    page = open_page("hand")
    for name in ("Consultation", "Literature"):
        tab = page.get_by_role("tab", name=name)
        tab.click()
        look = "tab => [getComputedStyle(tab).color, getComputedStyle(tab).backgroundColor]"
        under = tab.evaluate(look)
        page.locator("h1").hover()
        assert tab.evaluate(look) == under
        assert len(set(under)) == 2


def test_bubbles_keep_the_numbers(open_page: Open) -> None:
    page = open_page("hand")
    before = grid(page)
    choose(page, view="bubbles")
    assert grid(page) == before
    assert page.locator(".bubble").count() == 4
    sizes = page.locator(".bubble").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().width)"
    )
    assert sizes[0] ** 2 / sizes[1] ** 2 == pytest.approx(2, rel=0.05)


# What it filters, finds and lists


def test_filters_narrow_across_and_widen_within(open_page: Open) -> None:
    page = open_page("hand")
    page.click("summary:has-text('Country')")
    page.check("text=Canada")
    assert page.inner_text(".status").startswith("1 work selected of 6")
    page.check("label:text-is('United Kingdom')")
    assert page.inner_text(".status").startswith("2 works selected of 6")
    page.check("#all-country")
    assert page.inner_text(".status").startswith("1 work selected of 6")
    page.uncheck("#all-country")
    page.click("summary:has-text('Behaviour')")
    page.check("label:text-is('Solicitation')")
    assert same(
        grid(page),
        recount(WORKS, "theme", "design", keep=lambda item: item["id"] == "w-5"),
    )
    # The number at an option counts what the other filters leave.
    options = page.locator(".group:has-text('Country') .n").all_inner_texts()
    assert options == ["0", "1", "0"]
    page.click("text=Clear all")
    assert page.inner_text(".status").startswith("6 works selected of 6")
    assert page.locator(".chips").is_hidden()


def test_years_and_what_states_none(open_page: Open) -> None:
    page = open_page("hand")
    page.fill("#year-from", "2019")
    page.fill("#year-to", "2020")
    page.press("#year-to", "Tab")
    assert page.inner_text(".status").startswith("3 works selected of 6")
    page.uncheck("#undated")
    assert page.inner_text(".status").startswith("2 works selected of 6")
    page.click(".chip:has-text('Years 2019 to 2020')")
    assert page.inner_text(".status").startswith("5 works selected of 6")
    assert page.input_value("#year-from") == ""


def test_search_finds_words_in_any_order_without_accents_and_phrases(open_page: Open) -> None:
    page = open_page("hand")

    def found(query: str) -> str:
        page.fill("#search", query)
        wait_until(page, f"new URLSearchParams(location.hash.slice(1)).get('q') === {query!r}")
        return str(page.inner_text(".status")).split(" selected")[0]

    assert found("policing emile's") == "1 work"
    assert found("POLICING") == "2 works"
    assert found('"and prevention"') == "1 work"
    assert found('"prevention and"') == "0 works"
    assert page.inner_text(".summary") == "No work here: the filters leave nothing."
    assert found("2021") == "2 works"
    assert found("zoe journal") == "1 work"
    page.go_back()
    wait_until(page, "document.querySelector('#search').value === ''")
    assert page.inner_text(".status").startswith("6 works")


def test_a_cell_lists_its_works_with_references_and_links(open_page: Open) -> None:
    page = open_page("hand")
    cell(page, 0, 0).click()
    assert page.inner_text("#list-heading") == "Works: Policing × Cohort"
    assert page.inner_text(".summary") == "2 works of the 6 that the filters leave."
    assert page.evaluate("document.activeElement.id") == "list-heading"
    entries = page.locator(".items > li .reference")
    assert entries.count() == 2
    texts = entries.all_inner_texts()
    assert any(
        text.startswith("Zöe, A. (2018). Émile’s café of policing. Journal of Things, 12–34.")
        for text in texts
    )
    assert entries.locator("a").get_attribute("href") == "https://doi.org/10.1000/a%3Cb%3Ec"
    italic = entries.locator("em").all_inner_texts()
    assert italic == ["Policing and prevention", "Journal of Things"]
    assert cell(page, 0, 0).get_attribute("aria-pressed") == "true"
    page.click("text=Back to the map")
    assert page.evaluate("document.activeElement.dataset.row") == "0"
    page.click("text=List all that is selected")
    assert page.inner_text(".summary") == "6 works."


def test_row_column_and_grand_totals_list_theirs(open_page: Open) -> None:
    page = open_page("hand")
    for row, column, heading, number in (
        (1, 4, "Works: Prevention", 4),
        (3, 0, "Works: Cohort", 3),
        (3, 4, "Works: all", 6),
    ):
        cell(page, row, column).click()
        assert page.inner_text("#list-heading") == heading
        assert page.locator(".items > li").count() == number


def test_hostile_texts_and_addresses_stay_texts(open_page: Open) -> None:
    page = open_page("hand")
    assert page.locator("#app img").count() == 0
    assert page.locator(".items a").evaluate_all("all => all.map(a => a.protocol)") == ["https:"]
    assert "javascript:alert(1)" in page.inner_text(".items")
    assert "</script><img src=x onerror=alert(1)>" in page.inner_text(".items")


def test_segments_are_listed_with_their_source(open_page: Open) -> None:
    page = open_page("hand", "#tab=segments")
    first = page.locator(".items > li").first
    assert "Says something about policing (issue)" in first.inner_text()
    assert "Firm (2020). Inquiry, one. House." in first.inner_text()
    assert first.locator("a").get_attribute("href") == "https://example.org/s-1"


def test_every_work_of_the_project_is_reachable_page_by_page(
    open_page: Open, record: dict[str, Any]
) -> None:
    page = open_page("real")
    seen: list[str] = []
    while True:
        seen += page.locator(".items > li .reference").all_inner_texts()
        following = page.locator(".pager button:text-is('Next')")
        if following.is_disabled():
            break
        following.click()
    assert len(seen) == len(record["materials"][0]["items"])
    assert page.locator(".items").get_attribute("start") == "476"
    choose(page, sort="newest")
    assert "(2025)" in page.locator(".items > li").first.inner_text()
    assert page.locator(".items").get_attribute("start") == "1"


# What it remembers


def test_the_address_holds_the_whole_view(open_page: Open, pages: dict[str, Path]) -> None:
    page = open_page("hand")
    choose(page, rows="sector", cols="country", split="behaviour", view="bubbles", sort="title")
    page.click("summary:has-text('Behaviour')")
    page.check("label:text-is('CSEM')")
    page.fill("#year-from", "2018")
    page.press("#year-from", "Tab")
    cell(page, 0, 1).click()
    again = open_page("hand", page.evaluate("location.hash"))
    for selector in (".status", "#list-heading", ".summary", ".items", ".chips"):
        assert again.inner_text(selector) == page.inner_text(selector)
    assert grid(again) == grid(page)
    for name in ("rows", "cols", "split", "view", "sort", "year-from"):
        assert again.input_value(f"#{name}") == page.input_value(f"#{name}")
    assert again.locator("label:text-is('CSEM')").is_visible()


def test_back_and_forward_go_through_the_views(open_page: Open) -> None:
    page = open_page("hand")
    choose(page, rows="country")
    page.click("#tab-segments")
    choose(page, cols="kind")
    for heading in (
        "Segments by issue area and respondent's sector",
        "Works by country and design",
        "Works by issue area and design",
    ):
        page.go_back()
        wait_until(
            page,
            f"document.querySelector('#grid-heading').textContent === {heading!r}"
            if "'" not in heading
            else f'document.querySelector("#grid-heading").textContent === "{heading}"',
        )
    page.go_forward()
    wait_until(page, "document.querySelector('#rows').value === 'country'")


def test_an_address_of_another_map_is_answered_in_words(open_page: Open) -> None:
    page = open_page("hand", "#tab=works&rows=colour&f.theme=nonsense&f.country=GB&page=x")
    assert page.inner_text("[role=alert]") == (
        "This address names what this map does not have; it was left out: "
        "rows=colour, f.theme=nonsense, page=x"
    )
    assert page.inner_text(".status").startswith("2 works selected of 6")


def test_links_within_the_page_keep_the_view(open_page: Open) -> None:
    page = open_page("hand", "#tab=works&rows=country")
    page.click("text=What these data can and cannot tell >> nth=0")
    assert page.evaluate("document.activeElement.id") == "limits-heading"
    assert page.input_value("#rows") == "country"
    assert page.evaluate("location.hash") == "#tab=works&rows=country"


# What it saves


def saved(page: Any, label: str) -> tuple[str, str]:
    with page.expect_download() as waiting:
        page.click(f"button:has-text('{label}')")
    file = waiting.value
    return file.suggested_filename, Path(file.path()).read_bytes().decode("utf-8")


def test_csv_holds_the_selection_safely(open_page: Open) -> None:
    page = open_page("hand")
    name, text = saved(page, "Save as CSV")
    assert name == "evidence-map-hand-works.csv"
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    by_id = {row["id"]: row for row in rows}
    assert sorted(by_id) == [f"w-{number}" for number in range(1, 7)]
    assert by_id["w-3"]["title"] == '\'=HYPERLINK("http://evil.invalid","x")'
    assert by_id["w-5"]["title"] == 'One, two; "three" ER  -  TY  - BOOK'
    assert by_id["w-5"]["authors"] == "'@SUM(A1)"
    assert by_id["w-5"]["behaviour"] == "CSEM; Solicitation"
    assert by_id["w-4"]["year"] == ""
    assert by_id["w-1"]["country"] == "Canada; United Kingdom"
    assert by_id["w-1"]["doi"] == "10.1000/a<b>c"
    cell(page, 0, 0).click()
    _, text = saved(page, "Save as CSV (2)")
    assert len(list(csv.reader(io.StringIO(text, newline="")))) == 3


def test_counts_are_saved_as_they_are_drawn(open_page: Open) -> None:
    page = open_page("hand")

    def rows() -> list[list[str]]:
        name, text = saved(page, "Save these counts as CSV")
        assert name == "evidence-map-hand-counts.csv"
        return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))

    head, *cells = rows()
    assert head == ["theme", "theme_label", "design", "design_label", "n_works"]
    counts = {(row[0], row[2]): int(row[4]) for row in cells}
    assert counts["policing", "cohort"] == 2
    assert counts["prevention", "total"] == 4
    assert counts["total", "total"] == 6
    assert len(cells) == 4 * 5
    choose(page, cols="", split="behaviour")
    head, *cells = rows()
    assert head == ["theme", "theme_label", "behaviour", "behaviour_label", "n_works"]
    assert ["policing", "Policing", "csem", "CSEM", "3"] in cells
    assert ["policing", "Policing", "total", "All works", "3"] in cells


def test_ris_is_read_back_by_our_own_reader(open_page: Open, tmp_path: Path) -> None:
    page = open_page("hand")
    name, text = saved(page, "Save as RIS")
    assert name == "evidence-map-hand-works.ris"
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    reading = read_records([path])
    assert reading.rejects.empty
    records = reading.records.set_index("title")
    assert len(records) == 6
    first = records.loc["Émile’s café of policing"]
    assert first["authors"] == "Zöe, A."
    assert (first["type"], first["year"]) == ("article-journal", 2018)
    assert (first["container"], first["pages"]) == ("Journal of Things", "12-34")
    assert first["doi"] == "10.1000/a<b>c"
    assert "Issue area: Policing" in first["keywords"]


def test_all_works_of_the_project_survive_the_trip_through_ris(
    open_page: Open, record: dict[str, Any], tmp_path: Path
) -> None:
    page = open_page("real")
    _, text = saved(page, "Save as RIS")
    path = tmp_path / "all.ris"
    path.write_text(text, encoding="utf-8", newline="")
    records = read_records([path]).records
    items = record["materials"][0]["items"]
    assert len(records) == len(items)
    assert sorted(records["doi"].dropna()) == sorted(i["DOI"] for i in items if "DOI" in i)
    assert sorted(records["type"]) == sorted(item["type"] for item in items)


def test_segments_are_saved_as_csv_only(open_page: Open) -> None:
    page = open_page("hand", "#tab=segments")
    assert page.locator("text=Save as RIS").count() == 0
    name, text = saved(page, "Save as CSV")
    assert name == "evidence-map-hand-segments.csv"
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert [row["id"] for row in rows] == ["s-1/1", "s-1/2", "s-2/1", "s-3/1"]
    assert rows[0]["consultation"] == "Inquiry, one"


# How it is reached and read


def test_the_whole_map_by_keyboard(open_page: Open) -> None:
    page = open_page("hand")
    focus = "document.activeElement"

    def tab_to(condition: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate(f"Boolean({condition})"):
                return
        raise AssertionError(f"not reached: {condition}")

    page.keyboard.press("Tab")
    assert page.evaluate(f"{focus}.className") == "skip"
    tab_to(f"{focus}.role === 'tab'")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(f"{focus}.id") == "tab-segments"
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(f"{focus}.id") == "tab-works"
    tab_to(f"{focus}.dataset.row")
    place = f"[{focus}.dataset.row, {focus}.dataset.column].join()"
    for key, where in (
        ("ArrowRight", "0,1"),
        ("ArrowDown", "1,1"),
        ("ArrowUp", "0,1"),
        ("ArrowUp", "0,1"),
        ("End", "0,4"),
        ("Control+Home", "0,0"),
        ("ArrowLeft", "0,0"),
    ):
        page.keyboard.press(key)
        assert page.evaluate(place) == where, key
    # The map is one stop: the next Tab leaves it.
    page.keyboard.press("Enter")
    assert page.evaluate(f"{focus}.id") == "list-heading"
    assert page.inner_text("#list-heading") == "Works: Policing × Cohort"
    assert "2 listed" in page.inner_text("[role=status]")
    tab_to(f"{focus}.textContent === 'Back to the map'")
    page.keyboard.press("Enter")
    assert page.evaluate(place) == "0,0"
    assert page.locator('.grid button[tabindex="0"]').count() == 1


def test_focus_is_visible_and_never_lost(open_page: Open) -> None:
    page = open_page("hand")
    page.keyboard.press("Tab")
    page.focus(".grid button[tabindex='0']")
    page.keyboard.press("ArrowRight")
    style = "getComputedStyle(document.activeElement)"
    assert page.evaluate(f"{style}.outlineStyle") == "solid"
    assert page.evaluate(f"parseFloat({style}.outlineWidth)") >= 2
    page.click("summary:has-text('Country')")
    page.check("text=Canada")
    page.click(".chip >> nth=0")
    assert page.evaluate("document.activeElement !== document.body")


SHOWN = {
    "map": "",
    "cell": "#tab=works&row=policing&col=cohort&f.country=CA&q=journal",
    "split": "#tab=works&split=behaviour&rows=country",
    "bars": "#tab=works&rows=year&cols=",
    "bubbles": "#tab=segments&view=bubbles&unit=submissions",
    "nothing": "#tab=works&q=nosuchword",
    "notice": "#tab=works&rows=nonsense",
}


def check_views(open_page: Open, size: str, scheme: str, views: list[tuple[str, str]]) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    options = {"runOnly": {"type": "tag", "values": rules}}
    for kind, name in views:
        more = PHONE if size == "phone" else {}
        page = open_page(kind, SHOWN[name], color_scheme=scheme, **more)
        if size == "wide":
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        found = axe.run(page, options=options).response
        problems = [
            (problem["id"], [node["target"] for node in problem["nodes"]][:3])
            for problem in found["violations"]
        ]
        assert not problems, (kind, name)
        assert len(found["passes"]) > 20


@pytest.mark.parametrize(("size", "scheme"), [("wide", "light"), ("phone", "dark")])
def test_no_accessibility_violations(open_page: Open, size: str, scheme: str) -> None:
    views = [("real", "map"), ("hand", "cell"), ("hand", "bubbles")]
    check_views(open_page, size, scheme, views)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["wide", "phone"])
def test_no_accessibility_violations_in_any_view(open_page: Open, size: str, scheme: str) -> None:
    views = [(kind, name) for name in SHOWN for kind in ("hand", "real")]
    check_views(open_page, size, scheme, views)


@pytest.mark.parametrize("name", SHOWN)
def test_a_phone_never_scrolls_sideways(open_page: Open, name: str) -> None:
    for kind in ("hand", "real"):
        page = open_page(kind, SHOWN[name], **PHONE)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        small = page.evaluate(
            """() => [...document.querySelectorAll('button, select, input, summary')]
            .filter(one => one.checkVisibility() && one.type !== 'checkbox')
            .filter(one => Math.min(one.offsetWidth, one.offsetHeight) < 24)
            .map(one => one.outerHTML)"""
        )
        assert not small
    assert not page.locator(".filters").get_attribute("open")


def test_dark_follows_the_reader(open_page: Open) -> None:
    def ground(scheme: str) -> list[int]:
        page = open_page("hand", color_scheme=scheme)
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return [int(part) for part in colour[4:-1].split(",")]

    assert min(ground("light")) > 230
    assert max(ground("dark")) < 40


def test_reduced_motion_moves_nothing(open_page: Open) -> None:
    page = open_page("hand", reduced_motion="reduce")
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter(one => "
        "getComputedStyle(one).transitionDuration !== '0s' || "
        "getComputedStyle(one).animationName !== 'none').length"
    )
    assert moving == 0


def test_print_shows_the_map_and_the_whole_list_on_white(
    open_page: Open, record: dict[str, Any]
) -> None:
    page = open_page("real", color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".items > li").count() == len(record["materials"][0]["items"])
    assert page.locator(".filters").is_hidden()
    assert page.locator(".grid").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator(".items > li").count() == 25


def test_without_scripts_it_says_so(open_page: Open) -> None:
    page = open_page("hand", java_script_enabled=False)
    assert "needs JavaScript" in page.inner_text("main")
    assert "all that was <made> up" in page.inner_text("header")
