"""Reasons for exclusion as reviewers wrote them, to the codes of a codebook."""

from __future__ import annotations

import re
from collections.abc import Mapping

from oso_analysis.codebook import Facet
from oso_analysis.literature.screening import ABOUT_THE_SIGHTING

__all__ = ["known_reasons", "match_reasons"]


def known_reasons(facet: Facet) -> dict[str, str]:
    """Return the names of each reason, in small letters and with single spaces, to its code.

    A code may be written with spaces; where it is another's label, the label counts. No space
    stands beside a comma.
    """
    codes = {_plain(code.replace("_", " ")): code for code in facet}
    return {**codes, **{_plain(code): code for code in facet}} | {
        _plain(label): code for code, label in facet.names.items()
    }


def match_reasons(text: str, known: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Return the codes that a list of reasons names, the one that counts first, and what is none.

    Parameters
    ----------
    text : str
        Reasons, divided by commas or semicolons; a reason may itself hold commas.
    known : mapping
        As `known_reasons` returns it. Of several reasons the first in the codebook's order counts;
        one that speaks of the record only, not of the work, comes last.

    Examples
    --------
    >>> known = {"wrong population": "population", "old": "old", "not new": "old"}
    >>> match_reasons("Old,foreign, Wrong population", known)
    (['population', 'old'], ['foreign'])
    """
    pieces = re.split("[,;]", text)
    widest = 1 + max((len(re.findall("[,;]", name)) for name in known), default=0)
    order = {code: place for place, code in enumerate(dict.fromkeys(known.values()))}
    codes: set[str] = set()
    unknown: list[str] = []
    at = 0
    while at < len(pieces):
        for width in range(min(widest, len(pieces) - at), 0, -1):
            code = known.get(_plain(",".join(pieces[at : at + width])))
            if code is not None:
                codes.add(code)
                break
        else:
            width = 1
            if pieces[at].strip():
                unknown.append(" ".join(pieces[at].split()))
        at += width
    ranked = sorted(codes, key=lambda code: (code == ABOUT_THE_SIGHTING, order[code]))
    return ranked, list(dict.fromkeys(unknown))


def _plain(text: str) -> str:
    return ",".join(" ".join(piece.split()) for piece in re.split("[,;]", text)).casefold()
