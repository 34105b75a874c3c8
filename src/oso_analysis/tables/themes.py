"""What the literature is about: the report's eight themes by design, behaviour, population, year.

All functions take `work_codes` (`work_id, facet, code`) and the works to count; a work may have
several themes, so counts of themes add up to more than the works.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from oso_analysis.codebook import NOT_STATED, NOT_STATED_LABEL, Codebook, require_codebook
from oso_analysis.errors import check_option, check_whole, require_columns
from oso_analysis.frames import among
from oso_analysis.literature.coding import EMPTY_CODES
from oso_analysis.tables.intervals import add_percentages
from oso_analysis.tables.works import (
    TOTAL,
    attribute_labels,
    code_column,
    count_codes,
    counted_works,
    cross_tabulate,
    members,
    recode,
)

__all__ = [
    "FAMILY",
    "PERIOD",
    "count_cooccurrence",
    "count_facet",
    "cross_facets",
    "cross_periods",
    "map_evidence",
    "period_labels",
    "sum_up_cooccurrence",
    "with_families",
    "with_periods",
]

#: Facet that groups the designs as the codebook's `family` does.
FAMILY = "design_family"
#: Facet that groups the years of publication.
PERIOD = "period"


def with_families(work_codes: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Return `work_codes` with the facet `design_family` added (codebook attribute `family`)."""
    families = recode(work_codes, codebook, "design", "family", FAMILY)
    return pd.concat([work_codes, families], ignore_index=True)


def _labels(facet: str, codebook: Codebook) -> dict[str, str]:
    if facet == FAMILY:
        return attribute_labels(codebook, "design", "family")
    require_codebook(codebook)
    return codebook[facet].labels


def count_facet(
    work_codes: pd.DataFrame, facet: str, base: Iterable[str], codebook: Codebook
) -> pd.DataFrame:
    """Count works by one facet of the codebook, in its order.

    Parameters
    ----------
    work_codes : pandas.DataFrame
        `work_id, facet, code`.
    facet : str
        A facet of the codebook, or "design_family".
    base : iterable of str
        Ids of the works to count.
    codebook : Codebook

    Returns
    -------
    pandas.DataFrame
        As `tables.works.count_codes`.

    Examples
    --------
    >>> import pandas as pd
    >>> from oso_analysis.codebook import Code, Codebook, Facet
    >>> themes = {code: Code(code, code.title()) for code in ("policing", "research")}
    >>> codebook = Codebook({"theme": Facet("theme", themes)})
    >>> codes = pd.DataFrame(
    ...     {
    ...         "work_id": ["w1", "w1", "w2"],
    ...         "facet": "theme",
    ...         "code": ["policing", "research", "policing"],
    ...     }
    ... )
    >>> table = count_facet(codes, "theme", ["w1", "w2", "w3"], codebook)
    >>> print(table[["theme_label", "n_works", "percent_of_stated_works"]].to_string(index=False))
    theme_label  n_works  percent_of_stated_works
       Policing        2                    100.0
       Research        1                     50.0
     Not stated        1                      NaN
      All works        3                      NaN
    """
    codes = with_families(work_codes, codebook) if facet == FAMILY else work_codes
    return count_codes(codes, facet, base, _labels(facet, codebook))


def cross_facets(
    work_codes: pd.DataFrame, rows: str, columns: str, base: Iterable[str], codebook: Codebook
) -> pd.DataFrame:
    """Cross two facets: themes by design, design family, behaviour or population.

    Parameters
    ----------
    work_codes : pandas.DataFrame
        `work_id, facet, code`.
    rows, columns : str
        Facets of the codebook, or "design_family".
    base : iterable of str
        Ids of the works to count.
    codebook : Codebook

    Returns
    -------
    pandas.DataFrame
        As `tables.works.cross_tabulate`, with totals.

    Examples
    --------
    >>> import pandas as pd
    >>> from oso_analysis.tables.works import spread
    >>> from oso_analysis.codebook import Code, Codebook, Facet
    >>> themes = {code: Code(code, code.title()) for code in ("policing", "research")}
    >>> designs = {"cohort": Code("cohort", "Cohort", attributes={"family": "quantitative"})}
    >>> codebook = Codebook({"theme": Facet("theme", themes), "design": Facet("design", designs)})
    >>> codes = pd.DataFrame(
    ...     {"work_id": "w1", "facet": ["theme", "design"], "code": ["policing", "cohort"]}
    ... )
    >>> table = cross_facets(codes, "theme", "design", ["w1"], codebook)
    >>> print(spread(table, "theme", "design").to_string(index=False))
    theme_label  Cohort  All works
       Policing       1          1
       Research       0          0
      All works       1          1
    """
    codes = with_families(work_codes, codebook) if FAMILY in (rows, columns) else work_codes
    return cross_tabulate(
        codes, rows, columns, base, _labels(rows, codebook), _labels(columns, codebook)
    )


def map_evidence(
    work_codes: pd.DataFrame,
    base: Iterable[str],
    codebook: Codebook,
    *,
    rows: str = "theme",
    columns: str = "design",
) -> pd.DataFrame:
    """Map evidence and gaps: how many works there are for each theme and design, and where none.

    Parameters
    ----------
    work_codes : pandas.DataFrame
        `work_id, facet, code`.
    base : iterable of str
        Ids of the works to count.
    codebook : Codebook
    rows, columns : str, optional
        Facets of the codebook, or "design_family".

    Returns
    -------
    pandas.DataFrame
        As `cross_facets`, with `is_gap`: the cell joins two codes (neither "none" nor "not
        stated") and holds no work.
    """
    table = cross_facets(work_codes, rows, columns, base, codebook)
    joined = ~table[[rows, columns]].isin([*EMPTY_CODES, TOTAL]).any(axis=1)
    table["is_gap"] = joined & (table["n_works"] == 0)
    return table


def count_cooccurrence(
    work_codes: pd.DataFrame, base: Iterable[str], codebook: Codebook, *, facet: str = "theme"
) -> pd.DataFrame:
    """Count the works that carry two codes of a facet together.

    Parameters
    ----------
    work_codes : pandas.DataFrame
        `work_id, facet, code`.
    base : iterable of str
        Ids of the works to count.
    codebook : Codebook
    facet : str, default "theme"

    Returns
    -------
    pandas.DataFrame
        One row an ordered pair of codes, a code with itself included: `<facet>`,
        `<facet>_label`, `other_<facet>`, `other_<facet>_label`, `n_works` (with both; with the
        code, on the diagonal), `n_works_alone` (with no other code of the facet; on the diagonal
        only), `percent_of_works_with_<facet>` (base: works with the row's code; missing where
        there is none). The counts are symmetric, the percentages are not.
    """
    labels = {code: item.label for code, item in codebook[facet].items() if code != NOT_STATED}
    found = members(work_codes, facet, base, codebook[facet].labels)
    found = found[found[facet] != NOT_STATED]
    other = f"other_{facet}"
    pairs = found.merge(found.rename(columns={facet: other}), on="work_id")
    grid = pd.MultiIndex.from_product([labels, labels], names=[facet, other])
    counts = pairs.groupby([facet, other]).size().reindex(grid, fill_value=0)
    table = counts.rename("n_works").astype("int64").reset_index()
    table.insert(1, f"{facet}_label", table[facet].map(labels))
    table.insert(3, f"{other}_label", table[other].map(labels))
    per_work = found.groupby("work_id")[facet].transform("size")
    alone = found.loc[per_work == 1, facet].value_counts()
    diagonal = table[facet] == table[other]
    n_alone = table[facet].map(alone).fillna(0).astype("Int64")
    table["n_works_alone"] = n_alone.where(diagonal)
    table["_base"] = table[facet].map(found[facet].value_counts()).fillna(0)
    name = f"percent_of_works_with_{facet}"
    table = add_percentages(table, "n_works", "_base", name=name).drop(columns="_base")
    text = [facet, f"{facet}_label", other, f"{other}_label"]
    return table.astype(dict.fromkeys(text, "str"))


@dataclass(frozen=True)
class Cooccurrence:
    """What a table of co-occurrence says as a whole.

    Attributes
    ----------
    n_alone : int
        Works with one code only.
    one, other : str or None
        Labels of the pair found together most, where it is a single one.
    n_most : int
        Pairs found together as often as any; 0 where none is found together.
    n_together : int
        Works with such a pair.
    n_never, n_pairs : int
        Pairs never found together, and all pairs.
    """

    n_alone: int
    one: str | None
    other: str | None
    n_most: int
    n_together: int
    n_never: int
    n_pairs: int


def sum_up_cooccurrence(table: pd.DataFrame, *, facet: str = "theme") -> Cooccurrence:
    """Say which codes occur together most, and how many never do.

    Parameters
    ----------
    table : pandas.DataFrame
        As `count_cooccurrence` gives it.
    facet : str, default "theme"

    Returns
    -------
    Cooccurrence
    """
    labels = [f"{facet}_label", f"other_{facet}_label"]
    needed = [facet, f"other_{facet}", *labels, "n_works", "n_works_alone"]
    require_columns(table, needed, where="sum_up_cooccurrence")
    pairs = table[table[facet] < table[f"other_{facet}"]]
    n_together = int(pairs["n_works"].max()) if len(pairs) else 0
    most = pairs[pairs["n_works"].eq(n_together) & pairs["n_works"].gt(0)]
    one, other = most[labels].iloc[0] if len(most) == 1 else (None, None)
    return Cooccurrence(
        n_alone=int(table["n_works_alone"].sum()),
        one=one,
        other=other,
        n_most=len(most),
        n_together=n_together,
        n_never=int(pairs["n_works"].eq(0).sum()),
        n_pairs=len(pairs),
    )


def period_labels(works: pd.DataFrame, base: Iterable[str], *, years: int = 5) -> dict[str, str]:
    """Return the periods that span the works' years, as code to label, oldest first.

    Parameters
    ----------
    works : pandas.DataFrame
        `work_id, year`.
    base : iterable of str
        Ids of the works to count.
    years : int, default 5
        Length of a period; periods begin in years divisible by it. The last may hold fewer years
        so far; its label ends with the last year found.

    Returns
    -------
    dict
        ``{"2015": "2015–2019", …, "not_stated": "Not stated"}``; a one-year period is "2015".

    Raises
    ------
    InputError
        `years` is no whole number of at least 1.
    """
    require_columns(works, ["work_id", "year"], where="period_labels")
    check_whole("years", years)
    stated = (
        works.loc[among(works["work_id"], counted_works(base)), "year"].dropna().astype("int64")
    )
    labels = {}
    if len(stated):
        last = int(stated.max())
        for first in range(int(stated.min()) // years * years, last + 1, years):
            end = min(first + years - 1, last)
            labels[str(first)] = str(first) if end == first else f"{first}–{end}"
    return labels | {NOT_STATED: NOT_STATED_LABEL}


def with_periods(work_codes: pd.DataFrame, works: pd.DataFrame, *, years: int = 5) -> pd.DataFrame:
    """Return `work_codes` with the facet `period` added: the first year of the work's period."""
    require_columns(works, ["work_id", "year"], where="with_periods")
    check_whole("years", years)
    first = works["year"].astype("Int64") // years * years
    periods = code_column(works.assign(**{PERIOD: first}), PERIOD)
    return pd.concat([work_codes, periods], ignore_index=True)


def cross_periods(
    work_codes: pd.DataFrame,
    works: pd.DataFrame,
    facet: str,
    base: Iterable[str],
    codebook: Codebook,
    *,
    years: int = 5,
    share: str = "period",
) -> pd.DataFrame:
    """Count the works of each code by period of publication.

    Parameters
    ----------
    work_codes : pandas.DataFrame
        `work_id, facet, code`.
    works : pandas.DataFrame
        `work_id, year`.
    facet : str
        A facet of the codebook, or "design_family".
    base : iterable of str
        Ids of the works to count.
    codebook : Codebook
    years : int, default 5
        Length of a period; 1 counts by single year.
    share : {"period", "code"}, default "period"
        Base of the percentage.

    Returns
    -------
    pandas.DataFrame
        As `tables.works.cross_tabulate` with `facet` in the rows and `period` in the columns, the
        works without a year in the period "not stated". The percentage is `percent_of_row_works`
        (share "code") or `percent_of_period_works` (share "period": of all works of the period,
        which takes the growth of the literature out).
    """
    check_option("share", share, ("period", "code"))
    works_counted = counted_works(base)
    codes = with_families(work_codes, codebook) if facet == FAMILY else work_codes
    table = cross_tabulate(
        with_periods(codes, works, years=years),
        facet,
        PERIOD,
        works_counted,
        _labels(facet, codebook),
        period_labels(works, works_counted, years=years),
    )
    if share == "code":
        return table
    of_period = table.loc[table[facet] == TOTAL].set_index(PERIOD)["n_works"]
    table["_base"] = table[PERIOD].map(of_period)
    table = add_percentages(table, "n_works", "_base", name="percent_of_period_works")
    return table.drop(columns=["_base", "percent_of_row_works"])
