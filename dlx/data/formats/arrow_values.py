"""Columns of Arrow: which types there are for numbers, text, dates and times, and the values of each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dlx.data.roles import Roles
from dlx.data.values.columns import ColumnError
from dlx.data.values.rounded import Rounded, may_be_rounded, rounded_among
from dlx.data.values.texts import Texts, Values

if TYPE_CHECKING:
    import pyarrow as pa

DIGITS = {"s": 0, "ms": 3, "us": 6, "ns": 9}  # behind the second


def arrow_values(path: Path, name: str, column: pa.ChunkedArray, of: Roles) -> Values:
    """Numbers and truth values as float64, and texts; dates and times as texts such as 2024-01-31 09:30:00.

    Targets without missing values keep their type.
    """
    import pyarrow as pa
    from pyarrow import types

    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    if types.is_null(kind):
        return np.full(len(column), np.nan)
    if types.is_temporal(kind):
        return _times(path, name, column)
    is_text = types.is_string(kind) or types.is_large_string(kind) or str(kind) == "string_view"
    is_number = types.is_boolean(kind) or types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind)
    if not (is_text or is_number):
        what = f"its type {kind} is neither number nor text; name it in `ignore`"
        raise ColumnError(f"{path}: column {name!r}: {what}", name, f"its type is {kind}", "ignore")
    if name in of.categorical | of.texts or is_text:
        return _texts(column.cast(pa.string()))
    if name in of.verbatim and column.null_count == 0 and not types.is_decimal(kind):
        return np.asarray(column.to_numpy())
    return np.asarray(column.cast(pa.float64(), safe=False).to_numpy())


def rounded_in(column: pa.ChunkedArray, values: Values) -> Rounded | None:
    """What float64 does not hold of the whole numbers of a column, read as these values; None where it holds all."""
    import pyarrow as pa
    from pyarrow import types

    if isinstance(values, Texts) or not (types.is_integer(column.type) or types.is_decimal(column.type)):
        return None
    places = may_be_rounded(values) if values.dtype == np.float64 else np.empty(0, np.int64)
    texts = column.take(pa.array(places)).cast(pa.string()).to_pylist()
    return rounded_among(places.tolist(), texts, values[places].tolist())


def _texts(column: pa.ChunkedArray) -> Texts:
    """Its texts, of which null is missing."""
    encoded = column.combine_chunks().dictionary_encode()
    return Texts(encoded.indices.fill_null(-1).to_numpy(), encoded.dictionary.to_pylist())


def _times(path: Path, name: str, column: pa.ChunkedArray) -> Values:
    """Dates and times in ISO's way, all with the digits that any of them needs; durations as seconds."""
    import pyarrow as pa
    from pyarrow import compute, types

    kind = column.type
    if types.is_duration(kind):
        return np.asarray(column.cast(pa.int64()).cast(pa.float64()).to_numpy() / 10 ** DIGITS[kind.unit])
    if not (types.is_date(kind) or types.is_time(kind) or types.is_timestamp(kind)):
        what = f"its type {kind} is no moment; name it in `ignore`"
        raise ColumnError(f"{path}: column {name!r}: {what}", name, f"its type is {kind}", "ignore")
    if types.is_date64(kind):
        column = column.cast(pa.date32())
    if types.is_timestamp(kind):
        if kind.tz is not None:  # text has no zone, and so is in UTC
            column = column.cast(pa.timestamp(kind.unit, "UTC")).cast(pa.timestamp(kind.unit))
        days = column.cast(pa.date32(), safe=False)
        if compute.all(compute.equal(days.cast(column.type), column)).as_py():
            column = days
    texts: list[Any] = column.cast(pa.string()).to_pylist()
    return Texts.of(_shortened(texts))


def _shortened(texts: list[Any]) -> list[Any]:
    """Without the zeros that all of them have behind the second."""
    fractions = [text.partition(".")[2].rstrip("0") for text in texts if text]
    digits = max(map(len, fractions), default=0)
    whole = [None if text is None else text.partition(".") for text in texts]
    return [None if parts is None else parts[0] + (f".{parts[2][:digits]}" if digits else "") for parts in whole]
