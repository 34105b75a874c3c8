"""What respondents said: issues and possible solutions by theme, sector and outcome.

All functions take `segments` as `consultation.respondents.prepare_consultation` gives them: one
coder's segments, each with one theme, one kind (issue or solution), at most one outcome and its
submission's attributes. A count of segments says how much was said, a count of submissions how many
said it; the first adds up over themes, the second does not, as a submission speaks to several.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from oso_analysis.codebook import NOT_STATED, Codebook
from oso_analysis.errors import InputError, Problem, check_list, require_columns
from oso_analysis.tables.coded import add_labels, code_order, state_missing
from oso_analysis.tables.intervals import add_percentages

__all__ = [
    "NO_OUTCOME",
    "count_outcomes",
    "count_sectors_per_theme",
    "count_segments",
    "cross_sectors",
    "list_paraphrases",
    "name_uncoded",
    "trace_issues_to_outcomes",
]

#: Label of the rows that take issues and possible solutions together.
ANY_KIND = "Any kind"
#: What a solution without a coded outcome is called: it may well serve one.
NO_OUTCOME = "No outcome coded"


def _flow_labels(codebook: Codebook) -> dict[str, str]:
    """Label the codes that `trace_issues_to_outcomes` adds to the codebook's."""
    issue, solution = (codebook["kind"][kind].label for kind in ("issue", "solution"))
    inside = solution
    if solution == "Possible solution":
        # Too long for a flow; another codebook's word stands as it is, as in its language.
        solution, inside = "Solution", "solution"
    return {
        "issue_only": f"{issue} only",
        "issue_and_solution": f"{issue} and {inside}",
        "solution_only": f"{solution} only",
        "several_outcomes": "Several outcomes",
        NOT_STATED: NO_OUTCOME,
        "no_solution": f"No {inside} proposed",
    }


def count_segments(
    segments: pd.DataFrame,
    by: Sequence[str],
    codebook: Codebook,
    *,
    basis: str = "census",
) -> pd.DataFrame:
    """Count segments, submissions and respondents by one or more facets.

    Parameters
    ----------
    segments : pandas.DataFrame
        `submission_id, respondent_id` and the columns `by`.
    by : sequence of str
        Columns, such as ``["theme"]``, ``["theme", "kind"]`` or ``["theme", "respondent_sector"]``.
    codebook : Codebook
        Order, labels and the codes that nobody used.
    basis : {"census", "sample"}, default "census"
        See `tables.intervals`.

    Returns
    -------
    pandas.DataFrame
        One row for every combination of codes, used or not: the columns `by` with labels;
        `n_segments` (adds up to all segments given); `n_submissions` with at least one such segment
        and `n_respondents` behind them (neither adds up); `percent_of_segments` (base: all segments
        given) and `percent_of_submissions` (base: all submissions with a segment among those
        given).

    Examples
    --------
    >>> import pandas as pd
    >>> from oso_analysis.codebook import Code, Codebook, Facet
    >>> themes = {code: Code(code, code.title()) for code in ("policing", "research")}
    >>> codebook = Codebook({"theme": Facet("theme", themes)})
    >>> segments = pd.DataFrame(
    ...     {
    ...         "submission_id": ["s1", "s1", "s2"],
    ...         "respondent_id": ["a", "a", "a"],
    ...         "theme": ["policing", "policing", "research"],
    ...     }
    ... )
    >>> table = count_segments(segments, ["theme"], codebook)
    >>> units = ["theme_label", "n_segments", "n_submissions", "n_respondents"]
    >>> print(table[units].to_string(index=False))
    theme_label  n_segments  n_submissions  n_respondents
       Policing           2              1              1
       Research           1              1              1
    """
    check_list("by", by, "theme")
    by = list(by)
    if not by:
        raise InputError([Problem("must name at least one column", column="by")])
    require_columns(segments, ["submission_id", "respondent_id", *by], where="count_segments")
    frame = segments.assign(**{column: state_missing(segments[column]) for column in by})
    orders = [code_order(column, frame[column], codebook) for column in by]
    grid = pd.MultiIndex.from_product(orders, names=by).to_frame(index=False)
    counted = (
        frame.groupby(by)
        .agg(
            n_segments=("submission_id", "size"),
            n_submissions=("submission_id", "nunique"),
            n_respondents=("respondent_id", "nunique"),
        )
        .reset_index()
    )
    table = grid.merge(counted, on=by, how="left", validate="one_to_one")
    units = ["n_segments", "n_submissions", "n_respondents"]
    table[units] = table[units].fillna(0).astype("int64")
    table = add_percentages(
        table, "n_segments", len(frame), name="percent_of_segments", basis=basis
    )
    table = add_percentages(
        table,
        "n_submissions",
        int(frame["submission_id"].nunique()),
        name="percent_of_submissions",
        basis=basis,
    )
    return add_labels(table, by, codebook)


def cross_sectors(
    segments: pd.DataFrame, codebook: Codebook, *, by: str = "theme", basis: str = "census"
) -> pd.DataFrame:
    """Cross themes (or kinds, or outcomes) with the sectors of the respondents.

    Parameters
    ----------
    segments : pandas.DataFrame
        `submission_id, respondent_id, respondent_sector` and `by`.
    codebook : Codebook
        Order and labels.
    by : str, default "theme"
        Facet in the rows.
    basis : {"census", "sample"}, default "census"
        See `tables.intervals`.

    Returns
    -------
    pandas.DataFrame
        As `count_segments` by `by` and `respondent_sector`, but with the sector as base:
        `n_submissions_of_sector`, `percent_of_sector_submissions`, `n_segments_of_sector` and
        `percent_of_sector_segments` (a sector's segments add up to 100 %). Sectors differ in size,
        so compare sectors by percentage and read the base with it.

    Examples
    --------
    >>> import pandas as pd
    >>> from oso_analysis.codebook import Code, Codebook, Facet
    >>> themes = {code: Code(code, code.title()) for code in ("policing", "research")}
    >>> sectors = {"industry": Code("industry", "Industry")}
    >>> sector = "respondent_sector"
    >>> codebook = Codebook({"theme": Facet("theme", themes), sector: Facet(sector, sectors)})
    >>> segments = pd.DataFrame(
    ...     {
    ...         "submission_id": ["s1", "s2"],
    ...         "respondent_id": ["a", "b"],
    ...         "respondent_sector": "industry",
    ...         "theme": ["policing", "research"],
    ...     }
    ... )
    >>> table = cross_sectors(segments, codebook)
    >>> base = "n_submissions_of_sector"
    >>> units = ["theme", "n_submissions", base, "percent_of_sector_submissions"]
    >>> print(table[units].to_string(index=False))
       theme  n_submissions  n_submissions_of_sector  percent_of_sector_submissions
    policing              1                        2                           50.0
    research              1                        2                           50.0
    """
    table = count_segments(segments, [by, "respondent_sector"], codebook)
    table = table.drop(columns=["percent_of_segments", "percent_of_submissions"])
    sector = state_missing(segments["respondent_sector"])
    for unit, sizes in (
        ("submissions", segments.groupby(sector)["submission_id"].nunique()),
        ("segments", segments.groupby(sector).size()),
    ):
        base = f"n_{unit}_of_sector"
        table[base] = table["respondent_sector"].map(sizes).fillna(0).astype("int64")
        table = add_percentages(
            table, f"n_{unit}", base, name=f"percent_of_sector_{unit}", basis=basis
        )
    return table


def count_outcomes(
    segments: pd.DataFrame, codebook: Codebook, *, basis: str = "census"
) -> pd.DataFrame:
    """Count possible solutions by the outcome they serve.

    Parameters
    ----------
    segments : pandas.DataFrame
        Segments of both kinds; only solutions carry an outcome and only they are counted.
    codebook : Codebook
        Order and labels.
    basis : {"census", "sample"}, default "census"
        See `tables.intervals`.

    Returns
    -------
    pandas.DataFrame
        As `count_segments` by `outcome`, over solutions: `n_segments` adds up to all solutions,
        those without a coded outcome in the row ``not_stated``, labelled `NO_OUTCOME`.
    """
    require_columns(segments, ["kind"], where="count_outcomes")
    solutions = segments[segments["kind"].eq("solution")]
    return name_uncoded(count_segments(solutions, ["outcome"], codebook, basis=basis))


def name_uncoded(table: pd.DataFrame) -> pd.DataFrame:
    """Label what serves no coded outcome by one word in every table and figure.

    Parameters
    ----------
    table : pandas.DataFrame
        `outcome, outcome_label` of possible solutions.

    Returns
    -------
    pandas.DataFrame
    """
    labels = table["outcome_label"].mask(table["outcome"].eq(NOT_STATED), NO_OUTCOME)
    return table.assign(outcome_label=labels.astype("str"))


def count_sectors_per_theme(segments: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Count the sectors that raise each theme, and name the sector where there is only one.

    Parameters
    ----------
    segments : pandas.DataFrame
        `submission_id, respondent_id, respondent_sector, theme, kind`.
    codebook : Codebook
        Order and labels.

    Returns
    -------
    pandas.DataFrame
        One row for each theme and `kind` (``any``, ``issue``, ``solution``): `theme`, its label,
        `kind` and its label, `n_sectors` (a sector not stated does not count), `only_sector` and
        its label (the one sector where `n_sectors` is 1 and no segment lacks its sector, else
        missing), `n_segments`, `n_submissions`, `n_respondents`.
    """
    require_columns(segments, ["kind", "respondent_sector"], where="count_sectors_per_theme")
    parts = []
    for kind in ("any", "issue", "solution"):
        part = segments if kind == "any" else segments[segments["kind"].eq(kind)]
        table = count_segments(part, ["theme"], codebook).assign(kind=kind)
        theme = state_missing(part["theme"])
        sectors = part["respondent_sector"].groupby(theme).agg(["nunique", "size", "count", "min"])
        sectors = sectors.reindex(table["theme"])
        table["n_sectors"] = sectors["nunique"].fillna(0).astype("int64").to_numpy()
        only = sectors["min"].where(sectors["nunique"].eq(1) & sectors["size"].eq(sectors["count"]))
        table["only_sector"] = only.to_numpy()
        parts.append(table)
    result = pd.concat(parts, ignore_index=True)
    labels = codebook["respondent_sector"].labels
    result["only_sector"] = result["only_sector"].astype("str")
    result["only_sector_label"] = result["only_sector"].map(labels).astype("str")
    kinds = codebook["kind"].labels | {"any": ANY_KIND}
    result["kind_label"] = result["kind"].map(kinds).astype("str")
    rank = {code: at for at, code in enumerate(dict.fromkeys(result["theme"]))}
    result = result.sort_values("theme", key=lambda codes: codes.map(rank), kind="stable")
    columns = ["theme", "theme_label", "kind", "kind_label", "n_sectors"]
    columns += ["only_sector", "only_sector_label"]
    units = ["n_segments", "n_submissions", "n_respondents"]
    return result[[*columns, *units]].reset_index(drop=True)


def trace_issues_to_outcomes(segments: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Follow each theme of each submission from issue to possible solution to outcome.

    What flows is a *theme of a submission*: one theme that one submission speaks to, however many
    segments it takes. An issue and a solution are linked where the same submission raises
    both under the same theme; nothing says that the solution was offered for that very issue.

    Parameters
    ----------
    segments : pandas.DataFrame
        `submission_id, theme, kind, outcome`.
    codebook : Codebook
        Order and labels.

    Returns
    -------
    pandas.DataFrame
        One row a path that occurs, in codebook order: `theme` and its label; `voiced`
        (``issue_only``, ``issue_and_solution``, ``solution_only``); `outcome` of the theme's
        solutions (a code; ``several_outcomes`` where they differ; ``not_stated`` where none is
        coded; ``no_solution``); labels of both; `n_submission_themes`; `n_issue_segments` and
        `n_solution_segments` in them. Every theme of a submission takes one path and every segment
        is in one of them, so all three add up.
    """
    require_columns(
        segments, ["submission_id", "theme", "kind", "outcome"], where="trace_issues_to_outcomes"
    )
    frame = segments[["submission_id", "kind", "outcome"]].assign(
        theme=state_missing(segments["theme"])
    )
    frame["n_issue_segments"] = frame["kind"].eq("issue")
    frame["n_solution_segments"] = frame["kind"].eq("solution")
    frame["outcome"] = frame["outcome"].where(frame["n_solution_segments"])
    themes = (
        frame.groupby(["submission_id", "theme"])
        .agg(
            n_issue_segments=("n_issue_segments", "sum"),
            n_solution_segments=("n_solution_segments", "sum"),
            n_outcomes=("outcome", "nunique"),
            outcome=("outcome", "first"),
        )
        .reset_index()
    )
    issue, solution = themes["n_issue_segments"].gt(0), themes["n_solution_segments"].gt(0)
    themes["voiced"] = "issue_and_solution"
    themes.loc[~solution, "voiced"] = "issue_only"
    themes.loc[~issue, "voiced"] = "solution_only"
    themes["outcome"] = themes["outcome"].astype("str").fillna(NOT_STATED)
    themes.loc[themes["n_outcomes"].gt(1), "outcome"] = "several_outcomes"
    themes.loc[~solution, "outcome"] = "no_solution"
    paths = (
        themes.groupby(["theme", "voiced", "outcome"])
        .agg(
            n_submission_themes=("submission_id", "size"),
            n_issue_segments=("n_issue_segments", "sum"),
            n_solution_segments=("n_solution_segments", "sum"),
        )
        .reset_index()
    )
    added = _flow_labels(codebook)
    orders = {
        "theme": code_order("theme", paths["theme"], codebook),
        "voiced": list(added),
        "outcome": [*codebook["outcome"], *added],
    }
    paths = paths.sort_values(
        list(orders),
        key=lambda codes: codes.map({code: at for at, code in enumerate(orders[str(codes.name)])}),
        ignore_index=True,
    )
    paths = add_labels(paths, ["theme"], codebook)
    labels = codebook["outcome"].labels | added
    paths.insert(3, "voiced_label", paths["voiced"].map(added))
    paths.insert(5, "outcome_label", paths["outcome"].map(labels))
    return paths


def list_paraphrases(segments: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """List every segment's paraphrase with its source, theme by theme: the annex.

    Parameters
    ----------
    segments : pandas.DataFrame
        All columns of prepared segments.
    codebook : Codebook
        Order and labels.

    Returns
    -------
    pandas.DataFrame
        One row a segment, by theme, kind, respondent, submission and segment: `theme_label,
        kind_label, outcome_label, paraphrase, respondent, respondent_sector_label, consultation,
        held_by, year, country, source_url, submission_id, segment`. Missing paraphrases, years,
        countries and addresses are "Not stated", a solution's missing outcome is `NO_OUTCOME`; an
        issue's outcome is missing, as only solutions have one.
    """
    columns = ["paraphrase", "respondent", "consultation", "held_by", "year", "country"]
    facets = ["theme", "kind", "outcome", "respondent_sector"]
    keys = ["submission_id", "segment"]
    require_columns(segments, [*facets, *columns, "source_url", *keys], where="list_paraphrases")
    frame = segments.copy()
    issue = frame["kind"].eq("issue")
    not_stated = codebook["theme"].labels[NOT_STATED]
    for facet in facets:
        frame[facet] = state_missing(frame[facet])
    for column in [*columns, "source_url"]:
        frame[column] = state_missing(frame[column]).replace(NOT_STATED, not_stated)
    orders = {facet: code_order(facet, frame[facet], codebook) for facet in ("theme", "kind")}
    ranks = {f: {code: at for at, code in enumerate(order)} for f, order in orders.items()}
    frame = add_labels(frame, facets, codebook)
    frame["outcome_label"] = name_uncoded(frame)["outcome_label"].mask(issue)
    frame = frame.sort_values(
        ["theme", "kind", "respondent", *keys],
        key=lambda values: values.map(ranks[str(values.name)]) if values.name in ranks else values,
        ignore_index=True,
    )
    labels = ["theme_label", "kind_label", "outcome_label"]
    return frame[
        [
            *labels,
            *("paraphrase", "respondent", "respondent_sector_label", "consultation", "held_by"),
            *("year", "country", "source_url", *keys),
        ]
    ]
