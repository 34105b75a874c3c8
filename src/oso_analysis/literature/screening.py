"""Screening: from reviewers' decisions on records to one decision a work.

Reviewers screen *records* (what a search showed them), readers count *works* (publications). One
work may have been seen several times, and by two reviewers. The rule that turns decisions into one
outcome, in this order:

1. An adjudicated work has the adjudicated decision.
2. A record's decision is that of the reviewer who screened everything. Another reviewer, who
   screened a sample to measure agreement, does not change it: otherwise sampled works would be
   decided by another standard than the rest. A record the first reviewer never saw takes the other
   reviewers' decision if they agree; if they do not, it is in conflict.
3. A work is included if any of its records was. Excluding one sighting says that *this page*
   showed too little or something else; including another says that enough was seen. This is the
   "when in doubt, keep" rule of title screening.
4. Else a work with a record in conflict is in conflict; else one with an excluded record is
   excluded; else nobody has screened it.

Every disagreement that a rule settled is still listed by `list_conflicts`, for people to settle.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from oso_analysis.codebook import STAGES, Codebook
from oso_analysis.errors import InputError, Problem, nearest, require_columns
from oso_analysis.frames import among, distinct
from oso_analysis.literature.adjudication import contradictions, name_works

__all__ = [
    "ABOUT_THE_SIGHTING",
    "CONFLICT",
    "DECISIONS",
    "EXCLUDE",
    "INCLUDE",
    "NOT_SCREENED",
    "included_works",
    "list_conflicts",
    "screen_works",
]

INCLUDE = "include"
EXCLUDE = "exclude"
#: All that a reviewer or an adjudicator can decide. Who cannot decide yet leaves the row out: any
#: other word would be a row that counts as no decision.
DECISIONS = (INCLUDE, EXCLUDE)
#: Reviewers disagree and no rule settles it.
CONFLICT = "conflict"
#: No record of the work has a decision.
NOT_SCREENED = "not_screened"

#: This reason speaks of one sighting, not of the work: it gives way to any other reason.
ABOUT_THE_SIGHTING = "insufficient_metadata"


def _column_problems(
    frame: pd.DataFrame, column: str, legal: Collection[str], file: str, rule: str
) -> list[Problem]:
    """Return a problem for each distinct value of `column` outside `legal`, in sorted order."""
    known = set(legal)
    wrong = sorted(distinct(frame[column]) - known)
    return [
        Problem(rule, file=file, column=column, value=value, nearest=nearest(value, known))
        for value in wrong
    ]


def _check(screening: pd.DataFrame, work_ids: pd.DataFrame, codebook: Codebook) -> None:
    require_columns(work_ids, ["record_id", "work_id"], where="work_ids")
    require_columns(
        screening, ["record_id", "reviewer", "decision", "exclusion_reason"], where="screening"
    )
    problems = _column_problems(
        screening, "record_id", work_ids["record_id"], "screening", "is not a known record"
    )
    problems += _column_problems(
        screening, "decision", DECISIONS, "screening", "is not a screening decision"
    )
    problems += _column_problems(
        screening,
        "exclusion_reason",
        codebook["exclusion_reason"],
        "screening",
        "is not an exclusion reason",
    )
    problems += [
        Problem("must not be missing", file="screening", column=column)
        for column in ("record_id", "reviewer", "decision")
        if screening[column].isna().any()
    ]
    twice = screening[screening.duplicated(["record_id", "reviewer"])]
    problems += [
        Problem(
            f"is decided twice by {reviewer}", file="screening", column="record_id", value=record
        )
        for record, reviewer in sorted(
            set(zip(twice["record_id"], twice["reviewer"], strict=True)), key=str
        )
    ]
    doubled = sorted(set(work_ids.loc[work_ids["record_id"].duplicated(), "record_id"]), key=str)
    problems += [
        Problem("belongs to two works", file="work_ids", column="record_id", value=record)
        for record in doubled
    ]
    if problems:
        raise InputError(problems, "the screening decisions cannot be used")


def _check_reviewer(screening: pd.DataFrame, reviewer: str) -> None:
    reviewers = set(screening["reviewer"].unique().tolist())
    if reviewers and reviewer not in reviewers:
        raise InputError(
            [
                Problem(
                    f"screened nothing; reviewers are {', '.join(sorted(reviewers))}: call so "
                    "whoever screened every record",
                    file="screening",
                    column="reviewer",
                    value=reviewer,
                    nearest=nearest(reviewer, reviewers),
                )
            ]
        )


def _adjudicated(
    adjudication: pd.DataFrame | None, work_ids: pd.DataFrame, codebook: Codebook
) -> pd.DataFrame:
    """Return `decision, exclusion_reason`, indexed by the adjudicated works."""
    if adjudication is None or adjudication.empty:
        empty = pd.DataFrame({"decision": [], "exclusion_reason": []}, dtype="str")
        return empty.set_axis(pd.Index([], dtype="str", name="work_id"))
    require_columns(adjudication, ["decision", "exclusion_reason"], where="adjudication")
    problems = [
        Problem("must not be missing", file="adjudication", column="decision")
        for _ in range(int(adjudication["decision"].isna().any()))
    ]
    problems += _column_problems(
        adjudication, "decision", DECISIONS, "adjudication", "is not a decision"
    )
    problems += _column_problems(
        adjudication,
        "exclusion_reason",
        codebook["exclusion_reason"],
        "adjudication",
        "is not an exclusion reason",
    )
    rows, more = name_works(adjudication, work_ids, file="adjudication")
    problems += more
    because = (" (" + rows["exclusion_reason"].astype("str") + ")").fillna("")
    problems += contradictions(
        rows.assign(verdict=rows["decision"].astype("str") + because),
        "verdict",
        file="adjudication",
        column="decision",
        takes="one decision, with one reason",
    )
    if problems:
        raise InputError(problems, "the adjudication cannot be used")
    kept = rows[["work_id", "decision", "exclusion_reason"]].drop_duplicates()
    return kept.set_index("work_id")


def _votes(screening: pd.DataFrame, work_ids: pd.DataFrame, reviewer: str) -> pd.DataFrame:
    """Return the decisions that count (rule 2), with the work and the record's own decision."""
    first = screening["reviewer"] == reviewer
    seen_by_first = among(screening["record_id"], screening.loc[first, "record_id"])
    votes = screening.loc[first | ~seen_by_first].merge(
        work_ids[["record_id", "work_id"]], on="record_id", how="left", validate="many_to_one"
    )
    disagree = votes.groupby("record_id")["decision"].transform("nunique") > 1
    votes["of_record"] = votes["decision"].mask(disagree, CONFLICT)
    return votes


def _counted_reasons(votes: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Return how often each reason was given for each work, the one that counts first.

    A reason of a later stage counts before one of an earlier: a work of which one sighting was
    read in full was read, whatever was said of another's title. Then the most frequent counts,
    ties in the codebook's order. "Too little bibliographic information" speaks of one sighting and
    counts only where there is no other reason.
    """
    given = votes.dropna(subset=["exclusion_reason"])
    order = {reason: place for place, reason in enumerate(codebook["exclusion_reason"])}
    counted = given.groupby(["work_id", "exclusion_reason"]).size().rename("n").reset_index()
    counted["of_sighting"] = counted["exclusion_reason"] == ABOUT_THE_SIGHTING
    stages = codebook["exclusion_reason"].attribute("stage")
    counted["stage"] = [
        STAGES.index(stages[reason] or "screening") for reason in counted["exclusion_reason"]
    ]
    counted["place"] = counted["exclusion_reason"].map(order)
    return counted.sort_values(
        ["work_id", "of_sighting", "stage", "n", "place"],
        ascending=[True, True, False, False, True],
    )


def _reasons(votes: pd.DataFrame, codebook: Codebook) -> pd.Series:
    """Return one exclusion reason a work."""
    best = _counted_reasons(votes, codebook).drop_duplicates("work_id")
    return best.set_index("work_id")["exclusion_reason"]


def _why_reasons(votes: pd.DataFrame, codebook: Codebook) -> dict[str, str]:
    """Return in words why each work has the reason it has, where reasons differ."""
    why = {}
    for work, group in _counted_reasons(votes, codebook).groupby("work_id"):
        of_work = group[~group["of_sighting"]]
        rivals = of_work if len(of_work) else group
        if len(rivals) > 1 and rivals["stage"].iloc[0] > rivals["stage"].iloc[1]:
            why[str(work)] = "the reason of the latest stage counts"
        elif len(rivals) > 1:
            tie = rivals["n"].iloc[0] == rivals["n"].iloc[1]
            rule = "of the most frequent reasons the first in the codebook counts"
            why[str(work)] = rule if tie else "the most frequent reason counts"
        elif len(group) > 1:
            why[str(work)] = "too little information about a record gives way to another reason"
        else:
            why[str(work)] = "the only reason given counts"
    return why


def screen_works(
    screening: pd.DataFrame,
    work_ids: pd.DataFrame,
    codebook: Codebook,
    *,
    reviewer: str = "reviewer_1",
    adjudication: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return one screening decision a work, by the rule at the top of this module.

    Parameters
    ----------
    screening : pandas.DataFrame
        `record_id, reviewer, decision, exclusion_reason`; one row a record and reviewer. Records
        without a row (those of a completion search) take their work's decision.
    work_ids : pandas.DataFrame
        `record_id, work_id`; every record, once.
    codebook : Codebook
        Exclusion reasons; their order breaks ties.
    reviewer : str, optional
        The reviewer who screened everything.
    adjudication : pandas.DataFrame, optional
        `decision, exclusion_reason` and `work_id` or the `record_id` of any record of the work
        (further columns such as `decided_by` and `note` are kept for the reader). Final.

    Returns
    -------
    pandas.DataFrame
        One row a work, sorted by `work_id`: `work_id`; `decision` (include, exclude, conflict or
        not_screened); `exclusion_reason` (missing unless excluded with a reason); `n_records`;
        `n_screened_records` (records with a decision by any reviewer).

    Raises
    ------
    InputError
        Unknown records, reviewers, decisions or reasons; a record decided twice by one reviewer;
        an adjudication that fits no work, or contradicts another.
    """
    _check(screening, work_ids, codebook)
    _check_reviewer(screening, reviewer)
    verdicts = _adjudicated(adjudication, work_ids, codebook)
    votes = _votes(screening, work_ids, reviewer)

    works = (
        work_ids.groupby("work_id").size().rename("n_records").sort_index().to_frame().reset_index()
    )
    said = {
        decision: distinct(votes.loc[votes["of_record"] == decision, "work_id"])
        for decision in (INCLUDE, CONFLICT, EXCLUDE)
    }
    decision = pd.Series(NOT_SCREENED, index=works.index, dtype="str")
    for value in (EXCLUDE, CONFLICT, INCLUDE):  # the later one wins
        decision = decision.mask(among(works["work_id"], said[value]), value)
    reason = works["work_id"].map(_reasons(votes, codebook)).astype("str")

    decided = works["work_id"].isin(verdicts.index)
    decision = decision.mask(decided, works["work_id"].map(verdicts["decision"]))
    reason = reason.mask(decided, works["work_id"].map(verdicts["exclusion_reason"]))
    screened = among(work_ids["record_id"], screening["record_id"])
    n_screened = screened.groupby(work_ids["work_id"]).sum()
    return pd.DataFrame(
        {
            "work_id": works["work_id"].astype("str"),
            "decision": decision.astype("str"),
            "exclusion_reason": reason.where(decision == EXCLUDE).astype("str"),
            "n_records": works["n_records"].astype("int64"),
            "n_screened_records": works["work_id"].map(n_screened).astype("int64"),
        }
    )


def included_works(work_screening: pd.DataFrame) -> pd.Index:
    """Return the ids of the included works, sorted: the base of every count of literature."""
    require_columns(work_screening, ["work_id", "decision"], where="included_works")
    included = work_screening.loc[work_screening["decision"] == INCLUDE, "work_id"]
    index: pd.Index = pd.Index(sorted(included), dtype="str", name="work_id")
    return index


#: Works that something is split about, each with the records it is about.
_Split = dict[str, set[str]]


def _records_by_work(rows: pd.DataFrame) -> _Split:
    found: _Split = {}
    for work, record in zip(rows["work_id"], rows["record_id"], strict=True):
        found.setdefault(work, set()).add(record)
    return found


def _differing(rows: pd.DataFrame, column: str) -> _Split:
    """Return the records about which reviewers differ, by work."""
    spread = rows.groupby(["work_id", "record_id"])[column].transform("nunique") > 1
    return _records_by_work(rows[spread])


def _apart(votes: pd.DataFrame, column: str) -> _Split:
    """Return the records of the works whose records differ, by work."""
    spread = votes.groupby("work_id")[column].transform("nunique") > 1
    return _records_by_work(votes[spread])


def _all_of_record(votes: pd.DataFrame, column: str) -> pd.Series:
    """Return beside each vote all that was said of its record, in order."""
    said = votes.groupby("record_id")[column].agg(lambda values: "; ".join(sorted(set(values))))
    return votes["record_id"].map(said)


def _said(rows: pd.DataFrame) -> dict[str, str]:
    """Spell out, work by work, who said what about each record."""
    said: dict[str, dict[str, list[str]]] = {}
    columns = ["work_id", "record_id", "reviewer", "decision", "exclusion_reason"]
    ordered = rows.sort_values(columns[:3])
    for work, record, who, decision, reason in zip(*(ordered[c] for c in columns), strict=True):
        verdict = f"{who} {decision}" + ("" if pd.isna(reason) else f" ({reason})")
        said.setdefault(work, {}).setdefault(record, []).append(verdict)
    return {
        work: "; ".join(f"{record}: {', '.join(verdicts)}" for record, verdicts in records.items())
        for work, records in said.items()
    }


_CONFLICT_COLUMNS = [
    "work_id",
    "between",
    "about",
    "n_records",
    "said",
    "decision",
    "exclusion_reason",
    "status",
    "rule",
]


def list_conflicts(
    screening: pd.DataFrame,
    work_ids: pd.DataFrame,
    codebook: Codebook,
    *,
    reviewer: str = "reviewer_1",
    adjudication: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """List every disagreement about a work, settled or not, for people to adjudicate.

    Parameters
    ----------
    screening, work_ids, codebook, reviewer, adjudication
        As for `screen_works`.

    Returns
    -------
    pandas.DataFrame
        One row a work and kind of disagreement, sorted; unit: works.

        - `work_id`
        - `between`: "reviewers" (two reviewers of one record) or "sightings" (two records of one
          work)
        - `about`: "decision", or "exclusion_reason" where all agree to exclude but not why
        - `n_records`: the work's records with a decision
        - `said`: what each said about each record
        - `decision`, `exclusion_reason`: the outcome that stands (`screen_works`)
        - `status`: "adjudicated", "resolved_by_rule" or "open" (nothing settles it)
        - `rule`: what settled it, in words

    Raises
    ------
    InputError
        As `screen_works`.
    """
    outcome = screen_works(
        screening, work_ids, codebook, reviewer=reviewer, adjudication=adjudication
    ).set_index("work_id")
    adjudicated = set(_adjudicated(adjudication, work_ids, codebook).index)
    rows = screening.merge(work_ids[["record_id", "work_id"]], on="record_id", how="left")
    rows["reason"] = rows["exclusion_reason"].fillna("")
    votes = _votes(screening, work_ids, reviewer)
    votes["reason"] = votes["exclusion_reason"].fillna("")

    excluding = votes[votes["decision"] == EXCLUDE]
    split = {
        ("reviewers", "decision"): _differing(rows, "decision"),
        ("sightings", "decision"): _apart(votes, "of_record"),
        ("reviewers", "exclusion_reason"): _differing(rows[rows["decision"] == EXCLUDE], "reason"),
        # Reviewers who differ about one record are no two sightings.
        ("sightings", "exclusion_reason"): _apart(
            excluding.assign(reason=_all_of_record(excluding, "reason")), "reason"
        ),
    }
    # Disagreeing about a reason matters only where the work was excluded.
    excluded = set(outcome.index[outcome["decision"] == EXCLUDE])
    seen_by_first = set(screening.loc[screening["reviewer"] == reviewer, "record_id"])
    why_reasons = _why_reasons(votes, codebook)

    def rule_of(between: str, about: str, work: str, records: set[str]) -> str:
        """Return what settled it, in words: the first reviewer's word only where there is one."""
        if about == "decision":
            first = f"the decision of {reviewer}, who screened everything, stands"
            others = "included, because one of its records was included"
        else:
            first, others = f"the reason given by {reviewer} counts", why_reasons.get(work, "")
        if between == "sightings":
            return others
        told = [first] if records & seen_by_first else []
        return "; ".join([*told, *([others] if records - seen_by_first else [])])

    said = _said(rows[among(rows["work_id"], set().union(*split.values()))])
    n_records = rows.groupby("work_id")["record_id"].nunique().to_dict()
    decisions, reasons = outcome["decision"].to_dict(), outcome["exclusion_reason"].to_dict()
    found = []
    for (between, about), works in split.items():
        for work, records in sorted(works.items()):
            if about == "exclusion_reason" and work not in excluded:
                continue
            if work in adjudicated:
                status, rule = "adjudicated", "the adjudicated decision stands"
            elif decisions[work] == CONFLICT:
                status, rule = "open", "nobody has settled it"
            else:
                status, rule = "resolved_by_rule", rule_of(between, about, work, records)
            found.append(
                (
                    work,
                    between,
                    about,
                    n_records[work],
                    said[work],
                    decisions[work],
                    reasons[work],
                    status,
                    rule,
                )
            )
    table = pd.DataFrame(found, columns=_CONFLICT_COLUMNS)
    text = [column for column in _CONFLICT_COLUMNS if column != "n_records"]
    table = table.astype({**dict.fromkeys(text, "str"), "n_records": "int64"})
    return table.sort_values(["work_id", "about", "between"], ignore_index=True)
