"""The message and the exit code of every exception."""

from __future__ import annotations

import encodings
import sys
from collections.abc import Iterator
from errno import EISDIR, ELOOP, ENAMETOOLONG, ENOTDIR
from pathlib import Path
from types import ModuleType

from dlx.errors import DlxError, EnvironmentProblem, Interrupted, SpecError, UsageError


def message_and_code(error: Exception) -> tuple[str, int]:
    """The message, which may be empty, and the exit code of an exception that ends a command."""
    if isinstance(error, SpecError | Interrupted):
        return str(error), error.exit_code
    if isinstance(error, DlxError):
        code = UsageError.exit_code if _is_no_place(error.__cause__) else error.exit_code
        return f"error: {error}" if str(error) else "", code
    if isinstance(error, MemoryError):
        return f"error: not enough memory: {error}".rstrip(": "), EnvironmentProblem.exit_code
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        code = UsageError.exit_code if _is_no_place(error) else EnvironmentProblem.exit_code
        return f"error: {place}{error.strerror or error}", code
    if isinstance(error, ValueError) and str(error).startswith("embedded null"):
        return "error: no path can have the character NUL", UsageError.exit_code
    if (folder := _unreadable_folder(error)) is not None:
        return f"error: {folder}: cannot be read by this user, and dlx runs from there", EnvironmentProblem.exit_code
    plugins = sys.modules.get("dlx.spec.plugin_faults")  # where it is not loaded, no plugin is
    if plugins and (message := plugins.blamed(error)):
        return f"error: {message}", UsageError.exit_code
    first = next(iter(str(error).splitlines()), "")
    return f"a bug in dlx: {type(error).__name__}: {first} (run again with --debug)", DlxError.exit_code


def _is_no_place(error: BaseException | None) -> bool:
    """Whether a path was given that can name nothing here: too long, or a file and a directory confused."""
    return isinstance(error, OSError) and error.errno in (ENAMETOOLONG, ENOTDIR, EISDIR, ELOOP)


def _unreadable_folder(error: Exception) -> str | None:
    """The folder of Python or dlx in which a module was not found because it may not be read."""
    for folder in _folders_of(error):
        try:
            next(folder.iterdir(), None)
        except PermissionError:
            return str(folder)
        except OSError:
            continue
    return None


def _folders_of(error: Exception) -> Iterator[Path]:
    """The folders in which that should have been found for want of which there is this error."""
    package = Path(__file__).parents[1]
    if isinstance(error, ImportError | LookupError):  # a codec that cannot be imported is an "unknown encoding"
        yield from (package, Path(encodings.__file__).parent, *map(Path, sys.path))
    if isinstance(error, ImportError) and (error.name or "").startswith("dlx."):
        yield package.joinpath(*str(error.name).split(".")[1:-1])
    if isinstance(error, AttributeError) and isinstance(error.obj, ModuleType) and not vars(error.obj).get("__file__"):
        # Of a package whose folder may not be read nothing is seen; a module that is built in has no folder.
        yield from map(Path, getattr(error.obj, "__path__", ()))
