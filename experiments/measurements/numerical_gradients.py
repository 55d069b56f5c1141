"""The error of numeric derivatives over ε, on the notes' θ³ at 1 and on two networks, and planted bugs to be found.

The order of a method is the slope of its error over ε on logarithmic axes, fitted where rounding has no part in it.
Every thirteenth of the mistakes that `make faults` puts into backprop is put there, and the gradient check has to find
it; the notes' difference is ‖dθ_approx − dθ‖/(‖dθ_approx‖ + ‖dθ‖).
"""

from __future__ import annotations

import sys

import numpy as np
from drawing import Chart, Line, charts
from measuring import Bench, Measured
from topics import ROOT

from dlx.gradcheck.check import check
from dlx.gradcheck.orders import EPSILONS, Orders, orders
from dlx.gradcheck.report import Point
from dlx.gradcheck.sources import Options, orders_of_file
from dlx.nn.gradcheck import one_sided, two_sided

NETWORKS = {
    "logistic_regression": ("../configs/logistic_regression.yaml",),
    "deep_tanh": (
        "../configs/softmax.yaml",
        "architecture={hidden: [16, 16, 16], activation: tanh}",
        "regularization.l2=0.7",
    ),
}
NAMES = {"one_sided": "(J(θ + ε) − J(θ))/ε", "two_sided": "(J(θ + ε) − J(θ − ε))/2ε", "complex_step": "Im J(θ + iε)/ε"}
EVERY = 13


def measure(bench: Bench) -> Measured:
    """The errors over ε, and the faults."""
    found = {"cube": orders(lambda step: (1 + step) ** 3, 3.0)}
    found |= {
        name: orders_of_file(ROOT / spec, overrides, Options(examples=64))
        for name, (spec, *overrides) in NETWORKS.items()
    }
    rows: dict[str, dict[str, float]] = {name: _row(one) for name, one in found.items()}
    rows["cube"] |= {
        "two_sided_at_0_01": two_sided(lambda step: (1 + step) ** 3, 0.01),
        "one_sided_at_0_01": one_sided(lambda step: (1 + step) ** 3, 0.01),
    }
    rows["planted"] = _planted()
    picture = charts(*(_chart(name, one) for name, one in found.items()), title="Numeric derivatives")
    return Measured(rows, {"orders": picture})


def _row(one: Orders) -> dict[str, float]:
    """The orders, and of the two-sided difference the V: its best ε, and how much worse are the two ends."""
    errors = one.errors["two_sided"]
    best = int(np.argmin(errors))
    return {f"{name}_order": slope for name, slope in one.slopes.items() if slope is not None} | {
        "best_epsilon": float(EPSILONS[best]),
        "best_error": float(errors[best]),
        "error_at_1e_1": float(errors[0]),
        "error_at_1e_9": float(errors[-2]),
    }


def _planted() -> dict[str, float]:
    sys.path.append(str(ROOT / "gradcheck"))
    from faults import FULL, all_faults

    faults = all_faults()[::EVERY]
    points = [one.check() for one in faults]
    outcomes = [one.outcome(point)[0] for one, point in zip(faults, points, strict=True)]
    detected, placed, _ = np.mean(outcomes, axis=0)
    return {
        "bugs": len(faults),
        "detected": float(detected),
        "placed": float(placed),
        "difference_without_bug": _difference(check(FULL.subject(), "planted")),
        "smallest_difference_with_bug": min(_difference(point) for point in points),
    }


def _difference(point: Point) -> float:
    return max(one.difference for one in point.parameters if one.difference is not None)


def _chart(name: str, one: Orders) -> Chart:
    lines = {}
    for method, errors in one.errors.items():
        seen = errors > 0
        lines[NAMES[method]] = Line(one.epsilons[seen], errors[seen])
    return Chart(lines, "ε", "error of the derivative", name.replace("_", " "), xscale="log", yscale="log")
