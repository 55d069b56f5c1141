"""Tables in memory: what pandas, polars, Arrow or a mapping of columns hold, as a file with their types."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from dlx.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

LEVELS = (
    "its columns have several levels (a MultiIndex); give each a name of its own, as in "
    "`df.columns = ['_'.join(map(str, name)) for name in df.columns]`"
)
OF_ONE_COLUMN = ("dtype", "type", "to_pylist")  # what only the columns of pandas, polars and Arrow have


def is_table(data: Any) -> bool:
    """Whether an object has named columns."""
    if isinstance(data, np.ndarray | list | tuple | str):
        return False
    is_stream = hasattr(data, "__arrow_c_stream__") and not any(hasattr(data, name) for name in OF_ONE_COLUMN)
    return is_stream or isinstance(data, Mapping) or hasattr(data, "columns") or hasattr(data, "column_names")


def columns_of(table: Any, words: str = "the table") -> dict[str, Any]:
    """The columns of a table by name, each a sequence of one value for each example; ``words`` name it in messages.

    Raises:
        DataError: two have the same name, or names have several levels.
    """
    if getattr(getattr(table, "columns", None), "nlevels", 1) > 1:
        raise DataError(f"{words}: {LEVELS}")
    if hasattr(table, "__arrow_c_stream__") and not hasattr(table, "iloc") and find_spec("pyarrow"):
        import pyarrow as pa

        table = pa.table(table)
    names = table.column_names if hasattr(table, "column_names") else [*getattr(table, "columns", table)]
    texts = [str(name) for name in names]
    if twice := next((name for name in texts if texts.count(name) > 1), None):
        raise DataError(f"{words}: two columns have the name {twice!r}; give each a name of its own")
    return {text: table[name] for text, name in zip(texts, names, strict=True)}


def table_file(columns: Mapping[str, Any], targets: Collection[str], words: str) -> tuple[bytes, str]:
    """Columns as a Parquet file, which keeps their types, or as CSV where pyarrow is not installed; and its suffix.

    Categories are texts, whatever they are categories of, but for those of ``targets``, which keep their type.

    Raises:
        DataError: a column is none, or none that a file can hold, or they differ in length.
    """
    for name, column in columns.items():
        if isinstance(column, str) or not (hasattr(column, "__iter__") or hasattr(column, "__array__")):
            raise DataError(f"{words}: column {name!r}: expected a value for each example, got {column!r:.60}")
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) != 1:
        raise DataError(f"{words}: columns must have the same length; they have {lengths or 'no columns'}")
    if find_spec("pyarrow"):
        return _parquet(columns, targets, words), "parquet"
    return _csv({name: values_of(column, f"{words}: column {name!r}") for name, column in columns.items()}), "csv"


def _parquet(columns: Mapping[str, Any], targets: Collection[str], words: str) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    arrays = {}
    for name, column in columns.items():
        where = f"{words}: column {name!r}"
        array = _typed(column)
        if array is None or isinstance(array.type, pa.BaseExtensionType):  # which a file would not keep
            array = _of_values(column, where)
        arrays[name] = _plainly(array, name in targets, where)
    file = io.BytesIO()
    parquet.write_table(pa.table(arrays), file)
    return file.getvalue()


def _typed(column: Any) -> pa.Array | pa.ChunkedArray | None:
    """A column as Arrow's, by its type; None where its values have several, or one that Arrow does not have."""
    import pyarrow as pa

    if isinstance(column, pa.Array | pa.ChunkedArray):
        return column
    if not isinstance(column, list | tuple) and not hasattr(column, "iloc") and hasattr(column, "__array__"):
        column = np.asarray(column)
    try:
        return pa.array(column, from_pandas=True)
    except (pa.ArrowException, OverflowError, TypeError, ValueError):
        return None


def _of_values(column: Any, where: str) -> pa.Array:
    """The same, looked at one by one: of several types they are texts."""
    import pyarrow as pa

    values = values_of(column, where)
    try:
        return pa.array(values)
    except (pa.ArrowException, OverflowError):
        return pa.array([None if value is None else _text(value) for value in values])


def _plainly(array: pa.Array | pa.ChunkedArray, is_target: bool, where: str) -> pa.Array | pa.ChunkedArray:
    """Of a type that all files with columns have."""
    import pyarrow as pa
    from pyarrow import types

    if types.is_dictionary(array.type):
        array = _decoded(array)
        if not is_target:
            return array.cast(pa.string())
    if types.is_nested(array.type):
        example = next((value for value in array.to_pylist() if value is not None), None)
        raise DataError(f"{where}: expected numbers, texts or times, one for each example, got {example!r:.60}")
    return _with_plain_texts(array)


def _decoded(array: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    """The categories in place of their codes."""
    import pyarrow as pa

    chunks = array.chunks if isinstance(array, pa.ChunkedArray) else [array]
    plain = [pa.DictionaryArray.from_arrays(chunk.indices, _with_plain_texts(chunk.dictionary)) for chunk in chunks]
    return pa.chunked_array([chunk.dictionary_decode() for chunk in plain], plain[0].type.value_type if plain else None)


def _with_plain_texts(array: Any) -> Any:
    """Texts in the one form of them that every version of Arrow can cast and write."""
    import pyarrow as pa

    return array.cast(pa.string()) if str(array.type) in ("large_string", "string_view") else array


def values_of(column: Any, where: str) -> list[Any]:
    """The values of a column as Python has them, None where one is missing; DataError where no file can hold one."""
    values = column.to_pylist() if hasattr(column, "to_pylist") else [*column]
    return [_plain(value, where) for value in values]


def _plain(value: Any, where: str) -> Any:
    """A value as a file can hold it; raises `DataError` where none can."""
    if isinstance(value, np.ndarray | list | tuple | dict | set | complex | np.complexfloating):
        raise DataError(f"{where}: expected numbers, texts or times, one for each example, got {value!r:.60}")
    if is_missing(value):
        return None
    return value.item() if isinstance(value, np.generic) else value


def is_missing(value: Any) -> bool:
    """Of None, NaN, and what pandas has for a missing value or time: they are not equal to themselves, or not said."""
    if value is None:
        return True
    try:
        return bool(value != value)
    except TypeError:  # pandas.NA does not say
        return True


def _csv(columns: Mapping[str, list[Any]]) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*(_texts(values) for values in columns.values()), strict=True))
    return file.getvalue().encode()


def _texts(values: list[Any]) -> Iterator[str]:
    return map(_text, values)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
