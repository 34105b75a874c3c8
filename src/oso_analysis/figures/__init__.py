"""Drawing: every function takes a table that is already counted and returns a Matplotlib figure.

All of them are here by name: type ``oso.figures.`` and press Tab.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oso_analysis.lazy import lazy_names

if TYPE_CHECKING:
    from oso_analysis.figures.agreement import plot_agreement
    from oso_analysis.figures.challenges import (
        plot_decisions_services,
        plot_least_evidence,
    )
    from oso_analysis.figures.comparison import (
        plot_rank_differences,
        plot_theme_slopes,
    )
    from oso_analysis.figures.consultation import (
        plot_issue_flow,
        plot_issues_and_solutions,
        plot_outcomes,
        plot_sector_heatmap,
        plot_submissions,
    )
    from oso_analysis.figures.indicators import plot_series
    from oso_analysis.figures.literature import (
        plot_bars,
        plot_completeness,
        plot_years,
    )
    from oso_analysis.figures.outcomes import plot_outcome_trace
    from oso_analysis.figures.prisma import plot_prisma_flow
    from oso_analysis.figures.themes import (
        plot_cooccurrence,
        plot_cross_table,
        plot_evidence_map,
        plot_over_time,
    )

__all__ = [
    "plot_agreement",
    "plot_bars",
    "plot_completeness",
    "plot_cooccurrence",
    "plot_cross_table",
    "plot_decisions_services",
    "plot_evidence_map",
    "plot_issue_flow",
    "plot_issues_and_solutions",
    "plot_least_evidence",
    "plot_outcome_trace",
    "plot_outcomes",
    "plot_over_time",
    "plot_prisma_flow",
    "plot_rank_differences",
    "plot_sector_heatmap",
    "plot_series",
    "plot_submissions",
    "plot_theme_slopes",
    "plot_years",
]

_MODULES = {
    "agreement": ("plot_agreement",),
    "challenges": (
        "plot_decisions_services",
        "plot_least_evidence",
    ),
    "comparison": (
        "plot_rank_differences",
        "plot_theme_slopes",
    ),
    "consultation": (
        "plot_issue_flow",
        "plot_issues_and_solutions",
        "plot_outcomes",
        "plot_sector_heatmap",
        "plot_submissions",
    ),
    "indicators": ("plot_series",),
    "literature": (
        "plot_bars",
        "plot_completeness",
        "plot_years",
    ),
    "outcomes": ("plot_outcome_trace",),
    "prisma": ("plot_prisma_flow",),
    "themes": (
        "plot_cooccurrence",
        "plot_cross_table",
        "plot_evidence_map",
        "plot_over_time",
    ),
}

__getattr__, __dir__ = lazy_names(
    __name__, {name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names}
)
