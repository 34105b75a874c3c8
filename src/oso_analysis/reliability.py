"""Agreement over a whole review, and the caveats that follow from it without anyone's asking.

An exhibit names the facets it is built on by its columns. `Reliability.caveats` looks each of them
up, so that a count resting on a code with an alpha below 0.667 cannot be shown without saying so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from types import MappingProxyType

import pandas as pd

from oso_analysis.agreement import (
    caveat_for,
    measure_coding_agreement,
    measure_consultation_agreement,
    measure_screening_agreement,
)
from oso_analysis.errors import check_list, check_option
from oso_analysis.frames import among, distinct
from oso_analysis.labels import facet_labels
from oso_analysis.review import Review, require_review
from oso_analysis.scope import Scope, require_scope

__all__ = ["Reliability", "measure_reliability"]

#: Columns of tables that are not facets themselves but made from one.
_MADE_FROM = MappingProxyType(
    {
        "design_family": "design",
        "service": "sector",
        "other_theme": "theme",
    }
)
#: Coders' themes of issues and of possible solutions are measured apart: a column that tells them
#: apart, what it says in rows of the one or the other, and the facet of the themes in these rows.
_THEMES_APART = (
    ("kind", ("issue",), "issue_theme"),
    ("kind", ("solution",), "solution_theme"),
    ("voiced", ("issue_only", "issue_and_solution"), "issue_theme"),
    ("voiced", ("solution_only", "issue_and_solution"), "solution_theme"),
)
#: The files that each material's agreement is measured from, with their folder.
_FILES = MappingProxyType(
    {
        "screening": ("data/literature", "screening.csv"),
        "literature": ("data/literature", "coding.csv"),
        "consultation": ("data/consultation", "relevance.csv, segments.csv"),
    }
)


class Reliability:
    """Agreement of screeners and coders, each material's measured when it is first asked for.

    Parameters
    ----------
    measures : mapping
        Material to the function that measures it.
    withheld : collection of str, optional
        Materials of which nothing may be told but which codes are not reliable.
    """

    def __init__(
        self,
        measures: Mapping[str, Callable[[], pd.DataFrame]],
        *,
        withheld: Collection[str] = (),
    ) -> None:
        self._measures = measures
        self._withheld = frozenset(withheld)
        self._measured: dict[str, pd.DataFrame] = {}

    @property
    def withheld(self) -> bool:
        """Whether the figures on any material are left out, to protect respondents."""
        return bool(self._withheld)

    @property
    def source(self) -> str:
        """The files that `table` is measured from, for the line under an exhibit."""
        files: dict[str, list[str]] = {}
        for material in self._measures:
            if material not in self._withheld:
                folder, names = _FILES[material]
                files.setdefault(folder, []).append(names)
        return "; ".join(f"{folder}/{', '.join(names)}" for folder, names in files.items())

    @cached_property
    def table(self) -> pd.DataFrame:
        """All of it, one material under the other; the column `material` tells them apart.

        The rows of `measure_screening_agreement`, `measure_coding_agreement` and
        `measure_consultation_agreement`; none of a material that is withheld.
        """
        return pd.concat([self.of(name) for name in self._measures], ignore_index=True)

    def of(self, material: str) -> pd.DataFrame:
        """Return the rows of one material.

        Parameters
        ----------
        material : {"screening", "literature", "consultation"}

        Returns
        -------
        pandas.DataFrame
            Without a row if the material is withheld.

        Raises
        ------
        InputError
            If there is no such material, with the nearest there is.
        """
        rows = self._rows(material)
        return rows.iloc[:0] if material in self._withheld else rows

    def _rows(self, material: str) -> pd.DataFrame:
        check_option("material", material, list(self._measures))
        if material not in self._measured:
            self._measured[material] = self._measures[material]()
        return self._measured[material]

    def caveats(
        self,
        frame: pd.DataFrame,
        *,
        material: str = "literature",
        rests_on: Collection[str] = (),
    ) -> list[str]:
        """Return what must be said under an exhibit that shows `frame`.

        Parameters
        ----------
        frame : pandas.DataFrame
            A counted table. Its columns named after a facet, or made from one (design families,
            services), are what it is built on; of a facet whose codes are measured one by one, the
            codes that stand in the column, "not stated" among them, for that is an answer, too.
            Where rows are of issues or of possible solutions (`kind`, `voiced`, or an outcome,
            which only solutions have), so are the themes beside them.
        material : {"literature", "consultation", "screening"}, default "literature"
            Whose coding was counted.
        rests_on : collection of str, optional
            Facets that decided what is counted although no column is named after them.

        Returns
        -------
        list of str
            One sentence for each facet with weak codes; empty where all are reliable. Of a
            material that is withheld it names codes only, without coefficients or numbers.

        Raises
        ------
        InputError
            If `rests_on` names no facet of the material, where anything was coded twice.
        """
        rows = self._rows(material)
        figures = material not in self._withheld
        built_on = self._built_on(frame, distinct(rows["facet"]))
        check_list("rests_on", rests_on, "theme")
        for facet in rests_on if len(rows) else ():
            check_option("rests_on", facet, sorted(distinct(rows["facet"])))
            built_on.setdefault(facet, None)
        return list(
            dict.fromkeys(
                sentence
                for facet, codes in built_on.items()
                for sentence in caveat_for(rows, [facet], codes=codes, figures=figures)
            )
        )

    @staticmethod
    def _built_on(frame: pd.DataFrame, measured: Collection[str]) -> dict[str, set[str] | None]:
        """Return the facets a table is built on, each with the codes in it, None for all."""
        found: dict[str, set[str] | None] = {}
        for column in map(str, frame.columns):
            facet = _MADE_FROM.get(column, column)
            if facet in measured and facet == column:
                found.setdefault(facet, distinct(frame[column]))
            elif facet in measured:
                found[facet] = None
        apart = [
            (facet, frame[column].isin(values))
            for column, values, facet in _THEMES_APART
            if column in frame
        ]
        if not apart and "outcome" in frame:
            apart = [("solution_theme", frame["outcome"].notna())]
        if "theme" in frame:
            found |= {
                facet: distinct(frame.loc[rows, "theme"])
                for facet, rows in apart
                if facet in measured
            }
        return found


def measure_reliability(
    review: Review,
    scope: Scope | None = None,
    *,
    n_draws: int = 2000,
    seed: int = 2019,
    disclosure_threshold: int | None = None,
) -> Reliability:
    """Measure the agreement behind a review, or behind the part of it an edition keeps.

    Parameters
    ----------
    review : Review
        Everything.
    scope : Scope, optional
        Keep screened records of works whose year is in scope, coded records of included works in
        scope, and submissions in scope. By default everything.
    n_draws, seed : int, optional
        Resamples behind each interval and where their random numbers start.
    disclosure_threshold : int, optional
        Smallest count of answers that the edition prints. Where there is one, nothing is told of
        the agreement on answers but which codes are not reliable: coefficients, and how many
        submissions both coders read, would tell counts that are withheld.

    Returns
    -------
    Reliability
        Unit: records for screening and the literature, submissions for the consultation.

    Examples
    --------
    >>> import oso_analysis as oso
    >>> review = oso.load_review()
    >>> reliability = oso.measure_reliability(review, n_draws=100)
    >>> reliability.table[["facet", "code", "n_units", "alpha"]].columns.tolist()
    ['facet', 'code', 'n_units', 'alpha']
    >>> bool(reliability.table["alpha"].max() <= 1)
    True
    """
    require_review(review)
    if scope is not None:
        require_scope(scope)
    labels: Mapping[str, Mapping[str, str]] = {"country": review.places}
    # Themes are called so wherever coders are compared, also by what they are themes of.
    names = {name: label for name, label in facet_labels(review.package).items() if name != "theme"}

    def screening() -> pd.DataFrame:
        decisions = review.screening
        if scope is not None:
            ids = review.work_ids
            dated = ids.loc[among(ids["work_id"], scope.dated_works), "record_id"]
            decisions = decisions[among(decisions["record_id"], dated)]
        return measure_screening_agreement(decisions, review.codebook, n_draws=n_draws, seed=seed)

    def literature() -> pd.DataFrame:
        coding = review.coding
        if scope is not None:
            ids = review.work_ids
            kept = ids.loc[among(ids["work_id"], scope.works["work_id"]), "record_id"]
            coding = coding[among(coding["record_id"], kept)]
        return measure_coding_agreement(
            coding, review.codebook, labels=labels, names=names, n_draws=n_draws, seed=seed
        )

    def consultation() -> pd.DataFrame:
        source: Review | Scope = review if scope is None else scope
        return measure_consultation_agreement(
            source.relevance, source.segments, review.codebook, n_draws=n_draws, seed=seed
        )

    return Reliability(
        {"screening": screening, "literature": literature, "consultation": consultation},
        withheld=() if disclosure_threshold is None else ("consultation",),
    )
