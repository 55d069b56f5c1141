"""The starter's training: thousands of steps whatever the size of the data, and less l2 the more of them there are."""

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


@given(st.integers(2, 10**7))
def test_more_examples_are_shrunk_less(m: int) -> None:
    few, many = StarterTraining.of(m), StarterTraining.of(2 * m)
    assert 0 < few.l2 / min(few.batch_size, m) <= 0.0101
    assert 0.9 <= few.keep_prob <= many.keep_prob <= 1
    of_step = few.l2 / min(few.batch_size, m)
    assert many.l2 / min(many.batch_size, 2 * m) <= 1.05 * of_step  # it is written with two digits


def test_a_network_is_refitted_where_much_was_held_out() -> None:
    assert StarterTraining.of(600, 0.6).refit
    assert not StarterTraining.of(196_000, 0.98).refit
    assert not StarterTraining.of(600).refit
