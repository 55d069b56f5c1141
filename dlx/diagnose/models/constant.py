"""The constant answer: the least cost and error of a network that gives every example the same."""

from __future__ import annotations

from math import sqrt

import numpy as np

from dlx.data.dataset import Dataset, Part
from dlx.nn.losses import Loss, SquaredError
from dlx.nn.tape import Tape
from dlx.types import Array
from dlx.words import Task


def constant_answer(dataset: Dataset, part: Part, loss: Loss) -> tuple[float, float]:
    """Cost and error on a part: of classes those of their shares, of a regression those of its best constant.

    The cost is the entropy of the shares, or the variance of the scaled targets, added up over outputs, or what another
    loss makes of its best constant. It is weighted as the part is; the error is not.
    """
    y = part.y
    if dataset.task.is_regression:
        scaled = dataset.target_scaling.scaled(y.astype(np.float64))
        return _least_cost(loss, scaled, part.weights), sqrt(dataset.in_error_unit(y).var(axis=0).mean())
    mean_weight = 1.0 if part.weights is None else float(part.weights.mean())
    if dataset.task is Task.MULTILABEL:
        shares = np.average(y, axis=0, weights=part.weights)
        cost = sum(_entropy(np.array([1 - share, share])) for share in shares)
        unweighted = y.mean(axis=0)
        return mean_weight * cost, float(np.minimum(unweighted, 1 - unweighted).mean())
    shares = np.bincount(y, part.weights)
    return mean_weight * _entropy(shares / shares.sum()), float(1 - (np.bincount(y) / len(y)).max())


def _entropy(shares: Array) -> float:
    present = shares[shares > 0]
    return float(-(present * np.log(present)).sum())


def _least_cost(loss: Loss, y: Array, weights: Array | None) -> float:
    """That of the best constant answer to targets (m, k)."""
    if isinstance(loss, SquaredError) and weights is None:
        return float(y.var(axis=0).sum())
    constant, tape = loss.best_constant(y, weights), Tape(np.float64)
    Z = np.ascontiguousarray(np.broadcast_to(constant[:, np.newaxis], y.T.shape))
    weighing = {} if weights is None else {"weights": np.ascontiguousarray(weights[np.newaxis], np.float64)}
    loss.record(tape, Z, np.ascontiguousarray(y.T), **weighing)
    with np.errstate(all="ignore"):
        tape.run()
    return tape.cost()
