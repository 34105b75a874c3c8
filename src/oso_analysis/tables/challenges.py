"""What practice can rest on: which decisions the literature informs, for whom, and how firmly.

A *practice decision* is what a publication informs: prevention, risk management, treatment, or
none. A *service* is one that the report names; the codebook maps each sector to one, and works of
sectors that belong to none count as "no service named". A *strong design* is a review or a
quantitative study (design families `review` and `quantitative`): a rough order by design alone, not
an appraisal of any study's quality.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pandas as pd

from oso_analysis.codebook import FAMILIES, NOT_STATED, Codebook
from oso_analysis.errors import check_list, check_option, require_columns
from oso_analysis.frames import among
from oso_analysis.tables.themes import FAMILY, cross_facets, cross_periods
from oso_analysis.tables.works import (
    attribute_labels,
    counted_works,
    cross_tabulate,
    members,
    recode,
)

__all__ = [
    "DECISION",
    "NO_SERVICE",
    "SERVICE",
    "STRONG_FAMILIES",
    "cross_decisions_families",
    "cross_decisions_periods",
    "cross_decisions_services",
    "rank_least_evidence",
    "service_labels",
    "with_services",
]

DECISION = "practice_decision"
#: Facet that maps the sectors to the services the report names.
SERVICE = "service"
#: Code of works whose sectors belong to no service.
NO_SERVICE = "no_service"
#: Design families that count as strong.
STRONG_FAMILIES = ("review", "quantitative")


def service_labels(codebook: Codebook) -> dict[str, str]:
    """Return the services as code to label, in the codebook's order."""
    return attribute_labels(codebook, "sector", "service", without=(NO_SERVICE, "No service named"))


def with_services(work_codes: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Return `work_codes` with the facet `service` added (codebook attribute of `sector`)."""
    services = recode(work_codes, codebook, "sector", "service", SERVICE, without=NO_SERVICE)
    return pd.concat([work_codes, services], ignore_index=True)


def cross_decisions_services(
    work_codes: pd.DataFrame, base: Iterable[str], codebook: Codebook
) -> pd.DataFrame:
    """Cross practice decisions with services.

    Parameters
    ----------
    work_codes : pandas.DataFrame
        `work_id, facet, code`; facets "practice_decision" and "sector".
    base : iterable of str
        Ids of the works to count.
    codebook : Codebook

    Returns
    -------
    pandas.DataFrame
        As `tables.works.cross_tabulate`: `practice_decision` in the rows, `service` in the
        columns. A work for several services counts once in each, and once in the totals.
    """
    return cross_tabulate(
        with_services(work_codes, codebook),
        DECISION,
        SERVICE,
        base,
        codebook[DECISION].labels,
        service_labels(codebook),
    )


def cross_decisions_families(
    work_codes: pd.DataFrame, base: Iterable[str], codebook: Codebook
) -> pd.DataFrame:
    """Cross practice decisions with design families: how firm the evidence is, by design.

    Parameters
    ----------
    work_codes : pandas.DataFrame
        `work_id, facet, code`; facets "practice_decision" and "design".
    base : iterable of str
        Ids of the works to count.
    codebook : Codebook

    Returns
    -------
    pandas.DataFrame
        As `tables.works.cross_tabulate`: `practice_decision` by `design_family`.
    """
    return cross_facets(work_codes, DECISION, FAMILY, base, codebook)


def cross_decisions_periods(
    work_codes: pd.DataFrame,
    works: pd.DataFrame,
    base: Iterable[str],
    codebook: Codebook,
    *,
    years: int = 5,
) -> pd.DataFrame:
    """Count the works that inform each practice decision by period of publication.

    Parameters
    ----------
    work_codes : pandas.DataFrame
        `work_id, facet, code`; facet "practice_decision".
    works : pandas.DataFrame
        `work_id, year`.
    base : iterable of str
        Ids of the works to count.
    codebook : Codebook
    years : int, default 5
        Length of a period.

    Returns
    -------
    pandas.DataFrame
        As `tables.themes.cross_periods`.
    """
    return cross_periods(work_codes, works, DECISION, base, codebook, years=years)


def rank_least_evidence(
    work_codes: pd.DataFrame,
    works: pd.DataFrame,
    base: Iterable[str],
    codebook: Codebook,
    *,
    strong: Collection[str] = STRONG_FAMILIES,
) -> pd.DataFrame:
    """Rank services and decisions by how little there is to go on: least first.

    Parameters
    ----------
    work_codes : pandas.DataFrame
        `work_id, facet, code`; facets "practice_decision", "sector" and "design".
    works : pandas.DataFrame
        `work_id, year`.
    base : iterable of str
        Ids of the works to count.
    codebook : Codebook
    strong : collection of str, optional
        Design families that count as strong.

    Returns
    -------
    pandas.DataFrame
        One row a service that the report names and a practice decision (not "none"), fewest strong
        works first, then fewest works, then the codebook's order: `rank` (equal for equal counts),
        `service`, `service_label`, `practice_decision`, `practice_decision_label`, `n_works`,
        `n_strong_works` (reviews and quantitative studies), `n_works_of_service` (any decision),
        `latest_year` (of the cell's works; missing where none states a year).

    Raises
    ------
    InputError
        If `strong` is no list of design families (`codebook.FAMILIES`).
    """
    require_columns(works, ["work_id", "year"], where="rank_least_evidence")
    counted = counted_works(base)
    services = {
        code: label
        for code, label in service_labels(codebook).items()
        if code not in (NO_SERVICE, NOT_STATED)
    }
    decisions = {
        code: item.label
        for code, item in codebook[DECISION].items()
        if code not in ("none", NOT_STATED)
    }
    of_service = members(
        with_services(work_codes, codebook), SERVICE, counted, service_labels(codebook)
    )
    of_decision = members(work_codes, DECISION, counted, codebook[DECISION].labels)
    check_list("strong", strong, STRONG_FAMILIES[0])
    for family in strong:
        check_option("strong", family, FAMILIES)
    families = recode(work_codes, codebook, "design", "family", FAMILY)
    firm = families.loc[families["code"].isin(list(strong)), "work_id"]
    cells = of_service.merge(of_decision, on="work_id").merge(
        works[["work_id", "year"]], on="work_id", how="left"
    )
    cells["strong"] = among(cells["work_id"], firm)
    summary = cells.groupby([SERVICE, DECISION]).agg(
        n_works=("work_id", "nunique"),
        n_strong_works=("strong", "sum"),
        latest_year=("year", "max"),
    )
    grid = pd.MultiIndex.from_product([services, decisions], names=[SERVICE, DECISION])
    table = summary.reindex(grid).reset_index()
    for column in ("n_works", "n_strong_works"):
        table[column] = table[column].fillna(0).astype("int64")
    table["latest_year"] = table["latest_year"].astype("Int64")
    table.insert(1, "service_label", table[SERVICE].map(services))
    table.insert(3, f"{DECISION}_label", table[DECISION].map(decisions))
    sizes = of_service.groupby(SERVICE)["work_id"].nunique()
    table["n_works_of_service"] = table[SERVICE].map(sizes).fillna(0).astype("int64")
    # The grid is in the codebook's order and the sort is stable, so that order breaks ties.
    table = table.sort_values(["n_strong_works", "n_works"], kind="stable", ignore_index=True)
    same = table[["n_strong_works", "n_works"]].apply(tuple, axis=1)
    table.insert(0, "rank", same.rank(method="min").astype("int64") if len(table) else 0)
    text = [SERVICE, "service_label", DECISION, f"{DECISION}_label"]
    front = ["rank", *text, "n_works", "n_strong_works", "n_works_of_service", "latest_year"]
    return table.astype(dict.fromkeys(text, "str"))[front]
