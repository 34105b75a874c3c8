"""The hand-made consultation and literature that several tables join."""

from __future__ import annotations

import consulted
import pandas as pd
import pytest

from oso_analysis.codebook import Codebook


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    return consulted.codebook()


@pytest.fixture
def small_codes() -> pd.DataFrame:
    return consulted.work_codes("small")


@pytest.fixture
def small_segments() -> pd.DataFrame:
    return consulted.consultation("small").segments
