"""Compare two titles word by word: spelling, inflection, slips, and words that only one has."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from itertools import takewhile

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from oso_analysis.literature.deduplicate.words import CONTRAST, OPPOSITES, STOP, words_of

__all__ = ["contrast", "more", "variant", "word_grade"]


def more(a: list[str], b: list[str]) -> list[str]:
    """Return the words that `a` has and `b` has not, or not as often."""
    return _more(a, set(a), b, set(b))


def _more(a: list[str], set_a: set[str], b: list[str], set_b: set[str]) -> list[str]:
    if len(set_a) == len(a):
        return [word for word in a if word not in set_b]
    return list((Counter(a) - Counter(b)).elements())


def word_grade(a: list[str], b: list[str], raw_a: str, raw_b: str) -> int:
    """Grade two titles by the words that only one of them has."""
    set_a, set_b = set(a), set(b)
    only_a, only_b = _more(a, set_a, b, set_b), _more(b, set_b, a, set_a)
    if 2 * len(only_a) > len(a) + 2 and 2 * len(only_b) > len(b) + 2:
        return -2
    common = len(set_a & set_b)
    # Who has more words of weight left than this differs, whatever becomes of the others.
    most = max(2, (common + min(len(only_a), len(only_b))) // 3)
    rest_b = list(only_b)
    left_a: list[str] = []
    for word in only_a:
        for other in rest_b:
            if variant(word, other):
                rest_b.remove(other)
                break
        else:
            left_a.append(word)
            if len(left_a) > most and len(_grave(left_a)) > most:
                return -2
    if len(rest_b) > most and len(_grave(rest_b)) > most:
        return -2
    shared = common + len(only_a) - len(left_a)
    # "(CSA)" beside the words it stands for adds nothing, nor does a misspelt "from".
    left_a, rest_b = _weighty(left_a, b, raw_a, raw_b), _weighty(rest_b, a, raw_b, raw_a)
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


def _grave(words: list[str]) -> list[str]:
    """Return the words that `_weighty` never leaves out."""
    return [word for word in words if not 1 < len(word) <= 6 or word in CONTRAST or word.isdigit()]


def _weighty(only: list[str], there: list[str], raw: str, raw_there: str) -> list[str]:
    """Return the words that one title has more than the other (`there`), without the idle ones.

    Those are acronyms of words that both have, and misspelt function words: then the other title
    has that function word to spare.
    """
    short = set(only).difference(_grave(only))
    if not short:
        return only
    initials = "".join([word[0] for word in there])
    idle = {word for word in short if len(word) <= 5 and word in initials}
    if rest := short - idle:
        spare = _spare(raw_there, raw)
        idle |= {
            word
            for word in rest
            if any(OSA.distance(word, stop, score_cutoff=1) <= 1 for stop in spare)
        }
    return [word for word in only if word not in idle] if idle else only


def _spare(raw: str, other: str) -> list[str]:
    """Return the function words that a title has, in full, and the other has not as often."""
    found, there = _function_words(raw), _function_words(other)
    return [word for word in set(found) if len(word) > 1 and found.count(word) > there.count(word)]


#: A title is compared with several others.
@lru_cache(maxsize=1000)
def _function_words(raw: str) -> tuple[str, ...]:
    return tuple([word for word in words_of(raw.lower()) if word in STOP])


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


#: Titles of one field differ in the same words again and again.
@lru_cache(maxsize=10_000)
def variant(a: str, b: str) -> bool:
    """Return whether two words are one word in two spellings or inflections."""
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    if len(short) < 4:
        return False
    attached = long.endswith(short) and long[: -len(short)] in STOP
    # In a word of more than four letters a slip leaves four fifths of them alike.
    alike = bool(fuzz.ratio(a, b, score_cutoff=80.0)) or (len(long) == 4 and _slip(a, b))
    if not alike and short[:4] == long[:4] and len(long) - len(short) <= 3:
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))
        alike = shared >= len(short) - 1
    # Most words are not alike, and need no further look.
    if not (attached or alike) or a.isdigit() or b.isdigit() or contrast(a, b):
        return False
    return attached or not _opposite(a, b)
