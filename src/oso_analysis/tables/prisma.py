"""The PRISMA 2020 flow: how many records were found, and what became of the works behind them.

Two units run through the flow. *Records* are what the searches found; *works* are the publications
behind them, one or more records each. The unit changes once, where duplicates are removed: every
work keeps one record.

Each box is counted from the data by itself, never as the difference of two others, and then the
boxes are held against each other: what enters a box must leave it. A flow that does not balance
is an error, not a figure.

References
----------
Page MJ, McKenzie JE, Bossuyt PM, et al. (2021). The PRISMA 2020 statement: an updated guideline for
reporting systematic reviews. BMJ 372, n71.
Haddaway NR, Page MJ, Pritchard CC, McGuinness LA (2022). PRISMA2020: an R package and Shiny app for
producing PRISMA 2020-compliant flow diagrams. Campbell Systematic Reviews 18, e1230.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

import pandas as pd

from oso_analysis.codebook import NOT_STATED, NOT_STATED_LABEL, Codebook, require_codebook
from oso_analysis.errors import (
    InputError,
    Problem,
    RunError,
    check_option,
    nearest,
    require_columns,
)
from oso_analysis.frames import among
from oso_analysis.literature.screening import (
    CONFLICT,
    EXCLUDE,
    INCLUDE,
    NOT_SCREENED,
)
from oso_analysis.schema import COMPLETION, SEARCH_KINDS, TOPIC_SEARCH
from oso_analysis.scope import REASONS
from oso_analysis.tables.prisma_stages import (
    AUTOMATION,
    SCREENING,
    FlowStage,
    removed_at,
    stages_of,
)
from oso_analysis.tables.works import TOTAL

__all__ = [
    "FLOW_COLUMNS",
    "FlowStage",
    "check_balance",
    "count_prisma_flow",
    "count_sources",
    "edition_stage",
    "list_unscreened",
]

FLOW_COLUMNS = ("box", "stage", "role", "label", "unit", "n", "parent")


class _Box(NamedTuple):
    box: str
    stage: str
    role: str
    label: str
    unit: str
    n: int
    parent: str | None


def source_label(source_file: str, names: Mapping[str, str] | None = None) -> str:
    """Return the name of a search, from its file if the review gives none.

    "policing-and-law.csv" is "Policing and law".
    """
    if names is not None and source_file in names:
        return names[source_file]
    words = str(PurePosixPath(source_file).with_suffix("")).replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:]


def _reasons(parent: str, stage: str, reasons: pd.Series, labels: Mapping[str, str]) -> list[_Box]:
    """Return one part for each reason that occurs, in the order of the labels."""
    counts = reasons.fillna(NOT_STATED).value_counts()
    known = [reason for reason in labels if reason in counts.index and reason != NOT_STATED]
    others = sorted(set(counts.index) - {*known, NOT_STATED})
    tail = [NOT_STATED] if NOT_STATED in counts.index else []
    names = {**labels, NOT_STATED: f"Reason {NOT_STATED_LABEL.lower()}"}
    return [
        _Box(
            f"{parent}:{reason}",
            stage,
            "part",
            names.get(reason, reason.replace("_", " ").capitalize()),
            "works",
            int(counts[reason]),
            parent,
        )
        for reason in [*known, *others, *tail]
    ]


def _removed_reasons(removed: pd.DataFrame, work_screening: pd.DataFrame, name: str) -> pd.Series:
    """Return reasons (missing allowed) indexed by the works removed."""
    require_columns(removed, ["work_id", "reason"], where=name)
    known = set(work_screening["work_id"])
    problems = [
        Problem(
            "is not a work", file=name, column="work_id", value=work, nearest=nearest(work, known)
        )
        for work in sorted(set(removed["work_id"]) - known)
    ]
    problems += [
        Problem("is removed twice", file=name, column="work_id", value=work)
        for work in sorted(set(removed.loc[removed["work_id"].duplicated(), "work_id"]))
    ]
    if problems:
        raise InputError(problems, f"{name} does not fit the works")
    return removed.set_index("work_id")["reason"].astype("str")


def edition_stage(outside_works: pd.DataFrame) -> FlowStage:
    """Return the stage that leaves out the included works that an edition is not about.

    Parameters
    ----------
    outside_works : pandas.DataFrame
        `work_id, reason` (`scope.Scope.outside_works`).
    """
    return FlowStage(
        box="outside_edition",
        entering_label="Works included by screening",
        removed_label="Works outside the edition’s scope",
        removed=outside_works,
        reason_labels={code: text[:1].upper() + text[1:] for code, text in REASONS.items()},
    )


def _check_stages(stages: Sequence[FlowStage]) -> None:
    boxes = [stage.box for stage in stages]
    twice = sorted({box for box in boxes if boxes.count(box) > 1})
    if twice:
        rule = "is a stage already; the codebook's reasons for exclusion may have made it"
        raise InputError([Problem(rule, column="later_stages", value=box) for box in twice])


def count_prisma_flow(
    records: pd.DataFrame,
    work_ids: pd.DataFrame,
    work_screening: pd.DataFrame,
    searches: pd.DataFrame,
    codebook: Codebook,
    *,
    rejects: pd.DataFrame | None = None,
    later_stages: Sequence[FlowStage] = (),
    names: Mapping[str, str] | None = None,
    kinds: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Count every box of the flow diagram, and hold the boxes against each other.

    Parameters
    ----------
    records : pandas.DataFrame
        `record_id, source_file`.
    work_ids : pandas.DataFrame
        `record_id, work_id`.
    work_screening : pandas.DataFrame
        `work_id, decision, exclusion_reason` (`literature.screening.screen_works`).
    searches : pandas.DataFrame
        `records_file`: the sources that the search log names.
    codebook : Codebook
        Labels, order and stages of exclusion reasons. A reason is counted where its `stage` has it:
        before screening ("automation"), at screening (the default), not retrieved ("retrieval") or
        excluded after reading ("full_text"). The boxes of retrieval and of full texts are there
        where the codebook has a reason of that stage. Works in conflict stand at screening.
    rejects : pandas.DataFrame, optional
        Entries that could not be read: identified, then removed.
    later_stages : sequence of FlowStage, optional
        Further stages before inclusion, in order, after those of the codebook.
    names : mapping, optional
        What the review calls its searches, by file (`labels.search_labels`).
    kinds : mapping, optional
        What kind of search each source is, by file (`Review.record_sources`). Topic searches are
        searches, whether they are logged yet or not; a completion search counts under "other
        methods". A source without a kind is a search if the search log names it.

    Returns
    -------
    pandas.DataFrame
        One row a box, in the order of the flow:

        - `box`: id; a part's id begins with its parent's ("excluded:not_online")
        - `stage`: identification, screening or included
        - `role`: "source" (flows into its parent), "main" (the middle column), "removed" (leaves
          its parent), "part" (one line of its parent), "note" (said of its parent)
        - `label`, `unit` (records or works), `n`, `parent`

        Boxes of removed works are listed only where something was removed; "excluded" always is.

    Raises
    ------
    InputError
        Missing columns, works removed that do not exist, a stage given twice, or a kind of search
        that is none.
    RunError
        Boxes that do not balance, named with their numbers.
    """
    require_columns(records, ["record_id", "source_file"], where="count_prisma_flow (records)")
    require_columns(work_ids, ["record_id", "work_id"], where="count_prisma_flow (work_ids)")
    require_columns(
        work_screening,
        ["work_id", "decision", "exclusion_reason"],
        where="count_prisma_flow (work_screening)",
    )
    require_columns(searches, ["records_file"], where="count_prisma_flow (searches)")
    for kind in (kinds or {}).values():
        check_option("kinds", kind, SEARCH_KINDS)
    boxes = _identification(records, work_ids, searches, rejects, names, kinds or {})
    n_works = len(work_screening)
    boxes.append(
        _Box("works", "identification", "main", "Works identified", "works", n_works, "identified")
    )
    require_codebook(codebook)
    stages = [*stages_of(work_screening, codebook), *later_stages]
    _check_stages(stages)
    boxes += _screening(work_screening, codebook)
    boxes += _inclusion(work_screening, work_ids, records, codebook, stages)
    flow = pd.DataFrame(boxes, columns=list(FLOW_COLUMNS))
    flow = flow.astype({name: "str" for name in FLOW_COLUMNS if name != "n"} | {"n": "int64"})
    check_balance(flow)
    return flow


def _identification(
    records: pd.DataFrame,
    work_ids: pd.DataFrame,
    searches: pd.DataFrame,
    rejects: pd.DataFrame | None,
    names: Mapping[str, str] | None,
    kinds: Mapping[str, str],
) -> list[_Box]:
    entries = records["source_file"].value_counts()
    n_rejects = 0
    if rejects is not None and not rejects.empty:
        require_columns(rejects, ["source_file"], where="count_prisma_flow (rejects)")
        entries = entries.add(rejects["source_file"].value_counts(), fill_value=0).astype("int64")
        n_rejects = len(rejects)
    searched = dict.fromkeys(searches["records_file"], TOPIC_SEARCH) | dict(kinds)
    topical = {name for name in entries.index if searched.get(name) == TOPIC_SEARCH}
    boxes = []
    for box, label, sources in (
        ("searches", "Records from topic searches", sorted(topical)),
        ("other_methods", "Records from other methods", sorted(set(entries.index) - topical)),
    ):
        if not sources:
            continue
        n = int(entries[sources].sum())
        boxes.append(_Box(box, "identification", "source", label, "records", n, "identified"))
        boxes += [
            _Box(
                f"{box}:{source}",
                "identification",
                "part",
                source_label(source, names),
                "records",
                int(entries[source]),
                box,
            )
            for source in sources
        ]
    n_identified = len(records) + n_rejects
    boxes.append(
        _Box(
            "identified",
            "identification",
            "main",
            "Records identified",
            "records",
            n_identified,
            None,
        )
    )
    if n_rejects:
        boxes.append(
            _Box(
                "unreadable",
                "identification",
                "removed",
                "Records that could not be read",
                "records",
                n_rejects,
                "identified",
            )
        )
    work_of = records["record_id"].map(work_ids.set_index("record_id")["work_id"])
    n_duplicates = int(work_of.dropna().duplicated().sum())
    boxes.append(
        _Box(
            "duplicates",
            "identification",
            "removed",
            "Duplicate records removed",
            "records",
            n_duplicates,
            "identified",
        )
    )
    return boxes


def _screening(works: pd.DataFrame, codebook: Codebook) -> list[_Box]:
    decisions = works["decision"].value_counts()
    labels = codebook["exclusion_reason"].labels

    def n(decision: str) -> int:
        return int(decisions.get(decision, 0))

    excluded = works[works["decision"] == EXCLUDE]
    reasons = excluded.set_index("work_id")["exclusion_reason"]
    marked = reasons[removed_at(reasons, AUTOMATION, codebook)]
    at_once = reasons[removed_at(reasons, SCREENING, codebook)]
    boxes = []
    if len(marked):
        label = "Works marked as ineligible by automation tools"
        boxes += [
            _Box(AUTOMATION, "identification", "removed", label, "works", len(marked), "works"),
            *_reasons(AUTOMATION, "identification", marked, labels),
        ]
    if n(NOT_SCREENED):
        boxes.append(
            _Box(
                "not_screened",
                "identification",
                "removed",
                "Works not yet screened",
                "works",
                n(NOT_SCREENED),
                "works",
            )
        )
    n_screened = int(works["decision"].isin([INCLUDE, EXCLUDE, CONFLICT]).sum()) - len(marked)
    boxes += [
        _Box("screened", "screening", "main", "Works screened", "works", n_screened, "works"),
        _Box(
            "excluded", "screening", "removed", "Works excluded", "works", len(at_once), "screened"
        ),
    ]
    boxes += _reasons("excluded", "screening", at_once, labels)
    if n(CONFLICT):
        boxes.append(
            _Box(
                "conflict",
                "screening",
                "removed",
                "Works in conflict, awaiting adjudication",
                "works",
                n(CONFLICT),
                "screened",
            )
        )
    return boxes


def _inclusion(
    works: pd.DataFrame,
    work_ids: pd.DataFrame,
    records: pd.DataFrame,
    codebook: Codebook,
    later_stages: Sequence[FlowStage],
) -> list[_Box]:
    excluded = works.loc[works["decision"] == EXCLUDE].set_index("work_id")["exclusion_reason"]
    early = removed_at(excluded, AUTOMATION, codebook) | removed_at(excluded, SCREENING, codebook)
    remaining = set(works.loc[works["decision"] == INCLUDE, "work_id"])
    remaining |= set(excluded.index[~early])
    boxes = []
    parent = "screened"
    for stage in later_stages:
        reasons = _removed_reasons(stage.removed, works, stage.box)
        gone = reasons[reasons.index.isin(remaining)]
        entering = f"before_{stage.box}"
        boxes += [
            _Box(
                entering,
                "screening",
                "main",
                stage.entering_label,
                "works",
                len(remaining),
                parent,
            ),
            _Box(
                stage.box, "screening", "removed", stage.removed_label, "works", len(gone), entering
            ),
            *_reasons(stage.box, "screening", gone, stage.reason_labels),
        ]
        remaining -= set(gone.index)
        parent = entering
    of_included = among(work_ids["work_id"], remaining)
    of_included &= among(work_ids["record_id"], records["record_id"])
    n_records = int(of_included.sum())
    return [
        *boxes,
        _Box("included", "included", "main", "Works included", "works", len(remaining), parent),
        _Box(
            "included_records",
            "included",
            "note",
            "Records of included works",
            "records",
            n_records,
            "included",
        ),
    ]


def check_balance(flow: pd.DataFrame) -> None:
    """Raise unless everything that enters a box of the flow leaves it, and parts add up.

    Parameters
    ----------
    flow : pandas.DataFrame
        As `count_prisma_flow` returns it.

    Raises
    ------
    RunError
        Naming each box that does not balance, what it holds and what its neighbours hold.
    """
    require_columns(flow, FLOW_COLUMNS, where="check_balance")
    n = dict(zip(flow["box"], flow["n"], strict=True))
    wrong = []
    for role, what in (
        (("source",), "is not the sum of its sources"),
        (("main", "removed"), "does not equal what leaves it"),
        (("part",), "is not the sum of its parts"),
    ):
        rows = flow[flow["role"].isin(role) & flow["parent"].notna()]
        for parent, group in rows.groupby("parent", sort=False):
            if int(group["n"].sum()) != n.get(parent):
                neighbours = " + ".join(
                    f"{box} {count}" for box, count in zip(group["box"], group["n"], strict=True)
                )
                wrong.append(f"{parent} ({n.get(parent)}) {what} ({neighbours})")
    if wrong:
        raise RunError("the PRISMA flow does not balance: " + "; ".join(wrong))


def list_unscreened(
    records: pd.DataFrame,
    work_ids: pd.DataFrame,
    work_screening: pd.DataFrame,
    kinds: Mapping[str, str],
) -> pd.DataFrame:
    """List the works that nobody has screened, and what kind of search found them.

    Parameters
    ----------
    records : pandas.DataFrame
        `record_id, source_file`.
    work_ids : pandas.DataFrame
        `record_id, work_id`.
    work_screening : pandas.DataFrame
        `work_id, decision`.
    kinds : mapping
        What kind of search each source is, by file (`Review.record_sources`).

    Returns
    -------
    pandas.DataFrame
        One row a work, sorted: `work_id`; `kind`, "topic_search" if one found any of its records,
        else "completion": nobody screens what is known from a completion search only.
    """
    require_columns(records, ["record_id", "source_file"], where="list_unscreened (records)")
    require_columns(work_ids, ["record_id", "work_id"], where="list_unscreened (work_ids)")
    require_columns(work_screening, ["work_id", "decision"], where="list_unscreened (screening)")
    waiting = work_screening.loc[work_screening["decision"] == NOT_SCREENED, "work_id"]
    topical = [name for name, kind in kinds.items() if kind == TOPIC_SEARCH]
    found = records.loc[records["source_file"].isin(topical), "record_id"]
    searched = work_ids.loc[among(work_ids["record_id"], found), "work_id"]
    table = pd.DataFrame({"work_id": sorted(waiting)}, dtype="str")
    kind = pd.Series(COMPLETION, index=table.index, dtype="str")
    return table.assign(kind=kind.mask(among(table["work_id"], searched), TOPIC_SEARCH))


def count_sources(
    records: pd.DataFrame,
    work_ids: pd.DataFrame,
    work_screening: pd.DataFrame,
    searches: pd.DataFrame,
    *,
    names: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Count what each search contributed.

    Parameters
    ----------
    records : pandas.DataFrame
        `record_id, source_file`.
    work_ids : pandas.DataFrame
        `record_id, work_id`.
    work_screening : pandas.DataFrame
        `work_id, decision`.
    searches : pandas.DataFrame
        `records_file`; one row a query.
    names : mapping, optional
        What the review calls its searches, by file (`labels.search_labels`).

    Returns
    -------
    pandas.DataFrame
        One row a source, in order of file, and "total": `source_file`, `source_label`,
        `n_queries` (0 where the log has none), `n_records`, `n_works`, `n_works_only_here` (found
        by no other source), `n_included_works`. Records add up to the total; works do not, as
        several sources found the same.
    """
    require_columns(records, ["record_id", "source_file"], where="count_sources (records)")
    require_columns(work_ids, ["record_id", "work_id"], where="count_sources (work_ids)")
    require_columns(work_screening, ["work_id", "decision"], where="count_sources (screening)")
    require_columns(searches, ["records_file"], where="count_sources (searches)")
    found = records[["record_id", "source_file"]].merge(
        work_ids[["record_id", "work_id"]], on="record_id", how="left", validate="one_to_one"
    )
    included = set(work_screening.loc[work_screening["decision"] == INCLUDE, "work_id"])
    found["only_here"] = found.groupby("work_id")["source_file"].transform("nunique") == 1
    found["included"] = among(found["work_id"], included)
    queries = searches["records_file"].value_counts()
    rows = [
        (
            source,
            label,
            int(n_queries),
            len(group),
            group["work_id"].nunique(),
            group.loc[group["only_here"], "work_id"].nunique(),
            group.loc[group["included"], "work_id"].nunique(),
        )
        for source, label, n_queries, group in (
            *(
                (str(source), source_label(str(source), names), queries.get(str(source), 0), group)
                for source, group in found.groupby("source_file")
            ),
            (TOTAL, "All sources", len(searches), found),
        )
    ]
    columns = ["source_file", "source_label", "n_queries", "n_records", "n_works"]
    table = pd.DataFrame(rows, columns=[*columns, "n_works_only_here", "n_included_works"])
    return table.astype({"source_file": "str", "source_label": "str"})
