"""Images in a page: PNG files in its own text, and small ones made of arrays."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from dlx.types import Array

SIGNATURE = b"\x89PNG\r\n\x1a\n"
WIDE = 1.9  # times the height
GREY, RGB = 0, 2  # PNG's colour types (ISO/IEC 15948:2004, 11.2.2)


def source_of(png: bytes) -> str:
    """The value of an image's ``src`` that holds the file itself."""
    return f"data:image/png;base64,{b64encode(png).decode()}"


def is_wide(png: bytes) -> bool:
    """Whether a file's image is much wider than high, so that it takes all the width that there is."""
    width, height = struct.unpack(">2I", png[16:24])  # behind signature, length and name of the first chunk
    return bool(width > WIDE * height)


def in_range(images: Array) -> Array:
    """Brightness from 0 to 255, one scale for all: (k, h, w), or (k, h, w, 3) where the data have colours.

    Args:
        images: (k, h, w) or (k, h, w, c); a fourth channel, which would be transparency, is left out, and other numbers
            of channels become their mean.
    """
    values = np.nan_to_num(images.astype(np.float64), posinf=0, neginf=0)
    if values.ndim == 4:
        values = values[..., :3] if values.shape[3] in (3, 4) else values.mean(axis=3)
    low, high = values.min(), values.max()
    scaled: Array = ((values - low) * (255 / ((high - low) or 1))).round().astype(np.uint8)
    return scaled


def png(image: Array) -> bytes:
    """A file of one image (h, w) or (h, w, 3) of 0 to 255 (ISO/IEC 15948:2004; every row is unfiltered)."""
    height, width = image.shape[:2]
    header = struct.pack(">2I5B", width, height, 8, RGB if image.ndim == 3 else GREY, 0, 0, 0)
    rows = b"".join(b"\0" + row.tobytes() for row in image)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")
    return SIGNATURE + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
