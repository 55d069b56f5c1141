"""Single figures of the network's parts against those of PyTorch, pandas and SciPy (reference/make_units.py)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.nn.activations import Activation
from dlx.nn.averages import averages
from dlx.nn.layers import Normalize
from dlx.nn.losses import Loss
from dlx.nn.norms.norm import Norm
from dlx.nn.optimizers import Optimizer
from dlx.nn.params import Flat, Parameters
from dlx.nn.schedules import Schedule
from dlx.nn.tape import Tape
from dlx.nn.update import Update
from dlx.types import Array

with np.load(Path(__file__).parents[1] / "reference" / "units.npz") as file:
    FIGURES: dict[str, Array] = dict(file)


def names(part: str) -> list[str]:
    return sorted({key.split("/")[1] for key in FIGURES if key.startswith(f"{part}/") and key.count("/") == 2})


def of(part: str) -> dict[str, Array]:
    return {key.removeprefix(f"{part}/"): value for key, value in FIGURES.items() if key.startswith(f"{part}/")}


def close(actual: Array, expected: Array, rtol: float = 1e-12) -> None:
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=1e-15)


@pytest.mark.parametrize("name", names("activation"))
def test_activations_and_their_derivatives(name: str) -> None:
    expected, Z = of(f"activation/{name}"), FIGURES["z"].reshape(1, -1)
    tape = Tape(np.float64)
    A, backward = Activation.parse(name).record(tape, Z)
    dZ = backward(np.ones_like(Z))
    with np.errstate(under="ignore"):
        tape.run()
    close(A[0], expected["A"])
    close(dZ[0], expected["derivative"])


@pytest.mark.parametrize("name", names("loss"))
def test_losses_at_any_size_of_the_logits(name: str) -> None:
    expected = of(f"loss/{name}")
    tape = Tape(np.float64)
    A, backward = Loss.parse(name).record(tape, expected["Z"], expected["Y"])
    dZ = backward(A)
    with np.errstate(under="ignore"):
        tape.run()
    assert tape.cost() == pytest.approx(expected["cost"].item(), rel=1e-14)
    close(dZ, expected["dZ"])


@pytest.mark.parametrize("name", names("loss"))
def test_the_loss_of_each_example(name: str) -> None:
    expected = of(f"loss/{name}")
    for column, loss in enumerate(expected["losses"]):
        Z, Y = (np.ascontiguousarray(expected[key][:, [column]]) for key in ("Z", "Y"))
        tape = Tape(np.float64)
        Loss.parse(name).record(tape, Z, Y)
        with np.errstate(under="ignore"):
            tape.run()
        assert tape.cost() == pytest.approx(loss, rel=1e-12, abs=1e-15)


def test_softmax_probabilities() -> None:
    Z = FIGURES["softmax/Z"]
    tape = Tape(np.float64)
    A, _ = Loss.parse("softmax").record(tape, Z, np.zeros_like(Z))
    with np.errstate(under="ignore"):
        tape.run()
    np.testing.assert_allclose(A, FIGURES["softmax/A"], rtol=1e-12)


@pytest.mark.parametrize("name", Norm.members())
def test_norms_forward_and_backward(name: str) -> None:
    given = of(name)
    n, norm = len(given["Z"]), Norm.parse({"name": name, "epsilon": 1e-5})
    parameters = Parameters({"gamma1": (n, 1), "beta1": (n, 1)}, np.float64)
    parameters["gamma1"][:, 0], parameters["beta1"][:, 0] = given["gamma"], given["beta"]
    statistics = Flat({f"{key}1": shape for key, shape in norm.statistics_shapes(n).items()}, np.float64)
    tape = Tape(np.float64)
    Z_tilde, backward = Normalize(1, norm, parameters, statistics).record(tape, given["Z"], True)
    dZ = backward(given["dZ_tilde"])
    tape.run()
    close(Z_tilde, given["Z_tilde"])
    close(dZ, given["dZ"])
    close(parameters.gradients["gamma1"][:, 0], given["dgamma"])
    close(parameters.gradients["beta1"][:, 0], given["dbeta"])


@pytest.mark.parametrize("name", names("optimizer"))
def test_steps_of_the_optimizers_with_gradients_down_to_1e_10(name: str) -> None:
    path, gradients = FIGURES[f"optimizer/{name}/theta"], FIGURES["optimizer/d_theta"]
    options: dict[str, Any] = {"weight_decay": 0.1} if name == "adamw" else {}
    optimizer = Optimizer.parse({"name": name, **options})
    parameters = Parameters({"W1": (path.shape[1], 1)}, np.float64)
    parameters.theta[...] = path[0]
    update = Update(optimizer, parameters)
    for d_theta, theta in zip(gradients, path[1:], strict=True):
        before = parameters.theta.copy()
        parameters.d_theta[...] = d_theta
        update(0.01, float(np.linalg.norm(d_theta)))
        close(parameters.theta, theta)
        np.testing.assert_allclose(
            parameters.theta - before, np.diff(path, axis=0)[update.t - 1], rtol=1e-7, atol=1e-15
        )


@pytest.mark.parametrize("beta", [0.5, 0.9, 0.98])
def test_exponentially_weighted_averages(beta: float) -> None:
    series = FIGURES["average/series"]
    close(averages(series, beta, corrected=False), FIGURES[f"average/{beta}/plain"])
    close(averages(series, beta), FIGURES[f"average/{beta}/corrected"])


@pytest.mark.parametrize(
    ("name", "options"),
    [("exponential", {"base": 0.95, "first": 0}), ("staircase", {"every": 10, "drop": 0.5}), ("cosine", {})],
)
def test_schedules(name: str, options: dict[str, Any]) -> None:
    expected = FIGURES[f"schedule/{name}"]
    schedule = Schedule.parse({"name": name, **options})
    close(np.array([schedule.learning_rate(0.2, done, 30) for done in range(30)]), expected)
