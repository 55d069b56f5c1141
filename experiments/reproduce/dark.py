"""The dark twin of a picture: light and dark change places, and hues stay."""

from __future__ import annotations

import io

import numpy as np

from dlx.show.pictures.canvas import AUTHOR
from dlx.types import Array

GROUND = 13.0  # the lightness of what was white, of 100 (CIE L*): that of dark pages
# Linear sRGB to XYZ (IEC 61966-2-1), each row divided by the white point D65.
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
)
WHITE = TO_XYZ.sum(axis=1)
KNEE = 6 / 29


def dark_twin(png: bytes) -> bytes:
    """A picture in which each colour of lightness L* has 100 − L*·(1 − ``GROUND``/100), and the same a* and b*."""
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    colors, place = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True)
    lab = _to_lab(colors / 255)
    lab[:, 0] = 100 - lab[:, 0] * (1 - GROUND / 100)
    turned = np.rint(255 * _to_rgb(lab)).astype(np.uint8)[place.ravel()].reshape(pixels.shape)
    file, info = io.BytesIO(), PngInfo()
    info.add_text("Software", AUTHOR)
    Image.fromarray(turned).save(file, format="png", pnginfo=info, optimize=True)
    return file.getvalue()


def _to_lab(rgb: Array) -> Array:
    """sRGB of 0 to 1, (n, 3), as CIE L*a*b*."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    t = linear @ TO_XYZ.T / WHITE
    x, y, z = np.where(t > KNEE**3, np.cbrt(t), t / (3 * KNEE**2) + 4 / 29).T
    return np.column_stack([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def _to_rgb(lab: Array) -> Array:
    """The way back; what sRGB has no room for is cut."""
    y = (lab[:, 0] + 16) / 116
    f = np.column_stack([y + lab[:, 1] / 500, y, y - lab[:, 2] / 200])
    t = np.where(f > KNEE, f**3, 3 * KNEE**2 * (f - 4 / 29))
    linear = np.clip((t * WHITE) @ np.linalg.inv(TO_XYZ).T, 0, 1)
    return np.asarray(np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055))
