"""Paths in a spec: relative ones are meant from the file they stand in, and are held absolute."""

from __future__ import annotations

import os
from errno import EACCES
from stat import S_ISDIR
from typing import Annotated

from pydantic import BeforeValidator


def absolute(value: object) -> object:
    """The absolute path that a spec's text stands for; anything but text is left to the field's own type.

    Text read from a YAML file knows its ``place``: there a relative path is meant from that file's folder. From the
    command line (a place without a line) and from Python it is meant from the working directory.

    Raises:
        ValueError: no file can have such a path.
    """
    if not isinstance(value, str):
        return value
    if not value:
        raise ValueError("a path cannot be empty")
    if "\0" in value:
        raise ValueError(f"no path can have the character NUL, got {value!r}")
    place = getattr(value, "place", None)
    folder = os.path.dirname(place.source) if place is not None and place.line is not None else ""  # noqa: PTH120 - see below
    # pathlib would either keep `..` or follow links, and a linked blob has lost the suffix that tells its format
    path = os.path.abspath(os.path.join(folder, os.path.expanduser(value)))  # noqa: PTH100, PTH111, PTH118
    try:
        path.encode()
    except UnicodeEncodeError:
        raise ValueError(f"is no text in UTF-8, so no spec could name it: rename it, got {path!r}") from None
    return path


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


FilePath = Annotated[str, BeforeValidator(absolute)]
