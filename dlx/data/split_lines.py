"""Lines of a text table without quotes, split at its delimiters: by Python alone, all lines of a block at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlx.data.pieces import Fields, TextFields
from dlx.data.plain_lines import LINE_END, QUOTE, Irregular


class SplitRows:
    """Texts column by column."""

    def __init__(self, columns: list[list[str]]) -> None:
        self.columns = columns

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
        """The fields of the lines; raises `Irregular` where one has another number of them, or there are quotes."""
        if QUOTE in text:
            raise Irregular("quotes")
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
