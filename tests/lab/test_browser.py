"""The analyst's day in a real JupyterLab: run notebooks, explore, save, change a parameter."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from running_lab import Lab

pytestmark = pytest.mark.browser

TOUR = "00_start_here.ipynb"
SAVED = "90_saved_exhibits.ipynb"
#: Milliseconds; notebooks share two processors with everything else that runs.
_LONG = 180_000
#: What a cell shows, by notebook: kinds of output, and whether any is an error.
_OUTPUTS = """() => window.jupyterapp.shell.currentWidget.content.widgets.map(
    cell => (cell.model.toJSON().outputs || []).map(output => ({
        type: output.output_type,
        kinds: Object.keys(output.data || {}),
        text: output.ename ? output.ename + ': ' + output.evalue : '',
    })))"""
_READY = """() => {
    const widget = window.jupyterapp && window.jupyterapp.shell.currentWidget;
    return Boolean(widget && widget.context && widget.context.isReady && widget.sessionContext
        && widget.sessionContext.session && widget.sessionContext.session.kernel
        && widget.sessionContext.session.kernel.status === 'idle');
}"""
_RUN = """() => window.jupyterapp.commands.execute('notebook:run-all-cells')"""


@contextmanager
def _opened(lab: Lab, browser: Any, notebook: str) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=lab.address)
    page = context.new_page()
    page.set_default_timeout(_LONG)
    foreign: list[str] = []
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((lab.address, "ws://127.0.0.1", "data:", "blob:"))
            else foreign.append(request.url)
        ),
    )
    page.goto(lab.url(notebook))
    page.wait_for_function(_READY)
    yield page
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    context.close()
    assert not foreign, "the page asked another machine for something"


def _figures(outputs: list[list[dict[str, Any]]]) -> int:
    return sum("image/png" in output["kinds"] for cell in outputs for output in cell)


def _run_all(page: Any) -> list[list[dict[str, Any]]]:
    """Run every cell and return what they show; fails on the first error."""
    page.evaluate(_RUN)
    outputs: list[list[dict[str, Any]]] = page.evaluate(_OUTPUTS)
    errors = [output["text"] for cell in outputs for output in cell if output["type"] == "error"]
    assert not errors
    return outputs


def _stored(path: Path) -> list[list[dict[str, Any]]]:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return [
        [
            {"type": output["output_type"], "kinds": list(output.get("data", {}))}
            for output in cell.get("outputs", [])
        ]
        for cell in notebook["cells"]
    ]


def _look(page: Any, name: str) -> None:
    """Keep a picture of the page where somebody asked for one."""
    if folder := os.environ.get("OSO_SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def _wait_until(page: Any, holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("did not happen within a minute")


def test_tour_explorer_and_saved_exhibit(lab: Lab, browser: Any) -> None:
    before = _stored(lab.root / "notebooks" / TOUR)
    with _opened(lab, browser, TOUR) as page:
        _look(page, "1-opened")
        assert not page.get_by_text("get notified").count()
        outputs = _run_all(page)
        # The last figure is the explorer, which has controls here and stands alone as stored.
        assert _figures(before) == 2
        assert _figures(outputs) == 1
        explorer = page.locator(".oso-explorer")
        explorer.scroll_into_view_if_needed()
        figure = explorer.locator("img.oso-figure")
        figure.wait_for()
        shown = figure.get_attribute("src")
        _look(page, "2-explorer")

        explorer.locator("select[multiple]").first.select_option(label="United Kingdom")
        _wait_until(page, lambda: figure.get_attribute("src") != shown)
        assert "Counts of works" in str(figure.get_attribute("alt"))
        explorer.get_by_role("button", name="Copy as code").click()
        copied = page.evaluate("() => navigator.clipboard.readText()")
        assert 'countries=["GB"]' in copied
        compile(copied, "copied", "exec")
        explorer.get_by_role("tab", name="Numbers").click()
        explorer.locator("table").first.wait_for()
        # A long table scrolls in its place, so that controls and buttons stay in sight.
        assert explorer.bounding_box()["height"] < 800
        explorer.get_by_role("button", name="Save as exhibit").click()
        explorer.get_by_text("the next oso-analysis run includes it").wait_for()
        _look(page, "3-saved")
        assert '-gb\\"' in (lab.root / "notebooks" / SAVED).read_text(encoding="utf-8")

        # A parameter is changed by typing, and everything follows.
        editor = page.locator(".jp-Cell.jp-CodeCell .cm-content").first
        editor.scroll_into_view_if_needed()
        editor.click()
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(
            'year_to: int | None = 2019\ncountries: list[str] = ["GB"]\nthemes: list[str] = []'
        )
        _run_all(page)
        assert page.get_by_text("years up to 2019; what states no year is left out").count()
        _look(page, "4-parameter")

    with _opened(lab, browser, SAVED) as page:
        stored = _stored(lab.root / "notebooks" / SAVED)
        assert _figures(stored) == 1
        outputs = _run_all(page)
        assert _figures(outputs) == 1
        # What was saved is what the notebook shows when it is run.
        assert [len(cell) for cell in outputs] == [len(cell) for cell in stored]
        _look(page, "5-saved-notebook")


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, 8))
def test_each_chapter_runs_and_shows_its_figures(lab: Lab, browser: Any, number: int) -> None:
    path = next((lab.root / "notebooks").glob(f"{number:02d}_*.ipynb"))
    before = _stored(path)
    with _opened(lab, browser, path.name) as page:
        outputs = _run_all(page)
        assert _figures(outputs) == _figures(before) > 0
        _look(page, path.stem)
