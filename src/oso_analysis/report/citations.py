"""References in APA, set by a citation processor from the works' own metadata."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from oso_analysis.errors import RunError

__all__ = ["Reference", "apa_references", "inlines_to_html", "run_pandoc"]

#: One entry of the list: the work's id and pandoc's inline elements.
Reference = tuple[str, list[dict[str, Any]]]
_TAGS = {"Emph": "em", "Strong": "strong", "Superscript": "sup", "Subscript": "sub"}
_QUOTES = {"DoubleQuote": ("“", "”"), "SingleQuote": ("‘", "’")}
_LIMIT_SECONDS = 300


def run_pandoc(arguments: Sequence[str], source: bytes, *, wants: str) -> bytes:
    """Run the pandoc that the package brings along and return what it prints.

    Raises
    ------
    RunError
        With pandoc's own words; `wants` says what was asked of it.
    """
    import os

    # Pandoc stamps documents with the time; a fixed one keeps the same input the same bytes.
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "0"}
    try:
        done = subprocess.run(
            [_bundled_pandoc(), *arguments],
            input=source,
            capture_output=True,
            check=False,
            env=environment,
            timeout=_LIMIT_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RunError(f"pandoc could not make {wants}: {error}") from error
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise RunError(f"pandoc could not make {wants}: {said}")
    return done.stdout


def _bundled_pandoc() -> Path:
    """Return the one pandoc whose version is pinned; another version writes other bytes."""
    import pypandoc

    name = "pandoc.exe" if sys.platform == "win32" else "pandoc"
    path = Path(pypandoc.__file__).parent / "files" / name
    if not path.is_file():
        raise RunError("the pandoc of pypandoc_binary is missing; install that package again")
    return path


def apa_references(items: Sequence[Mapping[str, Any]]) -> list[Reference]:
    """Return one reference for each work, in the order APA prints them.

    Parameters
    ----------
    items : sequence of mapping
        CSL-JSON.

    Returns
    -------
    list of (id, inlines)
        `inlines` are pandoc's, so that every format keeps italics and links.

    Raises
    ------
    RunError
        If the citation processor fails or loses a work.
    """
    if not items:
        return []
    style = files("oso_analysis.report") / "csl" / "apa.csl"
    # The style is read here, each time, so that an edition is known to depend on it.
    return list(_set(json.dumps(list(items), ensure_ascii=False), style.read_bytes()))


@lru_cache(maxsize=2)
def _set(source: str, style: bytes) -> tuple[Reference, ...]:
    """Set references; the report and the evidence map of an edition have the same ones."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "style.csl")
        path.write_bytes(style)
        printed = run_pandoc(
            ["--from=csljson", "--to=json", "--citeproc", f"--csl={path}"],
            source.encode("utf-8"),
            wants="the references",
        )
    entries: list[Reference] = []
    for block in json.loads(printed)["blocks"]:
        if block["t"] == "Div" and block["c"][0][0] == "refs":
            for entry in block["c"][1]:
                key = entry["c"][0][0].removeprefix("ref-")
                inlines = [piece for part in entry["c"][1] for piece in part["c"]]
                entries.append((key, inlines))
    wanted = {str(item["id"]) for item in json.loads(source)}
    lost = sorted(wanted - {key for key, _ in entries})
    if lost:
        raise RunError(f"the citation processor lost {len(lost)} works: {', '.join(lost[:10])}")
    return tuple(entries)


def inlines_to_html(inlines: Sequence[Mapping[str, Any]]) -> str:
    """Return pandoc's inline elements as HTML, all escaped."""
    return "".join(_inline(piece) for piece in inlines)


def _inline(piece: Mapping[str, Any]) -> str:
    kind, content = piece["t"], piece.get("c")
    if kind == "Str":
        return escape(str(content))
    if kind in {"Space", "SoftBreak", "LineBreak"}:
        return " "
    if kind in _TAGS:
        return f"<{_TAGS[kind]}>{inlines_to_html(content or [])}</{_TAGS[kind]}>"
    if kind == "Quoted" and content:
        left, right = _QUOTES[content[0]["t"]]
        return left + inlines_to_html(content[1]) + right
    if kind == "Link" and content:
        url = str(content[2][0])
        words = inlines_to_html(content[1])
        return f'<a href="{escape(url)}">{words}</a>' if _is_web(url) else words
    if kind in {"Span", "Code", "Cite"} and content:
        inner = content[1]
        return escape(inner) if isinstance(inner, str) else inlines_to_html(inner)
    if isinstance(content, list):
        return inlines_to_html([part for part in content if isinstance(part, dict)])
    return escape(str(content or ""))


def _is_web(url: str) -> bool:
    return url.lower().startswith(("https://", "http://"))
