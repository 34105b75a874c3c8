from __future__ import annotations

from pathlib import Path

import pytest

from oso_analysis.codebook import Codebook, read_codebook


@pytest.fixture(scope="session")
def small_codebook() -> Codebook:
    return read_codebook(Path(__file__).parents[1] / "fixtures" / "literature" / "codebook.yaml")
