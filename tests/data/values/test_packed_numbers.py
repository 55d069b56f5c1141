"""Packed numbers: no bit is lost, whatever the numbers are, and decimals take few bytes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.data.values.packed_numbers import PackedNumbers

DECIMALS = st.builds(
    lambda whole, decimals: float(f"{whole}e-{decimals}"), st.integers(-(10**7), 10**7), st.integers(0, 6)
)


@given(st.lists(st.one_of(st.floats(), DECIMALS, st.sampled_from([-0.0, np.nan, np.inf, 2.0**31, 127.0, -128.0]))))
def test_what_is_packed_keeps_its_bits(values: list[float]) -> None:
    numbers = np.array(values, np.float64)
    packed = PackedNumbers.of(numbers)
    if packed is not None:
        assert packed.take(slice(None)).tobytes() == numbers.tobytes()
        assert len(packed) == len(numbers)


@given(st.lists(st.one_of(DECIMALS, st.just(np.nan)), min_size=1), st.data())
def test_rows_of_decimals_are_those_that_python_reads(values: list[float], data: st.DataObject) -> None:
    small = [value for value in values if not abs(value) >= 1000]  # with six decimals int32 holds no more
    packed = PackedNumbers.of(np.array(small, np.float64))
    assert packed is not None
    rows = data.draw(st.lists(st.sampled_from(range(len(small))))) if small else []
    index = np.array(rows, np.intp)
    assert packed.take(index).tobytes() == np.array([small[row] for row in rows], np.float64).tobytes()


@pytest.mark.parametrize(
    ("numbers", "size"), [([0, 100, -5, np.nan], 1), ([0.25, 100], 2), ([0.1234, -0.0, 2.5], 2), ([1e8, 7], 4)]
)
def test_the_shortest_type_is_taken(numbers: list[float], size: int) -> None:
    packed = PackedNumbers.of(np.array(numbers, np.float64))
    assert packed is not None
    assert packed.values.itemsize == size


@pytest.mark.parametrize("number", [np.pi, 1e300, np.inf, 2.0**40])
def test_others_are_not_packed(number: float) -> None:
    assert PackedNumbers.of(np.array([1.5, number])) is None


def test_a_late_number_that_does_not_fit_is_noticed() -> None:
    numbers = np.arange(100_001) / 8
    packed = PackedNumbers.of(numbers)
    assert packed is not None
    assert packed.take(slice(None)).tobytes() == numbers.tobytes()
    numbers[70_001] = np.pi
    assert PackedNumbers.of(numbers) is None
