"""What is protected, by how much and by which method, and the sentences that say so."""

from __future__ import annotations

from dataclasses import dataclass

from oso_analysis.codebook import WITHHELD
from oso_analysis.errors import InputError, Problem, check_option

__all__ = ["CONFIDENTIAL", "MARK", "PUBLISHED", "DisclosurePolicy", "describe", "footnote"]

#: What a withheld figure is printed as.
MARK = WITHHELD
_METHODS = ("suppress", "round")


@dataclass(frozen=True, slots=True)
class DisclosurePolicy:
    """Rule by which the counts of one edition are protected.

    Attributes
    ----------
    threshold : int or None
        Counts from 1 to ``threshold - 1`` are withheld; it is also the width of the protection
        interval: a reader who combines everything the edition prints must be left with
        ``upper - lower >= threshold`` for every withheld count. None switches protection off.
    method : {"suppress", "round"}
        Withhold (primary and secondary suppression) or round every count.
    base : int
        Rounding base; used by ``method="round"`` only.
    zeros_are_safe : bool
        Whether a count of nought may be printed. Where False, noughts are withheld like small
        counts, so that "everybody in this group answered the same" cannot be read off either.
    """

    threshold: int | None = 5
    method: str = "suppress"
    base: int = 5
    zeros_are_safe: bool = True

    def __post_init__(self) -> None:
        check_option("method", self.method, _METHODS)
        problems = []
        if self.threshold is not None and not _at_least_2(self.threshold):
            problems.append(
                Problem(
                    "must be a whole number of 2 or more, or None for off",
                    column="threshold",
                    value=self.threshold,
                )
            )
        if not _at_least_2(self.base):
            problems.append(
                Problem("must be a whole number of 2 or more", column="base", value=self.base)
            )
        if problems:
            raise InputError(problems)

    @property
    def on(self) -> bool:
        """Whether anything is protected at all."""
        return self.threshold is not None


def _at_least_2(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 2


#: Default for answers given in confidence.
CONFIDENTIAL = DisclosurePolicy()
#: Default for answers that are published anyway.
PUBLISHED = DisclosurePolicy(threshold=None)


def describe(policy: DisclosurePolicy) -> str:
    """Return the sentence by which an edition says which policy it was made under."""
    if policy.threshold is None:
        # Why small counts may be told, an edition must say in its own words.
        return "No disclosure control was applied."
    if policy.method == "round":
        return (
            f"Every count is rounded to the nearest multiple of {policy.base} to protect "
            "respondents; totals are rounded on their own, so parts may not add up to them, and "
            "percentages are computed from the rounded counts."
        )
    small = (
        f"Counts from 1 to {policy.threshold - 1} are"
        if policy.zeros_are_safe
        else (f"Counts below {policy.threshold}, noughts included, are")
    )
    return (
        f"{small} withheld to protect respondents, and so are as many further counts as it takes "
        "that no withheld count can be worked out to within fewer than "
        f"{policy.threshold} from any other figure of this edition; percentages that rest on a "
        "withheld count are withheld with it. Other editions of the same data are not taken into "
        "account: beside them, a withheld count may be worked out."
    )


def footnote(policy: DisclosurePolicy) -> str:
    """Return the note printed under a table that holds withheld or rounded counts.

    Missing text is never returned for a policy that is on; for a policy that is off there is
    nothing to note and the text is empty.
    """
    if policy.threshold is None:
        return ""
    if policy.method == "round":
        return (
            f"Counts are rounded to the nearest multiple of {policy.base}; parts may not add up "
            "to totals."
        )
    return (
        f"{MARK} = withheld to protect respondents: a small count, or one from which a small count "
        "could be worked out."
    )
