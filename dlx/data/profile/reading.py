"""How a table is read of which nothing is stated, also where a training would refuse it; what it takes is kept."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from dlx.data.columns import ColumnError
from dlx.data.conditions import fulfilling
from dlx.data.dropped_rows import KINDS, TOTAL
from dlx.data.formats.format import TableFormat, format_of
from dlx.data.numbers import MISSING
from dlx.data.profile.columns import ColumnProfile
from dlx.data.profile.table import TableProfile
from dlx.data.regular_records import LARGE
from dlx.data.sources import File
from dlx.data.texts import Texts, Values, as_texts
from dlx.errors import DataError

# Words in a column of numbers stand for missing values where they are few: so many different ones, this share of rows;
# those that say so, and what spreadsheets write for what they cannot compute, also where there are more of them.
MOST_MARKS, SHARE_OF_MARKS = 3, 0.1
SAYS_MISSING = re.compile(
    r"[-–—.*]+|n[./]?a\.?|none|unk|unknown|undefined|missing|not? (?:available|applicable|recorded|known|data|value)"
    r"|#(?:n/a|div/0!|value!|ref!|name\?|null!|num!)",
    re.IGNORECASE,
)
EXACT = 2.0**53  # below which float64 holds every whole number


def profile_file(source: File) -> TableProfile:
    """The profile of a file, whose target needs not be stated.

    Raises:
        DataError: it cannot be read, or holds no rows.
    """
    path = Path(source.path)
    file_format = format_of(source.path)
    assert isinstance(file_format, TableFormat), "only tables have columns"
    changes = _Changes(source, file_format)
    while True:
        reading = changes.source
        try:
            table, roles = file_format.columns(path, reading.options, ())
        except ColumnError as error:
            changes.heed(error)
            continue
        if table.m == 0:
            raise DataError(f"{path}: there are no examples")
        if changes.improve(table.values):
            continue
        table = fulfilling(table, roles.conditions)
        places = {name: place for place, name in enumerate(table.names)}
        columns = [ColumnProfile(name, places[name], table.values[name]) for name in roles.features]
        return changes.profile(columns, table.m)


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

    def __init__(self, source: File, file_format: TableFormat) -> None:
        self.source, self.file_format = source, file_format
        self.dropped: Mapping[str, list[int]] | None = None  # where that has been looked at
        self.marks: dict[str, str] = {}
        self.mixed: list[str] = []
        self.unreadable: dict[str | int, str] = {}
        path = Path(source.path)
        if path.is_file() and path.stat().st_size < LARGE:
            self._drop_rows()

    def profile(self, columns: Iterable[ColumnProfile], m: int) -> TableProfile:
        """The profile of a table of these columns."""
        facts = self.marks, tuple(self.mixed), self.unreadable, self.dropped or {}
        return TableProfile(self.source.path, tuple(columns), m, self.source, *facts)

    def improve(self, values: Mapping[str, Values]) -> bool:
        """State what a table that could be read suggests; whether that is anything, so that it must be read again."""
        texts = {name: column for name, column in values.items() if isinstance(column, Texts)}
        odd = any(
            name in column.different or any(map(TOTAL.fullmatch, column.different)) for name, column in texts.items()
        )
        return odd and self._drop_rows()

    def _drop_rows(self) -> bool:
        """Leave out the rows that are no examples; false where there are none, or that is done or decided already."""
        if self.dropped is not None or self.source.drop_rows is not None:
            return False
        suspected = replace(self.source.options, drop_rows=KINDS)
        self.dropped = self.file_format.undue_rows(Path(self.source.path), suspected)
        if self.dropped:
            self._state(drop_rows=tuple(self.dropped))
        return bool(self.dropped)

    def heed(self, error: ColumnError) -> None:
        """State what the error asks for; raises it where that has not helped."""
        name = error.column
        if name in self.mixed or name in self.unreadable or name in self.source.ignore:
            raise error
        if error.odd and self._drop_rows():
            return
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
