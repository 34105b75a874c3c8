"""Statistical disclosure control: counts by group from which no respondent can be worked out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oso_analysis.lazy import lazy_names

if TYPE_CHECKING:
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
    from oso_analysis.disclosure.protection import SUPPRESSED, Protected, mark, protect

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

# What a policy says needs no pandas, which the runner has no other use for.
_MODULES = {
    "cells": ("CountTable",),
    "coarser": ("suggest_coarser",),
    "policy": ("CONFIDENTIAL", "MARK", "PUBLISHED", "DisclosurePolicy", "describe", "footnote"),
    "protection": ("SUPPRESSED", "Protected", "mark", "protect"),
}

__getattr__, __dir__ = lazy_names(
    __name__, {name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names}
)
