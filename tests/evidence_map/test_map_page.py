"""The page as a file: whole, safe, the same every time, and made from the right record."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from map_records import INFO, hand_record

from oso_analysis.editions import read_editions
from oso_analysis.errors import InputError, RunError
from oso_analysis.evidence_map import (
    PAGE,
    build_evidence_map,
    encode,
    find_evidence_map,
    render_evidence_map,
    save_page,
)
from oso_analysis.exhibits import EVIDENCE_MAP_MIME
from oso_analysis.literature.readers.csl_types import RIS_TYPES

LIMIT = 3_000_000


def executed(folder: Path, name: str, *records: dict[str, Any]) -> Path:
    cells = [
        {"cell_type": "code", "outputs": [{"data": {EVIDENCE_MAP_MIME: record}}]}
        for record in records
    ]
    path = folder / name
    path.write_text(json.dumps({"cells": [{"cell_type": "markdown"}, *cells]}), encoding="utf-8")
    return path


class Scripts(HTMLParser):
    """The texts of script and style elements, and what elements would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: str | None = None
        self.texts: dict[str, str] = {}
        self.fetches: list[str] = []
        self.policy = ""
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        if tag in {"script", "style"}:
            self.open = str(found.get("type") or tag)
            self.texts[self.open] = ""
        if tag == "meta" and found.get("http-equiv") == "Content-Security-Policy":
            self.policy = str(found["content"])
        self.fetches += [str(found[name]) for name in ("src", "srcset", "data") if name in found]

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts[self.open] += data

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self.open = None


@pytest.fixture(scope="module")
def hand(pages: dict[str, Path]) -> str:
    return pages["hand"].read_text(encoding="utf-8")


def test_the_policy_allows_its_own_script_and_style_and_nothing_else(hand: str) -> None:
    page = Scripts(hand)
    assert page.policy.startswith("default-src 'none'; ")
    assert "unsafe" not in page.policy
    for kind, directive in (("script", "script-src"), ("style", "style-src")):
        digest = hashlib.sha256(page.texts[kind].encode("utf-8")).digest()
        assert f"{directive} 'sha256-{base64.b64encode(digest).decode()}'" in page.policy
    assert not page.fetches
    assert not {"iframe", "object", "embed", "form"} & set(page.tags)
    assert page.tags.count("script") == 2


def test_texts_from_data_cannot_become_markup(hand: str) -> None:
    assert "<img" not in hand
    assert "<script>alert" not in hand
    assert "By hand <b>" not in hand
    data = json.loads(Scripts(hand).texts["application/json"])
    titles = data["materials"][0]["columns_of_items"]["title"]
    assert "</script><img src=x onerror=alert(1)>" in titles


def test_same_record_same_bytes(record: dict[str, Any], pages: dict[str, Path]) -> None:
    # As a notebook stores it, with sorted keys.
    stored = json.loads(json.dumps(record, sort_keys=True))
    assert render_evidence_map(stored, INFO).encode() == pages["real"].read_bytes()


def test_the_projects_own_page_is_small_enough(pages: dict[str, Path]) -> None:
    assert pages["real"].stat().st_size < LIMIT


def test_the_review_heads_its_map(hand: str) -> None:
    assert "<h1>What &lt;i&gt;works&lt;/i&gt;</h1>" in hand
    assert '<p class="below">By hand &lt;b&gt;&amp; more&lt;/b&gt;</p>' in hand
    assert "<title>Evidence map: What &lt;i&gt;works&lt;/i&gt; – By hand &lt;b&gt;" in hand


def test_scope_limits_disclosure_and_date_are_on_the_page(hand: str) -> None:
    body = hand[: hand.index('<script type="application/json"')]
    assert "all that was &lt;made&gt; up" in body
    assert "These data were made up &lt;script&gt;" in body
    assert "Off: nothing here is real." in body
    assert "2026-01-02" in body


def test_references_are_those_of_the_citation_processor(hand: str) -> None:
    data = json.loads(Scripts(hand).texts["application/json"])
    fields = data["materials"][0]["columns_of_items"]
    at = fields["id"].index("w-1")
    assert fields["reference"][at] == [
        "Zöe, A. (2018). Émile’s café of policing. ",
        "Journal of Things",
        ", 12–34.",
    ]
    assert fields["doi"][at] == "10.1000/a<b>c"


def test_references_set_in_batches_are_the_same(
    record: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def references() -> dict[str, list[str]]:
        fields = encode.encode(record)["materials"][0]["columns_of_items"]
        return dict(zip(fields["id"], fields["reference"], strict=True))

    whole = references()
    monkeypatch.setattr(encode, "_BATCH", 60)
    assert references() == whole


def test_codes_are_places_in_the_facets_list(hand: str) -> None:
    data = json.loads(Scripts(hand).texts["application/json"])
    literature = data["materials"][0]
    where = {key: at for at, key in enumerate(literature["columns_of_items"]["id"])}
    themes = literature["codes"]["theme"]
    assert themes[where["w-1"]] == 0
    assert themes[where["w-2"]] == [0, 1]
    assert literature["codes"]["year"][where["w-4"]] == 4


def test_every_type_saved_as_ris_is_read_back_as_itself() -> None:
    from importlib.resources import files

    folder = files("oso_analysis.evidence_map") / "templates" / "js"
    text = (folder / "download.js").read_text(encoding="utf-8")
    table = text[text.index("RIS_TYPES = {") : text.index("};")]
    pairs = re.findall(r'^\s*"?([a-z_-]+)"?: "([A-Z]+)",$', table, flags=re.M)
    assert len(pairs) == table.count(":")
    assert {csl: RIS_TYPES[ris] for csl, ris in pairs} == {csl: csl for csl, _ in pairs}


def test_the_record_is_found_in_executed_notebooks(tmp_path: Path) -> None:
    record = hand_record()
    paths = [executed(tmp_path, "01.ipynb"), executed(tmp_path, "02.ipynb", record)]
    assert find_evidence_map(paths) == record


def test_notebooks_without_a_map_give_no_record(tmp_path: Path) -> None:
    assert find_evidence_map([executed(tmp_path, "01.ipynb")]) is None


def test_two_maps_are_refused(tmp_path: Path) -> None:
    paths = [executed(tmp_path, name, hand_record()) for name in ("01.ipynb", "02.ipynb")]
    with pytest.raises(RunError, match=r"one evidence map, but .* 01\.ipynb, 02\.ipynb"):
        find_evidence_map(paths)


def test_an_unreadable_notebook_is_named(tmp_path: Path) -> None:
    path = tmp_path / "01.ipynb"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(RunError, match=r"01\.ipynb: cannot be read"):
        find_evidence_map([path])


def test_a_page_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "taken"
    (target / "inside").mkdir(parents=True)
    with pytest.raises(RunError, match="cannot be written"):
        save_page("text", target)
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_an_edition_of_one_theme_holds_its_works_only(root: Path) -> None:
    edition = read_editions(root).select(["prevention"])[0]
    page = build_evidence_map(root, edition)
    data = json.loads(Scripts(page).texts["application/json"])
    literature = data["materials"][0]
    theme = next(facet for facet in literature["facets"] if facet["id"] == "theme")
    prevention = [code["code"] for code in theme["codes"]].index("prevention")
    codes = [one if isinstance(one, list) else [one] for one in literature["codes"]["theme"]]
    assert codes
    assert all(prevention in one for one in codes)
    assert "themes: Prevention" in page


def test_the_command_writes_the_page(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import argparse

    from oso_analysis.cli.evidence_map import add_commands

    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers())
    run: Callable[[list[str]], int] = lambda words: (  # noqa: E731
        lambda arguments: arguments.handler(arguments)
    )(parser.parse_args(["evidence-map", *words]))
    monkeypatch.chdir(root)
    output = tmp_path / "map.html"
    assert run(["prevention", "--output", str(output)]) == 0
    assert "prevention: evidence map written" in capsys.readouterr().out
    assert output.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    with pytest.raises(InputError, match="did you mean 'prevention'"):
        run(["preventoin"])


@pytest.mark.slow
def test_a_run_publishes_the_same_bytes(root: Path, tmp_path: Path) -> None:
    from functools import partial

    from oso_analysis.runner.build import Options, build_editions
    from oso_analysis.runner.workers import local_workers

    (edition,) = read_editions(root).select(["prevention"])
    options = Options(reports=tmp_path, force=True, remember=False)
    (outcome,) = build_editions(root, [edition], options, partial(local_workers, 2, "warm", root))
    assert outcome.error is None
    published = (tmp_path / edition.name / PAGE).read_text(encoding="utf-8")
    assert published == build_evidence_map(root, edition)
