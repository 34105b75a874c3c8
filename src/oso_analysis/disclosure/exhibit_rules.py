"""How each exhibit on the consultations follows from the cells that are protected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

__all__ = ["EXHIBITS", "Rule"]


@dataclass(frozen=True)
class Rule:
    """How one exhibit's table follows from the cells.

    `counts`, `bases` and `percentages` map a column of the exhibit to the cells of `count_cells`;
    `keys` are the columns whose values name the cell. A column of `ranked` is withheld in all rows
    as soon as any of its counts is withheld, for a rank says where the others stand. Columns of
    `dropped` are not printed, `free` ones do not speak of answers.
    """

    keys: tuple[str, ...]
    counts: Mapping[str, str]
    percentages: Mapping[str, str] = field(default_factory=dict)
    bases: Mapping[str, str] = field(default_factory=dict)
    ranked: Mapping[str, str] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    free: tuple[str, ...] = ()


def _by(column: str) -> Rule:
    return Rule(
        (column,),
        {"n_submissions": column},
        {"percent_of_submissions": column},
        # With them, the few submissions of a group that are not relevant could be worked out, and
        # most groups would have to be withheld.
        dropped=("n_relevant_submissions", "n_respondents"),
    )


_THEME = "theme"
_PLACES = ("rank_difference", "rank_difference_low", "rank_difference_high", "divergence")
_SUBMISSION_RANKS = (
    "rank_submissions",
    *_PLACES,
    "divergence_label",
    "percent_difference_low",
    "percent_difference_high",
)
#: Exhibit to how its table follows from the cells.
EXHIBITS: Mapping[str, Rule] = MappingProxyType(
    {
        "submissions-flow": Rule(
            ("stage",), {"n_submissions": "stage"}, dropped=("n_respondents",)
        ),
        "submissions-by-sector": Rule(
            ("respondent_sector",),
            {
                "n_submissions": "respondent_sector",
                "n_relevant_submissions": "relevant respondent_sector",
            },
            {"percent_of_submissions": "respondent_sector"},
            dropped=("n_respondents",),
        ),
        "submissions-by-country": _by("country"),
        "submissions-by-year": _by("year"),
        "themes-raised": Rule(
            (_THEME,),
            {"n_submissions": "theme", "n_segments": "segments theme"},
            {"percent_of_submissions": "theme", "percent_of_segments": "segments theme"},
            dropped=("n_respondents",),
        ),
        "kinds": Rule(
            ("kind",),
            {"n_segments": "kind"},
            {"percent_of_segments": "kind"},
            dropped=("n_submissions", "n_respondents", "percent_of_submissions"),
        ),
        "issues-and-solutions": Rule(
            (_THEME, "kind"),
            {"n_segments": "theme kind"},
            {"percent_of_segments": "theme kind"},
            dropped=("n_submissions", "n_respondents", "percent_of_submissions"),
        ),
        "themes-by-sector": Rule(
            (_THEME, "respondent_sector"),
            {"n_submissions": "theme sector"},
            {"percent_of_sector_submissions": "theme sector"},
            {"n_submissions_of_sector": "theme sector"},
            dropped=(
                *("n_segments", "n_respondents", "n_segments_of_sector"),
                "percent_of_sector_segments",
            ),
        ),
        "sectors-per-theme": Rule(
            (_THEME,),
            {"n_submissions": "theme", "n_segments": "segments theme"},
            dropped=("n_respondents",),
            # Which sectors raise a theme at all can be read off the noughts of `themes-by-sector`.
            free=("n_sectors",),
        ),
        "solutions-by-outcome": Rule(
            ("outcome",),
            {"n_segments": "outcome"},
            {"percent_of_segments": "outcome"},
            dropped=("n_submissions", "n_respondents", "percent_of_submissions"),
        ),
        "themes-compared": Rule(
            (_THEME,),
            {"n_submissions": "theme", "n_segments": "segments theme"},
            {
                "percent_of_submissions": "theme",
                "percent_of_segments": "segments theme",
                "percent_difference": "theme",
            },
            {"n_submissions_with_theme": "theme", "n_segments_with_theme": "segments theme"},
            ranked={
                **dict.fromkeys(_SUBMISSION_RANKS, "theme"),
                "rank_segments": "segments theme",
            },
            free=(
                *("n_works", "n_works_with_theme", "percent_of_works", "percent_of_work_themes"),
                "rank_works",
            ),
        ),
        "outcomes-summary": Rule(
            ("outcome",),
            {"n_segments": "outcome"},
            {"percent_of_segments": "outcome"},
            dropped=("n_submissions", "n_respondents"),
            # These follow from which themes have a solution at all, and noughts are printed.
            free=("n_themes", "n_works", "n_other_works", "n_works_with_theme", "percent_of_works"),
        ),
        "outcome-trace": Rule(
            ("outcome", _THEME),
            {"n_segments": "outcome theme"},
            {"percent_of_outcome_segments": "outcome theme"},
            dropped=("n_submissions", "n_respondents"),
            free=("n_works",),
        ),
    }
)
