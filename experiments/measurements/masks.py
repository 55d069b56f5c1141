"""What inverted dropout keeps: Z of the second layer over 4,000 masks, against Z of the frozen network.

The first layer has 64 units, each kept with keep_prob and then divided by it. Per unit and example: the mean over the
masks, and how far it lies from the frozen network's Z in standard errors of that mean (a root mean square of 1 is what
chance alone gives); kept is the slope of the mean over the frozen Z.
"""

from __future__ import annotations

import numpy as np
from drawing import Chart, Line, charts
from measuring import Bench, Measured

MASKS, EXAMPLES = 4000, 20
KEEP_PROBS = (0.8, 0.5, 0.2)


def measure(bench: Bench) -> Measured:
    """For some keep_prob."""
    rows, lines = {}, {}
    for keep_prob in KEEP_PROBS:
        frozen, means, errors, facts = _over_masks(bench, keep_prob)
        slope = float((frozen * means).sum() / (frozen * frozen).sum())
        off = float(np.sqrt(np.square((means - frozen) / errors).mean()))
        rows[f"keep_{keep_prob:g}".replace(".", "_")] = {"kept": slope, "off_in_standard_errors": off, **facts}
        lines[f"keep_prob = {keep_prob:g}"] = Line(frozen.ravel(), means.ravel(), dots=True)
    ends = [float(frozen.min()), float(frozen.max())]
    lines["equal"] = Line(ends, ends, dashed=True)
    chart = Chart(lines, "Z of the frozen network", f"mean Z over {MASKS:,} masks")
    return Measured(rows, {"means": charts(chart, title="Inverted dropout keeps the expected value")})


def _over_masks(bench: Bench, keep_prob: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[str, float]]:
    """Frozen Z of layer 2, its mean over masks and the standard error of that; and which passes are alike."""
    experiment = bench.built("../configs/dropout.yaml", f"regularization.keep_prob=[{keep_prob}, 1]", "dtype=float64")
    network, train = experiment.network, experiment.dataset.parts["train"]
    X, Y = np.asarray(train.X[:EXAMPLES], dtype=float), np.zeros((1, EXAMPLES))
    evaluation, training = network.record_evaluation(X, Y), network.record_step(X, Y)
    seen = []
    for step in (evaluation, evaluation, training, training):
        step.run()
        seen.append(step.Zs[1].copy())
    first, again, one, other = seen
    total, squares = np.zeros_like(first), np.zeros_like(first)
    for _ in range(MASKS):
        training.run()
        total += training.Zs[1]
        squares += np.square(training.Zs[1])
    means = total / MASKS
    errors = np.sqrt((squares / MASKS - np.square(means)) / MASKS)
    alike = {
        "evaluations_differ": float((first != again).mean()),
        "training_passes_differ": float((one != other).mean()),
    }
    return first, means, errors, alike
