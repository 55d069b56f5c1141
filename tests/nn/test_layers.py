"""Dropout: the course's masks, and what training and evaluation owe each other."""

from __future__ import annotations

import numpy as np
import pytest

from dlx.nn.dropout import mask_from
from dlx.nn.layers import Dropout
from dlx.nn.tape import Tape


def run(layer: Dropout, Z: np.ndarray, training: bool) -> np.ndarray:
    tape = Tape(np.float64)
    out, _ = layer.record(tape, Z, training)
    tape.run()
    tape.accept()
    return out


def test_the_course_mask_comes_from_the_same_uniform_numbers() -> None:
    D = np.empty((3, 5))
    mask_from(np.random.RandomState(1), 0.7)(D)
    expected = np.random.RandomState(1).rand(3, 5) < 0.7
    np.testing.assert_array_equal(D, expected / 0.7)


@pytest.mark.parametrize("rng", [np.random.default_rng(0), np.random.RandomState(0)], ids=["pcg64", "legacy"])
@pytest.mark.parametrize("keep_prob", [0.5, 0.8, 0.001, 0.999])
def test_dropout_keeps_the_mean_of_the_activations(rng: np.random.Generator, keep_prob: float) -> None:
    layer = Dropout(1, mask_from(rng, keep_prob))
    A = np.ones((500, 400))
    dropped = run(layer, A, training=True)
    kept = np.count_nonzero(dropped) / A.size
    five_sigmas = 5 * np.sqrt(keep_prob * (1 - keep_prob) / A.size)
    assert kept == pytest.approx(keep_prob, abs=five_sigmas + 2**-17)
    assert dropped.mean() == pytest.approx(1, abs=five_sigmas / keep_prob + 1e-9)
    np.testing.assert_array_equal(run(layer, A, training=False), A)
