"""Compare two titles word by word: spelling, inflection, slips, and words that only one has."""

from __future__ import annotations

from collections import Counter
from itertools import takewhile

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from oso_analysis.literature.deduplicate.words import CONTRAST, OPPOSITES, STOP, words_of

__all__ = ["contrast", "more", "variant", "word_grade"]


def more(a: list[str], b: list[str]) -> list[str]:
    """Return the words that `a` has and `b` has not, or not as often."""
    there = set(b)
    if len(set(a)) == len(a):
        return [word for word in a if word not in there]
    return list((Counter(a) - Counter(b)).elements())


def word_grade(a: list[str], b: list[str], raw_a: str, raw_b: str) -> int:
    """Grade two titles by the words that only one of them has."""
    set_a, set_b = set(a), set(b)
    only_a, only_b = more(a, b), more(b, a)
    if 2 * len(only_a) > len(a) + 2 and 2 * len(only_b) > len(b) + 2:
        return -2
    rest_b = list(only_b)
    left_a = []
    for word in only_a:
        found = next((other for other in rest_b if variant(word, other)), None)
        if found is None:
            left_a.append(word)
        else:
            rest_b.remove(found)
    shared = len(set_a & set_b) + len(only_a) - len(left_a)
    # "(CSA)" beside the words it stands for adds nothing, nor does a misspelt "from".
    initials_a, initials_b = "".join(w[0] for w in a), "".join(w[0] for w in b)
    if left_a:
        spare = _spare(raw_b, raw_a)
        left_a = [word for word in left_a if not _idle(word, initials_b, spare)]
    if rest_b:
        spare = _spare(raw_a, raw_b)
        rest_b = [word for word in rest_b if not _idle(word, initials_a, spare)]
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


def _spare(raw: str, other: str) -> list[str]:
    """Return the function words that a title has, in full, and the other has not as often."""
    found = words_of(raw.lower())
    if STOP.isdisjoint(found):
        return []
    return [
        word
        for word in Counter(found) - Counter(words_of(other.lower()))
        if word in STOP and len(word) > 1
    ]


def _idle(word: str, initials: str, spare: list[str]) -> bool:
    """Return whether a word that one title has more is of no weight.

    Either it is an acronym of words that both have, or a misspelt function word: then the other
    title has that function word to spare.
    """
    if word in CONTRAST or word.isdigit() or len(word) < 2:
        return False
    if len(word) <= 5 and word in initials:
        return True
    if len(word) > 6:
        return False
    return any(OSA.distance(word, stop, score_cutoff=1) <= 1 for stop in spare)


def contrast(a: str, b: str) -> bool:
    """Return whether two words contrast; "Korea" and "Korean", "adult" and "adults" do not."""
    if a not in CONTRAST or b not in CONTRAST:
        return False
    short, long = sorted((a, b), key=len)
    return long not in (short + "s", short + "n")


def _slip(a: str, b: str) -> bool:
    """Return whether one letter is missing, extra, wrong or swapped."""
    if OSA.distance(a, b, score_cutoff=1) > 1 or contrast(a, b):
        return False
    return not any(letter.isdigit() for letter in a + b) and not _opposite(a, b)


def _opposite(a: str, b: str) -> bool:
    """Return whether two words differ in a prefix that turns the meaning round."""
    for one, other in OPPOSITES:
        for x, y in ((a, b), (b, a)):
            if x.startswith(one) and y.startswith(other) and x[len(one) :] == y[len(other) :]:
                return True
    return False


def variant(a: str, b: str) -> bool:
    """Return whether two words are one word in two spellings or inflections."""
    if a.isdigit() or b.isdigit() or contrast(a, b):
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
