"""Count works by their codes: the one core behind every table of literature.

A work may carry several codes of a facet, or none. So each table says three things: how many works
carry each code (the counts of a facet with many codes add up to more than the works), how many
carry none ("not stated"), and how many works there are in all (the row or column "total", each work
once). Percentages are of works, never of codes; the column name says of which works.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from oso_analysis.codebook import NOT_STATED, NOT_STATED_LABEL, Codebook, require_codebook
from oso_analysis.errors import InputError, Problem, nearest, require_columns, require_kind
from oso_analysis.frames import distinct
from oso_analysis.tables.coded import state_missing
from oso_analysis.tables.intervals import add_percentages

__all__ = [
    "TOTAL",
    "TOTAL_LABEL",
    "attribute_labels",
    "code_column",
    "count_codes",
    "counted_works",
    "cross_tabulate",
    "members",
    "recode",
    "spread",
]

#: Code and label of the row or column that counts each work once.
TOTAL = "total"
TOTAL_LABEL = "All works"


def _slug(text: object) -> str:
    return "_".join(str(text).casefold().split())


def attribute_labels(
    codebook: Codebook, facet: str, attribute: str, *, without: tuple[str, str] | None = None
) -> dict[str, str]:
    """Return the values of a codebook attribute as ordered codes with labels.

    Parameters
    ----------
    codebook : Codebook
    facet : str
        Such as "design" or "sector".
    attribute : str
        Such as "family" or "service".
    without : tuple of str, optional
        Code and label for codes whose attribute is null; needed where there are such codes.

    Returns
    -------
    dict
        Code ("child_protection") to label ("Child protection"), in the order the codebook first
        uses them, then `without`, then "not stated".

    Raises
    ------
    InputError
        A code has no value and `without` is not given.
    """
    require_codebook(codebook)
    values = codebook[facet].attribute(attribute)
    named = {_slug(value): str(value).capitalize() for value in values.values() if value}
    empty = [code for code, value in values.items() if not value]
    if empty and without is None:
        raise InputError(Problem(f"has no {attribute}", column=facet, value=code) for code in empty)
    labels = {code: label for code, label in named.items() if code != NOT_STATED}
    if without is not None:
        labels[without[0]] = without[1]
    return labels | {NOT_STATED: NOT_STATED_LABEL}


def recode(
    work_codes: pd.DataFrame,
    codebook: Codebook,
    facet: str,
    attribute: str,
    name: str,
    *,
    without: str | None = None,
) -> pd.DataFrame:
    """Translate the codes of a facet into a coarser facet that the codebook defines.

    Parameters
    ----------
    work_codes : pandas.DataFrame
        `work_id, facet, code`.
    codebook : Codebook
    facet, attribute : str
        Translate the facet's codes into this attribute of theirs (design to its family, sector to
        the service).
    name : str
        Name of the new facet.
    without : str, optional
        Code for codes whose attribute is null. A work that also has a code with a value keeps
        only that: "no service" is said of works that concern no service at all.

    Returns
    -------
    pandas.DataFrame
        `work_id, facet, code`, each row once, sorted; `facet` is `name`.
    """
    require_columns(work_codes, ["work_id", "facet", "code"], where="recode")
    require_codebook(codebook)
    values = codebook[facet].attribute(attribute)
    rows = work_codes.loc[work_codes["facet"] == facet, ["work_id", "code"]]
    codes = {code: _slug(value) if value else without for code, value in values.items()}
    codes.setdefault(NOT_STATED, NOT_STATED)
    _refuse_unknown(rows["code"], codes, facet)
    rows = rows.assign(facet=name, code=rows["code"].map(codes))
    if without is not None:
        empty = rows["code"] == without
        named = (~empty).groupby(rows["work_id"]).transform("any")
        rows = rows[~(empty & named)]
    columns = ["work_id", "facet", "code"]
    return (
        rows[columns]
        .dropna()
        .astype("str")
        .drop_duplicates()
        .sort_values(columns, ignore_index=True)
    )


def code_column(works: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return a column of `works` (year, type, language) as codes; missing becomes "not stated".

    Parameters
    ----------
    works : pandas.DataFrame
        `work_id` and `column`.
    column : str
        Its name becomes the facet's.

    Returns
    -------
    pandas.DataFrame
        `work_id, facet, code`; one row a work.
    """
    require_columns(works, ["work_id", column], where="code_column")
    return pd.DataFrame(
        {
            "work_id": works["work_id"].astype("str"),
            "facet": column,
            "code": state_missing(works[column]),
        }
    ).reset_index(drop=True)


def _refuse_unknown(codes: pd.Series, legal: Iterable[str], facet: str) -> None:
    known = list(legal)
    wrong = sorted(distinct(codes) - set(known))
    if wrong:
        raise InputError(
            Problem(
                "is not a code that is counted",
                column=facet,
                value=code,
                nearest=nearest(code, known),
            )
            for code in wrong
        )


def counted_works(base: Iterable[str]) -> set[str]:
    """Return the ids of the works that a table counts.

    Parameters
    ----------
    base : iterable of str

    Raises
    ------
    InputError
        A whole table or one text, whose columns or letters would be counted, or a missing id.
    """
    if isinstance(base, str | pd.DataFrame) or not isinstance(base, Iterable):
        rule = 'must be the ids of the works to count, such as works["work_id"]'
        raise InputError([Problem(rule, column="base", value=type(base).__name__)])
    ids = set(base)
    if missing := [one for one in ids if not isinstance(one, str)]:
        raise InputError([Problem("is no id of a work", column="base", value=missing[0])])
    return ids


def members(
    codes: pd.DataFrame, facet: str, base: Iterable[str], labels: Mapping[str, str]
) -> pd.DataFrame:
    """Return which of the works counted carries which code; "not stated" where it carries none.

    Parameters
    ----------
    codes : pandas.DataFrame
        `work_id, facet, code`.
    facet : str
    base : iterable of str
        Ids of the works to count; codes of other works are left out.
    labels : mapping
        All legal codes.

    Returns
    -------
    pandas.DataFrame
        `work_id` and `<facet>`, each pair once; every work of the base at least once.

    Raises
    ------
    InputError
        A code that `labels` does not list: dropping it would lose a work in silence; a base that is
        no list of ids.
    """
    require_columns(codes, ["work_id", "facet", "code"], where="members")
    require_kind("facet", facet, str, "must be the name of one facet, such as 'theme'")
    rule = 'must map codes to labels, such as codebook["theme"].labels'
    require_kind("labels", labels, Mapping, rule)
    works = pd.DataFrame({"work_id": pd.Series(sorted(counted_works(base)), dtype="str")})
    rows = codes.loc[codes["facet"] == facet, ["work_id", "code"]].drop_duplicates()
    # A missing code beside a stated one says nothing: "not stated" is a work that carries none.
    rows = rows[rows["code"].notna()]
    table = works.merge(rows.astype("str"), on="work_id", how="left")
    table["code"] = state_missing(table["code"])
    _refuse_unknown(table["code"], [*labels, NOT_STATED], facet)
    return table.rename(columns={"code": facet})


def _listed(codes: pd.Series, labels: Mapping[str, str]) -> dict[str, str]:
    """Return the codes a table lists: all of them, "not stated" last and only where it occurs."""
    listed = {code: label for code, label in labels.items() if code != NOT_STATED}
    if (codes == NOT_STATED).any():
        listed[NOT_STATED] = labels.get(NOT_STATED, NOT_STATED_LABEL)
    return listed


def count_codes(
    codes: pd.DataFrame, facet: str, base: Iterable[str], labels: Mapping[str, str]
) -> pd.DataFrame:
    """Count the works that carry each code of a facet.

    Parameters
    ----------
    codes : pandas.DataFrame
        `work_id, facet, code`.
    facet : str
    base : iterable of str
        Ids of the works to count.
    labels : mapping
        Code to label of every legal code, in the order of the table
        (``codebook["theme"].labels``).

    Returns
    -------
    pandas.DataFrame
        One row a code, used or not, then "not stated" (where it occurs), then "total":
        `<facet>`, `<facet>_label`, `n_works`, `percent_of_works` (base: all works counted),
        `percent_of_stated_works` (base: those with a stated code; missing for "not stated").
        Counts of codes add up to the total only where a work has one code.

    Raises
    ------
    InputError
        A code that `labels` does not list.

    Examples
    --------
    >>> import pandas as pd
    >>> codes = pd.DataFrame(
    ...     {"work_id": ["w1", "w1", "w2"], "facet": "theme", "code": ["a", "b", "a"]}
    ... )
    >>> print(count_codes(codes, "theme", ["w1", "w2", "w3"], {"a": "A", "b": "B"}).to_string())
            theme theme_label  n_works  percent_of_works  percent_of_stated_works
    0           a           A        2         66.666667                    100.0
    1           b           B        1         33.333333                     50.0
    2  not_stated  Not stated        1         33.333333                      NaN
    3       total   All works        3        100.000000                      NaN
    """
    found = members(codes, facet, base, labels)
    listed = _listed(found[facet], labels)
    n_base = int(found["work_id"].nunique())
    n_stated = int(found.loc[found[facet] != NOT_STATED, "work_id"].nunique())
    counts = found.groupby(facet)["work_id"].nunique()
    table = pd.DataFrame(
        {
            facet: pd.Series([*listed, TOTAL], dtype="str"),
            f"{facet}_label": pd.Series([*listed.values(), TOTAL_LABEL], dtype="str"),
            "n_works": [*(int(counts.get(code, 0)) for code in listed), n_base],
        }
    )
    table = add_percentages(table, "n_works", n_base, name="percent_of_works")
    table = add_percentages(table, "n_works", n_stated, name="percent_of_stated_works")
    unstated = table[facet].isin([NOT_STATED, TOTAL])
    table["percent_of_stated_works"] = table["percent_of_stated_works"].mask(unstated)
    return table


def cross_tabulate(
    codes: pd.DataFrame,
    rows: str,
    columns: str,
    base: Iterable[str],
    row_labels: Mapping[str, str],
    column_labels: Mapping[str, str],
) -> pd.DataFrame:
    """Count the works that carry each pair of codes of two facets.

    Parameters
    ----------
    codes : pandas.DataFrame
        `work_id, facet, code`, both facets in it.
    rows, columns : str
        The two facets.
    base : iterable of str
        Ids of the works to count.
    row_labels, column_labels : mapping
        Code to label of every legal code, in the order of the table.

    Returns
    -------
    pandas.DataFrame
        One row a cell, empty ones included, row by row; each row ends with its total and the last
        row holds the columns' totals: `<rows>`, `<rows>_label`, `<columns>`, `<columns>_label`,
        `n_works`, `percent_of_row_works` (base: the works of the row, each once; missing in a row
        without works). A total counts each work once, so it is less than the sum of its cells
        where works have several codes.

    Raises
    ------
    InputError
        A code that the labels do not list, or the same facet twice.

    Examples
    --------
    >>> import pandas as pd
    >>> codes = pd.DataFrame(
    ...     {
    ...         "work_id": ["w1", "w1", "w2", "w2"],
    ...         "facet": ["theme", "design", "theme", "design"],
    ...         "code": ["a", "x", "a", "y"],
    ...     }
    ... )
    >>> table = cross_tabulate(
    ...     codes, "theme", "design", ["w1", "w2"], {"a": "A"}, {"x": "X", "y": "Y"}
    ... )
    >>> print(spread(table, "theme", "design").to_string(index=False))
    theme_label  X  Y  All works
              A  1  1          2
      All works  1  1          2
    """
    if rows == columns:
        raise InputError([Problem("cannot be crossed with itself", column="columns", value=rows)])
    works = sorted(set(base))
    left = members(codes, rows, works, row_labels)
    right = members(codes, columns, works, column_labels)
    listed_rows = _listed(left[rows], row_labels) | {TOTAL: TOTAL_LABEL}
    listed_columns = _listed(right[columns], column_labels) | {TOTAL: TOTAL_LABEL}
    # Totals are a code that every work carries once.
    everyone = pd.DataFrame({"work_id": pd.Series(works, dtype="str")})
    left = pd.concat([left, everyone.assign(**{rows: TOTAL})], ignore_index=True)
    right = pd.concat([right, everyone.assign(**{columns: TOTAL})], ignore_index=True)
    counts = left.merge(right, on="work_id").groupby([rows, columns]).size().rename("n_works")
    grid = pd.MultiIndex.from_product([listed_rows, listed_columns], names=[rows, columns])
    table = counts.reindex(grid, fill_value=0).astype("int64").reset_index()
    table.insert(1, f"{rows}_label", table[rows].map(listed_rows).astype("str"))
    table.insert(3, f"{columns}_label", table[columns].map(listed_columns).astype("str"))
    table = table.astype({rows: "str", columns: "str"})
    of_row = table.loc[table[columns] == TOTAL].set_index(rows)["n_works"]
    table["_base"] = table[rows].map(of_row)
    table = add_percentages(table, "n_works", "_base", name="percent_of_row_works")
    return table.drop(columns="_base")


def spread(table: pd.DataFrame, rows: str, columns: str, *, value: str = "n_works") -> pd.DataFrame:
    """Lay a cross-tabulation out for reading: one line a row, one column a code.

    Parameters
    ----------
    table : pandas.DataFrame
        As `cross_tabulate` returns it.
    rows, columns : str
        The two facets.
    value : str, default "n_works"
        What the cells hold.

    Returns
    -------
    pandas.DataFrame
        `<rows>_label` and one column for each code of `columns`, named by its label, in order.
    """
    needed = [rows, f"{rows}_label", columns, f"{columns}_label", value]
    require_columns(table, needed, where="spread")
    order = list(dict.fromkeys(table[f"{columns}_label"]))
    lines = list(dict.fromkeys(table[f"{rows}_label"]))
    wide = table.pivot(index=f"{rows}_label", columns=f"{columns}_label", values=value)
    wide = wide.reindex(index=lines, columns=order)
    wide.columns.name = None
    return wide.reset_index()
