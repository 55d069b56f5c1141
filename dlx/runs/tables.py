"""The tables of a run, of its measures and of its layers: rows appended while training, in full precision."""

from __future__ import annotations

import os
from dataclasses import fields, replace
from hashlib import sha256
from operator import attrgetter
from pathlib import Path
from typing import Generic, TextIO, TypeVar

from dlx.errors import DataError
from dlx.files import read, writing
from dlx.runs.manifest import Content
from dlx.training.records import EpochRecord, LayerRecord

COUNTS = ("epoch", "step")
MEASURES = ("learning_rate", "cost", "train_cost", "train_error", "dev_cost", "dev_error", "gradient_norm", "seconds")
COLUMNS = (*COUNTS, *MEASURES)
LAYER_COLUMNS = tuple(field.name for field in fields(LayerRecord))


Record = TypeVar("Record")


class RecordTable(Generic[Record]):
    """A CSV file with the fields of its records as columns; an empty cell stands for None.

    The first two columns are whole numbers, the very first is the epoch, in rising order.
    """

    def __init__(self, path: Path, columns: tuple[str, ...], by_line: bool = True) -> None:
        self.path, self.names, self._buffering = path, columns, 1 if by_line else -1
        self._header, self._values_of = ",".join(columns), attrgetter(*columns)
        self.empty = f"{self._header}\n".encode()  # the file before its first row
        self._file: TextIO | None = None
        self._size, self._sum = 0, sha256()  # of what has been written, while the file is open

    def append(self, record: Record) -> None:
        """Adds a row, to a new file below the header; others can read it at once, or after a ``flush``."""
        with writing(self.path):
            line = self._line(record) + "\n"
            file = self._file or self._open()
            file.write(line)
            self._count(line.encode())

    def _open(self) -> TextIO:
        content = self.path.read_bytes() if self.path.exists() else b""
        self._file = self.path.open("a", encoding="utf-8", buffering=self._buffering, newline="\n")
        self._size, self._sum = len(content), sha256(content)
        if not content:
            self._file.write(self.empty.decode())
            self._count(self.empty)
        return self._file

    def _count(self, content: bytes) -> None:
        self._size += len(content)
        self._sum.update(content)

    def flush(self) -> None:
        """Lets others read the rows added so far."""
        if self._file is not None:
            with writing(self.path):
                self._file.flush()

    def sync(self) -> None:
        """Returns when all rows are on the disk."""
        if self._file is not None:
            with writing(self.path):
                self._file.flush()
                os.fsync(self._file.fileno())

    def content(self, grows: bool) -> Content | None:
        """What the file holds after a ``flush``; None where there is no file. It ``grows`` if rows may follow."""
        if self._file is not None:
            return Content(self._size, self._sum.hexdigest(), grows)
        return replace(Content.of(read(self.path)), grows=grows) if self.path.exists() else None

    def close(self) -> None:
        """Closes the file; a later ``append`` opens it again."""
        if self._file is not None:
            with writing(self.path):
                self._file.close()
            self._file = None

    def rows_to(self, epoch: int, content: bytes) -> bytes:
        """The file that holds only the rows up to ``epoch``, byte for byte."""
        rows = zip(self._lines(content)[1:], self.columns(content)["epoch"], strict=True)
        earlier = [self._header, *(line for line, its_epoch in rows if its_epoch <= epoch), ""]
        return "\n".join(earlier).encode()

    def columns(self, content: bytes) -> dict[str, list[float]]:
        """The values of each column of a file with this content, NaN where a cell is empty.

        Raises:
            DataError: a line is damaged.
        """
        header, *lines = self._lines(content) or [self._header]
        if header != self._header:
            raise DataError(f"{self.path}:1: is damaged: the header must be {self._header}")
        rows = [self._values(number, line) for number, line in enumerate(lines, start=2)]
        columns = zip(*rows, strict=True) if rows else ((),) * len(self.names)
        return {name: list(values) for name, values in zip(self.names, columns, strict=True)}

    def _lines(self, content: bytes) -> list[str]:
        """All whole lines: what follows the last line end is a row being written, or cut off by a crash."""
        return content.decode(errors="replace").split("\n")[:-1]

    def _values(self, number: int, line: str) -> list[float]:
        cells = line.split(",")
        try:
            if len(cells) != len(self.names):
                raise ValueError(f"{len(cells)} cells in place of {len(self.names)}")
            return [*map(int, cells[: len(COUNTS)]), *(float(cell or "nan") for cell in cells[len(COUNTS) :])]
        except ValueError as error:
            raise DataError(f"{self.path}:{number}: is damaged: {error}") from error

    def _line(self, record: Record) -> str:
        return ",".join(["" if value is None else str(value) for value in self._values_of(record)])


class MetricsTable(RecordTable[EpochRecord]):
    """``metrics.csv``: one row for each evaluation."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, COLUMNS)


class LayersTable(RecordTable[LayerRecord]):
    """``layers.csv``: one row for each layer at each sampled epoch; those of an epoch are written together."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, LAYER_COLUMNS, by_line=False)
