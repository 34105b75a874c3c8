"""Coding: from coders' codes of records to one set of codes a work.

Coders code *records*; a work seen several times was coded several times, from what each page
showed. The rule that merges them, facet by facet:

1. An adjudicated work and facet has the adjudicated codes.
2. A record and facet with a consensus (both coders talked it over) has the consensus codes;
   otherwise those of the coder who coded everything. The second coder, who coded a sample to
   measure agreement, does not add codes: sampled works would otherwise carry more than the rest.
3. A facet with many codes takes the union over the work's records. A code that says "none of
   them" (`none`, `not_stated`) drops out where another record names one.
4. A facet with one code (`design`) takes, among the records' codes: a stated one before "not
   stated"; then one seen in the abstract before one guessed from the title; then the most
   frequent; then the first in the codebook.

A work without any code of a facet has no row; counts show it as "not stated".
`list_coding_disagreements` lists where rule 4 had to choose.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd

from oso_analysis.codebook import NOT_STATED, Codebook
from oso_analysis.errors import InputError, Problem, nearest, nearest_code, require_columns
from oso_analysis.frames import distinct, file_rows
from oso_analysis.literature.adjudication import contradictions, name_works

__all__ = [
    "EMPTY_CODES",
    "SINGLE_LABEL",
    "code_works",
    "list_coding_disagreements",
    "list_contradictions",
]

#: Facets with one code a work.
SINGLE_LABEL = ("design",)
#: Codes that say "none of the others": meaningless beside another code of the same facet.
EMPTY_CODES = ("none", NOT_STATED)
#: What a coder saw, best first.
_BASES = ("abstract", "abstract_note", "title")


def list_contradictions(codes: pd.DataFrame, case: Sequence[str], *, file: str) -> list[Problem]:
    """Return the codes that contradict another code of the same case and facet.

    Different records of a work may say different things, and coders may disagree; the rules at the
    top of this module settle that. One coder on one record, a consensus and an adjudication may
    not: a facet with one code has one, and "none of them" stands alone.

    Parameters
    ----------
    codes : pandas.DataFrame
        `facet, code` and the columns of `case`.
    case : sequence of str
        What one answer is about, such as `record_id` and `coder`.
    file : str
        Name of the table, for messages.

    Returns
    -------
    list of Problem
        One for each case and facet.
    """
    known: dict[tuple[str, ...], dict[str, int]] = {}
    columns = [*case, "facet", "code"]
    stated = codes[columns].assign(row=file_rows(codes)).dropna(subset=columns)
    for *place, code, row in zip(*(stated[name].tolist() for name in stated), strict=True):
        known.setdefault(tuple(place), {}).setdefault(code, row)
    problems = []
    for (*about, facet), given in known.items():
        empty = [code for code in given if code in EMPTY_CODES]
        if len(given) > 1 and (facet in SINGLE_LABEL or empty):
            wrong = list(given)[1] if facet in SINGLE_LABEL else empty[0]
            other = next(code for code in given if code != wrong)
            why = "which takes one" if facet in SINGLE_LABEL else "and means none of the others"
            has = f"{', '.join(about)} has {other!r} too (row {given[other]})"
            rule = f"is a code of {facet}, {why}, but {has}"
            problems.append(Problem(rule, file, given[wrong], "code", wrong))
    return problems


def _check_codes(frame: pd.DataFrame, codebook: Codebook, *, file: str) -> list[Problem]:
    """Return a problem for each facet's code that the codebook does not define.

    Facets the codebook does not list (`country`) have open vocabularies.
    """
    problems: list[Problem] = []
    for facet, codes in frame.dropna(subset=["facet"]).groupby("facet")["code"]:
        if facet not in codebook:
            continue
        legal = codebook[str(facet)]
        problems += [
            Problem(
                f"is not a code of {facet}",
                file=file,
                column="code",
                value=code,
                nearest=nearest_code(code, legal.names),
            )
            for code in sorted(distinct(codes) - set(legal) - {NOT_STATED})
        ]
    problems += [
        Problem("must not be missing", file=file, column=column)
        for column in ("facet", "code")
        if frame[column].isna().any()
    ]
    return problems


def _record_problems(frame: pd.DataFrame, work_ids: pd.DataFrame, *, file: str) -> list[Problem]:
    known = distinct(work_ids["record_id"])
    unknown = sorted({str(record) for record in frame["record_id"].unique().tolist()} - known)
    return [
        Problem(
            "is not a known record",
            file=file,
            column="record_id",
            value=record,
            nearest=nearest(record, known),
        )
        for record in unknown
    ]


def _sighting_codes(
    coding: pd.DataFrame,
    work_ids: pd.DataFrame,
    codebook: Codebook,
    coder: str,
    consensus: pd.DataFrame | None,
) -> pd.DataFrame:
    """Return `work_id, record_id, basis, facet, code` by rules 1 and 2, checked."""
    require_columns(work_ids, ["record_id", "work_id"], where="work_ids")
    require_columns(coding, ["record_id", "coder", "basis", "facet", "code"], where="coding")
    problems = _record_problems(coding, work_ids, file="coding")
    problems += _check_codes(coding, codebook, file="coding")
    problems += list_contradictions(coding, ["record_id", "coder"], file="coding")
    coders = distinct(coding["coder"])
    if coders and coder not in coders:
        problems.append(
            Problem(
                f"coded nothing; coders are {', '.join(sorted(coders))}: call so whoever coded "
                "every record",
                file="coding",
                column="coder",
                value=coder,
                nearest=nearest(coder, coders),
            )
        )
    columns = ["record_id", "basis", "facet", "code"]
    rows = coding.loc[coding["coder"] == coder, columns]
    if consensus is not None and not consensus.empty:
        require_columns(consensus, ["record_id", "facet", "code"], where="coding_consensus")
        problems += _record_problems(consensus, work_ids, file="coding_consensus")
        problems += _check_codes(consensus, codebook, file="coding_consensus")
        problems += list_contradictions(consensus, ["record_id"], file="coding_consensus")
        settled = pd.MultiIndex.from_frame(consensus[["record_id", "facet"]])
        own = pd.MultiIndex.from_frame(rows[["record_id", "facet"]])
        # A consensus was reached on everything there was to see: it ranks with an abstract.
        agreed = consensus[["record_id", "facet", "code"]].assign(basis=_BASES[0])
        rows = pd.concat([rows[~own.isin(settled)], agreed[columns]], ignore_index=True)
    if problems:
        raise InputError(problems, "the coding cannot be used")
    return rows.merge(
        work_ids[["record_id", "work_id"]], on="record_id", how="left", validate="many_to_one"
    ).drop_duplicates()


def _rank_single(rows: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Return the codes of single-label facets, the one to keep first (rule 4)."""
    places = {
        (facet, code): place
        for facet in rows["facet"].unique()
        if facet in codebook
        for place, code in enumerate(codebook[facet])
    }
    ranks = {basis: rank for rank, basis in enumerate(_BASES)}
    rows = rows.assign(basis_rank=rows["basis"].map(ranks).fillna(len(_BASES)))
    counted = (
        rows.groupby(["work_id", "facet", "code", "basis_rank"])["record_id"]
        .nunique()
        .rename("n_records")
        .reset_index()
    )
    counted["empty"] = counted["code"].isin(EMPTY_CODES)
    counted["place"] = [
        places.get(pair, len(places))
        for pair in zip(counted["facet"], counted["code"], strict=True)
    ]
    return counted.sort_values(
        ["work_id", "facet", "empty", "basis_rank", "n_records", "place", "code"],
        ascending=[True, True, True, True, False, True, True],
        ignore_index=True,
    )


def _drop_empty(codes: pd.DataFrame) -> pd.DataFrame:
    """Drop `none` and `not_stated` where the work has another code of the facet."""
    empty = codes["code"].isin(EMPTY_CODES)
    # `none` is a finding, `not_stated` the lack of one: alone together, `none` stays.
    stated = (~empty).groupby([codes["work_id"], codes["facet"]]).transform("any")
    none = (codes["code"] == "none").groupby([codes["work_id"], codes["facet"]]).transform("any")
    blank = codes["code"] == NOT_STATED
    return codes[~((empty & stated) | (blank & none))]


def _adjudicated(
    adjudication: pd.DataFrame | None, work_ids: pd.DataFrame, codebook: Codebook
) -> pd.DataFrame:
    """Return `work_id, facet, code` of the adjudicated works and facets."""
    columns = ["work_id", "facet", "code"]
    if adjudication is None or adjudication.empty:
        return pd.DataFrame({column: pd.Series(dtype="str") for column in columns})
    file = "coding_adjudication"
    require_columns(adjudication, ["facet", "code"], where=file)
    problems = _check_codes(adjudication, codebook, file=file)
    rows, more = name_works(adjudication, work_ids, file=file)
    problems += more
    for facet in SINGLE_LABEL:
        of_facet = rows[rows["facet"] == facet]
        problems += contradictions(of_facet, "code", file=file, column="code", takes=f"one {facet}")
    others = rows[~rows["facet"].isin(SINGLE_LABEL)].set_index("row")
    problems += list_contradictions(others, ["work_id"], file=file)
    if problems:
        raise InputError(problems, "the coding adjudication cannot be used")
    return rows[columns].drop_duplicates()


def code_works(
    coding: pd.DataFrame,
    work_ids: pd.DataFrame,
    codebook: Codebook,
    *,
    coder: str = "coder_1",
    consensus: pd.DataFrame | None = None,
    adjudication: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Merge the codes of a work's records, by the rule at the top of this module.

    Parameters
    ----------
    coding : pandas.DataFrame
        `record_id, coder, basis, facet, code`.
    work_ids : pandas.DataFrame
        `record_id, work_id`.
    codebook : Codebook
        Legal codes; its order settles ties. Facets it does not define (`country`) are open.
    coder : str, optional
        The coder who coded everything.
    consensus : pandas.DataFrame, optional
        `record_id, facet, code` agreed by both coders: all codes of that record and facet.
    adjudication : pandas.DataFrame, optional
        `facet, code` and `work_id` or the `record_id` of any record of the work: all codes of that
        work and facet. Final.

    Returns
    -------
    pandas.DataFrame
        `work_id, facet, code`, each row once, sorted. A work without a code of a facet has no row
        of it. Works are not filtered by screening: counts take the included works as their base.

    Raises
    ------
    InputError
        Unknown records, works, coders or codes; codes that contradict one another (see
        `list_contradictions`).
    """
    rows = _sighting_codes(coding, work_ids, codebook, coder, consensus)
    columns = ["work_id", "facet", "code"]
    single = rows["facet"].isin(SINGLE_LABEL)
    one = _rank_single(rows[single], codebook).drop_duplicates(["work_id", "facet"])[columns]
    many = _drop_empty(rows.loc[~single, columns].drop_duplicates())
    merged = pd.concat([one, many], ignore_index=True)
    final = _adjudicated(adjudication, work_ids, codebook)
    if not final.empty:
        settled = pd.MultiIndex.from_frame(final[["work_id", "facet"]])
        own = pd.MultiIndex.from_frame(merged[["work_id", "facet"]])
        merged = pd.concat([merged[~own.isin(settled)], final], ignore_index=True)
    return merged.astype("str").drop_duplicates().sort_values(columns, ignore_index=True)


def list_coding_disagreements(
    coding: pd.DataFrame,
    work_ids: pd.DataFrame,
    codebook: Codebook,
    *,
    coder: str = "coder_1",
    consensus: pd.DataFrame | None = None,
    adjudication: pd.DataFrame | None = None,
    facets: Collection[str] = SINGLE_LABEL,
) -> pd.DataFrame:
    """List the works whose records carry different codes of a facet that takes one.

    Parameters
    ----------
    coding, work_ids, codebook, coder, consensus, adjudication
        As for `code_works`.
    facets : collection of str, optional
        Facets to look at. For facets with many codes different records adding different codes is
        no disagreement, so the default is the one-code facets.

    Returns
    -------
    pandas.DataFrame
        One row a work and facet, sorted: `work_id, facet`; `n_records` coded; `said` (each code
        with its number of records, the best supported first); `code` that stands; `status`
        ("adjudicated" or "resolved_by_rule").

    Raises
    ------
    InputError
        As `code_works`.
    """
    rows = _sighting_codes(coding, work_ids, codebook, coder, consensus)
    rows = rows[rows["facet"].isin(list(facets))]
    ranked = _rank_single(rows, codebook)
    final = code_works(
        coding, work_ids, codebook, coder=coder, consensus=consensus, adjudication=adjudication
    )
    pair = ["work_id", "facet"]
    standing = final.groupby(pair)["code"].agg("; ".join).to_dict()
    n_records = rows.groupby(pair)["record_id"].nunique().to_dict()
    settled = _adjudicated(adjudication, work_ids, codebook)
    adjudicated = set(zip(settled["work_id"], settled["facet"], strict=True))
    found = []
    for (work, facet), group in ranked.groupby(pair):
        if group["code"].nunique() < 2:
            continue
        support = group.groupby("code", sort=False)["n_records"].sum()
        said = "; ".join(f"{code} ({n})" for code, n in support.items())
        status = "adjudicated" if (work, facet) in adjudicated else "resolved_by_rule"
        key = (work, facet)
        found.append((work, facet, n_records[key], said, standing[key], status))
    columns = ["work_id", "facet", "n_records", "said", "code", "status"]
    table = pd.DataFrame(found, columns=columns)
    text = [column for column in columns if column != "n_records"]
    return table.astype({**dict.fromkeys(text, "str"), "n_records": "int64"})
