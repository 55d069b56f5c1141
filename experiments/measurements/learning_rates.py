"""The dev error on the digits after ten epochs over the learning rate, with batch norm and without.

Three hidden layers of 64 ReLU, gradient descent. A learning rate is usable where the dev error is below 10 %; usable is
how many decades those span, best the lowest error, and epochs how many it takes at the best α to come below 10 %.
"""

from __future__ import annotations

from math import log10

import numpy as np

from dlx.runs.files.directory import RunDirectory
from experiments.reproduce.drawing import Chart, Line, charts
from experiments.reproduce.measuring import Bench, Measured

SPEC = "../configs/batch_norm.yaml"
LABELS = {"batch norm": "with batch norm", "none": "without"}
ALPHAS = [float(f"{alpha:.2g}") for alpha in np.geomspace(1e-3, 30, 10)]
USABLE = 0.1


def measure(bench: Bench) -> Measured:
    """Train over α, with and without."""
    changes = {f"{norm} {alpha}": _overrides(norm, alpha) for norm in ("true", "false") for alpha in ALPHAS}
    runs = bench.trained(SPEC, changes)
    names = {"true": "batch norm", "false": "none"}
    courses = {names[norm]: [_errors(runs[f"{norm} {alpha}"]) for alpha in ALPHAS] for norm in names}
    rows = {name.replace(" ", "_"): _row(course) for name, course in courses.items()}
    lines = {LABELS[name]: Line(ALPHAS, [100 * errors[-1] for errors in course]) for name, course in courses.items()}
    chart = Chart(lines, "α", "dev error after 10 epochs, %", xscale="log", ylim=(0, 100))
    return Measured(rows, {"range": charts(chart, title="With batch norm a wide range of learning rates works")})


def _overrides(norm: str, alpha: float) -> tuple[str, ...]:
    return (
        f"architecture={{hidden: [64, 64, 64], activation: relu, batch_norm: {norm}}}",
        "initializer=he",
        f"optimizer={{name: gradient_descent, learning_rate: {alpha}}}",
        "training={epochs: 10, batch_size: 64}",
        "regularization.l2=0",
    )


def _errors(run: RunDirectory) -> list[float]:
    """Of dev, epoch by epoch; what diverged tells as much as chance."""
    errors = run.metrics()["dev_error"]
    return errors if run.facts()["status"] == "completed" else [*errors, 0.9]


def _row(course: list[list[float]]) -> dict[str, float]:
    final = np.array([errors[-1] for errors in course])
    usable = np.array(ALPHAS)[final < USABLE]
    best = course[int(final.argmin())]
    return {
        "usable_from": float(usable.min()),
        "usable_to": float(usable.max()),
        "decades": log10(usable.max() / usable.min()),
        "best": float(final.min()),
        "epochs": next(k for k, one in enumerate(best, start=1) if one < USABLE),
    }
