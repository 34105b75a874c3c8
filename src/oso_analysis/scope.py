"""What an edition is about: the part of a review that its parameters keep, and what they leave out.

Nothing vanishes: each noun's count before is the sum of what is kept and of what is left out, by
reason, in `Scope.balance`. Each noun is scoped when it is first asked for, so a notebook about one
of them depends on no data of the others.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral

import pandas as pd

from oso_analysis.display import Summarised, Summary, plural
from oso_analysis.errors import InputError, Problem, RunError, require_kind, unknown_codes
from oso_analysis.frames import among
from oso_analysis.indicators import scope_figures
from oso_analysis.literature.screening import included_works
from oso_analysis.review import Review, require_review

__all__ = ["Scope", "require_scope", "scope_review"]

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


@dataclass(frozen=True, repr=False, eq=False)
class Scope(Summarised):
    """The part of a review that an edition keeps.

    Attributes
    ----------
    text : str
        The scope in words, for captions.
    """

    text: str
    _review: Review
    _choice: _Choice

    @property
    def works(self) -> pd.DataFrame:
        """Included works in scope, one row each."""
        return self._works.kept

    @cached_property
    def work_codes(self) -> pd.DataFrame:
        """Their codes: `work_id, facet, code`."""
        codes = self._review.work_codes
        return codes[among(codes["work_id"], self.works["work_id"])]

    @cached_property
    def outside_works(self) -> pd.DataFrame:
        """Included works left out: `work_id, reason`, a key of `REASONS`."""
        left = pd.DataFrame({"work_id": self._works.ids, "reason": self._works.reasons})
        return left.dropna(subset="reason").reset_index(drop=True)

    @cached_property
    def dated_works(self) -> pd.Series:
        """`work_id` of every work, included or not, that the year alone keeps in scope.

        For what precedes coding, such as the agreement of screeners.
        """
        everything = self._review.works
        dated = _first_reason(_by_year(everything["year"], self._choice.year_to)).isna()
        return everything.loc[dated, "work_id"]

    @property
    def submissions(self) -> pd.DataFrame:
        """Submissions in scope, as in `Review`."""
        return self._submissions.kept

    @cached_property
    def relevance(self) -> pd.DataFrame:
        """Verdicts on submissions in scope, as in `Review`."""
        relevance = self._review.relevance
        kept = among(relevance["submission_id"], self.submissions["submission_id"])
        return relevance[kept].reset_index(drop=True)

    @cached_property
    def segments(self) -> pd.DataFrame:
        """Segments of submissions in scope, as in `Review`."""
        segments = self._review.segments
        kept = among(segments["submission_id"], self.submissions["submission_id"])
        return segments[kept].reset_index(drop=True)

    @property
    def indicators(self) -> pd.DataFrame:
        """Published figures in scope, as in `Review`."""
        return self._indicators.kept

    @cached_property
    def balance(self) -> pd.DataFrame:
        """One row a noun: `noun, n_before, n_kept` and `n_<reason>` for each of `REASONS`.

        Each row closes.
        """
        nouns = [self._works, self._submissions, self._indicators]
        return pd.DataFrame([noun.balance for noun in nouns])

    @cached_property
    def _works(self) -> _Kept:
        return _scope_works(self._review, self._choice)

    @cached_property
    def _submissions(self) -> _Kept:
        return _scope_submissions(self._review, self._choice)

    @cached_property
    def _indicators(self) -> _Kept:
        return _scope_indicators(self._review, self._choice)

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

        relevant = among(self.submissions["submission_id"], self.segments["submission_id"])
        rows = [
            ("works", len(self.works), f"included works in scope; {note('included works')}"),
            ("work_codes", len(self.work_codes), "their codes"),
            ("submissions", len(self.submissions), f"in scope; {note('submissions')}"),
            (
                "segments",
                len(self.segments),
                f"coded in {plural(int(relevant.sum()), 'submission')}",
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


def _is_year(value: object) -> bool:
    # numpy's numbers come out of tables; to Python True is a number, to a person it is not.
    return type(value) is not bool and isinstance(value, Integral) and 1000 <= int(value) <= 9999


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
    return among(ids, rows["work_id"])


@dataclass(frozen=True)
class _Choice:
    """What `scope_review` was asked for."""

    year_to: int | None
    countries: Sequence[str]
    themes: Sequence[str]
    coder: str


@dataclass(frozen=True)
class _Kept:
    """One noun: what is kept, and for each row of all of them why it is not (missing: kept)."""

    kept: pd.DataFrame
    ids: pd.Series
    reasons: pd.Series
    balance: dict[str, object]


def _closing(noun: str, kept: pd.DataFrame, ids: pd.Series, reasons: pd.Series) -> _Kept:
    """Return a noun's part once what is kept and what is left out add up to all of it."""
    left = reasons.value_counts()
    counts = {f"n_{name}": int(left.get(name, 0)) for name in REASONS}
    n_kept = int(reasons.isna().sum())
    if n_kept + sum(counts.values()) != len(reasons) or n_kept != len(kept):
        raise RunError(
            f"the edition's scope does not add up: of {len(reasons)} {noun}, {len(kept)} are kept, "
            f"{n_kept} should be, and {counts} are left out"
        )
    return _Kept(
        kept, ids, reasons, {"noun": noun, "n_before": len(reasons), "n_kept": n_kept, **counts}
    )


def _scope_works(review: Review, choice: _Choice) -> _Kept:
    everything = review.works
    included = everything[among(everything["work_id"], included_works(review.work_screening))]
    ids = included["work_id"]
    masks = _by_year(included["year"], choice.year_to)
    if choice.countries:
        masks["country_not_stated"] = ~_has_code(ids, review.work_codes, "country")
        masks["other_country"] = ~_has_code(ids, review.work_codes, "country", choice.countries)
    if choice.themes:
        masks["other_theme"] = ~_has_code(ids, review.work_codes, "theme", choice.themes)
    reasons = _first_reason(masks)
    kept = included[reasons.isna()].reset_index(drop=True)
    return _closing("included works", kept, ids, reasons)


def _scope_submissions(review: Review, choice: _Choice) -> _Kept:
    submissions = review.submissions
    ids = submissions["submission_id"]
    masks = _by_year(submissions["year"], choice.year_to)
    if choice.countries:
        masks["country_not_stated"] = submissions["country"].isna()
        masks["other_country"] = ~submissions["country"].isin(list(choice.countries))
    if choice.themes:
        segments = review.segments
        named = segments["theme"].isin(list(choice.themes)) & (segments["coder"] == choice.coder)
        masks["other_theme"] = ~among(ids, segments.loc[named, "submission_id"])
    reasons = _first_reason(masks)
    kept = submissions[reasons.isna()].reset_index(drop=True)
    return _closing("submissions", kept, ids, reasons)


def _scope_indicators(review: Review, choice: _Choice) -> _Kept:
    figures = review.indicators
    kept = scope_figures(figures, year_to=choice.year_to, geographies=choice.countries)
    masks = _by_year(figures["year"], choice.year_to)
    rows = pd.Series(range(len(figures)), index=figures.index)
    in_place = scope_figures(figures.assign(_row=rows), geographies=choice.countries)
    masks["other_country"] = ~rows.isin(in_place["_row"])
    return _closing("published figures", kept, figures["indicator_id"], _first_reason(masks))


def require_scope(scope: object) -> None:
    """Raise an InputError unless `scope` is a `Scope`."""
    require_kind("scope", scope, Scope, "must be a scope, as scope_review(review) gives it")


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
        All unknown places and themes at once, each with the nearest known code; a last year that
        is no year.
    RunError
        If what is kept and what is left out do not add up, when a part of the scope is asked for.

    Examples
    --------
    >>> import oso_analysis as oso
    >>> review = oso.load_review()
    >>> scope = oso.scope_review(review, year_to=2019, countries=["GB"])
    >>> scope.text
    'years up to 2019; what states no year is left out; places: United Kingdom'
    >>> kept_and_left = len(scope.works) + len(scope.outside_works)
    >>> kept_and_left == int(scope.balance["n_before"].iloc[0])
    True
    """
    require_review(review)
    problems = unknown_codes(countries, review.places, column="countries")
    problems += unknown_codes(themes, review.codebook["theme"].labels, column="themes")
    if year_to is not None and not _is_year(year_to):
        rule = "must be a year, a whole number of four digits, or None"
        problems.append(Problem(rule, column="year_to", value=year_to))
    if problems:
        raise InputError(problems, "this scope cannot be used")
    # A column of a table is a list too, but neither true nor false.
    countries, themes = tuple(countries), tuple(themes)
    return Scope(
        _describe(review, year_to, countries, themes),
        review,
        _Choice(year_to, countries, themes, coder),
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
