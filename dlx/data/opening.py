"""Opening files of examples: unpacked where their name says so, and named in whatever is wrong with them."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile

from dlx.data.memory import check_ratio
from dlx.errors import DataError, nearest
from dlx.files import unread

UNPACKED_AT_ONCE = 2**16  # bytes
Unpacker = Callable[[BinaryIO], io.BufferedIOBase]
UNPACKERS: dict[str, Unpacker] = {".gz": lambda packed: gzip.GzipFile(fileobj=packed)}


def unpacked_name(name: str) -> str:
    """The name, in small letters, without the suffix of what packed the file."""
    name = name.lower()
    return name.removesuffix(_packed_suffix(name))


def _packed_suffix(name: str) -> str:
    return next((suffix for suffix in UNPACKERS if name.lower().endswith(suffix)), "")


def open_binary(path: Path) -> io.BufferedReader:
    """The bytes of a file, unpacked where its name says so; raises `DataError` where too few become too many."""
    suffix = _packed_suffix(path.name)
    return io.BufferedReader(_Unpacked(path, UNPACKERS[suffix]), UNPACKED_AT_ONCE) if suffix else path.open("rb")


class _Unpacked(io.RawIOBase):
    """The unpacked bytes of a file, their number compared with that of the packed ones as they come."""

    def __init__(self, path: Path, unpacker: Unpacker) -> None:
        self.path, self.unpacked = path, 0
        self.packed = path.open("rb")
        self.file = unpacker(self.packed)

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


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Says as DataError, with the name of the file, what the system or a decoder finds wrong with it."""
    try:
        yield
    except FileNotFoundError as error:
        raise DataError(f"{path}: there is no such file{_near(path)}") from error
    except (EOFError, zlib.error, gzip.BadGzipFile, BadZipFile) as error:
        raise DataError(f"{path}: the file is damaged or cut short: {error}") from error
    except MemoryError as error:
        raise DataError(f"{path}: too large for memory ({error}); rows of an .npy file may stay on disk") from error
    except OSError as error:
        raise unread(path, error) from error


def _near(path: Path) -> str:
    there = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
    near = nearest(path.name, there)
    return f"; did you mean {near}?" if near else ""
