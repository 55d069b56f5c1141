"""Tables: named columns of a file, turned into features (numbers as they are, categories one-hot) and labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import get_args

import numpy as np

from dlx.data.columns import Column, ColumnOptions, Kind
from dlx.data.encoding import Describer, encoded, listed, missing
from dlx.data.examples import Examples, RowFault
from dlx.errors import DataError
from dlx.types import Array

KINDS: tuple[Kind, ...] = get_args(Kind)
PLAIN_OPTIONS = ColumnOptions()


@dataclass(frozen=True)
class TableOptions:
    """How the columns of a table are meant; the options of the source ``file``, where they are described."""

    target: tuple[str | int, ...] = ()
    header: bool | None = None
    delimiter: str | None = None
    categorical: tuple[str | int, ...] = ()
    ignore: tuple[str | int, ...] = ()
    use: tuple[str | int, ...] = ()
    impute: str | None = None
    missing_indicators: bool = False
    rare: int = 0
    columns: Mapping[str, ColumnOptions] = field(default_factory=dict)
    times: bool = True
    encoding: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    comment: str | None = None
    missing: tuple[str | int | float, ...] | None = None
    missing_target: str = "refuse"
    plain: bool = False
    sheet: str | None = None
    image_shape: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Roles:
    """Which columns are features and targets, and which of the features hold categories whatever they look like.

    texts: further features that are read as text; numbers: those that are read as numbers whatever they look like.
    options: what is stated of single features.
    """

    features: tuple[str, ...]
    target: tuple[str, ...]
    categorical: frozenset[str]
    texts: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    options: Mapping[str, ColumnOptions] = field(default_factory=dict)

    @property
    def as_text(self) -> frozenset[str]:
        """The columns that are read as text, whatever they look like."""
        return self.categorical | self.texts | frozenset(self.target)

    @property
    def used(self) -> tuple[str, ...]:
        """All columns that have to be read."""
        return self.features + self.target


@dataclass(frozen=True)
class Table:
    """The columns that are used: float64 with NaN for what is missing, or objects (text) with None for it.

    Target columns may have any other type too. ``lines`` are those of the rows, where the file has lines. ``faults``
    are of values that could not be read as those of train, and are missing in the columns. ``names`` are those of all
    columns of the file.
    """

    path: Path
    values: dict[str, Array]
    m: int
    lines: Sequence[int] | None = None
    names: Sequence[str] = ()
    faults: list[RowFault] = field(default_factory=list)

    def fault(self, row: int, column: str, what: str) -> DataError:
        """The error for one value."""
        place = f" row {row} (counted from 0)" if self.lines is None else self.lines[row]
        return DataError(f"{self.path}:{place}: column {column!r}: {what}")

    def row_fault(self, row: int, column: str, what: str, hint: str = "") -> RowFault:
        """What is wrong with one value; the hint is for the message alone."""
        place = f"row {row} (counted from 0)" if self.lines is None else f"line {self.lines[row]}"
        message = str(self.fault(row, column, f"{what}{hint}"))
        return RowFault(row, f"{place}: column {column!r}: {what}", message)


def roles(names: Sequence[str], options: TableOptions, like: Sequence[Column], path: Path) -> Roles:
    """What each column is for: by the options, or where ``like`` gives the columns of train, as they are there.

    With ``like`` other columns are passed over. Without a target all are features.
    """
    if like:
        return _roles_like(names, options, like, path)
    target, ignored, used, categorical = (
        tuple(_column(column, names, path, role) for column in getattr(options, role))
        for role in ("target", "ignore", "use", "categorical")
    )
    features = tuple(name for name in names if name not in target + ignored and (name in used or not used))
    of_columns = {_column(_number(key, names), names, path, "columns"): of for key, of in options.columns.items()}
    for name in of_columns:
        if name not in features:
            what = "is the target" if name in target else "is none of the features"
            raise DataError(f"{path}: columns: {name!r} {what} {listed(name, features)}")
    kinds = {kind: frozenset(name for name, of in of_columns.items() if of.kind == kind) for kind in KINDS}
    return Roles(
        features,
        target,
        frozenset(categorical) | kinds["category"],
        kinds["time"] | kinds["hashed"],
        kinds["number"],
        of_columns,
    )


def _number(key: str, names: Sequence[str]) -> str | int:
    """A column's key in `columns`, where numbers are text too."""
    return int(key) if key not in names and key.removeprefix("-").isdecimal() and len(key) < 10 else key


def _roles_like(names: Sequence[str], options: TableOptions, like: Sequence[Column], path: Path) -> Roles:
    features = tuple(column.name for column in like)
    for name in features:
        if name not in names:
            raise DataError(f"{path}: there is no column {name!r}, which train has {listed(name, names)}")
    columns = (names[t] if isinstance(t, int) and -len(names) <= t < len(names) else t for t in options.target)
    target = tuple(str(name) for name in columns if name in names and name not in features)
    categorical = frozenset(column.name for column in like if column.categories is not None)
    texts = frozenset(column.name for column in like if column.details.kind is not None)
    return Roles(features, target, categorical, texts, frozenset(features) - categorical - texts)


def _column(column: str | int, names: Sequence[str], path: Path, role: str) -> str:
    """The name of a column given by name or by number, from 0 or, from the end, from -1."""
    if isinstance(column, int) and -len(names) <= column < len(names):
        return names[column]
    if isinstance(column, int):
        raise DataError(f"{path}: {role}: there is no column {column}, the table has {len(names)} (counted from 0)")
    if column not in names:
        raise DataError(f"{path}: {role}: there is no column {column!r} {listed(column, names)}")
    return column


def to_examples(table: Table, of: Roles, options: TableOptions, like: Sequence[Column]) -> Examples:
    """The table's rows as numbers; with ``like``, in exactly those columns.

    Rows that do not fit ``like`` are named in ``faults``; without it the first of them is raised.
    """
    if table.m == 0:
        raise DataError(f"{table.path}: there are no examples")
    if options.missing_target == "drop":
        table = _labelled(table, of.target)
    faults = list(table.faults)
    imputes = {column.name: column.details.impute for column in like}
    imputes |= {name: setting.impute for name, setting in of.options.items()}
    for name in of.features:
        faults += _faults(table, name, imputes.get(name) or options.impute)
        if not like:
            _refuse(table, name, faults)
    columns = tuple(like) or _described(table, of, options)
    X, start = np.empty((table.m, sum(len(column.features()) for column in columns))), 0
    for column in columns:
        features, unfit = encoded(table.values[column.name], column)
        faults += [table.row_fault(row, column.name, what, hint) for row, what, hint in unfit]
        if unfit and not like:
            raise DataError(faults[0].message)
        X[:, start : start + features.shape[1]] = features
        start += features.shape[1]
        del table.values[column.name]  # the rows take their place
    y = _targets(table, of.target)
    return Examples(X, y, None, columns, options.impute, of.target, tuple(faults), origin=str(table.path))


def _labelled(table: Table, target: tuple[str, ...]) -> Table:
    """The table without the rows that lack a target."""
    unlabelled = [missing(table.values[name]) for name in target]
    rows = np.flatnonzero(~np.any(unlabelled, axis=0)) if unlabelled else np.arange(table.m)
    if len(rows) == table.m:
        return table
    if len(rows) == 0:
        raise DataError(f"{table.path}: column {target[0]!r}: the target is missing in every row")
    values = {name: column[rows] for name, column in table.values.items()}
    values |= {name: np.array(values[name].tolist()) for name in target if values[name].dtype == object}
    lines = None if table.lines is None else [table.lines[row] for row in rows.tolist()]
    places = {row: place for place, row in enumerate(rows.tolist())}
    faults = [replace(fault, row=places[fault.row]) for fault in table.faults if fault.row in places]
    return replace(table, values=values, m=len(rows), lines=lines, faults=faults)


def _faults(table: Table, name: str, impute: str | None) -> list[RowFault]:
    """The rows whose value is missing, where nothing takes its place, or infinite."""
    values, faults = table.values[name], []
    if impute is None:
        what, hint = "the value is missing", "; correct the file, or state `impute: mean`, median or most_frequent"
        faults = [table.row_fault(int(row), name, what, hint) for row in np.flatnonzero(missing(values))]
    if values.dtype == np.float64:
        infinite = np.flatnonzero(np.isinf(values))
        faults += [table.row_fault(int(row), name, f"{values[row]} is not finite") for row in infinite]
    return faults


def _refuse(table: Table, name: str, faults: Sequence[RowFault]) -> None:
    """Raises `DataError` where train's column has a fault, or nothing else than missing values."""
    if faults:
        raise DataError(faults[0].message)
    if missing(table.values[name]).all():
        raise DataError(f"{table.path}: column {name!r} has no value at all; name it in `ignore`")


def _described(table: Table, of: Roles, options: TableOptions) -> tuple[Column, ...]:
    """The columns of train."""
    describer = Describer(table.path, options.rare, options.missing_indicators, options.times)
    return tuple(
        describer.column(name, table.values[name], of.options.get(name, PLAIN_OPTIONS), name in of.categorical)
        for name in of.features
    )


def _targets(table: Table, names: tuple[str, ...]) -> Array | None:
    targets = [_target(table, name) for name in names]
    if len(targets) > 1:
        for name, values in zip(names, targets, strict=True):
            if values.dtype.kind not in "iuf":
                raise DataError(f"{table.path}: column {name!r} holds text; several targets must be numbers")
    return None if not targets else targets[0] if len(targets) == 1 else np.column_stack(targets).astype(np.float64)


def _target(table: Table, name: str) -> Array:
    values = table.values[name]
    is_missing = missing(values)
    if is_missing.any():
        what = "the target is missing; correct the file, or state `missing_target: drop`"
        raise table.fault(int(is_missing.argmax()), name, what)
    return values.astype(str) if values.dtype == object else values
