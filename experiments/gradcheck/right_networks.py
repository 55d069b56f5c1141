"""Right networks of every kind, many of them at odd places: not one of them may be accused."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dlx.gradcheck.check import check
from dlx.gradcheck.report import Point
from dlx.gradcheck.subject import Subject
from dlx.nn.activations import Activation
from dlx.nn.dropout import mask_from
from dlx.nn.initializers import Initializer
from dlx.nn.losses import Loss
from dlx.nn.network import LayerPlan, Network
from dlx.nn.norms.norm import Norm
from dlx.types import Array
from dlx.words import Task

SCALES = (1.0, 1.0, 1.0, 0.01, 30.0, 1000.0)  # of W
LOSSES = [name for name, kind in Loss.members().items() if getattr(kind, "task", None) in list(Task)]


def right_networks(first: int, count: int) -> Iterator[tuple[str, Point]]:
    """The checks of networks number ``first`` and on, each with a few words for it."""
    for number in range(first, first + count):
        words, subject = network(number)
        yield words, check(subject, words)


def network(number: int) -> tuple[str, Subject]:
    """One with up to three hidden layers; W may be large or tiny, an example zeros, b zeros."""
    rng = np.random.default_rng([19, number])
    hidden = [_layer(rng) for _ in range(rng.integers(0, 4))]
    loss, scale = Loss.parse(str(rng.choice(LOSSES))), float(rng.choice(SCALES))
    if loss.has_log_link:  # exp(Z) overflows with large W
        scale = min(scale, 1.0)
    n_y = 1 if loss.task == Task.BINARY else int(rng.integers(2, 5))
    output = LayerPlan(n_y, None, Initializer.parse(str(rng.choice(["he", "zeros"], p=[0.9, 0.1]))))
    penalty = {"l2": float(rng.choice([0, 0.7])), "l1": float(rng.choice([0, 0.3]))}
    built = Network(int(rng.integers(1, 6)), [*hidden, output], loss, np.float64, **penalty)
    built.initialize(rng)
    built.parameters.weights[...] *= scale
    m = int(rng.integers(2, 17))
    X = rng.standard_normal((m, built.n_x))
    X[: rng.integers(0, 2)] = 0
    Y = _targets(loss, n_y, m, rng)
    if rng.random() < 0.25:
        Y = np.concatenate([Y, rng.exponential(1, (1, m))])
    kinds = [f"{plan.units} {plan.activation.name if plan.activation else ''}" for plan in hidden]
    return f"{number}: {', '.join(kinds)}; {loss.name}, W × {scale:g}", Subject(built, X, np.ascontiguousarray(Y))


def _layer(rng: np.random.Generator) -> LayerPlan:
    activation = Activation.parse(str(rng.choice(list(Activation.members()))))
    norms = [None, None, *Norm.members()]
    norm = norms[rng.integers(len(norms))]
    initializer = Initializer.parse(str(rng.choice(["he", "xavier", "lecun", "zeros"], p=[0.4, 0.3, 0.25, 0.05])))
    draw = mask_from(rng, 0.7) if rng.random() < 0.3 else None
    return LayerPlan(int(rng.integers(1, 9)), activation, initializer, True, Norm.parse(norm) if norm else None, draw)


def _targets(loss: Loss, n_y: int, m: int, rng: np.random.Generator) -> Array:
    if loss.task == Task.MULTILABEL:
        return rng.integers(2, size=(n_y, m)).astype(np.float64)
    if loss.task != Task.REGRESSION:
        return np.eye(max(n_y, 2))[:n_y, rng.integers(max(n_y, 2), size=m)]
    return (
        rng.poisson(2.0, (n_y, m)).astype(np.float64)
        if loss.least_target is not None
        else rng.standard_normal((n_y, m))
    )
