"""Image files: a folder with a sub-folder for each class, a folder of images, or one image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import prod
from pathlib import Path

import numpy as np

from dlx.data.examples import Examples, RowFault
from dlx.data.files.image_folders import SUFFIXES, ImageFile, image_files
from dlx.data.files.images import Head, head, pixels
from dlx.data.files.memory import check_room
from dlx.data.files.opening import readable
from dlx.data.formats.format import Format
from dlx.data.tables import TableOptions
from dlx.data.values.columns import Column
from dlx.errors import DataError, DlxError, remark

CHANNELS = {1: "grey", 3: "RGB"}
Images = dict[str, list[ImageFile]]


class ImageSizesError(DataError):
    """Images of several sizes, though none is stated; usual: that of most of them."""

    def __init__(self, path: Path, reason: str, usual: tuple[int, int]) -> None:
        self.reason, self.usual = reason, usual
        super().__init__(f"{path}: {reason}; state `image_shape: {list(usual)}`, to which all are resized")


class ImageFiles(Format):
    """Images of one size, or resized to `image_shape`; all of them grey or all RGB, as most of them are or it says."""

    name, title, suffixes, article = "images", "image", SUFFIXES, "an"
    details = "PNG JPEG BMP GIF, or a folder"
    holds = "a folder of images has a sub-folder for each class, or train, dev (val) and test with those of classes"
    is_folder = True
    package, extra = "Pillow", "images"

    def read(self, path: Path, options: TableOptions, like: Sequence[Column]) -> dict[str, Examples]:
        with readable(path):
            parts = image_files(path)
        files = [file.path for files in parts.values() for file in files]
        heads, faults = _heads(files, is_other_file=bool(like))
        shape = _shape(path, heads, options.image_shape)
        check_room(path, len(files) * prod(shape), "take fewer of them, or a smaller `image_shape`")
        _remark(path, heads, shape)
        return {part: _examples(path, part, files, shape, faults) for part, files in parts.items()}


def _heads(files: Sequence[Path], is_other_file: bool) -> tuple[dict[Path, Head], dict[Path, str]]:
    """The heads of the images, and the messages of those that have none, which only files other than train may have."""
    heads, faults = dict[Path, Head](), dict[Path, str]()
    for file in files:
        try:
            heads[file] = head(file)
        except DataError as error:
            if not is_other_file:
                raise
            faults[file] = str(error)
    return heads, faults


def _shape(path: Path, heads: dict[Path, Head], stated: tuple[int, ...] | None) -> tuple[int, ...]:
    """The shape of every image: as stated, else that which all have; grey or RGB as most of them are."""
    if stated is not None and len(stated) == 3:
        if stated[2] not in CHANNELS:
            raise DataError(f"{path}: image_shape {list(stated)}: its last number must be 1 (grey) or 3 (RGB)")
        return stated
    sizes = Counter(image.size for image in heads.values())
    if not sizes:
        return (*stated, 3) if stated else (1, 1)
    usual = sizes.most_common(1)[0][0]
    if stated is None and len(sizes) > 1:
        odd = next(file for file, image in heads.items() if image.size != usual)
        what = f"{odd.relative_to(path)} has {_size(heads[odd].size)} pixels, most have {_size(usual)}"
        raise ImageSizesError(path, what, usual)
    is_grey = 2 * sum(image.is_grey for image in heads.values()) > len(heads)
    size = stated or usual
    return size if is_grey else (*size, 3)


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]} × {size[1]}"


def _remark(path: Path, heads: dict[Path, Head], shape: tuple[int, ...]) -> None:
    """Say which images do not stay as they are."""
    colours = CHANNELS[shape[2] if len(shape) == 3 else 1]
    others = sum(image.is_grey != (colours == "grey") for image in heads.values())
    resized = sum(image.size != shape[:2] for image in heads.values())
    what = []
    if others:
        other = "RGB" if colours == "grey" else "grey"
        what.append(f"{others:,} of {len(heads):,} images are {other}, and read as {colours}")
    if resized:
        what.append(f"{resized:,} of {len(heads):,} images are resized to {shape[0]} × {shape[1]} pixels")
    if what:
        remark(f"{path}: {'; '.join(what)}")


def _examples(
    root: Path, part: str, files: Sequence[ImageFile], shape: tuple[int, ...], unfit: dict[Path, str]
) -> Examples:
    X, faults = np.zeros((len(files), *shape), np.uint8), list[RowFault]()
    for row, file in enumerate(files):
        message = unfit.get(file.path)
        if message is None:
            try:
                X[row] = pixels(file.path, shape)
            except DlxError as error:  # only its pixels are damaged
                message = str(error)
        if message is not None:
            faults.append(RowFault(row, message, message))
    classes = [file.label for file in files if file.label is not None]
    y = np.array(classes) if classes else None
    names = tuple(file.path.name if file.path == root else str(file.path.relative_to(root)) for file in files)
    origin = str(root) if part == "all" else f"{root}: {part}"
    return Examples(X, y, shape, faults=tuple(faults), names=names, origin=origin)
