"""From a tool's respondents and their variables to the review's submissions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from oso_analysis.codebook import Codebook
from oso_analysis.errors import require_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SUBMISSION_COLUMNS", "recode_respondents"]

SUBMISSION_COLUMNS = (
    "submission_id",
    "consultation",
    "held_by",
    "reference",
    "year",
    "respondent",
    "respondent_sector",
    "country",
    "source_url",
)


def recode_respondents(
    submissions: pd.DataFrame, codebook: Codebook
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit the respondents of a `CodingProject` to the review's `submissions` frame.

    Parameters
    ----------
    submissions : pandas.DataFrame
        `submission_id` and any variables as the tool names them.
    codebook : Codebook
        Turns the label of a respondent sector into its code.

    Returns
    -------
    submissions : pandas.DataFrame
        `SUBMISSION_COLUMNS` (`year` as `Int64`), sorted by `submission_id`. A variable fills the
        column of its name, whatever its case and spaces ("Held by" is `held_by`); columns without
        a variable are missing, for a person to fill in.
    attributes : pandas.DataFrame
        Every other variable, and every value that does not fit its column (a year that is no
        number, a sector the codebook does not define): `submission_id, attribute, value`.

    Raises
    ------
    InputError
        No column `submission_id`.
    """
    from oso_analysis.consultation.readers.model import text_frame

    require_columns(submissions, ["submission_id"], where="recode_respondents")
    sectors = codebook["respondent_sector"]
    by_term = {item.label.casefold(): code for code, item in sectors.items()}
    by_term |= {code.casefold(): code for code in sectors}
    rows: list[dict[str, object]] = []
    rest: list[dict[str, object]] = []
    for record in submissions.sort_values("submission_id").to_dict("records"):
        identifier = record["submission_id"]
        row: dict[str, object] = {"submission_id": identifier}
        for name, value in record.items():
            if name == "submission_id" or value != value or value in (None, ""):
                continue
            column = re.sub(r"[_\W]+", "_", str(name).strip().casefold())
            fitting: object = str(value)
            if column == "year":
                fitting = int(str(value)) if re.fullmatch(r"\d{4}", str(value)) else None
            elif column == "respondent_sector":
                fitting = by_term.get(str(value).casefold())
            if column in SUBMISSION_COLUMNS and column not in row and fitting is not None:
                row[column] = fitting
            else:
                rest.append({"submission_id": identifier, "attribute": name, "value": value})
        rows.append(row)
    return (
        text_frame(rows, SUBMISSION_COLUMNS, integers=("year",)),
        text_frame(rest, ("submission_id", "attribute", "value")),
    )
