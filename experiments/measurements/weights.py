"""What L2 and L1 do to W, and so to tanh: the weights of a 2-64-32-1 network on 100 moons, over λ.

Linear is the share of units and examples with tanh′(z) > 0.9, |z| < 0.33: where a layer of tanh is nearly a linear one.
Zeros is the share of entries of W below a thousandth. Rises counts the steps of full-batch gradient descent after which
J is higher than before, J with the penalty, and for comparison J without it.
"""

from __future__ import annotations

import numpy as np

from dlx.runs.files.directory import RunDirectory
from dlx.runs.predictions.predict import model_of
from experiments.reproduce.drawing import Chart, Line, charts
from experiments.reproduce.measuring import Bench, Measured

SPEC = "../configs/overfitting.yaml"
BASE = (
    "architecture.activation=tanh",
    "dtype=float64",
    "optimizer={name: gradient_descent, learning_rate: 0.2}",
    "schedule=cosine",
    "training.epochs=3000",
    "training.evaluate_every=1",
)
LAMBDAS = (0.0, 0.03, 0.1, 0.3, 1.0, 3.0)
LINEAR, ZERO = 0.9, 1e-3
ROUNDING = 1e-12


def measure(bench: Bench) -> Measured:
    """Train over λ with either penalty, and look at the weights."""
    changes = {
        _name(kind, number): (*BASE, f"regularization.{kind}={number}", "initializer=xavier")
        for kind in ("l2", "l1")
        for number in LAMBDAS
    }
    changes["l2_3_large_start"] = (*BASE, "regularization.l2=3", "initializer={name: normal, scale: 0.7}")
    X = np.asarray(bench.built(SPEC).dataset.parts["train"].X)
    rows = {name: _row(run, X) for name, run in bench.trained(SPEC, changes).items()}
    return Measured(rows, {"lambda": _picture(rows)})


def _name(kind: str, number: float) -> str:
    return f"{kind}_{number:g}".replace(".", "_")


def _row(run: RunDirectory, X: np.ndarray) -> dict[str, float]:
    model, metrics = model_of(str(run.path)), run.metrics()
    weights = model.network.parameters.weights
    A = np.concatenate([layer.ravel() for layer in model.hidden(X)])
    return {
        "weight_norm": float(np.sqrt(np.square(weights).sum())),
        "linear": float((1 - A**2 > LINEAR).mean()),
        "zeros": float((np.abs(weights) < ZERO).mean()),
        "train_error": metrics["train_error"][-1],
        "dev_error": metrics["dev_error"][-1],
        "rises": _rises(metrics["cost"]),
        "rises_without_penalty": _rises(metrics["train_cost"]),
    }


def _rises(costs: list[float]) -> int:
    return int((np.diff(costs) > ROUNDING).sum())


def _picture(rows: dict[str, dict[str, float]]) -> bytes:
    def lines(column: str, factor: float = 1) -> dict[str, Line]:
        return {
            kind.upper(): Line(range(len(LAMBDAS)), [factor * rows[_name(kind, number)][column] for number in LAMBDAS])
            for kind in ("l2", "l1")
        }

    ticks = [f"{number:g}" for number in LAMBDAS]
    return charts(
        Chart(lines("linear", 100), "λ", "%", "tanh units in their linear region", xticks=ticks),
        Chart(lines("zeros", 100), "λ", "%", "entries of W below 0.001", xticks=ticks),
        Chart(lines("weight_norm"), "λ", "‖W‖", "length of the weights", xticks=ticks),
        title="Both penalties shrink W, and L1 sets most of it to zero",
    )
