"""What becomes of a signal and of its gradient through many layers, and how deep a network can be and still learn.

Identity networks with W = c·I in L layers give cᴸ times their input, and pass c^(L−1) times the gradient of the last
layer to the first. The maps hold log₁₀ of the variance of Z (forward) and of dJ/dZ (backward; of one example, where it
is db) through 30 layers of 100 units, beside the factor from one layer to the next: 1 keeps the signal. A depth is
trainable if the train error on the digits falls below 20 % in 30 epochs of momentum, layers of 32 ReLU.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from drawing import Chart, Line, Map, charts, maps
from measuring import Bench, Measured, Row

from dlx.nn.activations import Activation
from dlx.nn.initializers import Initializer
from dlx.nn.losses import Loss
from dlx.nn.network import LayerPlan, Network

LAYERS, UNITS, EXAMPLES = 30, 100, 50
SHOWN = (1, 5, 10, 15, 20, 25, 30)
INITIALIZERS = {
    "zeros": "zeros",
    "0.01": {"name": "normal", "scale": 0.01},
    "1": {"name": "normal", "scale": 1.0},
    "lecun 1/n": "lecun",
    "xavier": "xavier",
    "he 2/n": "he",
}
DEPTHS = (2, 5, 10, 20, 40)
TRAINED = {
    "small": "initializer={name: normal, scale: 0.05}",
    "large": "initializer={name: normal, scale: 1}",
    "lecun": "initializer=lecun",
    "he": "initializer=he",
}
LEARNED = 0.2


def measure(bench: Bench) -> Measured:
    """Powers of c, the maps of both activations, and the depths that learn."""
    rows: dict[str, Row] = {
        f"c_{c:g}_L_{L}".replace(".", "_"): _powers(c, L) for c in (1.5, 0.5) for L in (10, 50, 150)
    }
    pictures = {}
    for name in ("relu", "tanh"):
        found = {label: _variances(name, given) for label, given in INITIALIZERS.items()}
        rows |= {f"{name}_{label.split()[0].replace('.', '_')}": _factors(*each) for label, each in found.items()}
        pictures[name] = _maps(name, found)
    errors = _trained(bench)
    rows |= {
        f"trained_{name}": {f"train_error_{d}": e for d, e in one.items()} | _deepest(one)
        for name, one in errors.items()
    }
    pictures["trainable"] = _trainable(errors)
    return Measured(rows, pictures)


def _powers(c: float, depth: int) -> dict[str, float]:
    """Through L layers of two identity units with W = c·I, from x = (1, 1), where the cost's gradient is (1, 1)."""
    plan = LayerPlan(2, Activation.parse("identity"), Initializer.parse("zeros"))
    network = Network(
        2, [plan] * (depth - 1) + [LayerPlan(2, None, plan.initializer)], Loss.parse("squared_error"), np.float64
    )
    for l in range(1, depth + 1):
        network.parameters[f"W{l}"][...] = c * np.eye(2)
    X, Y = np.ones((1, 2)), np.zeros((2, 1))
    step = network.record_step(X, Y)
    step.run()
    output = float(step.Z[0, 0])
    last, first = (float(network.parameters.gradients[f"b{l}"].flat[0]) for l in (depth, 1))
    return {"output": output, "c_to_the_L": c**depth, "gradient": first / last, "c_to_the_L_1": c ** (depth - 1)}


def _variances(activation: str, given: object) -> tuple[np.ndarray, np.ndarray]:
    """The variance of Z and of dJ/dZ in each hidden layer, over units and examples."""
    plan = LayerPlan(UNITS, Activation.parse(activation), Initializer.parse(given))
    network = Network(
        UNITS, [plan] * LAYERS + [LayerPlan(10, None, plan.initializer)], Loss.parse("softmax"), np.float64
    )
    rng = np.random.default_rng(1)
    network.initialize(rng)
    X, Y = np.empty((1, UNITS)), np.empty((10, 1))
    step = network.record_step(X, Y)
    forward, backward = (np.empty((EXAMPLES, LAYERS)) for _ in range(2))
    for k in range(EXAMPLES):
        X[...], Y[...] = rng.standard_normal((1, UNITS)), np.eye(10)[:, [k % 10]]
        with np.errstate(all="ignore"):
            step.run()
        forward[k] = [np.square(Z).mean() for Z in step.Zs[:LAYERS]]
        backward[k] = [np.square(network.parameters.gradients[f"b{l}"]).mean() for l in range(1, LAYERS + 1)]
    return forward.mean(axis=0), backward.mean(axis=0)


def _factors(forward: np.ndarray, backward: np.ndarray) -> dict[str, float]:
    """From one layer to the next, in the direction in which the signal goes."""
    with np.errstate(all="ignore"):
        return {
            "forward_factor": float((forward[-1] / forward[0]) ** (1 / (LAYERS - 1))),
            "backward_factor": float((backward[0] / backward[-1]) ** (1 / (LAYERS - 1))),
        }


def _maps(activation: str, found: dict[str, tuple[np.ndarray, np.ndarray]]) -> bytes:
    chosen = np.array(SHOWN) - 1
    shown = []
    for which, title in enumerate(("log₁₀ variance of Z", "log₁₀ variance of dJ/dZ, against that of layer 30")):
        with np.errstate(all="ignore"):  # zeros have no logarithm
            rows = [np.log10(each[which] / (each[which][-1] if which else 1))[chosen] for each in found.values()]
        shown.append(Map(np.array(rows), list(found), [str(l) for l in SHOWN], "layer", title))
    return maps(*shown, title=f"{activation}: the signal forward and the gradient backward", limits=(-8, 8))


def _trained(bench: Bench) -> dict[str, dict[int, float]]:
    """The train error by initializer and depth."""
    changes = {(name, depth): _overrides(given, depth) for name, given in TRAINED.items() for depth in DEPTHS}
    runs = bench.trained(
        "../configs/softmax.yaml", {f"{name} {depth}": some for (name, depth), some in changes.items()}
    )
    return {name: {depth: _error(runs[f"{name} {depth}"].facts()) for depth in DEPTHS} for name in TRAINED}


def _overrides(initializer: str, depth: int) -> Sequence[str]:
    return (
        "data={source: digits, split: {train: 0.8, dev: 0.1, test: 0.1}}",
        f"architecture={{hidden: {[32] * depth}, activation: relu}}",
        initializer,
        "optimizer={name: momentum, learning_rate: 0.1, clip_norm: 1}",
        "training={epochs: 30, batch_size: 64, evaluate_every: 30}",
    )


def _error(facts: dict[str, dict[str, float]]) -> float:
    final = facts.get("final") or {}
    return float(final.get("train_error", 1.0))


def _deepest(errors: dict[int, float]) -> dict[str, float]:
    return {"trainable_depth": max((depth for depth, error in errors.items() if error < LEARNED), default=0)}


def _trainable(errors: dict[str, dict[int, float]]) -> bytes:
    lines = {name: Line(range(len(DEPTHS)), [100 * one[depth] for depth in DEPTHS]) for name, one in errors.items()}
    ticks = [str(depth) for depth in DEPTHS]
    return charts(
        Chart(lines, "hidden layers", "train error after 30 epochs, %", ylim=(0, 100), xticks=ticks),
        title="How deep a network can be and still learn",
    )
