"""Rows of a table that are no examples: names of the columns once more, units below them, totals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from dlx.data.text_tables.dropped_lines import in_words
from dlx.data.values.numbers import MISSING, NumberStyle
from dlx.data.values.times import moment
from dlx.errors import remark

Fields = Sequence[Sequence[str]]
RowKind = Literal["headers", "totals"]
KINDS: tuple[RowKind, ...] = get_args(RowKind)
TOTAL_WORDS = (
    *("total", "totals", "grand total", "subtotal", "sub-total", "sub total", "overall", "sum", "sums", "sum total"),
    *("mean", "means", "average", "averages", "avg", "median", "std", "stdev", "min", "max", "minimum", "maximum"),
    *(
        "summe",
        "gesamt",
        "gesamtsumme",
        "insgesamt",
        "mittelwert",
        "durchschnitt",
        "somme",
        "moyenne",
        "totale",
        "suma",
    ),
    *("media", "promedio", "ø", "σ"),
)
TOTAL = re.compile(rf"(?:{'|'.join(TOTAL_WORDS)})\s*[.:]?", re.IGNORECASE)
MOST_BELOW = 3  # records below the names that may say what the columns are
RECORDS = 300  # behind them by which that is judged
MOST_TOTALS = 0.1  # of the rows; more are a category
NO_VALUE = re.compile(r"[-–—.?*]*|n[./]?a\.?|none|unknown|missing", re.IGNORECASE)  # which a unit is not
RULE = re.compile(r":?[-=─━]{3,}:?")  # between the names and the rows


class Chunk(NamedTuple):
    """Some records that follow each other, none of them empty, and the lines that they end in."""

    lines: Sequence[int]
    records: list[list[str]]


def below_header(records: Fields, style: NumberStyle) -> int:
    """How many of the first records below the names of the columns say what the columns are, such as their units.

    Such a record has no number and no time, and words, which do not come again in their column, over columns that hold
    mostly numbers or times.
    """
    count = 0
    while count < min(MOST_BELOW, len(records) - 1) and describes(records[count], records[count + 1 :], style):
        count += 1
    return count


def describes(record: Sequence[str], others: Fields, style: NumberStyle) -> bool:
    """Whether a record says what the columns are of which the others have the values."""
    if len(record) > 1 and all(map(RULE.fullmatch, map(str.strip, record))):
        return True
    below = [other for other in others[:RECORDS] if len(other) == len(record) and list(other) != list(record)]
    words = 0
    for field, column in zip(map(str.strip, record), zip(*below, strict=True), strict=bool(below)):
        if field in MISSING or NO_VALUE.fullmatch(field):
            continue
        if _is_value(field, style) or field in map(str.strip, column):
            return False
        present = [value for value in column if value.strip() not in MISSING]
        words += 2 * sum(_is_value(value, style) for value in present) > len(present)
    return words > 0


def _is_value(text: str, style: NumberStyle) -> bool:
    return any(way.number(text) is not None for way in (style, style.other)) or moment(text) is not None


def is_total(record: Sequence[str]) -> bool:
    """Whether the first field that is filled is a word such as Total or Mean."""
    first = next(filter(None, map(str.strip, record)), "")
    return TOTAL.fullmatch(first) is not None


class RowFilter:
    """Which rows of a table are no examples.

    Args:
        names: the header, as the file has it; None where there is none.
        kinds: what is left out.
        style: of its numbers.
    """

    def __init__(self, names: Sequence[str] | None, kinds: Iterable[str], style: NumberStyle) -> None:
        self.names = None if names is None else [name.strip() for name in names]
        self.kinds, self.style = frozenset(kinds), style
        self.lines: dict[str, list[int]] = {kind: [] for kind in KINDS}
        self.below: list[list[str]] = []
        self.is_at_top = True

    def anew(self) -> RowFilter:
        """The same one, for another reading of the table."""
        return RowFilter(self.names, self.kinds, self.style)

    def tell(self, path: Path) -> None:
        """Warns of what has been left out."""
        if any(self.lines.values()):
            remark(f"{path}: left out by `drop_rows`: {in_words(self.lines)}")

    def examples(self, rows: Chunk) -> Chunk:
        """The rows of these that are examples; ``lines`` of this object then have the others.

        What stands directly below the names is left out wherever it comes again, as the names are.
        """
        if not self.kinds:
            return rows
        records = rows.records
        if self.is_at_top and "headers" in self.kinds and self.names is not None:
            rest = [record for record in records[: RECORDS + MOST_BELOW] if not self._is_header(record)]
            self.below = [list(record) for record in rest[: below_header(rest, self.style)]]
        self.is_at_top = False
        lines, remaining = list[int](), list[list[str]]()
        for line, record in zip(rows.lines, records, strict=True):
            kind = self._kind(record)
            if kind is None:
                lines.append(line)
                remaining.append(record)
            else:
                self.lines[kind].append(line)
        return Chunk(lines, remaining)

    def _kind(self, record: Sequence[str]) -> RowKind | None:
        if "headers" in self.kinds and (self._is_header(record) or list(record) in self.below):
            return "headers"
        return "totals" if "totals" in self.kinds and is_total(record) else None

    def _is_header(self, record: Sequence[str]) -> bool:
        return self.names is not None and len(record) > 1 and [field.strip() for field in record] == self.names


def undue_rows(names: Sequence[str] | None, chunks: Iterable[Chunk], style: NumberStyle) -> dict[str, list[int]]:
    """The lines of those rows that seem to be no examples, by their kind.

    Totals are few, and each of them stands at the end or has an empty field.
    """
    row_filter, count, last, full = RowFilter(names, KINDS, style), 0, 0, list[int]()
    for chunk in chunks:
        examples = row_filter.examples(chunk)
        count += len(chunk.lines)
        ends = [line for line, record in zip(*examples, strict=True) if len(record) > 1]  # others are notes
        last = max(last, *ends[-1:], 0)
        for line, record in zip(chunk.lines, chunk.records, strict=True):
            if is_total(record) and all(map(str.strip, record)):
                full.append(line)
    totals = row_filter.lines["totals"]
    if len(totals) > max(1, MOST_TOTALS * count) or any(line < last for line in full):
        row_filter.lines["totals"] = []
    return {kind: numbers for kind, numbers in row_filter.lines.items() if numbers}
