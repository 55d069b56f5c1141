"""Lines of a text table parsed by the optional package pyarrow."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from dlx.data.text_tables.plain_lines import Irregular
from dlx.data.values.pieces import Fields, Reading
from dlx.data.values.texts import Places
from dlx.types import Array

if TYPE_CHECKING:
    import pyarrow as pa

FIRST = 3  # texts that tell most columns of words from those of numbers


class ArrowRows:
    """A table of Arrow's, all texts."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def joined(self, others: ArrowRows) -> ArrowRows:
        """These rows and then the others."""
        import pyarrow as pa

        return ArrowRows(pa.concat_tables([self.table, others.table]))

    def cut(self, start: int, stop: int) -> ArrowRows:
        """Some of them."""
        return ArrowRows(self.table.slice(start, stop - start))

    def fields(self) -> Sequence[Fields]:
        """Their columns."""
        return [ArrowFields(column.combine_chunks()) for column in self.table.itercolumns()]


class ArrowParser:
    """Parses lines of so many fields, of which only those in places are kept; `ImportError` without pyarrow."""

    def __init__(self, delimiter: str, width: int, places: Sequence[int]) -> None:
        import pyarrow as pa
        from pyarrow import csv

        if width < 2 or not places:
            raise Irregular("a single column")
        self.names = [str(place) for place in range(width)]
        self.types = pa.schema([(self.names[place], pa.string()) for place in places])
        self.parsing = csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
        self.conversion = csv.ConvertOptions(
            column_types=self.types, include_columns=self.types.names, strings_can_be_null=False
        )

    def __call__(self, text: bytes) -> ArrowRows:
        """The fields of the lines; raises `Irregular` where one has another number of them."""
        import pyarrow as pa
        from pyarrow import csv

        if not text.strip(b"\n"):
            return ArrowRows(self.types.empty_table())
        sink = pa.BufferOutputStream()  # memory of pyarrow's own, which none of its threads gives back to Python
        sink.write(text)
        reading = csv.ReadOptions(use_threads=False, block_size=len(text) + 1, column_names=self.names)
        try:
            table = csv.read_csv(pa.BufferReader(sink.getvalue()), reading, self.parsing, self.conversion)
        except pa.ArrowException as error:
            raise Irregular(str(error)) from error
        return ArrowRows(table)


class ArrowFields:
    """Texts of Arrow, none of them null."""

    def __init__(self, column: pa.StringArray) -> None:
        self.column = column

    @cached_property
    def _encoded(self) -> pa.DictionaryArray:
        return self.column.dictionary_encode()

    def codes(self, places: Places) -> Array:
        """(n,) int32, their places."""
        codes: Array = places.of(self._encoded.dictionary.to_pylist())[self._encoded.indices.to_numpy()]
        return codes

    def take(self, rows: Sequence[int]) -> list[str]:
        """The texts in these rows."""
        return [self.column[row].as_py() for row in rows]

    def numbers(self, reading: Reading) -> Array | None:
        """As `Reading.piece` has them: by Arrow where they are plain and finite, else each different text by itself."""
        if reading.piece(self.column.slice(0, FIRST).to_pylist()) is None:
            return None
        numbers = _plain_numbers(self.column, reading)
        numbers = self._with_missing(reading) if numbers is None else numbers
        if numbers is not None:
            return reading.without_marked(numbers)
        piece = reading.piece(self._encoded.dictionary.to_pylist())
        return None if piece is None else piece[self._encoded.indices.to_numpy()]

    def _with_missing(self, reading: Reading) -> Array | None:
        """The numbers, NaN where a mark stands for none."""
        import pyarrow as pa
        from pyarrow import compute

        is_missing = compute.is_in(self.column, value_set=pa.array(sorted(reading.missing), pa.string()))
        present = self.column.filter(compute.invert(is_missing))
        plain = _plain_numbers(present, reading) if len(present) < len(self.column) else None
        if plain is None:
            return None
        numbers = np.full(len(self.column), np.nan)
        numbers[~is_missing.to_numpy(zero_copy_only=False)] = plain
        return numbers


def release() -> None:
    """What pyarrow has freed goes back to the system."""
    if "pyarrow" in sys.modules:
        sys.modules["pyarrow"].default_memory_pool().release_unused()


def _plain_numbers(column: pa.StringArray, reading: Reading) -> Array | None:
    """The numbers where all texts are finite ones and none is a code.

    What Arrow takes for a number Python does too, and both take the nearest float64.
    """
    import pyarrow as pa
    from pyarrow import compute

    if len(column) == 0:
        return np.empty(0)
    if not reading.codes_are_numbers and _may_have_codes(column):
        return None
    if reading.style.decimal == ",":
        if compute.any(compute.match_substring(column, ".")).as_py():
            return None
        column = compute.replace_substring(column, ",", ".")
    try:
        numbers = np.array(column.cast(pa.float64()))
    except pa.ArrowInvalid:
        return None
    return numbers if np.isfinite(numbers).all() else None


def _may_have_codes(column: pa.StringArray) -> bool:
    """Whether a text begins with 0 and another digit."""
    starts, content = _content(column)
    first = starts[:-1][np.diff(starts) > 1]
    after_zero = first[content[first] == ord("0")] + 1
    return bool(((content[after_zero] >= ord("0")) & (content[after_zero] <= ord("9"))).any())


def _content(column: pa.StringArray) -> tuple[Array, Array]:
    """Where each text begins, and the last one ends, in the bytes of them all; and these bytes."""
    _, offsets, content = column.buffers()
    starts = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    return starts, np.frombuffer(content or b"", np.uint8)
