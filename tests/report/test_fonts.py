"""The PDF looks the same wherever it is set: the machine's own fonts have no part in it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from matplotlib import get_data_path

#: Latin, Cyrillic, Hebrew and Arabic words and a piece of code, as pandoc writes a document.
DOCUMENT = {
    "pandoc-api-version": [1, 23, 1],
    "meta": {},
    "blocks": [
        {
            "t": "Para",
            "c": [
                {"t": "Str", "c": "Prevention Профилактика מניעה الوقاية"},
                {"t": "Code", "c": [["", [], []], "alpha = 0.8"]},
            ],
        }
    ],
}
SET = """
import sys
from pathlib import Path
from oso_analysis.report.pdf import pdf_document
Path(sys.argv[2]).write_bytes(pdf_document(Path(sys.argv[1]).read_bytes(), {}))
"""


def pdf(source: Path, home: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    for name in ("HOME", "XDG_DATA_HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home / ".local" / "share" if "DATA" in name else home))
    subprocess.run([sys.executable, "-c", SET, str(source), str(target)], check=True, timeout=120)
    return target.read_bytes()


def forge(target: Path, family: str) -> None:
    """Save DejaVu Sans Oblique as if it were the upright face of another family."""
    font = TTFont(Path(get_data_path(), "fonts", "ttf", "DejaVuSans-Oblique.ttf"))
    for entry in font["name"].names:
        if entry.nameID in (1, 4, 16):
            entry.string = family
        elif entry.nameID in (2, 17):
            entry.string = "Regular"
        elif entry.nameID == 6:
            entry.string = family.replace(" ", "")
    font["OS/2"].fsSelection = 0x40
    font["head"].macStyle = 0
    font["post"].italicAngle = 0
    target.parent.mkdir(parents=True, exist_ok=True)
    font.save(target)


def test_fonts_of_the_machine_change_no_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "source.json"
    source.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    bare, dressed = tmp_path / "bare", tmp_path / "dressed"
    bare.mkdir()
    for number, family in enumerate(("Libertinus Serif", "DejaVu Sans Mono", "DejaVu Sans")):
        forge(dressed / ".local" / "share" / "fonts" / f"{number}.ttf", family)
    one = pdf(source, bare, tmp_path / "one.pdf", monkeypatch)
    other = pdf(source, dressed, tmp_path / "other.pdf", monkeypatch)
    assert one == other
    # The letters that Typst's own serif lacks come from the fonts that Matplotlib brings.
    assert b"LibertinusSerif" in one
    assert b"+DejaVuSans" in one
