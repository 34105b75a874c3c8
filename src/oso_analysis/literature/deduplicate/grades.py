"""Grade each piece of evidence for a batch of pairs; `match` gives the grades their points."""

from __future__ import annotations

from collections import Counter
from itertools import takewhile
from typing import Any

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from oso_analysis.literature.deduplicate.titles import WORD
from oso_analysis.literature.deduplicate.words import CONTRAST, OPPOSITES, STOP, language, plain

__all__ = ["author_grades", "container_grades", "doi_grades", "graded", "kind_grades",
           "number_grades", "page_grades", "plausible", "same_text", "title_grades"]  # fmt: skip

Array = np.ndarray[Any, Any]

#: Letters beyond this one belong to other scripts.
_LATIN = "\u02ff"
_REPOSITORY = ("10.5281/", "10.6084/", "10.13140/", "10.17605/", "10.25384/")
#: Kinds (see `normalise.KINDS`) that are hardly ever two sightings of one work.
_APART = {(4, 5), (1, 6), (2, 6), (4, 6), (5, 6), (6, 7), (3, 6), (1, 4), (1, 8), (5, 8), (6, 8)}


def same_text(a: Array, b: Array) -> tuple[Array, Array]:
    """Return where both are stated and equal, and where both are stated and differ."""
    both = (a != "") & (b != "")
    equal = a == b
    return (both & equal).astype(bool), (both & ~equal).astype(bool)


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
    if len(rows):
        result[rows] = process.cpdist(
            a[rows].tolist(), b[rows].tolist(), scorer=scorer, workers=-1, dtype=np.float32
        )
    return result


def plausible(a: pd.DataFrame, b: pd.DataFrame) -> Array:
    """Return which pairs are worth weighing: titles somewhat alike, or one identifier.

    Cheap, and only drops pairs that could not even reach a person's desk.
    """
    ta, tb = a["title"].to_numpy(dtype=object), b["title"].to_numpy(dtype=object)
    keep: Array = ((ta == "") | (tb == "") | (ta == tb)).astype(bool)
    for name in ("doi", "pmid", "abstract"):
        keep |= same_text(a[name].to_numpy(dtype=object), b[name].to_numpy(dtype=object))[0]
    rows = np.flatnonzero(~keep)
    alike = _similar(ta, tb, ~keep, fuzz.ratio)[rows]
    keep[rows] = [
        score >= 60.0 or _cut_short(x, y)
        for x, y, score in zip(ta[rows], tb[rows], alike.tolist(), strict=True)
    ]
    return keep


def _cut_short(a: str, b: str) -> bool:
    """Return whether a much shorter title looks like the beginning or the end of the other."""
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    if 10 * len(short) > 7 * len(long):
        return False
    if short[:8] == long[:8]:
        return bool(fuzz.ratio(short, long[: len(short)]) >= 85.0)
    return long.endswith(short)


def title_grades(a: pd.DataFrame, b: pd.DataFrame) -> Array:
    """Grade titles from 6 (or 5, the same) down to -2 (different)."""
    ta, tb = a["title"].to_numpy(dtype=object), b["title"].to_numpy(dtype=object)
    both = ((ta != "") & (tb != "")).astype(bool)
    equal = both & (ta == tb).astype(bool)
    ratio = _similar(ta, tb, both & ~equal, fuzz.ratio)
    grade = graded(len(ta), (both, -2), (equal, 5))
    cut = (a["cut"].to_numpy() | b["cut"].to_numpy()).astype(bool)
    columns = [frame[name].to_numpy(dtype=object) for frame in (a, b) for name in ("main", "tail")]
    main_a, tail_a, main_b, tail_b = columns
    raw_a, raw_b = a["raw"].to_numpy(dtype=object), b["raw"].to_numpy(dtype=object)
    doi_a, doi_b = a["doi"].to_numpy(dtype=object), b["doi"].to_numpy(dtype=object)
    bare = _bare(a) | _bare(b)
    # The rest, as unlike as any two titles, stay "different".
    rows = np.flatnonzero(both & ~equal)
    near = [
        alike >= 60.0 or _cut_short(x, y) or (x[0] > _LATIN) != (y[0] > _LATIN)
        for x, y, alike in zip(ta[rows], tb[rows], ratio[rows].tolist(), strict=True)
    ]
    for row in rows[np.array(near, dtype=bool)].tolist():
        grade[row] = _title_grade(
            ta[row], tb[row], main_a[row], main_b[row], tail_a[row], tail_b[row],
            float(ratio[row]), bool(cut[row]), raw_a[row], raw_b[row],
        )  # fmt: skip
        if grade[row] in (1, -1, -2) and ratio[row] > 80.0:
            # A space in the wrong place can hide a function word.
            letters = {"".join(WORD.findall(plain(raw[row]).lower())) for raw in (raw_a, raw_b)}
            grade[row] = 4 if len(letters) == 1 else grade[row]
        if grade[row] == -1 and bare[row]:
            grade[row] = _translated(ta[row], tb[row], raw_a[row], raw_b[row])
        elif grade[row] == -2 and doi_a[row] and doi_a[row] == doi_b[row]:
            languages = {language(raw_a[row]), language(raw_b[row])}
            if len(languages - {""}) == 2:
                grade[row] = -3
    return grade


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
    """Grade two titles that are not equal."""
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
            grade = max(
                _word_grade(words, long.split()[:count], raw, whole[: len(raw) + 5])
                for count in (len(words), len(words) - 1)
            )
            if grade == 4 or (cut and grade == 1) or len(tight_short) > 40:
                return (3 if cut else 2) if grade > 0 else -1
    if ratio >= 80.0 or (ratio > 60.0 and len(short) > 30):
        return _word_grade(a.split(), b.split(), raw_a, raw_b)
    return -2


def _bare(features: pd.DataFrame) -> Array:
    """Return where a record has next to nothing but its title."""
    stated = np.zeros(len(features), bool)
    for name in ("names", "doi", "volume", "page", "pmid"):
        stated |= (features[name].to_numpy(dtype=object) != "").astype(bool)
    return ~stated


def _translated(a: str, b: str, raw_a: str, raw_b: str) -> int:
    """Grade two titles that differ in a word, as machine-translated titles do.

    Only a long title with one word changed will do, and neither a word that contrasts nor a name:
    country reports share long titles and differ in the country.
    """
    set_a, set_b = set(a.split()), set(b.split())
    if len(set_a & set_b) < 9:
        return -1
    only_a = [w for w in set_a - set_b if not any(_variant(w, x) for x in set_b - set_a)]
    only_b = [w for w in set_b - set_a if not any(_variant(w, x) for x in set_a - set_b)]
    if len(only_a) != 1 or len(only_b) != 1:
        return -1
    (x,), (y,) = only_a, only_b
    if (x in CONTRAST and y in CONTRAST) or x.isdigit() or y.isdigit():
        return -1
    return 6 if x in raw_a or y in raw_b else -1


def _word_grade(a: list[str], b: list[str], raw_a: str, raw_b: str) -> int:
    """Grade two titles by the words that only one of them has."""
    set_a, set_b = set(a), set(b)
    only_a = [word for word in a if word not in set_b]
    only_b = [word for word in b if word not in set_a]
    if 2 * len(only_a) > len(a) + 2 and 2 * len(only_b) > len(b) + 2:
        return -2
    rest_b = list(only_b)
    left_a = []
    for word in only_a:
        found = next((other for other in rest_b if _variant(word, other)), None)
        if found is None:
            left_a.append(word)
        else:
            rest_b.remove(found)
    shared = len(set_a & set_b) + len(only_a) - len(left_a)
    # "(CSA)" beside the words it stands for adds nothing, nor does a misspelt "from".
    initials_a, initials_b = "".join(w[0] for w in a), "".join(w[0] for w in b)
    if left_a:
        left_a = [word for word in left_a if not _idle(word, initials_b, raw_a, raw_b)]
    if rest_b:
        rest_b = [word for word in rest_b if not _idle(word, initials_a, raw_b, raw_a)]
    if left_a and rest_b and len(left_a) + len(rest_b) <= 3:
        # One word written as two, or a slip in a short word.
        joined = "".join(left_a), "".join(rest_b)
        if max(map(len, joined)) > 3 and _slip(*joined):
            return 4
    if not left_a and not rest_b:
        return 4
    if not left_a or not rest_b:
        left = len(left_a) + len(rest_b)
        return 1 if shared >= 3 and left <= max(1, shared // 3) else -2
    left = max(len(left_a), len(rest_b))
    return -1 if shared >= 4 and left <= max(1, shared // 5) else -2


def _idle(word: str, initials: str, raw: str, other: str) -> bool:
    """Return whether a word that one title has more is of no weight.

    Either it is an acronym of words that both have, or a misspelt function word: then the other
    title has that function word once more.
    """
    if word in CONTRAST or word.isdigit() or len(word) < 2:
        return False
    if len(word) <= 5 and word in initials:
        return True
    if len(word) > 6:
        return False
    spare = Counter(WORD.findall(other.lower())) - Counter(WORD.findall(raw.lower()))
    return any(
        OSA.distance(word, stop, score_cutoff=1) <= 1
        for stop in spare
        if stop in STOP and len(stop) > 1
    )


def _slip(a: str, b: str) -> bool:
    """Return whether one letter is missing, extra, wrong or swapped."""
    if OSA.distance(a, b, score_cutoff=1) > 1 or (a in CONTRAST and b in CONTRAST):
        return False
    return not any(letter.isdigit() for letter in a + b) and not _opposite(a, b)


def _opposite(a: str, b: str) -> bool:
    """Return whether two words differ in a prefix that turns the meaning round."""
    for one, other in OPPOSITES:
        for x, y in ((a, b), (b, a)):
            if x.startswith(one) and y.startswith(other) and x[len(one) :] == y[len(other) :]:
                return True
    return False


def _variant(a: str, b: str) -> bool:
    """Return whether two words are one word in two spellings or inflections."""
    if a.isdigit() or b.isdigit() or (a in CONTRAST and b in CONTRAST):
        return False
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    if len(short) < 4:
        return False
    if long.endswith(short) and long[: -len(short)] in STOP:
        return True
    if short[:4] == long[:4] and len(long) - len(short) <= 3:
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))
        alike = shared >= len(short) - 1
    else:
        alike = False
    alike = alike or bool(fuzz.ratio(a, b) >= 80.0) or _slip(a, b)
    return alike and not _opposite(a, b)


def author_grades(a: pd.DataFrame, b: pd.DataFrame) -> Array:
    """Grade authors: people by their family names, bodies by their whole names."""
    fa, fb = a["families"].to_numpy(dtype=object), b["families"].to_numpy(dtype=object)
    na, nb = a["names"].to_numpy(dtype=object), b["names"].to_numpy(dtype=object)
    pa, pb = a["person"].to_numpy(), b["person"].to_numpy()
    both = ((na != "") & (nb != "")).astype(bool)
    people = both & (fa != "").astype(bool) & (fb != "").astype(bool)
    score = _similar(fa, fb, people, fuzz.token_set_ratio)
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


def container_grades(a: pd.DataFrame, b: pd.DataFrame) -> Array:
    """Grade journals, series and books; only periodicals count against each other."""
    ca, cb = a["container"].to_numpy(dtype=object), b["container"].to_numpy(dtype=object)
    both = ((ca != "") & (cb != "")).astype(bool)
    score = _similar(ca, cb, both & (ca != cb).astype(bool), fuzz.token_set_ratio)
    abbreviated = np.zeros(len(ca), bool)
    rows = np.flatnonzero(both & (ca != cb).astype(bool) & (score < 88))
    abbreviated[rows] = [
        _abbreviates(x, y) for x, y in zip(ca[rows].tolist(), cb[rows].tolist(), strict=True)
    ]
    same = both & ((ca == cb).astype(bool) | (score >= 88) | abbreviated)
    kinds = a["kind"].to_numpy(), b["kind"].to_numpy()
    periodical = (kinds[0] <= 2) & (kinds[1] <= 2)
    return graded(len(ca), (both & ~same & periodical, -1), (same, 1))


def _abbreviates(a: str, b: str) -> bool:
    """Return whether each word of one name begins the same word of the other ("Arch Sex Behav")."""
    short, long = sorted((a.split(), b.split()), key=len)
    if len(short) == 1 and len(long) > 1:
        return len(short[0]) > 1 and short[0] == "".join(word[0] for word in long)
    return all(x.startswith(y) or y.startswith(x) for x, y in zip(short, long, strict=False)) and (
        len(short) == len(long) or len(short) > 2
    )


def kind_grades(a: pd.DataFrame, b: pd.DataFrame) -> Array:
    """Grade kinds of publication, and preprint against published version."""
    ka, kb = a["kind"].to_numpy().astype(int), b["kind"].to_numpy().astype(int)
    stated = (ka > 0) & (kb > 0) & (ka != kb)
    low, high = np.minimum(ka, kb), np.maximum(ka, kb)
    apart = np.isin(low * 10 + high, [x * 10 + y for x, y in _APART])
    same = (ka > 0) & (ka == kb)
    stages = a["stage"].to_numpy().astype(int) * b["stage"].to_numpy().astype(int)
    return graded(
        len(ka),
        (same, 1),
        (stated & (low != 7) & (high != 7), -1),
        (stated & apart, -2),
        (stages == -1, -3),
    )


def doi_grades(a: pd.DataFrame, b: pd.DataFrame) -> Array:
    """Grade DOIs; a repository gives a DOI of its own to what has one already."""
    da, db = a["doi"].to_numpy(dtype=object), b["doi"].to_numpy(dtype=object)
    same, differ = same_text(da, db)
    rows = np.flatnonzero(differ)
    repository = np.zeros(len(da), bool)
    repository[rows] = [
        x.startswith(_REPOSITORY) or y.startswith(_REPOSITORY)
        for x, y in zip(da[rows], db[rows], strict=True)
    ]
    return graded(len(da), (same, 1), (differ, -1), (repository, -2))


def page_grades(a: pd.DataFrame, b: pd.DataFrame) -> Array:
    """Grade first pages; online-first versions all begin on page 1."""
    pa, pb = a["page"].to_numpy(dtype=object), b["page"].to_numpy(dtype=object)
    same, differ = same_text(pa, pb)
    first = ((pa == "1") | (pb == "1")).astype(bool)
    rows = np.flatnonzero(differ & ~first)
    # An article number and a page do not contradict each other.
    comparable = np.zeros(len(pa), bool)
    comparable[rows] = [
        x.isdigit() == y.isdigit() and (len(x) > 4) == (len(y) > 4)
        for x, y in zip(pa[rows], pb[rows], strict=True)
    ]
    return graded(len(pa), (same, 2), (same & first, 1), (comparable, -1))


def number_grades(a: pd.DataFrame, b: pd.DataFrame) -> Array:
    """Grade the numbers in titles."""
    na, nb = a["numbers"].to_numpy(dtype=object), b["numbers"].to_numpy(dtype=object)
    ya, yb = a["year"].to_numpy(), b["year"].to_numpy()
    grade = np.zeros(len(na), np.int8)
    for row in np.flatnonzero((na != nb).astype(bool)).tolist():
        set_a, set_b = set(na[row].split()), set(nb[row].split())
        if set_a - set_b and set_b - set_a:
            grade[row] = -3
            continue
        more = set_a ^ set_b
        year = int(yb[row] if set_a > set_b else ya[row])
        years = [int(n) for n in more if len(n) == 4 and n[:2] in ("19", "20")]
        if years and year:
            grade[row] = 0 if any(0 <= year - n <= 1 for n in years) else -2
        else:
            grade[row] = -1
    return grade
