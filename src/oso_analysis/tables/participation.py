"""Who took part in the consultations: submissions and the respondents behind them.

All functions take `submissions` as `consultation.respondents.prepare_consultation` gives them.
"""

from __future__ import annotations

import pandas as pd

from oso_analysis.codebook import NOT_STATED, Codebook
from oso_analysis.errors import require_columns
from oso_analysis.tables.coded import add_labels, code_order, state_missing
from oso_analysis.tables.intervals import add_percentages

__all__ = [
    "count_repeat_respondents",
    "count_submissions",
    "list_repeat_respondents",
    "trace_submissions",
]


def trace_submissions(submissions: pd.DataFrame) -> pd.DataFrame:
    """Follow the submissions from collection to coding.

    Parameters
    ----------
    submissions : pandas.DataFrame
        `submission_id, respondent_id, relevant, n_segments`.

    Returns
    -------
    pandas.DataFrame
        One row a stage: `stage`, `label`, `parent` (the stage it is part of; missing for the
        first), `n_submissions` and `n_respondents`. The submissions of the parts of a stage add up
        to the stage: ``collected`` = ``relevant`` + ``not_relevant`` + ``not_judged``; ``relevant``
        = ``with_segments`` + ``without_segments``. Respondents do not add up, as one can have
        submissions in several parts.
    """
    require_columns(
        submissions,
        ["submission_id", "respondent_id", "relevant", "n_segments"],
        where="trace_submissions",
    )
    relevant = submissions["relevant"].eq("yes")
    coded = submissions["n_segments"].gt(0)
    stages = [
        ("collected", "Submissions collected", None, relevant | ~relevant),
        ("not_relevant", "Not relevant", "collected", submissions["relevant"].eq("no")),
        ("not_judged", "Not judged", "collected", submissions["relevant"].eq(NOT_STATED)),
        ("relevant", "Relevant", "collected", relevant),
        ("without_segments", "Nothing coded", "relevant", relevant & ~coded),
        ("with_segments", "With coded segments", "relevant", relevant & coded),
    ]
    return pd.DataFrame(
        {
            "stage": [stage for stage, *_ in stages],
            "label": [label for _, label, *_ in stages],
            "parent": pd.Series([parent for _, _, parent, _ in stages], dtype="str"),
            "n_submissions": [int(part.sum()) for *_, part in stages],
            "n_respondents": [
                int(submissions.loc[part, "respondent_id"].nunique()) for *_, part in stages
            ],
        }
    )


def count_submissions(
    submissions: pd.DataFrame, by: str, codebook: Codebook, *, basis: str = "census"
) -> pd.DataFrame:
    """Count submissions and respondents by sector, country, consultation, holder or year.

    Parameters
    ----------
    submissions : pandas.DataFrame
        `respondent_id, relevant` and `by`.
    by : str
        Column to count by.
    codebook : Codebook
        Order and labels, where `by` is a facet.
    basis : {"census", "sample"}, default "census"
        See `tables.intervals`.

    Returns
    -------
    pandas.DataFrame
        `by` (text; missing is ``not_stated``) and its label; `n_submissions` (adds up to all
        submissions); `n_relevant_submissions`; `n_respondents` (each counted once in a row; does
        not add up where a respondent falls into several rows); `percent_of_submissions` (base: all
        submissions given). A facet's codes stand in their order and years from the first to the
        last, used or not; anything else most submissions first.

    Examples
    --------
    >>> import pandas as pd
    >>> from oso_analysis.codebook import Codebook
    >>> submissions = pd.DataFrame(
    ...     {
    ...         "respondent_id": ["a", "a", "b"],
    ...         "relevant": ["yes", "no", "yes"],
    ...         "country": ["GB", "GB", None],
    ...     }
    ... )
    >>> table = count_submissions(submissions, "country", Codebook({}))
    >>> print(table.drop(columns="percent_of_submissions").to_string(index=False))
       country  n_submissions  n_relevant_submissions  n_respondents
            GB              2                       1              1
    not_stated              1                       1              1
    """
    require_columns(submissions, ["respondent_id", "relevant", by], where="count_submissions")
    frame = submissions.assign(**{by: state_missing(submissions[by])})
    frame["is_relevant"] = frame["relevant"].eq("yes")
    order = code_order(by, frame[by], codebook)
    if by == "year":
        years = [int(year) for year in order if year != NOT_STATED]
        between = [str(year) for year in range(min(years), max(years) + 1)] if years else []
        order = between + order[len(years) :]
    table = (
        frame.groupby(by)
        .agg(
            n_submissions=("respondent_id", "size"),
            n_relevant_submissions=("is_relevant", "sum"),
            n_respondents=("respondent_id", "nunique"),
        )
        .reindex(order, fill_value=0)
        .rename_axis(by)
        .reset_index()
    )
    if by not in codebook and by != "year":
        stated = table[by].ne(NOT_STATED)
        table = table.assign(stated=stated).sort_values(
            ["stated", "n_submissions", by], ascending=[False, False, True], ignore_index=True
        )
        table = table.drop(columns="stated")
    table = add_percentages(
        table, "n_submissions", len(frame), name="percent_of_submissions", basis=basis
    )
    return add_labels(table, [by], codebook)


def count_repeat_respondents(submissions: pd.DataFrame) -> pd.DataFrame:
    """Count respondents by how many submissions they made.

    Parameters
    ----------
    submissions : pandas.DataFrame
        `respondent_id`.

    Returns
    -------
    pandas.DataFrame
        `n_submissions_each`, `n_respondents` (adds up to the respondents) and `n_submissions` (adds
        up to the submissions).
    """
    require_columns(submissions, ["respondent_id"], where="count_repeat_respondents")
    each = submissions["respondent_id"].value_counts()
    table = (
        each.value_counts()
        .sort_index()
        .rename_axis("n_submissions_each")
        .reset_index(name="n_respondents")
    )
    table["n_submissions"] = table["n_submissions_each"] * table["n_respondents"]
    return table


def list_repeat_respondents(
    submissions: pd.DataFrame, codebook: Codebook | None = None
) -> pd.DataFrame:
    """List respondents with more than one submission.

    Parameters
    ----------
    submissions : pandas.DataFrame
        `respondent_id, respondent, respondent_sector, consultation, year`.
    codebook : Codebook, optional
        Labels of the sectors; without it, their codes stand.

    Returns
    -------
    pandas.DataFrame
        `respondent` (the shortest form of the name), `respondent_sectors`, `n_submissions`,
        `n_consultations` and `years` (with ``not_stated``); most submissions first.
    """
    require_columns(
        submissions,
        ["respondent_id", "respondent", "respondent_sector", "consultation", "year"],
        where="list_repeat_respondents",
    )
    frame = submissions.assign(
        year=state_missing(submissions["year"]),
        respondent_sector=state_missing(submissions["respondent_sector"]).replace(
            {} if codebook is None else codebook["respondent_sector"].labels
        ),
    )
    rows = [
        {
            "respondent": min(group["respondent"], key=lambda name: (len(name), name)),
            "respondent_sectors": ", ".join(sorted(set(group["respondent_sector"]))),
            "n_submissions": len(group),
            "n_consultations": group["consultation"].nunique(),
            "years": ", ".join(sorted(set(group["year"]))),
        }
        for _, group in frame.groupby("respondent_id")
        if len(group) > 1
    ]
    columns = ["respondent", "respondent_sectors", "n_submissions", "n_consultations", "years"]
    return pd.DataFrame(rows, columns=columns).sort_values(
        ["n_submissions", "respondent"], ascending=[False, True], ignore_index=True
    )
