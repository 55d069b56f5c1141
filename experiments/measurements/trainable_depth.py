"""How deep a network of 64 units a layer can be and still learn the digits, for each initializer.

Gradient descent, α = 0.02, batches of 32, 20 epochs, without clipping. The error is that on train: 90 % is by chance,
and what diverges counts as that. A network has learned where it is below 20 %.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from experiments.reproduce.drawing import Map, maps
from experiments.reproduce.measuring import Bench, Measured, Row

SPEC = "../configs/digits.yaml"
PLAIN = (
    "data.normalize=standard",
    "data.augment=[]",
    "architecture.batch_norm=false",
    "regularization.keep_prob=1",
    "optimizer={name: gradient_descent, learning_rate: 0.02}",
    "schedule=constant",
    "training={epochs: 20, batch_size: 32, evaluate_every: 20}",
)
ACTIVATIONS, DEPTHS = ("relu", "tanh"), (2, 5, 10, 20, 40)
INITIALIZERS = {  # how it is drawn, and how a spec states it
    "zeros": ("zeros", "zeros"),
    "small": ("normal, 0.05", "{name: normal, scale: 0.05}"),
    "lecun": ("1/n (lecun)", "lecun"),
    "xavier": ("xavier", "xavier"),
    "he": ("2/n (he)", "he"),
    "large": ("normal, 0.5", "{name: normal, scale: 0.5}"),
}
CHANCE, LEARNED = 0.9, 0.2


def measure(bench: Bench) -> Measured:
    """Each depth with each initializer, under ReLU and under tanh."""
    trained = bench.trained(
        SPEC,
        {
            f"{activation} {name} {depth}": _overrides(activation, told, depth)
            for activation in ACTIVATIONS
            for name, (_, told) in INITIALIZERS.items()
            for depth in DEPTHS
        },
    )
    errors = {name: _error(run.metrics()) for name, run in trained.items()}
    rows: dict[str, Row] = {}
    shown = []
    for activation in ACTIVATIONS:
        for name in INITIALIZERS:
            found = {depth: errors[f"{activation} {name} {depth}"] for depth in DEPTHS}
            deepest = max((depth for depth, error in found.items() if error < LEARNED), default=0)
            rows[f"{activation}_{name}"] = {"deepest": deepest} | {f"error_{k}": error for k, error in found.items()}
        table = [[100 * rows[f"{activation}_{name}"][f"error_{k}"] for k in DEPTHS] for name in INITIALIZERS]
        labels = [label for label, _ in INITIALIZERS.values()]
        shown.append(
            Map(np.array(table), labels, [str(k) for k in DEPTHS], "hidden layers", f"{activation}: train error, %")
        )
    return Measured(
        rows,
        {"errors": maps(*shown, title="Deep ReLU networks train with 2/n, deep tanh ones with 1/n", limits=(0, 90))},
    )


def _overrides(activation: str, initializer: str, depth: int) -> tuple[str, ...]:
    layers = f"architecture={{hidden: {[64] * depth}, activation: {activation}}}"
    return *PLAIN, layers, f"initializer={initializer}"


def _error(metrics: Mapping[str, Sequence[float]]) -> float:
    return metrics["train_error"][-1] if metrics["train_error"] else CHANCE
