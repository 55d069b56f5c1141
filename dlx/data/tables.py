"""Tables: named columns of a file, turned into features (numbers as they are, categories one-hot) and labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import get_args

import numpy as np

from dlx.data.conditions import RowCondition, Stated, fulfilling
from dlx.data.examples import Examples, RowFault
from dlx.data.roles import Roles
from dlx.data.rows.compact_rows import CompactRows, is_large
from dlx.data.splitting.split_columns import split_values
from dlx.data.table import Table, labelled, target_faults
from dlx.data.targets.target_columns import targets
from dlx.data.targets.weights import read
from dlx.data.unseen_categories import tell_unseen
from dlx.data.valid_times import check_times
from dlx.data.values.column_names import Doubled
from dlx.data.values.columns import Column, ColumnOptions, Kind
from dlx.data.values.encoding import Describer, encoded, listed, missing
from dlx.data.values.features import Features, matrix
from dlx.data.values.texts import Texts, as_array
from dlx.errors import DataError

KINDS: tuple[Kind, ...] = get_args(Kind)
PLAIN_OPTIONS = ColumnOptions()


@dataclass(frozen=True)
class TableOptions:
    """How the columns of a table are meant; the options of the source ``file``, where they are described."""

    target: tuple[str | int, ...] = ()
    header: bool | None = None
    delimiter: str | None = None
    quote: str | None = None
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
    skip_lines: int | None = None
    drop_rows: tuple[str, ...] = ()
    ragged_rows: str = ""
    missing: tuple[str | int | float, ...] | None = None
    missing_target: str = "refuse"
    where: Mapping[str, Stated | tuple[Stated, ...]] = field(default_factory=dict)
    plain: bool = False
    sample_weight: str | None = None
    sheet: str | None = None
    image_shape: tuple[int, ...] | None = None


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
    weight = None if options.sample_weight is None else _column(options.sample_weight, names, path, "sample_weight")
    if weight in target:
        raise DataError(f"{path}: sample_weight: column {weight!r} is the target; give the weights one of their own")
    by: Mapping[str, str | int] = getattr(options, "split_columns", {})  # of `SplitTableOptions`
    split_columns = {role: _column(column, names, path, f"data.split.{role}") for role, column in by.items()}
    left_out = {*target, *ignored, weight}
    if not getattr(options, "as_features", False):
        left_out |= set(split_columns.values()) - set(used)
    candidates = (name for name in names if name not in left_out and not isinstance(name, Doubled))
    features = tuple(name for name in candidates if name in used or not used)
    of_columns = {_column(_number(key, names), names, path, "columns"): of for key, of in options.columns.items()}
    roles_elsewhere = {*split_columns.values(), weight}
    for name, of in of_columns.items():
        if name not in features and name not in roles_elsewhere and not (name in target and of.is_about_reading):
            what = "is the target" if name in target else "is none of the features"
            raise DataError(f"{path}: columns: {name!r} {what} {listed(name, features)}")
    of_features = {name: of for name, of in of_columns.items() if name in features}
    kinds = {kind: frozenset(name for name, of in of_features.items() if of.kind == kind) for kind in KINDS}
    return Roles(
        features,
        target,
        frozenset(categorical) | kinds["category"],
        texts=kinds["time"] | kinds["hashed"],
        numbers=kinds["number"],
        options=of_columns,
        weight=weight,
        split_columns=split_columns,
        conditions=_conditions(names, options, path),
    )


def _number(key: str, names: Sequence[str]) -> str | int:
    """A column's key in `columns`, where numbers are text too."""
    return int(key) if key not in names and key.removeprefix("-").isdecimal() and len(key) < 10 else key


def _conditions(names: Sequence[str], options: TableOptions, path: Path) -> dict[str, RowCondition]:
    return {
        _column(_number(key, names), names, path, "where"): RowCondition.of(stated)
        for key, stated in options.where.items()
    }


def _roles_like(names: Sequence[str], options: TableOptions, like: Sequence[Column], path: Path) -> Roles:
    features = tuple(column.name for column in like)
    for name in features:
        if name not in names:
            raise DataError(f"{path}: there is no column {name!r}, which train has {listed(name, names)}")
    columns = (names[t] if isinstance(t, int) and -len(names) <= t < len(names) else str(t) for t in options.target)
    target = tuple(str(name) for name in columns if name in names and name not in features)
    categorical = frozenset(column.name for column in like if column.categories is not None)
    texts = frozenset(column.name for column in like if column.details.kind is not None)
    weight = options.sample_weight if options.sample_weight in names else None
    numbers = frozenset(features) - categorical - texts
    conditions = _conditions(names, options, path)
    of_targets = {name: of for name, of in options.columns.items() if name in target}
    return Roles(features, target, categorical, texts, numbers, of_targets, weight, conditions=conditions)


def _column(column: str | int, names: Sequence[str], path: Path, role: str) -> str:
    """The name of a column given by name or by number, from 0 or, from the end, from -1."""
    if isinstance(column, int) and -len(names) <= column < len(names):
        return names[column]
    if isinstance(column, int) and str(column) in names:
        return str(column)  # such as 2021
    if isinstance(column, int):
        raise DataError(f"{path}: {role}: there is no column {column}, the table has {len(names)} (counted from 0)")
    if column in names:
        return column
    alike = [name for name in names if isinstance(name, str) and name.strip() == str(column).strip()]
    if len(alike) == 1:
        return alike[0]
    raise DataError(f"{path}: {role}: there is no column {column!r} {listed(column, names)}")


def to_examples(table: Table, of: Roles, options: TableOptions, like: Sequence[Column]) -> Examples:
    """The table's rows as numbers; with ``like``, in exactly those columns.

    Rows that do not fit ``like`` are named in ``faults``; without it the first of them is raised.
    """
    if table.m == 0:
        raise DataError(f"{table.path}: there are no examples")
    settings = {column.name: column.details for column in like} | dict(of.options)
    table.tell_rounded(name for name in of.features if name not in of.numbers)  # as some are stated, and those of train
    if of.conditions:
        table = fulfilling(table, of.conditions, settings)
    if options.missing_target == "drop":
        table = labelled(table, of.target)
    split_columns = {
        role: split_values(table.values[name], role, name, table.fault, of.options.get(name, PLAIN_OPTIONS).order)
        for role, name in of.split_columns.items()
    }
    faults = list(table.faults)
    for name in of.features:
        check_times(table, name, settings.get(name, PLAIN_OPTIONS))
        faults += _faults(table, name, settings.get(name, PLAIN_OPTIONS).impute or options.impute)
        if not like:
            _refuse(table, name, faults)
    columns = _like(table, like) if like else _described(table, of, options)
    features, is_compact = list[Features](), is_large(table.m, columns)
    for column in columns:
        of_column, unfit = encoded(table.values[column.name], column)
        faults += [table.row_fault(row, column.name, what, hint) for row, what, hint in unfit]
        if unfit and not like:
            raise DataError(faults[0].message)
        features.append(of_column.packed() if is_compact else of_column)
        del table.values[column.name]  # the features take their place
    X = CompactRows(tuple(features), table.m) if is_compact else matrix(features, table.m)
    faults += target_faults(table, of.target) if like else []
    y = targets({name: table.values[name] for name in of.target}, table.fault, table.path)
    weights = None
    if of.weight is not None:
        weights = read(as_array(table.values[of.weight]), partial(_weight_fault, table, of.weight))
    examples = Examples(X, y, None, columns, options.impute, of.target, tuple(faults), origin=str(table.path))
    return replace(examples, rows=table.rows, weights=weights, split_columns=split_columns)


def _weight_fault(table: Table, column: str, row: int, what: str) -> DataError:
    return table.fault(row, column, what)


def _faults(table: Table, name: str, impute: str | None) -> list[RowFault]:
    """The rows whose value is missing, where nothing takes its place, or infinite."""
    values, faults = table.values[name], []
    if impute is None:
        what, hint = "the value is missing", "; correct it, or state `impute: mean`, median or most_frequent"
        faults = [table.row_fault(int(row), name, what, hint) for row in np.flatnonzero(missing(values))]
    if not isinstance(values, Texts) and values.dtype == np.float64:
        infinite = np.flatnonzero(np.isinf(values))
        faults += [table.row_fault(int(row), name, f"{values[row]} is not finite") for row in infinite]
    return faults


def _refuse(table: Table, name: str, faults: Sequence[RowFault]) -> None:
    """Raises `DataError` where train's column has a fault, or nothing else than missing values."""
    if faults:
        raise DataError(faults[0].message)
    if missing(table.values[name]).all():
        raise DataError(f"{table.path}: column {name!r} has no value at all; name it in `ignore`")


def _like(table: Table, like: Sequence[Column]) -> tuple[Column, ...]:
    """The columns of train, once the categories are told that it lacks."""
    tell_unseen(table, like)
    return tuple(like)


def _described(table: Table, of: Roles, options: TableOptions) -> tuple[Column, ...]:
    """The columns of train."""
    describer = Describer(table.path, options.rare, options.missing_indicators, options.times)
    return tuple(
        describer.column(name, table.values[name], of.options.get(name, PLAIN_OPTIONS), name in of.categorical)
        for name in of.features
    )
