"""Statistical disclosure control: counts by group from which no respondent can be worked out."""

from __future__ import annotations

from oso_analysis.disclosure.cells import CountTable
from oso_analysis.disclosure.coarser import suggest_coarser
from oso_analysis.disclosure.policy import (
    CONFIDENTIAL,
    MARK,
    PUBLISHED,
    DisclosurePolicy,
    describe,
    footnote,
)
from oso_analysis.disclosure.protect import SUPPRESSED, Protected, mark, protect

__all__ = [
    "CONFIDENTIAL",
    "MARK",
    "PUBLISHED",
    "SUPPRESSED",
    "CountTable",
    "DisclosurePolicy",
    "Protected",
    "describe",
    "footnote",
    "mark",
    "protect",
    "suggest_coarser",
]
