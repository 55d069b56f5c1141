"""Tables: named columns of a file, turned into features (numbers as they are, categories one-hot) and labels."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from dlx.data.examples import Column, Examples, RowFault
from dlx.data.split_columns import split_values
from dlx.errors import DataError, Remark, allowed, nearest
from dlx.types import Array

UNKNOWN = -2  # the code of a category that train lacks
MOST_CATEGORIES = 100  # of a column that is not stated to be categorical; more are rather names or keys than categories

DATE = re.compile(
    "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([T ].*)?|[0-9]{1,2}([/.])[0-9]{1,2}\\2[0-9]{2,4}( .*)?|[0-9]{1,2}:[0-9]{2}(:.*)?"
)


@dataclass(frozen=True)
class TableOptions:
    """How the columns of a table are meant; the options of the source ``file``, where they are described."""

    target: tuple[str | int, ...] = ()
    header: bool | None = None
    delimiter: str | None = None
    categorical: tuple[str | int, ...] = ()
    ignore: tuple[str | int, ...] = ()
    impute: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    comment: str | None = None
    missing: tuple[str | int | float, ...] | None = None
    plain: bool = False


@dataclass(frozen=True)
class Roles:
    """Which columns are features and targets, and which of the features hold categories whatever they look like.

    split_columns: those that a split goes by, by their role there.
    """

    features: tuple[str, ...]
    target: tuple[str, ...]
    categorical: frozenset[str]
    split_columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def used(self) -> tuple[str, ...]:
        """All columns that have to be read."""
        return tuple(dict.fromkeys((*self.features, *self.target, *self.split_columns.values())))

    @property
    def verbatim(self) -> frozenset[str]:
        """The columns whose values are told apart and not computed with: whole numbers stay exact there."""
        return frozenset((*self.target, *self.split_columns.values())) - frozenset(self.features)


@dataclass(frozen=True)
class Table:
    """The columns that are used: float64 with NaN for what is missing, or objects (text) with None for it.

    Target columns may have any other type too. ``lines`` are those of the rows, where the file has lines.
    """

    path: Path
    values: dict[str, Array]
    m: int
    lines: Sequence[int] | None = None

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

    With ``like`` the target may be missing, and other columns are passed over.
    """
    if like:
        return _roles_like(names, options, like, path)
    if not options.target:
        raise DataError(f"{path}: which column is the target? state `target` {_listed('', names)}")
    target, ignored, categorical = (
        tuple(_column(column, names, path, role) for column in getattr(options, role))
        for role in ("target", "ignore", "categorical")
    )
    by: Mapping[str, str | int] = getattr(options, "split_columns", {})  # of `SplitTableOptions`
    split_columns = {role: _column(column, names, path, f"data.split.{role}") for role, column in by.items()}
    left_out = target + ignored + (() if getattr(options, "as_features", False) else tuple(split_columns.values()))
    features = tuple(name for name in names if name not in left_out)
    return Roles(features, target, frozenset(categorical), split_columns)


def _roles_like(names: Sequence[str], options: TableOptions, like: Sequence[Column], path: Path) -> Roles:
    features = tuple(column.name for column in like)
    for name in features:
        if name not in names:
            raise DataError(f"{path}: there is no column {name!r}, which train has {_listed(name, names)}")
    columns = (names[t] if isinstance(t, int) and -len(names) <= t < len(names) else t for t in options.target)
    target = tuple(str(name) for name in columns if name in names and name not in features)
    return Roles(features, target, frozenset(column.name for column in like if column.categories is not None))


def _column(column: str | int, names: Sequence[str], path: Path, role: str) -> str:
    """The name of a column given by name or by number, from 0 or, from the end, from -1."""
    if isinstance(column, int) and -len(names) <= column < len(names):
        return names[column]
    if isinstance(column, int):
        raise DataError(f"{path}: {role}: there is no column {column}, the table has {len(names)} (counted from 0)")
    if column not in names:
        raise DataError(f"{path}: {role}: there is no column {column!r} {_listed(column, names)}")
    return column


def _listed(name: str, names: Sequence[str]) -> str:
    if len(names) > 20:
        names = [*names[:5], *filter(None, [nearest(name, names)]), "…", names[-1]]
    return allowed(name, names)


def to_examples(table: Table, of: Roles, options: TableOptions, like: Sequence[Column]) -> Examples:
    """The table's rows as numbers; with ``like``, in exactly those columns.

    Rows that do not fit ``like`` are named in ``faults``; without it the first of them is raised.
    """
    if table.m == 0:
        raise DataError(f"{table.path}: there are no examples")
    split_columns = {
        role: split_values(table.values[name], role, name, table.fault) for role, name in of.split_columns.items()
    }
    faults: list[RowFault] = []
    for name in of.features:
        faults += _faults(table, name, options.impute)
        if not like:
            _refuse(table, name, faults)
    columns = tuple(like) or tuple(_described(table, name, name in of.categorical) for name in of.features)
    X, start = np.empty((table.m, sum(len(column.features()) for column in columns))), 0
    for column in columns:
        encoded, further = _encoded(table, column)
        faults += further
        X[:, start : start + encoded.shape[1]] = encoded
        start += encoded.shape[1]
        del table.values[column.name]  # the rows take their place
    y = _targets(table, of.target)
    examples = Examples(X, y, None, columns, options.impute, of.target, tuple(faults), origin=str(table.path))
    return replace(examples, split_columns=split_columns)


def _faults(table: Table, name: str, impute: str | None) -> list[RowFault]:
    """The rows whose value is missing, where nothing takes its place, or infinite."""
    values, faults = table.values[name], []
    if impute is None:
        what, hint = "the value is missing", "; correct the file, or state `impute: mean`, median or most_frequent"
        faults = [table.row_fault(int(row), name, what, hint) for row in np.flatnonzero(_missing(values))]
    if values.dtype == np.float64:
        infinite = np.flatnonzero(np.isinf(values))
        faults += [table.row_fault(int(row), name, f"{values[row]} is not finite") for row in infinite]
    return faults


def _refuse(table: Table, name: str, faults: Sequence[RowFault]) -> None:
    """Raises `DataError` where train's column has a fault, or nothing else than missing values."""
    if faults:
        raise DataError(faults[0].message)
    if _missing(table.values[name]).all():
        raise DataError(f"{table.path}: column {name!r} has no value at all; name it in `ignore`")


def _missing(values: Array) -> Array:
    if values.dtype.kind == "f":
        return np.isnan(values)
    return np.array([value is None for value in values]) if values.dtype == object else np.zeros(len(values), bool)


def _described(table: Table, name: str, stated: bool) -> Column:
    values = table.values[name]
    if values.dtype != object:
        return Column(name)
    categories = tuple(sorted(set(values) - {None}))
    if stated:
        return Column(name, categories)
    has_dates = all(map(DATE.fullmatch, categories))
    what = f"column {name!r} has {len(categories)} different {'dates or times' if has_dates else 'texts'}"
    if len(categories) > MOST_CATEGORIES:
        raise DataError(f"{table.path}: {what}; name it in `ignore`, or in `categorical`")
    if has_dates:
        advice = "each becomes a category, which says nothing of other days; name it in `ignore`, or in `categorical`"
        warnings.warn(Remark(f"{table.path}: {what}: {advice}"), stacklevel=2)
    return Column(name, categories)


def _encoded(table: Table, column: Column) -> tuple[Array, list[RowFault]]:
    """A number as it is; a category as 0/1, one place for each; all NaN where it is missing or at fault."""
    values = table.values[column.name]
    if column.categories is None:
        if values.dtype != object:
            return values[:, np.newaxis], []
        what = "{!r} is not a number, but this column of train has numbers"
        texts = np.flatnonzero(~_missing(values))
        faults = [table.row_fault(int(row), column.name, what.format(values[row])) for row in texts]
        return np.full((table.m, 1), np.nan), faults
    codes, faults = _codes(table, column)
    one_hot = np.eye(len(column.categories))[codes]
    one_hot[codes < 0] = np.nan
    return one_hot, faults


def _codes(table: Table, column: Column) -> tuple[Array, list[RowFault]]:
    """The place of each category, −1 where it is missing, or where train has none such."""
    values, faults = table.values[column.name], []
    codes = {category: code for code, category in enumerate(column.categories or ())} | {None: -1}
    numbers = np.array([codes.get(value, UNKNOWN) for value in values])
    for row in np.flatnonzero(numbers == UNKNOWN).tolist():
        listed = _listed(str(values[row]), column.categories or ())
        faults.append(table.row_fault(row, column.name, f"train has no category {values[row]!r}", f" {listed}"))
    return np.maximum(numbers, -1), faults


def _targets(table: Table, names: tuple[str, ...]) -> Array | None:
    targets = [_target(table, name) for name in names]
    if len(targets) > 1:
        for name, values in zip(names, targets, strict=True):
            if values.dtype.kind not in "iuf":
                raise DataError(f"{table.path}: column {name!r} holds text; several targets must be numbers")
    return None if not targets else targets[0] if len(targets) == 1 else np.column_stack(targets).astype(np.float64)


def _target(table: Table, name: str) -> Array:
    values = table.values[name]
    missing = _missing(values)
    if missing.any():
        raise table.fault(int(missing.argmax()), name, "the target is missing")
    return values.astype(str) if values.dtype == object else values
