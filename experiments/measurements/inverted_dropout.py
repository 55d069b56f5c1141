"""What thousands of dropout masks add up to, on the first hidden layer of an untrained network of 64 and 32 ReLU units.

The mean over the masks of each unit's a for each example, after a = a∘d/keep_prob, and of the Z of the next layer, are
held against the frozen network's, also in units of the standard error of a mean of so many masks. The frozen network,
and training without an update, are run twice.
"""

from __future__ import annotations

import numpy as np

from dlx.nn.layers import Dropout, mask_from
from dlx.nn.network import Network, Step
from dlx.nn.tape import Tape
from dlx.training import threads
from dlx.types import Array
from experiments.reproduce.drawing import Chart, Line, charts
from experiments.reproduce.measuring import Bench, Measured, Row

SPEC = "../configs/overfitting.yaml"
SEEN = [2**k for k in range(13)]  # masks in the means that are looked at; all of them in the last


class Mean:
    """The mean over masks of one array, and its standard error."""

    def __init__(self, true: Array) -> None:
        self.true, self.total, self.squares, self.count = true, np.zeros_like(true), np.zeros_like(true), 0

    def take(self, drawn: Array) -> None:
        """The array with one more mask."""
        self.total += drawn
        self.squares += (drawn - self.true) ** 2
        self.count += 1

    def apart(self, scale: float = 1.0) -> float:
        """How far scale·mean is from the true values, as a share of them."""
        return float(np.linalg.norm(scale * self.total / self.count - self.true) / np.linalg.norm(self.true))

    def in_standard_errors(self) -> float:
        """The root mean square of mean − true in units of the standard error: about 1 where the mean is right."""
        moves = self.squares > 0
        error = np.sqrt(self.squares[moves]) / self.count
        off = self.total[moves] / self.count - self.true[moves]
        return float(np.sqrt(np.square(off / error).mean()))


@threads.limited(1)  # its products are so small that two threads would wait for each other
def measure(bench: Bench) -> Measured:
    """A keep_prob of 0.8, as in the notes, and of 0.5."""
    rows: dict[str, Row] = {}
    lines = {}
    for keep_prob, color in ((0.8, 0), (0.5, 1)):
        row, divided, not_divided = _averaged(bench, keep_prob)
        rows[f"keep_{keep_prob:g}".replace(".", "_")] = row | _run_twice(bench, keep_prob)
        lines[f"keep_prob {keep_prob}, divided by it"] = Line(SEEN, divided, color=color)
        lines[f"keep_prob {keep_prob}, not divided"] = Line(SEEN, not_divided, dashed=True, color=color)
    chart = Chart(lines, "masks that the mean is over", "‖mean − a‖ / ‖a‖", xscale="log", yscale="log")
    return Measured(
        rows, {"means": charts(chart, title="Divided by keep_prob, masks average out to what all units give")}
    )


def _averaged(bench: Bench, keep_prob: float) -> tuple[dict[str, float], list[float], list[float]]:
    """The row, and how far the means of 1, 2, 4 … masks are from a, with the division by keep_prob and without."""
    network, frozen = _network(bench, keep_prob)
    A, W, b = np.maximum(frozen.Zs[0], 0), network.parameters["W2"], network.parameters["b2"]
    tape = Tape(np.float64)
    kept, _ = Dropout(1, mask_from(np.random.default_rng(1), keep_prob)).record(tape, A, training=True)
    a, z, off = Mean(A), Mean(frozen.Zs[1]), 0.0
    divided, not_divided = [], []
    for _ in range(SEEN[-1]):
        tape.run()
        a.take(kept)
        z.take(W @ kept + b)
        off += np.count_nonzero((A > 0) & (kept == 0)) / np.count_nonzero(A > 0)
        if a.count in SEEN:
            divided.append(a.apart())
            not_divided.append(a.apart(keep_prob))
    row = {
        "units_off": off / a.count,
        "mean_over_a": float(a.total.sum() / a.count / A.sum()),
        "a_off_in_se": a.in_standard_errors(),
        "next_z_off_in_se": z.in_standard_errors(),
        "off": divided[-1],
        "off_not_divided": not_divided[-1],
    }
    return row, divided, not_divided


def _network(bench: Bench, keep_prob: float) -> tuple[Network, Step]:
    """The network, and it frozen on all of train."""
    experiment = bench.built(SPEC, "dtype=float64", f"regularization.keep_prob={keep_prob}")
    train, network = experiment.train, experiment.network
    frozen = network.record_evaluation(*train.buffers(train.m))
    train.fill(np.arange(train.m), frozen.X, frozen.Y)
    frozen.run()
    return network, frozen


def _run_twice(bench: Bench, keep_prob: float) -> dict[str, float]:
    """The share of outputs that differ between two evaluations, and between two passes of training."""
    network, frozen = _network(bench, keep_prob)
    training = network.record_step(frozen.X, frozen.Y)
    return {"evaluations_differ": _differing(frozen), "training_passes_differ": _differing(training)}


def _differing(step: Step) -> float:
    step.run()
    before = step.A.copy()
    step.run()
    return float(np.mean(before != step.A))
