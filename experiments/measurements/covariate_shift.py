"""What the layers behind see while those before them learn, and when the inputs shift, with batch norm and without.

Three hidden layers of 64 ReLU on the digits, gradient descent with α = 0.2. While training, the moves of a layer are
the sum of all changes of its mean Z from one look to the next, in standard deviations, and its growth is its widest
standard deviation over its narrowest. Then black cats become coloured ones: every pixel of dev is made brighter by half
of the range, and the same network answers with the statistics of training, or with those of the new examples, which
is what each mini-batch of training has. The shift is that of Z of layer 2 from what it was, in its standard deviations.
"""

from __future__ import annotations

import numpy as np

from dlx.data.batches import Scaling
from dlx.nn.network import Step
from dlx.runs.files.directory import RunDirectory
from dlx.runs.predictions.predict import model_of
from experiments.reproduce.drawing import Chart, Line, charts
from experiments.reproduce.measuring import Bench, Measured

SPEC = "../configs/batch_norm.yaml"
BASE = (
    "initializer=he",
    "optimizer={name: gradient_descent, learning_rate: 0.2}",
    "training={epochs: 20, batch_size: 64}",
    "dtype=float64",
)
NETWORKS = {"batch_norm": "true", "none": "false"}
LABELS = {"batch_norm": "with batch norm", "none": "without"}
BRIGHTER = 0.5
SEEN = 2  # the layer that is looked at, behind which the next one sees it


def measure(bench: Bench) -> Measured:
    """Train both, look at layer 2 over the epochs, then shift the inputs."""
    given = {
        name: (*BASE, f"architecture={{hidden: [64, 64, 64], activation: relu, batch_norm: {norm}}}")
        for name, norm in NETWORKS.items()
    }
    runs = bench.trained(SPEC, given)
    looks = {name: _looks(run) for name, run in runs.items()}
    rows = {name: _moves(looks[name]) | _shifted(bench, runs[name], given[name]) for name in NETWORKS}
    return Measured(rows, {"layer2": _picture(looks)})


def _looks(run: RunDirectory) -> dict[str, np.ndarray]:
    """Epochs, means and standard deviations of Z of layer 2."""
    table = run.layers()
    mine = [k for k, layer in enumerate(table["layer"]) if layer == SEEN]
    return {name: np.array([table[name][k] for k in mine]) for name in ("epoch", "z_mean", "z_std")}


def _moves(look: dict[str, np.ndarray]) -> dict[str, float]:
    mean, deviation = look["z_mean"][1:], look["z_std"][1:]  # from the end of the first epoch on
    return {
        "moves": float((np.abs(np.diff(mean)) / deviation[:-1]).sum()),
        "growth": float(deviation.max() / deviation.min()),
    }


def _shifted(bench: Bench, run: RunDirectory, overrides: tuple[str, ...]) -> dict[str, float]:
    model, dev = model_of(str(run.path)), bench.built(SPEC, *overrides).dataset.parts["dev"]
    X = np.empty((dev.m, dev.X.shape[1]))
    Scaling(model.shift, model.scale, X.dtype).write(np.asarray(dev.X), X)
    Y, network = np.eye(10)[:, np.asarray(dev.y)], model.network
    frozen, fresh = network.record_evaluation(X, Y), network.record_step(X, Y)
    before = _answers(frozen, Y)
    fresh_before = _answers(fresh, Y)
    X += BRIGHTER
    after, fresh_after = _answers(frozen, Y), _answers(fresh, Y)
    return {
        "dev_error": before[0],
        "shifted_error": after[0],
        "shifted_error_own_statistics": fresh_after[0],
        "shift": _distance(before[1], after[1]),
        "shift_own_statistics": _distance(fresh_before[1], fresh_after[1]),
    }


def _answers(step: Step, Y: np.ndarray) -> tuple[float, np.ndarray]:
    """The share of wrong answers, and Z of layer 2."""
    step.run()
    return float((step.Z.argmax(axis=0) != Y.argmax(axis=0)).mean()), step.Zs[SEEN - 1].copy()


def _distance(before: np.ndarray, after: np.ndarray) -> float:
    """Root mean square over the units of how far their mean has moved, in standard deviations."""
    return float(np.sqrt(np.square((after.mean(axis=1) - before.mean(axis=1)) / before.std(axis=1).clip(1e-9)).mean()))


def _picture(looks: dict[str, dict[str, np.ndarray]]) -> bytes:
    shown = []
    for name, look in looks.items():
        mean, deviation = look["z_mean"], look["z_std"]
        lines = {
            "mean": Line(look["epoch"], mean, color=0),
            "mean ± standard deviation": Line(look["epoch"], mean + deviation, color=1, dashed=True),
            "": Line(look["epoch"], mean - deviation, color=1, dashed=True),
        }
        shown.append(Chart(lines, "epoch", "Z of layer 2", LABELS[name], ylim=(-1.6, 1.6)))
    return charts(*shown, title="With batch norm layer 3 sees one mean and one spread throughout")
