"""Whether segments and verdicts fit: who coded a submission must have found it relevant."""

from __future__ import annotations

import pandas as pd

from oso_analysis.errors import Problem, require_columns
from oso_analysis.frames import distinct, file_rows
from oso_analysis.slips import nearest_name

__all__ = ["check_coder", "check_verdicts"]


def check_coder(submissions: pd.DataFrame, relevance: pd.DataFrame, coder: str) -> list[Problem]:
    """Return a problem if there are submissions and a coder judged none of them.

    Parameters
    ----------
    submissions : pandas.DataFrame
    relevance : pandas.DataFrame
        Column `coder`.
    coder : str
        Whose reading shall count.
    """
    coders = sorted(distinct(relevance["coder"]))
    if submissions.empty or coder in coders:
        return []
    rule = (
        f"judged no submission; coders are {', '.join(coders) or 'none'}: call so whoever judged "
        "every submission"
    )
    return [Problem(rule, "relevance", None, "coder", coder, nearest_name(coder, coders))]


def check_verdicts(
    submissions: pd.DataFrame, relevance: pd.DataFrame, segments: pd.DataFrame
) -> list[Problem]:
    """Return what is wrong where a coder has segments in a submission not found relevant.

    A segment counts as something said on the subject; the verdict says whether the submission
    speaks to it at all. Without the verdict "yes" of the same coder, tables that count submissions
    and tables that count segments would not add up.

    Parameters
    ----------
    submissions : pandas.DataFrame
        Column `submission_id`; segments of others are left out, that they are wrong shows already.
    relevance : pandas.DataFrame
        `submission_id, coder, relevant`.
    segments : pandas.DataFrame
        `submission_id, coder`.

    Returns
    -------
    list of Problem
        One for each coder without any verdict, else one for each submission and coder, at the
        first segment's row.
    """
    require_columns(relevance, ["submission_id", "coder", "relevant"], where="check_verdicts")
    require_columns(segments, ["submission_id", "coder"], where="check_verdicts")
    pair = ["submission_id", "coder"]
    said = {
        (submission, coder): (verdict, row)
        for submission, coder, verdict, row in zip(
            *(relevance[name] for name in (*pair, "relevant")), file_rows(relevance), strict=True
        )
    }
    coders, known = distinct(relevance["coder"]), distinct(submissions["submission_id"])
    problems: dict[tuple[str, str], Problem] = {}
    rows = zip(*(segments[name] for name in pair), file_rows(segments), strict=True)
    for submission, coder, row in rows:
        if submission not in known or pd.isna(coder):
            continue
        verdict, where = said.get((submission, coder), (None, None))
        if verdict == "yes":
            continue
        if coder not in coders:
            rule = "has segments, but no verdict in relevance"
            problems.setdefault(
                ("", coder),
                Problem(rule, "segments", row, "coder", coder, nearest_name(coder, coders)),
            )
            continue
        rule = f"has segments by {coder}, who gave no verdict on it in relevance; add the verdict"
        if verdict is not None:
            place = f" in relevance, row {where}" if where else ""
            rule = f"has segments by {coder}, who found it not relevant{place}"
        problems.setdefault(
            (submission, coder), Problem(rule, "segments", row, "submission_id", submission)
        )
    return list(problems.values())
