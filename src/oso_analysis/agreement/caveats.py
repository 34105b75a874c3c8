"""The caveat an exhibit has to carry when coders agreed too little on what it is built on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from oso_analysis.agreement.measure import AGREEMENT_COLUMNS, RELIABLE
from oso_analysis.display import plural, within
from oso_analysis.errors import InputError, Problem, nearest, require_columns
from oso_analysis.frames import distinct

__all__ = ["caveat_for"]


def caveat_for(
    agreement: pd.DataFrame,
    facets: Collection[str] | str,
    *,
    codes: Collection[str] | str | None = None,
    material: str | None = None,
    figures: bool = True,
) -> list[str]:
    """Return the caveats that an exhibit built on these facets or codes has to carry.

    Parameters
    ----------
    agreement : pandas.DataFrame
        A table of this module, or several of them under one another.
    facets : collection of str or str
        Facets the exhibit is built on.
    codes : collection of str or str, optional
        Only these codes of the facets; by default all of them.
    material : str, optional
        "screening", "literature" or "consultation", where the table holds several and a facet
        (such as theme) occurs in more than one.
    figures : bool, default True
        Whether coefficients and the number of units may be told. Where counts of the units are
        withheld, they may not: an alpha leaves few counts of a code that it can follow from.

    Returns
    -------
    list of str
        One sentence a facet that has codes whose alpha is below 0.667, and one where alpha cannot
        be estimated although the code was used; empty where all are reliable. A facet with one
        code a unit is also judged as a whole; a facet with many is judged code by code. Without
        figures it is one sentence a facet, on all codes that are not known to be reliable: which
        of them both coders always used, or never, would be told apart otherwise.

    Raises
    ------
    InputError
        Missing columns, or a facet that the table does not measure.
    """
    require_columns(agreement, AGREEMENT_COLUMNS, where="caveat_for")
    # A text is a collection of letters, too.
    facets = [facets] if isinstance(facets, str) else facets
    codes = [codes] if isinstance(codes, str) else codes
    table = agreement if material is None else agreement[agreement["material"] == material]
    measured = distinct(table["facet"])
    unknown = sorted(set(facets) - measured)
    if unknown:
        raise InputError(
            Problem("is not measured", column="facets", value=name, nearest=nearest(name, measured))
            for name in unknown
        )
    of_facet: dict[tuple[str, str], list[dict[Any, Any]]] = {}
    for row in table[table["facet"].isin(list(facets))].to_dict("records"):
        of_facet.setdefault((row["material"], row["facet"]), []).append(row)
    caveats = []
    for rows in of_facet.values():
        whole = next(row for row in rows if pd.isna(row["code"]))
        parts = [row for row in rows if row is not whole]
        if codes is not None:
            parts = [row for row in parts if row["code"] in codes]
        several = not pd.isna(whole["note"]) and "sets compared whole" in whole["note"]
        judged = parts if several else [whole, *parts]
        if not figures:
            caveats += _without_figures(whole["label"], judged)
            continue
        used = [row for row in judged if row["n_coder_1"] > 0 or row["n_coder_2"] > 0]
        weak = [row for row in used if row["alpha"] < RELIABLE]
        unmeasured = [row["label"] for row in used if pd.isna(row["alpha"])]
        name = within(whole["label"])
        # Units are plurals in the table.
        base = f"{plural(whole['n_units'], whole['unit'].removesuffix('s'))} coded by both"
        if weak:
            caveats.append(
                f"Coders agreed too little for firm conclusions (Krippendorff’s alpha below "
                f"{RELIABLE}, {base}) on {name}: {'; '.join(map(_spell_alpha, weak))}."
            )
        if unmeasured:
            caveats.append(
                f"Agreement on {name} could not be estimated ({base}) for: {'; '.join(unmeasured)}."
            )
    return caveats


def _without_figures(facet: str, judged: Sequence[Mapping[Any, Any]]) -> list[str]:
    """Say on which codes coders are not known to agree, and nothing of how far they do."""
    doubted = [row for row in judged if not row["alpha"] >= RELIABLE]
    if not doubted:
        return []
    names = "" if len(doubted) == len(judged) else f": {'; '.join(map(_name, doubted))}"
    return [
        "Coders agreed too little for firm conclusions, or could not be compared, on "
        f"{within(facet)}{names}."
    ]


def _name(row: Mapping[Any, Any]) -> str:
    return "the facet as a whole" if pd.isna(row["code"]) else str(row["label"])


def _spell_alpha(row: Mapping[Any, Any]) -> str:
    """Spell out a label with its alpha, which is below `RELIABLE`, and interval."""
    low, high = row["alpha_low"], row["alpha_high"]
    interval = "" if pd.isna(low) else f", 95 % interval {_spell(low)} to {_spell(high)}"
    # What is said to be below the bar must not be rounded above it.
    digits = next(n for n in range(2, 18) if float(f"{row['alpha']:.{n}f}") < RELIABLE)
    return f"{_name(row)} ({_spell(row['alpha'], digits)}{interval})"


def _spell(value: float, digits: int = 2) -> str:
    """Spell a number with a minus sign, which no line ends after as it may after a hyphen."""
    return f"{value:.{digits}f}".replace("-", "\u2212")
