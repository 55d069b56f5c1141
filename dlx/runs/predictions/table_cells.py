"""Rows of a table as the user knows them: from the features that a network sees back to the columns of the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from dlx.data.dataset import Dataset
from dlx.data.examples import select
from dlx.data.values.columns import Column
from dlx.types import Array

SECONDS = 86_400  # of a day, in which times are counted


def columns_of_table(dataset: Dataset) -> list[Column]:
    """The columns of its source."""
    return [Column.from_data(column) for column in dataset.preprocessing["columns"]]


def table_cells(dataset: Dataset, part: str, index: Array) -> dict[str, list[Any]]:
    """Of some examples of a part the values of each column, by its name."""
    columns = columns_of_table(dataset)
    X = np.asarray(select(dataset.parts[part].X, index)[:], np.float64)
    rows = [list(cells(row, columns)) for row in X]
    return {column.name: [row[number] for row in rows] for number, column in enumerate(columns)}


def cells(row: Array, columns: Sequence[Column]) -> Iterator[Any]:
    """The values of a row as the user knows them; hashed texts are not known any more, and are left empty."""
    start = 0
    for column in columns:
        values = row[start : start + len(column.features())]
        start += len(values)
        is_missing = column.has_indicator and values[-1] == 1
        yield "" if is_missing or column.details.kind == "hashed" else _cell(values, column)


def _cell(values: Array, column: Column) -> Any:
    first, details = float(values[0]), column.details
    if column.categories is not None:
        codes = values[: len(column.categories)]
        return column.categories[int(codes.argmax())] if codes.any() else ""
    if details.kind == "time":
        day, _, clock = str(np.datetime64(round(first * SECONDS), "s")).partition("T")
        if details.is_clock:
            return clock
        return day if clock == "00:00:00" else f"{day}T{clock}"
    if details.transform == "log":
        return float(np.exp(first))
    if details.quantiles:
        return float(np.interp(first, details.shares, details.quantiles))
    return float(np.sign(first) * np.expm1(abs(first))) if details.transform == "signed_log" else first
