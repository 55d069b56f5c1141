"""Rows that stay in their .npy file: only the rows asked for are in memory, however large the file is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import file_digest
from io import FileIO
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from dlx.data.rows.stored_rows import StoredRows
from dlx.errors import DataError
from dlx.types import Array

FULLY_SUMMED = 2**30  # bytes of a file up to which all of it is summed: about a second
GAP_BYTES = 2**14  # reading on across so wide a gap costs less than a second call
SPAN_BYTES = 2**22  # the most that one call reads


@dataclass(frozen=True)
class Stamp:
    """What tells without reading a file whether it is still the same: its size and the time of its last change."""

    size: int
    modified: int  # nanoseconds since 1970

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        """The stamp of a file with this status."""
        return cls(status.st_size, status.st_mtime_ns)

    @property
    def time(self) -> str:
        """The time of the last change, in UTC to the nanosecond, as ``touch -d`` takes it."""
        seconds, nanoseconds = divmod(self.modified, 10**9)
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"


@dataclass(frozen=True, eq=False)
class MappedRows(StoredRows):
    """The (m, n_x) array in an .npy file, or some of its rows.

    Rows are read into fresh memory rather than through mapped pages: pages count as the process's memory for as long
    as the system cares to keep them, and a file that shrinks meanwhile would kill the process instead of raising.
    """

    path: Path
    offset: int
    dtype: np.dtype[np.generic]
    file_shape: tuple[int, int]
    stamp: Stamp
    rows: Array | None = None

    @classmethod
    def of(cls, array: np.memmap[tuple[int, ...], np.dtype[np.generic]]) -> MappedRows:
        """The rows of a memory-mapped array in C order."""
        dtype = np.dtype(np.uint8) if array.dtype == bool else array.dtype
        path = Path(str(array.filename))
        return cls(path, array.offset, dtype, (len(array), prod(array.shape[1:])), Stamp.of(path.stat()))

    def identity(self) -> dict[str, Any]:
        """What a later run compares: size and SHA-256 of the file; of a very large one its time in place of the sum."""
        if self.stamp.size > FULLY_SUMMED:
            return {"bytes": self.stamp.size, "modified": self.stamp.time}
        with self._opened() as file:
            return {"bytes": self.stamp.size, "sha256": file_digest(file, "sha256").hexdigest()}

    @contextmanager
    def _opened(self) -> Iterator[FileIO]:
        """The file, which must be the one that was opened first."""
        with self.path.open("rb", buffering=0) as file:
            if Stamp.of(os.fstat(file.fileno())) != self.stamp:
                raise DataError(f"{self.path}: has changed while in use")
            yield file

    @property
    def shape(self) -> tuple[int, int]:
        """(m, n_x)."""
        return (self.file_shape[0] if self.rows is None else len(self.rows), self.file_shape[1])

    def select(self, rows: Array) -> MappedRows:
        """These rows of it, in this order, still in the file."""
        return replace(self, rows=rows if self.rows is None else self.rows[rows])

    def take(self, index: Array) -> Array:
        """The rows with these numbers, in any order, in memory: (len(index), n_x) of the file's own type."""
        rows = index if self.rows is None else self.rows[index]
        if (rows[1:] >= rows[:-1]).all():
            return self._read(rows)
        order = rows.argsort(kind="stable")
        out = np.empty((len(rows), self.shape[1]), self.dtype)
        out[order] = self._read(rows[order])
        return out

    def expect(self, index: Array) -> None:
        """Let the system fetch these rows from the disk meanwhile, where it can; a `take` will want them."""
        if hasattr(os, "posix_fadvise"):
            rows = np.sort(index if self.rows is None else self.rows[index])
            with self._opened() as file:
                for start, stop in self._spans(rows):
                    place, count = self._place(rows[start]), int(rows[stop - 1] - rows[start]) + 1
                    os.posix_fadvise(file.fileno(), place, count * self._row_bytes, os.POSIX_FADV_WILLNEED)

    @property
    def _row_bytes(self) -> int:
        return self.dtype.itemsize * self.file_shape[1]

    def _place(self, row: np.integer) -> int:
        return self.offset + int(row) * self._row_bytes

    def _spans(self, rows: Array) -> Iterator[tuple[int, int]]:
        """Where ascending rows are cut into those that lie close enough to each other for one call."""
        far = np.diff(rows) > max(1, GAP_BYTES // self._row_bytes)
        full = np.diff(rows // max(1, SPAN_BYTES // self._row_bytes)) > 0
        return pairwise([0, *(np.flatnonzero(far | full) + 1).tolist(), len(rows)] if len(rows) else [])

    def _read(self, rows: Array) -> Array:
        """Ascending rows of the file."""
        out = np.empty((len(rows), self.shape[1]), self.dtype)
        with self._opened() as file:
            for start, stop in self._spans(rows):
                self._read_span(file, rows[start:stop], out[start:stop])
        return out

    def _read_span(self, file: FileIO, rows: Array, out: Array) -> None:
        """Rows of one span, in one call."""
        first, count = int(rows[0]), int(rows[-1] - rows[0]) + 1
        has_gaps = (np.diff(rows) != 1).any()
        span = np.empty((count, self.shape[1]), self.dtype) if has_gaps else out
        file.seek(self._place(rows[0]))
        if file.readinto(span.data.cast("B")) != span.nbytes:
            raise DataError(f"{self.path}: the file ends before row {first + count}; it has changed while in use")
        if has_gaps:
            span.take(rows - first, 0, out, "clip")
