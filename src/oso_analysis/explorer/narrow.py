"""The part of an edition's scope that one exhibit is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from oso_analysis.consultation.respondents import prepare_consultation
from oso_analysis.display import Summarised, Summary
from oso_analysis.errors import InputError, Problem, unknown_codes
from oso_analysis.review import Review, require_review
from oso_analysis.scope import Scope, require_scope

__all__ = ["Part", "narrow_scope", "read_years"]


@dataclass(frozen=True, repr=False)
class Part(Summarised):
    """What is left of a scope.

    Attributes
    ----------
    works, work_codes : pandas.DataFrame
        As in `Scope`.
    submissions, segments : pandas.DataFrame
        As `prepare_consultation` gives them: the primary coder's reading.
    n_works_left_out, n_submissions_left_out : int
        How many of the scope's were left out; kept and left out add up to the scope's.
    text : str
        The narrowing in words, for captions; names the edition's scope too.
    """

    works: pd.DataFrame
    work_codes: pd.DataFrame
    submissions: pd.DataFrame
    segments: pd.DataFrame
    n_works_left_out: int
    n_submissions_left_out: int
    text: str

    @property
    def _summary(self) -> Summary:
        rows = [
            ("works", len(self.works), f"{self.n_works_left_out:,} of the scope's left out"),
            ("work_codes", len(self.work_codes), "their codes"),
            (
                "submissions",
                len(self.submissions),
                f"{self.n_submissions_left_out:,} of the scope's left out",
            ),
            ("segments", len(self.segments), "their coded segments"),
        ]
        return Summary(f"Part: {self.text}", rows)


def read_years(value: object, problems: list[Problem]) -> tuple[int, int] | None:
    """Return a first and a last year; None, and one more problem, where they are none."""
    try:
        # A text is refused: its letters may be two years' worth of digits.
        texts = () if isinstance(value, str) or not isinstance(value, Iterable) else value
        first, last = (int(year) for year in texts)
    except (TypeError, ValueError, OverflowError):
        first, last = 1, 0
    if first <= last:
        return first, last
    rule = "must be a first and a last year, such as (2015, 2020)"
    problems.append(Problem(rule, column="years", value=value))
    return None


def narrow_scope(
    review: Review,
    scope: Scope,
    *,
    years: tuple[int, int] | None = None,
    countries: Sequence[str] = (),
    themes: Sequence[str] = (),
    sectors: Sequence[str] = (),
    respondent_sectors: Sequence[str] = (),
) -> Part:
    """Narrow an edition's scope for one exhibit; it can never show more than the edition does.

    Parameters
    ----------
    review : Review
        Names and legal codes.
    scope : Scope
        What the edition keeps.
    years : tuple of int, optional
        First and last year of publication or submission kept. What states no year is left out. By
        default every year, stated or not.
    countries : sequence of str, optional
        Works coded with one of these places; submissions from one.
    themes : sequence of str, optional
        Works coded with one of these themes, with all their codes; submissions with a segment of
        one, with all their segments.
    sectors : sequence of str, optional
        Works coded with one of these sectors. Submissions are not touched.
    respondent_sectors : sequence of str, optional
        Submissions of respondents of one of these sectors. Works are not touched.

    Returns
    -------
    Part

    Raises
    ------
    InputError
        All problems at once: unknown codes, with the nearest known one; years that are not a first
        and a last one. What is no review or scope.

    Examples
    --------
    >>> import oso_analysis as oso
    >>> review = oso.load_review()
    >>> scope = oso.scope_review(review)
    >>> part = oso.narrow_scope(review, scope, years=(2015, 2020), countries=["GB"])
    >>> part.text
    'years 2015 to 2020; what states no year is left out; places: United Kingdom'
    >>> len(part.works) + part.n_works_left_out == len(scope.works)
    True
    """
    require_review(review)
    require_scope(scope)
    codebook = review.codebook
    labels = {
        "countries": dict(review.places),
        "themes": codebook["theme"].labels,
        "sectors": codebook["sector"].labels,
        "respondent_sectors": codebook["respondent_sector"].labels,
    }
    given = {
        "countries": countries,
        "themes": themes,
        "sectors": sectors,
        "respondent_sectors": respondent_sectors,
    }
    problems = [
        problem
        for name, wanted in given.items()
        for problem in unknown_codes(wanted, labels[name], column=name)
    ]
    if years is not None:
        years = read_years(years, problems)
    if problems:
        raise InputError(problems, "these choices cannot be used")
    # A column of a table is a list too, but neither true nor false.
    given = {name: tuple(wanted) for name, wanted in given.items()}
    countries, themes, sectors, respondent_sectors = given.values()
    works, codes = scope.works, scope.work_codes
    kept = pd.Series(True, index=works.index)
    consultation = prepare_consultation(scope.submissions, scope.relevance, scope.segments)
    submissions, segments = consultation.submissions, consultation.segments
    taking_part = pd.Series(True, index=submissions.index)
    if years is not None:
        kept &= works["year"].between(*years).fillna(False).astype(bool)
        taking_part &= submissions["year"].between(*years).fillna(False).astype(bool)
    for facet, wanted in (("country", countries), ("theme", themes), ("sector", sectors)):
        if wanted:
            coded = codes["facet"].eq(facet) & codes["code"].isin(list(wanted))
            kept &= works["work_id"].isin(codes.loc[coded, "work_id"])
    if countries:
        taking_part &= submissions["country"].isin(list(countries))
    if themes:
        named = segments.loc[segments["theme"].isin(list(themes)), "submission_id"]
        taking_part &= submissions["submission_id"].isin(named)
    if respondent_sectors:
        taking_part &= submissions["respondent_sector"].isin(list(respondent_sectors))
    works = works.loc[kept]
    submissions = submissions.loc[taking_part]
    parts = [] if scope.text == "everything in the data" else [scope.text]
    if years is not None:
        parts.append(f"years {years[0]} to {years[1]}; what states no year is left out")
    words = {
        "countries": "places",
        "themes": "themes",
        "sectors": "sectors that works concern",
        "respondent_sectors": "respondents' sectors",
    }
    parts += [
        f"{words[name]}: {', '.join(labels[name][code] for code in codes)}"
        for name, codes in given.items()
        if codes
    ]
    return Part(
        works=works.reset_index(drop=True),
        work_codes=codes[codes["work_id"].isin(works["work_id"])].reset_index(drop=True),
        submissions=submissions.reset_index(drop=True),
        segments=segments[segments["submission_id"].isin(submissions["submission_id"])].reset_index(
            drop=True
        ),
        n_works_left_out=int((~kept).sum()),
        n_submissions_left_out=int((~taking_part).sum()),
        # An edition of one place, narrowed to it once more, need not say so twice.
        text="; ".join(dict.fromkeys("; ".join(parts).split("; "))) or scope.text,
    )
