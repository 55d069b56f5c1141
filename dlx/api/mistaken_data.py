"""What is said of data in memory that are handed over in another way than they are taken."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from dlx.data.in_memory import is_table
from dlx.errors import DataError, UsageError, allowed
from dlx.types import Array
from dlx.words import PARTS

SCALARS = (str, int, float, type(None))  # what no column or part is
EXPECTED = f"expected (X, y), a table, or a mapping from {', '.join(PARTS)} to these"
WEIGHTS = (
    "weights are a column of a table that the spec names: "
    "dlx.train(spec, {'a': …, 'y': …, 'w': …}, target='y', **{'data.sample_weight': 'w'})"
)


def refuse_settings(data: Any) -> None:
    """Raise `UsageError` where settings stand in the place of data."""
    is_text = isinstance(data, str) and "=" in data
    if is_text or (isinstance(data, Mapping) and data and all(isinstance(value, SCALARS) for value in data.values())):
        key, value = data.split("=", 1) if isinstance(data, str) else next(iter(data.items()))
        example = f'**{{"{key}": {value if is_text else repr(value)}}}'
        raise UsageError(f"data: expected arrays or a table, and settings are arguments of their own: {example}")


def check_parts(data: Any) -> None:
    """Raise `DataError` where a mapping has parts and something that is none, or `UsageError` where X and y in it."""
    if not isinstance(data, Mapping):
        return
    unknown = [key for key in data if key not in PARTS]
    if unknown and any(isinstance(each, tuple) or is_table(each) for each in data.values()):
        raise DataError(f"data: there is no part {unknown[0]!r} {allowed(str(unknown[0]), list(PARTS))}")
    if {"X", "y"} <= {*map(str, data)} and getattr(data["X"], "ndim", 1) > 1:
        raise UsageError(
            "data: is a mapping with X and y, and expected are columns by name; arrays are given as (X, y)"
        )


def refuse_no_spec(spec: Any) -> None:
    """Raise `UsageError` for what is no spec: data, which come behind it, or anything else."""
    is_data = isinstance(spec, tuple) or hasattr(spec, "shape") or is_table(spec)
    hint = "; data come second: dlx.train(dlx.new(data), data)" if is_data else ""
    raise UsageError(f"the spec must be a path or a mapping, not {type(spec).__name__}{hint}")


def unfit(data: Any) -> DataError:
    """The error for what is neither arrays nor a table."""
    if isinstance(data, str | os.PathLike):
        source = f'{{"name": "file", "path": {str(data)!r}, "target": …}}'
        return DataError(f'data: {EXPECTED}, got a path: a file stands in the spec, as **{{"data.source": {source}}}')
    if isinstance(data, tuple) and len(data) == 3:
        return DataError(f"data: {EXPECTED}, got three: {WEIGHTS}")
    if isinstance(data, tuple) and len(data) == 2 and is_table(data[0]):
        return DataError(f"data: y is the name of a column: give the table alone, and target={data[1]!r}")
    if isinstance(data, list) and len(data) == 2:
        return DataError(f"data: {EXPECTED}, got a list: write (X, y) with round brackets")
    lacks = ", which lacks the labels" if getattr(data, "ndim", 0) else ""
    return DataError(f"data: {EXPECTED}, got {type(data).__name__}{lacks}")


def refuse_numbers(X: Array) -> None:
    """Raise `DataError` for an array that is not one of numbers, with a row for each example."""
    texts = "; a table, such as pandas.DataFrame(X), may hold texts and times too"
    if X.dtype.names:
        hint = "; pandas.DataFrame(X) makes a table of it"
    elif X.ndim == 1:
        hint = "; X[:, None] makes a single column of it, X[None] a single example"
    elif X.dtype.kind in "US":
        hint = f"; X.astype(float) makes numbers of texts that are some{texts}"
    else:
        hint = texts if X.ndim == 2 and X.dtype.kind in "OMm" else ""
    what = "data: X must be numbers (m, n_x), one row for each example"
    raise DataError(f"{what}; it is {X.dtype} {X.shape}{hint}")


def check_array(values: Any, name: str) -> None:
    """Raise `DataError` where NumPy would make one object of values that are many."""
    kind = type(values).__name__
    if name == "X" and kind == "Series":
        forms = "X.to_frame() is a table of one column, X.to_frame().T of a single example"
        raise DataError(f"data: X: is a Series, and expected is a row for each example: {forms}")
    if name == "X" and isinstance(values, tuple) and len(values) == 2 and getattr(values[0], "ndim", 0) > 1:
        raise DataError("data: X: is a pair: labels stand beside it, as in run.evaluate(X, y)")
    if hasattr(values, "toarray"):
        raise DataError(f"data: {name}: is sparse ({kind}); give {name}.toarray()")
    if isinstance(values, Iterator):
        raise DataError(f"data: {name}: is of type {kind}, which can be gone through but once; give list({name})")
    if isinstance(values, list | tuple) and len({_length(row) for row in values}) > 1:
        labels = "; of several labels give a column of 0 and 1 for each" if name == "y" else ""
        raise DataError(f"data: {name}: its rows have different lengths{labels}")


def _length(row: Any) -> int | None:
    """How many values a row has; None where it is a value itself."""
    return len(row) if isinstance(row, list | tuple) or getattr(row, "ndim", 0) > 0 else None
