"""Measure agreement on screening, on the coding of the literature and on consultation responses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from oso_analysis.agreement.coefficients import alphas, kappas, percents
from oso_analysis.codebook import NOT_STATED, NOT_STATED_LABEL, Codebook
from oso_analysis.errors import InputError, Problem, nearest, require_columns
from oso_analysis.labels import FACET_LABELS, kind_in_sentence
from oso_analysis.rounding import percent

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
    "issue_theme": "Theme of {issue}",
    "solution_theme": "Theme of {solution}",
    "outcome": "Outcome of {solution}",
    "behaviour": FACET_LABELS["behaviour"],
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
    for who, what, value in zip(*(rows[c].tolist() for c in (coder, unit, code)), strict=True):
        if (who, what) in given:
            given[who, what].add(str(value))
    return {key: frozenset(codes) for key, codes in given.items()}


class _Resamples(dict[int, np.ndarray]):
    """How often each of so many units is in each resample: drawn once for each number of units."""

    def __init__(self, n_draws: int, seed: int) -> None:
        self._n_draws, self._seed = n_draws, seed

    def __missing__(self, n: int) -> np.ndarray:
        rng = np.random.default_rng(self._seed)
        drawn = rng.multinomial(n, np.full(n, 1 / n), size=self._n_draws)
        self[n] = drawn.astype(float)
        return self[n]


def _measure(facet: _Facet, resamples: _Resamples) -> list[dict[str, Any]]:
    one, two = facet.coders
    coded = {who: {unit for coder, unit in facet.sets if coder == who} for who in facet.coders}
    units = sorted(coded[one] & coded[two])
    given = [[facet.sets[who, unit] for unit in units] for who in facet.coders]
    base = {"material": facet.material, "unit": facet.unit, "facet": facet.name}
    spelled = [[_spell(codes) for codes in of_coder] for of_coder in given]
    values = sorted({value for of_coder in spelled for value in of_coder})
    place = {value: at for at, value in enumerate(values)}
    first, second = (
        np.array([place[value] for value in of_coder], int).reshape(-1, 1) for of_coder in spelled
    )
    [whole] = _rows(
        first,
        second,
        ["both coders said the same of every unit"],
        resamples,
        n_codes=len(values),
        several=any(len(codes) > 1 for of_coder in given for codes in of_coder),
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
    codes = [*order, *sorted(used - set(order))]
    first, second = (
        np.array([[code in sets for code in codes] for sets in of_coder], bool).reshape(
            len(units), len(codes)
        )
        for of_coder in given
    )
    alike = ["neither coder used the code", "both always used the code"]
    measured = _rows(first, second, alike, resamples)
    for code, row, a, b in zip(codes, measured, first.T, second.T, strict=True):
        if 0 < min(a.sum(), b.sum()) < _FEW and not np.isnan(row["alpha"]):
            notes = [f"rests on fewer than {_FEW} uses of the code", row["note"]]
            row["note"] = "; ".join(str(part) for part in notes if part)
        rows.append(
            base
            | {"code": code, "label": facet.labels.get(code, code)}
            | row
            | {"n_coder_1": int(a.sum()), "n_coder_2": int(b.sum()), "n_both": int((a & b).sum())}
        )
    return rows


def _spell(codes: frozenset[str]) -> str:
    return "; ".join(sorted(codes))


def _rows(
    first: np.ndarray,
    second: np.ndarray,
    alike: Sequence[str],
    resamples: _Resamples,
    *,
    n_codes: int = 2,
    several: bool = False,
) -> list[dict[str, Any]]:
    """Return the measures of each column of two arrays of code numbers without gaps.

    `alike` says, for each code number, what it means that both coders gave it to every unit.
    """
    n_units = len(first)
    blank: dict[str, Any] = dict.fromkeys(
        ("kappa", "alpha", "alpha_low", "alpha_high"), float("nan")
    )
    rows = [
        {"n_units": n_units, "percent_agreement": float(percent), **blank, "note": None}
        for percent in percents(first, second)
    ]
    if n_units < 2:
        why = "only one" if n_units else "no"
        return [row | {"note": f"not estimable: {why} unit was coded by both"} for row in rows]
    marks = np.arange(n_codes)
    counts = (first[..., None] == marks).astype(float) + (second[..., None] == marks)
    estimates = alphas(counts, np.ones((1, n_units)))[0]
    draws = alphas(counts, resamples[n_units])
    varied = np.count_nonzero(counts.any(axis=0), axis=1) > 1
    for at, (row, kappa) in enumerate(zip(rows, kappas(first, second, n_codes), strict=True)):
        row["kappa"] = float(kappa)
        if varied[at]:
            notes = (
                ["sets compared whole: a partial match counts as disagreement"] if several else []
            )
            row["alpha"] = float(estimates[at])
            if (first[:, at] == second[:, at]).all():
                # Every resample has an alpha of 1, be it of three units or three hundred.
                row["note"] = "; ".join([*notes, "no interval: coders never differed"])
            else:
                row |= _interval(draws[:, at], notes)
        else:
            row["note"] = f"not estimable: {alike[int(first[0, at])]}"
    return rows


def _interval(draws: np.ndarray, notes: list[str]) -> dict[str, Any]:
    """Return the bootstrap interval of alpha, and a note of what to bear in mind."""
    usable = draws[~np.isnan(draws)]
    lost = len(draws) - len(usable)
    result = {}
    if 2 * len(usable) < len(draws):
        notes = [*notes, "no interval: most resamples show no variation"]
    else:
        tail = (1 - _LEVEL) / 2
        low, high = np.quantile(usable, [tail, 1 - tail])
        result = {"alpha_low": float(low), "alpha_high": float(high)}
        if lost:
            share = 100 * lost / len(draws)
            notes = [*notes, f"{percent(share, 1)} % of resamples without variation left out"]
    return result | {"note": "; ".join(notes) or None}


def _table(facets: Iterable[_Facet], *, n_draws: int, seed: int) -> pd.DataFrame:
    if n_draws < 1:
        raise InputError([Problem("must be 1 or more", column="n_draws", value=n_draws)])
    resamples = _Resamples(n_draws, seed)
    rows = [row for facet in facets for row in _measure(facet, resamples)]
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
    if isinstance(coders, str) or len(coders) != 2:
        raise InputError([Problem("must be two coders", column=column, value=coders)])
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


def _plain(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return the columns as plain objects, whose values are quicker to get at one by one."""
    return frame[columns].astype(object)


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
    screening = _plain(screening, columns)
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
    facets: Sequence[str] | str | None = None,
    labels: Mapping[str, Mapping[str, str]] | None = None,
    names: Mapping[str, str] | None = None,
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
    facets : sequence of str or str, optional
        Facets to measure; by default all that are coded, the codebook's first.
    labels : mapping, optional
        For facets that the codebook does not define, code to label: ``{"country": {"GB": …}}``.
    names : mapping, optional
        What the review calls its facets.
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
        - `percent_agreement`, `kappa`, `alpha`, `alpha_low`, `alpha_high` (95 % bootstrap;
          missing where coders never differed)
        - `reliable`: alpha is 0.667 or more; missing where alpha is
        - `note`: why a measure is missing, or what to bear in mind

    Raises
    ------
    InputError
        Missing columns, a coder who coded nothing, a facet nobody coded.
    """
    columns = ["record_id", "coder", "basis", "facet", "code"]
    require_columns(coding, columns, where="measure_coding_agreement")
    coding = _plain(coding, columns)
    pair = _check_coders(coding, "coder", coders)
    words = {**_FACET_LABELS, **(names or {})}
    present = sorted(set(coding["facet"].dropna()))
    known = [*(name for name in codebook.facets if name in present)]
    facets = [facets] if isinstance(facets, str) else facets
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
        read = _pairs(coding[coding["basis"].isin(rows["basis"].unique())], "coder", "record_id")
        given = _sets(rows, "record_id", "coder", "code", read)
        silent = frozenset({NOT_STATED})
        measured.append(
            _Facet(
                material="literature",
                unit="records",
                name=name,
                label=words.get(name, name.replace("_", " ").capitalize()),
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
    where = "measure_consultation_agreement"
    judgements = ["submission_id", "coder", "relevant", "respondent_sector"]
    require_columns(relevance, judgements, where=where)
    coded = ["submission_id", "coder", "theme", "kind", "outcome"]
    require_columns(segments, coded, where=where)
    relevance, segments = _plain(relevance, judgements), _plain(segments, coded)
    pair = _check_coders(relevance, "coder", coders)
    kinds = {kind: kind_in_sentence(codebook["kind"][kind].label) for kind in codebook["kind"]}

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
            label=_FACET_LABELS[name].format(**kinds),
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
