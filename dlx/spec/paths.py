"""Paths in a spec: relative ones are meant from the file they stand in, and are held absolute."""

from __future__ import annotations

import os
from errno import EACCES
from stat import S_ISDIR


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
