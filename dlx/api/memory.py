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


def written(data: Data, target: str | Sequence[str] | None, folder: Path) -> dict[str, Any]:
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
    data = {**_columns(X), target: y} if _is_table(X) else (X, y)
    return Path(_source(data, target, folder)["path"])


def _source(data: Data, target: str | Sequence[str] | None, folder: Path) -> dict[str, Any]:
    if _is_arrays(data):
        return _file(_npz(dict(_named(data))), "npz", folder)
    if isinstance(data, tuple) and len(data) == 2 and _is_table(data[0]):
        table, y = data
        target = str(getattr(y, "name", None) or target or "target")
        data = {**_columns(table), target: y}
    elif not _is_table(data):
        raise DataError(f"data: expected (X, y), a table, or a mapping from {', '.join(PARTS)} to these")
    if target is None:
        raise UsageError("data: name the column of the table that is to be predicted: target=…")
    return {**_file(*_table_file(data), folder), "target": target if isinstance(target, str) else [*target]}


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
    array = np.asarray(X)
    if array.ndim < 2 or array.dtype.kind not in "biuf":
        raise DataError(
            f"data: X must be numbers (m, n_x), one row for each example; it is {array.dtype} {array.shape}"
        )
    return array


def _labels(y: Any) -> Array:
    array = np.asarray(y)
    return array.astype(str) if array.dtype == object else array


def _npz(arrays: Mapping[str, Array]) -> bytes:
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def _columns(table: Any) -> dict[str, Any]:
    """The columns of a table by name, each a sequence."""
    if isinstance(table, Mapping):
        return {str(name): values for name, values in table.items()}
    names = table.column_names if hasattr(table, "column_names") else table.columns
    return {str(name): table[name] for name in names}


def _table_file(table: Any) -> tuple[bytes, str]:
    """A table as Parquet, which keeps the types of its columns, or as CSV where pyarrow is not installed."""
    columns = {name: _values(column) for name, column in _columns(table).items()}
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) != 1:
        raise DataError(f"data: columns must have the same length; they have {lengths or 'no columns'}")
    return (_parquet(columns), "parquet") if find_spec("pyarrow") else (_csv(columns), "csv")


def _values(column: Any) -> list[Any]:
    """The values of a column as Python has them, None where one is missing."""
    values = column.to_pylist() if hasattr(column, "to_pylist") else [*column]
    return [
        None if _is_missing(value) else value.item() if isinstance(value, np.generic) else value for value in values
    ]


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
    file = io.BytesIO()
    parquet.write_table(arrow.table(dict(columns)), file)
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
