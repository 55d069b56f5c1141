"""The frozen network as other programs know it: A ← g(A·Wᵀ + b) on rows, layer after layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dlx.data.examples import Column
from dlx.errors import UsageError
from dlx.words import Task

if TYPE_CHECKING:
    from dlx.nn.activations import Activation
    from dlx.training.model import Model
    from dlx.types import Array


@dataclass(frozen=True)
class Dense:
    """One layer: W (n_out, n_in), b (n_out,), and what follows; None is the output layer's or no activation."""

    W: Array
    b: Array
    activation: Activation | None


@dataclass(frozen=True)
class Frozen:
    """A network on raw rows: (x − shift)·scale, the layers, then sigmoid, softmax or nothing as the task asks."""

    name: str
    task: Task
    classes: tuple[str | int | float, ...]
    features: tuple[str, ...]
    shift: Array
    scale: Array
    layers: tuple[Dense, ...]


def freeze(model: Model) -> Frozen:
    """The network of a model in float32, its batch norms folded into the layers before them."""
    facts, network = model.facts, model.network
    norms = {layer.l: layer for layer in network.norms()}
    columns = [Column(name, categories) for name, categories in facts["preprocessing"]["columns"]]
    layers = []
    for l, plan in enumerate(network.plans, start=1):
        W = network.parameters[f"W{l}"].astype(np.float64)
        b = network.parameters[f"b{l}"][:, 0] if f"b{l}" in network.parameters else np.zeros(len(W))
        if l in norms:
            affine = norms[l].norm.affine(norms[l].arrays)
            if affine is None:
                raise UsageError(f"the norm {norms[l].norm.name} has no counterpart in other formats")
            scale, shift = affine
            W, b = scale * W, shift[:, 0]
        layers.append(Dense(W.astype(np.float32), b.astype(np.float32), plan.activation))
    return Frozen(
        name=facts["name"],
        task=Task(facts["task"]),
        classes=tuple(facts["classes"]),
        features=tuple(feature for column in columns for feature in column.features()),
        shift=model.shift.astype(np.float32),
        scale=model.scale.astype(np.float32),
        layers=tuple(layers),
    )
