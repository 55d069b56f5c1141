"""Layer norm: what it owes to one example alone, and what evaluation owes to training."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlx.nn.layers import Normalize
from dlx.nn.norms.layer_norm import LayerNorm
from dlx.nn.params import Flat, Parameters
from dlx.nn.tape import Tape
from dlx.types import Array

Zs = arrays(np.float64, (4, 5), elements=st.floats(-10, 10))


def run(Z: Array, training: bool = True, epsilon: float = 1e-12) -> Array:
    """Z̃ by a γ and β that are others for each unit."""
    parameters = Parameters({"gamma1": (len(Z), 1), "beta1": (len(Z), 1)}, np.float64)
    parameters["gamma1"][:, 0], parameters["beta1"][:, 0] = np.arange(1, len(Z) + 1), np.arange(len(Z))
    tape = Tape(np.float64)
    layer = Normalize(1, LayerNorm(epsilon=epsilon), parameters, Flat({}, np.float64))
    Z_tilde, _ = layer.record(tape, Z, training)
    tape.run()
    return Z_tilde


@given(Zs)
def test_evaluation_is_as_training(Z: Array) -> None:
    np.testing.assert_array_equal(run(Z, training=True), run(Z, training=False))


@given(Zs)
def test_an_example_is_the_same_in_any_company(Z: Array) -> None:
    np.testing.assert_allclose(run(Z, epsilon=1e-5)[:, 2:3], run(Z[:, 2:3].copy(), epsilon=1e-5), atol=1e-9)


@given(st.permutations(range(6)), st.floats(0.1, 10), st.floats(-5, 5))
def test_size_and_mean_of_an_example_do_not_matter(order: list[int], factor: float, shift: float) -> None:
    z = np.array(order, dtype=float).reshape(-1, 1)
    np.testing.assert_allclose(run(factor * z + shift), run(z), atol=1e-9)


def test_units_that_are_all_the_same_give_beta() -> None:
    np.testing.assert_allclose(run(np.full((3, 2), 7.0), epsilon=1e-5), [[0, 0], [1, 1], [2, 2]], atol=1e-10)
