"""The tape: what is written down is what is replayed, and what calls share stays as it is."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from dlx.nn.params import Parameters
from dlx.nn.tape import SIGN_PAYS_BELOW, Tape


def test_a_replay_reads_the_arrays_anew() -> None:
    tape = Tape(np.float64)
    x, y = np.array([1.0, 2.0]), tape.empty("y", 2)
    tape.call(np.multiply, x, tape.constant(3), out=y)
    for factor in (1.0, -10.0):
        x *= factor
        tape.run()
        np.testing.assert_array_equal(y, 3 * x)


def test_calls_written_after_a_replay_are_made_too() -> None:
    tape = Tape(np.float64)
    x, y = np.array([4.0, 9.0]), tape.empty("y", 2)
    tape.run()
    tape.call(np.sqrt, x, out=y)
    tape.run()
    np.testing.assert_array_equal(y, [2, 3])
    tape.call(np.maximum, y, np.array([2.5, 2.5]), out=y)
    tape.run()
    np.testing.assert_array_equal(y, [2.5, 3])


def test_what_a_component_has_bound_to_its_function_is_passed_on() -> None:
    tape = Tape(np.float64)
    x, y = np.array([1.0, 4.0]), tape.empty("y", 2)
    tape.call(partial(np.subtract, x, out=y), np.array([1.0, 1.0]))
    tape.run()
    np.testing.assert_array_equal(y, [0, 3])


def test_a_cost_adds_up_its_terms() -> None:
    tape = Tape(np.float64)
    u, v = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 1.0], [1.0, 2.0]])
    tape.add_cost(0.5, u, v)
    tape.add_cost(-2.0, u[0], u[1])
    tape.run()
    assert tape.cost() == 0.5 * 14 - 2 * 11
    assert [float(term) for _, term in tape.cost_terms()] == [14, 11]


def test_zeros_and_ones_stay_what_they_are() -> None:
    tape = Tape(np.float32)
    small, large = tape.zeros_like(np.empty((2, 3))), tape.zeros_like(np.empty((4, 5)))
    for array, shape in ((small, (2, 3)), (large, (4, 5)), (tape.zeros_like(small), (2, 3))):
        np.testing.assert_array_equal(array, np.zeros(shape))
        with pytest.raises(ValueError, match="read-only"):
            array += 1
    np.testing.assert_array_equal(tape.ones(7), np.ones(7))
    np.testing.assert_array_equal(tape.ones(3), np.ones(3))


@pytest.mark.parametrize("size", [SIGN_PAYS_BELOW - 1, SIGN_PAYS_BELOW])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_mask_of_what_is_positive(size: int, dtype: type[np.floating]) -> None:
    tape = Tape(dtype)
    A = np.resize(np.array([0, 1e-30, 2, np.finfo(dtype).smallest_subnormal, np.inf], dtype), (1, size))
    mask = tape.empty("mask", 1, size)
    tape.positive(A, mask)
    tape.run()
    np.testing.assert_array_equal(mask[0], np.resize([0, 1, 1, 1, 1], size))


def test_the_norm_of_a_gradient_whose_squares_overflow() -> None:
    parameters = Parameters({"W1": (1, 2)}, np.float32)
    for entries, norm in (([3, 4], 5), ([3e30, 4e30], 5e30), ([np.inf, 0], np.inf)):
        parameters.d_theta[...] = entries
        with np.errstate(over="ignore"):
            assert parameters.gradient_norm() == pytest.approx(norm, rel=1e-6)
    parameters.d_theta[...] = [np.nan, 1]
    assert np.isnan(parameters.gradient_norm())
