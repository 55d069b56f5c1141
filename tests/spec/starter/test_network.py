"""The starter's training: some thousands of steps, whatever the size of the data."""

from __future__ import annotations

from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from dlx.spec.starter.network import StarterTraining


@given(st.integers(2, 10**7))
def test_steps_stay_in_their_bounds(m: int) -> None:
    training = StarterTraining.of(m)
    steps = training.epochs * ceil(m / training.batch_size)
    assert 20 <= training.epochs <= 400
    assert steps >= 4000 or training.epochs == 400
    assert 10 <= training.patience <= training.epochs


@given(st.integers(2, 10**7))
def test_more_examples_take_no_more_epochs(m: int) -> None:
    assert StarterTraining.of(m).epochs >= StarterTraining.of(2 * m).epochs
