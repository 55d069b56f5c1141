"""The pixels of a picture, and how many of them have a colour."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.image import imread


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(imread(io.BytesIO(png), format="png"))[:, :, :3]


def share(picture: bytes | np.ndarray, color: Any, alpha: float = 1.0) -> float:
    """How much of the picture has just this colour, drawn on white."""
    mixed = 1 - alpha * (1 - np.array(to_rgb(color)))
    there = pixels(picture) if isinstance(picture, bytes) else picture
    return float((np.abs(there - mixed).max(axis=2) < 0.02).mean())
