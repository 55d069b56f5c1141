"""Data in memory, written to files that a spec then names: a run begun in Python is repeated from the shell."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from dlx.api.mistaken_data import check_array, check_parts, refuse_numbers, refuse_settings, unfit
from dlx.api.signatures import Target
from dlx.data.in_memory import columns_of, is_table, table_file
from dlx.data.values.plain_values import as_text, is_number, reading, values_of
from dlx.errors import DataError, UsageError
from dlx.files import write_atomically
from dlx.types import Array
from dlx.words import PARTS

ARRAYS = "(X, y)"
PANDAS_OR_POLARS = ("pandas", "polars")
OTHER_ORDER = (
    "X and y have different indices, so their rows may be in another order: give `y.loc[X.index]`, or, if they stand "
    "in the same order all the same, `y.to_numpy()`"
)


@dataclass
class FilesOfData:
    """The files that hold what was in memory, in a folder, named by their content.

    Args:
        folder: is made where it is missing; a file of the same content is there once.
        names: what each file was written from, such as `the DataFrame`, by its path.
    """

    folder: Path
    names: dict[str, str] = field(default_factory=dict)

    def sources(self, data: Any, target: Target) -> dict[str, dict[str, Any]]:
        """What a spec's ``data`` says of them: ``source``, or one for each part.

        Args:
            data: ``(X, y)``, of arrays or of a table and a column; a table that holds the target too; or a mapping from
                train, dev, test to these.
            target: the column or columns to predict, where a table holds them.

        Raises:
            DataError: it is none of these.
            UsageError: a table comes without a target.
        """
        refuse_settings(data)
        check_parts(data)
        if not has_parts(data):
            return {"source": self._source(data, target)}
        if all(_is_arrays(part) for part in data.values()):
            arrays = {f"{letter}_{part}": array for part, pair in data.items() for letter, array in _named(pair)}
            return {"source": self._write(_npz(arrays), "npz", ARRAYS)}
        return {part: self._source(each, target, f" of {part}") for part, each in data.items()}

    def arrays(self, arrays: Mapping[str, Array]) -> dict[str, Any]:
        """The source of examples that are arrays by name, such as X, y and weights."""
        return self._write(_npz(arrays), "npz", ARRAYS)

    def examples(self, X: Any) -> Path:
        """A file of examples without labels."""
        if is_table(X):
            words = _words(X)
            content, suffix = table_file(columns_of(X, words), (), words)
            return Path(self._write(content, suffix, words)["path"])
        return Path(self._write(_npz({"X": _numbers(X)}), "npz", "X")["path"])

    def labelled(self, X: Any, y: Any, target: Target) -> Path:
        """A file of examples with their labels; without y a table has them, and those of y take their place there."""
        if y is None:
            return Path(self._source(X, target)["path"])
        words = _words(X)
        if is_table(X) and not is_table(y):
            X = {name: column for name, column in columns_of(X, words).items() if name != target}
        return Path(self._source((X, y), target, words=words)["path"])

    def _source(self, data: Any, target: Target, of: str = "", words: str = "") -> dict[str, Any]:
        if _is_arrays(data):
            return self._write(_npz(dict(_named(data))), "npz", f"{ARRAYS}{of}")
        is_pair = isinstance(data, tuple) and len(data) == 2 and is_table(data[0]) and not isinstance(data[1], str)
        if not is_pair and not is_table(data):
            raise unfit(data)
        words = words or f"{_words(data[0] if is_pair else data)}{of}"
        if is_pair:
            columns, names = _beside(data, target, words)
        elif target is None:
            raise UsageError("data: name the column of the table that is to be predicted: target=…")
        else:
            columns, names = columns_of(data, words), _names(target, [*columns_of(data, words)])
        content, suffix = table_file(columns, names, words)
        return {**self._write(content, suffix, words), "target": names if len(names) > 1 else names[0]}

    def _write(self, content: bytes, suffix: str, words: str) -> dict[str, Any]:
        path = (self.folder / f"{sha256(content).hexdigest()[:16]}.{suffix}").absolute()
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomically(path, content)
        self.names[str(path)] = words
        return {"name": "file", "path": str(path)}


def has_parts(data: Any) -> bool:
    """Whether data are a mapping from train, dev, test to examples, and not the columns of a table."""
    return isinstance(data, Mapping) and bool(data) and data.keys() <= set(PARTS)


def is_of_arrays(data: Any) -> bool:
    """Whether nothing in data has named columns."""
    return all(_is_arrays(part) for part in data.values()) if has_parts(data) else _is_arrays(data)


def _words(table: Any) -> str:
    """What messages call a table."""
    is_frame = type(table).__module__.split(".")[0] in PANDAS_OR_POLARS
    index = [str(name) for name in getattr(getattr(table, "index", None), "names", ()) if name is not None]
    without = f" without its index {', '.join(index)}" if is_frame and index else ""  # reset_index makes columns of it
    return f"the DataFrame{without}" if is_frame else "the table"


def _names(target: Target, columns: Sequence[str]) -> list[str]:
    """The columns to predict, by name; a number counts them, from 0 or, from the end, from -1."""
    names = target if isinstance(target, list | tuple) else [target]
    if any(getattr(name, "ndim", 0) for name in names):
        raise UsageError("target: is the name of a column such as 'y'; targets themselves stand beside a table: (X, y)")
    is_place = [isinstance(name, int) and str(name) not in columns for name in names]
    numbers = range(-len(columns), len(columns))
    return [columns[name] if at and name in numbers else str(name) for name, at in zip(names, is_place, strict=True)]


def _beside(pair: tuple[Any, Any], target: Target, words: str) -> tuple[dict[str, Any], list[str]]:
    """The columns of a table with those of the targets beside it, and the names of these."""
    table, y = pair
    _check_order(table, y)
    columns = columns_of(table, words)
    if is_table(y):
        targets = columns_of(y, "y")
    else:
        name = target if target is not None else getattr(y, "name", None)
        if isinstance(name, list | tuple):
            raise DataError(f"data: y is one column, and target names {len(name)}: give a table of them as y")
        targets = {"target" if name is None else str(name): y}
    for name in targets:
        if name in columns:
            what = f"the table has a column {name!r}, as the target beside it is called; name that: target=…"
            raise DataError(f"data: {what}")
    return {**columns, **targets}, [*targets]


def _check_order(X: Any, y: Any) -> None:
    """Raises `DataError` where two objects of pandas name their rows differently."""
    rows: Any = getattr(X, "index", None)
    rows_of_y: Any = getattr(y, "index", None)
    if hasattr(rows, "equals") and hasattr(rows_of_y, "equals") and len(X) == len(y) and not rows.equals(rows_of_y):
        raise DataError(f"data: {OTHER_ORDER}")


def _is_arrays(data: Any) -> bool:
    return isinstance(data, tuple) and len(data) == 2 and not is_table(data[0])


def _named(pair: tuple[Any, Any]) -> Iterator[tuple[str, Array]]:
    X, y = pair
    yield "X", _numbers(X)
    yield "y", _labels(y)


def _numbers(X: Any) -> Array:
    array = _array(X, "X")
    if array.dtype == object and array.ndim > 1:
        values = [np.nan if value is None else value for value in values_of(array.ravel(), "data: X")]
        if all(map(is_number, values)):
            array = np.array(values, np.float64).reshape(array.shape)
    if array.ndim < 2 or array.dtype.kind not in "biuf":
        refuse_numbers(array)
    return array


def _labels(y: Any) -> Array:
    """Labels or targets; those that are held as objects in the type that they all have."""
    array = _array(y, "y")
    if array.dtype != object:
        return array
    values = values_of(array.ravel(), "data: y")
    if None in values:
        raise DataError(f"data: y: row {values.index(None)} has no label (counted from 0)")
    are_texts = [not (is_number(value) or isinstance(value, bool)) for value in values]
    if len({str if text else type(value) is bool for text, value in zip(are_texts, values, strict=True)}) > 1:
        raise DataError("data: y: its labels are of several types: give them all as texts, or all as numbers")
    return np.array([as_text(v) if text else v for text, v in zip(are_texts, values, strict=True)]).reshape(array.shape)


def _array(values: Any, name: str) -> Array:
    if isinstance(values, np.ma.MaskedArray) and values.mask.any():
        raise DataError(f"data: {name}: it is masked; fill what is masked, or give a table with missing values")
    check_array(values, name)
    with reading(f"data: {name}"):
        try:
            return np.asarray(values)
        except ValueError as error:
            raise DataError(f"data: {name}: is no array: {error}") from error


def _npz(arrays: Mapping[str, Array]) -> bytes:
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()
