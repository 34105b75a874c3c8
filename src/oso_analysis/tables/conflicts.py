"""Disagreements about inclusion, in words for print."""

from __future__ import annotations

import re

import pandas as pd

from oso_analysis.codebook import Codebook
from oso_analysis.errors import require_columns

__all__ = ["label_conflicts"]


def label_conflicts(conflicts: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Put a list of disagreements into words: labels of reasons, no machine names.

    Parameters
    ----------
    conflicts : pandas.DataFrame
        As `literature.screening.list_conflicts` gives it, with the codes that adjudicators enter.
    codebook : Codebook
        Labels of the reasons for exclusion.

    Returns
    -------
    pandas.DataFrame
        The same rows and columns: reasons by their labels in `said` and `exclusion_reason`, `about`
        and `status` in plain words.
    """
    columns = ["about", "said", "exclusion_reason", "status"]
    require_columns(conflicts, columns, where="label_conflicts")
    reasons = codebook["exclusion_reason"].names
    code = re.compile(r"\((" + "|".join(map(re.escape, reasons)) + r")\)")

    def spelled(said: str) -> str:
        return code.sub(lambda found: f"({reasons[found[1]]})", said)

    return conflicts.assign(
        about=conflicts["about"].str.replace("_", " "),
        said=conflicts["said"].map(spelled).astype("str"),
        exclusion_reason=conflicts["exclusion_reason"].replace(reasons),
        status=conflicts["status"].str.replace("_", " "),
    )
