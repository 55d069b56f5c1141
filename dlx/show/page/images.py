"""Images in a page: PNG files in its own text, and small ones made of arrays."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode

import numpy as np

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


def png(image: Array) -> bytes:
    """A file of one image (h, w) or (h, w, 3) of 0 to 1 (ISO/IEC 15948:2004; every row is unfiltered)."""
    height, width = image.shape[:2]
    header = struct.pack(">2I5B", width, height, 8, RGB if image.ndim == 3 else GREY, 0, 0, 0)
    rows = b"".join(b"\0" + row.tobytes() for row in (255 * image).round().astype(np.uint8))
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")
    return SIGNATURE + b"".join(_chunk(name, content) for name, content in chunks)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
