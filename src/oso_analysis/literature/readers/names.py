"""Names of authors: one spelling for all producers, and nobody lost.

Only what is certain is changed. A name the export did not split stays unsplit, an organisation
stays whole, and whenever more than spacing changes, the caller keeps the names as they stood.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from oso_analysis.literature.readers.draft import words

__all__ = ["looks_like_organisation", "normalise_authors", "pair_up", "surname_first"]

#: A name without any of these is taken as it stands, which is most of them.
_ODD = re.compile(
    r"[•·;|&*†‡§{}<>()\[\]\d\t\n\r\xa0\u200b\ufeff]|  |,[^ ]|,.*,"
    r"|\b[A-Z]{1,3}\.?, | ,|^[\s,.]|[\s,]$"
    r"|\b(?:[Aa][Nn][Dd]|et|[Ww]ith|y|[A-Z]{4,}|PhD|MEd|PsyD|MSc|LCMHC|OBE|CBE|MBE|KCMG|DPhil)\b"
    r"|^[Aa]non|^[Nn]o [Aa]uthor|\b(?:Ph|Psy|Ed)\.? ?D\.|\b[MJ]\.D\.|\bM\.[AS]\."
)
_SPLIT = re.compile(r"\s*[;•·|\n]\s*")
_AND = re.compile(r"\s+(?:and|AND|&|y|und|et)\s+(?!al\b)")
_LEADING_AND = re.compile(r"^(?:and|AND|&)\s+")
_ET_AL = re.compile(r"[\s,]*\b(?:et\.?\s*al\.?|and others)\s*\.?$", re.IGNORECASE)
_WITH = re.compile(
    r"^with (?:the )?(?:assistance|contributions?|help|support) (?:of|from|by) ", re.I
)
_IDENTIFIER = re.compile(
    r"\s*\((?:\d{6,}|[A-Z]{1,4}-?\d{3,}[\w-]*|0000-[\d-]+X?|[^()\s]{1,64}@[^()\s]{1,255})\)"
)
_MARKS = re.compile(r"(?<=[^\W\d_.])(?:\s*[*†‡§]+|\d{1,2}(?:,\d{1,2})*)+$")
_ORGANISATION = re.compile(
    r"\b(?:academy|advisory|agency|alliance|association|authority|board|bureau|cent(?:er|re)s?|"
    r"children|coalition|college|commission(?:er)?|committee|community|company|consortium|"
    r"corporation|council|court|department|directorate|division|e\.?v|europol|executive|faculty|"
    r"federation|forum|foundation|fund|global|government|group|hospital|inc|inquiry|inspectorate|"
    r"institut[eo]?s?|institution|international|internet|interpol|laborator(?:y|ies)|library|ltd|"
    r"media|minist(?:ry|er|erio)|nation(?:s|al)|network|office|organi[sz]ation|parliament|"
    r"partnership|police|press|programme|project|protect|research|school|secretariat|senate|"
    r"service|services|society|states|team|trust|unicef|union|unit|united|universit\w+|watch|"
    r"working|economist)\b",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"(?:[^\W\d_]\.?[ -]?){1,4}$")
_FAMILY_INITIALS = re.compile(
    r"((?:(?:[a-z][a-z'’-]{0,4}|[Dd]e [Ll]a|[Vv]an [Dd]er) )*"
    r"(?:[a-z]{1,3}-)?[^\W\d_a-z][^\s,.\d]+(?:[ -][^\W\d_a-z][^\s,.\d]+)?)\s+"
    r"((?:[^\W\d_a-z]\.[ -]?){1,5}|[^\W\d_a-z]{1,3})$"
)
#: Degrees and honours that no name ends in, and those that initials may spell.
_DEGREES = words(
    """phd dphil psyd edd med msc mphil mph msw bsc llm llb jd lcmhc lcsw lpc lmft frcpsych
    mrcpsych mbbs mbchb mba obe cbe mbe kcmg kbe qc kc facs faap dclinpsy dsc drph pharmd
    esq bpsych lisw lisw-s
    lcswr lmhc licsw cpsychol afbpss"""
)
_DOUBTFUL = words("""ma ms md ba bs rn do""")
_DEGREE_SHAPE = re.compile(r"[A-Za-z.-]{2,10}$")
_PARTICLES = words(
    """von van de der den het 't la le di da dos das do del della degli du ten ter zu zur af av
    bin al el"""
)
#: How the last word of a name ends that is initials, however they are written.
_ENDS_IN_INITIAL = re.compile(r"\S \S*(?:[^\W\d_a-z]\.|(?<![^\W_])[^\W\d_a-z]{1,3})$")
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv)\.?$", re.IGNORECASE)
#: What beside other names, or in brackets, names no author.
_NOBODY = frozenset(
    {"anon", "anonymous", "et al", "al", "n/a", "no author", "no author name available",
     "no authors listed", "author"}
)  # fmt: skip
#: Names found to be in order: the same people recur throughout an export.
_plain: set[str] = set()
_REMEMBERED = 500_000


def normalise_authors(names: Sequence[str]) -> tuple[str | None, bool]:
    """Return `Family, Given; Family, Given` and whether more than spacing was changed.

    Parameters
    ----------
    names : sequence of str
        The values as the export gave them, one a name or several in one.

    Returns
    -------
    authors : str or None
        None where nothing of a name is left.
    changed : bool
        True where the names as they stood should be kept as well.
    """
    for name in names:
        if name not in _plain:
            if _ODD.search(name) is not None or ("," not in name and family_initials(name) != name):
                return _careful(names)
            if len(_plain) < _REMEMBERED:
                _plain.add(name)
    return "; ".join(names) or None, False


def _careful(names: Sequence[str]) -> tuple[str | None, bool]:
    pieces: list[str] = []
    for name in names:
        pieces += _split(name, alone=len(names) == 1)
    people: list[str] = []
    for piece in pair_up(pieces):
        person = _one(piece)
        if person:
            people.append(person)
    plain = [" ".join(name.split()) for name in names]
    # A comma put between family name and initials loses nothing.
    changed = [name.replace(",", "") for name in people] != [
        name.replace(",", "") for name in plain
    ]
    return "; ".join(people) or None, changed


def _split(value: str, *, alone: bool) -> list[str]:
    """Split one value into names, where it holds several beyond doubt.

    A value that stands `alone`, as the whole of what an entry has, is more likely to hold several.
    """
    value = _IDENTIFIER.sub("", value)
    pieces: list[str] = []
    parts = _SPLIT.split(value)
    for raw in parts:
        piece = _LEADING_AND.sub("", " ".join(raw.split()))
        if piece:
            pieces += _split_and(piece, alone=alone and len(parts) == 1)
    return pieces


def _split_and(piece: str, *, alone: bool) -> list[str]:
    parts = _AND.split(piece)
    if len(parts) > 1 and all(_person_like(part) for part in parts):
        return [name for part in parts for name in _split_commas(part, alone=False)]
    return _split_commas(piece, alone=alone)


def _person_like(part: str) -> bool:
    bare = re.sub(r"\(.*?\)", "", part).strip(" ,")
    words = bare.replace(",", " ").split()
    if not len(words) >= 2 or looks_like_organisation(bare):
        return False
    if any(
        word[0].islower() and word.replace("’", "'").partition("-")[0] not in _PARTICLES
        for word in words
    ):
        return False
    return "," in bare or len(words) <= 5


def _split_commas(piece: str, *, alone: bool) -> list[str]:
    """Split a list of names at its commas; `Family, Given` and `Family, Given, Jr.` stay whole."""
    parts = [part.strip() for part in piece.split(",")]
    parts = [part for part in parts if part]
    if len(parts) >= 3 and _mostly_initials(parts):
        return parts
    if len(parts) < 2 or looks_like_organisation(piece):
        return [piece]
    # "Kinter III, James L" among other names is one of them.
    if alone and len(parts) == 2 and all(map(_family_and_initials, parts)):
        return parts
    if len(parts) < 3:
        return [piece]
    if len(parts) % 2 == 0 and all(_INITIALS.match(part) for part in parts[1::2]):
        return [f"{family}, {given}" for family, given in zip(parts[::2], parts[1::2], strict=True)]
    if all(len(part.split()) >= 2 and _person_like(part) for part in parts):
        return parts
    return [piece]


def _family_and_initials(part: str) -> bool:
    match = _FAMILY_INITIALS.match(part)
    return match is not None and _SUFFIX.match(match[2]) is None


def _mostly_initials(parts: list[str]) -> bool:
    """Whether the parts are names with their initials, and those that are not could be authors."""
    others = [part for part in parts if not _family_and_initials(part)]
    return len(others) <= 0.3 * len(parts) and all(
        looks_like_organisation(part)
        or (_ENDS_IN_INITIAL.search(part) and not _is_degree(part.split()[-1], doubtful=False))
        for part in others
    )


def pair_up(pieces: list[str]) -> list[str]:
    """Join families and given names that an export set apart as if they were two authors."""
    if (
        len(pieces) >= 2
        and len(pieces) % 2 == 0
        and all("," not in piece for piece in pieces)
        and all(len(family.split()) == 1 and len(family) > 2 for family in pieces[::2])
        and any(re.search(r"\b\w\.", given) for given in pieces[1::2])
        and not any(_is_degree(piece) for piece in pieces)
        and not any(re.search(r"\b\w\.", family) for family in pieces[::2])
    ):
        return [f"{a}, {b}" for a, b in zip(pieces[::2], pieces[1::2], strict=True)]
    return pieces


def _is_degree(word: str, *, doubtful: bool = True) -> bool:
    if not _DEGREE_SHAPE.match(word):
        return False
    bare = word.replace(".", "").lower()
    return bare in _DEGREES or (doubtful and bare in _DOUBTFUL and word.upper()[:1] == word[:1])


def _one(piece: str) -> str:
    """Return one name without degrees, marks and "et al."; empty where nothing is left."""
    name = _WITH.sub("", _ET_AL.sub("", piece)).strip(" ,;")
    if "," in name:
        family, _, given = name.partition(",")
        given = _WITH.sub("", _LEADING_AND.sub("", given.strip()))
        first, _, rest = given.partition(" ")
        if rest and "." in first[:-1] and _is_degree(first, doubtful=False):
            given = rest
        name = f"{family}, {given}"
    name = _MARKS.sub("", name)
    if not name or name.lower().strip("[]. ") in _NOBODY or _is_degree(name):
        return ""
    name = _without_degrees(name)
    if "," in name:
        name = re.sub(r"\s*,\s*", ", ", name).strip(" ,")
    return _without_capitals(family_initials(name) if "," not in name else name)


def _without_degrees(name: str) -> str:
    if looks_like_organisation(name):
        return name
    parts = [part.strip() for part in name.split(",")]
    stripped = False
    # "Smith, MA" is a name with initials, so the part after the family name is left alone.
    while len(parts) > (2 if len(parts[0].split()) == 1 else 1) and all(
        _is_degree(word) for word in parts[-1].split()
    ):
        parts.pop()
        stripped = True
    words = parts[-1].split()
    keep = 1 if len(parts) > 1 else 2
    while len(words) > keep and _is_degree(
        words[-1], doubtful=stripped or ("." in words[-1][:-1] and len(words[-1]) > 2 and keep == 2)
    ):
        words.pop()
        stripped = True
    parts[-1] = " ".join(words)
    return ", ".join(parts)


def _without_capitals(name: str) -> str:
    """Write JANIS WOLAK as Janis Wolak; acronyms and organisations stay as they are."""
    if looks_like_organisation(name):
        return name
    family, comma, given = name.partition(",")
    if comma:
        # Beside a family name that is not in capitals, up to five of them are initials.
        least = 4 if family == family.upper() else 6
        return (_title(family) if _shouted(family) else family) + (
            comma
            + " ".join(
                _title(word) if len(word) >= least and _shouted(word) else word
                for word in given.split(" ")
            )
        )
    words = name.split()
    if len(words) < 2 or len(words) > 5:
        return name
    shouted = [word for word in words if _shouted(word)]
    certain = len(shouted) == len(words) or any(re.match(r"[^\W\d_]\.", word) for word in words)
    if shouted and certain and all(_INITIALS.match(w) for w in words if w not in shouted):
        return " ".join(_title(word) if word in shouted else word for word in words)
    return name


def _shouted(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return (
        len(letters) >= 4
        and text == text.upper()
        and text != text.lower()
        and "." not in text
        and any(vowel in text for vowel in "AEIOUYÄÖÜÅØÉÈÁÍÓÚ")
    )


def _title(text: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda match: match.group()[:1] + match.group()[1:].lower(), text)


def looks_like_organisation(name: str) -> bool:
    """Whether a word in the name is one that organisations carry and people do not."""
    return _ORGANISATION.search(name) is not None


def surname_first(name: str) -> str:
    """Turn BibTeX's `First von Last` or `von Last, Jr, First` into `Family, Given`.

    One word, a name of more than five words and an organisation stay as they are.
    """
    if "," in name:
        parts = [part.strip() for part in name.split(",")]
        if len(parts) == 3 and _SUFFIX.match(parts[1]):
            return f"{parts[0]}, {parts[2]}, {parts[1]}"
        return name
    words = name.split()
    if not 2 <= len(words) <= 5 or looks_like_organisation(name):
        return name
    if any(word.lower() in {"and", "&", "of", "for", "the", "y"} for word in words):
        return name
    match = _FAMILY_INITIALS.match(name)
    if match and len(words[0].strip(".")) > 1:
        return f"{match.group(1)}, {match.group(2)}"
    if not all(word[0].isalpha() for word in words):
        return name
    if name == name.upper() and len(words[-1]) > 1:
        return name
    at = len(words) - 1
    if _SUFFIX.match(words[-1]) and len(words) > 2:
        at -= 1
    for place, word in enumerate(words[1:at], 1):
        if word[0].islower():
            at = place
            break
    return f"{' '.join(words[at:])}, {' '.join(words[:at])}"


def family_initials(name: str) -> str:
    """Turn Scopus's and PubMed's `Family AB` into `Family, AB`; anything else stays."""
    if not (name[-1:] == "." or name[-1:].isupper()):
        return name
    match = _FAMILY_INITIALS.match(name)
    if match is None or match[1] == match[1].upper() or looks_like_organisation(name):
        return name
    return f"{match[1]}, {match[2]}"
