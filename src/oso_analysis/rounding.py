"""How numbers are rounded for readers: one rule for figures, tables and prose.

Halves go away from zero, as readers learn it at school and as a spreadsheet shows it: 6.5 is 7 and
7.5 is 8. Python's own formats would send the first to 6 and the second to 8, so that one share
could stand as 6 % in a drawing and as 7 % in the workbook beside it.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

__all__ = ["percent", "rounded"]

#: Decimal places beyond the wanted ones at which what a binary number cannot hold is cut off.
_NOISE = 8


def rounded(value: float, decimals: int = 0) -> str:
    """Return a number with thousands separators, rounded half away from zero.

    Parameters
    ----------
    value : int or float
        Finite.
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
    # 71.2 - 56.7 is 14.499999999999993 to the machine and 14.5 to everybody else.
    exact = Decimal(f"{value:.{decimals + _NOISE}f}")
    whole = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return f"{abs(whole) if whole == 0 else whole:,.{decimals}f}"


def percent(value: float, decimals: int = 0) -> str:
    """Return a percentage without its sign; what is not none and not all never reads as 0 or 100.

    Parameters
    ----------
    value : float
        From 0 to 100; a difference in percentage points may lie outside.
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
    step = 10.0**-decimals
    if value > 0 and text == rounded(0, decimals):
        return f"<{rounded(step, decimals)}"
    if value < 100 and text == rounded(100, decimals):
        return f">{rounded(100 - step, decimals)}"
    return text
