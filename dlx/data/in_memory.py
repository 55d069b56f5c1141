"""Tables in memory: what pandas, polars, Arrow or a mapping of columns hold, as a file with their types."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Set
from importlib.util import find_spec
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from dlx.data.values.plain_values import as_text, check_text, plain_values, reading, values_of
from dlx.errors import DataError
from dlx.files import to_csv

if TYPE_CHECKING:
    import pyarrow as pa

LEVELS = (
    "its columns have several levels (a MultiIndex); give each a name of its own, as in "
    "`df.columns = ['_'.join(map(str, name)) for name in df.columns]`"
)
OF_ONE_COLUMN = ("dtype", "type", "to_pylist")  # what only the columns of pandas, polars and Arrow have


def is_table(data: Any) -> bool:
    """Whether an object has named columns; raises `DataError` where they are not read yet."""
    if type(data).__name__ == "LazyFrame":
        raise DataError("the LazyFrame: is not read yet; give .collect() of it")
    if isinstance(data, np.ndarray | list | tuple | str):
        return False
    is_stream = hasattr(data, "__arrow_c_stream__") and not any(hasattr(data, name) for name in OF_ONE_COLUMN)
    return is_stream or isinstance(data, Mapping) or hasattr(data, "columns") or hasattr(data, "column_names")


def columns_of(table: Any, words: str = "the table") -> dict[str, Any]:
    """The columns of a table by name, each a sequence of one value for each example; ``words`` name it in messages.

    Raises:
        DataError: two have the same name, or names have several levels, or it cannot be read.
    """
    if getattr(getattr(table, "columns", None), "nlevels", 1) > 1:
        raise DataError(f"{words}: {LEVELS}")
    with reading(words):
        table = _named(table)
        names = table.column_names if hasattr(table, "column_names") else [*getattr(table, "columns", table)]
        texts = [check_text(str(name), f"{words}: the name of a column") for name in names]
        if twice := next((name for name in texts if texts.count(name) > 1), None):
            raise DataError(f"{words}: two columns have the name {twice!r}; give each a name of its own")
        return {text: table[name] for text, name in zip(texts, names, strict=True)}


def _named(table: Any) -> Any:
    """A table whose columns are to be had by their names: a stream of Arrow as a table of pyarrow."""
    if hasattr(table, "__arrow_c_stream__") and not hasattr(table, "iloc") and find_spec("pyarrow"):
        import pyarrow as pa

        try:
            return pa.table(table)
        except pa.ArrowException:  # it has a type that Arrow has not
            if not hasattr(table, "columns"):
                raise
    return table


def table_file(columns: Mapping[str, Any], targets: Collection[str], words: str) -> tuple[bytes, str]:
    """Columns as a Parquet file, which keeps their types, or as CSV where pyarrow is not installed; and its suffix.

    Categories are texts, whatever they are categories of, but for those of ``targets``, which keep their type.

    Raises:
        DataError: a column is none, or none that a file can hold, or they differ in length.
    """
    lengths = {name: _length(column, f"{words}: column {name!r}") for name, column in columns.items()}
    if not lengths:
        raise DataError(f"{words}: there are no columns")
    first, *others = lengths
    if (other := next((name for name in others if lengths[name] != lengths[first]), None)) is not None:
        differ = f"column {first!r} has {lengths[first]:,} and column {other!r} {lengths[other]:,}"
        raise DataError(f"{words}: columns must have the same length; {differ}")
    if find_spec("pyarrow"):
        return _parquet(columns, targets, words), "parquet"
    return _csv({name: values_of(column, f"{words}: column {name!r}") for name, column in columns.items()}), "csv"


def _length(column: Any, where: str) -> int:
    """How many values a column has; raises `DataError` where it is none."""
    has_order = not isinstance(column, str | bytes | Mapping | Set) and hasattr(column, "__len__")
    try:
        if has_order and (hasattr(column, "__iter__") or hasattr(column, "__array__")):
            return len(column)
    except TypeError:  # an array without dimensions
        pass
    got = f"{column!r:.60}" if isinstance(column, str | int | float | None) else f"a {type(column).__name__}"
    raise DataError(f"{where}: expected a value for each example, got {got}")


def _parquet(columns: Mapping[str, Any], targets: Collection[str], words: str) -> bytes:
    import pyarrow as pa

    arrays = {}
    for name, column in columns.items():
        where = f"{words}: column {name!r}"
        with reading(where):
            arrays[name] = _plainly(column, name in targets, where)
    try:
        return _written(arrays)
    except pa.ArrowException:
        for name, array in arrays.items():
            with reading(f"{words}: column {name!r}"):
                _written({name: array})
        raise


def _written(arrays: Mapping[str, Any]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    file = io.BytesIO()
    parquet.write_table(pa.table(arrays), file)
    return file.getvalue()


def _plainly(column: Any, is_target: bool, where: str) -> pa.Array | pa.ChunkedArray:
    """A column as Arrow's, of a type that all files with columns have."""
    import pyarrow as pa
    from pyarrow import types

    array = _typed(column)
    is_category = str(getattr(column, "dtype", "")) == "category"
    if array is not None and types.is_dictionary(array.type):
        array, is_category = _decoded(array), True
    are_texts = is_category and not is_target
    if array is None or not _is_plain(array.type):  # which a file would not keep
        array = _of_values(column, where, are_texts)
    return array.cast(pa.string()) if are_texts else _with_plain_texts(array)


def _is_plain(kind: pa.DataType) -> bool:
    from pyarrow import types

    is_number = types.is_boolean(kind) or types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind)
    is_text = str(kind) in ("string", "large_string", "string_view", "binary", "large_binary", "null")
    return is_number or is_text or (types.is_temporal(kind) and not types.is_interval(kind))


def _typed(column: Any) -> pa.Array | pa.ChunkedArray | None:
    """A column as Arrow's, by its type; None where its values have several, or one that Arrow does not have."""
    import pyarrow as pa

    if isinstance(column, pa.Array | pa.ChunkedArray):
        return column
    try:
        is_of_pandas = hasattr(column, "iloc") or hasattr(column, "categories")
        if not isinstance(column, list | tuple) and not is_of_pandas and hasattr(column, "__array__"):
            column = np.asarray(column)
        return pa.array(column, from_pandas=True)
    except Exception:  # whatever the object of another package raises: its values are looked at one by one
        return None


def _of_values(column: Any, where: str, are_texts: bool) -> pa.Array:
    """The same, looked at one by one: of several types they are texts."""
    import pyarrow as pa

    values = plain_values(column, where) if are_texts else values_of(column, where)
    try:
        array = None if are_texts else pa.array(values)
    except (pa.ArrowException, OverflowError):
        array = None
    if array is not None and _is_plain(array.type):
        return array
    return pa.array([None if value is None else check_text(as_text(value), where) for value in values])


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


def _csv(columns: Mapping[str, list[Any]]) -> bytes:
    return to_csv(chain([columns], zip(*(map(as_text, values) for values in columns.values()), strict=True)))
