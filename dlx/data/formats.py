"""Files of examples: which format a name tells, and what is said when one cannot be read."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from dlx.data.memory import check_ratio
from dlx.errors import DataError, nearest
from dlx.files import unread

FORMATS = {
    "csv": "csv",
    "tsv": "csv",
    "txt": "csv",
    "data": "csv",
    "parquet": "parquet",
    "npz": "npz",
    "npy": "npy",
    "idx": "idx",
}
TABLES = ("csv", "parquet")
PAIRS = ("npy", "idx")  # inputs in one file, labels in another
ZIPPED = ("csv", "idx")
SUFFIXES = [*(f".{suffix}" for suffix in FORMATS), "-idx3-ubyte", "and .gz behind those of CSV and IDX"]
UNPACKED_AT_ONCE = 2**16  # bytes
APPLIES_TO = {  # options of the source `file`
    "target": TABLES + PAIRS,
    "header": ("csv",),
    "delimiter": ("csv",),
    "categorical": TABLES,
    "ignore": TABLES,
    "impute": TABLES,
}


def format_of(path: str) -> str | None:
    """csv, parquet, npz, npy or idx, as the end of the file's name tells; None for any other."""
    name = Path(path).name.lower()
    plain = name.removesuffix(".gz")
    is_idx = re.search(r"[.-]idx\d?(-ubyte)?$", plain)
    file_format = "idx" if is_idx else FORMATS.get(plain.rpartition(".")[2])
    return file_format if plain == name or file_format in ZIPPED else None


def open_binary(path: Path) -> io.BufferedReader:
    """The bytes of a file, unpacked where its name ends in .gz; raises `DataError` where too few become too many."""
    if not path.name.lower().endswith(".gz"):
        return path.open("rb")
    return io.BufferedReader(_Unpacked(path), UNPACKED_AT_ONCE)


class _Unpacked(io.RawIOBase):
    """The unpacked bytes of a .gz file, compared with the packed ones as they come."""

    def __init__(self, path: Path) -> None:
        self.path, self.unpacked = path, 0
        self.packed = path.open("rb")
        self.file = gzip.GzipFile(fileobj=self.packed)

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
