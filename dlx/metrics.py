"""The tables of a run, of its measures and of its layers: rows appended while training, in full precision."""

from __future__ import annotations

import os
from dataclasses import fields
from operator import attrgetter
from pathlib import Path
from typing import Generic, TextIO, TypeVar

from dlx.errors import DataError
from dlx.files import read, write_atomically, writing
from dlx.records import EpochRecord, LayerRecord

COUNTS = ("epoch", "step")
MEASURES = ("learning_rate", "cost", "train_cost", "train_error", "dev_cost", "dev_error", "gradient_norm", "seconds")
COLUMNS = (*COUNTS, *MEASURES)
LAYER_COLUMNS = tuple(field.name for field in fields(LayerRecord))


Record = TypeVar("Record")


class Table(Generic[Record]):
    """A CSV file with the fields of its records as columns; an empty cell stands for None.

    The first two columns are whole numbers, the very first is the epoch, in rising order.
    """

    def __init__(self, path: Path, columns: tuple[str, ...], by_line: bool = True) -> None:
        self.path, self.names, self._buffering = path, columns, 1 if by_line else -1
        self._header, self._values_of = ",".join(columns), attrgetter(*columns)
        self._file: TextIO | None = None

    def create(self, durable: bool = True) -> None:
        """Writes the header, so that a run that ends before its first row has a table too."""
        write_atomically(self.path, f"{self._header}\n".encode(), durable)

    def append(self, record: Record) -> None:
        """Adds a row, to a new file below the header; others can read it at once, or after a ``flush``."""
        with writing(self.path):
            if self._file is None:
                self._file = self.path.open("a", encoding="utf-8", buffering=self._buffering, newline="\n")
                if self._file.tell() == 0:
                    self._file.write(f"{self._header}\n")
            self._file.write(self._line(record) + "\n")

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

    def close(self) -> None:
        """Closes the file; a later ``append`` opens it again."""
        if self._file is not None:
            with writing(self.path):
                self._file.close()
            self._file = None

    def truncate(self, epoch: int) -> None:
        """Keeps the rows up to ``epoch``, byte for byte, and drops the later ones."""
        self.close()
        if not self.path.exists():
            return
        rows = zip(self._lines()[1:], self.columns()["epoch"], strict=True)
        kept = [self._header, *(line for line, its_epoch in rows if its_epoch <= epoch), ""]
        write_atomically(self.path, "\n".join(kept).encode())

    def columns(self) -> dict[str, list[float]]:
        """The values of each column, NaN where a cell is empty.

        Raises:
            DataError: the file is missing, or a line is damaged.
        """
        header, *lines = self._lines() or [self._header]
        if header != self._header:
            raise DataError(f"{self.path}:1: is damaged: the header must be {self._header}")
        rows = [self._values(number, line) for number, line in enumerate(lines, start=2)]
        columns = zip(*rows, strict=True) if rows else ((),) * len(self.names)
        return {name: list(values) for name, values in zip(self.names, columns, strict=True)}

    def _lines(self) -> list[str]:
        """All whole lines: what follows the last line end is a row being written, or cut off by a crash."""
        return read(self.path).decode(errors="replace").split("\n")[:-1]

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


class MetricsTable(Table[EpochRecord]):
    """``metrics.csv``: one row for each evaluation."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, COLUMNS)


class LayersTable(Table[LayerRecord]):
    """``layers.csv``: one row for each layer at each sampled epoch; those of an epoch are written together."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, LAYER_COLUMNS, by_line=False)
