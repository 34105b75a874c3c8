"""Store a drawing as a PNG of at most 256 colours: a third of the size, no difference in print.

A drawing is made of few colours in long runs, and the many in-between tones at the edges of its
letters. So it is taken apart into runs first: what follows then handles some thousand colours
instead of a million pixels.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from oso_analysis.figures.style import DPI

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

    _Array = np.ndarray[Any, np.dtype[Any]]

__all__ = ["encode_png", "save_png"]

_MOST_COLOURS = 256
#: A colour that covers this share of the drawing is kept exactly.
_EXACT_FROM = 1 / 2000
#: How far another colour may be from one that is kept, in steps of 255 (root of the sum of squares
#: of red, green and blue). At the edge of a letter nobody sees it.
_NEAR = 8


def encode_png(rgba: bytes, width: int) -> bytes:
    """Return an opaque drawing as PNG.

    Parameters
    ----------
    rgba : bytes
        Four bytes a pixel, row by row from the top.
    width : int
        Pixels in a row.

    Returns
    -------
    bytes
        Colours of which there is much are exact, the others as near as 256 colours allow.
    """
    import numpy as np
    from PIL import Image

    # Red is the lowest byte; how opaque a pixel is does not count.
    pixels = np.frombuffer(rgba, dtype="<u4") & 0xFFFFFF
    starts = np.concatenate(([0], np.flatnonzero(pixels[1:] != pixels[:-1]) + 1))
    lengths = np.diff(starts, append=len(pixels))
    colours, which = np.unique(pixels[starts], return_inverse=True)
    areas = np.bincount(which, weights=lengths)
    rgb = np.stack([colours & 0xFF, colours >> 8 & 0xFF, colours >> 16], axis=1).astype(np.int32)
    chosen, nearest = _palette(rgb, areas / len(pixels))
    indices = np.repeat(nearest[which], lengths).reshape(-1, width)
    image = Image.fromarray(indices, mode="P")
    image.putpalette(rgb[chosen].astype(np.uint8).tobytes())
    return save_png(image)


def _palette(rgb: _Array, shares: _Array) -> tuple[list[int], _Array]:
    """Return the places of the colours to keep, and for every colour which of them is nearest.

    First those that cover most; then, one after another, whatever is furthest from all that are
    kept, so that no thin line or small mark is printed in another's colour (Gonzalez 1985).
    """
    import numpy as np

    by_share = np.argsort(-shares, kind="stable")
    chosen: list[int] = by_share[: max(1, int((shares >= _EXACT_FROM).sum()))].tolist()
    del chosen[_MOST_COLOURS:]
    distance = np.full(len(rgb), np.iinfo(np.int32).max, dtype=np.int32)
    nearest = np.zeros(len(rgb), dtype=np.uint8)
    for place in range(_MOST_COLOURS):
        if place == len(chosen):
            furthest = int(distance.argmax())
            if distance[furthest] <= _NEAR**2:
                break
            chosen.append(furthest)
        from_here = ((rgb - rgb[chosen[place]]) ** 2).sum(axis=1, dtype=np.int32)
        nearer = from_here < distance
        nearest[nearer] = place
        distance[nearer] = from_here[nearer]
    return chosen, nearest


def save_png(image: Image) -> bytes:
    """Return a picture as the bytes of a PNG file.

    The highest level of compression takes seven times as long and saves a tenth of the size.
    """
    out = io.BytesIO()
    image.save(out, format="PNG", compress_level=6, dpi=(DPI, DPI))
    return out.getvalue()
