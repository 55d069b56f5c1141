"""Folders of images: which files belong to which part and class."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from dlx.errors import DataError, Remark

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif")
OF_SYSTEM = frozenset(("thumbs.db", "desktop.ini"))
NAMES_OF_PARTS = {"train": "train", "training": "train", "train_dev": "train_dev"} | {
    "dev": "dev",
    "val": "dev",
    "valid": "dev",
    "validation": "dev",
    "test": "test",
    "testing": "test",
}


class ImageFile(NamedTuple):
    """A file, and the class whose folder it lies in, where there are such folders."""

    path: Path
    label: str | None


def image_files(path: Path) -> dict[str, list[ImageFile]]:
    """The images below a folder, or the one image, under ``all``, or those of the parts; in the order of their names.

    A part is a sub-folder with its name, a class is a sub-folder of the folder or of a part.

    Raises:
        DataError: the folder is not laid out so, or a link leads out of it.
    """
    if not path.is_dir():
        return {"all": [ImageFile(path, None)]}
    folders, images = _entries(path, path)
    parts = {folder: NAMES_OF_PARTS.get(folder.name.lower()) for folder in folders}
    if folders and "train" in parts.values() and None not in parts.values() and not images:
        return _parts(path, {folder: str(part) for folder, part in parts.items()})
    return {"all": _files(path, path)}


def _parts(root: Path, parts: Mapping[Path, str]) -> dict[str, list[ImageFile]]:
    files: dict[str, list[ImageFile]] = {}
    for folder, part in parts.items():
        if part in files:
            names = " and ".join(folder.name for folder, name in parts.items() if name == part)
            raise DataError(f"{root}: the folders {names} mean the same part; join them")
        files[part] = _files(folder, root)
    return files


def _files(folder: Path, root: Path) -> list[ImageFile]:
    """The images in the folders of classes, or without classes in the folder itself."""
    folders, images = _entries(folder, root)
    if folders and images:
        what = f"{images[0].name} lies beside the folders of classes ({folders[0].name}, …); move it into one of them"
        raise DataError(f"{folder}: {what}")
    if not folders:
        return [ImageFile(path, None) for path in _checked(folder, images)]
    return [ImageFile(path, place.name) for place in folders for path in _checked(place, _below(place, root))]


def _checked(folder: Path, images: Sequence[Path]) -> Sequence[Path]:
    if not images:
        raise DataError(f"{folder}: there is no image in this folder ({' '.join(SUFFIXES)})")
    return images


def _below(folder: Path, root: Path) -> list[Path]:
    """The images of a class, also those in folders below."""
    folders, images = _entries(folder, root)
    return images + [path for below in folders for path in _below(below, root)]


def _entries(folder: Path, root: Path) -> tuple[list[Path], list[Path]]:
    """The folders and the images in a folder; what is hidden is passed over, other files are so with a remark."""
    entries = [entry for entry in os.scandir(folder) if not _is_hidden(entry.name)]
    paths = sorted(Path(entry.path) for entry in entries)
    for path in paths:
        if path.is_symlink() and (path.is_dir() or not path.resolve().is_relative_to(root.resolve())):
            what = "is a link to a folder" if path.is_dir() else f"is a link that leads out of {root}"
            raise DataError(f"{path}: {what}, which is not followed; put the images themselves here")
    folders = [path for path in paths if path.is_dir()]
    files = [path for path in paths if path.is_file()]
    images = [path for path in files if path.suffix.lower() in SUFFIXES]
    others = [path.name for path in files if path not in set(images)]
    if others:
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        warnings.warn(Remark(f"{folder}: {others[0]}{more}: passed over, being no image by name"), stacklevel=2)
    return folders, images


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name.lower() in OF_SYSTEM
