"""What an edition is about: the part of a review that its parameters keep, and what they leave out.

Nothing vanishes: each noun's count before is the sum of what is kept and of what is left out, by
reason, in `Scope.balance`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pandas as pd

from oso_analysis.display import Summarised, Summary, plural
from oso_analysis.errors import InputError, RunError, unknown_codes
from oso_analysis.indicators import scope_figures
from oso_analysis.literature.screening import included_works
from oso_analysis.review import Review

__all__ = ["Scope", "scope_review"]

#: The parameters of an edition that say what it is about; notebooks may declare further ones.
SCOPE = ("year_to", "countries", "themes")

#: Reasons for leaving something out, with their printed names, in the order they are applied: what
#: several reasons leave out is counted under the first.
REASONS = {
    "year_not_stated": "year not stated",
    "later": "after the edition's last year",
    "country_not_stated": "country not stated",
    "other_country": "other countries",
    "other_theme": "other themes",
}


@dataclass(frozen=True, repr=False)
class Scope(Summarised):
    """The part of a review that an edition keeps.

    Attributes
    ----------
    works : pandas.DataFrame
        Included works in scope, one row each.
    work_codes : pandas.DataFrame
        Their codes: `work_id, facet, code`.
    outside_works : pandas.DataFrame
        Included works left out: `work_id, reason`, a key of `REASONS`.
    dated_works : pandas.Series
        `work_id` of every work, included or not, that the year alone keeps in scope; for what
        precedes coding, such as the agreement of screeners.
    submissions, relevance, segments, indicators : pandas.DataFrame
        As in `Review`, in scope.
    balance : pandas.DataFrame
        One row a noun: `noun, n_before, n_kept` and `n_<reason>` for each of `REASONS`; each row
        closes.
    text : str
        The scope in words, for captions.
    """

    works: pd.DataFrame
    work_codes: pd.DataFrame
    outside_works: pd.DataFrame
    dated_works: pd.Series
    submissions: pd.DataFrame
    relevance: pd.DataFrame
    segments: pd.DataFrame
    indicators: pd.DataFrame
    balance: pd.DataFrame
    text: str

    @property
    def _summary(self) -> Summary:
        left = {
            str(row["noun"]): ", ".join(
                f"{int(row[f'n_{name}']):,} {text}"
                for name, text in REASONS.items()
                if row[f"n_{name}"]
            )
            for _, row in self.balance.iterrows()
        }

        def note(noun: str) -> str:
            return f"left out: {left[noun]}" if left[noun] else "nothing left out"

        relevant = self.submissions["submission_id"].isin(self.segments["submission_id"])
        rows = [
            ("works", len(self.works), f"included works in scope; {note('included works')}"),
            ("work_codes", len(self.work_codes), "their codes"),
            ("submissions", len(self.submissions), f"in scope; {note('submissions')}"),
            (
                "segments",
                len(self.segments),
                f"issues and possible solutions in {plural(int(relevant.sum()), 'submission')}",
            ),
            (
                "indicators",
                len(self.indicators),
                f"published figures in scope; {note('published figures')}",
            ),
        ]
        return Summary(f"Scope: {self.text}", rows)


def _first_reason(masks: dict[str, pd.Series]) -> pd.Series:
    """Return the first reason whose mask holds for each row; missing where none does."""
    first = next(iter(masks.values()))
    reason = pd.Series(pd.NA, index=first.index, dtype="str")
    for name in REASONS:
        if name in masks:
            reason = reason.mask(masks[name] & reason.isna(), name)
    return reason


def _by_year(years: pd.Series, year_to: int | None) -> dict[str, pd.Series]:
    if year_to is None:
        nothing = pd.Series(False, index=years.index)
        return {"year_not_stated": nothing, "later": nothing}
    return {
        "year_not_stated": years.isna(),
        "later": years.gt(year_to).fillna(False).astype(bool),
    }


def _has_code(
    ids: pd.Series, codes: pd.DataFrame, facet: str, wanted: Collection[str] | None = None
) -> pd.Series:
    rows = codes[codes["facet"] == facet]
    if wanted is not None:
        rows = rows[rows["code"].isin(list(wanted))]
    return ids.isin(rows["work_id"])


def _balance(noun: str, reasons: pd.Series) -> dict[str, object]:
    left = reasons.value_counts()
    row: dict[str, object] = {"noun": noun, "n_before": len(reasons)}
    row["n_kept"] = int(reasons.isna().sum())
    row |= {f"n_{name}": int(left.get(name, 0)) for name in REASONS}
    return row


def scope_review(
    review: Review,
    *,
    year_to: int | None = None,
    countries: Sequence[str] = (),
    themes: Sequence[str] = (),
    coder: str = "coder_1",
) -> Scope:
    """Keep the part of a review that an edition is about.

    Parameters
    ----------
    review : Review
        Everything.
    year_to : int, optional
        Last year of publication, submission or period kept. What states no year cannot be placed
        and is left out, and counted as such. By default every year is kept, stated or not.
    countries : sequence of str, optional
        Works coded with one of these places, submissions from one, indicators that cover one or a
        part of one. By default all, stated or not.
    themes : sequence of str, optional
        Works coded with one of these themes, with all their codes; submissions in which `coder`
        found one, with all their segments, so that what goes with a theme can still be seen.
        Indicators have no theme and stay. By default all.
    coder : str, optional
        Whose segments decide whether a submission has a theme.

    Returns
    -------
    Scope

    Raises
    ------
    InputError
        All unknown places and themes at once, each with the nearest known code.
    RunError
        If what is kept and what is left out do not add up.
    """
    problems = unknown_codes(countries, review.places, column="countries")
    problems += unknown_codes(themes, review.codebook["theme"].labels, column="themes")
    if problems:
        raise InputError(problems, "this scope cannot be used")
    everything = review.works
    included = everything[everything["work_id"].isin(included_works(review.work_screening))]
    ids = included["work_id"]
    masks = _by_year(included["year"], year_to)
    if countries:
        masks["country_not_stated"] = ~_has_code(ids, review.work_codes, "country")
        masks["other_country"] = ~_has_code(ids, review.work_codes, "country", countries)
    if themes:
        masks["other_theme"] = ~_has_code(ids, review.work_codes, "theme", themes)
    work_reasons = _first_reason(masks)
    kept = included[work_reasons.isna()].reset_index(drop=True)

    submissions, segments = review.submissions, review.segments
    masks = _by_year(submissions["year"], year_to)
    if countries:
        masks["country_not_stated"] = submissions["country"].isna()
        masks["other_country"] = ~submissions["country"].isin(list(countries))
    if themes:
        own = segments[(segments["coder"] == coder) & segments["theme"].isin(list(themes))]
        named = own["submission_id"]
        masks["other_theme"] = ~submissions["submission_id"].isin(named)
    submission_reasons = _first_reason(masks)
    submissions = submissions[submission_reasons.isna()]
    segments = segments[segments["submission_id"].isin(submissions["submission_id"])]
    relevance = review.relevance
    relevance = relevance[relevance["submission_id"].isin(submissions["submission_id"])]

    figures = review.indicators
    indicators = scope_figures(figures, year_to=year_to, geographies=countries)
    masks = _by_year(figures["year"], year_to)
    in_place = scope_figures(figures.assign(_row=range(len(figures))), geographies=countries)
    masks["other_country"] = ~pd.Series(range(len(figures)), index=figures.index).isin(
        in_place["_row"]
    )
    figure_reasons = _first_reason(masks)

    balance = pd.DataFrame(
        [
            _balance("included works", work_reasons),
            _balance("submissions", submission_reasons),
            _balance("published figures", figure_reasons),
        ]
    )
    closes = balance.drop(columns=["noun", "n_before"]).sum(axis=1).eq(balance["n_before"])
    sizes = [len(kept), len(submissions), len(indicators)]
    if not closes.all() or balance["n_kept"].tolist() != sizes:
        raise RunError(f"the edition's scope does not add up:\n{balance.to_string(index=False)}")
    outside = pd.DataFrame({"work_id": ids, "reason": work_reasons}).dropna(subset="reason")
    dated = _first_reason(_by_year(everything["year"], year_to)).isna()
    return Scope(
        works=kept,
        work_codes=review.work_codes[review.work_codes["work_id"].isin(kept["work_id"])],
        outside_works=outside.reset_index(drop=True),
        dated_works=everything.loc[dated, "work_id"],
        submissions=submissions.reset_index(drop=True),
        relevance=relevance.reset_index(drop=True),
        segments=segments.reset_index(drop=True),
        indicators=indicators,
        balance=balance,
        text=_describe(review, year_to, countries, themes),
    )


def _describe(
    review: Review, year_to: int | None, countries: Sequence[str], themes: Sequence[str]
) -> str:
    parts = []
    if year_to is not None:
        parts.append(f"years up to {year_to}; what states no year is left out")
    if countries:
        names = [review.places.get(code, code) for code in countries]
        parts.append(f"places: {', '.join(names)}")
    if themes:
        names = [review.codebook["theme"][code].label for code in themes]
        parts.append(f"themes: {', '.join(names)}")
    return "; ".join(parts) or "everything in the data"
