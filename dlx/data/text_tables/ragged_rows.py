"""Ragged rows: records of a text table that have another number of fields than the table has columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from dlx.data.examples import RowFault
from dlx.data.text_tables.dropped_lines import in_words
from dlx.data.text_tables.dropped_rows import Chunk
from dlx.data.text_tables.records import Record
from dlx.data.values.numbers import number_in
from dlx.errors import DataError, remark

RaggedRows = Literal["fill", "drop"]
MARK, FILL_OR_MARK = "mark", "fill or mark"  # of a file that is answered: such a row is one that cannot be
MOST_NOTES = 20  # lines below a table
MOST_MISTAKES = 0.05  # of the rows


class RaggedRowsError(DataError):
    """Rows of another length, though it is not stated what becomes of such.

    Args:
        message: of the error.
        lines: in which they end.
        m: how many rows there are in all.
        are_short: whether none of them has too many fields.
    """

    def __init__(self, message: str, lines: Sequence[int], m: int, are_short: bool) -> None:
        self.lines, self.m, self.are_short = lines, m, are_short
        super().__init__(message)

    @property
    def likely(self) -> RaggedRows | None:
        """What is meant to become of them: a few are mistakes, whose values may stand in the wrong columns; many short
        ones are how some programs write rows whose last fields are empty; None where most rows are ragged.
        """
        if 2 * len(self.lines) > self.m:
            return None
        return "fill" if self.are_short and len(self.lines) > MOST_MISTAKES * self.m else "drop"


class RowLengths:
    """What becomes of the records of a table that are not as long as it is wide.

    Args:
        path: of the table.
        width: the number of its columns.
        delimiter: between its fields.
        how: ``fill`` or ``drop``, as the source states it, `MARK` or `FILL_OR_MARK`; empty where they are refused.
    """

    def __init__(self, path: Path, width: int, delimiter: str, how: str) -> None:
        self.path, self.width, self.delimiter, self.how = path, width, delimiter, how
        self.m = 0  # rows so far
        self.faults: dict[int, str] = {}  # of rows that are marked, by row
        self._ragged: list[tuple[int, int]] = []  # the lines, and how many fields stand there
        self._notes: list[Record] = []

    def even(self, chunk: Chunk) -> Chunk:
        """The records in the length of the table, without those that are left out."""
        lines, records = list[int](), list[list[str]]()
        if not self._notes and set(map(len, chunk.records)) <= {self.width}:
            self.m += len(chunk.records)
            return chunk
        for line, record in zip(*chunk, strict=True):
            if self._may_be_note(record):
                self._notes.append((line, record))
                continue
            for row in (*self._notes, (line, record)):  # what has rows below it is no note
                fitting = self._fitting(*row)
                if fitting is not None:
                    lines.append(row[0])
                    records.append(fitting)
                    self.m += 1
            self._notes.clear()
        return Chunk(lines, records)

    def end(self) -> None:
        """Tell what has been passed over, and filled.

        Raises:
            RaggedRowsError: there are such rows, and it is not stated what becomes of them.
        """
        if self._notes:
            line, (text, *_) = self._notes[0]
            more = f" and {len(self._notes) - 1} more" if len(self._notes) > 1 else ""
            remark(f"{self.path}:{line}: {text!r}{more}: passed over, being a note below the table")
        if not self._ragged:
            return
        lines, are_short = [line for line, _ in self._ragged], all(length < self.width for _, length in self._ragged)
        if self.how == "drop" or (self.how == "fill" and are_short):
            words = _in_words(lines)
            if self.how == "drop":
                remark(f"{self.path}: left out by `ragged_rows`: {words}")
            else:
                remark(f"{self.path}: filled with missing values by `ragged_rows`: {words}")
        elif not self.how or self.how == "fill":
            raise RaggedRowsError(self._refusal(lines, are_short), lines, self.m + len(lines), are_short)

    def row_faults(self, lines: Sequence[int]) -> list[RowFault]:
        """The faults of the rows that are marked, whose lines are these."""
        return [
            RowFault(row, f"line {lines[row]}: {what}", f"{self.path}:{lines[row]}: {what}")
            for row, what in self.faults.items()
        ]

    def _may_be_note(self, record: Sequence[str]) -> bool:
        is_short = len(record) == 1 < self.width - 1
        return is_short and len(self._notes) < MOST_NOTES and number_in(record[0]) is None

    def _fitting(self, line: int, record: list[str]) -> list[str] | None:
        """The record in the length of the table; None where it is left out, or will be refused."""
        if len(record) > self.width and not any(map(str.strip, record[self.width :])):
            record = record[: self.width]  # delimiters at its end hold nothing
        lacking = self.width - len(record)
        if lacking == 0:
            return record
        self._ragged.append((line, len(record)))
        if lacking > 0 and self.how in ("fill", FILL_OR_MARK):
            return [*record, *[""] * lacking]
        if self.how not in (MARK, FILL_OR_MARK):
            return None
        self.faults[self.m] = self._expected(len(record))
        return [""] * self.width

    def _expected(self, length: int) -> str:
        return f"expected {self.width} fields, found {length}"

    def _refusal(self, lines: Sequence[int], are_short: bool) -> str:
        line, length = self._ragged[0]
        advice = f"; a field that holds {self.delimiter!r} needs quotes around it" if length > self.width else ""
        others = f"; {_in_words(lines)}" if len(lines) > 1 else ""
        fill = ", fill takes what they lack for missing" if are_short else ""
        what = f"`ragged_rows: drop` leaves such rows out{fill}"
        return f"{self.path}:{line}: {self._expected(length)}{advice}{others}; {what}"


def _in_words(lines: Sequence[int]) -> str:
    return in_words({"ragged": lines})
