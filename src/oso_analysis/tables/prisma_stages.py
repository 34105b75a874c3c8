"""The stages of the PRISMA flow at which works leave it, and which reason applies at which.

A reason for exclusion says by its `stage` in the codebook where it applies, so that one list of
decisions gives the flow of a review that screened titles, sought full texts and read them. A work
that was excluded at a later stage has passed the earlier ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from oso_analysis.codebook import STAGES, Codebook
from oso_analysis.literature.screening import EXCLUDE

__all__ = ["AUTOMATION", "NOT_RETRIEVED", "SCREENING", "FlowStage"]

AUTOMATION, SCREENING, RETRIEVAL, FULL_TEXT = STAGES
#: Box of works that were sought in full and not got.
NOT_RETRIEVED = "not_retrieved"


@dataclass(frozen=True)
class FlowStage:
    """A stage after screening: retrieval, full-text eligibility, or an edition's choice of works.

    Attributes
    ----------
    box : str
        Id of the box with the works removed ("not_retrieved", "ineligible", "outside_edition").
    entering_label : str
        What the works entering the stage are called ("Works sought in full text").
    removed_label : str
        What those removed are called ("Works not retrieved").
    removed : pandas.DataFrame
        `work_id, reason` of the works removed; works that do not enter the stage are ignored.
    reason_labels : mapping
        Reason to label, in the order of the diagram; a reason it lacks prints in plain words.
    """

    box: str
    entering_label: str
    removed_label: str
    removed: pd.DataFrame
    reason_labels: Mapping[str, str] = field(default_factory=dict)


#: Box, and what works are called that enter and that leave, of each stage after screening.
_LATER = {
    RETRIEVAL: (NOT_RETRIEVED, "Works sought for retrieval", "Works not retrieved"),
    FULL_TEXT: ("ineligible", "Works assessed for eligibility", "Works excluded in full text"),
}


def removed_at(reasons: pd.Series, stage: str, codebook: Codebook) -> pd.Series:
    """Tell which reasons apply at a stage; a missing one applies at screening.

    Parameters
    ----------
    reasons : pandas.Series
        Codes of reasons for exclusion, missing where none was given.
    stage : str
        One of `codebook.STAGES`.
    codebook : Codebook
        Says of each reason at which stage it applies.

    Returns
    -------
    pandas.Series of bool
    """
    stages = codebook["exclusion_reason"].attribute("stage")
    at = [stages.get(reason) or SCREENING for reason in reasons]
    return pd.Series(at, index=reasons.index, dtype="str").eq(stage)


def stages_of(work_screening: pd.DataFrame, codebook: Codebook) -> list[FlowStage]:
    """Return the stages after screening that the codebook has reasons for.

    A stage that removed nothing is a stage none the less: its box says so.

    Parameters
    ----------
    work_screening : pandas.DataFrame
        `work_id, decision, exclusion_reason`.
    codebook : Codebook
        Says of each reason at which stage it applies.

    Returns
    -------
    list of FlowStage
    """
    facet = codebook["exclusion_reason"]
    known = set(facet.attribute("stage").values())
    excluded = work_screening[work_screening["decision"] == EXCLUDE]
    stages = []
    for stage, (box, entering, leaving) in _LATER.items():
        if stage not in known:
            continue
        removed = excluded[removed_at(excluded["exclusion_reason"], stage, codebook)]
        removed = removed[["work_id", "exclusion_reason"]]
        removed = removed.rename(columns={"exclusion_reason": "reason"})
        stages.append(FlowStage(box, entering, leaving, removed, facet.labels))
    return stages
