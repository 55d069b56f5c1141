"""The standard streams: all three are there, no text on them steers a terminal, and a failing stderr is no failure."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import TYPE_CHECKING, TextIO, cast

from dlx.text import Visible

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

STDIN, STDOUT, STDERR = 0, 1, 2
ON_WINDOWS = os.name == "nt"


class _Forgiving(FileIO):
    """A file that takes everything, also what its disk, pipe or terminal does not."""

    def write(self, data: ReadableBuffer, /) -> int:
        with suppress(OSError):
            return super().write(data) or len(memoryview(data))  # None, where a pipe that does not wait is full
        return len(memoryview(data))


@contextmanager
def sound_streams() -> Iterator[None]:
    """Inside, all that can be done for the standard streams is done; those of before are back afterwards."""
    before = sys.stdout, sys.stderr
    _fill_in()
    _forgive_stderr()
    _make_visible()
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def _fill_in() -> None:
    """Give the process the standard streams that a shell has closed (``2>&-``).

    Else the next file that is opened takes the place, and messages of libraries would be written into a run. stdin and
    stderr become the null device; so does stdout, but so that writing fails: a result that goes nowhere is no result.
    """
    for descriptor in (STDIN, STDOUT, STDERR):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDONLY if descriptor == STDOUT else os.O_RDWR)  # takes the lowest that is free
            os.set_inheritable(descriptor, True)
    sys.stdout = sys.stdout or _text(FileIO(STDOUT, "w", closefd=False))
    sys.stderr = sys.stderr or _text(FileIO(STDERR, "w", closefd=False))


def _forgive_stderr() -> None:
    """Let stderr take everything: progress and messages that cannot be shown are no reason to fail."""
    if sys.stderr is sys.__stderr__ and isinstance(sys.stderr, TextIOWrapper):
        text = sys.stderr
        with suppress(OSError):
            text.flush()
        sys.stderr = _text(_Forgiving(text.fileno(), "w", closefd=False), text.encoding, text.errors)


def _make_visible() -> None:
    """Let names, labels and messages not steer a terminal; to a pipe stdout is exact."""
    if isinstance(sys.stdout, TextIOWrapper):
        codecs.register_error("path_bytes", _path_bytes)
        # The Greek letters of the formulas are no reason to fail. On Windows a file or pipe would get what the
        # system's own code page can say, and no labels in other scripts.
        is_narrow = ON_WINDOWS and not sys.stdout.isatty() and "PYTHONIOENCODING" not in os.environ
        sys.stdout.reconfigure(encoding="utf-8" if is_narrow else None, errors="path_bytes")
    if sys.stdout.isatty():
        sys.stdout = cast("TextIO", Visible(sys.stdout))
    sys.stderr = cast("TextIO", Visible(sys.stderr))


def _path_bytes(error: UnicodeError) -> tuple[bytes, int]:
    """What stands for characters that cannot be encoded: a path's bytes that are no text as they are, else ``?``."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    characters = error.object[error.start : error.end]
    return b"".join(os.fsencode(it) if "\udc80" <= it <= "\udcff" else b"?" for it in characters), error.end


def flush_stdout() -> bool:
    """Whether all that was printed has gone out; the rest is dropped, so that Python's end does not fail for it."""
    try:
        sys.stdout.flush()
    except OSError:
        _discard_stdout()
        return False
    return True


def _discard_stdout() -> None:
    """Nobody reads stdout any more, or it is full: what is still in its buffer must not fail when Python ends."""
    with suppress(OSError, ValueError):  # a test's stdout has no descriptor
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _text(raw: FileIO, encoding: str = "utf-8", errors: str | None = "backslashreplace") -> TextIO:
    return TextIOWrapper(BufferedWriter(raw), encoding, errors, line_buffering=True)
