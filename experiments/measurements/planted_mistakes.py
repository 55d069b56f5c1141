"""Mistakes planted in backprop, and where the gradient check finds them, parameter by parameter.

The network has 4 inputs, two layers of 6 tanh units and 3 classes, with L2. Told is the notes' difference
‖dθ_approx − dθ‖/(‖dθ_approx‖ + ‖dθ‖) of each parameter with ε = 10⁻⁵; placed is 1 where the check names the operation
with the mistake. The row of all counts the mistakes of `experiments/gradcheck`. With dropout the cost is compared with
a mask of its own for each pass, and with one for all.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from dlx.gradcheck.check import check
from dlx.gradcheck.report import Point
from dlx.nn.gradcheck import EPSILON, along_entry, difference, two_sided
from dlx.nn.layers import Activate, Linear
from dlx.nn.losses import Softmax
from dlx.training import threads
from experiments.gradcheck import faults
from experiments.reproduce.drawing import Map, maps
from experiments.reproduce.measuring import Bench, Measured, Row

SETTING = faults.Setting("tanh", "softmax", l2=0.7)
PARAMETERS = ("W1", "b1", "W2", "b2", "W3", "b3")


@threads.limited(1)  # its products are so small that two threads would wait for each other
def measure(bench: Bench) -> Measured:
    """The right network, seven mistakes one at a time, all mistakes, and dropout."""
    mistakes = _mistakes()
    rows: dict[str, Row] = {"right": _differences(check(SETTING.subject(), "right"))}
    for name, planted in mistakes.items():
        point = planted.check()
        (_, placed, _), _ = planted.outcome(point)
        rows[name] = {**_differences(point), "placed": placed}
    labels = ["none", *(planted.description for planted in mistakes.values())]
    picture = _drawn(dict(zip(labels, rows.values(), strict=True)))
    rows |= {"all": _all(), **_with_dropout()}
    return Measured(rows, {"differences": picture})


def _mistakes() -> dict[str, Any]:
    """By name; described as they stand in the picture."""
    times, set_to = faults.times, faults.set_to
    in_linear_2, in_tanh_1 = partial(faults.in_layer, Linear, 2), partial(faults.in_layer, Activate, 1)
    found = {
        "dW2_twice": ("dW2 × 2", "linear 2", partial(in_linear_2, _on("dW", times(2)))),
        "one_entry": ("1 entry of dW2", "linear 2", partial(in_linear_2, _on("dW", faults.one_entry(1.0005)))),
        "db2_mean": ("db2 × 1/m", "linear 2", partial(in_linear_2, _on("db", times(1 / faults.M)))),
        "no_penalty": ("no λ/m·W", "l2", partial(faults.in_penalty, "l2", times(0))),
        "no_derivative": ("dZ1 without g′", "tanh 1", partial(in_tanh_1, set_to(lambda layer, x, out, u, dx: u))),
        "not_transposed": (
            "W2 not W2ᵀ",
            "linear 2",
            partial(in_linear_2, set_to(lambda layer, x, out, u, dx: layer.W @ u)),
        ),
        "sum_for_mean": (
            "dZ3 × m",
            "softmax",
            partial(faults.in_loss, Softmax, lambda tape, A, Y, dZ: times(faults.M)(tape, dZ)),
        ),
    }
    return {name: faults.Planted(SETTING, told, place, (), how) for name, (told, place, how) in found.items()}


def _on(gradient: str, spoil: Any) -> Any:
    """Spoil dW or db of a layer."""
    return lambda tape, layer, x, out, u, dx: spoil(tape, getattr(layer, gradient))


def _differences(point: Point) -> dict[str, float]:
    found = {one.name: float(one.difference or 0) for one in point.parameters}
    return {name: found[name] for name in PARAMETERS} | {"theta": point.difference}


def _all() -> Row:
    """How many are planted, detected and placed."""
    outcomes = [planted.outcome(planted.check())[0] for planted in faults.all_faults()]
    detected, placed, _ = np.sum(outcomes, axis=0).tolist()
    return {"planted": len(outcomes), "detected": detected, "placed": placed}


def _with_dropout() -> dict[str, Row]:
    """The difference of all of θ with one mask for all passes, and with a new one for each, as in training."""
    subject = faults.Setting("tanh", "softmax", dropout=True).subject()
    d_theta, theta = subject.gradient(), subject.theta
    drawing = subject.network.record_step(subject.X, subject.Y)
    lines = [along_entry(drawing.run, theta, i) for i in range(theta.size)]
    approx = np.array([two_sided(line, EPSILON) for line in lines])
    one_mask = check(subject, "dropout with one mask").difference
    return {"dropout_one_mask": {"theta": one_mask}, "dropout_new_masks": {"theta": difference(approx, d_theta)}}


def _drawn(rows: dict[str, Row]) -> bytes:
    """log₁₀ of the differences: blue up to the notes' 10⁻⁷, red from 10⁻³ on."""
    values = np.log10([[max(row[name], 1e-16) for name in PARAMETERS] for row in rows.values()])
    shown = Map(
        values,
        list(rows),
        [f"d{name}" for name in PARAMETERS],
        "difference of each gradient from the numeric one",
        "planted mistake",
    )
    return maps(shown, title="What the gradient check finds, in powers of ten", limits=(-9, -1), form="{:z.0f}")
