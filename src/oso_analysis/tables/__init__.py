"""Counting: every function takes tidy frames and returns a tidy table whose totals close.

All of them are here by name: type ``oso.tables.`` and press Tab.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oso_analysis.lazy import lazy_names

if TYPE_CHECKING:
    from oso_analysis.tables.challenges import (
        cross_decisions_families,
        cross_decisions_periods,
        cross_decisions_services,
        rank_least_evidence,
        service_labels,
        with_services,
    )
    from oso_analysis.tables.comparison import compare_themes, sum_up_comparison
    from oso_analysis.tables.conflicts import label_conflicts
    from oso_analysis.tables.consultation import (
        count_outcomes,
        count_sectors_per_theme,
        count_segments,
        cross_sectors,
        list_paraphrases,
        name_uncoded,
        trace_issues_to_outcomes,
    )
    from oso_analysis.tables.extremes import find_extremes, find_span, list_uncounted
    from oso_analysis.tables.indicators import (
        count_figures,
        format_figure,
        list_breaks,
        list_conflicts,
        select_series,
        summarise_series,
    )
    from oso_analysis.tables.intervals import (
        add_percentages,
        describe_basis,
        wilson_interval,
    )
    from oso_analysis.tables.literature import (
        count_countries,
        count_fields,
        count_languages,
        count_types,
        count_venues,
        count_years,
    )
    from oso_analysis.tables.outcomes import (
        count_evidence_designs,
        summarise_outcomes,
        trace_outcomes,
    )
    from oso_analysis.tables.participation import (
        count_repeat_respondents,
        count_submissions,
        list_repeat_respondents,
        trace_submissions,
    )
    from oso_analysis.tables.prisma import (
        check_balance,
        count_prisma_flow,
        count_sources,
        edition_stage,
        list_unscreened,
    )
    from oso_analysis.tables.prisma_export import to_prisma2020_csv
    from oso_analysis.tables.themes import (
        count_cooccurrence,
        count_facet,
        cross_facets,
        cross_periods,
        map_evidence,
        period_labels,
        sum_up_cooccurrence,
        with_families,
        with_periods,
    )
    from oso_analysis.tables.works import (
        attribute_labels,
        code_column,
        count_codes,
        counted_works,
        cross_tabulate,
        members,
        recode,
        spread,
    )

__all__ = [
    "add_percentages",
    "attribute_labels",
    "check_balance",
    "code_column",
    "compare_themes",
    "count_codes",
    "count_cooccurrence",
    "count_countries",
    "count_evidence_designs",
    "count_facet",
    "count_fields",
    "count_figures",
    "count_languages",
    "count_outcomes",
    "count_prisma_flow",
    "count_repeat_respondents",
    "count_sectors_per_theme",
    "count_segments",
    "count_sources",
    "count_submissions",
    "count_types",
    "count_venues",
    "count_years",
    "counted_works",
    "cross_decisions_families",
    "cross_decisions_periods",
    "cross_decisions_services",
    "cross_facets",
    "cross_periods",
    "cross_sectors",
    "cross_tabulate",
    "describe_basis",
    "edition_stage",
    "find_extremes",
    "find_span",
    "format_figure",
    "label_conflicts",
    "list_breaks",
    "list_conflicts",
    "list_paraphrases",
    "list_repeat_respondents",
    "list_uncounted",
    "list_unscreened",
    "map_evidence",
    "members",
    "name_uncoded",
    "period_labels",
    "rank_least_evidence",
    "recode",
    "select_series",
    "service_labels",
    "spread",
    "sum_up_comparison",
    "sum_up_cooccurrence",
    "summarise_outcomes",
    "summarise_series",
    "to_prisma2020_csv",
    "trace_issues_to_outcomes",
    "trace_outcomes",
    "trace_submissions",
    "wilson_interval",
    "with_families",
    "with_periods",
    "with_services",
]

_MODULES = {
    "challenges": (
        "cross_decisions_families",
        "cross_decisions_periods",
        "cross_decisions_services",
        "rank_least_evidence",
        "service_labels",
        "with_services",
    ),
    "comparison": ("compare_themes", "sum_up_comparison"),
    "conflicts": ("label_conflicts",),
    "consultation": (
        "count_outcomes",
        "count_sectors_per_theme",
        "count_segments",
        "cross_sectors",
        "list_paraphrases",
        "name_uncoded",
        "trace_issues_to_outcomes",
    ),
    "extremes": ("find_extremes", "find_span", "list_uncounted"),
    "indicators": (
        "count_figures",
        "format_figure",
        "list_breaks",
        "list_conflicts",
        "select_series",
        "summarise_series",
    ),
    "intervals": (
        "add_percentages",
        "describe_basis",
        "wilson_interval",
    ),
    "literature": (
        "count_countries",
        "count_fields",
        "count_languages",
        "count_types",
        "count_venues",
        "count_years",
    ),
    "outcomes": (
        "count_evidence_designs",
        "summarise_outcomes",
        "trace_outcomes",
    ),
    "participation": (
        "count_repeat_respondents",
        "count_submissions",
        "list_repeat_respondents",
        "trace_submissions",
    ),
    "prisma": (
        "check_balance",
        "count_prisma_flow",
        "count_sources",
        "edition_stage",
        "list_unscreened",
    ),
    "prisma_export": ("to_prisma2020_csv",),
    "themes": (
        "count_cooccurrence",
        "count_facet",
        "cross_facets",
        "cross_periods",
        "map_evidence",
        "period_labels",
        "sum_up_cooccurrence",
        "with_families",
        "with_periods",
    ),
    "works": (
        "attribute_labels",
        "code_column",
        "count_codes",
        "counted_works",
        "cross_tabulate",
        "members",
        "recode",
        "spread",
    ),
}

__getattr__, __dir__ = lazy_names(
    __name__, {name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names}
)
