"""The page in a real browser: accessible, silent, usable by keyboard, wide tables included."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import Info, code, markdown
from PIL import Image

from oso_analysis import exhibits
from oso_analysis.report import build_report

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
Open = Callable[..., Any]


@pytest.fixture
def open_page(browser: Any) -> Iterator[Open]:
    """Open a page; at the end, fail on any console message or request it made."""
    contexts = []
    complaints: list[str] = []
    requests: list[str] = []

    def visit(path: Path, size: str = "desktop", **options: Any) -> Any:
        context = browser.new_context(viewport=SIZES[size], **options)
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("request", lambda request: requests.append(request.url))
        tab.goto(path.as_uri())
        return tab

    yield visit
    for context in contexts:
        context.close()
    assert not complaints
    asked = [url for url in requests if not url.startswith(("file:", "data:"))]
    assert not asked
    assert requests


def eight_columns() -> exhibits.Exhibit:
    frame = pd.DataFrame(
        {
            "theme": ["Multi-agency working", "Prevention"],
            "kind": ["Possible solution", "Issue"],
            "only_sector": ["Technology industry", "Law enforcement"],
            "n_segments": [1234, 12],
            "n_submissions": [100, 2],
            "n_respondents": [99, 2],
            "percent_of_segments": [99.9, 0.1],
            "percent_of_submissions": [95.5, 4.5],
        }
    )
    return exhibits.table(
        frame, id="eight", title="Eight columns", counting_unit="segments", n=9, source="x.csv"
    )


def wide() -> exhibits.Exhibit:
    frame = pd.DataFrame({f"n_respondents_{number}": range(40) for number in range(20)})
    return exhibits.table(
        frame, id="wide", title="Twenty columns", counting_unit="segments", n=9, source="x.csv"
    )


@pytest.fixture
def page(notebooks: list[Path], save: Callable[..., Path], tmp_path: Path, info: Info) -> Path:
    third = save("03_columns.ipynb", markdown("# Columns"), code(eight_columns(), wide()))
    build_report([*notebooks, third], tmp_path / "out", info)  # type: ignore[arg-type]
    return tmp_path / "out" / "index.html"


@pytest.fixture
def published(root: Path) -> Path:
    path = root / "reports" / "update-2026" / "index.html"
    if not path.is_file():
        pytest.skip("no report is published here")
    return path


def check(tab: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    # Contrast cannot be measured over the shadows at a wide table's edges: without them it is.
    tab.evaluate("document.querySelectorAll('.scroll').forEach(e => e.style.background = '#fff')")
    found = axe.run(tab, options={"runOnly": {"type": "tag", "values": RULES}}).response
    problems = [
        (problem["id"], [node["target"] for node in problem["nodes"]][:3])
        for problem in found["violations"]
    ]
    assert not problems
    assert len(found["passes"]) > 20
    assert "color-contrast" not in [doubt["id"] for doubt in found["incomplete"]]
    sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert tab.evaluate(sideways) <= 0


@pytest.mark.parametrize("size", SIZES)
def test_the_page_has_no_accessibility_violation(open_page: Open, page: Path, size: str) -> None:
    check(open_page(page, size))


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_the_published_page_has_no_accessibility_violation(
    open_page: Open, published: Path, size: str
) -> None:
    check(open_page(published, size))


OVERFLOWING = """
[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth)
  .map(e => e.getAttribute('aria-label'))
"""


def test_eight_columns_fit_and_more_are_shown_to_go_on(open_page: Open, page: Path) -> None:
    tab = open_page(page)
    assert tab.evaluate(OVERFLOWING) == ["Table 4, table"]
    box = tab.locator("#wide .scroll")
    assert box.get_attribute("tabindex") == "0"
    at_the_edge = "e => getComputedStyle(e).backgroundAttachment"
    assert box.evaluate(at_the_edge) == "local, local, scroll, scroll"
    # The keyboard moves it: Tab reaches it, the arrow scrolls it.
    box.focus()
    tab.keyboard.press("ArrowRight")
    # Scrolling is smooth, and the page's policy forbids a script that would wait for its end.
    for _ in range(50):
        if box.evaluate("e => e.scrollLeft > 0"):
            break
        tab.wait_for_timeout(40)
    else:
        pytest.fail("the arrow key does not scroll the table")


def test_a_drawing_that_goes_on_beyond_a_phone_is_shown_to_go_on(
    open_page: Open, page: Path
) -> None:
    """Bars that end at the screen's edge would all look alike."""
    tab = open_page(page, "phone")
    box = tab.locator(".drawing").first
    box.scroll_into_view_if_needed()
    assert box.evaluate("e => e.scrollWidth > e.clientWidth")

    def edge() -> set[tuple[int, ...]]:
        shot = Image.open(io.BytesIO(box.screenshot())).convert("RGB")
        return {shot.getpixel((shot.width - 1, y)) for y in range(2, shot.height - 20, 7)}

    assert (255, 255, 255) not in edge()

    def end() -> None:
        box.evaluate("e => e.scrollTo({left: e.scrollWidth, behavior: 'instant'})")

    end()
    assert edge() == {(255, 255, 255)}

    # Forced colours leave no shadow, and something all the same.
    tab.emulate_media(forced_colors="active")
    assert edge() == {(255, 255, 255)}
    box.evaluate("e => e.scrollTo({left: 0, behavior: 'instant'})")
    assert (255, 255, 255) not in edge()


def test_links_to_numbers_say_whose_they_are(open_page: Open, page: Path) -> None:
    links = open_page(page).locator(".download a").evaluate_all("all => all.map(e => e.text)")
    assert len(links) == len(set(links)) > 1


def test_the_keyboard_reaches_everything_and_shows_where_it_is(open_page: Open, page: Path) -> None:
    tab = open_page(page)
    tab.keyboard.press("Tab")
    skip = tab.evaluate("[document.activeElement.textContent, document.activeElement.hash]")
    assert skip == ["Skip to the report", "#content"]
    assert tab.locator(".skip").bounding_box()["x"] >= 0
    tab.keyboard.press("Enter")
    assert tab.evaluate("location.hash") == "#content"
    seen = []
    for _ in range(200):
        tab.keyboard.press("Tab")
        name, outline = tab.evaluate(
            "(e => [e.getAttribute('aria-label') || e.textContent.trim(),"
            " getComputedStyle(e).outlineStyle])(document.activeElement)"
        )
        if tab.evaluate("document.activeElement === document.body"):
            break
        assert outline == "solid", name
        seen.append(name)
    # From the report's start: the contents in front of it are skipped.
    assert "Figure 1, drawing" in seen
    assert "Table 3, table" in seen
    assert "The numbers behind Figure 1" in seen
    assert not any(name.startswith("1 Scale") for name in seen[:3])


def test_paper_shows_tables_whole_and_no_controls(open_page: Open, page: Path) -> None:
    tab = open_page(page)
    tab.emulate_media(media="print")
    assert not tab.locator(".download, .skip, details, p.top").locator("visible=true").count()
    heights = tab.locator("#wide .scroll").evaluate("e => [e.scrollHeight, e.clientHeight]")
    assert heights[0] == heights[1]
    assert tab.locator("#wide .scroll").evaluate("e => getComputedStyle(e).overflowX") == "visible"
