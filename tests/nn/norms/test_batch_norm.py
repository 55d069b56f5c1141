"""Batch norm: the lecture's figures, and what training and evaluation owe each other."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dlx.nn.layers import Normalize
from dlx.nn.norms.batch_norm import BatchNorm
from dlx.nn.params import Flat, Parameters
from dlx.nn.tape import Tape


def batch_norm(
    n: int, momentum: float = 0.9, epsilon: float = 1e-8, exact: bool = False
) -> tuple[Normalize, Parameters]:
    parameters = Parameters({"gamma1": (n, 1), "beta1": (n, 1)}, np.float64)
    parameters["gamma1"][...] = 1
    statistics = Flat({"mu1": (n, 1), "sigma_squared1": (n, 1), "t1": (1, 1)}, np.float64)
    norm = BatchNorm(momentum=momentum, epsilon=epsilon, statistics="exact" if exact else "running")
    return Normalize(1, norm, parameters, statistics), parameters


def run(layer: Normalize, Z: np.ndarray, training: bool) -> np.ndarray:
    tape = Tape(np.float64)
    out, _ = layer.record(tape, Z, training)
    tape.run()
    tape.accept()
    return out


def test_the_example_of_the_lecture() -> None:
    layer, _ = batch_norm(1)
    Z_norm = run(layer, np.array([[1.0, 2.0, 3.0, 4.0]]), training=True)
    np.testing.assert_allclose(Z_norm, [[-1.34164078, -0.44721359, 0.44721359, 1.34164078]], atol=1e-7)


def test_gamma_and_beta_can_undo_the_normalization() -> None:
    Z = np.random.default_rng(0).normal(3, 2, (4, 50))
    layer, parameters = batch_norm(4, epsilon=1e-5)
    parameters["gamma1"][:, 0] = np.sqrt(Z.var(axis=1) + 1e-5)
    parameters["beta1"][:, 0] = Z.mean(axis=1)
    np.testing.assert_allclose(run(layer, Z, training=True), Z, atol=1e-12)


@given(steps=st.integers(1, 5), momentum=st.floats(0, 0.99))
def test_the_same_batch_again_and_again_evaluates_as_it_trains(steps: int, momentum: float) -> None:
    """That holds from the first step on only because the averages are corrected for their start at 0."""
    Z = np.random.default_rng(0).normal(3, 2, (4, 50))
    layer, _ = batch_norm(4, momentum)
    for _ in range(steps):
        trained = run(layer, Z, training=True)
    np.testing.assert_allclose(run(layer, Z, training=False), trained, atol=1e-9)


def test_evaluation_looks_at_no_other_example() -> None:
    Z = np.random.default_rng(0).normal(3, 2, (4, 50))
    layer, _ = batch_norm(4)
    run(layer, Z, training=True)
    np.testing.assert_array_equal(run(layer, Z, training=False)[:, :1], run(layer, Z[:, :1], training=False))


def test_exact_statistics_are_taken_as_they_are_and_training_leaves_them() -> None:
    Z = np.random.default_rng(0).normal(3, 2, (4, 50))
    layer, _ = batch_norm(4, exact=True)
    layer.measure(Z.mean(axis=1), Z.var(axis=1))
    run(layer, Z + 100, training=True)
    np.testing.assert_allclose(run(layer, Z, training=False), (Z - Z.mean(1)[:, None]) / Z.std(1)[:, None], atol=1e-6)
