"""Rows of bytes, natively gathered and normalized, against NumPy: the same bits, or a refusal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.nn.compiled.byte_rows import ByteRows
from dlx.types import Array

pytest.importorskip("llvmlite")


@given(
    st.integers(1, 40),
    st.integers(1, 150),
    st.sampled_from(["f", "d"]),
    st.lists(st.integers(0, 2**16), max_size=60),
    st.integers(0, 2**16),
)
def test_rows_in_any_order_have_numpys_bits(m: int, n_x: int, char: str, rows: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 256, (m, n_x + 3)).astype(np.uint8)[:, :n_x]
    shift, scale = rng.normal(100, 50, n_x).astype(char), rng.normal(0, 1, n_x).astype(char)
    index = np.array([row % m for row in rows], int)
    wide = np.full((len(index), n_x + 2), 7.0, char)
    ByteRows(X, shift, scale).write(index, wide[:, :n_x])
    expected = (X[index].astype(char) - shift) * scale
    assert wide[:, :n_x].tobytes() == expected.tobytes()
    assert (wide[:, n_x:] == 7).all()


@pytest.mark.parametrize(
    ("index", "out", "error"),
    [
        ([0, 5], np.zeros((2, 20), "f"), IndexError),
        ([-1], np.zeros((1, 20), "f"), IndexError),
        ([0], np.zeros((1, 20), "d"), TypeError),
        ([0], np.zeros((2, 20), "f"), TypeError),
        ([0], np.zeros((20, 1), "f").T, None),
        ([0], np.zeros((1, 40), "f")[:, ::2], TypeError),
    ],
)
def test_nothing_is_read_or_written_beyond_the_arrays(index: list[int], out: Array, error: Any) -> None:
    rows = ByteRows(np.zeros((5, 20), np.uint8), np.zeros(20, "f"), np.ones(20, "f"))
    if error is None:
        rows.write(np.array(index), out)
    else:
        with pytest.raises(error):
            rows.write(np.array(index), out)


@pytest.mark.parametrize("X", [np.zeros((5, 20)), np.zeros((5, 40), np.uint8)[:, ::2], np.zeros(20, np.uint8)])
def test_other_arrays_are_refused(X: Array) -> None:
    with pytest.raises(TypeError):
        ByteRows(X, np.zeros(20, "f"), np.ones(20, "f"))
