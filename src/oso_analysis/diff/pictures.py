"""Two drawings compared pixel by pixel."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

__all__ = ["picture_pixels", "pixel_difference", "read_picture"]


def picture_pixels(picture: Image) -> NDArray[np.int16]:
    """Return a picture's pixels, four channels each."""
    import numpy as np

    return np.asarray(picture.convert("RGBA"), dtype=np.int16)


def read_picture(raw: bytes) -> NDArray[np.int16] | None:
    """Return the pixels of a PNG file's content; None where it cannot be read."""
    from PIL import Image

    try:
        return picture_pixels(Image.open(io.BytesIO(raw)))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        # What it calls a syntax error is a damaged chunk.
        return None


def pixel_difference(old: NDArray[np.int16], new: NDArray[np.int16], pixel: int = 0) -> str | None:
    """Say in words how two drawings differ; None where no channel does by more than `pixel`."""
    import numpy as np

    sizes = [f"{item.shape[1]} × {item.shape[0]}" for item in (old, new)]
    if sizes[0] != sizes[1]:
        return f"the drawing went from {sizes[0]} to {sizes[1]} pixels"
    steps = np.abs(old - new).max(axis=2)
    moved = steps > pixel
    count = int(moved.sum())
    if not count:
        return None
    rows, columns = np.nonzero(moved)
    share = count / moved.size * 100
    return (
        f"the drawing differs in {count:,} of {moved.size:,} pixels ({share:.2g} %), by up to "
        f"{int(steps.max())} of 255, between ({columns.min()}, {rows.min()}) and "
        f"({columns.max()}, {rows.max()})"
    )
