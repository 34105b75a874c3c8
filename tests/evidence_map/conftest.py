"""Pages to look at, and a browser to look with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from map_records import INFO, grown, hand_record

from oso_analysis import exhibits, load_review, scope_review
from oso_analysis.evidence_map import encode, render_evidence_map
from oso_analysis.reliability import measure_reliability
from oso_analysis.review import Review
from oso_analysis.scope import Scope


@pytest.fixture(scope="session")
def review(root: Path) -> Review:
    return load_review(root)


@pytest.fixture(scope="session")
def scope(review: Review) -> Scope:
    return scope_review(review)


@pytest.fixture(scope="session")
def record(review: Review, scope: Scope) -> dict[str, Any]:
    """The project's own evidence map."""
    reliability = measure_reliability(review, n_draws=50)
    return dict(exhibits.evidence_map(review, scope, reliability).record)


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory, record: dict[str, Any]) -> dict[str, Path]:
    """`hand` and `real`, written once."""
    folder = tmp_path_factory.mktemp("pages")
    made = {}
    for name, shown in (("hand", hand_record()), ("real", record)):
        made[name] = folder / f"{name}.html"
        made[name].write_text(render_evidence_map(shown, INFO), encoding="utf-8", newline="\n")
    return made


@pytest.fixture(scope="session")
def large_page(
    tmp_path_factory: pytest.TempPathFactory, record: dict[str, Any]
) -> Callable[[int], Path]:
    """Return a function that writes a page of so many made-up works."""
    folder = tmp_path_factory.mktemp("large")

    def quick_references(items: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
        # The citation processor takes minutes for so many, and no test here looks at its words.
        return [
            (item["id"], [{"t": "Str", "c": f"{item['author'][0]['family']}. {item['title']}."}])
            for item in items
        ]

    def write(size: int) -> Path:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(encode, "apa_references", quick_references)
            text = render_evidence_map(grown(record, size), INFO)
        path = folder / f"{size}.html"
        path.write_text(text, encoding="utf-8", newline="\n")
        return path

    return write


@pytest.fixture
def open_page(browser: Any, pages: dict[str, Path]) -> Iterator[Callable[..., Any]]:
    """Open a page by name or path; at the end, fail on any console message or request it made."""
    contexts = []
    complaints: list[str] = []
    requests: list[str] = []

    def visit(page: str | Path, hash: str = "", **options: Any) -> Any:
        path = pages[page] if isinstance(page, str) else page
        options.setdefault("viewport", {"width": 1280, "height": 900})
        context = browser.new_context(**options, accept_downloads=True)
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("request", lambda request: requests.append(request.url))
        tab.goto(path.as_uri() + hash)
        return tab

    yield visit
    for context in contexts:
        context.close()
    assert not complaints
    asked = [url for url in requests if not url.startswith(("file:", "data:", "blob:"))]
    assert not asked
