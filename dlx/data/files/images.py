"""Images: what the head of a file tells of one, and its pixels in a stated size, by the optional package Pillow."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from struct import error as StructError  # noqa: N812 - it is a class
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dlx.data.files.memory import check_ratio, check_room
from dlx.data.files.opening import readable
from dlx.errors import DataError
from dlx.types import Array

if TYPE_CHECKING:
    from PIL import Image

KINDS = ("PNG", "JPEG", "BMP", "GIF")  # no other decoder is tried, whatever a file looks like
GREY = frozenset(("1", "L", "LA", "I", "I;16", "I;16B", "I;16L", "F"))  # Pillow's modes
ORIENTATION, ON_THE_SIDE = 0x0112, frozenset((5, 6, 7, 8))  # EXIF's tag, and its values with height and width changed


class Head(NamedTuple):
    """Height and width as a viewer shows the image, and whether it has no colours."""

    size: tuple[int, int]
    is_grey: bool


def head(path: Path) -> Head:
    """What the head of an image tells.

    Raises:
        DataError: it is none, or its pixels would not fit.
    """
    with _opened(path) as image:
        width, height = image.size
        channels = len(image.getbands())
        check_ratio(path, height * width * channels, path.stat().st_size, "save it unpacked, as BMP")
        check_room(path, 4 * height * width * channels, "make it smaller")
        is_grey = image.mode in GREY or (image.mode == "P" and _has_grey_palette(image))
        on_the_side = image.getexif().get(ORIENTATION) in ON_THE_SIDE
        return Head((width, height) if on_the_side else (height, width), is_grey)


def pixels(path: Path, shape: tuple[int, ...]) -> Array:
    """The first image in a file, as a viewer shows it, with (h, w) or (h, w, 1) grey values or (h, w, 3) colours.

    One of another size is resized, whatever its proportions. Transparency is left out.
    """
    from PIL import Image, ImageOps

    with _opened(path) as image:
        turned = ImageOps.exif_transpose(image)
        if turned.mode.startswith("I"):  # 16 bits
            turned = Image.fromarray((np.asarray(turned).clip(0, 65535) >> 8).astype(np.uint8))
        converted = turned.convert("RGB" if shape[2:] == (3,) else "L")
        height, width = shape[:2]
        if converted.size != (width, height):
            converted = converted.resize((width, height), Image.Resampling.BILINEAR)
        return np.asarray(converted, np.uint8).reshape(shape)


def _has_grey_palette(image: Image.Image) -> bool:
    palette = image.getpalette() or [0, 1]
    return palette[0::3] == palette[1::3] == palette[2::3]


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    from PIL import Image

    with readable(path), path.open("rb") as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # sizes are checked here in another way
        try:
            with Image.open(stream, formats=KINDS) as image:
                yield image
        except (OSError, SyntaxError, ValueError, EOFError, StructError, Image.DecompressionBombError) as error:
            if isinstance(error, OSError) and error.errno:
                raise
            what = str(error).replace(repr(stream), "it")
            raise DataError(f"{path}: this is no PNG, JPEG, BMP or GIF image, or it is damaged: {what}") from error
