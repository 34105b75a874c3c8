"""Measure agreement on screening, on the coding of the literature and on consultation responses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from oso_analysis.agreement.coefficients import alphas, kappa_of, percent_of_same
from oso_analysis.codebook import NOT_STATED, NOT_STATED_LABEL, Codebook
from oso_analysis.errors import InputError, Problem, nearest, require_columns

__all__ = [
    "AGREEMENT_COLUMNS",
    "RELIABLE",
    "measure_coding_agreement",
    "measure_consultation_agreement",
    "measure_screening_agreement",
]

#: Krippendorff's lowest alpha for tentative conclusions.
RELIABLE = 0.667
#: A measure that rests on fewer uses of a code by either coder says so.
_FEW = 5
_DRAWS = 2000
_SEED = 20191
_LEVEL = 0.95

AGREEMENT_COLUMNS = (
    "material",
    "unit",
    "facet",
    "code",
    "label",
    "n_units",
    "n_coder_1",
    "n_coder_2",
    "n_both",
    "percent_agreement",
    "kappa",
    "alpha",
    "alpha_low",
    "alpha_high",
    "reliable",
    "note",
)

_FACET_LABELS = {
    "decision": "Screening decision",
    "exclusion_reason": "Exclusion reason",
    "relevant": "Relevance",
    "respondent_sector": "Sector of respondent",
    "theme": "Theme",
    "issue_theme": "Theme of issues",
    "solution_theme": "Theme of possible solutions",
    "outcome": "Outcome of possible solutions",
    "behaviour": "Behaviour",
    "design": "Design",
    "population": "Population",
    "sector": "Sector",
    "country": "Country",
    "practice_decision": "Practice decision",
}


@dataclass(frozen=True)
class _Facet:
    """What two coders said about one facet.

    `sets` maps (coder, unit) to the codes given; a unit the coder did not code has no entry.
    """

    material: str
    unit: str
    name: str
    label: str
    labels: Mapping[str, str]
    coders: tuple[str, str]
    sets: Mapping[tuple[str, str], frozenset[str]]
    #: A facet of two opposite codes says all there is in its own row.
    per_code: bool = True


def _sets(
    frame: pd.DataFrame, unit: str, coder: str, code: str, coded: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], frozenset[str]]:
    """Return the codes each coder gave each unit, for the units listed in `coded`."""
    given: dict[tuple[str, str], set[str]] = {(str(who), str(what)): set() for who, what in coded}
    rows = frame.dropna(subset=[code])
    columns = (rows[name].tolist() for name in (coder, unit, code))
    for who, what, value in zip(*columns, strict=True):
        if (who, what) in given:
            given[who, what].add(str(value))
    return {key: frozenset(codes) for key, codes in given.items()}


def _measure(facet: _Facet, *, n_draws: int, seed: int) -> list[dict[str, Any]]:
    one, two = facet.coders
    coded = {who: {unit for coder, unit in facet.sets if coder == who} for who in facet.coders}
    units = sorted(coded[one] & coded[two])
    first = [facet.sets[one, unit] for unit in units]
    second = [facet.sets[two, unit] for unit in units]
    weights = _resamples(len(units), n_draws, seed)
    base = {"material": facet.material, "unit": facet.unit, "facet": facet.name}
    spelt = sorted({*map(_spell, first), *map(_spell, second)})
    place = {words: at for at, words in enumerate(spelt)}
    whole = _row(
        np.array([place[_spell(codes)] for codes in first], dtype=int),
        np.array([place[_spell(codes)] for codes in second], dtype=int),
        weights,
        same="both coders said the same of every unit",
        several=any(len(codes) > 1 for codes in (*first, *second)),
    )
    rows = [
        base
        | {"code": None, "label": facet.label}
        | whole
        | {"n_coder_1": len(coded[one]), "n_coder_2": len(coded[two]), "n_both": len(units)}
    ]
    if not facet.per_code:
        return rows
    used = {code for codes in facet.sets.values() for code in codes}
    order = [code for code in facet.labels if code != NOT_STATED or code in used]
    for code in [*order, *sorted(used - set(order))]:
        a = np.array([code in codes for codes in first], dtype=bool)
        b = np.array([code in codes for codes in second], dtype=bool)
        same = "both always used the code" if a.any() else "neither coder used the code"
        measured = _row(a.astype(int), b.astype(int), weights, same=same)
        if 0 < min(a.sum(), b.sum()) < _FEW and not np.isnan(measured["alpha"]):
            notes = [f"rests on fewer than {_FEW} uses of the code", measured["note"]]
            measured["note"] = "; ".join(str(part) for part in notes if part)
        rows.append(
            base
            | {"code": code, "label": facet.labels.get(code, code)}
            | measured
            | {"n_coder_1": int(a.sum()), "n_coder_2": int(b.sum()), "n_both": int((a & b).sum())}
        )
    return rows


@lru_cache(maxsize=4)
def _resamples(n_units: int, n_draws: int, seed: int) -> np.ndarray:
    """Return how often each unit is in each resample; facets of as many units share them."""
    if not n_units:
        return np.empty((0, 0))
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(n_units, np.full(n_units, 1 / n_units), size=n_draws).astype(float)
    weights.flags.writeable = False
    return weights


def _spell(codes: frozenset[str]) -> str:
    return "; ".join(sorted(codes))


def _row(
    first: np.ndarray, second: np.ndarray, weights: np.ndarray, *, same: str, several: bool = False
) -> dict[str, Any]:
    """Return the measures of one pair of lists of codes, given as whole numbers from 0.

    `same` says why nothing can be estimated where there is only one code; `several` that codes are
    sets.
    """
    result: dict[str, Any] = {
        "n_units": len(first),
        "percent_agreement": percent_of_same(first, second),
        "kappa": kappa_of(first, second),
        "alpha": float("nan"),
        "alpha_low": float("nan"),
        "alpha_high": float("nan"),
        "note": None,
    }
    if len(first) == 0:
        return result | {"note": "not estimable: no unit was coded by both"}
    if len(first) == 1:
        return result | {
            "kappa": float("nan"),
            "note": "not estimable: only one unit was coded by both",
        }
    if first.min() == first.max() == second.min() == second.max():
        return result | {"note": f"not estimable: {same}"}
    counts = np.zeros((len(first), int(max(first.max(), second.max())) + 1))
    for column in (first, second):
        counts[np.arange(len(first)), column] += 1
    result["alpha"] = float(alphas(counts, np.ones((1, len(counts))))[0])
    draws = alphas(counts, weights)
    usable = draws[~np.isnan(draws)]
    notes = ["sets compared whole: a partial match counts as disagreement"] if several else []
    lost = len(draws) - len(usable)
    if 2 * len(usable) < len(draws):
        notes.append("no interval: most resamples show no variation")
    else:
        tail = (1 - _LEVEL) / 2
        low, high = np.quantile(usable, [tail, 1 - tail])
        result |= {"alpha_low": float(low), "alpha_high": float(high)}
        if lost:
            notes.append(f"{100 * lost / len(draws):.1f} % of resamples without variation left out")
    return result | {"note": "; ".join(notes) or None}


def _table(facets: Iterable[_Facet], *, n_draws: int, seed: int) -> pd.DataFrame:
    rows = [row for facet in facets for row in _measure(facet, n_draws=n_draws, seed=seed)]
    table = pd.DataFrame(rows, columns=list(AGREEMENT_COLUMNS))
    text = ["material", "unit", "facet", "code", "label", "note"]
    counts = ["n_units", "n_coder_1", "n_coder_2", "n_both"]
    table = table.astype({**dict.fromkeys(text, "str"), **dict.fromkeys(counts, "int64")})
    # Exactly at the bar is reliable; a missing alpha is neither reliable nor not.
    reliable = (table["alpha"] >= RELIABLE).astype("boolean")
    table["reliable"] = reliable.mask(table["alpha"].isna())
    return table


def _check_coders(frame: pd.DataFrame, column: str, coders: Sequence[str]) -> tuple[str, str]:
    """Return the two coders, both named as in the data.

    A coder without any row is a misspelling where the data name somebody else; where they name
    nobody else (an edition in which nothing was coded twice), agreement is simply not estimable.
    """
    if len(coders) != 2:
        raise InputError([Problem("must be two coders", column=column, value=list(coders))])
    known = sorted(set(frame[column].dropna()))
    others = set(known) - set(coders)
    problems = [
        Problem(
            f"coded nothing; there are {', '.join(known)}",
            column=column,
            value=coder,
            nearest=nearest(coder, known),
        )
        for coder in coders
        if others and coder not in known
    ]
    if problems:
        raise InputError(problems)
    return coders[0], coders[1]


def _labels(
    facet: str, codebook: Codebook, labels: Mapping[str, str], used: Collection[str]
) -> dict[str, str]:
    """Return code to label: all codes of a codebook's facet, the used ones of an open one."""
    if facet in codebook:
        return codebook[facet].labels
    known = {code: label for code, label in labels.items() if code in used}
    return known | {NOT_STATED: NOT_STATED_LABEL}


def _pairs(frame: pd.DataFrame, coder: str, unit: str) -> set[tuple[str, str]]:
    return set(zip(frame[coder].tolist(), frame[unit].tolist(), strict=True))


# --- screening, literature coding, consultation ---------------------------------------------


def measure_screening_agreement(
    screening: pd.DataFrame,
    codebook: Codebook,
    *,
    reviewers: Sequence[str] = ("reviewer_1", "reviewer_2"),
    n_draws: int = _DRAWS,
    seed: int = _SEED,
) -> pd.DataFrame:
    """Measure how far two reviewers agree on what to include, and on why to exclude.

    Parameters
    ----------
    screening : pandas.DataFrame
        `record_id, reviewer, decision, exclusion_reason`.
    codebook : Codebook
        Labels.
    reviewers : sequence of str, optional
        The two reviewers; the first is `n_coder_1`.
    n_draws, seed : int, optional
        Resamples of the bootstrap and where its random numbers start.

    Returns
    -------
    pandas.DataFrame
        Columns as `measure_coding_agreement`; unit: records. Facet `decision` over all records
        both screened; facet `exclusion_reason` over those that both excluded with a reason.

    Raises
    ------
    InputError
        Missing columns, or a reviewer who screened nothing.
    """
    columns = ["record_id", "reviewer", "decision", "exclusion_reason"]
    require_columns(screening, columns, where="measure_screening_agreement")
    coders = _check_coders(screening, "reviewer", reviewers)
    reasons = screening.dropna(subset=["exclusion_reason"])
    facets = [
        _Facet(
            material="screening",
            unit="records",
            name=name,
            label=_FACET_LABELS[name],
            labels=codebook[name].labels,
            coders=coders,
            sets=_sets(
                frame, "record_id", "reviewer", name, _pairs(frame, "reviewer", "record_id")
            ),
            per_code=name != "decision",
        )
        for name, frame in (("decision", screening), ("exclusion_reason", reasons))
    ]
    return _table(facets, n_draws=n_draws, seed=seed)


def measure_coding_agreement(
    coding: pd.DataFrame,
    codebook: Codebook,
    *,
    facets: Sequence[str] | None = None,
    labels: Mapping[str, Mapping[str, str]] | None = None,
    coders: Sequence[str] = ("coder_1", "coder_2"),
    n_draws: int = _DRAWS,
    seed: int = _SEED,
) -> pd.DataFrame:
    """Measure how far two coders agree on the codes of the literature.

    A coder who read a record for a facet and gave it no code of that facet said "not stated",
    which is an answer. Who read what for which facet shows in `basis`: a coder has read a record
    for a facet if they coded it, in any facet, from a basis that this facet is coded from. (The
    facet `practice_decision` was read from other notes than the rest, and for more records.)

    Parameters
    ----------
    coding : pandas.DataFrame
        `record_id, coder, basis, facet, code`.
    codebook : Codebook
        Labels and order of codes.
    facets : sequence of str, optional
        Facets to measure; by default all that are coded, the codebook's first.
    labels : mapping, optional
        For facets that the codebook does not define, code to label: ``{"country": {"GB": …}}``.
    coders : sequence of str, optional
        The two coders; the first is `n_coder_1`.
    n_draws, seed : int, optional
        Resamples of the bootstrap and where its random numbers start.

    Returns
    -------
    pandas.DataFrame
        One row for each facet as a whole (`code` missing) and each of its codes:

        - `material` ("literature"), `unit` ("records"), `facet`, `code`, `label`
        - `n_units`: units that both coders coded, the denominator of all that follows
        - `n_coder_1`, `n_coder_2`, `n_both`: units that carry the code by the first coder, the
          second and both; in a facet's own row, units coded by each and by both
        - `percent_agreement`, `kappa`, `alpha`, `alpha_low`, `alpha_high` (95 % bootstrap)
        - `reliable`: alpha is 0.667 or more; missing where alpha is
        - `note`: why a measure is missing, or what to bear in mind

    Raises
    ------
    InputError
        Missing columns, a coder who coded nothing, a facet nobody coded.
    """
    columns = ["record_id", "coder", "basis", "facet", "code"]
    require_columns(coding, columns, where="measure_coding_agreement")
    pair = _check_coders(coding, "coder", coders)
    present = sorted(set(coding["facet"].dropna()))
    known = [*(name for name in codebook.facets if name in present)]
    wanted = list(facets) if facets is not None else known + sorted(set(present) - set(known))
    unknown = [name for name in wanted if name not in present]
    if unknown:
        raise InputError(
            Problem("was not coded", column="facets", value=name, nearest=nearest(name, present))
            for name in unknown
        )
    measured = []
    for name in wanted:
        rows = coding[coding["facet"] == name]
        read = _pairs(coding[coding["basis"].isin(rows["basis"])], "coder", "record_id")
        given = _sets(rows, "record_id", "coder", "code", read)
        silent = frozenset({NOT_STATED})
        measured.append(
            _Facet(
                material="literature",
                unit="records",
                name=name,
                label=_FACET_LABELS.get(name, name.replace("_", " ").capitalize()),
                labels=_labels(name, codebook, (labels or {}).get(name, {}), set(rows["code"])),
                coders=pair,
                sets={key: codes or silent for key, codes in given.items()},
            )
        )
    return _table(measured, n_draws=n_draws, seed=seed)


def measure_consultation_agreement(
    relevance: pd.DataFrame,
    segments: pd.DataFrame,
    codebook: Codebook,
    *,
    coders: Sequence[str] = ("coder_1", "coder_2"),
    n_draws: int = _DRAWS,
    seed: int = _SEED,
) -> pd.DataFrame:
    """Measure how far two coders agree on the consultation responses.

    Two coders cut a response into different segments, so segments are not compared one by one:
    each coder's *set* of themes (or outcomes) in a submission is.

    Parameters
    ----------
    relevance : pandas.DataFrame
        `submission_id, coder, relevant, respondent_sector`; relevant is "yes" or "no".
    segments : pandas.DataFrame
        `submission_id, coder, theme, kind, outcome`.
    codebook : Codebook
        Labels and order of codes.
    coders : sequence of str, optional
        The two coders; the first is `n_coder_1`.
    n_draws, seed : int, optional
        Resamples of the bootstrap and where its random numbers start.

    Returns
    -------
    pandas.DataFrame
        Columns as `measure_coding_agreement`; unit: submissions. Facets `relevant` and
        `respondent_sector` over all submissions both judged; `theme`, `issue_theme`,
        `solution_theme` and `outcome` over those that both found relevant, a submission without
        such a segment counting as an empty set.

    Raises
    ------
    InputError
        Missing columns, or a coder who coded nothing.
    """
    require_columns(
        relevance,
        ["submission_id", "coder", "relevant", "respondent_sector"],
        where="measure_consultation_agreement",
    )
    require_columns(
        segments,
        ["submission_id", "coder", "theme", "kind", "outcome"],
        where="measure_consultation_agreement",
    )
    pair = _check_coders(relevance, "coder", coders)

    def facet(
        name: str,
        frame: pd.DataFrame,
        column: str,
        coded: set[tuple[str, str]],
        labels: Mapping[str, str],
    ) -> _Facet:
        return _Facet(
            material="consultation",
            unit="submissions",
            name=name,
            label=_FACET_LABELS[name],
            labels=labels,
            coders=pair,
            sets=_sets(frame, "submission_id", "coder", column, coded),
            per_code=name != "relevant",
        )

    def stated(facet: str) -> dict[str, str]:
        # An empty set is no code here: a submission need not raise an issue.
        return {code: item.label for code, item in codebook[facet].items()}

    judged = _pairs(relevance.dropna(subset=["relevant"]), "coder", "submission_id")
    placed = _pairs(relevance.dropna(subset=["respondent_sector"]), "coder", "submission_id")
    relevant = _pairs(relevance[relevance["relevant"] == "yes"], "coder", "submission_id")
    issues = segments[segments["kind"] == "issue"]
    solutions = segments[segments["kind"] == "solution"]
    return _table(
        [
            facet("relevant", relevance, "relevant", judged, {"yes": "Relevant", "no": "Not"}),
            facet(
                "respondent_sector",
                relevance,
                "respondent_sector",
                placed,
                stated("respondent_sector"),
            ),
            facet("theme", segments, "theme", relevant, stated("theme")),
            facet("issue_theme", issues, "theme", relevant, stated("theme")),
            facet("solution_theme", solutions, "theme", relevant, stated("theme")),
            facet("outcome", solutions, "outcome", relevant, stated("outcome")),
        ],
        n_draws=n_draws,
        seed=seed,
    )
