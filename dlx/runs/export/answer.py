"""What a loss makes of its logits, as formats can write it: sigmoid, softmax, exp, an activation or the logits."""

from __future__ import annotations

import numpy as np

from dlx.errors import UsageError
from dlx.nn.activations import Activation, Identity
from dlx.nn.losses.loss import Loss
from dlx.nn.network import Network
from dlx.nn.tape import Tape
from dlx.types import Array
from dlx.words import Task

EXP = "exp"
SAME = 1e-12  # relative; in float64


def answer_of(network: Network, task: Task) -> Activation | str | None:
    """The activation that is to stand after the last layer, EXP, or None where the task's own output is the loss's.

    Losses of plugins may answer with anything: A of some logits is compared with what formats have.

    Raises:
        UsageError: it is none of them.
    """
    loss, n_y = network.loss, network.sizes[-1]
    Z = np.random.default_rng(0).uniform(-4, 4, (n_y, 32))
    A = _answers(loss, Z)
    if _same(A, _of_task(task, Z)):
        return None
    if task.is_regression and _same(A, np.exp(Z)):
        return EXP
    if task.is_regression:
        for kind in Activation.members().values():
            if kind.__module__ == Identity.__module__ and _same(A, _activated(kind(), Z)):
                return kind()
    form = "the logits, exp or an activation of dlx" if task.is_regression else _FORMS[task]
    raise UsageError(
        f"the loss {loss.name} answers with something that the formats do not have: it is not {form} of them"
    )


_FORMS = {
    Task.BINARY: "the sigmoid",
    Task.MULTILABEL: "the sigmoid",
    Task.MULTICLASS: "the softmax",
}


def _answers(loss: Loss, Z: Array) -> Array:
    tape = Tape(Z.dtype)
    with np.errstate(all="ignore"):
        A, _ = loss.record(tape, Z, np.ones_like(Z) / (len(Z) if loss.task == Task.MULTICLASS else 1))
        tape.run()
    return A


def _of_task(task: Task, Z: Array) -> Array:
    if task.is_regression:
        return Z
    if task is Task.MULTICLASS:
        powers = np.exp(Z)
        return np.asarray(powers / powers.sum(axis=0))
    return np.asarray(1 / (1 + np.exp(-Z)))


def _activated(activation: Activation, Z: Array) -> Array:
    tape = Tape(Z.dtype)
    A, _ = activation.record(tape, Z)
    tape.run()
    return A


def _same(A: Array, B: Array) -> bool:
    return A.shape == B.shape and bool(np.allclose(A, B, rtol=SAME, atol=SAME))
