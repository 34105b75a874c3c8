"""The published report is what the data give: rebuilt here, file by file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oso_analysis.runner.versions import direct_versions
from oso_analysis.verify import verify_edition


def test_the_published_edition_is_what_the_data_give(root: Path) -> None:
    made_with = json.loads((root / "reports/update-2026/exhibits.json").read_bytes())["versions"]
    here = direct_versions()
    if made_with != here:
        others = sorted(k for k in {*made_with, *here} if made_with.get(k) != here.get(k))
        pytest.skip(f"the report was made with other versions of {', '.join(others)}")
    found = verify_edition(root, "update-2026", jobs=2, engine="warm")
    # The record of how it was made names every module by its digest; a comment changes that, not
    # the report.
    provenance = ("ro-crate-metadata.json: ", "exhibits.json: inputs.")
    assert [line for line in found if not line.startswith(provenance)] == []
