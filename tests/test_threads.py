"""Threads: small steps get one, large ones no more than there are cores, and the BLAS has what it was given."""

from __future__ import annotations

import pytest

from dlx import threads


@pytest.mark.parametrize(("weights", "batch_size", "expected"), [(25, 64, 1), (25_000, 64, 1), (10_000_000, 512, None)])
def test_the_work_of_a_step_decides(weights: int, batch_size: int, expected: int | None) -> None:
    assert threads.decide(weights, batch_size) == (expected or threads.available())


def test_the_blas_has_the_threads_it_was_given() -> None:
    assert threads.limit(1) == 1
