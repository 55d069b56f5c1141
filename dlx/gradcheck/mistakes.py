"""Mistakes that people make in the backward pass of each kind of operation, with what comes out with each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dlx.gradcheck.operations import LayerOperation, LossOperation, ObjectiveOperation, PenaltyOperation
from dlx.gradcheck.wrong_gradient import SAME, WrongGradient, factor_of
from dlx.nn.layers import Activate, Dropout, Linear, Normalize
from dlx.types import Array


def mistakes(error: WrongGradient) -> Iterator[tuple[str, Array]]:
    """Those that people make in an operation, each with the whole gradient that it would give."""
    operation = error.operation
    if isinstance(operation, ObjectiveOperation):
        return
    if isinstance(operation, PenaltyOperation):
        yield "W in place of sign(W)", operation.weights
        yield "sign(W) in place of W", np.sign(operation.weights)
        return
    if isinstance(operation, LossOperation):
        yield from _loss_mistakes(error, operation)
        return
    assert isinstance(operation, LayerOperation)
    owner = operation.owner
    if isinstance(owner, Linear):
        yield from _linear_mistakes(error, operation, owner)
    elif isinstance(owner, Activate):
        yield from _activation_mistakes(error, operation)
    elif isinstance(owner, Dropout):
        yield "missing mask", operation.u
        yield "missing 1/keep_prob", operation.u * (mask_of(operation) > 0)
        yield "mask twice", operation.u * mask_of(operation) ** 2
        yield "the mask of other examples", operation.u * np.roll(mask_of(operation), 1, axis=1)
    elif isinstance(owner, Normalize):
        name = "dZ" if error.name == operation.input else error.name.removesuffix(str(owner.l))
        yield from owner.norm.mistakes(name, owner.arrays, operation.x, operation.out, operation.u)


def _loss_mistakes(error: WrongGradient, operation: LossOperation) -> Iterator[tuple[str, Array]]:
    """Of dZ = c·w∘(A − Y), where c is 1/m unless the loss has another."""
    A, Y, w = operation.A, operation.Y, operation.weights if len(operation.weights) else 1.0
    right = (w * (A - Y)).reshape(-1)[error.entries]
    c = factor_of(error.numeric, right) or 0.0
    if not np.linalg.norm(error.numeric - c * right) < SAME * np.linalg.norm(error.numeric):
        c = 1 / operation.x.shape[1]
    yield "Y left out", c * w * A
    yield "A left out", -c * w * Y
    yield "an activation derivative too much", c * w * (A - Y) * A * (1 - A)
    yield "the weights left out", c * (A - Y)
    yield "the weights twice", c * w * w * (A - Y)


def _linear_mistakes(error: WrongGradient, operation: LayerOperation, layer: Linear) -> Iterator[tuple[str, Array]]:
    x, u, W = operation.x, operation.u, layer.W
    if error.name == operation.input:
        yield "transposed", W @ u if W.shape[0] == W.shape[1] else (W.T @ u).T
        yield "Wᵀ left out", u
    elif error.name.startswith("dW"):
        yield "transposed", (u @ x.T).T
        yield "A left out", np.repeat(u.sum(axis=1, keepdims=True), len(x), axis=1)
        yield "the first example only", u[:, :1] @ x[:, :1].T
        yield "the last example left out", u[:, :-1] @ x[:, :-1].T
        yield "the first example twice", u @ x.T + u[:, :1] @ x[:, :1].T
        yield "A of other examples", u @ np.roll(x, 1, axis=1).T
    else:
        yield "the first example only", u[:, :1]
        yield "the last example only", u[:, -1:]
        yield "the last example left out", u[:, :-1].sum(axis=1)
        yield "the sum over all units", np.full(error.shape, u.sum())


def _activation_mistakes(error: WrongGradient, operation: LayerOperation) -> Iterator[tuple[str, Array]]:
    u, entries = operation.u, error.entries
    derivative = np.full(u.size, np.nan)
    judged = u.reshape(-1)[entries]
    derivative[entries] = np.divide(error.numeric, judged, out=np.zeros_like(judged), where=judged != 0)
    derivative = derivative.reshape(u.shape)
    yield "missing activation derivative", u
    yield "activation derivative squared", u * derivative**2
    yield "activation derivative without dA", derivative
    yield "g in place of its derivative", u * operation.out
    yield "1 − g′ in place of g′", u * (1 - derivative)


def mask_of(operation: LayerOperation) -> Array:
    """D, as far as A shows it."""
    x = operation.x
    D: Array = np.divide(operation.out, x, out=np.zeros_like(x), where=x != 0)
    return D
