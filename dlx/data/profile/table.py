"""What is in a table: it is read even where a training would refuse it, and what had to be stated for that is kept."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from dlx.data.columns import ColumnError
from dlx.data.conditions import fulfilling
from dlx.data.examples import Examples, select
from dlx.data.formats.format import TableFormat, format_of
from dlx.data.numbers import MISSING
from dlx.data.profile.columns import ColumnProfile
from dlx.data.row_hashes import hashes
from dlx.data.sources import File
from dlx.data.texts import Texts, as_texts
from dlx.errors import DataError
from dlx.types import Array

# Words in a column of numbers stand for missing values where they are few: so many different ones, this share of rows;
# those that say so, and what spreadsheets write for what they cannot compute, also where there are more of them.
MOST_MARKS, SHARE_OF_MARKS = 3, 0.1
SAYS_MISSING = re.compile(
    r"[-–—.*]+|n[./]?a\.?|none|unk|unknown|undefined|missing|not? (?:available|applicable|recorded|known|data|value)"
    r"|#(?:n/a|div/0!|value!|ref!|name\?|null!|num!)",
    re.IGNORECASE,
)
EXACT = 2.0**53  # below which float64 holds every whole number
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
    """

    origin: str
    columns: tuple[ColumnProfile, ...]
    m: int
    source: File | None = None
    marks: Mapping[str, str] = field(default_factory=dict)
    mixed: tuple[str, ...] = ()
    unreadable: Mapping[str | int, str] = field(default_factory=dict)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Of the columns."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> ColumnProfile:
        """The column of this name."""
        return self.columns[self.names.index(name)]

    @cached_property
    def repeated_rows(self) -> int:
        """How many rows are the same as one before them, column for column."""
        if not self.columns:
            return 0
        codes = [column.codes for column in self.columns]
        blocks = [slice(start, start + ROWS_AT_ONCE) for start in range(0, self.m, ROWS_AT_ONCE)]
        of_blocks = [hashes(np.column_stack([column[rows] for column in codes])) for rows in blocks]
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
        return {
            "m": self.m,
            "repeated_rows": self.repeated_rows,
            "columns": [column.document() for column in self.columns],
        }


def _content(column: ColumnProfile) -> bytes:
    if isinstance(column.values, Texts):
        return column.codes.tobytes() + "\0".join(column.counts[0]).encode(errors="surrogatepass")
    return column.values.astype(np.float64).tobytes()


def _in_order_of_appearance(numbers: Array) -> Array:
    """The same codes, counted in the order in which they first appear."""
    _, first, places = np.unique(numbers, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[places]


def profile_file(source: File) -> TableProfile:
    """The profile of a file, whose target needs not be stated.

    Raises:
        DataError: it cannot be read, or holds no rows.
    """
    path = Path(source.path)
    file_format = format_of(source.path)
    assert isinstance(file_format, TableFormat), "only tables have columns"
    changes = _Changes(source)
    while True:
        reading = changes.source
        try:
            table, roles = file_format.columns(path, reading.options, ())
        except ColumnError as error:
            changes.heed(error)
            continue
        if table.m == 0:
            raise DataError(f"{path}: there are no examples")
        table = fulfilling(table, roles.conditions)
        places = {name: place for place, name in enumerate(table.names)}
        columns = [ColumnProfile(name, places[name], table.values[name]) for name in roles.features]
        return TableProfile(
            str(path), tuple(columns), table.m, reading, changes.marks, tuple(changes.mixed), changes.unreadable
        )


def with_labels(profile: TableProfile, names: Iterable[str]) -> TableProfile:
    """The profile with these columns as labels: yes and no are words then, and long whole numbers stay exact."""
    columns = {column.name: column for column in profile.columns}
    for name in names:
        if profile.source is not None and _has_other_labels(columns[name]):
            columns[name] = _labels(profile.source, columns[name], profile.names)
    return replace(profile, columns=tuple(columns.values()))


def _has_other_labels(column: ColumnProfile) -> bool:
    """Whether the numbers of a column may be those that stand for truth values, or may have been rounded."""
    if not column.is_whole or not column.distinct:
        return False
    values = column.counts[0]
    return set(values.tolist()) <= {0.0, 1.0} or bool(np.abs(values).max() >= EXACT)


def _labels(source: File, column: ColumnProfile, names: Collection[str]) -> ColumnProfile:
    """The column, read from the file alone and verbatim."""
    file_format = format_of(source.path)
    assert isinstance(file_format, TableFormat), "only tables have columns"
    others = tuple(dict.fromkeys((*source.ignore, *(name for name in names if name != column.name))))
    target = source.model_copy(update={"target": column.name, "ignore": others, "categorical": (), "columns": None})
    table, roles = file_format.columns(Path(source.path), target.options, ())
    values = fulfilling(table, roles.conditions).values[column.name]
    if not isinstance(values, Texts) and values.dtype.kind in "if" and np.abs(values).max() < EXACT:
        return column
    return replace(column, values=as_texts(values))


class _Changes:
    """What is stated of a source, step by step, so that it can be read."""

    def __init__(self, source: File) -> None:
        self.source = source
        self.marks: dict[str, str] = {}
        self.mixed: list[str] = []
        self.unreadable: dict[str | int, str] = {}

    def heed(self, error: ColumnError) -> None:
        """State what the error asks for; raises it where that has not helped."""
        name = error.column
        if name in self.mixed or name in self.unreadable or name in self.source.ignore:
            raise error
        if error.remedy == "ignore":
            self.unreadable[name] = error.reason
            self._state(ignore=(*self.source.ignore, name))
            return
        name = str(name)
        if _are_marks(error) and not set(error.odd) & set(self.marks):
            self.marks |= dict.fromkeys(error.odd, name)
            stated = self.source.missing if self.source.missing is not None else tuple(sorted(MISSING - {""}))
            self._state(missing=(*stated, *error.odd))
        else:
            self.mixed.append(name)
            self._state(categorical=(*self.source.categorical, name))

    def _state(self, **options: object) -> None:
        self.source = self.source.model_copy(update=options)


def _are_marks(error: ColumnError) -> bool:
    """Whether the texts among the numbers of a column stand for missing values."""
    if not error.odd:
        return False
    few = len(error.odd) <= MOST_MARKS and error.share <= SHARE_OF_MARKS
    return few or all(SAYS_MISSING.fullmatch(text.strip()) for text in error.odd)


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
