"""Which letters figures can show: their font comes with Matplotlib and is the same everywhere."""

from __future__ import annotations

from functools import cache

__all__ = ["undrawn_letters"]


def undrawn_letters(text: str) -> str:
    """Return the letters of a text that the figures' font lacks, each once, in their order.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        Empty where the whole text can be drawn. The other letters show as boxes in figures.

    Examples
    --------
    >>> undrawn_letters("Soledad, Řešení, العزلة")
    ''
    >>> undrawn_letters("孤独と孤独")
    '孤独と'
    """
    drawn = _drawn()
    return "".join(dict.fromkeys(letter for letter in text if ord(letter) not in drawn))


@cache
def _drawn() -> frozenset[int]:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return frozenset(get_font(findfont(FontProperties(family="DejaVu Sans"))).get_charmap())
