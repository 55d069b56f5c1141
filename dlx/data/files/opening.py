"""Opening files of examples: unpacked where their name says so, and named in whatever is wrong with them."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from dlx.data.files.memory import check_ratio
from dlx.data.files.packing import DAMAGE, UNPACKERS, packed_suffix
from dlx.data.files.reading import watcher
from dlx.errors import DataError, nearest
from dlx.files import unread
from dlx.text import shorten

UNPACKED_AT_ONCE = 2**16  # bytes
LONGEST_PATH = 200  # characters that are shown of one that names nothing


def open_binary(path: Path) -> io.BufferedReader[Any]:
    """The bytes of a file, unpacked where its name says so; raises `DataError` where too few become too many."""
    suffix = packed_suffix(path.name)
    packed: io.BufferedReader[Any]
    packed = path.open("rb") if watcher.get() is None else io.BufferedReader(_WatchedFile(path), UNPACKED_AT_ONCE)
    if not suffix:
        return packed
    try:
        return io.BufferedReader(_Unpacked(path, packed, UNPACKERS[suffix](path, packed)), UNPACKED_AT_ONCE)
    except BaseException:
        packed.close()
        raise


class _Unpacked(io.RawIOBase):
    """The unpacked bytes of a file, their number compared with that of the packed ones as they come."""

    def __init__(self, path: Path, packed: BinaryIO, file: io.BufferedIOBase) -> None:
        self.path, self.unpacked, self.packed, self.file = path, 0, packed, file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self.file.readinto(memoryview(buffer)[:UNPACKED_AT_ONCE])  # however much is asked for
        self.unpacked += count
        check_ratio(self.path, self.unpacked, self.packed.tell())
        return count

    def close(self) -> None:
        self.file.close()
        self.packed.close()
        super().close()


class _WatchedFile(io.FileIO):
    """A file that says how far it has been read."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path, self.size, self.watcher = path, os.fstat(self.fileno()).st_size, watcher.get()

    def readinto(self, buffer: Any) -> int:
        count = super().readinto(buffer) or 0
        if self.watcher is not None:
            self.watcher.read(self.path, self.tell(), self.size)
        return count

    def close(self) -> None:
        if self.watcher is not None and not self.closed:
            self.watcher.end(self.path)
        super().close()


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Says as DataError, with the name of the file, what the system or a decoder finds wrong with it."""
    try:
        yield
    except FileNotFoundError as error:
        raise DataError(f"{path}: there is no such file{_near(path)}") from error
    except DAMAGE as error:
        raise damaged(path, error) from error
    except UnicodeError as error:  # such as UTF-16 without a byte order mark
        raise DataError(f"{path}: the text cannot be decoded: {error}; state its `encoding`") from error
    except MemoryError as error:
        raise DataError(f"{path}: too large for memory ({error}); rows of an .npy file may stay on disk") from error
    except OSError as error:
        if error.errno is None and packed_suffix(path.name):  # bzip2 says so in this way
            raise damaged(path, error) from error
        raise unread(path, error) from error


def damaged(path: Path, error: Exception) -> DataError:
    """What is raised where the content of a file is at fault."""
    return DataError(f"{path}: the file is damaged or cut short: {error}")


def _near(path: Path) -> str:
    there = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    near = nearest(path.name, there)
    return f"; did you mean {near}?" if near else ""


def is_folder(path: str) -> bool:
    """Whether there is a folder; raises ValueError where the system can have no such name."""
    try:
        return Path(path).is_dir()
    except OSError as error:
        raise ValueError(f"{shorten(path, LONGEST_PATH)}: {error.strerror}") from error
