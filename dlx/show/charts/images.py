"""Images as they are shown: brightness on one scale for all of them."""

from __future__ import annotations

import numpy as np

from dlx.types import Array


def brightness(images: Array) -> Array:
    """Values from 0 to 1: (k, h, w), or (k, h, w, 3) where the data have colours.

    Args:
        images: (k, h, w) or (k, h, w, c); a fourth channel, which would be transparency, is left out, and other numbers
            of channels become their mean.
    """
    values = np.nan_to_num(images.astype(np.float64), posinf=0, neginf=0)
    if values.ndim == 4:
        values = values[..., :3] if values.shape[3] in (3, 4) else values.mean(axis=3)
    low, high = values.min(), values.max()
    scaled: Array = (values - low) / ((high - low) or 1)
    return scaled
