"""Lines of a text table split at its delimiters by Python alone, all lines of a block at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np

from dlx.data.text_tables.plain_lines import LINE_END, QUOTE, Irregular
from dlx.data.values.pieces import Fields, TextFields


class SplitRows:
    """Texts column by column."""

    def __init__(self, columns: Sequence[Sequence[str]]) -> None:
        self.columns = [list(column) for column in columns]

    def __len__(self) -> int:
        return len(self.columns[0])

    def joined(self, others: SplitRows) -> SplitRows:
        """These rows and then the others."""
        return SplitRows([mine + more for mine, more in zip(self.columns, others.columns, strict=True)])

    def cut(self, start: int, stop: int) -> SplitRows:
        """Some of them."""
        return SplitRows([column[start:stop] for column in self.columns])

    def fields(self) -> Sequence[Fields]:
        """Their columns."""
        return [TextFields(column) for column in self.columns]


class LineSplitter:
    """Splits lines of so many fields, of which only those in places are kept."""

    def __init__(self, delimiter: str, width: int, places: Sequence[int]) -> None:
        if width < 2 or not places:
            raise Irregular("a single column")
        self.delimiter, self.width, self.places = delimiter, width, places

    def __call__(self, text: bytes) -> SplitRows:
        """The fields of the lines; raises `Irregular` where a record has another number of them."""
        if QUOTE in text:
            return self._quoted(text.decode())
        text = text.strip(LINE_END)
        if not text:
            return SplitRows([[] for _ in self.places])
        while 2 * LINE_END in text:
            text = text.replace(2 * LINE_END, LINE_END)
        signs = np.frombuffer(text + LINE_END, np.uint8)
        ends = signs == ord(LINE_END)
        is_end = ends[ends | (signs == ord(self.delimiter))]  # of each field, whether it is the last one of its line
        count = np.count_nonzero(is_end)
        if len(is_end) != count * self.width or not is_end[self.width - 1 :: self.width].all():
            raise Irregular("a line with another number of fields")
        fields = text.decode().replace("\n", self.delimiter).split(self.delimiter)
        return SplitRows([fields[place :: self.width] for place in self.places])

    def _quoted(self, text: str) -> SplitRows:
        try:
            reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=self.delimiter)
            records = list(filter(None, reader))
        except csv.Error as error:
            raise Irregular(str(error)) from error
        if set(map(len, records)) != {self.width}:
            raise Irregular("a record with another number of fields")
        columns = list(zip(*records, strict=True))
        return SplitRows([columns[place] for place in self.places])
