"""Who answered: one identity per organisation, and the primary coder's reading of each answer.

Organisations sign themselves in several ways. Only differences that cannot hide another
organisation are levelled (see `respondent_key`); names that merely look alike are listed for a
person to judge (`list_similar_names`), never merged.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from oso_analysis.codebook import NOT_STATED
from oso_analysis.consultation.verdicts import check_coder, check_verdicts
from oso_analysis.errors import InputError, Problem, require_columns

__all__ = [
    "PRIMARY_CODER",
    "Consultation",
    "list_similar_names",
    "prepare_consultation",
    "respondent_key",
]

#: The coder who read every submission; others coded a sample for the agreement statistics.
PRIMARY_CODER = "coder_1"

#: What stands for private individuals, whose names are not part of the data.
INDIVIDUAL = "individual"

#: Joint submissions count for the organisation named first: "A (with B)", "A with 109 signatories".
_JOINT = re.compile(r"\s*(\(with\b.*\)|\bwith (\w+ )*(signatories|associations))\s*$")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-"})
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Consultation:
    """One consultation record as one coder read it.

    Attributes
    ----------
    submissions : pandas.DataFrame
        One row a submission: the columns given, plus `respondent_id` (as `respondent_key` gives
        it; each unnamed individual is a respondent of their own), `relevant` (``yes``, ``no`` or
        ``not_stated`` where this coder gave no verdict) and `n_segments` (Int64; 0 where nothing
        was coded).
    segments : pandas.DataFrame
        One row a segment this coder found: `submission_id, segment, theme, kind, outcome,
        paraphrase` plus the submission's `respondent, respondent_id, respondent_sector, country,
        consultation, held_by, year, source_url`.
    """

    submissions: pd.DataFrame
    segments: pd.DataFrame


def respondent_key(name: str) -> str:
    """Return what identifies a respondent, whatever way its name is typed.

    Levelled are: letter case, Unicode forms, quotation marks and dashes, runs of spaces, a leading
    "the", closing punctuation, and the partners of a joint submission ("A (with B and C)", "A with
    109 signatories"), which counts for the organisation named first. Nothing else: a national
    branch, a department of a government or two organisations joined by "and" stay as they are.

    Parameters
    ----------
    name : str
        The respondent as the submission names it.

    Returns
    -------
    str
    """
    text = unicodedata.normalize("NFKC", name).translate(_QUOTES).casefold()
    text = _JOINT.sub("", text)
    text = " ".join(text.split()).strip(" .,;")
    return text.removeprefix("the ")


def prepare_consultation(
    submissions: pd.DataFrame,
    relevance: pd.DataFrame,
    segments: pd.DataFrame,
    *,
    coder: str = PRIMARY_CODER,
) -> Consultation:
    """Join the submissions to one coder's verdicts and segments.

    Parameters
    ----------
    submissions : pandas.DataFrame
        `submission_id, consultation, held_by, year, respondent, respondent_sector, country,
        source_url`; may be scoped, if `relevance` and `segments` are scoped alike.
    relevance : pandas.DataFrame
        `submission_id, coder, relevant`.
    segments : pandas.DataFrame
        `submission_id, coder, segment, theme, kind, outcome, paraphrase`.
    coder : str, default "coder_1"
        Whose reading counts. The readings of several coders are never added up.

    Returns
    -------
    Consultation
        Sorted by `submission_id` (and `segment`), whatever the order given.

    Raises
    ------
    InputError
        All problems at once: a coder who read nothing, submissions listed twice or judged twice,
        verdicts and segments without a submission, segments in a submission that the same coder did
        not find relevant.

    Examples
    --------
    >>> import oso_analysis as oso
    >>> review = oso.load_review()
    >>> consultation = oso.prepare_consultation(
    ...     review.submissions, review.relevance, review.segments
    ... )
    >>> sorted(consultation.submissions["relevant"].unique())
    ['no', 'yes']
    """
    place = ["respondent_sector", "country", "consultation", "held_by", "year", "source_url"]
    require_columns(
        submissions, ["submission_id", "respondent", *place], where="prepare_consultation"
    )
    require_columns(relevance, ["submission_id", "coder", "relevant"], where="prepare_consultation")
    coded = ["segment", "theme", "kind", "outcome", "paraphrase"]
    require_columns(segments, ["submission_id", "coder", *coded], where="prepare_consultation")
    verdicts = relevance[relevance["coder"].eq(coder)]
    mine = segments[segments["coder"].eq(coder)]
    _check(submissions, relevance, verdicts, mine, coder)

    taking_part = submissions.sort_values("submission_id", ignore_index=True)
    keys = taking_part["respondent"].astype("str").fillna(NOT_STATED).map(respondent_key)
    unnamed = keys.isin([INDIVIDUAL, NOT_STATED])
    taking_part["respondent_id"] = keys.where(
        ~unnamed, keys + " (" + taking_part["submission_id"].astype("str") + ")"
    )
    said = verdicts.set_index("submission_id")["relevant"].astype("str")
    taking_part["relevant"] = taking_part["submission_id"].map(said).fillna(NOT_STATED)
    taking_part["n_segments"] = (
        taking_part["submission_id"].map(mine["submission_id"].value_counts()).fillna(0)
    ).astype("Int64")
    own = mine[["submission_id", *coded]].assign(segment=mine["segment"].astype("Int64"))
    joined = own.merge(
        taking_part[["submission_id", "respondent", "respondent_id", *place]],
        on="submission_id",
        validate="many_to_one",
    ).sort_values(["submission_id", "segment"], ignore_index=True)
    return Consultation(taking_part, joined)


def _check(
    submissions: pd.DataFrame,
    relevance: pd.DataFrame,
    verdicts: pd.DataFrame,
    mine: pd.DataFrame,
    coder: str,
) -> None:
    problems = check_coder(submissions, relevance, coder)
    if not problems:
        problems += check_verdicts(submissions, verdicts, mine)
    for frame, file in ((submissions, "submissions"), (verdicts, "relevance")):
        twice = frame.loc[frame["submission_id"].duplicated(), "submission_id"]
        problems += [
            Problem("is listed twice", file=file, column="submission_id", value=one)
            for one in sorted(set(twice))
        ]
    known = set(submissions["submission_id"])
    for frame, file in ((verdicts, "relevance"), (mine, "segments")):
        problems += [
            Problem("is not in the submissions", file=file, column="submission_id", value=one)
            for one in sorted(set(frame["submission_id"]) - known)
        ]
    if problems:
        raise InputError(problems)


def list_similar_names(submissions: pd.DataFrame) -> pd.DataFrame:
    """List respondents counted as two whose names share all words of the shorter name.

    For a person to judge: a branch ("Barnardo's Scotland"), a joint body or the same organisation
    under a longer name all look like this.

    Parameters
    ----------
    submissions : pandas.DataFrame
        `respondent_id` and `respondent`, as `prepare_consultation` gives them.

    Returns
    -------
    pandas.DataFrame
        One row a pair, sorted: `respondent_id`, `similar_respondent_id`, `n_submissions` (of the
        first) and `n_similar_submissions` (of the second).
    """
    require_columns(submissions, ["respondent_id"], where="list_similar_names")
    counts = submissions["respondent_id"].value_counts()
    words = {key: set(_WORD.findall(key)) - _COMMON for key in sorted(counts.index)}
    rows = [
        (one, other, int(counts[one]), int(counts[other]))
        for one, other in combinations(words, 2)
        if words[one] and words[other] and _nested(words[one], words[other])
    ]
    return pd.DataFrame(
        rows,
        columns=[
            "respondent_id",
            "similar_respondent_id",
            "n_submissions",
            "n_similar_submissions",
        ],
    )


#: Words that say nothing about which organisation it is.
_COMMON = {"the", "of", "and", "for", "s", "on", "in", "with"}


def _nested(one: set[str], other: set[str]) -> bool:
    return one <= other or other <= one
