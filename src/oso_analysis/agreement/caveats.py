"""The caveat an exhibit has to carry when coders agreed too little on what it is built on."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from oso_analysis.agreement.measure import AGREEMENT_COLUMNS, RELIABLE
from oso_analysis.errors import InputError, Problem, nearest, require_columns

__all__ = ["caveat_for"]


def caveat_for(
    agreement: pd.DataFrame,
    facets: Collection[str],
    *,
    codes: Collection[str] | None = None,
    material: str | None = None,
) -> list[str]:
    """Return the caveats that an exhibit built on these facets or codes has to carry.

    Parameters
    ----------
    agreement : pandas.DataFrame
        A table of this module, or several of them under one another.
    facets : collection of str
        Facets the exhibit is built on.
    codes : collection of str, optional
        Only these codes of the facets; by default all of them.
    material : str, optional
        "screening", "literature" or "consultation", where the table holds several and a facet
        (such as theme) occurs in more than one.

    Returns
    -------
    list of str
        One sentence a facet that has codes whose alpha is below 0.667, and one where alpha cannot
        be estimated although the code was used; empty where all are reliable. A facet with one
        code a unit is also judged as a whole; a facet with many is judged code by code.

    Raises
    ------
    InputError
        Missing columns, or a facet that the table does not measure.
    """
    require_columns(agreement, AGREEMENT_COLUMNS, where="caveat_for")
    table = agreement if material is None else agreement[agreement["material"] == material]
    measured = set(table["facet"])
    unknown = sorted(set(facets) - measured)
    if unknown:
        raise InputError(
            Problem("is not measured", column="facets", value=name, nearest=nearest(name, measured))
            for name in unknown
        )
    caveats = []
    keys = table[["material", "facet"]].drop_duplicates()
    for kind, facet in keys.itertuples(index=False, name=None):
        if facet not in facets:
            continue
        rows = table[(table["material"] == kind) & (table["facet"] == facet)]
        whole, parts = rows[rows["code"].isna()], rows[rows["code"].notna()]
        if codes is not None:
            parts = parts[parts["code"].isin(list(codes))]
        several = whole["note"].str.contains("sets compared whole", na=False).any()
        judged = parts if several else pd.concat([whole, parts])
        used = judged[(judged["n_coder_1"] > 0) | (judged["n_coder_2"] > 0)]
        weak = used[used["alpha"] < RELIABLE]
        unmeasured = used[used["alpha"].isna()]
        name = str(whole["label"].iloc[0]).lower()
        n, unit = int(whole["n_units"].iloc[0]), whole["unit"].iloc[0]
        if not weak.empty:
            caveats.append(
                f"Coders agreed too little for firm conclusions (Krippendorff’s alpha below "
                f"{RELIABLE}, {n:,} {unit} coded by both) on {name}: {_list_alphas(weak)}."
            )
        if not unmeasured.empty:
            labels = "; ".join(unmeasured["label"])
            caveats.append(
                f"Agreement on {name} could not be estimated ({n:,} {unit} coded by both) for: "
                f"{labels}."
            )
    return caveats


def _list_alphas(rows: pd.DataFrame) -> str:
    """Spell out labels with their alphas and intervals."""
    parts = []
    for label, code, alpha, low, high in zip(
        rows["label"],
        rows["code"],
        rows["alpha"],
        rows["alpha_low"],
        rows["alpha_high"],
        strict=True,
    ):
        interval = "" if pd.isna(low) else f", 95 % interval {low:.2f} to {high:.2f}"
        parts.append(
            f"{'the facet as a whole' if pd.isna(code) else label} ({alpha:.2f}{interval})"
        )
    return "; ".join(parts)
