"""Folders of images: which files belong to which part and class."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from dlx.errors import DataError, remark

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
    tree = _Tree(path)
    files = tree.parts()
    tree.remark()
    return files


class _Tree:
    """A folder with all that is in it.

    Args:
        root: the folder, out of which no link may lead.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.passed_over: list[Path] = []

    def remark(self) -> None:
        """Say which files are no images."""
        if not self.passed_over:
            return
        first, folders = self.passed_over[0], {path.parent for path in self.passed_over}
        more = f" and {len(self.passed_over) - 1:,} more" if len(self.passed_over) > 1 else ""
        where = f" in {len(folders):,} folders" if len(folders) > 1 else ""
        what = f"{first.relative_to(self.root)}{more}{where}: passed over, being no image by name"
        remark(f"{self.root}: {what}")

    def parts(self) -> dict[str, list[ImageFile]]:
        """The images of each part, or all of them."""
        folders, images = self._entries(self.root)
        parts = {folder: NAMES_OF_PARTS.get(folder.name.lower()) for folder in folders}
        if not folders or "train" not in parts.values() or None in parts.values() or images:
            return {"all": self._files(folders, images, self.root)}
        files: dict[str, list[ImageFile]] = {}
        for folder, part in parts.items():
            if str(part) in files:
                names = " and ".join(folder.name for folder, name in parts.items() if name == part)
                raise DataError(f"{self.root}: the folders {names} mean the same part; join them")
            files[str(part)] = self._files(*self._entries(folder), folder)
        return files

    def _files(self, folders: list[Path], images: list[Path], folder: Path) -> list[ImageFile]:
        """The images in the folders of classes, or without classes in the folder itself."""
        if folders and images:
            what = (
                f"{images[0].name} lies beside the folders of classes ({folders[0].name}, …); move it into one of them"
            )
            raise DataError(f"{folder}: {what}")
        if not folders:
            return [ImageFile(path, None) for path in _checked(folder, images)]
        return [ImageFile(path, place.name) for place in folders for path in _checked(place, self._below(place))]

    def _below(self, folder: Path) -> list[Path]:
        """The images of a class, also those in folders below."""
        folders, images = self._entries(folder)
        return images + [path for below in folders for path in self._below(below)]

    def _entries(self, folder: Path) -> tuple[list[Path], list[Path]]:
        """The folders and the images in a folder; what is hidden is passed over, other files are so with a remark."""
        entries = [entry for entry in os.scandir(folder) if not _is_hidden(entry.name)]
        paths = sorted(Path(entry.path) for entry in entries)
        for path in paths:
            if path.is_symlink() and (path.is_dir() or not path.resolve().is_relative_to(self.root.resolve())):
                what = "is a link to a folder" if path.is_dir() else f"is a link that leads out of {self.root}"
                raise DataError(f"{path}: {what}, which is not followed; put the images themselves here")
        files = [path for path in paths if path.is_file()]
        images = [path for path in files if path.suffix.lower() in SUFFIXES]
        self.passed_over += [path for path in files if path not in set(images)]
        return [path for path in paths if path.is_dir()], images


def _checked(folder: Path, images: Sequence[Path]) -> Sequence[Path]:
    if not images:
        raise DataError(f"{folder}: there is no image in this folder ({' '.join(SUFFIXES)})")
    return images


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name.lower() in OF_SYSTEM
