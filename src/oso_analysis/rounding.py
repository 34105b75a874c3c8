"""How numbers are rounded for readers: one rule for figures, tables and prose.

Halves go away from zero, as readers learn it at school and as a spreadsheet shows it: 6.5 is 7 and
7.5 is 8. Python's own formats would send the first to 6 and the second to 8, so that one share
could stand as 6 % in a drawing and as 7 % in the workbook beside it.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal

__all__ = ["percent", "rounded"]

#: Decimal places beyond the wanted ones at which what a binary number cannot hold is cut off.
_NOISE = 8
#: Digits enough for the largest number there is; Decimal's own 28 would refuse it.
_CONTEXT = Context(prec=400, rounding=ROUND_HALF_UP)


def rounded(value: float, decimals: int = 0) -> str:
    """Return a number with thousands separators, rounded half away from zero.

    Parameters
    ----------
    value : int or float
        What is not finite is printed as Python has it (``inf``).
    decimals : int, default 0
        Decimal places.

    Returns
    -------
    str
        With a hyphen for a minus sign, and without one for what rounds to nought.

    Examples
    --------
    >>> from oso_analysis.rounding import rounded
    >>> [rounded(value) for value in (6.5, 7.5, -6.5, 1234, -0.2)]
    ['7', '8', '-7', '1,234', '0']
    >>> rounded(0.345, 2)
    '0.35'
    """
    if not math.isfinite(value):
        return f"{value}"
    whole = _exact(value, decimals).quantize(Decimal(1).scaleb(-decimals), context=_CONTEXT)
    return f"{abs(whole) if whole == 0 else whole:,.{decimals}f}"


def _exact(value: float, decimals: int) -> Decimal:
    """Return a number as it was meant: 71.2 - 56.7 is 14.499999999999993 to the machine alone."""
    return Decimal(f"{value:.{decimals + _NOISE}f}")


def percent(value: float, decimals: int = 0) -> str:
    """Return a percentage without its sign; what is not none and not all never reads as 0 or 100.

    Parameters
    ----------
    value : float
        From 0 to 100. A difference in percentage points is no share: print it with `rounded`.
    decimals : int, default 0
        Decimal places.

    Returns
    -------
    str

    Examples
    --------
    >>> from oso_analysis.rounding import percent
    >>> [percent(value) for value in (0, 0.4, 6.5, 99.6, 100)]
    ['0', '<1', '7', '>99', '100']
    >>> percent(0.04, 1)
    '<0.1'
    """
    text = rounded(value, decimals)
    if not math.isfinite(value):
        return text
    # Three thirds of a hundred may come as 99.99999999999999, and are all.
    exact, step = _exact(value, decimals), 10.0**-decimals
    if exact > 0 and text == rounded(0, decimals):
        return f"<{rounded(step, decimals)}"
    if exact < 100 and text == rounded(100, decimals):
        return f">{rounded(100 - step, decimals)}"
    return text
