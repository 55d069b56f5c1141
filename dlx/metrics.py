"""The table of a run: one row for each evaluation, appended while training, in full precision."""

from __future__ import annotations

import os
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from dlx.errors import DataError
from dlx.files import read, write_atomically, writing

if TYPE_CHECKING:
    from dlx.records import EpochRecord

COUNTS = ("epoch", "step")
MEASURES = ("learning_rate", "cost", "train_cost", "train_error", "dev_cost", "dev_error", "gradient_norm", "seconds")
COLUMNS = (*COUNTS, *MEASURES)
HEADER = ",".join(COLUMNS)
FIELDS = attrgetter(*COLUMNS)


class MetricsTable:
    """A CSV file with the fields of an ``EpochRecord`` as columns; an empty cell stands for None."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: TextIO | None = None

    def create(self) -> None:
        """Writes the header, so that a run that ends before its first row has a table too."""
        write_atomically(self.path, f"{HEADER}\n".encode())

    def append(self, record: EpochRecord) -> None:
        """Adds a row that others can read at once."""
        with writing(self.path):
            if self._file is None:
                self._file = self.path.open("a", encoding="utf-8", buffering=1, newline="\n")
            self._file.write(_line(record) + "\n")

    def sync(self) -> None:
        """Returns when all rows are on the disk."""
        if self._file is not None:
            with writing(self.path):
                os.fsync(self._file.fileno())

    def close(self) -> None:
        """Closes the file; a later ``append`` opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def truncate(self, epoch: int) -> None:
        """Keeps the rows up to ``epoch``, byte for byte, and drops the later ones."""
        self.close()
        if not self.path.exists():
            return
        rows = zip(self._lines()[1:], self.columns()["epoch"], strict=True)
        kept = [HEADER, *(line for line, its_epoch in rows if its_epoch <= epoch), ""]
        write_atomically(self.path, "\n".join(kept).encode())

    def columns(self) -> dict[str, list[float]]:
        """The values of each column, NaN where a cell is empty.

        Raises:
            DataError: the file is missing, or a line is damaged.
        """
        header, *lines = self._lines() or [HEADER]
        if header != HEADER:
            raise DataError(f"{self.path}:1: is damaged: the header must be {HEADER}")
        rows = [self._values(number, line) for number, line in enumerate(lines, start=2)]
        columns = zip(*rows, strict=True) if rows else ((),) * len(COLUMNS)
        return {name: list(values) for name, values in zip(COLUMNS, columns, strict=True)}

    def _lines(self) -> list[str]:
        """All whole lines: what follows the last line end is a row being written, or cut off by a crash."""
        return read(self.path).decode(errors="replace").split("\n")[:-1]

    def _values(self, number: int, line: str) -> list[float]:
        cells = line.split(",")
        try:
            if len(cells) != len(COLUMNS):
                raise ValueError(f"{len(cells)} cells in place of {len(COLUMNS)}")
            return [*map(int, cells[: len(COUNTS)]), *(float(cell or "nan") for cell in cells[len(COUNTS) :])]
        except ValueError as error:
            raise DataError(f"{self.path}:{number}: is damaged: {error}") from error


def _line(record: EpochRecord) -> str:
    return ",".join(["" if value is None else str(value) for value in FIELDS(record)])
