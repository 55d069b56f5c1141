"""The error of numeric derivatives over ε: one-sided and two-sided differences, and the complex step.

Of θ³ at θ = 1 with ε = 0.01, as in the course, and of the cost of `configs/softmax.yaml` (two layers of tanh units) at
its initialization: the root mean square of the errors along 10 random directions. An order is the slope on logarithmic
axes, where truncation decides; further left rounding does, which is divided by ε.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from dlx.gradcheck.orders import orders
from dlx.gradcheck.subject import Subject
from dlx.nn.gradcheck import along, one_sided, rounding, slope, two_sided
from dlx.training import threads
from dlx.types import Array
from experiments.reproduce.drawing import Chart, Line, charts
from experiments.reproduce.measuring import Bench, Measured

SPEC, EXAMPLES, DIRECTIONS = "../configs/softmax.yaml", 64, 10
EPSILONS = 10.0 ** np.arange(-1, -12.1, -0.25)
LABELS = {"one_sided": "one-sided", "two_sided": "two-sided", "complex_step": "complex step"}


@threads.limited(1)  # its products are so small that two threads would wait for each other
def measure(bench: Bench) -> Measured:
    """The cube and the network."""
    subject = _subject(bench)
    errors = _errors(subject, np.random.default_rng(1))
    noise = rounding(subject.cost(), EPSILONS)
    rows = {
        method: {
            "of_cube": abs(difference(lambda t: (1 + t) ** 3, 0.01) - 3),
            "order": slope(EPSILONS, errors[method], noise) or np.nan,
            "best_epsilon": EPSILONS[errors[method].argmin()],
            "least_error": errors[method].min(),
            "error_at_1e_2": _at(errors[method], 1e-2),
            "error_at_1e_5": _at(errors[method], 1e-5),
            "error_at_1e_7": _at(errors[method], 1e-7),
            "order_of_rounding": _rise(errors[method]),
        }
        for method, difference in (("one_sided", one_sided), ("two_sided", two_sided))
    }
    exact = errors["complex_step"]
    rows["complex_step"] = {
        "order": slope(EPSILONS, exact, noise * EPSILONS) or np.nan,
        "least_error": exact.min(),
        "error_at_1e_7": _at(exact, 1e-7),
    }
    lines = {f"{label}: ε^{rows[name]['order']:.2f}": Line(EPSILONS, errors[name]) for name, label in LABELS.items()}
    chart = Chart(lines, "ε", "error of the derivative", xscale="log", yscale="log")
    return Measured(
        rows, {"errors": charts(chart, title="Two sides err by ε², one side by ε, until rounding takes over")}
    )


def _subject(bench: Bench) -> Subject:
    """The network with the first examples of train."""
    experiment = bench.built(SPEC, "dtype=float64")
    X, Y = experiment.train.buffers(EXAMPLES)
    experiment.train.fill(np.arange(EXAMPLES), X, Y)
    return Subject(experiment.network, X, Y)


def _errors(subject: Subject, rng: np.random.Generator) -> dict[str, Array]:
    """Of each method for each ε, the root mean square over directions."""
    d_theta, complex_step = subject.gradient(), subject.complex_step()
    squares: dict[str, Array] = {}
    for _ in range(DIRECTIONS):
        v = rng.standard_normal(d_theta.size)
        v /= np.linalg.norm(v)
        line = along(subject.cost, subject.theta, v)
        found = orders(line, float(v @ d_theta), EPSILONS, partial(complex_step.along, v))
        for method, errors in found.errors.items():
            squares[method] = squares.get(method, 0) + errors**2
    return {method: np.sqrt(total / DIRECTIONS) for method, total in squares.items()}


def _at(errors: Array, epsilon: float) -> float:
    return float(errors[np.abs(np.log10(EPSILONS / epsilon)).argmin()])


def _rise(errors: Array) -> float:
    """The exponent of ε where ε is far below the best one: −1, as rounding is divided by ε."""
    last = slice(-9, None)
    return float(np.polyfit(np.log(EPSILONS[last]), np.log(errors[last]), 1)[0])
