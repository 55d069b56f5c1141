"""The newest run: the folder of all runs, and the link in it that leads to that one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from dlx.files import read, write_atomically, writing

ROOT = Path("runs")
LATEST = "latest"


def point_to_newest(runs: Sequence[Path], root: Path = ROOT) -> None:
    """Let ``root/latest`` point to the last of these, or be gone where there is none."""
    if runs:
        with writing(root):
            root.mkdir(parents=True, exist_ok=True)
        _point(root / LATEST, runs[-1])
    else:
        (root / LATEST).unlink(missing_ok=True)


def _point(link: Path, target: Path) -> None:
    """Makes ``link`` point to ``target``, all at once: a symbolic link, or its text in a file where links fail."""
    place = os.path.relpath(target.resolve(), link.parent.resolve())
    temporary = link.with_name(f".{link.name}.{os.getpid()}.tmp")
    try:
        temporary.symlink_to(place, target_is_directory=True)
        temporary.replace(link)
    except OSError:
        write_atomically(link, place.encode())


def followed(path: Path) -> Path:
    """The directory that a link to the newest run stands for; every other path as it is."""
    if path.is_symlink():
        return Path(os.path.normpath(path.parent / path.readlink()))
    if path.name == LATEST and path.is_file():
        return Path(os.path.normpath(path.parent / read(path).decode(errors="replace")))
    return path
