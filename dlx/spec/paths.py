"""Paths in a spec: relative ones are meant from the file they stand in, and are held absolute."""

from __future__ import annotations

import os
from errno import EACCES
from pathlib import Path
from stat import S_ISDIR

from dlx.component import absolute
from dlx.errors import SpecError
from dlx.spec.tree import Node


def unreadable(path: str | os.PathLike[str]) -> str | None:
    """Why no file can be read there, in a few words; None where one can."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - pathlib would take a name that cannot be for a missing file
    except FileNotFoundError:
        return "there is no such file"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    except ValueError:  # NUL, or a character that the file system cannot encode
        return "cannot be read: it holds a character that no path can have"
    if S_ISDIR(mode):
        return "is a directory, not a file"
    return None if os.access(path, os.R_OK) else f"cannot be read: {os.strerror(EACCES)}"


def absolute_path(node: Node, key: str) -> str:
    """The path that a node of text stands for; raises `SpecError` with its place where no file can have it."""
    try:
        return str(absolute(node.value))
    except ValueError as error:
        raise SpecError.of(node.place, key, str(error)) from None


def readable_file(node: Node, key: str) -> Path:
    """The file that a node of text stands for; raises `SpecError` with its place where none can be read."""
    path = Path(absolute_path(node, key))
    if why := unreadable(path):
        raise SpecError.of(node.place, key, f"{why}: {path}")
    return path
