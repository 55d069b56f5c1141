"""Tables in Python: of pandas, or else of polars, where one is installed, and arrays by column where none is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

PACKAGES = ("pandas", "polars")  # the first that is installed makes them


def table_of(columns: Mapping[str, Sequence[Any]]) -> Any:
    """A DataFrame with these columns, or arrays (m,) by name; None is NaN among numbers."""
    arrays = {name: _array(values) for name, values in columns.items()}
    package = next((name for name in PACKAGES if find_spec(name)), None)
    return arrays if package is None else import_module(package).DataFrame(arrays)


def table_of_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Any:
    """The same of rows, each with a value, or none, for every column."""
    return table_of({name: [row.get(name) for row in rows] for name in columns})


def _array(values: Sequence[Any]) -> Any:
    are_numbers = all(value is None or isinstance(value, int | float) for value in values)
    if are_numbers and any(value is None for value in values):
        return np.array([np.nan if value is None else value for value in values], np.float64)
    if are_numbers or all(isinstance(value, str) for value in values):
        return np.array(values)
    array = np.empty(len(values), object)
    array[:] = list(values)
    return array
