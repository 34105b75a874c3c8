"""The consultation frames that tests of tables and figures share: hand-made and real."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from oso_analysis.codebook import Codebook, read_codebook
from oso_analysis.consultation.respondents import Consultation, prepare_consultation

ROOT = Path(__file__).parents[1]
#: Six submissions and nine segments whose every count is done by hand.
FIXTURES = ROOT / "tests" / "fixtures" / "consultation_tables"
REAL = ROOT / "data" / "consultation"
FOLDERS = {"small": FIXTURES, "real": REAL}


def codebook() -> Codebook:
    """Return the project's codebook."""
    return read_codebook(ROOT / "data" / "codebook.yaml")


def frames(folder: Path) -> list[pd.DataFrame]:
    """Return submissions, relevance and segments as text."""
    names = ("submissions", "relevance", "segments")
    return [pd.read_csv(folder / f"{name}.csv", dtype="str") for name in names]


def consultation(which: str) -> Consultation:
    """Return the "small" or the "real" consultation as the primary coder read it."""
    return prepare_consultation(*frames(FOLDERS[which]))


def work_codes(which: str) -> pd.DataFrame:
    """Return the "small" codes, or the "real" ones with each coded record taken as a work."""
    if which == "small":
        return pd.read_csv(FIXTURES / "work_codes.csv", dtype="str")
    codes = pd.read_csv(ROOT / "data" / "literature" / "coding.csv", dtype="str")
    return codes[codes["coder"].eq("coder_1")].rename(columns={"record_id": "work_id"})
