"""Threads: small steps get one, large ones no more than there are cores, and the BLAS has what it was given."""

from __future__ import annotations

import numpy  # noqa: F401 - loads the BLAS
import pytest
from threadpoolctl import threadpool_info

from dlx.errors import Remark
from dlx.runs.preparation import prepare
from dlx.spec.sections import Spec
from dlx.training import threads


@pytest.mark.parametrize(("weights", "batch_size", "expected"), [(25, 64, 1), (25_000, 64, 1), (10_000_000, 512, None)])
def test_the_work_of_a_step_decides(weights: int, batch_size: int, expected: int | None) -> None:
    assert threads.decide(weights, batch_size) == (expected or threads.available())


def test_the_blas_has_the_threads_it_was_given() -> None:
    assert threads.limit(1) == 1


def now() -> set[int]:
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


def test_a_limit_for_a_while_ends_with_it() -> None:
    threads.limit(2)
    with threads.limited(1):
        assert now() == {1}
    assert now() == {2}
    threads.limit(1)


def test_threads_that_the_blas_has_not_are_told() -> None:
    spec = Spec.model_validate({"data": {"train": "moons"}, "training": {"threads": 10**6}}).complete()
    with pytest.warns(Remark, match=r"training\.threads: the BLAS here has \d+ at most, not 1,000,000"):
        prepare(spec)
    threads.limit(1)


def test_the_blas_has_its_threads_back_once_the_last_training_is_over() -> None:
    threads.limit(2)
    with threads.restored():
        threads.limit(1)
        with threads.restored():
            threads.limit(1)
        assert now() == {1}
    assert now() == {2}
    threads.limit(1)
