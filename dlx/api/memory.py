"""Data in memory, written to a file that the spec then names: a run begun in Python is repeated from the shell."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from dlx.errors import DataError, UsageError
from dlx.files import write_atomically
from dlx.types import Array
from dlx.words import PARTS

Data = Any  # (X, y); a table of pandas, polars or Arrow; or either for each part


def written(data: Data, target: str | int | Sequence[str] | None, folder: Path) -> dict[str, Any]:
    """The data in files below a folder, named by their content; returns what of a spec's ``data`` names them.

    Args:
        data: ``(X, y)``, of arrays or of a table and a column; a table that holds the target too; or a mapping from
            train, dev, test to these.
        target: the column to predict, where a table holds it.
        folder: is made where it is missing; a file of the same content is there once.

    Raises:
        DataError: it is none of these.
    """
    if not isinstance(data, Mapping) or not data.keys() <= set(PARTS):
        return {"source": _source(data, target, folder)}
    if all(_is_arrays(part) for part in data.values()):
        arrays = {f"{letter}_{part}": array for part, pair in data.items() for letter, array in _named(pair)}
        return {"source": _file(_npz(arrays), "npz", folder)}
    return {part: _source(each, target, folder) for part, each in data.items()}


def examples_file(X: Any, folder: Path) -> Path:
    """A file of examples without labels."""
    if _is_table(X):
        content, suffix = _table_file(X)
    else:
        content, suffix = _npz({"X": _numbers(X)}), "npz"
    return Path(_file(content, suffix, folder)["path"])


def labelled_file(X: Any, y: Any, target: str, folder: Path) -> Path:
    """A file of examples with their labels, which are the column ``target`` of a table."""
    return Path(_source((X, y), target, folder)["path"])


def _source(data: Data, target: str | int | Sequence[str] | None, folder: Path) -> dict[str, Any]:
    if _is_arrays(data):
        return _file(_npz(dict(_named(data))), "npz", folder)
    if isinstance(data, tuple) and len(data) == 2 and _is_table(data[0]):
        table, y = data
        data, target = _beside(table, y, target), _target_name(y, target)
    elif not _is_table(data):
        raise DataError(f"data: expected (X, y), a table, or a mapping from {', '.join(PARTS)} to these")
    if target is None:
        raise UsageError("data: name the column of the table that is to be predicted: target=…")
    names = [str(name) for name in target] if isinstance(target, list | tuple) else str(target)
    return {**_file(*_table_file(data), folder), "target": names}


def _beside(table: Any, y: Any, target: Any) -> dict[str, Any]:
    """The columns of a table, and that of the target; raises `DataError` where the table has one of its name."""
    columns, name = _columns(table), _target_name(y, target)
    if name in columns:
        raise DataError(
            f"data: the table has a column {name!r}, as the target beside it is called; name that: target=…"
        )
    return {**columns, name: y}


def _target_name(y: Any, target: Any) -> str:
    name = target if target is not None else getattr(y, "name", None)
    return "target" if name is None else str(name)


def _file(content: bytes, suffix: str, folder: Path) -> dict[str, Any]:
    path = folder / f"{sha256(content).hexdigest()[:16]}.{suffix}"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(path, content)
    return {"name": "file", "path": str(path.absolute())}


def _is_table(data: Any) -> bool:
    return hasattr(data, "columns") or hasattr(data, "column_names") or isinstance(data, Mapping)


def _is_arrays(data: Data) -> bool:
    return isinstance(data, tuple) and len(data) == 2 and not _is_table(data[0])


def _named(pair: tuple[Any, Any]) -> Iterator[tuple[str, Array]]:
    X, y = pair
    yield "X", _numbers(X)
    yield "y", _labels(y)


def _numbers(X: Any) -> Array:
    array = _array(X, "X")
    if array.ndim < 2 or array.dtype.kind not in "biuf":
        raise DataError(
            f"data: X must be numbers (m, n_x), one row for each example; it is {array.dtype} {array.shape}"
        )
    return array


def _labels(y: Any) -> Array:
    """Labels or targets; those that are held as objects in the type that they all have."""
    array = _array(y, "y")
    if array.dtype != object:
        return array
    values = [_plain(value, "y") for value in array.ravel()]
    if None in values:
        raise DataError(f"data: y: example {values.index(None) + 1} has no label")
    kinds = {str if isinstance(value, str) else bool if isinstance(value, bool) else float for value in values}
    if len(kinds) > 1:
        raise DataError("data: y: its labels are of several types: give them all as texts, or all as numbers")
    return np.array(values).reshape(array.shape)


def _array(values: Any, name: str) -> Array:
    if isinstance(values, np.ma.MaskedArray) and values.mask.any():
        raise DataError(f"data: {name}: it is masked; fill what is masked, or give a table with missing values")
    try:
        return np.asarray(values)
    except ValueError as error:
        raise DataError(f"data: {name}: is no array: {error}") from error


def _npz(arrays: Mapping[str, Array]) -> bytes:
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def _columns(table: Any) -> dict[str, Any]:
    """The columns of a table by name, each a sequence."""
    names = table.column_names if hasattr(table, "column_names") else [*getattr(table, "columns", table)]
    texts = [str(name) for name in names]
    if twice := next((name for name in texts if texts.count(name) > 1), None):
        raise DataError(f"data: the table has two columns of the name {twice!r}")
    return {text: table[name] for text, name in zip(texts, names, strict=True)}


def _table_file(table: Any) -> tuple[bytes, str]:
    """A table as Parquet, which keeps the types of its columns, or as CSV where pyarrow is not installed."""
    columns = {name: _values(column, name) for name, column in _columns(table).items()}
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) != 1:
        raise DataError(f"data: columns must have the same length; they have {lengths or 'no columns'}")
    return (_parquet(columns), "parquet") if find_spec("pyarrow") else (_csv(columns), "csv")


def _values(column: Any, name: str) -> list[Any]:
    """The values of a column as Python has them, None where one is missing."""
    if isinstance(column, str) or not hasattr(column, "__iter__"):
        raise DataError(f"data: column {name!r}: expected a value for each example, got {column!r:.60}")
    values = column.to_pylist() if hasattr(column, "to_pylist") else [*column]
    return [_plain(value, f"column {name!r}") for value in values]


def _plain(value: Any, where: str) -> Any:
    """A value as a file can hold it; raises `DataError` where none can."""
    if isinstance(value, np.ndarray | list | tuple | dict | set | complex | np.complexfloating):
        raise DataError(f"data: {where}: expected numbers, texts or times, one for each example, got {value!r:.60}")
    if _is_missing(value):
        return None
    return value.item() if isinstance(value, np.generic) else value


def _is_missing(value: Any) -> bool:
    """Of None, NaN, and what pandas has for a missing value or time: they are not equal to themselves, or not said."""
    if value is None:
        return True
    try:
        return bool(value != value)
    except TypeError:  # pandas.NA does not say
        return True


def _parquet(columns: Mapping[str, list[Any]]) -> bytes:
    arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    arrays = {}
    for name, values in columns.items():
        try:
            arrays[name] = arrow.array(values)
        except (arrow.ArrowException, OverflowError):  # of several types, or of one that no file has
            arrays[name] = arrow.array([None if value is None else _text(value) for value in values])
    file = io.BytesIO()
    parquet.write_table(arrow.table(arrays), file)
    return file.getvalue()


def _csv(columns: Mapping[str, list[Any]]) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*([_text(value) for value in values] for values in columns.values()), strict=True))
    return file.getvalue().encode()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
