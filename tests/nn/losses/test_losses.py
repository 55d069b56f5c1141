"""Losses against PyTorch: cost and dZ at any size of the logits, with weights of examples and without."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.component import REGISTRY
from dlx.nn.losses import Loss, losses_for
from dlx.nn.losses.classification import Softmax
from dlx.nn.tape import Tape
from dlx.types import Array
from dlx.words import Task

with np.load(Path(__file__).parents[2] / "reference" / "torch_losses.npz") as file:
    FIGURES: dict[str, Array] = {name: file[name] for name in file.files if name.startswith("unit/")}
CASES = sorted({key.rsplit("/", 1)[0].removeprefix("unit/") for key in FIGURES})
OPTIONS = {"huber": {"name": "huber", "delta": 0.7}}


def loss_of(name: str) -> Loss:
    return Loss.parse(OPTIONS.get(name, name))


def test_every_loss_has_figures() -> None:
    built_in = {name for name, member in Loss.members().items() if member.__module__.startswith("dlx.")}
    assert {case.split("/")[0] for case in CASES} == built_in


@pytest.mark.parametrize("case", CASES)
def test_cost_and_gradient(case: str) -> None:
    Z, Y, w, cost, dZ = (np.ascontiguousarray(FIGURES[f"unit/{case}/{key}"]) for key in ("Z", "Y", "w", "cost", "dZ"))
    weights = w[np.newaxis] if case.endswith("/weighted") else None
    tape = Tape(np.float64)
    A, backward = loss_of(case.split("/")[0]).record(tape, Z, Y, weights)
    gradient = backward(A)
    with np.errstate(under="ignore", over="ignore"):
        tape.run()
    assert tape.cost() == pytest.approx(cost.item(), rel=1e-12)
    np.testing.assert_allclose(gradient, dZ, rtol=1e-10, atol=1e-14)


@given(st.sampled_from(losses_for(Task.REGRESSION)), st.integers(0, 2**32 - 1), st.booleans(), st.floats(-1, 1))
def test_no_constant_answer_costs_less_than_the_best(name: str, seed: int, is_weighted: bool, away: float) -> None:
    rng = np.random.default_rng(seed)
    loss, y = loss_of(name), rng.poisson(3, (20, 2)) * 1.0
    weights = rng.exponential(1, 20) if is_weighted else None
    best = loss.best_constant(y, weights)
    assert _cost(loss, best, y, weights) <= _cost(loss, best + away, y, weights) * (1 + 1e-6) + 1e-12


def _cost(loss: Loss, constant: Array, y: Array, weights: Array | None) -> float:
    tape, Z = Tape(np.float64), np.tile(constant[:, np.newaxis], len(y))
    loss.record(tape, Z, np.ascontiguousarray(y.T), None if weights is None else weights[np.newaxis])
    tape.run()
    return tape.cost()


@given(st.sampled_from(losses_for(Task.REGRESSION)), st.integers(0, 2**32 - 1))
def test_a_cost_of_a_regression_is_never_negative(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    Z, Y = rng.normal(0, 3, (2, 8)), rng.poisson(2, (2, 8)) * 1.0
    tape = Tape(np.float64)
    loss_of(name).record(tape, Z, Y)
    tape.run()
    assert tape.cost() >= 0


def test_poisson_answers_in_the_unit_of_counts() -> None:
    loss, Z = Loss.parse("poisson"), np.log(np.array([[1.0, 4.0]], np.float32))
    assert loss.values(Z) == pytest.approx(np.array([[1.0, 4.0]]))
    assert loss.error(loss.mistakes(Z, np.array([[2.0, 2.0]])), 2) == pytest.approx(np.sqrt(2.5))
    assert Loss.parse("squared_error").values(Z) is Z


def test_the_error_of_several_labels_is_the_share_of_wrong_ones() -> None:
    loss = Loss.parse("logistic_per_label")
    Z, Y = np.array([[1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]]), np.array([[1.0, 1], [0, 0], [0, 1]])
    assert loss.error(loss.mistakes(Z, Y), 2) == pytest.approx(2 / 6)


@pytest.mark.parametrize("name", sorted(Loss.members()))
def test_mistakes_of_each_example_are_those_of_the_example_alone(name: str) -> None:
    loss, rng = loss_of(name), np.random.default_rng(1)
    rows = 1 if loss.task is Task.BINARY else 3
    Z, Y = rng.normal(size=(rows, 20)), np.eye(rows)[:, rng.integers(rows, size=20)] * rng.integers(2, size=20)
    alone = [loss.mistakes(Z[:, i : i + 1], Y[:, i : i + 1]) for i in range(20)]
    assert loss.mistakes_of_each(Z, Y).tolist() == pytest.approx(alone)


def test_a_loss_that_counts_mistakes_of_its_own_is_heard() -> None:
    class Lenient(Softmax):
        name = "lenient_softmax"

        def mistakes(self, Z: np.ndarray, Y: np.ndarray) -> float:
            return 0.0

    try:
        assert not Lenient().mistakes_of_each(np.eye(3), 1 - np.eye(3)).any()
    finally:
        REGISTRY[Loss.kind].pop("lenient_softmax", None)
