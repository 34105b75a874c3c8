"""Weigh the evidence that two records are, or are not, the same work.

Each piece of evidence adds or takes points. The points are fixed and the same for every review;
they depend on the two records alone, so a verdict never changes because an unrelated record came
or went. From `MERGE` points two records are linked; from `REVIEW` points a person should look.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from oso_analysis.literature.deduplicate.features import Features
from oso_analysis.literature.deduplicate.grades import (
    author_grades,
    body_grades,
    container_grades,
    copies,
    doi_grades,
    graded,
    kind_grades,
    page_grades,
    same_text,
    title_grades,
)
from oso_analysis.literature.deduplicate.numbering import number_grades
from oso_analysis.literature.deduplicate.volumes import volume_grades
from oso_analysis.literature.deduplicate.words import BOOK_REVIEW

__all__ = ["EVIDENCE", "MERGE", "REVIEW", "VETO", "compare", "describe"]

Array = np.ndarray[Any, Any]

MERGE = 6.0
REVIEW = 3.0
#: Taken off where a difference settles the matter (two parts, a reply, two annual reports).
VETO = -30.0
#: So many points against, and too few for: the two cannot be one work, whatever links them.
CONTRADICTION = -6.0

#: Evidence: column to its grades, each with its words for the reason; grade 0 says nothing.
EVIDENCE: dict[str, dict[int, str]] = {
    "doi": {1: "same DOI", -1: "different DOIs", -2: "a repository's DOI and another"},
    "pmid": {1: "same PubMed number", -1: "different PubMed numbers"},
    "title": {
        5: "same title",
        4: "same title but for spelling",
        3: "same title without its subtitle or heading",
        2: "one title is the beginning of the other",
        1: "one title has words more",
        6: "same long title but for one word, and little else known",
        7: "same title but for a body, year or number of a series",
        8: "one title names a place more",
        10: "same title but for the body that the other record names",
        9: "same long title but for its first word, and little else known",
        11: "same title under another heading (section, kind of report …)",
        -1: "titles differ in a word",
        -2: "different titles",
        -3: "titles in different scripts or languages",
        -4: "titles worded differently, though both fill the same pages",
        -5: "different titles, though both fill the same pages",
        -6: "same title under headings of different texts (interim, final, review, survey …)",
    },
    "authors": {
        3: "same authors",
        2: "same author",
        1: "similar authors",
        -1: "unlike authors",
        -2: "different authors",
    },
    "year": {2: "same year", 1: "years one apart", -1: "years two apart", -2: "different years"},
    "container": {1: "same source", -1: "different sources"},
    "elsewhere": {-1: "published in another place"},
    "volume": {1: "same volume", -1: "different volumes"},
    "issue": {1: "same issue", -1: "different issues"},
    "page": {2: "same first page", 1: "both from page 1", -1: "different pages"},
    "publisher": {1: "same publisher"},
    "party": {-1: "submissions of different parties"},
    "body": {1: "author of the one publishes the other"},
    "copy": {1: "same in every field"},
    "abstract": {1: "same abstract"},
    "kind": {
        1: "same kind of publication",
        -1: "different kinds of publication",
        -2: "thesis, book or chapter and another kind",
        -3: "preprint and published version",
    },
    "numbers": {
        -1: "a number in one title only",
        -2: "title names another year",
        -3: "different numbers in the titles",
        -4: "one title names a part",
    },
    "marker": {-1: "one is about the other (reply, correction, summary, annex …)"},
    "serial": {-1: "issues of a series in different years", -2: "series with a year missing"},
    "edition": {-1: "different editions"},
}

_POINTS: dict[str, dict[int, float]] = {
    "doi": {1: 8.0, -1: -11.0, -2: -4.0},
    "pmid": {1: 8.0, -1: -8.0},
    "authors": {3: 4.0, 2: 2.5, 1: 1.0, -1: -2.0, -2: -7.0},
    "year": {2: 1.5, 1: 0.0, -1: -3.0, -2: -9.0},
    "container": {1: 1.5, -1: -1.5},
    "elsewhere": {-1: -8.0},
    "volume": {1: 1.5, -1: -4.0},
    "issue": {1: 1.0, -1: -2.0},
    "page": {2: 3.0, 1: 1.0, -1: -4.0},
    "publisher": {1: 1.0},
    "party": {-1: -9.0},
    "body": {1: 2.0},
    "copy": {1: 2.5},
    "abstract": {1: 4.0},
    "kind": {1: 1.0, -1: -1.0, -2: -12.0, -3: -10.0},
    "numbers": {-1: -1.0, -2: -6.0, -3: VETO, -4: -10.0},
    "marker": {-1: VETO},
    "serial": {-1: VETO, -2: -8.0},
    "edition": {-1: -12.0},
}
#: What can speak for one work beside the title and the year.
_BESIDE_TITLE = ("doi", "pmid", "authors", "container", "page", "publisher", "body", "abstract")
#: A title that says no more than this may stand in every issue of a journal ("Editor's comments").
_COLUMN = 5.5
#: A title that says no more than this two people may think of ("Online grooming of children").
_FOUND_TWICE = 8.0
#: Off the points of the shorter title.
_TITLE_OFF = {
    11: 3.0, 10: 0.5, 9: 6.0, 8: 8.5, 7: 0.5, 6: 3.0, 5: 0.0, 4: 0.5, 3: 2.0, 2: 4.0, 1: 4.5,
}  # fmt: skip
#: Room for every grade in a table, the ones below 0 counted from its end.
_GRADES = 18
_TITLE = {-1: -3.0, -2: -10.0, -3: -1.0, -4: -1.0, -5: -6.0, -6: -3.0}


def compare(a: Features, b: Features) -> pd.DataFrame:
    """Weigh the pairs (row i of `a`, row i of `b`).

    Parameters
    ----------
    a, b : Features
        Features of the one and the other record of each pair, in the same order.

    Returns
    -------
    pandas.DataFrame
        One int8 column of grades for each piece of `EVIDENCE`, `score`, the sum of points,
        and `contradicts`: whether the two cannot be one work even if a chain of links joins them.
    """
    size = len(a)

    def text(name: str) -> tuple[Array, Array]:
        return same_text(a[name], b[name])

    ya, yb = a["year"].astype(int), b["year"].astype(int)
    known = (ya > 0) & (yb > 0)
    apart = np.abs(ya - yb)
    serial = (a["serial"] | b["serial"]).astype(bool)
    named = (a["numbers"] != "") & (b["numbers"] != "")
    issue, pmid = text("issue"), text("pmid")
    volume, two_volumes = volume_grades(a, b)
    edition, abstract, publisher = text("edition"), text("abstract"), text("publisher")
    grades = {
        "doi": doi_grades(a, b),
        "pmid": graded(size, (pmid[0], 1), (pmid[1], -1)),
        "title": title_grades(a, b),
        "authors": author_grades(a, b),
        "year": graded(
            size,
            (known & (apart == 0), 2),
            (known & (apart == 1), 1),
            (known & (apart == 2), -1),
            (known & (apart > 2), -2),
        ),
        "container": container_grades(a, b),
        "volume": volume,
        "issue": graded(size, (issue[0], 1), (issue[1], -1)),
        "page": page_grades(a, b),
        "publisher": graded(size, (publisher[0], 1)),
        "copy": graded(size, (copies(a, b), 1)),
        "abstract": graded(size, (abstract[0], 1)),
        "kind": kind_grades(a, b),
        "numbers": number_grades(a, b),
        "serial": graded(
            size,
            (serial & ~known & ~named.astype(bool), -2),
            (serial & known & (apart > 0), -1),
        ),
        "edition": graded(size, (edition[1], -1)),
    }
    # Where the authors agree, the publisher adds nothing to what the author says.
    grades["body"] = np.where(grades["authors"] > 0, 0, body_grades(a, b)).astype(np.int8)
    named = [(frame["names"] != "") for frame in (a, b)]
    handed_in = (a["party"] & b["party"]).astype(bool)
    grades["party"] = graded(
        size, (handed_in & np.logical_and(*named).astype(bool) & (grades["authors"] < 1), -1)
    )
    meeting = a["meeting"], b["meeting"]
    kinds = a["kind"], b["kind"]
    # Spoken at a meeting, by the source's name or the kind, and printed in a journal.
    spoken = (meeting[0] != meeting[1]) | (kinds[0] == 2) & (kinds[1] == 1)
    spoken |= (kinds[0] == 1) & (kinds[1] == 2)
    grades["elsewhere"] = _elsewhere(a, b, grades, spoken, meeting[0] & meeting[1])
    grades["marker"] = _about_the_other(a, b, grades)
    # Online in one year and in print the next: one DOI and one page are of one issue.
    grades["serial"][(grades["doi"] == 1) & (grades["page"] == 2) & (apart == 1)] = 0
    # A record without a title carries no marker, number or series of its own.
    untitled = grades["title"] == 0
    for name in ("marker", "numbers", "serial"):
        grades[name][untitled] = 0
    title = grades["title"]
    score = np.zeros(size, np.float64)
    against = np.zeros(size, np.float64)
    grades["copy"][title != 5] = 0
    # A kind in common is worth something only beside a whole title in common.
    grades["kind"][(grades["kind"] == 1) & (grades["title"] != 5)] = 0
    for name, points in _POINTS.items():
        table = np.zeros(_GRADES)
        for grade, value in points.items():
            table[grade] = value
        score += table[grades[name]]
        against += np.minimum(table, 0.0)[grades[name]]
    both_points = a["points"], b["points"]
    shared = np.where(title == 10, np.maximum(*both_points), np.minimum(*both_points))
    off = np.zeros(_GRADES)
    off[list(_TITLE_OFF)] = list(_TITLE_OFF.values())
    fixed = np.zeros(_GRADES)
    fixed[list(_TITLE)] = list(_TITLE.values())
    score += np.where(title > 0, shared.astype(np.float64) - off[title], fixed[title])
    against += np.minimum(fixed, 0.0)[title]
    # Trials and series have titles that differ in a few words more: something else must agree.
    bare = title == 1
    for name in _BESIDE_TITLE:
        bare &= grades[name] <= 0
    score = np.where(bare, np.minimum(score, MERGE - 0.5), score)
    # Identifiers are copied wrongly and shared by collections: they never outweigh a title that
    # says something else.
    unlike = ((title == -2) | (title == -5)) & (grades["abstract"] != 1)
    score = np.where(unlike, np.minimum(score, MERGE - 0.5), score)
    identified = (grades["doi"] == 1) | (grades["pmid"] == 1)
    # The same editors and words in praise of it stand in every volume of a book or of proceedings.
    volumes = two_volumes & ~identified
    # So do the people, the publisher and the summary of a project in each of its reports.
    sisters = (title == -6) & ~identified & (grades["page"] < 1)
    # Two papers of one team at one meeting, or one article and a slip in its pages.
    pages = _two_pages(grades) & ~identified
    talks = pages & ((meeting[0] & meeting[1]) | (kinds[0] == 2) & (kinds[1] == 2))
    # A record without a title and an identifier may be of any text that begins on the page.
    unnamed = _without(a, "title", "doi", "pmid") | _without(b, "title", "doi", "pmid")
    # Indexes put a journal's section before a title, each its own, and it may be another text's.
    labelled = (title == 11) & ~identified & (grades["page"] < 1)
    column = _column(a, b, grades) & ~identified
    moved = _moved(grades, identified)
    strangers = _strangers(a, b, grades) & ~identified
    for doubt in (volumes, sisters, pages, unnamed, labelled, column, moved, strangers):
        score = np.where(doubt, np.minimum(score, MERGE - 0.5), score)
    # One slip in a year does not outweigh the place in print that two records share.
    placed = (grades["page"] == 2) | (grades["volume"] == 1) | (grades["doi"] == 1)
    contradicts = (score < 0) | ((against <= CONTRADICTION) & (score < MERGE) & ~placed)
    # What is known by an identifier a third record may join by it; a column seldom has one.
    unknown = _without(a, "doi", "pmid") & _without(b, "doi", "pmid")
    contradicts |= volumes | sisters | talks | (column & unknown)
    return pd.DataFrame(grades | {"score": np.round(score, 2), "contradicts": contradicts})


def _about_the_other(a: Features, b: Features, grades: dict[str, Array]) -> Array:
    """Grade where the words of one title alone mark it as a text about the other.

    "Review of …" may be about a book or about a field. A book has neither a review's DOI nor its
    place in a journal; and where both titles begin with a review, neither is about the other.
    """
    marks = a["markers"] ^ b["markers"]
    grade = graded(len(a), (marks != 0, -1))
    one_place = (grades["authors"] > 0) & (grades["page"] == 2)
    one_place &= (grades["volume"] == 1) & (grades["issue"] == 1)
    review = marks == BOOK_REVIEW
    grade[review & ((grades["doi"] == 1) | one_place)] = 0
    for row in np.flatnonzero(review & (grades["title"] >= 4) & (grades["title"] <= 5)).tolist():
        if all(str(frame["title"][row]).startswith("review ") for frame in (a, b)):
            grade[row] = 0
    return grade


def _without(features: Features, *names: str) -> Array:
    """Return which records state none of some fields."""
    result: Array = np.ones(len(features), bool)
    for name in names:
        result &= (features[name] == "").astype(bool)
    return result


def _two_pages(grades: dict[str, Array]) -> Array:
    """Return where one source has titles that are not whole on two pages, and no volume is known.

    Proceedings, as a rule, come out in one volume a year and state none.
    """
    inexact = (grades["title"] > 0) & (grades["title"] < 4)
    one_book = (grades["container"] == 1) & (grades["volume"] == 0) & (grades["year"] == 2)
    result: Array = inexact & one_book & (grades["page"] == -1)
    return result


def _column(a: Features, b: Features, grades: dict[str, Array]) -> Array:
    """Return where one short title stands in one source in two years, of no several people.

    A column has one title and one author in every issue ("Book review column"). Of one text that
    was online first the volume, the page or the abstract agrees as a rule, or the year before it
    was in print it had neither volume nor page.
    """
    short = np.minimum(a["points"], b["points"]) < _COLUMN
    years = (grades["year"] == 1) | (grades["year"] < 0)
    result: Array = short & years & (grades["container"] == 1) & (grades["authors"] < 3)
    for name in ("volume", "page", "abstract"):
        result &= grades[name] < 1
    return result & ~_online_first(a, b, grades)


def _online_first(a: Features, b: Features, grades: dict[str, Array]) -> Array:
    """Return where only the later of two records, a year apart, states a place in print."""
    bare = [_without(frame, "volume", "page") for frame in (a, b)]
    first = a["year"] < b["year"]
    result: Array = (grades["year"] == 1) & (bare[0] != bare[1]) & (bare[0] == first)
    return result


def _moved(grades: dict[str, Array], identified: Array) -> Array:
    """Return where page and volume or issue differ, beside one DOI source and volume too.

    Databases copy an article's DOI to the abstract before it; PubMed numbers each by itself.
    """
    volume, issue = grades["volume"] == -1, grades["issue"] == -1
    moved = np.where(identified, volume & (grades["container"] == -1), volume | issue)
    result: Array = moved & (grades["page"] == -1) & (grades["pmid"] < 1)
    return result


def _strangers(a: Features, b: Features, grades: dict[str, Array]) -> Array:
    """Return where unlike authors have a title of few words in common, and nothing but the year."""
    plain = np.minimum(a["points"], b["points"]) < _FOUND_TWICE
    result: Array = (grades["authors"] == -1) & plain
    for name in _BESIDE_TITLE:
        result &= grades[name] <= 0
    return result


def _elsewhere(
    a: Features, b: Features, grades: dict[str, Array], spoken: Array, meetings: Array
) -> Array:
    """Grade where fields together name two places in print, not merely a slip in a number.

    One abstract at two conferences, one text in two journals, two abstracts in one supplement, a
    column that has one title in every issue. A record that states little is in no other place.
    """
    title, page = grades["title"], grades["page"]
    other = {name: grades[name] == -1 for name in ("container", "volume", "issue", "page")}
    inexact = (title == 1) | (title == 2) | (title == 3)
    short = np.minimum(a["points"], b["points"]) < _COLUMN
    one_place = (grades["volume"] == 1) | (page == 2)
    sources = other["container"] & (
        other["volume"]
        | other["page"]
        | spoken
        | (meetings & (grades["year"] == 1))
        | (inexact & (grades["year"] != 2))
        | (other["issue"] & ~one_place)
    )
    numbers = (
        (other["issue"] & other["volume"] & (page < 1))
        | (other["page"] & (other["issue"] | other["volume"]))
        | (other["page"] & inexact & (grades["container"] == 1) & (grades["volume"] == 1))
        | (other["issue"] & short & (page < 1))
    )
    # A meeting's papers of another year, or the article that followed the paper.
    later = (grades["container"] == 1) & ((grades["year"] == 1) | (grades["year"] < 0))
    cut = (a["cut"] | b["cut"]).astype(bool)
    later &= ~one_place & ((meetings & inexact & ~cut) | (spoken & ~meetings))
    later &= ~_called_paper(a, b, grades)
    return graded(len(a), (sources | numbers | later, -1))


def _called_paper(a: Features, b: Features, grades: dict[str, Array]) -> Array:
    """Return where two kinds may be names of one article that was online before it was in print.

    Databases have papers in ordinary journals. One journal's name has as many words abbreviated
    as in full, unlike a meeting's and that of the journal that is called after it.
    """
    result: Array = _online_first(a, b, grades) & (grades["container"] == 1)
    result &= ~(a["meeting"] | b["meeting"]).astype(bool)
    rows = np.flatnonzero(result)
    names = [frame["container"][rows].tolist() for frame in (a, b)]
    result[rows] = [x.count(" ") == y.count(" ") for x, y in zip(*names, strict=True)]
    return result


def describe(evidence: pd.DataFrame) -> list[str]:
    """Return each row's reason: what speaks for one work, then what speaks against it."""
    names = list(EVIDENCE)
    grades = evidence[names].to_numpy(np.int8)
    # Rows as bytes: as good as their numbers for telling them apart, and quick to look up.
    data, width = grades.tobytes(), len(names)
    rows = [data[start : start + width] for start in range(0, len(data), width)]
    texts = {row: _reason(np.frombuffer(row, np.int8).tolist()) for row in set(rows)}
    return [texts[row] for row in rows]


def _reason(grades: list[int]) -> str:
    """Return in words what a row of grades says, in the order of `EVIDENCE`."""
    stated = [
        (words[grade], grade)
        for words, grade in zip(EVIDENCE.values(), grades, strict=True)
        if grade
    ]
    pro = "; ".join(words for words, grade in stated if grade > 0)
    con = "; ".join(words for words, grade in stated if grade < 0)
    return f"{pro}; but {con}" if pro and con else pro or f"but {con}"
