"""E-mail addresses, telephone numbers and confidential respondents in text.

Pure functions on text; `oso_analysis.scan` walks files and finds the text in them. The patterns are
strict on purpose: a check that fires on DOIs, ISBNs, counts or coordinates is soon switched off. So
a telephone number has to look like one as people print it (an international prefix, or a national
format with its separators), and what cannot hold one (links, DOIs, ISBNs, encoded data, drawing
coordinates) is blanked out first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

__all__ = ["CONFIDENTIAL", "EMAIL", "PHONE", "Match", "NameFinder", "find_personal_data", "mask"]

EMAIL = "e-mail address"
PHONE = "telephone number"
CONFIDENTIAL = "confidential respondent"

_DOMAIN = r"(?:[\w-]{1,63}\.){1,5}(?P<tld>[A-Za-z]{2,24})(?![\w-])"
_EMAIL = re.compile(rf"(?<![\w.%+-])[\w][\w.%+-]{{0,63}}@{_DOMAIN}")
#: The same within a link; a name at a site (`site.org%2F%40name`) is no address.
_QUOTED_EMAIL = re.compile(rf"(?<![\w.%+-])[\w][\w.+-]{{0,63}}%40{_DOMAIN}")
#: "jane [at] example [dot] org", "jane (at) example.org", "jane at example dot org". A bare " at "
#: before a plain domain is ordinary English ("published at gov.uk") and is left alone.
_OBFUSCATED = re.compile(
    r"""(?<![\w.%+-])[\w][\w.%+-]{0,63}
    (?:
        \s{0,3}[\[({<]\s?at\s?[\])}>]\s{0,3}[\w-]{1,63}
        (?:(?:\.|\s{0,3}[\[({<]\s?dot\s?[\])}>]\s{0,3}|\sdot\s)[A-Za-z][\w-]{1,62}){1,4}
      |
        \sat\s[A-Za-z][\w-]{1,62}(?:\sdot\s[A-Za-z][\w-]{1,62}){1,4}
    )(?![\w-])""",
    re.VERBOSE | re.IGNORECASE,
)
#: What every obfuscated address has, found much faster than one.
_WRITTEN_OUT = re.compile(r"[\[({<]\s?at\s?[\])}>]|\sdot\s", re.IGNORECASE)
#: `picture@2x.png` is a file.
_FILE_ENDINGS = frozenset(
    {"png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "mjs", "json", "html", "py", "ipynb"}
)

_LEFT = r"(?<![\w+/=.,#-])(?<!\d:)"
_RIGHT = r"(?![\w=]|[-/+.,:]\d)"
_SEPARATOR = r"[ \u00a0\u2009\u202f-]"
_PHONES = tuple(
    re.compile(_LEFT + pattern + _RIGHT)
    for pattern in (
        # International: +44 20 7946 0958, +44 (0)20 7946 0958, +14155550143, +33.1.23.45.67.89
        rf"\+[1-9]\d{{0,2}}(?:{_SEPARATOR}?\(0\))?(?:{_SEPARATOR}?\(?\d{{1,4}}\)?){{2,6}}",
        r"\+[1-9]\d{7,14}",
        r"\+[1-9]\d{0,2}\.\d{1,4}(?:\.\d{2,4}){2,5}",
        rf"00[1-9]\d{{0,2}}(?:{_SEPARATOR}\(?\d{{1,4}}\)?){{2,6}}",
        # United Kingdom and Ireland: 020 7946 0958, (01632) 960983, 07700 900123, 01 234 5678
        rf"\(?0\d{{2,4}}\)?{_SEPARATOR}\d{{3,4}}{_SEPARATOR}\d{{3,4}}",
        rf"\(?0\d{{3,4}}\)?{_SEPARATOR}\d{{6}}",
        rf"\(?01\)?{_SEPARATOR}\d{{3}}{_SEPARATOR}\d{{4}}",
        r"0[1-3578]\d{9}",
        # Australia: (02) 9876 5432, 0412 345 678 (as above), 1300 123 456
        rf"\(?0[1-9]\)?{_SEPARATOR}\d{{4}}{_SEPARATOR}\d{{4}}",
        rf"1[38]00{_SEPARATOR}\d{{3}}{_SEPARATOR}\d{{3}}",
        # North America: (212) 555-0143, 212-555-0143, 212.555.0143, 1-800-555-0143
        rf"(?:\+?1{_SEPARATOR})?\([2-9]\d{{2}}\){_SEPARATOR}?[2-9]\d{{2}}[-. ]\d{{4}}",
        r"(?:1-)?[2-9]\d{2}-[2-9]\d{2}-\d{4}",
        r"(?:1\.)?[2-9]\d{2}\.[2-9]\d{2}\.\d{4}",
        # France, Belgium: 01 23 45 67 89, 01.23.45.67.89; Germany, Netherlands: 030 1234567
        r"0[1-9](?:[ \u00a0]\d{2}){4}",
        r"0[1-9](?:\.\d{2}){4}",
        rf"\(?0\d{{2,4}}\)?(?:{_SEPARATOR}|/)\d{{5,8}}",
    )
)
_PHONE_DIGITS = range(8, 16)
#: Enough digits close together to be worth a look; most text has none.
_DIGITS = re.compile(r"[+(]{0,2}\d(?:[ ()./\u00a0\u2009\u202f-]{0,3}\d){7,}")
#: What the patterns look at to the left and right of a number.
_CONTEXT = 3

#: What cannot hold a telephone number, blanked out before looking for one. Looking at beginnings of
#: words only, and not folding case, takes a fifth of the time.
_BLANKED = re.compile(
    r"""
    (?<!\w)(?:
        [wW]{3}\.[^\s"'<>]+                                        # links
        | 10\.\d{4,9}/[^\s"'<>]+                                  # DOIs
        | [iI][sS][bB][nN](?:-1[03])?[:\s]*[\dXx][\dXx\s-]{8,20}  # standard numbers
        | [iI][sS]{2}[nN][:\s]*\d{4}-\d{3}[\dXx]
        | 97[89][\s-]?(?:\d[\s-]?){9}\d\b
        | \d{4}-\d{3}[\dXx]\b
        | (?:d|points|transform|viewBox|style|values)="[^"\0]*"    # coordinates
        | [A-Za-z0-9+/=_-]{48,}                                    # encoded data
        | [0-9a-fA-F]{16,}\b
    )
    | [hH][tT]{2}[pP][sS]?://[^\s"'<>]+
    | data:[\w/+.-]+;base64,[A-Za-z0-9+/=\s]+
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Match:
    """One finding in one text: its kind, where it starts and what it is (keep it to yourself)."""

    kind: str
    start: int
    value: str


class _Folded(dict[int, str]):
    """Letter to itself without case and diacritics, worked out once."""

    def __missing__(self, letter: int) -> str:
        parts = unicodedata.normalize("NFKD", chr(letter))
        folded = "".join(part.casefold() for part in parts if not unicodedata.combining(part))
        self[letter] = folded
        return folded


_FOLDED = _Folded()


class NameFinder:
    """Finds respondents' names as whole words, whatever case, accents, spaces and punctuation.

    Parameters
    ----------
    names : iterable of str
        Names with fewer than two letters or digits are ignored.
    """

    def __init__(self, names: Iterable[str]) -> None:
        folded = {
            tuple(re.findall(r"[^\W_]+", name.translate(_FOLDED)))
            for name in names
            if isinstance(name, str)
        }
        words = sorted((w for w in folded if sum(map(len, w)) >= 2), key=lambda w: (-len(w), w))
        # Longest first, so that the whole of a name is found where another is its beginning.
        parts = (r"[\W_]+".join(map(re.escape, w)) for w in words)
        joined = "|".join(parts)
        self._pattern = re.compile(rf"(?<![^\W_])(?:{joined})(?![^\W_])") if joined else None

    def find(self, text: str) -> Iterator[Match]:
        """Yield every name in a text, in order."""
        if self._pattern is None:
            return
        places: list[int] = []
        for found in self._pattern.finditer(text.translate(_FOLDED)):
            # Where each letter came from is worth knowing only of the few texts with a name.
            places = places or [at for at, sign in enumerate(text) for _ in _FOLDED[ord(sign)]]
            start, end = places[found.start()], places[found.end() - 1] + 1
            yield Match(CONFIDENTIAL, start, text[start:end])


def _emails(text: str) -> Iterator[Match]:
    for sign, pattern in (("@", _EMAIL), ("%40", _QUOTED_EMAIL)):
        if sign in text:
            for found in pattern.finditer(text):
                if found["tld"].lower() not in _FILE_ENDINGS:
                    yield Match(EMAIL, found.start(), found.group())
    if _WRITTEN_OUT.search(text):
        for found in _OBFUSCATED.finditer(text):
            yield Match(EMAIL, found.start(), found.group())


def _phones(text: str) -> Iterator[Match]:
    if _DIGITS.search(text) is None:
        return
    blanked = _BLANKED.sub(lambda found: " " * len(found.group()), text)
    for run in _DIGITS.finditer(blanked):
        first = max(0, run.start() - _CONTEXT)
        for start, value in _phones_in(blanked[first : run.end() + _CONTEXT]):
            yield Match(PHONE, first + start, value)


def _phones_in(text: str) -> Iterator[tuple[int, str]]:
    taken: list[range] = []
    for pattern in _PHONES:
        for found in pattern.finditer(text):
            value = found.group()
            span = range(found.start(), found.end())
            if any(span.start < other.stop and other.start < span.stop for other in taken):
                continue
            if sum(letter.isdigit() for letter in value) in _PHONE_DIGITS:
                taken.append(span)
                yield found.start(), value


def find_personal_data(
    text: str, *, names: NameFinder | None = None, allow: Iterable[str] = ()
) -> list[Match]:
    """Return the personal data in a text, in order.

    Parameters
    ----------
    text : str
    names : NameFinder, optional
        Confidential respondents to look for.
    allow : iterable of str
        Exact findings that may stand, such as a team's own published address.

    Returns
    -------
    list of Match
    """
    allowed = frozenset(allow)
    found: set[Match] = set()
    start = 0
    # No pattern reaches over a NUL; what stands between two is mostly short and has nothing.
    for part in text.split("\0"):
        for match in (*_emails(part), *_phones(part)):
            found.add(replace(match, start=start + match.start))
        start += len(part) + 1
    if names is not None:
        found.update(names.find(text))
    kept = (match for match in found if match.value not in allowed)
    return sorted(kept, key=lambda match: (match.start, match.kind, match.value))


def mask(value: str) -> str:
    """Return what a finding looks like without saying what it is: its beginning and its length."""
    shown = value[:2] if len(value) > 4 else ""
    return f"{shown}… ({len(value)} characters)"
