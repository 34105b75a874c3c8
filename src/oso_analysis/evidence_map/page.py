"""The evidence map as one self-contained page: data, style and script in one file, no request."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from oso_analysis.errors import RunError
from oso_analysis.evidence_map.encode import encode
from oso_analysis.figures.style import count_colours, text_colour_on

if TYPE_CHECKING:
    from oso_analysis.editions import EditionInfo

__all__ = ["PAGE", "render_evidence_map", "save_page"]

#: File name of the page, beside the report's.
PAGE = "evidence-map.html"
#: The page's script in parts; each uses only what stands before it.
_SCRIPTS = (
    "data.js",
    "state.js",
    "count.js",
    "download.js",
    "elements.js",
    "filters.js",
    "grid.js",
    "list.js",
    "main.js",
)
#: Steps of shading along the report's colours for counts, from none to most. They pass over the
#: middle, where neither dark nor white numbers reach a contrast of 4.5:1.
_LIGHT_STEPS = (0.0, 0.2, 0.4, 0.68, 0.84, 1.0)
#: On a dark page more is lighter; nothing has the page's own colour.
_DARK_STEPS = (1.0, 0.83, 0.68, 0.49, 0.32, 0.15)


def save_page(page: str, path: Path) -> None:
    """Write a page whole or not at all.

    Raises
    ------
    RunError
        If the file cannot be written.
    """
    partial = path.with_name(f".{path.name}.part")
    try:
        partial.write_text(page, encoding="utf-8", newline="\n")
        partial.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise RunError(f"{path} cannot be written: {error.strerror or error}") from error


def render_evidence_map(record: Mapping[str, Any], edition: EditionInfo) -> str:
    """Return the page.

    Parameters
    ----------
    record : mapping
        As `exhibits.evidence_map` gives it.
    edition : EditionInfo
        Its name, titles, description, disclosure, limits and date are shown.

    Returns
    -------
    str
        The same record and edition give the same bytes. The page's policy allows no script and no
        style but its own (by their hashes) and no request at all.

    Raises
    ------
    RunError
        If the citation processor fails or loses a work.
    """
    data = {"edition": {"name": edition.name, "title": edition.title}, **encode(record)}
    environment = _environment()
    style = environment.get_template("evidence-map.css.j2").render(
        light=_shades(_LIGHT_STEPS), dark=_shades(_DARK_STEPS)
    )
    script = _script()
    heading, below = edition.imprint.headings(edition.title)
    return environment.get_template("evidence-map.html.j2").render(
        edition=edition,
        heading=heading,
        below=below,
        full_title=edition.imprint.full_title(edition.title),
        scope=record["scope"],
        withheld=record["withheld"],
        data=_json(data),
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


def _environment() -> Environment:
    # Made anew for each page: a template kept in memory would not be seen to be read, and a change
    # to it would not make the page anew.
    return Environment(
        loader=PackageLoader("oso_analysis.evidence_map", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _script() -> str:
    folder = files("oso_analysis.evidence_map") / "templates" / "js"
    parts = [(folder / name).read_text(encoding="utf-8") for name in _SCRIPTS]
    return '\n"use strict";\n(() => {\n' + "\n".join(parts) + "})();\n"


def _hash(text: str) -> str:
    # A browser hashes what stands between the tags, after turning line ends into "\n".
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _json(data: Mapping[str, Any]) -> str:
    """Return JSON that can stand in a script element: no text in it can end the element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=False)
    escaped = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    # Line separators are legal in JSON but have ended lines of scripts in older browsers.
    return escaped.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _shades(steps: Sequence[float]) -> list[tuple[str, str]]:
    """Return ground and text colour of each step."""
    from matplotlib.colors import to_hex

    colours = count_colours()
    grounds = [str(to_hex(colours(step))) for step in steps]
    return [(ground, text_colour_on(ground)) for ground in grounds]
