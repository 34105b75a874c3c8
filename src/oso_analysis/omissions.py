"""What a review's data lack, and what they hold that no table counts.

Nothing here is wrong by itself: a reviewer may be half-way through the records, a third coder may
have been asked for an opinion. But a table looks the same whether this was meant or forgotten, so
it is said. What cannot be right is in `consistency`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from oso_analysis.codebook import LATER_STAGES
from oso_analysis.consultation.respondents import PRIMARY_CODER
from oso_analysis.delimited import read_cells
from oso_analysis.display import plural
from oso_analysis.errors import Problem, listed
from oso_analysis.frames import distinct
from oso_analysis.literature.screening import CONFLICT, included_works
from oso_analysis.review import Review
from oso_analysis.schema import RECORDS, TOPIC_SEARCH

__all__ = ["list_omissions"]

#: Facets whose codes `coding.csv` gives.
_CODED = ("theme", "behaviour", "design", "population", "sector", "practice_decision")
#: Facets with a code for whatever a work says, or does not say.
_OF_EVERY_WORK = ("theme", "design")
#: Resources that are read and are neither tables nor search exports.
_NO_TABLES = ("codebook", "report")
#: Who codes a sample, to measure agreement.
_SECOND_CODER = "coder_2"
_REVIEWERS = ("reviewer_1", "reviewer_2")
#: A number as spreadsheets in much of Europe show thousands. No program writes a decimal so: it
#: would leave the noughts at its end away.
_THOUSANDS = r"-?[1-9]\d{0,2}(?:\.\d{3})*\.\d\d0"


def list_omissions(review: Review) -> list[Problem]:
    """Return what is missing from the data or counted nowhere, each with its file.

    Parameters
    ----------
    review : Review
        Its data without a fault.
    """
    return [
        *_vocabulary(review),
        *_colourless(review),
        *_boxes(review),
        *_reading(review),
        *_searches(review),
        *_tables_of_records(review),
        *_unread(review),
        *_unscreened(review),
        *_unsettled(review),
        *_overruled(review),
        *_uncoded(review),
        *_uncounted(review),
        *_unjudged(review),
        *_silent(review),
        *_thousands(review),
    ]


def _file(review: Review, name: str) -> str:
    return review.package[name].paths[0]


# The codebook


def _vocabulary(review: Review) -> Iterator[Problem]:
    """Yield codes that nothing uses, and themes without a definition."""
    file = _file(review, "codebook")
    used: dict[str, set[str]] = {
        str(facet): set(rows["code"].dropna()) for facet, rows in review.coding.groupby("facet")
    }
    segments, submissions = review.segments, review.submissions
    for facet, columns in {
        "theme": [segments["theme"]],
        "outcome": [segments["outcome"]],
        "kind": [segments["kind"]],
        "respondent_sector": [
            submissions["respondent_sector"],
            review.relevance["respondent_sector"],
        ],
        "exclusion_reason": [review.screening["exclusion_reason"]],
    }.items():
        for column in columns:
            used.setdefault(facet, set()).update(column.dropna())
    for facet in (*_CODED, "outcome", "respondent_sector", "exclusion_reason"):
        for code in review.codebook[facet]:
            if code not in used.get(facet, set()) | {"not_stated", "none", "other"}:
                rule = "is used by no data; new, or to be taken out?"
                yield Problem(rule, file, None, facet, code)
    for code, item in review.codebook["theme"].items():
        if not item.definition:
            rule = "has no definition, so coders have only its label"
            yield Problem(rule, file, None, "theme", code)


def _colourless(review: Review) -> Iterator[Problem]:
    from oso_analysis.figures.style import NOT_STATED_COLOUR, outcome_colours, theme_colours

    for facet, colours in (("theme", theme_colours), ("outcome", outcome_colours)):
        drawn = colours(review.codebook[facet]).items()
        grey = [code for code, colour in drawn if colour == NOT_STATED_COLOUR]
        grey = [code for code in grey if code != "not_stated"]
        if grey:
            verb = "is" if len(grey) == 1 else "are"
            rule = f"{listed(grey)} {verb} drawn in grey, for there are no more colours that differ"
            yield Problem(rule, _file(review, "codebook"), None, facet)


def _boxes(review: Review) -> Iterator[Problem]:
    """Yield lists with names in a script that figures have no letters of, such as Chinese."""
    from oso_analysis.figures.letters import undrawn_letters

    named = [
        ("codebook", facet, [item.label for item in codes.values()])
        for facet, codes in review.codebook.facets.items()
    ]
    named += [
        (table, column, sorted(distinct(review.tables[table][column])))
        for table, column in (
            ("geographies", "label"),
            ("indicators", "indicator"),
            ("indicators", "unit"),
        )
    ]
    for file, column, names in named:
        undrawn = [name for name in names if undrawn_letters(name)]
        if undrawn:
            has = "has" if len(undrawn) == 1 else "have"
            rule = f"{listed(undrawn)} {has} letters that figures and the PDF show as boxes"
            yield Problem(rule, _file(review, file), None, column)


# The literature


def _unread(review: Review) -> Iterator[Problem]:
    """Yield files that are described and that nothing reads, as an export without its role."""
    for resource in review.package.resources.values():
        read = resource.is_table or resource.name in _NO_TABLES
        if not read and resource.descriptor.get("role") != RECORDS:
            rule = (
                "is read by nothing: it has no `schema`, as tables have, nor the `role` of search "
                f'exports, "{RECORDS}"'
            )
            yield Problem(rule, "datapackage.json", None, None, resource.name)


def _reading(review: Review) -> Iterator[Problem]:
    """Yield what could not be read of each export, and what was mended to read it."""
    exports = review.package.exports
    repairs = review.reading.repairs
    # That entries have no keys is how their program writes them.
    of_file = repairs["record_id"].isna() & ~repairs["reason"].str.contains("have no key")
    for row in repairs[of_file].itertuples():
        yield Problem(
            str(row.reason), exports[str(row.source_file)].path, int(str(row.source_line))
        )
    for what, rows in (
        ("left out, for it could not be read", review.reading.rejects),
        ("mended to be read", repairs[repairs["record_id"].notna()]),
    ):
        for name, own in rows.groupby("source_file"):
            first = own.iloc[0]
            reasons = listed(list(dict.fromkeys(own["reason"]))[:3])
            yield Problem(
                f"has {plural(len(own), 'entry', 'entries')} {what}: {reasons}; "
                f"`oso-analysis records import data/{exports[str(name)].path} --output "
                "records.csv` lists all",
                file=exports[str(name)].path,
                row=int(first["source_line"]),
            )


def _searches(review: Review) -> Iterator[Problem]:
    """Yield exports that the search log does not account for."""
    # Of a file with a blank number nothing is known.
    kept = review.searches.groupby("records_file")["records_kept"].agg(
        lambda n: n.sum(skipna=False)
    )
    rejects = review.reading.rejects["source_file"]
    found = pd.concat([review.records["source_file"], rejects]).value_counts()
    file = _file(review, "searches")
    # By the names of what these were made from their records go.
    opened = set(review.origins.used.values())
    for name, kind in review.record_sources.items():
        if name in kept.index:
            if pd.notna(kept[name]) and int(kept[name]) != found.get(name, 0):
                rule = (
                    f"has {plural(int(found.get(name, 0)), 'record')}, but its rows keep "
                    f"{int(kept[name]):,} (records_kept)"
                )
                yield Problem(rule, file, None, "records_file", name)
        elif kind == TOPIC_SEARCH and name not in opened:
            rule = (
                "is in no row, so nobody learns what was searched for its records; the PRISMA flow "
                "shows them among those of topic searches, by `kind` in datapackage.json"
            )
            if origins := [own for own, table in review.origins.clear.items() if table == name]:
                rule += f"; rows may name what it was made from instead: {listed(origins)}"
            yield Problem(rule, file, None, "records_file", name)


def _tables_of_records(review: Review) -> Iterator[Problem]:
    """Yield what a table that `records import` wrote says of its records and the flow does not."""
    exports = review.package.exports
    left = review.records["source_file"].value_counts()
    for name, origins in review.origins.made_from.items():
        file = exports[name].path
        if twice := sorted(set(origins) & set(exports)):
            rule = (
                f"was made from {listed(twice)}, also an export here: a record that stands in both "
                "counts twice among those identified, and once as a duplicate"
            )
            yield Problem(rule, file, None, "source_file")
        if name in review.origins.used.values() and name in left.index:
            rule = (
                f"has {plural(int(left[name]), 'record')} where it is blank or names what stands "
                f"elsewhere, too; the PRISMA flow shows them under {name}"
            )
            yield Problem(rule, file, None, "source_file")


def _unscreened(review: Review) -> Iterator[Problem]:
    """Yield the records that a search found and nobody judged."""
    searched = {name for name, kind in review.record_sources.items() if kind == TOPIC_SEARCH}
    records = review.records
    found = records.loc[records["source_file"].isin(searched), "record_id"]
    bare = found[~found.isin(review.screening["record_id"])].tolist()
    if bare:
        coded = len(set(bare) & distinct(review.coding["record_id"]))
        also = f" ({coded:,} with codes)" if coded else ""
        rule = f"{plural(len(bare), 'record')} not screened by anybody{also}: {listed(bare)}"
        yield Problem(rule, _file(review, "screening"))


def _unsettled(review: Review) -> Iterator[Problem]:
    """Yield the works that reviewers disagree on and no rule or person has decided."""
    decisions = review.work_screening.set_index("work_id")["decision"]
    works = decisions.index[decisions == CONFLICT]
    if len(works):
        records = review.works.set_index("work_id")["record_ids"]
        rule = (
            f"{plural(len(works), 'work')} awaiting adjudication, neither included nor excluded: "
            "reviewers disagree, and no row here settles it; their records: "
            f"{listed(records.loc[works].tolist())}"
        )
        yield Problem(rule, _file(review, "screening_adjudication"))


def _overruled(review: Review) -> Iterator[Problem]:
    """Yield the works that were adjudicated against what everybody said: a wrong record, often.

    No list of disagreements has them, for nobody disagreed. Whoever screened titles has said
    nothing yet of what was found in the full text.
    """
    ids = review.work_ids[["record_id", "work_id"]]
    said = review.screening.merge(ids, on="record_id").groupby("work_id")["decision"]
    rows = review.tables["screening_adjudication"].merge(ids, on="record_id")
    was = rows["work_id"].map(said.first()[said.nunique() == 1])
    stages = review.codebook["exclusion_reason"].attribute("stage")
    later = rows["exclusion_reason"].map(stages).isin(LATER_STAGES)
    against = rows[was.notna() & (was != rows["decision"]) & ~later].assign(was=was)
    for (decision, before), group in against.groupby(["decision", "was"]):
        rule = (
            f"{plural(len(group), 'record')} adjudicated {decision!r} although everybody who "
            f"screened a record of the work said {before!r}; often it is the wrong record: "
            f"{listed(group['record_id'].tolist())}"
        )
        yield Problem(rule, _file(review, "screening_adjudication"))


def _uncoded(review: Review) -> Iterator[Problem]:
    """Yield the included works that nobody coded: every table counts them as not stated."""
    file = _file(review, "coding")
    codes = review.work_codes
    included = set(included_works(review.work_screening))
    bare = sorted(included - distinct(codes["work_id"]))
    lacking = {"any code": bare} | {
        f"a code of {facet}": sorted(
            included - distinct(codes.loc[codes["facet"] == facet, "work_id"]) - set(bare)
        )
        for facet in _OF_EVERY_WORK
    }
    records = review.works.set_index("work_id")["record_ids"]
    for what, works in lacking.items():
        if works:
            rule = (
                f"{plural(len(works), 'included work')} without {what}, counted as not stated; "
                f"their records: {listed(records.loc[works].tolist())}"
            )
            yield Problem(rule, file)
    theirs = review.work_ids.loc[review.work_ids["work_id"].isin(bare), "record_id"]
    others = review.coding[review.coding["record_id"].isin(theirs)]
    if len(others):
        coders = listed(sorted(distinct(others["coder"])))
        n = others["record_id"].nunique()
        rule = (
            f"{plural(n, 'record')} of these coded by {coders} alone; tables show the codes of "
            f"{PRIMARY_CODER}, who codes every record"
        )
        yield Problem(rule, file)


# The people


def _uncounted(review: Review) -> Iterator[Problem]:
    """Yield whose rows are neither counted nor compared."""
    tables = {"coding": review.coding, "relevance": review.relevance, "segments": review.segments}
    for name, table in tables.items():
        people = table["coder"].value_counts()
        for person, n in people[~people.index.isin([PRIMARY_CODER, _SECOND_CODER])].items():
            rule = (
                f"counts nowhere, in {plural(int(n), 'row')}: tables show what {PRIMARY_CODER} "
                f"coded, and agreement compares it with {_SECOND_CODER}"
            )
            yield Problem(rule, _file(review, name), None, "coder", str(person))
    screening = review.screening
    first = screening.loc[screening["reviewer"] == _REVIEWERS[0], "record_id"]
    idle = ~screening["reviewer"].isin(_REVIEWERS) & screening["record_id"].isin(first)
    for person, n in screening.loc[idle, "reviewer"].value_counts().items():
        rule = (
            f"counts nowhere, in {plural(int(n), 'row')}: {_REVIEWERS[0]} screened these records "
            f"too, and agreement compares that with {_REVIEWERS[1]}"
        )
        yield Problem(rule, _file(review, "screening"), None, "reviewer", str(person))


# The consultation and the indicators


def _unjudged(review: Review) -> Iterator[Problem]:
    """Yield the submissions that nobody has judged: no table can say what they hold."""
    relevance = review.relevance
    judged = distinct(relevance.loc[relevance["coder"] == PRIMARY_CODER, "submission_id"])
    bare = sorted(distinct(review.submissions["submission_id"]) - judged)
    if bare:
        rule = (
            f"{plural(len(bare), 'submission')} without a verdict of {PRIMARY_CODER}, counted as "
            f"neither relevant nor irrelevant: {listed(bare)}"
        )
        yield Problem(rule, _file(review, "relevance"))


def _silent(review: Review) -> Iterator[Problem]:
    """Yield the relevant submissions of which nothing is coded."""
    relevance, segments = review.relevance, review.segments
    relevant = (relevance["coder"] == PRIMARY_CODER) & (relevance["relevant"] == "yes")
    coded = distinct(segments.loc[segments["coder"] == PRIMARY_CODER, "submission_id"])
    silent = sorted(distinct(relevance.loc[relevant, "submission_id"]) - coded)
    if silent:
        rule = (
            f"{plural(len(silent), 'submission')} that {PRIMARY_CODER} found relevant, without "
            f"any segment: {listed(silent)}"
        )
        yield Problem(rule, _file(review, "segments"))


def _thousands(review: Review) -> Iterator[Problem]:
    """Yield numbers that a spreadsheet may have written with a point between the thousands."""
    for name in review.tables:
        resource = review.package[name]
        numbers = [spec["name"] for spec in resource.fields if spec.get("type") == "number"]
        if not numbers:
            continue
        file = resource.paths[0]
        columns = [spec["name"] for spec in resource.fields]
        rows, cells, _ = read_cells(review.package.root / file, file, columns)
        for column in numbers:
            texts = pd.Series(cells[column], index=rows, dtype="str")
            for row, text in texts[texts.str.fullmatch(_THOUSANDS).fillna(False)].items():
                rule = f"is read as {float(text):g}; if it means thousands, write it without points"
                yield Problem(rule, file, int(str(row)), column, text)
