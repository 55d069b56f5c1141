"""The columns of a table: what is stored is what comes back, packed or not."""

from __future__ import annotations

import numpy as np
import pytest

from dlx.data.values import column_store
from dlx.data.values.column_store import ColumnStore
from dlx.data.values.packed_numbers import PackedNumbers
from dlx.data.values.texts import Texts, Values

COLUMNS: dict[str, Values] = {
    "decimals": np.array([1.25, np.nan, -0.0, 3]),
    "others": np.array([np.pi, 1, np.inf, 0]),
    "whole": np.array([1, 2, 2**62, 0]),
    "objects": np.array([1, None, "b", 2.5], object),
    "texts": Texts.of(["a", None, "b", "a"]),
}


@pytest.mark.parametrize("large", [2, 100])
def test_columns_come_back_as_they_were(large: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column_store, "LARGE", large)
    store = ColumnStore()
    for name, values in COLUMNS.items():
        store[name] = values
    assert list(store) == list(COLUMNS)
    for name, values in COLUMNS.items():
        column = store[name]
        if isinstance(values, Texts):
            assert isinstance(column, Texts)
            assert column.tolist() == values.tolist()
        else:
            assert isinstance(column, np.ndarray)
            assert column.dtype == values.dtype
            assert column.tobytes() == values.tobytes()
    assert isinstance(store._columns["decimals"], PackedNumbers) == (large == 2)
    del store["texts"]
    assert len(store) == len(COLUMNS) - 1
