"""Records of a large text table, parsed by the optional package pyarrow where each is one plain line."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dlx.data.dialect import Dialect
from dlx.data.opening import open_binary, readable
from dlx.data.packing import packed_suffix
from dlx.data.pieces import Fields, Reading
from dlx.data.plain_lines import CHARACTERS, Irregular, plain_lines
from dlx.data.records import LONGEST_LINE
from dlx.data.texts import Places
from dlx.errors import DataError
from dlx.types import Array

if TYPE_CHECKING:
    import pyarrow as pa

FIRST = 3  # texts that tell most columns of words from those of numbers
LARGE, LARGE_PACKED = 2**22, 2**20  # bytes of a file from which on it pays to import pyarrow


class FieldsChunk(NamedTuple):
    """Some records that follow each other, column by column, and the lines that they end in."""

    lines: Sequence[int]
    columns: Sequence[Fields]


def is_large(path: Path) -> bool:
    """Whether it pays to have pyarrow parse this file."""
    return path.stat().st_size >= (LARGE_PACKED if packed_suffix(path.name) else LARGE)


def arrow_chunks(
    path: Path, dialect: Dialect, before: int, width: int, places: Sequence[int], size: int
) -> Iterator[FieldsChunk]:
    """The records behind so many lines, so many at once as `chunks_of` has them; of each only the columns in places.

    Raises:
        Irregular: the plain reader has to read them, for whatever is wrong or merely unusual.
        ImportError: there is no pyarrow.
    """
    import pyarrow as pa

    if not dialect.delimiter.isascii() or dialect.delimiter in ' "\r\n' or width < 2 or not places:
        raise Irregular("the delimiter, or a single column")
    rest, rest_of_lines = None, np.empty(0, np.int64)
    try:
        for end, lines, table in _tables(path, dialect, before, width, places):
            rest = table if rest is None else pa.concat_tables([rest, table])
            rest_of_lines = np.concatenate([rest_of_lines, lines])
            while end - before >= size:
                before += size  # lines count, empty ones too
                count = int(np.searchsorted(rest_of_lines, before, side="right"))
                if count:
                    yield _chunk(rest_of_lines[:count], rest.slice(0, count))
                rest, rest_of_lines = rest.slice(count), rest_of_lines[count:]
    except (pa.ArrowException, DataError, UnicodeError) as error:
        raise Irregular(str(error)) from error
    if rest is not None and rest.num_rows:
        yield _chunk(rest_of_lines, rest)


def _chunk(lines: Array, table: pa.Table) -> FieldsChunk:
    columns = (column.combine_chunks() for column in table.itercolumns())
    return FieldsChunk(lines.tolist(), [ArrowFields(column) for column in columns])


def _tables(
    path: Path, dialect: Dialect, before: int, width: int, places: Sequence[int]
) -> Iterator[tuple[int, Array, pa.Table]]:
    """Blocks of records: the last line of each, the lines that the records end in, and their fields."""
    import pyarrow as pa
    from pyarrow import csv

    names = [str(place) for place in range(width)]
    types = pa.schema([(names[place], pa.string()) for place in places])
    parsing = csv.ParseOptions(delimiter=dialect.delimiter, newlines_in_values=True)
    conversion = csv.ConvertOptions(column_types=types, include_columns=types.names, strings_can_be_null=False)
    for block in _blocks(path, dialect, before):
        content, table = plain_lines(block, dialect), types.empty_table()
        if content.numbers:
            sink = pa.BufferOutputStream()  # memory of pyarrow's own, which none of its threads gives back to Python
            sink.write(content.text)
            reading = csv.ReadOptions(use_threads=False, block_size=len(content.text) + 1, column_names=names)
            table = csv.read_csv(pa.BufferReader(sink.getvalue()), reading, parsing, conversion)
        if table.num_rows != len(content.numbers):
            raise Irregular("a field with several lines")
        numbers = before + np.array(content.numbers, np.int64)
        before += content.line_count
        yield before, numbers, table


def _blocks(path: Path, dialect: Dialect, before: int) -> Iterator[bytes]:
    """The text behind so many lines as UTF-8, in blocks of whole lines."""
    with readable(path), open_binary(path) as file:
        text = io.TextIOWrapper(file, dialect.encoding, newline="")
        for _ in range(before):
            text.readline()
        while block := text.read(CHARACTERS):
            yield (block + text.readline(LONGEST_LINE)).encode()


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
