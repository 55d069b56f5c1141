"""What is in a table, column by column, and what its columns say of each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np

from dlx.data.examples import Examples, select
from dlx.data.profile.columns import ColumnProfile
from dlx.data.row_hashes import hashes
from dlx.data.sources import File
from dlx.data.values.texts import Texts
from dlx.types import Array

ROWS_OF_A_VALUE = 10  # on average, from where on two columns do not go together by chance
ROWS_AT_ONCE = 2**15  # of which all columns are put side by side
NUMBERS = 2**24  # of arrays that are looked at, in as many rows as that makes


@dataclass(frozen=True)
class TableProfile:
    """A table, column by column.

    Args:
        origin: what messages call it, such as the path of its file.
        columns: in the order of the file, but for those that could not be read.
        m: the number of rows.
        source: which reads the file as it was read here; None where there is no file.
        marks: words and numbers that were taken for missing values, with the column where each was met.
        mixed: columns of numbers and words together, which were read as text.
        unreadable: columns that hold neither numbers nor text, or, by number, have another's name, with the reason.
        words: those of the marks that were met in columns of text, with these columns.
        settings: why something is stated of columns in the source, by column.
        units: of columns whose numbers have several, how many rows have each.
        width: how many columns the file has, where some are not there.
        doubled: of names that were stated of the target and that several columns have, their numbers.
        rounded: of columns with whole numbers that float64 does not hold, what becomes of these, in words.
        long_names: columns of such numbers that are names, and were read as text.
        dropped: the lines of the rows that are left out, being no examples, by their kind.
        ragged: the lines of rows with another number of fields, by what is stated of them, `fill` or `drop`.
    """

    origin: str
    columns: tuple[ColumnProfile, ...]
    m: int
    source: File | None = None
    marks: Mapping[str, str] = field(default_factory=dict)
    mixed: tuple[str, ...] = ()
    unreadable: Mapping[str | int, str] = field(default_factory=dict)
    dropped: Mapping[str, Sequence[int]] = field(default_factory=dict)
    ragged: Mapping[str, Sequence[int]] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    width: int = 0
    doubled: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    rounded: Mapping[str, str] = field(default_factory=dict)
    long_names: tuple[str, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of the columns."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> ColumnProfile:
        """The column of this name."""
        return self.columns[self.names.index(name)]

    def settings_of(self, name: str) -> dict[str, Any]:
        """What the source states of a column, as plain data."""
        columns = (self.source.columns if self.source is not None else None) or {}
        return columns[name].model_dump(mode="json", exclude_none=True) if name in columns else {}

    def units_of(self, name: str) -> str:
        """What is odd about the units of a column's numbers, in words; empty where nothing is."""
        listed = ", ".join(f"{unit} {count:,}" for unit, count in self.units.get(name, {}).items())
        return f"its numbers have several units, which are not converted: {listed}" if listed else ""

    @cached_property
    def repeated_rows(self) -> int:
        """How many rows are the same as one before them, column for column."""
        if not self.columns:
            return 0
        blocks = [slice(start, start + ROWS_AT_ONCE) for start in range(0, self.m, ROWS_AT_ONCE)]
        of_blocks = [hashes(np.column_stack([column.bits_of(rows) for column in self.columns])) for rows in blocks]
        return self.m - len(np.unique(np.concatenate(of_blocks)))

    @cached_property
    def copies(self) -> dict[str, str]:
        """Columns that say the same as one before them, and that one: the same values, or each value of one goes with
        one of the other, where too few are different for that to be chance.
        """
        first: dict[bytes, str] = {}
        copies: dict[str, str] = {}
        for column in self.columns:
            if column.distinct < 2:
                continue
            contents = [sha256(_content(column)).digest()]
            if ROWS_OF_A_VALUE * column.distinct <= self.m:
                contents.append(sha256(_in_order_of_appearance(column.codes).tobytes()).digest())
            original = next((first[content] for content in contents if content in first), None)
            if original is not None:
                copies[column.name] = original
            for content in contents:
                first.setdefault(content, column.name)
        return copies

    def document(self) -> dict[str, Any]:
        """The facts as plain data."""
        dropped = {**self.dropped, **({"ragged": self.ragged["drop"]} if "drop" in self.ragged else {})}
        return {
            "m": self.m,
            "repeated_rows": self.repeated_rows,
            **({"dropped_rows": {kind: list(lines) for kind, lines in dropped.items()}} if dropped else {}),
            **({"filled_rows": list(self.ragged["fill"])} if "fill" in self.ragged else {}),
            "columns": [column.document() for column in self.columns],
        }


def _content(column: ColumnProfile) -> bytes:
    if isinstance(column.content, Texts):
        return column.codes.tobytes() + "\0".join(column.counts[0]).encode(errors="surrogatepass")
    return column.numbers.astype(np.float64).tobytes()


def _in_order_of_appearance(numbers: Array) -> Array:
    """The same codes, counted in the order in which they first appear."""
    _, first, places = np.unique(numbers, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[places]


def profile_examples(examples: Examples) -> TableProfile:
    """The profile of inputs in arrays, a column for each feature, and of their labels; of very many rows a sample."""
    which = np.linspace(0, len(examples.X) - 1, min(len(examples.X), max(1, NUMBERS // examples.X.shape[1])))
    rows = np.unique(which.astype(np.int64))
    X = np.asarray(select(examples.X, rows)[:], np.float64)
    columns = [ColumnProfile(name, j, X[:, j]) for j, name in enumerate(examples.features)]
    y = None if examples.y is None else examples.y[rows]
    if y is not None:
        targets = {"y": y} if y.ndim == 1 else {f"y{k + 1}": y[:, k] for k in range(y.shape[1])}
        for name, values in targets.items():
            column = Texts.of(values.tolist()) if values.dtype.kind == "U" else values.astype(np.float64)
            columns.append(ColumnProfile(name, len(columns), column, is_label=True))
    return TableProfile(examples.origin, tuple(columns), len(rows))
