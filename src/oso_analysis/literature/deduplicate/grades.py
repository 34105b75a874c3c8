"""Grade each piece of evidence for a batch of pairs; `match` gives the grades their points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from oso_analysis.literature.deduplicate.features import Features
from oso_analysis.literature.deduplicate.headings import APART, DOUBTFUL, SAME, heading_grade
from oso_analysis.literature.deduplicate.spelling import contrast, more, variant, word_grade
from oso_analysis.literature.deduplicate.translated import same_article
from oso_analysis.literature.deduplicate.words import (
    DESIGNATION,
    GENERIC,
    MEETING,
    PLACES,
    STOP,
    Folding,
    plain,
    squeezed,
    two_languages,
)

__all__ = ["SCREENED", "agree", "author_grades", "body_grades", "container_grades", "copies",
           "doi_grades", "graded", "kind_grades", "page_grades", "plausible", "same_text",
           "title_grades"]  # fmt: skip

Array = np.ndarray[Any, Any]

#: The features that `plausible` looks at.
SCREENED = ("title", "doi", "pmid", "abstract", "families", "volume", "page")
#: Letters beyond this one belong to other scripts.
_LATIN = "\u02ff"
#: Titles less alike than this are of one work only if one is cut short or a translation.
_NEAR = 60.0
_REPOSITORY = ("10.5281/", "10.6084/", "10.13140/", "10.17605/", "10.25384/")
#: Kinds (see `normalise.KINDS`) that are hardly ever two sightings of one work.
_APART = {(4, 5), (1, 6), (2, 6), (4, 6), (5, 6), (6, 7), (3, 6), (1, 4), (1, 8), (5, 8), (6, 8)}


def agree(a: Array, b: Array) -> Array:
    """Return where both are stated and equal."""
    result: Array = (a == b).astype(bool)
    result[result] = a[result] != ""
    return result


def same_text(a: Array, b: Array) -> tuple[Array, Array]:
    """Return where both are stated and equal, and where both are stated and differ."""
    differ = (a != "") & (b != "") & (a != b)
    return agree(a, b), differ.astype(bool)


def graded(size: int, *grades: tuple[Array, int]) -> Array:
    """Return grades, the later ones over the earlier."""
    result = np.zeros(size, np.int8)
    for where, grade in grades:
        result[where] = grade
    return result


def _similar(a: Array, b: Array, where: Array, scorer: Any) -> Array:
    """Return `scorer` (0 to 100) where asked, 0 elsewhere."""
    result = np.zeros(len(a), np.float32)
    rows = np.flatnonzero(where)
    result[rows] = _ratios(a[rows].tolist(), b[rows].tolist(), scorer)
    return result


def _ratios(a: list[str], b: list[str], scorer: Any, cutoff: float | None = None) -> Array:
    """Return `scorer` (0 to 100) for each pair of texts, 0 for what is below a cutoff."""
    if not a:
        return np.zeros(0, np.float32)
    result: Array = process.cpdist(
        a, b, scorer=scorer, workers=-1, dtype=np.float32, score_cutoff=cutoff
    )
    return result


def plausible(a: Features, b: Features) -> Array:
    """Return which pairs are worth weighing: titles somewhat alike, one identifier or one place.

    Cheap, and only drops pairs that could not even reach a person's desk.
    """
    ta, tb = a["title"], b["title"]
    keep: Array = ((ta == "") | (tb == "") | (ta == tb)).astype(bool)
    for name in ("doi", "pmid", "abstract"):
        keep |= agree(a[name], b[name])
    keep |= same_place(a, b)
    rows = np.flatnonzero(~keep)
    keep[rows] = _ratios(ta[rows].tolist(), tb[rows].tolist(), fuzz.ratio, _NEAR) >= _NEAR
    rows = np.flatnonzero(~keep)
    keep[rows] = list(map(_cut_short, ta[rows].tolist(), tb[rows].tolist()))
    return keep


def same_place(a: Features, b: Features) -> Array:
    """Return where two records name the same people, volume and first page."""
    result = agree(a["families"], b["families"])
    rows = np.flatnonzero(result)
    for name in ("volume", "page"):
        result[rows] &= agree(a[name][rows], b[name][rows])
    return result


def _cut_short(a: str, b: str) -> bool:
    """Return whether a much shorter title looks like the beginning or the end of the other."""
    size_a, size_b = len(a), len(b)
    if 10 * size_a > 7 * size_b and 10 * size_b > 7 * size_a:
        return False
    short, long = (a, b) if size_a <= size_b else (b, a)
    if short[:8] == long[:8]:
        return bool(fuzz.ratio(short, long[: len(short)]) >= 85.0)
    return long.endswith(short)


def title_grades(a: Features, b: Features) -> Array:
    """Grade titles as `match.EVIDENCE` tells: above 0 alike, below 0 different."""
    ta, tb = a["title"], b["title"]
    both = ((ta != "") & (tb != "")).astype(bool)
    equal = both & (ta == tb).astype(bool)
    ratio = _similar(ta, tb, both & ~equal, fuzz.ratio)
    grade = graded(len(ta), (both, -2), (equal, 5))
    cut = (a["cut"] | b["cut"]).astype(bool)
    raw_a, raw_b = a["raw"], b["raw"]
    rows = np.flatnonzero(both & ~equal)
    near = [
        alike >= _NEAR or _cut_short(x, y) or (x[0] > _LATIN) != (y[0] > _LATIN)
        for x, y, alike in zip(ta[rows], tb[rows], ratio[rows].tolist(), strict=True)
    ]
    rows = rows[np.array(near, dtype=bool)]
    parts = [frame[name] for name in ("main", "tail") for frame in (a, b)]
    columns = (ta, tb, *parts, ratio, cut, raw_a, raw_b)
    silent = _silent(a, b)
    around_a, around_b = _Around(a), _Around(b)
    told: dict[tuple[Any, ...], int] = {}
    pairs = zip(*(column[rows].tolist() for column in columns), strict=True)
    for row, titles in zip(rows.tolist(), pairs, strict=True):
        # Records that several databases have come as the same two titles many times.
        found = told.get(titles)
        if found is None:
            *_, alike, _, x, y = titles
            found = told[titles] = _spaced_otherwise(_title_grade(*titles), alike, x, y)
        if 1 <= found <= 3:
            found = _stated_elsewhere(ta[row], tb[row], around_a, around_b, row) or found
        elif found == -1 and silent[row]:
            found = _translated(ta[row], tb[row], raw_a[row], raw_b[row])
        grade[row] = found
    # The rest, as unlike as any two titles, are "different" or in two languages.
    same_doi = agree(a["doi"], b["doi"])
    placed = same_place(a, b)
    for row in np.flatnonzero((grade == -2) & (same_doi | placed)).tolist():
        if two_languages(raw_a[row], raw_b[row]):
            grade[row] = -3
    rows = np.flatnonzero((grade < 0) & (grade > -3) & placed)
    if len(rows):
        _one_article(grade, a, b, rows)
    _under_headings(grade, a, b)
    return grade


def _under_headings(grade: Array, a: Features, b: Features) -> None:
    """Grade anew, in place, titles that are alike but for headings that name different texts."""
    heading_a, heading_b = (frame["heading"] for frame in (a, b))
    alike = (grade > 0) & (heading_a != heading_b).astype(bool)
    tail_a, tail_b = (frame["tail"] for frame in (a, b))
    # A short title may differ in most of its words from itself under another language's heading.
    translated = (grade == -2) & agree(tail_a, tail_b)
    rows = np.flatnonzero(alike | (grade == -1) | translated)
    columns = [
        list(zip(*(frame[name][rows] for frame in (a, b)), strict=True))
        for name in ("heading", "title", "main", "tail")
    ]
    periodical = _in_periodical(a, b)
    for row, texts in zip(rows.tolist(), zip(*columns, strict=True), strict=True):
        found = heading_grade(*texts, periodical=bool(periodical[row]))
        if translated[row] and found != SAME:
            continue
        # Where the titles differ as well, a doubt about the headings is one too many.
        grade[row] = (APART if found == DOUBTFUL and grade[row] < 0 else found) or grade[row]


def _in_periodical(a: Features, b: Features) -> Array:
    """Return where both records may be, and one seems to be, of a text in a periodical."""
    seems, may_be = np.zeros(len(a), bool), np.ones(len(a), bool)
    for frame in (a, b):
        kind = frame["kind"]
        may_be &= kind < 2
        seems |= kind == 1
        for name in ("container", "pmid"):
            seems |= (frame[name] != "").astype(bool)
    return seems & may_be


def _one_article(grade: Array, a: Features, b: Features, rows: Array) -> None:
    """Grade anew, in place, unlike titles of the same people in one volume and on one page.

    Only where one is a translation or the two are near each other may they be joined.
    """
    a, b = a.take(rows), b.take(rows)
    same_issue = agree(a["issue"], b["issue"])
    # Journals' names are translated, too; three authors of one name each are no coincidence.
    known = container_grades(a, b) == 1
    known |= np.array([names.count(" ") > 1 for names in a["families"]], dtype=bool)
    known &= (a["year"] == b["year"]) & (a["year"] > 0)
    texts = zip(
        *(frame[name] for name in ("title", "raw", "pages") for frame in (a, b)),
        same_issue.tolist(),
        strict=True,
    )
    for row, sure, fields in zip(rows.tolist(), known.tolist(), texts, strict=True):
        if sure:
            grade[row] = same_article(grade[row] == -1, *fields) or grade[row]


def _title_grade(
    a: str,
    b: str,
    main_a: str,
    main_b: str,
    tail_a: str,
    tail_b: str,
    ratio: float,
    cut: bool,
    raw_a: str,
    raw_b: str,
) -> int:
    """Grade two titles that are not equal by their keys, and word by word where they are alike."""
    tight_a, tight_b = a.replace(" ", ""), b.replace(" ", "")
    if tight_a == tight_b:
        return 5
    if (a[0] > _LATIN) != (b[0] > _LATIN):
        return -3
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    tight_short, tight_long = (
        (tight_a, tight_b) if len(tight_a) <= len(tight_b) else (tight_b, tight_a)
    )
    if len(tight_short) > 7:
        # Without its subtitle; without the name of its series; cut off.
        main, tail = (main_a, tail_a) if long is a else (main_b, tail_b)
        if long.startswith(short + " ") and _only_place(long[len(short) :].split()):
            return 8
        if short in (main, tail):
            return 3
        if long.startswith(short + " ") or (cut and tight_long.startswith(tight_short)):
            return 3 if cut else 2
        begins = len(tight_short) > 25 and len(tight_long) - len(tight_short) > 3
        if begins and fuzz.ratio(tight_short, tight_long[: len(tight_short)]) >= 90.0:
            words, raw, whole = (
                (b.split(), raw_b, raw_a) if long is a else (a.split(), raw_a, raw_b)
            )
            # A misspelt function word makes the cut title a word longer than it should be.
            beginning = long.split()[: len(words)]
            grade, shorter = (
                word_grade(words, part, raw, whole[: len(raw) + 5])
                for part in (beginning, beginning[:-1])
            )
            grade = 4 if shorter == 4 else grade
            if grade == 4 or (cut and grade == 1) or len(tight_short) > 40:
                return (3 if cut else 2) if grade > 0 else -1
    if ratio >= 80.0 or (ratio > 60.0 and len(short) > 30):
        return word_grade(a.split(), b.split(), raw_a, raw_b)
    return -2


def _spaced_otherwise(grade: int, ratio: float, raw_a: str, raw_b: str) -> int:
    """Return a better grade where two titles differ in spaces alone, which hide function words."""
    if grade not in (1, -1, -2) or ratio <= 80.0:
        return grade
    return 4 if squeezed(plain(raw_a)) == squeezed(plain(raw_b)) else grade


def _only_place(words: list[str]) -> bool:
    """Return whether words name a place and nothing else of weight ("evidence from Kenya")."""
    return not PLACES.isdisjoint(words) and PLACES.union(GENERIC).issuperset(words)


def _silent(a: Features, b: Features) -> Array:
    """Return where nothing that would tell two works apart is stated by both records."""
    both = np.zeros(len(a), bool)
    for name in ("names", "doi", "volume", "page", "pmid"):
        stated = (frame[name] != "" for frame in (a, b))
        both |= np.logical_and(*stated).astype(bool)
    return ~both


class _Around:
    """What the records of one side state around their titles, looked up row by row."""

    def __init__(self, features: Features) -> None:
        self._bodies = [features[name] for name in ("names", "publisher", "container")]
        self._years = features["year"]
        self._fold = Folding()

    def year(self, row: int) -> str:
        """Return the year, "0" for none."""
        return str(int(self._years[row]))

    def bodies(self, row: int) -> Iterator[list[str]]:
        """Yield the words of each body that made or published the record's work."""
        for values in self._bodies:
            if values[row]:
                yield [self._fold[word] for word in values[row].split() if word not in STOP]


def _stated_elsewhere(a: str, b: str, around_a: _Around, around_b: _Around, row: int) -> int:
    """Grade a title that has more only what other fields say; 0 where it has more than that.

    Web pages put the body that publishes a report before or after its title ("Example Foundation:
    Safer homes"), citations the year or the number in a series of reports.
    """
    one, other = a.split(), b.split()
    short, long = (one, other) if len(one) < len(other) else (other, one)
    size = len(long) - len(short)
    if long[size:] == short:
        surplus = long[:size]
    elif long[: len(short)] == short:
        surplus = long[len(short) :]
    else:
        return 0
    without, within = (around_a, around_b) if short is one else (around_b, around_a)
    year = without.year(row)
    rest = [word for word in surplus if word != year]
    # "Research report 57"; a number below ten more often counts the parts of one work.
    numbers = {word for word in rest if word.isdigit() and word[1:]}
    if numbers and not set(rest).isdisjoint(DESIGNATION):
        rest = [word for word in rest if word not in DESIGNATION | numbers]
    # What the other record states in another field is shared as much as a word of the title.
    if rest and _names_a_body(rest, without.bodies(row)):
        return 10
    return 7 if not rest or _names_a_body(rest, within.bodies(row)) else 0


def _names_a_body(words: list[str], bodies: Iterable[list[str]]) -> bool:
    """Return whether words are the initials or most of the name of a body.

    A country that stands in a body's name, too, is not enough.
    """
    return any(
        words == ["".join(word[0] for word in body)]
        or (set(words) <= set(body) and 2 * len(set(words)) > len(set(body)))
        for body in bodies
    )


def _translated(a: str, b: str, raw_a: str, raw_b: str) -> int:
    """Grade two titles that differ in a word, as machine-translated titles do.

    Only a long title with one word changed will do, and neither a word that contrasts nor a name:
    country reports share long titles and differ in the country.
    """
    set_a, set_b = set(a.split()), set(b.split())
    if len(set_a & set_b) < 9:
        return -1
    more_a, more_b = more(a.split(), b.split()), more(b.split(), a.split())
    only_a = [word for word in more_a if not any(variant(word, other) for other in more_b)]
    only_b = [word for word in more_b if not any(variant(word, other) for other in more_a)]
    if len(only_a) != 1 or len(only_b) != 1:
        return -1
    (x,), (y,) = only_a, only_b
    if contrast(x, y) or x.isdigit() or y.isdigit():
        return -1
    if x in raw_a or y in raw_b:
        return 6
    # Every title's first word has a capital, so a person must tell whether it is a name.
    return 9 if a.startswith(x) and b.startswith(y) else -1


def author_grades(a: Features, b: Features) -> Array:
    """Grade authors: people by their family names, bodies by their whole names."""
    fa, fb = a["families"], b["families"]
    na, nb = a["names"], b["names"]
    pa, pb = a["person"], b["person"]
    both = ((na != "") & (nb != "")).astype(bool)
    people = both & (fa != "").astype(bool) & (fb != "").astype(bool)
    equal = (fa == fb).astype(bool)
    score = np.where(equal, 100, _similar(fa, fb, people & ~equal, fuzz.token_set_ratio))
    unsure = people & (score < 90)
    # Which of the words is the family name is sometimes a wrong guess.
    score = np.maximum(score, _similar(fa, nb, unsure, fuzz.token_set_ratio))
    score = np.maximum(score, _similar(na, fb, unsure, fuzz.token_set_ratio))
    score = np.where(people, score, _similar(na, nb, both & ~people, fuzz.token_set_ratio))
    many = np.zeros(len(fa), bool)
    rows = np.flatnonzero(people)
    many[rows] = [" " in x and " " in y for x, y in zip(fa[rows], fb[rows], strict=True)]
    clear = people & (pa == 1) & (pb == 1)
    return graded(
        len(fa),
        (people & (score < 60), -1),
        (clear & (score < 60), -2),
        (both & (score >= 70), 1),
        (both & (score >= 85), 2),
        (people & many & (score >= 85), 3),
    )


def body_grades(a: Features, b: Features) -> Array:
    """Grade a body that is the author in one record and the publisher or source in the other."""
    result = np.zeros(len(a), np.int8)
    for one, other in ((a, b), (b, a)):
        names, person = one["names"], one["person"]
        body = np.where(person == -1, names, "")
        for name in ("publisher", "container"):
            place = other[name]
            both = ((body != "") & (place != "")).astype(bool)
            result[_similar(body, place, both, fuzz.token_set_ratio) >= 90] = 1
            # A name that may be a person's ("Ecovox") is a body's if it is the publisher's whole.
            result[(person == 0) & agree(names, place)] = 1
    return result


def copies(a: Features, b: Features) -> Array:
    """Return where two records say the same in every field, and leave out the same fields."""
    same = np.ones(len(a), bool)
    for name in ("title", "names", "year", "container", "volume", "issue", "page", "doi", "pmid",
                 "publisher", "edition", "kind"):  # fmt: skip
        same &= (a[name] == b[name]).astype(bool)
    return same & (a["points"] > 0)


def container_grades(a: Features, b: Features) -> Array:
    """Grade journals, series and books; only periodicals count against each other."""
    ca, cb = a["container"], b["container"]
    both = ((ca != "") & (cb != "")).astype(bool)
    score = _similar(ca, cb, both & (ca != cb).astype(bool), fuzz.token_set_ratio)
    abbreviated = np.zeros(len(ca), bool)
    rows = np.flatnonzero(both & (ca != cb).astype(bool) & (score < 88))
    abbreviated[rows] = [
        _abbreviates(x, y) for x, y in zip(ca[rows].tolist(), cb[rows].tolist(), strict=True)
    ]
    same = both & ((ca == cb).astype(bool) | (score >= 88) | abbreviated)
    kinds = a["kind"], b["kind"]
    periodical = (kinds[0] <= 2) & (kinds[1] <= 2)
    return graded(len(ca), (both & ~same & periodical, -1), (same, 1))


def _abbreviates(a: str, b: str) -> bool:
    """Return whether each word of one name shortens the same word of the other ("Arch Sex Behav").

    One word may be a contraction ("Proc Natl Acad Sci"); the others begin the words they stand for.
    Either way the two begin with one letter.
    """
    if a[0] != b[0] and " " in a and " " in b:
        return False
    one, other = a.split(), b.split()
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if len(short) == 1 and len(long) > 1:
        return _initials(short[0], long)
    if a[0] != b[0]:
        return False
    if len(short) != len(long) and len(short) < 3:
        return False
    whole = len(short) < 3
    for x, y in zip(short, long, strict=False):
        if not (x.startswith(y) or y.startswith(x)):
            if whole or not _contracts(x, y):
                return False
            whole = True
    return True


def _initials(name: str, words: list[str]) -> bool:
    """Return whether a lone word is the initials of a source, or of the name of its meetings."""
    initials = "".join([word[0] for word in words])
    if name == initials:
        return len(name) > 1
    # "Proceedings of the 26th International Conference on Very Large Data Bases": VLDB.
    meeting = [place for place, word in enumerate(words) if word in MEETING]
    return len(name) > 2 and bool(meeting) and initials.startswith(name, meeting[0] + 1)


def _contracts(a: str, b: str) -> bool:
    """Return whether one word keeps the first and further letters of the other in their order."""
    short, long = (a, b) if len(a) < len(b) else (b, a)
    letters = iter(long)
    return len(short) > 3 and short[0] == long[0] and all(letter in letters for letter in short)


def kind_grades(a: Features, b: Features) -> Array:
    """Grade kinds of publication, and preprint against published version."""
    ka, kb = a["kind"].astype(int), b["kind"].astype(int)
    stated = (ka > 0) & (kb > 0) & (ka != kb)
    low, high = np.minimum(ka, kb), np.maximum(ka, kb)
    apart = np.isin(low * 10 + high, [x * 10 + y for x, y in _APART])
    same = (ka > 0) & (ka == kb)
    stages = a["stage"].astype(int) * b["stage"].astype(int)
    return graded(
        len(ka),
        (same, 1),
        (stated & (low != 7) & (high != 7), -1),
        (stated & apart, -2),
        (stages == -1, -3),
    )


def doi_grades(a: Features, b: Features) -> Array:
    """Grade DOIs; a repository gives a DOI of its own to what has one already."""
    da, db = a["doi"], b["doi"]
    same, differ = same_text(da, db)
    rows = np.flatnonzero(differ)
    repository = np.zeros(len(da), bool)
    repository[rows] = [
        x.startswith(_REPOSITORY) or y.startswith(_REPOSITORY)
        for x, y in zip(da[rows], db[rows], strict=True)
    ]
    return graded(len(da), (same, 1), (differ, -1), (repository, -2))


def page_grades(a: Features, b: Features) -> Array:
    """Grade first pages; online-first versions all begin on page 1."""
    pa, pb = a["page"], b["page"]
    same, differ = same_text(pa, pb)
    first = ((pa == "1") | (pb == "1")).astype(bool)
    rows = np.flatnonzero(differ & ~first)
    # An article number and a page do not contradict each other, nor does a page made a date.
    comparable = np.zeros(len(pa), bool)
    comparable[rows] = [
        x.isdigit() == y.isdigit() and (len(x) > 4) == (len(y) > 4) and "-" not in x + y
        for x, y in zip(pa[rows], pb[rows], strict=True)
    ]
    return graded(len(pa), (same, 2), (same & first, 1), (comparable, -1))
