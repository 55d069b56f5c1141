"""The columns of a table by their names, the numbers of large ones packed until they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping

import numpy as np

from dlx.data.values.packed_numbers import PackedNumbers
from dlx.data.values.texts import Texts, Values

LARGE = 2**15  # numbers of a column from which on it is packed


class ColumnStore(MutableMapping[str, Values]):
    """Columns of numbers or texts; what is asked for is a copy where it is packed."""

    def __init__(self) -> None:
        self._columns: dict[str, Values | PackedNumbers] = {}

    def __getitem__(self, name: str) -> Values:
        column = self._columns[name]
        return column.take(slice(None)) if isinstance(column, PackedNumbers) else column

    def stored(self, name: str) -> Values | PackedNumbers:
        """A column as it is, packed or not."""
        return self._columns[name]

    def __setitem__(self, name: str, values: Values) -> None:
        packed = None
        if not isinstance(values, Texts) and values.dtype == np.float64 and len(values) >= LARGE:
            packed = PackedNumbers.of(values)
        self._columns[name] = values if packed is None else packed

    def __delitem__(self, name: str) -> None:
        del self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)
