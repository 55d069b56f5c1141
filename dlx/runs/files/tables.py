"""The tables of a run, of its measures and of its layers: rows appended while training, in full precision."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import fields, replace
from hashlib import sha256
from operator import attrgetter
from pathlib import Path
from typing import Generic, TextIO, TypeVar

from dlx.errors import DataError
from dlx.files import read, writing
from dlx.runs.files.manifest import Content
from dlx.training.records import COLUMNS as COLUMNS
from dlx.training.records import EpochRecord, LayerRecord

COUNTS = ("epoch", "step")
METRIC = re.compile(r"(train|dev)_\w+")
LAYER_COLUMNS = tuple(field.name for field in fields(LayerRecord))


Record = TypeVar("Record")


class RecordTable(Generic[Record]):
    """A CSV file with the fields of its records as columns; an empty cell stands for None.

    The first two columns are whole numbers, the very first is the epoch, in rising order.
    """

    def __init__(self, path: Path, columns: tuple[str, ...], by_line: bool = True) -> None:
        self.path, self.names, self._buffering = path, columns, 1 if by_line else -1
        self._values_of = attrgetter(*columns)
        self._file: TextIO | None = None
        self._size, self._sum = 0, sha256()  # of what has been written, while the file is open
        self._waits = False  # whether rows are not yet written
        self._last: tuple[bytes | None, dict[str, list[float]]] = (
            None,
            {},
        )  # the content whose columns were asked for last, and these

    @property
    def _header(self) -> str:
        return ",".join(self.names)

    @property
    def empty(self) -> bytes:
        """The file before its first row."""
        return f"{self._header}\n".encode()

    def append(self, record: Record) -> None:
        """Adds a row, to a new file below the header; others can read it at once, or after a ``flush``."""
        line = self._line(record) + "\n"
        with writing(self.path):
            (self._file or self._open()).write(line)
        self._count(line.encode())
        self._waits = self._buffering != 1

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
        if self._file is not None and self._waits:
            with writing(self.path):
                self._file.flush()
            self._waits = False

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
        header, *lines = self._lines(content) or [self._header]
        rows = zip(lines, self.columns(content)["epoch"], strict=True)
        earlier = [header, *(line for line, its_epoch in rows if its_epoch <= epoch), ""]
        return "\n".join(earlier).encode()

    def columns(self, content: bytes) -> dict[str, list[float]]:
        """The values of each column of a file with this content, NaN where a cell is empty.

        Raises:
            DataError: a line is damaged.
        """
        if self._last[0] != content:
            self._last = content, self._columns(content)
        return {name: [*values] for name, values in self._last[1].items()}

    def _columns(self, content: bytes) -> dict[str, list[float]]:
        header, *lines = self._lines(content) or [self._header]
        names = self._names_in(header)
        cells = [line.split(",") for line in lines]
        try:
            texts = [*zip(*cells, strict=True)] if cells else [()] * len(names)
            counts: list[list[float]] = [[*map(int, column)] for column in texts[: len(COUNTS)]]
            numbers = [_numbers(column) for column in texts[len(COUNTS) :]]
            return dict(zip(names, [*counts, *numbers], strict=True))
        except ValueError:  # line by line, so that the damaged one is named
            rows = [self._values(number, line, len(names)) for number, line in enumerate(lines, start=2)]
            return {name: [*values] for name, values in zip(names, zip(*rows, strict=True), strict=True)}

    def _names_in(self, header: str) -> tuple[str, ...]:
        """The columns of a file with this header."""
        if header != self._header:
            raise DataError(f"{self.path}:1: is damaged: the header must be {self._header}")
        return self.names

    def _lines(self, content: bytes) -> list[str]:
        """All whole lines: what follows the last line end is a row being written, or cut off by a crash."""
        return content.decode(errors="replace").split("\n")[:-1]

    def _values(self, number: int, line: str, count: int) -> list[float]:
        cells = line.split(",")
        try:
            if len(cells) != count:
                raise ValueError(f"{len(cells)} cells in place of {count}")
            return [*map(int, cells[: len(COUNTS)]), *(float(cell or "nan") for cell in cells[len(COUNTS) :])]
        except ValueError as error:
            raise DataError(f"{self.path}:{number}: is damaged: {error}") from error

    def _line(self, record: Record) -> str:
        return ",".join(["" if value is None else str(value) for value in self._values_of(record)])


def _numbers(texts: Sequence[str]) -> list[float]:
    """NaN where a text is empty."""
    if "" in texts:
        return [float(text or "nan") for text in texts]
    return [*map(float, texts)]


class MetricsTable(RecordTable[EpochRecord]):
    """``metrics.csv``: one row for each evaluation.

    Behind the columns that every run has stand those of the metrics that the spec asks for, here by name; a file says
    in its header which it has.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, COLUMNS)
        self.metrics: tuple[str, ...] = ()

    @property
    def _header(self) -> str:
        return ",".join((*self.names, *self.metrics))

    def _names_in(self, header: str) -> tuple[str, ...]:
        plain = ",".join(COLUMNS)
        names = tuple(header.removeprefix(plain).split(",")[1:])
        if header != ",".join((*COLUMNS, *names)) or not all(map(METRIC.fullmatch, names)):
            raise DataError(f"{self.path}:1: is damaged: the header must be {plain}, then metrics")
        return (*COLUMNS, *names)

    def _line(self, record: EpochRecord) -> str:
        values = [record.metrics.get(name) for name in self.metrics]
        return ",".join([super()._line(record), *("" if value is None else str(value) for value in values)])


class LayersTable(RecordTable[LayerRecord]):
    """``layers.csv``: one row for each layer at each sampled epoch; those of an epoch are written together."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, LAYER_COLUMNS, by_line=False)
